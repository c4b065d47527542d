"""Made-up contents for the gallery. Words in it are of no trade: things, places, people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from orderloop.ui.components import Choice, Crumb, Difference, Event, Kpi, Pair, Results, RowResult, Step
from orderloop.ui.listing import Filter, Page, filters_from, order_from

UNDONE = pgettext_lazy("gallery", "Taken back.")
STATES = (
    ("waiting", pgettext_lazy("gallery", "Waiting"), "neutral"),
    ("running", pgettext_lazy("gallery", "Running"), "info"),
    ("ready", pgettext_lazy("gallery", "Ready"), "good"),
    ("late", pgettext_lazy("gallery", "Late"), "warn"),
    ("stopped", pgettext_lazy("gallery", "Stopped"), "bad"),
)

# The words of the gallery's own templates. They stand under a context of their own, so that a capability may
# translate the same English word in its own way.
WORDS = {
    "a_dialog": pgettext_lazy("gallery", "A dialog"),
    "amount": pgettext_lazy("gallery", "Amount"),
    "approve": pgettext_lazy("gallery", "Approve"),
    "changed": pgettext_lazy("gallery", "Changed"),
    "components": pgettext_lazy("gallery", "Components"),
    "delete": pgettext_lazy("gallery", "Delete"),
    "due": pgettext_lazy("gallery", "Due"),
    "escape_closes_it": pgettext_lazy("gallery", "Escape closes it."),
    "facts": pgettext_lazy("gallery", "Facts"),
    "figures": pgettext_lazy("gallery", "Figures"),
    "in_time": pgettext_lazy("gallery", "In time"),
    "form": pgettext_lazy("gallery", "Form"),
    "late": pgettext_lazy("gallery", "Late"),
    "name": pgettext_lazy("gallery", "Name"),
    "new_thing": pgettext_lazy("gallery", "New thing"),
    "nothing_here_yet": pgettext_lazy("gallery", "Nothing here yet"),
    "number": pgettext_lazy("gallery", "Number"),
    "open_a_dialog": pgettext_lazy("gallery", "Open a dialog"),
    "packed": pgettext_lazy("gallery", "Packed"),
    "parts_of_the_page": pgettext_lazy("gallery", "Parts of the page"),
    "ready": pgettext_lazy("gallery", "Ready"),
    "received": pgettext_lazy("gallery", "Received"),
    "running": pgettext_lazy("gallery", "Running"),
    "save": pgettext_lazy("gallery", "Save"),
    "send_a_message": pgettext_lazy("gallery", "Send a message"),
    "send_on": pgettext_lazy("gallery", "Send on"),
    "state": pgettext_lazy("gallery", "State"),
    "stopped": pgettext_lazy("gallery", "Stopped"),
    "they_wait_for_an": pgettext_lazy("gallery", "They wait for an answer since yesterday."),
    "things_appear_as_soon": pgettext_lazy("gallery", "Things appear as soon as the first one is received."),
    "to_copy": pgettext_lazy("gallery", "To copy"),
    "two_things_are_late": pgettext_lazy("gallery", "Two things are late."),
    "understood": pgettext_lazy("gallery", "Understood"),
    "waiting": pgettext_lazy("gallery", "Waiting"),
    "what_became_of_each": pgettext_lazy("gallery", "What became of each row"),
    "what_changes": pgettext_lazy("gallery", "What changes"),
    "what_happened": pgettext_lazy("gallery", "What happened"),
    "what_pages_are_built": pgettext_lazy("gallery", "What pages are built of. Copy from here."),
    "where_it_stands": pgettext_lazy("gallery", "Where it stands"),
    "words_of_state": pgettext_lazy("gallery", "Words of state"),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A row of the gallery's table."""

    number: str
    name: str
    tone: str
    state: Any
    amount: Decimal
    due: date
    changed_at: datetime


