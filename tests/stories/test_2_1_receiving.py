"""2.1 Receiving (订单接收).

a  channels: online platform (portal and API), email, fax, and others (线上平台、邮件、传真)
b  prompt acknowledgement to the customer (及时确认)
c  completeness and accuracy of the order checked (完整性与准确性核对)
d  an incomplete or wrong order goes back to the customer, who completes or corrects just that (沟通、补充和修正)

What arrives by mail, by fax and from electronic partners is in test_2_1_documents.py; all end in the same `OrderEntry`.
"""

import html
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.makers import a_customer, a_product, a_token, an_entry
from tests.stories.conftest import SignIn
from tests.stories.way import API

from orderloop.catalog.models import Product
from orderloop.customers.models import Contact, Customer
from orderloop.flow.models import StageRecord
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.facts import EntryLine
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft, Message, Question
from orderloop.inventory.models import Stock
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.models import Effect, OutgoingMail
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


@pytest.fixture
def acme(desk: None) -> Customer:
    customer = a_customer("ACME")
    Contact.objects.create(customer=customer, name="Ms Li", email="li@acme.example", is_primary=True)
    return customer


@pytest.fixture
def bolt(desk: None) -> Product:
    return a_product("BOLT", stock=100)


def in_a_fortnight() -> date:
    return CHINA.next_working_day(timezone.localdate() + timedelta(days=14))


def typed(item: str, quantity: str, **other: object) -> dict[str, object]:
    """The form of order entry with one line."""
    return {
        "token": str(uuid4()), "customer": "ACME", "po_number": "PO-1", "requested_on": in_a_fortnight().isoformat(),
        "item": [item], "quantity": [quantity], "unit": [""], "line_date": [""], "unit_price": [""], **other,
    }  # fmt: skip


def document(item: str, quantity: object, **other: object) -> str:
    """An order for the API with one line."""
    order = {"customer": "ACME", "po_number": "PO-1", "requested_on": in_a_fortnight().isoformat()}
    return json.dumps({**order, "lines": [{"item": item, "quantity": quantity}], **other})


def post(body: str, path: str = "/api/v1/orders", **headers: str) -> tuple[int, dict]:
    answer = Client().post(path, body, "application/json", headers={"Authorization": f"Bearer {a_token()}", **headers})
    return answer.status_code, json.loads(answer.content)


def came_in() -> tuple[str, str, str, list[tuple[str, Decimal]]]:
    """How the only order stands: channel, state, purchase order, its lines."""
    order = Order.objects.get()
    lines = [(line.item_code, line.quantity) for line in order.lines.order_by("n")]
    return order.channel, order.status, order.po_number, lines


def test_2_1a_a_customer_orders_on_the_portal(acme: Customer, bolt: Product, sign_in: SignIn) -> None:
    buyer = sign_in("customer", customer=acme)
    assert buyer.get("/orders/new").status_code == 200
    assert buyer.post("/orders/new", typed("BOLT", "3")).status_code == 302
    assert came_in() == ("portal", "released", "PO-1", [("BOLT", Decimal(3))])


def test_2_1a_a_clerk_types_an_order_that_came_by_telephone(acme: Customer, bolt: Product, sign_in: SignIn) -> None:
    assert sign_in("clerk").post("/orders/new", typed("BOLT", "3")).status_code == 302
    assert came_in() == ("staff", "released", "PO-1", [("BOLT", Decimal(3))])


@pytest.mark.django_db(transaction=True)
def test_2_1a_a_web_shop_sends_an_order_by_api(acme: Customer, bolt: Product) -> None:
    status, taken = post(document("BOLT", 3))
    assert (status, taken["status"], taken["total"]) == (201, "released", "300.00")
    assert came_in() == ("api", "released", "PO-1", [("BOLT", Decimal(3))])


def test_2_1a_a_spreadsheet_is_uploaded(acme: Customer, bolt: Product, sign_in: SignIn) -> None:
    text = f"订单号,货号,数量,交期\nPO-1,BOLT,3,{in_a_fortnight()}\n"
    file = SimpleUploadedFile("orders.csv", text.encode("gb18030"), "text/csv")
    clerk = sign_in("clerk")
    place = clerk.post("/orders/upload", {"file": file, "customer": "ACME"}).headers["Location"]
    assert Order.objects.count() == 0
    assert clerk.post(place, {"take": "all"}).status_code == 200
    assert came_in() == ("upload", "released", "PO-1", [("BOLT", Decimal(3))])


