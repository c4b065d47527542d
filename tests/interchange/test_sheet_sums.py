"""Rows of sums are no lines, wherever their label stands; and what stands beside a label is not always a number."""

import pytest
from tests.interchange.sheets_made import xlsx

from orderloop.interchange.facts import Hints
from orderloop.interchange.readers.sheet import read

HEADS = (
    ("No", "Item", "Description", "Qty", "Unit", "Price", "Amount"),
    ("序号", "物料编码", "品名", "数量", "单位", "单价", "金额"),
)
LINES = ((1, "A-1", "Ball valve", 2, "EA", 5, 10), (2, "A-2", "Pump", 3, "EA", 8, 24))
LABELS = {
    "Total": "total", "TOTAL:": "total", "Grand Total": "total", "合计": "total", "总计：": "total",
    "人民币合计": "total", "Total 2 items": "total", "Net total": "net_total", "VAT 13%": "tax_total",
    "税额（13%）": "tax_total",
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("number", ["", 3])
@pytest.mark.parametrize("label", LABELS)
def test_a_sum_named_in_the_column_of_descriptions_is_no_line(head, number, label):
    (order,) = read(xlsx((head, *LINES, (number, "", label, 5, "", "", 34))), Hints()).orders
    assert [line["item"].text for line in order.lines] == ["A-1", "A-2"]
    assert order.text(LABELS[label]) == "34"


def test_goods_with_a_code_are_a_line_whatever_they_are_called():
    (order,) = read(xlsx((HEADS[0], *LINES, (3, "A-3", "Total", 5, "EA", 1, 5))), Hints()).orders
    assert [line["item"].text for line in order.lines] == ["A-1", "A-2", "A-3"]


@pytest.mark.parametrize(
    "beside",
    ["88 Nanjing Road, Shanghai", "浦东新区张江路88号", "Unit 4, 12 Mill Street", "see 2 pages attached to this"],
)
def test_an_address_beside_the_title_is_no_number_of_the_order(beside):
    (order,) = read(xlsx((("Purchase Order", beside), (), HEADS[0], *LINES)), Hints()).orders
    assert "po_number" not in order.fields


@pytest.mark.parametrize(("written", "confidence"), [("PO-2026/17", 0.95), ("PO 4711", 0.95), ("2026-02-12", 0.57)])
def test_a_number_that_looks_like_none_is_doubtful(written, confidence):
    (order,) = read(xlsx((("PO No.", written), (), HEADS[0], *LINES)), Hints()).orders
    assert (order.text("po_number"), round(order.fields["po_number"].confidence, 2)) == (written, confidence)
