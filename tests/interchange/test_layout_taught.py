"""Pages read by what was taught of their words: nothing may be lost that was read before, and doubt stays doubt."""

import pytest
from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import Hints, ReadOrder
from orderloop.interchange.rules.pages.columns import Column
from orderloop.interchange.rules.pages.guessed import with_guessed
from orderloop.interchange.rules.pages.layout import order_from_pages

SHOWN = {"mark": "item", "calledoff": "quantity", "comesto": "amount"}


def read(drawing: str, columns: dict[str, str] | None = None, labels: dict[str, str] | None = None) -> ReadOrder:
    """The order on a drawn page, by titles and labels taught as lesson 7."""
    taught = [{given: f"{means}\t7" for given, means in (each or {}).items()} for each in (columns, labels)]
    return order_from_pages([page(drawing)], Hints(columns=taught[0], labels=taught[1]))


def test_a_column_nobody_has_shown_is_told_by_the_figures_of_those_that_were_and_stays_doubtful():
    order = read(
        """
Mark        What            Counted    Called off    Rated          Comes to
FR-R92R     Steel frame     EA         10            12.50          125.00
HL-U509     Red helmet      SET        5             34.99          174.95
""",
        SHOWN,
    )
    first, second = order.lines
    assert [(line["unit_price"].text, line["unit"].text, line["description"].text) for line in (first, second)] == [
        ("12.50", "EA", "Steel frame"),
        ("34.99", "SET", "Red helmet"),
    ]
    assert all(first[name].confidence < 0.8 for name in ("unit_price", "unit", "description"))
    assert all(first[name].confidence > 0.9 for name in SHOWN.values())


@pytest.mark.parametrize("rated", ["12.60", "seldom"])
def test_figures_that_do_not_agree_in_every_row_tell_no_column(rated):
    order = read(
        f"""
Mark        Called off    Rated          Comes to
FR-R92R     10            {rated}          125.00
HL-U509     5             34.99          174.95
""",
        SHOWN,
    )
    assert ["unit_price" in line for line in order.lines] == [False, False]


def test_a_price_is_told_where_a_column_says_row_by_row_for_how_many_it_is():
    order = read(
        """
Mark        Called off    Rated     Priced per    Comes to
FR-R92R     200           12.50     100           25.00
HL-U509     5             34.99     1             174.95
""",
        {**SHOWN, "pricedper": "price_basis"},
    )
    assert [line["unit_price"].text for line in order.lines] == ["12.50", "34.99"]


@pytest.mark.parametrize(
    ("title", "field"),
    [("每计价 Each At", "unit_price"), ("Each Discount", ""), ("Rated At", ""), ("Each Quantity", "")],
)
def test_a_word_of_an_unknown_title_tells_its_column_where_figures_cannot_and_no_other_word_objects(title, field):
    shown = Column("item", "Mark", 0, 40, strength=1.0, origin="7")
    guessed = with_guessed([shown, Column("", title, 60, 90)], [["FR-R92R"], ["12.50"]], ".")
    assert (guessed[1].field, guessed[1].strength < 0.8 or not field) == (field, True)


def test_what_is_called_a_price_unit_says_for_how_many_the_price_is_where_the_price_stands_elsewhere():
    shown = [Column(field, "", 0, 40, strength=1.0, origin="7") for field in ("quantity", "amount")]
    columns = [shown[0], Column("", "Rated", 60, 90), Column("unit_price", "Price Unit", 95, 120), shown[1]]
    texts = [["200", "5"], ["12.50", "34.99"], ["100", "1"], ["25.00", "174.95"]]
    guessed = with_guessed(columns, texts, ".")
    assert [column.field for column in guessed] == ["quantity", "unit_price", "price_basis", "amount"]


def test_titles_that_touch_are_told_apart_by_a_learnt_one_over_both_of_its_lines():
    order = read(
        """
Mark        Wording Called   Rated at
            of it   off
FR-R92R     Frame   10       12.50
HL-U509     Helmet  5        34.99
""",
        {"mark": "item", "calledoff": "quantity", "ratedat": "unit_price"},
    )
    assert [(line["item"].text, line["quantity"].text) for line in order.lines] == [("FR-R92R", "10"), ("HL-U509", "5")]


def test_the_end_of_a_firms_name_below_its_label_is_no_label():
    drawing = """
Docket: PO-4711        Our House From: 苏州华信自动化科技股份有限
                       公司
"""
    assert (
        read(drawing, labels={"ourhousefrom": "customer_name"}).text("customer_name")
        == "苏州华信自动化科技股份有限公司"
    )


@pytest.mark.parametrize(("second", "is_sure"), [("PO-4711", True), ("PO-4712", False)])
def test_taught_words_that_say_two_things_are_doubtful(second, is_sure):
    order = read(f"Docket:  PO-4711\nRaised:  2026-05-01\nDocket:  {second}", labels={"docket": "po_number"})
    assert (order.text("po_number"), order.fields["po_number"].confidence > 0.8) == ("PO-4711", is_sure)
    assert [fault.params["name"] for fault in order.faults] == ([] if is_sure else ["po_number"])


def test_taught_words_outrank_known_ones():
    order = read("PO No.:  PO-4711\nDocket:  D-17", labels={"docket": "po_number"})
    assert (order.text("po_number"), order.faults) == ("D-17", ())


def test_a_value_ends_before_words_that_a_wide_gap_parts_from_it():
    drawing = "Gate: 910 Zhenan Road   Commissioned\nFrom: Suzhou Hengda Co., Ltd."
    assert read(drawing, labels={"gate": "ship_to_text"}).text("ship_to_text") == "910 Zhenan Road"
