"""How the demo's stock is replenished: weekly review, launch stock for new products, express for what is short.

A product's level is what its busiest day of the last four months took, a tenth more, longer covered the longer its
lead time. Every Monday what stock, open demand and goods to come lack of the level is ordered. What is new on the
market starts with half of its first day's sales. On the mornings after orders came, what they are short of is ordered
by express and comes within three days, so that everything is there when the record ships it. Only of late the suppliers
of every tenth product stand still.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from orderloop.demo.timeline import Dated

SEEN_DAYS = 125
MARGIN = Decimal("1.1")
MONTH_DAYS = 30
LAUNCH_DAYS = 14
LAUNCH_SHARE = Decimal("0.5")
EXPRESS_DAYS = (1, 2, 3)
EXPRESS_WITHIN = 3
STALLED_EVERY, STALLED = 10, 3
WEEKLY, EXPRESS = "Weekly review · 每周补货", "Express · 加急补货"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Position:
    """What a product has: `free` for nobody yet, `short` wanted beyond stock, `coming` ordered and not yet here.

    `n` is its place among all that is sold, by number.
    """

    n: int
    product_id: int
    sku: str
    free: Decimal
    short: Decimal
    coming: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Goods to be ordered, and the day they come."""

    product_id: int
    quantity: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Calls:
    """Whose suppliers answer a call. Every tenth product's stands still of late, so that the desk has shortages.

    It takes no weekly order after `weekly_until` and no express from `express_until` on; every other one of them takes
    the express of `today` again.
    """

    weekly_until: date
    express_until: date
    today: date

    def weekly(self, position: Position, day: date) -> bool:
        return position.n % STALLED_EVERY != STALLED or day <= self.weekly_until

    def express(self, position: Position, day: date) -> bool:
        if position.n % STALLED_EVERY != STALLED or day < self.express_until:
            return True
        return day == self.today and position.n // STALLED_EVERY % 2 == 0


def demand_by_day(orders: Iterable[Dated]) -> dict[str, dict[date, int]]:
    """How much of each product was ordered on each day."""
    found: dict[str, dict[date, int]] = {}
    for dated in orders:
        for line in dated.sale.lines:
            days = found.setdefault(line.sku, {})
            days[dated.ordered_on] = days.get(dated.ordered_on, 0) + line.quantity
    return found


def level_of(days: Mapping[date, int], lead_time_days: int, today: date) -> Decimal:
    """Up to which quantity a product is replenished on `today`, from the demand seen before and a launch to come."""
    first = min(days)
    if today <= first:
        return Decimal(days[first]) * LAUNCH_SHARE if first - today <= timedelta(LAUNCH_DAYS) else Decimal(0)
    busiest = max((n for day, n in days.items() if today - timedelta(SEEN_DAYS) <= day < today), default=0)
    cover = 1 + Decimal(lead_time_days) / MONTH_DAYS
    return (busiest * MARGIN * cover).to_integral_value(ROUND_CEILING)


def weekly_orders(
    positions: Iterable[Position],
    levels: Mapping[int, Decimal],
    lead_times: Mapping[int, int],
    express: Iterable[Wanted],
    today: date,
    calls: Calls,
) -> list[Wanted]:
    """What the review orders: for each product what it lacks of its level, to come after its lead time."""
    ordered = {each.product_id: each.quantity for each in express}
    wanted = []
    for position in positions:
        if not calls.weekly(position, today):
            continue
        here = position.free + sum(
            (quantity for _, quantity in position.coming), ordered.get(position.product_id, ZERO)
        )
        quantity = (levels[position.product_id] + position.short - here).to_integral_value(ROUND_CEILING)
        if quantity > 0:
            day = today + timedelta(max(2, lead_times[position.product_id]))
            wanted.append(Wanted(position.product_id, quantity, day, WEEKLY))
    return wanted


def express_orders(positions: Iterable[Position], today: date, calls: Calls) -> list[Wanted]:
    """What is ordered by express: what is short beyond what comes anyway within three days."""
    wanted = []
    for position in positions:
        soon = sum((n for day, n in position.coming if day <= today + timedelta(EXPRESS_WITHIN)), ZERO)
        if position.short > soon and calls.express(position, today):
            days = EXPRESS_DAYS[position.n % len(EXPRESS_DAYS)]
            wanted.append(Wanted(position.product_id, position.short - soon, today + timedelta(days), EXPRESS))
    return wanted
