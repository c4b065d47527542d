"""Spreadsheets made for the tests: good ones, and such as people and programs really send."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[object]]
LINES: Rows = (("PO", "Item", "Qty", "Price"), ("P1", "A-1", 2, 3.5), ("P1", "A-2", 4, 1.25))
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(rows: Rows, change: Callable[[Any, Any], None] | None = None, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet; `change(book, page)` may do more to it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet(sheet)
        fill(page, rows)
        if change is not None:
            change(book, page)
    return target.getvalue()


def fill(page: Any, rows: Rows) -> None:
    """Write every cell that is not None."""
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(number, column, value)


def books(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook of several sheets."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name, rows in sheets.items():
            fill(book.add_worksheet(name), rows)
    return target.getvalue()


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The packed file with some of its parts replaced or added."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            if entry.filename not in parts:
                archive.writestr(entry.filename, source.read(entry))
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def with_sheet_data(data: str) -> bytes:
    """A workbook whose first sheet holds this XML between the tags of its data."""
    part = f"<worksheet {_MAIN}><sheetData>{data}</sheetData></worksheet>"
    return with_parts(xlsx(LINES), {"xl/worksheets/sheet1.xml": part.encode()})


def csv(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows as plain text."""
    return "\r\n".join(delimiter.join("" if cell is None else str(cell) for cell in row) for row in rows).encode(
        encoding
    )


def html(rows: Rows) -> bytes:
    """A table of a page, as many programs name `.xls`."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><head><meta charset='utf-8'></head><body><table border=1>{lines}</table></body></html>".encode()


def excel_xml(rows: Rows, before: str = "") -> bytes:
    """A workbook in the XML of older programs."""
    lines = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in rows
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>{before}<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="S"><Table>'
        f"{lines}</Table></Worksheet></Workbook>"
    ).encode()


def ods(rows: Rows, more: str = "") -> bytes:
    """A small OpenDocument spreadsheet."""
    cells = "".join(
        "<table:table-row>" + "".join(_ods_cell(cell) for cell in row) + "</table:table-row>" for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{cells}{more}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


def _ods_cell(cell: object) -> str:
    is_number = isinstance(cell, int | float)
    kind = f'office:value-type="float" office:value="{cell}"' if is_number else 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{cell}</text:p></table:table-cell>"


def compound(*streams: str) -> bytes:
    """The beginning of an OLE file with these streams named in its directory, as an encrypted workbook has."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\x00") + struct.pack("<H", 2 * len(name) + 2) + b"\x00" * 62
        for name in streams
    )
    return head + entries.ljust(1024, b"\x00")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An ordinary archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()
