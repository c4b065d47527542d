"""One installation on this machine: its embedded database, its lock, its port and the programs that make it up.

Knows no Django, so that what only starts and stops programs stays small and quick.
"""

import fcntl
import importlib.util
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orderloop.entrypoints import place
from orderloop.entrypoints.database import ROLE_VARIABLES
from orderloop.entrypoints.mailroom.options import DEFAULT_PORT as MAIL_PORT
from orderloop.entrypoints.mailroom.options import from_environment
from orderloop.platform.postgres import Cluster, Status
from orderloop.platform.supervisor import Service

DEFAULT_PORT = 8000
PORT_SECONDS = 5.0
# While one process waits for the database with a set of orders, another reads and answers requests.
WEB_WORKERS = min(2, os.cpu_count() or 1)
WEB_THREADS = 64
# What waits beyond the threads is turned away quickly rather than kept hoping.
WEB_BACKPRESSURE = 256
# People wait for the web, and nobody for the rest: a great document must not make pages slow.
BEHIND_THE_WEB = 5

Progress = Callable[[str], None]


class PortTaken(Exception):
    """Another program listens where the web is to listen."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is taken by another program: stop it, or choose another port with --port."
        )


@dataclass(frozen=True, slots=True)
class Web:
    """How the web process listens and works."""

    host: str
    port: int
    workers: int = WEB_WORKERS
    threads: int = WEB_THREADS

    @property
    def address(self) -> str:
        """The address to open on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def embedded_cluster() -> Cluster | None:
    """The cluster of this installation; None where the database is a server given by `DATABASE_URL`."""
    if any(os.environ.get(name) for name in ROLE_VARIABLES.values()):
        return None
    port = os.environ.get("ORDERLOOP_DATABASE_PORT")
    return Cluster(place.home() / "postgres", int(port) if port else None)


@contextmanager
def database_running(progress: Progress = lambda words: None) -> Iterator[None]:
    """Within this block the database runs; an embedded one that was down before is stopped afterwards."""
    cluster = embedded_cluster()
    if cluster is None:
        yield
        return
    was_running = cluster.status() in {Status.RUNNING, Status.STARTING}
    cluster.ensure_running(progress)
    try:
        yield
    finally:
        if not was_running and supervisor_pid() is None:
            cluster.stop()


def lock_file() -> Path:
    """The file whose lock the supervisor of this installation holds."""
    return place.home() / "supervisor.lock"


def supervisor_pid() -> int | None:
    """The process that keeps this installation running; None when nobody does."""
    try:
        file = lock_file().open("r", encoding="ascii")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read().strip() or 0)
    return None


def settle_port(host: str, wanted: int | None, usual: int = DEFAULT_PORT) -> int:
    """The wanted port, or else the usual one or the next that is free.

    A wanted port gets a moment to become free: what a killed predecessor left is still being ended. Raises PortTaken.
    """
    first = wanted or usual
    deadline = time.monotonic() + PORT_SECONDS
    while not _is_free(host, first):
        if time.monotonic() > deadline:
            if wanted:
                raise PortTaken(host, wanted)
            return next(port for port in range(first + 1, first + 1000) if _is_free(host, port))
        time.sleep(0.1)
    return first


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def web_service(web: Web) -> Service:
    """The web server: it answers pages and the API."""
    argv = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", web.host, "--port", str(web.port),
        "--workers", str(web.workers), "--blocking-threads", str(web.threads),
        "--backpressure", str(max(WEB_BACKPRESSURE, web.threads)), "--no-ws", "--log-level", "error",
        "--respawn-failed-workers", "--workers-kill-timeout", "10", "orderloop.entrypoints.server:application",
    ]  # fmt: skip
    environment = _environment(ORDERLOOP_POOL="1")
    environment.setdefault("ORDERLOOP_PUBLIC_URL", web.address)
    return Service("web", argv, env=environment, stop_seconds=15.0)


def worker_service(web: Web | None = None) -> Service:
    """The worker: it does what orders cause outside, and what the clock asks for."""
    environment = _environment()
    if web is not None:
        environment.setdefault("ORDERLOOP_PUBLIC_URL", web.address)
    argv = [sys.executable, "-m", "orderloop.entrypoints.worker"]
    return Service("worker", argv, env=environment, stop_seconds=15.0, nicer_by=BEHIND_THE_WEB)


def recogniser_service() -> Service | None:
    """The recogniser of faxes, scans and photographs; None where the extra `ocr` is not installed."""
    if importlib.util.find_spec("rapidocr") is None:
        return None
    argv = [sys.executable, "-m", "orderloop.entrypoints.recogniser"]
    return Service("recogniser", argv, env=_environment(), stop_seconds=5.0, nicer_by=BEHIND_THE_WEB)


def mail_address() -> tuple[str, int] | None:
    """Where mail is to be received, on a free port; None where `ORDERLOOP_MAIL_LISTEN` is `off`. Raises PortTaken."""
    given = os.environ.get("ORDERLOOP_MAIL_LISTEN", "")
    if given.lower() == "off":
        return None
    options = from_environment()
    return options.host, settle_port(options.host, options.port if given else None, MAIL_PORT)


def mail_service(host: str, port: int) -> Service:
    """The mailroom: it receives mail by SMTP, and fetches it by IMAP where a mailbox is set."""
    listen = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    environment = _environment(ORDERLOOP_MAIL_LISTEN=listen)
    return Service("mail", [sys.executable, "-m", "orderloop.entrypoints.mailroom"], env=environment, stop_seconds=15.0)


def _environment(**more: str) -> dict[str, str]:
    """The environment of a program that serves: it works with the application's rights and finds this home."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_OWNER_URL"}}
    return {
        **kept,
        "ORDERLOOP_HOME": str(place.home()),
        "ORDERLOOP_DATABASE_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "orderloop.entrypoints.settings",
        "PYTHONUNBUFFERED": "1",
        **more,
    }
