"""Where an order stands among those that wait for goods and hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orderloop.platform.bulk import fetch_all


@dataclass(frozen=True, slots=True)
class Ahead:
    """`waiting` orders are under way, the one asked about among them; `of` counts those ahead of it at each score."""

    waiting: int
    of: tuple[int, ...]


def orders_ahead(order_id: int, scores: Sequence[Decimal]) -> Ahead:
    """How many orders would come before this one if it had one or the other priority."""
    ((waiting, of),) = fetch_all(
        """WITH others AS (SELECT priority FROM orders_order
            WHERE status NOT IN ('delivered', 'cancelled', 'rejected') AND status <> 'shipped' AND id <> %s)
        SELECT 1 + (SELECT count(*) FROM others), ARRAY(SELECT
                (SELECT count(*) FROM others WHERE priority > wanted.score)
            FROM unnest(%s::numeric[]) WITH ORDINALITY AS wanted(score, n) ORDER BY wanted.n)""",
        [order_id, list(scores)],
    )
    return Ahead(waiting, tuple(of))
