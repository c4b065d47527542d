"""From where to where the columns of a table reach: by rulings, by the gaps between its rows' words, by what fits."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.pages.columns import Column, Heading
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, text_of
from orderloop.interchange.rules.values import currency_in, day_in, number_in, plain, quantity_and_unit

_SAMPLE = 150  # lines below a heading by which its columns' bounds are found
_FITTED = 12  # full rows by which bounds are tried
_SPLIT = 0.4  # what parting two words that hang together costs, against 1 for a cell whose text is no value of it


def with_bounds(heading: Heading, sheet: Sheet, body: Sequence[Line]) -> Heading:
    """The heading's columns with their bounds: at a ruling where one stands, else where least text would be cut."""
    columns = list(heading.columns)
    telling, others = _telling(body[:_SAMPLE], sheet, len(columns))
    blocks, wrapped = _blocks(telling), _blocks(others)
    levels = [sheet.lines[heading.first].level, *(line.level for line in body[:6])]
    between = _between(telling, columns)
    edges = [0.0]
    ruled: set[int] = set()
    for at, (left, right) in enumerate(pairwise(columns)):
        drawn = _drawn(left, right, sheet, levels)
        ruled |= {at + 1} if drawn is not None else set()
        edges.append(between[at] if drawn is None and at in between else _edge(left, right, drawn, blocks, wrapped))
    edges.append(sheet.width)
    edges = list(accumulate(edges, max))
    full = [line for line in body[:_SAMPLE] if _is_full(pieces_of(line, sheet, 0.72), len(columns))]
    edges = _fitted(edges, ruled, columns, full[:_FITTED])
    bound = [
        replace(column, left=edges[index], right=max(edges[index + 1], edges[index]))
        for index, column in enumerate(columns)
    ]
    return replace(heading, columns=tuple(bound))


def _blocks(lines: Sequence[Line]) -> list[tuple[float, float]]:
    return [block for line in lines for block in _merged(line)]


def _telling(body: Sequence[Line], sheet: Sheet, count: int) -> tuple[list[Line], list[Line]]:
    """The lines that fill at least half of the columns, those beside them at half a line's offset joined to them; and
    the lines between, which continue a cell or two."""
    full = [at for at, line in enumerate(body) if _is_full(pieces_of(line, sheet, 0.72), count)]
    if not full:
        return list(body), []
    taken: set[int] = set()
    telling = []
    for at in full:
        beside = [
            near for near in range(max(0, at - 2), min(len(body), at + 3)) if near == at or _beside(body, at, near)
        ]
        taken.update(beside)
        telling.append(Line([token for near in beside for token in body[near].tokens], body[at].level, body[at].height))
    return telling, [body[at] for at in range(full[0], full[-1]) if at not in taken]


def _is_full(pieces: Sequence[Sequence[Token]], count: int) -> bool:
    """Whether a line fills half of the columns and holds figures, as no line of signatures does."""
    figures = sum(1 for piece in pieces if any(sign.isdigit() for token in piece for sign in token.text))
    return len(pieces) * 2 >= count and figures >= 2


def _beside(body: Sequence[Line], at: int, near: int) -> bool:
    return abs(body[at].level - body[near].level) <= 0.75 * body[at].height


def _between(lines: Sequence[Line], columns: Sequence[Column]) -> dict[int, float]:
    """Where columns end by those rows that have one block for each: no title need stand over its values then."""
    count = len(columns)
    full = [blocks for line in lines if len(blocks := _merged(line)) == count and _fit_titles(blocks, columns)]
    found: dict[int, float] = {}
    for at in range(count - 1 if full else 0):
        low = max(blocks[at][1] for blocks in full)
        high = min(blocks[at + 1][0] for blocks in full)
        if low < high:
            found[at] = _least_cut(low, high, [block for line in lines for block in _merged(line)])
    return found


def _least_cut(low: float, high: float, blocks: Sequence[tuple[float, float]]) -> float:
    """The middle between two places, or where fewer of the other rows' blocks are cut."""
    marks = sorted({low, high, *(x for block in blocks for x in block if low < x < high)})
    middles = [(low + high) / 2, *((left + right) / 2 for left, right in pairwise(marks))]
    return min(middles, key=lambda x: _crossed(blocks, x))


def _fit_titles(blocks: Sequence[tuple[float, float]], columns: Sequence[Column]) -> bool:
    """Whether no title stands over another's block only."""
    for at, column in enumerate(columns):
        over = [other for other, (start, end) in enumerate(blocks) if start < column.x1 and end > column.x0]
        if over and at not in over:
            return False
    return True


