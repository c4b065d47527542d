"""Review: what is held and why, four checks side by side, and the decision about each hold."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.customers import queries as customer_queries
from orderloop.customers.facts import STANDING_WORDS
from orderloop.flow.pages import words
from orderloop.flow.pages.paging import an_instant, stretch_of
from orderloop.flow.queries import holds as queries
from orderloop.flow.queries.holds import HoldListed
from orderloop.flow.services.asking import ask_customers
from orderloop.flow.services.decisions import decide_holds
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.orders import queries as order_queries
from orderloop.orders.facts import OrderFact
from orderloop.platform.permissions import may, requires
from orderloop.policy import queries as policy
from orderloop.review import queries as review_queries
from orderloop.review.facts import CHECK_WORDS, RISK_WORDS, CheckKind
from orderloop.review.services import HoldDecision
from orderloop.ui.components import Choice, Crumb, Pair
from orderloop.ui.listing import url_with
from orderloop.ui.toasts import toast

DECISIONS = {"approve": "approved", "reject": "rejected"}
# Money is decided by whoever may decide reviews; goods and dates also by whoever plans them.
PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    CheckKind.CREDIT: ("review.decide",),
    CheckKind.AMOUNT: ("review.decide",),
    CheckKind.STOCK: ("review.decide", "triage.adjust"),
    CheckKind.DATE: ("review.decide", "triage.adjust"),
}
STANDING_TONES = {"good": "good", "normal": "neutral", "watch": "warn", "blocked": "bad"}
_FIGURE_ORDER = {name: place for place, name in enumerate(words.FIGURE_WORDS)}
RISK_MOST = {"amount": 30, "credit": 25, "payment": 20, "margin": 15, "supply": 10}


@require_GET
@requires("review.view")
def show_reviews(request: HttpRequest) -> HttpResponse:
    """Open holds, due first, by what they are for."""
    counts = queries.counts()
    kind = request.GET.get("kind", "")
    kind = kind if kind in set(CheckKind) else ""
    rows, page = stretch_of(
        request,
        lambda after, backwards, limit: queries.open_holds(
            kinds=(kind,) if kind else (), after=after, backwards=backwards, limit=limit
        ),
        lambda row: (row.due_at.isoformat(), row.hold_id),
        an_instant,
        total=counts.get(kind, 0) if kind else sum(counts.values()),
    )
    tabs = [Choice(_("All"), url_with(request, kind=None), not kind, sum(counts.values()))]
    tabs += [
        Choice(gettext(text), url_with(request, kind=code), kind == code, counts.get(code, 0))
        for code, text in CHECK_WORDS.items()
    ]
    listed = [_listed(request, row) for row in rows]
    context = {
        "rows": listed,
        "tabs": tabs,
        "page": page,
        "procedure": words.procedure("review"),
        "may_tick": any(row["mine"] for row in listed),
    }
    return render(request, "flow/reviews.html", context)


@require_POST
@requires("review.decide", "triage.adjust")
def act_on_holds(request: HttpRequest, deed: str) -> HttpResponse:
    """Approve or reject ticked holds with one reason; each row says what became of it."""
    ids = words.ids_of(request.POST.getlist("ids"))
    outcome = decided(request, ids, deed, words.clean(request.POST.get("reason", "")))
    labels = {
        i: (f"{number} · {words.check_word(kind)}", reverse("order_page", args=[number]))
        for i, (kind, number) in queries.labels_for(ids).items()
    }
    return render(request, "flow/results.html", {"outcome": words.results_of(outcome, labels)})


@require_GET
@requires("review.view")
def show_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The review sheet of one order."""
    return sheet_page(request, order_or_404(number))


