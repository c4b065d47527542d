"""A section with one field of every kind, to try the mechanism with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from orderloop.foundation.outcome import Reason
from orderloop.policy import facts
from orderloop.policy.facts import Field, Kind, Section


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    minutes: int = 10
    after: tuple[str, ...] = ()
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """A share for what is counted, hours for what is timed."""

    figure: str
    goal: Decimal


@dataclass(frozen=True, slots=True)
class Trial:
    days: int = 3
    amount: Decimal = Decimal("1000.50")
    manual: bool = False
    lane: str = "fast"
    events: tuple[str, ...] = ("shipped",)
    codes: tuple[str, ...] = ("A", "B")
    title: str = "Trial"
    cut_off: time = time(16, 0)
    stages: tuple[Stage, ...] = (Stage("entry"), Stage("review", 20, ("entry",)))
    warn_from: Decimal = Decimal("0.9")
    goals: tuple[Goal, ...] = (Goal("in_time", Decimal("0.95")), Goal("hours", Decimal("0.5")))


def _check(trial: Trial) -> list[Reason]:
    if trial.days > trial.amount:
        return [Reason("trial.days", "days", {"text": "More days than money."})]
    return []


SECTION = Section(
    "trial",
    "Trial section",
    Trial,
    (
        Field("days", "Days", Kind.INT, minimum=1, maximum=30, unit="days"),
        Field("amount", "Large order from", Kind.DECIMAL, minimum=0, maximum=Decimal("999999.99")),
        Field("manual", "By hand", Kind.BOOL, help="Whether a person does it."),
        Field("lane", "Lane", Kind.CHOICE, choices=(("fast", "Fast lane"), ("slow", "Slow lane"))),
        Field("events", "Events", Kind.CHOICES, choices=(("shipped", "Shipped"), ("late", "Late")), maximum=1),
        Field("codes", "Codes", Kind.LIST, minimum=1, maximum=3),
        Field("title", "Title", Kind.TEXT, minimum=2, maximum=10),
        Field("cut_off", "Cut-off", Kind.TIME),
        Field(
            "stages",
            "Stages",
            Kind.TABLE,
            minimum=1,
            maximum=5,
            row=Stage,
            columns=(
                Field("name", "Stage", Kind.TEXT, unique=True),
                Field("minutes", "Standard time", Kind.INT, minimum=0, unit="minutes"),
                Field("after", "After", Kind.LIST, optional=True),
                Field("manual", "By hand", Kind.BOOL),
            ),
        ),
        Field("warn_from", "Warn from", Kind.SHARE, minimum=Decimal("0.005"), maximum=1, help="Of the limit."),
        Field(
            "goals",
            "Goals",
            Kind.TABLE,
            row=Goal,
            columns=(
                Field("figure", "Figure", Kind.TEXT, unique=True),
                Field("goal", "Goal", Kind.DECIMAL, minimum=0, share_with=("figure", ("in_time",))),
            ),
        ),
    ),
    summary="To try the mechanism with.",
    check=_check,
)


@contextmanager
def registered() -> Iterator[None]:
    """The trial section among the others, for a while."""
    facts.register(SECTION)
    try:
        yield
    finally:
        del facts._sections[SECTION.name]
