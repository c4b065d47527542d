"""Reads of review sheets and holds."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orderloop.platform.bulk import fetch_all

_HOLD = ("id", "order_id", "kind", "role", "reasons", "figures", "opened_at", "due_at", "status", "decided_at",
         "decided_by", "decision_reason")  # fmt: skip


def sheets_for(order_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The latest sheet of each order."""
    names = ("n", "at", "verdict", "fast_lane", "checks", "policy_id")
    rows = fetch_all(
        f"""SELECT DISTINCT ON (order_id) order_id, {", ".join(names)} FROM review_sheet
        WHERE order_id = ANY(%s) ORDER BY order_id, n DESC""",
        [list(order_ids)],
    )
    return {order_id: dict(zip(names, values, strict=True)) for order_id, *values in rows}


def holds_for(order_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """All holds of each order, open ones first."""
    rows = fetch_all(
        f"SELECT {', '.join(_HOLD)} FROM review_hold WHERE order_id = ANY(%s) ORDER BY order_id, status <> 'open', id",
        [list(order_ids)],
    )
    result: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        result.setdefault(row[1], []).append(dict(zip(_HOLD, row, strict=True)))
    return result


def open_holds(hold_ids: Collection[int]) -> dict[int, tuple[int, str, str]]:
    """The holds among these that are still open: id -> (order id, kind, opened by), locked."""
    rows = fetch_all(
        """SELECT id, order_id, kind, opened_by FROM review_hold WHERE id = ANY(%s) AND status = 'open'
        ORDER BY id FOR NO KEY UPDATE""",
        [list(hold_ids)],
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def approved_kinds_for(order_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Which concerns a person has approved for each order."""
    rows = fetch_all(
        """SELECT order_id, array_agg(DISTINCT kind) FROM review_hold
        WHERE order_id = ANY(%s) AND status = 'approved' GROUP BY order_id""",
        [list(order_ids)],
    )
    return {order_id: frozenset(kinds) for order_id, kinds in rows}


def overdue_holds(at: datetime, limit: int = 500) -> list[tuple[int, int, str]]:
    """Open holds past their due time: (id, order id, role)."""
    return fetch_all(
        "SELECT id, order_id, role FROM review_hold WHERE status = 'open' AND due_at < %s ORDER BY due_at LIMIT %s",
        [at, limit],
    )


def orders_of_holds(hold_ids: Collection[int]) -> set[int]:
    """The orders behind these holds."""
    rows = fetch_all("SELECT DISTINCT order_id FROM review_hold WHERE id = ANY(%s)", [list(hold_ids)])
    return {row[0] for row in rows}