@require_POST
@requires("review.decide", "triage.adjust")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Approve or reject the ticked holds of an order, or ask its customer; a fault leaves everything typed in place."""
    fact = order_or_404(number)
    deed, reason = request.POST.get("deed", ""), words.clean(request.POST.get("reason", ""))
    ids = words.ids_of(request.POST.getlist("holds"))
    if deed == "ask":
        asked = ask_customers({fact.order_id: reason}, at=timezone.now(), actor=actor_of(request))
        fault = words.first_fault(asked)
        said = gettext("The customer is asked by mail.")
    else:
        mine = {hold["id"] for hold in review_queries.holds_for([fact.order_id]).get(fact.order_id, ())}
        outcome = decided(request, [i for i in ids if i in mine], deed, reason)
        fault = words.first_fault(outcome) or ("" if outcome.done else gettext("Tick what you decide about."))
        said = gettext("%(number)s is approved.") if deed == "approve" else gettext("%(number)s is rejected.")
    if fault:
        return sheet_page(request, fact, {"fault": fault, "reason": reason, "ticked": ids}, 422)
    toast(request, said % {"number": number} if deed != "ask" else said)
    return HttpResponseRedirect(reverse("order_page", args=[number]))


def decided(request: HttpRequest, ids: list[int], deed: str, reason: str) -> Outcomes[int, Any]:
    """What becomes of a decision about holds: what the reader may not decide is refused."""
    kinds = queries.labels_for(ids)
    mine = [i for i in ids if i not in kinds or may_decide(request, kinds[i][0])]
    others = [Refused(i, (Reason("not_permitted"),)) for i in ids if i not in mine]
    if deed not in DECISIONS:
        return Outcomes.of(ids, stale=[Stale(i) for i in ids])
    decision = DECISIONS[deed]
    made = [HoldDecision(i, decision, reason) for i in mine]  # type: ignore[arg-type]  # one of the two words
    outcome: Outcomes[int, Any] = Outcomes()
    if made:
        outcome = decide_holds(made, at=timezone.now(), actor=actor_of(request))
    done = [Done(entry.id, None) for entry in outcome.done]
    return Outcomes.of(ids, done=done, refused=[*outcome.refused, *others], stale=outcome.stale)


def may_decide(request: HttpRequest, kind: str) -> bool:
    """Whether the reader may decide about holds of a kind."""
    return any(may(request, permission) for permission in PERMISSIONS.get(kind, ()))


def order_or_404(number: str) -> OrderFact:
    """The order of that number, or the page that says there is none."""
    ids = order_queries.ids_by_numbers([number]) if "\x00" not in number else {}
    if number not in ids:
        raise Http404
    return order_queries.facts_for([ids[number]])[ids[number]]


def sheet_page(
    request: HttpRequest, fact: OrderFact, typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The review sheet, with what was typed where something is wrong with it."""
    holds = review_queries.holds_for([fact.order_id]).get(fact.order_id, [])
    tone, word = words.status_of(fact.status)
    context = {
        "fact": fact,
        "tone": tone,
        "status": word,
        "crumbs": [
            Crumb(_("Review"), reverse("reviews")),
            Crumb(fact.number, reverse("order_page", args=[fact.number])),
            Crumb(_("Review sheet")),
        ],
        "sheet": sheet_of(fact),
        "holds": [hold_row(request, hold, fact.currency) for hold in holds],
        "open_holds": [hold for hold in holds if hold["status"] == "open"],
        "may_decide": any(hold["status"] == "open" and may_decide(request, hold["kind"]) for hold in holds),
        "customer": _customer(fact),
        "procedure": words.procedure("review"),
        **(typed or {}),
    }
    return render(request, "flow/review_sheet.html", context, status=status)


def sheet_of(fact: OrderFact) -> dict[str, Any] | None:
    """The latest sheet as it is shown: four checks with figures and reasons, and the risk sheet of a large order."""
    found = review_queries.sheets_for([fact.order_id]).get(fact.order_id)
    if found is None:
        return None
    document = words.plain(found["checks"])
    version = policy.versions_for([found["policy_id"]]).get(found["policy_id"])
    return {
        "at": found["at"],
        "n": found["n"],
        "fast_lane": found["fast_lane"],
        "version": version.number if version else None,
        "checks": [_check(check, fact.currency) for check in document["checks"]],
        "risk": _risk(document.get("risk")),
        "use": _use(document["checks"]),
    }


