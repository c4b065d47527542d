"""Orders as the desk meets them: taken in a moment ago, held for credit, or short of goods."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.makers import CLERK, a_customer, a_product, an_entry

from orderloop.flow.services.take_in import take_in_entries
from orderloop.orders.models import Order


def taken_in(*wishes: tuple[Any, list[tuple[Any, int]]], **fields: Any) -> list[Order]:
    since = timezone.now() - timedelta(hours=1)
    entries = [
        an_entry(customer, lines, key=n, received_at=since, **fields) for n, (customer, lines) in enumerate(wishes)
    ]
    taken = take_in_entries(entries, at=timezone.now(), actor=CLERK).values
    return [Order.objects.get(id=taken[n].order_id) for n in range(len(wishes))]


def a_held_order() -> Order:
    return taken_in((a_customer(credit="300"), [(a_product(stock=10), 4)]))[0]


def a_short_order() -> Order:
    return taken_in((a_customer(), [(a_product(stock=0), 3)]))[0]


def status_of(order: Order) -> str:
    order.refresh_from_db()
    return order.status
