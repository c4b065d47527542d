"""Order lines set in two rows each: number, code and name above, quantity, price and amount below.

So does the most widespread program of large firms:

    Item    Material     Description
            Order qty.   Unit    Price per unit       Net value
    00010   HX-8         Hex bolt
            5.000 PC             42,00 / 100 PC       2.100,00
            Delivery date: Day 04.12.2026
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Fault, FaultCode, Method, Value
from orderloop.interchange.rules.lexicon import column_meaning, label_meaning
from orderloop.interchange.rules.pages.goods import may_be_code
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, certainty, text_of
from orderloop.interchange.rules.pages.rows import Usage
from orderloop.interchange.rules.values import as_text, day_in, number_in

_MOST_BELOW = 12  # lines of text that may stand below a line's figures
_LONGEST_TITLE = 4
_NAMES, _MONEY = frozenset({"item", "description"}), frozenset({"quantity", "unit_price", "amount"})
_SURE = 0.9
_NUMBER = r"\d[\d.,'\u2019]*"
_FIGURES = re.compile(
    rf"^(?P<quantity>{_NUMBER})\s+(?P<unit>[^\W\d]\S{{0,11}})\s+(?P<price>{_NUMBER})\s*(?:[A-Z]{{3}}\s*)?"
    rf"(?:(?:/|per|je|pro)\s*(?P<basis>\d{{1,5}})?\s*(?:[^\W\d]\S{{0,11}})?)?\s+(?P<amount>{_NUMBER})(?:\s*[A-Z]{{3}})?$"
)
_START = re.compile(r"^(?P<number>\d{1,5})\s+(?P<code>\S{3,40})(?:\s+(?P<name>\S.*))?$")
_LABELLED = re.compile(r"^(?P<label>[^:：]{3,40})[:：]\s*(?P<value>\S.*)$")
_DAY_WORD = re.compile(r"^(?:day|date|tag|[dt])\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stacked:
    """The lines so set, by page the first and last line of text they take, and what shows that some were not read."""

    lines: tuple[dict[str, Value], ...] = ()
    taken: dict[int, tuple[int, int]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def stacked_lines(sheets: Sequence[Sheet], usage: Usage) -> Stacked:
    """The lines of a document whose heading stands in two rows as its lines do; none of any other."""
    found: list[dict[str, Value]] = []
    taken: dict[int, tuple[int, int]] = {}
    is_headed = False
    for sheet in sheets:
        head = _heading(sheet)
        is_headed |= head is not None
        if not is_headed:
            continue
        first = 0 if head is None else head
        last = first
        for index, line in _read(sheet, first, usage):
            found.append(line)
            last = index
        if last > first:
            taken[sheet.number] = (first, last)
    return Stacked(tuple(found), taken, tuple(_doubts(found, _rows_of_figures(sheets))) if found else ())


def _rows_of_figures(sheets: Sequence[Sheet]) -> int:
    return sum(bool(_FIGURES.match(text_of(line.tokens))) for sheet in sheets for line in sheet.lines[:2000])


def _doubts(lines: Sequence[dict[str, Value]], figures: int) -> Iterator[Fault]:
    """Figures that belong to no line, and a number left out between two lines: a line may have been passed over."""
    numbers = [int(line["line_no"].text) for line in lines]
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) > 1 or figures != len(lines) or (numbers[0] not in steps and steps):
        params = {"name": "lines", "given": ", ".join(map(str, numbers[:20]))}
        yield Fault(FaultCode.DOUBTFUL, lines[0]["line_no"].place, params, rejects=False)


def _heading(sheet: Sheet) -> int | None:
    """The first of two rows of titles: codes or names are in the upper, quantities and money in the lower only."""
    fields = [_titles(line) for line in sheet.lines]
    for index, (upper, lower) in enumerate(pairwise(fields)):
        is_upper = upper & _NAMES and not upper & _MONEY
        if is_upper and "quantity" in lower and len(lower & _MONEY) > 1 and not lower & _NAMES:
            return index
    return None


def _titles(line: Line) -> set[str]:
    """The columns that the words of a line name, the longest titles first."""
    if len(line.tokens) > 20:
        return set()
    fields, at = set(), 0
    while at < len(line.tokens):
        for end in range(min(len(line.tokens), at + _LONGEST_TITLE), at, -1):
            meaning = column_meaning(text_of(line.tokens[at:end]), {})
            if meaning is not None:
                fields.add(meaning.name)
                at = end
                break
        else:
            at += 1
    return fields


def _read(sheet: Sheet, first: int, usage: Usage) -> Iterator[tuple[int, dict[str, Value]]]:
    """Each line with the last line of text that belongs to it."""
    starts = [index for index in range(first, len(sheet.lines)) if _is_start(sheet.lines, index)]
    for start, end in pairwise([*starts, len(sheet.lines)]):
        upper, below = sheet.lines[start], sheet.lines[start + 1]
        line = _goods(sheet, upper) | _figures(sheet, below, usage)
        last = start + 1
        for index in range(start + 2, min(end, start + 2 + _MOST_BELOW)):
            more = _more(sheet, sheet.lines[index], usage)
            line |= {name: value for name, value in more.items() if name not in line or name == "item"}
            last = index if more else last
        yield last, line


def _is_start(lines: Sequence[Line], index: int) -> bool:
    if index + 1 >= len(lines):
        return False
    found = _START.match(text_of(lines[index].tokens))
    return found is not None and may_be_code(found["code"]) and bool(_FIGURES.match(text_of(lines[index + 1].tokens)))


def _goods(sheet: Sheet, line: Line) -> dict[str, Value]:
    number, code, *name = line.tokens
    values = {"line_no": _value(sheet, [number]), "item": _value(sheet, [code])}
    return values | ({"description": _value(sheet, name)} if name else {})


def _figures(sheet: Sheet, line: Line, usage: Usage) -> dict[str, Value]:
    found = _FIGURES.match(text_of(line.tokens))
    if found is None:
        return {}
    tokens = list(line.tokens)
    names = {"quantity": "quantity", "unit": "unit", "price": "unit_price", "basis": "price_basis", "amount": "amount"}
    values: dict[str, Value] = {}
    for group, name in names.items():
        text = found[group]
        if not text or (name == "price_basis" and text == "1"):
            continue
        place = [token for token in tokens if token.text == text][:1] or tokens
        number = number_in(text) if name != "unit" else None
        plain = number.by(usage.decimal_sign or ".") if number is not None else None
        values[name] = _value(sheet, place, text if plain is None else as_text(plain), raw=text)
    if canonical_unit(found["unit"]) is None:
        values.pop("unit", None)
    return values


def _more(sheet: Sheet, line: Line, usage: Usage) -> dict[str, Value]:
    """The day, or the supplier's own code, that a labelled line below the figures states."""
    found = _LABELLED.match(text_of(line.tokens))
    if found is None:
        return {}
    label, column = label_meaning(found["label"], {}), column_meaning(found["label"], {})
    said = _DAY_WORD.sub("", found["value"]).strip()
    if label is not None and label.name == "requested_on" and (day := day_in(said, usage.date_order)) is not None:
        text = day.day.isoformat() if day.day else said
        value = _value(sheet, line.tokens, text, raw=said)
        return {"requested_on": value if day.day else Value(text, said, value.place, Method.COLUMN, 0.3)}
    if column is not None and column.name == "item" and column.strength >= 1 and may_be_code(said):
        return {"item": _value(sheet, line.tokens, said, raw=said)}
    return {}


def _value(sheet: Sheet, tokens: Sequence[Token], text: str = "", raw: str = "") -> Value:
    whole = text_of(tokens)
    return Value(text or whole, raw or whole, sheet.place(tokens), Method.COLUMN, round(_SURE * certainty(tokens), 3))
