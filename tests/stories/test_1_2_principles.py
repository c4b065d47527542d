"""1.2 Principles (基本原则).

a  customer first: the customer is told, can see, can correct and can judge (以客户为中心)
b  simple flow: an order that needs no person meets no person; every step earns its place (流程简化)
c  shared information: one record of each order that every stage and role sees at the same moment (信息共享)
d  continuous improvement: a loop from measurement to change to proof of effect (持续改进)

That the customer can judge comes with feedback, and proof of effect on one's own past with the twin: later releases.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests.makers import CLERK, NOW, REVIEWER, a_customer, a_product, an_entry
from tests.stories.conftest import SignIn
from tests.stories.way import API

from orderloop.customers.models import Contact
from orderloop.flow.models import StageRecord
from orderloop.flow.services.decisions import decide_holds
from orderloop.flow.services.take_in import take_in_entries
from orderloop.intake.facts import EntryLine
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.policy.queries import in_force
from orderloop.policy.rules import encode
from orderloop.policy.services import draft_versions, put_in_force
from orderloop.review.facts import SECTION as REVIEW
from orderloop.review.models import Hold, Sheet
from orderloop.review.services import HoldDecision
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def link_of(mail: OutgoingMail, place: str) -> str:
    (line,) = [line for line in mail.body.splitlines() if place in line]
    return line[line.index(place) :].strip()


def test_1_2a_the_customer_corrects_is_told_and_sees_without_calling_anybody() -> None:
    customer, product = a_customer(), a_product(name_en="Road bike", stock=10)
    Contact.objects.create(customer=customer, name="Ms Li", email="li@x.example", is_primary=True)
    at = timezone.now()
    entry = replace(an_entry(customer, [], received_at=at, po_number="PO-9"), lines=(EntryLine(product.sku, ""),))
    take_in_entries([entry], at=at, actor=API)
    outbox.drain(timezone.now())
    assert Client().post(link_of(OutgoingMail.objects.get(), "/q/"), {"lines/0/quantity": "4"}).status_code == 200
    order = Order.objects.get()
    assert order.status == "released"
    outbox.drain(timezone.now())
    told = OutgoingMail.objects.latest("id")
    assert (told.recipient, order.number in told.subject) == ("li@x.example", True)
    seen = Client().get(link_of(told, "/t/"))
    assert seen.status_code == 200
    assert all(word in seen.content.decode() for word in (order.number, "PO-9", "Road bike"))


def test_1_2b_an_order_that_needs_no_person_meets_none_before_the_warehouse() -> None:
    taken = take_in_entries([an_entry(a_customer(), [(a_product(stock=10), 4)])], at=NOW, actor=API).values[0]
    order = Order.objects.get(pk=taken.order_id)
    assert (order.status, order.is_touchless) == ("released", True)
    records = StageRecord.objects.filter(order=order)
    finished = {r.stage: (r.actor_kind, r.minutes, r.finished_at) for r in records if r.finished_at}
    assert set(finished) == {"entry", "review", "stock", "shipping_planning"}
    assert {(kind, minutes, at) for kind, minutes, at in finished.values()} <= {
        ("api", Decimal(0), NOW),
        ("system", Decimal(0), NOW),
    }
    assert list(WorkItem.objects.values_list("kind", "role")) == [("picking", "warehouse")]


def test_1_2c_every_role_sees_the_same_record_of_an_order_at_the_same_moment(sign_in: SignIn) -> None:
    order_id = take_in_entries(
        [an_entry(a_customer(credit="300"), [(a_product(stock=10), 4)])], at=NOW, actor=CLERK
    ).values[0].order_id  # fmt: skip
    order = Order.objects.get(pk=order_id)
    roles = ("clerk", "credit_reviewer", "planner", "buyer", "warehouse", "service", "manager")
    desk = {role: sign_in(role) for role in roles}
    for client in desk.values():
        assert "In review" in client.get(f"/orders/{order.number}").content.decode()
    approved = HoldDecision(Hold.objects.get().pk, "approved", "pays on Friday")
    assert decide_holds([approved], at=NOW + timedelta(hours=1), actor=REVIEWER).all_done
    for client in desk.values():
        assert "Released" in client.get(f"/orders/{order.number}").content.decode()
        assert "pays on Friday" in client.get(f"/review/{order.number}").content.decode()
    assert order.number in desk["warehouse"].get("/work").content.decode()


def test_1_2d_a_rule_is_changed_as_a_new_version_and_every_decision_tells_under_which_it_was_taken() -> None:
    customer, product = a_customer(credit="10000000"), a_product(stock=1000)
    before, after = (an_entry(customer, [(product, 100)], key=key) for key in (1, 2))
    first = take_in_entries([before], at=NOW, actor=API).values[1]
    old = in_force(REVIEW)
    stricter = encode(REVIEW, replace(old.value, large_amount=Decimal(10_000)))
    draft = draft_versions({"review": stricter}, at=NOW, actor=CLERK, note="Too many risky orders").values["review"]
    tried = take_in_entries([an_entry(customer, [(product, 100)], key=3)], at=NOW, actor=API).values[3]
    assert (first.status, tried.status) == ("released", "released")  # A draft governs nothing yet.
    assert put_in_force([draft], at=NOW, actor=REVIEWER, note="Agreed on Monday").all_done
    second = take_in_entries([after], at=NOW + timedelta(minutes=1), actor=API).values[2]
    assert (second.status, second.holds) == ("in_review", ("amount",))
    versions = dict(Sheet.objects.values_list("order_id", "policy_id"))
    assert versions == {first.order_id: old.version_id, tried.order_id: old.version_id, second.order_id: draft}
