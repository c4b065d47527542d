"""What an import finds here already, and the sums by which its result can be checked against its source."""

from collections.abc import Collection
from decimal import Decimal

from orderloop.platform.bulk import fetch_all

_CODES = {
    "customers": "SELECT code FROM customers_customer WHERE code = ANY(%s::text[])",
    "products": "SELECT sku FROM catalog_product WHERE sku = ANY(%s::text[])",
    "product_lines": "SELECT code FROM catalog_productline WHERE code = ANY(%s::text[])",
    "price_lists": "SELECT code FROM catalog_pricelist WHERE code = ANY(%s::text[])",
}
_SUMS = """
    SELECT 'customers', count(*)::numeric FROM customers_customer
    UNION ALL SELECT 'customers_without_limit', count(*) FROM customers_creditaccount WHERE "limit" = 0
    UNION ALL SELECT 'credit_limits', coalesce(sum("limit"), 0) FROM customers_creditaccount
    UNION ALL SELECT 'products', count(*) FROM catalog_product
    UNION ALL SELECT 'product_lines', count(*) FROM catalog_productline
    UNION ALL SELECT 'orders', count(*) FROM orders_order
    UNION ALL SELECT 'orders_with_shipping_day', count(*) FROM ({days}) d
    UNION ALL SELECT 'orders_shipped_late', count(*) FROM ({days}) d WHERE d.shipped_on > d.requested_on
    UNION ALL SELECT 'order_lines', count(*) FROM orders_line
    UNION ALL SELECT 'ordered_pieces', coalesce(sum(quantity), 0) FROM orders_line
    UNION ALL SELECT 'ordered_value', coalesce(sum(net), 0) FROM orders_line
    UNION ALL SELECT 'payments', count(*) FROM customers_payment
    UNION ALL SELECT 'paid', coalesce(sum(amount), 0) FROM customers_payment
    UNION ALL SELECT 'stock', coalesce(sum(on_hand), 0) FROM inventory_stock
"""
# Goods that were shipped and came back stand in the history of their cancelled order.
_DAYS = """
    SELECT o.requested_on, coalesce((o.shipped_at AT TIME ZONE %s)::date, (
        SELECT min(e.data ->> 'shipped_on')::date FROM orders_event e WHERE e.order_id = o.id AND e.data ? 'shipped_on'
    )) AS shipped_on
    FROM orders_order o
"""
_DAYS = f"SELECT * FROM ({_DAYS}) known WHERE shipped_on IS NOT NULL"


def known_codes(target: str, codes: Collection[str]) -> set[str]:
    """Which of these codes a table of ours has already."""
    return {row[0] for row in fetch_all(_CODES[target], [list(codes)])}


def check_sums(zone: str) -> dict[str, Decimal]:
    """Counts and sums over all that is here, days by the clock of `zone`."""
    statement = _SUMS.replace("{days}", _DAYS)
    return {name: Decimal(value) for name, value in fetch_all(statement, [zone, zone])}


def stocked_places(reference: str) -> set[tuple[int, int]]:
    """The (product, warehouse) pairs whose opening stock was posted under this reference."""
    rows = fetch_all("SELECT DISTINCT product_id, warehouse_id FROM inventory_move WHERE reference = %s", [reference])
    return {(row[0], row[1]) for row in rows}
