"""Clauses 1.1a-d, 6.2a: whether a figure meets its target, and over which spans it is drawn."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from orderloop.metrics.facts import Figure, FiguresPolicy, Judged, Point, Reading

TREND_POINTS = 12
# Up to this length a period is drawn by weeks, above by months.
LONGEST_BY_WEEK = 92


def judge(figure: Figure, reading: Reading, policy: FiguresPolicy, trend: Sequence[Point] = ()) -> Judged:
    """Set a reading beside its target."""
    target = policy.target_of(figure.code)
    return Judged(
        figure, reading, target, is_met(figure, reading.value, target), reading.n < policy.thin_below, tuple(trend)
    )


def is_met(figure: Figure, value: Decimal | None, target: Decimal | None) -> bool | None:
    """Whether the value is on the good side of the target; None where there is none of either."""
    if value is None or target is None:
        return None
    return value >= target if figure.higher_is_better else value <= target


def trend_starts(first: date, last: date) -> list[date]:
    """The first days of the twelve weeks (or months, for a long period) of a trend that ends with the span `last`
    lies in, and the day after it."""
    by_week = (last - first).days <= LONGEST_BY_WEEK
    start = last - timedelta(days=last.weekday()) if by_week else last.replace(day=1)
    starts = [_after(start, by_week)]
    for _ in range(TREND_POINTS):
        starts.append(start)
        start = _before(start, by_week)
    return starts[::-1]


def _after(start: date, by_week: bool) -> date:
    return start + timedelta(days=7) if by_week else (start + timedelta(days=32)).replace(day=1)


def _before(start: date, by_week: bool) -> date:
    return start - timedelta(days=7) if by_week else (start - timedelta(days=1)).replace(day=1)
