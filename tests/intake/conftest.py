"""A desk with two customers and two products, and people who work at it."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.intake.desk import FOUNDED, found_desk

from orderloop.access.facts import PersonNew
from orderloop.access.models import Person
from orderloop.access.services import add_people
from orderloop.customers.queries import by_codes
from orderloop.foundation.actor import SYSTEM


@pytest.fixture
def desk(db: None) -> None:
    found_desk()


PASSWORD = "correct horse battery"


@pytest.fixture
def signed_in(desk: None) -> Callable[..., Client]:
    """`signed_in("liu", "clerk")` is a browser in which that person has signed in."""

    def opened(username: str, *roles: str, customer_code: str = "", language: str = "en") -> Client:
        customer_id = by_codes([customer_code])[customer_code].customer_id if customer_code else None
        new = PersonNew(username, username.title(), roles, PASSWORD, language=language, customer_id=customer_id)
        assert add_people([new], at=FOUNDED, actor=SYSTEM).all_done
        client = Client()
        client.force_login(Person.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return opened
