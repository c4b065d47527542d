"""The columns under which the catalogue is exported and taken in."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from orderloop.catalog.facts import ProductRow
from orderloop.platform.tables import Column, Kind

_SKU = Column("sku", "Product code", "产品编码", Kind.CODE, required=True, most=60)

PRODUCTS = (
    _SKU,
    Column("name_en", "Name (English)", "英文名称", required=True, most=200, width=36),
    Column("name_zh", "Name (Chinese)", "中文名称", most=200, width=28),
    Column(
        "line", "Product line", "产品线", Kind.CODE, required=True, most=40, help_en="Its code.", help_zh="产品线编码。"
    ),
    Column(
        "unit",
        "Unit",
        "单位",
        Kind.CODE,
        most=10,
        empty="EA",
        help_en="Such as EA, SET, KG.",
        help_zh="如 EA、SET、KG。",
    ),
    Column("barcode", "Barcode", "条码", Kind.CODE, most=40),
    Column("list_price", "List price", "标价", Kind.DECIMAL, required=True),
    Column(
        "currency",
        "Currency",
        "币种",
        required=True,
        most=3,
        help_en="ISO code, such as CNY.",
        help_zh="ISO 代码，如 CNY。",
    ),
    Column("cost", "Cost", "成本", Kind.DECIMAL, empty=Decimal(0)),
    Column(
        "supply",
        "Make or buy",
        "自制/外购",
        Kind.CHOICE,
        choices={"make": ("Make", "自制"), "buy": ("Buy", "外购")},
        empty="buy",
    ),
    Column("lead_time_days", "Lead time (days)", "提前期（天）", Kind.WHOLE, empty=0),
    Column("order_multiple", "Order multiple", "订货倍数", Kind.DECIMAL, empty=Decimal(1)),
    Column("reorder_point", "Reorder point", "再订货点", Kind.DECIMAL, empty=Decimal(0)),
    Column("is_active", "Active", "启用", Kind.FLAG, empty=True),
)

LINES = (
    Column("code", "Product line", "产品线", Kind.CODE, required=True, most=40),
    Column("name_en", "Name (English)", "英文名称", required=True, most=120, width=36),
    Column("name_zh", "Name (Chinese)", "中文名称", most=120, width=28),
)

PACKS = (
    _SKU,
    Column("unit", "Pack unit", "包装单位", Kind.CODE, required=True, most=10),
    Column("numerator", "Holds base units", "含基本单位数", Kind.WHOLE, required=True),
    Column(
        "denominator",
        "per so many packs",
        "每几个包装",
        Kind.WHOLE,
        empty=1,
        help_en="Usually 1. 3 packs of 1,000 units: 1000 and 3.",
        help_zh="通常为 1。3 个包装共 1000 件：填 1000 和 3。",
    ),
)

PRICE_LISTS = (
    Column("code", "Price list", "价格表", Kind.CODE, required=True, most=40),
    Column("name", "Name", "名称", required=True, most=120, width=30),
    Column("currency", "Currency", "币种", required=True, most=3),
)

PRICES = (
    Column("price_list", "Price list", "价格表", Kind.CODE, required=True, most=40),
    _SKU,
    Column("from_quantity", "From quantity", "起订数量", Kind.DECIMAL, empty=Decimal(1)),
    Column("unit_price", "Unit price", "单价", Kind.DECIMAL, required=True),
    Column("valid_from", "Valid from", "生效日", Kind.DATE, required=True),
    Column(
        "valid_to", "Valid to", "失效日", Kind.DATE, empty=None, help_en="Empty: without end.", help_zh="空：长期有效。"
    ),
)

ITEM_CODES = (
    Column("customer_code", "Customer code", "客户编码", Kind.CODE, required=True, most=40),
    Column("code", "Customer's item code", "客户料号", Kind.CODE, required=True, most=80),
    _SKU,
)


def product_values(row: ProductRow) -> dict[str, object]:
    """A product under the keys of its columns."""
    return {column.key: getattr(row, column.key) for column in PRODUCTS}


def product_row(values: Mapping[str, Any], before: ProductRow | None) -> ProductRow:
    """The product a row of the table means; what has no column keeps its present value."""
    if before is not None:
        return replace(before, **values)
    needed = {"name_en": "", "line": "", "list_price": Decimal(0), "currency": ""}
    return ProductRow(**{**needed, **values})
