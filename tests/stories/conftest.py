"""A desk with policies in force, and people and customers' users who sign in."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.makers import policies

from orderloop.access.models import Person
from orderloop.customers.models import Customer

SignIn = Callable[..., Client]


@pytest.fixture
def desk(db: None) -> None:
    """Every policy section in force, and the main warehouse."""
    policies()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """`sign_in("planner")` is a browser in which one of that role has signed in; a customer signs in its own user."""

    def signed_in(role: str, *, customer: Customer | None = None, language: str = "en") -> Client:
        person, _made = Person.objects.get_or_create(
            username=f"{role}-{language}",
            defaults={"roles": [role], "language": language, "display_name": role.title(), "customer": customer},
        )
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
