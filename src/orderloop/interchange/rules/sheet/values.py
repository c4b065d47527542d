"""What a cell of a known column says: the value with its place and how sure it is, and what is wrong with it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, Value
from orderloop.interchange.rules.quick import cell_value
from orderloop.interchange.rules.sheet.grid import DAY, NUMBER, OTHER, TEXT, Doubt, Grid, column_letters
from orderloop.interchange.rules.sheet.head import Column
from orderloop.interchange.rules.text_orders.values import UNDATED, days_in
from orderloop.interchange.rules.values import (
    as_text,
    currency_in,
    day_in,
    decimal_sign_of,
    number_in,
    plain,
    quantity_and_unit,
)

MOST_FAULTS_ALIKE = 100
DOUBTFUL = 0.2
HIDDEN = 0.5
_CONTRADICTED = 0.4
_KNOWN, _PROBABLE = 0.98, 0.8
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}")
_FEW_ROWS = 10
_LONGEST_DAY = 20
# The unit of a price may be another than the line's.
_PER_UNIT = re.compile(r"(?P<price>\S.{0,20}?)\s?(?:/|每|\bper\b)\s?(?P<unit>[^\d\s/]{1,8})", re.IGNORECASE)
_MONEY = re.compile(r"\d[.,]\d{2}(?!\d)")
_POINTED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_SIGNS_AND_DIGITS = frozenset("+-0123456789")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# The way a CSV keeps a spreadsheet from touching a code: ="00123".
_KEPT_TEXT = re.compile(r'=\s*"([^"]*)"')
_FIRST_DAY = date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)  # days of the years 2000 to 2099
_DOUBT_CODES = {
    Doubt.DIGITS_LOST: FaultCode.DIGITS_LOST,
    Doubt.ERROR_VALUE: FaultCode.ERROR_VALUE,
    Doubt.NO_STORED_VALUE: FaultCode.NO_STORED_VALUE,
}


@dataclass(frozen=True, slots=True)
class Findings:
    """Faults as they are found; of one kind for one field at most `MOST_FAULTS_ALIKE` are kept."""

    faults: list[Fault] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, code: FaultCode, place: Place, *, rejects: bool = False, **params: str) -> None:
        """Note a fault; by itself a doubt about a cell refuses no document."""
        key = (code, params.get("name", ""))
        self.counts[key] += 1
        if self.counts[key] <= MOST_FAULTS_ALIKE:
            self.faults.append(Fault(code, place, params, rejects))


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers and days of a document are written, and when; empty where it is not known."""

    decimal_sign: str = ""
    date_order: str = ""
    today: date | None = None


def style_of(grid: Grid, columns: Mapping[str, Column], rows: range, hints: Hints) -> Style:
    """As learnt, else as the numbers of the table agree on."""
    sign = hints.formats.get("decimal_sign", "")
    if not sign:
        written = {
            name: [
                _without_unit(text)
                for row in rows
                if grid.type(row, column.index) != NUMBER and (text := grid.text(row, column.index))
            ]
            for name in ("quantity", "unit_price", "amount")
            if (column := columns.get(name)) is not None
        }
        texts = [text for some in written.values() for text in some if not _PLAIN_NUMBER.fullmatch(text) or "." in text]
        # A sum below the table tells as well.
        texts += [text for row in rows[-_FEW_ROWS:] for text in grid.rows[row - 1] if _MONEY.search(text)]
        sign = "," if _groups_by_points(written) else decimal_sign_of(text for text in texts if _tells(text))
    return Style(sign, hints.formats.get("date_order", ""), hints.today)


def _tells(text: str) -> bool:
    """Whether a number has one reading only: `24,700` may be grouped or a fraction."""
    number = number_in(text)
    return number is not None and (number.point is None or number.comma is None)


def _without_unit(text: str) -> str:
    parted = None if text[-1].isdigit() else quantity_and_unit(text)
    return parted[0] if parted else text


def _groups_by_points(written: Mapping[str, list[str]]) -> bool:
    """Whether `1.250` among whole quantities means a thousand and more: prices beside it are written `24,70`, and of
    `1.250` and `24,700` one groups the digits."""
    quantities = written.get("quantity", [])
    prices = [text for name in ("unit_price", "amount") for text in written.get(name, ())]
    pointed = sum(_POINTED.fullmatch(text) is not None for text in quantities)
    others = [text for text in quantities if "." in text and not _POINTED.fullmatch(text)]
    has_whole = any(text.isdigit() for text in quantities)
    has_commas = any("," in text for text in prices) and not any("." in text.partition(",")[0] for text in prices)
    return bool(pointed) and not others and has_whole and has_commas and not any("." in text for text in prices)


