"""One customer: terms, what stands against the limit, contacts, addresses, invoices; and the form that changes it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from orderloop.access.services import actor_of
from orderloop.customers import queries, services
from orderloop.customers.facts import CreditFact, CustomerRow, InvoiceFact, KnownCustomer, PaymentBehaviour
from orderloop.customers.pages import columns, words
from orderloop.customers.pages.forms import ContactForm, CustomerForm, ShipToForm
from orderloop.platform.permissions import may, requires
from orderloop.ui.components import Crumb, Pair
from orderloop.ui.record_forms import derived_pairs, form_page, saved_id, version_of
from orderloop.ui.templatetags.ui_values import money
from orderloop.ui.toasts import toast

FORM = "customers/customer_form.html"
INVOICES_SHOWN = 12
GAUGE_WIDTH = Decimal(100)


@require_GET
@requires("customers.view")
def show_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Everything the desk knows about one customer."""
    return customer_page(request, known_or_404(customer_id))


@require_http_methods(["GET", "POST"])
@requires("customers.edit", "credit.edit")
def change_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Change terms; one who may only set limits changes nothing else."""
    known = known_or_404(customer_id)
    initial = {**columns.customer_values(known.row), "version": known.updated_at.isoformat()}
    form = CustomerForm(request.POST or None, initial=initial, **_rights(request, is_new=False))
    _leave_only_limits(request, form)
    if request.method == "POST" and form.is_valid():
        row = form.row()
        version = version_of(form.cleaned_data["version"])
        if _saved(request, form, row, {row.code: version or known.updated_at}):
            toast(request, gettext("%(name)s is saved.") % {"name": row.name})
            return HttpResponseRedirect(reverse("customer", args=[customer_id]))
    crumbs = [
        Crumb(_("Customers"), reverse("customers")),
        Crumb(known.row.name, reverse("customer", args=[customer_id])),
    ]
    return form_page(request, FORM, form, [*crumbs, Crumb(_("Change"))], known)


@require_http_methods(["GET", "POST"])
@requires("customers.edit")
def add_customer(request: HttpRequest) -> HttpResponse:
    """Add a customer."""
    initial = {"importance": "C", "standing": "normal", "language": request.LANGUAGE_CODE}
    form = CustomerForm(request.POST or None, initial=initial, **_rights(request, is_new=True))
    if request.method == "POST" and form.is_valid():
        row = form.row()
        customer_id = _saved(request, form, row, {row.code: None})
        if customer_id:
            toast(request, gettext("%(name)s is added.") % {"name": row.name})
            return HttpResponseRedirect(reverse("customer", args=[customer_id]))
    return form_page(request, FORM, form, [Crumb(_("Customers"), reverse("customers")), Crumb(_("New customer"))], None)


def known_or_404(customer_id: int) -> KnownCustomer:
    """The customer, or the page that says there is none."""
    if found := queries.known_for([customer_id]):
        return found[0]
    raise Http404


def customer_page(request: HttpRequest, known: KnownCustomer, status: int = 200, **forms: Any) -> HttpResponse:
    """The customer's page; `forms` take the place of the empty forms for a contact or an address."""
    ids, today = [known.customer_id], timezone.localdate()
    credit = queries.credit_for(ids).get(known.customer_id) or CreditFact(ids[0], Decimal(0), Decimal(0), Decimal(0))
    invoices = queries.invoices_for(ids, limit=INVOICES_SHOWN)
    context = {
        "known": known,
        "crumbs": [Crumb(_("Customers"), reverse("customers")), Crumb(known.row.name)],
        "standing": dict(words.standing_choices())[known.row.standing],
        "tone": words.STANDING_TONES[known.row.standing],
        "terms": _terms(known.row),
        "derived": derived_pairs(known.row.derived, columns.CUSTOMERS, contacts=_("Contacts")),
        "credit": credit,
        "gauge": gauge(credit),
        "behaviour": _behaviour(
            queries.payment_behaviour_for(ids, on=today).get(known.customer_id), known.row.currency
        ),
        "contacts": queries.contacts_for(ids).get(known.customer_id, ()),
        "ship_tos": queries.ship_tos_for(ids).get(known.customer_id, ()),
        "invoices": [{"invoice": each, **_invoice_state(each, today)} for each in invoices],
        "changes": queries.credit_changes_for(known.customer_id)[:INVOICES_SHOWN],
        "contact_form": ContactForm(),
        "ship_to_form": ShipToForm(),
        **forms,
    }
    return render(request, "customers/customer.html", context, status=status)


