"""My work: what waits for my roles, due first; taking it, handing it over, sending it back."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.facts import Role
from orderloop.access.services import actor_of
from orderloop.flow.pages import words
from orderloop.flow.pages.paging import an_instant, stretch_of
from orderloop.flow.queries import work as queries
from orderloop.flow.queries.work import Counted, Waiting
from orderloop.flow.services.handing import take_work
from orderloop.foundation.outcome import Outcomes, Reason, Refused
from orderloop.platform.permissions import may, requires
from orderloop.ui.components import Choice
from orderloop.ui.listing import url_with
from orderloop.ui.toasts import toast
from orderloop.worklist import queries as worklist_queries
from orderloop.worklist import services as worklist

STAFF_ROLES = tuple(str(role) for role in Role if role not in (Role.CUSTOMER, Role.INTEGRATOR))
# Who sees to it that nothing waits unseen may look at everybody's work.
SEES_ALL = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
# Where work comes from, and so where it can be sent back to.
SENT_BACK_TO = (Role.CLERK, Role.CREDIT_REVIEWER, Role.PLANNER, Role.WAREHOUSE, Role.SERVICE, Role.MANAGER)
# Work that is done on a page of its own; the rest on the order's.
PLACES = {
    "draft": "draft",
    "question": "draft",
    "picking": "warehouse",
    "dispatch": "warehouse",
    "delivery": "warehouse",
    "effect": "mails",
}
PROCEDURES = {"hold_credit": "review", "hold_amount": "review", "hold_stock": "review", "hold_date": "review"}


@require_GET
@requires("account.use")
def home(request: HttpRequest) -> HttpResponse:
    """Staff begin with their work, customers' users with their orders."""
    for permission, name in (("work.view", "work"), ("portal.use", "portal")):
        if may(request, permission):
            try:
                return HttpResponseRedirect(reverse(name))
            except NoReverseMatch:
                break
    return HttpResponseRedirect(reverse("profile"))


