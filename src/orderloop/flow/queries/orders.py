"""The list of orders: any filter, any order, page by page, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloop.orders.rules import po_key
from orderloop.platform.bulk import fetch_all
from orderloop.platform.search import contains_pattern

ENDED = "('delivered', 'cancelled', 'rejected')"
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list shows; what is empty does not narrow it. `status` may be `open` or `ended`."""

    text: str = ""
    status: str = ""
    stage: str = ""
    size: str = ""
    urgent: bool = False
    line_id: int | None = None
    customer: str = ""
    channel: str = ""
    first: datetime | None = None
    last: datetime | None = None
    held: bool = False
    short: bool = False
    late_on: date | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderListed:
    """An order as the list shows it. `stages` run now; `holds` are the kinds of its open holds."""

    order_id: int
    number: str
    po_number: str
    customer_id: int
    customer_code: str
    customer: str
    channel: str
    status: str
    priority: Decimal
    size_class: str
    is_urgent: bool
    currency: str
    net: Decimal
    gross: Decimal
    received_at: datetime
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None
    delivered_at: datetime | None
    line_en: str | None
    line_zh: str | None
    stages: tuple[str, ...]
    holds: tuple[str, ...]
    is_short: bool


# Sort name -> column and its type; an order without a promise comes last in either direction.
SORTS = {
    "received": ("o.received_at", "timestamptz"),
    "priority": ("o.priority", "numeric"),
    "requested": ("o.requested_on", "date"),
    "promised": ("coalesce(o.promised_on, 'infinity'::date)", "date"),
    "amount": ("o.gross", "numeric"),
}
_LISTED = """o.id, o.number, o.po_number, o.customer_id, c.code, c.name, o.channel, o.status, o.priority, o.size_class,
    o.is_urgent, o.currency, o.net, o.gross, o.received_at, o.requested_on, o.first_promised_on, o.promised_on,
    o.delivered_at, l.name_en, l.name_zh,
    ARRAY(SELECT r.stage FROM flow_stagerecord r WHERE r.order_id = o.id AND r.finished_at IS NULL ORDER BY r.id),
    ARRAY(SELECT h.kind FROM review_hold h WHERE h.order_id = o.id AND h.status = 'open' ORDER BY h.id),
    EXISTS (SELECT 1 FROM inventory_reservation s
        WHERE s.order_id = o.id AND s.status = 'open' AND s.reserved < s.wanted)"""


def listed(
    chosen: OrderFilter,
    *,
    sort: str = "received",
    descending: bool = True,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[OrderListed]:
    """A stretch of the list behind `after` (value of the sort column, id) or, `backwards`, before it.

    The stretch is cut before anything is looked up about its orders, so that the cost is that of one page.
    """
    conditions, parameters = _conditions(chosen)
    column, kind = SORTS[sort]
    down = descending is not backwards
    if after:
        # The plain comparison is what an index on the column can use.
        sign = "<" if down else ">"
        conditions += [f"{column} {sign}= %s::{kind}", f"({column}, o.id) {sign} (%s::{kind}, %s::bigint)"]
        parameters += [after[0], after[0], after[1]]
    direction = "DESC" if down else "ASC"
    order_by = f"{column} {direction}, o.id {direction}"
    rows = fetch_all(
        f"""SELECT {_LISTED} FROM (
            SELECT o.* FROM orders_order o {_where(conditions)} ORDER BY {order_by} LIMIT %s
        ) o JOIN customers_customer c ON c.id = o.customer_id
        LEFT JOIN catalog_productline l ON l.id = o.product_line_id
        ORDER BY {order_by}""",
        [*parameters, limit],
    )
    found = [_order(row) for row in rows]
    return found[::-1] if backwards else found


def _order(row: Sequence[Any]) -> OrderListed:
    values: list[Any] = [*row[:21], tuple(row[21]), tuple(row[22]), row[23]]
    return OrderListed(*values)


def exported(chosen: OrderFilter, *, sort: str, descending: bool) -> list[OrderListed]:
    """All orders a filter leaves, up to `MOST_EXPORTED`."""
    return listed(chosen, sort=sort, descending=descending, limit=MOST_EXPORTED)


def find(text: str, limit: int = 8) -> list[tuple[int, str, str, str, str]]:
    """Orders whose number or PO number begins so: id, number, PO number, customer, state; the latest first."""
    key = _like(po_key(text))
    rows = fetch_all(
        """SELECT o.id, o.number, o.po_number, c.name, o.status
        FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id
        WHERE o.number LIKE %s OR (o.po_key LIKE %s AND o.po_key <> '') ORDER BY o.received_at DESC LIMIT %s""",
        [key, key, limit],
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def _conditions(chosen: OrderFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    parameters: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        conditions.append(condition)
        parameters.extend(values)

    if chosen.ids:
        add("o.id = ANY(%s)", list(chosen.ids))
    if chosen.text:
        key = _like(po_key(chosen.text))
        add(_FOUND_BY_TEXT, key, key, contains_pattern(chosen.text))
    if chosen.status in ("open", "ended"):
        conditions.append(f"o.status {'NOT ' if chosen.status == 'open' else ''}IN {ENDED}")
    elif chosen.status:
        add("o.status = %s", chosen.status)
    for column, value in (
        ("size_class", chosen.size),
        ("channel", chosen.channel),
        ("product_line_id", chosen.line_id),
    ):
        if value:
            add(f"o.{column} = %s", value)
    for condition, bound in (("o.received_at >= %s", chosen.first), ("o.received_at < %s", chosen.last)):
        if bound:
            add(condition, bound)
    _add_states(chosen, add)
    return conditions, parameters


def _add_states(chosen: OrderFilter, add: Any) -> None:
    if chosen.customer:
        add("o.customer_id IN (SELECT id FROM customers_customer WHERE code = %s)", chosen.customer)
    if chosen.urgent:
        add("o.is_urgent")
    if chosen.stage:
        add("o.id IN (SELECT order_id FROM flow_stagerecord WHERE stage = %s AND finished_at IS NULL)", chosen.stage)
    if chosen.held:
        add(_AMONG.format(ids="SELECT order_id FROM review_hold WHERE status = 'open'"))
    if chosen.short:
        add(_AMONG.format(ids="SELECT order_id FROM inventory_reservation WHERE status = 'open' AND reserved < wanted"))
    if chosen.late_on:
        add(_AMONG.format(ids=_LATE), chosen.late_on)


# The few that are meant are found first, each by an index. Left the choice, the planner goes through all orders in the
# list's order until a page is full, which with few, old or no such orders is all there are.
_AMONG = "o.id = ANY(ARRAY({ids}))"
_LATE = f"""SELECT id FROM orders_order
    WHERE status NOT IN {ENDED} AND status <> 'shipped' AND promised_on < %s"""
# Each way of being found has an index of its own; joined by OR none of them would be used.
_FOUND_BY_TEXT = _AMONG.format(
    ids="""SELECT id FROM orders_order WHERE number LIKE %s
    UNION SELECT id FROM orders_order WHERE po_key LIKE %s AND po_key <> ''
    UNION SELECT o2.id FROM orders_order o2 JOIN customers_customer c2 ON c2.id = o2.customer_id
        WHERE c2.search_key LIKE %s"""
)


def _like(beginning: str) -> str:
    literal = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{literal}%"


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
