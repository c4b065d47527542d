"""On which day and at what time of it the demo's people did what: pure, from the order's number and the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from orderloop.demo.timeline import Dated, Timeline
from orderloop.foundation.calendar import WorkingCalendar

# Shares of the working day: goods come first, then orders all day long, with the reviewers' and the warehouse's rounds.
GOODS_COME = 0.0
PAYMENTS = 0.02
ORDERING = 0.05
SLOTS = (0.12, 0.27, 0.42, 0.57, 0.72, 0.88)
PICKING = 0.25
DECIDING = (0.35, 0.82)
DELIVERING = 0.55
PACKING = 0.66
SHIPPING = 0.78

MONDAY, TUESDAY, FRIDAY = 0, 1, 4
BEHIND_DAYS = 6
DAYS_FOR_EXPRESS = 4
LACKING = 3
PICKED_AHEAD = 2
DAYS_BEFORE_FIRST_ORDER = 7


def in_slots(orders: Sequence[Dated]) -> list[tuple[float, Sequence[Dated]]]:
    """A day's orders spread evenly over the working day, in the order of their numbers; empty slots are left out."""
    shares: dict[float, list[Dated]] = {}
    for position, dated in enumerate(sorted(orders, key=lambda dated: dated.serial)):
        shares.setdefault(SLOTS[position * len(SLOTS) // len(orders)], []).append(dated)
    return sorted(shares.items())


def seconds_before(dated: Dated) -> int:
    """How long before its slot an order came in: up to a minute."""
    return 5 + dated.serial * 7 % 55


def lacks_something(dated: Dated, timeline: Timeline) -> bool:
    """Whether an order comes in incomplete: the last three before the founding, and the last of each day to come."""
    if dated.round:
        return dated == max((each for each in timeline.to_come if each.round == dated.round), key=_serial)
    return dated in timeline.past[-LACKING:]


def _serial(dated: Dated) -> int:
    return dated.serial


def decided_on(dated: Dated, calendar: WorkingCalendar, today: date) -> date:
    """The day on which reviewers decide an order's holds: mostly the next working day, for every fifth the one after,
    but early enough for what it lacks to be there when the record ships it.

    Of late they are behind: what was held within the last six working days before `today` waits that much longer.
    """
    due = calendar.add_working_days(dated.ordered_on, 2 if dated.serial % 5 == 0 else 1)
    if dated.ordered_on >= calendar.add_working_days(today, -BEHIND_DAYS):
        return calendar.add_working_days(due, BEHIND_DAYS)
    return min(due, dated.ship_on - timedelta(DAYS_FOR_EXPRESS))


def decided_in_the_morning(dated: Dated) -> bool:
    """Whether the morning's round decides it, or the afternoon's."""
    return dated.serial % 2 == 0


def days_late(dated: Dated) -> int:
    """How many days after it is due an order's invoice is paid: 6 of 10 in time, 3 some days late, 1 four weeks."""
    last = dated.serial % 10
    return 0 if last < 6 else last + 3 if last < 9 else 28


def paid_on(dated: Dated, terms_days: int) -> date:
    """The day on which the payment is booked; bank statements are booked on Tuesdays and Fridays."""
    day = dated.ship_on + timedelta(terms_days + days_late(dated))
    while day.weekday() not in {TUESDAY, FRIDAY}:
        day += timedelta(1)
    return day


@dataclass(slots=True)
class Agenda:
    """What one day brings."""

    day: date
    orders: list[Dated] = field(default_factory=list)
    decide_early: list[Dated] = field(default_factory=list)
    decide_late: list[Dated] = field(default_factory=list)
    ship: list[Dated] = field(default_factory=list)
    deliver: list[Dated] = field(default_factory=list)
    pay: list[Dated] = field(default_factory=list)
    express: bool = False

    @property
    def review_stock(self) -> bool:
        return self.day.weekday() == MONDAY


def agendas(timeline: Timeline, calendar: WorkingCalendar, terms: Mapping[str, int]) -> list[Agenda]:
    """Every day from a week before the first order to the founding; `terms` in days by store."""
    start, today = timeline.first_day - timedelta(DAYS_BEFORE_FIRST_ORDER), timeline.today
    days = {day: Agenda(day) for day in (start + timedelta(n) for n in range((today - start).days + 1))}

    def on(day: date) -> Agenda:
        return days.get(day) or Agenda(day)

    for dated in timeline.past:
        on(dated.ordered_on).orders.append(dated)
        decided = on(decided_on(dated, calendar, today))
        (decided.decide_early if decided_in_the_morning(dated) else decided.decide_late).append(dated)
        on(dated.ship_on).ship.append(dated)
        on(dated.deliver_on).deliver.append(dated)
        on(paid_on(dated, terms[dated.sale.store])).pay.append(dated)
        for n in range(1, DAYS_FOR_EXPRESS + 1):
            on(dated.ordered_on + timedelta(n)).express = True
    # The day of the founding is caught in the middle of the warehouse's work, on a Sunday too.
    days[today].ship = [dated for dated in timeline.past if today <= dated.ship_on <= today + timedelta(PICKED_AHEAD)]
    return list(days.values())
