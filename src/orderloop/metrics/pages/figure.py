"""One figure: its course against its target, and the very orders behind it, also as a table to take away."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_GET

from orderloop.metrics.facts import BY_CODE, Figure, Judged, OrderPart
from orderloop.metrics.pages import words
from orderloop.metrics.pages.asking import Asked, asked_in
from orderloop.metrics.pages.cockpit import tile_of
from orderloop.metrics.queries import figures
from orderloop.metrics.queries.statements import MEASURED
from orderloop.orders.facts import STATUS_WORDS, OrderStatus
from orderloop.platform.permissions import requires
from orderloop.platform.tables import Column, Kind, write_csv, write_xlsx
from orderloop.ui.components import Choice, Crumb
from orderloop.ui.listing import Page, read_cursor, url_with, write_cursor

PAGE = 50
MOST_EXPORTED = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@requires("figures.view")
def show_figure(request: HttpRequest, code: str) -> HttpResponse:
    """The figure's twelve last weeks or months with its target, and the latest orders it is made of."""
    figure, asked = _known_or_404(code), asked_in(request)
    (judged,) = figures.figures_for([code], asked.filter)
    query = request.GET.urlencode()
    orders_url = reverse("figure_orders", args=[code])
    found = figures.orders_behind(code, asked.filter, limit=10)
    return render(
        request,
        "metrics/figure.html",
        {
            **_frame(figure, asked, query),
            "tile": tile_of(judged),
            "judged": judged,
            "tone": words.tone_of(judged),
            "chart": _chart(judged, asked, orders_url),
            "chart_table": _chart_table(judged),
            "orders": [_row(figure, part) for part in found],
            "orders_url": f"{orders_url}?{query}" if query else orders_url,
            "missed_url": f"{orders_url}?{query}{'&' if query else ''}only=missed",
            "can_miss": _can_miss(judged),
        },
    )


@require_GET
@requires("figures.view")
def show_orders(request: HttpRequest, code: str) -> HttpResponse:
    """The very orders behind a figure, the latest first; only those on the wrong side, or of one cause, if asked."""
    figure, asked = _known_or_404(code), asked_in(request, export_path=reverse("figure_export", args=[code]))
    found = figures.orders_behind(code, asked.filter, after=_place(request), limit=PAGE + 1, **_choice(request))
    shown = found[:PAGE]
    after = write_cursor([shown[-1].at.isoformat(), shown[-1].order_id]) if len(found) > PAGE else ""
    return render(
        request,
        "metrics/figure_orders.html",
        {
            **_frame(figure, asked, request.GET.urlencode(), within=True),
            "orders": [_row(figure, part) for part in shown],
            "page": Page(after=after, shown=len(shown)),
            "views": _views(request, figure),
        },
    )


@require_GET
@requires("figures.view")
def export_orders(request: HttpRequest, code: str) -> HttpResponse:
    """The orders of `show_orders` as a spreadsheet, or as CSV with `?format=csv`."""
    figure, asked = _known_or_404(code), asked_in(request)
    found = figures.orders_behind(code, asked.filter, limit=MOST_EXPORTED, **_choice(request))
    language = get_language() or "en"
    columns = _columns(figure)
    rows = [_exported(figure, part) for part in found]
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    if kind == "csv":
        content = write_csv(columns, rows, language=language)
    else:
        content = write_xlsx(columns, rows, language=language, sheet=gettext(figure.label))
    headers = {"Content-Disposition": f'attachment; filename="{code}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


def _known_or_404(code: str) -> Figure:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _choice(request: HttpRequest) -> dict[str, Any]:
    return {"only_missed": request.GET.get("only") == "missed", "cause": request.GET.get("cause", "")}


def _place(request: HttpRequest) -> tuple[datetime, int] | None:
    given = read_cursor(request.GET.get("after", "")) or []
    try:
        moment, number = datetime.fromisoformat(given[0]), int(given[1])
    except (ValueError, IndexError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC), number) if abs(number) < 2**63 else None


def _frame(figure: Figure, asked: Asked, query: str, *, within: bool = False) -> dict[str, Any]:
    label, tail = gettext(figure.label), f"?{query}" if query else ""
    crumbs = [Crumb(gettext("Cockpit"), reverse("cockpit") + tail)]
    crumbs += (
        [Crumb(label, reverse("figure", args=[figure.code]) + tail), Crumb(gettext("Orders"))]
        if within
        else [Crumb(label)]
    )
    export = reverse("figure_export", args=[figure.code])
    return {
        "figure": figure,
        "label": label,
        "base": gettext(figure.base),
        "asked": asked,
        "bar": asked.bar,
        "crumbs": crumbs,
        "part_names": [words.PART_WORDS[name] for name in MEASURED[figure.code].further],
        "xlsx_url": f"{export}{tail}",
        "csv_url": f"{export}?{query}{'&' if query else ''}format=csv",
    }


