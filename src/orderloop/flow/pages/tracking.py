"""The signed link by which a customer follows an order without signing in. Opening it changes nothing."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request, gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orderloop.access.services import as_customer
from orderloop.fulfilment import queries as papers
from orderloop.fulfilment import services as printing
from orderloop.fulfilment.facts import GONE
from orderloop.orders import queries as orders
from orderloop.orders.facts import EventKind, OrderStatus
from orderloop.platform.files import attachment
from orderloop.platform.links import BadLink, EndedLink, read_link
from orderloop.platform.permissions import public
from orderloop.tracking import queries
from orderloop.tracking.facts import CustomerView
from orderloop.tracking.jobs import LINK_PURPOSE

PDF = "application/pdf"
TONES = {"in_review": "neutral", "delivered": "good", "rejected": "bad", "cancelled": "neutral"}
LINKED = "the link itself is signed, ends, can be revoked, and shows its one order only"


@public(LINKED)
@never_cache
@require_safe
def track_order(request: HttpRequest, token: str) -> HttpResponse:
    """One order as its customer sees it."""

    def page(order_id: int, customer_id: int) -> HttpResponse:
        view, question = order_seen(order_id, customer_id)
        with override(_language(request, view.language)):
            context = view_context(view, question, _documents(view, token))
            return render(request, "flow/tracking.html", context)

    return _behind_link(request, token, page)


@public(LINKED)
@never_cache
@require_safe
def tracked_confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """The confirmation of the link's order."""
    return _behind_link(request, token, confirmation_of)


@public(LINKED)
@never_cache
@require_safe
def tracked_delivery_note(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The delivery note of one of the shipments of the link's order."""
    return _behind_link(request, token, lambda order_id, customer_id: note_of(order_id, customer_id, number))


def _behind_link(request: HttpRequest, token: str, answer: Callable[[int, int], HttpResponse]) -> HttpResponse:
    """What the link leads to, or a kind word where it leads nowhere any more."""
    try:
        order_id = read_link(LINK_PURPOSE, token, at=timezone.now(), version_of=queries.link_version_of)
    except EndedLink:
        response = render(request, "flow/tracking_ended.html", {"why": "ended"}, status=410)
    except BadLink:
        response = render(request, "flow/tracking_ended.html", {"why": "bad"}, status=404)
    else:
        response = answer(order_id, orders.facts_for([order_id])[order_id].customer_id)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _language(request: HttpRequest, customers: str) -> str:
    """What the reader chose, else the customer's language: the browser's is not asked, a mail came before it."""
    return get_language_from_request(request) if request.COOKIES.get("django_language") else customers


def order_seen(order_id: int, customer_id: int) -> tuple[CustomerView, str]:
    """The order, and the question about it that is open, read where only its customer's rows can be seen."""
    with as_customer(customer_id):
        view = queries.customer_views_for([order_id]).get(order_id)
        history = orders.history_for([order_id]).get(order_id, [])
    if view is None:
        raise Http404
    return view, _open_question(view, history)


def _open_question(view: CustomerView, history: list[dict[str, Any]]) -> str:
    """What the desk asked the customer while the order stands in review: words that were written to the customer."""
    if view.order.status is not OrderStatus.IN_REVIEW:
        return ""
    asked = [row["reason"] for row in history if row["kind"] == EventKind.NOTE and "asked" in (row["data"] or {})]
    return str(asked[-1]) if asked else ""


def view_context(view: CustomerView, question: str, documents: list[dict[str, str]]) -> dict[str, Any]:
    """What the template of an order needs."""
    return {
        "view": view,
        "order": view.order,
        "tone": TONES.get(view.order.status, "info"),
        "question": question,
        "documents": documents,
        "is_stopped": view.order.status in (OrderStatus.REJECTED, OrderStatus.CANCELLED),
    }


def _documents(view: CustomerView, token: str) -> list[dict[str, str]]:
    return documents_of(
        view,
        reverse("track_confirmation", args=[token]),
        lambda number: reverse("track_delivery_note", args=[token, number]),
    )


def documents_of(view: CustomerView, confirmation: str, note: Callable[[str], str]) -> list[dict[str, str]]:
    """The papers of an order as links: the confirmation once it is confirmed, a note for each shipment that left."""
    found = [{"label": gettext("Order confirmation"), "url": confirmation}] if view.order.confirmed_at else []
    return found + [
        {"label": gettext("Delivery note %(number)s") % {"number": each.number}, "url": note(each.number)}
        for each in view.shipments
    ]


def confirmation_of(order_id: int, customer_id: int) -> HttpResponse:
    """The confirmation as a file, gathered behind the fence; 404 while the order is not confirmed."""
    with as_customer(customer_id):
        detail = orders.details_for([order_id]).get(order_id)
        found = papers.order_confirmations_for([order_id]) if detail and detail.confirmed_at else {}
    if not detail or not found:
        raise Http404
    return attachment(printing.print_papers(found)[order_id], PDF, f"{detail.number}.pdf")


def note_of(order_id: int, customer_id: int, number: str) -> HttpResponse:
    """The delivery note of a shipment of the order that has left, gathered behind the fence."""
    with as_customer(customer_id):
        shipments = papers.shipments_for([order_id]).get(order_id, [])
        ids = [each.shipment_id for each in shipments if each.number == number and each.status in GONE]
        found = papers.delivery_notes_for(ids) if ids else {}
    if not found:
        raise Http404
    return attachment(printing.print_papers(found)[ids[0]], PDF, f"{number}.pdf")
