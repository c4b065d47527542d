"""Orders of the past opened with their whole history, each month in one transaction, and the payments after them.

What a day has on record but no hour is put at fixed hours of the day in the company's zone: ordered 9, confirmed 10,
released 11, shipped 16. Nobody is written to: the customers heard of these orders from the former system.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby

from django.db import transaction

from orderloop.catalog import queries as catalog_queries
from orderloop.catalog.facts import ProductFact
from orderloop.customers import queries as customer_queries
from orderloop.customers import services as customer_services
from orderloop.customers.facts import Billing, CustomerFact, PaymentRow, ShipToFact
from orderloop.flow.facts import Candidate, Decision, Settled, Stage, WantedLine
from orderloop.flow.services import record, take_in
from orderloop.flow.services.advance import Step as Passage
from orderloop.flow.services.advance import pass_on
from orderloop.flow.services.deciding import Governing, decide, lock_customers
from orderloop.foundation.actor import Actor
from orderloop.foundation.money import TaxRule, line_net, round_money, totals
from orderloop.foundation.outcome import Reason
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import Delivery, ShipOrder, Shipped
from orderloop.inventory import queries as inventory_queries
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import ReservationNew
from orderloop.onboarding.facts import Company, PastOrder, State
from orderloop.orders import queries as order_queries
from orderloop.orders import services as orders
from orderloop.orders.facts import Channel, EventKind, Move, NewLine, NewOrder, Opened, Opening, OrderStatus, Step
from orderloop.orders.rules import po_key
from orderloop.policy.queries import working_time
from orderloop.review import services as review
from orderloop.review.facts import HOLD_ROLE, Check, CheckKind, CheckResult
from orderloop.triage import services as triage
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

ORDERED, CONFIRMED, RELEASED, SHIPPED = time(9), time(10), time(11), time(16)
DISPUTE_HOURS = 16
ALL_KINDS = frozenset(str(kind) for kind in CheckKind)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the orders of a month point at, read once."""

    customers: Mapping[str, CustomerFact]
    products: Mapping[str, ProductFact]
    ship_tos: Mapping[int, tuple[ShipToFact, ...]]
    warehouse_id: int


def write(company: Company, *, at: datetime, actor: Actor, progress: Progress) -> dict[str, tuple[int, int]]:
    """Open the orders and record the payments; per table, how many were written and how many known."""
    done: dict[str, tuple[int, int]] = {}
    if company.orders:
        done["orders"] = _write_orders(company, actor, progress)
    if "payments" in company.rows:
        done["payments"] = _write_payments(company, at=at, actor=actor)
    return done


def _write_orders(company: Company, actor: Actor, progress: Progress) -> tuple[int, int]:
    known = order_queries.ids_by_numbers([order.number for order in company.orders])
    waiting = [order for order in company.orders if order.number not in known]
    written = 0
    for _, month in groupby(waiting, key=lambda order: (order.ordered_on.year, order.ordered_on.month)):
        progress(written, len(waiting), "Opening the orders of the past")
        group = list(month)
        _write_month(group, company.carrier, actor)
        written += len(group)
    progress(written, len(waiting), "Opening the orders of the past")
    return written, len(known)


@transaction.atomic
def _write_month(past: Sequence[PastOrder], carrier: str, actor: Actor) -> None:
    known = _read(past)
    buyers = lock_customers({known.customers[order.customer_code].customer_id for order in past})
    news = {key: _new_order(key, order, known) for key, order in enumerate(past)}
    decisions = _decide(past, news, buyers)
    opened = orders.open_orders([_opening(news[k], past[k], decisions.get(k), actor) for k in range(len(past))])
    pairs = list(zip(past, opened, strict=True))
    counted = [k for k, order in enumerate(past) if order.leaves or order.state is State.CONFIRMED]
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for k in counted:
        amounts[news[k].customer_id] += news[k].gross
    customer_services.add_open_orders(amounts)
    _ship(pairs, news, known, carrier, actor)
    orders.cancel_open_quantities([new.order_id for order, new in pairs if order.state is State.CANCELLED])
    _open_disputes(pairs, news, actor)
    _lead_on(pairs, news, decisions, actor)


def _read(past: Sequence[PastOrder]) -> _Known:
    customers = customer_queries.by_codes({order.customer_code for order in past})
    products = catalog_queries.by_skus({line.sku for order in past for line in order.lines})
    ship_tos = customer_queries.ship_tos_for([each.customer_id for each in customers.values()])
    return _Known(customers, products, ship_tos, next(iter(inventory_queries.warehouses()), 0))


