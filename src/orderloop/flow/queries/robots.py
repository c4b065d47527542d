"""Alarms that chat robots are to be told of; one statement a call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from orderloop.platform.bulk import fetch_all


@dataclass(frozen=True, slots=True)
class Alarm:
    """A piece of work that is an alarm, as a robot tells of it."""

    item_id: int
    kind: str
    title: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot by its name; `last_item` None: it was never told. `is_busy`: what it was to be told last still waits."""

    name: str
    last_item: int | None
    is_busy: bool


def robots() -> list[Robot]:
    """Every robot that is told of alarms."""
    rows = fetch_all(
        """SELECT s.name, t.last_item, EXISTS (SELECT FROM platform_effect e WHERE e.kind = 'robot'
               AND e.payload->>'name' = s.name AND e.done_at IS NULL AND e.dead_at IS NULL)
           FROM flow_sharedsecret s LEFT JOIN flow_toldrobot t ON t.name = s.name
           WHERE s.name LIKE 'robot:%%' AND s.retired_at IS NULL ORDER BY s.name""",
        [],
    )
    return [Robot(*row) for row in rows]


def alarms_after(item_id: int, kinds: Collection[str], limit: int) -> list[Alarm]:
    """Alarms put on the list after a piece of work, the earliest first."""
    rows = fetch_all(
        """SELECT w.id, w.kind, coalesce(o.number, w.title), w.due_at FROM worklist_workitem w
           LEFT JOIN orders_order o ON o.id = w.order_id
           WHERE w.id > %s AND w.kind = ANY(%s::text[]) ORDER BY w.id LIMIT %s""",
        [item_id, list(kinds), limit],
    )
    return [Alarm(*row) for row in rows]


def last_item() -> int:
    """The latest piece of work there is."""
    return int(fetch_all("SELECT coalesce(max(id), 0) FROM worklist_workitem")[0][0])
