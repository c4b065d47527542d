"""Shipments as plain data: what is to be picked, what was, and what left; and the section of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.words import gettext_noop as _
from orderloop.policy.facts import Field, Kind, Section


class ShipmentStatus(StrEnum):
    """Where a shipment stands."""

    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


STATUS_WORDS: Mapping[ShipmentStatus, str] = {
    ShipmentStatus.PICKING: _("To pick"),
    ShipmentStatus.PICKED: _("Picked"),
    ShipmentStatus.PACKED: _("Packed"),
    ShipmentStatus.SHIPPED: _("On its way"),
    ShipmentStatus.DELIVERED: _("Delivered"),
    ShipmentStatus.CANCELLED: _("Cancelled"),
}
IN_HOUSE = (ShipmentStatus.PICKING, ShipmentStatus.PICKED, ShipmentStatus.PACKED)
GONE = (ShipmentStatus.SHIPPED, ShipmentStatus.DELIVERED)

REFUSAL_WORDS: Mapping[str, str] = {
    "order_unknown": _("There is no such order."),
    "order_not_released": _("The order is not released to the warehouse."),
    "nothing_to_pick": _("Nothing is reserved for this order that is not being picked already."),
    "being_picked": _("A shipment of this order is being picked already."),
    "shipment_unknown": _("There is no such shipment."),
    "not_possible_now": _("The shipment is %(status)s; this is not possible now."),
    "line_not_in_shipment": _("This line is not part of the shipment."),
    "line_missing": _("Say how much of this line was picked."),
    "quantity_negative": _("A quantity cannot be negative."),
    "more_than_asked": _("%(picked)s picked, but only %(asked)s are to be picked."),
    "short_without_reason": _("Say why less was picked than asked."),
    "nothing_picked": _("Nothing was picked; cancel the shipment instead."),
    "parcels_out_of_range": _("A shipment has 1 to 999 parcels."),
    "carrier_missing": _("Name the carrier."),
    "not_reserved_any_more": _("The goods of this shipment are not reserved for the order any more."),
}


@dataclass(frozen=True, slots=True)
class FulfilmentPolicy:
    """How goods leave the house, and who stands on the papers that go with them."""

    carriers: tuple[str, ...] = ("SF Express", "Deppon", "DHL", "UPS")
    company_name: str = ""
    company_name_zh: str = ""
    company_address: str = ""
    company_address_zh: str = ""
    company_phone: str = ""
    company_mail: str = ""
    company_tax_number: str = ""

    def name(self, language: str) -> str:
        """The company's name in a language; in the other one where it has none."""
        return _in(language, self.company_name, self.company_name_zh)

    def address(self, language: str) -> str:
        """The company's address in a language; in the other one where it has none."""
        return _in(language, self.company_address, self.company_address_zh)


def _in(language: str, english: str, chinese: str) -> str:
    return (chinese or english) if language.startswith("zh") else (english or chinese)


SECTION = Section(
    "fulfilment",
    _("Shipping and documents"),
    FulfilmentPolicy,
    (
        Field("carriers", _("Carriers"), Kind.LIST, minimum=1, maximum=50),
        Field("company_name", _("Company name, English"), Kind.TEXT, maximum=120, optional=True),
        Field("company_name_zh", _("Company name, Chinese"), Kind.TEXT, maximum=120, optional=True),
        Field("company_address", _("Company address, English"), Kind.TEXT, maximum=300, optional=True),
        Field("company_address_zh", _("Company address, Chinese"), Kind.TEXT, maximum=300, optional=True),
        Field("company_phone", _("Company telephone"), Kind.TEXT, maximum=60, optional=True),
        Field("company_mail", _("Company e-mail"), Kind.TEXT, maximum=120, optional=True),
        Field("company_tax_number", _("Company tax number"), Kind.TEXT, maximum=40, optional=True),
    ),
    summary=_("Which carriers take the goods, and who stands on order confirmations and delivery notes."),
)