@require_GET
@requires("work.view")
def show_work(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's roles, by kind; for a manager, on wish, everybody's."""
    now, person = timezone.now(), words.person_of(request)
    roles, is_all = roles_of(request), bool(request.GET.get("all"))
    counted = queries.counts(roles, person, at=now)
    known = {each.kind for each in counted}
    kind = request.GET.get("kind", "")
    kind = kind if kind in known or kind == "mine" else ""
    rows, page = stretch_of(
        request,
        lambda after, backwards, limit: queries.listed(
            roles, kind="" if kind == "mine" else kind, taken_by=person if kind == "mine" else None,
            after=after, backwards=backwards, limit=limit,
        ),
        lambda row: (row.due_at.isoformat(), row.item_id),
        an_instant,
        total=_total(counted, kind),
    )  # fmt: skip
    stage = PROCEDURES.get(kind, kind)
    context = {
        "rows": [_row(row, now, person) for row in rows],
        "page": page,
        "tabs": _tabs(request, counted, kind),
        "procedure": words.procedure(stage),
        "stage": words.stage_word(stage),
        "late": sum(each.late for each in counted),
        "may_see_all": bool(SEES_ALL & set(request.user.roles)),  # type: ignore[union-attr]  # a page for those who are signed in
        "is_all": is_all,
        "toggle_url": url_with(request, all="" if is_all else "1", kind=None),
        **_hands(rows),
    }
    return render(request, "flow/work.html", context)


@require_POST
@requires("work.view")
def act_on_work(request: HttpRequest, deed: str) -> HttpResponse:
    """Take, hand over or give back ticked work, or send it back with its cause; what became of each is shown."""
    ids, now, person = words.ids_of(request.POST.getlist("ids")), timezone.now(), words.person_of(request)
    items = worklist_queries.items_for(ids)
    roles = set(roles_of(request))
    mine = [i for i in ids if i not in items or items[i].role in roles or items[i].taken_by_id == person]
    outcome: Outcomes[int, Any] = Outcomes()
    if deed == "take":
        outcome = take_work(mine, person_id=person, at=now, actor=actor_of(request))
    elif deed == "give":
        outcome = _handed_over(request, mine, now)
    elif deed == "back":
        role = request.POST.get("role", "")
        cause = words.clean(request.POST.get("cause", ""), 200)
        to_role = role if role in SENT_BACK_TO else str(Role.CLERK)
        outcome = worklist.send_back_items(mine, to_role=to_role, cause=cause, actor=actor_of(request), at=now)
    return _answer(request, outcome, ids, deed)


def _handed_over(request: HttpRequest, ids: list[int], now: datetime) -> Outcomes[int, None]:
    """Hand over to a colleague who does such work; with nobody named, back to all who do."""
    person, items = words.person_of(request), worklist_queries.items_for(ids)
    named = words.ids_of([request.POST.get("person", "")])
    if not named:
        return worklist.hand_over_items(ids, person_id=person, to_person_id=None, at=now)
    colleagues = {i: set(roles) for i, _name, roles in queries.colleagues_for({item.role for item in items.values()})}
    fit = [i for i in ids if i not in items or items[i].role in colleagues.get(named[0], set())]
    outcome = worklist.hand_over_items(fit, person_id=person, to_person_id=named[0], at=now)
    unfit = [Refused(i, (Reason("role_missing", "person"),)) for i in ids if i not in fit]
    return Outcomes.of(ids, done=outcome.done, refused=[*outcome.refused, *unfit], stale=outcome.stale)


def _answer(request: HttpRequest, outcome: Outcomes[int, Any], ids: list[int], deed: str) -> HttpResponse:
    if outcome.all_done and outcome.done:
        count = len(outcome.done)
        said = {
            "take": gettext("%(count)s taken. It is yours now."),
            "give": gettext("%(count)s handed over."),
            "back": gettext("%(count)s sent back."),
        }
        toast(request, said[deed] % {"count": count})
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response if request.headers.get("HX-Request") else HttpResponseRedirect(_back(request))
    titles = queries.titles_for(ids)
    labels = {i: (f"{words.kind_word(kind)} · {title}", "") for i, (kind, title) in titles.items()}
    return render(request, "flow/results.html", {"outcome": words.results_of(outcome, labels)})


def _back(request: HttpRequest) -> str:
    return reverse("work")


def roles_of(request: HttpRequest) -> list[str]:
    """Whose work the reader sees: that of the own roles; a manager's look may take in everybody's."""
    own = list(request.user.roles)  # type: ignore[union-attr]  # a page for those who are signed in
    wants_all = request.GET.get("all") or request.POST.get("all")
    return list(STAFF_ROLES) if wants_all and SEES_ALL & set(own) else own


def place_of(kind: str, subject_id: int, number: str | None) -> str:
    """The page on which a piece of work is done."""
    if kind.startswith("hold_") and number:
        return reverse("review_sheet", args=[number])
    if kind == "production_planning" and number:
        return f"{reverse('shortages')}?order={number}"
    if kind == "amendment":
        return reverse("proposal", args=[subject_id])
    if kind == "post_given_up":
        return reverse("partner", args=[subject_id])
    if kind == "figure_missed":
        return reverse("cockpit")
    name = PLACES.get(kind, "")
    try:
        if name:
            address = reverse(name, args=[subject_id] if name == "draft" else [])
            return f"{address}?q={number}" if number else address
    except NoReverseMatch:
        pass
    return reverse("order_page", args=[number]) if number else reverse("work")


def count_for(request: HttpRequest) -> int:
    """What the rail shows beside My work."""
    return queries.count_open(list(request.user.roles), words.person_of(request))  # type: ignore[union-attr]  # a page for those who are signed in


def _row(row: Waiting, now: datetime, person: int) -> dict[str, Any]:
    return {
        "item": row,
        "kind": words.kind_word(row.kind),
        "role": words.role_word(row.role),
        "url": place_of(row.kind, row.subject_id, row.number),
        "title": gettext(row.title) if row.subject_kind == "figure" else row.number or row.title,
        "is_late": words.is_late(row.due_at, now),
        "is_mine": row.taken_by_id == person,
    }


def _hands(rows: list[Waiting]) -> dict[str, Any]:
    roles = {row.role for row in rows}
    return {
        "colleagues": [(i, name) for i, name, _roles in queries.colleagues_for(roles)] if roles else [],
        "roles": [(str(role), words.role_word(role)) for role in SENT_BACK_TO],
    }


def _total(counted: list[Counted], kind: str) -> int:
    if kind == "mine":
        return sum(each.mine for each in counted)
    return sum(each.open for each in counted if not kind or each.kind == kind)


def _tabs(request: HttpRequest, counted: list[Counted], kind: str) -> list[Choice]:
    mine = sum(each.mine for each in counted)
    tabs = [Choice(_("All"), url_with(request, kind=None), not kind, sum(each.open for each in counted))]
    tabs.append(Choice(_("Taken by me"), url_with(request, kind="mine"), kind == "mine", mine))
    return tabs + [
        Choice(words.kind_word(each.kind), url_with(request, kind=each.kind), kind == each.kind, each.open)
        for each in counted
        if each.open
    ]
