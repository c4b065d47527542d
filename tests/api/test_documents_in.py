"""Documents of any format handed over through /api/v1, and what is told of them afterwards."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from lxml import etree
from tests.intake.arrivals import a_partner, edifact
from tests.makers import CLERK, NOW, a_customer, a_product, a_token, policies

from orderloop.flow.jobs import read_arrivals
from orderloop.flow.services.connections import change_secret
from orderloop.flow.services.receiving import TRUSTED
from orderloop.intake.models import Message
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    policies()
    customer = a_customer("C-1")
    a_product("BK-1", stock=50)
    a_partner(customer.pk)
    return customer


@pytest.fixture
def call(client):
    token = a_token()

    def call(method, path, body=b"", *, secret=token, kind="application/octet-stream", **headers):
        given = {"Authorization": f"Bearer {secret}", **headers}
        answer = client.generic(method, f"/api/v1{path}", body, kind, headers=given)
        return answer.status_code, json.loads(answer.content), answer

    return call


def _read() -> int:
    return read_arrivals(Message.objects.latest("received_at").received_at)


def test_a_document_is_stored_at_once_and_read_by_the_clock(desk, call):
    content = edifact("PO-1", [("BK-1", 2, "100")])
    status, kept, _ = call("POST", "/documents?filename=order.edi", content)
    message = Message.objects.get()
    assert (status, kept) == (202, {"id": message.pk, "state": "pending"})
    assert (message.channel, message.filename, bytes(message.body), message.envelope) == (
        "edi", "order.edi", content, TRUSTED
    )  # fmt: skip
    assert call("GET", f"/documents/{kept['id']}")[1]["state"] == "pending"
    assert _read() == 1
    status, told, _ = call("GET", f"/documents/{kept['id']}")
    order = Order.objects.get()
    assert (status, told["state"], told["order"], told["filename"]) == (200, "order", order.number, "order.edi")
    (document,) = told["documents"]
    assert (document["n"], document["format"], document["outcome"], document["faults"], document["reading"]) == (
        0, "edifact", "order", [], None
    )  # fmt: skip
    (result,) = document["results"]
    assert (result["po_number"], result["decision"], result["order"]) == ("PO-1", "accept", order.number)


def test_the_reading_is_told_value_by_value_with_its_place(desk, call):
    kept = call("POST", "/documents", edifact("PO-1", [("BK-1", 2, "100")]))[1]
    _read()
    told = call("GET", f"/documents/{kept['id']}?reading=true")[1]
    (order,) = told["documents"][0]["reading"]
    assert order["fields"]["po_number"]["text"] == "PO-1"
    assert order["fields"]["po_number"]["path"] == "message 1, segment 2 (BGM), element 2.1"
    assert order["lines"][0]["quantity"]["text"] == "2"


def test_what_is_missing_is_told_with_its_findings(desk, call):
    kept = call("POST", "/documents", edifact("PO-1", [("NO-SUCH", 2, "100")]))[1]
    _read()
    told = call("GET", f"/documents/{kept['id']}")[1]
    (result,) = told["documents"][0]["results"]
    assert (told["state"], result["order"], [f["code"] for f in result["findings"]]) == (
        "draft", None, ["E_UNKNOWN_ITEM"]
    )  # fmt: skip
    assert result["findings"][0]["pointer"] == "/lines/0/item"


def test_the_same_key_stores_once_and_another_document_under_it_is_refused(desk, call):
    content = edifact("PO-1", [("BK-1", 2, "100")])
    first = call("POST", "/documents", content, **{"Idempotency-Key": "k-1"})
    again = call("POST", "/documents", content, **{"Idempotency-Key": "k-1"})
    assert first[:2] == again[:2]
    assert again[2]["Idempotent-Replayed"] == "true"
    status, problem, _ = call("POST", "/documents", content + b" ", **{"Idempotency-Key": "k-1"})
    assert (status, problem["type"]) == (422, "urn:orderloop:problem:idempotency_key_reused")
    assert Message.objects.count() == 1


def test_an_empty_document_is_refused_and_nothing_is_kept(desk, call):
    assert call("POST", "/documents")[0] == 400
    assert Message.objects.count() == 0


def test_another_customers_token_sees_nothing_of_a_document(desk, call):
    mine, other = a_token(customer=desk), a_token(customer=a_customer("C-2"))
    kept = call("POST", "/documents", edifact("PO-1", [("BK-1", 2, "100")]), secret=mine)[1]
    assert call("GET", f"/documents/{kept['id']}", secret=mine)[0] == 200
    assert call("GET", f"/documents/{kept['id']}", secret=other)[0] == 404
    assert call("GET", f"/documents/{kept['id']}/content", secret=other)[0] == 404


def test_the_bytes_come_back_as_they_went_in(desk, client):
    headers, content = {"Authorization": f"Bearer {a_token()}"}, b"\x00\xff not an order"
    kept = client.generic("POST", "/api/v1/documents", content, "application/pdf", headers=headers).json()
    answer = client.get(f"/api/v1/documents/{kept['id']}/content", headers=headers)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(content).digest()
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_token_that_may_only_read_hands_nothing_over(desk, call):
    reader = a_token("orders:read")
    assert call("POST", "/documents", b"x", secret=reader)[0] == 403
    assert Message.objects.count() == 0


SECRET = "between us"


def _cxml(po_number="PO-9", *, secret=SECRET, payload="1@buyer", quantity="2", mode="production", kind="new"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<cXML payloadID="{payload}" timestamp="2026-11-23T02:00:00+00:00">
<Header>
<From><Credential domain="NetworkId"><Identity>BUYER-1</Identity></Credential></From>
<To><Credential domain="NetworkId"><Identity>US</Identity></Credential></To>
<Sender><Credential domain="NetworkId"><Identity>BUYER-1</Identity><SharedSecret>{secret}</SharedSecret></Credential>
<UserAgent>Buy 1</UserAgent></Sender>
</Header>
<Request deploymentMode="{mode}"><OrderRequest>
<OrderRequestHeader orderID="{po_number}" orderDate="2026-11-23T02:00:00+00:00" type="{kind}"
 requestedDeliveryDate="2026-12-07">
<Total><Money currency="CNY">200.00</Money></Total></OrderRequestHeader>
<ItemOut quantity="{quantity}" lineNumber="1"><ItemID><SupplierPartID>BK-1</SupplierPartID></ItemID>
<ItemDetail><UnitPrice><Money currency="CNY">100.00</Money></UnitPrice><Description xml:lang="en">Bike</Description>
<UnitOfMeasure>EA</UnitOfMeasure></ItemDetail></ItemOut>
</OrderRequest></Request></cXML>""".encode()


