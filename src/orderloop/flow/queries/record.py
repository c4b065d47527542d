"""Reads of the process record."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orderloop.flow.facts import StageState
from orderloop.platform.bulk import fetch_all


def stages_for(order_ids: Collection[int]) -> dict[int, list[StageState]]:
    """Every passage of each order through a stage, in the order they were enabled."""
    rows = fetch_all(
        """SELECT order_id, stage, round, enabled_at, started_at, finished_at, wait_reason, id FROM flow_stagerecord
        WHERE order_id = ANY(%s) ORDER BY order_id, enabled_at, id""",
        [list(order_ids)],
    )
    result: dict[int, list[StageState]] = {}
    for row in rows:
        result.setdefault(row[0], []).append(StageState(*row[1:]))
    return result


def record_for(order_id: int) -> list[dict[str, Any]]:
    """One order's record as the order page shows it."""
    names = ("stage", "round", "role", "enabled_at", "started_at", "finished_at", "due_at", "actor_kind", "actor_name",
             "outcome", "wait_reason", "minutes")  # fmt: skip
    rows = fetch_all(
        f"SELECT {', '.join(names)} FROM flow_stagerecord WHERE order_id = %s ORDER BY enabled_at, id", [order_id]
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def waiting_orders(limit: int, *, after: int = 0) -> list[int]:
    """Confirmed or partly shipped orders, by id: those that goods may lead on."""
    return [
        row[0]
        for row in fetch_all(
            """SELECT id FROM orders_order WHERE status IN ('confirmed', 'part_shipped') AND id > %s
            ORDER BY id LIMIT %s""",
            [after, limit],
        )
    ]


def late_stages(at: datetime, limit: int = 500) -> list[tuple[int, str, str, datetime]]:
    """Running stages past their due time: (order id, stage, role, due)."""
    return fetch_all(
        """SELECT order_id, stage, role, due_at FROM flow_stagerecord WHERE finished_at IS NULL AND due_at < %s
        ORDER BY due_at LIMIT %s""",
        [at, limit],
    )
