"""A change a customer asks for of an order we have: what is, what he wants, and the decision of a person."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.flow.pages import intake_words, words
from orderloop.flow.pages.paper import paper_of
from orderloop.flow.pages.repeating import body_like
from orderloop.flow.services import amending
from orderloop.foundation.outcome import Outcomes
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import ProposalFact
from orderloop.intake.rules.amending import amended
from orderloop.orders import queries as orders
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast
from orderloop.worklist import queries as worklist

# Of these orders goods have left, or nothing is left of them.
GONE = frozenset({"part_shipped", "shipped", "delivered", "cancelled", "rejected"})
STATES = {"open": "warn", "accepted": "good", "declined": "neutral"}


@requires("intake.view")
@never_cache
@require_GET
def show_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The order as it is against the order as the document would have it, line by line."""
    proposal = queries.proposals_by_ids([proposal_id]).get(proposal_id)
    if proposal is None:
        raise Http404
    document = None
    if proposal.document_id is not None:
        document = queries.documents_by_ids([proposal.document_id]).get(proposal.document_id)
    readings = queries.readings_for([document.document_id]) if document else {}
    order = orders.facts_for([proposal.order_id])[proposal.order_id]
    message = queries.messages_for([proposal.message_id])[proposal.message_id]
    tone, status = words.status_of(order.status)
    states = {"open": gettext("To be decided"), "accepted": gettext("Accepted"), "declined": gettext("Declined")}
    context = {
        "proposal": proposal,
        "tone": STATES[proposal.status],
        "state": states[proposal.status],
        "order": order,
        "order_tone": tone,
        "order_status": status,
        "owner": customers.facts_for([proposal.customer_id])[proposal.customer_id],
        "changes": _changes(proposal),
        **_what_is_left(proposal, order.status),
        "channel": words.channel_word(message["channel"]),
        "message": message,
        "paper": paper_of(document, readings.get(document.document_id)) if document else None,
    }
    return render(request, "flow/proposal.html", context)


def _changes(proposal: ProposalFact) -> list[dict[str, Any]]:
    lines: list[Mapping[str, Any]] = list(proposal.diff.get("lines") or ())
    products = catalog.by_skus({str(line.get("item", "")) for line in lines} - {""}) if lines else {}
    named = {
        "added": ("info", gettext("New line")),
        "removed": ("bad", gettext("Taken out")),
        "changed": ("warn", gettext("Other quantity")),
        "day": ("warn", gettext("Other day")),
        "price": ("warn", gettext("Other price")),
        "unknown": ("bad", gettext("Unknown item")),
    }
    rows = []
    for line in lines:
        tone, word = named.get(str(line.get("kind")), ("neutral", str(line.get("kind"))))
        product = products.get(str(line.get("item", "")))
        rows.append(
            {
                "item": line.get("item", ""),
                "name": ((words.chinese() and product.name_zh) or product.name_en) if product else "",
                "before": line.get("before") or "",
                "after": line.get("after") or "",
                "tone": tone,
                "word": word,
            }
        )
    return rows


@requires("intake.work", "orders.enter")
@require_POST
def decide_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Accept the change, decline it with a reason, carry out what was accepted by a new order, or say it is done."""
    at, actor, deed = timezone.now(), actor_of(request), request.POST.get("deed", "")
    here = HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
    if deed == "replace":
        return _replaced(request, proposal_id, here)
    if deed == "done":
        amending.finish_amendments([proposal_id], at=at, actor=actor)
        toast(request, gettext("Noted: the change is carried out."))
        return here
    outcome: Outcomes[int, Any]
    if deed == "accept":
        outcome = amending.accept_proposals([proposal_id], reason=_because(proposal_id), at=at, actor=actor)
    else:
        reason = words.clean(request.POST.get("reason", ""), 200)
        outcome = intake.decide_proposals({proposal_id: ("declined", reason)}, at=at, actor=actor)
    if not _say_fault(request, outcome):
        said = {
            amending.CANCELLED: gettext("The order is cancelled; the customer is told."),
            amending.TO_CARRY_OUT: gettext("The change is accepted. What is left to do is on the desk's list."),
        }
        toast(request, said.get(str(outcome.values[proposal_id]), gettext("The change is declined.")))
    return here


def _replaced(request: HttpRequest, proposal_id: int, here: HttpResponse) -> HttpResponse:
    """The old order is cancelled, and the grid opens with what the customer wants now."""
    proposal = queries.proposals_by_ids([proposal_id]).get(proposal_id)
    body = _body_wanted(proposal) if proposal is not None else None
    if body is None:
        toast(request, gettext("This change cannot be put in by itself; do it on the order."), tone="warn")
        return here
    token = uuid4()
    outcome = amending.replace_orders(
        {proposal_id: body}, {proposal_id: token}, reason=_because(proposal_id), at=timezone.now(),
        actor=actor_of(request),
    )  # fmt: skip
    if _say_fault(request, outcome):
        return here
    toast(request, gettext("The old order is cancelled. Look through the new one and take it in."))
    return HttpResponseRedirect(f"{reverse('order_new')}?draft={outcome.values[proposal_id]}")


def _say_fault(request: HttpRequest, outcome: Outcomes[int, Any]) -> bool:
    if outcome.refused:
        toast(request, intake_words.refusal(outcome.refused[0].reasons[0]), tone="bad")
    elif outcome.stale:
        toast(request, str(words.STALE), tone="warn")
    return bool(outcome.refused or outcome.stale)


def _because(proposal_id: int) -> str:
    """What the order's history says, in both languages: it is kept for whoever reads it."""
    return f"Customer's change no. {proposal_id} · 客户变更 {proposal_id}"


def _body_wanted(proposal: ProposalFact) -> dict[str, Any] | None:
    """The document of the order as the customer wants it now; None where it cannot be told, or is told already."""
    if proposal.kind == "cancel" or not proposal.diff.get("lines"):
        return None
    order = orders.facts_for([proposal.order_id])[proposal.order_id]
    body = {
        **body_like(proposal.order_id), "po_number": order.po_number, "requested_on": order.requested_on.isoformat(),
    }  # fmt: skip
    return amended(body, list(proposal.diff["lines"]))


def _what_is_left(proposal: ProposalFact, status: str) -> dict[str, bool]:
    """What is left to do of an accepted change, and whether a new order can take the old one's place."""
    work = worklist.open_work_for([proposal.order_id]).get(proposal.order_id, ())
    is_left = proposal.status == "accepted" and any(
        (each.kind, each.subject_id) == (amending.WORK, proposal.proposal_id) for each in work
    )
    may_replace = is_left and status not in GONE and _body_wanted(proposal) is not None
    return {"is_left": is_left, "may_replace": may_replace}
