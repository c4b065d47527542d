"""What a value shown on a page teaches, worked out without a database: which words, and what they mean from then on."""

import pytest
from tests.interchange.drawn_pages import page

from orderloop.intake.rules.learning import Learnt, is_shown_beside, lesson_of
from orderloop.interchange.facts import Page, Place

FORM = """
Our House:      Suzhou Hengda Trading Co., Ltd.
House key:      K-4711
Drop at:        850 Zhenan Road

Mark        Called off     Rated at     Comes to
FR-R92R     10 EA          12.50        125.00
HL-U509     5 EA           34.99        174.95
"""


def shown(drawn: Page, path: str, *words: str, text: str = "") -> Learnt | None:
    """What is learnt of these words, clicked one after the other for the field."""
    boxes = [next(word.box for word in drawn.words if word.text == each) for each in words]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    place = Place(page=1, box=(min(lefts), min(tops), max(rights), max(bottoms)))
    raw = " ".join(words)
    return lesson_of(path, text or raw, raw, place, [drawn])


@pytest.mark.parametrize(
    ("path", "words", "learnt"),
    [
        ("customer_name", ("Suzhou", "Hengda"), Learnt("label", "ourhouse", "customer_name")),
        ("customer", ("Suzhou", "Hengda"), Learnt("label", "ourhouse", "customer_name")),
        ("customer", ("K-4711",), Learnt("label", "housekey", "customer_code")),
        ("ship_to", ("850", "Zhenan", "Road"), Learnt("label", "dropat", "ship_to_text")),
        ("lines/0/quantity", ("10", "EA"), Learnt("column", "calledoff", "quantity")),
        ("lines/1/amount", ("174.95",), Learnt("column", "comesto", "amount")),
    ],
)
def test_a_click_on_the_source_teaches_the_words_beside_or_above_it(path, words, learnt):
    assert shown(page(FORM), path, *words) == learnt


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (
            "Mark        Called off    Rated at\nFR-R92R     10 EA         12.50\nHL-U509     5 EA          3.00",
            "calledoff",
        ),
        (
            "Mark        Called off    Rated at\nFR-R92R     10EA          12.50\nHL-U509     5EA           3.00",
            "calledoff",
        ),
    ],
)
def test_a_unit_shown_in_one_cell_with_its_quantity_teaches_that_the_column_holds_the_quantity(rows, title):
    word = "10EA" if "10EA" in rows else "EA"
    assert shown(page(rows), "lines/0/unit", word) == Learnt("column", title, "quantity")


def test_a_unit_below_its_quantity_teaches_that_the_column_holds_the_quantity():
    rows = "Mark        How many    Rated at\nFR-R92R     500.00      12.50\n            PCS"
    assert shown(page(rows), "lines/0/unit", "PCS") == Learnt("column", "howmany", "quantity")


def test_a_value_that_touches_the_next_columns_is_learnt_by_the_nearest_title():
    rows = "No.  Wanted     Goods Mark      Rated at\n1           500 FR-R92R         12.50"
    drawn = page(rows)
    learnt = [shown(drawn, f"lines/0/{name}", word) for name, word in (("quantity", "500"), ("item", "FR-R92R"))]
    assert learnt == [Learnt("column", "wanted", "quantity"), Learnt("column", "goodsmark", "item")]


def test_a_unit_in_a_column_of_its_own_teaches_its_own_title():
    rows = "Mark        Wanted  Counted in    Rated at\nFR-R92R     10      EA            12.50"
    assert shown(page(rows), "lines/0/unit", "EA") == Learnt("column", "countedin", "unit")


def test_the_only_row_of_a_table_is_no_further_line_of_its_titles():
    titles = "No.  What It Is   Reference Mark  Wanted   Agreed Rate"
    drawn = page(f"{titles}\n1    O-ring       OR5175/BR       1 PCS    3.1866")
    assert shown(drawn, "lines/0/item", "OR5175/BR") == Learnt("column", "referencemark", "item")


def test_a_known_word_within_an_unknown_title_does_not_part_it():
    rows = "Mark        Wanted    Each At    Comes to\nFR-R92R     10        12.50      125.00"
    assert shown(page(rows), "lines/0/unit_price", "12.50") == Learnt("column", "eachat", "unit_price")


def test_a_sum_is_learnt_by_its_label_behind_other_figures_and_with_its_currency():
    drawn = page("Mark      Wanted    Comes to\nFR-1      1754      99.50 USD\nWhole Value    1754    111637.63 USD")
    assert shown(drawn, "total", "111637.63") == Learnt("label", "wholevalue", "total")


