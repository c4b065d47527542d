"""The supervisor starts in order, restarts what crashes, gives up in time, and leaves nothing running."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from orderloop.platform.supervisor import AlreadySupervised, Ensured, KeepsFailing, Service, Supervisor, prefixed

STEADY = """
import os, signal, sys, time
def end(*_):
    print("bye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("pid", os.getpid(), flush=True)
while True:
    time.sleep(0.05)
"""
STUBBORN = STEADY.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
WITH_WORKER = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print("pid", worker.pid, flush=True)
time.sleep(300)
"""
SUPERVISOR = """
import sys
from pathlib import Path
from orderloop.platform.supervisor import Service, Supervisor, prefixed
lock, patience, *scripts = sys.argv[1:]
services = [
    Service(f"s{n}", [sys.executable, "-c", script], stop_seconds=float(patience)) for n, script in enumerate(scripts)
]
Supervisor(services, prefixed(services, sys.stdout), lock=Path(lock)).run()
"""


def python(name: str, script: str, **options: Any) -> Service:
    return Service(name, [sys.executable, "-c", script], **options)


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Run:
    """A supervisor in a thread, and every line it told."""

    def __init__(self, *services: Service | Ensured, **options: object) -> None:
        self.lines: list[tuple[str, str]] = []
        self.error: BaseException | None = None
        self.supervisor = Supervisor(services, lambda *line: self.lines.append(line), first_pause=0.05, **options)  # type: ignore[arg-type]
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.supervisor.run()
        except Exception as error:
            self.error = error

    def pids(self, name: str) -> list[int]:
        return [int(text.split()[1]) for who, text in self.lines if who == name and text.startswith("pid ")]

    def stop(self) -> None:
        self.supervisor.request_stop()
        self.thread.join(30)
        assert not self.thread.is_alive()


@pytest.fixture
def start() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def make(*services: Service | Ensured, **options: object) -> Run:
        runs.append(Run(*services, **options))
        return runs[-1]

    yield make
    for run in runs:
        run.stop()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """A supervisor in a process of its own, as `orderloop up` is, with a lock file."""
    started: list[subprocess.Popen[str]] = []

    def make(*scripts: str, patience: float = 1.0) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-c", SUPERVISOR, str(tmp_path / "lock"), str(patience), *scripts]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True))
        return started[-1]

    yield make
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def first_pids(process: "subprocess.Popen[str]", count: int) -> list[int]:
    assert process.stdout is not None
    found: dict[str, int] = {}
    while len(found) < count:
        name, _, text = process.stdout.readline().partition(" | ")
        found[name] = int(text.split()[1])
    return [found[name] for name in sorted(found)]


def test_services_start_in_order_and_stop_in_the_reverse(start: Callable[..., Run]) -> None:
    events: list[str] = []
    database = Ensured("database", lambda: events.append("ensured"), lambda: events.append("stopped"))
    run = start(database, python("web", STEADY), python("worker", STEADY))
    wait_until(lambda: len(run.pids("web")) == 1 and len(run.pids("worker")) == 1)
    assert events[0] == "ensured"
    run.stop()
    assert run.error is None
    assert [line for line in run.lines if line[1] == "bye"] == [("worker", "bye"), ("web", "bye")]
    assert events[-1] == "stopped"
    assert [pid for pid in run.pids("web") + run.pids("worker") if is_running(pid)] == []


def test_a_crashed_service_is_started_again_and_the_others_are_left_alone(start: Callable[..., Run]) -> None:
    run = start(python("web", STEADY), python("worker", STEADY))
    wait_until(lambda: len(run.pids("web")) == 1 and len(run.pids("worker")) == 1)
    os.kill(run.pids("web")[0], signal.SIGKILL)
    wait_until(lambda: len(run.pids("web")) == 2)
    assert ("web", "was killed by SIGKILL; it is started again") in run.lines
    assert len(run.pids("worker")) == 1
    assert is_running(run.pids("worker")[0])


def test_a_service_that_keeps_crashing_stops_everything_and_says_why(start: Callable[..., Run]) -> None:
    run = start(python("web", STEADY), python("worker", "print('pid 0'); raise SystemExit('no such queue')"))
    run.thread.join(60)
    assert isinstance(run.error, KeepsFailing)
    assert run.error.name == "worker"
    assert str(run.error).startswith("worker failed 6 times within 60 s, so everything was stopped.")
    assert "no such queue" in str(run.error)
    assert len(run.pids("worker")) == 6
    assert not is_running(run.pids("web")[0])


def test_crashes_further_apart_than_the_window_are_forgiven(start: Callable[..., Run]) -> None:
    run = start(python("web", "print('pid 0')"), restarts=1, window=0.01)
    wait_until(lambda: len(run.pids("web")) >= 4)
    assert run.error is None


def test_a_program_that_is_not_there_is_named(start: Callable[..., Run]) -> None:
    run = start(Service("web", ["no-such-program"]), restarts=0)
    run.thread.join(30)
    assert str(run.error).endswith("cannot run no-such-program: No such file or directory")


def test_environment_and_folder_are_the_services_own(start: Callable[..., Run], tmp_path: Path) -> None:
    script = "import os, time; print(os.environ['COMPANY'], os.getcwd(), flush=True); time.sleep(300)"
    run = start(Service("web", [sys.executable, "-c", script], env={"COMPANY": "华信"}, cwd=tmp_path))
    wait_until(lambda: run.lines != [])
    assert run.lines == [("web", f"华信 {tmp_path}")]


def test_a_service_stands_back_as_far_as_it_is_told_and_no_other_does(start: Callable[..., Run]) -> None:
    script = "import os, time; print(os.nice(0), flush=True); time.sleep(300)"
    run = start(python("web", script), python("worker", script, nicer_by=5))
    wait_until(lambda: len(run.lines) == 2)
    assert sorted(run.lines) == [("web", str(os.nice(0))), ("worker", str(os.nice(0) + 5))]


def test_a_service_that_does_not_stop_in_time_is_killed(start: Callable[..., Run]) -> None:
    run = start(python("web", STUBBORN, stop_seconds=0.3))
    wait_until(lambda: len(run.pids("web")) == 1)
    run.stop()
    assert ("web", "did not stop in time and was killed") in run.lines
    assert not is_running(run.pids("web")[0])


def test_what_a_crashed_service_started_itself_is_ended_with_it(start: Callable[..., Run]) -> None:
    run = start(python("web", WITH_WORKER))
    wait_until(lambda: len(run.pids("web")) == 1)
    parent = psutil.Process(run.pids("web")[0]).ppid()
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: len(run.pids("web")) == 2)
    wait_until(lambda: not is_running(run.pids("web")[0]))


