"""Steps that are done once: what a step does and the note that it is done are one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, transaction

from orderloop.demo.models import Step

# Two who found at the same time go one after the other, step by step, and the second finds each step done.
LOCK = 0x6F6C_6465_6D6F
FOUNDED = "founded"


def is_founded() -> bool:
    """Whether the founding has been finished in this database."""
    return Step.objects.filter(name=FOUNDED).exists()


@cache
def is_founded_here() -> bool:
    """The same, asked once in the life of a process: the demo is founded before the web starts, or not at all."""
    return is_founded()


def once(name: str, work: Callable[[], Mapping[str, Any] | None], *, at: datetime) -> dict[str, Any]:
    """Do the step if it has not been done, and give back what it noted, now or then."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        done = Step.objects.filter(name=name).first()
        if done is not None:
            return dict(done.data)
        noted = dict(work() or {})
        Step.objects.create(name=name, data=noted, done_at=at)
        return noted


def noted(prefix: str) -> dict[str, dict[str, Any]]:
    """What the steps whose names begin so have noted, by name in order; a step not done yet is not there."""
    return dict(Step.objects.filter(name__startswith=prefix).order_by("name").values_list("name", "data"))
