"""What waits for people, with the orders and customers it is about; one statement a call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from orderloop.platform.bulk import fetch_all


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece of open work as a list shows it. Order and customer are missing where the work is about neither."""

    item_id: int
    kind: str
    role: str
    subject_kind: str
    subject_id: int
    order_id: int | None
    number: str | None
    customer_id: int | None
    customer: str | None
    gross: Decimal | None
    currency: str | None
    is_urgent: bool | None
    title: str
    reason: str
    priority: Decimal
    since: datetime
    due_at: datetime
    taken_by_id: int | None
    taken_by: str | None
    sent_back_cause: str


_WAITING = """w.id, w.kind, w.role, w.subject_kind, w.subject_id, w.order_id, o.number, c.id, c.name, o.gross,
    o.currency, o.is_urgent, w.title, w.reason, w.priority, w.since, w.due_at, w.taken_by_id,
    coalesce(nullif(p.display_name, ''), p.username), w.sent_back_cause"""


def listed(
    roles: Collection[str],
    *,
    kind: str = "",
    taken_by: int | None = None,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[Waiting]:
    """Open work of the roles, due first, behind `after` (due time, id) or, `backwards`, before it.

    With `taken_by`, what that person has taken, whatever its role. The stretch is cut before anything is looked up.
    """
    conditions = ["w.done_at IS NULL", "w.role = ANY(%s)" if taken_by is None else "w.taken_by_id = %s"]
    parameters: list[Any] = [list(roles) if taken_by is None else taken_by]
    if kind:
        conditions.append("w.kind = %s")
        parameters.append(kind)
    if after:
        conditions.append(f"(w.due_at, w.id) {'<' if backwards else '>'} (%s::timestamptz, %s::bigint)")
        parameters += after
    direction = "DESC" if backwards else "ASC"
    rows = fetch_all(
        f"""SELECT {_WAITING} FROM (
            SELECT w.* FROM worklist_workitem w
            WHERE {" AND ".join(conditions)} ORDER BY w.due_at {direction}, w.id {direction} LIMIT %s) w
        LEFT JOIN orders_order o ON o.id = w.order_id LEFT JOIN customers_customer c ON c.id = w.customer_id
        LEFT JOIN access_person p ON p.id = w.taken_by_id ORDER BY w.due_at {direction}, w.id {direction}""",
        [*parameters, limit],
    )
    found = [Waiting(*row) for row in rows]
    return found[::-1] if backwards else found


def about(order_id: int) -> list[Waiting]:
    """Open work about one order, due first."""
    rows = fetch_all(
        f"""SELECT {_WAITING} FROM worklist_workitem w
        LEFT JOIN orders_order o ON o.id = w.order_id LEFT JOIN customers_customer c ON c.id = w.customer_id
        LEFT JOIN access_person p ON p.id = w.taken_by_id
        WHERE w.done_at IS NULL AND w.order_id = %s ORDER BY w.due_at, w.id""",
        [order_id],
    )
    return [Waiting(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Counted:
    """How much work of one kind is open, late, and taken by the person asked about."""

    kind: str
    open: int
    late: int
    mine: int


def counts(roles: Collection[str], person_id: int, *, at: datetime) -> list[Counted]:
    """Open work of the roles, or in the person's hands, by kind, the most first."""
    rows = fetch_all(
        """SELECT kind, count(*) FILTER (WHERE role = ANY(%s)), count(*) FILTER (WHERE role = ANY(%s) AND due_at < %s),
            count(*) FILTER (WHERE taken_by_id = %s)
        FROM worklist_workitem WHERE done_at IS NULL AND (role = ANY(%s) OR taken_by_id = %s)
        GROUP BY kind ORDER BY 2 DESC, kind""",
        [list(roles), list(roles), at, person_id, list(roles), person_id],
    )
    return [Counted(*row) for row in rows]


def count_open(roles: Collection[str], person_id: int) -> int:
    """How much work waits for the roles or lies in the person's hands."""
    rows = fetch_all(
        "SELECT count(*) FROM worklist_workitem WHERE done_at IS NULL AND (role = ANY(%s) OR taken_by_id = %s)",
        [list(roles), person_id],
    )
    return int(rows[0][0])


def colleagues_for(roles: Collection[str]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Active people who have one of the roles: id, name, roles."""
    rows = fetch_all(
        """SELECT id, coalesce(nullif(display_name, ''), username), roles FROM access_person
        WHERE is_active AND roles && %s::varchar[] ORDER BY 2""",
        [list(roles)],
    )
    return [(row[0], row[1], tuple(row[2])) for row in rows]


def titles_for(item_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What pieces of work are called, done or not: kind and title."""
    rows = fetch_all("SELECT id, kind, title FROM worklist_workitem WHERE id = ANY(%s)", [list(item_ids)])
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True)
class HandOver:
    """One moment in the life of a piece of work: taken, sent_back, or done; by whom, and why it was sent back."""

    at: datetime
    deed: str
    kind: str
    who: str
    cause: str


def hand_overs_of(order_id: int) -> list[HandOver]:
    """Who took, sent back and finished the work about an order. Of several takers the last is known."""
    rows = fetch_all(
        """SELECT w.taken_at, 'taken', w.kind, coalesce(nullif(p.display_name, ''), p.username), ''
        FROM worklist_workitem w JOIN access_person p ON p.id = w.taken_by_id
        WHERE w.order_id = %s AND w.taken_at IS NOT NULL
        UNION ALL
        SELECT (w.data->>'sent_back_at')::timestamptz, 'sent_back', w.kind, w.data->>'sent_back_by', w.sent_back_cause
        FROM worklist_workitem w WHERE w.order_id = %s AND w.data ? 'sent_back_at'
        UNION ALL
        SELECT w.done_at, 'done', w.kind, w.done_by, '' FROM worklist_workitem w
        WHERE w.order_id = %s AND w.done_at IS NOT NULL
        ORDER BY 1""",
        [order_id, order_id, order_id],
    )
    return [HandOver(*row) for row in rows]
