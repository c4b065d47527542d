"""Where columns end: values wider than their titles, set beside their neighbours', or broken by a narrow cell."""

from dataclasses import replace

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


def test_the_box_of_a_signature_below_parts_no_columns():
    head = "Code<82-110> Name<180-210> Qty<367-383> Net<424-439> Price<442-464> Total<505-529>"
    row = "LG5271<69-105> Grease<147-172> 25<394-404> 49.59<435-457> 1239.75<520-548>"
    signed = placed(f"{head}\n{row}\n\nPrepared<43-80> by:<82-93> Supplier's<397-436>\n")
    level = next(word.box[1] for word in signed.words if word.text == "Prepared")
    rulings = ((395 / 600, level - 0.01, 395 / 600, level + 0.02), (406 / 600, 0.04, 406 / 600, level - 0.01))
    read = order_from_pages([replace(signed, rulings=rulings)], Hints())
    assert table(read, "quantity", "unit_price") == [("25", "49.59")]


@pytest.mark.parametrize(("below", "x0", "code"), [("4", 242, "P94598-54"), ("4", 250, "P94598-5")])
def test_a_sign_below_the_beginning_of_a_code_as_wide_as_its_title_is_its_end(below, x0, code):
    head = "No.<50-61> Code<173-236> Customer<243-266> Part<268-278> No.<280-287> Qty<306-332> Price<369-411>"
    row = "1<49-54> GLV9214<172-223> P94598-5<242-284> 40<323-334> 2.26<392-417>"
    read = order_from_pages([placed(f"{head}\n{row}\n{below}<{x0}-{x0 + 6 * len(below)}>")], Hints())
    assert table(read, "customer_item") == [(code,)]


def test_titles_printed_over_the_bound_between_them_are_parted_where_the_next_begins_with_a_capital():
    head = "No.UOM<43-89> Code<97-130> Name<164-209> Qty<354-374> Price<407-435>"
    row = "1<44-50> PCS<65-85> OS125<94-148> Seal<151-184> 15<373-386> 33.13<413-448>"
    read = order_from_pages([placed(f"{head}\n{row}")], Hints())
    assert table(read, "line_no", "unit", "item") == [("1", "PCS", "OS125")]


@pytest.mark.parametrize(
    ("below", "total"),
    [("Amount<124-160> 44.0<533-552>\n2<547-553>", "39644.02"), ("VAT<124-160> 44.02<530-553>", "396")],
)
def test_a_sum_goes_on_beside_the_rest_of_its_label_but_not_beside_another_one(below, total):
    goods = (
        "No.<43-61> Code<140-170> Description<249-285> Qty<346-382> Price<415-433>\n"
        "1<43-47> LG5271<131-160> Grease<203-260> 15<346-366> 6.45<416-433>"
    )
    read = order_from_pages([placed(f"{goods}\n\n\n总金额<124-154> Total<157-179> 396<536-553>\n{below}")], Hints())
    assert read.text("total") == total