@pytest.mark.django_db(transaction=True)
def test_2_1a_the_message_is_kept_byte_for_byte_before_anybody_reads_it(acme: Customer, bolt: Product) -> None:
    unreadable = '{"customer": "ACME", "lines": ['
    assert post(unreadable)[0] == 422
    kept = Message.objects.get()
    assert (bytes(kept.body), kept.channel, kept.outcome) == (unreadable.encode(), "api", "rejected")
    good = document("BOLT", 3)
    post(good)
    kept = Message.objects.exclude(pk=kept.pk).get()
    assert (bytes(kept.body), kept.outcome, kept.order_id) == (good.encode(), "order", Order.objects.get().pk)


@pytest.mark.django_db(transaction=True)
def test_2_1a_an_order_sent_twice_is_one_order(acme: Customer, bolt: Product, sign_in: SignIn) -> None:
    token = {"Authorization": f"Bearer {a_token()}"}
    first = post(document("BOLT", 3), **token, **{"Idempotency-Key": "k"})
    assert post(document("BOLT", 3), **token, **{"Idempotency-Key": "k"}) == first
    status, problem = post(document("BOLT", 3))
    assert (status, [fault["code"] for fault in problem["errors"]]) == (422, ["E_DUP_PO"])
    assert Order.objects.count() == 1
    assert Stock.objects.get().reserved == 3


def test_2_1b_a_customer_is_told_at_once_that_the_order_is_there_and_accepted(acme: Customer, bolt: Product) -> None:
    at = timezone.now()
    take_in_entries([an_entry(acme, [(bolt, 3)], received_at=at, po_number="PO-7")], at=at, actor=API)
    order = Order.objects.get()
    effect = Effect.objects.get()
    assert (effect.key, effect.order_id, effect.created_at) == (f"notice:confirmed:{order.pk}", order.pk, at)
    outbox.drain(at)
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "li@acme.example"
    assert "PO-7" in mail.subject and order.number in mail.subject
    outbox.drain(at)
    assert OutgoingMail.objects.count() == 1


def test_2_1b_an_order_still_in_review_is_acknowledged_without_being_accepted(bolt: Product) -> None:
    poor = a_customer("POOR", credit="1")
    Contact.objects.create(customer=poor, name="Li", email="li@poor.example", is_primary=True)
    at = timezone.now()
    take_in_entries([an_entry(poor, [(bolt, 3)], received_at=at)], at=at, actor=API)
    outbox.drain(at)
    assert "this is not an acceptance yet" in OutgoingMail.objects.get().body


FAULTS = [
    ({"po_number": ""}, {("E_MISSING_PO", "/po_number")}),
    ({"requested_on": None}, {("E_MISSING_DATE", "/requested_on")}),
    ({"requested_on": "2026-13-01"}, {("E_DATE_INVALID", "/requested_on")}),
    ({"requested_on": "2020-01-02"}, {("E_DATE_PAST", "/requested_on")}),
    ({"customer": "NOBODY"}, {("E_UNKNOWN_CUSTOMER", "/customer")}),
    ({"ship_to": "MOON"}, {("E_SHIPTO", "/ship_to")}),
    ({"currency": "USD"}, {("E_CURRENCY", "/currency")}),
    ({"total": "1.00"}, {("E_TOTAL_MISMATCH", "/total")}),
    ({"lines": []}, {("E_NO_LINES", "/lines")}),
    ({"lines": [{"item": "", "quantity": 1}]}, {("E_MISSING_ITEM", "/lines/0/item")}),
    ({"lines": [{"item": "BULT", "quantity": 1}]}, {("E_UNKNOWN_ITEM", "/lines/0/item")}),
    ({"lines": [{"item": "BOLT"}]}, {("E_MISSING_QTY", "/lines/0/quantity")}),
    ({"lines": [{"item": "BOLT", "quantity": "0"}]}, {("E_QTY_NOT_POSITIVE", "/lines/0/quantity")}),
    ({"lines": [{"item": "BOLT", "quantity": 1, "unit": "keg"}]}, {("E_UOM", "/lines/0/unit")}),
    ({"lines": [{"item": "BOLT", "quantity": 1, "unit_price": 50}]}, {("E_PRICE_DEV", "/lines/0/unit_price")}),
    (
        {"po_number": "", "lines": [{"item": "BOLT", "quantity": "x"}, {"item": "BULT", "quantity": 1}]},
        {("E_MISSING_PO", "/po_number"), ("E_QTY_INVALID", "/lines/0/quantity"), ("E_UNKNOWN_ITEM", "/lines/1/item")},
    ),
]


@pytest.mark.django_db(transaction=True)
def test_2_1c_every_fault_is_named_at_its_field_all_at_once_and_nothing_is_kept_of_the_order(
    acme: Customer, bolt: Product
) -> None:
    for change, expected in FAULTS:
        status, problem = post(document("BOLT", 3, **change))
        blocking = {(f["code"], f["pointer"]) for f in problem["errors"] if f["severity"] == "blocking"}
        assert (status, blocking) == (422, expected), change
    assert (Order.objects.count(), Draft.objects.count(), Stock.objects.get().reserved) == (0, 0, 0)
    assert Effect.objects.count() == 0
    assert set(Message.objects.values_list("outcome", flat=True)) == {"rejected"}


