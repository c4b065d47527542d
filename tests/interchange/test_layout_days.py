"""Days cut short, and days that stand where no day belongs: nothing of either is booked unseen."""

import pytest
from tests.interchange.drawn_orders import order

from orderloop.interchange.rules.pages.days import cut_days


@pytest.mark.parametrize(
    ("written", "cut"),
    [
        (["2026-07-1", "2026-11-03"], {0}),
        (["2026-7-1", "2026-11-14"], set()),
        (["2026-11-1", "2026-11-03"], {0}),
        (["2026.11.1", "2026-11-03"], set()),
        (["07/11/20", "07/11/2026"], {0}),
        (["07/11/26", "08/11/26"], set()),
        (["14-Nov-20", "03-Nov-2026"], {0}),
        (["5-Nov-2026", "14-Nov-2026"], set()),
        (["2026年7月1", "2026年7月14日"], {0}),
        (["2026年7月1日", "2026年7月14日"], set()),
        (["soon", ""], set()),
        ([], set()),
    ],
)
def test_a_day_is_cut_where_it_lacks_what_the_others_of_its_form_have(written, cut):
    assert cut_days(written) == cut


HEADER = """
  PO No.:   PO-4711       Order date:    2026-06-03
  Supplier: Adventure     Delivery date: 2026-07-30
"""
HEADS = "  Item code    Description             Quantity   Price   Amount"


def doubted(read) -> list[str]:
    return [fault.params["name"] for fault in read.faults]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Hex nut 6x50 2026-07-17", "2026-07-17"),
        ("Hex nut November 14, 2026", "2026-11-14"),
        ("14-Nov-2026 Hex nut", "2026-11-14"),
        ("November 21, nut 2026", "November 21,"),
    ],
)
def test_a_day_among_a_lines_other_texts_is_doubtful_and_the_headers_day_not_taken_for_it(text, day):
    read = order(f"{HEADER}\n{HEADS}\n  HL-U509      {text:27}10    12.50   125.00\n")
    [line] = read.lines
    assert (line["requested_on"].text, line["requested_on"].confidence) == (day, 0.4)
    assert doubted(read) == ["requested_on"]


@pytest.mark.parametrize("text", ["Hex nut 6x50", "Hex nut M20x2020-12", "Hex nut A-2026-07-17"])
def test_goods_without_a_day_are_asked_for_when_the_header_says(text):
    read = order(f"{HEADER}\n{HEADS}\n  HL-U509      {text:27}10    12.50   125.00\n")
    assert ["requested_on" in line for line in read.lines] == [False]
    assert doubted(read) == []


@pytest.mark.parametrize(
    ("day", "read_as", "doubts"), [("2026-07-1", "2026-07-01", 1), ("2026-07-17", "2026-07-17", 0)]
)
def test_a_lines_day_that_lacks_its_last_digit_is_doubtful(day, read_as, doubts):
    heads = "  Item code    Description             Quantity   Price   Amount  Due date"
    read = order(f"{HEADER}\n{heads}\n  HL-U509      Helmet                  10         12.50   125.00  {day}\n")
    [line] = read.lines
    assert line["requested_on"].text == read_as
    assert doubted(read) == ["requested_on"] * doubts
