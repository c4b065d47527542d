"""Adding and changing people and tokens, and acting within one customer's data."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest

from orderloop.access import queries
from orderloop.access.facts import PersonChange, PersonNew, Role, TokenNew
from orderloop.access.models import ApiToken, AuditEntry, Person, SavedView
from orderloop.access.rules import faults_of_roles, faults_of_scopes
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale

CUSTOMER_ROLE = "orderloop_customer"
USE_NOTED_EVERY = timedelta(minutes=1)


def actor_of(request: HttpRequest) -> Actor:
    """Who makes this request: the principal of the API, the person signed in, else the product itself."""
    principal = getattr(request, "auth", None)
    acting = getattr(principal, "actor", None)
    if isinstance(acting, Actor):
        return acting
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return SYSTEM
    return actor_of_person(user)


def actor_of_person(person: Any) -> Actor:
    """A person as one who acts."""
    name = person.display_name or person.username
    return Actor("customer" if person.customer_id else "person", person.id, name)


@contextmanager
def as_customer(customer_id: int) -> Iterator[None]:
    """Within this block the database shows one customer's rows only and takes no writes.

    It is the second fence: what a page forgets to filter, the database withholds. Gather facts inside and draw the
    page outside, where people and policies can be read again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), coalesce(current_setting('app.customer', true), '')")
        before = cursor.fetchone()
        _become(cursor, CUSTOMER_ROLE, str(customer_id))
        yield
        # An error rolls back to the savepoint and the role with it, so only the good way out needs this.
        _become(cursor, *before)


def _become(cursor: Any, role: str, customer: str) -> None:
    cursor.execute("SELECT set_config('role', %s, true), set_config('app.customer', %s, true)", [role, customer])


def add_people(people: Sequence[PersonNew], *, at: datetime, actor: Actor) -> Outcomes[str, int]:
    """Add people who may sign in; each under its username, yielding the new id."""
    taken = set(Person.objects.filter(username__in=[new.username for new in people]).values_list("username", flat=True))
    faults = {new.username: _faults_of_person(new, taken) for new in people}
    good = [new for new in people if not faults[new.username]]
    with transaction.atomic():
        made = Person.objects.bulk_create([_person(new, at) for new in good])
        _audit("person.added", {p.username: {"roles": p.roles, "customer_id": p.customer_id} for p in made}, at, actor)
    return Outcomes.of(
        [new.username for new in people],
        done=[Done(person.username, person.id) for person in made],
        refused=[Refused(name, reasons) for name, reasons in faults.items() if reasons],
    )


def change_people(changes: Mapping[int, PersonChange], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Change names, roles, language and whether people may sign in; the last administrator stays one."""
    with transaction.atomic():
        people = {p.id: p for p in Person.objects.select_for_update().filter(id__in=changes).order_by("id")}
        faults = {i: _faults_of_change(people[i], change, actor) for i, change in changes.items() if i in people}
        good = [i for i, reasons in faults.items() if not reasons]
        diffs = {people[i].username: _apply(people[i], changes[i]) for i in good}
        Person.objects.bulk_update(
            [people[i] for i in good],
            ["display_name", "email", "roles", "language", "is_active", "is_staff", "customer"],
        )
        _audit("person.changed", diffs, at, actor)
    queries.forget_tokens()
    return Outcomes.of(
        changes,
        done=[Done(i, None) for i in good],
        refused=[Refused(i, reasons) for i, reasons in faults.items() if reasons],
        stale=[Stale(i) for i in changes if i not in people],
    )


def set_passwords(passwords: Mapping[int, str], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Give people new passwords. Every session of theirs ends, because its hash no longer fits."""
    with transaction.atomic():
        people = {p.id: p for p in Person.objects.select_for_update().filter(id__in=passwords).order_by("id")}
        faults = {i: _faults_of_password(passwords[i], person) for i, person in people.items()}
        good = [i for i, reasons in faults.items() if not reasons]
        for i in good:
            people[i].password = make_password(passwords[i])
        Person.objects.bulk_update([people[i] for i in good], ["password"])
        _audit("person.password_set", {people[i].username: {} for i in good}, at, actor)
    return Outcomes.of(
        passwords,
        done=[Done(i, None) for i in good],
        refused=[Refused(i, reasons) for i, reasons in faults.items() if reasons],
        stale=[Stale(i) for i in passwords if i not in people],
    )


def set_languages(languages: Mapping[int, str]) -> None:
    """Remember the language each person reads."""
    for language in set(languages.values()):
        Person.objects.filter(id__in=[i for i, chosen in languages.items() if chosen == language]).update(
            language=language
        )


def issue_tokens(tokens: Sequence[TokenNew], *, at: datetime, actor: Actor) -> Outcomes[str, str]:
    """Issue tokens; each under its name, yielding the secret, which is never shown or kept again."""
    people = Person.objects.in_bulk({new.person_id for new in tokens})
    secrets_by_name = {new.name: new_secret() for new in tokens}
    faults = {new.name: _faults_of_token(new, people.get(new.person_id)) for new in tokens}
    good = [new for new in tokens if not faults[new.name]]
    with transaction.atomic():
        ApiToken.objects.bulk_create(
            [_token(new, people[new.person_id], secrets_by_name[new.name], at) for new in good]
        )
        told = {new.name: {"scopes": list(new.scopes), "person_id": new.person_id} for new in good}
        _audit("token.issued", told, at, actor)
    return Outcomes.of(
        [new.name for new in tokens],
        done=[Done(new.name, secrets_by_name[new.name]) for new in good],
        refused=[Refused(name, reasons) for name, reasons in faults.items() if reasons],
    )


def revoke_tokens(ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """End tokens; every process refuses them within a second. One revoked before is stale."""
    with transaction.atomic():
        rows = ApiToken.objects.select_for_update().filter(id__in=ids, revoked_at__isnull=True).order_by("id")
        names = dict(rows.values_list("id", "name"))
        ApiToken.objects.filter(id__in=names).update(revoked_at=at)
        _audit("token.revoked", {f"{name} ({i})": {} for i, name in names.items()}, at, actor)
    queries.forget_tokens()
    return Outcomes.of(
        ids, done=[Done(i, None) for i in names], stale=[Stale(i) for i in dict.fromkeys(ids) if i not in names]
    )


def mark_tokens_used(ids: Mapping[int, datetime]) -> None:
    """Write down when tokens were last used, a minute apart at least."""
    for token_id, at in ids.items():
        ApiToken.objects.filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY), id=token_id
        ).update(last_used_at=at)


