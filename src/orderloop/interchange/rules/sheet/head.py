"""The heading of a table of order lines in a sheet: which row or two it takes, and what each column holds."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.lexicon import (
    Meaning,
    basis_in,
    column_meaning,
    fold_label,
    is_suppliers_item,
    label_meaning,
)
from orderloop.interchange.rules.sheet.grid import NUMBER, Grid
from orderloop.interchange.rules.sheet.spread import EACH, EACH_SUM, spread_over, sums_them
from orderloop.interchange.rules.values import is_code

ITEM_FIELDS = frozenset({"item", "customer_item", "barcode"})
# Columns that tell of the order and not of the line, by what they are called above a table.
ORDER_COLUMNS = frozenset(
    {"po_number", "ordered_on", "customer_code", "customer_name", "ship_to_code", "ship_to_text", "currency", "contact"}
)
_FIGURES = frozenset({"quantity", "unit_price", "amount"})
_LONGEST_TITLE = 60
_ROWS_TO_LOOK_AT = 200
_SAMPLE = 50
_PARTED = re.compile(r"[\n/|]")
_BASES = frozenset({"1", "10", "100", "1000"})
_WITHOUT_TAX = re.compile(r"未税|不含税|无税|excl|\bnet\b|折后|discounted|除税", re.IGNORECASE)
_WITH_TAX = re.compile(r"(?<!不)含税|incl|gross|价税|list|原价|标准价|目录", re.IGNORECASE)
_UNIT_IN_TITLE = re.compile(r"[(（\[/]\s*([^()（）\[\]/]{1,6})\s*[)）\]]?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds a field (with `~`: one that no field is read from), how it is called and how surely it means
    that; `basis` and `unit` where the title states them."""

    index: int
    field: str
    title: str
    strength: float = 1.0
    origin: str = ""
    basis: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading: its first and last row as in the file, its known columns from left to right; `beside`: those of the
    same table going on to the right of it."""

    first: int
    last: int
    columns: tuple[Column, ...]
    score: float = 0.0
    beside: tuple[tuple[Column, ...], ...] = ()

    def column(self, field: str) -> Column | None:
        """The column of a field."""
        return next((column for column in self.columns if column.field == field), None)


def find_head(grid: Grid, learnt: Mapping[str, str], start: int = 1) -> Head | None:
    """The first row from `start` on that names enough columns, or a better one close below it."""
    best: Head | None = None
    for row in range(start, min(len(grid.rows), start + _ROWS_TO_LOOK_AT) + 1):
        if best is not None and row > best.last + 2:
            break
        found = head_at(grid, row, learnt)
        if found is not None and (best is None or found.score > best.score + 0.5):
            best = found
    return best


def head_at(grid: Grid, row: int, learnt: Mapping[str, str]) -> Head | None:
    """The heading that begins in this row, of one row or of two; None where it names too little."""
    one = _head(grid, row, row, _titles(grid, row), learnt)
    if row >= len(grid.rows) or NUMBER in grid.types[row]:
        return one
    below = _titles(grid, row + 1)
    both = _head(grid, row, row + 1, _known_or_lower(_joined(grid, row, below), below, learnt), learnt)
    if both is not None and (one is None or both.score > one.score):
        # A form's last row above a heading of one row is no part of it.
        lone = _head(grid, row + 1, row + 1, below, learnt)
        return one if lone is not None and _fields(lone) >= _fields(both) else both
    if one is not None and below and _says_the_same(one, below, learnt):
        return replace(one, last=row + 1)
    return one


def _titles(grid: Grid, row: int) -> dict[int, str]:
    """What may be titles in a row; a label with its value beside it is none."""
    titles = {
        index: cell.strip()
        for index, cell in enumerate(grid.rows[row - 1])
        if cell and len(cell) <= _LONGEST_TITLE and cell.strip()
    }
    labels = {index for index, title in titles.items() if title.endswith((":", "："))}
    return titles if len(labels) == len(titles) else {index: titles[index] for index in titles if index not in labels}


def _fields(head: Head) -> set[str]:
    return {column.field for column in head.columns if not column.field.startswith("~")}


def _joined(grid: Grid, row: int, below: Mapping[int, str]) -> dict[int, str]:
    """Titles over two rows: a group's name above merged cells, the columns' own names under it."""
    above = _titles(grid, row)
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and left in above:
            above |= {index: above[left] for index in range(left, right + 1) if index not in above}
    joined: dict[int, str] = {}
    for index in sorted({*above, *below}):
        upper, lower = above.get(index, ""), below.get(index, "")
        joined[index] = f"{upper} {lower}".strip() if upper != lower else upper
    return joined


def _known_or_lower(joined: Mapping[int, str], below: Mapping[int, str], learnt: Mapping[str, str]) -> dict[int, str]:
    """Where nobody calls a column by both titles (`订购 单位`), the lower alone."""
    return {
        index: below[index] if index in below and column_meaning(title, learnt) is None else title
        for index, title in joined.items()
    }


def _head(grid: Grid, first: int, last: int, titles: Mapping[int, str], learnt: Mapping[str, str]) -> Head | None:
    found = [column for index, title in titles.items() if (column := _column(index, title, learnt)) is not None]
    first_of_several, *beside = _side_by_side(found)
    found, across = _across(first_of_several, grid, last, titles)
    if len(found) + len(across) < 2:
        return None
    columns = (
        *_once_each(_described(_settled(found, grid, last), grid, last)),
        *(Column(index, EACH, title, 0.8) for index, title in across.items()),
    )
    fields = {column.field for column in columns if not column.field.startswith("~")}
    is_learnt = any(column.origin for column in columns)
    names_goods = bool(fields & (ITEM_FIELDS | {"description"}))
    if not (names_goods and (fields & _FIGURES or across)) and not (is_learnt and fields & (ITEM_FIELDS | _FIGURES)):
        return None
    if len(fields) < 2 and not is_learnt and not across:
        return None
    # A form's label with a value beside it is no title: most cells of a heading are known.
    score = sum(column.strength for column in columns if not column.field.startswith("~"))
    known = len(columns) + sum(len(others) for others in beside)
    score += 0.4 * sum(column.field.startswith("~") for column in columns) - 0.3 * (len(titles) - known)
    return Head(first, last, columns, score, tuple(_once_each(others) for others in beside)) if score >= 1 else None


def _side_by_side(found: Sequence[Column]) -> list[list[Column]]:
    """The columns, parted where the same few come again to the right: two lists beside one another on one page."""
    fields = [column.field for column in found]
    for count in range(len(fields) // 2, 1, -1):
        width, rest = divmod(len(fields), count)
        parts = [list(found[at : at + width]) for at in range(0, len(found), width)]
        named = {column.field for column in parts[0]}
        is_list = not rest and named & ITEM_FIELDS and named & _FIGURES
        if is_list and all([column.field for column in part] == fields[:width] for part in parts):
            return parts
    return [list(found)]


def _across(
    found: list[Column], grid: Grid, last: int, titles: Mapping[int, str]
) -> tuple[list[Column], Mapping[int, str]]:
    """The columns over which the quantity is spread, where it has none of its own, and the others; a column that sums
    them up is none of the fields."""
    across = spread_over(grid, titles, {column.index: column.field for column in found}, last)
    others = [column for column in found if column.index not in across]
    if not across or any(column.origin for column in found):
        return found, {}
    sums = [
        column
        for column in others
        if column.field in ("quantity", "amount") and sums_them(grid, column.index, tuple(across), last)
    ]
    if any(column.field == "quantity" and column not in sums for column in others):
        return found, {}
    return [replace(column, field=EACH_SUM) if column in sums else column for column in others], across


def _column(index: int, title: str, learnt: Mapping[str, str]) -> Column | None:
    # A star marks what must be filled in.
    plain = title.strip("*＊ ")
    meaning = column_meaning(plain, learnt)
    if meaning is None or (meaning.name.startswith("~") and not meaning.origin):
        label = label_meaning(plain, {})
        if label is not None and label.name in ORDER_COLUMNS:
            meaning = label
    if meaning is None and _PARTED.search(plain):
        meaning = _of_parts(plain, learnt)
    if meaning is None:
        return None
    unit = next((each for each in _UNIT_IN_TITLE.findall(plain) if canonical_unit(each)), "")
    return Column(index, meaning.name, plain, meaning.strength, meaning.origin, basis_in(plain), unit)


def _of_parts(title: str, learnt: Mapping[str, str]) -> Meaning | None:
    """A title in several languages, or with a remark, over the lines of one cell or with strokes between."""
    found = [meaning for part in _PARTED.split(title) if (meaning := column_meaning(part, learnt)) is not None]
    # A stroke also parts two things that stand in one column.
    whole = "\n" in title or len(found) > 1
    return found[0] if found and whole and len({meaning.name for meaning in found}) == 1 else None


def _settled(columns: Sequence[Column], grid: Grid, last: int) -> list[Column]:
    """What two readings are possible of, decided by the cells below: a customer's code, or the customer's item code."""
    fields = {column.field for column in columns}
    settled = []
    prices = [column for column in columns if column.field == "unit_price"]
    for column in columns:
        if len(prices) > 1 and column in prices and "price_basis" not in fields and _holds_bases(grid, column, last):
            column = replace(column, field="price_basis")  # `Price per` beside `Price`
        label = label_meaning(column.title, {}) if column.field == "customer_item" and not column.origin else None
        if label is not None and label.name == "customer_code" and "item" in fields:
            below = [grid.text(row, column.index) for row in range(last + 1, last + 1 + _SAMPLE)]
            filled = [text for text in below if text]
            if len(set(filled)) * 2 <= len(filled) or "po_number" in fields:
                column = replace(column, field="customer_code")
        settled.append(column)
    return settled


def _described(columns: Sequence[Column], grid: Grid, last: int) -> list[Column]:
    """`Goods` or `产品` above names and not codes, beside a column that is surely of codes, is the description."""
    sure = [column for column in columns if column.field == "item" and column.strength >= 1]
    if not sure or any(column.field == "description" for column in columns):
        return list(columns)
    return [
        replace(column, field="description")
        if column.field == "item" and column.strength < 1 and not column.origin and _holds_names(grid, column, last)
        else column
        for column in columns
    ]


def _holds_names(grid: Grid, column: Column, last: int) -> bool:
    below = [text for row in range(last + 1, last + 1 + _SAMPLE) if (text := grid.text(row, column.index))]
    return bool(below) and sum(is_code(text) for text in below) * 2 < len(below)


def _holds_bases(grid: Grid, column: Column, last: int) -> bool:
    below = [text for row in range(last + 1, last + 1 + _SAMPLE) if (text := grid.text(row, column.index))]
    return bool(below) and set(below) <= _BASES and not column.origin


def _once_each(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Each field in one column only: the supplier's code rather than a plainer one, the price without tax, the surer,
    the first."""
    kept = list(columns)
    counts = Counter(column.field for column in columns if not column.field.startswith("~"))
    for field in (field for field, count in counts.items() if count > 1):
        rivals = [place for place, column in enumerate(kept) if column.field == field]
        first = max(rivals, key=lambda place: (*_claim(kept[place]), -place))
        for place in rivals:
            if place == first:
                continue
            is_own = (
                field == "item" and is_suppliers_item(kept[first].title) and not is_suppliers_item(kept[place].title)
            )
            takes = "customer_item" if is_own and not counts["customer_item"] else f"~{field}"
            kept[place] = replace(kept[place], field=takes)
    return tuple(kept)


