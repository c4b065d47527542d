"""Words on a page become an order: days, parties, codes, lessons, roles and recognised words, one case each."""

import pytest
from tests.interchange.drawn_orders import GOODS, GOODS_NAMES, GOODS_READ, US, order, table
from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import FaultCode, Hints, Method, Role
from orderloop.interchange.rules.pages.layout import order_from_pages


def test_a_day_that_may_be_two_stays_as_written():
    drawing = "  PO No.: 4711     Order date: 11/12/2026\n" + GOODS
    read = order(drawing)
    assert read.text("ordered_on") == "11/12/2026"
    assert read.fields["ordered_on"].confidence < 0.5
    assert [(fault.code, fault.params["name"], fault.rejects) for fault in read.faults] == [
        (FaultCode.DOUBTFUL, "ordered_on", False)
    ]
    learnt = Hints(formats={"date_order": "mdy"})
    assert order(drawing, hints=learnt).text("ordered_on") == "2026-11-12"


def test_another_day_of_the_document_settles_which_comes_first():
    read = order("  PO No.: 4711     Order date: 11/12/2026    Delivery date: 25/12/2026\n" + GOODS)
    assert read.text("ordered_on") == "2026-12-11"
    assert read.text("requested_on") == "2026-12-25"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026/11/30", "2026-11-30"),
        ("2026.11.30", "2026-11-30"),
        ("20261130", "2026-11-30"),
        ("2026年11月30日", "2026-11-30"),
        ("30.11.2026", "2026-11-30"),
        ("30 Nov 2026", "2026-11-30"),
        ("Nov 30, 2026", "2026-11-30"),
        ("November 30th, 2026", "2026-11-30"),
        ("30-Nov-26", "2026-11-30"),
        ("30/11/2026", "2026-11-30"),
        ("11/30/2026", "2026-11-30"),
    ],
)
def test_days_as_people_write_them(written, day):
    assert order(f"  PO No.: 4711\n  Required by: {written}\n" + GOODS).text("requested_on") == day


def test_we_are_never_the_customer():
    read = order(
        """
  Customer: Adventure Works Cycles
  PO No.: 4711
"""
        + GOODS
    )
    assert "customer_name" not in read.fields


def test_contact_and_tax_number_of_the_supplier_are_not_the_customers():
    read = order(
        """
  供方：某某自行车厂                        需方：上海骑行贸易有限公司
  税号：91310000111111111A                  税号：91310000222222222B
  联系人：王强                              联系人：李伟
"""
        + GOODS
    )
    assert read.text("contact") == "李伟"
    assert read.text("customer_tax_id") == "91310000222222222B"
    assert read.text("customer_name") == "上海骑行贸易有限公司"


def test_the_letterhead_names_the_customer_where_nothing_else_does():
    read = order("  Northwind Bikes Ltd.\n\n  PURCHASE ORDER   4711\n" + GOODS)
    assert read.text("customer_name") == "Northwind Bikes Ltd."
    assert read.fields["customer_name"].method is Method.PATTERN
    assert read.text("po_number") == "4711"


def test_a_delivery_address_in_several_lines():
    read = order(
        """
  PO No.: 4711            Ship to:
                          Northwind Bikes Ltd.
                          12 Harbour Road
                          Seattle WA 98101
"""
        + GOODS
    )
    assert read.text("ship_to_name") == "Northwind Bikes Ltd."
    assert read.text("ship_to_text") == "12 Harbour Road Seattle WA 98101"


def test_a_column_called_item_that_counts_is_the_line_number():
    read = order(
        """
  Item   Material       Description        Qty    Price     Amount
  10     FR-R92R-62     HL Road Frame      10     12.50     125.00
  20     HL-U509        Helmet              5     34.99     174.95
"""
    )
    assert table(read, "line_no", "item") == [("10", "FR-R92R-62"), ("20", "HL-U509")]


def test_of_two_codes_the_suppliers_is_ours():
    read = order(
        """
  Part No.    Supplier Part No.    Description     Qty    Price     Amount
  88-1        FR-R92R-62           Frame           10     12.50     125.00
"""
    )
    assert table(read, "item", "customer_item") == [("FR-R92R-62", "88-1")]


def test_a_line_without_quantity_is_kept_without_one():
    read = order(
        """
  No.  Item          Description        Qty    Unit   Price     Amount
  1    FR-R92R-62    HL Road Frame      10     EA     12.50     125.00
  2    HL-U509       Helmet                    EA     34.99
  3    HL-U510       Helmet L            5     EA     34.99     174.95
"""
    )
    assert table(read, "item", "quantity") == [("FR-R92R-62", "10"), ("HL-U509", ""), ("HL-U510", "5")]


