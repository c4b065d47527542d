"""From where to where the columns of a table reach: by rulings, by the gaps between its rows' words, by what fits."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.pages.columns import Column, Heading
from orderloop.interchange.rules.pages.days import begins_day
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, text_of
from orderloop.interchange.rules.values import currency_in, day_in, number_in, plain, quantity_and_unit

_SAMPLE = 150  # lines below a heading by which its columns' bounds are found
_FITTED = 12  # full rows by which bounds are tried
_LEAST_GAIN = 0.01
# What parting two words that hang together costs, against 1 for a cell whose text is no value of it; and where a word
# of most other rows begins or ends.
_SPLIT, _SEAM = 0.4, 0.05


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
    spans = [*((word.x0, word.x1) for line in telling for word in line.tokens), *((one.x0, one.x1) for one in columns)]
    edges = [min(spans)[0] - 1, *edges[1:-1], max(x1 for _x0, x1 in spans) + 1]
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
    """Where an upright ruling parts two titles: the one that goes along most lines, for the boxes below have theirs."""
    lines: Counter[float] = Counter()
    for x, y0, y1 in sheet.verticals:
        if left.x1 - 2 <= x <= right.x0 + 2:
            lines[x] += sum(1 for y in levels if y0 - 2 <= y <= y1 + 2)
    [(best, count)] = lines.most_common(1) or [(0.0, 0)]
    return best if count else None


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


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a full row from left to right, where the middle of each is, and what parting it from the one before
    costs: much where they hang together, unless others begin or end there too."""

    tokens: list[Token]
    middles: list[float]
    seams: list[float]
    known: dict[tuple[str, int, int], float] = field(default_factory=dict)

    def cost(self, name: str, start: float, end: float) -> float:
        """What it costs to have a column of this field reach from one place to another."""
        first, last = bisect_left(self.middles, start), bisect_left(self.middles, end)
        if (name, first, last) not in self.known:
            seam = self.seams[last] if first < last < len(self.seams) else 0.0
            self.known[name, first, last] = _misfit(name, self.tokens[first:last]) + seam
        return self.known[name, first, last]


def _words_of(rows: Sequence[Line]) -> list[_Words]:
    starts = Counter(round(token.x0) for line in rows for token in line.tokens)
    ends = Counter(round(token.x1) for line in rows for token in line.tokens)
    found = []
    for line in rows:
        tokens = sorted(line.tokens, key=lambda token: token.middle)
        seams = [0.0]
        for left, right in pairwise(tokens):
            # Words printed over one another are two columns' for sure.
            hangs = -1 <= right.x0 - left.x1 <= 0.45 * line.height
            alike = max(starts[round(right.x0)], ends[round(left.x1)])
            seams.append(0.0 if not hangs else _SEAM if alike * 2 >= len(rows) > 1 else _SPLIT)
        found.append(_Words(tokens, [token.middle for token in tokens], seams))
    return found


def _fitted(edges: list[float], ruled: set[int], columns: Sequence[Column], rows: Sequence[Line]) -> list[float]:
    """The edges set where most of the cells hold what their columns are for, as figures set to the right under a narrow
    title want it; those at a ruling stay."""
    words = _words_of(rows)

    def paid(at: int, start: float, end: float) -> float:
        return sum(row.cost(columns[at].field, start, end) for row in words)

    cost = sum(paid(at, *bounds) for at, bounds in enumerate(pairwise(edges)))
    if cost < _LEAST_GAIN:
        return edges
    # Ways to set the edges so far, by where the last one stands: what each costs, how far it moved them, and itself.
    ways: dict[float, tuple[float, float, list[float]]] = {edges[0]: (0.0, 0.0, [edges[0]])}
    for at in range(len(columns)):
        further: dict[float, tuple[float, float, list[float]]] = {}
        for x in _places(at + 1, edges, ruled, columns, rows):
            for start, (before, moved, way) in ways.items():
                if start <= x:
                    more = before + paid(at, start, x), moved + abs(x - edges[at + 1])
                    if x not in further or more < further[x][:2]:
                        further[x] = (*more, [*way, x])
        ways = further
    least, _moved, best = min(ways.values(), default=(cost, 0.0, edges))
    if least > cost - _LEAST_GAIN:
        return edges
    return [x if x == edges[at] else _amid(rows, (best[at - 1], best[at + 1]), x) for at, x in enumerate(best)]


def _places(
    at: int, edges: Sequence[float], ruled: set[int], columns: Sequence[Column], rows: Sequence[Line]
) -> list[float]:
    """Where an edge may stand: where it does, or between any two words around the titles it parts."""
    if at in ruled or at == len(columns):
        return [edges[at]]
    return sorted({edges[at], *_marks(rows, columns[at - 1], columns[at])})


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


def _misfit(name: str, tokens: Sequence[Token]) -> float:
    """How badly a cell's text suits its column: 0 for a value of it, 1 for what is none."""
    text = plain(text_of(tokens))
    if name in ("quantity", "unit_price", "amount", "~unit_price"):
        is_figure = number_in(text) or quantity_and_unit(text) or (_PRICED.match(text) and day_in(text) is None)
        return 0.0 if is_figure else 1.0
    if not text:
        return 0.0 if name in ("", "note") or name.startswith("~") else 0.6 if name == "requested_on" else 0.5
    if name in ("item", "customer_item"):
        return 0.5 if " " in text else 0.0 if any(sign.isdigit() for sign in text) else 0.2
    if name == "unit":
        return (
            0.0
            if canonical_unit(text) or quantity_and_unit(text)
            else 1.0
            if any(sign.isdigit() for sign in text)
            else 0.2
        )
    if name == "requested_on":
        return 0.0 if day_in(text) else 0.1 if begins_day(text) else 1.0
    if name == "barcode":
        return 0.0 if text.isdigit() else 0.1 if re.fullmatch(r"\d{8,14}\D{1,6}", text) else 1.0
    if name in ("line_no", "price_basis"):
        return 0.0 if re.fullmatch(r"[\d.]+", text) else 1.0
    return 0.5 if name == "note" and (number_in(text) or currency_in(tokens[0].text)) else 0.0


_PRICED = re.compile(r"^[^\d\s]{0,4}\s*\d[\d.,]*\s*(?:/|per|每)", re.IGNORECASE)