@pytest.mark.django_db(transaction=True)
def test_2_1c_faults_are_told_in_the_senders_language(acme: Customer, bolt: Product) -> None:
    body = document("BOLT", 3, po_number="")
    english = post(body, **{"Accept-Language": "en"})[1]["errors"][0]["detail"]
    chinese = post(body, **{"Accept-Language": "zh-hans"})[1]["errors"][0]["detail"]
    assert english == "The purchase order number is missing."
    assert chinese == "缺少客户订单号。"


def test_2_1c_what_is_typed_is_kept_with_its_faults_until_it_is_right(
    acme: Customer, bolt: Product, sign_in: SignIn
) -> None:
    clerk, form = sign_in("clerk"), typed("BULT", "3")
    assert clerk.post("/orders/new", form).status_code == 422
    draft = Draft.objects.get()
    assert (draft.status, [f["code"] for f in draft.findings]) == ("open", ["E_UNKNOWN_ITEM"])
    assert draft.body["lines"] == [{"item": "BULT", "quantity": "3"}]
    assert Order.objects.count() == 0
    assert clerk.post("/orders/new", {**form, "item": ["BOLT"]}).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.order_id) == ("accepted", Order.objects.get().pk)


def incomplete(acme: Customer) -> Draft:
    """An order of two lines that came without a quantity in the first."""
    at = timezone.now()
    entry = an_entry(acme, [], received_at=at, po_number="PO-9", requested_on=in_a_fortnight())
    lines = (EntryLine("BOLT", ""), EntryLine("BOLT", "2"))
    taken = take_in_entries([replace(entry, lines=lines)], at=at, actor=API).values[0]
    assert taken.order_id is None
    return Draft.objects.get(pk=taken.draft_id)


def link_in_the_mail(draft: Draft) -> str:
    outbox.drain(timezone.now())
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "li@acme.example"
    (link,) = [line for line in mail.body.splitlines() if "/q/" in line]
    return link[link.index("/q/") :].strip()


def test_2_1d_the_customer_is_asked_just_what_is_missing_and_the_answer_brings_the_order_in(
    acme: Customer, bolt: Product
) -> None:
    draft = incomplete(acme)
    assert draft.status == "asking"
    assert [(f["code"], f["field"]) for f in Question.objects.get().findings] == [("E_MISSING_QTY", "lines/0/quantity")]
    address = link_in_the_mail(draft)
    page = Client().get(address).content.decode()
    assert 'name="lines/0/quantity"' in page
    assert not any(name in page for name in ('name="lines/1/quantity"', 'name="po_number"', 'name="lines/0/item"'))
    assert Order.objects.count() == 0
    answered = Client().post(address, {"lines/0/quantity": "5"})
    assert answered.status_code == 200
    assert came_in() == ("api", "released", "PO-9", [("BOLT", Decimal(5)), ("BOLT", Decimal(2))])
    draft.refresh_from_db()
    question = Question.objects.get()
    assert (draft.status, draft.order_id, question.closed_at is not None) == ("accepted", Order.objects.get().pk, True)
    assert not WorkItem.objects.filter(subject_kind="draft", done_at=None).exists()
    assert StageRecord.objects.filter(stage="picking", finished_at=None).count() == 1


def test_2_1d_an_answer_that_is_wrong_again_is_named_and_changes_nothing(acme: Customer, bolt: Product) -> None:
    draft = incomplete(acme)
    address = question_link(draft.pk, draft.link_version, at=timezone.now())
    address = address[address.index("/q/") :]
    wrong = Client().post(address, {"lines/0/quantity": "five"})
    assert wrong.status_code == 422
    assert "“five” is not a quantity that can be read." in html.unescape(wrong.content.decode())
    assert Question.objects.get(closed_at=None).findings[0]["code"] == "E_QTY_INVALID"
    draft.refresh_from_db()
    assert draft.status == "asking"
    assert (Order.objects.count(), draft.order_id, Stock.objects.get().reserved) == (0, None, 0)
    forged = Client().post(address[:-3] + "abc", {"lines/0/quantity": "5"})
    assert (forged.status_code, Order.objects.count()) == (404, 0)


def test_2_1d_what_waits_for_the_customer_waits_in_sight_of_the_desk(
    acme: Customer, bolt: Product, sign_in: SignIn
) -> None:
    draft = incomplete(acme)
    item = WorkItem.objects.get()
    assert (item.subject_kind, item.subject_id, item.kind, item.role) == ("draft", draft.pk, "question", "clerk")
    assert item.due_at > item.since
    assert "PO-9" in sign_in("clerk").get("/inbox?tab=customer").content.decode()