# What a cell was read as: the text, how surely, and the code of what is wrong (None where nothing is).
_Read = tuple[str, float, FaultCode | None]


def read_code(text: str, kind: str, style: Style) -> _Read:
    """A code: every sign of it counts."""
    if kind == DAY or (text.isascii() and text[:1] in _SIGNS_AND_DIGITS and _SCIENTIFIC.fullmatch(text)):
        return text, DOUBTFUL, FaultCode.REWRITTEN
    if text[:1] == "'" and text[1:].isalnum():
        return text[1:], 1.0, None  # the sign by which a spreadsheet is told that digits are a text
    kept = _KEPT_TEXT.fullmatch(text) if text[:1] == "=" else None
    return (kept.group(1).strip(), 1.0, None) if kept else (text, 1.0, None)


def read_figure(text: str, kind: str, style: Style) -> _Read:
    """A number with a point; the text as it stands where it is none."""
    if kind == NUMBER or (text.isascii() and text.isdigit()):
        return text, 1.0, None
    if kind in (DAY, OTHER):
        return text, 0.0, FaultCode.REWRITTEN if kind == DAY else FaultCode.INVALID_ELEMENT
    kept = _KEPT_TEXT.fullmatch(text)
    text = kept.group(1) if kept else text
    number = number_in(text)
    value = None if number is None else number.by(style.decimal_sign or ".")
    if number is None or value is None:
        is_rewritten = _SCIENTIFIC.fullmatch(text) is not None
        return text, 0.0, FaultCode.REWRITTEN if is_rewritten else FaultCode.INVALID_ELEMENT
    read = as_text(value)
    if _PLAIN_NUMBER.fullmatch(text) and (number.is_certain or style.decimal_sign != ","):
        return read, 1.0, None
    sure = 1.0 if number.is_certain else 0.95 if style.decimal_sign else 0.6
    return read, sure, None if read == plain(text) else FaultCode.READ_AS


def read_day(text: str, kind: str, style: Style) -> _Read:
    """A day as ISO; as it stands where it may be one of several or none."""
    if kind == DAY:
        return text[:10], 1.0, None
    if kind == NUMBER and not (len(text) == 8 and text.startswith("20")):
        if text.isdigit() and int(text) in _SERIALS:
            return (_FIRST_DAY + timedelta(days=int(text))).isoformat(), HIDDEN, FaultCode.READ_AS
        return text, 0.0, FaultCode.INVALID_ELEMENT
    found = day_in(text, style.date_order)
    if found is None:
        return _day_of_this_year(text, style)
    if found.day is None:
        return text, DOUBTFUL, FaultCode.DOUBTFUL
    return found.day.isoformat(), 1.0, None


def _day_of_this_year(text: str, style: Style) -> _Read:
    """`11月28日`: the nearest such day ahead."""
    days = days_in(text, Hints(today=style.today)) if len(text) <= _LONGEST_DAY else []
    if len(days) != 1 or days[0].confidence <= UNDATED:
        return text, 0.0, FaultCode.INVALID_ELEMENT
    return days[0].text, days[0].confidence, FaultCode.READ_AS


def read_currency(text: str, kind: str, style: Style) -> _Read:
    """A currency by its code where one is known."""
    code = currency_in(text)
    return (code, 1.0, None) if code else (text, HIDDEN, None)


def read_words(text: str, kind: str, style: Style) -> _Read:
    """A text as it stands."""
    return text, 1.0, None


_READERS: Mapping[str, Callable[[str, str, Style], _Read]] = {
    **dict.fromkeys(("item", "customer_item", "barcode", "po_number", "customer_code", "ship_to_code"), read_code),
    **dict.fromkeys(("quantity", "unit_price", "amount", "price_basis"), read_figure),
    **dict.fromkeys(("net_total", "tax_total", "total", "line_count"), read_figure),
    **dict.fromkeys(("requested_on", "ordered_on"), read_day),
    "currency": read_currency,
}


