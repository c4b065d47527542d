"""What is measured: figures with units and targets, violations of invariants, and the section of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.access.facts import ROLE_NAMES, Role
from orderloop.foundation.words import gettext_noop as _
from orderloop.policy.facts import Field, Kind, Section


class Unit(StrEnum):
    """What a figure counts in. A share is a fraction between 0 and 1."""

    HOURS = "hours"
    MINUTES = "minutes"
    SHARE = "share"
    MONEY = "money"


class Group(StrEnum):
    """Under which heading of the cockpit a figure stands."""

    CYCLE = "cycle"
    DELIVERY = "delivery"
    QUALITY = "quality"
    COST = "cost"


GROUP_WORDS: Mapping[Group, str] = {
    Group.CYCLE: _("Processing cycle"),
    Group.DELIVERY: _("On-time delivery"),
    Group.QUALITY: _("Errors and hands"),
    Group.COST: _("Cost"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the cockpit. `number` never changes; an alarm about the figure is filed under it.

    `higher_is_better` says on which side of its target the figure is well; `base` in a few words which orders count.
    """

    code: str
    number: int
    label: str
    base: str
    unit: Unit
    group: Group
    higher_is_better: bool
    is_headline: bool = False


_DELIVERED = _("orders delivered in the period")
_ANSWERED = _("orders received in the period and decided")
_ASKED = _("orders received in the period of which the customer was asked")
_LINES = _("lines of orders delivered in the period")

