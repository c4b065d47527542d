"""Orders in a spreadsheet or in a block copied from one: which column means what, and which rows make one order."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from orderloop.foundation.quantity import canonical_unit
from orderloop.intake.facts import EntryLine, Finding, FindingCode, OrderEntry
from orderloop.intake.rules.reading import read_date, read_number, read_price
from orderloop.interchange.rules.lexicon import column_meaning, label_meaning
from orderloop.orders.facts import Channel

# What the template calls a column, in both languages, and what names mean here that the lexicon of all documents reads
# otherwise; every other name is known from there.
COLUMN_NAMES: Mapping[str, str] = {
    "customer": "Customer|客户|Customer code|客户编码|客户代码",
    "po_number": "PO number|客户订单号|Reference",
    "requested_on": "Requested date|交期",
    "ship_to": "Ship to|收货地址|Address code|地址",
    "currency": "Currency|币种",
    "note": "Note|备注",
    "item": "Item|品号",
    "description": "Description|品名|规格",
    "quantity": "Quantity|数量|Amount ordered",
    "unit": "Unit|单位",
    "unit_price": "Unit price|单价",
}
_KEY_OF_FIELD = {
    "customer_code": "customer",
    "customer_name": "customer",
    "ship_to_code": "ship_to",
    "ship_to_text": "ship_to",
}
ORDER_COLUMNS = ("customer", "po_number", "ship_to", "currency", "note")
_TOTAL_WORDS = frozenset({"total", "subtotal", "sum", "grandtotal", "合计", "总计", "小计", "合計", "總計"})
_ROWS_WITH_HEADER = 30
_DOUBTS = {"digits_lost": FindingCode.DIGITS_LOST, "error_value": FindingCode.CELL_ERROR}


def _plain(text: str) -> str:
    """The form in which two column names are the same: without case, blanks, marks and what stands in brackets."""
    folded = unicodedata.normalize("NFKC", text).casefold().partition("(")[0]
    return "".join(sign for sign in folded if sign.isalnum())


_FIELD_OF = {_plain(name): key for key, names in COLUMN_NAMES.items() for name in names.split("|")}


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """One order found in a sheet, and the number of the row each of its lines stands in."""

    entry: OrderEntry
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every order of a sheet that does not say otherwise."""

    channel: Channel
    received_at: datetime
    message_id: int | None = None
    customer_id: int | None = None
    requested_on: str = ""
    po_number: str = ""


