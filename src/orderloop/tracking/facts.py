"""What happened to an order, as its history and as its customer is told; and the section of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.fulfilment.facts import ShipmentFact
from orderloop.orders.facts import OrderDetail
from orderloop.policy.facts import Field, Kind, Section


class ProgressEvent(StrEnum):
    """Progress of an order that its customer can be told by mail."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


EVENT_WORDS: Mapping[ProgressEvent, str] = {
    ProgressEvent.RECEIVED: _("Order received, not yet accepted"),
    ProgressEvent.CONFIRMED: _("Order confirmed"),
    ProgressEvent.SHIPPED: _("Goods shipped"),
    ProgressEvent.DELIVERED: _("Goods delivered"),
    ProgressEvent.DELAYED: _("Delivery date moved"),
    ProgressEvent.REJECTED: _("Order not accepted"),
    ProgressEvent.CANCELLED: _("Order cancelled"),
}


@dataclass(frozen=True, slots=True)
class TrackingPolicy:
    """Which progress is mailed, from how many working days on a moved date is told, how long links hold, and by when
    whoever sends an order is to have the receipt (minutes by day and night) and the confirmation (working hours)."""

    mailed_events: tuple[str, ...] = tuple(ProgressEvent)
    delay_days: int = 1
    link_days: int = 180
    attach_documents: bool = True
    receipt_minutes: int = 15
    confirmation_working_hours: int = 8


SECTION = Section(
    "tracking",
    _("Progress messages"),
    TrackingPolicy,
    (
        Field(
            "mailed_events",
            _("Tell the customer by mail"),
            Kind.CHOICES,
            choices=tuple((event.value, EVENT_WORDS[event]) for event in ProgressEvent),
            optional=True,
        ),
        Field(
            "delay_days", _("Tell of a date moved by at least"), Kind.INT, minimum=1, maximum=60, unit=_("working days")
        ),
        Field("link_days", _("A tracking link holds for"), Kind.INT, minimum=1, maximum=1000, unit=_("days")),
        Field("attach_documents", _("Attach order confirmation and delivery note"), Kind.BOOL),
        Field(
            "receipt_minutes",
            _("Receipt within"),
            Kind.INT,
            minimum=1,
            maximum=10000,
            unit=_("minutes"),
            help=_("From the arrival of an order until its sender is told that we have it, by day and night."),
        ),
        Field(
            "confirmation_working_hours",
            _("Confirmation within"),
            Kind.INT,
            minimum=1,
            maximum=400,
            unit=_("working hours"),
            help=_("From its arrival until it is accepted or not. It stands still while the customer is asked."),
        ),
    ),
    summary=_("Of which steps customers are told by mail, and how long they can follow an order by link."),
)


@dataclass(frozen=True, slots=True)
class NoticeNew:
    """Something a customer is to be told once: `subject` tells apart what can happen to an order more than once."""

    order_id: int
    event: ProgressEvent
    subject: str = ""


class EntryKind(StrEnum):
    """Where an entry of a timeline comes from."""

    ORDER = "order"
    SHIPMENT = "shipment"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to an order. `title` is marked for translation and filled with `params`.

    `for_customer` says whether the customer may see it; `text` is a free remark, never shown to the customer.
    `reference` names the shipment or mail it is about.
    """

    order_id: int
    at: datetime
    kind: EntryKind
    code: str
    title: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)
    actor: str = ""
    text: str = ""
    reference: str = ""
    for_customer: bool = False


class StepState(StrEnum):
    """Where one of the customer's steps stands."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CustomerStep:
    """One of the few steps an order has in its customer's eyes. `title` is marked for translation."""

    code: str
    title: str
    state: StepState
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A line as its customer sees it: quantities in the base `unit`, and its three dates."""

    n: int
    sku: str
    item_code: str
    name_en: str
    name_zh: str
    unit: str
    ordered: Decimal
    shipped: Decimal
    cancelled: Decimal
    open: Decimal
    unit_price: Decimal
    net: Decimal
    requested_on: date
    first_promised_on: date | None
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that an order's customer sees of it. `explanation` says in plain words why it stands where it stands."""

    order: OrderDetail
    language: str
    steps: tuple[CustomerStep, ...]
    explanation: Reason
    lines: tuple[CustomerLine, ...]
    shipments: tuple[ShipmentFact, ...]
    timeline: tuple[TimelineEntry, ...]


EXPLANATIONS: Mapping[str, str] = {
    "in_review": _("We have your order and are checking it. You will hear from us as soon as it is accepted."),
    "confirmed": _("Your order is accepted. We are getting the goods ready and expect to deliver by %(on)s."),
    "confirmed_no_date": _("Your order is accepted. We are finding out when we can deliver and will tell you."),
    "short": _("Your order is accepted. Part of the goods is still to come in; we expect to deliver by %(on)s."),
    "moved": _("The delivery date has moved from %(first)s to %(on)s because some goods reach us later than planned."),
    "moved_because": _("The delivery date has moved from %(first)s to %(on)s: %(reason)s"),
    "released": _("The goods are being picked and packed. We expect to deliver by %(on)s."),
    "part_shipped": _("Part of the goods is on its way. The rest follows, expected by %(on)s."),
    "shipped": _("The goods are on their way."),
    "delivered": _("The goods have been delivered."),
    "rejected": _("We could not accept this order."),
    "cancelled": _("This order has been cancelled."),
}
