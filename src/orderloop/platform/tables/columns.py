"""Columns declared once: the header they are known by, what may stand in them, and rows of text made into values."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.words import gettext_noop as _
from orderloop.foundation.written import date_from, number_from
from orderloop.platform.tables.reading import Sheet, Unreadable

CELL_FAULT_WORDS: Mapping[str, str] = {
    "required": _("This must be filled in."),
    "not_a_number": _("This is not a number."),
    "not_whole": _("This is not a whole number."),
    "scientific": _(
        "This looks like a number a spreadsheet has rewritten. Format the column as text and type it again."
    ),
    "digits_lost": _(
        "A spreadsheet has lost the last digits of this number. Format the column as text and type it again."
    ),
    "error_value": _("This is an error of a formula."),
    "not_a_date": _("This is not a date. Write it as 2026-03-31."),
    "not_yes_or_no": _("Write yes or no."),
    "not_a_choice": _("Choose one of: %(choices)s."),
    "too_long": _("At most %(most)s characters fit here."),
    "repeated": _("The same row stands already in row %(row)s."),
}

_YES = {"yes", "y", "true", "1", "x", "是", "对", "✓", "√"}
_NO = {"no", "n", "false", "0", "否", "不", ""}
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+\Z")
# A header is looked for below a title or a remark, but not deep in the table.
_ROWS_WITH_HEADER = 10


class Kind(StrEnum):
    """What stands in a column. A rate is a fraction, also written as per cent; a code is text whose digits matter."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    DECIMAL = "decimal"
    RATE = "rate"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its key, with its header in both languages; either is understood in a file.

    `choices` are values with their words in both languages; `empty` is what an empty cell means.
    """

    key: str
    en: str
    zh: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)
    help_en: str = ""
    help_zh: str = ""
    empty: object = ""
    most: int = 0
    width: int = 16

    def title(self, language: str) -> str:
        """The header in a language."""
        return self.zh if language.startswith("zh") else self.en

    def help(self, language: str) -> str:
        """What to write into the column, in a language."""
        return self.help_zh if language.startswith("zh") else self.help_en


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell (or, with an empty `column`, a row): `row` is counted as in the file, from 1."""

    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """Typed values by column key; a column that is not in the file has no entry."""

    number: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sheet made into values. `rows` are those without fault, `texts` all of them by number, as they came."""

    rows: tuple[ParsedRow, ...]
    faults: tuple[CellFault, ...]
    header: tuple[str, ...]
    unknown_headers: tuple[str, ...]
    texts: Mapping[int, Mapping[str, str]]


def parse_sheet(sheet: Sheet, columns: Sequence[Column], *, key: Sequence[str] = (), partial: bool = False) -> Parsed:
    """Make the rows below the header into values; every wrong cell is named, and a wrong row is left out.

    With `key`, a row that repeats the values of these columns is a fault; if the file may be `partial`, only required
    columns of the key must be there. Raises `Unreadable` without a header, or when a column is missing or there twice.
    """
    needed = [column for column in columns if column.required and (not partial or column.key in key)]
    place, header = _header(sheet, columns, needed)
    unknown = tuple(
        text.strip() for text, column in zip(sheet.rows[place], header, strict=True) if text.strip() and not column
    )
    rows: list[ParsedRow] = []
    faults: list[CellFault] = []
    texts: dict[int, Mapping[str, str]] = {}
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in enumerate(sheet.rows[place + 1 :], place + 2):
        if not any(cell.strip() for cell in cells):
            continue
        values, wrong = _values(number, cells, header, sheet.doubts)
        texts[number] = {column.key: _cell(cells, index).strip() for index, column in enumerate(header) if column}
        identity = tuple(values.get(name) for name in key)
        if not wrong and key and seen.setdefault(identity, number) != number:
            wrong = [CellFault(number, key[-1], "repeated", {"row": seen[identity]})]
        faults += wrong
        if not wrong:
            rows.append(ParsedRow(number, values))
    if not texts:
        raise Unreadable("no_rows")
    return Parsed(tuple(rows), tuple(faults), tuple(column.key for column in header if column), unknown, texts)


def _header(sheet: Sheet, columns: Sequence[Column], needed: Sequence[Column]) -> tuple[int, list[Column | None]]:
    names = {_name(title): column for column in columns for title in (column.en, column.zh, column.key)}
    best: tuple[int, int, list[Column | None]] = (0, 0, [])
    for place, cells in enumerate(sheet.rows[:_ROWS_WITH_HEADER]):
        found = [names.get(_name(cell)) for cell in cells]
        hits = len({column.key for column in found if column})
        if hits > best[0]:
            best = (hits, place, found)
    hits, place, found = best
    if hits < min(2, len(columns)):
        raise Unreadable("no_header", columns=", ".join(column.en for column in (needed or columns)[:4]))
    keys = [column.key for column in found if column]
    if twice := next((column for column in columns if keys.count(column.key) > 1), None):
        raise Unreadable("column_twice", column=f"{twice.en} / {twice.zh}")
    if missing := next((column for column in needed if column.key not in keys), None):
        raise Unreadable("column_missing", column=f"{missing.en} / {missing.zh}")
    return place, found


def _name(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum())


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _values(
    number: int, cells: Sequence[str], header: Sequence[Column | None], doubts: Mapping[tuple[int, int], str]
) -> tuple[dict[str, object], list[CellFault]]:
    values: dict[str, object] = {}
    faults: list[CellFault] = []
    for index, column in enumerate(header):
        if column is None:
            continue
        text = _cell(cells, index).strip()
        code, params = _doubt(column, text, doubts.get((number, index), "")), {}
        if not code:
            try:
                values[column.key] = _value(column, text)
            except _Wrong as wrong:
                code, params = wrong.code, wrong.params
        if code:
            faults.append(CellFault(number, column.key, code, params))
    return values, faults


class _Wrong(ValueError):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, object] = params


def _doubt(column: Column, text: str, doubt: str) -> str:
    if doubt:
        return doubt
    return "scientific" if column.kind is Kind.CODE and _SCIENTIFIC.match(text) else ""


def _value(column: Column, text: str) -> object:
    if not text:
        if column.required:
            raise _Wrong("required")
        return column.empty
    return _READERS[column.kind](column, text)


def _text_value(column: Column, text: str) -> str:
    if column.most and len(text) > column.most:
        raise _Wrong("too_long", most=column.most)
    return text


def _decimal_value(column: Column, text: str) -> Decimal:
    if _SCIENTIFIC.match(text):
        raise _Wrong("scientific")
    try:
        return number_from(text)
    except ValueError as error:
        raise _Wrong("not_a_number") from error


def _whole_value(column: Column, text: str) -> int:
    number = _decimal_value(column, text)
    if number != number.to_integral_value():
        raise _Wrong("not_whole")
    return int(number)


def _rate_value(column: Column, text: str) -> Decimal:
    plain = text.strip().rstrip("%％").strip()
    number = _decimal_value(column, plain)
    return number if plain == text.strip() else number / 100


def _date_value(column: Column, text: str) -> date:
    try:
        return date_from(text)
    except ValueError as error:
        raise _Wrong("not_a_date") from error


def _flag_value(column: Column, text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain not in _YES | _NO:
        raise _Wrong("not_yes_or_no")
    return plain in _YES


def _choice_value(column: Column, text: str) -> str:
    names = {_name(word): value for value, words in column.choices.items() for word in (value, *words)}
    if _name(text) not in names:
        raise _Wrong("not_a_choice", choices=", ".join(column.choices))
    return names[_name(text)]


_READERS: Mapping[Kind, Callable[[Column, str], object]] = {
    Kind.TEXT: _text_value,
    Kind.CODE: _text_value,
    Kind.WHOLE: _whole_value,
    Kind.DECIMAL: _decimal_value,
    Kind.RATE: _rate_value,
    Kind.DATE: _date_value,
    Kind.FLAG: _flag_value,
    Kind.CHOICE: _choice_value,
}
