"""Starting and stopping: `up`, `demo`, `migrate`."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Annotated

import typer

from orderloop.entrypoints.cli.screen import INTERRUPTED, Failure, Steps, say, say_table

Host = Annotated[str, typer.Option(envvar="ORDERLOOP_HOST", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(envvar="ORDERLOOP_PORT", help="Port to listen on.")]
Workers = Annotated[
    int | None,
    typer.Option(envvar="ORDERLOOP_WEB_WORKERS", min=1, help="Web processes: usually one a core, two at most."),
]
Threads = Annotated[int, typer.Option(envvar="ORDERLOOP_WEB_THREADS", min=1, help="Threads of each web process.")]

demo_app = typer.Typer(
    help="Run the demo company, Adventure Works Cycles; `next` and `reset` work on it.", invoke_without_command=True
)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(up)
    app.command()(migrate)
    app.command(hidden=True)(prepare)
    app.add_typer(demo_app, name="demo")
    demo_app.callback()(demo)
    demo_app.command("next")(demo_next)
    demo_app.command("reset")(demo_reset)


def up(
    host: Host = "127.0.0.1",
    port: Port = None,
    workers: Workers = None,
    threads: Threads = 64,
    web: Annotated[bool, typer.Option(help="Run the web server.")] = True,
    worker: Annotated[bool, typer.Option(help="Run the worker.")] = True,
    mail: Annotated[bool, typer.Option(help="Receive mail.")] = True,
) -> None:
    """Start everything and keep it running: database (unless DATABASE_URL is given), web, worker and mailroom."""
    from orderloop.entrypoints.installation import DEFAULT_PORT

    _run(host, port or DEFAULT_PORT, workers, threads, with_web=web, with_worker=worker, with_mail=mail)


def demo(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = None,
    workers: Workers = None,
    threads: Threads = 64,
) -> None:
    """Found the demo company if it does not stand yet, then run as `up` does."""
    if context.invoked_subcommand is not None:
        return
    os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "WARNING")
    _run(host, port, workers, threads, demo=True)


def _run(
    host: str,
    port: int | None,
    workers: int | None,
    threads: int,
    *,
    demo: bool = False,
    with_web: bool = True,
    with_worker: bool = True,
    with_mail: bool = True,
) -> None:
    from orderloop.entrypoints import installation
    from orderloop.platform.supervisor import AlreadySupervised, Ensured, Service, Supervisor, prefixed

    if pid := installation.supervisor_pid():
        raise AlreadySupervised(str(pid))
    listening = installation.settle_port(host, port) if with_web else 0
    web = installation.Web(host, listening, workers or installation.WEB_WORKERS, threads)
    services: list[Service | Ensured] = []
    if (cluster := installation.embedded_cluster()) is not None:
        steps = Steps()
        services.append(
            Ensured("database", lambda: cluster.ensure_running(lambda words: steps(0, 0, words)), cluster.stop)
        )
    services.append(Ensured("preparation", _Once(["--demo"] if demo else [])))
    if with_web:
        services.append(installation.web_service(web))
    if with_worker:
        services.append(installation.worker_service(web if with_web else None))
        if (recogniser := installation.recogniser_service()) is not None:
            services.append(recogniser)
    listening_for_mail = installation.mail_address() if with_mail else None
    if listening_for_mail is not None:
        services.append(installation.mail_service(*listening_for_mail))
    if with_web:
        threading.Thread(target=_announce, args=(web.address, listening_for_mail), daemon=True).start()
    supervisor = Supervisor(services, prefixed(services, sys.stdout), lock=installation.lock_file())
    supervisor.run()
    say("Stopped.")


class _Once:
    """Prepares in a process of its own, so that what keeps watch afterwards stays small."""

    def __init__(self, options: Sequence[str]) -> None:
        self._options, self._done = options, False

    def __call__(self) -> None:
        if self._done:
            return
        ended = subprocess.run([sys.executable, "-m", "orderloop.entrypoints.cli", "prepare", *self._options])
        if ended.returncode == INTERRUPTED:
            raise KeyboardInterrupt
        if ended.returncode != 0:
            raise typer.Exit(1)  # it has said why
        self._done = True


def _announce(address: str, listening_for_mail: tuple[str, int] | None) -> None:
    """Say where to go once the web answers."""
    from orderloop.entrypoints.mailroom.options import from_environment

    while not answers(address):
        time.sleep(0.2)
    mail = ""
    if listening_for_mail is not None:
        host, port = listening_for_mail
        mail = f"  Orders by mail: to {from_environment().addresses[0]}, SMTP server {host}, port {port}.\n"
    say(f"\n  Orderloop 订单闭环 is ready: {address}\n{mail}  Ctrl-C stops it.\n")


def answers(address: str) -> bool:
    """Whether a web server answers there."""
    try:
        with urllib.request.urlopen(f"{address}/livez", timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False


def prepare(demo: bool = False) -> None:
    """Bring database, static files and translations up to date; the database must run."""
    from orderloop.entrypoints.cli.working import set_up_django
    from orderloop.entrypoints.database import owner_or_app

    set_up_django(owner_or_app())
    from orderloop.entrypoints import preparing

    with Steps().shown() as steps:
        token = preparing.prepare(steps, demo=demo)
    if demo:
        _show_sign_ins()
    if token:
        say(f"Token of the integrator, shown this once: {token}")


def _show_sign_ins() -> None:
    """One sign-in per role."""
    from django.utils import translation

    from orderloop.access.facts import ROLE_NAMES, Role
    from orderloop.demo.company import sign_ins

    first = {role: each for each in reversed(sign_ins()) for role in each.roles}
    rows = []
    for role in Role:
        if (person := first.get(role)) is not None:
            with translation.override("zh-hans"):
                chinese = translation.gettext(ROLE_NAMES[role])
            rows.append([ROLE_NAMES[role], chinese, person.username, person.name])
    passwords = " ".join(sorted({each.password for each in first.values()}))
    say_table(f"Sign in 登录 · password 密码: {passwords}", ["Role", "角色", "User 用户", "Name 姓名"], rows)


def migrate() -> None:
    """Bring the database to this release: roles, tables, rights, policies; then static files and translations."""
    from orderloop.entrypoints.installation import database_running

    with database_running():
        prepare()
    say("Everything is up to date.")


def demo_next() -> None:
    """Let the next day's orders of the demo come in, by the real intake."""
    from datetime import UTC, datetime

    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from orderloop.demo import company

        if not company.is_founded():
            raise Failure("The demo has not been founded here: run `orderloop demo` first.")
        brought = company.bring_next_day(datetime.now(UTC))
        say(str(brought))


