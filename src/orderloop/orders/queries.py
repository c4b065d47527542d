"""Reads of orders, lines and history; one statement a call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orderloop.orders.facts import LineDetail, LineFact, OrderDetail, OrderFact, OrderStatus
from orderloop.orders.rules import po_key
from orderloop.platform.bulk import fetch_all

_ORDER = """id, number, customer_id, po_number, channel, status, version, currency, net, tax, gross, cost, requested_on,
    promised_on, ship_to_id, priority, product_line_id, size_class, is_urgent, received_at, confirmed_at, message_id"""
_LINE = (
    """id, order_id, n, product_id, quantity, shipped, cancelled, unit_price, net, cost, requested_on, promised_on"""
)

# A step of history as text that is the same in every session, version and time zone of the server.
_STEP = """jsonb_build_array(e.order_id, e.n, extract(epoch FROM e.at), e.kind, e.status_before, e.status_after,
    e.actor_kind, e.actor_id, e.actor_name, e.reason, e.data)::text"""


def seal_digest(before: str) -> str:
    """SQL of the digest over the steps `e` of a group, in their order, chained to the digest `before` (or NULL)."""
    steps = f"string_agg(convert_to({_STEP}, 'UTF8'), ''::bytea ORDER BY e.n)"
    return f"sha256(coalesce({before}, ''::bytea) || {steps})"


def facts_for(order_ids: Collection[int], *, lock: bool = False) -> dict[int, OrderFact]:
    """The orders by id; with `lock`, locked until the transaction ends, in the order of their ids."""
    suffix = "ORDER BY id FOR NO KEY UPDATE" if lock else ""
    rows = fetch_all(f"SELECT {_ORDER} FROM orders_order WHERE id = ANY(%s) {suffix}", [list(order_ids)])
    return {row[0]: OrderFact(*(*row[:5], OrderStatus(row[5]), *row[6:])) for row in rows}


def lines_for(order_ids: Collection[int]) -> dict[int, list[LineFact]]:
    """The lines of each order, by their number; an order without lines is missing."""
    rows = fetch_all(
        f"SELECT {_LINE} FROM orders_line WHERE order_id = ANY(%s) ORDER BY order_id, n", [list(order_ids)]
    )
    result: dict[int, list[LineFact]] = {}
    for row in rows:
        result.setdefault(row[1], []).append(LineFact(*row))
    return result


def details_for(order_ids: Collection[int]) -> dict[int, OrderDetail]:
    """What stands on the orders' papers, by id."""
    rows = fetch_all(
        """SELECT id, number, customer_id, po_number, status, currency, tax_rate, tax_included, net, tax, gross,
            ship_to_id, note, link_version, requested_on, first_promised_on, promised_on, received_at, confirmed_at,
            shipped_at, delivered_at, released_at FROM orders_order WHERE id = ANY(%s)""",
        [list(order_ids)],
    )
    return {row[0]: OrderDetail(*(*row[:4], OrderStatus(row[4]), *row[5:])) for row in rows}


def line_details_for(order_ids: Collection[int]) -> dict[int, list[LineDetail]]:
    """The lines of each order with what was entered, by their number; an order without lines is missing."""
    rows = fetch_all(
        """SELECT id, order_id, n, product_id, item_code, description, entered_quantity, entered_unit, quantity,
            shipped, cancelled, unit_price, net, requested_on, first_promised_on, promised_on FROM orders_line
        WHERE order_id = ANY(%s) ORDER BY order_id, n""",
        [list(order_ids)],
    )
    result: dict[int, list[LineDetail]] = {}
    for row in rows:
        result.setdefault(row[1], []).append(LineDetail(*row))
    return result


