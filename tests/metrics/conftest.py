"""Policies in force and a customer, for records whose figures are known beforehand."""

from collections.abc import Iterator

import pytest
from tests.makers import a_customer, policies

from orderloop.customers.models import Customer
from orderloop.policy import queries as policies_in_force


@pytest.fixture
def customer(db: None) -> Iterator[Customer]:
    policies_in_force.forget()
    policies()
    yield a_customer("ACME", name="Acme Cycles")
    policies_in_force.forget()
