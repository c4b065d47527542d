"""From stored messages to orders, drafts, proposals and the queue of what is no order: held, read, judged, written.

Reading happens outside any transaction, in children that have nothing to lose; everything that comes of a set of
messages is written in one transaction, so that a process killed anywhere leaves each message as it was or ended.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.db import DatabaseError, OperationalError, transaction

from orderloop.flow.facts import TakenIn
from orderloop.flow.services import exchanging, faxing
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.fulfilment.facts import SECTION as FULFILMENT
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import (
    SECTION,
    Arrival,
    Arrived,
    Claimed,
    Decision,
    Examined,
    Judged,
    OrderEntry,
    Outcome,
    ReadMessage,
)
from orderloop.intake.rules.outcomes import OUTCOME_OF
from orderloop.intake.rules.read_orders import entry_of_order
from orderloop.intake.services import Settled
from orderloop.policy.queries import in_force

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of one message: read and judged, nothing written; `examined` in the order of `judged`, and
    None for what would not become an order or a draft."""

    message: ReadMessage
    judged: tuple[Judged, ...]
    examined: tuple[Examined | None, ...]


def process_messages(
    message_ids: Sequence[int], *, at: datetime, actor: Actor, recognise: bool = True
) -> Outcomes[int, Arrived]:
    """Read messages and take in what they bring. Stale: not pending any more, held by another process, or, without
    `recognise`, left to the process that recognises pictures.

    Messages that may be the same order are worked one after the other, so that the second is seen as what it is.
    """
    ids = list(dict.fromkeys(message_ids))
    claimed = intake.claim_messages(ids, at=at)
    spent = intake.set_apart_spent(claimed, at=at)
    arrived = {i: Arrived(Outcome.QUARANTINED, reasons=("attempts",)) for i in spent}
    arrived |= _end_repeats([each for each in claimed if each.message_id not in arrived], at=at, actor=actor)
    fresh = [each for each in claimed if each.message_id not in arrived]
    read = intake.read_messages(fresh, own_names=own_names(), at=at, recognise=recognise)
    if left := {each.message_id for each in fresh} - {each.claimed.message_id for each in read}:
        intake.leave_to_recognition(sorted(left))
    read, empty = faxing.settle_gateway_mails(read, at=at)
    arrived |= {i: Arrived(Outcome.QUARANTINED, reasons=(reason,)) for i, reason in empty.items()}
    for portion in intake.in_rounds(read):
        arrived |= _take_in_safely(portion, at=at, actor=actor)
    done = [Done(i, arrived[i]) for i in ids if i in arrived]
    return Outcomes.of(ids, done=done, stale=[Stale(i) for i in ids if i not in arrived])


def try_message(arrival: Arrival, *, at: datetime) -> Trial:
    """What would become of an arrival now, step by step; writes nothing."""
    claimed = Claimed(
        0, arrival.channel, arrival.sender, arrival.customer_id, arrival.received_at, arrival.content_type,
        arrival.filename, hashlib.sha256(arrival.body).digest(), arrival.envelope, 0, arrival.body,
    )  # fmt: skip
    read = intake.read_messages([claimed], own_names=own_names(), at=at)
    judged = intake.judge_messages(read, at=at)
    entries = {n: entry_of(n, each, claimed) for n, each in enumerate(judged) if each.decision in TAKEN}
    examined = dict(zip(entries, intake.examine_entries(list(entries.values()), at=at), strict=True)) if entries else {}
    return Trial(read[0], tuple(judged), tuple(examined.get(n) for n in range(len(judged))))


def own_names() -> tuple[str, ...]:
    """How we are called on our papers, so that no reader takes us for the customer."""
    company = in_force(FULFILMENT).value
    return tuple(name for name in (company.company_name, company.company_name_zh) if name)


def _end_repeats(claimed: Sequence[Claimed], *, at: datetime, actor: Actor) -> dict[int, Arrived]:
    """The same bytes again from the same sender need not be read again; an electronic partner is answered again."""
    ended = intake.end_repeated_messages([each.message_id for each in claimed], at=at)
    if ended:
        firsts = {message["repeats_id"] for message in queries.messages_for(ended).values()}
        exchanging.answer_again(firsts - {None}, at=at, actor=actor)
    return {i: Arrived(Outcome.DUPLICATE, (order_id,) if order_id else ()) for i, order_id in ended.items()}


