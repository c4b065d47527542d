"""When what happened: the record's dates moved so that its last day is the day of the founding.

The record's orders bunch on about one day a month. All but those of its last day keep their distances exactly. The
orders of the last day are spread, so that the desk has work of every age: the first of them over the nine working
days before the founding and the day itself, the last sixty over the five working days after it, to be brought in one
day at a time. Nothing here is drawn by chance: what differs from order to order follows from the order's number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from orderloop.demo.records import Sale
from orderloop.foundation.calendar import WorkingCalendar

LEFT_TO_ARRIVE = 60
DAYS_TO_ARRIVE = 5
WORKING_DAYS_BEFORE = 9

OPENS, CLOSES = time(8, 30), time(17, 30)
NORTH_AMERICA = {"US": 2, "CA": 3}
OVERSEAS_DAYS = 4


@dataclass(frozen=True, slots=True)
class Dated:
    """A past order with its moved dates; `serial` is from its number, `round` the day to come (0: past)."""

    sale: Sale
    serial: int
    ordered_on: date
    requested_on: date
    ship_on: date
    deliver_on: date
    round: int = 0

    def moved_to(self, day: date) -> "Dated":
        """The same order placed on another day, all its dates as far from it as before."""
        by = day - self.ordered_on
        return replace(
            self,
            ordered_on=day,
            requested_on=self.requested_on + by,
            ship_on=self.ship_on + by,
            deliver_on=self.deliver_on + by,
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """All orders by their moved dates, and the first day on which each date of the record counts."""

    today: date
    past: tuple[Dated, ...]
    to_come: tuple[Dated, ...]
    starts: tuple[tuple[date, date], ...]

    @property
    def first_day(self) -> date:
        """The day of the first order."""
        return self.past[0].ordered_on


def lay_out(sales: Sequence[Sale], countries: dict[str, str], today: date, calendar: WorkingCalendar) -> Timeline:
    """The whole timeline for a founding on `today`; `countries` by store tells how long the way to it is."""
    last = sales[-1].ordered_on
    shift = today - last
    early = [sale for sale in sales if sale.ordered_on < last]
    late = [sale for sale in sales if sale.ordered_on == last]
    days = (*_working_days(calendar, today, WORKING_DAYS_BEFORE, -1)[::-1], today)
    coming = _working_days(calendar, today, DAYS_TO_ARRIVE, 1)
    recent, left = late[:-LEFT_TO_ARRIVE], late[-LEFT_TO_ARRIVE:]
    past = [_dated(sale, sale.ordered_on + shift, countries) for sale in early]
    past += [_dated(sale, days[i * len(days) // len(recent)], countries) for i, sale in enumerate(recent)]
    to_come = []
    for i, sale in enumerate(left):
        turn = i * len(coming) // len(left)
        to_come.append(_dated(sale, coming[turn], countries, turn + 1))
    starts = [(day, day + shift) for day in sorted({sale.ordered_on for sale in early})]
    return Timeline(today, tuple(past), tuple(to_come), (*starts, (last, days[0])))


def _working_days(calendar: WorkingCalendar, today: date, count: int, sign: int) -> list[date]:
    return [calendar.add_working_days(today, sign * n) for n in range(1, count + 1)]


def _dated(sale: Sale, day: date, countries: dict[str, str], turn: int = 0) -> Dated:
    serial = int("".join(filter(str.isdigit, sale.number)))
    shipped = day + (sale.shipped_on - sale.ordered_on)
    way = NORTH_AMERICA.get(countries[sale.store], OVERSEAS_DAYS) + serial % 3
    return Dated(
        sale=sale,
        serial=serial,
        ordered_on=day,
        requested_on=day + (sale.due_on - sale.ordered_on),
        ship_on=shipped,
        deliver_on=shipped + timedelta(days=way),
        round=turn,
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """Instants of the working day in the company's zone; nothing of the present day lies after `now`."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def instant(self, day: date, share: float) -> datetime:
        """The instant at `share` (0 to 1) of the working day; today's ends at `now` when that is before closing."""
        opens = datetime.combine(day, OPENS, tzinfo=self.zone)
        closes = datetime.combine(day, CLOSES, tzinfo=self.zone)
        if day == self.today and self.now < closes:
            closes = self.now.astimezone(self.zone)
            midnight = datetime.combine(day, time(), tzinfo=self.zone)
            opens = min(opens, midnight + (closes - midnight) / 2)
        found = opens + (closes - opens) * share
        return found.replace(microsecond=0) if found.replace(microsecond=0) >= opens else found


def by_day(orders: Iterable[Dated], which: str) -> dict[date, list[Dated]]:
    """The orders under one of their dates, such as `ship_on`."""
    days: dict[date, list[Dated]] = {}
    for dated in orders:
        days.setdefault(getattr(dated, which), []).append(dated)
    return days
