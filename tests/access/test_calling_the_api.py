"""Who calls the API, and how soon a revoked token is refused."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI
from tests.access.conftest import AT

from orderloop.access import api as access_api
from orderloop.access import queries
from orderloop.access.api import ApiRequest, needs
from orderloop.access.facts import TokenNew
from orderloop.access.models import ApiToken, Person
from orderloop.access.services import digest_of, issue_tokens, revoke_tokens
from orderloop.customers.models import Customer
from orderloop.entrypoints.urls import urlpatterns as real
from orderloop.foundation.actor import SYSTEM
from orderloop.platform.permissions import public

AddPerson = Callable[..., Person]


@pytest.fixture
def api(settings: Any) -> Iterator[None]:
    """Three operations: one to read, one to write, one open to all."""
    ninja = NinjaAPI(urls_namespace="trial", docs_url=None, openapi_url=None)

    @ninja.get("/orders", auth=needs("orders:read"))
    def read(request: ApiRequest) -> dict[str, Any]:
        caller = request.auth
        return {
            "token": caller.token_id, "person": caller.person_id, "customer": caller.customer_id,
            "scopes": sorted(caller.scopes), "kind": caller.actor.kind, "name": caller.actor.name,
        }  # fmt: skip

    @ninja.post("/orders", auth=needs("orders:write"))
    def write(request: HttpRequest) -> str:
        return "written"

    @ninja.get("/open")
    @public("for the test")
    def everybody(request: HttpRequest) -> str:
        return "open"

    urls = ModuleType("trial_urls")
    vars(urls)["urlpatterns"] = [*real, path("trial/", ninja.urls)]
    settings.ROOT_URLCONF = urls
    yield


def _secret(person: Person, *scopes: str, days: int = 0, at: datetime = AT) -> str:
    outcome = issue_tokens([TokenNew("shop", person.id, scopes, days)], at=at, actor=SYSTEM)
    return outcome.values["shop"]


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_calls_for_its_person_within_its_scopes(api: None, person: AddPerson) -> None:
    owner = person("erp", "integrator")
    secret = _secret(owner, "orders:read")
    answer = Client().get("/trial/orders", headers=_bearer(secret))
    assert answer.json() == {
        "token": ApiToken.objects.get().id, "person": owner.id, "customer": None, "scopes": ["orders:read"],
        "kind": "api", "name": "shop",
    }  # fmt: skip
    refused = Client().post("/trial/orders", headers=_bearer(secret))
    assert (refused.status_code, refused.json()) == (403, {"detail": "This call needs the scope orders:write."})


def test_a_token_of_a_customers_user_names_the_customer(api: None, person: AddPerson) -> None:
    customer = Customer.objects.create(code="C", name="C", currency="CNY", created_at=AT, updated_at=AT)
    secret = _secret(person("buyer", "customer", customer_id=customer.id), "orders:read")
    assert Client().get("/trial/orders", headers=_bearer(secret)).json()["customer"] == customer.id


@pytest.mark.parametrize(
    "header",
    ["Bearer ol_00000000_nothing", "Bearer", "Bearer ", "Basic bGl1OngK", "ol_00000000_nothing", "Bearer \x00"],
)
def test_what_is_no_known_token_is_refused(api: None, db: None, header: str) -> None:
    assert Client().get("/trial/orders", headers={"Authorization": header}).status_code == 401


def test_without_a_token_or_session_only_the_open_operation_answers(api: None, db: None) -> None:
    assert Client().get("/trial/orders").status_code == 401
    assert Client().get("/trial/open").json() == "open"


def test_an_expired_token_is_refused(api: None, person: AddPerson) -> None:
    now = datetime.now(UTC)
    owner = person("erp", "integrator")
    fresh = _secret(owner, "orders:read", days=1, at=now)
    assert Client().get("/trial/orders", headers=_bearer(fresh)).status_code == 200
    old = _secret(owner, "orders:read", days=1, at=now - timedelta(days=1, seconds=1))
    assert Client().get("/trial/orders", headers=_bearer(old)).status_code == 401


def test_a_token_revoked_elsewhere_is_refused_within_a_second(
    api: None, person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(queries.time, "monotonic", lambda: now)
    secret = _secret(person("erp", "integrator"), "orders:read")
    call = lambda: Client().get("/trial/orders", headers=_bearer(secret)).status_code  # noqa: E731
    assert call() == 200
    ApiToken.objects.update(revoked_at=AT)  # as another process does, which cannot empty this one's memory
    now += 0.49
    assert call() == 200
    now += 0.02
    assert call() == 401


def test_while_one_caller_reads_a_token_anew_the_others_go_on_but_for_a_second_at_most(
    person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, reads, meanwhile = 1000.0, [], []
    read_token = queries._read_token

    def slow_read(digest: bytes) -> Any:
        reads.append(now)
        if len(reads) in (2, 3):
            meanwhile.append(queries.token_by_digest(digest))
        return read_token(digest)

    monkeypatch.setattr(queries.time, "monotonic", lambda: now)
    monkeypatch.setattr(queries, "_read_token", slow_read)
    digest = digest_of(_secret(person("erp", "integrator"), "orders:read"))
    first = queries.token_by_digest(digest)
    ApiToken.objects.update(revoked_at=AT)
    now += 0.6
    renewed = queries.token_by_digest(digest)
    assert first and renewed
    assert (first.revoked_at, renewed.revoked_at) == (None, AT)
    assert (reads, meanwhile) == ([1000.0, 1000.6], [first])
    now += 1.0  # too old for anybody
    assert queries.token_by_digest(digest) == renewed
    assert reads == [1000.0, 1000.6, 1001.6, 1001.6]


def test_a_token_revoked_here_is_refused_at_once(api: None, person: AddPerson) -> None:
    secret = _secret(person("erp", "integrator"), "orders:read")
    assert Client().get("/trial/orders", headers=_bearer(secret)).status_code == 200
    revoke_tokens([ApiToken.objects.get().id], at=AT, actor=SYSTEM)
    assert Client().get("/trial/orders", headers=_bearer(secret)).status_code == 401


def test_a_token_is_read_once_a_second_and_its_use_written_after_the_answer(
    api: None, person: AddPerson, django_assert_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.time, "monotonic", lambda: 1000.0)
    access_api._noted.clear()
    secret = _secret(person("erp", "integrator"), "orders:read")
    client = Client()
    with django_assert_num_queries(2):  # the token, and its use
        client.get("/trial/orders", headers=_bearer(secret))
    with django_assert_num_queries(0):
        client.get("/trial/orders", headers=_bearer(secret))
    used = ApiToken.objects.get().last_used_at
    assert used is not None and abs(used.timestamp() - time.time()) < 60


def test_a_person_signed_in_calls_with_their_roles_scopes(api: None, signed_in: Callable[..., Client]) -> None:
    client = signed_in("liu", "warehouse")
    answer = client.get("/trial/orders").json()
    assert (answer["token"], answer["kind"], answer["name"]) == (None, "person", "Liu")
    assert "orders:write" not in answer["scopes"]
    assert client.post("/trial/orders").status_code == 403


def test_a_session_writes_only_with_the_csrf_token_of_our_own_pages(api: None, person: AddPerson) -> None:
    person("liu", "clerk")
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(username="liu"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/trial/orders").status_code == 403
    client.get("/account")
    token = client.cookies["orderloop_csrf"].value
    assert client.post("/trial/orders", headers={"X-CSRFToken": token}).status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_session(api: None, signed_in: Callable[..., Client]) -> None:
    client = signed_in("liu", "clerk")
    assert client.get("/trial/orders", headers=_bearer("ol_00000000_wrong")).status_code == 401
