"""The portal of a customer's users: their orders, papers, addresses and open questions, and nobody else's."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orderloop.access.services import as_customer
from orderloop.customers import queries as customers
from orderloop.flow.pages import words
from orderloop.flow.pages.paging import an_instant, stretch_of
from orderloop.flow.pages.tracking import TONES, confirmation_of, documents_of, note_of, order_seen, view_context
from orderloop.flow.queries import portal as queries
from orderloop.flow.queries.portal import Asked, OwnOrder
from orderloop.intake.jobs import question_link
from orderloop.orders import queries as orders
from orderloop.orders.facts import STATUS_WORDS
from orderloop.platform.permissions import requires
from orderloop.platform.tables import Column
from orderloop.platform.tables.columns import Kind
from orderloop.ui.listing import Filter, FilterBar, filters_from
from orderloop.ui.table_import import table_file

COLUMNS = (
    Column("number", "Order", "订单号", Kind.CODE),
    Column("po_number", "Your order number", "您的采购单号", Kind.CODE),
    Column("status", "State", "状态"),
    Column("currency", "Currency", "币种"),
    Column("gross", "Amount", "金额", Kind.DECIMAL),
    Column("received", "Received", "接收时间", width=18),
    Column("requested_on", "Requested", "要求交期", Kind.DATE),
    Column("first_promised_on", "First promise", "首次承诺交期", Kind.DATE),
    Column("promised_on", "Now expected", "现预计交期", Kind.DATE),
)


def customer_of(request: HttpRequest) -> int:
    """Whose portal this is; staff have none."""
    customer_id = request.user.customer_id  # type: ignore[union-attr]  # every page here needs a person signed in
    if customer_id is None:
        raise PermissionDenied
    return int(customer_id)


@requires("portal.use")
@never_cache
@require_safe
def show_portal(request: HttpRequest) -> HttpResponse:
    """The customer's orders, the latest first, and above them what waits for an answer."""
    customer_id, bar = customer_of(request), _filters(request)
    with as_customer(customer_id):
        rows, page = stretch_of(
            request,
            lambda after, backwards, limit: queries.orders_of(
                customer_id, **_chosen(bar), after=after, backwards=backwards, limit=limit
            ),
            lambda row: (row.received_at.isoformat(), row.order_id),
            an_instant,
        )
        questions = queries.questions_of(customer_id)
        owner = customers.facts_for([customer_id])[customer_id]
    context = {
        "rows": [_row(row) for row in rows],
        "page": page,
        "bar": bar,
        "owner": owner,
        "questions": [_question(each) for each in questions],
    }
    return render(request, "flow/portal.html", context)


@requires("portal.use")
@never_cache
@require_safe
def export_portal(request: HttpRequest) -> HttpResponse:
    """The orders the list shows, as a spreadsheet or CSV."""
    customer_id, bar = customer_of(request), _filters(request)
    with as_customer(customer_id):
        rows = queries.orders_of(customer_id, **_chosen(bar), limit=queries.MOST_EXPORTED)
    values = [
        {column.key: getattr(row, column.key, "") for column in COLUMNS}
        | {
            "status": words.status_of(row.status)[1],
            "received": f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}",
        }
        for row in rows
    ]
    return table_file(COLUMNS, values, request.GET.get("form", "xlsx"), "orders", gettext("My orders"))


@requires("portal.use")
@never_cache
@require_safe
def show_own_order(request: HttpRequest, number: str) -> HttpResponse:
    """One of the customer's orders."""
    customer_id = customer_of(request)
    order_id = own_order_or_404(number, customer_id)
    view, question = order_seen(order_id, customer_id)
    papers = documents_of(
        view,
        reverse("portal_confirmation", args=[number]),
        lambda note: reverse("portal_delivery_note", args=[number, note]),
    )
    return render(request, "flow/portal_order.html", view_context(view, question, papers))


@requires("portal.use")
@never_cache
@require_safe
def own_confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation of one of the customer's orders."""
    customer_id = customer_of(request)
    return confirmation_of(own_order_or_404(number, customer_id), customer_id)


@requires("portal.use")
@never_cache
@require_safe
def own_delivery_note(request: HttpRequest, number: str, note: str) -> HttpResponse:
    """The delivery note of a shipment of one of the customer's orders."""
    customer_id = customer_of(request)
    return note_of(own_order_or_404(number, customer_id), customer_id, note)


@requires("portal.use")
@never_cache
@require_safe
def show_documents(request: HttpRequest) -> HttpResponse:
    """The latest confirmations and delivery notes of the customer."""
    customer_id = customer_of(request)
    bar = filters_from(request, [], placeholder=_("Order number or your number"))
    with as_customer(customer_id):
        found = queries.documents_of(customer_id, text=_text(bar))
    rows = [
        {
            "document": each,
            "url": reverse("portal_delivery_note", args=[each.order_number, each.shipment])
            if each.shipment
            else reverse("portal_confirmation", args=[each.order_number]),
        }
        for each in found
    ]
    return render(request, "flow/portal_documents.html", {"rows": rows, "bar": bar})


@requires("portal.use")
@never_cache
@require_safe
def show_addresses(request: HttpRequest) -> HttpResponse:
    """Where the customer has goods sent."""
    customer_id = customer_of(request)
    with as_customer(customer_id):
        found = customers.ship_tos_for([customer_id]).get(customer_id, ())
    return render(request, "flow/portal_addresses.html", {"addresses": [each for each in found if each.is_active]})


def own_order_or_404(number: str, customer_id: int) -> int:
    """The id of the customer's order of this number; another customer's is as good as none."""
    asked = number.replace("\x00", "")
    with as_customer(customer_id):
        order_id = orders.ids_by_numbers([asked]).get(asked)
        fact = orders.facts_for([order_id]).get(order_id) if order_id else None
    if fact is None or fact.customer_id != customer_id:
        raise Http404
    return fact.order_id


def _filters(request: HttpRequest) -> FilterBar:
    states = [("open", gettext("Under way")), ("ended", gettext("Ended"))]
    states += [(str(status), gettext(text)) for status, text in STATUS_WORDS.items()]
    return filters_from(
        request,
        [Filter("status", _("State"), states)],
        placeholder=_("Order number or your number"),
        export_path=reverse("portal_export"),
    )


def _chosen(bar: FilterBar) -> dict[str, Any]:
    return {"text": _text(bar), "status": bar.values.get("status", "")}


def _text(bar: FilterBar) -> str:
    return bar.q.replace("\x00", "")[:80]


def _row(row: OwnOrder) -> dict[str, Any]:
    return {
        "order": row,
        "tone": TONES.get(row.status, "info"),
        "status": words.status_of(row.status)[1],
        "is_moved": bool(row.first_promised_on and row.promised_on and row.promised_on > row.first_promised_on),
    }


def _question(asked: Asked) -> dict[str, Any]:
    link = question_link(asked.draft_id, asked.link_version, at=timezone.now())
    return {"asked": asked, "url": link.removeprefix(settings.PUBLIC_URL)}
