from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from orderloop.catalog import rules
from orderloop.catalog.facts import ItemCodeRow, PackFact, PackRow, PriceRow, PriceStep, ProductFact, ProductRow

D = Decimal


def price(value: str, first: date, last: date | None = None) -> PriceRow:
    return PriceRow("DEALER", "BK-1", D(value), first, last)


def test_the_price_is_that_of_the_highest_step_the_quantity_reaches() -> None:
    steps = [PriceStep(D(1), D(8)), PriceStep(D(10), D(7))]
    assert [rules.price_at(steps, D(quantity)) for quantity in ("1", "9.999", "10", "12")] == [D(8), D(8), D(7), D(7)]
    assert rules.price_at(steps, D("0.5")) is None
    assert rules.price_at([], D(1)) is None


def test_codes_are_looked_for_as_written_and_in_half_width_capitals() -> None:
    assert rules.code_variants(" ｂｋ-1 ") == ("ｂｋ-1", "BK-1")
    assert rules.code_variants("BK-1") == ("BK-1",)


def test_units_of_a_product_are_its_own() -> None:
    product = ProductFact(1, "S", "", "", 1, "EA", "", D(1), D(1), "CNY", "buy", 0, D(1), D(0), True)
    assert rules.unit_factors(product, [PackFact(1, "CTN", 24, 1), PackFact(1, "KG", 1000, 33)]) == {
        "EA": Fraction(1),
        "CTN": Fraction(24),
        "KG": Fraction(1000, 33),
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("sku", "", "required"),
        ("name_en", "n" * 201, "too_long"),
        ("line", "", "required"),
        ("unit", "pieces", "unit_unknown"),
        ("currency", "¥", "not_a_currency"),
        ("supply", "rent", "not_a_choice"),
        ("list_price", D("-1"), "out_of_range"),
        ("cost", D("0.00001"), "too_precise"),
        ("order_multiple", D(0), "out_of_range"),
        ("lead_time_days", -1, "out_of_range"),
    ],
)
def test_each_wrong_field_of_a_product_is_named(field: str, value: object, code: str) -> None:
    good = {"sku": "BK-1", "name_en": "Bike", "line": "BIKES", "list_price": D(1), "currency": "CNY"}
    faults = rules.product_faults(ProductRow(**{**good, field: value}))  # type: ignore[arg-type]
    assert [(fault.code, fault.field) for fault in faults] == [(code, field)]


def test_a_pack_holds_at_least_one_and_an_item_code_needs_all_three_codes() -> None:
    assert [(f.code, f.field) for f in rules.pack_faults(PackRow("BK-1", "CTN", 0))] == [("out_of_range", "numerator")]
    assert {f.field for f in rules.item_code_faults(ItemCodeRow("", "", ""))} == {"customer_code", "code", "sku"}


def test_a_later_price_ends_the_open_ended_one_before_it() -> None:
    old, new = price("8", date(2026, 1, 1)), price("9", date(2026, 7, 1))
    assert rules.spans_after([old], [new]) == ([price("8", date(2026, 1, 1), date(2026, 6, 30)), new], [])


def test_an_earlier_price_without_end_lasts_until_the_next_begins() -> None:
    old, new = price("9", date(2026, 7, 1)), price("8", date(2026, 1, 1))
    assert rules.spans_after([old], [new]) == ([price("8", date(2026, 1, 1), date(2026, 6, 30)), old], [])


def test_a_price_of_the_same_first_day_takes_the_place_of_the_old_one() -> None:
    assert rules.spans_after([price("8", date(2026, 1, 1))], [price("9", date(2026, 1, 1))]) == (
        [price("9", date(2026, 1, 1))],
        [],
    )


def test_a_span_that_overlaps_a_closed_one_is_given_back() -> None:
    old, new = price("8", date(2026, 1, 1), date(2026, 12, 31)), price("9", date(2026, 7, 1))
    assert rules.spans_after([old], [new]) == ([old], [new])