def test_a_value_without_digits_below_its_label_is_learnt_by_that_and_not_by_the_value_beside_it():
    drawn = page(
        """
  Docket         Raised         Wanted by
  PO-4711        2026-05-01     2026-06-01

  Terms          Gate           Handler
  In advance     Zhenan Road    Li Ming
"""
    )
    assert shown(drawn, "ship_to", "Zhenan", "Road") == Learnt("label", "gate", "ship_to_text")


@pytest.mark.parametrize(
    ("drawing", "learnt"),
    [
        # Nothing stands behind the second word.
        ("Case      PO-4711\nFolio\nRaised    2026-05-01", "casefolio"),
        # A label of its own, with its own value.
        ("Case      PO-4711\nFolio     17\nRaised    2026-05-01", "case"),
        ("Case      PO-4711\nFolio     17-Sept\n\n\n\nCase      again", "case"),
        # Closer together than the rows are, though the value goes on too.
        ("Raised    2026-05-01\n\nOn        PO-4711\nBehalf    Suzhou\n\nGate      Zhenan Road", "onbehalf"),
        # Each has its colon, the first apart from it.
        ("Case :     PO-4711\nFolio :    17\nRaised :   2026-05-01", "case"),
        # The next label is known and has a value, though this one lacks its colon.
        ("Case            PO-4711\nDelivery date:  2026-05-01\nCurrency:       CNY", "case"),
        # The second word ends with the colon.
        ("Raised:   2026-05-01\nOn        PO-4711\nBehalf:   Suzhou\nGate:     Zhenan Road", "onbehalf"),
    ],
)
def test_a_label_that_goes_on_below_is_learnt_whole(drawing, learnt):
    assert shown(page(drawing), "po_number", "PO-4711") == Learnt("label", learnt, "po_number")


def test_a_value_that_words_hang_on_in_front_is_learnt_by_them_and_not_by_what_stands_above():
    drawn = page("Curr. Yuan         Handler Li Ming\nHouse Suzhou Ltd   Docket PO-4711")
    assert shown(drawn, "po_number", "PO-4711") == Learnt("label", "docket", "po_number")


def test_a_value_below_one_title_alone_is_of_that_column_however_wide_the_figures_before_it_are():
    rows = "Mark        Called off    Comes to  Notes\nFR-R92R     10            12345678.90 as drawn"
    learnt = [
        shown(page(rows), path, word) for path, word in (("lines/0/amount", "12345678.90"), ("lines/0/note", "drawn"))
    ]
    assert learnt == [Learnt("column", "comesto", "amount"), Learnt("column", "notes", "note")]


def test_a_label_is_learnt_as_it_is_read_where_cells_begin_below_one_another():
    drawn = page("Terms  Net cash\nHandle Signed on:  2026-05-01\nRoute  By rail")
    assert shown(drawn, "ordered_on", "2026-05-01") == Learnt("label", "signedon", "ordered_on")


def test_the_cells_of_a_table_nobody_knows_part_no_label_above_it():
    head = "Handle Signed on:  2026-05-01"
    rows = "No.    Mark       Wanted    Rated at\n1      FR-R92R    10        12.50\n2      HL-U509    5         3.00"
    assert shown(page(f"{head}\n\n{rows}"), "ordered_on", "2026-05-01") == Learnt(
        "label", "handlesignedon", "ordered_on"
    )


def test_the_title_of_a_table_whose_other_titles_are_known_is_learnt_whole():
    rows = "No.  Item code    Quantity  Each At    Amount\n1    FR-R92R      10        12.50      125.00"
    assert shown(page(rows), "lines/0/unit_price", "12.50") == Learnt("column", "eachat", "unit_price")


def test_an_address_given_a_name_of_ours_is_learnt_as_that():
    learnt = shown(page(FORM), "ship_to", "850", "Zhenan", "Road", text="GATE-3")
    assert learnt == Learnt("ship_to", "850 zhenan road", "GATE-3")


@pytest.mark.parametrize(("text", "order"), [("2026-05-03", "dmy"), ("2026-03-05", "mdy")])
def test_the_sense_picked_of_a_day_that_has_two_teaches_the_order_of_day_and_month(text, order):
    assert shown(page("Wanted:  03/05/2026"), "requested_on", "03/05/2026", text=text) == Learnt(
        "format", "date_order", order
    )


def test_only_fields_that_readers_know_are_shown():
    paths = ("customer_name", "lines/9/amount", "secret", "lines/0/secret", "customer")
    assert [is_shown_beside(path) for path in paths] == [True, True, False, False, False]