@pytest.fixture
def send(desk, client):
    a_partner(desk.pk, "BUYER-1", "cxml")
    change_secret("cxml:BUYER-1", value=SECRET, at=NOW, actor=CLERK)

    def send(content):
        answer = client.generic("POST", "/api/v1/cxml", content, "text/xml")
        status = etree.fromstring(answer.content).find("Response/Status")
        return answer.status_code, int(status.get("code")), status.text or ""

    return send


def test_a_cxml_order_is_answered_201_and_becomes_an_order(desk, send):
    assert send(_cxml()) == (200, 201, "")
    assert _read() == 1
    order = Order.objects.get()
    assert (order.po_number, order.customer_id, order.status) == ("PO-9", desk.pk, "released")


@pytest.mark.parametrize("content", [_cxml(secret="guessed"), _cxml(secret=""), b"<cXML", b"UNB+", b""])
def test_a_request_without_the_agreed_secret_is_answered_401_and_not_kept(send, content):
    assert send(content) == (401, 401, "")
    assert Message.objects.count() == 0


def test_the_secret_before_still_counts_after_a_change_and_the_one_before_that_does_not(send):
    now = datetime.now(UTC)
    change_secret("cxml:BUYER-1", value="newer", at=now, actor=CLERK)
    assert send(_cxml(payload="1@b"))[1] == 201
    change_secret("cxml:BUYER-1", value="newest", at=now, actor=CLERK)
    assert send(_cxml(payload="2@b"))[1] == 401
    assert send(_cxml(payload="3@b", secret="newest"))[1] == 201


def test_the_same_request_again_is_answered_the_same_and_kept_once(send):
    assert [send(_cxml())[1], send(_cxml())[1]] == [201, 201]
    assert Message.objects.count() == 1


def test_the_same_payload_id_with_other_content_is_a_conflict_and_not_kept(send):
    send(_cxml())
    assert send(_cxml(quantity="3"))[1] == 409
    assert Message.objects.count() == 1


def test_a_faulty_request_is_answered_400_with_its_place_and_never_becomes_an_order(send):
    status, code, reason = send(_cxml(quantity="two"))
    assert (status, code) == (200, 400)
    assert "/cXML/Request/OrderRequest/ItemOut" in reason
    assert Message.objects.get().outcome == "rejected"
    assert _read() == 0


def test_a_test_request_is_answered_and_makes_no_order(send):
    assert send(_cxml(mode="test"))[1] == 201
    assert (Message.objects.get().outcome, Message.objects.get().reason) == ("rejected", ["test"])
    assert Order.objects.count() == 0
