"""Order lines out of quantities that are spread over columns: one for each cell that is filled."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from orderloop.interchange.facts import FaultCode, Method, Value
from orderloop.interchange.rules.sheet.grid import Grid
from orderloop.interchange.rules.sheet.head import Head
from orderloop.interchange.rules.sheet.spread import EACH, EACH_SUM, is_day, quantity_of
from orderloop.interchange.rules.sheet.values import HIDDEN, Findings, Style, read_day, read_figure
from orderloop.interchange.rules.values import as_text


def spread_line(
    grid: Grid, row: int, line: Mapping[str, Value], head: Head, findings: Findings
) -> list[dict[str, Value]]:
    """The lines of one row. A size or colour is no code of ours: what it makes of the item a person looks at."""
    lines: list[dict[str, Value]] = []
    across = {column.index: column.title for column in head.columns if column.field == EACH}
    last = head.last
    for column in head.columns:
        if column.field == EACH_SUM and (said := grid.text(row, column.index)):
            counted = sum((quantity_of(grid.text(row, index)) for index in across), Decimal(0))
            if quantity_of(said) != counted:
                place = grid.place(row, column.index)
                findings.add(FaultCode.INCONSISTENT, place, name="quantity", given=said[:80], expected=as_text(counted))
    for index, title in across.items():
        text = grid.text(row, index)
        if not text or not quantity_of(text):
            continue
        read, sure, code = read_figure(text, grid.type(row, index), Style())
        place = grid.place(row, index)
        if code not in (None, FaultCode.READ_AS):
            findings.add(code or FaultCode.DOUBTFUL, place, name="quantity", given=text[:80], expected=read[:80])
        one = {**line, "quantity": Value(read, text, place, Method.COLUMN, 0.95 * sure)}
        lines.append(_on_day(grid, one, title, index, last) or _of_kind(grid, one, title, index, last))
    return lines


def _on_day(grid: Grid, line: dict[str, Value], title: str, index: int, last: int) -> dict[str, Value] | None:
    if not is_day(grid, title, index, last):
        return None
    read, sure, _code = read_day(title, grid.type(last, index), Style())
    return {**line, "requested_on": Value(read, title, grid.place(last, index), Method.COLUMN, 0.95 * sure)}


def _of_kind(grid: Grid, line: dict[str, Value], title: str, index: int, last: int) -> dict[str, Value]:
    name = line.get("description")
    kind = Value(title, title, grid.place(last, index), Method.COLUMN, 0.9)
    described = replace(name, text=f"{name.text} {title}") if name is not None else kind
    doubtful: dict[str, Value] = {
        field: replace(line[field], confidence=min(line[field].confidence, HIDDEN))
        for field in ("item", "customer_item", "barcode")
        if field in line
    }
    return {**line, **doubtful, "description": described, "note": line.get("note", kind)}
