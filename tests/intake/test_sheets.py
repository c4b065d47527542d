"""Spreadsheets of any make: columns known by their names, rows gathered into orders."""

from datetime import UTC, datetime

from orderloop.intake.facts import EntryLine
from orderloop.intake.rules.sheets import (
    Defaults,
    find_header,
    guess_columns,
    lines_of_block,
    orders_in_rows,
    signature,
)
from orderloop.orders.facts import Channel

DEFAULTS = Defaults(Channel.UPLOAD, datetime(2026, 11, 23, tzinfo=UTC), 5, 7)


def test_columns_are_known_by_chinese_and_english_names() -> None:
    assert guess_columns(["客户订单号", "物料编码", "品名", "数量(PCS)", "单位", "单价", "交期", "箱号"]) == {
        0: "po_number", 1: "item", 2: "description", 3: "quantity", 4: "unit", 5: "unit_price", 6: "requested_on",
    }  # fmt: skip
    assert guess_columns(["P.O. No.", "ITEM CODE", "Qty", "Qty", "Due Date"]) == {
        0: "po_number", 1: "item", 2: "quantity", 4: "requested_on",
    }  # fmt: skip


def test_the_header_is_found_below_a_title() -> None:
    rows = [["采购订单"], ["", ""], ["货号", "数量"], ["B1", "2"]]
    assert find_header(rows) == 2
    assert find_header([["just", "words"], ["B1", "2"]]) is None


def test_rows_are_gathered_into_orders_by_purchase_order() -> None:
    rows = [
        ["PO", "Item", "Qty", "Note"],
        ["A", "B1", "1", "first"],
        ["", "B2", "2", ""],
        ["", "", "", ""],
        ["B", "B3", "3", ""],
        ["A", "B4", "4", ""],
        ["Total", "", "10", ""],
    ]
    a, b = orders_in_rows(rows, 0, guess_columns(rows[0]), DEFAULTS, {})
    assert (a.entry.key, a.entry.po_number, a.entry.note, a.rows) == (0, "A", "first", (2, 3, 6))
    assert a.entry.lines == (EntryLine("B1", "1"), EntryLine("B2", "2"), EntryLine("B4", "4"))
    assert (b.entry.key, b.entry.po_number, b.rows) == (1, "B", (5,))
    assert (b.entry.message_id, b.entry.customer_id, b.entry.channel) == (5, 7, Channel.UPLOAD)


def test_a_sheet_without_purchase_orders_is_one_order() -> None:
    rows = [["Item", "Qty", "Date"], ["B1", "1", "2026-12-01"], ["B2", "2", ""]]
    [one] = orders_in_rows(rows, 0, guess_columns(rows[0]), DEFAULTS, {})
    assert one.entry.lines == (EntryLine("B1", "1", requested_on="2026-12-01"), EntryLine("B2", "2"))


def test_a_cell_the_spreadsheet_has_spoilt_is_named() -> None:
    rows = [["Item", "Qty"], ["123456789012345680", "#REF!"]]
    doubts = {(2, 0): "digits_lost", (2, 1): "error_value"}
    [one] = orders_in_rows(rows, 0, guess_columns(rows[0]), DEFAULTS, doubts)
    assert [(each.code, each.field) for each in one.entry.faults] == [
        ("E_DIGITS_LOST", "lines/0/item"),
        ("E_CELL_ERROR", "lines/0/quantity"),
    ]


def test_sheets_of_one_make_have_one_signature() -> None:
    assert signature(["Item Code", "QTY "]) == signature(["item code", "qty"])
    assert signature(["Item", "Qty"]) != signature(["Qty", "Item"])


def test_a_copied_block_is_read_with_and_without_names() -> None:
    assert lines_of_block("货号\t数量\t单位\r\nB1\t1,200\t个\r\n合计\t1,200\t\r\n") == [EntryLine("B1", "1,200", "个")]
    assert lines_of_block("B1\t3\tpcs\t9.50\t2026-12-01\nB2\t4\tbox\t8\t2026-12-02") == [
        EntryLine("B1", "3", "pcs", "9.50", "2026-12-01"),
        EntryLine("B2", "4", "box", "8", "2026-12-02"),
    ]
    assert lines_of_block("B1\tBolt M8\t3\nB2\tNut\t4") == [
        EntryLine("B1", "3", description="Bolt M8"),
        EntryLine("B2", "4", description="Nut"),
    ]
    assert lines_of_block("\n\n") == []
