"""6.1 Tracking (订单跟踪).

a  every order visible in real time from receipt to delivery, in every stage (全程跟踪)
b  the customer is told of progress regularly (定期反馈进度)
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.makers import CLERK, NOW, a_customer, a_product, an_entry
from tests.shown import text_of
from tests.stories.conftest import SignIn
from tests.stories.way import API, deliver, lead, pick, receive, send

from orderloop.customers.models import Contact, Customer
from orderloop.flow.services.decisions import cancel_orders
from orderloop.flow.services.take_in import take_in_entries
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.models import Event, Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.tracking.jobs import tracking_link
from orderloop.tracking.queries import timeline_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


@pytest.fixture
def acme(desk: None) -> Customer:
    customer = a_customer("ACME")
    Contact.objects.create(customer=customer, name="Ms Li", email="li@acme.example", is_primary=True)
    return customer


def link_to(order: Order) -> str:
    address = tracking_link(order.pk, order.link_version, at=timezone.now())
    return address[address.index("/t/") :]


def subjects() -> list[str]:
    outbox.drain(timezone.now())
    outbox.drain(timezone.now() + timedelta(days=90))
    return list(OutgoingMail.objects.order_by("id").values_list("subject", flat=True))


def test_6_1a_an_order_is_visible_in_every_stage_of_its_way(acme: Customer, sign_in: SignIn) -> None:
    desk = sign_in("service")

    def seen(order: Order) -> str:
        assert order.number in text_of(desk.get("/orders"))
        return text_of(desk.get(f"/orders/{order.number}"))

    order = Order.objects.get(pk=receive(acme, a_product(stock=10), 4, "2026-11-02 02:00"))
    assert "Released" in seen(order)
    shipment = pick(order.pk, "2026-11-02 03:00", "2026-11-02 03:10")
    assert "Zhang San" in seen(order)
    send(shipment, "2026-11-02 04:00", "2026-11-02 04:10")
    assert "DHL" in seen(order) and "T1" in seen(order)
    deliver(shipment, "2026-11-04 02:00")
    assert "Delivered" in seen(order)


def test_6_1a_one_timeline_holds_everything_from_receipt_to_delivery_in_its_order(acme: Customer) -> None:
    order_id = receive(acme, a_product(stock=10), 4, "2026-11-02 02:00")
    lead(order_id, "2026-11-04 02:00")
    entries = timeline_for([order_id])[order_id]
    codes = [entry.code for entry in entries if entry.kind == "order"]
    assert sorted(codes) == sorted(["received", "confirmed", "released", "shipped", "delivered"])
    assert sorted(entries, key=lambda e: e.at) in (list(entries), list(reversed(entries)))
    assert {entry.actor for entry in entries if entry.code == "received"} == {"Shop"}


def test_6_1a_the_history_has_no_gaps_and_leads_to_the_present_state(acme: Customer) -> None:
    order_id = receive(acme, a_product(stock=10), 4, "2026-11-02 02:00")
    lead(order_id, "2026-11-04 02:00")
    history = list(
        Event.objects.filter(order_id=order_id).order_by("n").values_list("n", "status_before", "status_after")
    )
    assert [n for n, _, _ in history] == [1, 2, 3, 4, 5]
    assert [after for _, _, after in history] == ["in_review", "confirmed", "released", "shipped", "delivered"]
    assert [before for _, before, _ in history] == ["", "in_review", "confirmed", "released", "shipped"]
    assert check_invariants() == []


def test_6_1a_the_customer_follows_the_order_by_link_without_signing_in(acme: Customer) -> None:
    product = a_product("BIKE", stock=10, name_en="Road bike")
    entry = an_entry(acme, [(product, 4)], po_number="PO-77", note="internal")
    order = Order.objects.get(pk=take_in_entries([entry], at=NOW, actor=API).values[0].order_id)
    page = Client().get(link_to(order))
    assert page.status_code == 200
    assert all(word in page.content.decode() for word in (order.number, "PO-77", "Road bike"))
    assert Client().get(link_to(order)[:-3] + "abc").status_code == 404
    Order.objects.filter(pk=order.pk).update(link_version=2)
    assert Client().get(link_to(order)).status_code in (404, 410)


def test_6_1a_a_customer_signed_in_sees_the_own_orders_only(acme: Customer, sign_in: SignIn) -> None:
    product = a_product(stock=10)
    own = Order.objects.get(pk=receive(acme, product, 1, "2026-11-02 02:00"))
    other = Order.objects.get(pk=receive(a_customer("OTHER"), product, 1, "2026-11-02 02:00"))
    buyer = sign_in("customer", customer=acme)
    page = buyer.get("/", follow=True)
    assert page.status_code == 200
    words = page.content.decode()
    assert own.number in words
    assert other.number not in words
    assert buyer.get(f"/orders/{other.number}").status_code in (403, 404)


def test_6_1b_the_customer_is_told_of_each_step_once(acme: Customer) -> None:
    order = Order.objects.get(pk=receive(acme, a_product(stock=10), 4, "2026-11-02 02:00", po_number="PO-5"))
    lead(order.pk, "2026-11-04 02:00")
    told = subjects()
    assert len(told) == 3
    assert all("PO-5" in subject and order.number in subject for subject in told)
    assert subjects() == told
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {"li@acme.example"}


def test_6_1b_a_cancelled_order_is_told_and_a_refused_cancelling_is_not(acme: Customer) -> None:
    product = a_product(stock=10)
    kept, dropped = (receive(acme, product, 4, "2026-11-02 02:00") for _ in range(2))
    pick(kept, "2026-11-02 03:00", "2026-11-02 03:10")
    outcome = cancel_orders([kept, dropped], reason="changed plans", at=NOW, actor=CLERK)
    assert (outcome.done_ids, [entry.id for entry in outcome.refused]) == ((dropped,), [kept])
    subjects()
    told = list(OutgoingMail.objects.filter(subject__icontains="cancel").values_list("order_id", flat=True))
    assert told == [dropped]


def test_6_1b_mails_speak_the_customers_language() -> None:
    chinese = a_customer("HX", language="zh-hans")
    Contact.objects.create(customer=chinese, name="李", email="li@hx.example", is_primary=True)
    receive(chinese, a_product(stock=10, name_zh="公路自行车"), 4, "2026-11-02 02:00")
    subjects()
    body = OutgoingMail.objects.get().body
    assert "尊敬的" in body and "公路自行车" in body
