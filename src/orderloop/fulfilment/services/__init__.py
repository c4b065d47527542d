"""What the warehouse does, on sets of shipments, and the papers that go with them."""

from orderloop.fulfilment.services.documents import (
    line_words_for,
    print_delivery_notes,
    print_order_confirmations,
    print_papers,
    register_line_words,
)
from orderloop.fulfilment.services.shipping import (
    cancel_shipments,
    confirm_picks,
    deliver_shipments,
    pack_shipments,
    ship_orders_completely,
    ship_shipments,
    start_picks,
)

__all__ = [
    "cancel_shipments",
    "confirm_picks",
    "deliver_shipments",
    "line_words_for",
    "pack_shipments",
    "print_delivery_notes",
    "print_order_confirmations",
    "print_papers",
    "register_line_words",
    "ship_orders_completely",
    "ship_shipments",
    "start_picks",
]
