"""Keeps the processes of one installation running: starts them in order, restarts what crashes, stops all in reverse.

No child outlives the supervisor, even one that is killed outright: on Linux the kernel sends each child SIGTERM then,
and everywhere a small guard process, which notices by its closed pipe, ends whatever is left of their process groups.
This file is run as a script for both, so it imports nothing but the standard library.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

TICK_SECONDS = 0.1
ENSURE_SECONDS = 1.0
LONGEST_PAUSE = 5.0
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

OnLine = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """A program to keep running. `env`, if given, is its whole environment; `stop_seconds` its time to end in peace;
    `nicer_by` how far it stands back when the processors are wanted by all (see nice(2))."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stop_seconds: float = 10.0
    nicer_by: int = 0


@dataclass(frozen=True, slots=True)
class Ensured:
    """Something that is no child but has to be there: `ensure` is called at its place in the order and each second
    after, and must be quick when all is well. `stop`, if given, is called in the reverse order."""

    name: str
    ensure: Callable[[], object]
    stop: Callable[[], object] | None = None


class KeepsFailing(Exception):
    """A service failed more often than the budget allows; everything has been stopped."""

    def __init__(self, name: str, failures: int, window: float, last_words: Sequence[str]) -> None:
        self.name = name
        words = "".join(f"\n  {line}" for line in last_words)
        super().__init__(
            f"{name} failed {failures} times within {window:.0f} s, so everything was stopped. Its last words:{words}"
        )


class AlreadySupervised(Exception):
    """Another supervisor holds the lock."""

    def __init__(self, pid: str) -> None:
        super().__init__(f"This installation is already running (process {pid}): stop it first.")


class _Interrupted(BaseException):
    """Breaks off a long `ensure` when a stop is asked for."""


def prefixed(services: Sequence[Service | Ensured], stream: TextIO) -> OnLine:
    """An `on_line` that prints each line behind its service's name."""
    width = max((len(service.name) for service in services), default=0)
    one_at_a_time = threading.Lock()

    def on_line(name: str, line: str) -> None:
        with one_at_a_time:
            print(f"{name:<{width}} | {line}", file=stream, flush=True)

    return on_line


@dataclass(slots=True)
class _Step:
    """One service and what became of it so far."""

    service: Service | Ensured
    process: "subprocess.Popen[bytes] | None" = None
    reader: threading.Thread | None = None
    failures: deque[float] = field(default_factory=deque)
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=5))
    due: float | None = None


