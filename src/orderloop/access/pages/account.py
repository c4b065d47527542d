"""One's own account: language and password."""

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from orderloop.access.pages import words
from orderloop.access.pages.gate import person_of
from orderloop.access.services import actor_of, set_languages, set_passwords
from orderloop.foundation.outcome import Refused
from orderloop.platform.permissions import requires
from orderloop.ui.components import Pair
from orderloop.ui.toasts import toast

_NEW = {"autocomplete": "new-password"}


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs=_NEW),
        help_text=_("At least 12 characters. A sentence is easier to remember than signs."),
    )
    again = forms.CharField(label=_("New password again"), strip=False, widget=forms.PasswordInput(attrs=_NEW))

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two do not agree."))
        return again


@requires("account.use")
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show the account and take changes of it."""
    person = person_of(request)
    asked = request.POST.get("form")
    language = LanguageForm(request.POST if asked == "language" else None, initial={"language": person.language})
    password = PasswordForm(request.POST if asked == "password" else None)
    if asked == "language" and language.is_valid():
        return _change_language(request, language.cleaned_data["language"])
    if asked == "password" and password.is_valid() and _change_password(request, password):
        toast(request, gettext("The password is changed. Other sessions of yours have ended."))
        return HttpResponseRedirect(reverse("profile"))
    roles = ", ".join(words.role_name(role) for role in person.roles)
    facts = [Pair(_("Sign-in name"), person.username), Pair(_("Roles"), roles), Pair(_("E-mail"), person.email or "–")]
    context = {"facts": facts, "language_form": language, "password_form": password}
    context["frame"] = "ui/portal_base.html" if person.customer_id else "ui/base.html"
    return render(request, "access/profile.html", context)


def _change_language(request: HttpRequest, language: str) -> HttpResponse:
    set_languages({person_of(request).id: language})
    with translation.override(language):
        toast(request, gettext("The language is changed."))
    response = HttpResponseRedirect(reverse("profile"))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    return response


def _change_password(request: HttpRequest, form: PasswordForm) -> bool:
    person = person_of(request)
    if not person.check_password(form.cleaned_data["old"]):
        form.add_error("old", _("This is not your present password."))
        return False
    new = {person.id: form.cleaned_data["password"]}
    outcome = set_passwords(new, at=timezone.now(), actor=actor_of(request))
    for entry in outcome:
        if isinstance(entry, Refused):
            words.put_at_fields(form, entry.reasons)
            return False
    person.refresh_from_db()
    update_session_auth_hash(request, person)  # this session goes on; all others end
    return True
