"""What roles and scopes allow."""

from datetime import UTC, datetime, timedelta

import pytest

from orderloop.access.facts import (
    PERMISSIONS_FOR,
    PERMISSIONS_OF,
    ROLE_DUTIES,
    ROLE_NAMES,
    SCOPE_NAMES,
    Permission,
    Role,
    Scope,
    TokenFact,
)
from orderloop.access.rules import faults_of_roles, faults_of_scopes, permissions_of, scopes_of, usable_scopes
from orderloop.foundation.outcome import Reason

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _token(**changes: object) -> TokenFact:
    given = {
        "id": 1,
        "name": "shop",
        "scopes": frozenset({"orders:read", "orders:write"}),
        "person_id": 7,
        "person_active": True,
        "roles": ("integrator",),
        "customer_id": None,
        "expires_at": None,
        "revoked_at": None,
    }
    return TokenFact(**{**given, **changes})  # type: ignore[arg-type]


def test_every_role_has_a_name_duties_and_permissions() -> None:
    assert set(ROLE_NAMES) == set(ROLE_DUTIES) == set(PERMISSIONS_OF) == set(Role)
    assert set(SCOPE_NAMES) == set(PERMISSIONS_FOR) == set(Scope)


def test_every_permission_is_held_by_some_role() -> None:
    assert frozenset().union(*PERMISSIONS_OF.values()) == set(Permission)


def test_roles_add_up_and_an_unknown_role_gives_nothing() -> None:
    assert permissions_of(["clerk", "warehouse"]) == PERMISSIONS_OF[Role.CLERK] | PERMISSIONS_OF[Role.WAREHOUSE]
    assert permissions_of(["emperor"]) == frozenset()
    assert permissions_of([]) == frozenset()


def test_a_customers_user_may_use_the_portal_and_nothing_of_the_desk() -> None:
    assert permissions_of(["customer"]) == {Permission.PORTAL_USE, Permission.ACCOUNT_USE}
    assert scopes_of(["customer"]) == {Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.PRODUCTS_READ}


def test_whoever_manages_people_decides_no_credit() -> None:
    assert not permissions_of(["administrator"]) & {Permission.REVIEW_DECIDE, Permission.CREDIT_EDIT}


@pytest.mark.parametrize(
    ("changes", "usable"),
    [
        ({}, {"orders:read", "orders:write"}),
        ({"expires_at": AT + timedelta(seconds=1)}, {"orders:read", "orders:write"}),
        ({"expires_at": AT}, set()),
        ({"revoked_at": AT - timedelta(days=1)}, set()),
        ({"person_active": False}, set()),
        ({"roles": ("warehouse",)}, {"orders:read"}),
        ({"roles": ()}, set()),
        ({"scopes": frozenset({"stock:read", "nonsense"})}, {"stock:read"}),
    ],
)
def test_a_token_may_do_what_it_and_its_person_may_today(changes: dict[str, object], usable: set[str]) -> None:
    assert usable_scopes(_token(**changes), AT) == usable


@pytest.mark.parametrize(
    ("roles", "customer_id", "faults"),
    [
        (("clerk",), None, ()),
        (("customer",), 3, ()),
        ((), None, (Reason("access.role_missing", "roles"),)),
        (("emperor",), None, (Reason("access.role_unknown", "roles", {"role": "emperor"}),)),
        (("customer",), None, (Reason("access.customer_missing", "customer_id"),)),
        (("customer", "clerk"), 3, (Reason("access.customer_has_no_staff_role", "roles"),)),
    ],
)
def test_roles_that_do_not_fit_are_named(
    roles: tuple[str, ...], customer_id: int | None, faults: tuple[Reason, ...]
) -> None:
    assert faults_of_roles(roles, customer_id) == faults


def test_a_token_gets_no_scope_its_person_does_not_hold() -> None:
    assert faults_of_scopes(["orders:read"], ["clerk"]) == ()
    assert faults_of_scopes([], ["clerk"]) == (Reason("access.scope_missing", "scopes"),)
    assert faults_of_scopes(["stock:write"], ["clerk"]) == (
        Reason("access.scope_not_held", "scopes", {"scope": "stock:write"}),
    )
