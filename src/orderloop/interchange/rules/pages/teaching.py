"""From a place a person clicked to the words there that mean a field, so that the next document is read by them."""

from collections.abc import Iterator, Sequence

from orderloop.interchange.facts import Page
from orderloop.interchange.rules.lexicon import fold_label, label_meaning
from orderloop.interchange.rules.pages.bounds import with_bounds
from orderloop.interchange.rules.pages.columns import Column, Heading, find_heading, heading_at
from orderloop.interchange.rules.pages.labels import COLONS, Label, candidates, heads_next, is_wordy, names_firm
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, sheet_of, span, text_of, with_starts
from orderloop.interchange.rules.pages.shapes import shaped_heading
from orderloop.interchange.rules.pages.tables import tables_of
from orderloop.interchange.rules.pages.unparted import every_label
from orderloop.interchange.rules.values import currency_in, number_in, quantity_and_unit

Box = tuple[float, float, float, float]
_FULL = 3  # pieces of a line; more make a row
_MOST_UP = 200  # lines looked at above a value for its column's title


def label_near(page: Page, box: Box) -> str | None:
    """The label (folded) whose value stands in `box`: one that, once learnt, leads back to this very place.

    None where no words beside or above it do.
    """
    sheet = _as_read(page)
    target = _points(sheet, box)
    for text in _beside(sheet, target):
        folded = fold_label(text)
        is_text = any(sign.isalpha() for sign in folded) and sum(sign.isdigit() for sign in folded) < 2
        is_text = is_text and not names_firm(text) and not (len(folded) < 5 and currency_in(text))
        if is_text and _leads_to(sheet, folded, target):
            return folded
    return None


def _as_read(page: Page) -> Sheet:
    """A page made ready as for reading its labels: cells that hardly a gap parts are told apart outside its table."""
    sheet = sheet_of(page)
    known = [table.first for table in tables_of([sheet], {}) if table.rows]
    row = next((at for at, line in enumerate(sheet.lines) if _is_row(sheet, line)), known[0] if known else None)
    if row is None:
        return with_starts(sheet)
    titles = _unknown_heading(sheet, sheet.lines[row].level)
    return with_starts(sheet, (min(row, *known, titles.first if titles else row), len(sheet.lines) - 1))


def _is_row(sheet: Sheet, line: Line) -> bool:
    """Whether a line is full of figures, as a table's rows are."""
    pieces = pieces_of(line, sheet, gap=0.72)
    return len(pieces) > _FULL and sum(1 for piece in pieces if number_in(text_of(piece)) is not None) > 1


def column_title_of(page: Page, box: Box) -> str | None:
    """The title (folded) of the column `box` stands in; None where it stands in no table."""
    sheet = sheet_of(page)
    target = _points(sheet, box)
    middle, level = (target[0] + target[2]) / 2, (target[1] + target[3]) / 2
    for heading in (_heading_above(sheet, level), shaped_heading(sheet, {})):
        if heading is None or not heading.columns or sheet.lines[max(0, heading.last)].level > level:
            continue
        bound = heading if heading.columns[-1].right else _bound(sheet, heading)
        column = _below_title(sheet, bound.columns, target) or next(
            (each for each in bound.columns if middle < each.right), bound.columns[-1]
        )
        title = (_own_title(sheet, bound, column, target) if not column.field else "") or column.title
        folded = fold_label(title)
        if any(sign.isalpha() or sign == "#" for sign in folded) and sum(sign.isdigit() for sign in folded) < 2:
            return folded
    return None


def _below_title(sheet: Sheet, columns: Sequence[Column], target: Box) -> Column | None:
    """The one column whose title a value stands below; beside words of another column the one with the nearest title.

    None where it stands below several, or apart below none.
    """
    over = [column for column in columns if column.x0 < target[2] - 1 and column.x1 > target[0] + 1]
    if len(over) == 1:
        return over[0]
    cell = _cell_at(sheet, target)
    is_touched = bool(cell) and (cell[0].x0 < target[0] - 2 or cell[-1].x1 > target[2] + 2)
    if over or not is_touched:
        return None
    return min(columns, key=lambda column: max(column.x0 - target[2], target[0] - column.x1))


