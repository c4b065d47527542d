"""Orders held, approved, short, filled, shipped, delivered, cancelled: state, stock, credit and record agree."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.makers import CLERK, NOW, REVIEWER, a_customer, a_product, a_warehouse, an_entry, policies

from orderloop.customers.models import CreditAccount, Invoice
from orderloop.flow.models import StageRecord
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
from orderloop.fulfilment.models import Shipment
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Stock
from orderloop.orders.models import Event, Line, Order
from orderloop.orders.rules import replayed_status
from orderloop.review.models import Hold
from orderloop.review.services import HoldDecision
from orderloop.triage.services import ManualPriority
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def _later(hours):
    return NOW + timedelta(hours=hours)


def _take_in(*entries):
    taken = take_in_entries(entries, at=NOW, actor=CLERK).values
    return [Order.objects.get(id=taken[entry.key].order_id) for entry in entries]


def _check(order):
    order.refresh_from_db()
    history = list(Event.objects.filter(order=order).order_by("n"))
    assert [event.n for event in history] == list(range(1, order.version + 1))
    assert replayed_status([(event.status_before, event.status_after) for event in history]) == order.status
    return order.status


def _work(order):
    return sorted(WorkItem.objects.filter(order=order, done_at=None).values_list("kind", flat=True))


def _running(order):
    return sorted(StageRecord.objects.filter(order=order, finished_at=None).values_list("stage", flat=True))


def test_an_approved_hold_leads_the_order_on_and_uses_the_credit():
    policies()
    customer, product = a_customer(credit="300"), a_product(stock=10)
    [order] = _take_in(an_entry(customer, [(product, 4)]))
    outcome = decide_holds(
        [HoldDecision(Hold.objects.get().pk, "approved", "pays on Friday")], at=_later(2), actor=REVIEWER
    )
    assert outcome.all_done
    assert _check(order) == "released"
    assert (order.is_touchless, _work(order), _running(order)) == (False, ["picking"], ["picking"])
    assert CreditAccount.objects.get().open_orders == 400
    assert Stock.objects.get(product=product).reserved == 4
    review = StageRecord.objects.get(order=order, stage="review")
    assert (review.actor_name, review.finished_at) == (REVIEWER.name, _later(2))


def test_a_rejected_order_ends_without_a_trace_in_stock_and_credit():
    policies()
    customer, product = a_customer(credit="300"), a_product(stock=10)
    [order] = _take_in(an_entry(customer, [(product, 4)]))
    decide_holds([HoldDecision(Hold.objects.get().pk, "rejected", "too risky")], at=_later(1), actor=REVIEWER)
    assert (_check(order), _work(order), _running(order)) == ("rejected", [], [])
    assert CreditAccount.objects.get().open_orders == 0


def test_a_decision_without_a_reason_changes_nothing():
    policies()
    [order] = _take_in(an_entry(a_customer(credit="300"), [(a_product(), 4)]))
    outcome = decide_holds([HoldDecision(Hold.objects.get().pk, "approved", " ")], at=_later(1), actor=REVIEWER)
    assert outcome.refused[0].reasons[0].code == "reason_missing"
    assert (_check(order), Hold.objects.get().status) == ("in_review", "open")


def test_goods_that_arrive_go_to_the_higher_priority_first_and_release_it():
    policies()
    product = a_product(stock=0)
    a, c = a_customer(importance="A"), a_customer(importance="C")
    a_warehouse()
    ordinary, key = _take_in(an_entry(c, [(product, 5)], key=1), an_entry(a, [(product, 5)], key=2))
    assert (_check(ordinary), _check(key)) == ("confirmed", "confirmed")
    assert (_work(key), _running(key)) == (["production_planning"], ["production_planning", "shipping_planning"])
    receive_goods({}, [MoveNew(product.pk, a_warehouse().pk, "receipt", Decimal(6), "R1")], at=_later(5), actor=CLERK)
    assert (_check(key), _check(ordinary)) == ("released", "confirmed")
    assert (_work(key), _work(ordinary)) == (["picking"], ["production_planning"])
    receive_goods({}, [MoveNew(product.pk, a_warehouse().pk, "receipt", Decimal(4), "R2")], at=_later(6), actor=CLERK)
    assert _check(ordinary) == "released"
    stock = Stock.objects.get(product=product)
    assert (stock.on_hand, stock.reserved) == (10, 10)


def test_a_part_goes_now_and_the_rest_when_it_comes():
    policies()
    customer = a_customer()
    there, missing = a_product(stock=10, price="100"), a_product(stock=0, price="50")
    [order] = _take_in(an_entry(customer, [(there, 10), (missing, 4)]))
    assert _check(order) == "released"
    ship_orders_completely([ShipOrder(order.pk, "SF", "SF1")], at=_later(3), actor=CLERK)
    assert _check(order) == "part_shipped"
    account = CreditAccount.objects.get()
    assert (account.open_orders, account.unpaid_invoices) == (200, 1000)
    receive_goods({}, [MoveNew(missing.pk, a_warehouse().pk, "receipt", Decimal(4), "R")], at=_later(9), actor=CLERK)
    assert "picking" in _running(order)
    assert "picking" in _work(order)
    ship_orders_completely([ShipOrder(order.pk, "SF", "SF2")], at=_later(10), actor=CLERK)
    assert _check(order) == "shipped"
    account.refresh_from_db()
    assert (account.open_orders, account.unpaid_invoices) == (0, 1200)
    assert [line.shipped for line in Line.objects.filter(order=order).order_by("n")] == [10, 4]
    shipments = Shipment.objects.filter(order=order)
    deliver_shipments([Delivery(s.pk, "Zhang") for s in shipments], at=_later(50), actor=CLERK)
    assert (_check(order), _work(order), _running(order)) == ("delivered", [], [])
    assert sum(invoice.amount for invoice in Invoice.objects.all()) == order.gross


def test_picking_step_by_step_with_a_short_pick_keeps_the_rest():
    policies()
    customer, product = a_customer(), a_product(stock=10)
    [order] = _take_in(an_entry(customer, [(product, 10)]))
    [shipment_id] = start_picks([order.pk], at=_later(1), actor=CLERK).values[order.pk]
    line_id = Line.objects.get(order=order).pk
    confirm_picks([Picked(shipment_id, {line_id: Decimal(8)}, "two damaged")], at=_later(2), actor=CLERK)
    assert _running(order) == ["dispatch"]
    pack_shipments([Packing(shipment_id, 2)], at=_later(3), actor=CLERK)
    assert ship_shipments([ShipOut(shipment_id, "SF", "SF9")], at=_later(4), actor=CLERK).all_done
    assert _check(order) == "part_shipped"
    assert "picking" in _running(order)
    stock = Stock.objects.get(product=product)
    assert (stock.on_hand, stock.reserved) == (2, 2)
    assert CreditAccount.objects.get().unpaid_invoices == 800


def test_cancelling_gives_the_stock_to_who_waits():
    policies()
    product = a_product(stock=5)
    first, second = _take_in(
        an_entry(a_customer(), [(product, 5)], key=1), an_entry(a_customer(), [(product, 5)], key=2)
    )
    assert {_check(first), _check(second)} == {"released", "confirmed"}
    holder, waiting = (first, second) if first.status == "released" else (second, first)
    assert cancel_orders([holder.pk], reason="no longer needed", at=_later(1), actor=CLERK).all_done
    assert (_check(holder), _check(waiting)) == ("cancelled", "released")
    assert CreditAccount.objects.get(customer=holder.customer).open_orders == 0


def test_an_order_that_is_being_picked_cannot_be_cancelled():
    policies()
    [order] = _take_in(an_entry(a_customer(), [(a_product(), 5)]))
    start_picks([order.pk], at=_later(1), actor=CLERK)
    outcome = cancel_orders([order.pk], reason="changed plans", at=_later(2), actor=CLERK)
    assert outcome.refused[0].reasons[0].code == "already_shipping"
    assert (_check(order), Stock.objects.get().reserved) == ("released", 5)


def test_a_priority_by_hand_lasts_until_it_expires():
    policies()
    [order] = _take_in(an_entry(a_customer(), [(a_product(stock=0), 5)]))
    computed = order.priority
    wish = ManualPriority(order.pk, Decimal(500), "promised by the director", _later(24))
    assert set_priorities([wish], at=_later(1), actor=REVIEWER).all_done
    order.refresh_from_db()
    assert order.priority == 500
    rescore_orders([order.pk], at=_later(2))
    order.refresh_from_db()
    assert order.priority == 500
    rescore_orders([order.pk], at=_later(25))
    order.refresh_from_db()
    assert computed <= order.priority < 500
    assert _check(order) == "confirmed"