FIGURES: tuple[Figure, ...] = (
    Figure("cycle_total", 1, _("Receipt to delivery"), _DELIVERED, Unit.HOURS, Group.CYCLE, False, True),
    Figure(
        "cycle_release",
        2,
        _("Receipt to release"),
        _("orders released in the period"),
        Unit.HOURS,
        Group.CYCLE,
        False,
        True,
    ),
    Figure(
        "acknowledgement",
        3,
        _("Acknowledgement"),
        _("orders received in the period and acknowledged"),
        Unit.MINUTES,
        Group.CYCLE,
        False,
        True,
    ),
    Figure("on_time_first", 4, _("On time to the first promise"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True, True),
    Figure("on_time_promised", 5, _("On time to the last promise"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True),
    Figure(
        "on_time_requested", 6, _("On time to the requested date"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True, True
    ),
    Figure("lines_on_time_first", 7, _("Lines on time to the first promise"), _LINES, Unit.SHARE, Group.DELIVERY, True),
    Figure(
        "lines_on_time_promised", 8, _("Lines on time to the last promise"), _LINES, Unit.SHARE, Group.DELIVERY, True
    ),
    Figure(
        "lines_on_time_requested", 9, _("Lines on time to the requested date"), _LINES, Unit.SHARE, Group.DELIVERY, True
    ),
    Figure(
        "otif_first", 10, _("On time and in full, first promise"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True, True
    ),
    Figure("otif_promised", 11, _("On time and in full, last promise"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True),
    Figure(
        "otif_requested", 12, _("On time and in full, requested date"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True
    ),
    Figure("perfect_order", 13, _("Perfect orders (SCOR RL.1.1)"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True, True),
    Figure(
        "perfect_order_index", 14, _("Perfect order index (APQC product)"), _DELIVERED, Unit.SHARE, Group.DELIVERY, True
    ),
    Figure("error_rate", 15, _("Orders with an error"), _DELIVERED, Unit.SHARE, Group.QUALITY, False, True),
    Figure("first_time_right", 16, _("First time right"), _DELIVERED, Unit.SHARE, Group.QUALITY, True, True),
    Figure(
        "touchless",
        17,
        _("Touchless orders"),
        _("orders received in the period and decided"),
        Unit.SHARE,
        Group.QUALITY,
        True,
        True,
    ),
    Figure("cost_per_order", 18, _("Cost per order"), _DELIVERED, Unit.MONEY, Group.COST, False, True),
    Figure("cost_per_line", 19, _("Cost per order line"), _DELIVERED, Unit.MONEY, Group.COST, False),
    Figure("receipt_in_time", 20, _("Receipts in time"), _ANSWERED, Unit.SHARE, Group.CYCLE, True),
    Figure("confirmation_in_time", 21, _("Confirmations in time"), _ANSWERED, Unit.SHARE, Group.CYCLE, True),
    Figure("asked_hours", 22, _("Waiting for the customer's answer"), _ASKED, Unit.HOURS, Group.CYCLE, False),
)
BY_CODE: Mapping[str, Figure] = {figure.code: figure for figure in FIGURES}


class ErrorCause(StrEnum):
    """What makes an order count among those with an error."""

    CORRECTION = "correction"
    REWORK = "rework"
    SENT_BACK = "sent_back"
    SHORT_PICK = "short_pick"
    MISBILLED = "misbilled"


CAUSE_WORDS: Mapping[ErrorCause, str] = {
    ErrorCause.CORRECTION: _("Came in incomplete or wrong"),
    ErrorCause.REWORK: _("Went through a stage again"),
    ErrorCause.SENT_BACK: _("Work was sent back"),
    ErrorCause.SHORT_PICK: _("Less shipped than was to be picked"),
    ErrorCause.MISBILLED: _("Billed otherwise than ordered"),
}


@dataclass(frozen=True, slots=True)
class FigureFilter:
    """Which orders a figure looks at: those in [since, until), of customers whose code or name holds `customer`, and
    of one product line, channel or size class where given."""

    since: datetime
    until: datetime
    customer: str = ""
    product_line_id: int | None = None
    channel: str = ""
    size_class: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure's value over a set of orders. `value` is None when there were none; `p90` stands for durations only."""

    value: Decimal | None
    n: int
    p90: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a trend: the span begins on `starts_on`."""

    starts_on: date
    reading: Reading


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure read, with its target and what follows: `met` is None without target or without orders; `is_thin` when
    the number of cases is too small to conclude anything from."""

    figure: Figure
    reading: Reading
    target: Decimal | None
    met: bool | None
    is_thin: bool
    trend: tuple[Point, ...] = ()

    @property
    def is_alarm(self) -> bool:
        return self.met is False and not self.is_thin


@dataclass(frozen=True, slots=True)
class OrderPart:
    """One order behind a figure, with its part in it."""

    order_id: int
    number: str
    customer_name: str
    status: str
    at: datetime
    value: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class StageReading:
    """A stage over the passages finished in a period. Waits run from enabled to started, work from started to
    finished, both in hours; `within_standard` is the share of passages by hand that took at most the standard time.
    """

    stage: str
    role: str
    n: int
    wait_p50: Decimal | None
    wait_p90: Decimal | None
    work_p50: Decimal | None
    work_p90: Decimal | None
    total_p50: Decimal | None
    total_p90: Decimal | None
    by_hand: int
    within_standard: Decimal | None
    late: int
    repeated: int
    running: int
    running_late: int


@dataclass(frozen=True, slots=True)
class WaitReading:
    """How much waiting a reason caused: passages finished in the period, and those still waiting."""

    reason: str
    n: int
    hours: Decimal
    running: int


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """How things stand at this moment."""

    open_orders: int
    late_orders: int
    open_work: int
    late_work: int
    open_holds: int
    late_holds: int
    waiting_messages: int


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant found broken: the rows that break it, at most the first hundred, and how many there are in all."""

    code: str
    words: str
    ids: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RoleRate:
    """What an hour of somebody in a role costs."""

    role: str
    per_hour: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """Where a figure should be: at least, or at most, according to which way is better. Shares as fractions."""

    figure: str
    target: Decimal


DEFAULT_RATES: tuple[RoleRate, ...] = (
    RoleRate("clerk", Decimal(60)),
    RoleRate("credit_reviewer", Decimal(90)),
    RoleRate("planner", Decimal(80)),
    RoleRate("buyer", Decimal(75)),
    RoleRate("warehouse", Decimal(45)),
    RoleRate("service", Decimal(60)),
    RoleRate("manager", Decimal(150)),
    RoleRate("administrator", Decimal(100)),
)
DEFAULT_TARGETS: tuple[Target, ...] = (
    Target("cycle_total", Decimal(168)),
    Target("cycle_release", Decimal(8)),
    Target("acknowledgement", Decimal(60)),
    Target("on_time_first", Decimal("0.95")),
    Target("on_time_promised", Decimal("0.95")),
    Target("on_time_requested", Decimal("0.90")),
    Target("otif_first", Decimal("0.90")),
    Target("perfect_order", Decimal("0.90")),
    Target("error_rate", Decimal("0.05")),
    Target("first_time_right", Decimal("0.90")),
    Target("touchless", Decimal("0.60")),
    Target("cost_per_order", Decimal(40)),
    Target("receipt_in_time", Decimal("0.98")),
    Target("confirmation_in_time", Decimal("0.95")),
)


@dataclass(frozen=True, slots=True)
class FiguresPolicy:
    """What figures are judged by and what work costs. Money in `currency`, the currency of the company's books."""

    targets: tuple[Target, ...] = DEFAULT_TARGETS
    rates: tuple[RoleRate, ...] = DEFAULT_RATES
    currency: str = "CNY"
    automatic_cost: Decimal = Decimal(0)
    most_minutes: int = 240
    thin_below: int = 10
    alarm_days: int = 30
    message_minutes: int = 15

    def target_of(self, code: str) -> Decimal | None:
        return next((each.target for each in self.targets if each.figure == code), None)


_ROLE_CHOICES = tuple(
    (str(role), name) for role, name in ROLE_NAMES.items() if role not in (Role.CUSTOMER, Role.INTEGRATOR)
)

SECTION = Section(
    "figures",
    _("Figures"),
    FiguresPolicy,
    (
        Field(
            "targets",
            _("Targets"),
            Kind.TABLE,
            row=Target,
            columns=(
                Field(
                    "figure",
                    _("Figure"),
                    Kind.CHOICE,
                    choices=tuple((each.code, each.label) for each in FIGURES),
                    unique=True,
                ),
                Field(
                    "target",
                    _("Target"),
                    Kind.DECIMAL,
                    minimum=0,
                    help=_("Hours, minutes or money as the figure counts; shares in percent."),
                    share_with=("figure", tuple(each.code for each in FIGURES if each.unit is Unit.SHARE)),
                ),
            ),
        ),
        Field(
            "rates",
            _("Cost of an hour"),
            Kind.TABLE,
            row=RoleRate,
            columns=(
                Field("role", _("Role"), Kind.CHOICE, choices=_ROLE_CHOICES, unique=True),
                Field("per_hour", _("Per hour"), Kind.DECIMAL, minimum=0, maximum=100000),
            ),
        ),
        Field("currency", _("Currency of costs"), Kind.TEXT, minimum=3, maximum=3),
        Field("automatic_cost", _("Cost of a stage without a person"), Kind.DECIMAL, minimum=0, maximum=1000),
        Field(
            "most_minutes",
            _("One passage counts for at most"),
            Kind.INT,
            minimum=1,
            maximum=10000,
            unit=_("minutes"),
            help=_("So that work left open overnight does not count as a night's work."),
        ),
        Field(
            "thin_below",
            _("A figure is thin below"),
            Kind.INT,
            minimum=0,
            maximum=1000,
            unit=_("cases"),
            help=_("Thin figures are marked and raise no alarm."),
        ),
        Field("alarm_days", _("Alarms look back over"), Kind.INT, minimum=1, maximum=366, unit=_("days")),
        Field(
            "message_minutes",
            _("A message is dealt with within"),
            Kind.INT,
            minimum=1,
            maximum=10000,
            unit=_("minutes"),
        ),
    ),
    summary=_("What the figures should be, what an hour of work costs, and when a figure raises an alarm."),
)
