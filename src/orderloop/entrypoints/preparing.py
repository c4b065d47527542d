"""What has to be right before anything serves: roles, tables, rights, policies, static files and translations.

Every step finds out by itself whether there is anything to do, and may be broken off and begun anew.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from orderloop.entrypoints import database
from orderloop.platform import enforcement
from orderloop.platform.postgres import assert_durable, prepare_roles_and_database
from orderloop.platform.postgres.roles import ROLES

Progress = Callable[[int, int, str], None]
# Two who prepare at once, on whatever hosts, go one after the other.
LOCK = 0x6F6C_7072_6570


class NotMigrated(Exception):
    """The database is behind the code, and this process may not change it."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The database lacks {count} migrations of this release: "
            "run `orderloop migrate` with DATABASE_OWNER_URL naming a role that owns the tables."
        )


class NotTheDemo(Exception):
    """The demo would be mixed with what a company of its own has in this database."""

    def __init__(self) -> None:
        super().__init__(
            "This installation was set up for a company of its own, and the demo is not mixed into it: "
            "set ORDERLOOP_HOME to another folder, or begin anew with `orderloop demo reset`."
        )


def prepare(progress: Progress, *, demo: bool = False) -> str | None:
    """Bring database, static files and translations to what this release needs; with `demo`, found the demo too.

    Returns the token of the demo's integrator when it has just been founded. Raises NotDurable where a commit could be
    lost, NotMigrated where the owner's rights are needed and not given, NotTheDemo where another company's data stands.
    """
    token = None
    _settle_roles(progress)
    with psycopg.connect(database.url()) as session:
        assert_durable(session)
    if database.role() != "owner":
        if missing := pending_migrations():
            raise NotMigrated(len(missing))
    else:
        with _alone(progress):
            token = _change_tables(progress, demo=demo)
    compile_messages(progress)
    collect_static(progress)
    return token


def is_new() -> bool:
    """Whether nothing has ever been prepared in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NULL")
        return bool(cursor.fetchone()[0])


def known_migrations() -> set[str]:
    """Every migration of this release, as app.name."""
    return {f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.disk_migrations}


def pending_migrations() -> list[str]:
    """Names of the migrations this release has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _change_tables(progress: Progress, *, demo: bool) -> str | None:
    from orderloop.policy.services import ensure_defaults

    if pending_migrations():
        call_command(_Migrate(progress), verbosity=0)
    progress(0, 0, "Settling rights")
    enforcement.apply(connection)
    token = _found_demo(progress) if demo else None
    # After the demo, whose policies are in force since before its first order.
    ensure_defaults(at=datetime.now(UTC))
    return token


def _found_demo(progress: Progress) -> str | None:
    from orderloop.demo.company import found_demo, is_founded

    if is_founded():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM policy_policyversion) AND NOT EXISTS (SELECT FROM demo_step)")
        if cursor.fetchone()[0]:
            raise NotTheDemo
    return found_demo(progress).token


class _Migrate(MigrateCommand):
    """Django's own command, telling how far it is."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._tell, self._total, self._done = progress, len(pending_migrations()), 0

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        self._done += action == "apply_success"
        self._tell(self._done, self._total, "Preparing the database's tables")


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    with psycopg.connect(database.url(), autocommit=True) as session:
        if not _try_lock(session):
            progress(0, 0, "Waiting for another process that prepares this database")
            session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield


def _try_lock(session: psycopg.Connection[Any]) -> bool:
    row = session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return bool(row and row[0])


def _settle_roles(progress: Progress) -> None:
    """On a server of one's own: the roles, the database and its rights, as the embedded cluster makes them itself."""
    address = os.environ.get("DATABASE_OWNER_URL")
    if not address:
        return
    progress(0, 0, "Preparing roles and rights")
    ours = {role.name for role in ROLES if role.login}
    given = [urlsplit(os.environ.get(name, "")) for name in ("DATABASE_URL", "DATABASE_READ_URL")]
    passwords = {
        unquote(u.username or ""): unquote(u.password or "") for u in given if u.username in ours and u.password
    }
    with psycopg.connect(address) as session:
        prepare_roles_and_database(session, session.info.dbname, passwords=passwords)


def compile_messages(progress: Progress) -> None:
    """Compile each catalogue of translations that has no compiled form yet or a stale one."""
    import polib

    stale = stale_messages()
    for position, source in enumerate(stale, 1):
        progress(position, len(stale), "Compiling translations")
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


def stale_messages() -> list[Path]:
    """The catalogues of our own apps that are to be compiled."""
    ours = [Path(app.path) for app in apps.get_app_configs() if app.name.startswith("orderloop.")]
    return [source for folder in ours for source in folder.glob("locale/*/LC_MESSAGES/*.po") if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def collect_static(progress: Progress) -> None:
    """Build the static files under the installation's home, unless they are those of this code already."""
    mark = Path(settings.STATIC_ROOT) / ".built-from"
    wanted = _fingerprint_of_static()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return
    progress(0, 0, "Building static files")
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(wanted, encoding="ascii")


def _fingerprint_of_static() -> str:
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = os.stat(storage.path(name))
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
