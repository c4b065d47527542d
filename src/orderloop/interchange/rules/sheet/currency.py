"""The currency of a sheet that names none beside a label: by the marks beside the figures of its table, or by the
formats that show them."""

from collections import Counter
from collections.abc import Iterable

from orderloop.interchange.facts import Method, Place, Value
from orderloop.interchange.rules.sheet.grid import NUMBER, Grid
from orderloop.interchange.rules.values import number_in

_SAMPLE = 100
_AGREED, _MIXED = 0.9, 0.5


def currency_beside(grid: Grid, columns: Iterable[int], rows: range) -> Value | None:
    """The currency most figures of these columns are written with, placed at the first; None where none is marked."""
    found: Counter[str] = Counter()
    first: dict[str, tuple[str, Place]] = {}
    for column in columns:
        for row in rows[:_SAMPLE]:
            text = grid.text(row, column)
            number = number_in(text) if text and grid.type(row, column) != NUMBER else None
            mark = number.mark if number is not None else grid.currencies.get((row, column), "") if text else ""
            if mark:
                found[mark] += 1
                first.setdefault(mark, (text, grid.place(row, column)))
    if not found:
        return None
    mark, _count = found.most_common(1)[0]
    return Value(mark, *first[mark], Method.PATTERN, _AGREED if len(found) == 1 else _MIXED)