def _can_miss(judged: Judged) -> bool:
    return judged.figure.unit == "share" or judged.target is not None


def _views(request: HttpRequest, figure: Figure) -> list[Choice]:
    only, cause = request.GET.get("only", ""), request.GET.get("cause", "")
    views = [
        Choice(gettext("All"), url_with(request, only=None, cause=None), not only and not cause),
        Choice(gettext("On the wrong side"), url_with(request, only="missed", cause=None), only == "missed"),
    ]
    if figure.code == "error_rate":
        views += [
            Choice(words.PART_WORDS[name], url_with(request, cause=name, only=None), cause == name)
            for name in MEASURED[figure.code].further
        ]
    return views


def _row(figure: Figure, part: OrderPart) -> dict[str, Any]:
    return {
        "number": part.number,
        "url": _order_url(part.order_id),
        "customer": part.customer_name,
        "status": gettext(STATUS_WORDS[OrderStatus(part.status)]),
        "at": part.at,
        "value": _part_words(figure, part),
        "parts": [
            f"{value:,.0f}" if name in words.COUNTED else gettext("yes") if value else gettext("no")
            for name, value in part.parts.items()
        ],
    }


def _part_words(figure: Figure, part: OrderPart) -> str:
    if figure.unit == "share":
        return gettext("yes") if part.value == 1 else gettext("no")
    return words.value_of(figure, part.value)


def _order_url(order_id: int) -> str:
    try:
        return reverse("order", args=[order_id])
    except NoReverseMatch:
        return ""


def _chart(judged: Judged, asked: Asked, orders_url: str) -> dict[str, Any]:
    figure = judged.figure
    ends = [point.starts_on - timedelta(days=1) for point in judged.trend[1:]] + [asked.last]
    points = [
        {
            "value": words.plain(figure, point.reading.value),
            "url": f"{orders_url}?from={point.starts_on}&until={end}",
        }
        for point, end in zip(judged.trend, ends, strict=True)
    ]
    series: dict[str, Any] = {"type": "line", "name": gettext(figure.label), "data": points, "symbolSize": 8}
    target = words.plain(figure, judged.target)
    if target is not None:
        series["markLine"] = {"data": [{"yAxis": target, "name": gettext("Target")}], "label": {"formatter": "{b} {c}"}}
    axis: dict[str, Any] = {"type": "value", "name": words.unit_of(figure), "scale": figure.unit == "share"}
    return {
        "xAxis": {"type": "category", "data": [f"{point.starts_on:%Y-%m-%d}" for point in judged.trend]},
        "yAxis": axis,
        "series": [series],
    }


def _chart_table(judged: Judged) -> list[tuple[Any, ...]]:
    figure = judged.figure
    head = (gettext("From"), f"{gettext(figure.label)} ({words.unit_of(figure)})", "n")
    rows = [(p.starts_on.isoformat(), words.number_of(figure, p.reading.value), p.reading.n) for p in judged.trend]
    return [head, *rows]


def _both(text: str) -> tuple[str, str]:
    with override("en"):
        english = gettext(text)
    with override("zh-hans"):
        return english, gettext(text)


def _columns(figure: Figure) -> list[Column]:
    share = figure.unit == "share"
    columns = [
        Column("number", "Order", "订单号", Kind.CODE),
        Column("customer", "Customer", "客户", width=36),
        Column("status", "Status", "状态"),
        Column("at", "Time", "时间", width=20),
        Column("value", *_both(figure.label), Kind.FLAG if share else Kind.DECIMAL, width=24),
    ]
    for name in MEASURED[figure.code].further:
        kind = Kind.DECIMAL if name in words.COUNTED else Kind.FLAG
        columns.append(Column(name, *_both(str(words.PART_WORDS[name])), kind))
    return columns


def _exported(figure: Figure, part: OrderPart) -> dict[str, Any]:
    share = figure.unit == "share"
    return {
        "number": part.number,
        "customer": part.customer_name,
        "status": gettext(STATUS_WORDS[OrderStatus(part.status)]),
        "at": timezone.localtime(part.at).strftime("%Y-%m-%d %H:%M"),
        "value": part.value == 1 if share else round(part.value, 2),
        **{name: value if name in words.COUNTED else bool(value) for name, value in part.parts.items()},
    }
