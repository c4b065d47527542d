"""What the priority of an order is made of, and the section of the policy that weighs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.foundation.words import gettext_noop as _
from orderloop.policy.facts import Field, Kind, Section


@dataclass(frozen=True, slots=True)
class TriagePolicy:
    """Weights of the score's terms (each term runs from 0 to 1; the score from 0 to the sum of the weights)."""

    weight_customer: Decimal = Decimal("35")
    weight_urgency: Decimal = Decimal("35")
    weight_profit: Decimal = Decimal("20")
    weight_waiting: Decimal = Decimal("10")
    importance_a: Decimal = Decimal("1")
    importance_b: Decimal = Decimal("0.6")
    importance_c: Decimal = Decimal("0.3")
    urgent_days: int = 7
    urgency_horizon_days: int = 30
    full_profit: Decimal = Decimal("20000")
    waiting_full_days: int = 14
    large_amount: Decimal = Decimal("100000")
    manual_days: int = 14


@dataclass(frozen=True, slots=True)
class OrderToScore:
    """`profit` is net less cost in the currency of the books; `due_on` the day asked for."""

    key: int
    importance: str
    gross: Decimal
    profit: Decimal
    due_on: date
    received_on: date


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a score: share from 0 to 1 times weight gives points."""

    name: str
    share: Decimal
    weight: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Scored:
    key: int
    score: Decimal
    terms: tuple[Term, ...]
    size_class: str
    is_urgent: bool


TERM_WORDS: Mapping[str, str] = {
    "customer": _("Importance of the customer"),
    "urgency": _("Urgency"),
    "profit": _("Profit"),
    "waiting": _("Time waited"),
}

SIZE_WORDS: Mapping[str, str] = {"large": _("Large"), "small": _("Small")}

SECTION = Section(
    "triage",
    _("Class and priority"),
    TriagePolicy,
    (
        Field("weight_customer", _("Weight of the customer"), Kind.DECIMAL, minimum=0, maximum=1000),
        Field("weight_urgency", _("Weight of urgency"), Kind.DECIMAL, minimum=0, maximum=1000),
        Field("weight_profit", _("Weight of profit"), Kind.DECIMAL, minimum=0, maximum=1000),
        Field("weight_waiting", _("Weight of time waited"), Kind.DECIMAL, minimum=0, maximum=1000,
              help=_("Lets an order rise the longer it waits, so that none is passed over for ever.")),
        Field("importance_a", _("Share for class A customers"), Kind.SHARE, minimum=0, maximum=1),
        Field("importance_b", _("Share for class B customers"), Kind.SHARE, minimum=0, maximum=1),
        Field("importance_c", _("Share for class C customers"), Kind.SHARE, minimum=0, maximum=1),
        Field("urgent_days", _("Urgent when asked for within"), Kind.INT, minimum=0, maximum=365, unit=_("days")),
        Field("urgency_horizon_days", _("Urgency starts to count"), Kind.INT,
              minimum=1, maximum=365, unit=_("days before")),
        Field("full_profit", _("Profit that counts in full from"), Kind.DECIMAL, minimum=Decimal("0.01")),
        Field("waiting_full_days", _("Waiting counts in full after"), Kind.INT, minimum=1, maximum=365, unit=_("days")),
        Field("large_amount", _("Large order from"), Kind.DECIMAL, minimum=0),
        Field("manual_days", _("A priority set by hand lasts at most"), Kind.INT,
              minimum=1, maximum=365, unit=_("days")),
    ),
    summary=_("How orders are classified and who comes first."),
)  # fmt: skip
