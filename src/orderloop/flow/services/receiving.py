"""Documents handed over by other systems: stored with the answer under the caller's key, read afterwards by the clock.

What is handed over this way arrives on the electronic channel whatever its format, so that it is read, and waits for
people, like every other document.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from orderloop.intake import services as intake
from orderloop.intake.facts import Arrival, Stored
from orderloop.orders.facts import Channel
from orderloop.platform import idempotency

TRUSTED = {"trust": "trusted"}


@dataclass(frozen=True, slots=True)
class Handed:
    """A document as it was handed over; `scope` is who did, `key` the caller's own for this call."""

    body: bytes
    content_type: str
    filename: str
    scope: str
    customer_id: int | None
    key: str = ""
    external_id: str | None = None
    envelope: Mapping[str, object] = field(default_factory=lambda: dict(TRUSTED))


@dataclass(frozen=True, slots=True)
class Kept:
    """What the caller is told: status and JSON text, and whether it was told before."""

    status: int
    body: str
    is_replay: bool = False


def keep_document(handed: Handed, *, at: datetime) -> Kept:
    """Store a document and the answer to its caller, in one transaction. 202, or 422 for a key used for another one."""
    asked = idempotency.Asked(handed.scope, handed.key, _fingerprint(handed))
    for _attempt in range(2):
        known = idempotency.answers_for([asked]).get((handed.scope, handed.key)) if handed.key else None
        if isinstance(known, idempotency.Stored):
            return Kept(known.status, known.body, is_replay=True)
        if known is not None:
            break
        try:
            return _store(handed, asked, at)
        except idempotency.AnswerTaken:
            continue
    return Kept(422, "")


@transaction.atomic
def _store(handed: Handed, asked: idempotency.Asked, at: datetime) -> Kept:
    message_id = store(handed, at=at).message_id
    body = json.dumps({"id": message_id, "state": "pending"})
    if handed.key:
        answer = idempotency.Answer(asked.scope, asked.key, asked.fingerprint, 202, body)
        idempotency.keep_answers([answer], at=at)
    return Kept(202, body)


def store(handed: Handed, *, at: datetime) -> Stored:
    """Store a document as a message of the electronic channel; one whose `external_id` came before is not stored."""
    arrival = Arrival(
        Channel.EDI, _plain(handed.content_type)[:100], handed.body, at, sender=handed.scope[:200],
        external_id=handed.external_id, filename=_plain(handed.filename)[:200], customer_id=handed.customer_id,
        envelope=dict(handed.envelope),
    )  # fmt: skip
    return intake.store_messages([arrival])[0]


def _fingerprint(handed: Handed) -> bytes:
    return idempotency.fingerprint_of(b"documents", handed.filename.encode(), handed.body)


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