def test_what_is_ensured_is_ensured_again_and_its_failures_are_reported(start: Callable[..., Run]) -> None:
    calls: list[float] = []

    def ensure() -> None:
        calls.append(time.monotonic())
        if len(calls) == 2:
            raise RuntimeError("the database died")

    run = start(Ensured("database", ensure), python("web", STEADY))
    wait_until(lambda: len(calls) >= 3 and len(run.pids("web")) == 1)
    assert ("database", "is not there: the database died") in run.lines
    assert len(run.pids("web")) == 1
    run.stop()
    assert run.error is None


def test_a_first_ensure_that_fails_ends_the_run_with_its_own_error(start: Callable[..., Run]) -> None:
    def ensure() -> None:
        raise RuntimeError("no room on the disk")

    run = start(Ensured("database", ensure), python("web", STEADY))
    run.thread.join(30)
    assert str(run.error) == "no room on the disk"
    assert run.lines == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(
    supervised: Callable[..., "subprocess.Popen[str]"], number: signal.Signals
) -> None:
    process = supervised(STEADY, STEADY)
    pids = first_pids(process, 2)
    process.send_signal(number)
    assert process.stdout is not None
    assert process.stdout.read().splitlines() == ["s1 | bye", "s0 | bye"]
    assert process.wait(30) == 0
    assert [pid for pid in pids if is_running(pid)] == []


def test_a_second_signal_does_not_wait_for_a_stubborn_service(
    supervised: Callable[..., "subprocess.Popen[str]"],
) -> None:
    process = supervised(STUBBORN, patience=300.0)
    (pid,) = first_pids(process, 1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not is_running(pid)


LONG_ENSURE = """
import sys, time
from orderloop.platform.supervisor import Ensured, Supervisor, prefixed
def ensure():
    print("ensuring", flush=True)
    time.sleep(300)
steps = [Ensured("database", ensure, lambda: print("stopped", flush=True))]
Supervisor(steps, prefixed(steps, sys.stdout)).run()
"""


def test_a_signal_breaks_off_a_long_start_of_what_is_ensured() -> None:
    process = subprocess.Popen([sys.executable, "-c", LONG_ENSURE], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ensuring\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 0


def test_no_child_outlives_a_killed_supervisor_and_the_next_one_starts(
    supervised: Callable[..., "subprocess.Popen[str]"],
) -> None:
    process = supervised(STEADY, STUBBORN, WITH_WORKER)
    pids = first_pids(process, 3)
    process.kill()
    process.wait()
    wait_until(lambda: [pid for pid in pids if is_running(pid)] == [])
    following = supervised(STEADY)
    assert len(first_pids(following, 1)) == 1


def test_children_end_even_if_the_guard_is_killed_before_the_supervisor(
    supervised: Callable[..., "subprocess.Popen[str]"],
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    process = supervised(STEADY)
    (pid,) = first_pids(process, 1)
    os.kill(process.pid, signal.SIGSTOP)
    guards = [child for child in psutil.Process(process.pid).children() if "guard" in child.cmdline()]
    assert len(guards) == 1
    guards[0].kill()
    process.kill()
    process.wait()
    wait_until(lambda: not is_running(pid))


def test_a_killed_guard_is_replaced(supervised: Callable[..., "subprocess.Popen[str]"]) -> None:
    process = supervised(STUBBORN)
    (pid,) = first_pids(process, 1)

    def guards() -> list[psutil.Process]:
        children = psutil.Process(process.pid).children()
        return [each for each in children if is_running(each.pid) and "guard" in each.cmdline()]

    (first,) = guards()
    first.kill()
    wait_until(lambda: [each.pid for each in guards()] not in ([], [first.pid]))
    process.kill()
    process.wait()
    wait_until(lambda: not is_running(pid))


def test_a_second_supervisor_is_refused_while_the_first_runs(
    supervised: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    process = supervised(STEADY)
    first_pids(process, 1)
    with pytest.raises(AlreadySupervised, match=f"process {process.pid}"):
        Supervisor([], lambda *line: None, lock=tmp_path / "lock").run()


def test_a_lock_left_by_a_dead_supervisor_stops_nobody(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(f"{os.getpid()}\n")
    supervisor = Supervisor([], lambda *line: None, lock=lock)
    supervisor.request_stop()
    supervisor.run()
    assert lock.read_text() == f"{os.getpid()}\n"


def test_lines_are_printed_behind_the_name_of_their_service() -> None:
    stream = io.StringIO()
    on_line = prefixed([Ensured("database", lambda: None), Service("web", [])], stream)
    on_line("web", "listening")
    on_line("database", "ready")
    assert stream.getvalue() == "web      | listening\ndatabase | ready\n"
