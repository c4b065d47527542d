"""Orders read from recognised pages, whose lines are parted at other places than printed ones."""

from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import Hints, Page, Word
from orderloop.interchange.rules.pages.layout import order_from_pages


def order(drawing, confidence=0.95):
    return order_from_pages([page(drawing, confidence=confidence)], Hints())


def column(read, name):
    return [line[name].text if name in line else None for line in read.lines]


WRAPPED_ABOVE_TERMS = """
PO Number: PO-4711                    Order date: 2026-04-12

Part No.      Buyer Part No.      Product Name               Qty       Price       Line Total

FW1630/ZN     K53333-47      Flat  washer,               15000        0.51          7650.00
                             zinc  plated  16*30

TP-1493       P34837-27      Industrial                     20        3.10            62.00
                             tape, stainless  24x40

                             Total                                                  7712.00

1.   Deliver as ordered.     A late day costs 0.5% of the sum
2.   Goods come with a note naming the order  of  12 digits
3.   Packing suits long ways.     Warranty 12 months
4.   Confirm in 24 hours.     Fax 0512-66880031
"""


def test_columns_end_where_rows_say_and_not_where_terms_below_the_sum_do():
    read = order(WRAPPED_ABOVE_TERMS)
    assert column(read, "description") == ["Flat washer, zinc plated 16*30", "Industrial tape, stainless 24x40"]
    assert column(read, "customer_item") == ["K53333-47", "P34837-27"]


def test_recognised_words_of_one_label_end_with_their_ink_and_stand_further_apart():
    # The white between the two languages is wider than any between words as printed.
    label = [Word("制单日期", (0.10, 0.100, 0.157, 0.112), 0.95), Word("Issue", (0.170, 0.100, 0.205, 0.112), 0.95)]
    below = [Word("Date", (0.10, 0.115, 0.128, 0.127), 0.95)]
    value = [Word("2026-01-10", (0.25, 0.100, 0.33, 0.112), 0.95)]
    scan = Page(1, 612.0, 792.0, (*label, *value, *below), is_scan=True)
    assert order_from_pages([scan], Hints()).text("ordered_on") == "2026-01-10"


def test_a_label_in_two_languages_begins_however_near_the_value_before_it_stands():
    read = order("送货地址  江山南路298号 电话 Tel 0630-52368485\n\n采购单号  PO-4711     日期 2026-04-12\n")
    assert (read.text("ship_to_text"), read.text("po_number")) == ("江山南路298号", "PO-4711")
    # In one language it may be a word of the value.
    read = order("送货地址  江山南路298号 电话 0630-52368485\n\n采购单号  PO-4711     日期 2026-04-12\n")
    assert read.text("ship_to_text") == "江山南路298号 电话 0630-52368485"
