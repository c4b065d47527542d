"""What roles, scopes and tokens allow."""

from collections.abc import Iterable
from datetime import datetime

from orderloop.access.facts import PERMISSIONS_FOR, PERMISSIONS_OF, Permission, Role, Scope, TokenFact
from orderloop.foundation.outcome import Reason

_NAMES = frozenset(Role)


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """All that somebody with these roles may do; a role that no longer exists gives nothing."""
    return frozenset().union(*(PERMISSIONS_OF[Role(role)] for role in roles if role in _NAMES))


def scopes_of(roles: Iterable[str]) -> frozenset[Scope]:
    """The scopes somebody with these roles can give a token, or use when signed in."""
    held = permissions_of(roles)
    return frozenset(scope for scope, needed in PERMISSIONS_FOR.items() if needed & held)


def usable_scopes(token: TokenFact, at: datetime) -> frozenset[str]:
    """What the token may do at this instant: nothing when revoked, expired or its person has left, and never more
    than that person's roles give today."""
    expired = token.expires_at is not None and token.expires_at <= at
    if token.revoked_at is not None or expired or not token.person_active:
        return frozenset()
    return token.scopes & scopes_of(token.roles)


def faults_of_roles(roles: Iterable[str], customer_id: int | None) -> tuple[Reason, ...]:
    """Why a person may not have these roles; empty when they may."""
    given = tuple(roles)
    faults = [Reason("access.role_unknown", "roles", {"role": role}) for role in given if role not in _NAMES]
    if not given:
        faults.append(Reason("access.role_missing", "roles"))
    if customer_id is not None and set(given) != {Role.CUSTOMER}:
        faults.append(Reason("access.customer_has_no_staff_role", "roles"))
    if customer_id is None and Role.CUSTOMER in given:
        faults.append(Reason("access.customer_missing", "customer_id"))
    return tuple(faults)


def faults_of_scopes(scopes: Iterable[str], roles: Iterable[str]) -> tuple[Reason, ...]:
    """Why a token may not have these scopes; empty when it may."""
    given, allowed = tuple(scopes), scopes_of(roles)
    if not given:
        return (Reason("access.scope_missing", "scopes"),)
    beyond = (scope for scope in given if scope not in allowed)
    return tuple(Reason("access.scope_not_held", "scopes", {"scope": scope}) for scope in beyond)
