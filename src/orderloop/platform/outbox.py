"""What is to be done outside the database: written in the transaction that decided it, done afterwards, at least once.

No notification is sent when rows are written: PostgreSQL takes one lock for the whole server while a transaction with a
notification commits, which would make all orders queue behind each other. The worker looks once a second instead.
"""

import json
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from orderloop.platform.bulk import execute

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=20)
LONGEST_RETRY = timedelta(hours=4)
ATTEMPTS = 14
ERROR_LENGTH = 2000
_JSON = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class EffectNew:
    """Something to do. `key` names the effect itself, so that the same effect written twice is done once."""

    key: str
    kind: str
    payload: Mapping[str, object]
    order_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueEffect:
    """An effect this worker holds until its lease ends; `attempt` counts from 1."""

    effect_id: int
    key: str
    kind: str
    payload: Mapping[str, object]
    order_id: int | None
    attempt: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an effect was not done; a permanent one is not tried again."""

    words: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Drained:
    """What one pass did: effects done, put off for another try, and given up."""

    done: int = 0
    put_off: int = 0
    dead: tuple[str, ...] = ()

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.done + other.done, self.put_off + other.put_off, self.dead + other.dead)

    def __bool__(self) -> bool:
        return bool(self.done or self.put_off or self.dead)


Handler = Callable[[Sequence[DueEffect], datetime], Mapping[str, Fault]]
"""Does effects of one kind and returns the faults by key; what it does not name is done. It may be given an effect it
has done before, and must then do nothing that is seen outside."""

GivenUp = Callable[[Sequence[tuple[DueEffect, Fault]], datetime], None]


@dataclass(slots=True)
class _Kinds:
    handlers: dict[str, Handler] = field(default_factory=dict)
    waits: dict[str, tuple[timedelta, ...]] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)
    given_up: list[GivenUp] = field(default_factory=list)


_kinds = _Kinds()


def register(kind: str, handler: Handler, *, waits: Sequence[timedelta] = (), apart: bool = False) -> None:
    """Say who does effects of `kind`; ValueError when another handler has it.

    `waits` are the waits after each failure, after the last of which an effect is given up; without them they double.
    Effects that may take long are kept `apart`: only who asks for their kind is given them, so they hold up no others.
    """
    if _kinds.handlers.get(kind, handler) is not handler:
        raise ValueError(f"effects of kind {kind!r} have a handler already")
    _kinds.handlers[kind] = handler
    _kinds.waits[kind] = tuple(waits)
    if apart:
        _kinds.apart.add(kind)


def register_given_up(listener: GivenUp) -> None:
    """Have `listener` told of effects that are given up, in the transaction that gives them up."""
    if listener not in _kinds.given_up:
        _kinds.given_up.append(listener)


def each(do: Callable[[DueEffect, datetime], None]) -> Handler:
    """A handler that does effects one by one; one that raises is a fault of that effect alone."""

    def handle(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
        faults = {}
        for effect in effects:
            try:
                do(effect, now)
            except Exception as error:
                faults[effect.key] = Fault(_words(error))
        return faults

    return handle


def put_effects(effects: Sequence[EffectNew], *, at: datetime) -> int:
    """Write effects in the caller's transaction by one statement; return how many were not known before."""
    if not effects:
        return 0
    columns: list[list[Any]] = [
        [effect.key for effect in effects],
        [effect.kind for effect in effects],
        [_JSON.encode(effect.payload) for effect in effects],
        [effect.order_id for effect in effects],
        [effect.due_at for effect in effects],
    ]
    return execute(
        "INSERT INTO platform_effect (key, kind, payload, order_id, created_at, next_at, attempts, error)"
        " SELECT key, kind, payload::jsonb, order_id, %s, coalesce(next_at, %s), 0, '' FROM"
        " unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])"
        " AS new (key, kind, payload, order_id, next_at)"
        " ON CONFLICT (key) DO NOTHING",
        [at, at, *columns],
    )


def run_due_effects(
    now: datetime, limit: int = 200, *, kind: str = "", chance: Callable[[], float] = random.random
) -> Drained:
    """Do at most `limit` effects that are due, of one `kind` if named; several workers may run this at once.

    An effect is held by moving its next try past the lease before it is begun: if this process dies, another takes it
    over then. Each counts one attempt. `chance` spreads the next tries of those who failed together.
    """
    held = _claim(now, limit, kind)
    drained = Drained()
    for each_kind in dict.fromkeys(effect.kind for effect in held):
        group = [effect for effect in held if effect.kind == each_kind]
        drained += _settle(group, _handle(each_kind, group, now), now, chance)
    return drained


def drain(now: datetime, limit: int = 200) -> Drained:
    """Do all that is due now, batch by batch."""
    drained = Drained()
    while batch := run_due_effects(now, limit):
        drained += batch
    return drained


def retry_after(attempt: int, chance: float, waits: Sequence[timedelta] = ()) -> timedelta:
    """The wait after the `attempt`-th failure: of `waits`, else doubling up to four hours; spread by a quarter by
    `chance` in [0, 1)."""
    usual = min(FIRST_RETRY * 2 ** min(attempt - 1, 20), LONGEST_RETRY)
    whole = waits[attempt - 1] if attempt <= len(waits) else usual
    return whole * (0.75 + chance / 2)


