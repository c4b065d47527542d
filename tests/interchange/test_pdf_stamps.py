"""Text printed across the page of a PDF: a stamp that takes the order back is told, any other is not."""

import io

import pytest
from reportlab.pdfgen import canvas

from orderloop.interchange.facts import Hints
from orderloop.interchange.readers import pdf


def stamped(text: str) -> bytes:
    target = io.BytesIO()
    page = canvas.Canvas(target)
    for level, cells in ((750, ("PO number: PO-1",)), (700, ("Item code", "Quantity")), (680, ("A-100", "20"))):
        for place, cell in enumerate(cells):
            page.drawString(72 + 130 * place, level, cell)
    page.translate(150, 300)
    page.rotate(35)
    page.setFont("Helvetica", 60)
    page.drawString(0, 0, text)
    page.save()
    return target.getvalue()


@pytest.mark.parametrize(
    ("stamp", "told"),
    [
        ("CANCELLED", ["CANCELLED"]), ("DRAFT", ["DRAFT"]), ("VOID", ["VOID"]), ("NOT VALID", ["NOT VALID"]),
        ("COPY", []), ("ORIGINAL", []), ("CONFIDENTIAL", []), ("ACME 2026", []),
    ],
)  # fmt: skip
def test_a_stamp_across_the_page_is_told_where_it_takes_the_order_back(stamp: str, told: list[str]) -> None:
    reading = pdf.read(stamped(stamp), Hints())
    assert [fault.params["given"] for fault in reading.faults if fault.code.value == "D_CAVEAT"] == told
    assert reading.orders[0].text("po_number") == "PO-1"
