"""A new order from an earlier one: the same goods, with a number and a day of its own."""

from datetime import date, datetime
from typing import Any

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.foundation.calendar import business_day
from orderloop.intake.rules.pricing import plain
from orderloop.orders import queries as orders
from orderloop.policy.queries import working_time


def body_like(order_id: int) -> dict[str, Any]:
    """The document of an order like this one, without number and day: customer, address, items and quantities."""
    order = orders.facts_for([order_id])[order_id]
    lines = orders.lines_for([order_id]).get(order_id, [])
    products = catalog.facts_for({line.product_id for line in lines})
    owner = customers.facts_for([order.customer_id])[order.customer_id]
    places = customers.ship_tos_for([order.customer_id]).get(order.customer_id, ())
    ship_to = next((each.code for each in places if each.ship_to_id == order.ship_to_id and each.is_active), "")
    return {
        "customer": owner.code,
        "ship_to": ship_to,
        "lines": [
            {
                "item": products[line.product_id].sku,
                "quantity": plain(line.quantity),
                "unit": products[line.product_id].unit,
            }
            for line in lines
        ],
    }


def day_like(order_id: int, *, at: datetime) -> date:
    """The working day as long from now as an earlier order was asked for in advance, at the soonest tomorrow."""
    order, time = orders.facts_for([order_id])[order_id], working_time()
    ahead = order.requested_on - business_day(order.received_at, time.zone)
    today = business_day(at, time.zone)
    return time.calendar.next_working_day(max(today + ahead, date.fromordinal(today.toordinal() + 1)))