def reader_of(name: str) -> Callable[[str, str, Style], _Read]:
    """How the cells of a field are read."""
    return _READERS.get(name, read_words)


class ColumnReader:
    """Reads the cells of one column of one table."""

    __slots__ = (
        "confidence",
        "findings",
        "grid",
        "index",
        "letters",
        "method",
        "name",
        "origin",
        "read",
        "style",
        "zeros",
    )

    def __init__(self, grid: Grid, column: Column, style: Style, findings: Findings) -> None:
        self.grid, self.style, self.findings = grid, style, findings
        self.name, self.index, self.origin = column.field, column.index, column.origin
        self.read = reader_of(column.field)
        self.zeros = 0
        self.letters = grid.prefix + column_letters(column.index)
        self.method = Method.LEARNT if column.origin else Method.COLUMN if column.title else Method.PATTERN
        sure = _KNOWN if column.strength >= 0.9 else _PROBABLE if column.strength >= 0.6 else column.strength
        self.confidence = 1.0 if column.origin else min(sure, HIDDEN) if column.index in grid.hidden_columns else sure

    def value(self, row: int, text: str, factor: float = 1.0) -> Value | None:
        """The value in a row whose cell holds `text`; None where there is nothing to read."""
        if self.grid.doubts and (doubt := self.grid.doubts.get((row, self.index))) is not None:
            return self._doubtful(row, text, doubt)
        if not text:
            return None
        read, sure, code = self.read(text, self.grid.type(row, self.index), self.style)
        if self.zeros and code is None and len(read) < self.zeros and read.isdigit() and read[0] != "0":
            sure, code = DOUBTFUL, FaultCode.ZEROS_LOST
        if code is not None:
            read, sure = self._amended(row, text, read, sure, code)
        return cell_value(read, text, f"{self.letters}{row}", self.method, self.confidence * sure * factor, self.origin)

    def watch_zeros(self, rows: range) -> None:
        """Codes of one length, some with zeros before them: a shorter one has lost its own."""
        if self.read is not read_code:
            return
        texts = (self.grid.text(row, self.index) for row in rows)
        lengths = {len(text) for text in texts if text[:1] == "0" and text.isdigit()}
        if len(lengths) == 1:
            self.zeros = lengths.pop()

    def _doubtful(self, row: int, text: str, doubt: Doubt) -> Value | None:
        path = f"{self.letters}{row}"
        self.findings.add(_DOUBT_CODES[doubt], Place(path), name=self.name, given=text[:80])
        return cell_value(text, text, path, self.method, 0.0, self.origin) if text else None

    def _amended(self, row: int, text: str, read: str, sure: float, code: FaultCode | None) -> tuple[str, float]:
        """What is wrong is noted, unless it is only a unit behind the number."""
        if self.name == "quantity" and code is FaultCode.INVALID_ELEMENT and (parted := quantity_and_unit(text)):
            read, sure, code = read_figure(parted[0], TEXT, self.style)
        per = _PER_UNIT.fullmatch(text) if self.name == "unit_price" and code is FaultCode.INVALID_ELEMENT else None
        if per is not None and canonical_unit(per["unit"]) is not None:
            read, sure, code = read_figure(per["price"], TEXT, self.style)
            sure, code = min(sure, HIDDEN), code or FaultCode.READ_AS
        if code is not None:
            place = Place(f"{self.letters}{row}")
            self.findings.add(code, place, name=self.name, given=text[:80], expected=read[:80])
        return read, sure


def unit_beside(text: str) -> str:
    """The unit written behind the number of a quantity."""
    parted = quantity_and_unit(text)
    return parted[1] if parted else ""


def settle_unit(line: dict[str, Value], findings: Findings) -> None:
    """Take the unit beside a quantity in its own cell; where the column of units says another, nobody knows which
    holds."""
    quantity = line.get("quantity")
    if quantity is None or quantity.raw == quantity.text or not (unit := unit_beside(quantity.raw)):
        return
    stated = line.get("unit")
    if stated is None or not stated.text:
        line["unit"] = replace(quantity, text=unit)
    elif (canonical_unit(unit) or unit) != (canonical_unit(stated.text) or stated.text):
        line["unit"] = replace(stated, confidence=_CONTRADICTED)
        findings.add(FaultCode.INCONSISTENT, stated.place, name="unit", given=stated.text, expected=unit)
