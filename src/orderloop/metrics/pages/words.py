"""Figures as people read them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from orderloop.flow.facts import FlowPolicy
from orderloop.metrics.facts import SECTION, Figure, Judged, Unit
from orderloop.policy.queries import in_force

PART_WORDS = {
    "on_time": _("On time"),
    "in_full": _("In full"),
    "condition": _("Undamaged"),
    "documents": _("Billed right"),
    "correction": _("Came in incomplete or wrong"),
    "rework": _("Went through a stage again"),
    "sent_back": _("Work was sent back"),
    "short_pick": _("Less shipped than was to be picked"),
    "misbilled": _("Billed otherwise than ordered"),
    "revised": _("Promise or quantity changed"),
    "minutes": _("Minutes of work"),
    "lines": _("Lines"),
}
COUNTED = ("minutes", "lines")


def unit_of(figure: Figure) -> str:
    """What stands behind the figure's number."""
    if figure.unit is Unit.MONEY:
        return in_force(SECTION).value.currency
    return {Unit.HOURS: gettext("h"), Unit.MINUTES: gettext("min"), Unit.SHARE: "%"}[figure.unit]


def number_of(figure: Figure, value: Decimal | None) -> str:
    """The figure's number, without its unit; a dash where there is none."""
    if value is None:
        return "–"
    if figure.unit is Unit.SHARE:
        return f"{value * 100:.1f}"
    return f"{value:,.2f}" if figure.unit is Unit.MONEY else f"{value:,.1f}"


def value_of(figure: Figure, value: Decimal | None) -> str:
    """The number with its unit."""
    return number_of(figure, value) if value is None else f"{number_of(figure, value)}\u202f{unit_of(figure)}"


def target_of(judged: Judged) -> str:
    """The target with the side on which it is met."""
    if judged.target is None:
        return ""
    side = "≥" if judged.figure.higher_is_better else "≤"
    return f"{side}\u202f{value_of(judged.figure, judged.target)}"


def plain(figure: Figure, value: Decimal | None) -> float | None:
    """The number as a chart takes it, shares as per cent."""
    if value is None:
        return None
    return round(float(value * 100 if figure.unit is Unit.SHARE else value), 2)


def stage_words() -> dict[str, tuple[str, Decimal]]:
    """Name and standard minutes of each stage, as the policy in force has them."""
    chinese = (get_language() or "").startswith("zh")
    flow: FlowPolicy = in_force("flow").value
    return {s.code: (s.name_zh if chinese else s.name_en, s.standard_minutes) for s in flow.stages}


def tone_of(judged: Judged) -> tuple[str, Any]:
    """Dot and word for how a figure stands to its target."""
    if judged.reading.n == 0:
        return "neutral", gettext("No orders")
    if judged.met is None:
        return "neutral", gettext("No target")
    if judged.is_thin:
        return "neutral", gettext("Few cases")
    return ("good", gettext("Met")) if judged.met else ("bad", gettext("Missed"))
