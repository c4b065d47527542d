"""Whatever is sent to any operation by anybody: no server error, no undeclared status, type or form of an answer."""

import json
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.makers import CLERK, NOW, a_customer, a_product, a_token, an_entry, policies
from tools import openapi

from orderloop.access.facts import Scope, TokenNew
from orderloop.access.models import Person
from orderloop.access.services import issue_tokens
from orderloop.flow.services.take_in import take_in_entries
from orderloop.orders.models import Event, Order
from orderloop.orders.rules import replayed_status

pytestmark = pytest.mark.django_db(transaction=True)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Where a path asks for one of these, half the calls name one that is there.
KNOWN = {"code": "C-1", "sku": "BK-1"}


@pytest.fixture
def callers() -> dict[str, dict[str, str]]:
    """The headers of everybody who may call, on a desk with one customer, one product and one order."""
    policies()
    customer, product = a_customer("C-1"), a_product("BK-1", stock=50)
    at = timezone.now()
    taken = take_in_entries([an_entry(customer, [(product, 2)], received_at=at)], at=at, actor=CLERK).values[0]
    KNOWN["number"] = taken.number
    return {
        "system": {"Authorization": f"Bearer {a_token_for_everything()}"},
        "customer": {"Authorization": f"Bearer {a_token('orders:read', 'orders:write', customer=customer)}"},
        "anonymous": {},
        "forger": {"Authorization": "Bearer ol_0000000000000000"},
    }


def a_token_for_everything() -> str:
    """The secret of another system's token that may do whatever the API can."""
    person = Person.objects.create(username="system", roles=["integrator", "manager"])
    token = TokenNew("system", person.pk, tuple(Scope))
    return next(iter(issue_tokens([token], at=NOW, actor=CLERK).values.values()))


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(json.loads(openapi.description()))
    schema.app = get_wsgi_application()
    return [result.ok() for result in schema.get_all_operations()]


def probed(operation: Any, headers: dict[str, str]) -> set[int]:
    """Call an operation with whatever its description allows, and with what it forbids; the statuses it answered."""
    seen: set[int] = set()

    @BOUNDED
    @given(
        st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        st.booleans(),
    )
    def probe(case: Any, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {name: KNOWN.get(name, value) for name, value in case.path_parameters.items()}
        case.headers = {**{k: v for k, v in case.headers.items() if k.lower() != "authorization"}, **headers}
        answer = case.call()
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    probe()
    return seen


@pytest.mark.parametrize("caller", ["system", "customer"])
def test_every_operation_answers_as_described_whatever_is_sent(caller: str, callers: dict[str, dict[str, str]]) -> None:
    for operation in operations():
        assert probed(operation, callers[caller]), operation.label
    for order in Order.objects.all():
        steps = Event.objects.filter(order=order).order_by("n").values_list("status_before", "status_after")
        assert replayed_status(list(steps)) == order.status


@pytest.mark.parametrize("caller", ["anonymous", "forger"])
def test_who_has_no_token_gets_nothing_but_that_answer(caller: str, callers: dict[str, dict[str, str]]) -> None:
    before = Order.objects.values_list("version", "status").get()
    for operation in operations():
        assert probed(operation, callers[caller]) <= {401, 404, 405}, operation.label
    assert Order.objects.values_list("version", "status").get() == before