def _cell_at(sheet: Sheet, target: Box) -> list[Token]:
    """The words that hang together where a value stands."""
    cells = (piece for line in sheet.lines for piece in pieces_of(line, sheet, gap=0.72))
    return next((each for each in cells if any(_overlaps(token, target) for token in each)), [])


def stands_with_quantity(page: Page, box: Box) -> bool:
    """Whether the unit in `box` stands in one cell with its quantity, behind or below it, under one title."""
    sheet = sheet_of(page)
    target = _points(sheet, box)
    cell = _cell_at(sheet, target)
    if not cell:
        return False
    if quantity_and_unit(text_of(cell)) is None:
        cell = [*_figure_above(sheet, cell), *cell]
    if quantity_and_unit("".join(token.text for token in cell)) is None:
        return False
    place = sheet.place(cell[:1]).box
    return len(cell) == 1 or (place is not None and column_title_of(page, place) == column_title_of(page, box))


def _figure_above(sheet: Sheet, cell: Sequence[Token]) -> Sequence[Token]:
    """What stands right above a cell's words at the same left side, as the figures of a quantity that wraps do."""
    for line in sheet.lines:
        if 0 < cell[0].level - line.level < 1.6 * cell[0].height:
            for piece in pieces_of(line, sheet, gap=0.72):
                if abs(piece[0].x0 - cell[0].x0) < 2:
                    return piece
    return ()


def _own_title(sheet: Sheet, heading: Heading, column: Column, target: Box) -> str:
    """What stands above a value alone, where two titles touch and its column holds another value too."""
    level = (target[1] + target[3]) / 2
    line = min(sheet.lines, key=lambda each: abs(each.level - level))
    spans = [span(piece) for piece in pieces_of(line, sheet, gap=0.72)]
    own = next((at for at, (x0, x1) in enumerate(spans) if x0 < target[2] and x1 > target[0]), None)
    if own is None or sum(1 for x0, x1 in spans if column.left <= (x0 + x1) / 2 < column.right) < 2:
        return ""
    left = (spans[own - 1][1] + spans[own][0]) / 2 if own else 0.0
    right = (spans[own][1] + spans[own + 1][0]) / 2 if own + 1 < len(spans) else sheet.width
    lines = sheet.lines[heading.first : heading.last + 1]
    return " ".join(text_of([token for token in each.tokens if left <= token.middle < right] or []) for each in lines)


def _bound(sheet: Sheet, heading: Heading) -> Heading:
    return with_bounds(heading, sheet, sheet.lines[heading.last + 1 :])


def _heading_above(sheet: Sheet, level: float) -> Heading | None:
    """The heading of the row at a height: the one known by its titles, unless the lines of titles reach further than it
    does, or lie nearer."""
    known, lines = find_heading(sheet, {}), _unknown_heading(sheet, level)
    # A short row may look like a further line of titles.
    if known is None or lines is None or sheet.lines[known.last].level > level - 2:
        return lines or known
    is_known = known.first <= lines.first and known.last >= lines.last
    return heading_at(sheet, known.first, known.last) if is_known else lines


def _unknown_heading(sheet: Sheet, level: float) -> Heading | None:
    """The nearest lines above a height that part into as many pieces as the row there and hold no digit: titles nobody
    knows."""
    index = next((at for at, line in enumerate(sheet.lines) if line.level > level + 1), len(sheet.lines)) - 1
    count = len(pieces_of(sheet.lines[index], sheet, gap=0.72)) if index >= 0 else 0
    for first in range(index - 1, max(-1, index - _MOST_UP), -1):
        if not _may_be_titles(sheet.lines[first]) or _count(sheet.lines[first], sheet) < max(3, 0.6 * count):
            continue
        last = first
        while first > 0 and _goes_on(sheet, first - 1, first) and _count(sheet.lines[first - 1], sheet) > 1:
            first -= 1
        while last + 1 < index and _goes_on(sheet, last + 1, last):
            last += 1
        return heading_at(sheet, first, last)
    return None


