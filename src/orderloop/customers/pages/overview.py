"""The list of customers, as filtered, and its export."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orderloop.customers import queries
from orderloop.customers.facts import CustomerFilter, CustomerListed
from orderloop.customers.pages import columns, words
from orderloop.platform.permissions import requires
from orderloop.ui.listing import Filter, FilterBar, Order, Page, filters_from, order_from, read_cursor, write_cursor
from orderloop.ui.table_import import table_file

ROWS = 50
TABLE_PARTS = ("customers", "contacts", "addresses")


@require_GET
@requires("customers.view")
def show_customers(request: HttpRequest) -> HttpResponse:
    """Customers with what stands against their limits."""
    order = order_from(request, tuple(queries.SORTS), default="code")
    bar = _filters(request)
    rows, page = _stretch(request, chosen_from(bar), order)
    context = {
        "rows": [{"customer": row, "tone": words.STANDING_TONES[row.standing], **_words(row)} for row in rows],
        "order": order,
        "bar": bar,
        "page": page,
    }
    return render(request, "customers/customers.html", context)


@require_GET
@requires("customers.view")
def export_customers(request: HttpRequest) -> HttpResponse:
    """The customers the list shows, with the columns the import takes."""
    known = queries.known_of(chosen_from(_filters(request)))
    rows = [columns.customer_values(each.row) for each in known]
    return table_file(columns.CUSTOMERS, rows, request.GET.get("form", "xlsx"), "customers", gettext("Customers"))


def chosen_from(bar: FilterBar) -> CustomerFilter:
    """The filter the address asks for."""
    values = bar.values
    return CustomerFilter(
        text=bar.q,
        importance=values.get("importance", ""),
        standing=values.get("standing", ""),
        over_limit=bool(values.get("over_limit")),
        activity=values.get("activity", ""),
    )


def _filters(request: HttpRequest) -> FilterBar:
    filters = [
        Filter("importance", _("Importance"), words.importance_choices()),
        Filter("standing", _("Standing"), words.standing_choices()),
        Filter("activity", _("Activity"), [("active", _("Active")), ("inactive", _("Inactive"))]),
        Filter("over_limit", _("Over the limit"), kind="flag"),
    ]
    return filters_from(
        request, filters, placeholder=_("Code, name or pinyin initials"), export_path=reverse("customers_export")
    )


def _stretch(request: HttpRequest, chosen: CustomerFilter, order: Order) -> tuple[list[CustomerListed], Page]:
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
    if not rows:
        return [], Page(total=queries.count_of(chosen))
    has_next, has_previous = (True, more) if before else (more, after is not None)
    first, last = (write_cursor([_sort_value(row, order.name), row.customer_id]) for row in (rows[0], rows[-1]))
    return rows, Page(
        after=last if has_next else "",
        before=first if has_previous else "",
        shown=len(rows),
        total=queries.count_of(chosen),
    )


def _cursor(request: HttpRequest, name: str, order: Order) -> list[str] | None:
    place = read_cursor(request.GET.get(name, "")) if request.GET.get(name) else None
    if not place or len(place) != 2 or not place[1].isdecimal():
        return None
    is_number = queries.SORTS[order.name][1] == "numeric"
    return place if not is_number or re.fullmatch(r"-?\d{1,16}(\.\d{1,4})?", place[0]) else None


def _sort_value(row: CustomerListed, sort: str) -> Any:
    return getattr(row, sort)


def _words(row: CustomerListed) -> dict[str, str]:
    return {"standing": dict(words.standing_choices())[row.standing]}