def _claim(column: Column) -> tuple[bool, bool, float]:
    taxed = bool(_WITHOUT_TAX.search(column.title)) - bool(_WITH_TAX.search(column.title))
    return bool(column.origin), column.field == "item" and is_suppliers_item(column.title), column.strength + taxed


def _says_the_same(head: Head, below: Mapping[int, str], learnt: Mapping[str, str]) -> bool:
    """Whether the row below says the titles again, in another language."""
    named = {column.index: column.field for column in head.columns}
    again = [
        index
        for index, title in below.items()
        if (found := _column(index, title, learnt)) and named.get(index) == found.field
    ]
    return len(again) >= 2 and len(again) * 2 >= len(below)


def repeats(grid: Grid, row: int, head: Head) -> bool:
    """Whether a row holds the titles of the heading again, as on every printed page."""
    texts = [(fold_label(grid.text(row, column.index)), fold_label(column.title)) for column in head.columns]
    same = sum(bool(text) and (text == title or text in title) for text, title in texts)
    return same >= 2 and same * 2 >= len(texts)


def bare_head(is_code: Sequence[Sequence[bool]], is_number: Sequence[Sequence[bool]]) -> Head | None:
    """A table without a heading: a column of nothing but codes and, mostly to its right, one of nothing but numbers."""
    width = min((len(row) for row in is_code), default=0)
    codes = [index for index in range(width) if all(row[index] for row in is_code)]
    numbers = [index for index in range(width) if all(row[index] for row in is_number)]
    after = ((code, number) for code in codes for number in numbers if code < number)
    # Before it only where a code cannot be a number itself.
    before = ((code, number) for code in codes if code not in numbers for number in numbers)
    code, number = next(after, next(before, (-1, -1)))
    if code < 0:
        return None
    columns = (Column(code, "item", "", 0.4), Column(number, "quantity", "", 0.4))
    return Head(0, 0, columns)
