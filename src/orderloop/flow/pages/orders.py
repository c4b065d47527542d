"""The list of orders: filters in the address, saved views, batches with a result for each row, export."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderloop.access import queries as access_queries
from orderloop.access import services as access
from orderloop.access.services import actor_of
from orderloop.catalog import queries as catalog
from orderloop.flow.pages import order_columns, words
from orderloop.flow.pages.paging import a_day, an_instant, stretch_of
from orderloop.flow.queries import orders as queries
from orderloop.flow.queries.orders import OrderFilter, OrderListed
from orderloop.flow.services.decisions import cancel_orders, rescore_orders, set_priorities
from orderloop.foundation.calendar import business_day
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.orders import queries as order_queries
from orderloop.orders.facts import CHANNEL_WORDS, STATUS_WORDS
from orderloop.platform.permissions import may, requires
from orderloop.policy.queries import working_time
from orderloop.triage.services import ManualPriority
from orderloop.ui.components import Choice
from orderloop.ui.listing import Filter, FilterBar, filters_from, order_from
from orderloop.ui.table_import import table_file
from orderloop.ui.toasts import toast

PAGE = "orders"
MOST_TICKED = 500
CHECKS: dict[str, Callable[[str], Any]] = {
    "received": an_instant,
    "requested": a_day,
    "promised": a_day,
    "priority": Decimal,
    "amount": Decimal,
}
ATTRIBUTES = {
    "received": "received_at",
    "requested": "requested_on",
    "promised": "promised_on",
    "priority": "priority",
    "amount": "gross",
}


@require_GET
@requires("orders.view")
def show_orders(request: HttpRequest) -> HttpResponse:
    """Orders as filtered; without a filter, all of them, the latest received first."""
    order = order_from(request, tuple(queries.SORTS), default="-received")
    bar = _filters(request)
    chosen = chosen_from(bar)
    rows, page = stretch_of(
        request,
        lambda after, backwards, limit: queries.listed(
            chosen, sort=order.name, descending=order.descending, after=after, backwards=backwards, limit=limit
        ),
        lambda row: (_edge(row, order.name), row.order_id),
        CHECKS[order.name],
    )
    context = {
        "rows": [_row(row) for row in rows],
        "order": order,
        "bar": bar,
        "page": page,
        "views": _views(request),
        "own_views": [
            view
            for view in access_queries.views_for(words.person_of(request), PAGE)
            if view.person_id == words.person_of(request)
        ],
        "query": request.GET.urlencode(),
        "last_day": (timezone.localdate() + timedelta(days=7)).isoformat(),
    }
    return render(request, "flow/orders.html", context)


@require_GET
@requires("orders.view")
def export_orders(request: HttpRequest) -> HttpResponse:
    """The orders the list shows, or those ticked, as a spreadsheet or CSV."""
    order = order_from(request, tuple(queries.SORTS), default="-received")
    ids = tuple(words.ids_of(request.GET.getlist("ids")))
    chosen = OrderFilter(ids=ids) if ids else chosen_from(_filters(request))
    rows = queries.exported(chosen, sort=order.name, descending=order.descending)
    form = request.GET.get("form", "xlsx")
    return table_file(order_columns.COLUMNS, order_columns.values_of(rows), form, "orders", gettext("Orders"))


@require_POST
@requires("orders.cancel", "triage.adjust")
def act_on_orders(request: HttpRequest, deed: str) -> HttpResponse:
    """Cancel, score anew or rank ticked orders; each row says what became of it."""
    ids, now = words.ids_of(request.POST.getlist("ids"))[:MOST_TICKED], timezone.now()
    facts = order_queries.facts_for(ids)
    labels = {i: (fact.number, reverse("order_page", args=[fact.number])) for i, fact in facts.items()}
    outcome = _DEEDS[deed](request, ids, now) if deed in _DEEDS else Outcomes()
    return render(request, "flow/results.html", {"outcome": words.results_of(outcome, labels)})


def _cancelled(request: HttpRequest, ids: list[int], now: datetime) -> Outcomes[int, Any]:
    if not may(request, "orders.cancel"):
        return _forbidden(ids)
    reason = words.clean(request.POST.get("reason", ""), 300)
    return cancel_orders(ids, reason=reason, at=now, actor=actor_of(request))


def _rescored(request: HttpRequest, ids: list[int], now: datetime) -> Outcomes[int, Any]:
    if not may(request, "triage.adjust"):
        return _forbidden(ids)
    scores = rescore_orders(ids, at=now)
    return Outcomes.of(
        ids, done=[Done(i, score) for i, score in scores.items()], stale=[Stale(i) for i in ids if i not in scores]
    )


def _ranked(request: HttpRequest, ids: list[int], now: datetime) -> Outcomes[int, Any]:
    if not may(request, "triage.adjust"):
        return _forbidden(ids)
    wishes, fault = wishes_of(request, ids)
    if fault:
        return Outcomes.of(ids, refused=[Refused(i, (fault,)) for i in ids])
    return set_priorities(wishes, at=now, actor=actor_of(request))


_DEEDS = {"cancel": _cancelled, "rescore": _rescored, "rank": _ranked}


def _forbidden(ids: list[int]) -> Outcomes[int, Any]:
    return Outcomes.of(ids, refused=[Refused(i, (Reason("not_permitted"),)) for i in ids])


def wishes_of(request: HttpRequest, ids: list[int]) -> tuple[list[ManualPriority], Reason | None]:
    """The priorities a form asks for, or what is wrong with it."""
    score = words.decimal_of(request.POST.get("score", ""))
    day = words.day_of(request.POST.get("until", ""))
    if score is None:
        return [], Reason("score_missing", "score")
    if day is None:
        return [], Reason("until_missing", "until")
    until = datetime.combine(day + timedelta(days=1), time.min, working_time().zone).astimezone(UTC)
    reason = words.clean(request.POST.get("priority_reason", ""), 300)
    return [ManualPriority(i, score, reason, until) for i in ids], None


@require_POST
@requires("orders.view")
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filter under a name, or forget a kept one."""
    person = words.person_of(request)
    if removed := words.ids_of([request.POST.get("remove", "")]):
        access.delete_views(removed, person_id=person)
        toast(request, gettext("The view is gone."), tone="neutral")
        return HttpResponseRedirect(reverse("orders"))
    name = words.clean(request.POST.get("name", ""), 80)
    query = words.clean(request.POST.get("query", ""), 2000)
    if not name:
        toast(request, gettext("Give the view a name."), tone="warn")
    else:
        access.save_view(person, PAGE, name, query, shared=bool(request.POST.get("shared")))
        toast(request, gettext("The view %(name)s is kept.") % {"name": name})
    return HttpResponseRedirect(f"{reverse('orders')}?{query}" if query else reverse("orders"))


