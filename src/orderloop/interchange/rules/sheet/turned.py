"""Sheets whose lines run across: titles in a column, one column for each line. They are read on their side."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

from orderloop.interchange.facts import Place, ReadOrder, Value
from orderloop.interchange.rules.sheet.grid import TEXT, Grid, column_letters
from orderloop.interchange.rules.values import number_in

MOST_ROWS = 80
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


def turned(grid: Grid) -> Grid | None:
    """The sheet on its side; None where it is too long to be meant so."""
    width = max((len(row) for row in grid.rows), default=0)
    if not 2 <= len(grid.rows) <= MOST_ROWS or width < 2:
        return None
    texts = [list(column) for column in zip_longest(*grid.rows, fillvalue="")]
    kinds = ["".join(column) for column in zip_longest(*grid.types, fillvalue=TEXT)]
    return Grid(
        grid.name,
        texts,
        kinds,
        {(column + 1, row - 1): doubt for (row, column), doubt in grid.doubts.items()},
        frozenset(column + 1 for column in grid.hidden_columns),
        frozenset(row - 1 for row in grid.hidden_rows),
        (),
        grid.prefix,
    )


def turned_back(order: ReadOrder, prefix: str) -> ReadOrder | None:
    """An order read on its side, with the places of the sheet as it is; None where a line has no goods or quantity."""
    if not order.lines or not all(_is_whole(line) for line in order.lines):
        return None
    return replace(
        order,
        fields={name: replace(value, place=_place(value.place, prefix)) for name, value in order.fields.items()},
        lines=tuple(
            {name: replace(value, place=_place(value.place, prefix)) for name, value in line.items()}
            for line in order.lines
        ),
        faults=tuple(replace(fault, place=_place(fault.place, prefix)) for fault in order.faults),
    )


def _is_whole(line: Mapping[str, Value]) -> bool:
    quantity = line.get("quantity")
    has_goods = any(name in line for name in ("item", "customer_item", "barcode", "description"))
    return has_goods and quantity is not None and number_in(quantity.text) is not None


def _place(place: Place, prefix: str) -> Place:
    found = _CELL.fullmatch(place.path.removeprefix(prefix))
    if found is None:
        return place
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return Place(f"{prefix}{column_letters(int(found[2]) - 1)}{column}")
