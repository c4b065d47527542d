"""Orders written straight into the record with times a test knows, so that figures can be reckoned by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.makers import a_product, a_warehouse

from orderloop.customers.models import Customer, Invoice
from orderloop.flow.models import StageRecord
from orderloop.fulfilment.models import Shipment, ShipmentLine
from orderloop.inventory.models import Warehouse
from orderloop.metrics.facts import FigureFilter
from orderloop.orders.models import Event, Line, Order
from orderloop.policy.models import PolicyVersion
from orderloop.tracking.models import Notice

NOVEMBER = FigureFilter(datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))


def at(text: str) -> datetime:
    """A moment in UTC, such as "2026-11-02 08:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_order(customer: Customer, received: str, delivered: str = "", **given: Any) -> Order:
    """An order of one line, delivered in one shipment unless said otherwise.

    `released` is its release (else its receipt), `requested`, `first` and `promised` its three dates, `acknowledged`
    when the customer was told, `by` the kind of who entered it, `billed` the amount of its invoice, `picked` how
    many of the 10 pieces went out.
    """
    received_at, delivered_at = at(received), at(delivered) if delivered else None
    dates = [date.fromisoformat(given.get(name, "2026-11-20")) for name in ("requested", "first", "promised")]
    order = Order.objects.create(
        number=f"SO-{Order.objects.count() + 1}", customer=customer, channel=given.get("channel", "api"),
        status="delivered" if delivered else given.get("status", "released"), version=2, currency="CNY",
        net=Decimal(100), tax=Decimal(0), gross=Decimal(100), requested_on=dates[0],
        first_promised_on=dates[1], promised_on=dates[2],
        size_class=given.get("size", "small"), product_line_id=given.get("product_line_id"),
        received_at=received_at, confirmed_at=received_at, released_at=at(given.get("released", received)),
        shipped_at=delivered_at, delivered_at=delivered_at, closed_at=delivered_at,
    )  # fmt: skip
    _history(order, given.get("by", "api"))
    line = a_line(order, dates)
    if delivered:
        a_shipment(
            order, line, delivered, picked=given.get("picked", 10), asked=given.get("asked", given.get("picked", 10))
        )
    if "acknowledged" in given:
        Notice.objects.create(order=order, event="received", at=at(given["acknowledged"]))
    if "billed" in given:
        a_bill(order, given["billed"])
    return order


def _history(order: Order, by: str) -> None:
    Event.objects.create(
        order=order, n=1, at=order.received_at, kind="received", status_after="in_review", actor_kind=by, actor_name=by
    )
    Event.objects.create(
        order=order, n=2, at=order.received_at, kind="confirmed", status_before="in_review", status_after="confirmed",
        actor_kind="system", actor_name="system",
    )  # fmt: skip


def a_line(order: Order, dates: list[date], n: int = 1, quantity: int = 10) -> Line:
    return Line.objects.create(
        order=order, n=n, product=a_product(stock=0), entered_quantity=quantity, entered_unit="EA", quantity=quantity,
        unit_price=10, net=100, requested_on=dates[0], first_promised_on=dates[1], promised_on=dates[2],
    )  # fmt: skip


def a_shipment(order: Order, line: Line, delivered: str, *, picked: int, asked: int) -> None:
    """A delivered shipment; what it took is counted at the line."""
    warehouse: Warehouse = a_warehouse()
    shipment = Shipment.objects.create(
        number=f"SH-{Shipment.objects.count() + 1}", order=order, warehouse=warehouse, status="delivered",
        created_at=order.released_at, shipped_at=at(delivered), delivered_at=at(delivered),
    )  # fmt: skip
    ShipmentLine.objects.create(shipment=shipment, line=line, quantity=asked, picked=picked)
    line.shipped += picked
    line.save()


def a_bill(order: Order, amount: int) -> None:
    day = order.received_at.date()
    Invoice.objects.create(
        number=f"B-{order.pk}", customer=order.customer, order=order, amount=amount, issued_on=day, due_on=day
    )


def a_stage(order: Order, stage: str, enabled: str, started: str = "", finished: str = "", **given: Any) -> StageRecord:
    """A passage of the order through a stage, by a person unless `by` says otherwise."""
    fields = {"role": "clerk", "actor_kind": given.pop("by", "person"), "round": 1, **given}
    return StageRecord.objects.create(
        order=order, stage=stage, enabled_at=at(enabled), started_at=at(started) if started else None,
        finished_at=at(finished) if finished else None,
        policy=PolicyVersion.objects.get(section="flow", status="in_force"), **fields,
    )  # fmt: skip
