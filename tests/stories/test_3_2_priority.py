"""3.2 Priority (优先级).

a  from several factors together: the customer's importance, urgency, profit (客户重要性、紧急程度、利润)
b  adjusted flexibly as things change, by rule and by hand, with a reason (灵活调整)
"""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from tests.makers import CLERK, NOW, REVIEWER, a_customer, a_product, a_warehouse, an_entry
from tests.stories.conftest import SignIn
from tests.stories.way import API

from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.decisions import rescore_orders, set_priorities
from orderloop.flow.services.take_in import take_in_entries
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Reservation
from orderloop.orders.models import Event, Order
from orderloop.triage.models import Score
from orderloop.triage.services import ManualPriority
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def receive(customer: Any, *lines: tuple[Any, int], **fields: Any) -> Order:
    taken = take_in_entries([an_entry(customer, lines, **fields)], at=NOW, actor=API).values[0]
    assert taken.order_id is not None, taken.findings
    return Order.objects.get(pk=taken.order_id)


def terms(order: Order) -> dict[str, D]:
    found = Score.objects.get(order=order).terms
    return {term["name"]: D(str(_plain(term["points"]))) for term in found}


def _plain(value: Any) -> Any:
    return next(iter(value.values())) if isinstance(value, dict) else value


def test_3_2a_the_score_is_the_sum_of_terms_that_can_each_be_shown(sign_in: SignIn) -> None:
    # An A customer; asked for in 15 of 30 days; profit 40 x 100 = 4,000 of 20,000; received today.
    wish = (NOW + timedelta(days=15)).date()
    order = receive(a_customer(importance="A"), (a_product(stock=200), 100), requested_on=wish)
    assert terms(order) == {"customer": D(35), "urgency": D("17.5"), "profit": D(4), "waiting": D(0)}
    assert order.priority == D("56.5")
    page = sign_in("planner").get(f"/orders/{order.number}").content.decode()
    assert all(word in page for word in ("Importance of the customer", "Urgency", "Profit", "Time waited"))


def test_3_2a_each_factor_alone_moves_an_order_ahead() -> None:
    product, dear = a_product(stock=1000), a_product(price="1000", cost="100", stock=1000)
    plain_order = receive(a_customer(importance="C"), (product, 10))
    better_customer = receive(a_customer(importance="A"), (product, 10))
    sooner = receive(a_customer(importance="C"), (product, 10), requested_on=(NOW + timedelta(days=5)).date())
    more_profit = receive(a_customer(importance="C"), (dear, 10))
    assert all(order.priority > plain_order.priority for order in (better_customer, sooner, more_profit))


def test_3_2b_a_planner_puts_an_order_first_by_hand_with_a_reason_and_until_when() -> None:
    product = a_product(stock=0)
    key, ordinary = receive(a_customer(importance="A"), (product, 5)), receive(a_customer(importance="C"), (product, 5))
    wish = ManualPriority(ordinary.pk, D(500), "promised by the director", NOW + timedelta(days=1))
    assert set_priorities([wish], at=NOW + timedelta(hours=1), actor=REVIEWER).all_done
    ordinary.refresh_from_db()
    event = Event.objects.get(order=ordinary, kind="priority")
    assert (ordinary.priority, event.reason, event.actor_name) == (500, "promised by the director", REVIEWER.name)
    assert Reservation.objects.get(order=ordinary).priority == 500
    assert WorkItem.objects.get(order=ordinary, done_at=None).priority == 500
    goods = [MoveNew(product.pk, a_warehouse().pk, "receipt", D(5), "R1")]
    receive_goods({}, goods, at=NOW + timedelta(hours=2), actor=CLERK)
    ordinary.refresh_from_db()
    key.refresh_from_db()
    assert (ordinary.status, key.status) == ("released", "confirmed")


def test_3_2b_without_a_reason_or_beyond_its_time_nothing_changes() -> None:
    order = receive(a_customer(), (a_product(stock=0), 5))
    before = order.priority
    for wish in (
        ManualPriority(order.pk, D(500), " ", NOW + timedelta(days=1)),
        ManualPriority(order.pk, D(500), "because", NOW - timedelta(days=1)),
        ManualPriority(order.pk, D(500), "because", NOW + timedelta(days=300)),
    ):
        assert set_priorities([wish], at=NOW, actor=REVIEWER).refused
    order.refresh_from_db()
    assert (order.priority, Score.objects.get(order=order).manual_score) == (before, None)
    assert not Event.objects.filter(order=order, kind="priority").exists()


def test_3_2b_by_rule_an_order_rises_as_its_day_comes_near_and_the_longer_it_waits() -> None:
    order = receive(a_customer(importance="C"), (a_product(stock=0), 1), requested_on=(NOW + timedelta(days=30)).date())
    assert terms(order)["urgency"] == terms(order)["waiting"] == 0
    rescore_orders([order.pk], at=NOW + timedelta(days=7))
    after = terms(order)
    assert after["waiting"] == 5
    assert after["urgency"] == D("8.167")
    order.refresh_from_db()
    assert order.priority == sum(after.values())


def test_3_2b_what_was_set_by_hand_ends_with_its_time() -> None:
    order = receive(a_customer(), (a_product(stock=0), 5))
    computed = order.priority
    set_priorities([ManualPriority(order.pk, D(1), "let others pass", NOW + timedelta(days=1))], at=NOW, actor=REVIEWER)
    rescore_orders([order.pk], at=NOW + timedelta(hours=2))
    order.refresh_from_db()
    assert order.priority == 1
    rescore_orders([order.pk], at=NOW + timedelta(days=1, hours=1))
    order.refresh_from_db()
    assert order.priority > computed
