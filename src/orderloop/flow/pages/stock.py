"""Stock by warehouse, and the moves that made it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orderloop.catalog import queries as catalog
from orderloop.flow.pages import words
from orderloop.flow.pages.paging import stretch_of
from orderloop.flow.queries import shortages as queries
from orderloop.inventory import queries as inventory
from orderloop.platform.permissions import requires
from orderloop.ui.components import Crumb
from orderloop.ui.listing import Filter, filters_from

MOVES = 50


@require_GET
@requires("stock.view")
def show_stock(request: HttpRequest) -> HttpResponse:
    """What lies where, what of it is promised, and what is to come."""
    warehouses = [
        (code, f"{code} · {name}" if name != code else code) for code, name in inventory.warehouses().values()
    ]
    filters = [
        Filter("warehouse", _("Warehouse"), warehouses),
        Filter("scarce", _("At or below the reorder point"), kind="flag"),
    ]
    bar = filters_from(request, filters, placeholder=_("Product code or name"))
    rows, page = stretch_of(
        request,
        lambda after, backwards, limit: queries.stock_listed(
            text=bar.q.replace("\x00", "")[:80],
            warehouse=bar.values.get("warehouse", ""),
            only_scarce=bool(bar.values.get("scarce")),
            after=after,
            backwards=backwards,
            limit=limit,
        ),
        lambda row: (row.sku, row.stock_id),
        str,
    )
    context = {
        "rows": [
            {
                "stock": row,
                "name": (row.name_zh if words.chinese() else row.name_en) or row.name_en or row.name_zh,
                "tone": "bad" if row.free <= 0 else "warn" if row.free <= row.reorder_point else "good",
            }
            for row in rows
        ],
        "bar": bar,
        "page": page,
    }
    return render(request, "flow/stock.html", context)


@require_GET
@requires("stock.view")
def show_moves(request: HttpRequest, product_id: int) -> HttpResponse:
    """The moves of one product, the latest first."""
    product = catalog.facts_for([product_id]).get(product_id)
    if product is None:
        raise Http404
    place = words.ids_of([request.GET.get("after", "")])
    found = queries.moves_of(product_id, before_id=place[0] if place else None, limit=MOVES + 1)
    context: dict[str, Any] = {
        "product": product,
        "name": product.name(get_language() or "en"),
        "rows": [(*row[:3], gettext(words.MOVE_WORDS.get(row[3], row[3])), *row[4:]) for row in found[:MOVES]],
        "stock": queries.stock_of(product_id),
        "after": found[MOVES - 1][0] if len(found) > MOVES else None,
        "crumbs": [Crumb(_("Stock"), reverse("stock")), Crumb(product.sku)],
    }
    return render(request, "flow/stock_moves.html", context)
