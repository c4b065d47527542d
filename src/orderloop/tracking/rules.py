"""What a customer is told about an order: its steps, and in plain words why it stands where it stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from orderloop.foundation.calendar import WorkingCalendar
from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.fulfilment.facts import GONE, ShipmentFact, ShipmentStatus
from orderloop.orders.facts import OrderDetail, OrderStatus
from orderloop.tracking.facts import CustomerStep, EntryKind, StepState, TimelineEntry

S = OrderStatus
STEPS: Final = (
    ("received", _("Received")),
    ("confirmed", _("Confirmed")),
    ("preparing", _("In preparation")),
    ("shipped", _("Shipped")),
    ("delivered", _("Delivered")),
)
_REACHED: Mapping[OrderStatus, int] = {
    S.IN_REVIEW: 0,
    S.CONFIRMED: 1,
    S.RELEASED: 2,
    S.PART_SHIPPED: 3,
    S.SHIPPED: 3,
    S.DELIVERED: 4,
}
ENTRY_WORDS: Mapping[str, str] = {
    "received": _("Order received"),
    "held": _("Held for review"),
    "confirmed": _("Order confirmed"),
    "reserved": _("Stock reserved"),
    "released": _("Released to the warehouse"),
    "shipped": _("Goods shipped"),
    "delivered": _("Order delivered"),
    "rejected": _("Order rejected"),
    "cancelled": _("Order cancelled"),
    "promised": _("Promise date changed"),
    "priority": _("Priority changed"),
    "note": _("Note"),
}
SHIPMENT_WORDS: Mapping[str, str] = {
    "picking": _("Picking of %(number)s begun"),
    "picked": _("%(number)s picked"),
    "packed": _("%(number)s packed"),
    "shipped": _("%(number)s handed to %(carrier)s"),
    "delivered": _("%(number)s delivered"),
}
_FOR_CUSTOMER = frozenset({"received", "confirmed", "delivered", "rejected", "cancelled", "promised"})


def steps(order: OrderDetail, shipments: Collection[ShipmentFact]) -> tuple[CustomerStep, ...]:
    """The customer's five steps. A rejected or cancelled order stops behind the last step it reached."""
    left = [shipment.shipped_at for shipment in shipments if shipment.shipped_at]
    picked = [shipment.created_at for shipment in shipments if shipment.status is not ShipmentStatus.CANCELLED]
    times = {
        "received": order.received_at,
        "confirmed": order.confirmed_at,
        "preparing": min(picked, default=None),
        "shipped": order.shipped_at or min(left, default=None),
        "delivered": order.delivered_at,
    }
    stopped = order.status in (S.REJECTED, S.CANCELLED)
    reached = (1 if order.confirmed_at else 0) if stopped else _REACHED[order.status]
    return tuple(
        CustomerStep(code, title, _step_state(n, reached, order.status, stopped), times[code] if n <= reached else None)
        for n, (code, title) in enumerate(STEPS)
    )


def _step_state(n: int, reached: int, status: OrderStatus, stopped: bool) -> StepState:
    if n < reached or status is S.DELIVERED:
        return StepState.DONE
    if n > reached:
        return StepState.STOPPED if stopped else StepState.TODO
    return StepState.DONE if stopped or status is S.SHIPPED else StepState.CURRENT


def explanation(order: OrderDetail, *, is_short: bool, move_reason: str = "") -> Reason:
    """Why the order stands where it stands, as a code of `EXPLANATIONS` with its figures.

    `is_short` is whether some of its goods are not in stock; `move_reason` what was said when its date was moved.
    """
    if order.status not in (S.CONFIRMED, S.RELEASED, S.PART_SHIPPED):
        return Reason(order.status)
    if order.promised_on is None:
        return Reason("confirmed_no_date")
    params = {"on": order.promised_on, "first": order.first_promised_on, "reason": move_reason}
    if order.first_promised_on is not None and order.promised_on > order.first_promised_on:
        return Reason("moved_because" if move_reason else "moved", "promised_on", params)
    if order.status is S.CONFIRMED and is_short:
        return Reason("short", "promised_on", params)
    return Reason(order.status, "promised_on", params)


def is_delayed(first: date | None, now: date | None, calendar: WorkingCalendar, threshold: int) -> bool:
    """Whether a date has moved back by at least `threshold` working days since it was first promised."""
    return first is not None and now is not None and calendar.working_days_between(first, now) >= threshold


def timeline(
    order_id: int,
    history: Sequence[Mapping[str, Any]],
    shipments: Sequence[ShipmentFact],
    mails: Sequence[TimelineEntry] = (),
) -> tuple[TimelineEntry, ...]:
    """All that happened to one order, the oldest first: its history, its shipments, the mails about it."""
    entries = [*(_of_history(order_id, row) for row in history), *mails]
    entries += [entry for shipment in shipments for entry in _of_shipment(shipment)]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _of_history(order_id: int, row: Mapping[str, Any]) -> TimelineEntry:
    kind = str(row["kind"])
    return TimelineEntry(
        order_id,
        row["at"],
        EntryKind.ORDER,
        kind,
        ENTRY_WORDS.get(kind, kind),
        actor=str(row["actor_name"]),
        text=str(row["reason"]),
        for_customer=kind in _FOR_CUSTOMER,
    )


def _of_shipment(shipment: ShipmentFact) -> list[TimelineEntry]:
    times = {
        "picking": shipment.created_at,
        "picked": shipment.picked_at,
        "packed": shipment.packed_at,
        "shipped": shipment.shipped_at,
        "delivered": shipment.delivered_at,
    }
    params = {
        "number": shipment.number,
        "carrier": " ".join(part for part in (shipment.carrier, shipment.tracking_number) if part),
    }
    return [
        TimelineEntry(
            shipment.order_id,
            at,
            EntryKind.SHIPMENT,
            code,
            SHIPMENT_WORDS[code],
            params,
            actor=shipment.received_by if code == "delivered" else "",
            reference=shipment.number,
            for_customer=code in GONE,
        )
        for code, at in times.items()
        if at is not None
    ]
