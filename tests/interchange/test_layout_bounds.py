"""Where columns end: values wider than their titles, set beside their neighbours', or broken by a narrow cell."""

import pytest
from tests.interchange.drawn_orders import order, table
from tests.interchange.drawn_pages import placed

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.pages.layout import order_from_pages

HEADER = "  PO No.:   PO-4711       Order date:    2026-06-03\n\n"


def test_a_day_broken_by_its_cell_stays_under_its_title():
    read = order(
        HEADER
        + """
  Pos.  Part No.      Item Description       Required    Order Qty   U/M   Price    Total Price
                                             Date
  1     FW560/ST   Flat washer 5x60mm     March 12,        20,000    PCS      0.04       800.00
                                          2026
"""
    )
    assert table(read, "description", "requested_on", "quantity") == [("Flat washer 5x60mm", "2026-03-12", "20000")]


def test_no_day_under_the_title_beside_its_own_is_taken_for_a_price():
    titles = "Code<82-110> Name<192-242> Required<298-330> Date<332-348> Quantity<368-398> U/M<420-433> Price<467-485>"
    rows = """
LG5271ZN<69-105> Bearing<147-172> grease<174-199> 21/06/2026<291-328> 15<398-406> DRUM<410-433> 486.99<479-505>
74784643<69-102> Ball<147-159> valve<161-178> 28/06/2026<291-328> 8<402-406> EA<410-420> 935.10<479-505>
"""
    read = order_from_pages([placed(titles + rows)], Hints())
    names = ("description", "requested_on", "quantity", "unit", "unit_price")
    assert table(read, *names) == [
        ("Bearing grease", "2026-06-21", "15", "DRUM", "486.99"),
        ("Ball valve", "2026-06-28", "8", "EA", "935.10"),
    ]


def test_words_that_hang_together_are_parted_where_other_rows_begin():
    rows = """
Description<164-182> Code<243-279> Buyer<298-312> part<314-325> no.<327-338> Qty<379-400> Price<426-459> Total<517-535>
Bolt<118-163> DN160<166-194> HB-M6-160<232-286> K59664-44<294-340> 25.000<386-416> 1.07<447-465> 26.75<524-553>
Socket<118-190> M24×150<193-228> SC-6669<232-267> M83342-86<294-342> 1000.00<380-416> 2.88<447-465> 2880.00<513-553>
Lamp<118-172> DN75<175-197> SL-M12-75-A2<232-290> K78940-69<294-340> 2.000<391-416> 68.80<441-465> 137.60<518-553>
"""
    read = order_from_pages([placed(rows)], Hints())
    assert table(read, "description", "item", "customer_item") == [
        ("Bolt DN160", "HB-M6-160", "K59664-44"),
        ("Socket M24×150", "SC-6669", "M83342-86"),
        ("Lamp DN75", "SL-M12-75-A2", "K78940-69"),
    ]


@pytest.mark.parametrize(
    ("quantity", "below", "read_as"),
    [
        ("2500.0<336-390>", "0PCS<336-360>", ("2500.00", "PCS", "16125.00")),
        ("25PCS<336-360>", "25PCS<336-360>", ("25", "PCS", "16125.00")),
    ],
)
def test_the_last_rows_figures_go_on_below_where_their_cells_were_full(quantity, below, read_as):
    titles = "No.<43-61> Code<140-170> Description<249-285> Qty<346-382> Price<415-433> Amount<503-539>"
    first = "1<43-47> LG5271<131-160> Grease<203-260> 15PCS<336-366> 6.45<406-451> 96.75<508-553>"
    last = f"2<43-47> OR-M12<131-160> Brass<203-230> {quantity} 6.45<406-451> 16125.<490-553>"
    read = order_from_pages([placed(f"{titles}\n{first}\n{last}\n{below} 00<535-553>")], Hints())
    assert table(read, "quantity", "unit", "amount")[1:] == [read_as]


def test_numbers_that_can_be_read_in_one_way_only_say_what_the_others_mean():
    read = order(
        HEADER
        + """
  Part no.     Description     Qty    Price
  OR-M12-185   Brass O-ring     10    6,450
  SL-M12-75    Signal lamp       2   68,800
  Total                               202,10
"""
    )
    assert table(read, "unit_price") == [("6.450",), ("68.800",)]


@pytest.mark.parametrize(
    ("figure", "rests", "total"),
    [
        ("42<518-531> 681<534-552>", [",58<537-552>"], "42681.58"),
        ("104<519-546>", ["67.<519-546>", "93<528-546>"], "10467.93"),
        ("104<519-546>", ["93<528-546>"], "104"),
        ("104.50<519-546>", ["3<528-546>"], "104.50"),
    ],
)
def test_a_sum_goes_on_below_as_often_as_its_cell_broke_it(figure, rests, total):
    goods = (
        "No.<43-61> Code<140-170> Description<249-285> Qty<346-382> Price<415-433>\n"
        "1<43-47> LG5271<131-160> Grease<203-260> 15<346-366> 6.45<416-433>"
    )
    below = "\n".join(rests)
    read = order_from_pages([placed(f"{goods}\n\n\nGrand<162-187> Total<190-214> {figure}\n{below}")], Hints())
    assert read.text("total") == total
