"""What can be shown of a line while the order is still being typed: product, price, amount."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.catalog.facts import ProductFact
from orderloop.foundation.money import line_net
from orderloop.intake.facts import IntakePolicy, Known, OrderEntry
from orderloop.intake.rules.days import Days
from orderloop.intake.rules.lines import Ground, asked_item, read_line
from orderloop.intake.rules.notes import Notes


@dataclass(frozen=True, slots=True)
class LinePreview:
    """As much as is known of a line. Quantity and price in the product's base unit; `amount` quantity times price."""

    product: ProductFact | None = None
    units: tuple[str, ...] = ()
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount: Decimal | None = None


def preview_lines(entry: OrderEntry, known: Known, policy: IntakePolicy, today: date) -> tuple[LinePreview, ...]:
    """Every line of the entry as far as it can be told, in order."""
    customer_id = entry.customer_id
    if customer_id is None:
        customer_id = known.customer_ids.get(entry.customer_code.strip())
    customer = known.customers.get(customer_id) if customer_id is not None else None
    days = Days.of(today, known.calendar, policy)
    ground = Ground(known, policy, entry.channel, customer, days, Notes(policy, entry.channel))
    previews = []
    for index, line in enumerate(entry.lines):
        possible = known.items.get(asked_item(line, customer.customer_id if customer else 0), ())
        product = possible[0] if len(possible) == 1 else None
        units = tuple(sorted(known.factors.get(product.product_id, {product.unit: 1}))) if product else ()
        read = read_line(index, line, ground)
        if read is None or customer is None:
            previews.append(LinePreview(product, units))
        else:
            amount = line_net(read.quantity, read.unit_price, customer.currency)
            previews.append(LinePreview(product, units, read.quantity, read.unit_price, amount))
    return tuple(previews)
