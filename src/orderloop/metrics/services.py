"""Alarms: a figure that misses its target becomes work for the manager, and ends as work when it is met again."""

from datetime import datetime, timedelta

from django.db import transaction

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.metrics.facts import FIGURES, SECTION, FigureFilter, Judged
from orderloop.metrics.queries import figures
from orderloop.policy.queries import in_force
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

KIND = "figure_missed"
SUBJECT = "figure"
ROLE = "manager"
_DUE = timedelta(days=1)


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
