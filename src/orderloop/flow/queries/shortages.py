"""What orders lack, by product, with stock and what is to come; one statement a call."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from orderloop.platform.bulk import fetch_all
from orderloop.platform.search import contains_pattern

DEMANDS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Waiter:
    """An order that waits for a product."""

    order_id: int
    number: str
    customer: str
    priority: Decimal
    needed_on: date
    short: Decimal
    expected_on: date | None
    is_planned: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """Goods still to come of an expected receipt."""

    receipt_id: int
    warehouse: str
    quantity: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class ProductShort:
    """A product that orders wait for. `waiters` are the first by priority; `orders` counts them all."""

    product_id: int
    sku: str
    name_en: str
    name_zh: str
    unit: str
    supply: str
    lead_time_days: int
    short: Decimal
    orders: int
    unplanned: int
    priority: Decimal
    needed_on: date
    on_hand: Decimal
    reserved: Decimal
    waiters: tuple[Waiter, ...]
    coming: tuple[Coming, ...]

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def covered_on(self) -> date | None:
        """The day by which what is to come covers what is short; None where it does not."""
        left = self.short
        for each in self.coming:
            left -= each.quantity
            if left <= 0:
                return each.on
        return None


_SHORT = """WITH short AS (
    SELECT r.product_id, r.order_id, sum(r.wanted - r.reserved) AS short, min(r.needed_on) AS needed_on,
        max(r.expected_on) AS expected_on, max(r.priority) AS priority
    FROM inventory_reservation r
    WHERE r.status = 'open' AND r.reserved < r.wanted AND (%s::bigint IS NULL OR r.product_id IN (
        SELECT product_id FROM inventory_reservation WHERE order_id = %s AND status = 'open' AND reserved < wanted))
    GROUP BY r.product_id, r.order_id
), ranked AS (
    SELECT s.*,
        row_number() OVER (PARTITION BY s.product_id ORDER BY s.priority DESC, s.needed_on, s.order_id) AS place,
        NOT EXISTS (SELECT 1 FROM flow_stagerecord f WHERE f.order_id = s.order_id AND f.stage = 'production_planning'
            AND f.finished_at IS NULL) AS is_planned
    FROM short s
), product AS (
    SELECT product_id, sum(short) AS short, count(*) AS orders, count(*) FILTER (WHERE NOT is_planned) AS unplanned,
        max(priority) AS priority, min(needed_on) AS needed_on
    FROM ranked GROUP BY product_id
)
SELECT p.product_id, c.sku, c.name_en, c.name_zh, c.unit, c.supply, c.lead_time_days, p.short, p.orders, p.unplanned,
    p.priority, p.needed_on, coalesce(stock.on_hand, 0), coalesce(stock.reserved, 0),
    (SELECT jsonb_agg(jsonb_build_array(r.order_id, o.number, b.name, r.priority::text, r.needed_on, r.short::text,
        r.expected_on, r.is_planned) ORDER BY r.place)::text
        FROM ranked r JOIN orders_order o ON o.id = r.order_id JOIN customers_customer b ON b.id = o.customer_id
        WHERE r.product_id = p.product_id AND r.place <= %s),
    (SELECT jsonb_agg(jsonb_build_array(x.id, w.code, (x.quantity - x.received)::text, x.expected_on, x.source)
        ORDER BY x.expected_on, x.id)::text
        FROM inventory_receipt x JOIN inventory_warehouse w ON w.id = x.warehouse_id
        WHERE x.product_id = p.product_id AND x.closed_at IS NULL)
FROM product p JOIN catalog_product c ON c.id = p.product_id
LEFT JOIN LATERAL (SELECT sum(on_hand) AS on_hand, sum(reserved) AS reserved FROM inventory_stock s
    WHERE s.product_id = p.product_id) stock ON true
