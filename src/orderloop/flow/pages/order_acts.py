"""What a reader does on an order's page: remark, rank, cancel; and its papers and message as files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.flow.pages import words
from orderloop.flow.pages.order import order_page
from orderloop.flow.pages.orders import wishes_of
from orderloop.flow.pages.review import order_or_404
from orderloop.flow.queries import orders_ahead
from orderloop.flow.services.decisions import cancel_orders, rescore_orders, set_priorities
from orderloop.foundation.encoding import decode
from orderloop.foundation.outcome import Outcomes
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment import services as papers
from orderloop.intake import queries as intake
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, Move, OrderFact
from orderloop.platform.files import attachment
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

PDF = "application/pdf"
MOST_SHOWN = 6_000
LANGUAGES = ("zh-hans", "en")


@require_POST
@requires("orders.change", "review.decide", "triage.adjust", "stock.move")
def note_order(request: HttpRequest, number: str) -> HttpResponse:
    """Put a remark on the order's record."""
    fact, note = order_or_404(number), words.clean(request.POST.get("note", ""))
    if not note:
        return order_page(request, fact, {"note_fault": gettext("Write something first.")}, 422)
    move = Move(fact.order_id, EventKind.NOTE, fact.status, None, note)
    outcome = orders.move_orders([move], at=timezone.now(), actor=actor_of(request))
    return _answer(request, fact, outcome, gettext("The note is on the record."), "note", {"note": note})


@require_POST
@requires("triage.adjust")
def rank_order(request: HttpRequest, number: str) -> HttpResponse:
    """Set the priority by hand until a day, with a reason."""
    fact = order_or_404(number)
    typed = {name: request.POST.get(name, "") for name in ("score", "priority_reason", "until")}
    wishes, fault = wishes_of(request, [fact.order_id])
    if fault:
        return order_page(request, fact, {**typed, "rank_fault": words.explain(fault)}, 422)
    outcome = set_priorities(wishes, at=timezone.now(), actor=actor_of(request))
    return _answer(request, fact, outcome, gettext("The priority is set."), "rank", typed)


@require_GET
@requires("triage.adjust")
def try_rank(request: HttpRequest, number: str) -> HttpResponse:
    """What a priority would do, in words, before anything is changed; nothing for what is no number."""
    fact = order_or_404(number)
    score = words.decimal_of(request.GET.get("score", ""))
    if score is None:
        return HttpResponse("")
    ahead = orders_ahead(fact.order_id, [fact.priority, score])
    text = gettext("Place %(place)s of %(n)s orders under way; now place %(now)s.")
    return HttpResponse(escape(text % {"place": ahead.of[1] + 1, "n": ahead.waiting, "now": ahead.of[0] + 1}))


@require_POST
@requires("triage.adjust")
def rescore_order(request: HttpRequest, number: str) -> HttpResponse:
    """Score the order anew by the policy in force."""
    fact = order_or_404(number)
    scores = rescore_orders([fact.order_id], at=timezone.now())
    if fact.order_id in scores:
        toast(request, gettext("The priority is %(score)s now.") % {"score": f"{scores[fact.order_id]:.1f}"})
    else:
        toast(request, str(words.STALE), tone="warn")
    return HttpResponseRedirect(reverse("order_page", args=[number]))


@require_POST
@requires("orders.cancel")
def cancel_order(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel the whole order, with a reason."""
    fact, reason = order_or_404(number), words.clean(request.POST.get("reason", ""), 300)
    outcome = cancel_orders([fact.order_id], reason=reason, at=timezone.now(), actor=actor_of(request))
    return _answer(
        request, fact, outcome, gettext("%(number)s is cancelled.") % {"number": number}, "cancel", {"reason": reason}
    )


def _answer(
    request: HttpRequest, fact: OrderFact, outcome: Outcomes[int, Any], said: str, form: str, typed: dict[str, Any]
) -> HttpResponse:
    """On to the order; with a fault, its page with what was typed still in the form."""
    if outcome.refused:
        return order_page(request, fact, {**typed, f"{form}_fault": words.first_fault(outcome)}, 422)
    if outcome.stale:
        return order_page(request, order_or_404(fact.number), {**typed, f"{form}_fault": str(words.STALE)}, 409)
    toast(request, said)
    return HttpResponseRedirect(reverse("order_page", args=[fact.number]))


@require_GET
@requires("orders.view")
def print_confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """The order confirmation, in the customer's language or the one asked for."""
    fact = order_or_404(number)
    printed = papers.print_order_confirmations([fact.order_id], language=_language(request))
    return attachment(printed[fact.order_id], PDF, f"{number}.pdf")


@require_GET
@requires("orders.view")
def print_delivery_note(request: HttpRequest, number: str, shipment_id: int) -> HttpResponse:
    """The delivery note of one of the order's shipments."""
    fact = order_or_404(number)
    own = {
        shipment.shipment_id: shipment for shipment in fulfilment.shipments_for([fact.order_id]).get(fact.order_id, [])
    }
    if shipment_id not in own:
        raise Http404
    printed = papers.print_delivery_notes([shipment_id], language=_language(request))
    return attachment(printed[shipment_id], PDF, f"{own[shipment_id].number}.pdf")


@require_GET
@requires("intake.view")
def download_message(request: HttpRequest, number: str) -> HttpResponse:
    """The message the order came by, byte for byte, as a file to save."""
    fact = order_or_404(number)
    found = intake.message_content(fact.message_id) if fact.message_id else None
    if found is None:
        raise Http404
    message, content = found
    return attachment(content, "application/octet-stream", message["filename"] or f"{number}-{message['channel']}.txt")


@require_GET
@requires("intake.view")
def show_message(request: HttpRequest, number: str) -> HttpResponse:
    """The beginning of the message as text, for reading beside the order."""
    fact = order_or_404(number)
    found = intake.message_content(fact.message_id) if fact.message_id else None
    if found is None:
        raise Http404
    text = _text_of(found[1])
    context = {"text": text[:MOST_SHOWN], "is_cut": len(text) > MOST_SHOWN, "is_text": bool(text), "number": number}
    return render(request, "flow/message.html", context)


def _text_of(content: bytes) -> str:
    """The bytes as text; empty where they are none."""
    decoded = decode(content)
    return decoded.text if decoded else ""


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else (get_language() or "en") if asked == "mine" else ""
