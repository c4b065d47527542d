"""The rows of a table of order lines: which lines of a page make one row, over pages, and where the table ends."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from orderloop.interchange.rules.lexicon import fold_label, half_meaning, label_meaning
from orderloop.interchange.rules.pages.asides import aside_of
from orderloop.interchange.rules.pages.bounds import with_bounds
from orderloop.interchange.rules.pages.columns import Column, Heading, find_heading, same_titles
from orderloop.interchange.rules.pages.glued import barcodes_apart, cells_apart
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, text_of
from orderloop.interchange.rules.pages.shapes import shaped_heading
from orderloop.interchange.rules.values import day_in, number_in, plain, quantity_and_unit

FIGURES = frozenset(
    {"quantity", "unit_price", "amount", "~gross_amount", "~tax", "~discount", "~tax_rate", "price_basis"}
)
_CODES = frozenset({"item", "customer_item", "barcode"})
_KEYS = FIGURES | {"line_no", "item", "customer_item", "barcode", "unit"}
_PAGE_MARK = re.compile(
    r"^(?:page|p\.?|seite|页码)\s*[:：]?\s*\d+(?:\s*(?:/|of|von|-)\s*\d+)?$|^第\s*\d+\s*页.*$|^共\s*\d+\s*页.*$|"
    r"^\d{1,2}\s*/\s*\d{1,2}$|^-\s*\d{1,2}\s*-$|^\d+\s*页\s*/?\s*共?\s*\d+\s*页$",
    re.IGNORECASE,
)

Cells = dict[int, list[Token]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the tokens of each column, line by line, by the column's index."""

    sheet: Sheet
    cells: dict[int, list[list[Token]]] = field(default_factory=dict)

    def add(self, cells: Cells) -> None:
        for index, tokens in cells.items():
            self.cells.setdefault(index, []).append(tokens)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of order lines on one sheet; `first` and `last` are the lines of the sheet it takes."""

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    first: int
    last: int
    is_shaped: bool = False


def tables_of(
    sheets: Sequence[Sheet], learnt: Mapping[str, str], labels: Mapping[str, str] | None = None
) -> list[Table]:
    """The order's table, sheet by sheet: its heading may stand on every sheet or on the first only.

    `learnt` and `labels`: learnt titles of columns, and learnt labels, among which those of sums end a table.
    """
    sums = labels or {}
    tables: list[Table] = []
    known: Heading | None = None
    for sheet in sheets:
        heading = find_heading(sheet, learnt)
        if heading is not None and (known is None or _is_kin(heading, known)):
            table = _table(sheet, heading, sums)
            if table.rows or known is None:
                known = heading
                tables.append(table)
                continue
        if tables:
            carried = _carried_on(sheet, tables[-1], sums)
            if carried.rows:
                tables.append(carried)
            elif heading is not None and known is not None and same_titles(heading, known):
                # Titles said again above nothing but sums are the table's all the same, and no labels.
                tables.append(Table(sheet, tables[-1].columns, (), heading.first, heading.last))
    if not any(table.rows for table in tables):
        return _all_shaped(sheets, learnt, sums) or tables
    return tables


def _all_shaped(sheets: Sequence[Sheet], learnt: Mapping[str, str], sums: Mapping[str, str]) -> list[Table]:
    tables: list[Table] = []
    for sheet in sheets:
        if tables and (table := _carried_on(sheet, tables[-1], sums)).rows:
            tables.append(table)
        else:
            tables += _shaped(sheet, learnt, sums)
    return tables


def _is_kin(heading: Heading, known: Heading) -> bool:
    return same_titles(heading, known) or len(heading.fields() & known.fields()) >= 3


def _table(sheet: Sheet, heading: Heading, sums: Mapping[str, str]) -> Table:
    if any(column.field == "barcode" for column in heading.columns):
        sheet = replace(sheet, lines=tuple(barcodes_apart(line) for line in sheet.lines))
    body = _unrepeated(_body(sheet, heading.last + 1, sums), sheet, heading.columns)
    # What stands below a sum is rarely a row, and often prose with numbers.
    telling = [index for index, is_late in body if not is_late] or [index for index, _late in body]
    heading = with_bounds(heading, sheet, [sheet.lines[index] for index in telling])
    below = (cells_apart(line, heading.columns) for line in sheet.lines[heading.last + 1 :])
    sheet = replace(sheet, lines=(*sheet.lines[: heading.last + 1], *below))
    rows, last = _rows(sheet, heading.columns, body)
    return Table(sheet, heading.columns, rows, heading.first, max(last, heading.last))


def _carried_on(sheet: Sheet, table: Table, sums: Mapping[str, str]) -> Table:
    """The rows of a sheet that has no heading of its own, in the columns of the sheet before."""
    body = _unrepeated(_body(sheet, 0, sums), sheet, table.columns)
    rows, last = _rows(sheet, table.columns, body)
    usual = sorted(len(row.cells) for row in table.rows)
    least = usual[len(usual) // 2] * 3 / 5 if usual else 3
    return Table(sheet, table.columns, tuple(row for row in rows if len(row.cells) >= least), 0, last, table.is_shaped)


def _unrepeated(body: list[tuple[int, bool]], sheet: Sheet, columns: Sequence[Column]) -> list[tuple[int, bool]]:
    titles = "".join(fold_label(column.title) for column in columns)
    return [each for each in body if not _repeats(sheet.lines[each[0]], sheet, titles)]


def _repeats(line: Line, sheet: Sheet, titles: str) -> bool:
    """Whether a line only says again what the table's titles say."""
    folded = [fold_label(text_of(piece)) for piece in pieces_of(line, sheet, gap=0.72)]
    return len(folded) > 1 and all(text and text in titles for text in folded)