def _goes_on(sheet: Sheet, at: int, beside: int) -> bool:
    """Whether line `at` goes on with the titles in the line next to it."""
    upper, lower = sheet.lines[min(at, beside)], sheet.lines[max(at, beside)]
    return _may_be_titles(sheet.lines[at]) and lower.y0 - upper.y1 < 0.75 * max(upper.height, lower.height)


def _may_be_titles(line: Line) -> bool:
    return is_wordy(line) and not any(token.text.endswith((":", "：")) for token in line.tokens)


def _count(line: Line, sheet: Sheet) -> int:
    return len(pieces_of(line, sheet, gap=0.72))


def _points(sheet: Sheet, box: Box) -> Box:
    return box[0] * sheet.width, box[1] * sheet.height, box[2] * sheet.width, box[3] * sheet.height


def _overlaps(token: Token, target: Box) -> bool:
    wide = min(token.x1, target[2]) - max(token.x0, target[0])
    tall = min(token.y1, target[3]) - max(token.y0, target[1])
    return wide > 0.3 * min(token.x1 - token.x0, target[2] - target[0]) and tall > 0.4 * min(
        token.height, target[3] - target[1]
    )


def _beside(sheet: Sheet, target: Box) -> Iterator[str]:
    """Texts that may be the label: in front on the same line, from the nearest gap or colon; then what stands above."""
    for index, line in enumerate(sheet.lines):
        at = next((position for position, token in enumerate(line.tokens) if _overlaps(token, target)), None)
        if at is None:
            continue
        front = line.tokens[:at]
        is_marked = bool(front) and front[-1].text in COLONS
        while front and front[-1].text in (":", "：", "|"):
            front = front[:-1]
        pieces = pieces_of(Line(front, line.level, line.height), sheet, gap=0.75) if front else []
        wrapped = () if is_marked else _wrapped(sheet, index, pieces, target)
        beside = [*wrapped, *(text for piece in reversed(pieces) for text in _endings(piece))]
        above = _above(sheet, index, target)
        # A value that words hang on in front of it has its label there, whatever stands above.
        hangs_on = bool(front) and line.tokens[at].x0 - front[-1].x1 <= 0.75 * line.height
        is_beside = bool(front) and (
            hangs_on or line.tokens[at - 1].text.endswith(COLONS) or not _is_headed(sheet, index)
        )
        yield from (*beside, *above) if is_beside else (*above, *beside)
        return


def _wrapped(sheet: Sheet, index: int, pieces: Sequence[Sequence[Token]], target: Box) -> Iterator[str]:
    """The nearest label with what goes on below it: words set to its left side, and no value of their own behind them,
    unless it is they that end with the colon."""
    if not pieces or text_of(pieces[-1]).endswith(COLONS):
        return
    label = pieces[-1]
    found: list[str] = []
    text = text_of(label)
    for lower in sheet.lines[index + 1 : index + 3]:
        piece = next((each for each in pieces_of(lower, sheet, gap=0.75) if abs(each[0].x0 - label[0].x0) < 2), None)
        height = label[0].height
        if piece is None or lower.level - label[0].level > 1.6 * height * (len(found) + 1):
            break
        has_value = any(target[0] - height < token.x0 < target[2] for token in lower.tokens if token not in piece)
        # A label that is known and has its value is one of its own, though the one above it lacks the colon.
        is_marked = piece[-1].text.endswith(COLONS) and label_meaning(text_of(piece), {}) is None
        is_rest = not has_value or is_marked or _is_close(sheet, index, lower)
        if not is_rest or any(sign.isdigit() for sign in text_of(piece)):
            break
        text = f"{text} {text_of(piece)}"
        found.append(text)
        if text.endswith(COLONS):
            break
    yield from reversed(found)


