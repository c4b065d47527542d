"""Reads of shipments, and of what stands on their papers."""

from orderloop.fulfilment.queries.documents import delivery_notes_for, order_confirmations_for
from orderloop.fulfilment.queries.shipments import (
    facts_for,
    in_house_for,
    in_house_orders,
    lines_for,
    pick_tasks,
    shipments_for,
    shipped_by_order,
    unpicked_for,
)

__all__ = [
    "delivery_notes_for",
    "facts_for",
    "in_house_for",
    "in_house_orders",
    "lines_for",
    "order_confirmations_for",
    "pick_tasks",
    "shipments_for",
    "shipped_by_order",
    "unpicked_for",
]
