"""Whatever people and customers do in whatever order, stock, credit, history and record stay true."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.makers import CLERK, NOW, REVIEWER, a_customer, a_product, a_warehouse, an_entry, policies

from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.decisions import cancel_orders, decide_holds, rescore_orders, set_priorities
from orderloop.flow.services.shipping import (
    confirm_picks,
    deliver_shipments,
    pack_shipments,
    ship_orders_completely,
    ship_shipments,
    start_picks,
)
from orderloop.flow.services.take_in import take_in_entries
from orderloop.fulfilment.facts import Delivery, Packing, Picked, ShipOrder, ShipOut
from orderloop.fulfilment.models import Shipment, ShipmentLine
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Move
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.models import Order
from orderloop.review.models import Hold
from orderloop.review.services import HoldDecision
from orderloop.triage.services import ManualPriority

pytestmark = pytest.mark.django_db

PIECES = st.integers(1, 8)
LINES = st.lists(st.tuples(st.integers(0, 3), PIECES), min_size=1, max_size=3, unique_by=lambda line: line[0])


class Crash(Exception):
    """The process dies before its transaction is committed."""


class Desk(RuleBasedStateMachine):
    """Every rule is one call somebody makes; the model is what must have gone in and out."""

    @initialize()
    def found(self):
        self.savepoint = transaction.savepoint()
        policies()
        self.customers = [a_customer(credit="3000", importance=grade) for grade in "ABC"]
        self.products = [a_product(stock=12, price="100") for _ in range(3)] + [a_product(stock=0, price="50")]
        self.came_in, self.now = Decimal(36), NOW

    def _tick(self):
        self.now += timedelta(minutes=7)
        return self.now

    @rule(customer=st.integers(0, 2), lines=LINES, crash=st.booleans())
    def receive_order(self, customer, lines, crash):
        entry = an_entry(self.customers[customer], [(self.products[p], q) for p, q in lines], received_at=self._tick())
        before = Order.objects.count()
        try:
            with transaction.atomic():
                take_in_entries([entry], at=self.now, actor=CLERK)
                if crash:
                    raise Crash
        except Crash:
            assert Order.objects.count() == before
        else:
            assert Order.objects.count() == before + 1

    @precondition(lambda self: Hold.objects.filter(status="open").exists())
    @rule(approve=st.booleans())
    def decide(self, approve):
        hold = Hold.objects.filter(status="open").order_by("id").first()
        decision = HoldDecision(hold.pk, "approved" if approve else "rejected", "looked at")
        assert decide_holds([decision], at=self._tick(), actor=REVIEWER).all_done

    @rule(product=st.integers(0, 3), pieces=PIECES)
    def goods_arrive(self, product, pieces):
        move = MoveNew(self.products[product].pk, a_warehouse().pk, "receipt", Decimal(pieces), "R")
        receive_goods({}, [move], at=self._tick(), actor=CLERK)
        self.came_in += pieces

    @precondition(lambda self: Order.objects.filter(status__in=["released", "part_shipped"]).exists())
    @rule()
    def ship_at_once(self):
        order = Order.objects.filter(status__in=["released", "part_shipped"]).order_by("-priority", "id").first()
        ship_orders_completely([ShipOrder(order.pk, "SF", "1")], at=self._tick(), actor=CLERK)

    @precondition(lambda self: Order.objects.filter(status__in=["released", "part_shipped"]).exists())
    @rule(short=st.booleans())
    def pick_pack_and_ship(self, short):
        order = Order.objects.filter(status__in=["released", "part_shipped"]).order_by("id").first()
        started = start_picks([order.pk], at=self._tick(), actor=CLERK).values
        for shipment_id in started.get(order.pk, ()):
            asked = {line.line_id: line.quantity for line in ShipmentLine.objects.filter(shipment_id=shipment_id)}
            first = min(asked)
            if short and asked[first] > 1:
                asked[first] -= 1
            assert confirm_picks([Picked(shipment_id, asked, "one damaged")], at=self._tick(), actor=CLERK).all_done
            assert pack_shipments([Packing(shipment_id)], at=self._tick(), actor=CLERK).all_done
            assert ship_shipments([ShipOut(shipment_id, "SF", "2")], at=self._tick(), actor=CLERK).all_done

    @precondition(lambda self: Shipment.objects.filter(status="shipped").exists())
    @rule()
    def deliver(self):
        shipment = Shipment.objects.filter(status="shipped").order_by("id").first()
        assert deliver_shipments([Delivery(shipment.pk, "Zhang")], at=self._tick(), actor=CLERK).all_done

    @precondition(lambda self: Order.objects.exists())
    @rule(which=st.integers(0, 50))
    def cancel(self, which):
        order = Order.objects.order_by("id")[which % Order.objects.count()]
        cancel_orders([order.pk], reason="changed plans", at=self._tick(), actor=CLERK)

    @precondition(lambda self: Order.objects.exclude(status__in=["delivered", "cancelled", "rejected"]).exists())
    @rule(score=st.integers(0, 900))
    def push(self, score):
        order = Order.objects.exclude(status__in=["delivered", "cancelled", "rejected"]).order_by("id").first()
        at = self._tick()
        set_priorities(
            [ManualPriority(order.pk, Decimal(score), "asked for", at + timedelta(hours=1))], at=at, actor=REVIEWER
        )

    @rule(hours=st.integers(1, 48))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        rescore_orders(list(Order.objects.values_list("id", flat=True)), at=self.now)

    @invariant()
    def everything_agrees(self):
        if hasattr(self, "products"):
            assert check_invariants() == []
            shipped = -sum(move.quantity for move in Move.objects.filter(kind="shipment"))
            on_hand = sum(move.quantity for move in Move.objects.all())
            assert on_hand + shipped == self.came_in

    def teardown(self):
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)


def _run(examples):
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_everything_agrees():
    _run(15)


def test_the_machine_would_notice_credit_not_given_back(monkeypatch):
    """Control: with one counter left alone, the same machine fails."""
    monkeypatch.setattr("orderloop.customers.services.add_open_orders", lambda amounts: None)
    with pytest.raises((AssertionError, IntegrityError)):
        _run(60)
