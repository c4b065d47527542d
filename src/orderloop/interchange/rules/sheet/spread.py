"""Columns over which a quantity is spread: sizes, colours or days across a sheet."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from orderloop.interchange.rules.sheet.grid import DAY, Grid
from orderloop.interchange.rules.values import day_in, number_in

# The fields of such a column, and of one that sums them up.
EACH, EACH_SUM = "~each", "~each_sum"
_SAMPLE = 50
_LEAST = 2
_SIZE = re.compile(
    r"(?:[2-9]?X{1,3}S|[XS]?S|M|(?:[2-9]X|X{0,4})L|ONE ?SIZE|FREE|均码|(?:[3-9]\d|1\d\d)(?:\.5)?|[2-9]T)"
    r"(?:\s?(?:码|号|#|cm))?",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"(?:(?:深|浅|亮|哑|荧光|珠光|玫|军|天|藏|酒|米|咖|杏|枣|大|粉|金|银)*(?:红|橙|黄|绿|青|蓝|紫|黑|白|灰|银|金|粉|棕|咖啡|卡其|米)色?)"
    r"|(?:(?:light|dark|navy|sky|matt?e?|bright)\s)?"
    r"(?:red|orange|yellow|green|cyan|blue|purple|black|white|grey|gray|silver|gold|pink|brown|khaki|beige|navy)",
    re.IGNORECASE,
)


def spread_over(grid: Grid, titles: Mapping[int, str], known: Mapping[int, str], last: int) -> dict[int, str]:
    """The columns (with their titles) that hold a quantity for each size, colour or day; none where not at least two.

    `known`: what the other columns mean; a size may look like the number of a line.
    """
    free = {
        index: title for index, title in titles.items() if known.get(index) in (None, "line_no", "requested_on", "unit")
    }
    for kind in (is_day, _is_size, _is_colour):
        found = {index: title for index, title in free.items() if kind(grid, title, index, last)}
        if len(found) >= _LEAST and all(_holds_numbers(grid, index, last) for index in found):
            return found
    return {}


def is_day(grid: Grid, title: str, index: int, last: int) -> bool:
    """Whether the title in row `last` is a day."""
    return grid.type(last, index) == DAY or day_in(title) is not None


def _is_size(grid: Grid, title: str, index: int, last: int) -> bool:
    return _SIZE.fullmatch(title.strip()) is not None


def _is_colour(grid: Grid, title: str, index: int, last: int) -> bool:
    return _COLOUR.fullmatch(title.strip()) is not None


def _holds_numbers(grid: Grid, index: int, last: int) -> bool:
    below = [text for row in range(last + 1, last + 1 + _SAMPLE) if (text := grid.text(row, index))]
    return bool(below) and all(number_in(text) is not None or text in ("-", "/") for text in below)


def sums_them(grid: Grid, index: int, across: Sequence[int], last: int) -> bool:
    """Whether a column holds the sum of the quantities beside it."""
    rows = [row for row in range(last + 1, last + 1 + _SAMPLE) if grid.text(row, index)]
    agreeing = sum(quantity_of(grid.text(row, index)) == _sum(grid, row, across) for row in rows)
    return bool(rows) and agreeing * 2 > len(rows)


def _sum(grid: Grid, row: int, across: Sequence[int]) -> Decimal:
    return sum((quantity_of(grid.text(row, index)) for index in across), Decimal(0))


def quantity_of(text: str) -> Decimal:
    """The number in such a cell; 0 where there is none."""
    number = number_in(text)
    value = number.by(".") if number is not None else None
    return value if value is not None else Decimal(0)
