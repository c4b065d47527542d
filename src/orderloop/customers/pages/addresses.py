"""A customer's contacts and delivery addresses, from the customer's page."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from orderloop.access.services import actor_of
from orderloop.customers import services
from orderloop.customers.pages import words
from orderloop.customers.pages.customer import customer_page, known_or_404
from orderloop.customers.pages.forms import ContactForm, ShipToForm
from orderloop.foundation.outcome import Outcomes
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast


@require_POST
@requires("customers.edit")
def save_contact(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Add a contact, or change the one of this name."""
    known = known_or_404(customer_id)
    form = ContactForm(request.POST)
    if form.is_valid():
        outcomes = services.save_contacts([form.row(known.row.code)], at=timezone.now(), actor=actor_of(request))
        if _accepted(form, outcomes):
            return _back(request, customer_id, form.cleaned_data["name"])
    return customer_page(request, known, status=422, contact_form=form)


@require_POST
@requires("customers.edit")
def remove_contact(request: HttpRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Forget a contact."""
    known_or_404(customer_id)
    services.remove_contacts([contact_id], at=timezone.now(), actor=actor_of(request))
    toast(request, gettext("The contact is removed."))
    return HttpResponseRedirect(reverse("customer", args=[customer_id]))


@require_POST
@requires("customers.edit")
def save_ship_to(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Add a delivery address, or change the one of this code."""
    known = known_or_404(customer_id)
    form = ShipToForm(request.POST)
    if form.is_valid():
        outcomes = services.save_ship_tos([form.row(known.row.code)], at=timezone.now(), actor=actor_of(request))
        if _accepted(form, outcomes):
            return _back(request, customer_id, form.cleaned_data["name"])
    return customer_page(request, known, status=422, ship_to_form=form)


def _accepted(form: forms.Form, outcomes: Outcomes[Any, Any]) -> bool:
    for entry in outcomes.refused:
        words.put_at_fields(form, entry.reasons)
    return outcomes.all_done


def _back(request: HttpRequest, customer_id: int, name: str) -> HttpResponse:
    toast(request, gettext("%(name)s is saved.") % {"name": name})
    return HttpResponseRedirect(reverse("customer", args=[customer_id]))
