"""Lines looked at together: codes printed in the column of names, and sentences of terms that look like lines."""

import pytest
from tests.interchange.drawn_orders import order

from orderloop.interchange.facts import Value
from orderloop.interchange.rules.pages.goods import lines_of_goods


@pytest.mark.parametrize(
    ("descriptions", "codes", "names"),
    [
        (("[HX-M8-50] Hex bolt", "[NUT-M8] Hex nut"), ["HX-M8-50", "NUT-M8"], ["Hex bolt", "Hex nut"]),
        (("BRG-6204 Ball bearing", "GLV-L Gloves, size L"), ["BRG-6204", "GLV-L"], ["Ball bearing", "Gloves, size L"]),
        (("10002345 Cable tie", "10002346 Cable tie"), ["10002345", "10002346"], ["Cable tie", "Cable tie"]),
        (("BRG-6204 Ball bearing", "Gloves, size L"), ["", ""], ["BRG-6204 Ball bearing", "Gloves, size L"]),
        (("M8x50 Hex bolt", "M10x60 Hex bolt"), ["", ""], ["M8x50 Hex bolt", "M10x60 Hex bolt"]),
        (("200 Cable ties", "300 Cable ties"), ["", ""], ["200 Cable ties", "300 Cable ties"]),
        (("A-1001 Bolt", "A-1001 Bolt"), ["", ""], ["A-1001 Bolt", "A-1001 Bolt"]),
    ],
)
def test_a_code_before_each_name_is_the_lines_code(
    descriptions: tuple[str, ...], codes: list[str], names: list[str]
) -> None:
    lines = lines_of_goods([[{"description": Value(text), "quantity": Value("1")} for text in descriptions]])
    assert [line["item"].text if "item" in line else "" for line in lines] == codes
    assert [line["description"].text for line in lines] == names


def test_a_line_that_has_its_code_keeps_its_name_whole() -> None:
    line = {"item": Value("A-1"), "description": Value("BRG-6204 Ball bearing"), "quantity": Value("1")}
    assert lines_of_goods([[line]]) == [line]


def test_a_number_in_a_sentence_of_terms_is_no_line_and_a_delivery_is_one() -> None:
    goods = {"item": Value("A-1"), "quantity": Value("10")}
    sentence = {
        "requested_on": Value("The Supplier shall deliver", raw="The Supplier shall deliver"),
        "quantity": Value("110"),
    }
    delivery = {"requested_on": Value("2026-12-04", raw="04.12.2026"), "quantity": Value("4")}
    assert lines_of_goods([[goods], [sentence, delivery]]) == [goods, delivery]


def test_names_printed_with_their_codes_are_read_from_a_form() -> None:
    read = order(
        """
        PO No.: 4711     Order date: 2026-11-12

        Description              Qty       Unit price    Amount
        [HX-8] Hex bolt          10        2.00          20.00
        [NT-8] Hex nut           30        1.00          30.00
        """
    )
    assert [line["item"].text for line in read.lines] == ["HX-8", "NT-8"]


@pytest.mark.parametrize(
    "table",
    [
        "Description             Qty\n   HX-8 Hex bolt           500 pcs\n   NT-8 Hex nut            300 pcs",
        "Item code              Qty\n   HX-8                   500 pcs\n   NT-8                   300 pcs",
        "Description      Delivery     Qty\n   HX-8 Hex bolt    2026-12-08   500\n   NT-8 Hex nut     2026-12-08   300",
    ],
)
def test_a_table_without_prices_needs_no_column_of_codes(table: str) -> None:
    read = order(f"\n   PO number: PO-1\n   {table}\n")
    assert [(line["item"].text, line["quantity"].text) for line in read.lines] == [("HX-8", "500"), ("NT-8", "300")]


def test_rulings_drawn_with_letters_are_no_words_of_the_heading() -> None:
    read = order(
        """
        ORDER NO.....: 0083312
        ----------------------------------------------------------
        LN   PART NUMBER    DESCRIPTION    QTY   UM   UNIT PRICE    VALUE
        ----------------------------------------------------------
        01   HX-8           HEX BOLT       10    EA   2.00          20.00
        02   NT-8           HEX NUT        30    EA   1.00          30.00
        ==========================================================
        """
    )
    names = ("item", "description", "quantity", "unit_price", "amount")
    assert [tuple(line[name].text for name in names) for line in read.lines] == [
        ("HX-8", "HEX BOLT", "10", "2.00", "20.00"), ("NT-8", "HEX NUT", "30", "1.00", "30.00"),
    ]  # fmt: skip