class Supervisor:
    """Runs the services, in their order, until a signal or `request_stop`.

    A service may fail `restarts` times within `window` seconds; one more stops everything. `lock` is a file that
    keeps a second supervisor away; the kernel frees it when its holder dies, so a stale one means nothing.
    """

    def __init__(
        self,
        services: Sequence[Service | Ensured],
        on_line: OnLine,
        *,
        lock: Path | None = None,
        restarts: int = 5,
        window: float = 60.0,
        first_pause: float = 0.5,
    ) -> None:
        self._steps = [_Step(service) for service in services]
        self._on_line = on_line
        self._lock = lock
        self._restarts, self._window, self._first_pause = restarts, window, first_pause
        # Plain flags: a signal handler that sets an Event can meet its lock held by the very code it interrupted.
        self._stopping = self._hurrying = self._ensuring = False
        patience = max((each.stop_seconds for each in services if isinstance(each, Service)), default=0.0)
        self._guard = _Guard(patience)

    def run(self) -> None:
        """Return after an orderly stop. Raises KeepsFailing, AlreadySupervised, or what a first `ensure` raises;
        nothing is left running then."""
        with self._locked(), self._signals():
            try:
                self._guard.start()
                self._start_all()
                while not self._stopping:
                    self._look_after_all()
                    time.sleep(TICK_SECONDS)
            except _Interrupted:
                pass
            finally:
                self._stop_all()
                self._guard.close()

    def request_stop(self) -> None:
        """Stop as a signal would; safe from any thread."""
        self._stopping = True

    def _start_all(self) -> None:
        for step in self._steps:
            if self._stopping:
                return
            if isinstance(step.service, Ensured):
                step.due = time.monotonic()
                self._ensure(step.service)
            else:
                self._spawn(step, step.service)

    def _look_after_all(self) -> None:
        self._guard.start()
        for step in self._steps:
            now = time.monotonic()
            if isinstance(step.service, Ensured):
                if step.due is None or now >= step.due:
                    self._ensure_again(step, step.service)
            elif step.process is not None and step.process.poll() is not None:
                self._bury(step, step.process)
            elif step.process is None and step.due is not None and now >= step.due:
                self._spawn(step, step.service)

    def _ensure(self, service: Ensured) -> None:
        self._ensuring = True
        try:
            if not self._stopping:
                service.ensure()
        finally:
            self._ensuring = False

    def _ensure_again(self, step: _Step, service: Ensured) -> None:
        try:
            self._ensure(service)
        except Exception as error:  # whatever it is, it is reported and counted, and children stay looked after
            step.last_words.append(str(error))
            self._on_line(service.name, f"is not there: {error}")
            step.due = self._count_failure(step)
        else:
            step.due = time.monotonic() + ENSURE_SECONDS

    def _spawn(self, step: _Step, service: Service) -> None:
        step.process = subprocess.Popen(
            _tied_to_parent(service.argv, service.nicer_by),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=None if service.env is None else dict(service.env),
            cwd=service.cwd,
            # A group of its own, so that Ctrl-C reaches the supervisor only and the order of stopping is ours.
            start_new_session=True,
        )
        step.due = None
        self._guard.add(step.process.pid)
        step.reader = threading.Thread(target=self._read, args=(step, step.process), daemon=True)
        step.reader.start()

    def _read(self, step: _Step, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for raw in lines:
                line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
                step.last_words.append(line)
                self._on_line(step.service.name, line)

    def _bury(self, step: _Step, process: "subprocess.Popen[bytes]") -> None:
        self._clear_group(step, process)
        code = process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._on_line(step.service.name, f"{how}; it is started again")
        step.process = None
        step.due = self._count_failure(step)

    def _clear_group(self, step: _Step, process: "subprocess.Popen[bytes]") -> None:
        """End what a finished child left in its process group, so that nothing keeps its port or its pipe."""
        _signal_group(process.pid, signal.SIGKILL)
        self._guard.remove(process.pid)
        if step.reader is not None:
            step.reader.join(1.0)

    def _count_failure(self, step: _Step) -> float:
        """When to try again. Raises KeepsFailing when the budget is spent."""
        now = time.monotonic()
        step.failures.append(now)
        while step.failures[0] < now - self._window:
            step.failures.popleft()
        if len(step.failures) > self._restarts:
            raise KeepsFailing(step.service.name, len(step.failures), self._window, list(step.last_words))
        return now + min(self._first_pause * 2.0 ** (len(step.failures) - 1), LONGEST_PAUSE)

    def _stop_all(self) -> None:
        for step in reversed(self._steps):
            if isinstance(step.service, Ensured):
                if step.service.stop is not None and step.due is not None:
                    self._end_ensured(step.service, step.service.stop)
            elif step.process is not None:
                self._end(step, step.service, step.process)

    def _end_ensured(self, service: Ensured, stop: Callable[[], object]) -> None:
        try:
            stop()
        except Exception as error:  # what else is to be stopped is stopped all the same
            self._on_line(service.name, f"could not be stopped: {error}")

    def _end(self, step: _Step, service: Service, process: "subprocess.Popen[bytes]") -> None:
        if process.poll() is None:
            process.terminate()
        deadline = time.monotonic() + service.stop_seconds
        while process.poll() is None and time.monotonic() < deadline and not self._hurrying:
            time.sleep(0.02)
        if process.poll() is None:
            self._on_line(service.name, "did not stop in time and was killed")
            process.kill()
            process.wait()
        self._clear_group(step, process)
        step.process = None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise AlreadySupervised(file.read().strip()) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may take signals; elsewhere request_stop serves
            return
        wanted = [number for number in STOPPING_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        before = {number: signal.signal(number, self._on_signal) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._hurrying = self._stopping
        self._stopping = True
        if self._ensuring:
            self._ensuring = False
            raise _Interrupted


class _Guard:
    """The supervisor's end of the guard process: told of each child's process group, and started again if it dies."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: set[int] = set()

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._close_pipe()
        self._process = subprocess.Popen(
            [*_own_interpreter(), "guard", str(self._patience)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        for group in self._groups:
            self._tell(f"+{group}")

    def add(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}")

    def remove(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}")

    def close(self) -> None:
        self._close_pipe()
        if self._process is not None:
            self._process.wait()

    def _close_pipe(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _tell(self, line: str) -> None:
        """A guard that has just died is started again, and told everything, at the next look around."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()


def _own_interpreter() -> list[str]:
    return [sys.executable, "-I", "-S", os.path.abspath(__file__)]


def _tied_to_parent(argv: Sequence[str], nicer_by: int) -> list[str]:
    return [*_own_interpreter(), "tied", str(os.getpid()), str(nicer_by), *argv]


def _run_tied(parent: int, nicer_by: int, argv: Sequence[str]) -> None:
    """Become the service's program, to be sent SIGTERM by the kernel when the supervisor is gone.

    The kernel means the thread that started the child, which is the one in `Supervisor.run`.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    os.nice(nicer_by)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as the program would find it without this interpreter before it
    try:
        os.execvp(argv[0], list(argv))
    except OSError as error:
        sys.exit(f"cannot run {argv[0]}: {error.strerror}")


def _run_guard(patience: float) -> None:
    """Remember process groups as told on standard input; when it closes, end those that are left."""
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    for group in groups:
        _signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while any(_signal_group(group, 0) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """True if the group still had a process to signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1] == "guard":
        _run_guard(float(sys.argv[2]))
    else:
        _run_tied(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
