"""Since when whoever sent an order waits for his answer, and when he was asked meanwhile; one statement a call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orderloop.flow.rules import Span
from orderloop.platform.bulk import fetch_all

# What came longer ago is a past brought in afterwards, or long beyond an alarm.
LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft or an order without an answer: `kind` is draft or order, `title` what people call it."""

    kind: str
    subject_id: int
    title: str
    customer_id: int | None
    started_at: datetime


def unanswered(before: datetime, at: datetime, *, limit: int = 500) -> list[Waiting]:
    """Orders and arrived drafts that came before a moment and wait for their answer, without an alarm so far."""
    rows = fetch_all(
        """SELECT kind, id, title, customer_id, started_at FROM (
               SELECT 'order' AS kind, o.id, o.number AS title, o.customer_id,
                   coalesce(m.received_at, o.received_at) AS started_at
               FROM orders_order o LEFT JOIN intake_message m ON m.id = o.message_id WHERE o.status = 'in_review'
               UNION ALL
               SELECT 'draft', d.id, coalesce(nullif(d.body->>'po_number', ''), '#' || d.id), d.customer_id,
                   m.received_at
               FROM intake_draft d JOIN intake_message m ON m.id = d.message_id WHERE d.status IN ('open', 'asking')) w
           WHERE started_at <= %s AND started_at > %s AND NOT EXISTS (SELECT FROM worklist_workitem i
               WHERE i.kind = 'confirmation_late' AND i.subject_kind = w.kind AND i.subject_id = w.id)
           ORDER BY started_at, id LIMIT %s""",
        [before, at - LOOKED_BACK, limit],
    )
    return [Waiting(*row) for row in rows]


def answered_alarms() -> list[tuple[str, int]]:
    """The subjects of open alarms whose sender has his answer by now."""
    rows = fetch_all(
        """SELECT w.subject_kind, w.subject_id FROM worklist_workitem w
           LEFT JOIN orders_order o ON w.subject_kind = 'order' AND o.id = w.subject_id
           LEFT JOIN intake_draft d ON w.subject_kind = 'draft' AND d.id = w.subject_id
           WHERE w.done_at IS NULL AND w.kind = 'confirmation_late'
               AND (o.status <> 'in_review' OR d.status NOT IN ('open', 'asking'))"""
    )
    return [(kind, subject_id) for kind, subject_id in rows]


def asked_of_orders(order_ids: Collection[int]) -> dict[int, list[Span]]:
    """When the customers of these orders were asked: before they were orders, and in review."""
    return _spans(
        """SELECT d.order_id, q.asked_at, q.closed_at FROM intake_draft d JOIN intake_question q ON q.draft_id = d.id
           WHERE d.order_id = ANY(%s::bigint[])
           UNION ALL
           SELECT r.order_id, max(e.at), r.finished_at FROM flow_stagerecord r
           JOIN orders_event e ON e.order_id = r.order_id AND jsonb_exists(e.data, 'asked')
           WHERE r.order_id = ANY(%s::bigint[]) AND r.stage = 'review' AND r.wait_reason = 'customer' GROUP BY r.id""",
        [list(order_ids)] * 2,
    )


def asked_of_drafts(draft_ids: Collection[int]) -> dict[int, list[Span]]:
    """When the customers of these drafts were asked."""
    return _spans(
        "SELECT draft_id, asked_at, closed_at FROM intake_question WHERE draft_id = ANY(%s::bigint[])",
        [list(draft_ids)],
    )


