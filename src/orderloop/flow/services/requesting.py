"""cXML requests answered while their sender waits: proven, stored, and told what becomes of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orderloop.flow.queries.exchanged import secrets_of
from orderloop.flow.services.receiving import Handed, store
from orderloop.intake import queries as intake_queries
from orderloop.intake import services as intake
from orderloop.intake.facts import MessageOutcome, Outcome, PartnerFact
from orderloop.interchange.facts import Format, Hints, Interchange, Reading
from orderloop.interchange.readers.cxml import secret_agrees
from orderloop.interchange.services import read_document
from orderloop.interchange.writers.cxml import response, status_of

MOST_BYTES = 4 * 1024**2
SCHEME = Format.CXML.value
_TAKEN = 201
_CONFLICT = 409
_UNKNOWN = 401
_FAILED = 500


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """The status of the protocol and the Response that says it."""

    status: int
    content: bytes


def answer_request(content: bytes, *, at: datetime) -> AnsweredRequest:
    """Take a cXML request in: 201 stored and read afterwards (one marked as a test is only kept), 400 or 450 kept as
    rejected, 409 for a payloadID that came with other content, 401 (and nothing kept) for a sender not proven, 500
    (neither) where a fault of ours keeps it from being read, after which a sender sends again."""
    small = 0 < len(content) <= MOST_BYTES
    reading = read_document(content, Hints(content_type="text/xml")) if small else Reading(Format.UNKNOWN)
    if reading.has_failed:
        return _answer(_FAILED, reading, at, 0)
    partner = _proven(content, reading, at)
    if partner is None:
        return _answer(_UNKNOWN, reading, at, 0)
    status = status_of(reading)
    message_id, status = _keep(content, reading, partner, status, at)
    return _answer(status, reading, at, message_id)


def _proven(content: bytes, reading: Reading, at: datetime) -> PartnerFact | None:
    """The partner in whose name it comes, if it knows the secret agreed with him; or with who sends for him."""
    envelope = reading.envelope
    if reading.format is not Format.CXML or not envelope.sender:
        return None
    identities = list(dict.fromkeys(filter(None, (envelope.sender, envelope.details.get("sender_identity", "")))))
    partner = intake_queries.partners_for([(SCHEME, envelope.sender)]).get((SCHEME, envelope.sender))
    known = secrets_of([f"{SCHEME}:{each}" for each in identities], at=at)
    agreed = [
        secret_agrees(content, value)
        for secrets in known.values()
        if partner is not None and secrets.customer_id in (None, partner.customer_id)
        for value in secrets.values
    ]
    return partner if any(agreed) else None


@transaction.atomic
def _keep(content: bytes, reading: Reading, partner: PartnerFact, status: int, at: datetime) -> tuple[int, int]:
    name = f"{SCHEME}:{partner.sender}"
    handed = Handed(
        content, "text/xml", "", name, partner.customer_id, external_id=reading.envelope.control[:200] or None,
        envelope={"trust": "trusted", "partner": name},
    )  # fmt: skip
    stored = store(handed, at=at)
    if stored.is_duplicate:
        found = intake_queries.message_content(stored.message_id)
        same = found is not None and found[1] == content
        return stored.message_id, status if same else _CONFLICT
    if status == _TAKEN and reading.envelope.is_test:
        intake.record_outcomes({stored.message_id: MessageOutcome(Outcome.REJECTED, None, ("test",))}, at=at)
    elif status != _TAKEN:
        faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
        reasons = tuple(dict.fromkeys(fault.code.value for fault in faults if fault.rejects)) or ("no_order",)
        intake.record_outcomes({stored.message_id: MessageOutcome(Outcome.REJECTED, None, reasons)}, at=at)
    return stored.message_id, status


def _answer(status: int, reading: Reading, at: datetime, message_id: int) -> AnsweredRequest:
    frame = Interchange(reading.envelope.receiver, reading.envelope.sender, message_id, at)
    faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    refused = [f"{fault.code.value} {fault.place.path}".strip() for fault in faults if fault.rejects]
    reason = "; ".join(refused[:20]) if status in (400, 450) else ""
    return AnsweredRequest(status, response(status, frame, reason=reason))
