"""Alarms: a figure that misses its target becomes work for the manager, and ends as work when it is met again. And what
ended orders add to the figures, kept as the record stands."""

from datetime import datetime, timedelta

from django.db import transaction

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.metrics.facts import FIGURES, SECTION, FigureFilter, Judged
from orderloop.metrics.queries import figures, measured
from orderloop.platform.bulk import execute, fetch_all
from orderloop.policy.queries import in_force
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

KIND = "figure_missed"
SUBJECT = "figure"
ROLE = "manager"
_DUE = timedelta(days=1)
_ONE_AT_A_TIME = 5_204_731  # the advisory lock under which orders are measured


@transaction.atomic
def raise_alarms(*, at: datetime, actor: Actor = SYSTEM) -> list[Judged]:
    """Look at every figure with a target over the days the policy names; those missed are put on the manager's list
    (once, until met again), those met again are taken off it. Gives the figures missed."""
    missed = figures.alarms_for(FigureFilter(at - timedelta(days=in_force(SECTION).value.alarm_days), at))
    worklist.open_items([_work(each, at) for each in missed], at=at)
    late = {each.figure.number for each in missed}
    met = [figure.number for figure in FIGURES if figure.number not in late]
    worklist.close_items(SUBJECT, met, kinds=[KIND], at=at, actor=actor, outcome="met_again")
    return missed


def _work(missed: Judged, at: datetime) -> WorkNew:
    return WorkNew(
        kind=KIND,
        role=ROLE,
        subject_kind=SUBJECT,
        subject_id=missed.figure.number,
        title=missed.figure.label,
        due_at=at + _DUE,
        data={
            "figure": missed.figure.code,
            "value": str(missed.reading.value),
            "target": str(missed.target),
            "n": missed.reading.n,
        },
    )


@transaction.atomic
def measure_orders(limit: int = 1000) -> int:
    """Reckon anew what changed orders add to the figures, at most `limit` changes; returns how many were looked at.

    Marks are taken first and the record read afterwards: what changes meanwhile leaves a mark of its own. One process
    works at a time; where prices or time zone have changed, all ended orders are to be measured again.
    """
    if not fetch_all("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])[0][0]:
        return 0
    tables = measured.statements_to_keep()
    _begin_anew_where_needed(measured.basis(), [*tables, "metrics_measured"])
    marks = fetch_all(
        "DELETE FROM metrics_changed WHERE id IN (SELECT id FROM metrics_changed ORDER BY id LIMIT %s)"
        " RETURNING order_id",
        [limit],
    )
    ids = sorted({row[0] for row in marks})
    if not ids:
        return 0
    policy, zone = in_force(SECTION).value, figures.zone_in_force().key
    values = {"ids": ids, "zone": zone, **measured.prices(policy)}
    for table in (*tables, "metrics_measured"):
        execute(f"DELETE FROM {table} WHERE order_id = ANY(%s::bigint[])", [ids])
    for statement in tables.values():
        execute(statement, values)
    execute(
        "INSERT INTO metrics_measured SELECT id FROM orders_order WHERE id = ANY(%s::bigint[])"
        " AND closed_at IS NOT NULL",
        [ids],
    )
    return len(marks)


def _begin_anew_where_needed(basis: str, tables: list[str]) -> None:
    known = fetch_all("SELECT basis FROM metrics_basis")
    if known == [(basis,)]:
        return
    for table in (*tables, "metrics_changed"):
        execute(f"DELETE FROM {table}")
    execute(
        "INSERT INTO metrics_changed (order_id) SELECT id FROM orders_order WHERE closed_at IS NOT NULL ORDER BY id"
    )
    execute(
        "INSERT INTO metrics_basis (basis) VALUES (%s) ON CONFLICT (is_only) DO UPDATE SET basis = excluded.basis",
        [basis],
    )
