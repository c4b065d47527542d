"""Requested dates: read, and judged against the day the order came."""

from dataclasses import dataclass
from datetime import date, timedelta

from orderloop.foundation.calendar import WorkingCalendar
from orderloop.intake.facts import FindingCode, IntakePolicy
from orderloop.intake.rules.notes import Notes
from orderloop.intake.rules.reading import read_date


@dataclass(frozen=True, slots=True)
class Days:
    """The day an order is judged on and what follows from it, reckoned once for a set of entries."""

    today: date
    earliest: date
    furthest: date
    furthest_days: int
    calendar: WorkingCalendar

    @classmethod
    def of(cls, today: date, calendar: WorkingCalendar, policy: IntakePolicy) -> "Days":
        earliest = calendar.add_working_days(today, policy.notice_working_days)
        furthest = today + timedelta(days=policy.furthest_days)
        return cls(today, earliest, furthest, policy.furthest_days, calendar)

    def read(self, given: str | date | None, field: str, notes: Notes) -> date | None:
        """The date given, with every concern about it noted; None where none is given or it cannot be read."""
        if given is None or given == "":
            return None
        day = given if isinstance(given, date) else read_date(given)
        if day is None:
            if str(given).strip():
                notes.add(FindingCode.DATE_INVALID, field, given=given)
            return None
        if day <= self.earliest or day > self.furthest:
            self._note_distance(day, field, notes)
        if not self.calendar.is_working_day(day):
            following = self.calendar.next_working_day(day)
            notes.add(FindingCode.NONWORKING_DAY, field, suggestion=following, given=day, next=following)
        return day

    def _note_distance(self, day: date, field: str, notes: Notes) -> None:
        if day < self.today:
            notes.add(FindingCode.DATE_PAST, field, suggestion=self.earliest, given=day)
        elif day < self.earliest:
            notes.add(FindingCode.DATE_TOO_SOON, field, given=day, earliest=self.earliest)
        elif day > self.furthest:
            notes.add(FindingCode.DATE_TOO_FAR, field, given=day, days=self.furthest_days)
