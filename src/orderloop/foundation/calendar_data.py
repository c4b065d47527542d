"""Public holidays and make-up working days of mainland China, by year.

Settled years follow the yearly notice of the State Council's General Office. A provisional year holds the statutory
days and, where one falls on a weekend, the working day that replaces it by law; make-up days and bridging days come
with the notice, usually in November of the year before.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from orderloop.foundation.calendar import DayKind, WorkingCalendar

SETTLED_YEARS = frozenset({2023, 2024, 2025, 2026})
PROVISIONAL_YEARS = frozenset({2027})

# First and last day of each holiday, as month and day.
_HOLIDAYS = {
    2023: "1-1:1-2 1-21:1-27 4-5:4-5 4-29:5-3 6-22:6-24 9-29:10-6",
    2024: "1-1:1-1 2-10:2-17 4-4:4-6 5-1:5-5 6-10:6-10 9-15:9-17 10-1:10-7",
    2025: "1-1:1-1 1-28:2-4 4-4:4-6 5-1:5-5 5-31:6-2 10-1:10-8",
    2026: "1-1:1-3 2-15:2-23 4-4:4-6 5-1:5-5 6-19:6-21 9-25:9-27 10-1:10-7",
    2027: "1-1:1-1 2-5:2-10 4-5:4-5 5-1:5-4 6-9:6-9 9-15:9-15 10-1:10-5",
}
_MAKE_UP_DAYS = {
    2023: "1-28 1-29 4-23 5-6 6-25 10-7 10-8",
    2024: "2-4 2-18 4-7 4-28 5-11 9-14 9-29 10-12",
    2025: "1-26 2-8 4-27 9-28 10-11",
    2026: "1-4 2-14 2-28 5-9 9-20 10-10",
}


def _day(year: int, text: str) -> date:
    month, day = text.split("-")
    return date(year, int(month), int(day))


def _span(year: int, text: str) -> Iterator[date]:
    first, last = (_day(year, edge) for edge in text.split(":"))
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


CHINA_DAYS: dict[date, DayKind] = {
    **{
        day: DayKind.HOLIDAY for year, spans in _HOLIDAYS.items() for span in spans.split() for day in _span(year, span)
    },
    **{_day(year, text): DayKind.MAKE_UP for year, days in _MAKE_UP_DAYS.items() for text in days.split()},
}

CHINA = WorkingCalendar(holidays=CHINA_DAYS, settled_years=SETTLED_YEARS)