def is_last(effect: DueEffect) -> bool:
    """Whether this is the last attempt that its kind is given."""
    waits = _kinds.waits.get(effect.kind, ())
    return effect.attempt > (len(waits) or ATTEMPTS - 1)


def moments_due(kind: str) -> list[datetime]:
    """When the effects of this kind that still wait are or were due, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT next_at FROM platform_effect WHERE kind = %s AND done_at IS NULL AND dead_at IS NULL"
            " ORDER BY next_at",
            [kind],
        )
        return [moment for (moment,) in cursor.fetchall()]


def waive_effects(before: datetime) -> int:
    """Drop effects that wait since before then and were never tried; return how many.

    For a past that is brought in afterwards: nobody is to be told today of what happened last year.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_effect WHERE created_at < %s"
            " AND attempts = 0 AND done_at IS NULL AND dead_at IS NULL",
            [before],
        )
        return int(cursor.rowcount)


def revive_effects(keys: Sequence[str], *, at: datetime) -> int:
    """Let effects that were given up be tried anew; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_effect SET dead_at = NULL, attempts = 0, next_at = %s WHERE key = ANY(%s)"
            " AND dead_at IS NOT NULL",
            [at, list(keys)],
        )
        return int(cursor.rowcount)


def delete_done_effects(before: datetime, limit: int = 10_000) -> int:
    """Delete effects done before `before`, at most `limit` of them; what was given up stays until someone looks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_effect WHERE id IN (SELECT id FROM platform_effect WHERE done_at < %s LIMIT %s)",
            [before, limit],
        )
        return int(cursor.rowcount)


def _claim(now: datetime, limit: int, kind: str) -> list[DueEffect]:
    of_kind = " AND kind = ANY(%s)" if kind else " AND kind <> ALL(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_effect AS e SET next_at = %s, attempts = e.attempts + 1 FROM ("
            " SELECT id FROM platform_effect WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= %s"
            f"{of_kind} ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED) AS due WHERE e.id = due.id"
            " RETURNING e.id, e.key, e.kind, e.payload::text, e.order_id, e.attempts",
            [now + LEASE, now, [kind] if kind else sorted(_kinds.apart), limit],
        )
        rows = cursor.fetchall()
    held = [DueEffect(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5]) for row in rows]
    return sorted(held, key=lambda effect: effect.effect_id)


def _handle(kind: str, group: Sequence[DueEffect], now: datetime) -> Mapping[str, Fault]:
    handler = _kinds.handlers.get(kind)
    if handler is None:
        return {effect.key: Fault(f"nobody does effects of kind {kind!r}") for effect in group}
    try:
        return handler(group, now)
    except Exception as error:
        if len(group) == 1:
            logger.exception("effect failed", extra={"effect": group[0].key})
            return {group[0].key: Fault(_words(error))}
    # One of them spoils the set: alone, only that one fails.
    faults: dict[str, Fault] = {}
    for effect in group:
        faults.update(_handle(kind, [effect], now))
    return faults


def _settle(
    group: Sequence[DueEffect], faults: Mapping[str, Fault], now: datetime, chance: Callable[[], float]
) -> Drained:
    done = [effect for effect in group if effect.key not in faults]
    failed = [(effect, faults[effect.key]) for effect in group if effect.key in faults]
    dead = [(effect, fault) for effect, fault in failed if fault.permanent or is_last(effect)]
    later = [(effect, fault) for effect, fault in failed if not fault.permanent and not is_last(effect)]
    with transaction.atomic(), connection.cursor() as cursor:
        if done:
            cursor.execute(
                "UPDATE platform_effect SET done_at = %s, error = '' WHERE id = ANY(%s) AND done_at IS NULL",
                [now, [effect.effect_id for effect in done]],
            )
        if failed:
            # Only the attempt that still holds the lease may say what becomes of the effect.
            cursor.execute(
                "UPDATE platform_effect AS e SET next_at = f.next_at, dead_at = f.dead_at, error = f.error FROM"
                " unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::text[])"
                " AS f (id, attempt, next_at, dead_at, error)"
                " WHERE e.id = f.id AND e.attempts = f.attempt AND e.done_at IS NULL",
                _failures(later, dead, now, chance),
            )
        for listener in _kinds.given_up if dead else ():
            listener(dead, now)
    return Drained(len(done), len(later), tuple(effect.key for effect, _ in dead))


def _failures(
    later: Sequence[tuple[DueEffect, Fault]],
    dead: Sequence[tuple[DueEffect, Fault]],
    now: datetime,
    chance: Callable[[], float],
) -> list[list[object]]:
    rows = [
        *(
            (
                e.effect_id,
                e.attempt,
                now + retry_after(e.attempt, chance(), _kinds.waits.get(e.kind, ())),
                None,
                f.words,
            )
            for e, f in later
        ),
        *((e.effect_id, e.attempt, now, now, f.words) for e, f in dead),
    ]
    return [list(column) for column in zip(*((*row[:4], row[4][:ERROR_LENGTH]) for row in rows), strict=True)]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
