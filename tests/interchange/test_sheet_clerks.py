"""Sheets as buyers' clerks and their programs write them, each with what a clerk of ours would book from it.

`sheet_forms/clerks.txt` holds them, all made up by us: a head, `---`, the cells of each row parted by strokes. A number
is one unless it begins with an apostrophe or a zero; `-` is an empty row; `@ name` begins a sheet.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.interchange.sheets_made import books, csv, excel_xml, html, xlsx

from orderloop.interchange.facts import Hints
from orderloop.interchange.services import read_document

FORMS = Path(__file__).parent / "sheet_forms"
TODAY = date(2026, 11, 22)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
Cells = list[list[object]]


@dataclass(slots=True)
class Case:
    name: str
    filename: str = ""
    kind: str = "xlsx"
    orders: int = 1
    header: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, ...]] | None = None
    changes: list[list[str]] = field(default_factory=list)
    sheets: dict[str, Cells] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        rows = next(iter(self.sheets.values()))
        kind, *how = self.kind.split()
        if kind == "csv":
            return csv(rows, how[0], how[1].replace("tab", "\t"))
        if kind != "xlsx":
            return {"html": html, "excel-xml": excel_xml}[kind](rows)
        return books(self.sheets) if len(self.sheets) > 1 else xlsx(rows, self.change)

    def change(self, book: Any, page: Any) -> None:
        for how, where, text in self.changes:
            if how == "merge":
                page.merge_range(where, text)
            else:
                page.write_datetime(where, datetime.fromisoformat(text), book.add_format({"num_format": "yyyy-mm-dd"}))


def cases(name: str) -> list[Case]:
    return [_case(block) for block in (FORMS / name).read_text(encoding="utf-8").split("=== ")[1:]]


def _case(block: str) -> Case:
    head, _mark, body = block.partition("\n---\n")
    title, *rows = head.split("\n")
    case = Case(title, lines=[])
    for row in rows:
        key, _colon, value = row.partition(": ")
        if row.startswith("> "):
            case.lines = [*(case.lines or []), tuple([*(each.strip() for each in row[2:].split("|")), *[""] * 5][:5])]
        elif row.startswith(("merge ", "day ")):
            case.changes.append(row.split(maxsplit=2))
        elif key == "lines":
            case.lines = None
        elif key in ("file", "kind", "orders"):
            setattr(case, {"file": "filename"}.get(key, key), int(value) if key == "orders" else value)
        else:
            case.header[key] = value
    name = "Sheet1"
    for row in body.rstrip("\n").split("\n"):
        if row.startswith("@ "):
            name = row[2:]
        else:
            case.sheets.setdefault(name, []).append([] if row == "-" else [_cell(cell) for cell in row.split(" | ")])
    return case


def _cell(text: str) -> object:
    text = text.strip()
    if text.startswith("'") or not _NUMBER.fullmatch(text) or len(text) > 15:
        return text.removeprefix("'") or None
    return float(text) if "." in text else int(text)


ALL = cases("clerks.txt")


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 40


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_each_sheet_gives_what_a_clerk_would_book(case: Case) -> None:
    reading = read_document(case.content, Hints(filename=case.filename, today=TODAY))
    names = ("item", "quantity", "unit", "unit_price", "requested_on")
    read = [
        tuple(line[name].text if name in line else "" for name in names)
        for order in reading.orders
        for line in order.lines
    ]
    assert len(reading.orders) == case.orders
    if case.lines is not None:
        assert read == case.lines
    if reading.orders:
        first = reading.orders[0]
        assert {name: first.role.value if name == "role" else first.text(name) for name in case.header} == case.header


def sure(case_name: str, field_name: str) -> list[float]:
    case = next(each for each in ALL if each.name == case_name)
    order = read_document(case.content, Hints(filename=case.filename, today=TODAY)).orders[0]
    return [line[field_name].confidence for line in order.lines]


def test_what_a_size_makes_of_an_item_is_left_to_a_person_and_a_day_is_not() -> None:
    assert max(sure("sizes", "item")) <= 0.5
    assert max(sure("colours across", "item")) <= 0.5
    assert min(sure("row per delivery date", "item")) > 0.9


def test_lines_that_run_across_are_placed_where_they_stand() -> None:
    case = next(each for each in ALL if each.name == "lines across")
    order = read_document(case.content, Hints(filename=case.filename)).orders[0]
    assert [line["quantity"].place.path for line in order.lines] == ["B4", "C4", "D4"]
    assert order.fields["po_number"].place.path == "B1"


def test_a_price_per_another_unit_is_not_sure() -> None:
    assert sure("yuan", "unit_price")[2] <= 0.5 < min(sure("yuan", "unit_price")[:2])


def test_a_row_of_sizes_that_does_not_add_up_is_named_and_one_that_does_is_not() -> None:
    rows = [["货号", "S", "M", "L", "合计"], ["A-1", 1, 2, 3, 6], ["A-2", 1, 2, None, 3], ["A-3", 4, 2, None, 5]]
    order = read_document(xlsx(rows), Hints(filename="a.xlsx")).orders[0]
    assert [(fault.code.value, fault.place.path, dict(fault.params)) for fault in order.faults] == [
        ("D_INCONSISTENT", "E4", {"name": "quantity", "given": "5", "expected": "6"})
    ]
