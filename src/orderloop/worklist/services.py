"""Putting work on the list, taking it, handing it over, sending it back, and finishing it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.platform.bulk import RowSet, dumped, execute, fetch_all
from orderloop.worklist.facts import WorkNew

_ITEMS = RowSet(
    "worklist_workitem",
    kind="text", role="text", skill="text", subject_kind="text", subject_id="bigint", order_id="bigint",
    customer_id="bigint", title="text", reason="text", data="jsonb", priority="numeric", since="timestamptz",
    due_at="timestamptz", done_by="text", outcome="text", sent_back_cause="text",
)  # fmt: skip


def open_items(items: Sequence[WorkNew], *, at: datetime) -> None:
    """Put work on the list; what is there already (same kind and subject) stays with whoever has it."""
    _ITEMS.insert(
        [
            (i.kind, i.role, i.skill, i.subject_kind, i.subject_id, i.order_id, i.customer_id, i.title, i.reason,
             dumped(dict(i.data)) if i.data else "{}", i.priority, at, i.due_at, "", "", "")
            for i in items
        ],
        suffix="ON CONFLICT DO NOTHING",
    )  # fmt: skip


def close_items(
    subject_kind: str, subject_ids: Collection[int], *, kinds: Collection[str], at: datetime, actor: Actor, outcome: str
) -> None:
    """Finish the open work of these kinds about these subjects."""
    execute(
        """UPDATE worklist_workitem SET done_at = %s, done_by = %s, outcome = %s
        WHERE done_at IS NULL AND subject_kind = %s AND subject_id = ANY(%s) AND kind = ANY(%s)""",
        [at, actor.name, outcome, subject_kind, list(subject_ids), list(kinds)],
    )


def close_pairs(pairs: Collection[tuple[str, int]], *, at: datetime, actor: Actor, outcome: str) -> None:
    """Finish open work given as (kind, order id)."""
    execute(
        """UPDATE worklist_workitem w SET done_at = %s, done_by = %s, outcome = %s
        FROM unnest(%s::text[], %s::bigint[]) AS p(kind, order_id)
        WHERE w.done_at IS NULL AND w.subject_kind = 'order' AND w.kind = p.kind AND w.subject_id = p.order_id""",
        [at, actor.name, outcome, [kind for kind, _ in pairs], [order_id for _, order_id in pairs]],
    )


def close_order_items(order_ids: Collection[int], *, at: datetime, actor: Actor, outcome: str) -> None:
    """Finish all open work about orders that have ended."""
    execute(
        """UPDATE worklist_workitem SET done_at = %s, done_by = %s, outcome = %s
        WHERE done_at IS NULL AND order_id = ANY(%s)""",
        [at, actor.name, outcome, list(order_ids)],
    )


def take_items(item_ids: Sequence[int], *, person_id: int, at: datetime) -> Outcomes[int, None]:
    """Take work that nobody has. Stale: done, or with somebody else (found: that person's id)."""
    taken = fetch_all(
        """UPDATE worklist_workitem SET taken_by_id = %s, taken_at = %s
        WHERE id = ANY(%s) AND done_at IS NULL AND (taken_by_id IS NULL OR taken_by_id = %s) RETURNING id""",
        [person_id, at, list(item_ids), person_id],
    )
    return _accounted(item_ids, {row[0] for row in taken})


def hand_over_items(
    item_ids: Sequence[int], *, person_id: int, to_person_id: int | None, at: datetime
) -> Outcomes[int, None]:
    """Hand one's own work to somebody else, or with None back to everybody with the skill."""
    moved = fetch_all(
        """UPDATE worklist_workitem SET taken_by_id = %s,
            taken_at = CASE WHEN %s::bigint IS NULL THEN NULL ELSE %s::timestamptz END
        WHERE id = ANY(%s) AND done_at IS NULL AND taken_by_id = %s RETURNING id""",
        [to_person_id, to_person_id, at, list(item_ids), person_id],
    )
    return _accounted(item_ids, {row[0] for row in moved})


def send_back_items(
    item_ids: Sequence[int], *, to_role: str, cause: str, actor: Actor, at: datetime
) -> Outcomes[int, None]:
    """Send work back to where it came from, with a cause, counted against that hand-over. Refused: `cause_missing`."""
    if not cause.strip():
        return Outcomes.of(
            item_ids, refused=[Refused(i, (Reason("cause_missing", "cause"),)) for i in dict.fromkeys(item_ids)]
        )
    moved = fetch_all(
        """UPDATE worklist_workitem SET role = %s, taken_by_id = NULL, taken_at = NULL, sent_back_cause = %s,
            data = data
                || jsonb_build_object('sent_back_by', %s::text, 'sent_back_at', %s::text, 'sent_back_from', role)
        WHERE id = ANY(%s) AND done_at IS NULL RETURNING id""",
        [to_role, cause.strip(), actor.name, at.isoformat(), list(item_ids)],
    )
    return _accounted(item_ids, {row[0] for row in moved})


def _accounted(item_ids: Sequence[int], done: set[int]) -> Outcomes[int, None]:
    return Outcomes.of(
        item_ids,
        done=[Done(i, None) for i in dict.fromkeys(item_ids) if i in done],
        stale=[Stale(i) for i in dict.fromkeys(item_ids) if i not in done],
    )


def rank_items(priorities: Mapping[int, Decimal]) -> None:
    """Carry orders' new priorities to the open work about them."""
    execute(
        """UPDATE worklist_workitem w SET priority = p.priority
        FROM unnest(%s::bigint[], %s::numeric[]) AS p(id, priority)
        WHERE w.order_id = p.id AND w.done_at IS NULL AND w.priority <> p.priority""",
        [list(priorities), list(priorities.values())],
    )
