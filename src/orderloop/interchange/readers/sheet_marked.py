"""A sheet given back to its sender: his own file with one more column that says what is wrong, row by row.

Runs in a limited child. An xlsx keeps every part and cell it has; a text keeps its encoding and its delimiter; of other
kinds the rows come back, from which the caller writes a file.
"""

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree

from orderloop.foundation.delimited import delimited_rows, delimiter_of, neutral
from orderloop.foundation.encoding import Decoded, decode
from orderloop.foundation.packed import open_zip, unpacked
from orderloop.interchange.readers.sheet_files import LIMITS, open_book, sheet_parts
from orderloop.interchange.readers.sheet_markup import excel_xml_rows, html_rows
from orderloop.interchange.rules.sheet.grid import column_letters
from orderloop.interchange.rules.sniff import kind_of
from orderloop.interchange.rules.values import number_in

MOST_ROWS, MOST_COLUMNS = 50_100, 200
LAST_COLUMN = 16_384
WIDTH = 60
_BOOKS = frozenset({"xlsx", "xlsb", "xls", "ods"})
_MARKUP = {"html-table": html_rows, "excel-xml": excel_xml_rows}
_CELL = re.compile(r"([A-Z]{1,3})\d+")
_RED, _PINK = "FFC00000", "FFFDE9E7"
# Sheets of other encodings come back in UTF-8: the remarks may not be sayable in theirs.
_KEPT_ENCODINGS = {"gb18030": "gb18030", "utf-16": "utf-16", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}

Remarks = Mapping[str, Mapping[int, str]]


def marked(content: bytes, argument: bytes) -> bytes:
    """The file with its remarks, as JSON: `content` in base64 and `suffix`, or `rows` and `remarks` of the one sheet.

    `argument` is JSON: `filename`, `content_type`; `title` of the new column; `remarks`, a list of sheet (empty where
    the file has one), row from 1 and text; `title_row` from 1, or 0 for none. Raises whatever the parsers raise.
    """
    asked = json.loads(argument)
    kind = kind_of(content, asked.get("filename", ""), asked.get("content_type", ""))
    remarks: dict[str, dict[int, str]] = {}
    for sheet, row, text in asked["remarks"]:
        remarks.setdefault(sheet, {})[row] = text
    title, title_row = asked["title"], asked["title_row"]
    if title_row:
        for rows in remarks.values():
            rows.setdefault(title_row, title)
    if kind == "xlsx":
        return _answer(_workbook(content, remarks), "xlsx")
    if kind in _BOOKS or kind in _MARKUP:
        name, rows_of = _rows(content, kind, next(iter(remarks)))
        said = remarks.get(name) or next(iter(remarks.values()))
        return json.dumps({"rows": rows_of, "remarks": said}).encode()
    return _answer(_text(content, next(iter(remarks.values()))), "csv")


def _answer(content: bytes, suffix: str) -> bytes:
    return json.dumps({"content": base64.b64encode(content).decode(), "suffix": suffix}).encode()


def _rows(content: bytes, kind: str, wanted: str) -> tuple[str, list[list[str]]]:
    if kind in _MARKUP:
        return "", _MARKUP[kind](_decoded(content).text)
    grids = open_book(content, kind, MOST_ROWS, MOST_COLUMNS).grids
    grid = next((each for each in grids if each.name == wanted), grids[0])
    return grid.name, grid.rows


def _decoded(content: bytes) -> Decoded:
    return decode(content) or Decoded("", "utf-8")


