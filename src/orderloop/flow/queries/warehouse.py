"""What the warehouse's list shows: orders to pick, shipments in the house and on their way, back-orders."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloop.fulfilment.facts import ShipmentStatus
from orderloop.orders.rules import po_key
from orderloop.platform.bulk import fetch_all
from orderloop.platform.search import contains_pattern


@dataclass(frozen=True, slots=True)
class Pickable:
    """An order of which goods are reserved that nobody picks yet."""

    order_id: int
    number: str
    customer: str
    priority: Decimal
    is_urgent: bool
    promised_on: date | None
    is_rest: bool
    lines: int
    pieces: Decimal
    warehouses: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A shipment as the warehouse's list shows it; `since` is when it came to stand where it stands."""

    shipment_id: int
    number: str
    status: str
    order_number: str
    customer: str
    priority: Decimal
    is_urgent: bool
    warehouse: str
    parcels: int
    lines: int
    pieces: Decimal
    carrier: str
    tracking_number: str
    promised_on: date | None
    since: datetime


@dataclass(frozen=True, slots=True)
class BackOrder:
    """A line of a released order of which goods are still to come."""

    order_number: str
    customer: str
    priority: Decimal
    is_urgent: bool
    sku: str
    name_en: str
    name_zh: str
    unit: str
    ordered: Decimal
    shipped: Decimal
    short: Decimal
    expected_on: date | None
    promised_on: date | None


# What shipments in the house take, by line and warehouse, so that nothing is picked twice.
_TAKEN = """SELECT l.line_id, s.warehouse_id,
        sum(CASE WHEN s.status = 'picking' THEN l.quantity ELSE l.picked END) AS quantity
    FROM fulfilment_shipment s JOIN fulfilment_shipmentline l ON l.shipment_id = s.id
    WHERE s.status IN ('picking', 'picked', 'packed') GROUP BY 1, 2"""
_PICKABLE = f"""SELECT r.order_id, count(*) AS lines, sum(r.reserved - coalesce(t.quantity, 0)) AS pieces,
        string_agg(DISTINCT w.code, ', ' ORDER BY w.code) AS warehouses
    FROM orders_order o JOIN inventory_reservation r ON r.order_id = o.id
    JOIN inventory_warehouse w ON w.id = r.warehouse_id
    LEFT JOIN ({_TAKEN}) t ON t.line_id = r.line_id AND t.warehouse_id = r.warehouse_id
    WHERE o.status IN ('released', 'part_shipped') AND r.status = 'open' AND r.reserved > coalesce(t.quantity, 0)
    GROUP BY r.order_id"""
_FOUND = "(%s = '' OR o.number LIKE %s OR o.po_key LIKE %s OR c.search_key LIKE %s)"
_BACK = f"""FROM inventory_reservation r JOIN orders_order o ON o.id = r.order_id
    JOIN customers_customer c ON c.id = o.customer_id JOIN orders_line l ON l.id = r.line_id
    JOIN catalog_product p ON p.id = r.product_id
    WHERE r.status = 'open' AND r.reserved < r.wanted AND o.status IN ('released', 'part_shipped') AND {_FOUND}"""
_RANK = "o.is_urgent DESC, o.priority DESC"
_SINCE = {"picking": "created_at", "picked": "picked_at", "packed": "packed_at", "shipped": "shipped_at"}


def pickable(text: str = "", *, offset: int = 0, limit: int = 50) -> list[Pickable]:
    """Released orders to pick, urgent ones and higher priority first."""
    rows = fetch_all(
        f"""SELECT o.id, o.number, c.name, o.priority, o.is_urgent, o.promised_on, o.status = 'part_shipped',
            p.lines, p.pieces, p.warehouses
        FROM ({_PICKABLE}) p JOIN orders_order o ON o.id = p.order_id JOIN customers_customer c ON c.id = o.customer_id
        WHERE {_FOUND} ORDER BY {_RANK}, o.promised_on NULLS LAST, o.id OFFSET %s LIMIT %s""",
        [*_search(text), offset, limit],
    )
    return [Pickable(*row) for row in rows]


