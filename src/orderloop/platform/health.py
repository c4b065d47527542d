"""Whether this process can serve, and figures of what waits, for those who watch over it."""

import functools
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from orderloop.platform.bulk import fetch_all

PROBE_MILLISECONDS = 1000
OLDEST_EFFECT = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=2)
LEAST_FREE_DISK = 0.10


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold to serve; `note` says what was found, without secrets."""

    name: str
    ok: bool
    note: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure read when it is asked for: one statement, a value for each combination of `labels`."""

    name: str
    documentation: str
    read: Callable[[], Mapping[tuple[str, ...], float]]
    labels: tuple[str, ...] = ()


_gauges: dict[str, Gauge] = {}


def register_gauge(gauge: Gauge) -> None:
    """Add a figure to the metrics page under its name."""
    _gauges[gauge.name] = gauge


def readiness(now: datetime) -> list[Check]:
    """Everything that must hold to serve. While the database does not answer, nothing else is asked of it."""
    try:
        clock = _probe_database()
    except DatabaseError as error:
        return [Check("database", False, type(error).__name__), _disk()]
    return [Check("database", True, "writes"), _migrations(), _outbox(now), _clock(clock, now), _disk()]


def metrics() -> bytes:
    """All figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return generate_latest(registry)


def _probe_database() -> datetime:
    """Write a row and commit within a second; the database's time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PROBE_MILLISECONDS)])
        cursor.execute(
            "INSERT INTO platform_idempotencykey (scope, key, fingerprint, status, body, created_at)"
            " VALUES ('readyz', 'probe', '', 200, '', now()) ON CONFLICT (scope, key) DO UPDATE SET created_at = now()"
            " RETURNING clock_timestamp()"
        )
        return datetime.fromisoformat(str(cursor.fetchone()[0]))


@functools.cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """The last migrations of every app in this release's code."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _migrations() -> Check:
    missing = _known_migrations() - set(fetch_all("SELECT app, name FROM django_migrations"))
    return Check("migrations", not missing, f"{len(missing)} missing" if missing else "up to date")


def _outbox(now: datetime) -> Check:
    ((oldest,),) = fetch_all(
        "SELECT min(next_at) FROM platform_effect WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= %s", [now]
    )
    age = now - oldest if oldest else timedelta()
    return Check("outbox", age <= OLDEST_EFFECT, f"oldest due for {age.total_seconds():.0f} s")


def _clock(clock: datetime, now: datetime) -> Check:
    skew = abs(clock - now)
    return Check("clock", skew <= CLOCK_SKEW, f"{skew.total_seconds():.1f} s from the database's")


def _disk() -> Check:
    place = Path(settings.STATIC_ROOT)
    usage = shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists()))
    free = usage.free / usage.total
    return Check("disk", free >= LEAST_FREE_DISK, f"{free:.0%} free")


class _Figures(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in (*_OWN, *_gauges.values()):
            family = GaugeMetricFamily(f"orderloop_{gauge.name}", gauge.documentation, labels=gauge.labels)
            for labels, value in gauge.read().items():
                family.add_metric(labels, value)
            yield family

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()


def _effects() -> Mapping[tuple[str, ...], float]:
    return {
        (kind, state): count
        for kind, state, count in fetch_all(
            "SELECT kind, CASE WHEN dead_at IS NULL THEN 'waiting' ELSE 'given_up' END, count(*) FROM platform_effect"
            " WHERE done_at IS NULL GROUP BY 1, 2"
        )
    }


def _oldest_effect() -> Mapping[tuple[str, ...], float]:
    now = datetime.now(UTC)
    ((oldest,),) = fetch_all(
        "SELECT min(next_at) FROM platform_effect WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= %s", [now]
    )
    return {(): (now - oldest).total_seconds() if oldest else 0.0}


def _jobs() -> Mapping[tuple[str, ...], float]:
    rows = fetch_all("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
    return {(status,): count for status, count in rows}


def _worker_age() -> Mapping[tuple[str, ...], float]:
    ((age,),) = fetch_all("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
    return {} if age is None else {(): float(age)}


_OWN = (
    Gauge("effects", "Effects that are not done, by kind and state", _effects, ("kind", "state")),
    Gauge("oldest_effect_seconds", "How long the oldest due effect has been due", _oldest_effect),
    Gauge("jobs", "Jobs by status", _jobs, ("status",)),
    Gauge("worker_seen_seconds", "Time since the last sign of a worker", _worker_age),
)
