"""Reports of other systems, signed as Standard Webhooks says."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from tests.intake.arrivals import a_partner, edifact
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.access.models import AuditEntry
from orderloop.flow.jobs import read_arrivals
from orderloop.flow.models import SharedSecret
from orderloop.flow.services.connections import change_secret, retire_secret
from orderloop.intake.models import Document, Draft, Message, Partner
from orderloop.orders.models import Order
from orderloop.platform.sealing import SealBroken, unseal

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
    newer = change_secret("webhook:chat", at=datetime.now(UTC), actor=CLERK)
    assert [send(_message(), each, report_id=each[-6:])[0] for each in (secret, newer)] == [202, 202]
    newest = change_secret("webhook:chat", at=datetime.now(UTC), actor=CLERK)
    statuses = [send(_message(), each, report_id=f"b{each[-6:]}")[0] for each in (secret, newer, newest)]
    assert statuses == [401, 202, 202]
    assert Message.objects.count() == 4
    assert SharedSecret.objects.get().customer_id is not None


def test_the_former_secret_counts_until_its_overlap_is_over_and_not_a_moment_longer(secret, send):
    changed = datetime.now(UTC) - timedelta(hours=2)
    change_secret("webhook:chat", overlap=timedelta(hours=3), at=changed, actor=CLERK)
    assert send(_message(), secret)[0] == 202
    SharedSecret.objects.update(previous_until=datetime.now(UTC) - timedelta(seconds=1))
    assert send(_message(), secret, report_id="msg_2")[0] == 401
    assert Message.objects.count() == 1


def test_a_retired_secret_proves_nothing_and_its_name_can_be_used_again(secret, send):
    assert retire_secret("webhook:chat", at=NOW, actor=CLERK)
    assert not retire_secret("webhook:chat", at=NOW, actor=CLERK)
    assert send(_message(), secret)[0] == 401
    again = change_secret("webhook:chat", at=NOW, actor=CLERK)
    assert [send(_message(), each, report_id=f"m{n}")[0] for n, each in enumerate((secret, again))] == [401, 202]


def test_a_secret_is_sealed_and_what_was_done_with_it_is_recorded_without_it(secret):
    row = SharedSecret.objects.get()
    assert secret not in row.current
    assert unseal(row.current) == secret
    newer = change_secret("webhook:chat", overlap=timedelta(hours=5), at=NOW, actor=CLERK)
    retire_secret("webhook:chat", at=NOW, actor=CLERK)
    entries = AuditEntry.objects.order_by("id")
    assert [(each.action, each.subject, each.data) for each in entries] == [
        ("secret.made", "webhook:chat", {}), ("secret.changed", "webhook:chat", {"overlap_hours": 5}),
        ("secret.retired", "webhook:chat", {}),
    ]  # fmt: skip
    assert (SharedSecret.objects.get().current, newer == secret) == ("", False)


def test_what_another_installation_sealed_is_not_opened(secret, settings):
    sealed = SharedSecret.objects.get().current
    settings.SECRET_KEY, former = "another", settings.SECRET_KEY
    with pytest.raises(SealBroken):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed) == secret


LINE = {"item": "BK-1", "quantity": "2", "unit": "PCE", "unit_price": "100.00", "amount": "200.00"}
OURS = {
    "customer_code": "C-1", "po_number": "PO-5", "requested_on": "2026-12-07", "currency": "CNY", "total": "200.00",
    "lines": [LINE],
}  # fmt: skip
THEIRS = {"Head": {"Nr": "PO-6", "Liefertermin": "07.12.2026"}, "Rows": [{"Art": "BK-1", "Menge": "2", "Preis": "100"}]}
MAPPING = {
    "lines": "Rows", "date_format": "%d.%m.%Y", "header": {"po_number": "Head/Nr", "requested_on": "Head/Liefertermin",
    "currency": {"constant": "CNY"}}, "line": {"item": "Art", "quantity": "Menge", "unit_price": "Preis"},
}  # fmt: skip


def test_an_order_in_json_comes_into_the_inbox_by_a_signed_report(secret, send):
    assert send(_document(json.dumps(OURS).encode(), "order.json"), secret)[0] == 202
    message = Message.objects.get()
    read_arrivals(message.received_at)
    document = Document.objects.get()
    assert (document.format, document.message_id) == ("json", message.pk)
    assert Draft.objects.get().body["po_number"] == "PO-5"


def test_an_order_in_a_partners_own_json_is_read_by_his_mapping(secret, send):
    partner = a_partner(Message._meta.get_field("customer").related_model.objects.get().pk, "webhook:chat", "json")
    Partner.objects.filter(pk=partner.pk).update(mapping=MAPPING)
    assert send(_document(json.dumps(THEIRS).encode(), "order.json"), secret)[0] == 202
    read_arrivals(Message.objects.get().received_at)
    draft = Draft.objects.get()
    assert (draft.body["po_number"], draft.body["requested_on"]) == ("PO-6", "2026-12-07")
    assert [(line["item"], line["quantity"]) for line in draft.body["lines"]] == [("BK-1", "2")]


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
