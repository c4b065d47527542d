"""From entry to released order, in one transaction, on sets."""

from decimal import Decimal

import pytest
from tests.makers import CLERK, NOW, a_customer, a_product, an_entry, policies

from orderloop.flow.models import StageRecord
from orderloop.flow.services.take_in import take_in_entries
from orderloop.inventory.models import Reservation, Stock
from orderloop.orders.models import Event, Order
from orderloop.review.models import Hold, Sheet
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def test_an_order_that_needs_no_person_goes_from_entry_to_released():
    policies()
    customer, product = a_customer(), a_product(stock=10)
    outcome = take_in_entries([an_entry(customer, [(product, 4)])], at=NOW, actor=CLERK)
    taken = outcome.values[0]
    order = Order.objects.get(id=taken.order_id)
    assert (order.status, taken.status) == ("released", "released")
    assert [e.kind for e in Event.objects.filter(order=order).order_by("n")] == ["received", "confirmed", "released"]
    assert Stock.objects.get(product=product).reserved == Decimal(4)
    assert Reservation.objects.get(order=order).reserved == Decimal(4)
    assert Sheet.objects.get(order=order).verdict == "confirm"
    stages = {s.stage: s.finished_at is not None for s in StageRecord.objects.filter(order=order)}
    assert stages == {"entry": True, "review": True, "stock": True, "shipping_planning": True, "picking": False}
    assert WorkItem.objects.get(order=order).kind == "picking"
    customer.credit.refresh_from_db()
    assert customer.credit.open_orders == order.gross


def test_an_order_over_the_limit_is_held_and_reserves_nothing():
    policies()
    customer, product = a_customer(credit="300"), a_product(stock=10)
    taken = take_in_entries([an_entry(customer, [(product, 4)])], at=NOW, actor=CLERK).values[0]
    assert (taken.status, taken.holds) == ("in_review", ("credit",))
    assert Hold.objects.get().kind == "credit"
    assert Stock.objects.get(product=product).reserved == 0
    assert WorkItem.objects.get().kind == "hold_credit"
    customer.credit.refresh_from_db()
    assert customer.credit.open_orders == 0


@pytest.mark.parametrize("size", [1, 20])
def test_the_number_of_statements_does_not_grow_with_the_set(size, django_assert_num_queries):
    policies()
    customers, products = [a_customer() for _ in range(3)], [a_product(stock=1000) for _ in range(4)]
    entries = [
        an_entry(customers[k % 3], [(products[k % 4], 2), (products[(k + 1) % 4], 1)], key=k) for k in range(size)
    ]
    take_in_entries([an_entry(customers[0], [(products[0], 1)])], at=NOW, actor=CLERK)
    with django_assert_num_queries(19):
        outcome = take_in_entries(entries, at=NOW, actor=CLERK)
    assert outcome.counts == {"done": size, "refused": 0, "stale": 0}
