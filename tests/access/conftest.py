"""People to try the doors with."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from orderloop.access.facts import PersonNew
from orderloop.access.models import Person
from orderloop.access.services import add_people
from orderloop.foundation.actor import SYSTEM

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    """`person("liu", "clerk")` adds somebody whose password is PASSWORD."""

    def made(username: str, *roles: str, customer_id: int | None = None, language: str = "en") -> Person:
        new = PersonNew(username, username.title(), roles, PASSWORD, language=language, customer_id=customer_id)
        outcome = add_people([new], at=AT, actor=SYSTEM)
        assert outcome.all_done, outcome
        return Person.objects.get(username=username)

    return made


@pytest.fixture
def signed_in(person: Callable[..., Person]) -> Callable[..., Client]:
    """`signed_in("liu", "clerk")` is a browser in which that person has signed in through the page."""

    def opened(username: str, *roles: str, **more: object) -> Client:
        person(username, *roles, **more)
        client = Client()
        response = client.post("/sign-in", {"username": username, "password": PASSWORD})
        assert response.status_code == 302
        return client

    return opened
