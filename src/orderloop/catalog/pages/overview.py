"""The list of products, as filtered, its export, and customers' item codes."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orderloop.catalog import queries
from orderloop.catalog.facts import ProductFilter, ProductListed
from orderloop.catalog.pages import columns, words
from orderloop.platform.permissions import requires
from orderloop.ui.components import Crumb
from orderloop.ui.listing import Filter, FilterBar, Order, Page, filters_from, order_from, read_cursor, write_cursor
from orderloop.ui.table_import import table_file

ROWS = 50


@require_GET
@requires("products.view")
def show_products(request: HttpRequest) -> HttpResponse:
    """Products with price, cost and lead time."""
    order = order_from(request, tuple(queries.SORTS), default="sku")
    bar = _filters(request)
    products, page = _stretch(request, chosen_from(bar), order)
    language = get_language() or "en"
    supply = dict(words.supply_choices())
    rows = [
        {"product": each, "name": each.name(language), "line": each.line(language), "supply": supply[each.supply]}
        for each in products
    ]
    return render(request, "catalog/products.html", {"rows": rows, "order": order, "bar": bar, "page": page})


@require_GET
@requires("products.view")
def export_products(request: HttpRequest) -> HttpResponse:
    """The products the list shows, with the columns the import takes."""
    known = queries.known_of(chosen_from(_filters(request)))
    rows = [columns.product_values(each.row) for each in known]
    return table_file(columns.PRODUCTS, rows, request.GET.get("form", "xlsx"), "products", gettext("Products"))


@require_GET
@requires("products.view")
def show_item_codes(request: HttpRequest) -> HttpResponse:
    """What customers call our products; of one customer with `?customer=<id>`, as a part of its page with `part`."""
    asked = request.GET.get("customer", "")
    customer_ids = [int(asked)] if asked.isdecimal() and len(asked) < 19 else queries.customers_with_item_codes()
    context = {
        "codes": queries.item_codes_for(customer_ids=customer_ids),
        "crumbs": [Crumb(_("Products"), reverse("products")), Crumb(_("Customers' item codes"))],
    }
    template = "catalog/item_codes_part.html" if request.GET.get("part") else "catalog/item_codes.html"
    return render(request, template, context)


def chosen_from(bar: FilterBar) -> ProductFilter:
    """The filter the address asks for."""
    values = bar.values
    return ProductFilter(bar.q, values.get("line", ""), values.get("supply", ""), values.get("activity", ""))


def _filters(request: HttpRequest) -> FilterBar:
    filters = [
        Filter("line", _("Product line"), words.line_choices(queries.all_lines())),
        Filter("supply", _("Make or buy"), words.supply_choices()),
        Filter("activity", _("Activity"), [("active", _("Active")), ("inactive", _("Inactive"))]),
    ]
    return filters_from(
        request,
        filters,
        placeholder=_("Code, barcode, name or pinyin initials"),
        export_path=reverse("products_export"),
    )


def _stretch(request: HttpRequest, chosen: ProductFilter, order: Order) -> tuple[list[ProductListed], Page]:
    after, before = (_cursor(request, name, order) for name in ("after", "before"))
    rows = queries.listed(
        chosen,
        sort=order.name,
        descending=order.descending,
        after=before or after,
        backwards=before is not None,
        limit=ROWS + 1,
    )
    more = len(rows) > ROWS
    rows = (rows[1:] if before else rows[:-1]) if more else rows
    total = queries.count_of(chosen)
    if not rows:
        return [], Page(total=total)
    has_next, has_previous = (True, more) if before else (more, after is not None)
    first, last = (write_cursor([getattr(row, order.name), row.product_id]) for row in (rows[0], rows[-1]))
    return rows, Page(
        after=last if has_next else "", before=first if has_previous else "", shown=len(rows), total=total
    )


def _cursor(request: HttpRequest, name: str, order: Order) -> list[str] | None:
    place = read_cursor(request.GET.get(name, "")) if request.GET.get(name) else None
    if not place or len(place) != 2 or not place[1].isdecimal():
        return None
    is_number = queries.SORTS[order.name][1] == "numeric"
    return place if not is_number or re.fullmatch(r"-?\d{1,16}(\.\d{1,4})?", place[0]) else None
