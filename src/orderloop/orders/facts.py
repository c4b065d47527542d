"""What an order is, as plain data: as it is opened, as it stands, and how it moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.actor import Actor
from orderloop.foundation.words import gettext_noop as _


class OrderStatus(StrEnum):
    """Where an order stands. What counts quantities (shipped, reserved) is derived from its lines."""

    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


STATUS_WORDS: Mapping[str, str] = {
    OrderStatus.IN_REVIEW: _("In review"),
    OrderStatus.CONFIRMED: _("Confirmed"),
    OrderStatus.RELEASED: _("Released"),
    OrderStatus.PART_SHIPPED: _("Partly shipped"),
    OrderStatus.SHIPPED: _("Shipped"),
    OrderStatus.DELIVERED: _("Delivered"),
    OrderStatus.REJECTED: _("Rejected"),
    OrderStatus.CANCELLED: _("Cancelled"),
}

ENDED = frozenset({OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED})


class Channel(StrEnum):
    """How an order reached the desk."""

    PORTAL = "portal"
    STAFF = "staff"
    API = "api"
    UPLOAD = "upload"
    MAIL = "mail"
    FAX = "fax"
    EDI = "edi"
    IMPORT = "import"


CHANNEL_WORDS: Mapping[str, str] = {
    Channel.PORTAL: _("Customer portal"),
    Channel.STAFF: _("Entered by staff"),
    Channel.API: _("API"),
    Channel.UPLOAD: _("Spreadsheet"),
    Channel.MAIL: _("E-mail"),
    Channel.FAX: _("Fax"),
    Channel.EDI: _("EDI"),
    Channel.IMPORT: _("Import"),
}


class EventKind(StrEnum):
    """What a history row says happened."""

    RECEIVED = "received"
    HELD = "held"
    CONFIRMED = "confirmed"
    RESERVED = "reserved"
    RELEASED = "released"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    PROMISED = "promised"
    PRIORITY = "priority"
    NOTE = "note"


EVENT_WORDS: Mapping[EventKind, str] = {
    EventKind.RECEIVED: _("Received"),
    EventKind.HELD: _("Held for review"),
    EventKind.CONFIRMED: _("Confirmed"),
    EventKind.RESERVED: _("Stock reserved"),
    EventKind.RELEASED: _("Released to the warehouse"),
    EventKind.SHIPPED: _("Shipped"),
    EventKind.DELIVERED: _("Delivered"),
    EventKind.REJECTED: _("Rejected"),
    EventKind.CANCELLED: _("Cancelled"),
    EventKind.PROMISED: _("Promise date changed"),
    EventKind.PRIORITY: _("Priority changed"),
    EventKind.NOTE: _("Note"),
}


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be opened. `quantity` in the product's base unit; `unit_price` per base unit; `net`, `cost` rounded."""

    product_id: int
    item_code: str
    description: str
    entered_quantity: Decimal
    entered_unit: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    cost: Decimal
    requested_on: date


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A complete order about to be opened; `key` tells it apart within one call and becomes its id in the outcome."""

    key: int
    customer_id: int
    po_number: str
    po_key: str
    channel: Channel
    message_id: int | None
    currency: str
    tax_rate: Decimal
    tax_included: bool
    net: Decimal
    tax: Decimal
    gross: Decimal
    cost: Decimal
    requested_on: date
    ship_to_id: int | None
    note: str
    product_line_id: int | None
    received_at: datetime
    lines: tuple[NewLine, ...]
    number: str = ""
    is_touchless: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """A change of an order's state (or, with `after` None, a remark): it happens only if the order is at `before`."""

    order_id: int
    kind: EventKind
    before: OrderStatus
    after: OrderStatus | None
    reason: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One history row of an order that is being opened, before it has an id."""

    kind: EventKind
    after: OrderStatus
    actor: Actor
    at: datetime
    reason: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """An order about to be written together with all that has been decided about it in the same moment.

    `steps` is its history so far; the last one's state is the order's. `promised` has a day (or None) for each line.
    """

    order: NewOrder
    steps: tuple[Step, ...]
    promised: tuple[date | None, ...]
    priority: Decimal
    size_class: str
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """An order that now has its ids; `line_ids` in the order of the lines."""

    key: int
    order_id: int
    number: str
    line_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineFact:
    """A line as it stands. `open` is what is still to be shipped, in the base unit."""

    line_id: int
    order_id: int
    n: int
    product_id: int
    quantity: Decimal
    shipped: Decimal
    cancelled: Decimal
    unit_price: Decimal
    net: Decimal
    cost: Decimal
    requested_on: date
    promised_on: date | None

    @property
    def open(self) -> Decimal:
        return self.quantity - self.shipped - self.cancelled


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as it stands, without its lines."""

    order_id: int
    number: str
    customer_id: int
    po_number: str
    channel: str
    status: OrderStatus
    version: int
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    cost: Decimal
    requested_on: date
    promised_on: date | None
    ship_to_id: int | None
    priority: Decimal
    product_line_id: int | None
    size_class: str
    is_urgent: bool
    received_at: datetime
    confirmed_at: datetime | None
    message_id: int | None


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """What stands on an order's papers and on its customer's page."""

    order_id: int
    number: str
    customer_id: int
    po_number: str
    status: OrderStatus
    currency: str
    tax_rate: Decimal
    tax_included: bool
    net: Decimal
    tax: Decimal
    gross: Decimal
    ship_to_id: int | None
    note: str
    link_version: int
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None
    received_at: datetime
    confirmed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A line with what was entered; `quantity` to `cancelled` in the product's base unit."""

    line_id: int
    order_id: int
    n: int
    product_id: int
    item_code: str
    description: str
    entered_quantity: Decimal
    entered_unit: str
    quantity: Decimal
    shipped: Decimal
    cancelled: Decimal
    unit_price: Decimal
    net: Decimal
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None

    @property
    def open(self) -> Decimal:
        """What is still to be shipped."""
        return self.quantity - self.shipped - self.cancelled