def record_sign_ins(action: str, username: str, *, at: datetime, actor: Actor, data: Mapping[str, Any]) -> None:
    """Write a sign-in, a failed one or a sign-out into the audit record."""
    _audit(action, {username: data}, at, actor)


def record_acts(action: str, subjects: Mapping[str, Mapping[str, Any]], *, at: datetime, actor: Actor) -> None:
    """Write what somebody did, by its subject, into the audit record in the caller's transaction; never a secret."""
    _audit(action, subjects, at, actor)


def digest_of(secret: str) -> bytes:
    """What is kept of a token's secret."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """A secret of 256 bits, with a prefix that tells it apart without giving it away."""
    return f"ol_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def save_view(person_id: int, page: str, name: str, query: str, *, shared: bool) -> None:
    """Keep a page's filter under a name; one of the same person, page and name is replaced."""
    SavedView.objects.update_or_create(
        person_id=person_id, page=page, name=name, defaults={"query": query, "shared": shared}
    )


def delete_views(view_ids: Sequence[int], *, person_id: int) -> int:
    """Forget a person's own views; answers how many there were."""
    return SavedView.objects.filter(id__in=view_ids, person_id=person_id).delete()[0]


def _person(new: PersonNew, at: datetime) -> Person:
    return Person(
        username=new.username,
        display_name=new.display_name,
        email=new.email,
        roles=list(new.roles),
        language=new.language,
        customer_id=new.customer_id,
        password=make_password(new.password),
        is_staff=Role.ADMINISTRATOR in new.roles,
        date_joined=at,
    )


def _apply(person: Person, change: PersonChange) -> dict[str, Any]:
    """Change the person in memory; return what changed, as the audit record keeps it."""
    diff = {}
    for name in ("display_name", "email", "language", "is_active", "customer_id"):
        before, after = getattr(person, name), getattr(change, name)
        if before != after:
            setattr(person, name, after)
            diff[name] = [before, after]
    if set(person.roles) != set(change.roles):
        diff["roles"] = [list(person.roles), list(change.roles)]
        person.roles = list(change.roles)
        person.is_staff = Role.ADMINISTRATOR in change.roles
    return diff


def _token(new: TokenNew, person: Person, secret: str, at: datetime) -> ApiToken:
    return ApiToken(
        name=new.name,
        prefix=secret[:11],
        digest=digest_of(secret),
        scopes=list(new.scopes),
        person=person,
        customer_id=person.customer_id,
        created_at=at,
        expires_at=at + timedelta(days=new.valid_days) if new.valid_days else None,
    )


def _faults_of_person(new: PersonNew, taken: set[str]) -> tuple[Reason, ...]:
    faults = list(faults_of_roles(new.roles, new.customer_id))
    if not new.username.strip():
        faults.append(Reason("access.username_missing", "username"))
    if new.username in taken:
        faults.append(Reason("access.username_taken", "username", {"username": new.username}))
    draft = Person(username=new.username, display_name=new.display_name, email=new.email)
    return (*faults, *_faults_of_password(new.password, draft))


def _faults_of_change(person: Person, change: PersonChange, actor: Actor) -> tuple[Reason, ...]:
    faults = list(faults_of_roles(change.roles, change.customer_id))
    stays = change.is_active and Role.ADMINISTRATOR in change.roles
    if actor.kind == "person" and actor.id == person.id and Role.ADMINISTRATOR in person.roles and not stays:
        faults.append(Reason("access.not_yourself", "roles"))
    return tuple(faults)


def _faults_of_password(password: str, person: Person) -> tuple[Reason, ...]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return tuple(Reason(f"access.{each.code}", "password", dict(each.params or {})) for each in error.error_list)
    return ()


def _faults_of_token(new: TokenNew, person: Person | None) -> tuple[Reason, ...]:
    if person is None or not person.is_active:
        return (Reason("access.person_unknown", "person_id"),)
    faults = list(faults_of_scopes(new.scopes, person.roles))
    if not new.name.strip():
        faults.append(Reason("access.token_name_missing", "name"))
    return tuple(faults)


def _audit(action: str, subjects: Mapping[str, Mapping[str, Any]], at: datetime, actor: Actor) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:150],
            action=action,
            subject=subject[:200],
            data=dict(data),
        )
        for subject, data in subjects.items()
    )
