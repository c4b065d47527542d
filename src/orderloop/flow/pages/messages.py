"""A message of which no order came by itself: looked at, made an order by hand, read again, or left as what it is."""

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
from orderloop.flow.pages import intake_words, words
from orderloop.flow.pages.paper import first_shown, paper_of
from orderloop.flow.queries import inbox
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import OUTCOME_WORDS
from orderloop.intake.services.restoring import restore_messages
from orderloop.interchange.facts import FAULT_WORDS
from orderloop.orders import queries as orders
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

TONES = {"order": "good", "draft": "warn", "quarantined": "bad", "change": "info", "duplicate": "neutral"}


@requires("intake.view")
@never_cache
@require_GET
def show_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it is, why it ended so, and what it says."""
    message = queries.messages_for([message_id]).get(message_id)
    if message is None:
        raise Http404
    row = inbox.message_row(message_id)
    documents = queries.documents_for([message_id]).get(message_id, ())
    asked = words.ids_of([request.GET.get("document", "")])
    shown = next((each for each in documents if asked and each.document_id == asked[0]), None)
    shown = shown or first_shown(documents)
    readings = queries.readings_for([shown.document_id]) if shown else {}
    order_id = message["order_id"]
    order = orders.facts_for([order_id]).get(order_id) if order_id else None
    context = {
        "message": message,
        "channel": words.channel_word(message["channel"]),
        "outcome": intake_words.outcome_word(message["outcome"]) if message["outcome"] in OUTCOME_WORDS else "",
        "tone": TONES.get(message["outcome"], "neutral"),
        "reasons": [intake_words.reason_word(each) for each in row.reasons],
        "trust": intake_words.trust_of(row.envelope),
        "subject": row.subject,
        "faults": [_fault(each) for document in documents for each in document.faults],
        "documents": documents,
        "paper": paper_of(shown, readings.get(shown.document_id)) if shown else None,
        "order": order,
        "is_waiting": row.is_waiting,
        "may_read_again": message["outcome"] in ("not_order", "quarantined"),
    }
    return render(request, "flow/inbox_message.html", context)


def _fault(body: Mapping[str, Any]) -> str:
    params = intake_words.Figures({name: str(value) for name, value in body.get("params", {}).items()})
    return gettext(FAULT_WORDS.get(str(body["code"]), str(body["code"]))) % params


@requires("intake.work", "orders.enter")
@require_POST
def act_on_message(request: HttpRequest, message_id: int, deed: str) -> HttpResponse:
    """Make it an order by hand, read it again, or leave it as what it is."""
    at, actor, here = timezone.now(), actor_of(request), HttpResponseRedirect(
        reverse("inbox_message", args=[message_id])
    )  # fmt: skip
    if deed == "restore":
        restored = restore_messages({message_id: uuid4()}, at=at, actor=actor)
        if restored.all_done:
            return HttpResponseRedirect(f"{reverse('order_new')}?draft={restored.values[message_id]}")
        toast(request, gettext("It has become something else meanwhile."), tone="warn")
        return here
    if deed == "retry":
        outcome = intake.retry_messages([message_id], at=at, actor=actor)
        said = gettext("It is read again.")
    elif deed == "close":
        reason = words.clean(request.POST.get("reason", ""), 200)
        outcome = intake.settle_messages({message_id: reason}, at=at, actor=actor)
        said = gettext("Closed.")
    else:
        raise Http404
    if outcome.refused:
        toast(request, intake_words.refusal(outcome.refused[0].reasons[0]), tone="bad")
        return here
    if outcome.stale:
        toast(request, gettext("It has become something else meanwhile."), tone="warn")
        return here
    toast(request, said)
    return HttpResponseRedirect(reverse("inbox") + "?tab=not-order")
