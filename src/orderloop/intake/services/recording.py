"""What was read and what became of it is written down: documents, where drafts come from, proposals, outcomes."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orderloop.intake.facts import Judged, MessageOutcome, OrderEntry, Outcome, ReadDocument, ReadMessage
from orderloop.intake.rules.bodies import body_of, keepable
from orderloop.intake.rules.outcomes import document_outcome, heaviest, is_unreadable, judgement_body, result_body
from orderloop.intake.rules.read_orders import sources_of
from orderloop.intake.services.answering import MailAnswer, propose_answers
from orderloop.intake.services.claiming import put_on_list
from orderloop.intake.services.messages import record_outcomes
from orderloop.interchange.facts import Role
from orderloop.interchange.rules import forms
from orderloop.platform import files
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute, fetch_all, next_ids

_DOCUMENTS = RowSet(
    "intake_document",
    id="bigint", message_id="bigint", ordinal="int", parent_id="bigint", customer_id="bigint", filename="text",
    content_type="text", format="text", sha256="text", file="text", reading="jsonb", faults="jsonb", outcome="text",
    results="jsonb", order_id="bigint", read_at="timestamptz", milliseconds="int",
)  # fmt: skip
_ENDED_DRAFTS = RowSet(
    "intake_draft",
    message_id="bigint", document_id="bigint", row="int", channel="text", customer_id="bigint", status="text",
    body="jsonb", findings="jsonb", sources="jsonb", gates="jsonb", policy_id="bigint", link_version="int",
    created_at="timestamptz", updated_at="timestamptz", ended_at="timestamptz", order_id="bigint", reason="text",
)  # fmt: skip
_PROPOSALS = RowSet(
    "intake_proposal",
    id="bigint", message_id="bigint", document_id="bigint", customer_id="bigint", order_id="bigint", kind="text",
    body="jsonb", diff="jsonb", status="text", created_at="timestamptz", decided_by="text", reason="text",
)  # fmt: skip
DESK_REASONS = {"not_order": "not_order", "quarantine": "unreadable"}

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one order that was judged: an order, a draft, or by its decision neither."""

    judged: Judged
    entry: OrderEntry
    outcome: Outcome
    order_id: int | None = None
    draft_id: int | None = None


@dataclass(slots=True)
class _Places:
    """The rows of a set of messages: document ids by message and ordinal."""

    ids: dict[Place, int] = field(default_factory=dict)

    def of(self, settled: Settled) -> int:
        return self.ids[settled.judged.found.message_id, settled.judged.found.ordinal]


def lock_claimed(attempts: Mapping[int, int]) -> set[int]:
    """Of messages held for reading (with the attempt they were held under) those that are still ours, locked."""
    rows = fetch_all(
        """SELECT m.id FROM unnest(%s::bigint[], %s::int[]) AS n(id, attempts)
           JOIN intake_message m ON m.id = n.id AND m.attempts = n.attempts AND m.outcome = 'pending'
           ORDER BY m.id FOR NO KEY UPDATE OF m""",
        [list(attempts), list(attempts.values())],
    )
    return {row[0] for row in rows}


def record_messages(
    messages: Sequence[ReadMessage],
    settled: Sequence[Settled],
    answers: Mapping[int, MailAnswer],
    *,
    policy_id: int,
    at: datetime,
) -> dict[int, Outcome]:
    """Write the documents of messages, the origins of what came of them, answers, proposals, work and outcomes."""
    propose_answers(list(answers.values()), at=at)
    places = _write_documents(messages, settled, at=at)
    _link_drafts([each for each in settled if each.draft_id is not None], places, policy_id)
    _keep_accepted([each for each in settled if each.order_id is not None and each.outcome is Outcome.ORDER],
                   places, policy_id, at)  # fmt: skip
    _propose([each for each in settled if each.outcome is Outcome.CHANGE], places, at)
    return _end_messages(messages, settled, answers, at=at)


def _write_documents(messages: Sequence[ReadMessage], settled: Sequence[Settled], *, at: datetime) -> _Places:
    documents = [(m.claimed.message_id, document) for m in messages for document in m.documents]
    ids = next_ids(intake_document=len(documents))["intake_document"] if documents else []
    places = _Places({(i, d.ordinal): row_id for (i, d), row_id in zip(documents, ids, strict=True)})
    parts = [(d.content, d.content_type or "application/octet-stream") for _i, d in documents if d.ordinal]
    if parts:
        files.store_files([(content, kind[:100]) for content, kind in parts], at=at)
    found: dict[Place, list[Settled]] = {}
    merged: set[Place] = set()
    for each in settled:
        place = (each.judged.found.message_id, each.judged.found.ordinal)
        found.setdefault(place, []).append(each)
        merged |= {(place[0], ordinal) for ordinal in each.judged.found.merged}
    rows = [
        _document_row(i, document, places, found.get((i, document.ordinal), []), merged, documents, at)
        for i, document in documents
    ]
    _DOCUMENTS.insert(rows)
    return places


def _document_row(
    message_id: int,
    document: ReadDocument,
    places: _Places,
    results: Sequence[Settled],
    merged: Collection[Place],
    documents: Sequence[tuple[int, ReadDocument]],
    at: datetime,
) -> tuple[object, ...]:
    place = (message_id, document.ordinal)
    has_parts = any(i == message_id and each.parent == document.ordinal for i, each in documents)
    outcome = document_outcome(document, [each.outcome for each in results], place in merged, has_parts)
    body = forms.keepable(forms.reading_body(document.reading))
    sha256 = hashlib.sha256(document.content).hexdigest()
    customers = {each.judged.identified.customer_id for each in results} - {None}
    return (
        places.ids[place], message_id, document.ordinal,
        None if document.parent is None else places.ids[message_id, document.parent],
        next(iter(customers)) if len(customers) == 1 else None,
        keepable(document.filename)[:200], keepable(document.content_type)[:100], document.reading.format.value,
        sha256, sha256 if document.ordinal else "", dumped(body), dumped(body.get("faults", [])), outcome,
        dumped([result_body(e.judged, order_id=e.order_id, draft_id=e.draft_id, outcome=e.outcome) for e in results]),
        next((each.order_id for each in results if each.order_id is not None), None), at, document.milliseconds,
    )  # fmt: skip


