"""One embedded cluster for the tests, one database per state of the migrations.

Settings are as in production, but for the owner's role.
"""

import hashlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from tools import messages

ROOT = Path(__file__).resolve().parents[1]


def _schema_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("src/orderloop/*/migrations/*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:8]


os.environ.setdefault("ORDERLOOP_HOME", str(ROOT / ".local" / "tests"))
os.environ["ORDERLOOP_DATABASE_ROLE"] = "owner"
os.environ["ORDERLOOP_TEST_DB"] = f"{os.environ.get('ORDERLOOP_TEST_DB', 'orderloop_test')}_{_schema_fingerprint()}"
os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "WARNING")
os.environ["DJANGO_SETTINGS_MODULE"] = "orderloop.entrypoints.settings"

if "DATABASE_URL" not in os.environ:
    from orderloop.platform.postgres import Cluster

    Cluster(Path(os.environ["ORDERLOOP_HOME"]) / "postgres").ensure_running()

# The same examples on every machine and day, so that a red run says something of the change it runs on. New ones are
# sought with `--hypothesis-profile=chance`. How long drawing takes is the machine's affair.
hypothesis.settings.register_profile(
    "repeatable", derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("chance", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("repeatable")

# Compiled catalogues are not committed, and tests read Chinese pages.
for app in messages.apps([]):
    messages.compile_catalogue(app)

# Only now: the settings ask where the database is.
django.setup()
# The same algorithm at its smallest cost: tests hash hundreds of passwords. What a guess costs in the product is
# asserted by tests/access/test_deployment.py, in a process of its own.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
# Static files straight from the source, so that no build stands between a change and its test.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Every test runs at the moment the makers use, so that no document with a day in it becomes one of the past.

    The clock goes on from there. Processes a test starts and the database keep the machine's time: a test in which
    they must agree is marked `machine_clock`, and names no day.
    """
    from tests.makers import NOW

    if item.get_closest_marker("machine_clock"):
        return (yield)
    with time_machine.travel(NOW, tick=True):
        return (yield)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process keeps for a second must not reach from one test into the next."""
    from orderloop.access.queries import forget_tokens
    from orderloop.demo.steps import is_founded_here
    from orderloop.policy.queries import forget

    forget()
    forget_tokens()
    is_founded_here.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The database as `orderloop migrate` leaves it: grants, append-only tables and row-level security in force."""
    from django.db import connection

    from orderloop.platform import enforcement

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's blocker has no public type
        enforcement.apply(connection)
    _let_flush_empty_append_only_tables(connection)
    _keep_what_migrations_wrote(connection)
    yield


def _let_flush_empty_append_only_tables(connection: Any) -> None:
    """Tests with real transactions end by emptying the database, which the owner must ask for explicitly. Held by the
    class, because a browser test's event loop has a connection of its own."""
    from orderloop.platform import enforcement

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_unlocked(self: Any, statements: list[str]) -> None:
        with enforcement.unlocked(self.connection):
            flush(self, statements)

    operations.execute_sql_flush = flush_unlocked


def _keep_what_migrations_wrote(connection: Any) -> None:
    """Names of tables and permissions are the same before and after each test. To delete them and have them written
    again takes longer than to empty all other tables."""
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    operations = type(connection.ops)
    sql_flush = operations.sql_flush

    def sql_flush_of_the_rest(self: Any, style: Any, tables: list[str], **how: Any) -> list[str]:
        written = {"django_content_type", "auth_permission"}
        return list(sql_flush(self, style, [table for table in tables if table not in written], **how))

    operations.sql_flush = sql_flush_of_the_rest


@pytest.fixture(autouse=True)
def _policies_read_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where statements are counted, what governs is read once, however slow the machine is."""
    if "django_assert_num_queries" in request.fixturenames:
        from orderloop.policy import queries

        monkeypatch.setattr(queries, "CACHE_SECONDS", float("inf"))