def demo_reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option(help="Delete even what is not, or cannot be seen to be, the demo.")] = False,
) -> None:
    """Delete the demo's database, so that the next `orderloop demo` begins anew."""
    from orderloop.entrypoints import installation, place

    cluster = installation.embedded_cluster()
    if cluster is None:
        raise Failure("The database is the one DATABASE_URL names: drop and create it there.")
    if pid := installation.supervisor_pid():
        raise Failure(f"The demo is running (process {pid}): stop it first.")
    if not cluster.folder.exists():
        say("There is nothing to delete.")
        return
    if not force and not _is_only_demo():
        raise Failure(f"{place.home()} holds data that is not the demo's. With --force it is deleted all the same.")
    if not yes:
        typer.confirm(f"Delete the database in {cluster.folder}?", abort=True)
    cluster.remove()
    say("The demo's database is deleted.")


def _is_only_demo() -> bool:
    """Whether the database holds the demo, or nothing of worth."""
    import psycopg

    from orderloop.entrypoints import installation

    cluster = installation.embedded_cluster()
    assert cluster is not None
    with installation.database_running(), psycopg.connect(cluster.ensure_running().url("owner")) as session:
        row = session.execute("SELECT to_regclass('demo_step') IS NULL").fetchone()
        if row is None or row[0]:
            return True
        row = session.execute(
            "SELECT EXISTS (SELECT FROM demo_step)"
            " OR NOT EXISTS (SELECT FROM customers_customer) AND NOT EXISTS (SELECT FROM orders_order)"
        ).fetchone()
        return bool(row and row[0])
