"""`orderloop doctor`: look at everything the installation stands on, and say what to do about what is wrong."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer

from orderloop.entrypoints.cli.screen import say_json, say_table
from orderloop.entrypoints.cli.words import gettext as _

GIGABYTE = 10**9
LEAST_FREE = 2 * GIGABYTE
HEARTBEAT_SECONDS = 60
OLDEST_EFFECT_SECONDS = 300
OLDEST_PICTURE_SECONDS = 900
CLOCK_SECONDS = 2
CHROMIUM = "/usr/bin/chromium"
SECRET_WORDS = ("KEY", "PASSWORD", "TOKEN", "SECRET")
OUR_VARIABLES = ("ORDERLOOP_", "DATABASE_")


class State(StrEnum):
    """How something is found."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `todo` says what to do unless it is ok."""

    about: str
    state: State
    words: str
    todo: str = ""


def add_to(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False) -> None:
    """Look at everything the installation stands on; exit 1 if something is at fault."""
    findings = list(examine())
    at_fault = any(finding.state is State.FAULT for finding in findings)
    if as_json:
        say_json({"at_fault": at_fault, "findings": [asdict(finding) for finding in findings]})
    else:
        styles = {str(State.OK): "green", str(State.WARNING): "yellow", str(State.FAULT): "bold red"}
        rows = [[finding.about, finding.state, finding.words, finding.todo] for finding in findings]
        say_table("Orderloop", ["", _("State"), _("Found"), _("What to do")], rows, styles)
    if at_fault:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Everything, from the machine up; what the database would have to tell is left out while it does not answer."""
    yield from _machine()
    yield from _settings()
    answer = yield from _database_answers()
    if answer is not None:
        with answer as session:
            yield from _database(session)
            yield from _work(session)
        yield from _product()
    yield from _web()


def _machine() -> Iterator[Finding]:
    from orderloop.entrypoints import place

    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("orderloop", "django", "psycopg", "granian"))
    yield Finding("versions", State.OK, f"Python {platform.python_version()}, {versions}")
    home = place.home()
    if not home.exists():
        yield Finding(
            "home", State.WARNING, f"{home} does not exist yet", "`orderloop up` or `orderloop demo` makes it."
        )
    elif not os.access(home, os.W_OK):
        todo = "Run as the user who made it, or set ORDERLOOP_HOME to a folder of your own."
        yield Finding("home", State.FAULT, f"{home} cannot be written", todo)
    else:
        yield Finding("home", State.OK, str(home))
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    words = f"{free / GIGABYTE:.1f} GB free at {existing}"
    state = State.OK if free > LEAST_FREE else State.FAULT
    yield Finding(
        "disk", state, words, "" if state is State.OK else "Free some space: orders cannot be written without."
    )
    chromium = os.environ.get("ORDERLOOP_CHROMIUM", CHROMIUM)
    if Path(chromium).exists():
        yield Finding("chromium", State.OK, chromium)
    else:
        yield Finding("chromium", State.WARNING, "not found", "Only the tests need it: install the package chromium.")
    yield _fonts()
    yield _recognition()


def _recognition() -> Finding:
    """Whether faxes, scans and photographs can be read here."""
    try:
        versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("rapidocr", "onnxruntime"))
    except metadata.PackageNotFoundError:
        todo = "Faxes, scans and photos go to a person unread. To read them: pip install 'orderloop[ocr]'."
        return Finding("recognition", State.WARNING, "the extra `ocr` is not installed", todo)
    return Finding("recognition", State.OK, versions)


def _fonts() -> Finding:
    import orderloop.platform

    found = sorted(Path(orderloop.platform.__path__[0]).glob("fonts/*.otf"))
    given = os.environ.get("ORDERLOOP_DOCUMENT_FONTS", "")
    if given and not Path(given).is_dir():
        todo = "Set ORDERLOOP_DOCUMENT_FONTS to a folder of fonts, or unset it."
        return Finding("fonts", State.FAULT, f"{given} is not a folder", todo)
    if not found:
        return Finding("fonts", State.FAULT, "the font for documents is missing", "Install Orderloop anew.")
    return Finding("fonts", State.OK, ", ".join(path.name for path in found) + (f" and {given}" if given else ""))


def _settings() -> Iterator[Finding]:
    for name in sorted(os.environ):
        if name.startswith(OUR_VARIABLES):
            yield Finding(name, State.OK, masked(name, os.environ[name]))
    if os.environ.get("ORDERLOOP_DEBUG", "0").lower() in {"1", "true", "yes", "on"}:
        yield Finding("debug", State.WARNING, "on", "Unset ORDERLOOP_DEBUG where others can reach this installation.")
    if os.environ.get("DATABASE_OWNER_URL") and not os.environ.get("DATABASE_URL"):
        todo = "Set DATABASE_URL too: the product does not work as the owner."
        yield Finding("database", State.FAULT, "DATABASE_OWNER_URL without DATABASE_URL", todo)


def masked(name: str, value: str) -> str:
    """A setting as it may be shown: neither secrets nor the password in an address."""
    if any(word in name for word in SECRET_WORDS):
        return "(set)"
    parts = urlsplit(value)
    if parts.password is None:
        return value
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{host}"))


def _database_answers() -> Any:
    """Yields what was found; returns a connection where the database answers."""
    import psycopg

    from orderloop.entrypoints import database, installation

    cluster = installation.embedded_cluster()
    if cluster is not None:
        status = cluster.status()
        start = "Start it with `orderloop up` (or `orderloop demo`)."
        if cluster.known() is None:
            yield Finding("database", State.WARNING, "none has been made yet", start)
            return None
        pid = installation.supervisor_pid()
        runs = f"kept running by process {pid}" if pid else "nobody keeps it running"
        yield Finding("installation", State.OK if pid else State.WARNING, runs, "" if pid else start)
        if status != "running":
            words = "\n".join([f"embedded, {status}", *cluster.log_tail(3)])
            yield Finding("database", State.WARNING if status == "stopped" else State.FAULT, words, start)
            return None
    try:
        session = psycopg.connect(database.url(), connect_timeout=5, autocommit=True)
    except psycopg.Error as error:
        todo = "Check DATABASE_URL and the server's log." if cluster is None else "See the log in its folder."
        yield Finding("database", State.FAULT, str(error).strip(), todo)
        return None
    return session


def _database(session: Any) -> Iterator[Finding]:
    from orderloop.platform.postgres import NotDurable, assert_durable

    where = f"PostgreSQL {_one(session, 'SHOW server_version')} on {session.info.host}:{session.info.port}"
    size = _one(session, "SELECT pg_size_pretty(pg_database_size(current_database()))")
    yield Finding("database", State.OK, f"{where}, database {session.info.dbname}, {size}")
    try:
        assert_durable(session)
        yield Finding("durability", State.OK, "a commit is on disk before it is told")
    except NotDurable as error:
        yield Finding("durability", State.FAULT, str(error), f"Turn {error.setting} on: nothing starts before.")
    role = session.info.user
    excess = _one(session, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    owns = _one(
        session, "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)"
    )
    if excess or owns:
        todo = "Let DATABASE_URL name orderloop_app; DATABASE_OWNER_URL is for `orderloop migrate` only."
        yield Finding("rights", State.FAULT, f"{role} could change what is append-only", todo)
    else:
        yield Finding("rights", State.OK, f"works as {role}, which owns nothing")
    blind = _one(session, "SELECT to_regproc('show_trgm') IS NOT NULL AND show_trgm('华信') = '{}'")
    state, todo = (State.FAULT, "Create the database with LC_CTYPE 'C.UTF-8'.") if blind else (State.OK, "")
    yield Finding("search", state, "does not see Chinese" if blind else "sees Chinese", todo)
    skew = abs((_one(session, "SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
    state, todo = (State.WARNING, "Let both hosts follow a time server.") if skew > CLOCK_SECONDS else (State.OK, "")
    yield Finding("clock", state, f"{skew:.1f} s from the database's", todo)


def _work(session: Any) -> Iterator[Finding]:
    if _one(session, "SELECT to_regclass('platform_effect') IS NULL OR to_regclass('procrastinate_workers') IS NULL"):
        return
    beat = _one(session, "SELECT extract(epoch FROM now() - max(last_heartbeat))::int FROM procrastinate_workers")
    if beat is None or beat > HEARTBEAT_SECONDS:
        words = "none has ever run" if beat is None else f"the last sign of one is {beat} s old"
        yield Finding("worker", State.WARNING, words, "Mails and jobs wait until one runs: `orderloop up`.")
    else:
        yield Finding("worker", State.OK, f"alive {beat} s ago")
    oldest = _one(
        session,
        "SELECT extract(epoch FROM now() - min(next_at))::int FROM platform_effect"
        " WHERE done_at IS NULL AND dead_at IS NULL AND next_at <= now()",
    )
    late = oldest is not None and oldest > OLDEST_EFFECT_SECONDS
    words = "nothing is due" if oldest is None else f"the oldest due effect waits {oldest} s"
    yield Finding("outbox", State.FAULT if late else State.OK, words, "See that a worker runs." if late else "")
    yield from _pictures_waiting(session)
    dead = _one(session, "SELECT count(*) FROM platform_effect WHERE dead_at IS NOT NULL")
    if dead:
        yield Finding("given up", State.WARNING, f"{dead} effects", "Look at them on the mail page and try them anew.")
    stuck = _one(session, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if stuck:
        yield Finding("jobs", State.WARNING, f"{stuck} failed", "Look at the worker's log; `orderloop django shell`.")


def _pictures_waiting(session: Any) -> Iterator[Finding]:
    waiting = session.execute(
        "SELECT count(*), extract(epoch FROM now() - min(received_at))::int FROM intake_message"
        " WHERE outcome = 'pending' AND needs_recognition"
    ).fetchone()
    if waiting[0]:
        is_late = waiting[1] > OLDEST_PICTURE_SECONDS
        words = f"{waiting[0]} messages with pictures wait, the oldest {waiting[1]} s"
        todo = "See that a recogniser runs: `orderloop up` starts it where the extra `ocr` is installed."
        yield Finding("pictures", State.WARNING if is_late else State.OK, words, todo if is_late else "")


def _product() -> Iterator[Finding]:
    from orderloop.entrypoints.cli.working import set_up_django

    set_up_django("app")
    from django.conf import settings

    from orderloop.entrypoints import preparing

    missing = preparing.pending_migrations()
    words = f"{len(missing)} are missing: {', '.join(missing[:5])}" if missing else "all are applied"
    yield Finding("migrations", State.FAULT if missing else State.OK, words, "`orderloop migrate`" if missing else "")
    built = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    words = str(settings.STATIC_ROOT) if built else "not built"
    yield Finding("static files", State.OK if built else State.FAULT, words, "" if built else "`orderloop migrate`")
    stale = preparing.stale_messages()
    words = f"{len(stale)} are not compiled" if stale else "compiled"
    yield Finding("translations", State.WARNING if stale else State.OK, words, "`orderloop migrate`" if stale else "")
    mail = masked("ORDERLOOP_SMTP_URL", settings.SMTP_URL) or "kept and shown on a page, not sent"
    todo = "" if settings.SMTP_URL else "Set ORDERLOOP_SMTP_URL to send mail."
    yield Finding("mail", State.OK if settings.SMTP_URL else State.WARNING, mail, todo)


def _web() -> Iterator[Finding]:
    from orderloop.entrypoints.cli.running import answers
    from orderloop.entrypoints.installation import DEFAULT_PORT

    port = os.environ.get("ORDERLOOP_PORT", DEFAULT_PORT)
    address = os.environ.get("ORDERLOOP_PUBLIC_URL", f"http://127.0.0.1:{port}")
    if answers(address):
        yield Finding("web", State.OK, f"{address} answers")
    else:
        todo = "Start it with `orderloop up`; if it listens elsewhere, set ORDERLOOP_PUBLIC_URL."
        yield Finding("web", State.WARNING, f"{address} does not answer", todo)


def _one(session: Any, statement: str) -> Any:
    probe: Callable[..., Any] = session.execute
    row = probe(statement).fetchone()
    return row[0] if row else None