def _take_in_safely(messages: Sequence[ReadMessage], *, at: datetime, actor: Actor) -> dict[int, Arrived]:
    """Take a set in; where it fails, each message alone, so that one that cannot be written holds up no other."""
    try:
        return _take_in(messages, at=at, actor=actor)
    except (OperationalError, psycopg.OperationalError):
        raise
    except (DatabaseError, psycopg.Error, ValueError, ArithmeticError, LookupError, TypeError) as fault:
        if len(messages) > 1:
            alone: dict[int, Arrived] = {}
            for message in messages:
                alone |= _take_in_safely([message], at=at, actor=actor)
            return alone
        message_id = messages[0].claimed.message_id
        logger.exception("message %s cannot be taken in", message_id)
        intake.quarantine_messages({message_id: type(fault).__name__}, at=at)
        return {message_id: Arrived(Outcome.QUARANTINED, reasons=(type(fault).__name__,))}


@transaction.atomic
def _take_in(messages: Sequence[ReadMessage], *, at: datetime, actor: Actor) -> dict[int, Arrived]:
    ours = intake.lock_claimed({each.claimed.message_id: each.claimed.attempts for each in messages})
    messages = [each for each in messages if each.claimed.message_id in ours]
    if not messages:
        return {}
    # The clock of the host that received a message may be ahead of ours.
    at = max(at, *(each.claimed.received_at for each in messages))
    answers = intake.answers_of(messages)
    judged = intake.judge_messages([each for each in messages if each.claimed.message_id not in answers], at=at)
    channels = {each.claimed.message_id: each.claimed for each in messages}
    entries = {n: entry_of(n, each, channels[each.found.message_id]) for n, each in enumerate(judged)}
    taking = [entries[n] for n, each in enumerate(judged) if each.decision in TAKEN]
    taken = take_in_entries(taking, at=at, actor=actor).values if taking else {}
    settled = [_settled(each, entries[n], taken.get(n)) for n, each in enumerate(judged)]
    outcomes = intake.record_messages(messages, settled, answers, policy_id=in_force(SECTION).version_id, at=at)
    exchanging.ask_for_receipts({each.claimed.message_id: each.documents for each in messages}, at=at)
    return {message_id: _arrived(message_id, outcome, settled) for message_id, outcome in outcomes.items()}


TAKEN = frozenset({Decision.ACCEPT, Decision.REVIEW, Decision.ASK})


def entry_of(key: int, judged: Judged, claimed: Claimed) -> OrderEntry:
    """The entry of an order that was judged; what its gates found stands in its way until a person has looked."""
    person_first = judged.decision is Decision.REVIEW
    return entry_of_order(
        judged.found.order,
        judged.judgement.matches,
        key=key,
        channel=claimed.channel,
        received_at=claimed.received_at,
        customer_id=judged.identified.customer_id,
        message_id=claimed.message_id,
        ship_to_code=judged.ship_to_code,
        faults=judged.judgement.findings if judged.decision in TAKEN else (),
        person_first=person_first,
    )


def _settled(judged: Judged, entry: OrderEntry, taken: TakenIn | None) -> Settled:
    if taken is not None:
        outcome = Outcome.ORDER if taken.order_id is not None else Outcome.DRAFT
        return Settled(judged, entry, outcome, taken.order_id, taken.draft_id)
    return Settled(judged, entry, OUTCOME_OF[judged.decision], judged.order_id)


def _arrived(message_id: int, outcome: Outcome, settled: Sequence[Settled]) -> Arrived:
    mine = [each for each in settled if each.judged.found.message_id == message_id]
    reasons = dict.fromkeys(str(f.code) for each in mine for f in each.judged.judgement.findings)
    return Arrived(
        outcome,
        tuple(each.order_id for each in mine if each.order_id is not None),
        tuple(each.draft_id for each in mine if each.draft_id is not None),
        tuple(reasons),
    )