def parcels(status: ShipmentStatus, text: str = "", *, offset: int = 0, limit: int = 50) -> list[Parcel]:
    """Shipments that stand so: in the house the pressing ones first, on their way those that left first."""
    since = _SINCE[status]
    order_by = "s.shipped_at, s.id" if status is ShipmentStatus.SHIPPED else f"{_RANK}, s.id"
    rows = fetch_all(
        f"""SELECT s.id, s.number, s.status, o.number, c.name, o.priority, o.is_urgent, w.code, s.parcels,
            l.lines, l.pieces, s.carrier, s.tracking_number, o.promised_on, s.{since}
        FROM (SELECT s.* FROM fulfilment_shipment s JOIN orders_order o ON o.id = s.order_id
            JOIN customers_customer c ON c.id = o.customer_id
            WHERE s.status = %s AND (s.number LIKE %s OR {_FOUND}) ORDER BY {order_by} OFFSET %s LIMIT %s) s
        JOIN orders_order o ON o.id = s.order_id JOIN customers_customer c ON c.id = o.customer_id
        JOIN inventory_warehouse w ON w.id = s.warehouse_id
        CROSS JOIN LATERAL (SELECT count(*) AS lines,
            sum(CASE WHEN s.status = 'picking' THEN quantity ELSE picked END) AS pieces
            FROM fulfilment_shipmentline WHERE shipment_id = s.id) l
        ORDER BY {order_by}""",
        [str(status), _search(text)[1], *_search(text), offset, limit],
    )  # fmt: skip
    return [Parcel(*row) for row in rows]


def back_orders(text: str = "", *, offset: int = 0, limit: int = 50) -> list[BackOrder]:
    """Lines of released orders that wait for goods, the most pressing first."""
    rows = fetch_all(
        f"""SELECT o.number, c.name, o.priority, o.is_urgent, p.sku, p.name_en, p.name_zh, p.unit, l.quantity,
            l.shipped, r.wanted - r.reserved, r.expected_on, l.promised_on {_BACK}
        ORDER BY {_RANK}, o.id, l.n OFFSET %s LIMIT %s""",
        [*_search(text), offset, limit],
    )
    return [BackOrder(*row) for row in rows]


def counts(text: str = "") -> dict[str, int]:
    """How much stands at each step: `pick`, the shipments' states, and `back` for lines that wait for goods."""
    rows = fetch_all(
        f"""SELECT 'pick', count(*) FROM ({_PICKABLE}) p JOIN orders_order o ON o.id = p.order_id
            JOIN customers_customer c ON c.id = o.customer_id WHERE {_FOUND}
        UNION ALL SELECT s.status, count(*) FROM fulfilment_shipment s JOIN orders_order o ON o.id = s.order_id
            JOIN customers_customer c ON c.id = o.customer_id
            WHERE s.status IN ('picking', 'picked', 'packed', 'shipped') AND (s.number LIKE %s OR {_FOUND})
            GROUP BY s.status
        UNION ALL SELECT 'back', count(*) {_BACK}""",
        [*_search(text), _search(text)[1], *_search(text), *_search(text)],
    )
    return {name: int(count) for name, count in rows}


def count_to_do() -> int:
    """How many orders wait to be picked and how many shipments to leave, in all."""
    rows = fetch_all(
        f"""SELECT (SELECT count(*) FROM orders_order o WHERE o.status IN ('released', 'part_shipped') AND EXISTS (
                SELECT FROM inventory_reservation r
                LEFT JOIN ({_TAKEN}) t ON t.line_id = r.line_id AND t.warehouse_id = r.warehouse_id
                WHERE r.order_id = o.id AND r.status = 'open' AND r.reserved > coalesce(t.quantity, 0)))
            + (SELECT count(*) FROM fulfilment_shipment WHERE status IN ('picking', 'picked', 'packed'))"""
    )
    return int(rows[0][0])


def shipment_ids(numbers: list[str]) -> dict[str, int]:
    """Shipment ids by their numbers."""
    return dict(fetch_all("SELECT number, id FROM fulfilment_shipment WHERE number = ANY(%s)", [numbers]))


def _search(text: str) -> list[Any]:
    """The parameters of `_FOUND`: nothing searched for finds all."""
    key = po_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [text, f"{key}%", f"{key}%", contains_pattern(text)]