@dataclass(frozen=True, slots=True)
class _Gathered:
    header: dict[str, str]
    lines: list[EntryLine] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The place of the row with the most column names that are known, at least two and an item or a quantity."""
    best, most = None, 1
    for place, row in enumerate(rows[:_ROWS_WITH_HEADER]):
        known = set(guess_columns(row).values())
        if len(known) > most and known & {"item", "quantity"}:
            best, most = place, len(known)
    return best


def guess_columns(header: Sequence[str]) -> dict[int, str]:
    """Which column means what, by its name; of two that mean the same the surer, then the first."""
    meant = [(*found, place) for place, name in enumerate(header) if (found := _meaning(name)) is not None]
    guessed: dict[int, str] = {}
    for _strength, key, place in sorted(meant, key=lambda each: (-each[0], each[2])):
        if key not in guessed.values():
            guessed[place] = key
    return dict(sorted(guessed.items()))


@lru_cache(maxsize=4096)
def _meaning(name: str) -> tuple[float, str] | None:
    """How surely a name means which of our columns."""
    if key := _FIELD_OF.get(_plain(name)):
        return 1.0, key
    for found in (column_meaning(name, {}), label_meaning(name, {})):
        key = _KEY_OF_FIELD.get(found.name, found.name) if found is not None else None
        if found is not None and key is not None and key in COLUMN_NAMES:
            return found.strength, key
    return None


def signature(header: Sequence[str]) -> str:
    """By what a sheet of the same make is known again."""
    return hashlib.sha256("\x1f".join(_plain(name) for name in header).encode("utf-8", "replace")).hexdigest()


def orders_in_rows(
    rows: Sequence[Sequence[str]],
    header: int | None,
    columns: Mapping[int, str],
    defaults: Defaults,
    doubts: Mapping[tuple[int, int], str],
) -> list[SheetOrder]:
    """The orders below the header, in the order in which they begin; their keys count from 0.

    Rows belong to one order by customer and PO number. Where both are empty, as below a merged cell, the row belongs to
    the order above. Empty rows and rows of totals are passed over. `doubts` by (row number, column) as in the file.
    """
    gathered: dict[tuple[str, str], _Gathered] = {}
    current: tuple[str, str] | None = None
    for place in range(0 if header is None else header + 1, len(rows)):
        values = _values(rows[place], columns)
        if not values or _is_total(rows[place], values):
            continue
        named = (values.get("customer", ""), values.get("po_number", ""))
        current = named if any(named) or current is None else current
        group = gathered.setdefault(current, _Gathered({}))
        for key in ORDER_COLUMNS:
            if values.get(key):
                group.header.setdefault(key, values[key])
        group.faults.extend(_faults(rows[place], place + 1, len(group.lines), columns, doubts))
        group.lines.append(_line(values))
        group.rows.append(place + 1)
    return [SheetOrder(_entry(key, group, defaults), tuple(group.rows)) for key, group in enumerate(gathered.values())]


def lines_of_block(text: str) -> list[EntryLine]:
    """The lines in a block copied from a spreadsheet, with or without column names above it."""
    rows = [line.split("\t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    header = find_header(rows)
    columns = guess_columns(rows[header]) if header is not None else _bare_columns(rows)
    start = 0 if header is None else header + 1
    values = [_values(row, columns) for row in rows[start:]]
    return [_line(each) for row, each in zip(rows[start:], values, strict=True) if each and not _is_total(row, each)]


def _bare_columns(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """By their place: the item first; then what looks like a quantity, a unit, a date, a price."""
    width = max((len(row) for row in rows), default=0)
    columns = {0: "item"}
    for place in range(1, width):
        cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        key = _looks_like(cells, set(columns.values()))
        if key:
            columns[place] = key
    return columns


def _is_unit(cell: str) -> bool:
    return canonical_unit(cell) is not None


def _is_date(cell: str) -> bool:
    return not cell.isdigit() and read_date(cell) is not None


def _is_quantity(cell: str) -> bool:
    return read_number(cell) is not None


def _is_price(cell: str) -> bool:
    return read_price(cell) is not None


_LOOKS = (("unit", _is_unit), ("requested_on", _is_date), ("quantity", _is_quantity), ("unit_price", _is_price))


def _looks_like(cells: Sequence[str], used: set[str]) -> str | None:
    if not cells:
        return None
    for key, fits in _LOOKS:
        if key not in used and all(fits(cell) for cell in cells):
            return key
    return "description" if "description" not in used and "quantity" not in used else None


def _values(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    return {key: row[place].strip() for place, key in columns.items() if place < len(row) and row[place].strip()}


def _is_total(row: Sequence[str], values: Mapping[str, str]) -> bool:
    """A row of totals names no item, or calls the total its item."""
    item = values.get("item", "")
    if item and _plain(item) not in _TOTAL_WORDS:
        return False
    return any(_plain(cell) in _TOTAL_WORDS for cell in row if cell)


def _line(values: Mapping[str, str]) -> EntryLine:
    return EntryLine(
        item_code=values.get("item", ""),
        quantity=values.get("quantity", ""),
        unit=values.get("unit", ""),
        unit_price=values.get("unit_price") or None,
        requested_on=values.get("requested_on") or None,
        description=values.get("description", ""),
    )


def _faults(
    row: Sequence[str], number: int, line: int, columns: Mapping[int, str], doubts: Mapping[tuple[int, int], str]
) -> list[Finding]:
    if not doubts:
        return []
    return [
        Finding(_DOUBTS[doubts[number, place]], _field(key, line), params={"given": row[place][:80]})
        for place, key in columns.items()
        if (number, place) in doubts
    ]


def _field(key: str, line: int) -> str:
    return key if key in ORDER_COLUMNS else f"lines/{line}/{key}"


def _entry(key: int, group: _Gathered, defaults: Defaults) -> OrderEntry:
    return OrderEntry(
        key=key,
        channel=defaults.channel,
        received_at=defaults.received_at,
        lines=tuple(group.lines),
        customer_id=defaults.customer_id,
        customer_code=group.header.get("customer", ""),
        po_number=group.header.get("po_number", "") or defaults.po_number,
        requested_on=defaults.requested_on or None,
        ship_to_code=group.header.get("ship_to", ""),
        note=group.header.get("note", ""),
        currency=group.header.get("currency", ""),
        message_id=defaults.message_id,
        faults=tuple(group.faults),
    )
