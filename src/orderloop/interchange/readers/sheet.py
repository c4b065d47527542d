"""Orders in spreadsheets and CSV: the cells of every visible sheet, then the rules that find orders in them."""

from collections.abc import Callable, Mapping

from orderloop.foundation.delimited import NotClosed, delimited_rows, delimiter_of
from orderloop.foundation.encoding import decode
from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Place, Reading, ReadOrder
from orderloop.interchange.readers.sheet_files import Opened, TooMuch, open_book
from orderloop.interchange.readers.sheet_markup import excel_xml_rows, html_rows
from orderloop.interchange.rules.sheet.grid import Grid, text_grid
from orderloop.interchange.rules.sheet.orders import orders_in_grid
from orderloop.interchange.rules.sheet.price_lists import is_price_list
from orderloop.interchange.rules.sniff import kind_of

# Fifty thousand lines, and what stands above and below them.
MOST_ROWS = 50_100
MOST_COLUMNS = 200

_BOOKS = frozenset({"xlsx", "xlsb", "xls", "ods"})


def read(content: bytes, hints: Hints) -> Reading:
    """The orders of every visible sheet. Faults: those of the file (EMPTY, ENCRYPTED, DAMAGED, TOO_LARGE, TOO_COMPLEX,
    ENCODING, MISNAMED, HIDDEN), those of single cells with the order they stand in, NO_ORDER.
    """
    kind = kind_of(content, hints.filename, hints.content_type)
    format = Format.SHEET if kind in _BOOKS or kind in _MARKUP or kind == "encrypted-office" else Format.CSV
    if kind == "empty":
        return _failed(format, FaultCode.EMPTY)
    if kind == "encrypted-office":
        return _failed(format, FaultCode.ENCRYPTED)
    try:
        opened = open_book(content, kind, MOST_ROWS, MOST_COLUMNS) if kind in _BOOKS else _from_text(content, kind)
    except TooMuch as excess:
        return Reading(format, faults=(Fault(excess.code, params=excess.params),))
    return _read(format, opened, hints)


def _read(format: Format, opened: Opened, hints: Hints) -> Reading:
    orders, faults = [], list(opened.faults)
    filled = [grid for grid in opened.grids if any(any(row) for row in grid.rows)]
    for grid in filled:
        orders += orders_in_grid(grid, hints)
    if any(_orders_something(order) for order in orders):
        # Beside the sheet of the order stands a price list, from which nothing is ordered.
        orders = [order for order in orders if not order.lines or _orders_something(order)]
    elif orders and all(is_price_list(order) for order in orders):
        orders = []
        faults.append(Fault(FaultCode.NO_QUANTITIES, rejects=False))
    if not filled and not faults:
        faults.append(Fault(FaultCode.EMPTY))
    elif not orders and not any(fault.rejects for fault in faults):
        faults.append(Fault(FaultCode.NO_ORDER))
    return Reading(format, tuple(orders), tuple(faults))


def _orders_something(order: ReadOrder) -> bool:
    return any("quantity" in line for line in order.lines)


def _from_text(content: bytes, kind: str) -> Opened:
    decoded = decode(content)
    if decoded is None:
        raise TooMuch(FaultCode.ENCODING, detail="")
    text = decoded.text
    doubts = () if decoded.is_sure else (Fault(FaultCode.ENCODING, params={"detail": decoded.encoding}),)
    if kind in _MARKUP:
        grid = _checked(text_grid(_MARKUP[kind](text)))
        return Opened((grid,), doubts)
    rows: list[list[str]] = []
    try:
        for row in delimited_rows(text.removeprefix("\ufeff").replace("\x00", ""), delimiter_of(text)):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise TooMuch(FaultCode.TOO_LARGE, limit=str(MOST_ROWS))
    except NotClosed as fault:
        broken = Fault(FaultCode.DAMAGED, Place(str(fault.row)), {"detail": '"'})
        return Opened((), (*doubts, broken))
    return Opened((_checked(text_grid(rows)),), doubts)


def _checked(grid: Grid) -> Grid:
    if len(grid.rows) > MOST_ROWS:
        raise TooMuch(FaultCode.TOO_LARGE, limit=str(MOST_ROWS))
    if any(len(row) > MOST_COLUMNS for row in grid.rows):
        raise TooMuch(FaultCode.TOO_COMPLEX, detail=f"> {MOST_COLUMNS}")
    return grid


_MARKUP: Mapping[str, Callable[[str], list[list[str]]]] = {"html-table": html_rows, "excel-xml": excel_xml_rows}


def _failed(format: Format, code: FaultCode, **params: str) -> Reading:
    return Reading(format, faults=(Fault(code, params=params),))
