"""A person has looked at orders that were read: what was said is put in, and what is complete is taken in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from orderloop.flow.facts import TakenIn
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import DraftFact, DraftStatus, FindingCode, OrderEntry
from orderloop.intake.rules.correcting import doubts_left
from orderloop.intake.rules.verifying import is_green
from orderloop.orders.rules import po_key

# What tells a person that the same number waits already in another draft.
_SEEN_BEFORE = frozenset({FindingCode.PO_REVISION, FindingCode.NEAR_DUPLICATE})
Said = Mapping[int, Mapping[str, str]]


@transaction.atomic
def verify_drafts(said: Said, *, at: datetime, actor: Actor, unopened: bool = False) -> Outcomes[int, TakenIn]:
    """Put what was said into drafts, and take in those that lack nothing; the person's look answers every doubt.

    With `unopened` only what is clean of itself is taken in. Refused: `inbox.not_clean` (unopened); what
    `correct_drafts` refuses; `inbox.incomplete`, the values kept and the findings noted. Stale: ended.
    """
    drafts = _live(said)
    refused: dict[int, Refused[int]] = {}
    if unopened:
        origins = queries.origins_for(drafts)
        refused = {
            i: Refused(i, (Reason("inbox.not_clean"),))
            for i, draft in drafts.items()
            if not is_green(draft.findings, origins[i].gates if i in origins else {})
        }
    refused |= _say({i: said[i] for i in drafts if i not in refused}, at=at, actor=actor)
    ready = queries.drafts_for([i for i in drafts if i not in refused])
    examined = intake.examine_entries([intake.entry_of_draft(draft) for draft in ready.values()], at=at)
    complete = [each.entry for each in examined if each.new_order is not None]
    lacking = {each.entry.key: ready[each.entry.key] for each in examined if each.new_order is None}
    note_again(lacking, said, at=at)
    refused |= {i: Refused(i, (Reason("inbox.incomplete"),)) for i in lacking}
    taken = take_in_entries(complete, at=at, actor=actor) if complete else Outcomes.of(())
    _give_up_earlier({each.id: ready[each.id] for each in taken.done}, at=at, actor=actor)
    return Outcomes.of(
        said,
        done=taken.done,
        refused=refused.values(),
        stale=[Stale(i) for i in said if i not in drafts],
    )


def _give_up_earlier(taken: Mapping[int, DraftFact], *, at: datetime, actor: Actor) -> None:
    """What came before under the same number and was still open is replaced by what was just accepted: the person saw
    that it came before, and no two orders may come of one number."""
    revisions = {
        (draft.customer_id, po_key(str(draft.body.get("po_number", "")))): i
        for i, draft in taken.items()
        if draft.customer_id is not None and any(each.code in _SEEN_BEFORE for each in draft.findings)
    }
    if revisions:
        earlier = queries.open_drafts_by_po([(owner or 0, key) for owner, key in revisions])
        given_up = {
            earlier[pair][0]: f"Replaced by draft {i} · 由待补全订单 {i} 取代"
            for pair, i in revisions.items()
            if pair in earlier and earlier[pair][0] < i
        }
        intake.reject_drafts(given_up, at=at, actor=actor)


@transaction.atomic
def save_drafts_said(said: Said, *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Put what was said into drafts and examine them anew; nothing is taken in, and nobody is asked.

    Refused: what `correct_drafts` refuses. Stale: ended.
    """
    drafts = _live(said)
    refused = _say({i: said[i] for i in drafts}, at=at, actor=actor)
    good = queries.drafts_for([i for i in drafts if i not in refused])
    note_again(good, said, at=at)
    return Outcomes.of(
        said,
        done=[Done(i, None) for i in good],
        refused=refused.values(),
        stale=[Stale(i) for i in said if i not in drafts],
    )


def note_again(drafts: Mapping[int, DraftFact], said: Said, *, at: datetime) -> None:
    """Keep what drafts lack now; doubts of the reading stay until something was said about them."""
    entries: list[OrderEntry] = [
        replace(intake.entry_of_draft(draft), faults=doubts_left(draft.findings, said.get(i, {})))
        for i, draft in drafts.items()
    ]
    if entries:
        examined = intake.examine_entries(entries, at=at)
        intake.note_findings({each.entry.key: each for each in examined}, at=at)


def _live(said: Said) -> dict[int, DraftFact]:
    drafts = queries.drafts_for(said, lock=True)
    return {i: draft for i, draft in drafts.items() if draft.status in (DraftStatus.OPEN, DraftStatus.ASKING)}


def _say(said: Said, *, at: datetime, actor: Actor) -> dict[int, Refused[int]]:
    wanted = {i: values for i, values in said.items() if values}
    outcome = intake.correct_drafts(wanted, at=at, actor=actor) if wanted else Outcomes.of(())
    return {each.id: each for each in outcome.refused}
