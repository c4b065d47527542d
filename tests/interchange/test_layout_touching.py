"""Cells that hardly a gap parts: labels and their values, titles and titles; titles said again above nothing."""

import pytest
from tests.interchange.drawn_orders import order, table
from tests.interchange.drawn_pages import placed

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.pages.layout import order_from_pages
from orderloop.interchange.rules.pages.lines import sheet_of
from orderloop.interchange.rules.pages.tables import tables_of


def test_values_that_begin_below_one_another_are_parted_from_labels_that_end_close_before_them():
    read = order_from_pages(
        [
            placed(
                """
采购单号<42-74> PO<76-87> No.<89-102> 4500086048<130-187>
下单日期<42-74> Date<76-94> 2026/5/9<130-163>
经办人<42-66> Contact<68-97> Person<99-125> 周倩<130-146>
付款条件<42-74> Terms<76-99> 月结<130-146>
"""
            )
        ],
        Hints(),
    )
    assert [read.text(name) for name in ("po_number", "contact")] == ["4500086048", "周倩"]


def test_a_label_over_two_lines_does_not_take_the_value_beside_its_first_in():
    read = order_from_pages(
        [
            placed(
                """
Currency:<42-82> EUR<129-150> Phone:<310-340> 0590-55183891<398-468>
采购员<42-72> Purchasing<75-123> 张敏<129-150> Order<310-340> No.:<343-360> 4500086048<398-450>
Agent：<42-77>
Email:<42-72> min@jinding.example<129-230>
"""
            )
        ],
        Hints(),
    )
    assert [read.text(name) for name in ("contact", "contact_email")] == ["张敏", "min@jinding.example"]


def test_titles_that_touch_over_two_lines_are_parted_as_all_of_them_are_known():
    titles = (
        "Pos<42-63> Buyer<68-101> Part<105-128> SKU<156-179> Name<229-261> Qty<361-381> UOM<398-425> Price<445-469>\n"
        ".<51-54> No.<89-108>"
    )
    row = "1<42-48> M16117-73<67-124> HN6812ZN<133-188> Nut<205-225> 500<358-393> PCS<397-416> 1.35<449-484>"
    read = order_from_pages([placed(f"{titles}\n\n{row}")], Hints())
    assert table(read, "line_no", "customer_item", "item") == [("1", "M16117-73", "HN6812ZN")]


@pytest.mark.parametrize(
    ("bases", "read_as"),
    [(("100", "1"), [("3.39", "100"), ("34.47", "")]), (("5.09", "51.70"), [("5.09", ""), ("51.70", "")])],
)
def test_of_two_prices_one_that_says_for_how_many_pieces_is_none(bases, read_as):
    first, second = bases
    read = order(f"""
  Item code    Description      Qty    Price (incl. tax)    Price Per    Remark
  FW.3251      Flat washer    20000                 3.39        {first:>5}
  HH3971BR     Hose              30                34.47        {second:>5}
""")
    assert table(read, "unit_price", "price_basis") == read_as


def test_titles_said_again_above_nothing_but_a_sum_are_no_labels():
    titles = """
Item<68-86> No.<89-102> Description<172-216> Customer<264-301> Part<304-321> Qty<346-361> Unit<390-407> Price<449-469>
No.<286-300>
"""
    row = "HL-U509<68-102> Helmet<172-200> P1234-56<264-301> 5<350-355> EA<390-400> 34.99<449-469>\n"
    pages = [placed(f"{titles}{row}"), placed(f"{titles}\n\nTotal<172-186> 174.95<449-469>")]
    tables = tables_of([sheet_of(page) for page in pages], {})
    assert [(table.first, table.last, len(table.rows)) for table in tables] == [(0, 2, 1), (0, 1, 0)]


@pytest.mark.parametrize(
    ("upper", "lower", "dates"),
    [
        ("采购订单号<42-82> 4500086048<130-187>", "日期<42-58> 2026.10.18<130-173>", ["2026-10-18", ""]),
        ("CNY<42-58>", "订购日期<42-74> 2026.10.18<130-173>", ["2026-10-18", ""]),
        ("要求到货<42-74> 2026.10.18<130-173>", "日期<42-58>", ["", "2026-10-18"]),
    ],
)
def test_a_label_below_one_that_has_a_value_is_no_rest_of_it(upper, lower, dates):
    read = order_from_pages([placed(f"{upper}\n{lower}\n电话<42-58> 0836-40396338<130-190>")], Hints())
    assert [read.text(name) for name in ("ordered_on", "requested_on")] == dates
