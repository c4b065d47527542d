"""What is kept of ended orders gives the very figures that the record gives, also while and after it changes."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from tests.metrics.record import NOVEMBER, a_stage, an_order, at

from orderloop.customers.models import Customer, Invoice
from orderloop.flow.models import StageRecord
from orderloop.fulfilment.models import Shipment, ShipmentLine
from orderloop.intake.models import Draft, Question
from orderloop.metrics import services
from orderloop.metrics.facts import BY_CODE, FigureFilter
from orderloop.metrics.queries import figures, measured
from orderloop.orders.models import Event, Line, Order
from orderloop.platform.bulk import fetch_all
from orderloop.tracking.models import Notice
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db

FILTERS = (NOVEMBER, replace(NOVEMBER, channel="mail"), replace(NOVEMBER, customer="acme", size_class="small"))


def everything(asked: FigureFilter) -> dict[str, Any]:
    """All figures with their trends, the causes of errors, and the orders behind each figure."""
    return {
        "figures": figures.figures_for(list(BY_CODE), asked),
        "causes": figures.causes_for(asked),
        "behind": {code: figures.orders_behind(code, asked) for code in BY_CODE},
    }


@pytest.fixture
def of_the_record(monkeypatch: pytest.MonkeyPatch) -> Callable[[FigureFilter], dict[str, Any]]:
    def read(asked: FigureFilter) -> dict[str, Any]:
        with monkeypatch.context() as patch:
            patch.setattr(measured, "source_for", lambda asked, since: measured.Source(None))
            return everything(asked)

    return read


def measure() -> None:
    while services.measure_orders(limit=7):
        continue


def some_orders(customer: Customer, chance: random.Random, count: int) -> list[Order]:
    """Orders of every kind: open, late, short, wrongly billed, done twice, acknowledged late or never."""
    made = []
    for _ in range(count):
        received = at("2026-10-20 00:00") + timedelta(minutes=chance.randrange(60 * 24 * 35))
        delivered = received + timedelta(minutes=chance.randrange(60 * 24 * 14))
        given: dict[str, Any] = {
            "channel": chance.choice(["api", "mail"]), "by": chance.choice(["api", "person"]),
            "size": chance.choice(["small", "large"]), "picked": chance.choice([10, 10, 7]), "asked": 10,
            **{name: f"2026-11-{chance.randrange(1, 29):02}" for name in ("requested", "first", "promised")},
        }  # fmt: skip
        if chance.random() < 0.7:
            given["acknowledged"] = f"{received + timedelta(minutes=chance.randrange(90)):%Y-%m-%d %H:%M}"
        if chance.random() < 0.5:
            given["billed"] = chance.choice([100, 90])
        ended = f"{delivered:%Y-%m-%d %H:%M}" if chance.random() < 0.8 else ""
        order = an_order(customer, f"{received:%Y-%m-%d %H:%M}", ended, **given)
        moments = [f"{received:%Y-%m-%d %H:%M}"] * 3
        a_stage(order, "review", *moments, round=chance.choice([1, 1, 2]), minutes=chance.randrange(400))
        made.append(order)
    return made


def a_further_bill(order: Order) -> None:
    day = order.received_at.date()
    Invoice.objects.create(
        number=f"C-{order.pk}", customer=order.customer, order=order, amount=10, issued_on=day, due_on=day
    )


CHANGES: dict[str, Callable[[Order], object]] = {
    "a further bill": lambda order: a_further_bill(order),
    "a bill corrected": lambda order: Invoice.objects.filter(order=order).update(amount=100),
    "a bill taken back": lambda order: Invoice.objects.filter(order=order).delete(),
    "a promise moved": lambda order: Line.objects.filter(order=order).update(promised_on="2026-12-01"),
    "a count corrected": lambda order: Line.objects.filter(order=order).update(shipped=3),
    "a delivery dated anew": lambda order: Shipment.objects.filter(order=order).update(
        delivered_at=at("2026-11-29 00:00")
    ),
    "a pick corrected": lambda order: ShipmentLine.objects.filter(shipment__order=order).update(picked=2),
    "the order dated anew": lambda order: Order.objects.filter(pk=order.pk).update(delivered_at=at("2026-11-28 00:00")),
    "minutes corrected": lambda order: StageRecord.objects.filter(order=order).update(minutes=111),
    "a stage gone through again": lambda order: a_stage(
        order, "stock", "2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00", round=3
    ),
    "work sent back": lambda order: WorkItem.objects.create(
        kind="picking", role="planner", subject_kind="order", subject_id=order.pk, order=order, title="",
        since=timezone.now(), due_at=timezone.now(), sent_back_cause="wrong bin",
    ),
    "a person's hand": lambda order: Event.objects.create(
        order=order, n=9, at=order.received_at, kind="remarked", status_before="in_review", status_after="in_review",
        actor_kind="person", actor_name="x",
    ),
    "sent back to review": lambda order: Event.objects.create(
        order=order, n=9, at=order.received_at, kind="held", status_before="confirmed", status_after="in_review",
        actor_kind="system", actor_name="x",
    ),
    "the customer told late": lambda order: Notice.objects.create(
        order=order, event="confirmed", at=order.received_at - timedelta(minutes=5)
    ),
    "the customer asked": lambda order: Question.objects.create(
        draft=Draft.objects.create(
            channel="mail", status="accepted", body={}, created_at=order.received_at, updated_at=order.received_at,
            ended_at=order.received_at, order_id=order.pk,
        ),
        findings=[], asked_at=order.received_at, asked_by="system", due_at=order.received_at,
    ),
    "opened again": lambda order: Order.objects.filter(pk=order.pk).update(status="released", closed_at=None),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_kept_orders_give_the_figures_of_the_record(
    seed: int, customer: Customer, of_the_record: Callable[[FigureFilter], dict[str, Any]]
) -> None:
    some_orders(customer, random.Random(seed), 25)
    before = [everything(asked) for asked in FILTERS]
    measure()
    ended = Order.objects.filter(closed_at__isnull=False).count()
    assert fetch_all("SELECT count(*) FROM metrics_measured") == [(ended,)]
    assert [everything(asked) for asked in FILTERS] == before == [of_the_record(asked) for asked in FILTERS]


@pytest.fixture
def order(customer: Customer) -> Iterator[Order]:
    """A delivered order among others, all measured."""
    some_orders(customer, random.Random(5), 4)
    order = an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", acknowledged="2026-11-02 00:30", billed=90)
    a_stage(order, "review", "2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00", minutes=3)
    measure()
    yield order


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_shows_at_once_and_when_measured_again(
    change: str, order: Order, of_the_record: Callable[[FigureFilter], dict[str, Any]]
) -> None:
    before = everything(NOVEMBER)
    CHANGES[change](order)
    now = of_the_record(NOVEMBER)
    assert everything(NOVEMBER) == now != before
    measure()
    assert fetch_all("SELECT count(*) FROM metrics_changed") == [(0,)]
    assert everything(NOVEMBER) == now


def test_without_its_mark_a_change_would_not_show(
    order: Order, of_the_record: Callable[[FigureFilter], dict[str, Any]]
) -> None:
    before = everything(NOVEMBER)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE customers_invoice DISABLE TRIGGER USER")
        CHANGES["a further bill"](order)
        cursor.execute("ALTER TABLE customers_invoice ENABLE TRIGGER USER")
    assert everything(NOVEMBER) == before != of_the_record(NOVEMBER)


def test_what_was_reckoned_with_other_prices_is_not_believed(
    order: Order, of_the_record: Callable[[FigureFilter], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    basis = measured.basis()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE metrics_costs SET cost = 1")
    assert everything(NOVEMBER) != of_the_record(NOVEMBER)  # it is what is kept that was read
    monkeypatch.setattr(measured, "basis", lambda: f"{basis} in other days")
    assert everything(NOVEMBER) == of_the_record(NOVEMBER)
    measure()
    assert fetch_all("SELECT basis FROM metrics_basis") == [(f"{basis} in other days",)]
    assert everything(NOVEMBER) == of_the_record(NOVEMBER)


@pytest.mark.django_db(transaction=True)
def test_of_a_record_that_was_emptied_nothing_is_kept(order: Order) -> None:
    call_command("flush", interactive=False, verbosity=0)
    for table in ("metrics_measured", "metrics_changed", "metrics_basis", *measured.statements_to_keep()):
        assert fetch_all(f"SELECT count(*) FROM {table}") == [(0,)]
