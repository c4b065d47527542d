"""Clauses 1.1a-d, 6.2a: the figures at one glance, what misses its target first."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from orderloop.access.facts import ROLE_NAMES, Role
from orderloop.flow.facts import WAIT_WORDS
from orderloop.metrics.facts import CAUSE_WORDS, FIGURES, GROUP_WORDS, FigureFilter, Judged, LiveCounts, StageReading
from orderloop.metrics.pages import words
from orderloop.metrics.pages.asking import asked_in
from orderloop.metrics.queries import figures
from orderloop.platform.permissions import requires
from orderloop.ui.components import Kpi

HEADLINES = tuple(figure.code for figure in FIGURES if figure.is_headline)


@require_GET
@requires("figures.view")
def show_cockpit(request: HttpRequest) -> HttpResponse:
    """Every figure over the orders the filters leave, beside its target.

    What looks at many more orders, the trends and the passages through the stages, the page fetches once it is shown;
    with `?whole=1` it holds them from the start, for a browser without scripts.
    """
    asked = asked_in(request)
    query, is_whole = request.GET.urlencode(), "whole" in request.GET
    drawn = HEADLINES if is_whole else ()
    judged = figures.figures_for([figure.code for figure in FIGURES], asked.filter, drawn=drawn)
    tail = f"?{query}" if query else ""
    context = {
        "bar": asked.bar,
        "asked": asked,
        "alarms": [_line(each, query) for each in judged if each.is_alarm],
        "live": _live(figures.counts_at(timezone.now())),
        "groups": _groups(judged, query),
        "lines": [_line(each, query) for each in judged],
        "has_orders": any(each.reading.n for each in judged),
        "tiles_url": "" if is_whole else reverse("cockpit_tiles") + tail,
        "passages_url": reverse("cockpit_passages") + tail,
        "whole_url": f"{reverse('cockpit')}?{query}{'&' if query else ''}whole=1",
        **(_passages(asked.filter, query) if is_whole else {"stages": None}),
    }
    return render(request, "metrics/cockpit.html", context)


@require_GET
@requires("figures.view")
def show_tiles(request: HttpRequest) -> HttpResponse:
    """The tiles of the cockpit with their trends, to stand in place of those without."""
    judged = figures.figures_for(HEADLINES, asked_in(request).filter)
    return render(request, "metrics/tiles.html", {"groups": _groups(judged, request.GET.urlencode())})


@require_GET
@requires("figures.view")
def show_passages(request: HttpRequest) -> HttpResponse:
    """Stages, waits and causes of errors, as a part of the cockpit."""
    return render(request, "metrics/passages.html", _passages(asked_in(request).filter, request.GET.urlencode()))


def _passages(asked: FigureFilter, query: str) -> dict[str, Any]:
    return {
        "causes": _causes(asked, query),
        "stages": [_stage(each) for each in _in_order(figures.stages_for(asked))],
        "waits": _waits(asked),
    }


def _address(code: str, query: str) -> str:
    return reverse("figure", args=[code]) + (f"?{query}" if query else "")


def tile_of(judged: Judged, url: str = "") -> Kpi:
    """A figure as the tile of the cockpit."""
    figure, reading = judged.figure, judged.reading
    p90 = f"p90 {words.value_of(figure, reading.p90)}" if reading.p90 is not None else ""
    return Kpi(
        label=gettext(figure.label),
        value=words.number_of(figure, reading.value),
        unit=words.unit_of(figure) if reading.value is not None else "",
        target=words.target_of(judged),
        met=None if judged.is_thin else judged.met,
        trend=[words.plain(figure, point.reading.value) for point in judged.trend],
        target_line=words.plain(figure, judged.target),
        n=reading.n,
        change=gettext("Few cases") if judged.is_thin and reading.n else p90,
        change_tone="warn" if judged.is_thin and reading.n else "neutral",
        url=url,
    )


def _groups(judged: list[Judged], query: str) -> list[tuple[str, list[Kpi]]]:
    return [
        (
            gettext(label),
            [
                tile_of(each, _address(each.figure.code, query))
                for each in judged
                if each.figure.group is group and each.figure.is_headline
            ],
        )
        for group, label in GROUP_WORDS.items()
    ]


def _line(judged: Judged, query: str) -> dict[str, Any]:
    figure, (tone, word) = judged.figure, words.tone_of(judged)
    return {
        "label": gettext(figure.label),
        "value": words.value_of(figure, judged.reading.value),
        "p90": words.value_of(figure, judged.reading.p90) if judged.reading.p90 is not None else "",
        "target": words.target_of(judged),
        "tone": tone,
        "word": word,
        "n": judged.reading.n,
        "base": gettext(figure.base),
        "url": _address(figure.code, query),
        "orders_url": reverse("figure_orders", args=[figure.code]) + f"?{query}{'&' if query else ''}only=missed",
    }


def _live(counts: LiveCounts) -> list[tuple[str, int, int | None]]:
    """What is open now, and how much of it is late."""
    return [
        (gettext("Open orders"), counts.open_orders, counts.late_orders),
        (gettext("Open work"), counts.open_work, counts.late_work),
        (gettext("Open holds"), counts.open_holds, counts.late_holds),
        (gettext("Messages waiting"), counts.waiting_messages, None),
    ]


def _causes(asked: FigureFilter, query: str) -> list[tuple[str, int, str]]:
    base = reverse("figure_orders", args=["error_rate"]) + f"?{query}{'&' if query else ''}cause="
    return [(gettext(CAUSE_WORDS[cause]), n, f"{base}{cause}") for cause, n in figures.causes_for(asked).items()]


def _in_order(readings: list[StageReading]) -> list[StageReading]:
    order = {code: place for place, code in enumerate(words.stage_words())}
    return sorted(readings, key=lambda each: order.get(each.stage, len(order)))


def _stage(reading: StageReading) -> dict[str, Any]:
    name, standard = words.stage_words().get(reading.stage, (reading.stage, None))
    role = ROLE_NAMES.get(Role(reading.role)) if reading.role in set(Role) else reading.role
    spans = ("wait_p50", "wait_p90", "work_p50", "work_p90", "total_p50", "total_p90")
    return {
        "name": name,
        "role": gettext(role) if role else "",
        "standard": standard,
        "reading": reading,
        "spans": [_span(getattr(reading, each)) for each in spans],
        "within": None if reading.within_standard is None else f"{reading.within_standard * 100:.0f}\u202f%",
    }


def _span(hours: Decimal | None) -> str:
    if hours is None:
        return "–"
    return f"{hours * 60:.0f}\u202f{gettext('min')}" if hours < 1 else f"{hours:,.1f}\u202f{gettext('h')}"


def _waits(asked: FigureFilter) -> list[tuple[str, int, str, int]]:
    found = figures.waits_for(asked)
    return [(gettext(WAIT_WORDS.get(w.reason, w.reason)), w.n, _span(w.hours), w.running) for w in found]
