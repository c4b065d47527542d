"""Opens one spreadsheet, in a child process with little memory and time, and answers its rows.

A hostile file can make the parser abort or fill the memory; here that ends this process and nothing else.
"""

import io
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from orderloop.foundation.packed import PackedFault, PackedLimits, beyond, open_zip, unpacked_chunks
from orderloop.platform.tables.reading import MOST_COLUMNS, MOST_SHEET_ROWS, Unreadable

LIMITS = PackedLimits()
# Above 15 digits a spreadsheet keeps zeros in place of what was typed.
EXACT_BELOW = 10**15

_TAIL = 40  # as long as the reference of a cell may be


def open_workbook(content: bytes, wanted: bytes) -> bytes:
    """JSON of {"rows", "doubts", "name", "sheet_names"} or {"fault", "params"}; `wanted` names a sheet or is empty."""
    try:
        answer = _opened(content, wanted.decode())
    except Unreadable as fault:
        answer = {"fault": fault.code, "params": fault.params}
    return json.dumps(answer, ensure_ascii=True).encode("ascii")


def _opened(content: bytes, wanted: str) -> dict[str, Any]:
    import python_calamine

    if content.startswith(b"PK"):
        _check_archive(content)
    elif "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("encrypted")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = _chosen(book, wanted)
    except python_calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except python_calamine.CalamineError as error:
        raise Unreadable("damaged") from error
    if sheet.height > MOST_SHEET_ROWS + 1 or (sheet.start and sheet.start[0] > MOST_SHEET_ROWS):
        raise Unreadable("too_many_rows", most=MOST_SHEET_ROWS)
    if sheet.width > MOST_COLUMNS:
        raise Unreadable("too_many_columns", most=MOST_COLUMNS)
    return _as_text(sheet, list(book.sheet_names))


def _chosen(book: Any, wanted: str) -> Any:
    import python_calamine

    if wanted and wanted not in book.sheet_names:
        raise Unreadable("sheet_missing", sheet=wanted)
    visible = [
        each.name
        for each in book.sheets_metadata
        if each.typ == python_calamine.SheetTypeEnum.WorkSheet
        and each.visible == python_calamine.SheetVisibleEnum.Visible
    ]
    sheets = [book.get_sheet_by_name(name) for name in ([wanted] if wanted else visible)]
    filled = [sheet for sheet in sheets if sheet.height]
    if not filled:
        raise Unreadable("empty_file")
    return filled[0]


def _check_archive(content: bytes) -> None:
    """Read every part as a stream: no cell far outside may be opened, and the directory may lie about sizes."""
    too_low, too_far = beyond(MOST_SHEET_ROWS + 1, MOST_COLUMNS)
    try:
        archive = open_zip(content, LIMITS)
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".bin")):
                continue
            is_sheet, tail = entry.filename.startswith("xl/worksheets/"), b""
            for chunk in unpacked_chunks(archive, entry, LIMITS):
                if is_sheet and too_far.search(tail + chunk):
                    raise Unreadable("too_many_columns", most=MOST_COLUMNS)
                if is_sheet and too_low.search(tail + chunk):
                    raise Unreadable("too_many_rows", most=MOST_SHEET_ROWS)
                tail = chunk[-_TAIL:]
    except PackedFault as fault:
        raise Unreadable(fault.code) from fault


def _as_text(sheet: Any, names: list[str]) -> dict[str, Any]:
    rows: list[list[str]] = []
    doubts: list[tuple[int, int, str]] = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        texts = [_text(cell) for cell in cells]
        doubts += [(number, column, doubt) for column, (_, doubt) in enumerate(texts) if doubt]
        rows.append([text for text, _ in texts])
    return {"name": sheet.name, "rows": rows, "doubts": doubts, "sheet_names": names}


def _text(cell: object) -> tuple[str, str]:
    if isinstance(cell, str):
        is_error = cell.startswith("#") and cell.rstrip("!?").upper() in {
            "#REF",
            "#VALUE",
            "#NAME",
            "#N/A",
            "#DIV/0",
            "#NUM",
            "#NULL",
        }
        return cell, "error_value" if is_error else ""
    if isinstance(cell, bool):
        return ("TRUE" if cell else "FALSE"), ""
    if isinstance(cell, int | float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return (cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")), ""
    if isinstance(cell, date | time):
        return cell.isoformat(), ""
    return (str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)), ""


def _number_text(number: float) -> tuple[str, str]:
    text = f"{Decimal(repr(number)):f}".removesuffix(".0")
    return text, "digits_lost" if abs(number) >= EXACT_BELOW else ""
