"""Reads of stock, supply and shortages; one statement a call."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from orderloop.inventory.facts import Demand, Promisable, Replenishing, Shortage, StockFact, Supply
from orderloop.platform.bulk import fetch_all


def stock_for(product_ids: Collection[int], *, lock: bool = False) -> list[StockFact]:
    """Stock of the products, warehouses in their order of preference; with `lock`, locked in the house's lock order."""
    rows = fetch_all(
        f"""SELECT s.product_id, s.warehouse_id, s.on_hand, s.reserved, w.position FROM inventory_stock s
        JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE s.product_id = ANY(%s) AND w.is_active
        ORDER BY s.product_id, s.warehouse_id {"FOR NO KEY UPDATE OF s" if lock else ""}""",
        [sorted(product_ids)],
    )
    rows.sort(key=lambda row: (row[0], row[4], row[1]))
    return [StockFact(*row[:4]) for row in rows]


def supplies_for(product_ids: Collection[int]) -> list[Supply]:
    """What is still to come of each product, less what earlier shortages already count on."""
    rows = fetch_all(
        """SELECT product_id, warehouse_id, quantity - received, expected_on FROM inventory_receipt
        WHERE product_id = ANY(%s) AND closed_at IS NULL AND quantity > received
        ORDER BY product_id, expected_on, id""",
        [list(product_ids)],
    )
    return [Supply(*row) for row in rows]


def waiting_for(product_ids: Collection[int]) -> list[tuple[Demand, int, Decimal]]:
    """Open demand that stock does not cover yet, as (demand of the missing part, reservation id, reserved)."""
    rows = fetch_all(
        """SELECT r.order_id, r.line_id, r.product_id, r.wanted - r.reserved, r.needed_on, r.priority, r.id, r.reserved
        FROM inventory_reservation r
        WHERE r.product_id = ANY(%s) AND r.status = 'open' AND r.reserved < r.wanted""",
        [list(product_ids)],
    )
    return [(Demand(*row[:6]), row[6], row[7]) for row in rows]


def shortages(*, order_ids: Collection[int] | None = None, limit: int = 1000) -> list[Shortage]:
    """Open demand without stock, best priority first; of all orders, or of some."""
    rows = fetch_all(
        """SELECT id, order_id, line_id, product_id, warehouse_id, wanted - reserved, needed_on, expected_on, priority
        FROM inventory_reservation WHERE status = 'open' AND reserved < wanted
            AND (%s::bigint[] IS NULL OR order_id = ANY(%s))
        ORDER BY priority DESC, needed_on, id LIMIT %s""",
        [None if order_ids is None else list(order_ids), None if order_ids is None else list(order_ids), limit],
    )
    return [Shortage(*row) for row in rows]


def reservations_for(order_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Open reservations of each order: what is wanted and held, where, and when the rest is expected."""
    names = ("id", "line_id", "product_id", "warehouse_id", "wanted", "reserved", "needed_on", "expected_on")
    rows = fetch_all(
        f"""SELECT order_id, {", ".join(names)} FROM inventory_reservation
        WHERE order_id = ANY(%s) AND status = 'open' ORDER BY order_id, line_id, warehouse_id""",
        [list(order_ids)],
    )
    result: dict[int, list[dict[str, Any]]] = {}
    for order_id, *values in rows:
        result.setdefault(order_id, []).append(dict(zip(names, values, strict=True)))
    return result


def orders_of_lines(line_ids: Collection[int]) -> set[int]:
    """The orders whose lines have open reservations."""
    rows = fetch_all(
        "SELECT DISTINCT order_id FROM inventory_reservation WHERE line_id = ANY(%s) AND status = 'open'",
        [list(line_ids)],
    )
    return {row[0] for row in rows}


def bins_for(product_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Where each product lies, by (product, warehouse); places without a name are left out."""
    return {
        (row[0], row[1]): row[2]
        for row in fetch_all(
            "SELECT product_id, warehouse_id, bin FROM inventory_stock WHERE product_id = ANY(%s) AND bin <> ''",
            [list(product_ids)],
        )
    }


def free_for(product_ids: Collection[int]) -> dict[int, Decimal]:
    """What of each product is on hand and promised to nobody, over all active warehouses."""
    return dict(
        fetch_all(
            """SELECT s.product_id, sum(s.on_hand - s.reserved) FROM inventory_stock s
            JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
            WHERE s.product_id = ANY(%s) GROUP BY s.product_id""",
            [list(product_ids)],
        )
    )


def promisable_for(product_ids: Collection[int]) -> dict[int, Promisable]:
    """What each product can be promised from: stock in active warehouses, open receipts, demand not covered yet."""
    ids = list(product_ids)
    rows = fetch_all(
        """SELECT s.product_id, 'stock', NULL::date, sum(s.on_hand), sum(s.reserved) FROM inventory_stock s
            JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
            WHERE s.product_id = ANY(%s) GROUP BY s.product_id
        UNION ALL SELECT product_id, 'supply', expected_on, sum(quantity - received), 0 FROM inventory_receipt
            WHERE product_id = ANY(%s) AND closed_at IS NULL AND quantity > received GROUP BY product_id, expected_on
        UNION ALL SELECT product_id, 'demand', needed_on, sum(wanted - reserved), 0 FROM inventory_reservation
            WHERE product_id = ANY(%s) AND status = 'open' AND reserved < wanted GROUP BY product_id, needed_on""",
        [ids, ids, ids],
    )
    parts: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for product_id, kind, *values in rows:
        parts.setdefault((product_id, kind), []).append(tuple(values))
    found = {}
    for product_id in {product_id for product_id, _kind in parts}:
        ((_day, on_hand, reserved),) = parts.get((product_id, "stock"), [(None, Decimal(0), Decimal(0))])
        supplies, demands = (
            tuple((on, quantity) for on, quantity, _none in parts.get((product_id, kind), ()))
            for kind in ("supply", "demand")
        )
        found[product_id] = Promisable(product_id, on_hand, reserved, supplies, demands)
    return found


def replenishing_from(products: Collection[tuple[int, str, int]]) -> dict[int, Replenishing]:
    """Replenishment facts from the catalogue's (product, make or buy, lead time in days)."""
    return {product_id: Replenishing(product_id, supply, days) for product_id, supply, days in products}


def warehouses() -> dict[int, tuple[str, str]]:
    """Active warehouses by id: (code, name), in their order of preference."""
    rows = fetch_all("SELECT id, code, name FROM inventory_warehouse WHERE is_active ORDER BY position, id")
    return {row[0]: (row[1], row[2]) for row in rows}


def receipts_due(on: date) -> dict[int, tuple[int, Decimal]]:
    """Open receipts expected by that day: what is still to come of each, as (product, quantity) under its id."""
    rows = fetch_all(
        """SELECT id, product_id, quantity - received FROM inventory_receipt
        WHERE closed_at IS NULL AND expected_on <= %s ORDER BY id""",
        [on],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def free_and_wanted() -> list[int]:
    """Products of which something is free while somebody waits for them."""
    rows = fetch_all(
        """SELECT DISTINCT r.product_id FROM inventory_reservation r
        JOIN inventory_stock s ON s.product_id = r.product_id
        JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
        WHERE r.status = 'open' AND r.reserved < r.wanted AND s.on_hand > s.reserved"""
    )
    return sorted(row[0] for row in rows)
