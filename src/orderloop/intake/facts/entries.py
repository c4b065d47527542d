"""An order as it came, what must be known to judge it, and what became of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from orderloop.catalog.facts import PriceStep, ProductFact
from orderloop.customers.facts import CustomerFact, ShipToFact
from orderloop.foundation.calendar import WorkingCalendar
from orderloop.foundation.calendar_data import CHINA
from orderloop.foundation.words import gettext_noop as _
from orderloop.intake.facts.findings import Finding, Severity
from orderloop.orders.facts import Channel, NewOrder

MAX_LINES = 5_000
MAX_QUANTITY = Decimal("99999999.999")
MAX_PRICE = Decimal("999999999999.9999")
QUANTITY_DECIMALS = 3
PRICE_DECIMALS = 4
PO_NUMBER_LENGTH = 80
ITEM_CODE_LENGTH = 80
DESCRIPTION_LENGTH = 300
NOTE_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line as it came. Text stays text until it is examined; a channel that already has numbers passes numbers.

    `sku` is our code where the line was matched already, by a rule or a person; else `item_code` is looked up.
    `unit_price` is per entered unit. `price_agreed` says that the desk has accepted this price against its own list.
    """

    item_code: str = ""
    quantity: str | Decimal = ""
    unit: str = ""
    unit_price: str | Decimal | None = None
    requested_on: str | date | None = None
    description: str = ""
    price_agreed: bool = False
    sku: str = ""


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """An order as it came, nothing matched yet. `key` tells it apart within one call.

    The customer is given by `customer_id` where the channel knows it (portal, token), else by `customer_code`.
    `faults` are what was found wrong while it was read, before any rule; with `person_first` somebody at the desk
    looks at it before its customer is asked anything.
    """

    key: int
    channel: Channel
    received_at: datetime
    lines: tuple[EntryLine, ...] = ()
    customer_id: int | None = None
    customer_code: str = ""
    po_number: str = ""
    requested_on: str | date | None = None
    ship_to_code: str = ""
    note: str = ""
    currency: str = ""
    total: str | Decimal | None = None
    message_id: int | None = None
    draft_id: int | None = None
    faults: tuple[Finding, ...] = ()
    person_first: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the examination of a set of entries needs, read once for the whole set.

    `items` per (customer id or 0, code as written): the products the code stands for by the first of the customer's
    own code, our code, the barcode that knows it. `factors` per product: canonical unit -> base units in one of it,
    the base unit itself with 1. `prices` per (price list, product) by rising quantity. `taken` per (customer, PO key):
    the number of the live order that has it. `suggestions` per unknown code: the nearest of our codes, nearest first.
    """

    customers: Mapping[int, CustomerFact] = dataclasses.field(default_factory=dict)
    customer_ids: Mapping[str, int] = dataclasses.field(default_factory=dict)
    ship_tos: Mapping[int, tuple[ShipToFact, ...]] = dataclasses.field(default_factory=dict)
    items: Mapping[tuple[int, str], tuple[ProductFact, ...]] = dataclasses.field(default_factory=dict)
    factors: Mapping[int, Mapping[str, Fraction]] = dataclasses.field(default_factory=dict)
    prices: Mapping[tuple[int, int], tuple[PriceStep, ...]] = dataclasses.field(default_factory=dict)
    taken: Mapping[tuple[int, str], str] = dataclasses.field(default_factory=dict)
    suggestions: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    calendar: WorkingCalendar = CHINA


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of an entry: with nothing blocking a complete `new_order`, else None and all that is wrong."""

    entry: OrderEntry
    new_order: NewOrder | None
    findings: tuple[Finding, ...]
    customer_id: int | None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.BLOCKING)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes as they came on a channel, to be stored before anything is read. `external_id` is the sender's own id.

    `envelope` is what the channel knows beside the bytes, as plain data; see `EnvelopeKey`.
    """

    channel: Channel
    content_type: str
    body: bytes
    received_at: datetime
    sender: str = ""
    external_id: str | None = None
    filename: str = ""
    customer_id: int | None = None
    envelope: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """An arrival that is safe: the id of its message; `is_duplicate` when the sender's id had come before."""

    message_id: int
    is_duplicate: bool = False


class Outcome(StrEnum):
    """What a message ended in."""

    PENDING = "pending"
    ORDER = "order"
    DRAFT = "draft"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    CHANGE = "change"
    ANSWER = "answer"
    RECEIPT = "receipt"
    NOT_ORDER = "not_order"
    QUARANTINED = "quarantined"


OUTCOME_WORDS: Mapping[str, str] = {
    Outcome.PENDING: _("Not read yet"),
    Outcome.ORDER: _("Became an order"),
    Outcome.DRAFT: _("Being completed"),
    Outcome.DUPLICATE: _("Came before"),
    Outcome.REJECTED: _("Given up"),
    Outcome.CHANGE: _("Asks for a change"),
    Outcome.ANSWER: _("Answers a question"),
    Outcome.RECEIPT: _("Acknowledgement of receipt"),
    Outcome.NOT_ORDER: _("Not an order"),
    Outcome.QUARANTINED: _("Set apart"),
}


class EnvelopeKey(StrEnum):
    """What a channel may say of a message beside its bytes.

    `trust`: `trusted`, `weak` or `untrusted`, with `trust_reasons`; a channel that says nothing is judged by what the
    document itself shows. `caller`: the number a fax came from. `partner`: `scheme:id` of an electronic connection.
    `gateway`: the address that passed a fax on by mail. `peer`: the address it was received from. `token`: of the
    question it answers. `reply_to`: where answers go.
    """

    TRUST = "trust"
    TRUST_REASONS = "trust_reasons"
    CALLER = "caller"
    GATEWAY = "gateway"
    PARTNER = "partner"
    PEER = "peer"
    TOKEN = "token"
    REPLY_TO = "reply_to"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """What became of one message: the order it is or repeats, or why it is none; `repeats` is the earlier message."""

    outcome: Outcome
    order_id: int | None = None
    reasons: tuple[str, ...] = ()
    repeats: int | None = None
