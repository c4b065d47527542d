"""Reads of shipments; one statement a call, except pick tasks, which gather from what lies below."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.fulfilment.facts import (
    GONE,
    IN_HOUSE,
    Held,
    PickLine,
    PickTask,
    ShipmentFact,
    ShipmentLineFact,
    ShipmentStatus,
)
from orderloop.inventory import queries as inventory
from orderloop.orders import queries as orders
from orderloop.platform.bulk import fetch_all

_SHIPMENT = """id, number, order_id, warehouse_id, status, carrier, tracking_number, address, parcels, created_at,
    picked_at, packed_at, shipped_at, delivered_at, received_by"""
ZERO = Decimal(0)


def facts_for(shipment_ids: Collection[int]) -> dict[int, ShipmentFact]:
    """The shipments of these ids, under their ids."""
    rows = fetch_all(f"SELECT {_SHIPMENT} FROM fulfilment_shipment WHERE id = ANY(%s::bigint[])", [list(shipment_ids)])
    return {row[0]: _shipment(row) for row in rows}


def shipments_for(order_ids: Collection[int]) -> dict[int, list[ShipmentFact]]:
    """The shipments of each order, the oldest first; an order without any has no entry."""
    rows = fetch_all(
        f"SELECT {_SHIPMENT} FROM fulfilment_shipment WHERE order_id = ANY(%s::bigint[]) ORDER BY order_id, id",
        [list(order_ids)],
    )
    found: dict[int, list[ShipmentFact]] = {}
    for row in rows:
        found.setdefault(row[2], []).append(_shipment(row))
    return found


def lines_for(shipment_ids: Collection[int]) -> dict[int, list[ShipmentLineFact]]:
    """The lines of each shipment, in the order of the order's lines."""
    rows = fetch_all(
        """SELECT shipment_id, line_id, quantity, picked, short_reason FROM fulfilment_shipmentline
        WHERE shipment_id = ANY(%s::bigint[]) ORDER BY shipment_id, line_id""",
        [list(shipment_ids)],
    )
    found: dict[int, list[ShipmentLineFact]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(ShipmentLineFact(*row))
    return found


def in_house_for(order_ids: Collection[int]) -> dict[tuple[int, int], Decimal]:
    """What shipments still in the house take, by order line and warehouse: what was picked, else what is asked."""
    return {
        (line_id, warehouse_id): quantity
        for line_id, warehouse_id, quantity in fetch_all(
            """SELECT l.line_id, s.warehouse_id, sum(CASE WHEN s.status = 'picking' THEN l.quantity ELSE l.picked END)
            FROM fulfilment_shipment s JOIN fulfilment_shipmentline l ON l.shipment_id = s.id
            WHERE s.order_id = ANY(%s::bigint[]) AND s.status = ANY(%s) GROUP BY 1, 2""",
            [list(order_ids), list(IN_HOUSE)],
        )
    }


def in_house_orders(order_ids: Collection[int]) -> list[tuple[int, str]]:
    """Which of the orders have shipments that have not left yet, and where those stand: (order, status) pairs."""
    return fetch_all(
        """SELECT DISTINCT order_id, status FROM fulfilment_shipment
        WHERE order_id = ANY(%s::bigint[]) AND status = ANY(%s)""",
        [list(order_ids), [str(status) for status in IN_HOUSE]],
    )


def held_for(order_ids: Collection[int]) -> list[Held]:
    """What warehouses hold for the orders' lines."""
    return [
        Held(order_id, row["line_id"], row["warehouse_id"], row["reserved"])
        for order_id, rows in inventory.reservations_for(order_ids).items()
        for row in rows
        if row["reserved"] > 0
    ]


def unpicked_for(order_ids: Collection[int]) -> dict[int, Decimal]:
    """How many pieces are held for each order and on no shipment yet: what picking can begin with; two statements."""
    taken = in_house_for(order_ids)
    found: dict[int, Decimal] = {}
    for each in held_for(order_ids):
        left = each.quantity - taken.get((each.line_id, each.warehouse_id), ZERO)
        if left > 0:
            found[each.order_id] = found.get(each.order_id, ZERO) + left
    return found


def shipped_after(shipment_ids: Collection[int]) -> dict[tuple[int, int], Decimal]:
    """What of the same order left later than each of these shipments that has left: by (shipment, order line)."""
    rows = fetch_all(
        """SELECT s.id, l.line_id, sum(l.picked) FROM fulfilment_shipment s
        JOIN fulfilment_shipment o ON o.order_id = s.order_id AND (o.shipped_at, o.id) > (s.shipped_at, s.id)
        JOIN fulfilment_shipmentline l ON l.shipment_id = o.id
        WHERE s.id = ANY(%s::bigint[]) GROUP BY 1, 2""",
        [list(shipment_ids)],
    )
    return {(shipment_id, line_id): quantity for shipment_id, line_id, quantity in rows}


def shipped_by_order(order_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of each order that has any: how many shipments have left the house, and how many of them were delivered."""
    rows = fetch_all(
        """SELECT order_id, count(*), count(*) FILTER (WHERE status = 'delivered') FROM fulfilment_shipment
        WHERE order_id = ANY(%s::bigint[]) AND status = ANY(%s) GROUP BY order_id""",
        [list(order_ids), list(GONE)],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def pick_tasks(
    *, warehouse_id: int | None = None, shipment_ids: Collection[int] | None = None, limit: int = 100
) -> list[PickTask]:
    """Shipments still in the house, urgent ones and higher priority first: all, those of one warehouse, or these.

    A constant number of statements, whatever the number of shipments.
    """
    rows = fetch_all(
        f"""SELECT {_SHIPMENT} FROM fulfilment_shipment WHERE status = ANY(%s)
        AND (%s::bigint IS NULL OR warehouse_id = %s) AND (%s::bigint[] IS NULL OR id = ANY(%s))
        ORDER BY created_at, id""",
        [list(IN_HOUSE), warehouse_id, warehouse_id, *[None if shipment_ids is None else list(shipment_ids)] * 2],
    )
    shipments = [_shipment(row) for row in rows]
    facts = orders.facts_for({shipment.order_id for shipment in shipments})

    def rank(shipment: ShipmentFact) -> tuple[bool, Decimal, int]:
        order = facts[shipment.order_id]
        return (not order.is_urgent, -order.priority, shipment.shipment_id)

    chosen = sorted(shipments, key=rank)[:limit]
    names = customers.facts_for({facts[shipment.order_id].customer_id for shipment in chosen})
    lines = _pick_lines(chosen)
    return [
        PickTask(
            shipment,
            facts[shipment.order_id].number,
            names[facts[shipment.order_id].customer_id].name,
            facts[shipment.order_id].priority,
            facts[shipment.order_id].is_urgent,
            tuple(lines[shipment.shipment_id]),
        )
        for shipment in chosen
    ]


def _pick_lines(shipments: Collection[ShipmentFact]) -> Mapping[int, list[PickLine]]:
    own = lines_for([shipment.shipment_id for shipment in shipments])
    of_orders = orders.lines_for({shipment.order_id for shipment in shipments})
    line_facts = {line.line_id: line for lines in of_orders.values() for line in lines}
    products = catalog.facts_for({line.product_id for line in line_facts.values()})
    bins = inventory.bins_for(products)
    found: dict[int, list[PickLine]] = {}
    for shipment in shipments:
        picks = []
        for each in own.get(shipment.shipment_id, ()):
            line = line_facts[each.line_id]
            product = products[line.product_id]
            place = bins.get((line.product_id, shipment.warehouse_id), "")
            picks.append(
                PickLine(
                    each.line_id, line.n, line.product_id, product.sku, product.name_en, product.name_zh, product.unit,
                    place, each.quantity, each.picked,
                )
            )  # fmt: skip
        found[shipment.shipment_id] = sorted(picks, key=lambda pick: (pick.bin, pick.n))
    return found


def _shipment(row: tuple[Any, ...]) -> ShipmentFact:
    return ShipmentFact(*(*row[:4], ShipmentStatus(row[4]), *row[5:]))
