"""Short forms in which people write lines, days and codes into a mail, each on its own."""

from datetime import date

import pytest

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.lexicon import COLUMNS, LABELS
from orderloop.interchange.rules.text_orders import order_from_text
from orderloop.interchange.rules.text_orders.words import BARE_LABELS, COLUMN_LABELS, HEADER_LABELS, fold

HINTS = Hints(today=date(2026, 1, 10))


def lines(text):
    order = order_from_text(text, HINTS)
    return (
        None
        if order is None
        else [
            tuple(line[name].text if name in line else "" for name in ("item", "description", "quantity", "unit"))
            for line in order.lines
        ]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 ea VLV-7446", [("VLV-7446", "", "4", "ea")]),
        ("- VLV-7446: 4 ea", [("VLV-7446", "", "4", "ea")]),
        ("- VLV-7446: 4 ea\n- SC16105/BR: 15 each", [("VLV-7446", "", "4", "ea"), ("SC16105/BR", "", "15", "each")]),
        ("12 x 31911659", [("31911659", "", "12", "")]),
        ("31911659 x 12", [("31911659", "", "12", "")]),
        ("31911659 12\n31911660 4", [("31911659", "", "12", ""), ("31911660", "", "4", "")]),
        ("球阀 VLV-7446 12只", [("VLV-7446", "球阀", "12", "只")]),
        ("黄铜球阀 31911659 12只", [("31911659", "黄铜球阀", "12", "只")]),
        ("轴承 CT1371A2 1只", [("CT1371A2", "轴承", "1", "只")]),
        ("请发 阀 DN150 3只", [("", "阀 DN150", "3", "只")]),
        ("请发 板 SUS304 3张", [("", "板 SUS304", "3", "张")]),
    ],
)
def test_a_line_is_read_in_each_form(text, expected):
    assert lines(text) == expected


@pytest.mark.parametrize(
    "text", ["Call me at 13800138000 x 12", "12 x 400", "We sold 12 x 200000 last year", "0512 66778899"]
)
def test_numbers_that_order_nothing_are_no_lines(text):
    assert lines(text) is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("12-Feb-2026", "2026-02-12"),
        ("12-Feb-26", "2026-02-12"),
        ("12/Feb/2026", "2026-02-12"),
        ("2026-Feb-12", "2026-02-12"),
        ("12 February 2026", "2026-02-12"),
        ("Feb 12, 2026", "2026-02-12"),
        ("31-Feb-2026", "31-Feb-2026"),
    ],
)
def test_a_day_with_the_name_of_its_month_is_read(written, day):
    order = order_from_text(f"Please deliver by {written}:\n4 ea VLV-7446", HINTS)
    assert order is not None
    assert order.text("requested_on") == day


def test_an_item_priced_each_is_not_counted_by_its_price():
    order = order_from_text("please send 12 pcs VLV-7446, price: 4 each", HINTS)
    assert order is not None
    assert [(line["quantity"].text, line["unit_price"].text) for line in order.lines] == [("12", "4")]


def test_the_words_of_forms_are_the_words_of_mails():
    """Every sure name of the lexicon is known here too and means the same, unless a mail means something else by it."""
    for table, known in ((LABELS, HEADER_LABELS), (COLUMNS, COLUMN_LABELS)):
        sure = {
            fold(name): field for field, names in table.items() if field.isidentifier() for name in names.split("|")
        }
        others = {name for name, field in sure.items() if field != "other" and known.get(name) != field}
        assert others <= {"from", "to", "date", "youritem", "含税金额", "地址", "收货人"}


def test_a_word_that_begins_sentences_needs_its_colon():
    assert "issued" in HEADER_LABELS
    assert "issued" not in BARE_LABELS