WHERE (%s = '' OR c.search_key LIKE %s) AND (%s = '' OR c.supply = %s) AND (NOT %s OR p.unplanned > 0)
ORDER BY p.priority DESC, p.needed_on, p.product_id OFFSET %s LIMIT %s"""


def products_short(
    *,
    text: str = "",
    supply: str = "",
    only_unplanned: bool = False,
    order_id: int | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[ProductShort]:
    """Products that orders wait for, the one with the most pressing order first; with `order_id`, those it lacks."""
    pattern = contains_pattern(text)
    rows = fetch_all(
        _SHORT,
        [order_id, order_id, DEMANDS_SHOWN, text.strip(), pattern, supply, supply, only_unplanned, offset, limit],
    )
    return [_product(row) for row in rows]


def _product(row: Sequence[Any]) -> ProductShort:
    values: list[Any] = [*row[:14], _waiters(row[14]), _coming(row[15])]
    return ProductShort(*values)


def _waiters(text: str | None) -> tuple[Waiter, ...]:
    return tuple(
        Waiter(
            each[0], each[1], each[2], Decimal(each[3]), date.fromisoformat(each[4]), Decimal(each[5]), _day(each[6]),
            each[7],
        )
        for each in json.loads(text or "[]")
    )  # fmt: skip


def _coming(text: str | None) -> tuple[Coming, ...]:
    return tuple(
        Coming(each[0], each[1], Decimal(each[2]), date.fromisoformat(each[3]), each[4])
        for each in json.loads(text or "[]")
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def count_short() -> int:
    """How many products orders wait for."""
    rows = fetch_all(
        "SELECT count(DISTINCT product_id) FROM inventory_reservation WHERE status = 'open' AND reserved < wanted"
    )
    return int(rows[0][0])


@dataclass(frozen=True, slots=True)
class StockListed:
    """Stock of a product in a warehouse."""

    stock_id: int
    product_id: int
    sku: str
    name_en: str
    name_zh: str
    unit: str
    warehouse: str
    bin: str
    on_hand: Decimal
    reserved: Decimal
    reorder_point: Decimal
    coming: Decimal

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


def stock_listed(
    *,
    text: str = "",
    warehouse: str = "",
    only_scarce: bool = False,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[StockListed]:
    """Stock by product and warehouse, in the order of the product codes, behind `after` (code, id) or before it."""
    conditions, parameters = ["true"], []
    if text.strip():
        conditions.append("p.search_key LIKE %s")
        parameters.append(contains_pattern(text))
    if warehouse:
        conditions.append("w.code = %s")
        parameters.append(warehouse)
    if only_scarce:
        conditions.append("s.on_hand - s.reserved <= p.reorder_point")
    if after:
        conditions.append(f"(p.sku, s.id) {'<' if backwards else '>'} (%s, %s::bigint)")
        parameters += after
    direction = "DESC" if backwards else "ASC"
    rows = fetch_all(
        f"""SELECT s.id, p.id, p.sku, p.name_en, p.name_zh, p.unit, w.code, s.bin, s.on_hand, s.reserved,
            p.reorder_point, coalesce((SELECT sum(x.quantity - x.received) FROM inventory_receipt x
                WHERE x.product_id = p.id AND x.warehouse_id = w.id AND x.closed_at IS NULL), 0)
        FROM inventory_stock s JOIN catalog_product p ON p.id = s.product_id
        JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE {" AND ".join(conditions)} ORDER BY p.sku {direction}, s.id {direction} LIMIT %s""",
        [*parameters, limit],
    )
    found = [StockListed(*row) for row in rows]
    return found[::-1] if backwards else found


def stock_of(product_id: int) -> list[tuple[str, str, Decimal, Decimal]]:
    """Where a product lies: warehouse, bin, on hand, reserved."""
    return fetch_all(
        """SELECT w.code, s.bin, s.on_hand, s.reserved
        FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
        WHERE s.product_id = %s ORDER BY w.position, w.id""",
        [product_id],
    )


def moves_of(product_id: int, *, before_id: int | None = None, limit: int = 50) -> list[tuple[Any, ...]]:
    """A product's latest moves: id, time, warehouse, kind, quantity, reference, actor, order number."""
    return fetch_all(
        """SELECT m.id, m.at, w.code, m.kind, m.quantity, m.reference, m.actor_name, o.number
        FROM inventory_move m JOIN inventory_warehouse w ON w.id = m.warehouse_id
        LEFT JOIN orders_line l ON l.id = m.line_id LEFT JOIN orders_order o ON o.id = l.order_id
        WHERE m.product_id = %s AND (%s::bigint IS NULL OR m.id < %s) ORDER BY m.id DESC LIMIT %s""",
        [product_id, before_id, before_id, limit],
    )
