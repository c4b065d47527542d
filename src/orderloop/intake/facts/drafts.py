"""Orders that are not orders yet, and what customers are asked about them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from orderloop.foundation.words import gettext_noop as _
from orderloop.intake.facts.findings import Finding
from orderloop.orders.facts import Channel


class DraftStatus(StrEnum):
    """Where a draft stands: worked on by someone, waiting for the customer, become an order, or given up."""

    OPEN = "open"
    ASKING = "asking"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


DRAFT_WORDS: Mapping[str, str] = {
    DraftStatus.OPEN: _("Being completed"),
    DraftStatus.ASKING: _("Waiting for the customer"),
    DraftStatus.ACCEPTED: _("Became an order"),
    DraftStatus.REJECTED: _("Given up"),
}


@dataclass(frozen=True, slots=True)
class DraftFact:
    """An order that is not one yet: as entered, with its findings. `body` has the form of the API's order."""

    draft_id: int
    message_id: int | None
    channel: str
    customer_id: int | None
    author_id: int | None
    status: DraftStatus
    body: Mapping[str, Any] = dataclasses.field(hash=False)
    findings: tuple[Finding, ...]
    token: UUID | None
    link_version: int
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    order_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class DraftOrigin:
    """Where a draft that was read comes from. `sources` by field path: text, raw, place, method, confidence, origin,
    and author and instant where a person has said otherwise; `gates`: decision, gates, matches line by line, and the
    lessons it was read again with; `row`: which of the document's orders it is, from 0."""

    draft_id: int
    document_id: int
    sources: Mapping[str, Mapping[str, object]] = dataclasses.field(hash=False)
    gates: Mapping[str, Any] = dataclasses.field(hash=False)
    policy_id: int | None
    row: int


@dataclass(frozen=True, slots=True)
class DraftSave:
    """A form as it stands, to be kept: under its `token` if it was never kept, or the draft of that token."""

    token: UUID
    channel: Channel
    customer_id: int | None
    body: Mapping[str, Any] = dataclasses.field(hash=False)


@dataclass(frozen=True, slots=True)
class QuestionFact:
    """What a customer was asked about a draft. `proposed` is what a mail answered and nobody has confirmed yet;
    `minutes` are the working minutes it was open, for which the promise clock stood still.
    """

    question_id: int
    draft_id: int
    findings: tuple[Finding, ...]
    asked_at: datetime
    asked_by: str
    due_at: datetime
    reminded_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    proposed: Mapping[str, str] | None = dataclasses.field(default=None, hash=False)
    proposed_at: datetime | None = None
    proposed_by: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as a list shows it."""

    draft_id: int
    status: str
    channel: str
    customer_id: int | None
    customer_name: str
    po_number: str
    lines: int
    findings: tuple[Finding, ...]
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    author_id: int | None


@dataclass(frozen=True, slots=True)
class OrderTemplateNew:
    """An order to be kept as a template; of `body`, in the form of the API's order, only what recurs is kept."""

    customer_id: int
    name: str
    body: Mapping[str, Any] = dataclasses.field(hash=False)


@dataclass(frozen=True, slots=True)
class OrderTemplate:
    """A template as its customer sees it."""

    template_id: int
    customer_id: int
    name: str
    body: Mapping[str, Any] = dataclasses.field(hash=False)
    kept_by: str
    kept_at: datetime
