"""The door to the demo company: found it, ask whether it stands, bring in the next day, and who may sign in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from django.utils.translation import gettext as _

from orderloop.access.facts import ROLE_NAMES, Role, Scope, TokenNew
from orderloop.access.services import issue_tokens
from orderloop.demo import arrivals, records, staff
from orderloop.demo.buyers import TERMS_DAYS
from orderloop.demo.desk import Desk, clock_at, open_desk, timeline_of
from orderloop.demo.founding import groundwork
from orderloop.demo.replay import Replay
from orderloop.demo.schedule import DAYS_BEFORE_FIRST_ORDER, Agenda, agendas
from orderloop.demo.steps import FOUNDED, noted, once
from orderloop.demo.steps import is_founded as is_founded
from orderloop.demo.timeline import Timeline
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA

Progress = Callable[[int, int, str], None]
BEGUN, PLAYED = "begun", "week "
TOKEN_NAME = "demo integrator"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One who may sign in to the demo: everyone has the same password."""

    username: str
    password: str
    name: str
    roles: tuple[str, ...]

    @property
    def role_names(self) -> tuple[str, ...]:
        """The roles in the reader's language."""
        return tuple(_(ROLE_NAMES[Role(role)]) for role in self.roles)


@dataclass(frozen=True, slots=True)
class Founded:
    """What the founding made. `token` is the integrator's, told this once; None when the demo stood already."""

    orders: int
    left_to_arrive: int
    token: str | None


def sign_ins() -> list[SignIn]:
    """The people of the demo, the staff first."""
    secret = staff.password()
    names = {store.code: store.name for store in records.stores()}
    desk = [SignIn(post.username, secret, post.name, post.roles) for post in staff.POSTS]
    return desk + [SignIn(user, secret, names[code], ("customer",)) for user, code in staff.PORTAL_USERS.items()]


def found_demo(progress: Progress = lambda done, total, words: None, *, at: datetime | None = None) -> Founded:
    """Found the company as of `at` (now, when not given), or go on where an earlier founding was interrupted.

    Every step is one transaction with its note, so that it can be ended at any moment: the next call does what is
    missing, with the dates of the first. `progress` is told (steps done, steps in all, what is being done).
    """
    begun = once(BEGUN, lambda: {"at": (at or datetime.now(UTC)).isoformat()}, at=at or datetime.now(UTC))
    clock = clock_at(datetime.fromisoformat(begun["at"]))
    timeline = timeline_of(clock)
    opening = clock.instant(timeline.first_day - timedelta(DAYS_BEFORE_FIRST_ORDER), 0)
    before = groundwork(timeline, at=opening)
    # One step for all weeks of the past and one for the end come after the groundwork.
    weeks = _weeks(timeline)
    total = len(before) + len(weeks) + 1
    for n, work in enumerate(before):
        progress(n, total, _(work.words))
        once(work.name, work.work, at=opening)
    desk = open_desk(clock, timeline)
    _play(desk, weeks, lambda n, words: progress(len(before) + n, total, words))
    progress(total - 1, total, _("Handing over the keys"))
    token = _finish(desk)
    progress(total, total, _("Adventure Works Cycles is open"))
    return Founded(len(timeline.past), len(timeline.to_come), token)


def _weeks(timeline: Timeline) -> list[tuple[str, list[Agenda]]]:
    terms = {store.code: TERMS_DAYS[store.min_payment_type] for store in records.stores()}
    days = agendas(timeline, CHINA, terms)
    return [(f"{PLAYED}{year}-{week:02d}", list(some)) for (year, week), some in groupby(days, key=_week_of)]


def _week_of(agenda: Agenda) -> tuple[int, int]:
    year, week, _day = agenda.day.isocalendar()
    return year, week


def _play(desk: Desk, weeks: list[tuple[str, list[Agenda]]], progress: Callable[[int, str], None]) -> None:
    replay = Replay(desk)
    for n, (name, days) in enumerate(weeks):
        month = days[-1].day.strftime("%Y-%m")
        progress(n, _("Living through %(month)s: %(orders)s orders") % {"month": month, "orders": len(replay.orders)})
        replay.remember(once(name, partial(replay.play, days), at=desk.clock.now))


def _finish(desk: Desk) -> str | None:
    """The last step; the token is issued with it, because nobody could tell it later."""
    secret: list[str] = []

    def finish() -> None:
        scopes = (Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.PRODUCTS_READ, Scope.STOCK_READ, Scope.CUSTOMERS_READ)
        owner = desk.staff["shop"].id
        tokens = [TokenNew(TOKEN_NAME, owner or 0, tuple(str(scope) for scope in scopes))]
        secret.extend(issue_tokens(tokens, at=desk.clock.now, actor=SYSTEM).values.values())

    once(FOUNDED, finish, at=desk.clock.now)
    return secret[0] if secret else None


def days_left() -> int:
    """How many days of the demo are still to come."""
    return arrivals.days_left()


def bring_next_day(at: datetime | None = None) -> arrivals.Brought:
    """Bring in the next day's orders by the real intake, as of `at` (now, when not given)."""
    begun = noted(BEGUN)[BEGUN]
    clock = clock_at(datetime.fromisoformat(begun["at"]))
    timeline = timeline_of(clock)
    return arrivals.bring_next_day(open_desk(clock, timeline), at=at or datetime.now(UTC))
