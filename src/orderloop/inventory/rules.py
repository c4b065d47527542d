"""Clauses 2.2c-d and 5.2b: who gets which stock, and when the rest can be there. The whole set at once, best first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from orderloop.inventory.facts import Allocated, Demand, InventoryPolicy, Replenishing, Share, StockFact, Supply

ZERO = Decimal(0)


def allocate(
    demands: Iterable[Demand],
    stock: Sequence[StockFact],
    supplies: Sequence[Supply],
    replenishing: Mapping[int, Replenishing],
    policy: InventoryPolicy,
    *,
    today: date,
) -> list[Allocated]:
    """Give free stock to the demands by rank, warehouse after warehouse in the order of `stock`; never more than free.

    The outcome depends on the set of demands alone, not on the order or the portions in which they are handed over,
    as long as portions follow the rank. What stock does not cover is matched with receipts still to come, earliest
    first and by the same rank; what they do not cover either is dated by the product's lead time.
    """
    free: dict[int, list[_Place]] = defaultdict(list)
    for fact in stock:
        free[fact.product_id].append(_Place(fact.warehouse_id, fact.on_hand - fact.reserved))
    coming: dict[int, list[_Coming]] = defaultdict(list)
    for supply in sorted(supplies, key=lambda s: s.on):
        coming[supply.product_id].append(_Coming(supply.on, supply.quantity))
    return [
        _serve(demand, free[demand.product_id], coming.get(demand.product_id), replenishing, policy, today)
        for demand in sorted(demands, key=lambda d: d.rank)
    ]


class _Place:
    """What is left at a warehouse while demands are served."""

    __slots__ = ("left", "warehouse_id")

    def __init__(self, warehouse_id: int, left: Decimal) -> None:
        self.warehouse_id = warehouse_id
        self.left = left


class _Coming:
    """What is left of goods that come on a day."""

    __slots__ = ("left", "on")

    def __init__(self, on: date, left: Decimal) -> None:
        self.on = on
        self.left = left


def _serve(
    demand: Demand,
    free: list[_Place],
    coming: Sequence[_Coming] | None,
    replenishing: Mapping[int, Replenishing],
    policy: InventoryPolicy,
    today: date,
) -> Allocated:
    missing = demand.quantity
    shares: list[Share] = []
    for place in free:
        take = min(place.left, missing)
        if take > 0:
            place.left -= take
            missing -= take
            shares.append(Share(place.warehouse_id, take, take))
            if not missing:
                break
    if not missing:
        return Allocated(demand.line_key, demand.order_key, demand.product_id, tuple(shares), ZERO, today)
    if shares:
        first = shares[0]
        shares[0] = Share(first.warehouse_id, first.wanted + missing, first.reserved)
    elif free:
        shares.append(Share(free[0].warehouse_id, missing, ZERO))
    available = _covered_on(missing, coming, replenishing.get(demand.product_id), policy, today)
    return Allocated(demand.line_key, demand.order_key, demand.product_id, tuple(shares), missing, available)


def _covered_on(
    missing: Decimal,
    coming: Sequence[_Coming] | None,
    replenishing: Replenishing | None,
    policy: InventoryPolicy,
    today: date,
) -> date | None:
    last = today
    for receipt in coming or ():
        take = min(receipt.left, missing)
        if take > 0:
            receipt.left -= take
            missing -= take
            last = max(last, receipt.on)
            if not missing:
                return last
    if replenishing is None or not policy.promise_uncovered:
        return None
    extra = policy.make_extra_days if replenishing.supply == "make" else policy.buy_extra_days
    return max(last, today + timedelta(days=replenishing.lead_time_days + extra))


def available_to_promise(
    on_hand: Decimal,
    reserved: Decimal,
    supplies: Sequence[tuple[date, Decimal]],
    promised: Sequence[tuple[date, Decimal]],
) -> list[tuple[date, Decimal]]:
    """What can still be promised from each day on, without harming a promise already given.

    `supplies` are open receipts, `promised` the demand not yet covered by a reservation, each (day, quantity). The
    figure of a day is the lowest free quantity of that day and every later one (cumulative with look-ahead), never
    below 0. The first entry is date.min: what is free now and stays so.
    """
    change: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for day, quantity in supplies:
        change[day] += quantity
    for day, quantity in promised:
        change[day] -= quantity
    running = on_hand - reserved
    levels = [(date.min, running)]
    for day in sorted(change):
        running += change[day]
        levels.append((day, running))
    result: list[tuple[date, Decimal]] = []
    lowest = levels[-1][1]
    for day, level in reversed(levels):
        lowest = min(lowest, level)
        result.append((day, max(lowest, ZERO)))
    return result[::-1]


def deliverable(
    levels: Sequence[tuple[date, Decimal]], wanted: Decimal, by: date | None, arrives: Callable[[date], date]
) -> tuple[Decimal, date | None]:
    """How much can be with the customer by a day, and the first day on which all that is wanted can be.

    `levels` are those of `available_to_promise`; `arrives` gives the day of delivery for the day goods are there. What
    is free now counts also for a day that even it cannot reach, or where none is asked for. None: never, by what is on
    the way.
    """
    there = levels[0][1] if levels else ZERO
    for from_on, level in levels:
        if by is not None and arrives(from_on) <= by:
            there = level
    return there, next((arrives(from_on) for from_on, level in levels if level >= wanted), None)
