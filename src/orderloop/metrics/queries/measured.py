"""What ended orders add to the figures is kept, so that a year of them is read at once.

Kept rows are the rows of a family as its statement gives them. They are believed only for orders that the record has
not changed since (`metrics_changed`, written by triggers in the transaction of the change) and only under the prices
and the time zone they were reckoned with; all other orders are read from the record. A figure is therefore always the
one that the record gives at that moment.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from orderloop.metrics.facts import SECTION, FigureFilter, FiguresPolicy
from orderloop.metrics.queries.statements import KEPT, Family
from orderloop.platform.bulk import execute, fetch_all
from orderloop.policy.queries import in_force, working_time

_FRESH = """SELECT ARRAY(
    SELECT o.id FROM orders_order o WHERE NOT EXISTS (SELECT FROM metrics_measured m WHERE m.order_id = o.id)
        AND (o.delivered_at >= %(since)s AND o.delivered_at < %(until)s
            OR o.received_at >= %(since)s AND o.received_at < %(until)s)
    UNION SELECT order_id FROM metrics_changed)
FROM metrics_basis WHERE basis = %(basis)s"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: what is kept, but for the orders in `fresh`; the record alone where that is None."""

    fresh: list[int] | None

    def rows(self, family: Family, filters: str) -> str:
        """The family's rows of the period and the filters asked for; the parameters are those of `asked_for`."""
        period = f"{family.time} >= %(since)s AND {family.time} < %(until)s"
        if self.fresh is None or not family.kept:
            return family.rows.format(period=period, filters=filters)
        columns = ", ".join(("order_id", "at", *family.kept))
        joined = "JOIN orders_order o ON o.id = r.order_id" if filters else ""
        read = family.rows.format(period=period, filters=f"{filters} AND o.id = ANY(%(fresh)s::bigint[])")
        return f"""SELECT {", ".join(f"r.{name}" for name in ("order_id", "at", *family.kept))}
        FROM metrics_{family.name} r {joined} WHERE r.at >= %(since)s AND r.at < %(until)s
            AND r.order_id <> ALL(%(fresh)s::bigint[]){filters}
        UNION ALL SELECT {columns} FROM ({read}) fresh"""


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read within is read as of one moment, so that no order is missing or counted twice while it is being
    measured. Inside a transaction of the caller each statement sees its own."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def source_for(asked: FigureFilter, since: datetime) -> Source:
    """What is kept of the orders from `since` to the end of what is asked for, by one statement."""
    values = {"since": since, "until": asked.until, "basis": basis()}
    found = fetch_all(_FRESH, values)
    return Source(found[0][0] if found else None)


def basis() -> str:
    """What kept rows depend on beside the record: the version of the prices, and the zone by whose days they count."""
    return f"{in_force(SECTION).version_id} {working_time().zone.key}"


def prices(policy: FiguresPolicy) -> dict[str, Any]:
    """The parameters by which costs are reckoned."""
    return {
        "roles": [each.role for each in policy.rates],
        "per_hour": [each.per_hour for each in policy.rates],
        "automatic_cost": policy.automatic_cost,
        "most_minutes": policy.most_minutes,
    }


def statements_to_keep() -> Mapping[str, str]:
    """Under each table the statement that fills it for the ended ones of the orders `%(ids)s`."""
    return {
        f"metrics_{family.name}": f"INSERT INTO metrics_{family.name} (order_id, at, {', '.join(family.kept)})"
        f" SELECT order_id, at, {', '.join(family.kept)} FROM ({_ended(family)}) ended"
        for family in KEPT
    }


def _ended(family: Family) -> str:
    return family.rows.format(period="o.closed_at IS NOT NULL", filters=" AND o.id = ANY(%(ids)s::bigint[])")
