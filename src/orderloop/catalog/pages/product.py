"""One product: names, units, prices, cost and supply, what customers call it; and the forms that change it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderloop.access.services import actor_of
from orderloop.catalog import queries, services
from orderloop.catalog.facts import KnownProduct, ProductRow
from orderloop.catalog.pages import columns, words
from orderloop.catalog.pages.forms import PackForm, PriceForm, ProductForm
from orderloop.foundation.outcome import Outcomes
from orderloop.platform.permissions import requires
from orderloop.ui.components import Crumb, Pair
from orderloop.ui.record_forms import derived_pairs, form_page, saved_id, version_of
from orderloop.ui.templatetags.ui_values import money
from orderloop.ui.toasts import toast

FORM = "catalog/product_form.html"


@require_GET
@requires("products.view")
def show_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Everything the catalogue knows about one product."""
    return product_page(request, known_or_404(product_id))


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def change_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Change a product's master data."""
    known = known_or_404(product_id)
    initial = {**columns.product_values(known.row), "version": known.updated_at.isoformat()}
    form = ProductForm(request.POST or None, initial=initial, is_new=False)
    if request.method == "POST" and form.is_valid():
        row = form.row()
        version = version_of(form.cleaned_data["version"])
        if _saved(request, form, row, {row.sku: version or known.updated_at}):
            toast(request, gettext("%(name)s is saved.") % {"name": row.sku})
            return HttpResponseRedirect(reverse("product", args=[product_id]))
    crumbs = [Crumb(_("Products"), reverse("products")), Crumb(known.row.sku, reverse("product", args=[product_id]))]
    return form_page(request, FORM, form, [*crumbs, Crumb(_("Change"))], known)


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def add_product(request: HttpRequest) -> HttpResponse:
    """Add a product."""
    form = ProductForm(request.POST or None, initial={"supply": "buy"}, is_new=True)
    if request.method == "POST" and form.is_valid():
        row = form.row()
        product_id = _saved(request, form, row, {row.sku: None})
        if product_id:
            toast(request, gettext("%(name)s is added.") % {"name": row.sku})
            return HttpResponseRedirect(reverse("product", args=[product_id]))
    return form_page(request, FORM, form, [Crumb(_("Products"), reverse("products")), Crumb(_("New product"))], None)


@require_POST
@requires("products.edit")
def save_pack(request: HttpRequest, product_id: int) -> HttpResponse:
    """Add a pack, or change the one of this unit."""
    return _save_part(request, product_id, "pack_form", PackForm(request.POST), services.save_packs)


@require_POST
@requires("products.edit")
def save_price(request: HttpRequest, product_id: int) -> HttpResponse:
    """Set a price from a day on."""
    return _save_part(request, product_id, "price_form", PriceForm(request.POST), services.save_prices)


def known_or_404(product_id: int) -> KnownProduct:
    """The product, or the page that says there is none."""
    if found := queries.known_for([product_id]):
        return found[0]
    raise Http404


def product_page(request: HttpRequest, known: KnownProduct, status: int = 200, **filled: Any) -> HttpResponse:
    """The product's page; `filled` take the place of the empty forms for a pack or a price."""
    ids, today = [known.product_id], timezone.localdate()
    prices = queries.price_rows_for(ids)
    language = get_language() or "en"
    context = {
        "known": known,
        "name": (known.row.name_zh or known.row.name_en) if language.startswith("zh") else known.row.name_en,
        "crumbs": [Crumb(_("Products"), reverse("products")), Crumb(known.row.sku)],
        "pairs_of_product": _pairs(known.row, language),
        "derived": derived_pairs(known.row.derived, columns.PRODUCTS),
        "packs": queries.packs_for(ids).get(known.product_id, ()),
        "prices": [
            {"price": each, "is_now": (each.valid_from or today) <= today <= (each.valid_to or today)}
            for each in prices
        ],
        "codes": queries.item_codes_for(product_ids=ids),
        "pack_form": PackForm(),
        "price_form": PriceForm(initial={"valid_from": today.isoformat()}),
        **filled,
    }
    return render(request, "catalog/product.html", context, status=status)


def _save_part(
    request: HttpRequest, product_id: int, name: str, form: Any, save: Callable[..., Outcomes[Any, Any]]
) -> HttpResponse:
    known = known_or_404(product_id)
    if form.is_valid():
        outcomes = save([form.row(known.row.sku)], at=timezone.now(), actor=actor_of(request))
        for entry in outcomes.refused:
            words.put_at_fields(form, entry.reasons)
        if outcomes.all_done:
            toast(request, gettext("%(name)s is saved.") % {"name": known.row.sku})
            return HttpResponseRedirect(reverse("product", args=[product_id]))
    return product_page(request, known, status=422, **{name: form})


def _saved(request: HttpRequest, form: forms.Form, row: ProductRow, expected: dict[str, datetime | None]) -> int:
    """The id of the saved product; 0 when it was refused, which the form then says."""
    outcomes = services.save_products([row], at=timezone.now(), actor=actor_of(request), expected=expected)
    stale = gettext("Somebody else has changed this product meanwhile. Open the page again.")
    return saved_id(form, outcomes.by_id[row.sku], words.put_at_fields, stale)


def _pairs(row: ProductRow, language: str) -> list[Pair]:
    lines = dict(words.line_choices(queries.all_lines()))
    other = row.name_en if language.startswith("zh") else row.name_zh
    return [
        Pair(_("Name in the other language"), other or "–"),
        Pair(_("Product line"), lines[row.line]),
        Pair(_("Unit"), row.unit),
        Pair(_("Barcode"), row.barcode or "–"),
        Pair(_("List price"), money(row.list_price, row.currency)),
        Pair(_("Cost"), money(row.cost, row.currency)),
        Pair(_("Make or buy"), dict(words.supply_choices())[row.supply]),
        Pair(_("Lead time"), gettext("%(days)s days") % {"days": row.lead_time_days}),
        Pair(_("Order multiple"), f"{row.order_multiple.normalize():f}"),
        Pair(_("Reorder point"), f"{row.reorder_point.normalize():f}"),
    ]