def taken_po_keys(pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], tuple[int, str]]:
    """Which (customer, po_key) already belong to a live order, with that order's id and number.

    Each is looked up by itself (at most one is live): joined, a large set would read the whole table.
    """
    rows = fetch_all(
        """SELECT p.customer_id, p.po_key, o.id, o.number
        FROM unnest(%s::bigint[], %s::text[]) AS p(customer_id, po_key)
        CROSS JOIN LATERAL (SELECT id, number FROM orders_order
            WHERE customer_id = p.customer_id AND po_key = p.po_key AND po_key <> ''
                AND status NOT IN ('cancelled', 'rejected') LIMIT 1) o""",
        [[c for c, _ in pairs], [k for _, k in pairs]],
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def ids_by_numbers(numbers: Collection[str]) -> dict[str, int]:
    """Order ids by their human numbers."""
    return dict(fetch_all("SELECT number, id FROM orders_order WHERE number = ANY(%s)", [list(numbers)]))


def history_for(order_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The history rows of each order from 1 upwards."""
    names = ("n", "at", "kind", "status_before", "status_after", "actor_kind", "actor_name", "reason", "data")
    rows = fetch_all(
        f"SELECT order_id, {', '.join(names)} FROM orders_event WHERE order_id = ANY(%s) ORDER BY order_id, n",
        [list(order_ids)],
    )
    result: dict[int, list[dict[str, Any]]] = {}
    for order_id, *values in rows:
        result.setdefault(order_id, []).append(dict(zip(names, values, strict=True)))
    return result


def open_ids(*, after: int, limit: int) -> list[int]:
    """Open orders by id, from behind `after` on."""
    rows = fetch_all(
        """SELECT id FROM orders_order WHERE status NOT IN ('delivered', 'cancelled', 'rejected') AND id > %s
        ORDER BY id LIMIT %s""",
        [after, limit],
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` is the cursor of the following one."""

    orders: list[dict[str, Any]]
    next: str | None


_DOCUMENT = """o.id, o.number, o.po_number, c.code AS customer, o.status, o.version, o.currency, o.net, o.tax, o.gross,
    o.requested_on, o.first_promised_on, o.promised_on, o.received_at"""
_DOCUMENT_NAMES = ("id", "number", "po_number", "customer", "status", "version", "currency", "net", "tax", "gross",
                   "requested_on", "first_promised_on", "promised_on", "received_at")  # fmt: skip


def page_of(
    *, status: str | None, customer_id: int | None, customer_code: str, po_number: str, cursor: str, limit: int
) -> Page:
    """Orders, the latest received first, from where `cursor` left off; ValueError for a cursor never given out."""
    conditions: list[str] = ["true"]
    parameters: list[Any] = []
    for condition, value in (
        ("o.status = %s", status),
        ("o.customer_id = %s", customer_id),
        ("c.code = %s", customer_code),
        ("o.po_key = %s", po_key(po_number)),
    ):
        if value:
            conditions.append(condition)
            parameters.append(value)
    if cursor:
        received, _, last = cursor.partition("_")
        conditions.append("(o.received_at, o.id) < (%s, %s)")
        parameters += [datetime.fromisoformat(received), int(last)]
    rows = fetch_all(
        f"""SELECT {_DOCUMENT} FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id
        WHERE {" AND ".join(conditions)} ORDER BY o.received_at DESC, o.id DESC LIMIT %s""",
        [*parameters, limit + 1],
    )
    found = [dict(zip(_DOCUMENT_NAMES, row, strict=True)) for row in rows[:limit]]
    following = f"{found[-1]['received_at'].isoformat()}_{found[-1]['id']}" if len(rows) > limit else None
    return Page(found, following)


def document_of(number: str, *, customer_id: int | None = None) -> dict[str, Any] | None:
    """An order with its lines as the API shows it; None where there is none, or not one of that customer."""
    rows = fetch_all(
        f"""SELECT {_DOCUMENT} FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id
        WHERE o.number = %s AND (%s::bigint IS NULL OR o.customer_id = %s)""",
        [number.replace("\x00", "\ufffd"), customer_id, customer_id],
    )
    if not rows:
        return None
    order = dict(zip(_DOCUMENT_NAMES, rows[0], strict=True))
    names = ("n", "item", "quantity", "shipped", "cancelled", "unit_price", "net", "requested_on", "first_promised_on",
             "promised_on")  # fmt: skip
    lines = fetch_all(
        """SELECT l.n, p.sku, l.quantity, l.shipped, l.cancelled, l.unit_price, l.net, l.requested_on,
            l.first_promised_on, l.promised_on
        FROM orders_line l JOIN catalog_product p ON p.id = l.product_id WHERE l.order_id = %s ORDER BY l.n""",
        [order["id"]],
    )
    return {**order, "lines": [dict(zip(names, line, strict=True)) for line in lines]}


def moved_promises(limit: int = 5000) -> list[int]:
    """Open orders that are promised for a later day than at first."""
    rows = fetch_all(
        """SELECT id FROM orders_order WHERE status NOT IN ('delivered', 'cancelled', 'rejected', 'shipped')
        AND promised_on > first_promised_on ORDER BY id LIMIT %s""",
        [limit],
    )
    return [row[0] for row in rows]


def last_order_of(customer_id: int) -> int | None:
    """The order of a customer that was received last; None without any."""
    rows = fetch_all(
        "SELECT id FROM orders_order WHERE customer_id = %s ORDER BY received_at DESC, id DESC LIMIT 1", [customer_id]
    )
    return rows[0][0] if rows else None


def recent_lines_for(
    customer_ids: Collection[int], since: datetime
) -> list[tuple[int, int, str, str, datetime, int, Decimal]]:
    """The lines of these customers' live orders received since then: (customer id, order id, number, PO key, received,
    product id, quantity)."""
    return fetch_all(
        """SELECT o.customer_id, o.id, o.number, o.po_key, o.received_at, l.product_id, l.quantity
        FROM orders_order o JOIN orders_line l ON l.order_id = o.id
        WHERE o.customer_id = ANY(%s::bigint[]) AND o.received_at >= %s AND o.status NOT IN ('cancelled', 'rejected')
        ORDER BY o.received_at, o.id, l.n""",
        [list(customer_ids), since],
    )
