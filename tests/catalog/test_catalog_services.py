from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orderloop.catalog import queries, services
from orderloop.catalog.facts import (
    ItemCodeRow,
    MatchedBy,
    PackRow,
    PriceListRow,
    PriceRow,
    PriceStep,
    ProductLineRow,
    ProductRow,
    Saved,
)
from orderloop.catalog.models import Price, Product
from orderloop.customers.facts import CustomerRow
from orderloop.customers.services import save_customers
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.outcome import Reason, Refused, Stale

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def customer_id() -> int:
    return save_customers([CustomerRow("C1", "Bike World", "CNY")], at=AT, actor=SYSTEM).values["C1"].row_id


def test_saving_tells_new_changed_and_unchanged_apart(product_ids: dict[str, int]) -> None:
    rows = [
        ProductRow("BK-1", "Road bike", "BIKES", D("999.00"), "CNY", name_zh="公路车", barcode="690001"),
        ProductRow("BK-2", "Mountain bike", "BIKES", D("1250.00"), "CNY", supply="make", lead_time_days=12),
        ProductRow("BK-3", "City bike", "BIKES", D("500.00"), "CNY"),
    ]
    assert services.compare_products(rows).values["BK-2"] == Saved(product_ids["BK-2"], "changed", ("list_price",))
    outcomes = services.save_products(rows, at=LATER, actor=SYSTEM)
    assert [outcomes.values[sku].change for sku in ("BK-1", "BK-2", "BK-3")] == ["unchanged", "changed", "new"]
    assert queries.by_skus(["BK-2"])["BK-2"].list_price == D(1250)


def test_wrong_products_are_refused_with_every_reason_and_nothing_of_them_saved(product_ids: dict[str, int]) -> None:
    rows = [
        ProductRow("BK-9", "New", "NONE", D(1), "CNY", barcode="690001"),
        ProductRow("BK-1", "Road bike", "BIKES", D(1), "CNY", unit="SET"),
        ProductRow("BK-7", "One", "BIKES", D(1), "CNY", barcode="77"),
        ProductRow("BK-8", "Two", "BIKES", D(1), "CNY", barcode="77"),
    ]
    outcomes = services.save_products(rows, at=LATER, actor=SYSTEM)
    assert outcomes.refused == (
        Refused("BK-9", (Reason("line_unknown", "line"), Reason("barcode_taken", "barcode", {"sku": "BK-1"}))),
        Refused("BK-1", (Reason("unit_in_use", "unit"),)),
        Refused("BK-8", (Reason("barcode_taken", "barcode", {"sku": "BK-7"}),)),
    )
    assert set(Product.objects.values_list("sku", "list_price")) == {
        ("BK-1", D(999)),
        ("BK-2", D(1200)),
        ("BK-7", D(1)),
    }


def test_a_product_changed_meanwhile_is_stale_and_stays(product_ids: dict[str, int]) -> None:
    row = ProductRow("BK-1", "Mine", "BIKES", D(1), "CNY")
    outcomes = services.save_products([row], at=LATER, actor=SYSTEM, expected={"BK-1": LATER})
    assert outcomes.stale == (Stale("BK-1", AT),)
    assert queries.by_skus(["BK-1"])["BK-1"].name_en == "Road bike"


def test_codes_are_recognised_as_ours_as_barcodes_and_as_the_customers_own(
    product_ids: dict[str, int], customer_id: int
) -> None:
    services.save_item_codes(
        [ItemCodeRow("C1", "ROT-7", "BK-2"), ItemCodeRow("C1", "BK-1", "BK-2")], at=AT, actor=SYSTEM
    )
    codes = ["bk-2", "690001", "ROT-7", "BK-1", "nothing"]
    with CaptureQueriesContext(connection) as captured:
        found = queries.products_by_codes([customer_id] * 4 + [0] * 5, codes[:4] + codes)
    assert len(captured) == 1
    seen = {key: [(match.product.sku, match.by) for match in matches] for key, matches in found.items()}
    assert seen == {
        (customer_id, "bk-2"): [("BK-2", MatchedBy.SKU)],
        (customer_id, "690001"): [("BK-1", MatchedBy.BARCODE)],
        (customer_id, "ROT-7"): [("BK-2", MatchedBy.CUSTOMER)],
        (customer_id, "BK-1"): [("BK-2", MatchedBy.CUSTOMER), ("BK-1", MatchedBy.SKU)],
        (0, "bk-2"): [("BK-2", MatchedBy.SKU)],
        (0, "690001"): [("BK-1", MatchedBy.BARCODE)],
        (0, "BK-1"): [("BK-1", MatchedBy.SKU)],
    }