def _merged(line: Line) -> list[tuple[float, float]]:
    """From where to where a row's blocks of text reach, those above one another made one."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((token.x0, token.x1) for token in line.tokens):
        if merged and start - merged[-1][1] <= 0.45 * line.height:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _drawn(left: Column, right: Column, sheet: Sheet, levels: Sequence[float]) -> float | None:
    """Where an upright ruling parts two titles."""
    return next(
        (
            x
            for x, y0, y1 in sheet.verticals
            if left.x1 - 2 <= x <= right.x0 + 2 and any(y0 - 2 <= y <= y1 + 2 for y in levels)
        ),
        None,
    )


_Blocks = Sequence[tuple[float, float]]


def _edge(left: Column, right: Column, drawn: float | None, blocks: _Blocks, wrapped: _Blocks) -> float:
    """Where a column ends: at the ruling, else where fewest rows are cut, then fewest of their continuing lines."""
    if drawn is not None:
        return drawn
    low, high = min(left.middle, right.middle), max(left.middle, right.middle)
    near, loose = ([block for block in each if block[1] > low and block[0] < high] for each in (blocks, wrapped))
    marks = sorted({low, high, left.x1, right.x0, *(x for block in (*near, *loose) for x in block if low <= x <= high)})
    best, best_key = (left.x1 + right.x0) / 2, (10**9, 0, 0.0)
    for start, end in pairwise(marks):
        middle = (start + end) / 2
        in_title = not left.x1 - 0.5 <= middle <= right.x0 + 0.5
        key = (_crossed(near, middle) * 2 + in_title, _crossed(loose, middle), start - end)
        if key < best_key:
            best, best_key = middle, key
    return best


def _crossed(blocks: _Blocks, x: float) -> int:
    return sum(1 for start, end in blocks if start + 0.5 < x < end - 0.5)


def _fitted(edges: list[float], ruled: set[int], columns: Sequence[Column], rows: Sequence[Line]) -> list[float]:
    """The edges moved to where more of the cells hold what their columns are for, as figures set to the right under a
    narrow title want it; those at a ruling stay."""
    for at in range(1, len(columns)):
        left, right = columns[at - 1], columns[at]
        if at in ruled or not rows:
            continue
        around = edges[at - 1], edges[at + 1]
        cells = [_parts(line, around, edges[at]) for line in rows]
        if not any(_misfit(left.field, before) + _misfit(right.field, behind) for before, behind in cells):
            continue
        cost = _cost(rows, (left, right), around, edges[at])
        tried = [
            (_cost(rows, (left, right), around, x), abs(x - edges[at]), x)
            for x in _marks(rows, left, right)
            if around[0] < x < around[1]
        ]
        best = min(tried, default=(cost, 0.0, edges[at]))
        if best[0] < cost - 0.01:
            edges[at] = _amid(rows, around, best[2])
    return edges


def _marks(rows: Sequence[Line], left: Column, right: Column) -> list[float]:
    """Places between the middles of the words around two titles."""
    middles = sorted({token.middle for line in rows for token in line.tokens if left.x0 < token.middle < right.x1})
    return [(one + other) / 2 for one, other in pairwise([left.x0, *middles, right.x1]) if other - one > 0.5]


def _amid(rows: Sequence[Line], around: tuple[float, float], edge: float) -> float:
    """The middle of the gap that an edge stands in or, where words overlap, the edge itself."""
    near = [token for line in rows for token in line.tokens if around[0] <= token.middle < around[1]]
    low = max((token.x1 for token in near if token.middle < edge), default=edge)
    high = min((token.x0 for token in near if token.middle >= edge), default=edge)
    return (low + high) / 2 if low <= high else edge


def _parts(line: Line, around: tuple[float, float], edge: float) -> tuple[list[Token], list[Token]]:
    before = [token for token in line.tokens if around[0] <= token.middle < edge]
    return before, [token for token in line.tokens if edge <= token.middle < around[1]]


def _cost(rows: Sequence[Line], columns: tuple[Column, Column], around: tuple[float, float], edge: float) -> float:
    cost = 0.0
    for line in rows:
        before, behind = _parts(line, around, edge)
        cost += _misfit(columns[0].field, before) + _misfit(columns[1].field, behind)
        # Words printed over one another are two columns' for sure.
        if before and behind and -1 <= behind[0].x0 - before[-1].x1 <= 0.45 * line.height:
            cost += _SPLIT
    return cost


def _misfit(field: str, tokens: Sequence[Token]) -> float:
    """How badly a cell's text suits its column: 0 for a value of it, 1 for what is none."""
    text = plain(text_of(tokens))
    if field in ("quantity", "unit_price", "amount", "~unit_price"):
        return 0.0 if number_in(text) or quantity_and_unit(text) or _PRICED.match(text) else 1.0
    if not text:
        return 0.0 if field in ("", "note") or field.startswith("~") else 0.6 if field == "requested_on" else 0.3
    if field in ("item", "customer_item"):
        return 0.5 if " " in text else 0.0
    if field == "unit":
        return (
            0.0
            if canonical_unit(text) or quantity_and_unit(text)
            else 1.0
            if any(sign.isdigit() for sign in text)
            else 0.2
        )
    if field == "requested_on":
        return 0.0 if day_in(text) else 0.1 if _DAY_BEGUN.match(text) else 1.0
    if field == "barcode":
        return 0.0 if text.isdigit() else 0.1 if re.fullmatch(r"\d{8,14}\D{1,6}", text) else 1.0
    if field in ("line_no", "price_basis"):
        return 0.0 if re.fullmatch(r"[\d.]+", text) else 1.0
    return 0.5 if field == "note" and (number_in(text) or currency_in(tokens[0].text)) else 0.0


_DAY_BEGUN = re.compile(r"^(?:19|20)\d\d\s*[-./年][-./\d\s年月日]*$|^\d{1,2}[-./ ][-./\w]+$")
_PRICED = re.compile(r"^[^\d\s]{0,4}\s*\d[\d.,]*\s*(?:/|per|每)", re.IGNORECASE)
