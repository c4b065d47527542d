"""Reads of people and tokens."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from django.db.models import Q

from orderloop.access.facts import PersonFact, TokenFact, ViewFact
from orderloop.access.models import ApiToken, AuditEntry, Person, SavedView

# A revoked token is refused everywhere within this many seconds.
TOKEN_SECONDS = 1.0
# From this age on one caller reads it anew, while the others go on with what is known: they would else all ask at once.
_RENEWED_SECONDS = TOKEN_SECONDS / 2
_KEPT = 10_000
_TOKEN_COLUMNS = (
    "id", "name", "scopes", "person_id", "person__is_active", "person__roles", "person__customer_id", "expires_at",
    "revoked_at",
)  # fmt: skip


@dataclass(slots=True)
class _Known:
    token: TokenFact | None
    read_at: float
    asked_at: float


_lock = Lock()
_tokens: dict[bytes, _Known] = {}


def token_by_digest(digest: bytes) -> TokenFact | None:
    """The token whose secret has this SHA-256, at most `TOKEN_SECONDS` old; None if there is none."""
    now = time.monotonic()
    known = _tokens.get(digest)
    if known and now - known.read_at < _RENEWED_SECONDS:
        return known.token
    with _lock:
        known = _tokens.get(digest)
        if known and now - known.read_at < TOKEN_SECONDS and now - known.asked_at < _RENEWED_SECONDS:
            return known.token
        if known:
            known.asked_at = now
    token = _read_token(digest)
    with _lock:
        if len(_tokens) >= _KEPT:
            _tokens.clear()
        _tokens[digest] = _Known(token, now, now)
    return token


def forget_tokens() -> None:
    """Read every token anew at its next use in this process."""
    with _lock:
        _tokens.clear()


def _read_token(digest: bytes) -> TokenFact | None:
    row = ApiToken.objects.filter(digest=digest).values_list(*_TOKEN_COLUMNS).first()
    if row is None:
        return None
    token_id, name, scopes, person_id, active, roles, customer_id, expires_at, revoked_at = row
    return TokenFact(
        token_id, name, frozenset(scopes), person_id, active, tuple(roles), customer_id, expires_at, revoked_at
    )


def people_for(ids: Sequence[int] | None = None) -> list[PersonFact]:
    """People by id, all when none are given, by name."""
    people = Person.objects.all() if ids is None else Person.objects.filter(id__in=ids)
    return [_person_fact(person) for person in people.order_by("display_name", "username")]


def tokens_for(person_id: int | None = None) -> list[ApiToken]:
    """Tokens of one person, of all when none is given; the newest first."""
    tokens = ApiToken.objects.select_related("person").order_by("-created_at", "-id")
    return list(tokens if person_id is None else tokens.filter(person_id=person_id))


def audit_entries(*, limit: int, before_id: int | None = None) -> list[AuditEntry]:
    """The newest entries, those before an id for the next page."""
    entries = AuditEntry.objects.order_by("-id")
    return list((entries if before_id is None else entries.filter(id__lt=before_id))[:limit])


def views_for(person_id: int, page: str) -> list[ViewFact]:
    """The kept views of a page that a person sees: the own ones first, then those colleagues share."""
    views = SavedView.objects.filter(Q(person_id=person_id) | Q(shared=True), page=page).values_list(
        "id", "person_id", "name", "query", "shared"
    )
    return sorted((ViewFact(*view) for view in views), key=lambda view: (view.person_id != person_id, view.name))


def _person_fact(person: Person) -> PersonFact:
    return PersonFact(
        id=person.id,
        username=person.username,
        display_name=person.display_name,
        email=person.email,
        roles=tuple(person.roles),
        language=person.language,
        customer_id=person.customer_id,
        is_active=person.is_active,
        last_login=person.last_login,
    )