def _text(content: bytes, remarks: Mapping[int, str]) -> bytes:
    decoded = _decoded(content)
    text = decoded.text.removeprefix("\ufeff").replace("\x00", "")
    delimiter = delimiter_of(text)
    rows = list(delimited_rows(text, delimiter))
    width = max(map(len, rows), default=0)
    target = io.StringIO()
    if text.startswith("sep="):
        target.write(f"sep={delimiter}\r\n")
    writer = csv.writer(target, delimiter=delimiter, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        said = remarks.get(number, "")
        cells = [cell if number_in(cell) is not None else neutral(cell) for cell in row]
        writer.writerow([*cells, *[""] * (width - len(cells)), neutral(said)] if said else cells)
    return target.getvalue().encode(_KEPT_ENCODINGS.get(decoded.encoding, "utf-8-sig"), "replace")


def _workbook(content: bytes, remarks: Remarks) -> bytes:
    archive = open_zip(content, LIMITS)
    names = {name: part for part, name in sheet_parts(archive)}
    if "" in remarks:
        grids = open_book(content, "xlsx", MOST_ROWS, MOST_COLUMNS).grids
        filled = [grid.name for grid in grids if any(any(row) for row in grid.rows)]
        remarks = {filled[0] if filled else next(iter(names)): remarks[""]}
    wanted = {names[sheet]: rows for sheet, rows in remarks.items() if sheet in names}
    styles, style = _with_style(archive)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as again:
        for entry in archive.infolist():
            part = unpacked(archive, entry, LIMITS)
            if entry.filename in wanted:
                part = _with_column(part, wanted[entry.filename], style)
            elif entry.filename == "xl/styles.xml" and styles is not None:
                part = styles
            again.writestr(entry.filename, part)
    return target.getvalue()


def _parsed(part: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(part, parser)


def _written(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _with_style(archive: zipfile.ZipFile) -> tuple[bytes | None, int]:
    """The styles with one more, red upon pink, and its number; none where the file has no styles as they should be."""
    try:
        root = _parsed(unpacked(archive, archive.getinfo("xl/styles.xml"), LIMITS))
    except (KeyError, etree.XMLSyntaxError):
        return None, 0
    space = etree.QName(root).namespace
    fonts, fills, formats = (root.find(f"{{{space}}}{name}") for name in ("fonts", "fills", "cellXfs"))
    if fonts is None or fills is None or formats is None:
        return None, 0
    font = etree.SubElement(fonts, f"{{{space}}}font")
    etree.SubElement(font, f"{{{space}}}color", rgb=_RED)
    fill = etree.SubElement(etree.SubElement(fills, f"{{{space}}}fill"), f"{{{space}}}patternFill", patternType="solid")
    etree.SubElement(fill, f"{{{space}}}fgColor", rgb=_PINK)
    form = etree.SubElement(
        formats, f"{{{space}}}xf", numFmtId="0", borderId="0", fontId=str(len(fonts) - 1), fillId=str(len(fills) - 1),
        applyFont="1", applyFill="1", applyAlignment="1",
    )  # fmt: skip
    etree.SubElement(form, f"{{{space}}}alignment", wrapText="1", vertical="top")
    for several in (fonts, fills, formats):
        several.set("count", str(len(several)))
    return _written(root), len(formats) - 1


def _with_column(part: bytes, remarks: Mapping[int, str], style: int) -> bytes:
    root = _parsed(part)
    space = etree.QName(root).namespace
    width = min(max((_number(cell.get("r", "")) for cell in root.iter(f"{{{space}}}c")), default=0), LAST_COLUMN - 1)
    letters = column_letters(width)
    for place, row in enumerate(root.iter(f"{{{space}}}row"), 1):
        stated = row.get("r", "")
        number = int(stated) if stated.isdigit() else place
        if number not in remarks:
            continue
        row.attrib.pop("spans", None)
        cell = etree.SubElement(row, f"{{{space}}}c", r=f"{letters}{number}", t="inlineStr")
        if style:
            cell.set("s", str(style))
        text = etree.SubElement(etree.SubElement(cell, f"{{{space}}}is"), f"{{{space}}}t")
        text.text = "".join(sign for sign in remarks[number] if sign.isprintable())
    for told in root.findall(f"{{{space}}}dimension"):
        root.remove(told)
    _widen(root, space, width + 1)
    return _written(root)


def _widen(root: Any, space: str | None, column: int) -> None:
    """Room for the words, unless the sheet says something of that column already."""
    several = root.find(f"{{{space}}}cols")
    data = root.find(f"{{{space}}}sheetData")
    if several is None and data is not None:
        several = etree.Element(f"{{{space}}}cols")
        data.addprevious(several)
    last = max((int(each.get("max", "0")) for each in several), default=0) if several is not None else column
    if last < column:
        etree.SubElement(
            several, f"{{{space}}}col", min=str(column), max=str(column), width=str(WIDTH), customWidth="1"
        )


def _number(path: str) -> int:
    found = _CELL.fullmatch(path)
    column = 0
    for letter in found[1] if found else "":
        column = column * 26 + ord(letter) - 64
    return column
