"""What is picked for an order, and whether what was picked can be right."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from orderloop.foundation.money import RMB_WORDS_LIMIT, rmb_in_words
from orderloop.foundation.outcome import Reason
from orderloop.fulfilment.facts import Held, Picked, PickPlan, ShipmentLineFact

ZERO = Decimal(0)
MOST_PARCELS = 999
# How amounts of a currency begin when written out in Chinese capitals; all of these count in 元, 角 and 分.
CURRENCY_IN_WORDS: Mapping[str, str] = {
    "CNY": "人民币",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港币",
    "AUD": "澳元",
    "CAD": "加元",
    "SGD": "新加坡元",
}


def pick_plans(held: Iterable[Held], in_hand: Mapping[tuple[int, int], Decimal]) -> list[PickPlan]:
    """One shipment per order and warehouse, of all that is held for the order and is not on a shipment in the house.

    `in_hand` is what such shipments take, by order line and warehouse. Lines keep the order in which they come.
    """
    plans: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    for each in held:
        left = each.quantity - in_hand.get((each.line_id, each.warehouse_id), ZERO)
        if left > 0:
            plans[each.order_id, each.warehouse_id][each.line_id] = left
    return [PickPlan(order_id, warehouse_id, lines) for (order_id, warehouse_id), lines in plans.items()]


def pick_faults(picked: Picked, lines: Collection[ShipmentLineFact]) -> tuple[Reason, ...]:
    """Every reason why a confirmation of picking cannot be right; none if it can."""
    if picked.quantities is None:
        return ()
    asked = {line.line_id: line.quantity for line in lines}
    faults = [
        Reason("line_not_in_shipment", f"line:{line_id}") for line_id in picked.quantities if line_id not in asked
    ]
    for line_id, quantity in asked.items():
        if (fault := _quantity_fault(picked.quantities.get(line_id), quantity)) is not None:
            faults.append(Reason(fault[0], f"line:{line_id}", fault[1]))
    total = sum(picked.quantities.values(), ZERO)
    if not faults and total == 0:
        faults.append(Reason("nothing_picked"))
    elif not faults and total < sum(asked.values(), ZERO) and not picked.short_reason.strip():
        faults.append(Reason("short_without_reason", "short_reason"))
    return tuple(faults)


def _quantity_fault(quantity: Decimal | None, asked: Decimal) -> tuple[str, dict[str, object]] | None:
    if quantity is None:
        return "line_missing", {}
    if quantity < 0:
        return "quantity_negative", {}
    if quantity > asked:
        return "more_than_asked", {"picked": quantity, "asked": asked}
    return None


def overdrawn(goods: Mapping[tuple[int, int], Decimal], held: Iterable[Held]) -> set[int]:
    """The order lines of which more is about to leave a warehouse than is held there for them."""
    left = dict(goods)
    for each in held:
        if (each.line_id, each.warehouse_id) in left:
            left[each.line_id, each.warehouse_id] -= each.quantity
    return {line_id for (line_id, _), quantity in left.items() if quantity > 0}


def amount_in_words(amount: Decimal, currency: str) -> str:
    """The amount in Chinese capitals with its currency; empty for currencies and amounts that are not written so."""
    begin = CURRENCY_IN_WORDS.get(currency)
    return f"{begin}{rmb_in_words(amount)}" if begin and abs(amount) < RMB_WORDS_LIMIT else ""
