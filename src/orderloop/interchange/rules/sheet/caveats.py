"""Cells of a sheet that take an order or one of its lines back: a status, a remark, a stamp, or a line struck out."""

from orderloop.interchange.facts import FaultCode
from orderloop.interchange.rules.caveats import caveat_in, may_hold_caveats, other_kind_in
from orderloop.interchange.rules.sheet.grid import TEXT, Grid
from orderloop.interchange.rules.sheet.values import Findings

_MOST = 50


def note_caveats(grid: Grid, rows: range, findings: Findings) -> None:
    """Note each cell in these rows that holds a caveat, and each that is struck out."""
    texts = {row: "\t".join(grid.rows[row - 1]) for row in rows if row <= len(grid.rows)}
    if may_hold_caveats("\n".join(texts.values())):
        for row in (row for row, text in texts.items() if may_hold_caveats(text)):
            for column, cell in enumerate(grid.rows[row - 1]):
                if cell and grid.type(row, column) == TEXT and (given := caveat_in(cell)):
                    _note(grid, row, column, given, findings)
    for row, column in sorted(grid.struck):
        if row in rows and (text := grid.text(row, column)):
            _note(grid, row, column, text[:80], findings)


def note_other_kind(grid: Grid, rows: range, findings: Findings) -> None:
    """Note a title in these rows, a text by itself, that names a paper that is no order."""
    for row in rows:
        filled = [(column, cell) for column, cell in enumerate(grid.rows[row - 1]) if cell.strip()]
        if len(filled) == 1 and (given := other_kind_in(filled[0][1])):
            _note(grid, row, filled[0][0], given, findings)


def _note(grid: Grid, row: int, column: int, given: str, findings: Findings) -> None:
    if len(findings.faults) < _MOST:
        findings.add(FaultCode.CAVEAT, grid.place(row, column), given=given)