def _spans(statement: str, parameters: Sequence[object]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for subject_id, since, until in fetch_all(statement, parameters):
        found.setdefault(subject_id, []).append((since, until))
    return found


@dataclass(frozen=True, slots=True)
class Answered:
    """An order that was decided: when it came, when its sender was told of the receipt, when it was decided."""

    order_id: int
    started_at: datetime
    told_at: datetime | None
    decided_at: datetime


def decided_unkept(at: datetime, limit: int = 500) -> list[Answered]:
    """Orders decided in the last days whose answer times are not kept yet. Where somebody waited at the other end of
    the line (screen, API, electronic partner), the answer to the call was the receipt."""
    rows = fetch_all(
        """SELECT o.id, coalesce(m.received_at, o.received_at),
               CASE WHEN o.channel IN ('mail', 'fax') THEN least(
                   (SELECT min(n.at) FROM tracking_notice n WHERE n.order_id = o.id AND n.event <> 'delayed'),
                   (SELECT min(e.created_at) FROM platform_effect e WHERE e.key = 'receipt:' || o.message_id),
                   (SELECT min(q.asked_at) FROM intake_draft d JOIN intake_question q ON q.draft_id = d.id
                       WHERE d.order_id = o.id))
               ELSE coalesce(m.received_at, o.received_at) END,
               least(o.confirmed_at, o.closed_at)
           FROM orders_order o LEFT JOIN intake_message m ON m.id = o.message_id
           WHERE o.status <> 'in_review' AND least(o.confirmed_at, o.closed_at) > %s
               AND o.received_at > %s AND NOT EXISTS (SELECT FROM flow_answertime a WHERE a.order_id = o.id)
           ORDER BY o.id LIMIT %s""",
        [at - timedelta(days=2), at - LOOKED_BACK, limit],
    )
    return [Answered(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Untold:
    """A message nobody has answered: the draft it became, its customer where he is known, and how he calls it."""

    message_id: int
    sender: str
    customer_id: int | None
    po_number: str
    received_at: datetime


_UNTOLD = """FROM intake_message m
    LEFT JOIN LATERAL (SELECT min(d.customer_id) AS customer_id, min(d.body->>'po_number') AS po_number
        FROM intake_draft d WHERE d.message_id = m.id) d ON true
    WHERE m.channel IN ('mail', 'fax', 'edi') AND m.received_at > %(since)s AND m.received_at <= %(until)s
        AND NOT EXISTS (SELECT FROM platform_effect e WHERE e.key = 'receipt:' || m.id)
        AND NOT EXISTS (SELECT FROM intake_draft d JOIN intake_question q ON q.draft_id = d.id
            WHERE d.message_id = m.id)"""

# Who handed a document over electronically was answered in the same call.
_OPEN = "(m.outcome = 'pending' OR m.outcome = 'draft' AND m.channel <> 'edi')"


def untold_drafts(at: datetime, limit: int = 500) -> list[Untold]:
    """Messages that became drafts of a known customer who was not told so yet: neither acknowledged nor asked."""
    return _untold("m.channel <> 'edi' AND m.outcome = 'draft' AND d.customer_id IS NOT NULL", at, at, limit)


def untold_messages(before: datetime, at: datetime, limit: int = 500) -> list[Untold]:
    """Messages that came before a moment, are not read yet or became drafts, and whose senders know nothing."""
    no_alarm = """NOT EXISTS (SELECT FROM worklist_workitem w
        WHERE w.kind = 'receipt_late' AND w.subject_kind = 'message' AND w.subject_id = m.id)"""
    return _untold(f"{_OPEN} AND {no_alarm}", before, at, limit)


def told_alarms(at: datetime) -> list[int]:
    """The messages of open alarms whose sender knows by now, or needs to be told nothing."""
    rows = fetch_all(
        f"""SELECT w.subject_id FROM worklist_workitem w WHERE w.done_at IS NULL AND w.kind = 'receipt_late'
            AND w.subject_id NOT IN (SELECT m.id {_UNTOLD} AND {_OPEN})""",
        {"since": at - LOOKED_BACK, "until": at},
    )
    return [row[0] for row in rows]


def _untold(condition: str, until: datetime, at: datetime, limit: int) -> list[Untold]:
    rows = fetch_all(
        f"""SELECT m.id, m.sender, d.customer_id, coalesce(d.po_number, ''), m.received_at {_UNTOLD} AND {condition}
            ORDER BY m.id LIMIT %(limit)s""",
        {"since": at - LOOKED_BACK, "until": until, "limit": limit},
    )
    return [Untold(*row) for row in rows]