def _check(check: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "kind": check["kind"],
        "title": words.check_word(check["kind"]),
        "tone": words.CHECK_TONES[check["result"]],
        "result": words.RESULT_WORDS[check["result"]],
        "reasons": [words.reason_words(reason, currency) for reason in check["reasons"]],
        "figures": [
            Pair(words.FIGURE_WORDS.get(name, name), words.value_words(name, value, currency))
            for name, value in sorted(check["figures"].items(), key=lambda item: _FIGURE_ORDER.get(item[0], 99))
        ],
    }


def _risk(risk: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not risk:
        return None
    return {
        "score": risk["score"],
        "parts": [
            (gettext(RISK_WORDS.get(name, name)), risk["parts"][name], most)
            for name, most in RISK_MOST.items()
            if name in risk["parts"]
        ],
    }


def _use(checks: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """How much of the credit limit is used, before and with this order, on a bar as long as the larger of both."""
    figures: Mapping[str, Any] = next((check["figures"] for check in checks if check["kind"] == "credit"), {})
    if figures.get("limit") is None:
        return None
    limit, before, after = (Decimal(str(figures[name])) for name in ("limit", "exposure", "exposure_after"))
    whole = max(limit, after) or Decimal(1)
    return {
        "limit": limit,
        "before": before,
        "after": after,
        "share": after / limit if limit else None,
        "before_length": round(100 * before / whole, 2),
        "after_length": round(100 * after / whole, 2),
        "limit_length": round(100 * limit / whole, 2),
        "tone": "bad" if after > limit else "warn" if after * 10 > limit * 9 else "good",
    }


def hold_row(request: HttpRequest, hold: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A hold with its words: what for, by whom and why it was decided, or whom it waits for."""
    tone, word = words.HOLD_STATES[hold["status"]]
    return {
        **hold,
        "title": words.check_word(hold["kind"]),
        "role_word": words.role_word(hold["role"]),
        "tone": tone,
        "word": word,
        "is_late": hold["status"] == "open" and hold["due_at"] < timezone.now(),
        "mine": hold["status"] == "open" and may_decide(request, hold["kind"]),
        "why": [words.reason_words(reason, currency) for reason in words.plain(hold["reasons"])],
    }


def _customer(fact: OrderFact) -> dict[str, Any]:
    """Who buys: standing, how they pay, and their latest orders."""
    ids, today = [fact.customer_id], timezone.localdate()
    buyer = customer_queries.facts_for(ids)[fact.customer_id]
    paid = customer_queries.payment_behaviour_for(ids, on=today).get(fact.customer_id)
    pairs = [
        Pair(_("Importance"), buyer.importance),
        Pair(_("Payment terms"), gettext("%(days)s days") % {"days": buyer.payment_terms_days}),
    ]
    if paid is not None:
        late = None if paid.average_days_late is None else gettext("%(days)s days") % {"days": paid.average_days_late}
        pairs += [
            Pair(_("Overdue"), words.value_words("overdue_amount", paid.overdue, buyer.currency)),
            Pair(_("Oldest overdue"), gettext("%(days)s days") % {"days": paid.oldest_overdue_days}),
            Pair(_("Paid late on average"), late, gettext("n = %(n)s") % {"n": paid.settled_invoices}),
        ]
    latest = queries.latest_orders_of(fact.customer_id, but=fact.order_id)
    return {
        "fact": buyer,
        "tone": STANDING_TONES[buyer.standing],
        "standing": gettext(STANDING_WORDS[buyer.standing]),
        "pairs": pairs,
        "orders": [(*row[:4], *words.status_of(row[4])) for row in latest],
    }


def _listed(request: HttpRequest, row: HoldListed) -> dict[str, Any]:
    return {
        "hold": row,
        "kind": words.check_word(row.kind),
        "why": [words.reason_words(reason, row.currency) for reason in row.reasons],
        "is_late": row.due_at < timezone.now(),
        "mine": may_decide(request, row.kind),
    }


def count_for(request: HttpRequest) -> int:
    """What the rail shows beside Review."""
    return sum(queries.counts().values())