def _shaped(sheet: Sheet, learnt: Mapping[str, str], sums: Mapping[str, str]) -> list[Table]:
    heading = shaped_heading(sheet, learnt)
    if heading is None:
        return []
    rows, last = _rows(sheet, heading.columns, _body(sheet, heading.last + 1, sums))
    return [Table(sheet, heading.columns, rows, heading.first, last, is_shaped=True)] if rows else []


def _body(sheet: Sheet, start: int, sums: Mapping[str, str]) -> list[tuple[int, bool]]:
    """The lines that may belong to rows, each with whether a sum stood above it already."""
    body: list[tuple[int, bool]] = []
    is_late = False
    for index in range(start, len(sheet.lines)):
        line = sheet.lines[index]
        kind = _kind(line, sheet, sums)
        if kind == "sum":
            is_late = True
        elif kind == "row":
            body.append((index, is_late))
    return body


def _kind(line: Line, sheet: Sheet, sums: Mapping[str, str]) -> str:
    """`sum` for a line that adds up or carries over, `mark` for a page's number, else `row`."""
    pieces = pieces_of(line, sheet)
    whole = text_of(line.tokens)
    if _PAGE_MARK.match(plain(whole)):
        return "mark"
    for piece in pieces[:4]:
        text = text_of(piece)
        if _is_sum(text, sums) or (
            len(piece) > 1 and _is_sum(piece[0].text, sums) and piece[0].text.endswith((":", "："))
        ):
            return "sum"
        if number_in(text) is None:
            break
    return "sum" if _is_sum_with_figure(whole) else "row"


def _is_sum(text: str, sums: Mapping[str, str]) -> bool:
    meaning = label_meaning(text, sums)
    if meaning is None:
        bare = re.sub(r"[\d.,%¥￥$€()（）\s]+$", "", text)
        meaning = label_meaning(bare, sums) or half_meaning(bare, False)
    return meaning is not None and (
        meaning.name.startswith("sum:") or meaning.name in ("total", "net_total", "tax_total")
    )


_SUM_START = re.compile(
    r"^(?:\(?(?:金额)?大写|转下页|承前页|接下页|接上页|本页|合\s*计|"
    r"总\s*计|小\s*计|价税合计|carried|brought|page (?:sub)?total|"
    r"(?:sub|grand )?\s?total\b|continued|thank you)",
    re.IGNORECASE,
)


def _is_sum_with_figure(text: str) -> bool:
    return bool(_SUM_START.match(plain(text)))


def _cells(line: Line, sheet: Sheet, columns: Sequence[Column]) -> Cells:
    cells: Cells = {}
    for token in line.tokens:
        index = next((at for at, column in enumerate(columns) if token.middle < column.right), len(columns) - 1)
        cells.setdefault(index, []).append(token)
    return cells


def _running(line: Line, sheet: Sheet, columns: Sequence[Column]) -> Cells:
    """The cells of a line that holds no row's figures: text that runs over a bound stays where it begins."""
    cells: Cells = {}
    for piece in pieces_of(line, sheet, gap=0.62):
        start = piece[0].middle if len(piece) == 1 else min(piece[0].middle, piece[0].x0 + line.height)
        index = next((at for at, column in enumerate(columns) if start < column.right), len(columns) - 1)
        cells.setdefault(index, []).extend(piece)
    return cells


def _is_filled(column: Column, tokens: Sequence[Token]) -> bool:
    text = text_of(tokens)
    if column.field in FIGURES:
        return (
            number_in(text) is not None or quantity_and_unit(text) is not None or any(sign.isdigit() for sign in text)
        )
    if column.field == "line_no":
        return bool(re.fullmatch(r"[\d.]{1,8}[.)、]?", plain(text)))
    return bool(text) and (column.field not in _CODES or (len(text) <= 40 and text.count(" ") <= 3))


