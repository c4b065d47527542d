"""What stands above and below a table in a sheet: labels and the values beside, behind or under them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orderloop.interchange.facts import HEADER_FIELDS, FaultCode, Hints, Method, Place, Role, Value
from orderloop.interchange.rules.lexicon import Meaning, fold_label, label_meaning, role_word
from orderloop.interchange.rules.sheet.grid import NUMBER, Grid
from orderloop.interchange.rules.sheet.values import Findings, Style, reader_of
from orderloop.interchange.rules.values import currency_in, day_in, is_code, number_in

_LONGEST_LABEL = 60
_LONGEST_VALUE = 400
_REACH = 8  # columns to the right of a label in which its value may stand
_LEAST_GLUED = 2
_COLON = re.compile(r"[:：]")
_CURRENCY = re.compile(r"[A-Za-z]{3}|[\u4e00-\u9fff]{1,4}")
_BLANK = re.compile(r"\s+")
_RATE = re.compile(r"\s*[(（]?\d{1,2}(?:\.\d)?\s?%[)）]?")
_KNOWN, _PROBABLE, _UNLIKELY = 0.95, 0.75, 0.6
_ADDRESS = re.compile(
    r"[省市区县镇路街巷弄幢栋楼室]|大道|\b(?:road|rd|street|str|st|avenue|ave|lane|blvd|floor|building|suite)\b|(?:stra(?:ß|ss)e)\b|,\s",
    re.IGNORECASE,
)
SUMS = {"sum:total": "total", "sum:net_total": "net_total", "sum:tax_total": "tax_total"}
_ROLES = {
    "order": Role.ORDER,
    "change": Role.CHANGE,
    "cancellation": Role.CANCELLATION,
    "confirmation": Role.CONFIRMATION,
    "despatch": Role.DESPATCH,
    "other": Role.OTHER,
}


@dataclass(frozen=True, slots=True)
class _Labelled:
    meaning: Meaning
    text: str
    place: Place
    kind: str


def values_in(grid: Grid, rows: range, hints: Hints, findings: Findings) -> dict[str, Value]:
    """The header values these rows state; of several of one name the surest, then the first."""
    style = Style(hints.formats.get("decimal_sign", ""), hints.formats.get("date_order", ""), hints.today)
    own = [folded for name in hints.own_names if (folded := fold_label(name))]
    values: dict[str, Value] = {}
    for each in _labelled(grid, rows, hints.labels):
        name = SUMS.get(each.meaning.name, each.meaning.name)
        if name not in HEADER_FIELDS:
            continue
        if name == "customer_name" and any(mine in fold_label(each.text) for mine in own):
            continue
        value = _value(name, each, style, findings)
        if value is not None and (name not in values or value.confidence > values[name].confidence):
            values[name] = value
    return values


def role_in(grid: Grid, rows: range) -> Role | None:
    """The kind of document a title in these rows names."""
    for row in rows:
        for cell in grid.rows[row - 1]:
            text = cell.strip()
            if text and len(text) <= _LONGEST_LABEL and (word := role_word(text)):
                return _ROLES.get(word, Role.OTHER)
    return None


def _labelled(grid: Grid, rows: range, learnt: Mapping[str, str]) -> Iterator[_Labelled]:
    yield from _with_colons(grid, rows, learnt)
    # A form that writes `订单号 4500047592` into a cell does so with several of its fields.
    without = [
        each
        for row in rows
        for column, cell in enumerate(grid.rows[row - 1])
        if cell and len(cell) <= _LONGEST_VALUE and (each := _glued(cell.strip(), grid.place(row, column)))
    ]
    if len({each.meaning.name for each in without if each.meaning.strength >= 1}) >= _LEAST_GLUED:
        yield from without


def _glued(text: str, place: Place) -> _Labelled | None:
    """A label and its value behind a blank in one cell; behind a label of several senses only a day, sum or code."""
    if _COLON.search(text) or "\n" in text or label_meaning(text, {}) is not None:
        return None
    blanks = [found.start() for found in _BLANK.finditer(text[:_LONGEST_LABEL])]
    for at in reversed(blanks):
        label, rest = text[:at], text[at:].strip()
        meaning = label_meaning(label, {}) or label_meaning(_RATE.sub("", label), {})
        if meaning is None or label_meaning(rest, {}) is not None:
            continue
        is_plain = number_in(rest) is not None or day_in(rest) is not None or is_code(rest)
        if is_plain or (meaning.strength >= 1 and not meaning.name.startswith("sum:")):
            return _Labelled(meaning, rest, place, "s")
    return None


def _with_colons(grid: Grid, rows: range, learnt: Mapping[str, str]) -> Iterator[_Labelled]:
    for row in rows:
        for column, cell in enumerate(grid.rows[row - 1]):
            if not cell or len(cell) > _LONGEST_VALUE:
                continue
            for line in cell.splitlines():
                yield from _of_line(grid, row, column, line.strip(), learnt, is_alone="\n" not in cell)


def _of_line(
    grid: Grid, row: int, column: int, text: str, learnt: Mapping[str, str], *, is_alone: bool
) -> Iterator[_Labelled]:
    place = grid.place(row, column)
    label, colon, rest = text, "", ""
    if found := _COLON.search(text):
        label, colon, rest = text[: found.start()], found.group(), text[found.end() :].strip()
    if not 0 < len(label) <= _LONGEST_LABEL:
        return
    meaning = label_meaning(label.strip(" *＊"), learnt) or label_meaning(_RATE.sub("", label), learnt)
    if meaning is None:
        return
    if meaning.name == "currency" and not rest and (code := currency_in(label)):
        rest = code
    if rest:
        yield _Labelled(meaning, rest, place, "s")
    elif is_alone:
        beside = _beside(grid, row, column, learnt) or (None if colon else _below(grid, row, column, learnt))
        if beside is not None:
            at_row, at_column = beside
            yield _Labelled(meaning, grid.text(*beside), grid.place(*beside), grid.type(at_row, at_column))


def _beside(grid: Grid, row: int, column: int, learnt: Mapping[str, str]) -> tuple[int, int] | None:
    for at in range(column + 1, min(column + 1 + _REACH, len(grid.rows[row - 1]))):
        if text := grid.text(row, at):
            return None if _is_label(text, learnt) else (row, at)
    return None


def _below(grid: Grid, row: int, column: int, learnt: Mapping[str, str]) -> tuple[int, int] | None:
    text = grid.text(row + 1, column)
    return (row + 1, column) if text and not _is_label(text, learnt) else None


def _is_label(text: str, learnt: Mapping[str, str]) -> bool:
    if len(text) > _LONGEST_LABEL:
        return False
    if found := _COLON.search(text):
        text = text[: found.start()]
    meaning = label_meaning(text, learnt) or label_meaning(_RATE.sub("", text), learnt)
    # A currency's name is a value here, though it stands before sums in words.
    return meaning is not None and meaning.name != "sum:skip"


def _likely_number(text: str) -> float:
    """How likely a text beside the label of an order's number is one: an address or a sentence never is."""
    words = text.split()
    if len(text) > 60 or not any(sign.isdigit() for sign in text) or len(words) > 4 or _ADDRESS.search(text):
        return 0.0
    return 1.0 if is_code("".join(words[-2:])) and len(words) <= 2 else _UNLIKELY


def _value(name: str, each: _Labelled, style: Style, findings: Findings) -> Value | None:
    text = each.text[:_LONGEST_VALUE].strip()
    likely = _likely_number(text) if name == "po_number" else 1.0
    if not text or not likely:
        return None
    if name == "currency" and not currency_in(text) and not _CURRENCY.fullmatch(text):
        return None
    if name in ("net_total", "tax_total", "total", "line_count") and each.kind != NUMBER and number_in(text) is None:
        return None
    read, sure, code = reader_of(name)(text, each.kind, style)
    if code is FaultCode.INVALID_ELEMENT and each.meaning.strength < 1:
        return None
    if code is not None and code is not FaultCode.READ_AS:
        findings.add(code, each.place, name=name, given=text[:80], expected=read[:80])
    usual = _KNOWN if each.meaning.strength >= 0.9 else _PROBABLE
    origin = each.meaning.origin
    method = Method.LEARNT if origin else Method.LABEL
    return Value(read, text, each.place, method, (1.0 if origin else usual * likely) * sure, origin)
