"""What a customer's pages list. Read behind the second fence, and narrowed to the customer all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloop.orders.rules import po_key
from orderloop.platform.bulk import fetch_all

ENDED = "('delivered', 'cancelled', 'rejected')"
MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order as its customer's list shows it."""

    order_id: int
    number: str
    po_number: str
    status: str
    currency: str
    gross: Decimal
    received_at: datetime
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None
    lines: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that came in incomplete and about which its customer was asked."""

    draft_id: int
    link_version: int
    po_number: str
    lines: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of an order: the confirmation, or the delivery note of a shipment named by `shipment`."""

    order_number: str
    po_number: str
    shipment: str
    at: datetime


def orders_of(
    customer_id: int,
    *,
    text: str = "",
    status: str = "",
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[OwnOrder]:
    """The customer's orders, the latest received first, behind `after` (time, id) or, `backwards`, before it.

    `status` may be `open` or `ended`; `text` begins the order's or the purchase order's number.
    """
    conditions: list[str] = ["o.customer_id = %s"]
    parameters: list[Any] = [customer_id]
    if status in ("open", "ended"):
        conditions.append(f"o.status {'NOT ' if status == 'open' else ''}IN {ENDED}")
    elif status:
        conditions.append("o.status = %s")
        parameters.append(status)
    if text:
        conditions.append("(o.number LIKE %s OR o.po_key LIKE %s)")
        parameters += [_begins(text)] * 2
    if after:
        conditions.append(f"(o.received_at, o.id) {'>' if backwards else '<'} (%s::timestamptz, %s::bigint)")
        parameters += after
    direction = "ASC" if backwards else "DESC"
    rows = fetch_all(
        f"""SELECT o.id, o.number, o.po_number, o.status, o.currency, o.gross, o.received_at, o.requested_on,
            o.first_promised_on, o.promised_on, (SELECT count(*) FROM orders_line l WHERE l.order_id = o.id)
        FROM orders_order o WHERE {" AND ".join(conditions)}
        ORDER BY o.received_at {direction}, o.id {direction} LIMIT %s""",
        [*parameters, limit],
    )
    found = [OwnOrder(*row) for row in rows]
    return found[::-1] if backwards else found


def questions_of(customer_id: int) -> list[Asked]:
    """What waits for the customer's answer, the longest waiting first."""
    rows = fetch_all(
        """SELECT id, link_version, coalesce(body->>'po_number', ''),
            jsonb_array_length(coalesce(body->'lines', '[]')), updated_at
        FROM intake_draft WHERE customer_id = %s AND status = 'asking' ORDER BY updated_at, id LIMIT 50""",
        [customer_id],
    )
    return [Asked(*row) for row in rows]


def documents_of(customer_id: int, *, text: str = "", limit: int = 100) -> list[Document]:
    """The latest papers of the customer's orders: confirmations and delivery notes."""
    found = "(%s = '%%' OR o.number LIKE %s OR o.po_key LIKE %s)"
    searched = [_begins(text)] * 3
    rows = fetch_all(
        f"""SELECT * FROM (
            SELECT o.number, o.po_number, '' AS shipment, o.confirmed_at AS at FROM orders_order o
            WHERE o.customer_id = %s AND o.confirmed_at IS NOT NULL AND {found}
            UNION ALL SELECT o.number, o.po_number, s.number, s.shipped_at
            FROM orders_order o JOIN fulfilment_shipment s ON s.order_id = o.id
            WHERE o.customer_id = %s AND s.shipped_at IS NOT NULL AND {found}
        ) d ORDER BY at DESC, number DESC, shipment DESC LIMIT %s""",
        [customer_id, *searched, customer_id, *searched, limit],
    )
    return [Document(*row) for row in rows]


def _begins(text: str) -> str:
    literal = po_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{literal}%"
