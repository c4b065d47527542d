"""The dealer price list, read off the record: what a piece cost on each day from each quantity upwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.demo.records import Article, Sale

# From how many pieces of one product in one line the dealer gets which discount.
STEPS: tuple[tuple[int, Decimal], ...] = (
    (1, Decimal(0)),
    (11, Decimal("0.02")),
    (15, Decimal("0.05")),
    (25, Decimal("0.10")),
    (41, Decimal("0.15")),
)
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A unit price from a quantity upwards, from a day until the day before `until` (None: open)."""

    sku: str
    from_quantity: int
    unit_price: Decimal
    since: date
    until: date | None


def step_of(quantity: int) -> int:
    """The quantity from which the price of a line of `quantity` pieces counts."""
    return max(start for start, _ in STEPS if start <= quantity)


def price_spans(
    sales: Iterable[Sale], articles: Iterable[Article], starts: Sequence[tuple[date, date]]
) -> list[PriceSpan]:
    """All prices of the list. `starts` gives, in order, each date of the record and the day from which it counts.

    A price seen in the record holds from its date to the next date of the record. Where none was seen, the plain price
    goes on as last seen, less the usual discount of the step; so a special offer ends with its month. A product that
    was never sold has the dealer price throughout.
    """
    seen: dict[tuple[str, int, date], Decimal] = {}
    plain: dict[tuple[str, date], Decimal] = {}
    for sale in sales:
        for line in sale.lines:
            seen[line.sku, step_of(line.quantity), sale.ordered_on] = line.price
            if line.discount == 0:
                plain[line.sku, sale.ordered_on] = line.price
    spans: list[PriceSpan] = []
    for article in articles:
        spans += _spans_of(article, seen, plain, starts)
    return spans


def _spans_of(
    article: Article,
    seen: dict[tuple[str, int, date], Decimal],
    plain: dict[tuple[str, date], Decimal],
    starts: Sequence[tuple[date, date]],
) -> list[PriceSpan]:
    spans: list[PriceSpan] = []
    for step, discount in STEPS:
        base = None if any((article.sku, day) in plain for day, _ in starts) else article.dealer_price
        since, price = starts[0][1], None
        for recorded, starting in starts:
            base = plain.get((article.sku, recorded), base)
            usual = None if base is None else (base * (1 - discount)).quantize(PLACES)
            now = seen.get((article.sku, step, recorded), usual)
            if now != price:
                if price is not None:
                    spans.append(PriceSpan(article.sku, step, price, since, starting))
                since, price = starting, now
        if price is not None:
            spans.append(PriceSpan(article.sku, step, price, since, None))
    return spans
