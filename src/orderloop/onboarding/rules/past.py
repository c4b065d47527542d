"""Orders of the past put together, rows that point nowhere, and what must have lain in stock before."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orderloop.onboarding.facts import KEYS, CompanyMapping, PastLine, PastOrder, Record, RowFault, State


def past_orders(
    orders: Sequence[Record], lines: Sequence[Record], mapping: CompanyMapping
) -> tuple[list[PastOrder], list[RowFault]]:
    """Orders of the past with their lines, in the order they came in, and what keeps others from being any."""
    by_order: dict[str, list[Record]] = {}
    for line in lines:
        by_order.setdefault(str(line.values["order_number"]), []).append(line)
    found: list[PastOrder] = []
    faults: list[RowFault] = []
    for record in orders:
        own = sorted(by_order.pop(str(record.values["number"]), []), key=lambda line: (line.values["n"], line.row))
        wrong = _order_faults(record, own, mapping)
        faults += wrong
        if not wrong:
            found.append(_past_order(record, own, mapping))
    strays = [line for group in by_order.values() for line in group]
    faults += [
        RowFault(line.file, line.row, "order_number", "reference_unknown", {"target": "orders"}) for line in strays
    ]
    return sorted(found, key=lambda order: (order.ordered_on, order.number)), faults


def _order_faults(record: Record, lines: Sequence[Record], mapping: CompanyMapping) -> list[RowFault]:
    values: Mapping[str, Any] = record.values
    faults: list[tuple[str, str]] = []
    meaning = mapping.states.get(str(values["status"]))
    if meaning is None:
        faults.append(("status", "status_unmapped"))
    elif meaning.state in {State.DELIVERED, State.SHIPPED, State.DISPUTED} and values["shipped_on"] is None:
        faults.append(("shipped_on", "shipped_on_missing"))
    if values["shipped_on"] is not None and values["shipped_on"] < values["ordered_on"]:
        faults.append(("shipped_on", "shipped_before_ordered"))
    if not lines:
        faults.append(("number", "no_lines"))
    wrong = [line for line in lines if line.values["quantity"] <= 0]  # type: ignore[operator]  # numbers, by the table
    return [
        *(RowFault(record.file, record.row, column, code) for column, code in faults),
        *(RowFault(line.file, line.row, "quantity", "not_positive") for line in wrong),
    ]


def _past_order(record: Record, lines: Sequence[Record], mapping: CompanyMapping) -> PastOrder:
    values: Mapping[str, Any] = record.values
    meaning = mapping.states[values["status"]]
    shipped: date | None = values["shipped_on"]
    delivered = values["delivered_on"]
    if meaning.state is State.DELIVERED and delivered is None and shipped is not None:
        delivered = shipped + timedelta(days=mapping.delivered_after_days)
    parts = [(line.values["sku"], line.values["quantity"], line.values["unit_price"]) for line in lines]
    return PastOrder(
        number=values["number"],
        customer_code=values["customer_code"],
        po_number=values["po_number"],
        ship_to_code=values["ship_to_code"],
        ordered_on=values["ordered_on"],
        requested_on=values["requested_on"],
        shipped_on=shipped,
        delivered_on=delivered,
        state=meaning.state,
        hold=meaning.hold,
        status=values["status"],
        note=values["note"],
        lines=tuple(PastLine(sku, quantity, price) for sku, quantity, price in parts),  # type: ignore[arg-type]  # a good row has them
    )


def reference_faults(rows: Mapping[str, Sequence[Record]], known: Mapping[str, set[str]]) -> list[RowFault]:
    """Rows that point at a row that is neither among `rows` nor `known` here already (codes by table)."""
    present = {
        target: known.get(target, set()) | {str(record.values[KEYS[target][0]]) for record in rows.get(target, ())}
        for target in ("customers", "products", "product_lines", "price_lists")
    }
    pointing = {
        "products": {"line": "product_lines"},
        "customers": {"price_list": "price_lists"},
        "prices": {"price_list": "price_lists", "sku": "products"},
        "contacts": {"customer_code": "customers"},
        "ship_tos": {"customer_code": "customers"},
        "item_codes": {"customer_code": "customers", "sku": "products"},
        "stock": {"sku": "products"},
        "orders": {"customer_code": "customers"},
        "order_lines": {"sku": "products"},
        "payments": {"customer_code": "customers"},
    }
    return [
        RowFault(record.file, record.row, name, "reference_unknown", {"target": target})
        for table, fields in pointing.items()
        for record in rows.get(table, ())
        for name, target in fields.items()
        if record.values[name] != "" and record.values[name] not in present[target]
    ]


def opening_stock(rows: Sequence[Record], orders: Sequence[PastOrder]) -> dict[tuple[str, str], Decimal]:
    """What must have lain in stock before the first order, so that what lies there now is what the file says."""
    opening: dict[tuple[str, str], Decimal] = {}
    home: dict[str, str] = {}
    for record in rows:
        values: Mapping[str, Any] = record.values
        opening[values["sku"], values["warehouse"]] = values["quantity"]
        home.setdefault(values["sku"], values["warehouse"])
    first = next(iter(home.values()), "MAIN")
    for order in orders:
        for line in order.lines if order.leaves else ():
            place = (line.sku, home.get(line.sku, first))
            opening[place] = opening.get(place, Decimal(0)) + line.quantity
    return opening
