"""Shipments from picking to delivery, on sets: the order's row is locked first, then shipments, lines and stock.

The order's own state, billing and mail are not moved here: every call returns what whoever leads the orders needs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import queries as customers
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.fulfilment import queries
from orderloop.fulfilment.facts import (
    IN_HOUSE,
    Delivery,
    Packing,
    Picked,
    PickPlan,
    ShipmentFact,
    ShipmentLineFact,
    ShipmentStatus,
    ShipOrder,
    ShipOut,
    Shipped,
)
from orderloop.fulfilment.lifecycle import SHIPMENT
from orderloop.fulfilment.queries.shipments import held_for
from orderloop.fulfilment.rules import MOST_PARCELS, overdrawn, pick_faults, pick_plans
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import Consumption
from orderloop.orders import queries as orders
from orderloop.orders import services as order_services
from orderloop.orders.facts import OrderFact, OrderStatus
from orderloop.platform.bulk import RowSet, columns_of, execute, fetch_all, next_ids

S = ShipmentStatus
ZERO = Decimal(0)
PICKABLE = (OrderStatus.RELEASED, OrderStatus.PART_SHIPPED)
_SHIPMENTS = RowSet(
    "fulfilment_shipment",
    id="bigint", number="text", order_id="bigint", warehouse_id="bigint", status="text", carrier="text",
    tracking_number="text", address="text", created_at="timestamptz", picked_at="timestamptz",
    packed_at="timestamptz", shipped_at="timestamptz", received_by="text", parcels="int",
)  # fmt: skip
_LINES = RowSet(
    "fulfilment_shipmentline",
    shipment_id="bigint", line_id="bigint", quantity="numeric", picked="numeric", short_reason="text",
)  # fmt: skip


@transaction.atomic
def start_picks(order_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, tuple[int, ...]]:
    """Open one shipment per order and warehouse of all that is reserved and not on a shipment yet; yields their ids.

    Refused: `order_unknown`, `order_not_released`, `nothing_to_pick`.
    """
    facts = orders.facts_for(order_ids, lock=True)
    plans = _plans(facts)
    refused = _unpickable(order_ids, facts, plans)
    stopped = {entry.id for entry in refused}
    chosen = [plan for order_id in dict.fromkeys(order_ids) if order_id not in stopped for plan in plans[order_id]]
    ids = _open_shipments(chosen, facts, {}, at=at)
    opened: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for plan, shipment_id in zip(chosen, ids, strict=True):
        opened[plan.order_id] += (shipment_id,)
    return Outcomes.of(order_ids, done=[Done(key, value) for key, value in opened.items()], refused=refused)


@transaction.atomic
def confirm_picks(picks: Sequence[Picked], *, at: datetime, actor: Actor) -> Outcomes[int, Decimal]:
    """Record what was picked; yields the pieces that were short. What is short stays reserved and is picked later.

    Refused with every reason of `rules.pick_faults`, and where the shipment is unknown; stale where not picking.
    """
    lines = queries.lines_for([pick.shipment_id for pick in picks])
    faults = {pick.shipment_id: pick_faults(pick, lines.get(pick.shipment_id, ())) for pick in picks}
    right = [pick for pick in picks if not faults[pick.shipment_id]]
    refused = [Refused(shipment_id, reasons) for shipment_id, reasons in faults.items() if reasons]
    moved = _move("pick", [pick.shipment_id for pick in right], "picked_at", at)
    counted = [pick for pick in right if pick.shipment_id in moved.ids]
    short = _count_picked(counted, lines)
    return Outcomes.of(
        [pick.shipment_id for pick in picks],
        done=[Done(pick.shipment_id, short[pick.shipment_id]) for pick in counted],
        refused=[*refused, *moved.unknown],
        stale=moved.stale,
    )


@transaction.atomic
def pack_shipments(packings: Sequence[Packing], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Record into how many parcels shipments were packed; yields that number. Refused: `parcels_out_of_range`."""
    right = [packing for packing in packings if 1 <= packing.parcels <= MOST_PARCELS]
    wrong = {packing.shipment_id for packing in packings} - {packing.shipment_id for packing in right}
    moved = _move("pack", [packing.shipment_id for packing in right], "packed_at", at)
    packed = [packing for packing in right if packing.shipment_id in moved.ids]
    execute(
        """UPDATE fulfilment_shipment s SET parcels = p.parcels FROM unnest(%s::bigint[], %s::int[]) AS p(id, parcels)
        WHERE s.id = p.id AND s.parcels <> p.parcels""",
        columns_of([(packing.shipment_id, packing.parcels) for packing in packed], 2),
    )
    return Outcomes.of(
        [packing.shipment_id for packing in packings],
        done=[Done(packing.shipment_id, packing.parcels) for packing in packed],
        refused=[
            *(Refused(shipment_id, (Reason("parcels_out_of_range", "parcels"),)) for shipment_id in wrong),
            *moved.unknown,
        ],
        stale=moved.stale,
    )


