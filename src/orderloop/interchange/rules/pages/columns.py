"""Where a table of order lines begins on a page: its heading, what each column is called, and from where to where it
reaches."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.lexicon import (
    Meaning,
    basis_in,
    column_meaning,
    fold_label,
    half_meaning,
    is_suppliers_item,
)
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, part_of, pieces_of, span, text_of

MAX_HEADING_LINES = 5
_WORD_GAP = 0.75  # of a line's height: titles further apart than this are two
_SPREAD_GAP = 3.5  # between the single signs of a Chinese title set wide
_LONGEST_TITLE = 7  # tokens
_MOST_TITLES = 80  # tokens in a line
_ROWS_BELOW = 8  # lines by which it is told whether two titles touch
_MOST_TOUCHING = 8  # tokens in a line of titles that touch


_Titles = list[tuple[list[Token], Meaning | None]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the field it holds (empty: not known; with `~`: none of ours), how its title reads, how
    surely it means that, and its bounds in points."""

    field: str
    title: str
    x0: float
    x1: float
    left: float = 0.0
    right: float = 0.0
    strength: float = 1.0
    origin: str = ""
    basis: str = ""
    unit: str = ""

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: which lines of the sheet it takes, its columns from left to right."""

    first: int
    last: int
    columns: tuple[Column, ...]
    strange: int = 0  # pieces in titles that no title is known to hold

    def fields(self) -> set[str]:
        return {column.field for column in self.columns if column.field and not column.field.startswith("~")}


def find_heading(sheet: Sheet, learnt: Mapping[str, str], start: int = 0) -> Heading | None:
    """The heading on a sheet that names most columns; None where no line names enough of them."""
    best, best_score = None, 0.0
    split = [_titles_of(line, sheet, learnt) if _may_be_titles(line) else [] for line in sheet.lines]
    for first in range(start, len(sheet.lines)):
        if not any(meaning for titles in split[first : first + 2] for _piece, meaning in titles):
            continue
        for last in range(first, min(first + MAX_HEADING_LINES, len(sheet.lines))):
            if not split[last] or (last > first and not _adjoins(sheet.lines[last - 1], sheet.lines[last])):
                break
            heading = _heading(sheet, first, split[first : last + 1], learnt)
            is_whole = not heading.strange and all(column.field for column in heading.columns)
            score = _score(heading) + sum(_bonus(titles, is_whole) for titles in split[first + 1 : last + 1])
            if score > best_score + 0.01:
                best, best_score = heading, score
    return best


def _may_be_titles(line: Line) -> bool:
    """Not where a colon says that a label stands there."""
    return len(line.tokens) <= _MOST_TITLES and not any(token.text.endswith((":", "：")) for token in line.tokens)


def heading_at(sheet: Sheet, first: int, last: int) -> Heading:
    """What lines `first` to `last` of a sheet would be as a heading, whatever they say: titles parted by their gaps,
    and by known words only where all of them are known."""
    split = [_titles_of(line, sheet, {}) for line in sheet.lines[first : last + 1]]
    return _heading(sheet, first, split, {}, is_strange=True)


def _adjoins(upper: Line, lower: Line) -> bool:
    return lower.y0 - upper.y1 < 0.9 * max(upper.height, lower.height)


def _score(heading: Heading) -> float:
    fields = heading.fields()
    is_learnt = any(column.origin for column in heading.columns)
    needed = 2 if is_learnt or _is_whole_pair(heading) else 3
    named = [column for column in heading.columns if column.field]
    if len(named) < needed or not (fields & {"quantity", "unit_price", "amount"} or is_learnt):
        return 0.0
    if not is_learnt and not fields & {"quantity", "amount"}:
        return 0.0
    certain = sum(min(column.strength, 1.0) for column in named if not column.field.startswith("~"))
    others = sum(0.4 for column in named if column.field.startswith("~"))
    unknown = sum(1 for column in heading.columns if not column.field) + heading.strange
    twice = len(named) - len({column.field for column in named})
    return certain + others - 0.6 * unknown - 0.5 * twice + ("quantity" in fields)


def _is_whole_pair(heading: Heading) -> bool:
    """`Article` and `Qty` and nothing else: all that a short order needs."""
    sure = {column.field for column in heading.columns if column.strength >= 1}
    is_pair = len(heading.columns) == 2 and not heading.strange and heading.first == heading.last
    return is_pair and "quantity" in sure and bool(sure & {"item", "description"})


def _bonus(titles: _Titles, is_whole: bool) -> float:
    """A further line of a heading is one if all of it is titles, or goes on with titles that are known as a whole; any
    other only if its columns gain by it."""
    if titles and all(meaning is not None for _piece, meaning in titles):
        return 0.1
    return 0.02 if is_whole else -0.05


def _titles_of(line: Line, sheet: Sheet, learnt: Mapping[str, str]) -> _Titles:
    """A line parted into titles: the longest ones known, and what stands between them parted by its gaps."""
    titles: _Titles = []
    tokens = [part for token in line.tokens for part in _unglued(token, learnt)]
    index = 0
    while index < len(tokens):
        for end in range(min(len(tokens), index + _LONGEST_TITLE), index, -1):
            run = tokens[index:end]
            meaning = column_meaning(text_of(run), learnt) if _hangs_together(run, line, sheet) else None
            if meaning is not None:
                titles.append((run, meaning))
                index = end
                break
        else:
            _add_unknown(titles, tokens[index], line, sheet)
            index += 1
    return titles


def _add_unknown(titles: _Titles, token: Token, line: Line, sheet: Sheet) -> None:
    if titles and titles[-1][1] is None and _hangs_together([titles[-1][0][-1], token], line, sheet):
        titles[-1][0].append(token)
    else:
        titles.append(([token], None))


def _hangs_together(run: Sequence[Token], line: Line, sheet: Sheet) -> bool:
    for left, right in pairwise(run):
        is_spread = len(left.text) == 1 and len(right.text) == 1 and ord(left.text) > 0x2E7F < ord(right.text)
        if right.x0 - left.x1 > (_SPREAD_GAP if is_spread else _WORD_GAP) * line.height:
            return False
        # `数量/Qty` `单价/Price`: the next title begins with the next Chinese word.
        is_next = _BILINGUAL.match(left.text) and _BILINGUAL.match(right.text)
        if is_next or sheet.parted(left.x1, right.x0, line.level):
            return False
    return True


_BILINGUAL = re.compile(r"^[\u3400-\u9fff()（）]+/[A-Za-z]?")


def _unglued(token: Token, learnt: Mapping[str, str]) -> list[Token]:
    """A word that is several titles run together, as recognition gives them, in its parts."""
    text = token.text
    if not 3 <= len(text) <= 40 or column_meaning(text, learnt) is not None:
        return [token]
    if token.confidence >= 1.0:
        # Titles printed over the bounds of their cells touch; where script or case change one of them ends.
        cuts = [
            0,
            *(found.end() for found in re.finditer(r"[A-Za-z.)](?=[\u4e00-\u9fff])|[a-z.)](?=[A-Z])", text)),
            len(text),
        ]
        parts = [part_of(token, start, end) for start, end in pairwise(cuts)]
        return parts if all(column_meaning(part.text, learnt) for part in parts) else [token]
    reached: dict[int, list[int]] = {0: [0]}
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 10), end):
            if start in reached and end - start >= 2 and column_meaning(text[start:end], learnt):
                cuts = [*reached[start], end]
                if end not in reached or len(cuts) < len(reached[end]):
                    reached[end] = cuts
    cuts = reached.get(len(text), [0, len(text)])
    return [part_of(token, start, end) for start, end in pairwise(cuts)]


def _heading(
    sheet: Sheet, first: int, split: Sequence[_Titles], learnt: Mapping[str, str], is_strange: bool = False
) -> Heading:
    """The heading that some lines make: first parted by its gaps alone, then, where none reads so, by known ones.

    `is_strange`: a known word within an unknown title, as `Each` in `Each At`, parts it nowhere; nor does it beside
    titles that were taught. But where the rows below have two columns there, two titles touch.
    """
    last = first + len(split) - 1
    loose: list[_Titles] = []
    for line in sheet.lines[first : last + 1]:
        for whole in _loose(line, sheet):
            for piece in _under(loose, whole, learnt):
                _put(loose, (piece, None), sheet)
    cells: list[_Titles] = []
    for cell in loose:
        meaning = column_meaning(_title(cell), learnt) or half_meaning(_title(cell), True)
        if meaning is not None:
            cells.append([(piece, meaning) for piece, _none in cell])
        elif learnt and (bands := _banded(cell, learnt)):
            cells += bands
        else:
            parts = _parted(cell, split, sheet, learnt)
            is_strange_one = any(each is None for part in parts for _piece, each in part)
            is_taught = any(each is not None and each.origin for titles in split for _piece, each in titles)
            is_whole = is_strange_one and (is_strange or is_taught) and _is_one_column(sheet, last, cell)
            cells += [cell] if is_whole else parts
    columns = sorted((_column(cell, learnt) for cell in cells), key=lambda column: column.x0)
    strange = sum(_strange(cell, learnt) for cell in cells)
    return Heading(first, last, _once_each(columns), strange)


def _under(cells: Sequence[_Titles], piece: list[Token], learnt: Mapping[str, str]) -> list[list[Token]]:
    """A piece that goes on below several titles, parted among them."""
    x0, x1 = span(piece)
    spans = [span([token for run, _meaning in cell for token in run]) for cell in cells]
    over = [(left, right) for left, right in spans if left < x1 - 1 and right > x0 + 1]
    if len(over) < 2 or len(piece) < 2 or column_meaning(text_of(piece), learnt) is not None:
        return [piece]
    parts: dict[tuple[float, float], list[Token]] = {}
    for token in piece:
        nearest = min(over, key=lambda each: abs((each[0] + each[1]) / 2 - token.middle))
        parts.setdefault(nearest, []).append(token)
    return list(parts.values())


def _loose(line: Line, sheet: Sheet) -> list[list[Token]]:
    pieces: list[list[Token]] = []
    for token in line.tokens:
        if pieces and _hangs_together([pieces[-1][-1], token], line, sheet):
            pieces[-1].append(token)
        else:
            pieces.append([token])
    return pieces


def _is_one_column(sheet: Sheet, last: int, cell: _Titles) -> bool:
    """Whether the rows below a heading mostly have one block of words below a cell of it."""
    x0, x1 = span([token for piece, _meaning in cell for token in piece])
    rows = [pieces_of(line, sheet, gap=_WORD_GAP) for line in sheet.lines[last + 1 : last + 1 + _ROWS_BELOW]]
    full = [[span(piece) for piece in row] for row in rows if len(row) > 2]
    below = [sum(1 for left, right in row if left < x1 and right > x0) for row in full]
    return sum(1 for count in below if count > 1) * 2 <= len(below)


def _banded(cell: _Titles, learnt: Mapping[str, str]) -> list[_Titles]:
    """The titles of several columns that touch, told apart by a learnt one over all its lines; none where that is not
    among them."""
    tokens = [token for piece, _meaning in cell for token in piece]
    top = [token for token in tokens if abs(token.level - tokens[0].level) < 0.5 * tokens[0].height]
    if not 2 <= len(top) <= _MOST_TOUCHING:
        return []
    best, most = [], 0.0
    for cuts in product((False, True), repeat=len(top) - 1):
        starts = [top[0].x0, *(token.x0 for token, is_cut in zip(top[1:], cuts, strict=True) if is_cut)]
        bands = [[t for t in tokens if left - 1 <= t.middle < right] for left, right in pairwise([*starts, 10**6])]
        if not all(bands):
            continue
        meanings = [column_meaning(" ".join(token.text for token in band), learnt) for band in bands]
        known = sum(1 for meaning in meanings if meaning is not None) - 0.1 * len(bands)
        if known > most and any(meaning is not None and meaning.origin for meaning in meanings):
            best, most = [[(band, meaning)] for band, meaning in zip(bands, meanings, strict=True)], known
    return best


def _parted(cell: _Titles, split: Sequence[_Titles], sheet: Sheet, learnt: Mapping[str, str]) -> list[_Titles]:
    """The cells that known titles make of what stands between two gaps."""
    runs = _runs_of(cell, learnt)
    if runs:
        return runs
    x0, x1 = span([token for piece, _meaning in cell for token in piece])
    parts: list[_Titles] = []
    for titles in split:
        for piece, meaning in titles:
            if x0 - 0.5 <= (piece[0].x0 + piece[-1].x1) / 2 <= x1 + 0.5:
                _put(parts, (piece, meaning), sheet)
    meanings = [meaning for part in parts for _piece, meaning in part]
    if None in meanings and all(meaning is None or meaning.strength < 1 for meaning in meanings):
        return [cell]  # `Goods Mark`: a word that may mean a column is no reason to part what hangs together
    return parts


_MOST_PARTED = 7  # words of one line


def _runs_of(cell: _Titles, learnt: Mapping[str, str]) -> list[_Titles]:
    """A cell parted so that the words of its first line, with those below each, are known titles one and all; empty if
    there is no such way."""
    tokens = [token for piece, _meaning in cell for token in piece]
    upper = [token for token in tokens if token.level - tokens[0].level < 0.5 * tokens[0].height]
    if not 2 <= len(upper) <= _MOST_PARTED or len(upper) == len(tokens):
        return []
    for count in range(2, len(upper) + 1):
        for cuts in combinations(range(1, len(upper)), count - 1):
            runs = [list(upper[start:end]) for start, end in pairwise((0, *cuts, len(upper)))]
            for token in tokens:
                if token not in upper:
                    _nearest(runs, token).append(token)
            meanings = [column_meaning(text_of(run), learnt) for run in runs]
            if all(meaning is not None and meaning.strength >= 1 for meaning in meanings):
                return [[(run, meaning)] for run, meaning in zip(runs, meanings, strict=True)]
    return []


def _nearest(runs: Sequence[list[Token]], token: Token) -> list[Token]:
    return min(runs, key=lambda run: abs((span(run)[0] + span(run)[1]) / 2 - token.middle))


def _put(cells: list[_Titles], title: tuple[list[Token], Meaning | None], sheet: Sheet) -> None:
    cell = _cell_over(cells, title[0], sheet)
    if cell is None:
        cells.append([title])
    else:
        cell.append(title)


def _title(cell: _Titles) -> str:
    return " ".join(text_of(piece) for piece, _meaning in cell)


def _strange(cell: _Titles, learnt: Mapping[str, str]) -> int:
    """How many pieces of a title are unknown although others are known and the whole is not."""
    unknown = sum(1 for piece, meaning in cell if meaning is None and not text_of(piece).startswith(("(", "（")))
    if unknown in (0, len(cell)):
        return 0
    return 0 if column_meaning(_title(cell), learnt) else unknown


def _cell_over(cells: list[_Titles], piece: list[Token], sheet: Sheet) -> _Titles | None:
    x0, x1 = span(piece)
    best, most = None, 0.3
    for cell in cells:
        left, right = span([token for run, _meaning in cell for token in run])
        shared = (min(right, x1) - max(left, x0)) / max(1.0, min(right - left, x1 - x0))
        middle, other = sorted(((left + right) / 2, (x0 + x1) / 2))
        if shared > most and not sheet.parted(middle + 2, other - 2, piece[0].level):
            best, most = cell, shared
    return best


def _column(cell: _Titles, learnt: Mapping[str, str]) -> Column:
    tokens = [token for run, _meaning in cell for token in run]
    title = _title(cell)
    meaning = column_meaning(title, learnt)
    if meaning is None:
        parts = [each for _run, each in cell if each is not None]
        # What stands in brackets or below as a remark does not make a title unknown.
        is_bilingual = len({each.name for each in parts}) == 1 and len(parts) * 2 >= len(cell)
        meaning = replace(parts[0], strength=0.9 * parts[0].strength) if is_bilingual else half_meaning(title, True)
    x0, x1 = span(tokens)
    unit = next(
        (found for found in re.findall(r"[(（\[/]\s*([^()（）\[\]/]{1,6})\s*[)）\]]?", title) if canonical_unit(found)),
        "",
    )
    if meaning is None:
        return Column("", title, x0, x1, basis=basis_in(title))
    return Column(meaning.name, title, x0, x1, 0, 0, meaning.strength, meaning.origin, basis_in(title), unit)


def _once_each(columns: list[Column]) -> tuple[Column, ...]:
    """Each field in one column only: of two codes the plainer is the customer's, of two prices the one without tax is
    taken, of others the surer."""
    kept = list(columns)
    for field in {column.field for column in columns if column.field and not column.field.startswith("~")}:
        rivals = [index for index, column in enumerate(kept) if column.field == field]
        if len(rivals) < 2:
            continue
        first = max(rivals, key=lambda index: (*_claim(kept[index]), -index))
        for index in rivals:
            if index == first:
                continue
            is_code_too = field == "item" and is_suppliers_item(kept[first].title) and kept[index].strength >= 0.9
            has_other = any(column.field == "customer_item" for column in kept)
            kept[index] = replace(kept[index], field="customer_item" if is_code_too and not has_other else f"~{field}")
    return tuple(kept)


_WITHOUT_TAX = re.compile(r"未税|不含税|无税|excl|\bnet\b|折后|discounted|after discount|除税", re.IGNORECASE)
_WITH_TAX = re.compile(r"(?<!不)含税|incl|gross|价税|list|原价|标准价|目录", re.IGNORECASE)


def _claim(column: Column) -> tuple[bool, bool, float, bool]:
    is_suppliers = column.field == "item" and is_suppliers_item(column.title)
    taxed = bool(_WITHOUT_TAX.search(column.title)) - bool(_WITH_TAX.search(column.title))
    return bool(column.origin), is_suppliers, column.strength + taxed, len(column.title) > 2


def same_titles(one: Heading, other: Heading) -> bool:
    """Whether two headings are the same one repeated."""
    return [fold_label(column.title) for column in one.columns] == [
        fold_label(column.title) for column in other.columns
    ]
