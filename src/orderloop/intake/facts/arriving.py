"""What arrives and is read by itself: messages held for reading, documents read, and what is decided of each order."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloop.intake.facts.entries import Outcome
from orderloop.intake.facts.judging import Decision, Judgement
from orderloop.interchange.facts import Format, Reading, ReadOrder
from orderloop.orders.facts import Channel


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process alone may read until its lease ends, with its bytes. `attempts` counts this one."""

    message_id: int
    channel: Channel
    sender: str
    customer_id: int | None
    received_at: datetime
    content_type: str
    filename: str
    sha256: bytes
    envelope: Mapping[str, object] = dataclasses.field(hash=False)
    attempts: int
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One document of a message as it was read; ordinal 0 is the message itself, `parent` the ordinal it came in."""

    ordinal: int
    parent: int | None
    filename: str
    content_type: str
    content: bytes
    reading: Reading
    milliseconds: int


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message with all its documents, the first being itself."""

    claimed: Claimed
    documents: tuple[ReadDocument, ...]


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order as a document of a message states it. `index` is its place among the orders of that document.

    `merged` names the documents that state the same order and have only added to it.
    """

    message_id: int
    ordinal: int
    index: int
    format: Format
    order: ReadOrder
    merged: tuple[int, ...] = ()
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Identified:
    """Whose document it is and how that is known: (scheme, value) of each thing that says so."""

    customer_id: int | None
    by: tuple[tuple[str, str], ...] = ()
    disagreeing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An order found, with whose it is, what was decided and why. `order_id` is the order it repeats or would change;
    `repeats` the message that brought it before."""

    found: FoundOrder
    identified: Identified
    judgement: Judgement
    decision: Decision
    ship_to_code: str = ""
    order_id: int | None = None
    order_number: str = ""
    repeats: int | None = None
    draft_id: int | None = None
    diff: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one message: its outcome, the orders and drafts that came of it, and why."""

    outcome: Outcome
    order_ids: tuple[int, ...] = ()
    draft_ids: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerFact:
    """Who sends under an identifier: `scheme` such as `edifact`, `x12`, `gln`, `tax`, `domain`, `caller`."""

    partner_id: int
    scheme: str
    sender: str
    customer_id: int
    our_id: str
    profile: Mapping[str, str] = dataclasses.field(hash=False)
    mapping: Mapping[str, object] = dataclasses.field(hash=False)
    is_active: bool


@dataclass(frozen=True, slots=True)
class PartnerNew:
    """An identifier to be known from now on; `profile` and `mapping` as the readers of its documents take them."""

    scheme: str
    sender: str
    customer_id: int
    our_id: str = ""
    profile: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    mapping: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LessonFact:
    """What was taught about a customer's documents: on trial until `kept_at`, off since `off_at`. `tried` and `to_try`:
    how many of his documents it was tried on and which are to come."""

    lesson_id: int
    customer_id: int
    kind: str
    given: str
    means: str
    document_id: int | None
    taught_by: str
    taught_at: datetime
    off_at: datetime | None
    off_by: str
    off_reason: str
    contradicted: int
    kept_at: datetime | None
    to_try: tuple[int, ...]
    tried: int


@dataclass(frozen=True, slots=True)
class ProposalFact:
    """A change or cancellation asked for of an order, put before a person."""

    proposal_id: int
    message_id: int
    document_id: int | None
    customer_id: int
    order_id: int
    kind: str
    body: Mapping[str, Any] = dataclasses.field(hash=False)
    diff: Mapping[str, Any] = dataclasses.field(hash=False)
    status: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """A document of a message as it is kept; `results` has one entry for each order in it."""

    document_id: int
    message_id: int
    ordinal: int
    parent_id: int | None
    customer_id: int | None
    filename: str
    content_type: str
    format: str
    sha256: str
    file: str
    outcome: str
    faults: tuple[Mapping[str, object], ...] = dataclasses.field(hash=False)
    results: tuple[Mapping[str, object], ...] = dataclasses.field(hash=False)
    order_id: int | None
    read_at: datetime
    milliseconds: int
