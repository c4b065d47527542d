"""What a review looks at, what it concludes, and the section of the policy it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.policy.facts import Field, Kind, Section


class CheckKind(StrEnum):
    """The four checks, which look at different things and never wait for one another."""

    CREDIT = "credit"
    AMOUNT = "amount"
    STOCK = "stock"
    DATE = "date"


CHECK_WORDS: Mapping[CheckKind, str] = {
    CheckKind.CREDIT: _("Credit"),
    CheckKind.AMOUNT: _("Amount"),
    CheckKind.STOCK: _("Stock"),
    CheckKind.DATE: _("Delivery date"),
}


Figure = Decimal | int | date | str | None


class CheckResult(StrEnum):
    """`FAIL` stops the order for a person; `WARNING` is shown and stops nothing."""

    PASS = "pass"
    WARNING = "warning"
    FAIL = "fail"


class Verdict(StrEnum):
    CONFIRM = "confirm"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Thresholds of the review. Amounts are gross, in the currency of the company's books."""

    large_amount: Decimal = Decimal("100000")
    fast_lane_amount: Decimal = Decimal("200000")
    credit_warning_share: Decimal = Decimal("0.9")
    overdue_days_fail: int = 60
    short_share_fail: Decimal = Decimal("1")
    earliest_days: int = 0
    late_promise_days_fail: int = 45
    hold_hours_credit: int = 8
    hold_hours_amount: int = 8
    hold_hours_stock: int = 16
    hold_hours_date: int = 16


@dataclass(frozen=True, slots=True)
class OrderUnderReview:
    """One order and its customer as the review sees them.

    `exposure` is what stands against the limit without this order; `approved` are the concerns a person
    has approved before.
    """

    key: int
    customer_id: int
    gross: Decimal
    margin_share: Decimal
    standing: str
    credit_limit: Decimal
    exposure: Decimal
    overdue_amount: Decimal
    overdue_days: int
    requested_on: date
    approved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SupplyView:
    """What stock and supply say about an order.

    `short_share` is the share of its net value that no stock covers; `earliest_on` the day by which all of it can be
    delivered, None where nothing says when.
    """

    lines: int
    short_lines: int
    short_share: Decimal
    earliest_on: date | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check's result with the figures it saw and its reasons (empty when it simply passed)."""

    kind: CheckKind
    result: CheckResult
    figures: Mapping[str, Figure]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyChecks:
    """The two checks that need no look at stock, and whether the order goes by the fast lane."""

    fast_lane: bool
    credit: Check
    amount: Check


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk sheet of a large order: each contribution from 0 (none) to its weight, and their sum out of 100."""

    score: int
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetDrafted:
    """The outcome of one review: four checks, always all four, and the verdict they lead to."""

    key: int
    verdict: Verdict
    fast_lane: bool
    checks: tuple[Check, Check, Check, Check]
    risk: Risk | None = None

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.result is CheckResult.FAIL)


HOLD_ROLE: Mapping[CheckKind, str] = {
    CheckKind.CREDIT: "credit_reviewer",
    CheckKind.AMOUNT: "manager",
    CheckKind.STOCK: "planner",
    CheckKind.DATE: "planner",
}

REASON_WORDS: Mapping[str, str] = {
    "customer_blocked": _("The customer is blocked."),
    "over_limit": _("Exposure with this order is %(exposure_after)s, %(excess)s above the limit of %(limit)s."),
    "near_limit": _("Exposure with this order is %(exposure_after)s, more than %(share)s of the limit of %(limit)s."),
    "overdue": _("%(overdue_amount)s are overdue, the oldest for %(overdue_days)s days."),
    "customer_on_watch": _("The customer is on watch."),
    "held_before": _("Held by the former system: %(note)s"),
    "large": _("At %(gross)s this is a large order (from %(threshold)s); see the risk sheet."),
    "large_fast_lane": _("A large order, let through because the customer is of good standing."),
    "short": _("%(short_lines)s of %(lines)s lines are short of stock."),
    "all_short": _("No line can be served from stock."),
    "requested_too_soon": _("Asked for %(requested_on)s, earlier than the first possible day %(first_day)s."),
    "late_promise": _("Can be promised for %(earliest_on)s, %(days_late)s days after the day asked for."),
    "no_promise": _("No stock or receipt covers this order; no day can be promised."),
}

RISK_WORDS: Mapping[str, str] = {
    "amount": _("Size of the order"),
    "credit": _("Use of the credit limit"),
    "payment": _("Overdue payments"),
    "margin": _("Thin margin"),
    "supply": _("Short of stock"),
}

SECTION = Section(
    "review",
    _("Review"),
    ReviewPolicy,
    (
        Field("large_amount", _("Large order from"),
              Kind.DECIMAL, minimum=0, help=_("Gross amount from which a person looks at the risk sheet.")),
        Field("fast_lane_amount", _("Fast lane up to"), Kind.DECIMAL, minimum=0,
              help=_("Customers of good standing without overdue payments pass the amount check up to here.")),
        Field("credit_warning_share", _("Warn from this share of the limit"), Kind.SHARE, minimum=0, maximum=1),
        Field("overdue_days_fail", _("Hold when the oldest payment is overdue for more than"),
              Kind.INT, minimum=0, maximum=365, unit=_("days")),
        Field("short_share_fail", _("Hold when more than this share of the value is short"),
              Kind.SHARE, minimum=0, maximum=1,
              help=_("100 % means that shortage alone never holds an order; "
                     "production and purchasing hear of it either way.")),
        Field("earliest_days", _("Earliest delivery after"), Kind.INT, minimum=0, maximum=365, unit=_("days")),
        Field("late_promise_days_fail", _("Hold when the promise is later than asked for by more than"),
              Kind.INT, minimum=0, maximum=365, unit=_("days")),
        Field("hold_hours_credit", _("Credit hold decided within"), Kind.INT,
              minimum=1, maximum=200, unit=_("working hours")),
        Field("hold_hours_amount", _("Amount hold decided within"), Kind.INT,
              minimum=1, maximum=200, unit=_("working hours")),
        Field("hold_hours_stock", _("Stock hold decided within"), Kind.INT,
              minimum=1, maximum=200, unit=_("working hours")),
        Field("hold_hours_date", _("Date hold decided within"), Kind.INT,
              minimum=1, maximum=200, unit=_("working hours")),
    ),
    summary=_("When an order is confirmed by itself and when a person decides."),
)  # fmt: skip