def _new_order(key: int, order: PastOrder, known: _Known) -> NewOrder:
    customer = known.customers[order.customer_code]
    rule = TaxRule(customer.tax_rate, customer.tax_included)
    amounts = [line_net(line.quantity, line.unit_price, customer.currency) for line in order.lines]
    sums = totals(amounts, rule, customer.currency)
    lines = tuple(
        _new_line(line.sku, line.quantity, line.unit_price, part.net, order.requested_on, known, customer.currency)
        for line, part in zip(order.lines, sums.lines, strict=True)
    )
    largest = max(lines, key=lambda line: line.net)
    addresses = known.ship_tos.get(customer.customer_id, ())
    chosen = [each for each in addresses if each.code == order.ship_to_code] or list(addresses)
    return NewOrder(
        key=key,
        customer_id=customer.customer_id,
        po_number=order.po_number,
        po_key=po_key(order.po_number),
        channel=Channel.IMPORT,
        message_id=None,
        currency=customer.currency,
        tax_rate=customer.tax_rate,
        tax_included=customer.tax_included,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        cost=sum((line.cost for line in lines), Decimal(0)),
        requested_on=order.requested_on,
        ship_to_id=chosen[0].ship_to_id if chosen else None,
        note=order.note,
        product_line_id=next(p.line_id for p in known.products.values() if p.product_id == largest.product_id),
        received_at=_moment(order.ordered_on, ORDERED),
        lines=lines,
        number=order.number,
        is_touchless=False,
    )


def _new_line(
    sku: str, quantity: Decimal, price: Decimal, net: Decimal, requested_on: date, known: _Known, currency: str
) -> NewLine:
    product = known.products[sku]
    return NewLine(
        product_id=product.product_id,
        item_code=sku,
        description=product.name_en,
        entered_quantity=quantity,
        entered_unit=product.unit,
        quantity=quantity,
        unit_price=price,
        net=net,
        cost=round_money(quantity * product.cost, currency),
        requested_on=requested_on,
    )


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=working_time().zone)


def _decide(
    past: Sequence[PastOrder], news: Mapping[int, NewOrder], buyers: Mapping[int, object]
) -> dict[int, Decision]:
    """What the desk's own rules say of the orders that are still open; those confirmed before count as approved."""
    open_ones = [k for k, order in enumerate(past) if order.state in {State.CONFIRMED, State.IN_REVIEW}]
    if not open_ones:
        return {}
    governing = Governing.at(_moment(past[open_ones[-1]].ordered_on, CONFIRMED))
    candidates = [_candidate(news[k], past[k].state is State.CONFIRMED) for k in open_ones]
    decisions = decide(candidates, buyers, governing)  # type: ignore[arg-type]  # the buyers `lock_customers` gave
    return {decision.candidate.key: decision for decision in decisions}


def _candidate(new: NewOrder, is_confirmed: bool) -> Candidate:
    return Candidate(
        key=new.key,
        customer_id=new.customer_id,
        gross=new.gross,
        net=new.net,
        cost=new.cost,
        requested_on=new.requested_on,
        received_at=new.received_at,
        lines=tuple(WantedLine(line.product_id, line.quantity, line.net, line.requested_on) for line in new.lines),
        approved=ALL_KINDS if is_confirmed else frozenset(),
    )


def _opening(new: NewOrder, order: PastOrder, decision: Decision | None, actor: Actor) -> Opening:
    steps = [Step(EventKind.RECEIVED, OrderStatus.IN_REVIEW, actor, new.received_at, data={"status": order.status})]
    if order.state is State.IN_REVIEW:
        steps.append(
            Step(EventKind.HELD, OrderStatus.IN_REVIEW, actor, new.received_at, order.note, {"holds": [order.hold]})
        )
    elif order.state is not State.CANCELLED or order.shipped_on:
        steps.append(Step(EventKind.CONFIRMED, OrderStatus.CONFIRMED, actor, _moment(order.ordered_on, CONFIRMED)))
    if order.shipped_on or (decision is not None and order.state is State.CONFIRMED and decision.release):
        released = _moment(order.shipped_on or order.ordered_on, RELEASED)
        steps.append(Step(EventKind.RELEASED, OrderStatus.RELEASED, actor, released))
    if order.state is State.CANCELLED:
        came_back = {"shipped_on": order.shipped_on.isoformat()} if order.shipped_on else {}
        ended = _moment(order.shipped_on, SHIPPED) if order.shipped_on else _moment(order.ordered_on, CONFIRMED)
        steps.append(Step(EventKind.CANCELLED, OrderStatus.CANCELLED, actor, ended, order.note, came_back))
    if decision is None:
        return Opening(new, tuple(steps), (None,) * len(new.lines), Decimal(0), "small", is_urgent=False)
    scored = decision.scored
    promised = decision.promised if order.state is State.CONFIRMED else (None,) * len(new.lines)
    return Opening(new, tuple(steps), promised, decision.priority, scored.size_class, scored.is_urgent)


