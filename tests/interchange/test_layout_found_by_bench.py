"""Forms that were misread once: labels above values clicked, labels and sums that wrap, days under unknown titles."""

import pytest
from tests.interchange.drawn_orders import GOODS, order
from tests.interchange.drawn_pages import page

from orderloop.interchange.rules.lexicon import basis_in
from orderloop.interchange.rules.pages.teaching import column_title_of, label_near


@pytest.mark.parametrize("title", ["单价/百件", "单价(每100个)", "Price per 100", "Unit price / 100 pcs"])
def test_a_price_for_a_hundred_is_known_by_its_title(title):
    assert basis_in(title) == "100"


def test_a_currency_named_in_chinese_is_a_value_and_no_label():
    read = order("订单编号：  PO-4711\n币种：      人民币\n" + GOODS)
    assert read.text("currency") == "CNY"


def test_days_under_a_title_nobody_knows_are_doubtful_days_of_the_lines():
    read = order(
        """
PO No.:  PO-4711    Delivery date:  2026-11-30

Item code    Description    Quantity    Unit    Unit price    At plant
FR-R92R      Frame          10          EA      12.50         2026-12-07
HL-U509      Helmet         20          EA      3.00          2026-12-14
"""
    )
    assert [line["requested_on"].text for line in read.lines] == ["2026-12-07", "2026-12-14"]
    assert all(line["requested_on"].confidence < 0.8 for line in read.lines)


def test_a_sum_that_wraps_is_read_whole():
    read = order(GOODS + "\n                                                    Total           299.9\n"
                 "                                                                      5\n")  # fmt: skip
    assert read.text("total") == "299.95"


def test_a_click_on_a_value_below_its_label_names_that_label_and_not_the_value_beside_it():
    drawn = page(
        """
  Handler        Docket           Drop at
  Li Ming        2026-59637-B     850 Zhenan Road
"""
    )
    assert [label_near(drawn, _word(drawn, text)) for text in ("2026-59637-B", "850")] == ["docket", "dropat"]


def test_a_click_names_the_title_of_its_own_table_and_no_label_of_the_form_above():
    drawn = page(
        """
  Docket         Drop at             Wanted
  59637-B        850 Zhenan Road     2026-11-30

  Mark           Wording             Called off     Rated at
  FR-R92R        Frame               10 EA          12.50
  HL-U509        Helmet              5 EA           34.99
"""
    )
    assert [column_title_of(drawn, _word(drawn, text)) for text in ("HL-U509", "5", "34.99")] == [
        "mark",
        "calledoff",
        "ratedat",
    ]


def _word(drawn, text):
    return next(word.box for word in drawn.words if word.text == text)