def gauge(credit: CreditFact) -> dict[str, Any]:
    """The lengths of a bar of 100 that shows the split of the exposure; the whole is the limit, or more if exceeded."""
    whole = max(credit.limit, credit.exposure)
    unit = GAUGE_WIDTH / whole if whole else Decimal(0)
    unpaid, orders = (round(part * unit, 2) for part in (credit.unpaid_invoices, credit.open_orders))
    return {
        "unpaid": unpaid,
        "orders": orders,
        "limit": round(credit.limit * unit, 2),
        "is_over": credit.room < 0,
        "tone": "bad" if credit.room < 0 else "warn" if credit.exposure * 10 > credit.limit * 9 else "good",
    }


def _rights(request: HttpRequest, *, is_new: bool) -> dict[str, bool]:
    return {"may_set_limit": may(request, "credit.edit"), "is_new": is_new}


def _leave_only_limits(request: HttpRequest, form: CustomerForm) -> None:
    if not may(request, "customers.edit"):
        for name in set(form.fields) - {"credit_limit", "reason", "version"}:
            form.fields[name].disabled = True


def _saved(request: HttpRequest, form: CustomerForm, row: CustomerRow, expected: dict[str, datetime | None]) -> int:
    """The id of the saved customer; 0 when it was refused, which the form then says."""
    outcomes = services.save_customers(
        [row], at=timezone.now(), actor=actor_of(request), reason=form.cleaned_data["reason"], expected=expected
    )
    stale = gettext("Somebody else has changed this customer meanwhile. Open the page again.")
    return saved_id(form, outcomes.by_id[row.code], words.put_at_fields, stale)


def _terms(row: CustomerRow) -> list[Pair]:
    yes, no = gettext("yes"), gettext("no")
    return [
        Pair(_("Importance"), dict(words.importance_choices())[row.importance]),
        Pair(_("Payment terms"), gettext("%(days)s days") % {"days": row.payment_terms_days}),
        Pair(_("Currency"), row.currency),
        Pair(_("Tax rate"), f"{row.tax_rate * 100:.2f}".rstrip("0").rstrip(".") + " %"),
        Pair(_("Prices include tax"), yes if row.tax_included else no),
        Pair(_("Price list"), row.price_list or gettext("List prices")),
        Pair(_("Language"), dict(words.language_choices())[row.language]),
        Pair(_("PO number required"), yes if row.requires_po_number else no),
        Pair(_("Ship complete only"), yes if row.ship_complete else no),
    ]


def _behaviour(found: PaymentBehaviour | None, currency: str) -> list[Pair]:
    if found is None:
        return []
    late = "–" if found.average_days_late is None else gettext("%(days)s days") % {"days": found.average_days_late}
    return [
        Pair(_("Overdue"), money(found.overdue, currency)),
        Pair(_("Oldest overdue"), gettext("%(days)s days") % {"days": found.oldest_overdue_days}),
        Pair(_("Paid late on average"), late, gettext("last 12 months, n = %(n)s") % {"n": found.settled_invoices}),
    ]


def _invoice_state(invoice: InvoiceFact, today: date) -> dict[str, Any]:
    if invoice.settled_on:
        return {"tone": "good", "state": _("Paid")}
    if invoice.due_on < today:
        return {"tone": "bad", "state": _("Overdue")}
    return {"tone": "info", "state": _("Unpaid")}
