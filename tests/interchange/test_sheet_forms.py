"""Order forms in spreadsheets: values around the table, several orders, what was learnt, and lists of all goods."""

import csv as csv_module
from decimal import Decimal
from pathlib import Path

import pytest
from tests.interchange.sheets_made import books, csv, xlsx

from orderloop.interchange.facts import Hints, Method, Reading, ReadOrder, Role
from orderloop.interchange.readers import sheet
from orderloop.platform.tables import neutral, read_sheet, write_errors

EXAMPLES = Path(__file__).parents[2] / "examples" / "order-documents" / "xls-cn"
FORM = (
    ("采购订单变更", None, None, None),
    ("订单号", "PO-77", "下单日期：2026-11-20", None),
    ("交期：2026/12/1", None, "币种", "人民币"),
    ("客户名称", "华信自行车", None, None),
    (),
    ("序号", "物料编码", "数量(PCS)", "Price (per 100)", "金额"),
    (1, "A-1", 1200, 3.2, 38.4),
    (2, "007", 100, 2, 2),
    ("合计", None, 1300, None, 40.4),
    (),
    ("备注：请包装好", None, None, None),
)


def read(content: bytes, **hints: object) -> Reading:
    return sheet.read(content, Hints(**hints))  # type: ignore[arg-type]


def only(reading: Reading) -> ReadOrder:
    [order] = reading.orders
    return order


def test_a_form_is_read_with_the_place_of_every_value() -> None:
    order = only(read(xlsx(FORM)))
    assert order.role is Role.CHANGE
    assert {name: (value.text, value.place.path) for name, value in order.fields.items()} == {
        "po_number": ("PO-77", "B2"),
        "ordered_on": ("2026-11-20", "C2"),
        "requested_on": ("2026-12-01", "A3"),
        "currency": ("CNY", "D3"),
        "customer_name": ("华信自行车", "B4"),
        "total": ("40.4", "E9"),
        "note": ("请包装好", "A11"),
    }
    always = {"unit": "PCS", "price_basis": "100"}
    assert [{name: value.text for name, value in line.items()} for line in order.lines] == [
        {"line_no": "1", "item": "A-1", "quantity": "1200", "unit_price": "3.2", "amount": "38.4", **always},
        {"line_no": "2", "item": "007", "quantity": "100", "unit_price": "2", "amount": "2", **always},
    ]
    assert order.lines[1]["item"].place.path == "B8"
    assert order.fields["po_number"].method is Method.LABEL
    assert order.lines[0]["item"].method is Method.COLUMN


def test_what_was_learnt_of_a_customer_comes_first_and_names_its_lesson() -> None:
    rows = (("Unser Zeichen", "X-9"), ("Ding", "Wieviel"), ("A-1", 2))
    assert read(xlsx(rows)).orders == ()
    columns, labels = {"ding": "item\t41", "wieviel": "quantity\t42"}, {"unserzeichen": "po_number\t43"}
    order = only(read(xlsx(rows), columns=columns, labels=labels))
    assert (order.fields["po_number"].text, order.fields["po_number"].origin) == ("X-9", "43")
    assert [(value.text, value.origin, value.method, value.confidence) for value in order.lines[0].values()] == [
        ("A-1", "41", Method.LEARNT, 1.0),
        ("2", "42", Method.LEARNT, 1.0),
    ]


def test_a_learnt_order_of_day_and_month_decides() -> None:
    rows = (("PO", "Item", "Qty", "Due date"), ("P1", "A-1", 2, "03/04/2026"))
    unsure = only(read(csv(rows)))
    assert (unsure.lines[0]["requested_on"].text, unsure.lines[0]["requested_on"].confidence < 0.5) == (
        "03/04/2026",
        True,
    )
    assert [fault.code.value for fault in unsure.faults] == ["D_DOUBTFUL"]
    assert only(read(csv(rows), formats={"date_order": "dmy"})).lines[0]["requested_on"].text == "2026-04-03"


def test_rows_belong_to_orders_by_their_number_and_an_empty_one_to_the_order_above() -> None:
    rows = (("PO", "Item", "Qty"), ("P1", "A", 1), (None, "B", 2), ("P2", "C", 3), ("P1", "D", 4))
    orders = read(xlsx(rows)).orders
    assert [(order.text("po_number"), [line["item"].text for line in order.lines]) for order in orders] == [
        ("P1", ["A", "B", "D"]),
        ("P2", ["C"]),
    ]


