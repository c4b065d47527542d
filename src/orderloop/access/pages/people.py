"""People who may sign in, and the record of what was done to access."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderloop.access import queries
from orderloop.access.facts import ROLE_DUTIES, ROLE_NAMES, PersonChange, PersonFact, PersonNew, Role
from orderloop.access.models import Person
from orderloop.access.pages import words
from orderloop.access.services import actor_of, add_people, change_people, set_passwords
from orderloop.foundation.outcome import Outcomes
from orderloop.platform.permissions import may, requires
from orderloop.ui.components import Choice, Crumb
from orderloop.ui.listing import Filter, Page, filters_from
from orderloop.ui.toasts import toast

RECORD_ROWS = 50
_RENAMED = {"customer_id": "customer"}


class PersonForm(forms.Form):
    """How somebody is called, what they are, and whose user they are."""

    display_name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), required=False, choices=(), widget=forms.CheckboxSelectMultiple()
    )
    customer = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=40,
        help_text=_("Code of the customer, for a customer's user only."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = self.fields["roles"]
        assert isinstance(roles, forms.MultipleChoiceField)
        roles.choices = [(role, f"{gettext(ROLE_NAMES[role])}: {gettext(ROLE_DUTIES[role])}") for role in Role]

    def clean_customer(self) -> int | None:
        code = self.cleaned_data["customer"].strip()
        if not code:
            return None
        customers = Person._meta.get_field("customer").related_model._default_manager
        found = customers.filter(code=code).values_list("id", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with the code “%(code)s”."), params={"code": code})
        return int(found)


class NewPersonForm(PersonForm):
    """Also how they sign in."""

    username = forms.CharField(label=_("Sign-in name"), max_length=150)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
        help_text=_("At least 12 characters; to be changed by the person at the first opportunity."),
    )
    is_active = None  # type: ignore[assignment]  # Django's way to take a field of the parent away
    field_order = ("username", "display_name", "email", "password", "roles", "customer", "language")


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )


@require_GET
@requires("people.view")
def show_people(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, filtered by name and role."""
    roles = [(role, words.role_name(role)) for role in Role]
    bar = filters_from(request, [Filter("role", _("Role"), roles)])
    role, asked = bar.values.get("role", ""), bar.q.lower()
    people = [p for p in queries.people_for() if _matches(p, role, asked)]
    rows = [{"person": p, "roles": ", ".join(words.role_name(role) for role in p.roles)} for p in people]
    return render(request, "access/people.html", {"rows": rows, "bar": bar, "tabs": tabs_for(request, "people")})


@requires("people.edit")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Add somebody."""
    form = NewPersonForm(request.POST or None, initial={"language": settings.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = PersonNew(
            username=data["username"].strip(),
            display_name=data["display_name"],
            roles=tuple(data["roles"]),
            password=data["password"],
            email=data["email"],
            language=data["language"],
            customer_id=data["customer"],
        )
        if _accepted(form, add_people([new], at=timezone.now(), actor=actor_of(request))):
            toast(request, gettext("%(name)s is added.") % {"name": new.display_name})
            return HttpResponseRedirect(reverse("people"))
    crumbs = [Crumb(_("People"), reverse("people")), Crumb(_("New person"))]
    return render(request, "access/person.html", {"form": form, "crumbs": crumbs}, status=_status(form))


@requires("people.edit")
@require_http_methods(["GET", "POST"])
def change_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change somebody's name, roles or access."""
    person = _person(person_id)
    form = PersonForm(request.POST or None, initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change = PersonChange(
            display_name=data["display_name"],
            email=data["email"],
            roles=tuple(data["roles"]),
            language=data["language"],
            is_active=data["is_active"],
            customer_id=data["customer"],
        )
        if _accepted(form, change_people({person_id: change}, at=timezone.now(), actor=actor_of(request))):
            toast(request, gettext("%(name)s is changed.") % {"name": change.display_name})
            return HttpResponseRedirect(reverse("people"))
    return _person_page(request, person, form, NewPasswordForm())


@requires("people.edit")
@sensitive_post_parameters("password")
@require_POST
def set_password(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give somebody a new password."""
    person = _person(person_id)
    form = NewPasswordForm(request.POST)
    if form.is_valid():
        new = {person_id: form.cleaned_data["password"]}
        if _accepted(form, set_passwords(new, at=timezone.now(), actor=actor_of(request))):
            toast(request, gettext("%(name)s has a new password.") % {"name": person.display_name or person.username})
            return HttpResponseRedirect(reverse("person", args=[person_id]))
    return _person_page(request, person, PersonForm(initial=_initial(person)), form)


@require_GET
@requires("audit.view")
def show_record(request: HttpRequest) -> HttpResponse:
    """What was done to people and tokens, and who signed in; the newest first."""
    before = request.GET.get("after", "")
    entries = queries.audit_entries(limit=RECORD_ROWS + 1, before_id=int(before) if before.isdecimal() else None)
    shown = entries[:RECORD_ROWS]
    more = str(shown[-1].id) if len(entries) > RECORD_ROWS else ""
    rows = [{"entry": e, "action": words.ACTIONS.get(e.action, e.action), "told": words.told(e.data)} for e in shown]
    context = {"rows": rows, "page": Page(after=more, shown=len(shown)), "tabs": tabs_for(request, "record")}
    return render(request, "access/record.html", context)


def tabs_for(request: HttpRequest, current: str) -> list[Choice]:
    """The pages of access this person may open."""
    pages = (
        ("people", _("People"), "people", "people.view"),
        ("tokens", _("API tokens"), "tokens", "account.use"),
        # The room of what is exchanged keeps these; here is where access is looked for.
        ("secrets", _("Secrets"), "secrets", "tokens.edit"),
        ("record", _("Record"), "access_record", "audit.view"),
    )
    return [
        Choice(label, reverse(url), current=name == current)
        for name, label, url, permission in pages
        if may(request, permission)
    ]


def _person_page(
    request: HttpRequest, person: PersonFact, form: PersonForm, password_form: NewPasswordForm
) -> HttpResponse:
    name = person.display_name or person.username
    context = {
        "form": form,
        "password_form": password_form,
        "person": person,
        "crumbs": [Crumb(_("People"), reverse("people")), Crumb(name)],
    }
    return render(request, "access/person.html", context, status=max(_status(form), _status(password_form)))


def _person(person_id: int) -> PersonFact:
    found = queries.people_for([person_id])
    if not found:
        raise Http404
    return found[0]


def _initial(person: PersonFact) -> dict[str, Any]:
    row = Person.objects.select_related("customer").get(id=person.id)
    return {
        "display_name": person.display_name,
        "email": person.email,
        "roles": list(person.roles),
        "customer": row.customer.code if row.customer else "",
        "language": person.language,
        "is_active": person.is_active,
    }


def _matches(person: PersonFact, role: str, asked: str) -> bool:
    named = f"{person.username} {person.display_name} {person.email}".lower()
    return (not role or role in person.roles) and asked in named


def _accepted(form: forms.Form, outcome: Outcomes[Any, Any]) -> bool:
    """Whether the service did it; what it refused stands at the fields."""
    for entry in outcome.refused:
        words.put_at_fields(form, entry.reasons, _RENAMED)
    return outcome.all_done


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
