"""Sheets that list what somebody sells, and order none of it."""

from orderloop.interchange.facts import ReadOrder, Role


def is_price_list(order: ReadOrder) -> bool:
    """Whether goods have prices, none a quantity, and no number says that it is an order all the same."""
    return (
        order.role is Role.ORDER
        and "po_number" not in order.fields
        and any("unit_price" in line for line in order.lines)
        and not any("quantity" in line for line in order.lines)
    )
