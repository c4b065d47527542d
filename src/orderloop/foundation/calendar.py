"""Working days and working time, with holidays and the make-up days that turn a weekend into working days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
# No calendar of a real plant has a longer stretch without work; beyond it the calendar itself is wrong.
LONGEST_CLOSURE_DAYS = 366


class DayKind(StrEnum):
    """What an exceptional day is."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


class NoWorkingDay(ValueError):
    """A calendar has no working day for over a year, so no date can be reckoned with it."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The spans of a working day in the plant's time, in order; a span that ends at 00:00 ends at midnight."""

    spans: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        edges = [edge for start, end in self.spans for edge in (_minute(start), _minute(end) or 24 * 60)]
        if not edges or any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
            raise ValueError("working hours need spans that end after they start")
        if edges != sorted(edges):
            raise ValueError("spans of working hours must follow each other without overlap")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked: not the `weekend` (Monday is 0), not a holiday, but every make-up day.

    `settled_years` are those whose holidays are officially known; any other day's answer is provisional.
    """

    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    holidays: Mapping[date, DayKind] = field(default_factory=dict, hash=False)
    settled_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.weekend <= frozenset(range(7)):
            raise ValueError("days of the week are numbered 0 (Monday) to 6 (Sunday)")

    def is_working_day(self, day: date) -> bool:
        """Whether work is done on `day`."""
        kind = self.holidays.get(day)
        return day.weekday() not in self.weekend if kind is None else kind is DayKind.MAKE_UP

    def is_provisional(self, day: date) -> bool:
        """Whether the holidays of that year are not officially settled, so that the answer may still change."""
        return day.year not in self.settled_years

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is worked, else the first working day after it."""
        return next(self._working_days_from(day, ONE_DAY))

    def previous_working_day(self, day: date) -> date:
        """`day` itself if it is worked, else the last working day before it."""
        return next(self._working_days_from(day, -ONE_DAY))

    def add_working_days(self, day: date, days: int) -> date:
        """The `days`-th working day after `day`, before it if negative; with 0 the `next_working_day`."""
        if days == 0:
            return self.next_working_day(day)
        step = ONE_DAY if days > 0 else -ONE_DAY
        worked = self._working_days_from(day + step, step)
        for _ in range(abs(days) - 1):
            next(worked)
        return next(worked)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        # Whole weeks by arithmetic, because a customer may well ask for a day in the year 9999.
        weeks, rest = divmod((end - start).days, 7)
        weekdays = [(end - ONE_DAY * offset).weekday() for offset in range(rest)]
        usual = weeks * (7 - len(self.weekend)) + sum(day not in self.weekend for day in weekdays)
        return usual + sum(
            (kind is DayKind.MAKE_UP) - (day.weekday() not in self.weekend)
            for day, kind in self.holidays.items()
            if start < day <= end
        )

    def working_minutes_between(self, start: datetime, end: datetime, hours: WorkingHours, zone: tzinfo) -> int:
        """Whole minutes of working time from `start` to `end`, both aware; negative when `end` is earlier."""
        if end < start:
            return -self.working_minutes_between(end, start, hours, zone)
        worked = timedelta()
        for opens, closes in self._open_spans_until(start, end, hours, zone):
            worked += max(min(closes, end) - max(opens, start), timedelta())
        return worked // timedelta(minutes=1)

    def add_working_minutes(self, start: datetime, minutes: int, hours: WorkingHours, zone: tzinfo) -> datetime:
        """When `minutes` (not negative) of working time after `start` have passed, in UTC.

        With 0 minutes: `start` if it lies in working time, else the next opening. What ends exactly at closing
        time is due at closing time, not at the next opening.
        """
        if minutes < 0:
            raise ValueError("working minutes can be added, not taken away")
        left = timedelta(minutes=minutes)
        for opens, closes in self._open_spans(business_day(start, zone), hours, zone):
            since = max(opens, start)
            if since < closes and closes - since >= left:
                return (since + left).astimezone(UTC)
            left -= max(closes - since, timedelta())
        raise AssertionError("open spans never end")

    def _working_days_from(self, day: date, step: timedelta) -> Iterator[date]:
        idle = 0
        while idle <= LONGEST_CLOSURE_DAYS:
            if self.is_working_day(day):
                idle = 0
                yield day
            else:
                idle += 1
            day += step
        raise NoWorkingDay(f"no working day between {day - step * idle} and {day}")

    def _open_spans(self, day: date, hours: WorkingHours, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        for worked in self._working_days_from(day, ONE_DAY):
            for opens, closes in hours.spans:
                last = worked if _minute(closes) else worked + ONE_DAY
                yield _instant(worked, opens, zone), _instant(last, closes, zone)

    def _open_spans_until(
        self, start: datetime, end: datetime, hours: WorkingHours, zone: tzinfo
    ) -> Iterator[tuple[datetime, datetime]]:
        for opens, closes in self._open_spans(business_day(start, zone), hours, zone):
            if opens >= end:
                return
            yield opens, closes


def business_day(at: datetime, zone: tzinfo) -> date:
    """The date on the plant's wall at the aware instant `at`."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(zone).date()


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
    # In UTC, because Python subtracts two times of one zone by the wall clock, wrong by an hour across a DST change.
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