def test_days_by_line():
    read = order(
        """
  Item          Description        Qty    Due date      Price     Amount
  FR-R92R-62    HL Road Frame      10     30.11.2026    12.50     125.00
"""
    )
    assert table(read, "requested_on") == [("2026-11-30",)]


def test_a_table_without_titles_is_told_by_its_figures_and_is_unsure():
    read = order(
        """
  PO No.: 4711
  1    FR-R92R-62    HL Road Frame      10   EA     12.50     125.00
  2    HL-U509       Helmet blue         5   EA     34.99     174.95
"""
    )
    names = ("line_no", "item", "description", "quantity", "unit", "unit_price", "amount")
    assert table(read, *names) == [
        ("1", "FR-R92R-62", "HL Road Frame", "10", "EA", "12.50", "125.00"),
        ("2", "HL-U509", "Helmet blue", "5", "EA", "34.99", "174.95"),
    ]
    assert {line["item"].method for line in read.lines} == {Method.PATTERN}
    assert max(line["quantity"].confidence for line in read.lines) < 0.7


def test_learnt_labels_and_columns_come_first_and_name_their_lesson():
    hints = Hints(
        labels={"unserzeichen": "po_number\t7"},
        columns={"teil": "item\t8", "stk": "quantity\t9", "preis": "unit_price\t10", "wert": "amount\t11"},
    )
    read = order(
        """
  Unser Zeichen   ZX-99
  Teil          Was                Stk    Preis     Wert
  FR-R92R-62    HL Road Frame      10     12.50     125.00
""",
        hints=hints,
    )
    assert (read.text("po_number"), read.fields["po_number"].method, read.fields["po_number"].origin) == (
        "ZX-99",
        Method.LEARNT,
        "7",
    )
    assert table(read, "item", "quantity", "unit_price") == [("FR-R92R-62", "10", "12.50")]
    assert read.lines[0]["item"].origin == "8"


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("PURCHASE ORDER", Role.ORDER),
        ("采购订单", Role.ORDER),
        ("Purchase Order Change", Role.CHANGE),
        ("订单变更通知单", Role.CHANGE),
        ("ORDER CANCELLATION", Role.CANCELLATION),
        ("订单取消通知", Role.CANCELLATION),
        ("Quotation", Role.OTHER),
        ("送货单", Role.DESPATCH),
    ],
)
def test_the_title_says_what_the_document_wants(title, role):
    assert order(f"            {title}\n\n  PO No.: 4711\n" + GOODS).role is role


def test_recognised_words_with_a_jittering_baseline_and_less_certainty():
    drawing = "  PO No.:  PO-4711     Order date:  2026-11-03\n" + GOODS
    shaken = page(drawing, confidence=0.9, jitter=lambda at: (0.0, 1.5, -1.5, 0.8)[at % 4])
    read = order_from_pages([shaken], US)
    assert read.text("po_number") == "PO-4711"
    assert table(read, *GOODS_NAMES) == GOODS_READ
    assert all(value.confidence <= 0.9 for line in read.lines for value in line.values())


def test_recognised_titles_run_together_are_parted():
    read = order(
        """
  货号          品名         数量单价    金额
  SC-1001       螺丝          10  12.50   125.00
""",
        confidence=0.95,
    )
    assert table(read, "item", "quantity", "unit_price", "amount") == [("SC-1001", "10", "12.50", "125.00")]


def test_words_in_the_terms_are_no_labels():
    read = order(
        "  PO No.: 4711\n"
        + GOODS
        + """

  Please quote our order number 99999 on all invoices. The delivery date is binding.
  Payment within 30 days of invoice date 2026-12-24 to our account 123456.
"""
    )
    assert read.text("po_number") == "4711"
    assert "requested_on" not in read.fields
    assert "customer_code" not in read.fields


def test_each_value_names_its_place():
    read = order("  PO No.:  PO-4711\n" + GOODS)
    place = read.fields["po_number"].place
    assert place.page == 1
    assert place.box is not None
    assert (round(place.box[0] * 600), round(place.box[2] * 600)) == (11 * 6, 18 * 6)


def test_an_empty_page_gives_an_empty_order():
    read = order_from_pages([page("\n")], US)
    assert (read.fields, read.lines) == ({}, ())