def test_forms_below_one_another_are_orders_of_their_own() -> None:
    second = (("订单号", "PO-78", None, None), *FORM[5:8])
    orders = read(xlsx((*FORM[1:9], (), *second))).orders
    assert [(order.text("po_number"), len(order.lines)) for order in orders] == [("PO-77", 2), ("PO-78", 2)]


def test_a_heading_repeated_on_every_page_does_not_begin_an_order() -> None:
    rows = (*FORM[1:8], FORM[5], (3, "A-3", 5, 1, 0.05))
    assert [line["item"].text for line in only(read(xlsx(rows))).lines] == ["A-1", "007", "A-3"]


def test_in_a_list_of_all_goods_only_what_has_a_quantity_is_ordered() -> None:
    rows = (("Item", "Price", "Qty"), *((f"A-{n}", 1.5, 3 if n == 4 else None) for n in range(1, 10)))
    order = only(read(xlsx(rows)))
    assert [line["item"].text for line in order.lines] == ["A-4"]
    assert [(fault.code.value, fault.params["given"]) for fault in order.faults] == [("D_DOUBTFUL", "8")]


def test_one_line_without_a_quantity_is_not_dropped() -> None:
    rows = (("Item", "Price", "Qty"), ("A-1", 1, 2), ("A-2", 1, None), ("A-3", 1, 3))
    assert [line["item"].text for line in only(read(xlsx(rows))).lines] == ["A-1", "A-2", "A-3"]


def test_we_are_never_read_as_the_customer() -> None:
    rows = (("Customer", "Adventure Works"), *FORM[5:8])
    assert "customer_name" not in only(read(xlsx(rows), own_names=("Adventure Works",))).fields


def test_sums_of_a_sheet_with_several_orders_are_the_sum_of_none() -> None:
    rows = (("PO", "Item", "Qty", "Amount"), ("P1", "A", 1, 5), ("P2", "B", 1, 6), ("Total", None, 2, 11))
    assert [order.text("total") for order in read(xlsx(rows)).orders] == ["", ""]
    assert only(read(xlsx((*rows[:2], rows[3])))).text("total") == "11"


def test_sheets_that_hold_no_order_are_passed_over() -> None:
    content = books({"说明": (("填写说明", "请按格式"),), "订单": FORM[5:8]})
    assert [line["item"].place.path for line in only(read(content)).lines] == ["订单!B2", "订单!B3"]


@pytest.mark.parametrize(
    ("name", "lines", "quantity"), [("order_item_template.xls", 2, "2"), ("goods_template.xls", 0, "0")]
)
def test_the_chinese_forms_are_read_or_named(name: str, lines: int, quantity: str) -> None:
    reading = read((EXAMPLES / name).read_bytes())
    found = [line for order in reading.orders for line in order.lines]
    assert (len(found), sum(Decimal(line["quantity"].text) for line in found)) == (lines, Decimal(quantity))
    assert [fault.code.value for fault in reading.faults] == ([] if lines else ["D_NO_ORDER"])


def test_bar_codes_stored_as_numbers_are_whole() -> None:
    order = only(read((EXAMPLES / "order_item_template.xls").read_bytes()))
    assert [(line["barcode"].text, line["barcode"].place.path) for line in order.lines] == [
        ("2001", "A3"),
        ("2011", "A4"),
    ]


def test_row_k_of_the_error_file_is_row_k_of_the_upload_and_nothing_is_computed() -> None:
    rows = [["=cmd|'/c calc'!A1", "x"], ["Item", "Qty"], ["+1", "two"], ["A-2", "3"]]
    back = read_sheet(write_errors(rows, {3: {1: "“two” is no number", 0: "=evil()"}}, language="en", sheet="S"))
    assert back.rows == [
        ["=cmd|'/c calc'!A1", "x", ""],
        ["Item", "Qty", ""],
        ["+1", "two", "“two” is no number; =evil()"],
        ["A-2", "3", ""],
    ]
    assert back.doubts == {}


def test_the_csv_of_a_text_that_would_be_computed_is_read_as_it_was() -> None:
    text = neutral("=1+1")
    assert next(csv_module.reader([text])) == ["'=1+1"]
    rows = (("Item", "Qty"), (text, 2))
    assert only(read(csv(rows))).lines[0]["item"].text == "=1+1"
