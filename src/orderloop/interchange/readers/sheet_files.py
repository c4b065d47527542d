"""Workbooks opened: every visible sheet as a grid of texts, with what the file tells of hidden and computed cells."""

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine

from orderloop.foundation.packed import PackedFault, PackedLimits, beyond, open_zip, unpacked
from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.readers.sheet_styles import Styles, attributes_of, styles_of
from orderloop.interchange.rules.sheet.grid import DAY, NUMBER, OTHER, TEXT, Doubt, Grid

MOST_SHEETS = 30
LIMITS = PackedLimits()
# Above 15 digits a spreadsheet keeps zeros in place of what was typed.
_EXACT_BELOW = 10**15
_ERRORS = frozenset({"#REF!", "#VALUE!", "#NAME?", "#N/A", "#DIV/0!", "#NUM!", "#NULL!"})


class TooMuch(ValueError):
    """A file that is not read at all, with the fault that says why."""

    def __init__(self, code: FaultCode, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Opened:
    """The visible sheets of a file that hold anything, and what is wrong with the file."""

    grids: tuple[Grid, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Marks:
    """What only the XML of a worksheet tells."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    without_value: frozenset[tuple[int, int]] = frozenset()
    padded: Mapping[tuple[int, int], int] = field(default_factory=dict)
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    struck: frozenset[tuple[int, int]] = frozenset()
    currencies: Mapping[tuple[int, int], str] = field(default_factory=dict)


def open_book(content: bytes, kind: str, most_rows: int, most_columns: int) -> Opened:
    """The sheets of an xlsx, xlsb, xls or ods file. Raises `TooMuch`."""
    marks = _marks_of(content, kind, most_rows, most_columns)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return _sheets(book, marks, most_rows, most_columns)
    except python_calamine.PasswordError as error:
        raise TooMuch(FaultCode.ENCRYPTED) from error
    except TooMuch:
        raise
    except MemoryError:
        raise
    except BaseException as error:  # the parser's panics have no common base with its errors
        raise TooMuch(FaultCode.DAMAGED, detail=kind) from error


def _sheets(book: Any, marks: dict[str, _Marks], most_rows: int, most_columns: int) -> Opened:
    grids: list[Grid] = []
    faults: list[Fault] = []
    for sheet_facts in book.sheets_metadata[:MOST_SHEETS]:
        if sheet_facts.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(sheet_facts.name)
        if not sheet.height:
            continue
        if sheet_facts.visible != python_calamine.SheetVisibleEnum.Visible:
            faults.append(Fault(FaultCode.HIDDEN, Place(sheet.name), {"name": sheet.name}, rejects=False))
            continue
        if sheet.end[0] >= most_rows or sum(len(grid.rows) for grid in grids) + sheet.end[0] >= most_rows:
            raise TooMuch(FaultCode.TOO_LARGE, limit=str(most_rows))
        if sheet.end[1] >= most_columns:
            raise TooMuch(FaultCode.TOO_COMPLEX, detail=f"> {most_columns}")
        grids.append(_grid(sheet, marks.get(sheet.name, _Marks())))
    if len(grids) > 1:
        grids = [_prefixed(grid) for grid in grids]
    return Opened(tuple(grids), tuple(faults))


def _prefixed(grid: Grid) -> Grid:
    return replace(grid, prefix=f"{grid.name}!")


def _grid(sheet: Any, marks: _Marks) -> Grid:
    rows: list[list[str]] = []
    types: list[str] = []
    doubts: dict[tuple[int, int], Doubt] = {}
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        texts, letters = _row(cells)
        if "?" in letters:
            for column, letter in enumerate(letters):
                if letter == "?":
                    is_number = isinstance(cells[column], float | int)
                    doubts[number, column] = Doubt.DIGITS_LOST if is_number else Doubt.ERROR_VALUE
            letters = letters.replace("?", OTHER)
        rows.append(texts)
        types.append(letters)
    doubts |= {place: Doubt.NO_STORED_VALUE for place in marks.without_value}
    for (row, column), text in marks.errors.items():
        if row <= len(rows) and column < len(rows[row - 1]):
            rows[row - 1][column] = text
            doubts[row, column] = Doubt.ERROR_VALUE
    for (row, column), width in marks.padded.items():
        _pad(rows, row, column, width)
    merged = tuple((a + 1, b, c + 1, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    return Grid(
        sheet.name, rows, types, doubts, marks.hidden_rows, marks.hidden_columns, merged,
        struck=marks.struck, currencies=marks.currencies,
    )  # fmt: skip


def _row(cells: list[object]) -> tuple[list[str], str]:
    texts: list[str] = []
    letters: list[str] = []
    for cell in cells:
        if cell.__class__ is str:
            texts.append(cell)
            letters.append("?" if cell in _ERRORS else TEXT)
        elif cell.__class__ is float:
            if cell.is_integer() and -_EXACT_BELOW < cell < _EXACT_BELOW:
                texts.append(str(int(cell)))
                letters.append(NUMBER)
            else:
                text, letter = _number(cell)
                texts.append(text)
                letters.append(letter)
        else:
            text, letter = _other(cell)
            texts.append(text)
            letters.append(letter)
    return texts, "".join(letters)


def _number(number: float) -> tuple[str, str]:
    """A spreadsheet shows and keeps fifteen digits; those beyond come from the way it counts."""
    if abs(number) >= _EXACT_BELOW:
        return f"{Decimal(repr(number)):f}".removesuffix(".0"), "?"
    return f"{Decimal(format(number, '.15g')):f}", NUMBER


def _other(cell: object) -> tuple[str, str]:
    if isinstance(cell, bool):
        return ("TRUE" if cell else "FALSE"), OTHER
    if isinstance(cell, int):
        return str(cell), "?" if abs(cell) >= _EXACT_BELOW else NUMBER
    if isinstance(cell, datetime):
        return (cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")), DAY
    if isinstance(cell, date):
        return cell.isoformat(), DAY
    return (str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)), OTHER


def _pad(rows: list[list[str]], row: int, column: int, width: int) -> None:
    """What the sheet shows is what its sender sees: a code under the format 000000 has its zeros."""
    if row <= len(rows) and column < len(rows[row - 1]) and rows[row - 1][column].isdigit():
        rows[row - 1][column] = rows[row - 1][column].zfill(width)


_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]{1,2000})/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]{1,2000})/?>")
_ROW_HIDDEN = re.compile(rb"<(?:\w+:)?row\s([^<>]{0,500}\shidden=[\"'](?:1|true)[\"'][^<>]{0,500})>")
_COLUMN_HIDDEN = re.compile(rb"<(?:\w+:)?col\s([^<>]{0,500})/?>")
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?c\s([^<>]{0,300})>\s*<(?:\w+:)?f\b[^<>]{0,300}(?:/>|>[^<]{0,9000}</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# The parser leaves these cells empty.
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]{0,300}\bt=[\"']e[\"'][^<>]{0,300})>")
_ERROR_TEXT = "#"
_CELL = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})\Z")


def _marks_of(content: bytes, kind: str, most_rows: int, most_columns: int) -> dict[str, _Marks]:
    """Check a packed workbook before it is opened, and gather what the parser will not tell."""
    if kind == "xls":
        return {}
    try:
        archive = open_zip(content, LIMITS)
        marks: dict[str, _Marks] = {}
        names = dict(sheet_parts(archive)) if kind == "xlsx" else {}
        styles = styles_of(archive, LIMITS) if kind == "xlsx" else Styles()
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".bin", ".rels")):
                continue
            part = unpacked(archive, entry, LIMITS)
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                _check_reach(part, most_rows, most_columns)
                if entry.filename in names:
                    marks[names[entry.filename]] = _marks(part, styles)
        return marks
    except PackedFault as fault:
        raise TooMuch(_PACKED[fault.code], detail=kind) from fault


_PACKED = {
    "damaged": FaultCode.DAMAGED,
    "encrypted": FaultCode.ENCRYPTED,
    "packed_too_tightly": FaultCode.TOO_COMPLEX,
}


def _check_reach(part: bytes, most_rows: int, most_columns: int) -> None:
    too_low, too_far = beyond(most_rows, most_columns)
    if too_far.search(part):
        raise TooMuch(FaultCode.TOO_COMPLEX, detail=f"> {most_columns}")
    if too_low.search(part):
        raise TooMuch(FaultCode.TOO_LARGE, limit=str(most_rows))


def sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The part each sheet stands in, and the sheet's name."""
    try:
        book = unpacked(archive, archive.getinfo("xl/workbook.xml"), LIMITS)
        relations = unpacked(archive, archive.getinfo("xl/_rels/workbook.xml.rels"), LIMITS)
    except KeyError:
        return
    targets = {}
    for found in _RELATION.finditer(relations):
        attributes = attributes_of(found[1])
        targets[attributes.get("Id", "")] = attributes.get("Target", "").removeprefix("/xl/").removeprefix("xl/")
    for found in _SHEET.finditer(book):
        attributes = attributes_of(found[1])
        target = targets.get(attributes.get("r:id", ""), "")
        if target:
            yield f"xl/{target}", attributes.get("name", "")


def _marks(part: bytes, styles: Styles) -> _Marks:
    rows: set[int] = set()
    columns: set[int] = set()
    if b"hidden=" in part:
        rows = {
            int(number)
            for found in _ROW_HIDDEN.finditer(part)
            if (number := attributes_of(found[1]).get("r", "")).isdigit()
        }
        for found in _COLUMN_HIDDEN.finditer(part):
            attributes = attributes_of(found[1])
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if attributes.get("hidden") in ("1", "true") and first.isdigit() and last.isdigit():
                columns |= set(range(int(first) - 1, min(int(last), 300)))
    without = (
        frozenset(place for place, _ in _cells(_NO_VALUE, part)) if b"<f" in part or b":f" in part else frozenset()
    )
    padded = {place: styles.widths[style] for place, style in _styled(part, styles.widths)}
    struck = frozenset(place for place, _style in _styled(part, styles.struck))
    currencies = {place: styles.currencies[style] for place, style in _styled(part, styles.currencies)}
    errors = (
        {place: _ERROR_TEXT for place, _ in _cells(_ERROR_CELL, part)} if b't="e"' in part or b"t='e'" in part else {}
    )
    return _Marks(frozenset(rows), frozenset(columns), without, padded, errors, struck, currencies)


def _styled(part: bytes, styles: Collection[str]) -> Iterator[tuple[tuple[int, int], str]]:
    """Where cells of these styles stand."""
    if styles:
        names = b"|".join(name.encode() for name in styles)
        pattern = re.compile(rb"<(?:\w+:)?c\s([^<>]{0,300}\bs=[\"'](?:%s)[\"'][^<>]{0,300})>" % names)
        yield from ((place, attributes["s"]) for place, attributes in _cells(pattern, part))


def _cells(pattern: "re.Pattern[bytes]", part: bytes) -> Iterator[tuple[tuple[int, int], dict[str, str]]]:
    """Where the cells stand that a pattern finds, with their attributes."""
    for found in pattern.finditer(part):
        attributes = attributes_of(found[1])
        if cell := _CELL.match(attributes.get("r", "").encode()):
            column = 0
            for letter in cell[1]:
                column = column * 26 + letter - 64
            yield (int(cell[2]), column - 1), attributes