Pairs = Sequence[tuple[PastOrder, Opened]]


def _ship(pairs: Pairs, news: Mapping[int, NewOrder], known: _Known, carrier: str, actor: Actor) -> None:
    """Goods leave day by day, so that each move of stock bears its day; then state, invoice and delivery."""
    leaving = sorted((pair for pair in pairs if pair[0].leaves), key=lambda pair: (pair[0].shipped_on, pair[0].number))
    left: dict[int, tuple[Shipped, ...]] = {}
    for day, group in groupby(leaving, key=lambda pair: pair[0].shipped_on):
        assert day is not None
        left |= _ship_day(list(group), news, known, carrier, at=_moment(day, SHIPPED), actor=actor)
    if not leaving:
        return
    numbers = {order_id: {"shipments": [one.number for one in group]} for order_id, group in left.items()}
    orders.move_orders(
        [
            Move(
                new.order_id,
                EventKind.SHIPPED,
                OrderStatus.RELEASED,
                OrderStatus.SHIPPED,
                data=numbers[new.order_id],
                at=_moment(order.shipped_on, SHIPPED),  # type: ignore[arg-type]  # what leaves has its day
            )
            for order, new in leaving
        ],
        at=_moment(leaving[-1][0].shipped_on, SHIPPED),  # type: ignore[arg-type]  # what leaves has its day
        actor=actor,
    )
    terms = {each.customer_id: each.payment_terms_days for each in known.customers.values()}
    customer_services.bill_shipments(
        [_billing(order, new, news[new.key], terms) for order, new in leaving],
        at=_moment(leaving[-1][0].shipped_on, SHIPPED),  # type: ignore[arg-type]  # what leaves has its day
        actor=actor,
    )
    _deliver(leaving, left, actor)


def _billing(order: PastOrder, new: Opened, opened: NewOrder, terms: Mapping[int, int]) -> Billing:
    assert order.shipped_on is not None
    return Billing(opened.customer_id, new.order_id, opened.gross, order.shipped_on, terms[opened.customer_id])


def _ship_day(
    group: Pairs, news: Mapping[int, NewOrder], known: _Known, carrier: str, *, at: datetime, actor: Actor
) -> dict[int, tuple[Shipped, ...]]:
    inventory.reserve([row for _, new in group for row in _reservations(new, news[new.key], known)], at=at)
    sent = [ShipOrder(new.order_id, carrier, at=at) for _, new in group]
    outcomes = fulfilment.ship_orders_completely(sent, at=at, actor=actor)
    if not outcomes.all_done:
        raise RuntimeError(f"orders of the past could not be shipped: {outcomes.refused or outcomes.stale}")
    return dict(outcomes.values)


def _reservations(new: Opened, order: NewOrder, known: _Known) -> Iterable[ReservationNew]:
    return (
        ReservationNew(
            new.order_id, line_id, line.product_id, known.warehouse_id, line.quantity, line.quantity,
            order.requested_on, None, Decimal(0),
        )
        for line, line_id in zip(order.lines, new.line_ids, strict=True)
    )  # fmt: skip


def _deliver(leaving: Pairs, left: Mapping[int, tuple[Shipped, ...]], actor: Actor) -> None:
    ended = [(order, new) for order, new in leaving if order.state is State.DELIVERED and order.delivered_on]
    if not ended:
        return
    when = {new.order_id: _moment(order.delivered_on, SHIPPED) for order, new in ended if order.delivered_on}
    notes = {new.order_id: order.note for order, new in ended}
    last = max(when.values())
    shipments = [Delivery(one.shipment_id, at=when[order_id]) for order_id in when for one in left[order_id]]
    fulfilment.deliver_shipments(shipments, at=last, actor=actor)
    orders.move_orders(
        [
            Move(i, EventKind.DELIVERED, OrderStatus.SHIPPED, OrderStatus.DELIVERED, notes[i], at=instant)
            for i, instant in when.items()
        ],
        at=last,
        actor=actor,
    )


