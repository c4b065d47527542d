"""How much of each line can be with the customer on the day asked for, while the order is still being typed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.intake.rules.preview import LinePreview
from orderloop.inventory import queries as inventory
from orderloop.inventory.facts import SECTION
from orderloop.inventory.rules import available_to_promise, deliverable
from orderloop.policy.queries import in_force, working_time


@dataclass(frozen=True, slots=True)
class Availability:
    """`quantity` can be there by the day asked for, or is free now where none is asked for; `all_on` is the first day
    on which all that is asked for can be there, None where stock and open receipts do not reach."""

    quantity: Decimal
    is_short: bool
    all_on: date | None


def availability_of(
    lines: Mapping[int, LinePreview], wanted_on: Mapping[int, date | None], *, today: date
) -> dict[int, Availability]:
    """What is available for each line, by its row; a line has what earlier lines of the same product leave."""
    known = inventory.promisable_for({each.product.product_id for each in lines.values() if each.product is not None})
    policy, calendar = in_force(SECTION).value, working_time().calendar

    def arrives(leaves_on: date) -> date:
        return calendar.add_working_days(max(leaves_on, today), policy.handling_days + policy.transit_days)

    levels = {
        product_id: available_to_promise(each.on_hand, each.reserved, each.supplies, each.promised)
        for product_id, each in known.items()
    }
    taken: dict[int, Decimal] = defaultdict(Decimal)
    found = {}
    for n, line in lines.items():
        if line.product is None:
            continue
        product_id, wanted, asked = line.product.product_id, line.quantity or Decimal(0), wanted_on.get(n)
        by = calendar.next_working_day(asked) if asked else None
        there, all_on = deliverable(levels.get(product_id, []), taken[product_id] + wanted, by, arrives)
        left = max(there - taken[product_id], Decimal(0))
        found[n] = Availability(left, wanted > left, all_on)
        taken[product_id] += wanted
    return found