def test_prices_are_those_valid_on_the_day(product_ids: dict[str, int]) -> None:
    rows = [
        PriceRow("DEALER", "BK-1", D(850), date(2026, 7, 1)),
        PriceRow("DEALER", "BK-1", D(700), date(2026, 1, 1), from_quantity=D(10)),
        PriceRow("DEALER", "BK-2", D(900), date(2026, 1, 1), date(2026, 1, 31)),
    ]
    assert services.save_prices(rows, at=AT, actor=SYSTEM).all_done
    price_list = queries.all_price_lists()[0].price_list_id
    one, two = product_ids["BK-1"], product_ids["BK-2"]
    assert queries.prices_for([price_list], [one, two], date(2026, 1, 31)) == {
        (price_list, one): (PriceStep(D(1), D(800)), PriceStep(D(10), D(700))),
        (price_list, two): (PriceStep(D(1), D(900)),),
    }
    assert queries.prices_for([price_list], [one, two], date(2026, 7, 1)) == {
        (price_list, one): (PriceStep(D(1), D(850)), PriceStep(D(10), D(700))),
    }
    assert [(each.unit_price, each.valid_to) for each in queries.price_rows_for([one]) if each.from_quantity == 1] == [
        (D(800), date(2026, 6, 30)),
        (D(850), None),
    ]


def test_a_price_that_overlaps_or_knows_no_list_is_refused_and_nothing_changes(product_ids: dict[str, int]) -> None:
    services.save_prices(
        [PriceRow("DEALER", "BK-2", D(900), date(2026, 1, 1), date(2026, 12, 31))], at=AT, actor=SYSTEM
    )
    before = list(Price.objects.order_by("id").values())
    rows = [PriceRow("DEALER", "BK-2", D(1), date(2026, 3, 1)), PriceRow("NONE", "BK-9", D(1), date(2026, 3, 1))]
    outcomes = services.save_prices(rows, at=AT, actor=SYSTEM)
    assert [each.reasons for each in outcomes.refused] == [
        (Reason("span_overlaps", "valid_from"),),
        (Reason("price_list_unknown", "price_list"), Reason("product_unknown", "sku")),
    ]
    assert list(Price.objects.order_by("id").values()) == before


def test_packs_need_another_unit_than_the_products_own(product_ids: dict[str, int]) -> None:
    outcomes = services.save_packs([PackRow("BK-1", "CTN", 4), PackRow("BK-1", "EA", 1)], at=AT, actor=SYSTEM)
    assert outcomes.done_ids == (("BK-1", "CTN"),)
    assert outcomes.refused == (Refused(("BK-1", "EA"), (Reason("unit_is_base", "unit"),)),)
    assert [pack.factor for pack in queries.packs_for([product_ids["BK-1"]])[product_ids["BK-1"]]] == [4]


def test_the_currency_of_a_list_with_prices_stays(product_ids: dict[str, int]) -> None:
    outcomes = services.save_price_lists([PriceListRow("DEALER", "Dealers", "USD")], at=AT, actor=SYSTEM)
    assert outcomes.refused == (Refused("DEALER", (Reason("currency_in_use", "currency"),)),)


def test_search_finds_products_by_pinyin_code_and_name(product_ids: dict[str, int]) -> None:
    assert [each.sku for each in queries.find("glc")] == ["BK-1"]
    assert [each.sku for each in queries.find("bike")] == ["BK-1", "BK-2"]
    assert [each.sku for each in queries.find("bk-2")] == ["BK-2"]


def test_the_number_of_statements_does_not_grow_with_the_number_of_rows(product_ids: dict[str, int]) -> None:
    def save(count: int) -> tuple[int, int, int]:
        names = [f"N{count}-{n}" for n in range(count)]
        with CaptureQueriesContext(connection) as products:
            services.save_products(
                [ProductRow(sku, sku, "BIKES", D(1), "CNY", barcode=sku) for sku in names], at=AT, actor=SYSTEM
            )
        with CaptureQueriesContext(connection) as prices:
            services.save_prices(
                [PriceRow("DEALER", sku, D(1), date(2026, 1, 1)) for sku in names], at=AT, actor=SYSTEM
            )
        with CaptureQueriesContext(connection) as packs:
            services.save_packs([PackRow(sku, "CTN", 4) for sku in names], at=AT, actor=SYSTEM)
        return len(products), len(prices), len(packs)

    services.save_product_lines([ProductLineRow("OTHER", "Other")], at=AT, actor=SYSTEM)
    assert save(2) == save(300)