def _is_close(sheet: Sheet, index: int, lower: Line) -> bool:
    """Whether a line below stands closer to line `index` than the rows of its form stand to one another."""
    line = sheet.lines[index]
    step, lefts = lower.level - line.level, _lefts(sheet, index)
    around = [at for at in (index - 1, sheet.lines.index(lower) + 1) if 0 <= at < len(sheet.lines)]
    rows = [sheet.lines[at] for at in around if _shared(_lefts(sheet, at), lefts)]
    gaps = [line.level - row.level if row.level < line.level else row.level - lower.level for row in rows]
    return bool(gaps) and all(1.15 * step < gap < 2.2 * step for gap in gaps)


def _above(sheet: Sheet, index: int, target: Box) -> Iterator[str]:
    for upper in reversed(sheet.lines[max(0, index - 4) : index]):
        for piece in pieces_of(upper, sheet, gap=0.75):
            if piece[0].x0 < target[2] and piece[-1].x1 > target[0] and not names_firm(text_of(piece)):
                yield text_of(piece)


def _is_headed(sheet: Sheet, index: int) -> bool:
    """Whether a line's values have their labels above them."""
    line = sheet.lines[index]
    texts = [text_of(piece) for piece in pieces_of(line, sheet, gap=0.75)]
    is_near = index > 0 and line.y0 - sheet.lines[index - 1].y1 < 1.5 * line.height
    if not is_near or any(label_meaning(text, {}) for text in texts):
        return False
    return heads_next(sheet, index - 1) or _is_set_like_headed(sheet, index)


def _is_set_like_headed(sheet: Sheet, index: int) -> bool:
    """Whether a line and the one above it stand in the columns in which others of the page are headed for sure, as
    values that hold no digit are: `Li Ming` below `Handler`."""
    columns, upper = _lefts(sheet, index), _lefts(sheet, index - 1)
    if len(columns) < 2 or not is_wordy(sheet.lines[index - 1]) or len(_shared(columns, upper)) < len(columns):
        return False
    for at in range(1, len(sheet.lines)):
        is_alike = at != index and len(_shared(upper, _lefts(sheet, at - 1))) == len(upper)
        if is_alike and heads_next(sheet, at - 1) and len(_shared(_lefts(sheet, at), upper)) > 1:
            return True
    return False


def _lefts(sheet: Sheet, index: int) -> list[float]:
    """Where the pieces of a line begin."""
    return [piece[0].x0 for piece in pieces_of(sheet.lines[index], sheet, gap=0.75)]


def _shared(some: Sequence[float], others: Sequence[float]) -> list[float]:
    return [x for x in some if any(abs(x - other) < 2 for other in others)]


def _endings(piece: list[Token]) -> Iterator[str]:
    """The whole piece, then ever less of its beginning, and behind an inner colon first."""
    cut = max((at + 1 for at, token in enumerate(piece[:-1]) if token.text.endswith((":", "："))), default=0)
    for start in range(cut, len(piece)):
        yield text_of(piece[start:])


def _leads_to(sheet: Sheet, folded: str, target: Box) -> bool:
    labels = every_label(sheet, {folded: "note\tprobe"})
    for label in labels:
        if label.meaning.origin != "probe":
            continue
        found = [
            token
            for candidate in candidates(sheet, label, labels)
            for token in (*candidate.tokens[:3], *candidate.tokens[-2:])
        ]
        return any(_overlaps(token, target) for token in (*found, *_last_figure(sheet, label, labels)))
    return False


def _last_figure(sheet: Sheet, label: Label, labels: Sequence[Label]) -> Sequence[Token]:
    """The end of a label's line, where a sum stands behind other figures."""
    line = sheet.lines[label.line]
    if any(other.line == label.line and other.start > label.start for other in labels):
        return ()
    behind = line.tokens[label.end :]
    is_sum = all(number_in(token.text) is not None or currency_in(token.text) for token in behind)
    return behind[-2:] if is_sum else ()