def origin_of(judged: Judged) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where a draft's values come from, and the judgement over them, as they are kept with it."""
    sources = sources_of(judged.found.order, judged.judgement.matches)
    return forms.keepable(sources), forms.keepable(judgement_body(judged.judgement))


def _origin(each: Settled) -> tuple[str, str]:
    sources, judgement = origin_of(each.judged)
    return dumped(sources), dumped(judgement)


def _link_drafts(drafts: Sequence[Settled], places: _Places, policy_id: int) -> None:
    if not drafts:
        return
    rows = [(each.draft_id, places.of(each), each.judged.found.index, *_origin(each)) for each in drafts]
    execute(
        """UPDATE intake_draft d SET document_id = n.document_id, row = n.row, sources = n.sources, gates = n.gates,
               policy_id = %s
           FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::jsonb[], %s::jsonb[])
               AS n(id, document_id, row, sources, gates) WHERE d.id = n.id""",
        [policy_id, *columns_of(rows, 5)],
    )


def _keep_accepted(accepted: Sequence[Settled], places: _Places, policy_id: int, at: datetime) -> None:
    """Where an order comes from is kept with a draft that has ended in it."""
    _ENDED_DRAFTS.insert(
        [
            (
                each.judged.found.message_id, places.of(each), each.judged.found.index, str(each.entry.channel),
                each.judged.identified.customer_id, "accepted", dumped(body_of(each.entry)), "[]", *_origin(each),
                policy_id, 1, at, at, at, each.order_id, "",
            )
            for each in accepted
        ]
    )  # fmt: skip


def _propose(changes: Sequence[Settled], places: _Places, at: datetime) -> None:
    if not changes:
        return
    ids = next_ids(intake_proposal=len(changes))["intake_proposal"]
    rows = [
        (
            proposal_id, each.judged.found.message_id, places.of(each), each.judged.identified.customer_id,
            each.judged.order_id, "cancel" if each.judged.found.order.role is Role.CANCELLATION else "change",
            dumped(body_of(each.entry)), dumped(forms.keepable(dict(each.judged.diff))), "open", at, "", "",
        )
        for proposal_id, each in zip(ids, changes, strict=True)
    ]  # fmt: skip
    _PROPOSALS.insert(rows)
    put_on_list({each.judged.found.message_id: ("proposal", each.judged.order_number) for each in changes}, at=at)


def _end_messages(
    messages: Sequence[ReadMessage], settled: Sequence[Settled], answers: Mapping[int, MailAnswer], *, at: datetime
) -> dict[int, Outcome]:
    ended: dict[int, MessageOutcome] = {}
    work: dict[int, tuple[str, str]] = {}
    owners: dict[int, Any] = {}
    for message in messages:
        message_id = message.claimed.message_id
        mine = [each for each in settled if each.judged.found.message_id == message_id]
        strange = [document for document in message.documents if is_unreadable(document)]
        outcome = heaviest([each.outcome for each in mine] + [Outcome.QUARANTINED for _ in strange])
        ended[message_id] = MessageOutcome(
            outcome,
            next((each.order_id for each in mine if each.order_id is not None), None),
            _reasons(outcome, mine, strange),
            next((each.judged.repeats for each in mine if each.judged.repeats is not None), None),
        )
        owners[message_id] = next((i for each in mine if (i := each.judged.identified.customer_id) is not None), None)
        answer = answers.get(message_id)
        if answer is not None:
            ended[message_id] = _ended_by_answer(answer)
            if answer.question is not None and not answer.automatic:
                work[message_id] = ("answer", f"draft {answer.question.draft_id}")
        elif strange:
            has_failed = any(document.reading.has_failed for document in strange)
            work[message_id] = ("quarantine", "internal" if has_failed else "unreadable")
        elif outcome is Outcome.NOT_ORDER:
            work[message_id] = ("not_order", "no_order")
    _name_customers({i: owner for i, owner in owners.items() if owner is not None})
    record_outcomes(ended, at=at)
    put_on_list(work, at=at)
    return {message_id: each.outcome for message_id, each in ended.items()}


def _ended_by_answer(answer: MailAnswer) -> MessageOutcome:
    reasons = ("automatic", answer.automatic) if answer.automatic else ()
    if answer.question is None:
        return MessageOutcome(Outcome.NOT_ORDER, None, reasons)
    return MessageOutcome(Outcome.ANSWER, None, (*reasons, f"draft:{answer.question.draft_id}"))


def _reasons(outcome: Outcome, mine: Sequence[Settled], strange: Sequence[ReadDocument]) -> tuple[str, ...]:
    reasons = [str(f.code) for each in mine for f in each.judged.judgement.findings]
    reasons += [str(fault.code) for document in strange for fault in document.reading.faults if fault.rejects]
    if not reasons and outcome is Outcome.NOT_ORDER:
        reasons = ["no_order"]
    return tuple(dict.fromkeys(reasons))


def _name_customers(owners: Mapping[int, int]) -> None:
    if owners:
        execute(
            """UPDATE intake_message m SET customer_id = n.customer_id
               FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, customer_id)
               WHERE m.id = n.id AND m.customer_id IS NULL""",
            [list(owners), list(owners.values())],
        )
