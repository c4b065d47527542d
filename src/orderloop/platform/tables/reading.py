"""A file of unknown origin becomes rows of text, or a named reason why not; spreadsheets are opened in a child."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orderloop.foundation.delimited import NotClosed, delimited_rows, delimiter_of
from orderloop.foundation.encoding import decode, strictly
from orderloop.foundation.words import gettext_noop as _
from orderloop.platform import sandbox
from orderloop.platform.sandbox import Ending, Limits

MOST_BYTES = 25 * 1024 * 1024
MOST_CSV_ROWS = 50_000
MOST_SHEET_ROWS = 50_000
MOST_COLUMNS = 200
CHILD_LIMITS = Limits(memory=768 * 1024**2, cpu_seconds=10, wall_seconds=20)

_OPEN = "orderloop.platform.tables.child:open_workbook"

FILE_FAULT_WORDS: Mapping[str, str] = {
    "empty_file": _("The file is empty."),
    "file_too_large": _("The file is larger than %(most)s MB."),
    "too_many_rows": _("The table has more than %(most)s rows. Split it into several files."),
    "too_many_columns": _("The table has more than %(most)s columns, or a single cell stands far outside of it."),
    "encoding_unknown": _("The text is in no known encoding. Save it as CSV UTF-8."),
    "not_a_table": _("This is neither a spreadsheet nor a CSV file."),
    "web_page": _("This is a web page named like a spreadsheet. Open it and save it as xlsx."),
    "encrypted": _("The spreadsheet is protected by a password. Save it without one."),
    "damaged": _("The spreadsheet cannot be opened; it seems to be damaged."),
    "packed_too_tightly": _("The spreadsheet unpacks to far more than a table needs, so it was not opened."),
    "took_too_long": _("The spreadsheet took too much time or memory to open."),
    "quote_not_closed": _("A quotation mark opened in row %(row)s is never closed."),
    "sheet_missing": _("There is no sheet called %(sheet)s."),
    "no_header": _("No row holds the expected column names, such as %(columns)s."),
    "column_missing": _("The column %(column)s is missing."),
    "column_twice": _("Two columns are called %(column)s."),
    "no_rows": _("There is no row below the column names."),
}

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<(!doctype html|html|table|head|meta|style)", re.IGNORECASE)


class Unreadable(ValueError):
    """A file that cannot be made into rows; `code` is one of `FILE_FAULT_WORDS`, `params` the figures of its words."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of text as they stand in the file; the first has number 1. `doubts` name cells whose text may not be what
    was typed, by (row number, column from 0): `digits_lost`, `error_value`.
    """

    name: str
    rows: list[list[str]]
    doubts: dict[tuple[int, int], str] = field(default_factory=dict)
    sheet_names: tuple[str, ...] = ()


def read_sheet(
    content: bytes, *, sheet: str = "", encoding: str = "", delimiter: str = "", most_csv_rows: int = MOST_CSV_ROWS
) -> Sheet:
    """The rows of a CSV, xlsx, xls or ods file, told apart by its content and not by its name.

    The encoding of text is found out unless given, and so is its `delimiter`. Of several sheets the one called `sheet`
    is read, else the first visible one that holds anything. Raises `Unreadable`.
    """
    if not content.strip():
        raise Unreadable("empty_file")
    if len(content) > MOST_BYTES:
        raise Unreadable("file_too_large", most=MOST_BYTES // 1024**2)
    if content.startswith((_ZIP, _OLE)):
        return _from_child(content, sheet)
    if _MARKUP.match(content[:2000]):
        raise Unreadable("web_page")
    text = _decoded(content, encoding)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise Unreadable("empty_file")
    return Sheet("", list(_csv_rows(text, delimiter or delimiter_of(text), most_csv_rows)))


def _decoded(content: bytes, encoding: str) -> str:
    if encoding:
        text = strictly(content, encoding)
    else:
        decoded = decode(content)
        text = decoded.text if decoded and decoded.is_sure else None
    if text is None:
        raise Unreadable("not_a_table" if b"\x00" in content else "encoding_unknown")
    return text


def _csv_rows(text: str, delimiter: str, most_rows: int) -> Iterator[list[str]]:
    try:
        for number, row in enumerate(delimited_rows(text, delimiter), 1):
            if number > most_rows + 1:
                raise Unreadable("too_many_rows", most=most_rows)
            if len(row) > MOST_COLUMNS:
                raise Unreadable("too_many_columns", most=MOST_COLUMNS)
            yield row
    except NotClosed as error:
        raise Unreadable("quote_not_closed", row=error.row) from error


def _from_child(content: bytes, sheet: str) -> Sheet:
    outcome = sandbox.run(_OPEN, content, sheet.encode(), limits=CHILD_LIMITS, preload=("python_calamine",))
    if outcome.ending is not Ending.OK:
        raise Unreadable("took_too_long")
    answer = json.loads(outcome.answer)
    if "fault" in answer:
        raise Unreadable(answer["fault"], **answer.get("params", {}))
    doubts = {(row, column): code for row, column, code in answer["doubts"]}
    return Sheet(answer["name"], answer["rows"], doubts, tuple(answer["sheet_names"]))
