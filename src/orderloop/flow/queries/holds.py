"""What waits to be decided; one statement a call."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloop.platform.bulk import fetch_all


@dataclass(frozen=True, slots=True)
class HoldListed:
    """An open hold as the list of reviews shows it; `reasons` are codes with their figures."""

    hold_id: int
    kind: str
    role: str
    reasons: tuple[dict[str, Any], ...]
    opened_at: datetime
    due_at: datetime
    order_id: int
    number: str
    customer_id: int
    customer: str
    gross: Decimal
    currency: str
    priority: Decimal
    requested_on: date
    is_asked: bool


def open_holds(
    *,
    kinds: Collection[str] = (),
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[HoldListed]:
    """Open holds, due first, behind `after` (due time, id) or, `backwards`, before it."""
    conditions: list[str] = ["h.status = 'open'"]
    parameters: list[Any] = []
    if kinds:
        conditions.append("h.kind = ANY(%s)")
        parameters.append(list(kinds))
    if after:
        conditions.append(f"(h.due_at, h.id) {'<' if backwards else '>'} (%s::timestamptz, %s::bigint)")
        parameters += after
    direction = "DESC" if backwards else "ASC"
    rows = fetch_all(
        f"""SELECT h.id, h.kind, h.role, h.reasons::text, h.opened_at, h.due_at, o.id, o.number, c.id, c.name, o.gross,
            o.currency, o.priority, o.requested_on, EXISTS (SELECT 1 FROM flow_stagerecord r WHERE r.order_id = o.id
                AND r.stage = 'review' AND r.finished_at IS NULL AND r.wait_reason = 'customer')
        FROM review_hold h JOIN orders_order o ON o.id = h.order_id JOIN customers_customer c ON c.id = o.customer_id
        WHERE {" AND ".join(conditions)} ORDER BY h.due_at {direction}, h.id {direction} LIMIT %s""",
        [*parameters, limit],
    )
    found = [_hold(row) for row in rows]
    return found[::-1] if backwards else found


def _hold(row: Sequence[Any]) -> HoldListed:
    values: list[Any] = [*row[:3], tuple(json.loads(row[3])), *row[4:]]
    return HoldListed(*values)


def counts() -> dict[str, int]:
    """How many holds are open, by kind."""
    return dict(fetch_all("SELECT kind, count(*) FROM review_hold WHERE status = 'open' GROUP BY kind"))


def labels_for(hold_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Kind and order number of holds, open or not."""
    rows = fetch_all(
        """SELECT h.id, h.kind, o.number FROM review_hold h JOIN orders_order o ON o.id = h.order_id
        WHERE h.id = ANY(%s)""",
        [list(hold_ids)],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def latest_orders_of(customer_id: int, *, but: int, limit: int = 6) -> list[tuple[Any, ...]]:
    """A customer's latest other orders: number, received, gross, currency, status, promised, delivered."""
    return fetch_all(
        """SELECT number, received_at, gross, currency, status, first_promised_on, delivered_at FROM orders_order
        WHERE customer_id = %s AND id <> %s ORDER BY received_at DESC LIMIT %s""",
        [customer_id, but, limit],
    )
