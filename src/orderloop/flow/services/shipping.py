"""Picking, packing, shipping and delivering, and where orders go from there: state, record, invoice and message."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import queries as customer_queries
from orderloop.customers import services as customers
from orderloop.customers.facts import Billing
from orderloop.flow.facts import Settled, Stage
from orderloop.flow.services import notices, record
from orderloop.flow.services.advance import Step, pass_on, release_covered
from orderloop.flow.services.deciding import Governing
from orderloop.foundation.actor import Actor
from orderloop.foundation.calendar import business_day
from orderloop.foundation.money import round_money
from orderloop.foundation.outcome import Outcomes
from orderloop.fulfilment import queries as fulfilment_queries
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import Delivery, Packing, Picked, ShipOrder, ShipOut, Shipped
from orderloop.orders import queries as order_queries
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, LineFact, Move, OrderFact, OrderStatus
from orderloop.orders.rules import status_after_shipping


@transaction.atomic
def start_picks(order_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, tuple[int, ...]]:
    """Begin to pick what is reserved for orders: one shipment per order and warehouse; yields their ids."""
    outcome = fulfilment.start_picks(order_ids, at=at, actor=actor)
    record.start_stages(outcome.done_ids, Stage.PICKING, at=at, actor=actor)
    return outcome


@transaction.atomic
def confirm_picks(picks: Sequence[Picked], *, at: datetime, actor: Actor) -> Outcomes[int, Decimal]:
    """Record what was picked; orders of which nothing is left to pick go on to dispatch."""
    outcome = fulfilment.confirm_picks(picks, at=at, actor=actor)
    order_ids = {fact.order_id for fact in fulfilment_queries.facts_for(outcome.done_ids).values()}
    picking = {order_id for order_id, status in fulfilment_queries.in_house_orders(order_ids) if status == "picking"}
    _settle(order_ids - picking, Stage.PICKING, Settled("picked", actor), at=at)
    return outcome


@transaction.atomic
def pack_shipments(packings: Sequence[Packing], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Record that shipments are packed; dispatch of their orders has begun."""
    outcome = fulfilment.pack_shipments(packings, at=at, actor=actor)
    order_ids = {fact.order_id for fact in fulfilment_queries.facts_for(outcome.done_ids).values()}
    record.start_stages(order_ids, Stage.DISPATCH, at=at, actor=actor)
    return outcome


@transaction.atomic
def ship_shipments(outs: Sequence[ShipOut], *, at: datetime, actor: Actor) -> Outcomes[int, Shipped]:
    """Hand packed shipments to carriers; their orders are billed, move on, and their customers are told."""
    _lock_buyers({fact.order_id for fact in fulfilment_queries.facts_for([o.shipment_id for o in outs]).values()})
    outcome = fulfilment.ship_shipments(outs, at=at, actor=actor)
    _after_shipping(list(outcome.values.values()), at=at, actor=actor)
    return outcome


@transaction.atomic
def ship_orders_completely(
    ship_orders: Sequence[ShipOrder], *, at: datetime, actor: Actor
) -> Outcomes[int, tuple[Shipped, ...]]:
    """Pick, pack and ship at once all that is reserved for each order."""
    _lock_buyers([each.order_id for each in ship_orders])
    outcome = fulfilment.ship_orders_completely(ship_orders, at=at, actor=actor)
    _settle(outcome.done_ids, Stage.PICKING, Settled("picked", actor), at=at)
    _after_shipping([shipped for group in outcome.values.values() for shipped in group], at=at, actor=actor)
    return outcome


def _lock_buyers(order_ids: Collection[int]) -> None:
    facts = order_queries.facts_for(order_ids)
    customer_queries.lock_credit({fact.customer_id for fact in facts.values()})
    order_queries.facts_for(order_ids, lock=True)


def _settle(order_ids: Collection[int], stage: Stage, settled: Settled, *, at: datetime) -> None:
    if order_ids:
        facts = order_queries.facts_for(order_ids)
        pass_on({i: Step({str(stage): settled}) for i in facts}, facts, Governing.at(at), at=at)


