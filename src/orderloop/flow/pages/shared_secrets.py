"""Secrets shared with other systems: made and shown once, changed with an overlap, retired. None can be read again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from orderloop.access.pages.people import tabs_for
from orderloop.access.services import actor_of
from orderloop.customers import queries as customers
from orderloop.flow.queries import exchanged
from orderloop.flow.queries.exchanged import SecretRow
from orderloop.flow.services import connections
from orderloop.platform import posts
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

PURPOSES = {
    connections.WEBHOOK: _("Webhook that comes in"),
    connections.CXML: _("cXML that comes in"),
    connections.POST: _("Documents posted to a partner"),
    connections.ROBOT: _("Chat robot that is told of alarms"),
}
_MADE_HERE = (connections.WEBHOOK, connections.CXML, connections.ROBOT)
FAULTS = {
    "secret_name_wrong": _("A name is needed, without line breaks."),
    "secret_too_long": _("This is too long."),
}
MOST_HOURS = round(connections.LONGEST_OVERLAP.total_seconds() / 3600)
USUAL_HOURS = round(connections.OVERLAP.total_seconds() / 3600)


class SecretForm(forms.Form):
    """A secret to be made here, or entered as the other side gave it."""

    purpose = forms.ChoiceField(label=_("What for"), choices=[(each, PURPOSES[each]) for each in _MADE_HERE])
    name = forms.CharField(
        label=_("Name"), max_length=120,
        help_text=_("Of a webhook: the last part of the address it is posted to. Of cXML: the sender's identity."),
    )  # fmt: skip
    customer = forms.CharField(
        label=_("Customer code"), max_length=40, required=False,
        help_text=_("Where all that comes under this secret is one customer's."),
    )  # fmt: skip
    value = forms.CharField(
        label=_("Secret or address"), max_length=500, required=False, widget=forms.PasswordInput(),
        help_text=_("Left empty, a secret is made here and shown once. Of a chat robot: the address of its webhook."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A robot is an address; a customer must be there."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("purpose") == connections.ROBOT:
            try:
                posts.address_of(given.get("value", ""), settings.POST_HOSTS)
            except posts.AddressRefused:
                self.add_error("value", gettext("Name an address that begins with https://."))
        code = given.get("customer", "").strip()
        found = customers.by_codes([code]).get(code) if code else None
        if code and found is None:
            self.add_error("customer", gettext("There is no customer with this code."))
        given["customer_id"] = found.customer_id if found else None
        return given


@requires("tokens.edit")
@sensitive_post_parameters("value")
@never_cache
@require_http_methods(["GET", "POST"])
def show_secrets(request: HttpRequest) -> HttpResponse:
    """Every secret's name, and a form to make another. A secret stands on the answer that made it and nowhere else."""
    form, secret = SecretForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        name = f"{given['purpose']}:{given['name'].strip()}"
        fault = connections.fault_of(name, given["value"])
        if fault is not None:
            form.add_error(fault.field, str(FAULTS[fault.code]))
        else:
            secret = connections.change_secret(
                name, customer_id=given["customer_id"], value=given["value"], at=timezone.now(), actor=actor_of(request)
            )
            form = SecretForm()
            if given["value"]:
                toast(request, gettext("The secret is kept."))
                return HttpResponseRedirect(reverse("secrets"))
    return _page(request, form, secret)


@requires("tokens.edit")
@never_cache
@require_POST
def change_secret(request: HttpRequest) -> HttpResponse:
    """A new secret under a name there is, shown this once; the one before counts as many hours longer as was said."""
    row, hours = _row(request), request.POST.get("hours", "")
    if row is None or row.retired_at is not None or row.name.startswith(connections.ROBOT):
        toast(request, gettext("There is no such secret to be changed."), tone="warn")
        return HttpResponseRedirect(reverse("secrets"))
    longer = timedelta(hours=min(int(hours[:5]), MOST_HOURS)) if hours.isdecimal() else connections.OVERLAP
    secret = connections.change_secret(row.name, overlap=longer, at=timezone.now(), actor=actor_of(request))
    return _page(request, SecretForm(), secret)


@requires("tokens.edit")
@never_cache
@require_POST
def retire_secret(request: HttpRequest) -> HttpResponse:
    """End a secret at once."""
    row = _row(request)
    if row is not None and connections.retire_secret(row.name, at=timezone.now(), actor=actor_of(request)):
        toast(request, gettext("The secret does not count any more."))
    else:
        toast(request, gettext("The secret was retired before."), tone="warn")
    return HttpResponseRedirect(reverse("secrets"))


def _row(request: HttpRequest) -> SecretRow | None:
    name = request.POST.get("name", "")
    return next((row for row in exchanged.secrets_listed(at=timezone.now()) if row.name == name), None)


def _page(request: HttpRequest, form: SecretForm, secret: str) -> HttpResponse:
    rows = [_shown(row) for row in exchanged.secrets_listed(at=timezone.now())]
    context = {
        "form": form, "secret": secret, "rows": rows, "tabs": tabs_for(request, "secrets"),
        "most_hours": MOST_HOURS, "usual_hours": USUAL_HOURS,
    }  # fmt: skip
    return render(request, "flow/secrets.html", context, status=422 if form.errors else 200)


def _shown(row: SecretRow) -> dict[str, Any]:
    purpose, _colon, who = row.name.partition(":")
    if row.retired_at is not None:
        tone, state = "neutral", _("Retired")
    elif row.overlaps_until is not None:
        tone, state = "warn", _("Both count")
    else:
        tone, state = "good", _("Valid")
    return {
        "row": row, "purpose": PURPOSES.get(purpose, purpose), "who": row.partner or who, "tone": tone, "state": state,
        "live": row.retired_at is None, "may_change": row.retired_at is None and purpose != connections.ROBOT,
    }  # fmt: skip
