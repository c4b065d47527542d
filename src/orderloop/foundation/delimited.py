"""Tables in plain text: which sign parts the cells, and the cells themselves."""

import csv
import io
import re
from collections.abc import Iterator

_DELIMITERS = ",;\t|"
_STATED = re.compile(r"sep=(.)\r?\n")
_QUOTED = re.compile(r'(?:(?<=[,;\t|\n])|(?<![\s\S]))"(?:[^"]|""){0,4000}"(?=[,;\t|\r\n]|\Z)')
_STARTS_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
_HEAD = 64 * 1024
_LONGEST_CELL = 25 * 1024 * 1024


class NotClosed(ValueError):
    """A quotation mark is never closed; `row` is the one it was opened in, counted from 1."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def delimiter_of(text: str) -> str:
    """The sign a spreadsheet states in a first line, else the one that stands in the first line and equally often in
    most lines below it; a comma where none does."""
    if stated := _STATED.match(text):
        return stated.group(1)
    lines = [line for line in unquoted(text[:_HEAD]).split("\n", 21)[:21] if line.strip()] or [""]
    counts = {each: [line.count(each) for line in lines] for each in _DELIMITERS}
    alike = {each: sum(count == found[0] for count in found) for each, found in counts.items() if found[0]}
    if alike:
        return max(alike, key=lambda each: (alike[each], counts[each][0]))
    # A title above the table holds none of them: then the one that stands in most lines.
    return max(_DELIMITERS, key=lambda each: (sum(bool(count) for count in counts[each]), each == ","))


def unquoted(text: str) -> str:
    """The text without its cells in quotation marks, in which delimiters and line ends part nothing."""
    return re.sub(r'"[^"\n]*"', "", _QUOTED.sub("", text))


def delimited_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a CSV text. Raises `NotClosed`."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = io.StringIO(text, newline="")
    if _STATED.match(text):
        lines.readline()
    last = 1
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            last = number + 1
            yield [unmarked(cell) if cell[:1] == "'" else cell for cell in row]
    except csv.Error as error:
        raise NotClosed(last) from error


def neutral(text: str) -> str:
    """`text` with an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if text.lstrip(' "').startswith(_STARTS_FORMULA) else text


def unmarked(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from computing a text."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t\r＝＋－＠" else cell
