"""6.2 Monitoring (监控指标): cycle, on-time delivery and errors are live figures that raise an alarm."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests.makers import CLERK, NOW, a_customer, a_product, policies
from tests.stories.way import lead, receive

from orderloop.access.facts import TokenNew
from orderloop.access.models import Person
from orderloop.access.services import issue_tokens
from orderloop.catalog.models import Product
from orderloop.customers.models import Customer
from orderloop.metrics.services import raise_alarms
from orderloop.orders.models import Order
from orderloop.policy import queries as policies_in_force
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db: None) -> Iterator[Customer]:
    policies_in_force.forget()
    policies()
    yield a_customer("ACME")
    policies_in_force.forget()


@pytest.fixture
def bolt(customer: Customer) -> Product:
    return a_product("BOLT", stock=1000)


@pytest.fixture
def manager(db: None) -> Client:
    client = Client()
    person = Person.objects.create(username="manager", roles=["manager"], language="zh-hans")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def days_ago(days: int) -> str:
    return (timezone.now().astimezone(UTC) - timedelta(days=days)).strftime("%Y-%m-%d 02:00")


def ten_orders(customer: Customer, bolt: Product, *, delivered: int) -> list[int]:
    """Ten orders asked for within eight days and received twenty days ago, delivered so many days ago."""
    wish = (timezone.now() - timedelta(days=12)).date()
    ids = [receive(customer, bolt, 1, days_ago(20), requested_on=wish) for _ in range(10)]
    for order_id in ids:
        lead(order_id, days_ago(delivered))
    return ids


def test_6_2a_a_late_desk_raises_alarms_the_manager_cannot_overlook(
    customer: Customer, bolt: Product, manager: Client
) -> None:
    ids = ten_orders(customer, bolt, delivered=2)
    assert {order.promised_on for order in Order.objects.filter(id__in=ids)} != {None}
    missed = {each.figure.code: each for each in raise_alarms(at=datetime.now(UTC))}
    assert {"cycle_total", "on_time_first", "on_time_requested"} <= set(missed)
    assert (missed["cycle_total"].reading.value, missed["cycle_total"].reading.n) == (18 * 24, 10)
    assert (missed["on_time_first"].reading.value, missed["on_time_first"].target) == (0, Decimal("0.95"))
    waiting = WorkItem.objects.filter(role="manager", kind="figure_missed", done_at=None)
    assert {item.data["figure"] for item in waiting} == set(missed)
    page = manager.get("/cockpit").content.decode()
    assert "未达目标的指标" in page
    assert "接收至交付" in page


def test_6_2a_from_the_alarm_two_clicks_lead_to_the_very_orders(
    customer: Customer, bolt: Product, manager: Client
) -> None:
    ids = ten_orders(customer, bolt, delivered=2)
    cockpit = manager.get("/cockpit").content.decode()
    assert 'href="/cockpit/on_time_first"' in cockpit
    figure = manager.get("/cockpit/on_time_first").content.decode()
    assert 'href="/cockpit/on_time_first/orders?only=missed"' in figure
    orders = manager.get("/cockpit/on_time_first/orders?only=missed").context["orders"]
    assert {row["number"] for row in orders} == set(Order.objects.filter(id__in=ids).values_list("number", flat=True))


def test_6_2a_a_punctual_desk_raises_no_alarm_about_punctuality(customer: Customer, bolt: Product) -> None:
    ten_orders(customer, bolt, delivered=14)
    codes = {each.figure.code for each in raise_alarms(at=datetime.now(UTC))}
    assert not {"cycle_total", "on_time_first", "on_time_requested", "error_rate"} & codes


def test_6_2a_the_figures_are_read_by_api_too(customer: Customer, bolt: Product) -> None:
    ten_orders(customer, bolt, delivered=2)
    client = Client(headers={"Authorization": f"Bearer {figures_token()}"})
    found = {each["code"]: each for each in client.get("/api/v1/figures").json()}
    assert (float(found["cycle_total"]["value"]), found["cycle_total"]["n"], found["cycle_total"]["met"]) == (
        432,
        10,
        False,
    )
    behind = client.get("/api/v1/figures/cycle_total/orders?only_missed=true").json()
    assert len(behind) == 10
    assert client.get("/api/v1/figures/nothing/orders").status_code == 404
    assert client.get("/api/v1/figures?until=0001-01-01").status_code == 422
    assert client.get("/api/v1/figures?since=2026-02-01&until=2026-01-01").status_code == 422


def figures_token() -> str:
    """The secret of a manager's token that may read figures."""
    person = Person.objects.create(username="reader", roles=["manager"])
    token = TokenNew("reports", person.pk, ("figures:read",))
    return next(iter(issue_tokens([token], at=NOW, actor=CLERK).values.values()))