@transaction.atomic
def ship_shipments(outs: Sequence[ShipOut], *, at: datetime, actor: Actor) -> Outcomes[int, Shipped]:
    """Hand packed shipments to carriers: stock and reservations fall, the orders' lines count what was shipped.

    Refused: `carrier_missing`, `shipment_unknown`, `not_reserved_any_more`; stale where a shipment is not `packed`.
    """
    found = queries.facts_for([out.shipment_id for out in outs])
    orders.facts_for({shipment.order_id for shipment in found.values()}, lock=True)
    lines = queries.lines_for(found)
    refused = _unshippable(outs, found, lines)
    stopped = {entry.id for entry in refused}
    due = [out for out in outs if out.shipment_id not in stopped]
    moved = _move("ship", [out.shipment_id for out in due], "shipped_at", at)
    gone = [out for out in due if out.shipment_id in moved.ids]
    execute(
        """UPDATE fulfilment_shipment s SET carrier = o.carrier, tracking_number = o.number
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS o(id, carrier, number) WHERE s.id = o.id""",
        columns_of([(out.shipment_id, out.carrier.strip(), out.tracking_number.strip()) for out in gone], 3),
    )
    shipped = [
        Shipped(
            out.shipment_id,
            found[out.shipment_id].number,
            found[out.shipment_id].order_id,
            {line.line_id: line.picked for line in lines[out.shipment_id] if line.picked},
        )
        for out in gone
    ]
    _take_out(shipped, {each.shipment_id: found[each.shipment_id].warehouse_id for each in shipped}, at=at, actor=actor)
    return Outcomes.of(
        [out.shipment_id for out in outs],
        done=[Done(each.shipment_id, each) for each in shipped],
        refused=refused,
        stale=moved.stale,
    )


@transaction.atomic
def ship_orders_completely(
    ship_orders: Sequence[ShipOrder], *, at: datetime, actor: Actor
) -> Outcomes[int, tuple[Shipped, ...]]:
    """Pick, pack and ship at once all that is reserved for each order, for thousands by the same few statements.

    Refused as by `start_picks`, and `being_picked` where a shipment of the order is still in the house.
    """
    wanted = {each.order_id: each for each in ship_orders}
    facts = orders.facts_for(wanted, lock=True)
    busy = {
        each.order_id for shipments in queries.shipments_for(facts).values() for each in shipments if _in_house(each)
    }
    plans = _plans({order_id: fact for order_id, fact in facts.items() if order_id not in busy})
    refused = [
        *(Refused(order_id, (Reason("being_picked"),)) for order_id in wanted if order_id in busy),
        *_unpickable([order_id for order_id in wanted if order_id not in busy], facts, plans),
    ]
    stopped = {entry.id for entry in refused}
    chosen = [plan for order_id in wanted if order_id not in stopped for plan in plans[order_id]]
    ids = _open_shipments(chosen, facts, wanted, at=at)
    shipped: dict[int, tuple[Shipped, ...]] = defaultdict(tuple)
    places = {}
    for plan, shipment_id in zip(chosen, ids, strict=True):
        shipped[plan.order_id] += (Shipped(shipment_id, _number(shipment_id), plan.order_id, plan.quantities),)
        places[shipment_id] = plan.warehouse_id
    _take_out([each for group in shipped.values() for each in group], places, at=at, actor=actor)
    return Outcomes.of(wanted, done=[Done(key, value) for key, value in shipped.items()], refused=refused)