def _weight(columns: Sequence[Column], cells: Cells) -> int:
    # Where there is neither a code nor money, what is ordered is told by its name, and its day counts too.
    is_bare = not {column.field for column in columns} & _CODED_OR_PRICED
    keys = (*_KEYS, "description", "requested_on") if is_bare else _KEYS
    return sum(
        1
        for index, tokens in cells.items()
        if (columns[index].field in keys or not columns[index].field) and _is_filled(columns[index], tokens)
    )


_CODED_OR_PRICED = frozenset({"item", "customer_item", "barcode", "line_no", "unit_price", "amount"})


def _figure_at(columns: Sequence[Column], cells: Cells) -> bool:
    """Whether a line holds what only a row has: a quantity, or where no column is called so, two numbers."""
    wanted = [index for index, column in enumerate(columns) if column.field == "quantity"]
    texts = [text_of(cells[index]) for index in (wanted or cells) if index in cells]
    found = sum(1 for text in texts if _has_figure(text))
    return found >= (1 if wanted else 2) or (bool(wanted) and _names_goods_and_price(columns, cells))


def _names_goods_and_price(columns: Sequence[Column], cells: Cells) -> bool:
    """Whether a line without a quantity is a row all the same: a code or line number, and a price or amount."""
    filled = {columns[index].field for index, tokens in cells.items() if _is_filled(columns[index], tokens)}
    return bool(filled & {"item", "line_no", "customer_item"}) and bool(filled & {"unit_price", "amount"})


def _has_figure(text: str) -> bool:
    if day_in(text) is not None:
        return False
    return (
        number_in(text) is not None
        or quantity_and_unit(text) is not None
        or bool(re.match(r"\d[\d,.]*\s*\S{1,8}$", plain(text)))
    )


