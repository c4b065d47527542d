"""Tokens of the API: issued and shown once, revoked at once."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orderloop.access import queries
from orderloop.access.facts import Scope, TokenNew
from orderloop.access.models import ApiToken, Person
from orderloop.access.pages import words
from orderloop.access.pages.gate import person_of
from orderloop.access.pages.people import tabs_for
from orderloop.access.rules import scopes_of
from orderloop.access.services import actor_of, issue_tokens, revoke_tokens
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

_VALID = ((90, _("90 days")), (365, _("1 year")), (0, _("Until revoked")))


class TokenForm(forms.Form):
    """What a token is for and may do. An administrator issues it for anybody, others for themselves."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("The system or script that will use it."))
    username = forms.CharField(label=_("Acts for"), max_length=150, help_text=_("Sign-in name of a person."))
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=(), widget=forms.CheckboxSelectMultiple())
    valid_days = forms.TypedChoiceField(label=_("Valid for"), coerce=int, choices=_VALID)

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        manages = person.can("tokens.edit")
        if not manages:
            del self.fields["username"]
        offered = frozenset(Scope) if manages else scopes_of(person.roles)
        scopes.choices = [(scope, words.scope_name(scope)) for scope in Scope if scope in offered]

    def clean_username(self) -> Any:
        username = self.cleaned_data["username"]
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("There is no such active person."))
        return person


@requires("account.use")
@never_cache
@require_http_methods(["GET", "POST"])
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens one may see, and a form to issue another. Its secret stands on this answer and nowhere else."""
    person = person_of(request)
    form = TokenForm(request.POST or None, person=person, initial={"username": person.username})
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _issue(request, form)
    now = timezone.now()
    rows = [_row(token, now) for token in queries.tokens_for(None if person.can("tokens.edit") else person.id)]
    blank = TokenForm(person=person, initial={"username": person.username}) if secret else form
    context = {"form": blank, "secret": secret, "rows": rows, "tabs": tabs_for(request, "tokens")}
    context["frame"] = "ui/portal_base.html" if person.customer_id else "ui/base.html"
    return render(request, "access/tokens.html", context, status=422 if form.errors else 200)


@requires("account.use")
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token. Somebody else's does not exist for whoever may not manage tokens."""
    person = person_of(request)
    mine = {token.id for token in queries.tokens_for(person.id)}
    if token_id not in mine and not person.can("tokens.edit"):
        raise Http404
    outcome = revoke_tokens([token_id], at=timezone.now(), actor=actor_of(request))
    if outcome.all_done:
        toast(request, gettext("The token is revoked."))
    else:
        toast(request, gettext("The token was revoked before."), tone="warn")
    return HttpResponseRedirect(reverse("tokens"))


def _issue(request: HttpRequest, form: TokenForm) -> str:
    """Issue the token; return its secret, or nothing with the reasons at the fields."""
    data = form.cleaned_data
    person = data.get("username") or person_of(request)
    new = TokenNew(data["name"].strip(), person.id, tuple(data["scopes"]), data["valid_days"])
    outcome = issue_tokens([new], at=timezone.now(), actor=actor_of(request))
    for entry in outcome.refused:
        words.put_at_fields(form, entry.reasons, {"person_id": "username"})
    return next(iter(outcome.values.values()), "")


def _row(token: ApiToken, now: Any) -> dict[str, Any]:
    expired = token.expires_at is not None and token.expires_at <= now
    if token.revoked_at:
        tone, state = "neutral", _("Revoked")
    elif expired or not token.person.is_active:
        tone, state = "warn", _("Expired") if expired else _("Person inactive")
    else:
        tone, state = "good", _("Valid")
    scopes = ", ".join(words.scope_name(scope) for scope in token.scopes)
    return {"token": token, "tone": tone, "state": state, "scopes": scopes, "live": token.revoked_at is None}
