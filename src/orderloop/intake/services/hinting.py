"""What is known of senders before and while their documents are read, and reading with it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache

from orderloop.catalog.queries import name_words
from orderloop.foundation.calendar import business_day
from orderloop.intake import queries
from orderloop.intake.facts import SECTION, Claimed, LessonFact, PartnerFact, ReadMessage
from orderloop.intake.rules import parties
from orderloop.intake.rules.learning import taught_hints
from orderloop.intake.rules.merging import orders_of
from orderloop.intake.services.claiming import Read, kept_held, read_message
from orderloop.intake.services.judging import known_parties
from orderloop.interchange.facts import Envelope, Format, Hints, Reading
from orderloop.interchange.services import NeedsRecognition, read_at_once, read_document
from orderloop.orders.rules import po_key
from orderloop.policy.queries import in_force, working_time


def read_messages(
    claimed: Sequence[Claimed], *, own_names: Sequence[str], at: datetime, recognise: bool = True
) -> list[ReadMessage]:
    """Read messages with what their senders' documents have taught; call it outside any transaction. Without
    `recognise` those are missing that hold pictures.

    Where only the document tells whose it is, and that customer's documents have taught something, it is read again.
    """
    if not claimed:
        return []
    with kept_held(claimed):
        return _read(claimed, own_names, at, _recognising() if recognise else read_at_once)


def _recognising() -> Read:
    """Reads every document, what is recognised with the words our goods are called by, asked for at the first one."""
    words = cache(name_words)

    def read(content: bytes, hints: Hints) -> Reading:
        try:
            return read_at_once(content, hints)
        except NeedsRecognition:
            return read_document(content, replace(hints, words=words()))

    return read


def _read(claimed: Sequence[Claimed], own_names: Sequence[str], at: datetime, reader: Read) -> list[ReadMessage]:
    most = in_force(SECTION).value.most_documents
    bare = Hints(own_names=tuple(own_names), today=business_day(at, working_time().zone))
    by_sender = _senders(claimed)
    hints = _hints(set(by_sender.values()), bare)
    read = []
    for each in claimed:
        with suppress(NeedsRecognition):
            hinted = hints.get(by_sender.get(each.message_id, 0), bare)
            read.append(read_message(each, hinted, most=most, read=reader))
    told = _told_by_documents(read)
    late = {i: owner for i, owner in told.items() if owner != by_sender.get(i)}
    better = _hints(set(late.values()), bare)
    return [
        read_message(each.claimed, better[late[each.claimed.message_id]], most=most, read=reader)
        if late.get(each.claimed.message_id) in better
        else each
        for each in read
    ]


def in_rounds(messages: Sequence[ReadMessage]) -> list[list[ReadMessage]]:
    """The messages in portions in which no two can be the same order: by bytes, and by purchase order number."""
    rounds: list[tuple[list[ReadMessage], set[object]]] = []
    for message in messages:
        keys: set[object] = {(message.claimed.sender, message.claimed.sha256)}
        keys |= {key for each in orders_of(message) if (key := po_key(each.order.text("po_number")))}
        place = next((each for each in rounds if not each[1] & keys), None)
        if place is None:
            rounds.append(([message], keys))
        else:
            place[0].append(message)
            place[1].update(keys)
    return [portion for portion, _keys in rounds]


def _senders(claimed: Sequence[Claimed]) -> dict[int, int]:
    """The customers known before anything is read: by the channel, the sender's address, number or partner."""
    keys = [parties.keys_of(each, Envelope(), Format.UNKNOWN, None) for each in claimed]
    known = known_parties(keys)
    found = {}
    for each, key in zip(claimed, keys, strict=True):
        owner = parties.identify(each.customer_id, key, known).customer_id
        if owner is not None:
            found[each.message_id] = owner
    return found


def _told_by_documents(read: Sequence[ReadMessage]) -> dict[int, int]:
    """The one customer each message's documents speak of."""
    asked = [
        (m, parties.keys_of(m.claimed, m.documents[each.ordinal].reading.envelope, each.format, each.order))
        for m in read
        for each in orders_of(m)
    ]
    asked += [
        (m, parties.keys_of(m.claimed, document.reading.envelope, document.reading.format, None))
        for m in read
        for document in m.documents
        if document.reading.envelope.sender
    ]
    known = known_parties([key for _m, key in asked])
    owners: dict[int, set[int]] = {}
    for message, key in asked:
        owner = parties.identify(message.claimed.customer_id, key, known).customer_id
        if owner is not None:
            owners.setdefault(message.claimed.message_id, set()).add(owner)
    return {i: next(iter(found)) for i, found in owners.items() if len(found) == 1}


def _hints(customer_ids: set[int], bare: Hints) -> dict[int, Hints]:
    """What each of these customers' documents have taught; one that has taught nothing is missing."""
    if not customer_ids:
        return {}
    lessons, partners = queries.lessons_for(customer_ids), queries.partners_of(customer_ids)
    return {
        customer_id: hints_of(bare, lessons.get(customer_id, ()), partners.get(customer_id, ()))
        for customer_id in customer_ids
        if lessons.get(customer_id) or any(each.profile or each.mapping for each in partners.get(customer_id, ()))
    }


def hints_of(bare: Hints, lessons: Sequence[LessonFact], partners: Sequence[PartnerFact]) -> Hints:
    """The hints that a customer's lessons and partner profiles make."""
    profile: dict[str, str] = {}
    mapping: Mapping[str, object] = {}
    for partner in partners:
        profile |= dict(partner.profile)
        mapping = partner.mapping or mapping
    return taught_hints(replace(bare, profile=profile, mapping=mapping), lessons)