def _anchors(sheet: Sheet, columns: Sequence[Column], body: Sequence[tuple[int, bool]]) -> list[int]:
    """Those positions of `body` that hold the figures of a row: one for each row."""
    cells = [_cells(sheet.lines[index], sheet, columns) for index, _late in body]
    weights: list[int] = []
    for at, (index, _late) in enumerate(body):
        joined: Cells = dict(cells[at])
        for other in (at - 1, at + 1):
            if 0 <= other < len(body) and _levels_near(sheet.lines[index], sheet.lines[body[other][0]]):
                joined = {**cells[other], **joined}
        weights.append(_weight(columns, joined))
    early = sorted(weight for weight, (_index, late) in zip(weights, body, strict=True) if not late)
    typical = early[-max(1, len(early) // 8)] if early else 0
    needed = max(2, min(typical, -(-typical * 3 // 5)))
    found: list[int] = []
    for at, (index, late) in enumerate(body):
        least = max(needed, typical - 1) if late else needed
        if weights[at] >= least and _figure_at(columns, cells[at]) and not _is_no_row(sheet.lines[index], sheet):
            line = sheet.lines[index]
            if found and _levels_near(sheet.lines[body[found[-1]][0]], line):
                continue
            found.append(at)
    return found


def _is_no_row(line: Line, sheet: Sheet) -> bool:
    """Whether a line is one long run of words, as terms in small print are, or says something of a line above."""
    if aside_of(text_of(line.tokens)) is not None:
        return True
    is_long = len(line.tokens) > 7 or sum(len(token.text) for token in line.tokens) > 30
    return is_long and len(pieces_of(line, sheet, gap=0.72)) == 1


def _levels_near(one: Line, other: Line) -> bool:
    return abs(one.level - other.level) <= 0.6 * max(one.height, other.height)


def _rows(sheet: Sheet, columns: Sequence[Column], body: Sequence[tuple[int, bool]]) -> tuple[tuple[Row, ...], int]:
    if not columns:
        return (), 0
    anchors = _anchors(sheet, columns, body)
    if not anchors:
        return (), 0
    lines = [sheet.lines[index] for index, _late in body]
    owner = _owners(sheet, lines, anchors)
    _drop_sums(sheet, columns, lines, anchors[-1], owner)
    rows = {anchor: Row(sheet) for anchor in anchors}
    last = 0
    for at, anchor in sorted(owner.items()):
        line = sheet.lines[body[at][0]]
        rows[anchor].add(_cells(line, sheet, columns) if at == anchor else _running(line, sheet, columns))
        last = max(last, body[at][0])
    return tuple(rows.values()), last


def _drop_sums(
    sheet: Sheet, columns: Sequence[Column], lines: Sequence[Line], last: int, owner: dict[int, int]
) -> None:
    """Take from the last row what follows it with a figure of its own: a sum nobody called so."""
    above = _cells(lines[last], sheet, columns)
    for at in range(last + 1, len(lines)):
        cells = _cells(lines[at], sheet, columns)
        figures = [
            index
            for index in cells
            if columns[index].field in FIGURES
            and number_in(text_of(cells[index]))
            and not _is_rest(columns[index], above.get(index, []), cells[index])
        ]
        if figures and lines[at].y0 - lines[at - 1].y1 > 0.25 * lines[at].height:
            for below in range(at, len(lines)):
                owner.pop(below, None)
            return


def _is_rest(column: Column, upper: Sequence[Token], lower: Sequence[Token]) -> bool:
    """Whether a figure is the end of the one above it, which had no room left in its cell."""
    digits = 4 if upper and plain(upper[-1].text).endswith((".", ",")) else 3
    if not upper or not re.fullmatch(rf"[.,]?\d{{1,{digits}}}|\d{{1,2}}[.,]\d{{1,4}}", plain(text_of(lower))):
        return False
    is_full = upper[-1].x1 - upper[0].x0 >= 0.6 * (column.right - column.left)
    return is_full and number_in("".join(token.text for token in (*upper, *lower))) is not None


def _owners(sheet: Sheet, lines: Sequence[Line], anchors: Sequence[int]) -> dict[int, int]:
    """Which row each line belongs to, by position; lines above the first row and below the last if they touch it."""
    owner = {anchor: anchor for anchor in anchors}
    asides = _asides(lines, anchors)
    for upper, lower in pairwise(anchors):
        cut = _cut_between(sheet, lines, upper, lower)
        for at in range(upper + 1, lower):
            # A row of its own between two rulings says something of the row above.
            is_aside = at in asides and _ruled_between(sheet, lines[at], lines[lower])
            owner[at] = upper if at < cut or is_aside else lower
    for at in range(anchors[0] - 1, -1, -1):
        if not _touches(sheet, lines[at], lines[at + 1]):
            break
        owner[at] = anchors[0]
    usual = {asides[at] for at in asides if at < anchors[-1]}
    for at in range(anchors[-1] + 1, len(lines)):
        if asides.get(at) in usual and _is_near(lines[at - 1], lines[at]):
            owner[at] = anchors[-1]
            continue
        if not _touches(sheet, lines[at - 1], lines[at]) or _is_labelled(lines[at], sheet):
            break
        owner[at] = anchors[-1]
    return owner


def _asides(lines: Sequence[Line], anchors: Sequence[int]) -> dict[int, tuple[str, int]]:
    """The positions below the first row that say something of the row above, each with its label and left side."""
    found: dict[int, tuple[str, int]] = {}
    for at in range(anchors[0] + 1, len(lines)):
        more = lines[at + 1].tokens if at + 1 < len(lines) and at + 1 not in anchors else []
        aside = aside_of(text_of([*lines[at].tokens, *more])) if at not in anchors else None
        if aside is not None:
            found[at] = (aside.label, round(lines[at].tokens[0].x0))
    return found


def _is_near(upper: Line, lower: Line) -> bool:
    return lower.y0 - upper.y1 < 1.5 * max(upper.height, lower.height)


def _touches(sheet: Sheet, upper: Line, lower: Line) -> bool:
    gap = lower.y0 - upper.y1
    return gap < 0.65 * max(upper.height, lower.height) and not _ruled_between(sheet, upper, lower)


def _is_labelled(line: Line, sheet: Sheet) -> bool:
    first = pieces_of(line, sheet)[0]
    text = text_of(first)
    return text.endswith((":", "：")) or bool(re.match(r"^\D{2,20}[:：]", text)) or label_meaning(text, {}) is not None


def _ruled_between(sheet: Sheet, upper: Line, lower: Line) -> bool:
    left = min(token.x0 for line in (upper, lower) for token in line.tokens)
    right = max(token.x1 for line in (upper, lower) for token in line.tokens)
    return any(
        upper.level < y < lower.level and x0 <= left + 5 and x1 >= min(right, x0 + 0.5 * sheet.width) - 5
        for y, x0, x1 in sheet.horizontals
    )


def _cut_between(sheet: Sheet, lines: Sequence[Line], upper: int, lower: int) -> int:
    """The first position that belongs to the lower row: below a ruling, else below the widest gap, else its own."""
    for at in range(upper + 1, lower + 1):
        if _ruled_between(sheet, lines[at - 1], lines[at]):
            return at
    gaps = [lines[at].y0 - max(line.y1 for line in lines[upper:at]) for at in range(upper + 1, lower + 1)]
    if not gaps or max(gaps) - min(gaps) <= 0.15 * lines[upper].height:
        return lower
    return upper + 1 + max(range(len(gaps)), key=lambda index: (round(gaps[index], 1), index))
