"""Working days and working time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloop.foundation.calendar import DayKind, NoWorkingDay, WorkingCalendar, WorkingHours, business_day
from orderloop.foundation.calendar_data import CHINA, CHINA_DAYS, PROVISIONAL_YEARS

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = WorkingHours(((time(8, 30), time(12)), (time(13), time(17, 30))))
NIGHT = WorkingHours(((time(22), time(0)),))
days = st.dates(date(2023, 2, 1), date(2027, 11, 1))


def at(day: int, clock: str, month: int = 3, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), tzinfo=zone)


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_a_make_up_day_is_worked_though_it_lies_on_a_weekend(day: str) -> None:
    weekend_day = date.fromisoformat(day)
    assert weekend_day.weekday() in CHINA.weekend
    assert CHINA.is_working_day(weekend_day)


def test_every_year_has_its_official_number_of_working_days() -> None:
    worked = {
        year: CHINA.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) for year in range(2023, 2027)
    }
    assert worked == {2023: 249, 2024: 251, 2025: 248, 2026: 248}


def test_make_up_days_lie_on_weekends_in_every_year() -> None:
    assert [day for day, kind in CHINA_DAYS.items() if kind is DayKind.MAKE_UP and day.weekday() < 5] == []


def test_a_year_without_its_notice_is_provisional_and_has_no_make_up_days() -> None:
    assert frozenset({2027}) == PROVISIONAL_YEARS
    assert [CHINA.is_provisional(date(year, 6, 1)) for year in (2026, 2027, 2028)] == [False, True, True]
    assert DayKind.MAKE_UP not in {kind for day, kind in CHINA_DAYS.items() if day.year == 2027}
    assert not CHINA.is_working_day(date(2027, 2, 10))


def test_days_are_counted_over_the_spring_festival() -> None:
    assert CHINA.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CHINA.add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert CHINA.add_working_days(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert CHINA.working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2


def test_a_day_off_rolls_to_the_next_or_the_previous_working_day() -> None:
    assert CHINA.next_working_day(date(2026, 10, 3)) == date(2026, 10, 8)
    assert CHINA.next_working_day(date(2026, 10, 8)) == date(2026, 10, 8)
    assert CHINA.previous_working_day(date(2026, 10, 3)) == date(2026, 9, 30)
    assert CHINA.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 8)


@given(days, st.integers(-60, 60).filter(bool))
def test_adding_days_and_counting_them_agree(day: date, count: int) -> None:
    start = CHINA.next_working_day(day)
    end = CHINA.add_working_days(start, count)
    assert CHINA.is_working_day(end)
    assert CHINA.working_days_between(start, end) == count
    assert CHINA.add_working_days(end, -count) == start


@given(days, days)
def test_counting_agrees_with_asking_each_day(start: date, end: date) -> None:
    low, high = sorted((start, end))
    each = sum(CHINA.is_working_day(low + timedelta(days=offset)) for offset in range(1, (high - low).days + 1))
    assert CHINA.working_days_between(low, high) == each
    assert CHINA.working_days_between(high, low) == -each


def test_days_up_to_the_end_of_time_can_be_counted() -> None:
    assert CHINA.working_days_between(date(2026, 11, 22), date.max) == 2_080_072


def test_working_time_skips_noon_night_and_weekend() -> None:
    assert CHINA.working_minutes_between(at(2, "11:30"), at(2, "13:15"), HOURS, SHANGHAI) == 45
    assert CHINA.working_minutes_between(at(6, "17:00"), at(9, "09:00"), HOURS, SHANGHAI) == 60
    assert CHINA.working_minutes_between(at(7, "09:00"), at(8, "17:00"), HOURS, SHANGHAI) == 0
    assert CHINA.working_minutes_between(at(9, "09:00"), at(6, "17:00"), HOURS, SHANGHAI) == -60


def test_time_is_due_at_closing_not_at_the_next_opening() -> None:
    assert CHINA.add_working_minutes(at(6, "17:00"), 30, HOURS, SHANGHAI) == at(6, "17:30")
    assert CHINA.add_working_minutes(at(6, "17:00"), 31, HOURS, SHANGHAI) == at(9, "08:31")
    assert CHINA.add_working_minutes(at(7, "10:00"), 0, HOURS, SHANGHAI) == at(9, "08:30")
    assert CHINA.add_working_minutes(at(2, "09:00"), 240, HOURS, SHANGHAI).tzinfo is UTC


def test_a_shift_may_end_at_midnight() -> None:
    assert CHINA.working_minutes_between(at(2, "21:00"), at(3, "09:00"), NIGHT, SHANGHAI) == 120
    assert CHINA.add_working_minutes(at(2, "23:00"), 60, NIGHT, SHANGHAI) == at(3, "00:00")


def test_a_night_with_a_clock_change_has_its_real_length() -> None:
    around_the_clock = WorkingHours(((time(0), time(0)),))
    calendar = WorkingCalendar(weekend=frozenset())
    assert (
        calendar.working_minutes_between(
            at(29, "00:00", 3, BERLIN), at(30, "00:00", 3, BERLIN), around_the_clock, BERLIN
        )
        == 23 * 60
    )
    assert (
        calendar.working_minutes_between(
            at(25, "00:00", 10, BERLIN), at(26, "00:00", 10, BERLIN), around_the_clock, BERLIN
        )
        == 25 * 60
    )


@given(st.integers(0, 300 * 24 * 3600), st.integers(1, 5_000))
def test_adding_minutes_and_counting_them_agree(seconds: int, minutes: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    end = CHINA.add_working_minutes(start, minutes, HOURS, SHANGHAI)
    assert CHINA.working_minutes_between(start, end, HOURS, SHANGHAI) == minutes


def test_the_business_day_is_the_plants_not_greenwichs() -> None:
    assert business_day(datetime(2026, 3, 1, 16, 30, tzinfo=UTC), SHANGHAI) == date(2026, 3, 2)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        business_day(datetime(2026, 3, 1), SHANGHAI)  # noqa: DTZ001 - just what must be refused


def test_minutes_cannot_be_taken_away() -> None:
    with pytest.raises(ValueError, match="not taken away"):
        CHINA.add_working_minutes(at(2, "09:00"), -1, HOURS, SHANGHAI)


def test_a_calendar_without_any_working_day_is_found_out() -> None:
    with pytest.raises(NoWorkingDay):
        WorkingCalendar(weekend=frozenset(range(7))).next_working_day(date(2026, 1, 1))


def test_a_long_closure_of_less_than_a_year_is_bridged() -> None:
    closed = {date(2026, 1, 1) + timedelta(days=offset): DayKind.HOLIDAY for offset in range(200)}
    assert WorkingCalendar(weekend=frozenset(), holidays=closed).next_working_day(date(2026, 1, 1)) == date(2026, 7, 20)


def test_an_eighth_day_of_the_week_is_refused() -> None:
    with pytest.raises(ValueError, match="numbered 0"):
        WorkingCalendar(weekend=frozenset({7}))


@pytest.mark.parametrize(
    "spans",
    [(), ((time(9), time(9)),), ((time(12), time(9)),), ((time(9), time(12)), (time(11), time(17)))],
)
def test_senseless_working_hours_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="spans"):
        WorkingHours(spans)
