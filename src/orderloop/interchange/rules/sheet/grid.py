"""A sheet of cells as it stands in a file, whatever the file's format, and the names of its cells."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from orderloop.interchange.facts import Place


class Doubt(StrEnum):
    """Why the text of a cell may not be what was typed into it."""

    DIGITS_LOST = "digits_lost"
    ERROR_VALUE = "error_value"
    NO_STORED_VALUE = "no_stored_value"


# What a cell held, one letter a cell: a text, a number, a day, anything else.
TEXT, NUMBER, DAY, OTHER = "s", "n", "d", "o"


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of text from row 1 and column A on; `types` has the letter of each cell.

    Rows count from 1 as in the file, columns from 0. `merged`: first row and column, last row and column. `prefix`
    stands before a cell's name where a document has several sheets. `struck`: cells that are struck out. `currencies`:
    the currency in which a figure's cell shows it.
    """

    name: str
    rows: list[list[str]]
    types: list[str]
    doubts: Mapping[tuple[int, int], Doubt] = dataclasses.field(default_factory=dict, hash=False)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    prefix: str = ""
    struck: frozenset[tuple[int, int]] = frozenset()
    currencies: Mapping[tuple[int, int], str] = dataclasses.field(default_factory=dict, hash=False)

    def text(self, row: int, column: int) -> str:
        """The text of a cell without outer blanks, empty where there is none."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else []
        return cells[column].strip() if 0 <= column < len(cells) else ""

    def type(self, row: int, column: int) -> str:
        """The letter of a cell's type."""
        try:
            return self.types[row - 1][column]
        except IndexError:
            return TEXT

    def place(self, row: int, column: int) -> Place:
        """The cell's name as a place."""
        return Place(f"{self.prefix}{column_letters(column)}{row}")


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_grid(rows: list[list[str]], name: str = "") -> Grid:
    """A grid of which nothing is known but its texts, as of a CSV."""
    return Grid(name, rows, [TEXT * len(row) for row in rows])
