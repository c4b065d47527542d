"""What is fuzzed: every parser as a function of bytes, what must hold of all it answers, and where it begins.

All beginnings are made here or stand in `examples` with their licence; nothing that was found is kept but as a test.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from tests.interchange import sheets_made

from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Hints, Reading
from orderloop.interchange.readers import (
    archive,
    cxml,
    edifact,
    mail,
    mapped,
    opentrans,
    pdf,
    read,
    sheet,
    text,
    ubl,
    x12,
)
from orderloop.interchange.readers import image as images
from orderloop.interchange.rules.forms import reading_body, reading_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "order-documents"
LARGEST_PICTURE = 4_000_000  # dots; larger ones are as slow as they are and show nothing new
_SHEET = Hints(filename="order.csv")
_ROWS: sheets_made.Rows = (
    ("采购订单 PURCHASE ORDER", ""), ("订单号 PO No.", "PO-2611-7"), ("Delivery date", "2026年12月1日"),
    ("产品编码", "品名", "数量(个)", "单价", "金额", "交期"),
    ("AB-100", "螺栓 M8", "1,200", "￥0.35", "420.00", "2026/12/1"),
    ("00123", "Washer", "2 DZ", "1.234,56", "", "12/1/2026"), ("合计", "", "", "", "420.00", ""),
)  # fmt: skip


def check(reading: Reading) -> None:
    """Nothing but drafts with known fields and named faults, and all of it passes from the child to its parent."""
    said = reading.orders or reading.faults or reading.parts or reading.text or reading.pages or reading.headers
    assert said, "neither a draft nor a reason"
    for order in reading.orders:
        assert set(order.fields) <= set(HEADER_FIELDS), set(order.fields) - set(HEADER_FIELDS)
        for values in (order.fields, *order.lines):
            assert all(0 <= value.confidence <= 1 for value in values.values()), values
        assert all(set(line) <= set(LINE_FIELDS) for line in order.lines), order.lines
    body = reading_body(reading)
    assert reading_body(reading_of(json.loads(json.dumps(body)))) == body


def _by(reader: Callable[[bytes, Hints], Reading], hints: Hints | None = None) -> Callable[[bytes], None]:
    return lambda content: check(reader(content, hints or Hints()))


def _mapped(content: bytes) -> None:
    # Without a mapping file what is what is guessed, which is the longer way.
    check(mapped.read(content, Hints(filename="order.json" if content[:1] in (b"{", b"[") else "order.xml")))


def _workbook(content: bytes) -> None:
    """The cells of a workbook whose packing is whole."""
    check(sheet.read(_packed(content), Hints(filename="order.xlsx")))


def _packed(part: bytes) -> bytes:
    return sheets_made.with_parts(sheets_made.xlsx(sheets_made.LINES), {"xl/worksheets/sheet1.xml": part})


def _picture_head(content: bytes) -> None:
    """A picture up to its first page in grey; recognition is not fuzzed."""
    with _SmallPictures():
        try:
            next(images._pictures(content), None)
        except images.TooLarge:
            return
        except (MemoryError, RecursionError, Exception):
            # The reader names whatever a decoder raises: see `images.read`.
            return


class _SmallPictures:
    def __enter__(self) -> None:
        self.kept, images.MOST_PIXELS = images.MOST_PIXELS, LARGEST_PICTURE

    def __exit__(self, *_: object) -> None:
        images.MOST_PIXELS = self.kept


TARGETS: dict[str, Callable[[bytes], None]] = {
    "edifact": _by(edifact.read),
    "x12": _by(x12.read),
    "ubl": _by(ubl.read),
    "cxml": _by(cxml.read),
    "opentrans": _by(opentrans.read),
    "mapped": _mapped,
    "csv": _by(sheet.read, _SHEET),
    "sheet": _by(sheet.read),
    "workbook": _workbook,
    "pdf": _by(pdf.read),
    "image": _picture_head,
    "mail": _by(mail.read),
    "text": _by(text.read),
    "archive": _by(archive.read),
    "any": _by(read),
}


def seeds(name: str) -> Iterator[bytes]:
    """Documents a target begins with."""
    folders = {
        "edifact": ("edifact",), "x12": ("x12",), "ubl": ("ubl",), "cxml": ("cxml",), "opentrans": ("opentrans",),
        "mapped": ("po-json", "po-xml"), "mail": ("mail",), "any": ("edifact", "x12", "cxml", "mail"),
    }  # fmt: skip
    for folder in folders.get(name, ()):
        for path in sorted((EXAMPLES / folder).glob("*"))[:8]:
            if path.is_file() and path.stat().st_size < 60_000:
                yield path.read_bytes()
    yield from {
        "csv": _tables, "sheet": _books, "workbook": _cells, "pdf": _pdfs, "image": _pictures, "mail": _mails,
        "text": _texts, "archive": _archives,
    }.get(name, lambda: iter(()))()  # fmt: skip


def _tables() -> Iterator[bytes]:
    for encoding, delimiter in (("utf-8", ","), ("gb18030", ";"), ("utf-16", "\t"), ("utf-8-sig", "|")):
        yield sheets_made.csv(_ROWS, encoding, delimiter)


def _books() -> Iterator[bytes]:
    yield from (sheets_made.xlsx(_ROWS), sheets_made.ods(_ROWS), sheets_made.html(_ROWS), sheets_made.excel_xml(_ROWS))


def _cells() -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(sheets_made.xlsx(_ROWS))) as packed:
        yield packed.read("xl/worksheets/sheet1.xml")
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    yield head + (
        b'<cols><col min="2" max="2" hidden="1"/></cols><sheetData><row r="1" hidden="1"><c r="A1" t="inlineStr"><is>'
        b'<t>Item</t></is></c><c r="B1" t="inlineStr"><is><t>Qty</t></is></c></row>'
        b'<row r="2"><c r="A2" t="str"><v>A-1</v></c>'
        b'<c r="B2"><f>1+1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>'
    )


def _pdfs() -> Iterator[bytes]:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(300, 200), pageCompression=0)
    for row, cells in enumerate((("PO No.: PO-1",), ("Item", "Qty", "Price"), ("AB-100", "12", "3.50"))):
        for column, cell in enumerate(cells):
            canvas.drawString(20 + 80 * column, 170 - 20 * row, cell)
    canvas.line(20, 100, 280, 100)
    canvas.save()
    yield target.getvalue()


def _pictures() -> Iterator[bytes]:
    for mode, kind, more in (
        ("1", "TIFF", {"compression": "group4", "dpi": (204, 98)}), ("L", "PNG", {"dpi": (200, 200)}),
        ("RGB", "JPEG", {}), ("RGB", "BMP", {}), ("RGBA", "PNG", {}), ("I;16", "TIFF", {}),
    ):  # fmt: skip
        target = io.BytesIO()
        Image.new(mode, (24, 16)).save(target, kind, **more)
        yield target.getvalue()


def _mails() -> Iterator[bytes]:
    yield (
        b"From: =?gb2312?B?wO4=?= <li@buyer.example>\r\nTo: orders@firm.example\r\nSubject: =?utf-8?q?PO=2D7?=\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain; charset=gb2312; format=flowed; delsp=yes\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nplease send =\r\nAB-100 20 pcs\r\n> old\r\n-- \r\nLi\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n"
        b"<table><tr><td>Item<td>Qty<tr><td>A-1<td>2</table><blockquote>x</blockquote>\r\n--b\r\n"
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgEA\r\n"
        b"--b--\r\n"
    )


def _texts() -> Iterator[bytes]:
    yield "您好，请于下周三前送 200 套 BK-R19B-52，单价照旧。\n订单号：PO-2611-7\nAB-100 × 3箱 @12.50/箱\n谢谢".encode()
    yield b"Please send\n- 20 pcs AB-100 at $3.50 by 12/1/2026\n| Item | Qty |\n| A-1 | 2 |\nItem: A-2\nQty: 1,200\n"


def _archives() -> Iterator[bytes]:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("订单.csv", sheets_made.csv(_ROWS))
        packed.writestr("folder/note.txt", "please send AB-100 20 pcs")
    yield target.getvalue()