def _after_shipping(shipped: Sequence[Shipped], *, at: datetime, actor: Actor) -> None:
    if not shipped:
        return
    by_order: dict[int, list[Shipped]] = defaultdict(list)
    for one in shipped:
        by_order[one.order_id].append(one)
    facts = order_queries.facts_for(by_order)
    lines = order_queries.lines_for(by_order)
    after = {i: status_after_shipping([line.open > 0 for line in lines[i]]) for i in by_order}
    orders.move_orders(
        [
            Move(
                i,
                EventKind.SHIPPED,
                fact.status,
                None if fact.status is after[i] else after[i],
                data=_shipped_data(by_order[i]),
            )
            for i, fact in facts.items()
        ],
        at=at,
        actor=actor,
    )
    _bill(facts, lines, by_order, after, at=at, actor=actor)
    still_here = {order_id for order_id, _ in fulfilment_queries.in_house_orders(by_order)}
    _settle(set(by_order) - still_here, Stage.DISPATCH, Settled("shipped", actor), at=at)
    notices.tell(dict.fromkeys(by_order, "shipped"), {i: group[0].number for i, group in by_order.items()}, at=at)
    rest = [i for i in by_order if after[i] is OrderStatus.PART_SHIPPED and i not in still_here]
    if rest:
        release_covered(rest, at=at)


def _shipped_data(group: Sequence[Shipped]) -> dict[str, object]:
    return {"shipments": [one.number for one in group]}


def _bill(
    facts: Mapping[int, OrderFact],
    lines: Mapping[int, Sequence[LineFact]],
    by_order: Mapping[int, Sequence[Shipped]],
    after: Mapping[int, OrderStatus],
    *,
    at: datetime,
    actor: Actor,
) -> None:
    """Bill what left; the last shipment of an order bills what is left of its gross, so that no cent is lost."""
    billed = customer_queries.billed_for(facts)
    terms = customer_queries.facts_for({fact.customer_id for fact in facts.values()})
    today = business_day(at, Governing.at(at).time.zone)
    billings = []
    for order_id, fact in sorted(facts.items()):
        before = billed.get(order_id, Decimal(0))
        amount = (
            fact.gross - before
            if after[order_id] is OrderStatus.SHIPPED
            else _share(fact, lines[order_id], by_order[order_id])
        )
        if amount > 0:
            days = terms[fact.customer_id].payment_terms_days
            billings.append(Billing(fact.customer_id, order_id, amount, issued_on=today, terms_days=days))
    customers.bill_shipments(billings, at=at, actor=actor)


def _share(fact: OrderFact, lines: Sequence[LineFact], group: Sequence[Shipped]) -> Decimal:
    """The gross value of what left, by its share of each line's net amount."""
    left: dict[int, Decimal] = defaultdict(Decimal)
    for one in group:
        for line_id, quantity in one.quantities.items():
            left[line_id] += quantity
    net = sum((line.net * left[line.line_id] / line.quantity for line in lines), Decimal(0))
    return round_money(fact.gross * net / fact.net, fact.currency) if fact.net else Decimal(0)


@transaction.atomic
def deliver_shipments(deliveries: Sequence[Delivery], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Record that shipments reached their customers; an order whose goods have all arrived is delivered."""
    outcome = fulfilment.deliver_shipments(deliveries, at=at, actor=actor)
    order_ids = set(outcome.values.values())
    if not order_ids:
        return outcome
    order_queries.facts_for(order_ids, lock=True)
    counts = fulfilment_queries.shipped_by_order(order_ids)
    arrived = {i for i in order_ids if counts[i][0] == counts[i][1]}
    facts = order_queries.facts_for(arrived)
    ended = [i for i, fact in facts.items() if fact.status is OrderStatus.SHIPPED]
    when = {outcome.values[d.shipment_id]: d.at or at for d in deliveries if d.shipment_id in outcome.values}
    orders.move_orders(
        [Move(i, EventKind.DELIVERED, OrderStatus.SHIPPED, OrderStatus.DELIVERED, at=when[i]) for i in ended],
        at=at,
        actor=actor,
    )
    # What is partly shipped stays with the delivery stage, so that somebody owns it until the rest has come.
    _settle(ended, Stage.DELIVERY, Settled("delivered", actor), at=at)
    notices.tell(dict.fromkeys(ended, "delivered"), at=at)
    return outcome