def chosen_from(bar: FilterBar) -> OrderFilter:
    """The filter the address asks for."""
    values = bar.values
    zone = working_time().zone
    first, last = (words.day_of(values.get(name, "")) for name in ("from", "until"))
    return OrderFilter(
        text=bar.q.replace("\x00", "")[:80],
        status=values.get("status", ""),
        stage=values.get("stage", ""),
        size=values.get("size", ""),
        urgent=bool(values.get("urgent")),
        line_id=int(values["line"]) if "line" in values else None,
        customer=values.get("customer", "").replace("\x00", "")[:40],
        channel=values.get("channel", ""),
        first=datetime.combine(first, time.min, zone) if first else None,
        last=datetime.combine(last + timedelta(days=1), time.min, zone) if last else None,
        held=bool(values.get("held")),
        short=bool(values.get("short")),
        late_on=business_day(timezone.now(), zone) if values.get("late") else None,
    )


def _filters(request: HttpRequest) -> FilterBar:
    states = [("open", gettext("Under way")), ("ended", gettext("Ended"))]
    states += [(str(status), gettext(text)) for status, text in STATUS_WORDS.items()]
    lines = [
        (str(line.line_id), (line.name_zh if words.chinese() else line.name_en) or line.code)
        for line in catalog.all_lines()
    ]
    filters = [
        Filter("status", _("State"), states),
        Filter("stage", _("Stage"), [(code, words.stage_name(stage)) for code, stage in words.stages().items()]),
        Filter("line", _("Product line"), lines),
        Filter("size", _("Size"), [("large", words.size_word("large")), ("small", words.size_word("small"))]),
        Filter("channel", _("Channel"), [(str(channel), words.channel_word(channel)) for channel in CHANNEL_WORDS]),
        Filter("from", _("Received from"), kind="date"),
        Filter("until", _("until"), kind="date"),
        Filter("urgent", _("Urgent"), kind="flag"),
        Filter("held", _("Held"), kind="flag"),
        Filter("short", _("Short of stock"), kind="flag"),
        Filter("late", _("Behind promise"), kind="flag"),
    ]
    if request.GET.get("customer"):
        filters.append(Filter("customer", _("Customer"), kind="text"))
    return filters_from(
        request, filters, placeholder=_("Number, PO number or customer"), export_path=reverse("orders_export")
    )


def _views(request: HttpRequest) -> list[Choice]:
    here = request.GET.copy()
    for name in ("after", "before"):
        here.pop(name, None)
    query, path = here.urlencode(), reverse("orders")
    given = [
        ("", _("All")),
        ("status=open&sort=-priority", _("Open by priority")),
        ("status=open&late=1&sort=promised", _("Behind promise")),
    ]
    kept = [(view.query, view.name) for view in access_queries.views_for(words.person_of(request), PAGE)]
    return [Choice(label, f"{path}?{asked}" if asked else path, asked == query) for asked, label in [*given, *kept]]


def _edge(row: OrderListed, sort: str) -> Any:
    value = getattr(row, ATTRIBUTES[sort])
    return "infinity" if value is None else value


def _row(row: OrderListed) -> dict[str, Any]:
    tone, status = words.status_of(row.status)
    today = timezone.localdate()
    is_open = row.status not in ("delivered", "cancelled", "rejected", "shipped")
    return {
        "order": row,
        "tone": tone,
        "status": status,
        "holds": [words.check_word(kind) for kind in row.holds],
        "stages": [words.stage_word(stage) for stage in row.stages],
        "line": row.line_zh if words.chinese() else row.line_en,
        "is_late": is_open and row.promised_on is not None and row.promised_on < today,
        "days_behind": (row.promised_on - row.requested_on).days
        if row.promised_on and row.promised_on > row.requested_on
        else 0,
    }
