"""A whole installation for a test: its own home, database and port, run as a person runs it, ended without a trace."""

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from orderloop.platform.postgres import Cluster

READY_SECONDS = 180.0
STOP_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on, below those the kernel hands out to clients."""
    start = random.randrange(10_000, 19_000)
    for port in range(start, start + 1_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Ask until the answer is true and return it; fail with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.05)
    return answer


class Installation:
    """One home, started and stopped at will. `lines` is all it has said since its last start."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []
        self._reader: threading.Thread | None = None

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.home / "postgres")

    def environment(self, **more: str) -> dict[str, str]:
        """What a command of this installation finds: nothing of the tests' own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ORDERLOOP_", "DATABASE_", "DJANGO_"))}
        return {**kept, "ORDERLOOP_HOME": str(self.home), "ORDERLOOP_PORT": str(self.port), "COLUMNS": "200", **more}

    def run(self, *arguments: str, seconds: float = 120, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        argv = [sys.executable, "-m", "orderloop.entrypoints.cli", *arguments]
        return subprocess.run(argv, env=self.environment(**more), capture_output=True, text=True, timeout=seconds)

    def start(self, *arguments: str, **more: str) -> None:
        """Start it (`up` unless told otherwise) and return once it says that it is ready."""
        argv = [sys.executable, "-m", "orderloop.entrypoints.cli", *(arguments or ("up",))]
        self.lines = []
        self.process = subprocess.Popen(
            argv,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        wait_until(self._is_ready, "that it starts", READY_SECONDS)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            self.lines.extend(iter(stream.readline, ""))

    def _is_ready(self) -> bool:
        assert self.process is not None
        said = "".join(self.lines)
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{said}"
        return "is ready" in said

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop, as Ctrl-C does, and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        assert self._reader is not None
        self._reader.join(10)
        return code

    def kill(self, *names: str) -> list[int]:
        """SIGKILL the processes of these kinds at once: supervisor, web, worker, postmaster. Returns their ids."""
        pids = [pid for name in names for pid in self.pids(name)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if "supervisor" in names and self.process is not None:
            self.process.wait(10)
        return pids

    def pids(self, name: str) -> list[int]:
        """Live processes of one kind."""
        if name == "supervisor":
            return [self.process.pid] if self.process is not None and self.process.poll() is None else []
        if name == "postmaster":
            running = self.cluster.known()
            pid = getattr(running, "pid", None)
            return [pid] if pid else []
        words = {"web": "granian", "worker": "orderloop.entrypoints.worker"}[name]
        return [process.pid for process in self.processes() if words in _command(process)]

    def processes(self) -> list[psutil.Process]:
        """Every live process that belongs to this home: those started with its environment, and its database's."""
        ours = f"ORDERLOOP_HOME={self.home}"
        found = []
        for process in psutil.process_iter():
            try:
                variables = process.environ()
                alive = process.status() != psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
            if alive and f"ORDERLOOP_HOME={variables.get('ORDERLOOP_HOME')}" == ours:
                found.append(process)
        return found

    def is_alive(self) -> bool:
        """Whether the web answers."""
        return self.watch("/livez")[0] == 200

    def is_ready(self) -> bool:
        """Whether it can take orders: the database answers too."""
        return self.watch("/readyz")[0] == 200

    def wait_until_ready(self, seconds: float = 90.0) -> None:
        """Wait for `is_ready`; fail with what it answered last and its last words."""
        deadline = time.monotonic() + seconds
        while (answer := self.watch("/readyz"))[0] != 200:
            last_words = "".join(self.lines[-20:])
            assert time.monotonic() < deadline, f"not ready within {seconds:.0f} s: {answer}\n{last_words}"
            time.sleep(0.1)

    def watch(self, path: str) -> tuple[int, str]:
        """Status and text of a page for watchers; 0 where none answers."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")[:500]
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, timeout: float = 15
    ) -> tuple[int, Any]:
        """One request to the API; the status and the JSON of the answer. Raises OSError where there is none."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"{self.address}{path}", data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            return error.code, json.loads(text) if text[:1] in b"{[" and text else None

    def remove(self) -> None:
        """End whatever still runs, and delete the database wherever its files lie."""
        self.kill("supervisor")
        wait_until(lambda: not (self.pids("web") or self.pids("worker")), "that the guard ends the rest")
        if self.cluster.folder.exists():
            self.cluster.remove()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def traceback_in(text: str) -> bool:
    """Whether a person was shown the inside of the program."""
    return bool(re.search(r"^Traceback", text, re.MULTILINE))