@transaction.atomic
def deliver_shipments(deliveries: Sequence[Delivery], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Record that shipments reached the customer; yields the order's id. Refused: `shipment_unknown`."""
    wanted = {delivery.shipment_id: delivery for delivery in deliveries}
    rows = fetch_all(
        """UPDATE fulfilment_shipment s SET status = 'delivered', delivered_at = d.at, received_by = d.received_by
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS d(id, at, received_by)
        WHERE s.id = d.id AND s.status = ANY(%s) RETURNING s.id, s.order_id""",
        [
            *columns_of([(key, each.at or at, each.received_by.strip()) for key, each in wanted.items()], 3),
            list(SHIPMENT.action_sources("deliver")),
        ],
    )
    delivered = dict(rows)
    left = queries.facts_for([key for key in wanted if key not in delivered])
    return Outcomes.of(
        wanted,
        done=[Done(shipment_id, order_id) for shipment_id, order_id in delivered.items()],
        refused=[
            Refused(key, (Reason("shipment_unknown"),)) for key in wanted if key not in delivered and key not in left
        ],
        stale=[Stale(key, fact.status) for key, fact in left.items()],
    )


@transaction.atomic
def cancel_shipments(shipment_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, ShipmentStatus]:
    """Give up shipments that are still in the house; what is reserved stays reserved for the order."""
    moved = _move("cancel", shipment_ids, None, at)
    return Outcomes.of(
        shipment_ids,
        done=[Done(shipment_id, S.CANCELLED) for shipment_id in moved.ids],
        refused=moved.unknown,
        stale=moved.stale,
    )


def _plans(facts: Mapping[int, OrderFact]) -> dict[int, list[PickPlan]]:
    open_orders = [order_id for order_id, fact in facts.items() if fact.status in PICKABLE]
    plans: dict[int, list[PickPlan]] = defaultdict(list)
    for plan in pick_plans(held_for(open_orders), queries.in_house_for(open_orders)):
        plans[plan.order_id].append(plan)
    return plans


def _unpickable(
    order_ids: Iterable[int], facts: Mapping[int, OrderFact], plans: Mapping[int, list[PickPlan]]
) -> list[Refused[int]]:
    refused = []
    for order_id in dict.fromkeys(order_ids):
        if order_id not in facts:
            refused.append(Refused(order_id, (Reason("order_unknown"),)))
        elif facts[order_id].status not in PICKABLE:
            refused.append(Refused(order_id, (Reason("order_not_released", "", {"status": facts[order_id].status}),)))
        elif not plans.get(order_id):
            refused.append(Refused(order_id, (Reason("nothing_to_pick"),)))
    return refused


def _open_shipments(
    plans: Sequence[PickPlan], facts: Mapping[int, OrderFact], leaving: Mapping[int, ShipOrder], *, at: datetime
) -> list[int]:
    """Write shipments; those of orders that are `leaving` are picked, packed and shipped already."""
    if not plans:
        return []
    ids = next_ids(fulfilment_shipment=len(plans))["fulfilment_shipment"]
    addresses = _addresses([facts[plan.order_id] for plan in plans])
    rows, lines = [], []
    for plan, shipment_id in zip(plans, ids, strict=True):
        out = leaving.get(plan.order_id)
        when = (out.at or at) if out else None
        rows.append(
            (shipment_id, _number(shipment_id), plan.order_id, plan.warehouse_id, S.SHIPPED if out else S.PICKING,
             out.carrier if out else "", out.tracking_number if out else "", addresses[plan.order_id], when or at, when,
             when, when, "", 1)
        )  # fmt: skip
        lines += [(shipment_id, line_id, q, q if out else ZERO, "") for line_id, q in plan.quantities.items()]
    _SHIPMENTS.insert(rows)
    _LINES.insert(lines)
    return ids


def _number(shipment_id: int) -> str:
    return f"DN-{shipment_id:07d}"


def _addresses(facts: Collection[OrderFact]) -> dict[int, str]:
    """Where each order goes, in the lines of an address label; empty where the order names no address."""
    known = {
        ship_to.ship_to_id: "\n".join(
            part
            for part in (
                ship_to.name,
                ship_to.address,
                " ".join(part for part in (ship_to.postcode, ship_to.city, ship_to.region, ship_to.country) if part),
            )
            if part
        )
        for group in customers.ship_tos_for({fact.customer_id for fact in facts}).values()
        for ship_to in group
    }
    return {fact.order_id: known.get(fact.ship_to_id or 0, "") for fact in facts}


@dataclass(frozen=True, slots=True)
class _Moved:
    """Which shipments a move reached, and of the others which are not there and which stood elsewhere."""

    ids: frozenset[int]
    unknown: list[Refused[int]]
    stale: list[Stale[int]]


def _move(action: str, shipment_ids: Collection[int], stamp: str | None, at: datetime) -> _Moved:
    """Carry out `action` on shipments that stand where it starts from. `stamp` is the column that takes the time."""
    rows = fetch_all(
        f"""UPDATE fulfilment_shipment SET status = %s{f", {stamp} = %s" if stamp else ""}
        WHERE id = ANY(%s) AND status = ANY(%s) RETURNING id""",
        [
            SHIPMENT.action_target(action),
            *([at] if stamp else []),
            list(shipment_ids),
            list(SHIPMENT.action_sources(action)),
        ],
    )
    moved = frozenset(row[0] for row in rows)
    return _Moved(moved, *_left_behind([key for key in dict.fromkeys(shipment_ids) if key not in moved]))


def _left_behind(shipment_ids: Collection[int]) -> tuple[list[Refused[int]], list[Stale[int]]]:
    found = queries.facts_for(shipment_ids) if shipment_ids else {}
    unknown = [Refused(key, (Reason("shipment_unknown"),)) for key in shipment_ids if key not in found]
    return unknown, [Stale(key, found[key].status) for key in shipment_ids if key in found]


def _count_picked(picks: Sequence[Picked], lines: Mapping[int, Sequence[ShipmentLineFact]]) -> dict[int, Decimal]:
    """Write what was picked; the pieces missing of each shipment."""
    rows, short = [], {}
    for pick in picks:
        short[pick.shipment_id] = ZERO
        for line in lines[pick.shipment_id]:
            picked = line.quantity if pick.quantities is None else pick.quantities[line.line_id]
            reason = pick.short_reason.strip() if picked < line.quantity else ""
            rows.append((pick.shipment_id, line.line_id, picked, reason))
            short[pick.shipment_id] += line.quantity - picked
    execute(
        """UPDATE fulfilment_shipmentline l SET picked = p.picked, short_reason = p.reason
        FROM unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::text[]) AS p(shipment_id, line_id, picked, reason)
        WHERE l.shipment_id = p.shipment_id AND l.line_id = p.line_id""",
        columns_of(rows, 4),
    )
    return short


def _unshippable(
    outs: Sequence[ShipOut], found: Mapping[int, ShipmentFact], lines: Mapping[int, Sequence[ShipmentLineFact]]
) -> list[Refused[int]]:
    """Refusals of shipments that cannot leave; the orders are locked, so what is reserved stays so."""
    goods: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for out in outs:
        for line in lines.get(out.shipment_id, ()):
            goods[line.line_id, found[out.shipment_id].warehouse_id] += line.picked
    gone = overdrawn(goods, held_for({shipment.order_id for shipment in found.values()}))
    refused = []
    for out in outs:
        reasons = [] if out.shipment_id in found else [Reason("shipment_unknown")]
        if not out.carrier.strip():
            reasons.append(Reason("carrier_missing", "carrier"))
        if found.get(out.shipment_id) and found[out.shipment_id].status is S.PACKED:
            overdrawn_lines = [line.line_id for line in lines.get(out.shipment_id, ()) if line.line_id in gone]
            reasons += [Reason("not_reserved_any_more", f"line:{line_id}") for line_id in overdrawn_lines]
        if reasons:
            refused.append(Refused(out.shipment_id, tuple(reasons)))
    return refused


def _take_out(shipped: Sequence[Shipped], warehouses: Mapping[int, int], *, at: datetime, actor: Actor) -> None:
    if not shipped:
        return
    quantities: dict[int, Decimal] = defaultdict(lambda: ZERO)
    goods = []
    for each in shipped:
        for line_id, quantity in each.quantities.items():
            quantities[line_id] += quantity
            goods.append(Consumption(line_id, warehouses[each.shipment_id], quantity, each.number))
    order_services.add_shipped(quantities)
    inventory.consume(goods, at=at, actor=actor)


def _in_house(shipment: ShipmentFact) -> bool:
    return shipment.status in IN_HOUSE
