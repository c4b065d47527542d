"""The columns under which customers, contacts and addresses are exported and taken in."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from orderloop.customers.facts import ContactRow, CustomerRow, ShipToRow
from orderloop.platform.tables import Column, Kind

CUSTOMERS = (
    Column("code", "Customer code", "客户编码", Kind.CODE, required=True, most=40),
    Column("name", "Customer name", "客户名称", required=True, most=200, width=36),
    Column(
        "importance",
        "Importance",
        "重要性",
        Kind.CHOICE,
        choices={"A": ("A", "A"), "B": ("B", "B"), "C": ("C", "C")},
        empty="C",
        help_en="A key, B important, C ordinary customer. Weighs in an order's priority.",
        help_zh="A 重点、B 重要、C 普通客户；影响订单优先级。",
    ),
    Column(
        "standing",
        "Standing",
        "信誉",
        Kind.CHOICE,
        choices={
            "good": ("Good", "良好"),
            "normal": ("Normal", "一般"),
            "watch": ("Watch", "关注"),
            "blocked": ("Blocked", "冻结"),
        },
        empty="normal",
    ),
    Column(
        "language",
        "Language",
        "语言",
        Kind.CHOICE,
        choices={"zh-hans": ("Chinese", "中文"), "en": ("English", "英文")},
        empty="en",
        help_en="The language of mails and documents.",
        help_zh="邮件和单据所用的语言。",
    ),
    Column(
        "currency",
        "Currency",
        "币种",
        required=True,
        most=3,
        help_en="ISO code, such as CNY.",
        help_zh="ISO 代码，如 CNY。",
    ),
    Column(
        "credit_limit",
        "Credit limit",
        "信用额度",
        Kind.DECIMAL,
        empty=Decimal(0),
        help_en="In the customer's currency. 0 means no credit.",
        help_zh="以客户币种计；0 表示不赊销。",
    ),
    Column("payment_terms_days", "Payment terms (days)", "账期（天）", Kind.WHOLE, empty=30),
    Column("tax_rate", "Tax rate", "税率", Kind.RATE, empty=Decimal(0), help_en="0.13 or 13%", help_zh="0.13 或 13%"),
    Column("tax_included", "Prices include tax", "含税价", Kind.FLAG, empty=False),
    Column(
        "price_list",
        "Price list",
        "价格表",
        Kind.CODE,
        most=40,
        help_en="Its code; empty for list prices.",
        help_zh="价格表编码；空表示按标价。",
    ),
    Column("requires_po_number", "PO number required", "必须有采购单号", Kind.FLAG, empty=True),
    Column("ship_complete", "Ship complete only", "须整单发货", Kind.FLAG, empty=False),
    Column("is_active", "Active", "启用", Kind.FLAG, empty=True),
)

CONTACTS = (
    Column("customer_code", "Customer code", "客户编码", Kind.CODE, required=True, most=40),
    Column("name", "Contact", "联系人", required=True, most=120),
    Column("email", "E-mail", "电子邮箱", most=254, width=30),
    Column("phone", "Phone", "电话", Kind.CODE, most=40),
    Column("fax", "Fax", "传真", Kind.CODE, most=40),
    Column("is_primary", "Primary contact", "主要联系人", Kind.FLAG, empty=False),
)

SHIP_TOS = (
    Column("customer_code", "Customer code", "客户编码", Kind.CODE, required=True, most=40),
    Column("code", "Address code", "地址编码", Kind.CODE, required=True, most=40),
    Column("name", "Recipient", "收货方", required=True, most=200, width=30),
    Column("address", "Address", "收货地址", required=True, most=1000, width=40),
    Column("city", "City", "城市", most=100),
    Column("region", "Province or region", "省/地区", most=100),
    Column("postcode", "Postcode", "邮编", Kind.CODE, most=20),
    Column("country", "Country", "国家", most=2, help_en="ISO code, such as CN.", help_zh="ISO 代码，如 CN。"),
    Column("is_default", "Default address", "默认地址", Kind.FLAG, empty=False),
    Column("is_active", "Active", "启用", Kind.FLAG, empty=True),
)


def customer_values(row: CustomerRow) -> dict[str, object]:
    """A customer under the keys of its columns."""
    return {column.key: getattr(row, column.key) for column in CUSTOMERS}


def customer_row(values: Mapping[str, Any], before: CustomerRow | None) -> CustomerRow:
    """The customer a row of the table means; what has no column keeps its present value."""
    if before is None:
        return CustomerRow(**{"name": "", "currency": "", **values})
    return replace(before, **values)


def contact_row(values: Mapping[str, Any]) -> ContactRow:
    """The contact a row of the table means."""
    return ContactRow(**values)


def ship_to_row(values: Mapping[str, Any]) -> ShipToRow:
    """The address a row of the table means."""
    return ShipToRow(**values)


def values_of(row: ContactRow | ShipToRow) -> dict[str, object]:
    """A contact or address under the keys of its columns."""
    return asdict(row)
