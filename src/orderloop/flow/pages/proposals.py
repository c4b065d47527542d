"""A change a customer asks for of an order we have: what is, what he wants, and the decision of a person."""

from collections.abc import Mapping
from typing import Any

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
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import ProposalFact
from orderloop.orders import queries as orders
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

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
        "channel": words.channel_word(message["channel"]),
        "message": message,
        "paper": paper_of(document, readings.get(document.document_id)) if document else None,
    }
    return render(request, "flow/proposal.html", context)


def _changes(proposal: ProposalFact) -> list[dict[str, Any]]:
    lines: list[Mapping[str, Any]] = list(proposal.diff.get("lines") or ())  # type: ignore[call-overload]
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
    """Accept the change, to be carried out, or decline it with a reason."""
    status = "accepted" if request.POST.get("deed") == "accept" else "declined"
    reason = words.clean(request.POST.get("reason", ""), 200)
    outcome = intake.decide_proposals(
        {proposal_id: (status, reason)}, at=timezone.now(), actor=actor_of(request)
    )  # fmt: skip
    if outcome.refused:
        toast(request, intake_words.refusal(outcome.refused[0].reasons[0]), tone="bad")
        return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
    if outcome.stale:
        toast(request, str(words.STALE), tone="warn")
        return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
    toast(request, gettext("The change is accepted.") if status == "accepted" else gettext("The change is declined."))
    return HttpResponseRedirect(reverse("proposal", args=[proposal_id]))
