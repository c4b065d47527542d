"""Rows of values written as xlsx or CSV under the headers a file is read by; no text of theirs is ever computed."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from orderloop.foundation.delimited import neutral
from orderloop.platform.tables.columns import Column, Kind

_YES_NO = {"en": ("yes", "no"), "zh": ("是", "否")}
_ROWS_WITH_LISTS = 5_000


def write_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, object]], *, language: str) -> bytes:
    """The rows (values by column key) as CSV in UTF-8 with byte order mark, which Excel needs to see Chinese."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([neutral(column.title(language)) for column in columns])
    for row in rows:
        writer.writerow([_csv_text(column, row.get(column.key), language) for column in columns])
    return target.getvalue().encode("utf-8-sig")


def write_xlsx(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, object]],
    *,
    language: str,
    sheet: str,
    remarks: Mapping[int, Mapping[str, str]] | None = None,
) -> bytes:
    """The rows (values by column key) as a workbook with drop-downs for choices and a sheet that explains each column.

    `remarks`, by the position of a row from 0 and column key, colour these cells and stand in a last column.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "needed": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"}
            ),
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrong": book.add_format({"num_format": "@", "bg_color": "#F8CBAD"}),
            "remark": book.add_format({"font_color": "#C00000", "text_wrap": True}),
        }
        _lay_out(page, columns, language, formats, with_remarks=remarks is not None)
        for place, row in enumerate(rows):
            wrong = (remarks or {}).get(place, {})
            for index, column in enumerate(columns):
                _write_cell(page, place + 1, index, column, row.get(column.key), language, formats, column.key in wrong)
            if wrong:
                page.write_string(place + 1, len(columns), "; ".join(wrong.values()), formats["remark"])
        _explain(book, columns, language, formats)
    return target.getvalue()


def write_errors(
    rows: Sequence[Sequence[str]], remarks: Mapping[int, Mapping[int, str]], *, language: str, sheet: str
) -> bytes:
    """A sheet given back as it came, row k as row k, its wrong cells coloured and what is wrong said in a last column.

    `remarks` by the row's number from 1 and the column from 0. Every cell is written as text, none is ever computed.
    """
    target = io.BytesIO()
    width = max((len(row) for row in rows), default=0)
    with xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        text = book.add_format({"num_format": "@"})
        wrong = book.add_format({"num_format": "@", "bg_color": "#F8CBAD"})
        remark = book.add_format({"font_color": "#C00000", "text_wrap": True, "bg_color": "#FDE9E7"})
        page.set_column(width, width, 60)
        for number, row in enumerate(rows, 1):
            said = remarks.get(number, {})
            for index in range(width):
                cell = row[index] if index < len(row) else ""
                if cell or index in said:
                    page.write_string(number - 1, index, cell, wrong if index in said else text)
            if said:
                page.write_string(number - 1, width, "; ".join(said.values()), remark)
    return target.getvalue()


def _sheet_name(text: str) -> str:
    return "".join(letter for letter in text if letter not in "[]:*?/\\")[:31] or "Sheet1"


def _lay_out(
    page: Any, columns: Sequence[Column], language: str, formats: Mapping[str, Any], *, with_remarks: bool
) -> None:
    for index, column in enumerate(columns):
        page.set_column(index, index, column.width, formats["text"] if column.kind in _AS_TEXT else None)
        page.write_string(0, index, column.title(language), formats["needed" if column.required else "head"])
        if column.choices or column.kind is Kind.FLAG:
            words = [_shown(column, value, language) for value in column.choices or (True, False)]
            page.data_validation(1, index, _ROWS_WITH_LISTS, index, {"validate": "list", "source": words})
    if with_remarks:
        page.set_column(len(columns), len(columns), 60)
        page.write_string(0, len(columns), "问题" if language.startswith("zh") else "Problems", formats["head"])
    page.freeze_panes(1, 0)


_AS_TEXT = {Kind.TEXT, Kind.CODE, Kind.CHOICE, Kind.FLAG}


def _write_cell(
    page: Any,
    row: int,
    index: int,
    column: Column,
    value: object,
    language: str,
    formats: Mapping[str, Any],
    is_wrong: bool,
) -> None:
    kind = formats["wrong"] if is_wrong else None
    if value is None or value == "":
        if is_wrong:
            page.write_blank(row, index, None, kind)
    elif isinstance(value, date) and not is_wrong:
        page.write_datetime(row, index, value, formats["date"])
    elif isinstance(value, int | Decimal) and not isinstance(value, bool) and _fits(value):
        page.write_number(row, index, value, kind)
    else:
        page.write_string(row, index, _shown(column, value, language), kind or formats["text"])


def _fits(value: int | Decimal) -> bool:
    """Whether a spreadsheet, which counts in binary floating point, keeps every digit."""
    return len(Decimal(value).normalize().as_tuple().digits) <= 15


def _explain(book: Any, columns: Sequence[Column], language: str, formats: Mapping[str, Any]) -> None:
    chinese = language.startswith("zh")
    page = book.add_worksheet("说明" if chinese else "Notes")
    heads = ("列", "必填", "填写内容") if chinese else ("Column", "Required", "What to write")
    for index, (head, width) in enumerate(zip(heads, (24, 10, 90), strict=True)):
        page.set_column(index, index, width)
        page.write_string(0, index, head, formats["head"])
    for place, column in enumerate(columns, 1):
        yes, _ = _YES_NO["zh" if chinese else "en"]
        words = ", ".join(f"{value} = {_shown(column, value, language)}" for value in column.choices)
        page.write_string(place, 0, column.title(language))
        page.write_string(place, 1, yes if column.required else "")
        page.write_string(place, 2, " ".join(part for part in (column.help(language), words) if part))


def _shown(column: Column, value: object, language: str) -> str:
    chinese = language.startswith("zh")
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES_NO["zh" if chinese else "en"][0 if value else 1]
    if column.choices and str(value) in column.choices:
        return column.choices[str(value)][1 if chinese else 0]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv_text(column: Column, value: object, language: str) -> str:
    text = _shown(column, value, language)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return text if is_number else neutral(text)
