"""The door: signing in, being told to wait, signing out."""

import math
import time
from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from orderloop.access.services import actor_of, actor_of_person, record_sign_ins
from orderloop.foundation.actor import SYSTEM
from orderloop.platform.permissions import public

# Guesses at one account from many addresses: beyond this many in the cool-off time the account takes none.
MOST_FAILURES_OF_AN_ACCOUNT = 20


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@public("nobody is known before signing in")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; the answer is the same whichever of them is wrong."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_way_on(request))
    form = SignInForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    username = form.cleaned_data["username"]
    if _guessed_too_often(username):
        request.axes_locked_out = True  # type: ignore[attr-defined]  # the middleware answers with `locked_out`
        request.axes_credentials = {"username": username}  # type: ignore[attr-defined]  # which sign-in it counts
        return _page(request, form, 429)
    try:
        person = authenticate(request, username=username, password=form.cleaned_data["password"])
    except PermissionDenied:
        person = None
    if person is None:
        _note_failure(request, username)
        form.add_error(None, _("Name or password is wrong."))
        return _page(request, form, 401)
    login(request, person)
    now = int(time.time())
    request.session["since"], request.session["seen"] = now, now
    record_sign_ins("sign_in", username, at=timezone.now(), actor=actor_of_person(person), data=_from(request))
    return HttpResponseRedirect(_way_on(request))


@public("whoever is signed in may leave, and nobody else is harmed")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        name = request.user.get_username()
        record_sign_ins("sign_out", name, at=timezone.now(), actor=actor_of(request), data={})
    logout(request)
    return HttpResponseRedirect(reverse(settings.LOGOUT_REDIRECT_URL))


def locked_out(request: HttpRequest, _response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """What is answered after too many wrong passwords: when to try again."""
    username = (credentials or {}).get("username", "")
    until = _locked_until(username)
    response = _page(request, SignInForm(initial={"username": username}), 429, until)
    response["Retry-After"] = str(max(1, math.ceil((until - timezone.now()).total_seconds())))
    return response


def _page(request: HttpRequest, form: SignInForm, status: int = 200, until: datetime | None = None) -> HttpResponse:
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", "")), "until": until}
    return render(request, "access/sign_in.html", context, status=status)


def _way_on(request: HttpRequest) -> str:
    """Where they wanted to go, if that is here; else home."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    try:
        return reverse(settings.LOGIN_REDIRECT_URL)
    except NoReverseMatch:
        return reverse("profile")


def _note_failure(request: HttpRequest, username: str) -> None:
    action = "sign_in.locked" if getattr(request, "axes_locked_out", False) else "sign_in.failed"
    record_sign_ins(action, username, at=timezone.now(), actor=SYSTEM, data=_from(request))


def _from(request: HttpRequest) -> dict[str, str]:
    return {"address": request.META.get("REMOTE_ADDR", "")}


def _guessed_too_often(username: str) -> bool:
    recent = AccessAttempt.objects.filter(username=username, attempt_time__gte=timezone.now() - _cool_off())
    total = recent.aggregate(total=Sum("failures_since_start"))["total"] or 0
    return int(total) >= MOST_FAILURES_OF_AN_ACCOUNT


def _locked_until(username: str) -> datetime:
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    return (last.attempt_time if last else timezone.now()) + _cool_off()


def _cool_off() -> timedelta:
    return get_cool_off() or timedelta(minutes=15)
