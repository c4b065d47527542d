"""What happened to an order, in the reader's language."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import date as date_words
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orderloop.orders.facts import STATUS_WORDS
from orderloop.platform.mailbox import SentMail
from orderloop.tracking.facts import (
    EVENT_WORDS,
    EXPLANATIONS,
    CustomerLine,
    CustomerView,
    EntryKind,
    ProgressEvent,
    StepState,
    TimelineEntry,
)

register = template.Library()

TONES = {
    "delivered": "good",
    "shipped": "good",
    "given_up": "bad",
    "rejected": "bad",
    "cancelled": "bad",
    "held": "warn",
}
STATIONS = {StepState.DONE: "done", StepState.CURRENT: "now", StepState.TODO: "next", StepState.STOPPED: "skipped"}
ICONS = {EntryKind.MAIL: "mail", EntryKind.SHIPMENT: "truck"}


@register.filter
def plain(number: Decimal) -> str:
    """A figure for text: thousands apart, no idle zeros, at least what money needs where it has cents."""
    exact = Decimal(number).normalize()
    places = -int(exact.as_tuple().exponent)
    return f"{exact:,.{max(places, 2) if places > 0 else 0}f}"


@register.filter
def entry_title(entry: TimelineEntry) -> str:
    """What happened, in a few words."""
    return _(entry.title) % entry.params if entry.params else _(entry.title)


@register.filter
def stations(view: CustomerView) -> list[dict[str, Any]]:
    """The customer's steps as the component for steps shows them."""
    return [{"label": _(step.title), "state": STATIONS[step.state], "at": step.at, "note": ""} for step in view.steps]


@register.filter
def explanation(view: CustomerView) -> str:
    """In plain words why the order stands where it stands."""
    params = {
        name: date_words(value, "Y-m-d") if isinstance(value, date) else value
        for name, value in view.explanation.params.items()
    }
    return _(EXPLANATIONS[view.explanation.code]) % params


@register.filter
def line_name(line: CustomerLine) -> str:
    """The product's name in the reader's language, in the other one where it has none."""
    chinese = (get_language() or "").startswith("zh")
    return (line.name_zh or line.name_en) if chinese else (line.name_en or line.name_zh)


@register.filter
def event_words(event: str) -> str:
    """What a progress event is called."""
    return _(EVENT_WORDS[ProgressEvent(event)])


@register.filter
def status_words(view: CustomerView) -> str:
    """What the order's state is called."""
    return _(STATUS_WORDS[view.order.status])


@register.filter
def timeline_events(entries: tuple[TimelineEntry, ...], audience: str = "staff") -> list[dict[str, Any]]:
    """The entries as the timeline component shows them, the latest first; a `customer` sees no remarks and no names."""
    inside = audience == "staff"
    return [
        {
            "at": entry.at,
            "title": entry_title(entry),
            "actor": entry.actor if inside or entry.code == "delivered" else "",
            "text": entry.text if inside else "",
            "tone": TONES.get(entry.code, "neutral"),
            "icon": ICONS.get(entry.kind, ""),
            "url": "",
        }
        for entry in reversed(entries)
        if inside or entry.for_customer
    ]


@register.filter
def mail_state(mail: SentMail) -> dict[str, str]:
    """Whether a mail left, as tone and word."""
    if mail.given_up:
        return {"tone": "bad", "words": _("Given up")}
    if mail.sent_at:
        return {"tone": "good", "words": _("Sent")}
    if mail.transport == "kept":
        return {"tone": "neutral", "words": _("Kept")}
    return {"tone": "warn", "words": _("Waiting")}
