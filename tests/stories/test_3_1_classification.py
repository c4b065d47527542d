"""3.1 Classification (订单分类).

a  by product line, so that specialists handle it (产品类型)
b  large and small amount, large ones with more attention and resources (大额、小额)
c  urgent and ordinary by delivery date, urgent first (紧急、普通)
"""

from datetime import date
from typing import Any

import pytest
from tests.makers import NOW, a_customer, a_product, an_entry
from tests.stories.conftest import SignIn
from tests.stories.way import API

from orderloop.catalog.models import ProductLine
from orderloop.flow.services.take_in import take_in_entries
from orderloop.orders.models import Order
from orderloop.review.models import Hold, Sheet
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def receive(customer: Any, *lines: tuple[Any, int], **fields: Any) -> Order:
    taken = take_in_entries([an_entry(customer, lines, **fields)], at=NOW, actor=API).values[0]
    assert taken.order_id is not None, taken.findings
    return Order.objects.get(pk=taken.order_id)


def test_3_1a_an_order_belongs_to_the_product_line_that_makes_most_of_its_value(sign_in: SignIn) -> None:
    bike, helmet = a_product("BIKE", price="900", stock=50), a_product("HELMET", price="40", stock=50)
    gear = ProductLine.objects.create(code="GEAR", name_en="Gear", name_zh="装备")
    helmet.line = gear
    helmet.save()
    customer = a_customer()
    bikes = receive(customer, (bike, 1), (helmet, 5))
    helmets = receive(customer, (helmet, 30), (bike, 1))
    assert (bikes.product_line.code, helmets.product_line.code) == ("BIKES", "GEAR")
    page = sign_in("manager").get(f"/orders?line={gear.pk}")
    assert page.status_code == 200


def test_3_1b_orders_from_the_large_amount_on_are_large_and_a_manager_looks_at_their_risk() -> None:
    product, customer = a_product(price="1000", cost="600", stock=500), a_customer(credit="10000000")
    small, large = receive(customer, (product, 99)), receive(customer, (product, 100))
    assert (small.size_class, large.size_class) == ("small", "large")
    assert not Hold.objects.filter(order=small).exists()
    assert Hold.objects.get(order=large).role == "manager"
    assert "risk" in Sheet.objects.get(order=large).checks


def test_3_1c_an_order_asked_for_within_a_week_is_urgent_and_comes_first_in_the_work(sign_in: SignIn) -> None:
    product, customer = a_product(stock=100), a_customer()
    ordinary = receive(customer, (product, 1), requested_on=date(2026, 12, 1))
    urgent = receive(customer, (product, 1), requested_on=date(2026, 11, 30))
    assert (ordinary.is_urgent, urgent.is_urgent) == (False, True)
    assert urgent.priority > ordinary.priority
    by_priority = WorkItem.objects.filter(kind="picking").order_by("-priority").values_list("order_id", flat=True)
    assert list(by_priority) == [urgent.pk, ordinary.pk]
    shown = sign_in("clerk").get("/orders?urgent=1").content.decode()
    assert urgent.number in shown
    assert ordinary.number not in shown


def test_3_1c_what_lacks_goes_to_the_urgent_order_first() -> None:
    product, customer = a_product(stock=5), a_customer()
    entries = [
        an_entry(customer, [(product, 5)], key=1, requested_on=date(2026, 12, 20)),
        an_entry(customer, [(product, 5)], key=2, requested_on=date(2026, 11, 27)),
    ]
    taken = take_in_entries(entries, at=NOW, actor=API).values
    assert (taken[1].status, taken[2].status) == ("confirmed", "released")
