"""Reports of other systems, signed as Standard Webhooks says."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from tests.intake.arrivals import edifact
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.flow.jobs import read_arrivals
from orderloop.flow.services.connections import change_secret
from orderloop.intake.models import Document, Message
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "PO number: PO-7\nDelivery date: 2026-12-07\n\nBK-1  2 pcs\n"


@pytest.fixture
def secret():
    policies()
    customer = a_customer("C-1")
    a_product("BK-1", stock=50)
    return change_secret("webhook:chat", customer_id=customer.pk, at=NOW, actor=CLERK)


@pytest.fixture
def send(client):
    def send(report, secret, *, source="chat", report_id="msg_1", at=None, content=None):
        body = json.dumps(report) if content is None else content
        at = at or datetime.now(UTC)
        headers = {
            "webhook-id": report_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(report_id, at, body),
        }
        answer = client.generic("POST", f"/api/v1/webhooks/{source}", body, "application/json", headers=headers)
        return answer.status_code, json.loads(answer.content)

    return send


def _document(content=b"", filename="order.edi"):
    data = {"filename": filename, "content_type": "text/plain", "content": base64.b64encode(content).decode()}
    return {"type": "document.created", "timestamp": "2026-11-23T02:00:00Z", "data": data}


def _message(text=TEXT, files=()):
    return {"type": "message.created", "data": {"text": text, "sender": "Li", "files": list(files)}}


def test_a_document_in_a_report_becomes_an_order_of_the_sources_customer(secret, send):
    status, kept = send(_document(edifact("PO-1", [("BK-1", 2, "100")])), secret)
    message = Message.objects.get()
    assert (status, kept) == (202, {"id": message.pk, "state": "pending"})
    assert (message.sender, message.external_id, message.filename) == ("webhook:chat", "msg_1", "order.edi")
    assert read_arrivals(message.received_at) == 1
    assert (Order.objects.get().po_number, Order.objects.get().customer_id) == ("PO-1", message.customer_id)


def test_a_chat_message_is_read_with_its_files_as_one(secret, send):
    file = _document(edifact("PO-1", [("BK-1", 2, "100")]))["data"]
    status, _kept = send(_message("Please see the order.", [file]), secret)
    message = Message.objects.get()
    assert (status, message.content_type) == (202, "message/rfc822")
    read_arrivals(message.received_at)
    assert sorted(Document.objects.values_list("format", flat=True)) == ["edifact", "mail"]
    assert Order.objects.get().po_number == "PO-1"


def test_the_same_report_again_is_answered_the_same_and_kept_once(secret, send):
    first, again = send(_message(), secret), send(_message(), secret)
    assert first == again
    assert Message.objects.count() == 1


def test_a_report_replayed_later_is_refused(secret, send):
    late = datetime.now(UTC) - timedelta(minutes=6)
    status, problem = send(_message(), secret, at=late)
    assert (status, problem["type"]) == (401, "urn:orderloop:problem:not_signed")
    assert Message.objects.count() == 0


def test_both_secrets_count_while_they_are_changed_and_no_other_does(secret, send):
    newer = change_secret("webhook:chat", at=NOW, actor=CLERK)
    assert [send(_message(), each, report_id=each[-6:])[0] for each in (secret, newer)] == [202, 202]
    change_secret("webhook:chat", at=NOW, actor=CLERK)
    assert [send(_message(), each, report_id=f"b{each[-6:]}")[0] for each in (secret, newer)] == [401, 202]
    assert Message.objects.count() == 3


@pytest.mark.parametrize("source", ["other", "chat%00", "%E4%BC%81"])
def test_a_source_nobody_agreed_on_is_answered_like_a_wrong_signature(secret, send, source):
    assert send(_message(), secret, source=source)[0] == 401
    assert Message.objects.count() == 0


def test_a_type_we_do_nothing_with_is_noted_and_answered(secret, send):
    assert send({"type": "invoice.paid", "data": {}}, secret) == (202, {"id": None, "state": "ignored"})
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [
        "no json", "[]", '{"type": "document.created", "data": {}}',
        '{"type": "document.created", "data": {"content": "%%%"}}',
        '{"type": "document.created", "data": {"content": ""}}', '{"type": "message.created", "data": {"text": " "}}',
    ],
)  # fmt: skip
def test_a_signed_report_of_another_form_is_refused_and_not_kept(secret, send, content):
    status, problem = send(None, secret, content=content)
    assert (status, problem["type"]) == (422, "urn:orderloop:problem:report_invalid")
    assert Message.objects.count() == 0