class ThingForm(forms.Form):
    """A form with every kind of field, and faults to show."""

    name = forms.CharField(
        label=pgettext_lazy("gallery", "Name"), help_text=pgettext_lazy("gallery", "As it should stand on paper.")
    )
    amount = forms.DecimalField(
        label=pgettext_lazy("gallery", "Amount"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    state = forms.ChoiceField(
        label=pgettext_lazy("gallery", "State"), choices=[(name, label) for name, label, _tone in STATES]
    )
    note = forms.CharField(
        label=pgettext_lazy("gallery", "Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    tell = forms.BooleanField(label=pgettext_lazy("gallery", "Send a message"), required=False)


def acted_on(count: int) -> str:
    """What the batch toast says."""
    return npgettext("gallery", "%(count)d thing changed.", "%(count)d things changed.", count) % {"count": count}


def outcome_for(ticked: Sequence[str]) -> Results:
    """One row of each outcome in turn."""
    refusal = (pgettext("gallery", "The amount is above the limit."), pgettext("gallery", "The day is a holiday."))
    change = (pgettext("gallery", "Somebody else changed it a moment ago."),)
    made = (
        lambda number: RowResult(number, "done", url=f"#{number}"),
        lambda number: RowResult(number, "refused", refusal, f"#{number}"),
        lambda number: RowResult(number, "stale", change, f"#{number}"),
    )
    rows = [made[i % 3](number) for i, number in enumerate(ticked)]
    return Results(tuple(rows))


def things(now: datetime) -> list[Thing]:
    """A dozen rows."""
    names = ("Ashford Cycle Works", "上海永久车行", "Northwind Sports", "杭州快骑户外用品有限公司")
    return [
        Thing(
            number=f"T-{20480 + i}",
            name=names[i % 4],
            tone=STATES[i % 5][2],
            state=STATES[i % 5][1],
            amount=Decimal("1284.50") * (i + 1) ** 2,
            due=(now + timedelta(days=i - 2)).date(),
            changed_at=now - timedelta(minutes=17 * i * i + 1),
        )
        for i in range(12)
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """All the gallery page draws."""
    now = timezone.now()
    states = [(name, label) for name, label, _tone in STATES]
    filters = (
        Filter("state", pgettext("gallery", "State"), states),
        Filter("since", pgettext("gallery", "Since"), kind="date"),
        Filter("mine", pgettext("gallery", "Only mine"), kind="flag"),
    )
    return {
        "words": WORDS,
        "crumbs": [Crumb(pgettext("gallery", "Set-up"), "/ui/gallery"), Crumb(pgettext("gallery", "Components"))],
        "order": order_from(request, ("number", "amount", "due"), "due"),
        "bar": filters_from(request, filters, export_path=request.path),
        "views": [
            Choice(pgettext("gallery", "All"), request.path, not request.GET, 128),
            Choice(pgettext("gallery", "Late"), "?state=late", False, 4),
        ],
        "tabs": [
            Choice(pgettext("gallery", "Components"), request.path, True),
            Choice(pgettext("gallery", "Waiting"), "?state=waiting", False, 7),
        ],
        "things": things(now),
        "page": Page(after="x", before="y", shown=12, total=128),
        "form": ThingForm({"name": "", "amount": "12x", "state": "ready"}),
        "kpis": _kpis(),
        **_chart(request.path),
        **_record(now),
    }


def _kpis() -> list[Kpi]:
    hours = (9, 8.6, 8.8, 7.9, 7.2, 6.9, 6.4)
    shares = (93, 94, 92.5, None, 92, 91, 91.8)
    return [
        Kpi(
            pgettext("gallery", "Time from start to end"),
            "6.4",
            "≤ 8 h",
            True,
            hours,
            8,
            412,
            "−12 %",
            "good",
            "/ui/gallery",
            "h",
        ),
        Kpi(pgettext("gallery", "In time"), "91.8 %", "≥ 95 %", False, shares, 95, 388, "−0.9", "bad"),
        Kpi(pgettext("gallery", "Without a person"), "67 %", trend=(40, 46, 52, 51, 60, 64, 67), n=412),
    ]


def _chart(path: str) -> dict[str, Any]:
    days, shares = ["16", "17", "18", "19", "20", "21", "22"], [93, 94, 92.5, None, 92, 91, 91.8]
    name, target = pgettext("gallery", "In time"), pgettext("gallery", "Target")
    points = [{"value": value, "url": f"{path}?state=late"} for value in shares]
    aim = {
        "symbol": "none",
        "silent": True,
        "data": [{"yAxis": 95, "name": target}],
        "label": {"formatter": "{b} {c} %"},
    }
    return {
        "chart_option": {
            "xAxis": {"type": "category", "data": days},
            "yAxis": {"type": "value", "min": 88, "max": 98, "axisLabel": {"formatter": "{value} %"}},
            "series": [{"type": "line", "name": name, "data": points, "markLine": aim}],
        },
        "chart_table": [(pgettext("gallery", "Day"), name), *zip(days, shares, strict=True)],
    }


def _record(now: datetime) -> dict[str, Any]:
    return {
        "steps": [
            Step(pgettext("gallery", "Received"), "done", now - timedelta(hours=5)),
            Step(pgettext("gallery", "Checked"), "done", now - timedelta(hours=4)),
            Step(pgettext("gallery", "Ready"), "now", note=pgettext("gallery", "since 2 h")),
            Step(pgettext("gallery", "Stopped"), "bad", note=pgettext("gallery", "waits for an answer")),
            Step(pgettext("gallery", "Sent"), "next"),
        ],
        "events": [
            Event(
                now - timedelta(minutes=8),
                pgettext("gallery", "Amount changed"),
                "李娜",
                pgettext("gallery", "from 1,200 to 1,450"),
                "info",
                "pencil",
            ),
            Event(
                now - timedelta(hours=3),
                pgettext("gallery", "Stopped"),
                pgettext("gallery", "System"),
                pgettext("gallery", "The amount is above the limit."),
                "bad",
            ),
            Event(now - timedelta(days=1), pgettext("gallery", "Received"), pgettext("gallery", "System"), tone="good"),
        ],
        "facts": [
            Pair(pgettext("gallery", "Name"), "Ashford Cycle Works"),
            Pair(pgettext("gallery", "Number"), "T-20480", pgettext("gallery", "given by us")),
            Pair(pgettext("gallery", "Note"), None),
        ],
        "lines": [
            Difference(pgettext("gallery", "Amount"), "1,200.00", "1,450.00"),
            Difference(pgettext("gallery", "Note"), None, pgettext("gallery", "As it should stand on paper.")),
            Difference(pgettext("gallery", "Name"), "Ashford", "Ashford"),
        ],
        "outcome": outcome_for(["T-20481", "T-20482", "T-20483"]),
    }
