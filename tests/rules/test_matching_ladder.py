"""The ladder from what a customer wrote to one of our products, rung by rung."""

from decimal import Decimal

import pytest

from orderloop.catalog.facts import ProductFact
from orderloop.intake.rules.matching import Shelf, gtin, gtin_forms, match_line, name_agreement, near_products


def product(
    product_id: int, sku: str, *, name: str = "Hex bolt M8", zh: str = "六角螺栓", barcode: str = ""
) -> ProductFact:
    return ProductFact(
        product_id, sku, name, zh, 1, "EA", barcode, Decimal("12.5"), Decimal(4), "CNY", "buy", 5, Decimal(1),
        Decimal(0), True,
    )  # fmt: skip


BOLT = product(1, "BT-1058-O", barcode="4006381333931")
NUT = product(2, "NT-200", name="Nut M8", zh="螺母")
WASHER = product(3, "WS 300/A", name="Washer", zh="垫圈")
SHELF = Shelf.of([BOLT, NUT, WASHER], [("K-77", 1), ("NT-200X", 3)])


@pytest.mark.parametrize(
    ("line", "sku", "rung"),
    [
        ({"item": "K-77"}, "BT-1058-O", "customer"),
        ({"customer_item": "K-77"}, "BT-1058-O", "customer"),
        ({"item": "NT-200"}, "NT-200", "own"),
        ({"item": "nt-200"}, "NT-200", "own"),
        ({"item": "ＮＴ－２００"}, "NT-200", "own"),
        ({"item": "4006381333931"}, "BT-1058-O", "barcode"),
        ({"barcode": "04006381333931"}, "BT-1058-O", "barcode"),
        ({"item": "NT 200"}, "NT-200", "normalised"),
        ({"item": "ws300a"}, "WS 300/A", "normalised"),
        ({"item": "k77"}, "BT-1058-O", "normalised"),
        ({"item": "BT-IO58-0"}, "BT-1058-O", "skeleton"),
        ({"item": "8T-1OS8-O"}, "BT-1058-O", "skeleton"),
        ({"item": "N7-200", "description": "Nut M8"}, "", "none"),
        ({"item": "", "customer_item": ""}, "", "none"),
        ({"item": "4006381333932"}, "", "none"),
    ],
)
def test_each_rung_leads_to_the_one_product_it_hits(line: dict[str, str], sku: str, rung: str) -> None:
    match = match_line(line, SHELF)
    assert (match.product.sku if match.product else "", match.rung) == (sku, rung)


def test_every_rung_that_was_tried_is_told() -> None:
    match = match_line({"item": "BT-IO58-0"}, SHELF)
    assert [(each.rung, each.code, each.hits) for each in match.attempts] == [
        ("customer", "BT-IO58-0", ()),
        ("own", "BT-IO58-0", ()),
        ("barcode", "BT-IO58-0", ()),
        ("normalised", "BT-IO58-0", ()),
        ("skeleton", "BT-IO58-0", ("BT-1058-O",)),
    ]


def test_a_bad_page_that_could_mean_two_products_means_none() -> None:
    shelf = Shelf.of([product(1, "AB-10"), product(2, "AB-1O")])
    match = match_line({"item": "AB-IO"}, shelf)
    assert (match.product, match.reason, match.suggestions) == (None, "ambiguous", ("AB-10", "AB-1O"))
    assert match_line({"item": "AB-1O"}, shelf).rung == "own"


def test_codes_of_one_line_that_mean_different_products_mean_none() -> None:
    match = match_line({"customer_item": "K-77", "item": "NT-200"}, SHELF)
    assert (match.product, match.reason, match.suggestions) == (None, "codes_disagree", ("BT-1058-O", "NT-200"))
    assert match_line({"customer_item": "K-77", "barcode": "4006381333931"}, SHELF).rung == "customer"


NEAR = Shelf.of([BOLT, NUT], near={"BT-1059-O": (1, 2)})


@pytest.mark.parametrize(
    ("description", "price_agrees", "rung"),
    [
        ("Hex bolt M8, zinc", True, "corroborated"),
        ("六角螺栓 M8", True, "corroborated"),
        ("Hex bolt M8, zinc", False, "none"),
        ("Paint", True, "none"),
        ("", True, "none"),
    ],
)
def test_a_similar_code_is_taken_only_where_name_and_price_agree(
    description: str, price_agrees: bool, rung: str
) -> None:
    match = match_line({"item": "BT-1059-O", "description": description}, NEAR, lambda _product: price_agrees)
    assert match.rung == rung
    if rung == "none":
        assert (match.product, match.reason, match.suggestions) == (None, "unknown", ("BT-1058-O", "NT-200"))


def test_suggestions_are_five_at_most_and_never_accepted() -> None:
    shelf = Shelf.of([product(n, f"CODE-{n}") for n in range(1, 10)], near={"CODE-X": tuple(range(1, 10))})
    match = match_line({"item": "CODE-X"}, shelf)
    assert (match.product, match.suggestions) == (None, ("CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-5"))


@pytest.mark.parametrize(
    ("code", "full"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("4006381333932", ""),
        ("0000000000000", ""),
        ("400638133393", ""),
        ("BOLT", ""),
    ],
)
def test_a_barcode_is_told_by_its_check_digit(code: str, full: str) -> None:
    assert gtin(code) == full


def test_a_barcode_is_looked_for_in_every_length_it_is_written_in() -> None:
    assert gtin_forms("036000291452") == ("036000291452", "0036000291452", "00036000291452")
    assert gtin_forms("K-77") == ("K-77",)


def test_the_nearest_codes_come_first() -> None:
    assert near_products("NT-201", [BOLT, NUT, WASHER]) == (2,)
    assert near_products("", [BOLT]) == ()


def test_names_agree_by_words_and_in_chinese_by_pairs_of_signs() -> None:
    assert name_agreement("Bolt, hex, M8", BOLT) == 1.0
    assert name_agreement("镀锌六角螺栓", BOLT) == 1.0
    assert name_agreement("螺栓", BOLT) == pytest.approx(1 / 3)
