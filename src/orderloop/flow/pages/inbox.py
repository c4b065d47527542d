"""The inbox: what came in on any channel, by what it waits for; keys, batches, and the queue of what is no order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.flow.facts import TakenIn
from orderloop.flow.pages import intake_words, words
from orderloop.flow.pages.paging import an_instant, stretch_of
from orderloop.flow.queries import inbox as queries
from orderloop.flow.queries.inbox import Arrival, InboxFilter, Tab
from orderloop.flow.services import clocks
from orderloop.flow.services.handing import take_work
from orderloop.flow.services.verifying import verify_drafts
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import services as intake
from orderloop.intake.facts import FINDING_TITLES, Severity
from orderloop.intake.rules.verifying import is_green
from orderloop.orders.facts import CHANNEL_WORDS
from orderloop.platform.permissions import requires
from orderloop.platform.tables import Column
from orderloop.platform.tables.columns import Kind
from orderloop.ui.components import Choice, Results, RowResult
from orderloop.ui.listing import Filter, FilterBar, filters_from, url_with
from orderloop.ui.table_import import table_file
from orderloop.ui.toasts import toast

SHOWN_BACK = timedelta(days=30)
MOST_TICKED = 200
MOST_EXPORTED = 5_000
CHIPS = 3
TABS: Mapping[Tab, Any] = {
    Tab.CONFIRM: _("To confirm"),
    Tab.CUSTOMER: _("With the customer"),
    Tab.CHANGES: _("Duplicates and changes"),
    Tab.NOT_ORDER: _("Not an order"),
    Tab.FAILED: _("Failed"),
    Tab.DONE: _("Finished"),
}
EMPTY: Mapping[Tab, Any] = {
    Tab.CONFIRM: _("Orders that are clean pass by themselves. What a person has to look at waits here."),
    Tab.CUSTOMER: _("Orders about which the customer was asked wait here until the answer comes."),
    Tab.CHANGES: _("A change of an order, or the same order again, is put here; nothing is merged by itself."),
    Tab.NOT_ORDER: _("Messages in which no order was found are kept here until somebody has looked."),
    Tab.FAILED: _("Documents that could not be opened or read are kept here with the reason."),
    Tab.DONE: _("What became an order or was closed in the last 30 days stands here."),
}
DRAFT_TONES = {"open": "warn", "asking": "info", "accepted": "good", "rejected": "neutral"}
COLUMNS = (
    Column("channel", "Channel", "渠道"),
    Column("customer", "Customer", "客户", width=32),
    Column("trust", "Sender", "发件人可信度"),
    Column("sender", "Sent by", "发件地址", width=28),
    Column("po_number", "PO number", "客户采购单号", Kind.CODE),
    Column("line_count", "Lines", "行数", Kind.DECIMAL),
    Column("amount", "Amount", "金额", Kind.DECIMAL),
    Column("currency", "Currency", "币种"),
    Column("requested_on", "Requested", "要求交期"),
    Column("problems", "Problems", "问题", width=48),
    Column("received", "Received", "接收时间", width=18),
    Column("due", "Due", "办理期限", width=18),
    Column("taken_by", "Who has it", "办理人"),
    Column("order", "Order", "订单号", Kind.CODE),
)


@requires("intake.view")
@never_cache
@require_GET
def show_inbox(request: HttpRequest) -> HttpResponse:
    """One tab of the inbox, what waits longest first; what has ended, the latest first."""
    now, tab = timezone.now(), tab_of(request)
    bar = _filters(request)
    chosen = _chosen(request, bar, now)
    rows, page = stretch_of(
        request,
        lambda after, backwards, limit: queries.listed(tab, chosen, after=after, backwards=backwards, limit=limit),
        lambda row: (row.at.isoformat(), row.place),
        an_instant,
    )
    counted = queries.counts(since=now - SHOWN_BACK)
    context = {
        "rows": _rows(rows, now, words.person_of(request)),
        "page": page,
        "bar": bar,
        "tab": tab.value,
        "tab_words": TABS[tab],
        "tabs": _tabs(request, tab, counted),
        "unread": queries.count_unread(),
        "empty_words": EMPTY[tab],
    }
    return render(request, "flow/inbox.html", context)


@requires("intake.view")
@require_GET
def export_inbox(request: HttpRequest) -> HttpResponse:
    """The tab as filtered, as a spreadsheet or CSV."""
    now = timezone.now()
    rows = queries.listed(tab_of(request), _chosen(request, _filters(request), now), limit=MOST_EXPORTED)
    table = [_exported(row) for row in rows]
    return table_file(COLUMNS, table, request.GET.get("form", "xlsx"), "inbox", gettext("Inbox"))


@requires("intake.work", "orders.enter")
@require_POST
def act_on_inbox(request: HttpRequest, deed: str) -> HttpResponse:
    """Do one thing with the ticked rows; what became of each is shown, and no row holds up another."""
    keys = keys_of(request.POST.getlist("ids"))
    at, actor = timezone.now(), actor_of(request)
    reason = words.clean(request.POST.get("reason", ""), 200)
    outcome, urls = DEEDS[deed](keys, reason, at, actor) if deed in DEEDS else (Outcomes.of(()), {})
    if outcome.all_done and outcome.done and len(keys) == 1:
        return _single(request, deed, outcome, urls)
    labels = {row.key: label_of(row) for row in _named(keys, at)}
    return render(request, "flow/results.html", {"outcome": results_of(outcome, labels, urls)})


def _single(request: HttpRequest, deed: str, outcome: Outcomes[str, str], urls: Mapping[str, str]) -> HttpResponse:
    """One row that went well needs no table: the list is drawn again, and says what happened."""
    said = {
        "accept": gettext("Taken in as order %(number)s.") % {"number": outcome.done[0].value},
        "ask": gettext("The customer is asked; the question goes out by mail."),
        "take": gettext("%(count)s taken. It is yours now.") % {"count": 1},
        "close": gettext("Closed."),
        "retry": gettext("It is read again."),
        "reject": gettext("The draft is given up."),
    }
    toast(request, said[deed])
    response = HttpResponse(status=204) if request.headers.get("HX-Request") else HttpResponseRedirect(reverse("inbox"))
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


Acted = tuple[Outcomes[str, str], dict[str, str]]
Deed = Callable[[Sequence[str], str, datetime, Actor], Acted]


def _accept(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    drafts = ids_in(keys, "d")
    outcome = verify_drafts({i: {} for i in drafts}, at=at, actor=actor, unopened=True)
    numbers = {f"d{each.id}": each.value for each in outcome.done}
    urls = {key: reverse("order_page", args=[taken.number]) for key, taken in numbers.items()}
    return _by_key(keys, "d", outcome, lambda taken: taken.number if isinstance(taken, TakenIn) else ""), urls


def _ask(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    return _by_key(keys, "d", intake.ask_customer(ids_in(keys, "d"), at=at, actor=actor)), {}


def _reject(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    return _by_key(keys, "d", intake.reject_drafts(dict.fromkeys(ids_in(keys, "d"), reason), at=at, actor=actor)), {}


def _close(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    outcome = intake.settle_messages(dict.fromkeys(ids_in(keys, "m"), reason), at=at, actor=actor)
    return _by_key(keys, "m", outcome), {}


def _retry(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    return _by_key(keys, "m", intake.retry_messages(ids_in(keys, "m"), at=at, actor=actor)), {}


def _take(keys: Sequence[str], reason: str, at: datetime, actor: Actor) -> Acted:
    items = queries.items_of(keys)
    person = actor.id if actor.id is not None else 0
    taken = take_work(list(items.values()), person_id=person, at=at, actor=actor).by_id
    done = [Done(key, "") for key in keys if key in items and isinstance(taken[items[key]], Done)]
    stale = [Stale(key) for key in keys if key in items and not isinstance(taken[items[key]], Done)]
    refused = [Refused(key, (Reason("inbox.nothing_waits"),)) for key in keys if key not in items]
    return Outcomes.of(keys, done=done, refused=refused, stale=stale), {}


DEEDS: Mapping[str, Deed] = {
    "accept": _accept,
    "ask": _ask,
    "take": _take,
    "reject": _reject,
    "close": _close,
    "retry": _retry,
}


def _by_key(
    keys: Sequence[str], sort: str, outcome: Outcomes[int, Any], value: Callable[[Any], str] = lambda _value: ""
) -> Outcomes[str, str]:
    """What became of ids, under the keys of their rows; a row of another sort is to be opened."""
    other = [Refused(key, (Reason("inbox.open_it"),)) for key in keys if not key.startswith(sort)]
    return Outcomes.of(
        keys,
        done=[Done(f"{sort}{each.id}", value(each.value)) for each in outcome.done],
        refused=[*(Refused(f"{sort}{each.id}", each.reasons) for each in outcome.refused), *other],
        stale=[Stale(f"{sort}{each.id}") for each in outcome.stale],
    )


def keys_of(values: Sequence[str]) -> list[str]:
    """The keys of rows among ticked values, each once."""
    good = (v for v in values if v[:1] in {"d", "m", "p"} and v[1:].isascii() and v[1:].isdigit() and len(v) < 18)
    return list(dict.fromkeys(good))[:MOST_TICKED]


def ids_in(keys: Sequence[str], sort: str) -> list[int]:
    """The ids of the keys of one sort."""
    return [int(key[1:]) for key in keys if key.startswith(sort)]


def _named(keys: Sequence[str], now: datetime) -> list[Arrival]:
    chosen = InboxFilter(since=now - SHOWN_BACK, ids=tuple(keys))
    return [row for tab in Tab for row in queries.listed(tab, chosen, limit=MOST_TICKED)] if keys else []


def results_of(outcome: Outcomes[str, str], labels: Mapping[str, str], urls: Mapping[str, str]) -> Results:
    """What became of each row, with the reasons where it stayed as it was."""
    rows = []
    for each in outcome:
        label, url = labels.get(each.id, each.id), urls.get(each.id, "")
        if isinstance(each, Refused):
            rows.append(RowResult(label, "refused", tuple(map(intake_words.refusal, each.reasons)), place_of(each.id)))
        elif isinstance(each, Stale):
            rows.append(RowResult(label, "stale", (words.STALE,)))
        else:
            rows.append(RowResult(f"{label} → {each.value}" if each.value else label, "done", (), url))
    return Results(tuple(rows))


def tab_of(request: HttpRequest) -> Tab:
    """The tab asked for; the first for anything else."""
    asked = request.GET.get("tab", "")
    return Tab(asked) if asked in set(Tab) else Tab.CONFIRM


def place_of(key: str) -> str:
    """Where a row is opened."""
    names = {"d": "draft", "p": "proposal", "m": "inbox_message"}
    return reverse(names[key[0]], args=[int(key[1:])])


def count_for(request: HttpRequest) -> int:
    """What the rail shows beside the inbox."""
    return queries.count_for_the_desk()


def label_of(row: Arrival) -> str:
    """What a row is called."""
    return row.po_number or row.filename or row.sender or gettext("without number")


def _rows(rows: Sequence[Arrival], now: datetime, person: int) -> list[dict[str, Any]]:
    """The rows with the clocks of those whose sender waits for his answer."""
    waiting = {row.draft_id: row.at for row in rows if row.draft_id is not None and row.status in ("open", "asking")}
    read = clocks.draft_clocks(waiting, at=now)
    return [{**row_of(row, now, person), "clock": read.get(row.draft_id or 0)} for row in rows]


def row_of(row: Arrival, now: datetime, person: int) -> dict[str, Any]:
    """A row as the list shows it."""
    chips = _chips(row)
    return {
        "row": row,
        "url": place_of(row.key),
        "label": label_of(row),
        "channel": words.channel_word(row.channel),
        "trust": intake_words.trust_of(row.envelope),
        "chips": chips[:CHIPS],
        "more": len(chips) - CHIPS,
        "amount": amount_of(row),
        "is_green": bool(row.draft_id) and row.status in ("open", "asking") and is_green(row.findings, row.gates),
        "is_late": words.is_late(row.due_at, now),
        "is_mine": row.taken_by_id == person,
        "state": _state(row),
    }


def _state(row: Arrival) -> tuple[str, str]:
    if row.draft_id is not None and row.status in ("accepted", "rejected"):
        return DRAFT_TONES[row.status], intake_words.outcome_word({"accepted": "order"}.get(row.status, row.status))
    if row.proposal_id is not None:
        return "info", gettext("Cancellation asked for") if row.kind == "cancel" else gettext("Change asked for")
    return "neutral", "" if row.draft_id is not None else intake_words.outcome_word(row.outcome)


def _chips(row: Arrival) -> list[tuple[str, str]]:
    """What is to be looked at, each kind once, the blocking first: (tone, word)."""
    if row.draft_id is None:
        return [("neutral", intake_words.reason_word(each)) for each in row.reasons]
    worst = sorted(row.findings, key=lambda each: each.severity is not Severity.BLOCKING)
    found: dict[str, tuple[str, str]] = {}
    if row.is_answered:
        found[""] = ("good", gettext("Answer came"))
    for each in worst:
        tone = "bad" if each.severity is Severity.BLOCKING else "warn"
        found.setdefault(each.code, (tone, gettext(FINDING_TITLES.get(each.code, each.code))))
    return list(found.values())


def amount_of(row: Arrival) -> Decimal | None:
    """The amount the document states, else what its lines make; None where neither is known."""
    stated = words.decimal_of(row.total)
    if stated is not None or not row.lines:
        return stated
    try:
        parts = [Decimal(str(each["quantity"])) * Decimal(str(each["unit_price"])) for each in row.lines]
    except (KeyError, InvalidOperation):
        return None
    total = sum(parts, Decimal(0))
    return total if total.is_finite() and abs(total) < Decimal(10) ** 15 else None


def _exported(row: Arrival) -> dict[str, object]:
    trust = intake_words.trust_of(row.envelope)
    return {
        "channel": words.channel_word(row.channel),
        "customer": row.customer,
        "trust": trust[1] if trust else "",
        "sender": row.sender,
        "po_number": row.po_number,
        "line_count": row.line_count,
        "amount": amount_of(row),
        "currency": row.currency,
        "requested_on": row.requested_on,
        "problems": ", ".join(word for _tone, word in _chips(row)),
        "received": f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
        "due": f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else "",
        "taken_by": row.taken_by,
        "order": row.order_number,
    }


def _filters(request: HttpRequest) -> FilterBar:
    findings = sorted(((str(code), gettext(title)) for code, title in FINDING_TITLES.items()), key=lambda each: each[1])
    filters = [
        Filter("channel", _("Channel"), [(str(channel), words.channel_word(channel)) for channel in CHANNEL_WORDS]),
        Filter("problem", _("Problem"), findings),
        Filter("mine", _("Taken by me"), kind="flag"),
    ]
    return filters_from(
        request, filters, placeholder=_("Customer, sender, PO number or file"), export_path=reverse("inbox_export")
    )


def _chosen(request: HttpRequest, bar: FilterBar, now: datetime) -> InboxFilter:
    return InboxFilter(
        since=now - SHOWN_BACK,
        text=bar.q,
        channel=bar.values.get("channel", ""),
        finding=bar.values.get("problem", ""),
        taken_by=words.person_of(request) if bar.values.get("mine") else None,
    )


def _tabs(request: HttpRequest, current: Tab, counted: Mapping[Tab, int]) -> list[Choice]:
    return [
        Choice(label, url_with(request, tab=None if tab is Tab.CONFIRM else tab), tab is current, counted.get(tab))
        for tab, label in TABS.items()
    ]
