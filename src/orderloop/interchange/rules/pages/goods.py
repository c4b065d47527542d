"""Lines as they were read, looked at once more together: the code that stands in the description, and what is no line.

Many programs print code and name in one column: `[HX-8] Hex bolt`, or the code with the name below it. A code so found
is less than sure; that it is in the catalogue, and its price there, confirm it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Value
from orderloop.interchange.rules.line_numbers import with_codes
from orderloop.interchange.rules.values import day_in, is_code, number_in

_Line = dict[str, Value]
_CODES = ("item", "customer_item", "barcode")
_GOODS = (*_CODES, "description")
_BRACKETED = re.compile(r"^\[(?P<code>[^\[\]]{2,40})\]\s*(?P<name>.*)$", re.DOTALL)
_FIRST = re.compile(r"^(?P<code>\S{4,40})\s+(?P<name>\S.*)$", re.DOTALL)
_MEASURE = re.compile(
    r"(?:M|DN|PN|SUS|AISI|IP|ISO|DIN|EN|GB)[-./]?\d+|\d+(?:[.,]\d+)?[x×*]\d|\d+[A-Za-z]{1,2}$", re.IGNORECASE
)
_IN_BRACKETS, _FIRST_WORD = 0.95, 0.82


def lines_of_goods(tables: Sequence[Sequence[_Line]]) -> list[_Line]:
    """The lines of all tables, without what only looked like some, and with the codes their descriptions begin with."""
    first = next((table for table in tables if table), ())
    names_goods = any(line.keys() & set(_GOODS) for line in first)
    kept = [line for table in tables for line in table if table is first or not names_goods or _is_line(line)]
    return _coded(with_codes(kept))


def _is_line(line: _Line) -> bool:
    """Whether a line of a further table is one: sentences of terms have a number in them, but neither goods nor money
    nor a day."""
    if line.keys() & {*_GOODS, "amount", "unit_price", "unit"}:
        return True
    day = line.get("requested_on")
    return day is not None and day_in(day.raw or day.text) is not None


def _coded(lines: list[_Line]) -> list[_Line]:
    if not lines or any(line.keys() & set(_CODES) for line in lines):
        return lines
    for form, confidence in ((_BRACKETED, _IN_BRACKETS), (_FIRST, _FIRST_WORD)):
        found = [form.match(line["description"].text) if "description" in line else None for line in lines]
        codes = [each["code"] for each in found if each]
        if len(codes) == len(lines) and all(map(may_be_code, codes)) and len(set(codes)) == len(codes):
            return [
                _parted(line, each["code"], each["name"], confidence)
                for line, each in zip(lines, found, strict=True)
                if each
            ]
    return lines


def may_be_code(text: str) -> bool:
    """With a digit or a hyphen among capitals, and no measure, number or day."""
    if number_in(text) is not None or day_in(text) is not None or canonical_unit(text) is not None:
        return text.isdigit() and len(text) >= 6
    if _MEASURE.match(text):
        return False
    return is_code(text) or re.fullmatch(r"[A-Z]{2,}(?:[-/.][A-Z0-9]+)+", text) is not None


def _parted(line: _Line, code: str, name: str, confidence: float) -> _Line:
    whole = line["description"]
    sure = min(whole.confidence, confidence)
    return {
        **line,
        "item": replace(whole, text=code, raw=whole.raw or whole.text, confidence=sure),
        "description": replace(whole, text=name.strip()),
    }
