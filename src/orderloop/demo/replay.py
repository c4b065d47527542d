"""The demo's past, made by the product itself: each day's orders, decisions, goods, shipments and payments in turn."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from orderloop.customers import queries as customers
from orderloop.customers.facts import PaymentRow
from orderloop.customers.services import record_payments
from orderloop.demo import messages, records, supply
from orderloop.demo import schedule as when
from orderloop.demo.buyers import carrier_of
from orderloop.demo.desk import Desk
from orderloop.demo.founding import all_done
from orderloop.demo.schedule import Agenda
from orderloop.demo.timeline import Dated
from orderloop.flow.services import shipping
from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.decisions import decide_holds, plan_shortages
from orderloop.foundation.actor import Actor
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment.facts import Delivery, Packing, Picked, ShipOut
from orderloop.inventory import queries as inventory
from orderloop.inventory.facts import Expected
from orderloop.inventory.services import expect_goods
from orderloop.orders import queries as orders
from orderloop.orders.facts import OrderStatus
from orderloop.platform import outbox
from orderloop.review import queries as review
from orderloop.review.services import HoldDecision
from orderloop.tracking.jobs import NOTICE_KIND

ZERO = Decimal(0)
EVERYTHING = 1_000_000
ROUNDS_OF_DECISION = 3
PICKING_TAKES = timedelta(minutes=40)
# Customers are told of the last days only; mails of years ago would go out today.
PLANNER_IS_BEHIND = timedelta(days=2)
MAIL_REACHES_BACK = timedelta(days=3)
WORKER_LOOKS_EVERY = timedelta(seconds=1)
RECEIVERS = ("Front desk", "Goods in", "J. Carter", "M. Rossi", "王芳")

REVIEWERS: Mapping[str, tuple[str, ...]] = {
    "credit": ("credit", "credit2"),
    "amount": ("manager",),
    "stock": ("planner",),
    "date": ("planner",),
}
REASONS: Mapping[str, tuple[str, ...]] = {
    "credit": (
        "Pays reliably; the excess falls back within the limit with the next payment.",
        "Called the customer: payment of the open invoices is on its way.",
        "按时付款的老客户，超额部分随下一笔回款消除。",
    ),
    "amount": (
        "Within the season's plan of this customer; margin and stock are in order.",
        "大额订单，已与客户核对数量，毛利正常。",
    ),
    "stock": ("The missing goods are ordered by express and arrive before dispatch.", "缺货已加急，发货前到齐。"),
    "date": ("The customer accepts the later day.", "客户同意顺延交期。"),
}


def _tell_customers() -> None:
    """Customers are told when it happened, as by a worker that ran then; the mails themselves go out afterwards."""
    for moment in outbox.moments_due(NOTICE_KIND):
        while outbox.run_due_effects(moment + WORKER_LOOKS_EVERY, kind=NOTICE_KIND):
            pass


class Replay:
    """Plays days one after the other. `orders` are the ids of the orders taken in so far, by number of the record."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.orders: dict[int, int] = {}
        self._stores = {store.code: store for store in records.stores()}
        self._demand = supply.demand_by_day(desk.timeline.past)
        self._calls = supply.Calls(desk.timeline.starts[-2][1], desk.timeline.starts[-1][1], desk.timeline.today)

    def play(self, agendas: Iterable[Agenda]) -> dict[str, Any]:
        """Play these days; answers what the step notes: the orders they brought."""
        before = set(self.orders)
        for agenda in agendas:
            for _, at, work in sorted(self._works(agenda), key=lambda entry: entry[0]):
                work(agenda, at)
        outbox.waive_effects(self.desk.clock.now - MAIL_REACHES_BACK)
        _tell_customers()
        return {"orders": {str(serial): i for serial, i in self.orders.items() if serial not in before}}

    def remember(self, note: Mapping[str, Any]) -> None:
        """Take over what the step of some days noted, whoever played them."""
        self.orders |= {int(serial): order_id for serial, order_id in note["orders"].items()}

    def _works(self, agenda: Agenda) -> list[tuple[float, datetime, Callable[[Agenda, datetime], None]]]:
        works: list[tuple[float, Callable[[Agenda, datetime], None]]] = [(when.GOODS_COME, self._goods_come)]
        if agenda.pay:
            works.append((when.PAYMENTS, self._payments_come))
        if agenda.review_stock or agenda.express:
            works.append((when.ORDERING, self._order_goods))
        for share, coming in when.in_slots(agenda.orders):
            works.append((share, partial(self._orders_come, coming)))
        if agenda.decide_early:
            works.append((when.DECIDING[0], lambda a, at: self._decide(a.decide_early, at)))
        if agenda.decide_late:
            works.append((when.DECIDING[1], lambda a, at: self._decide(a.decide_late, at)))
        if agenda.deliver:
            works.append((when.DELIVERING, self._deliver))
        if agenda.ship:
            works += [(when.PICKING, self._pick), (when.PACKING, self._pack), (when.SHIPPING, self._ship)]
        return [(share, self.desk.clock.instant(agenda.day, share), work) for share, work in works]

    # Goods

    def _goods_come(self, agenda: Agenda, at: datetime) -> None:
        due = {i: quantity for i, (_, quantity) in inventory.receipts_due(agenda.day).items()}
        if due:
            receive_goods(due, at=at, actor=self.desk.staff["warehouse"])

    def _order_goods(self, agenda: Agenda, at: datetime) -> None:
        missing = inventory.shortages(limit=EVERYTHING)
        positions = self._positions(missing)
        calls = self._calls
        wanted = supply.express_orders(positions, agenda.day, calls) if missing else []
        if agenda.review_stock:
            levels = self._levels(positions, agenda.day)
            wanted += supply.weekly_orders(positions, levels, self.desk.lead_times, wanted, agenda.day, calls)
        place = self.desk.warehouses["FG"]
        expect_goods([Expected(w.product_id, place, w.quantity, w.on, w.source) for w in wanted], at=at)
        if missing and agenda.day < self.desk.timeline.today - PLANNER_IS_BEHIND:
            plan_shortages(sorted({each.order_id for each in missing}), at=at, actor=self.desk.staff["planner"])

    def _positions(self, missing: Sequence[Any]) -> list[supply.Position]:
        sold = {sku: self.desk.products[sku] for sku in self._demand}
        free = inventory.free_for(sold.values())
        short: dict[int, Decimal] = defaultdict(Decimal)
        for each in missing:
            short[each.product_id] += each.short
        coming: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        for each in inventory.supplies_for(sold.values()):
            coming[each.product_id].append((each.on, each.quantity))
        return [
            supply.Position(
                n, product_id, sku, free.get(product_id, ZERO), short[product_id], tuple(coming[product_id])
            )
            for n, (sku, product_id) in enumerate(sorted(sold.items()))
        ]

    def _levels(self, positions: Sequence[supply.Position], day: date) -> dict[int, Decimal]:
        lead_times = self.desk.lead_times
        return {
            position.product_id: supply.level_of(self._demand[position.sku], lead_times[position.product_id], day)
            for position in positions
        }

    # Orders

    def _orders_come(self, coming: Sequence[Dated], _: Agenda, at: datetime) -> None:
        taken = messages.send([self._sent(dated, at) for dated in coming], at=at)
        self.orders |= {serial: each.order_id for serial, each in taken.items() if each.order_id is not None}

    def _sent(self, dated: Dated, at: datetime) -> messages.Sent:
        store = self._stores[dated.sale.store]
        customer = self.desk.customers[store.code]
        received_at = at - timedelta(seconds=when.seconds_before(dated))
        is_lacking = when.lacks_something(dated, self.desk.timeline)
        return messages.Sent(dated, store, customer, received_at, self.desk.sender(store), is_lacking)

    def _decide(self, orders: Sequence[Dated], at: datetime) -> None:
        serials = {self.orders[dated.serial]: dated.serial for dated in orders if dated.serial in self.orders}
        for n in range(ROUNDS_OF_DECISION):
            held = [
                (serials[order_id], hold)
                for order_id, holds in review.holds_for(serials).items()
                for hold in holds
                if hold["status"] == "open"
            ]
            if not held:
                return
            by_reviewer: dict[Actor, list[HoldDecision]] = defaultdict(list)
            for serial, hold in held:
                names, reasons = REVIEWERS[hold["kind"]], REASONS[hold["kind"]]
                decision = HoldDecision(hold["id"], "approved", reasons[serial % len(reasons)])
                by_reviewer[self.desk.staff[names[serial % len(names)]]].append(decision)
            for reviewer, decisions in sorted(by_reviewer.items(), key=lambda entry: entry[0].name):
                all_done(decide_holds(decisions, at=at + timedelta(minutes=n), actor=reviewer))

    # Shipments

    def _pick(self, agenda: Agenda, at: datetime) -> None:
        """Begin to pick what the record ships on this day, and confirm it; the day of the founding stays half done."""
        known = orders.facts_for([self.orders[d.serial] for d in agenda.ship if d.serial in self.orders])
        ready = [order_id for order_id, fact in known.items() if fact.status is OrderStatus.RELEASED]
        picker = self.desk.staff["warehouse"]
        started = all_done(shipping.start_picks(ready, at=at, actor=picker))
        shipments = dict(started.values)
        if self._is_today(agenda):
            shipments = {order_id: ids for order_id, ids in shipments.items() if order_id % 3}
        picks = [Picked(shipment_id) for ids in shipments.values() for shipment_id in ids]
        all_done(shipping.confirm_picks(picks, at=at + PICKING_TAKES, actor=picker))

    def _pack(self, agenda: Agenda, at: datetime) -> None:
        picked = self._shipments(agenda, "picked")
        if self._is_today(agenda):
            picked = {shipment_id: dated for shipment_id, dated in picked.items() if dated.serial % 2}
        packings = [Packing(shipment_id, 1 + len(dated.sale.lines) // 8) for shipment_id, dated in picked.items()]
        all_done(shipping.pack_shipments(packings, at=at, actor=self.desk.staff["warehouse2"]))

    def _ship(self, agenda: Agenda, at: datetime) -> None:
        if self._is_today(agenda):
            return
        outs = [
            ShipOut(shipment_id, self._carrier(dated), dated.sale.carrier_tracking)
            for shipment_id, dated in self._shipments(agenda, "packed").items()
        ]
        all_done(shipping.ship_shipments(outs, at=at, actor=self.desk.staff["warehouse2"]))

    def _deliver(self, agenda: Agenda, at: datetime) -> None:
        on_the_way = self._shipments(agenda, "shipped", agenda.deliver)
        deliveries = [
            Delivery(shipment_id, RECEIVERS[dated.serial % len(RECEIVERS)]) for shipment_id, dated in on_the_way.items()
        ]
        all_done(shipping.deliver_shipments(deliveries, at=at, actor=self.desk.staff["service"]))

    def _shipments(self, agenda: Agenda, status: str, some: Sequence[Dated] | None = None) -> dict[int, Dated]:
        by_order = {self.orders[d.serial]: d for d in (some or agenda.ship) if d.serial in self.orders}
        return {
            shipment.shipment_id: by_order[order_id]
            for order_id, shipments in fulfilment.shipments_for(by_order).items()
            for shipment in shipments
            if shipment.status == status
        }

    def _carrier(self, dated: Dated) -> str:
        return carrier_of(self._stores[dated.sale.store])

    def _is_today(self, agenda: Agenda) -> bool:
        return agenda.day == self.desk.timeline.today

    # Money

    def _payments_come(self, agenda: Agenda, at: datetime) -> None:
        billed = {self.orders[dated.serial]: dated for dated in agenda.pay if dated.serial in self.orders}
        customer_ids = {self.desk.customers[dated.sale.store].customer_id for dated in billed.values()}
        rows = [
            PaymentRow(invoice.customer_id, f"{billed[invoice.order_id].sale.po_number}", invoice.amount, agenda.day)
            for invoice in customers.invoices_for(customer_ids)
            if invoice.order_id in billed
        ]
        all_done(record_payments(rows, at=at, actor=self.desk.staff["credit"]))
