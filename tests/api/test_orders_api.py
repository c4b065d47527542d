"""POST, dry run, bulk, list, read and cancel of orders through /api/v1."""

import json

import pytest
from tests.makers import a_customer, a_product, a_token, policies

from orderloop.intake.models import Message
from orderloop.orders.models import Order
from orderloop.platform import idempotency

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    policies()
    return a_customer("C-1"), a_product("BK-1", stock=50)


@pytest.fixture
def call(client):
    headers = {"Authorization": f"Bearer {a_token()}"}

    def call(method, path, body=None, **more):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = client.generic(method, f"/api/v1{path}", data, "application/json", headers={**headers, **more})
        return answer.status_code, json.loads(answer.content), answer

    return call


def _order(po="PO-1", **changes):
    return {
        "customer": "C-1",
        "po_number": po,
        "requested_on": "2027-03-01",
        "lines": [{"item": "BK-1", "quantity": 2}],
        **changes,
    }


def test_an_order_is_taken_in_and_can_be_read_back(desk, call):
    status, taken, _ = call("POST", "/orders", _order())
    assert (status, taken["status"], taken["total"]) == (201, "released", "200.00")
    status, order, answer = call("GET", f"/orders/{taken['number']}")
    assert (status, order["po_number"], order["lines"][0]["item"]) == (200, "PO-1", "BK-1")
    assert answer["ETag"] == '"3"'
    assert [o["number"] for o in call("GET", "/orders")[1]["orders"]] == [taken["number"]]
    message = Message.objects.get()
    assert (message.outcome, message.order_id) == ("order", Order.objects.get().pk)


def test_the_same_key_gets_the_same_answer_and_one_order(desk, call):
    first = call("POST", "/orders", _order(), **{"Idempotency-Key": "k-1"})
    again = call("POST", "/orders", _order(), **{"Idempotency-Key": "k-1"})
    assert first[:2] == again[:2]
    assert again[2]["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1
    assert call("POST", "/orders", _order("PO-2"), **{"Idempotency-Key": "k-1"})[0] == 422
    assert Order.objects.count() == 1


def test_every_fault_is_named_at_its_place_and_nothing_is_kept(desk, call):
    bad = _order(requested_on="soon", lines=[{"item": "BK-1", "quantity": -1}, {"item": "NO-SUCH", "quantity": 1}])
    status, problem, answer = call("POST", "/orders", bad)
    assert (status, answer["Content-Type"]) == (422, "application/problem+json")
    assert {(e["code"], e["pointer"]) for e in problem["errors"] if e["severity"] == "blocking"} == {
        ("E_DATE_INVALID", "/requested_on"),
        ("E_QTY_NOT_POSITIVE", "/lines/0/quantity"),
        ("E_UNKNOWN_ITEM", "/lines/1/item"),
    }
    assert Order.objects.count() == 0
    assert Message.objects.get().outcome == "rejected"


def test_a_dry_run_writes_nothing(desk, call):
    status, tried, _ = call("POST", "/orders:validate", _order())
    assert (status, tried["status"], tried["number"]) == (200, "released", "")
    assert Order.objects.count() == 0
    assert Message.objects.count() == 0


def test_bulk_refuses_everything_or_takes_the_good_ones(desk, call):
    orders = [_order("PO-1"), _order("PO-2", lines=[{"item": "NO-SUCH", "quantity": 1}]), _order("PO-3")]
    status, problem, _ = call("POST", "/orders:bulk", {"orders": orders})
    assert status == 422
    assert [e["pointer"] for e in problem["errors"]] == ["/orders/1/lines/0/item"]
    assert Order.objects.count() == 0
    status, result, _ = call("POST", "/orders:bulk", {"orders": orders, "error_policy": "ignore_failed"})
    assert (status, result["accepted"], result["refused"]) == (200, 2, 1)
    assert sorted(Order.objects.values_list("po_number", flat=True)) == ["PO-1", "PO-3"]


def test_cancelling_frees_the_stock_once(desk, call):
    number = call("POST", "/orders", _order())[1]["number"]
    assert call("POST", f"/orders/{number}/cancel", {"reason": "changed plans"}, **{"If-Match": '"1"'})[0] == 412
    assert call("POST", f"/orders/{number}/cancel", {"reason": "changed plans"})[1]["status"] == "cancelled"
    assert call("POST", f"/orders/{number}/cancel", {"reason": "again"})[0] == 409
    assert call("GET", "/orders/NONE")[0] == 404


def test_without_a_token_nothing_is_answered(client, desk):
    answer = client.get("/api/v1/orders")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_a_key_answered_meanwhile_by_another_process_gets_that_answer(desk, call, monkeypatch):
    """The first look finds nothing, as when the answering transaction is not committed yet."""
    first = call("POST", "/orders", _order(), **{"Idempotency-Key": "k-1"})
    known, looks = idempotency.answers_for, []

    def late(asked):
        looks.append(asked)
        return {} if len(looks) == 1 else known(asked)

    monkeypatch.setattr(idempotency, "answers_for", late)
    again = call("POST", "/orders", _order(), **{"Idempotency-Key": "k-1"})
    assert again[:2] == first[:2]
    assert again[2]["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1
    assert not Message.objects.filter(outcome="pending").exists()
