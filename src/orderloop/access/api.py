"""Who calls the API: a bearer token, or a person signed in on the same origin."""

from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from django.core.signals import request_finished
from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from orderloop.access.facts import PERMISSIONS_FOR, Scope, TokenFact
from orderloop.access.queries import token_by_digest
from orderloop.access.rules import scopes_of, usable_scopes
from orderloop.access.services import USE_NOTED_EVERY, actor_of_person, digest_of, mark_tokens_used
from orderloop.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class ApiPrincipal:
    """Who calls. With a `customer_id` the call sees and writes that customer's data only."""

    token_id: int | None
    person_id: int
    customer_id: int | None
    scopes: frozenset[str]
    actor: Actor


class ApiRequest(HttpRequest):
    """A request to an operation that declares a scope, as the operation gets it."""

    auth: ApiPrincipal


class Needs(HttpBearer):
    """An operation's declared scope. The principal is found in `request.auth`."""

    def __init__(self, scope: str) -> None:
        self.scope = Scope(scope)
        self.permission = tuple(PERMISSIONS_FOR[self.scope])
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiPrincipal | None:
        given = request.headers.get("Authorization", "")
        kind, _space, secret = given.partition(" ")
        if given:
            principal = self.authenticate(request, secret.strip()) if kind.lower() == "bearer" else None
        else:
            principal = _principal_of_session(request)
        if principal is None:
            return None
        if self.scope not in principal.scopes:
            raise AuthorizationError(message=f"This call needs the scope {self.scope}.")
        return principal

    def authenticate(self, request: HttpRequest, token: str) -> ApiPrincipal | None:
        """The principal of a token's secret; None for one unknown, revoked or expired."""
        fact = token_by_digest(digest_of(token)) if token.startswith("ol_") else None
        at = datetime.now(UTC)
        scopes = usable_scopes(fact, at) if fact else frozenset()
        if fact is None or not scopes:
            return None
        _note_use(fact, at)
        return ApiPrincipal(fact.id, fact.person_id, fact.customer_id, scopes, Actor("api", fact.id, fact.name))


def needs(scope: str) -> Needs:
    """Declare which scope an operation needs: `@api.get("/orders", auth=needs("orders:read"))`."""
    return Needs(scope)


def _principal_of_session(request: HttpRequest) -> ApiPrincipal | None:
    user: Any = request.user
    if not user.is_authenticated:
        return None
    if check_csrf(request):
        raise AuthenticationError(403, "The CSRF token is missing or wrong.")
    scopes = frozenset(Scope) if user.is_superuser else scopes_of(user.roles)
    return ApiPrincipal(None, user.id, user.customer_id, scopes, actor_of_person(user))


_use_lock = Lock()
_noted: dict[int, datetime] = {}
_unwritten: dict[int, datetime] = {}


def _note_use(token: TokenFact, at: datetime) -> None:
    last = _noted.get(token.id)
    if last is None or at - last >= USE_NOTED_EVERY:
        with _use_lock:
            _noted[token.id] = _unwritten[token.id] = at


def write_uses(**_signal: Any) -> None:
    """Write what tokens were used, after the answer has gone out."""
    if not _unwritten:
        return
    with _use_lock:
        uses = dict(_unwritten)
        _unwritten.clear()
    mark_tokens_used(uses)


def connect_use_writer() -> None:
    """Have uses written whenever a request has ended."""
    request_finished.connect(write_uses, dispatch_uid="access.token_uses")
