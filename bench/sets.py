"""Orders from message to released in sets, against the hand-written set path on the same database, turn by turn."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from bench import world

_po = count(1)
_LINES = 3


@dataclass(frozen=True, slots=True)
class SetResult:
    """Orders a second of product and yardstick; medians over the rounds, and the median of the rounds' ratios."""

    size: int
    rounds: int
    product: float
    yardstick: float
    ratio: float


def orders(size: int) -> Iterator[tuple[str, str, list[tuple[str, int]]]]:
    """Customer code, purchase order number and items of so many orders: 3 of 200 products, 100 customers in turn."""
    for _ in range(size):
        n = next(_po)
        yield f"C{n % 100:04d}", f"PO-{n}", [(f"P{(n * 7 + k * 31) % 200:04d}", 2 + k) for k in range(_LINES)]


def product_set(size: int) -> int:
    """The product's way: messages stored and committed, then everything else in one transaction."""
    from orderloop.flow.services.take_in import take_in_entries
    from orderloop.foundation.actor import SYSTEM
    from orderloop.intake import services as intake
    from orderloop.intake.facts import Arrival, EntryLine, OrderEntry
    from orderloop.orders.facts import Channel

    at = datetime.now(UTC)
    day = (at + timedelta(days=28)).date()
    given = list(orders(size))
    stored = intake.store_messages([Arrival(Channel.API, "application/json", BODY, at) for _ in given])
    entries = [
        OrderEntry(
            key=n,
            channel=Channel.API,
            received_at=at,
            customer_code=code,
            po_number=po,
            requested_on=day,
            lines=tuple(EntryLine(sku, str(quantity)) for sku, quantity in items),
            message_id=message.message_id,
        )
        for n, ((code, po, items), message) in enumerate(zip(given, stored, strict=True))
    ]
    taken = take_in_entries(entries, at=at, actor=SYSTEM)
    return sum(each.status == "released" for each in taken.values.values())


BODY = (
    b'{"customer":"C0001","po_number":"PO-1","lines":[{"item":"P0001","quantity":2},'
    b'{"item":"P0032","quantity":3},{"item":"P0063","quantity":4}]}'
)


def yardstick_set(size: int) -> int:
    """The hand-written way, in one transaction."""
    from django.db import connection, transaction

    given = list(orders(size))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT yard_set(%s::text[], %s::text[], %s::text[], %s::numeric[], %s, %s, %s::jsonb, %s::jsonb)",
            [
                [code for code, _, _ in given],
                [po for _, po, _ in given],
                [sku for _, _, items in given for sku, _ in items],
                [quantity for _, _, items in given for _, quantity in items],
                BODY,
                *documents(),
            ],
        )
        return int(cursor.fetchone()[0])


@cache
def documents() -> tuple[object, ...]:
    """The policy version, and a review sheet and score terms as the product writes them, for the yardstick to write."""
    from orderloop.platform.bulk import fetch_all

    (found,) = fetch_all(
        "SELECT s.policy_id, s.checks::text, t.terms::text"
        " FROM review_sheet s JOIN triage_score t USING (order_id) LIMIT 1"
    )
    return tuple(found)


def measure(size: int, rounds: int) -> SetResult:
    """Product and yardstick in turn, each round's ratio taken by itself so that a drift of the machine cancels out."""
    product, yardstick = [], []
    for _ in range(rounds):
        product.append(_rate(product_set, size))
        yardstick.append(_rate(yardstick_set, size))
    ratios = [p / y for p, y in zip(product, yardstick, strict=True)]
    return SetResult(size, rounds, statistics.median(product), statistics.median(yardstick), statistics.median(ratios))


def growth(size: int, rounds: int, large: str, small: str) -> tuple[float, float]:
    """How much longer an order takes in the database `large` than in `small`: medians of product and yardstick, each
    from runs in turn; after each change of the database one set of each is not counted."""
    product, yardstick = [], []
    for _ in range(rounds):
        rates = {}
        for name in (large, small):
            world.use(name)
            for run in (product_set, yardstick_set):
                _rate(run, size), _rate(run, size)
                rates[name, run] = statistics.median(_rate(run, size) for _ in range(3))
        product.append(rates[small, product_set] / rates[large, product_set])
        yardstick.append(rates[small, yardstick_set] / rates[large, yardstick_set])
    world.use(large)
    return statistics.median(product), statistics.median(yardstick)


def _rate(run: Callable[[int], int], size: int) -> float:
    start = time.perf_counter()
    done = run(size)
    if done != size:
        raise AssertionError(f"{done} of {size} orders were released")
    return size / (time.perf_counter() - start)
