"""Shortages on one page for planner and buyer: what lacks, for whom, when it is covered; and goods booked in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.catalog import queries as catalog
from orderloop.flow.pages import words
from orderloop.flow.queries import shortages as queries
from orderloop.flow.queries.shortages import ProductShort
from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.decisions import plan_shortages
from orderloop.inventory import queries as inventory_queries
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import Expected, MoveNew
from orderloop.orders import queries as orders
from orderloop.platform.permissions import may, requires
from orderloop.ui.listing import Filter, FilterBar, Page, filters_from
from orderloop.ui.toasts import toast

ROWS = 40


@require_GET
@requires("shortages.view")
def show_shortages(request: HttpRequest) -> HttpResponse:
    """Products that orders wait for, the one with the most pressing order first."""
    return shortages_page(request)


def shortages_page(request: HttpRequest, typed: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page of shortages; `typed` is a form that came back with a fault."""
    bar = _filters(request)
    number = bar.values.get("order", "").replace("\x00", "")
    order_id = orders.ids_by_numbers([number]).get(number, 0) if number else None
    # Short products are few beside orders, and their ranks shift under a reader: a page number is honest enough here.
    place = words.ids_of([request.GET.get("after", "")])
    offset = min(place[0], 100_000) if place else 0
    found = queries.products_short(
        text=bar.q.replace("\x00", "")[:80],
        supply=bar.values.get("supply", ""),
        only_unplanned=bool(bar.values.get("unplanned")),
        order_id=order_id,
        offset=offset,
        limit=ROWS + 1,
    )
    rows = [_row(each) for each in found[:ROWS]]
    context = {
        "rows": rows,
        "bar": bar,
        "page": Page(
            after=str(offset + ROWS) if len(found) > ROWS else "",
            before=str(max(offset - ROWS, 0)) if offset else "",
            shown=len(rows),
        ),
        "previous": max(offset - ROWS, 0),
        "offset": offset,
        "warehouses": [code for code, _name in inventory_queries.warehouses().values()],
        "procedure": words.procedure("production_planning"),
        "today": timezone.localdate(),
        "soon": (timezone.localdate() + timedelta(days=7)).isoformat(),
        "back": request.get_full_path() if request.method == "GET" else reverse("shortages"),
        "may_plan": may(request, "triage.adjust"),
        "typed": typed or {},
    }
    return render(request, "flow/shortages.html", context, status=status)


@require_POST
@requires("stock.move")
def expect_goods(request: HttpRequest, product_id: int) -> HttpResponse:
    """Note goods that are to come; orders see their day."""
    _product_or_404(product_id)
    quantity, day = words.decimal_of(request.POST.get("quantity", "")), words.day_of(request.POST.get("on", ""))
    warehouse = _warehouse(request)
    fault = _quantity_fault(quantity)
    if not fault and (day is None or day < timezone.localdate()):
        fault = gettext("Name a day from today on.")
    if fault or quantity is None or day is None or warehouse is None:
        return _back_with(request, product_id, fault or gettext("Choose a warehouse."), "expect")
    source = words.clean(request.POST.get("source", ""), 60)
    inventory.expect_goods([Expected(product_id, warehouse, quantity, day, source)], at=timezone.now())
    toast(
        request, gettext("Expected: %(quantity)s by %(day)s.") % {"quantity": f"{quantity:f}", "day": day.isoformat()}
    )
    return _back(request)


