"""Customers and products by API: listed, read, and put whole under their codes."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orderloop.access.facts import PersonNew, TokenNew
from orderloop.access.models import Person
from orderloop.access.services import add_people, issue_tokens
from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import ProductLineRow
from orderloop.catalog.services import save_product_lines
from orderloop.customers import queries, services
from orderloop.customers.facts import CustomerRow
from orderloop.foundation.actor import SYSTEM

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SCOPES = ("customers:read", "customers:write", "products:read", "products:write")


def caller(*scopes: str, role: str = "integrator", customer_id: int | None = None) -> Client:
    add_people(
        [PersonNew(f"{role}-of-tests", "Caller", (role,), "correct horse battery", customer_id=customer_id)],
        at=AT,
        actor=SYSTEM,
    )
    person = Person.objects.get(username=f"{role}-of-tests")
    token = issue_tokens([TokenNew("tests", person.id, scopes)], at=AT, actor=SYSTEM)
    secret = next(iter(token.values.values()))
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


@pytest.fixture
def api(customer_ids: dict[str, int]) -> Client:
    save_product_lines([ProductLineRow("BIKES", "Bikes")], at=AT, actor=SYSTEM)
    return caller(*SCOPES)


def put(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.put(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


CUSTOMER = {"name": "Bike World", "currency": "CNY", "tax_rate": "0.13"}
PRODUCT = {"name_en": "Tandem", "line": "BIKES", "list_price": "2000.00", "currency": "CNY", "cost": "900"}


def test_customers_are_listed_page_by_page_and_searched(api: Client) -> None:
    services.save_customers([CustomerRow("C3", "Pedal", "CNY")], at=AT, actor=SYSTEM)
    first = api.get("/api/v1/customers?limit=2").json()
    assert [each["code"] for each in first["customers"]] == ["C1", "C2"]
    second = api.get(f"/api/v1/customers?limit=2&cursor={first['next']}").json()
    assert ([each["code"] for each in second["customers"]], second["next"]) == (["C3"], None)
    assert [each["code"] for each in api.get("/api/v1/customers?q=hx").json()["customers"]] == ["C1"]
    assert api.get("/api/v1/customers?cursor=none").status_code == 400


def test_a_customer_is_read_with_its_version_and_put_only_on_it(api: Client) -> None:
    read = api.get("/api/v1/customers/C2")
    assert (read.json()["name"], read.json()["credit_limit"]) == ("Bike World", "100.00")
    changed = put(api, "/customers/C2", {**CUSTOMER, "importance": "A"}, **{"if-match": read["ETag"]})
    assert (changed.status_code, changed.json()["importance"]) == (200, "A")
    assert put(api, "/customers/C2", CUSTOMER, **{"if-match": read["ETag"]}).status_code == 412
    assert queries.by_codes(["C2"])["C2"].importance == "A"
    assert queries.known_by_codes(["C2"])["C2"].row.credit_limit == Decimal(100)


def test_a_new_customer_is_created_and_a_wrong_one_refused_with_every_pointer(api: Client) -> None:
    assert put(api, "/customers/C9", CUSTOMER, **{"if-none-match": "*"}).status_code == 201
    assert put(api, "/customers/C9", CUSTOMER, **{"if-none-match": "*"}).status_code == 412
    wrong = put(api, "/customers/C8", {**CUSTOMER, "currency": "x", "tax_rate": "13", "price_list": "NONE"})
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/currency", "/tax_rate", "/price_list"}
    assert "C8" not in queries.by_codes(["C8"])


def test_a_token_changes_no_limit(api: Client) -> None:
    refused = put(api, "/customers/C2", {**CUSTOMER, "credit_limit": "5000"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "limit_not_allowed")
    assert queries.known_by_codes(["C2"])["C2"].row.credit_limit == Decimal(100)


def test_products_are_put_read_and_listed(api: Client) -> None:
    assert put(api, "/products/BK/5", PRODUCT).status_code == 201
    read = api.get("/api/v1/products/BK/5")
    assert (read.json()["sku"], read.json()["cost"], read.json()["packs"]) == ("BK/5", "900.0000", [])
    stale = put(api, "/products/BK/5", PRODUCT, **{"if-match": '"2020-01-01T00:00:00+00:00"'})
    assert stale.status_code == 412
    refused = put(api, "/products/BK-6", {**PRODUCT, "line": "NONE", "order_multiple": "0"})
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/line", "/order_multiple"}
    assert catalog.by_skus(["BK-6"]) == {}
    assert [each["sku"] for each in api.get("/api/v1/products?q=tandem").json()["products"]] == ["BK/5"]
    assert api.get("/api/v1/products/none").status_code == 404


def test_a_customers_user_sees_products_without_their_cost(api: Client, customer_ids: dict[str, int]) -> None:
    put(api, "/products/BK-5", PRODUCT)
    theirs = caller("products:read", role="customer", customer_id=customer_ids["C1"])
    assert theirs.get("/api/v1/products/BK-5").json()["cost"] is None
    assert theirs.get("/api/v1/customers").status_code in {401, 403}


def test_who_lacks_the_scope_is_refused(customer_ids: dict[str, int]) -> None:
    reader = caller("customers:read")
    assert put(reader, "/customers/C2", CUSTOMER).status_code == 403
    assert Client().get("/api/v1/customers").status_code == 401
