"""Spreadsheets and CSV, in and out, by declared columns. What a column means is the caller's business."""

from orderloop.foundation.delimited import neutral
from orderloop.platform.tables.columns import (
    CELL_FAULT_WORDS,
    CellFault,
    Column,
    Kind,
    Parsed,
    ParsedRow,
    parse_sheet,
)
from orderloop.platform.tables.reading import FILE_FAULT_WORDS, Sheet, Unreadable, read_sheet
from orderloop.platform.tables.writing import write_csv, write_errors, write_xlsx

__all__ = [
    "CELL_FAULT_WORDS",
    "FILE_FAULT_WORDS",
    "CellFault",
    "Column",
    "Kind",
    "Parsed",
    "ParsedRow",
    "Sheet",
    "Unreadable",
    "neutral",
    "parse_sheet",
    "read_sheet",
    "write_csv",
    "write_errors",
    "write_xlsx",
]
