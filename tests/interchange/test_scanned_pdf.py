"""PDFs of which pages are pictures are recognised in a second run, with the limits that recognition needs."""

import io
from decimal import Decimal

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from orderloop.interchange import services
from orderloop.interchange.facts import FaultCode, Format, Hints, Page, Word
from orderloop.interchange.readers import image_scans, image_words
from orderloop.interchange.services import read_document

DPI = 150
ROWS = (
    ("Item No.", "Description", "Qty", "Unit", "Unit price", "Amount"),
    ("VLV-7446", "Ball valve DN50", "12", "EA", "35.50", "426.00"),
    ("PMP-1180", "Feed pump 2 kW", "3", "EA", "910.00", "2730.00"),
)
COLUMNS = (100, 300, 640, 740, 850, 1020)


def scanned() -> bytes:
    """An order as a scanner makes a PDF of it: one picture, no text."""
    sheet = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(26)
    pen.text((420, 90), "PURCHASE ORDER", font=ImageFont.load_default(40), fill=0)
    pen.text((100, 220), "PO No.: PO-2026-0417", font=font, fill=0)
    pen.text((100, 270), "Order date: 2026-02-12", font=font, fill=0)
    for n, row in enumerate(ROWS):
        for left, text in zip(COLUMNS, row, strict=True):
            pen.text((left, 400 + 60 * n), text, font=font, fill=0)
    output = io.BytesIO()
    sheet.save(output, "PDF", resolution=DPI)
    return output.getvalue()


def drawn(*pages: str, picture: bool = False) -> bytes:
    """Pages with that text; an empty one is blank, or holds a picture."""
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=A4)
    for text in pages:
        canvas.drawString(72, 700, text)
        if not text and picture:
            canvas.rect(100, 100, 200, 200, fill=1)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


@pytest.fixture
def recognised(monkeypatch):
    """Every page recognised says the number of an order, and is noted."""
    seen = []

    def recognise(grey, dpi, number):
        seen.append((number, dpi))
        words = (Word("PO", (0.1, 0.1, 0.15, 0.12), 0.9), Word("No.:", (0.16, 0.1, 0.2, 0.12), 0.9),
                 Word("4711", (0.21, 0.1, 0.3, 0.12), 0.9))  # fmt: skip
        return Page(number, 595, 842, words, is_scan=True)

    monkeypatch.setattr(image_words, "recognise", recognise)
    return seen


@pytest.mark.slow
def test_a_scanned_order_comes_out_of_the_sandbox_read():
    reading = read_document(scanned(), Hints(filename="scan.pdf"))
    assert (reading.format, [fault.code for fault in reading.faults]) == (Format.PDF, [])
    assert [(page.number, page.is_scan) for page in reading.pages] == [(1, True)]
    (order,) = reading.orders
    assert order.text("po_number") == "PO-2026-0417"
    assert [(line["item"].text, line["quantity"].text, Decimal(line["unit_price"].text)) for line in order.lines] == [
        ("VLV-7446", "12", Decimal("35.5")),
        ("PMP-1180", "3", Decimal(910)),
    ]


def test_only_pages_without_text_are_recognised(recognised):
    reading = image_scans.read(drawn("Terms and conditions apply", "", picture=True), Hints())
    assert recognised == [(2, 200)]
    assert [(page.number, page.is_scan, len(page.words)) for page in reading.pages] == [(1, False, 4), (2, True, 3)]
    assert (reading.orders[0].text("po_number"), reading.faults) == ("4711", ())


def test_a_blank_page_among_others_is_no_fault(recognised):
    reading = image_scans.read(drawn("PO No.: 4711", ""), Hints())
    assert (recognised, reading.faults, reading.orders[0].text("po_number")) == ([], (), "4711")


def test_blank_pages_alone_hold_no_text(recognised):
    reading = image_scans.read(drawn("", ""), Hints())
    assert recognised == []
    assert [(fault.code, fault.place.page, fault.rejects) for fault in reading.faults] == [
        (FaultCode.NO_TEXT, 1, True),
        (FaultCode.NO_TEXT, 2, True),
    ]


def test_without_recognition_a_scan_is_without_text_and_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(image_scans.importlib.util, "find_spec", lambda name: None)
    reading = image_scans.read(drawn("", picture=True), Hints())
    assert [(fault.code, fault.params) for fault in reading.faults] == [
        (FaultCode.NO_TEXT, {}),
        (FaultCode.NO_RECOGNITION, {}),
    ]


def test_where_recognition_comes_to_nothing_the_first_reading_stands(monkeypatch):
    runs = []

    def run(function, content, argument, *, limits, preload):
        runs.append(function)
        if function.endswith("image_scans:read_as_json"):
            return services.Outcome(services.Ending.TIME)
        return real(function, content, argument, limits=limits, preload=preload)

    real = services.sandbox.run
    monkeypatch.setattr(services.sandbox, "run", run)
    reading = read_document(drawn("PO No.: 4711", "", picture=True), Hints())
    assert len(runs) == 2
    assert reading.orders[0].text("po_number") == "4711"
    assert [fault.code for fault in reading.faults] == [FaultCode.NO_TEXT, FaultCode.TOOK_TOO_LONG]


@pytest.mark.parametrize(("rows", "faults"), [(1_100, ["98 dpi"]), (2_200, [])], ids=["standard", "fine"])
def test_a_fax_within_a_pdf_is_as_coarse_as_it_was_sent(recognised, rows, faults):
    output = io.BytesIO()
    sheet = Canvas(output, (1_728 / 204 * 72, 1_100 / 98 * 72))
    width, height = 1_728 / 204 * 72, 1_100 / 98 * 72
    sheet.drawImage(ImageReader(Image.new("L", (1_728, rows), 120)), 0, 0, width, height)
    sheet.save()
    reading = image_scans.read(output.getvalue(), Hints())
    assert [fault.params["given"] for fault in reading.faults if fault.code is FaultCode.DOUBTFUL] == faults
