"""Between a request and its page: who asks, in which language, since when, and whether the page says who may come."""

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from orderloop.access.models import Person
from orderloop.access.services import actor_of, set_languages
from orderloop.platform.permissions import Undeclared, declares, refusal

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 8 * 3600
_NOTED_EVERY = 60
# Views of these namespaces are Django's own and carry no mark; the permission stands here instead.
NAMESPACES = {"admin": ("records.raw",)}
NEVER_FOUND = {"api-root"}  # ninja's own page at the root of the API, which answers 404


class Visitor(AnonymousUser):
    """Someone not signed in: may nothing."""

    def can(self, permission: str) -> bool:
        return False


class AccessMiddleware:
    """Gives `request.user` its `can`, the page its language, and refuses pages that declare no permission."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.user
        request.user = SimpleLazyObject(lambda: found if found.is_authenticated else Visitor())  # type: ignore[assignment]  # stands for a user
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]  # for capabilities below
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _end_old_session(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        _remember_language(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        for namespace in match.app_names if match else ():
            if namespace in NAMESPACES:
                return refusal(request, NAMESPACES[namespace])
        if declares(view) or (match and match.url_name in NEVER_FOUND):
            return None
        if settings.DEBUG or getattr(settings, "UNDECLARED_VIEWS_RAISE", False):
            raise Undeclared(f"{view.__module__}.{getattr(view, '__qualname__', view)} declares no permission")
        raise PermissionDenied


def _end_old_session(request: HttpRequest) -> None:
    """Sign out who has been idle, or signed in, for too long; note the time otherwise, at most once a minute."""
    now = int(time.time())
    since, seen = request.session.get("since", now), request.session.get("seen", 0)
    if now - since > LONGEST_SECONDS or (seen and now - seen > IDLE_SECONDS):
        logout(request)
        request.user = Visitor()
    elif now - seen > _NOTED_EVERY:
        request.session["since"], request.session["seen"] = since, now


def _remember_language(request: HttpRequest, response: HttpResponse) -> None:
    """The language switch sets a cookie; for someone signed in it is theirs from now on, on every device."""
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and request.user.is_authenticated and chosen.value != request.user.language:
        set_languages({request.user.pk: chosen.value})


def person_of(request: HttpRequest) -> Person:
    """The person signed in, on a page that lets nobody else in."""
    assert request.user.is_authenticated
    return cast(Person, request.user)


class Granted:
    """In templates: `{% if may.orders.change %}` asks whether the reader holds `orders.change`."""

    def __init__(self, user: Any, area: str = "") -> None:
        self._user = user
        self._area = area

    def __getitem__(self, name: str) -> "Granted | bool":
        if not self._area:
            return Granted(self._user, name)
        can = getattr(self._user, "can", None)
        return bool(can and can(f"{self._area}.{name}"))


def granted(request: HttpRequest) -> dict[str, Granted]:
    """Gives every template `may`."""
    return {"may": Granted(getattr(request, "user", None))}
