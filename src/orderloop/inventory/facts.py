"""Stock, demand and supply as plain data, what an allocation concludes, and the section of the policy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.foundation.words import gettext_noop as _
from orderloop.policy.facts import Field, Kind, Section


@dataclass(frozen=True, slots=True)
class InventoryPolicy:
    """`handling_days` from release to dispatch, `transit_days` to the customer, both working days.

    `make_extra_days` and `buy_extra_days` are added to a product's lead time when nothing is on the way yet.
    """

    handling_days: int = 1
    transit_days: int = 3
    make_extra_days: int = 2
    buy_extra_days: int = 3
    promise_uncovered: bool = True


@dataclass(frozen=True, slots=True)
class StockFact:
    product_id: int
    warehouse_id: int
    on_hand: Decimal
    reserved: Decimal

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class Promisable:
    """What a product can be promised from: `supplies` are open receipts, `promised` the demand that no reservation
    covers yet, each (day, quantity)."""

    product_id: int
    on_hand: Decimal
    reserved: Decimal
    supplies: tuple[tuple[date, Decimal], ...] = ()
    promised: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Demand:
    """An order line that wants goods. `rank` decides who comes first: higher priority, then earlier, then lower key."""

    order_key: int
    line_key: int
    product_id: int
    quantity: Decimal
    needed_on: date
    priority: Decimal
    ship_complete: bool = False

    @property
    def rank(self) -> tuple[Decimal, date, int, int]:
        return (-self.priority, self.needed_on, self.order_key, self.line_key)


@dataclass(frozen=True, slots=True)
class Supply:
    """Goods still to come: an open receipt."""

    product_id: int
    warehouse_id: int
    quantity: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Replenishing:
    """How long a product takes when it has to be made or bought anew, in calendar days."""

    product_id: int
    supply: str
    lead_time_days: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one warehouse gives to a demand: `reserved` now; `wanted` less `reserved` is short there."""

    warehouse_id: int
    wanted: Decimal
    reserved: Decimal


@dataclass(frozen=True, slots=True)
class Allocated:
    """What became of one demand. `available_on`: when all of it can leave the warehouse, None if nothing says when."""

    line_key: int
    order_key: int
    product_id: int
    shares: tuple[Share, ...]
    short: Decimal
    available_on: date | None


@dataclass(frozen=True, slots=True)
class ReservationNew:
    """A reservation about to be written for an order line that now has an id."""

    order_id: int
    line_id: int
    product_id: int
    warehouse_id: int
    wanted: Decimal
    reserved: Decimal
    needed_on: date
    expected_on: date | None
    priority: Decimal


@dataclass(frozen=True, slots=True)
class Consumption:
    """Goods of a reserved line leaving a warehouse; `reference` is the paper they leave with."""

    line_id: int
    warehouse_id: int
    quantity: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class MoveNew:
    """A change of stock on hand: positive in, negative out."""

    product_id: int
    warehouse_id: int
    kind: str
    quantity: Decimal
    reference: str
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class WarehouseRow:
    """A warehouse as it is to be; the lower its position, the sooner goods are taken from it."""

    code: str
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """Goods that are to come on a day, and where they come from."""

    product_id: int
    warehouse_id: int
    quantity: Decimal
    on: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class Shortage:
    """An open demand that stock does not cover, for planner and buyer."""

    reservation_id: int
    order_id: int
    line_id: int
    product_id: int
    warehouse_id: int
    short: Decimal
    needed_on: date
    expected_on: date | None
    priority: Decimal


SECTION = Section(
    "inventory",
    _("Stock and promising"),
    InventoryPolicy,
    (
        Field("handling_days", _("From release to dispatch"), Kind.INT, minimum=0, maximum=60, unit=_("working days")),
        Field("transit_days", _("From dispatch to the customer"), Kind.INT,
              minimum=0, maximum=60, unit=_("working days")),
        Field("make_extra_days", _("Added to the lead time of what is made"), Kind.INT,
              minimum=0, maximum=120, unit=_("days")),
        Field("buy_extra_days", _("Added to the lead time of what is bought"), Kind.INT,
              minimum=0, maximum=120, unit=_("days")),
        Field("promise_uncovered", _("Promise by lead time what nothing covers yet"), Kind.BOOL),
    ),
    summary=_("How the day of delivery follows from stock, receipts and lead times."),
)  # fmt: skip
