"""A draft's document read again with what was taught since; what people have put into the draft stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import SECTION, DraftFact, DraftOrigin, DraftStatus, Judged, ReadDocument, ReadMessage
from orderloop.intake.rules.bodies import body_of
from orderloop.intake.rules.correcting import corrected, doubts_left
from orderloop.intake.rules.read_orders import entry_of_order
from orderloop.intake.rules.rereading import moved_lines, said_since
from orderloop.intake.services.asking import entry_of_draft
from orderloop.intake.services.claiming import messages_held
from orderloop.intake.services.drafts import note_findings
from orderloop.intake.services.examine import examine_entries
from orderloop.intake.services.hinting import hints_of
from orderloop.intake.services.judging import judge_messages
from orderloop.intake.services.recording import origin_of
from orderloop.intake.services.replaying import read_by
from orderloop.interchange.facts import Hints, Reading
from orderloop.interchange.rules import forms
from orderloop.orders.facts import Channel
from orderloop.platform.bulk import dumped, execute
from orderloop.policy.queries import in_force

LIVE = (DraftStatus.OPEN, DraftStatus.ASKING)
NOT_READ, LINES_DIFFER = Reason("intake.not_read_again"), Reason("intake.lines_differ")
# Under this name beside a draft's gates: the lessons its document was read again with.
READ_WITH = "read_with"


@dataclass(frozen=True, slots=True)
class _Anew:
    """A draft's document as it was read first and as it is read now, and the order in it judged both ways."""

    reading: Reading
    before: Judged
    now: Judged
    lessons: tuple[int, ...]


def reread_drafts(draft_ids: Sequence[int], *, own_names: Sequence[str], at: datetime) -> Outcomes[int, None]:
    """Read the documents of drafts again with all their customers have taught by now, and note what is doubtful then.

    Nothing is taken in and nobody is asked. Refused, nothing changed: `intake.not_read_again` where no order is read;
    `intake.lines_differ` where something was said of a line that has no counterpart. Stale: ended, or read from no
    document. Call it outside any transaction: documents are read in children.
    """
    drafts = {i: draft for i, draft in queries.drafts_for(draft_ids).items() if draft.status in LIVE}
    origins = queries.origins_for(drafts) if drafts else {}
    found = {i: _read_anew(drafts[i], origin, own_names, at) for i, origin in origins.items()}
    refused = {i: NOT_READ for i, anew in found.items() if anew is None}
    with transaction.atomic():
        locked = queries.drafts_for([i for i, anew in found.items() if anew is not None], lock=True)
        live = {i: draft for i, draft in locked.items() if draft.status in LIVE}
        done = []
        for i, origin in (queries.origins_for(live) if live else {}).items():
            anew = found[i]
            if anew is not None and _write(live[i], origin, anew, at):
                done.append(Done(i, None))
            else:
                refused[i] = LINES_DIFFER
    ended = {each.id for each in done} | set(refused)
    return Outcomes.of(
        draft_ids,
        done=done,
        refused=[Refused(i, (why,)) for i, why in refused.items()],
        stale=[Stale(i) for i in dict.fromkeys(draft_ids) if i not in ended],
    )


def _read_anew(draft: DraftFact, origin: DraftOrigin, own_names: Sequence[str], at: datetime) -> _Anew | None:
    if draft.customer_id is None or draft.message_id is None:
        return None
    lessons = queries.lessons_for([draft.customer_id]).get(draft.customer_id, ())
    partners = queries.partners_of([draft.customer_id]).get(draft.customer_id, ())
    (orders,) = read_by(origin.document_id, [hints_of(Hints(own_names=tuple(own_names)), lessons, partners)])
    message, documents = _message_of(draft)
    place = next(n for n, each in enumerate(documents) if each == origin.document_id)
    first = message.documents[place].reading
    if not orders or origin.row >= min(len(orders), len(first.orders)):
        return None
    # Only this draft's order is read anew; what else the document brought became drafts of their own.
    mended = (*first.orders[: origin.row], orders[origin.row], *first.orders[origin.row + 1 :])
    reading = replace(first, orders=mended)
    changed = replace(message.documents[place], reading=reading)
    other = replace(message, documents=(*message.documents[:place], changed, *message.documents[place + 1 :]))
    before, now = (
        next(
            (e for e in judge_messages([each], at=at, own_drafts=[draft.draft_id])
             if (e.found.ordinal, e.found.index) == (place, origin.row)),
            None,
        )
        for each in (message, other)
    )  # fmt: skip
    if before is None or now is None:
        return None
    return _Anew(reading, before, now, tuple(each.lesson_id for each in lessons))


def _message_of(draft: DraftFact) -> tuple[ReadMessage, list[int]]:
    """The message as it was read, known to be of the draft's customer, and the ids of its documents."""
    message_id = draft.message_id or 0
    documents = queries.documents_for([message_id])[message_id]
    readings = queries.readings_for([each.document_id for each in documents])
    ordinals = {each.document_id: each.ordinal for each in documents}
    claimed = replace(messages_held([message_id])[message_id], customer_id=draft.customer_id)
    read = tuple(
        ReadDocument(
            each.ordinal, ordinals.get(each.parent_id or 0), each.filename, each.content_type, b"",
            readings[each.document_id], each.milliseconds,
        )
        for each in documents
    )  # fmt: skip
    return ReadMessage(claimed, read), list(ordinals)


def _body_of(judged: Judged, draft: DraftFact, at: datetime) -> dict[str, Any]:
    """What a draft holds of an order judged, before anybody has said anything."""
    entry = entry_of_order(
        judged.found.order,
        judged.judgement.matches,
        key=draft.draft_id,
        channel=Channel(draft.channel),
        received_at=draft.created_at,
        customer_id=draft.customer_id,
        message_id=draft.message_id,
        ship_to_code=judged.ship_to_code,
    )
    return body_of(examine_entries([entry], at=at)[0].entry)


def _write(draft: DraftFact, origin: DraftOrigin, anew: _Anew, at: datetime) -> bool:
    """Write the draft as it is read now with what was said since; False where a line said something of is gone."""
    before, now = _body_of(anew.before, draft, at), _body_of(anew.now, draft, at)
    said = said_since(before, draft.body, origin.sources)
    places = moved_lines(said, before, now) if said is not None else None
    if said is None or places is None:
        return False
    said_now = {places[path]: text for path, text in said.items()}
    changed = replace(draft, body=corrected(now, said_now))
    faults = doubts_left(anew.now.judgement.findings, said_now)
    entry = replace(entry_of_draft(changed), faults=faults)
    note_findings({draft.draft_id: examine_entries([entry], at=at)[0]}, at=at)
    sources, gates = origin_of(anew.now)
    sources |= {places[path]: origin.sources[path] for path in said if path in origin.sources}
    _write_origin(draft.draft_id, origin.document_id, sources, {**gates, READ_WITH: list(anew.lessons)}, anew.reading)
    return True


def _write_origin(
    draft_id: int, document_id: int, sources: Mapping[str, Any], gates: Mapping[str, Any], reading: Reading
) -> None:
    execute(
        "UPDATE intake_draft SET sources = %s::jsonb, gates = %s::jsonb, policy_id = %s WHERE id = %s",
        [dumped(sources), dumped(gates), in_force(SECTION).version_id, draft_id],
    )
    execute(
        "UPDATE intake_document SET reading = %s::jsonb WHERE id = %s",
        [dumped(forms.keepable(forms.reading_body(reading))), document_id],
    )
