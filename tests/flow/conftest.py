"""A desk with policies in force and people who sign in."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.makers import policies

from orderloop.access.models import Person


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """`sign_in("credit_reviewer")`: a client signed in as somebody of that role."""

    def signed_in(role: str, language: str = "en", **fields: object) -> Client:
        person, _made = Person.objects.get_or_create(
            username=f"{role}-{language}",
            defaults={"roles": [role], "language": language, "display_name": role.title(), **fields},
        )
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def desk(db: None) -> None:
    """Every policy section in force, and the main warehouse."""
    policies()