@require_POST
@requires("stock.move")
def book_goods(request: HttpRequest, product_id: int) -> HttpResponse:
    """Goods have come, of an expected receipt or without one: stock rises and orders that are covered go on."""
    _product_or_404(product_id)
    quantity, receipt = (
        words.decimal_of(request.POST.get("quantity", "")),
        words.ids_of([request.POST.get("receipt", "")]),
    )
    warehouse = _warehouse(request)
    fault = _quantity_fault(quantity)
    if fault or quantity is None or (warehouse is None and not receipt):
        return _back_with(request, product_id, fault or gettext("Choose a warehouse."), "book")
    expected = {receipt[0]: quantity} if receipt else {}
    reference = words.clean(request.POST.get("reference", ""), 60)
    moves = [] if receipt else [MoveNew(product_id, warehouse or 0, "receipt", quantity, reference)]
    try:
        with transaction.atomic():
            gained = receive_goods(expected, moves, at=timezone.now(), actor=actor_of(request))
    except LookupError:
        return _back_with(request, product_id, str(words.STALE), "book")
    except IntegrityError:
        return _back_with(
            request, product_id, gettext("That is more than is expected; book the rest without a receipt."), "book"
        )
    lines = len(gained)
    said = ngettext("Booked in: %(n)d order line got goods.", "Booked in: %(n)d order lines got goods.", lines)
    toast(request, said % {"n": lines})
    return _back(request)


@require_POST
@requires("triage.adjust")
def plan(request: HttpRequest) -> HttpResponse:
    """Mark what the ticked orders lack as planned: production planning is done, goods lead them on."""
    ids = words.ids_of(request.POST.getlist("ids"))
    outcome = plan_shortages(ids, at=timezone.now(), actor=actor_of(request))
    facts = orders.facts_for(ids)
    labels = {i: (fact.number, reverse("order_page", args=[fact.number])) for i, fact in facts.items()}
    if request.headers.get("HX-Request"):
        return render(request, "flow/results.html", {"outcome": words.results_of(outcome, labels)})
    count = len(outcome.done)
    toast(request, ngettext("%(n)d order is planned.", "%(n)d orders are planned.", count) % {"n": count})
    return _back(request)


def _filters(request: HttpRequest) -> FilterBar:
    filters = [
        Filter("supply", _("Make or buy"), list(words.SUPPLY_WORDS.items())),
        Filter("unplanned", _("Not planned yet"), kind="flag"),
    ]
    if request.GET.get("order"):
        filters.append(Filter("order", _("Order"), kind="text"))
    return filters_from(request, filters, placeholder=_("Product code or name"))


def _row(product: ProductShort) -> dict[str, Any]:
    name = product.name_zh if words.chinese() else product.name_en
    covered = product.covered_on
    late = covered is None or covered > product.needed_on
    return {
        "product": product,
        "name": name or product.name_en or product.name_zh,
        "supply": words.SUPPLY_WORDS.get(product.supply, product.supply),
        "covered": covered,
        "tone": "bad" if covered is None else "warn" if late else "good",
        "more": product.orders - len(product.waiters),
        "unplanned": [waiter for waiter in product.waiters if not waiter.is_planned],
    }


def _product_or_404(product_id: int) -> None:
    if product_id not in catalog.facts_for([product_id]):
        raise Http404


def _warehouse(request: HttpRequest) -> int | None:
    code = request.POST.get("warehouse", "")
    return next((i for i, (known, _name) in inventory_queries.warehouses().items() if known == code), None)


def _quantity_fault(quantity: Decimal | None) -> str:
    if quantity is None:
        return gettext("The quantity is a number.")
    if quantity <= 0 or quantity > 1_000_000_000:
        return gettext("The quantity must be more than zero.")
    exponent = int(quantity.normalize().as_tuple().exponent)
    return gettext("At most three decimals.") if exponent < -3 else ""


def _back_with(request: HttpRequest, product_id: int, fault: str, form: str) -> HttpResponse:
    """The page again, the form open with what was typed and what is wrong."""
    product = catalog.facts_for([product_id]).get(product_id)
    typed = {
        name: request.POST.get(name, "")[:80]
        for name in ("quantity", "on", "source", "reference", "warehouse", "receipt")
    }
    label = f"{product.sku} {product.name(get_language() or 'en')}" if product else ""
    return shortages_page(
        request, {**typed, "fault": fault, "form": form, "product_id": product_id, "label": label}, 422
    )


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form stood on."""
    back = request.POST.get("back", "")
    allowed = (reverse("shortages"), reverse("stock"))
    return HttpResponseRedirect(back if back.startswith(allowed) else allowed[0])


def count_for(request: HttpRequest) -> int:
    """What the rail shows beside Shortages."""
    return queries.count_short()
