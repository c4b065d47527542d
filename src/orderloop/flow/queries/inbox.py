"""The inbox: whatever came in over any channel, sorted by what it waits for; one statement a call."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from orderloop.intake.facts import Finding
from orderloop.intake.rules.bodies import finding_of
from orderloop.platform.bulk import fetch_all

# Lines whose amounts are added up for the list; the sum of a longer order is not shown there.
MOST_SUMMED = 200


class Tab(StrEnum):
    """To be confirmed by the desk, with the customer, duplicates and changes, no order, failed, done."""

    CONFIRM = "confirm"
    CUSTOMER = "customer"
    CHANGES = "changes"
    NOT_ORDER = "not-order"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What of a tab is asked for. `since`: how far back what has ended is shown; `ids`: only these keys."""

    since: datetime
    text: str = ""
    channel: str = ""
    finding: str = ""
    taken_by: int | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row: a draft (`d7`), a proposed change (`p7`) or a message of which neither came (`m7`), by its key."""

    key: str
    place: int
    at: datetime
    draft_id: int | None
    message_id: int | None
    proposal_id: int | None
    channel: str
    sender: str
    filename: str
    outcome: str
    reasons: tuple[str, ...]
    envelope: Mapping[str, Any] = field(hash=False)
    customer_id: int | None
    customer: str
    status: str
    po_number: str
    requested_on: str
    currency: str
    line_count: int
    total: str
    lines: tuple[Mapping[str, Any], ...] = field(hash=False)
    findings: tuple[Finding, ...] = field(hash=False)
    gates: Mapping[str, Any] = field(hash=False)
    kind: str
    order_number: str
    repeats_id: int | None
    item_id: int | None
    due_at: datetime | None
    taken_by_id: int | None
    taken_by: str
    question_due_at: datetime | None
    is_answered: bool


_ANSWERED = """EXISTS (SELECT FROM intake_question q WHERE q.draft_id = d.id AND q.closed_at IS NULL
    AND q.proposed IS NOT NULL)"""
_OPEN_WORK = """SELECT NULL::bigint, m.id, NULL::bigint, m.received_at FROM worklist_workitem w
    JOIN intake_message m ON m.id = w.subject_id
    WHERE w.subject_kind = 'message' AND w.done_at IS NULL AND w.kind = '{kind}'"""
_ANSWERS_ALONE = f"""{_OPEN_WORK.format(kind="answer")} AND NOT EXISTS (SELECT FROM intake_question q
    WHERE q.proposed_by_id = m.id AND q.closed_at IS NULL)"""
# Each gives draft, message, proposal and the instant a row is sorted by.
_SUBJECTS: Mapping[Tab, str] = {
    Tab.CONFIRM: f"""SELECT d.id, d.message_id, NULL::bigint, d.created_at FROM intake_draft d
        WHERE d.findings <> '[]' AND (d.status = 'open' OR d.status = 'asking' AND {_ANSWERED})
        UNION ALL {_ANSWERS_ALONE}""",
    Tab.CUSTOMER: f"""SELECT d.id, d.message_id, NULL::bigint, d.created_at FROM intake_draft d
        WHERE d.findings <> '[]' AND d.status = 'asking' AND NOT {_ANSWERED}""",
    Tab.CHANGES: """SELECT NULL::bigint, p.message_id, p.id, p.created_at FROM intake_proposal p
        WHERE p.status = 'open'
        UNION ALL SELECT NULL, m.id, NULL, m.received_at FROM intake_message m
        WHERE m.outcome = 'duplicate' AND m.received_at > %(since)s""",
    Tab.NOT_ORDER: _OPEN_WORK.format(kind="not_order"),
    Tab.FAILED: _OPEN_WORK.format(kind="quarantine"),
    Tab.DONE: """SELECT d.id, d.message_id, NULL::bigint, d.updated_at FROM intake_draft d
        WHERE d.status IN ('accepted', 'rejected') AND d.updated_at > %(since)s
        UNION ALL SELECT NULL, m.id, NULL, m.received_at FROM intake_message m
        WHERE m.outcome NOT IN ('pending', 'draft', 'duplicate', 'change') AND m.received_at > %(since)s
            AND NOT EXISTS (SELECT FROM intake_draft d WHERE d.message_id = m.id)
            AND NOT EXISTS (SELECT FROM worklist_workitem w WHERE w.subject_kind = 'message' AND w.subject_id = m.id
                AND w.kind IN ('not_order', 'quarantine', 'answer') AND w.done_at IS NULL)""",
}
_PLACE = """CASE WHEN s.draft_id IS NOT NULL THEN s.draft_id * 4
    WHEN s.proposal_id IS NOT NULL THEN s.proposal_id * 4 + 1 ELSE s.message_id * 4 + 2 END"""
_KEY = """CASE WHEN s.draft_id IS NOT NULL THEN 'd' || s.draft_id
    WHEN s.proposal_id IS NOT NULL THEN 'p' || s.proposal_id ELSE 'm' || s.message_id END"""
_WORK_OF = """w.done_at IS NULL AND w.subject_kind = CASE WHEN s.draft_id IS NULL THEN 'message' ELSE 'draft' END
    AND w.subject_id = coalesce(s.draft_id, s.message_id)
    AND w.kind IN ('draft', 'question', 'proposal', 'not_order', 'quarantine', 'answer')"""
_JOINED = f"""LEFT JOIN intake_draft d ON d.id = s.draft_id LEFT JOIN intake_message m ON m.id = s.message_id
    LEFT JOIN intake_proposal p ON p.id = s.proposal_id
    LEFT JOIN customers_customer c ON c.id = coalesce(d.customer_id, p.customer_id, m.customer_id)
    LEFT JOIN worklist_workitem w ON {_WORK_OF}"""
_WANTED = """(%(text)s = '' OR strpos(lower(concat_ws(' ', m.sender, m.filename, c.name, c.code,
        d.body->>'customer', d.body->>'po_number', p.body->>'po_number')), lower(%(text)s)) > 0)
    AND (%(channel)s = '' OR coalesce(d.channel, m.channel) = %(channel)s)
    AND (%(finding)s = '' OR d.findings @> jsonb_build_array(jsonb_build_object('code', %(finding)s::text))
        OR m.reason ? %(finding)s)
    AND (%(taken_by)s::bigint IS NULL OR w.taken_by_id = %(taken_by)s)
    AND (%(ids)s::text[] IS NULL OR s.key = ANY(%(ids)s))"""


def listed(
    tab: Tab,
    chosen: InboxFilter,
    *,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[Arrival]:
    """The rows of a tab as filtered: what waits longest first, what has ended latest first."""
    falling = (tab in (Tab.DONE,)) != backwards
    direction, beyond = ("DESC", "<") if falling else ("ASC", ">")
    behind = f"AND (s.at, s.place) {beyond} (%(edge)s::timestamptz, %(place)s::bigint)" if after else ""
    rows = fetch_all(
        f"""WITH subjects (draft_id, message_id, proposal_id, at) AS ({_SUBJECTS[tab]}),
        s AS (SELECT s.*, {_PLACE} AS place, {_KEY} AS key FROM subjects s),
        rows AS (SELECT DISTINCT ON (s.at, s.place) s.*, w.id AS item_id, w.due_at, w.taken_by_id
            FROM s {_JOINED} WHERE {_WANTED} {behind}
            ORDER BY s.at {direction}, s.place {direction}, w.due_at LIMIT %(limit)s)
        SELECT s.key, s.place, s.at, s.draft_id, s.message_id, s.proposal_id, coalesce(d.channel, m.channel, ''),
            coalesce(m.sender, ''), coalesce(m.filename, ''), coalesce(m.outcome, ''),
            coalesce(m.reason, '[]')::text, coalesce(m.envelope, '{{}}')::text, c.id,
            coalesce(c.name, d.body->>'customer', ''), coalesce(d.status, ''),
            coalesce(d.body->>'po_number', p.body->>'po_number', ''),
            coalesce(d.body->>'requested_on', p.body->>'requested_on', ''),
            coalesce(d.body->>'currency', p.body->>'currency', c.currency, ''),
            jsonb_array_length(coalesce(d.body->'lines', p.body->'lines', '[]')),
            coalesce(d.sources->'total'->>'text', d.sources->'net_total'->>'text', d.body->>'total', ''),
            CASE WHEN jsonb_array_length(coalesce(d.body->'lines', p.body->'lines', '[]')) <= {MOST_SUMMED}
                THEN coalesce(d.body->'lines', p.body->'lines', '[]') ELSE '[]' END::text,
            coalesce(d.findings, '[]')::text, jsonb_build_object('gates', coalesce(d.gates->'gates', '[]'))::text,
            coalesce(p.kind, ''), coalesce(o.number, ''), m.repeats_id, s.item_id, s.due_at, s.taken_by_id,
            coalesce(nullif(a.display_name, ''), a.username, ''), q.due_at, q.proposed IS NOT NULL
        FROM rows s LEFT JOIN intake_draft d ON d.id = s.draft_id LEFT JOIN intake_message m ON m.id = s.message_id
            LEFT JOIN intake_proposal p ON p.id = s.proposal_id
            LEFT JOIN customers_customer c ON c.id = coalesce(d.customer_id, p.customer_id, m.customer_id)
            LEFT JOIN orders_order o ON o.id = coalesce(d.order_id, p.order_id, m.order_id)
            LEFT JOIN access_person a ON a.id = s.taken_by_id
            LEFT JOIN intake_question q ON q.draft_id = d.id AND q.closed_at IS NULL
        ORDER BY s.at {direction}, s.place {direction}""",
        {
            "since": chosen.since,
            "text": chosen.text.strip().replace("\x00", ""),
            "channel": chosen.channel,
            "finding": chosen.finding,
            "taken_by": chosen.taken_by,
            "ids": list(chosen.ids) or None,
            "edge": after[0] if after else None,
            "place": after[1] if after else None,
            "limit": limit,
        },
    )
    found = [_arrival(row) for row in rows]
    return found[::-1] if backwards else found


def counts(*, since: datetime) -> dict[Tab, int]:
    """How much stands under each tab that waits for somebody."""
    tabs = [tab for tab in Tab if tab is not Tab.DONE]
    row = fetch_all(
        "SELECT " + ", ".join(f"(SELECT count(*) FROM ({_SUBJECTS[tab]}) s)" for tab in tabs), {"since": since}
    )[0]
    return dict(zip(tabs, row, strict=True))


def count_for_the_desk() -> int:
    """How much of the inbox waits for somebody of the desk."""
    tabs = (Tab.CONFIRM, Tab.NOT_ORDER, Tab.FAILED)
    terms = [f"(SELECT count(*) FROM ({_SUBJECTS[tab]}) s)" for tab in tabs]
    terms.append("(SELECT count(*) FROM intake_proposal WHERE status = 'open')")
    return int(fetch_all("SELECT " + " + ".join(terms))[0][0])


def count_unread() -> int:
    """How many messages are stored and not read yet."""
    return int(fetch_all("SELECT count(*) FROM intake_message WHERE outcome = 'pending'")[0][0])


def items_of(keys: Collection[str]) -> dict[str, int]:
    """The open work behind rows of the inbox, by their keys; of a proposal, that of its message."""
    rows = fetch_all(
        f"""WITH k AS (SELECT key, left(key, 1) AS sort, substr(key, 2)::bigint AS id
            FROM unnest(%s::text[]) AS k(key)),
        s AS (SELECT k.key, CASE WHEN k.sort = 'd' THEN k.id END AS draft_id,
            CASE WHEN k.sort = 'm' THEN k.id ELSE p.message_id END AS message_id
            FROM k LEFT JOIN intake_proposal p ON k.sort = 'p' AND p.id = k.id)
        SELECT s.key, min(w.id) FROM s JOIN worklist_workitem w ON {_WORK_OF} GROUP BY s.key""",
        [list(keys)],
    )
    return dict(rows)


def _arrival(row: Sequence[Any]) -> Arrival:
    findings = tuple(finding_of(each) for each in json.loads(row[21]))
    read = [tuple(json.loads(row[20])), findings, json.loads(row[22])]
    values: list[Any] = [*row[:10], tuple(json.loads(row[10])), json.loads(row[11]), *row[12:20], *read, *row[23:]]
    return Arrival(*values)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What a message's own page says beside its documents. `is_waiting`: somebody of the desk has to look at it."""

    reasons: tuple[str, ...]
    envelope: Mapping[str, Any] = field(hash=False)
    subject: str
    is_waiting: bool


def message_row(message_id: int) -> MessageRow:
    """Reasons, envelope, subject of the mail where it is one, and whether it waits. LookupError for no such message."""
    rows = fetch_all(
        """SELECT m.reason::text, m.envelope::text, coalesce(e.reading->'headers'->>'subject', ''),
               EXISTS (SELECT FROM worklist_workitem w WHERE w.subject_kind = 'message' AND w.subject_id = m.id
                   AND w.kind IN ('not_order', 'quarantine', 'answer') AND w.done_at IS NULL)
           FROM intake_message m LEFT JOIN intake_document e ON e.message_id = m.id AND e.ordinal = 0
           WHERE m.id = %s""",
        [message_id],
    )
    if not rows:
        raise LookupError(message_id)
    reasons, envelope, subject, is_waiting = rows[0]
    return MessageRow(tuple(json.loads(reasons)), json.loads(envelope), subject, is_waiting)