def _open_disputes(pairs: Pairs, news: Mapping[int, NewOrder], actor: Actor) -> None:
    disputed = [(order, new) for order, new in pairs if order.state is State.DISPUTED and order.shipped_on]
    for order, new in disputed:
        assert order.shipped_on is not None
        at = _moment(order.shipped_on, SHIPPED)
        orders.move_orders(
            [Move(new.order_id, EventKind.NOTE, OrderStatus.SHIPPED, None, order.note, {"status": order.status})],
            at=at,
            actor=actor,
        )
        work = WorkNew(
            kind="dispute",
            role="service",
            subject_kind="order",
            subject_id=new.order_id,
            title=new.number,
            due_at=record.DueTimes(working_time()).after(at, DISPUTE_HOURS),
            order_id=new.order_id,
            customer_id=news[new.key].customer_id,
            data={"note": order.note},
        )
        worklist.open_items([work], at=at)


def _lead_on(pairs: Pairs, news: Mapping[int, NewOrder], decisions: Mapping[int, Decision], actor: Actor) -> None:
    """Open orders get their sheet, score, holds or reservations, and their place in the stages, day by day."""
    waiting = [(order, new) for order, new in pairs if new.key in decisions]
    for day, group in groupby(waiting, key=lambda pair: pair[0].ordered_on):
        at = _moment(day, CONFIRMED)
        governing = Governing.at(at)
        ones = list(group)
        ids = {new.key: new.order_id for _, new in ones}
        sheets = {ids[k]: decisions[k].sheet for k in ids}
        review.record_sheets(sheets, policy_id=governing.review.version_id, at=at)
        scores = {ids[k]: decisions[k].scored for k in ids}
        triage.record_scores(scores, policy_id=governing.triage.version_id, at=at)
        confirmed = [(new, decisions[new.key]) for order, new in ones if order.state is State.CONFIRMED]
        inventory.reserve(
            [row for n, d in confirmed for row in take_in.reservations_of(d, n.order_id, n.line_ids)], at=at
        )
        work = _hold([pair for pair in ones if pair[0].state is State.IN_REVIEW], news, governing, at=at, actor=actor)
        steps = {new.order_id: _passage(order, decisions[new.key], actor) for order, new in ones}
        pass_on(steps, order_queries.facts_for(steps), governing, at=at, extra_work=work)


def _hold(
    held: Pairs, news: Mapping[int, NewOrder], governing: Governing, *, at: datetime, actor: Actor
) -> list[WorkNew]:
    due = record.DueTimes(governing.time).after(at, governing.review.value.hold_hours_credit)
    checks = {new.order_id: _held_before(order) for order, new in held}
    holds = [review.HoldNew(order_id, check, due) for order_id, check in checks.items()]
    review.open_holds(holds, at=at, actor=actor)
    return [
        WorkNew(
            kind=f"hold_{order.hold}",
            role=HOLD_ROLE[CheckKind(order.hold)],
            subject_kind="order",
            subject_id=new.order_id,
            title=new.number,
            due_at=due,
            order_id=new.order_id,
            customer_id=news[new.key].customer_id,
            reason="held_before",
        )
        for order, new in held
    ]


def _held_before(order: PastOrder) -> Check:
    reason = Reason("held_before", "", {"note": order.note or order.status})
    return Check(CheckKind(order.hold), CheckResult.FAIL, {}, (reason,))


def _passage(order: PastOrder, decision: Decision, actor: Actor) -> Passage:
    settled = {str(Stage.ENTRY): Settled("complete", actor)}
    if order.state is State.IN_REVIEW:
        stock = take_in.settled_stages(decision)[str(Stage.STOCK)]
        wait = {"credit": "credit", "amount": "approval", "stock": "stock", "date": "date"}[order.hold]
        return Passage({**settled, str(Stage.STOCK): stock}, (), {str(Stage.REVIEW): wait})
    settled |= take_in.settled_stages(decision)
    settled[str(Stage.REVIEW)] = Settled("confirmed", actor)
    return Passage(settled, ("short",) if decision.is_short else (), take_in.waits_of(decision))


@transaction.atomic
def _write_payments(company: Company, *, at: datetime, actor: Actor) -> tuple[int, int]:
    rows = company.rows["payments"]
    customers = customer_queries.by_codes({str(row.values["customer_code"]) for row in rows})
    payments = [
        PaymentRow(
            customers[str(row.values["customer_code"])].customer_id,
            str(row.values["reference"]),
            row.values["amount"],  # type: ignore[arg-type]  # typed by the table's field
            row.values["received_on"],  # type: ignore[arg-type]  # the same
        )
        for row in rows
    ]
    known = {
        (each.customer_id, each.reference) for each in customer_queries.payments_for({p.customer_id for p in payments})
    }
    fresh = [each for each in payments if (each.customer_id, each.reference) not in known]
    outcomes = customer_services.record_payments(fresh, at=at, actor=actor)
    if not outcomes.all_done:
        raise RuntimeError(f"payments were refused: {outcomes.refused}")
    return len(fresh), len(payments) - len(fresh)
