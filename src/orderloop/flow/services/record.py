"""The record of the process and the work that follows from it: stage rows, and work items for what needs a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orderloop.flow.facts import Passage, Settled, Stage
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.platform.bulk import RowSet, columns_of, execute
from orderloop.policy.facts import WorkingTime
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

_STAGES = RowSet(
    "flow_stagerecord",
    order_id="bigint", stage="text", round="int", role="text", enabled_at="timestamptz", started_at="timestamptz",
    finished_at="timestamptz", due_at="timestamptz", actor_kind="text", actor_name="text", outcome="text",
    wait_reason="text", minutes="numeric", policy_id="bigint",
)  # fmt: skip
# A review waits on its holds, which are work of their own; planning a shipment that waits for goods is nobody's work.
_WITHOUT_ITEM = frozenset({Stage.ENTRY, Stage.REVIEW, Stage.STOCK})


@dataclass(frozen=True, slots=True)
class Passing:
    """An order's next passage, with what its work items show."""

    order_id: int
    number: str
    customer_id: int
    priority: Decimal
    passage: Passage
    skill: str = ""


class DueTimes:
    """When work of so many working hours is due, each reckoned once a set."""

    def __init__(self, time: WorkingTime) -> None:
        self._time = time
        self._known: dict[tuple[datetime, int], datetime] = {}

    def after(self, start: datetime, hours: int) -> datetime:
        key = (start, hours)
        if key not in self._known:
            time = self._time
            self._known[key] = time.calendar.add_working_minutes(start, hours * 60, time.hours, time.zone)
        return self._known[key]


def record_passages(
    passings: Sequence[Passing], due: DueTimes, *, policy_id: int, at: datetime, extra_work: Sequence[WorkNew] = ()
) -> None:
    """Write what the passages open and close, and put the open stages' work (and `extra_work`) on the list."""
    _STAGES.insert([row for passing in passings for row in _rows(passing, due, policy_id, at)])
    close_stages({c.record_id: c.settled for passing in passings for c in passing.passage.closings}, at=at)
    work = [item for passing in passings for item in _work(passing, due, at)]
    worklist.open_items([*work, *extra_work], at=at)


def _rows(passing: Passing, due: DueTimes, policy_id: int, at: datetime) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for opening in passing.passage.openings:
        done = opening.settled
        if done is None:
            rows.append(
                (passing.order_id, opening.stage, opening.round, opening.role, opening.enabled_at, None, None,
                 due.after(at, opening.due_hours), "", "", "", opening.wait_reason, None, policy_id)
            )  # fmt: skip
        else:
            rows.append(
                (passing.order_id, opening.stage, opening.round, opening.role, opening.enabled_at, at, at, None,
                 done.actor.kind, done.actor.name, done.outcome, "", done.minutes or Decimal(0), policy_id)
            )  # fmt: skip
    return rows


def _work(passing: Passing, due: DueTimes, at: datetime) -> list[WorkNew]:
    return [
        WorkNew(
            kind=opening.stage,
            role=opening.role,
            subject_kind="order",
            subject_id=passing.order_id,
            title=passing.number,
            due_at=due.after(at, opening.due_hours),
            order_id=passing.order_id,
            customer_id=passing.customer_id,
            skill=passing.skill,
            priority=passing.priority,
        )
        for opening in passing.passage.running
        if opening.stage not in _WITHOUT_ITEM and opening.wait_reason != "stock"
    ]


def close_stages(settled: Mapping[int, Settled], *, at: datetime) -> None:
    """Finish running stage records by id; one never started counts as started now.

    No time lies before the one it follows, also where this host's clock is behind that of another.
    """
    if not settled:
        return
    rows = [(i, s.actor.kind, s.actor.name, s.outcome, s.minutes) for i, s in sorted(settled.items())]
    execute(
        """UPDATE flow_stagerecord r SET started_at = coalesce(r.started_at, greatest(r.enabled_at, %s)),
            finished_at = greatest(r.enabled_at, r.started_at, %s),
            actor_kind = s.kind, actor_name = s.name, outcome = s.outcome,
            minutes = coalesce(s.minutes,
                round(extract(epoch FROM %s::timestamptz - coalesce(r.started_at, %s)) / 60, 2))
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::numeric[])
            AS s(id, kind, name, outcome, minutes)
        WHERE r.id = s.id AND r.finished_at IS NULL""",
        [at, at, at, at, *columns_of(rows, 5)],
    )


def finish_work(closed: Mapping[str, Collection[int]], *, at: datetime) -> None:
    """Finish the work items of stages that orders have left."""
    pairs = [(stage, order_id) for stage, order_ids in closed.items() for order_id in order_ids]
    if pairs:
        worklist.close_pairs(pairs, at=at, actor=SYSTEM, outcome="done")


def end_stages(order_ids: Collection[int], *, outcome: str, at: datetime, actor: Actor) -> None:
    """Finish whatever still runs of orders that have ended."""
    execute(
        """UPDATE flow_stagerecord SET started_at = coalesce(started_at, greatest(enabled_at, %s)),
            finished_at = greatest(enabled_at, started_at, %s), actor_kind = %s,
            actor_name = %s, outcome = %s WHERE order_id = ANY(%s) AND finished_at IS NULL""",
        [at, at, actor.kind, actor.name, outcome, list(order_ids)],
    )


def start_stages(order_ids: Collection[int], stage: str, *, at: datetime, actor: Actor) -> None:
    """Note that somebody has begun on a running stage of orders; the first to begin counts."""
    execute(
        """UPDATE flow_stagerecord SET started_at = greatest(enabled_at, %s), actor_kind = %s, actor_name = %s
        WHERE order_id = ANY(%s) AND stage = %s AND finished_at IS NULL AND started_at IS NULL""",
        [at, actor.kind, actor.name, list(order_ids), stage],
    )


def wait_for(order_ids: Collection[int], stage: str, reason: str) -> None:
    """Say of a running stage of orders what it waits for now."""
    execute(
        "UPDATE flow_stagerecord SET wait_reason = %s WHERE order_id = ANY(%s) AND stage = %s AND finished_at IS NULL",
        [reason, list(order_ids), stage],
    )
