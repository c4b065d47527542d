"""What is answered, through /api/v1: confirmations as they stand, and documents collected once."""

import json

import pytest
from tests.intake.arrivals import a_partner, edifact, store
from tests.makers import NOW, a_customer, a_product, a_token, policies

from orderloop.flow.models import Outgoing
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.orders.models import Order
from orderloop.platform import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    policies()
    customer = a_customer("C-1")
    a_product("BK-1", stock=50)
    a_partner(customer.pk)
    process_messages([store(edifact("PO-1", [("BK-1", 2, "100")]))], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    return customer


@pytest.fixture
def call(client):
    def call(method, path, secret):
        answer = client.generic(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})
        is_json = "json" in answer["Content-Type"]
        return answer.status_code, json.loads(answer.content) if is_json else answer.content

    return call


def test_a_confirmation_tells_every_line_as_it_stands(buyer, call):
    number = Order.objects.get().number
    status, told = call("GET", f"/orders/{number}/confirmation", a_token())
    assert (status, told["verdict"], told["po_number"], told["total"], told["version"]) == (
        200, "accepted", "PO-1", "200.00", 1
    )  # fmt: skip
    (line,) = told["lines"]
    assert (line["verdict"], line["item"], line["ordered_quantity"], line["quantity"], line["unit"]) == (
        "accepted", "BK-1", "2", "2", "PCE"
    )  # fmt: skip


def test_a_document_is_collected_and_then_not_listed_any_more(buyer, call):
    token = a_token()
    (waiting,) = call("GET", "/outgoing", token)[1]["documents"]
    assert (waiting["kind"], waiting["format"], waiting["control"]) == ("confirmation", "edifact", 1)
    assert call("GET", f"/outgoing/{waiting['id']}/content", token)[1].startswith(b"UNA")
    assert call("POST", f"/outgoing/{waiting['id']}/taken", token)[0] == 200
    assert call("GET", "/outgoing", token)[1]["documents"] == []
    assert call("POST", f"/outgoing/{waiting['id']}/taken", token)[0] == 409


def test_another_customers_token_neither_sees_nor_takes_a_document(buyer, call):
    other, outgoing = a_token(customer=a_customer("C-2")), Outgoing.objects.get()
    assert call("GET", "/outgoing", other)[1]["documents"] == []
    assert call("GET", f"/outgoing/{outgoing.pk}/content", other)[0] == 404
    assert call("POST", f"/outgoing/{outgoing.pk}/taken", other)[0] == 404
    assert call("GET", f"/orders/{Order.objects.get().number}/confirmation", other)[0] == 404
    outgoing.refresh_from_db()
    assert outgoing.sent_at is None