@dataclass(frozen=True, slots=True)
class ShipmentFact:
    """A shipment as it stands, without its lines. Times are None until they happened."""

    shipment_id: int
    number: str
    order_id: int
    warehouse_id: int
    status: ShipmentStatus
    carrier: str
    tracking_number: str
    address: str
    parcels: int
    created_at: datetime
    picked_at: datetime | None
    packed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    received_by: str


@dataclass(frozen=True, slots=True)
class ShipmentLineFact:
    """What is to be picked of an order line for a shipment, and what was; in the product's base unit."""

    shipment_id: int
    line_id: int
    quantity: Decimal
    picked: Decimal
    short_reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a warehouse holds for an order line."""

    order_id: int
    line_id: int
    warehouse_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PickPlan:
    """A shipment about to be picked: quantities by order line, from one warehouse."""

    order_id: int
    warehouse_id: int
    quantities: Mapping[int, Decimal] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked: quantities by order line, None meaning all that was asked. Less than asked needs a reason."""

    shipment_id: int
    quantities: Mapping[int, Decimal] | None = field(default=None, hash=False)
    short_reason: str = ""


@dataclass(frozen=True, slots=True)
class Packing:
    """How many parcels a shipment was packed into."""

    shipment_id: int
    parcels: int = 1


@dataclass(frozen=True, slots=True)
class ShipOut:
    """A packed shipment handed to a carrier."""

    shipment_id: int
    carrier: str
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """An order of which all that is reserved leaves at once; `at` where it is not the call's own time."""

    order_id: int
    carrier: str
    tracking_number: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A shipment that reached the customer; `at` where it is not the call's own time."""

    shipment_id: int
    received_by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipment that left: quantities by order line."""

    shipment_id: int
    number: str
    order_id: int
    quantities: Mapping[int, Decimal] = field(hash=False)


@dataclass(frozen=True, slots=True)
class PickLine:
    """One line on a pick list, in the order in which one walks: by bin."""

    line_id: int
    n: int
    product_id: int
    sku: str
    name_en: str
    name_zh: str
    unit: str
    bin: str
    quantity: Decimal
    picked: Decimal


@dataclass(frozen=True, slots=True)
class PickTask:
    """A shipment still in the house, with what the one who picks must know."""

    shipment: ShipmentFact
    order_number: str
    customer_name: str
    priority: Decimal
    is_urgent: bool
    lines: tuple[PickLine, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """Someone named on a paper: a name and the lines below it."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line on a paper, quantities in the base `unit`; `entered` is what the customer wrote, where it differs.

    `quantity` is what the paper is about: ordered on a confirmation, delivered on a delivery note. `rest` is what is
    still to come after this paper.
    """

    n: int
    sku: str
    item_code: str
    name_en: str
    name_zh: str
    unit: str
    quantity: Decimal
    entered: tuple[Decimal, str] | None
    unit_price: Decimal
    net: Decimal
    ordered: Decimal
    rest: Decimal
    promised_on: date | None


@dataclass(frozen=True, slots=True)
class Paper:
    """What an order confirmation and a delivery note have in common. `language` is the customer's."""

    number: str
    order_number: str
    po_number: str
    language: str
    currency: str
    dated: datetime
    customer: Party
    ship_to: Party
    note: str
    lines: tuple[PaperLine, ...]


@dataclass(frozen=True, slots=True)
class OrderConfirmation:
    """What is confirmed to the customer, with its amounts."""

    paper: Paper
    requested_on: date
    promised_on: date | None
    tax_rate: Decimal
    tax_included: bool
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What goes with the goods, with the value of what is delivered, net of tax. `to_come`: lines of the order of which
    nothing is in this delivery and something is still to come, with a quantity of 0."""

    paper: Paper
    carrier: str
    tracking_number: str
    parcels: int
    value: Decimal
    to_come: tuple[PaperLine, ...] = ()
