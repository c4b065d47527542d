"""A table told by its figures alone: where quantity times price gives the amount, line by line, no title is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.lexicon import column_meaning
from orderloop.interchange.rules.pages.columns import Column, Heading
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, span, text_of
from orderloop.interchange.rules.values import day_in, is_code, number_in, quantity_and_unit

_CENT = Decimal("0.011")
_MOST_PIECES = 25
_Pieces = list[list[Token]]


def shaped_heading(sheet: Sheet, learnt: Mapping[str, str]) -> Heading | None:
    """The heading of a table without known titles, its columns found by the figures of its rows; None where there is
    no line in which one number times another gives a third."""
    rows = [(index, pieces) for index, pieces in _ruled_pieces(sheet) if _product_at(pieces) is not None]
    if not rows or (len(rows) == 1 and len(rows[0][1]) < 4):
        return None
    whole = [_with_wrapped(sheet, index, pieces) for index, pieces in rows]
    columns = _clusters(whole)
    if len(columns) < 3:
        return None
    first = _first_line(sheet, rows[0][0])
    top, titled = _titled(sheet, first, columns)
    typed = _typed(titled, [pieces for _index, pieces in rows], whole, learnt)
    return Heading(top, first - 1, tuple(typed))


def _first_line(sheet: Sheet, anchor: int) -> int:
    """The first line of the row whose figures stand in line `anchor`: text in two lines begins half a line above."""
    first = anchor
    while first > 0 and sheet.lines[anchor].level - sheet.lines[first - 1].level < 0.8 * sheet.lines[anchor].height:
        first -= 1
    return first


def _with_wrapped(sheet: Sheet, anchor: int, pieces: _Pieces) -> _Pieces:
    """The pieces of a row with those set half a line above and below its figures."""
    line = sheet.lines[anchor]
    found = list(pieces)
    for near in range(max(0, anchor - 2), min(len(sheet.lines), anchor + 3)):
        if near != anchor and abs(sheet.lines[near].level - line.level) < 0.8 * line.height:
            found += pieces_of(sheet.lines[near], sheet, gap=0.72)
    return found


def _ruled_pieces(sheet: Sheet) -> list[tuple[int, _Pieces]]:
    found = []
    for index, line in enumerate(sheet.lines):
        pieces = pieces_of(line, sheet, gap=0.72)
        if 3 <= len(pieces) <= _MOST_PIECES:
            found.append((index, pieces))
    return found


def _figure(tokens: Sequence[Token], sign: str) -> Decimal | None:
    text = text_of(tokens)
    both = quantity_and_unit(text)
    number = number_in(both[0] if both else text)
    return None if number is None else number.by(sign)


def _product_at(pieces: _Pieces) -> tuple[int, int, int] | None:
    """Which three pieces are a quantity, a price and their product, from left to right."""
    return _product_by(pieces, ".") or _product_by(pieces, ",")


def _product_by(pieces: _Pieces, sign: str) -> tuple[int, int, int] | None:
    read = ((at, _figure(piece, sign)) for at, piece in enumerate(pieces))
    figures = [(at, value) for at, value in read if value is not None and value > 0]
    for first, one in figures:
        for second, two in figures:
            for third, three in figures:
                # 1 x 1 = 1 is found anywhere; a product that says something is above both.
                if first < second < third and abs(one * two - three) <= _CENT and three > 2:
                    return first, second, third
    return None


def _clusters(rows: Sequence[_Pieces]) -> list[Column]:
    columns: list[list[float]] = []
    for x0, x1 in sorted(span(piece) for row in rows for piece in row):
        if columns and x0 < columns[-1][1] - 1:
            columns[-1][1] = max(columns[-1][1], x1)
        else:
            columns.append([x0, x1])
    edges = [0.0, *((left[1] + right[0]) / 2 for left, right in pairwise(columns)), 10**6]
    return [
        Column("", "", x0, x1, edges[index], edges[index + 1], strength=0.7) for index, (x0, x1) in enumerate(columns)
    ]


def _titled(sheet: Sheet, first: int, columns: list[Column]) -> tuple[int, list[Column]]:
    """The columns with what stands above the first row as their titles, and the line where that begins."""
    top = first
    while top > 0 and first - top < 4 and _is_heading_line(sheet, top, columns):
        top -= 1
    titles: dict[int, list[Token]] = {}
    for line in sheet.lines[top:first]:
        for piece in pieces_of(line, sheet, gap=0.72):
            x0, x1 = span(piece)
            middle = (x0 + x1) / 2
            at = max(
                range(len(columns)),
                key=lambda index: (
                    min(x1, columns[index].x1) - max(x0, columns[index].x0),
                    -abs(middle - columns[index].middle),
                ),
            )
            titles.setdefault(at, []).extend(piece)
    return top, [replace(column, title=text_of(titles.get(at, []))) for at, column in enumerate(columns)]


def _is_heading_line(sheet: Sheet, below: int, columns: Sequence[Column]) -> bool:
    line, lower = sheet.lines[below - 1], sheet.lines[below]
    if lower.y0 - line.y1 > 0.9 * lower.height:
        return False
    pieces = pieces_of(line, sheet, gap=0.72)
    texts = [text_of(piece) for piece in pieces]
    figures = sum(1 for text in texts if number_in(text) is not None)
    return len(pieces) >= 2 and figures < 2 and not any(text.endswith((":", "：")) for text in texts)


def _typed(
    columns: list[Column], rows: Sequence[_Pieces], whole: Sequence[_Pieces], learnt: Mapping[str, str]
) -> list[Column]:
    titled = []
    for column in columns:
        meaning = column_meaning(column.title, learnt) if column.title else None
        named = replace(column, field=meaning.name, origin=meaning.origin, strength=0.9) if meaning else column
        titled.append(named)
    taken = {column.field for column in titled if column.field}
    for at, field in _by_shape(columns, rows, whole).items():
        if not titled[at].field and field not in taken:
            titled[at] = replace(titled[at], field=field)
            taken.add(field)
    return titled


def _by_shape(columns: Sequence[Column], rows: Sequence[_Pieces], whole: Sequence[_Pieces]) -> dict[int, str]:
    votes: dict[tuple[int, str], int] = {}
    for row in rows:
        product = _product_at(row)
        for at, field in zip(product or (), ("quantity", "unit_price", "amount"), strict=False):
            key = (_column_of(columns, row[at]), field)
            votes[key] = votes.get(key, 0) + 1
    found: dict[int, str] = {}
    for (at, field), _count in sorted(votes.items(), key=lambda each: -each[1]):
        if at not in found and field not in found.values():
            found[at] = field
    for at in range(len(columns)):
        if at not in found:
            texts = [
                text_of([token for piece in _downwards(row) if _column_of(columns, piece) == at for token in piece])
                for row in whole
            ]
            field = _kind_of([text for text in texts if text])
            if field and field not in found.values():
                found[at] = field
    return found


def _downwards(row: _Pieces) -> _Pieces:
    return sorted(row, key=lambda piece: (piece[0].level, piece[0].x0))


def _kind_of(texts: Sequence[str]) -> str:
    """What a column of texts holds by their shape: a line number, a unit, a day, a code, a description."""
    if not texts:
        return ""
    if all(text.strip(".").isdigit() and len(text) <= 4 for text in texts):
        steps = [int(text.strip(".")) for text in texts]
        return "line_no" if steps == sorted(set(steps)) and steps[0] in (1, 10, 100) else ""
    if all(canonical_unit(text) for text in texts):
        return "unit"
    if all(day_in(text) is not None for text in texts):
        return "requested_on"
    if all(is_code(text) for text in texts) and len(set(texts)) == len(texts):
        return "item" if any(not number_in(text) for text in texts) else ""
    return "description" if all(any(sign.isalpha() for sign in text) for text in texts) else ""


def _column_of(columns: Sequence[Column], piece: Sequence[Token]) -> int:
    x0, x1 = span(piece)
    middle = (x0 + x1) / 2
    return next((at for at, column in enumerate(columns) if middle < column.right), len(columns) - 1)


def is_figures_line(line: Line, sheet: Sheet) -> bool:
    """Whether a line holds a quantity, a price and their product."""
    return _product_at(pieces_of(line, sheet, gap=0.72)) is not None
