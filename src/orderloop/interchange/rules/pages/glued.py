"""Words of two cells printed one behind the other without a gap, as cells too narrow for their text make them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.pages.columns import Column
from orderloop.interchange.rules.pages.lines import Line, Token, part_of
from orderloop.interchange.rules.values import day_in, is_code, is_ean, number_in, plain

_EAN = 13  # digits
_BEYOND = 2.0  # points: what reaches further over a bound than that stands on both sides of it
_TELLING = frozenset({"unit", "requested_on", "barcode"})


def barcodes_apart(line: Line) -> Line:
    """A line with what is printed right behind a barcode in a word of its own."""
    if not any(len(token.text) > _EAN and is_ean(token.text[:_EAN]) for token in line.tokens):
        return line
    parts = [
        part
        for token in line.tokens
        for part in (
            (part_of(token, 0, _EAN), part_of(token, _EAN, len(token.text)))
            if len(token.text) > _EAN and is_ean(token.text[:_EAN])
            else (token,)
        )
    ]
    return replace(line, tokens=parts)


def cells_apart(line: Line, columns: Sequence[Column]) -> Line:
    """A line whose words are parted at the bounds they lie across, where only then both sides are what belongs there: a
    unit and a code, a measure and a day."""
    parts = [part for token in line.tokens for part in _parted(token, line, columns)]
    return replace(line, tokens=parts) if len(parts) > len(line.tokens) else line


def _parted(token: Token, line: Line, columns: Sequence[Column]) -> Iterator[Token]:
    for left, right in pairwise(columns):
        if not token.x0 + _BEYOND < left.right < token.x1 - _BEYOND or not {left.field, right.field} & _TELLING:
            continue
        if any(each.field in _TELLING and _suits(each.field, token.text) for each in (left, right)):
            return (yield token)  # a day that reaches over a bound is one day, and not a digit and another
        if any(other is not token and left.left <= other.middle < right.right for other in line.tokens):
            return (yield token)
        cuts = [
            (abs(part_of(token, 0, at).x1 - left.right), at)
            for at in range(1, len(token.text))
            if _suits(left.field, token.text[:at]) and _suits(right.field, token.text[at:])
        ]
        distance, at = min(cuts, default=(token.x1, 0))
        # A day is one wherever the bound was found; the letters of a unit may be anything's.
        if distance < line.height * (1 if "unit" in (left.field, right.field) else 3):
            yield part_of(token, 0, at)
            yield part_of(token, at, len(token.text))
            return
    yield token


def _suits(name: str, text: str) -> bool:
    text = plain(text)
    if name == "unit":
        return canonical_unit(text) is not None
    if name == "requested_on":
        return day_in(text) is not None
    if name == "barcode":
        return is_ean(text)
    if name in ("item", "customer_item"):
        return is_code(text)
    return number_in(text) is not None if name in ("quantity", "unit_price", "amount", "line_no") else bool(text)
