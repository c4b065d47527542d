"""Runs a function on bytes of unknown origin in a child process that has little to spend and nothing to steal.

Every process that needs it keeps one small host process, started on first use, that has the parsers imported and forks
a child for each document. The host reads no document itself; it dies with its parent, and its children with it.
"""

import atexit
import contextlib
import dataclasses
import json
import logging
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# A host is replaced after so many documents, so that what may have grown in it does not stay.
MOST_DOCUMENTS = 2_000
# Folders in which a host looks for modules before those that are installed.
SEARCH_PATHS: tuple[str, ...] = ()
# What the first import of a parser may take in the host, beyond the time allowed to the document.
_GRACE_SECONDS = 30
_CHUNK = 1024 * 1024
_MOST_TOLD = 8 * 1024  # of an exception and the calls that led to it
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: bytes beyond what the parsers themselves hold, seconds of processor and by the clock,
    bytes of answer, open files. It writes no file and starts no process; `may_thread` where a parser needs threads.
    """

    memory: int = 512 * 1024**2
    cpu_seconds: int = 10
    wall_seconds: float = 60
    answer: int = 128 * 1024**2
    open_files: int = 64
    may_thread: bool = False


class Ending(StrEnum):
    """How a child ended. `raised`: the function itself raised; `killed`: by somebody else; `crashed`: by itself."""

    OK = "ok"
    RAISED = "raised"
    MEMORY = "memory"
    CPU = "cpu"
    TIME = "time"
    CRASHED = "crashed"
    KILLED = "killed"
    ANSWER_TOO_LARGE = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a child that ended well, else an empty one. `detail` names a signal, or the exception raised;
    `calls` those that led to it, the outermost first, a line each."""

    ending: Ending
    answer: bytes = b""
    detail: str = ""
    cpu_seconds: float = 0.0
    peak_kilobytes: int = 0
    calls: str = ""


# No host could be kept alive long enough, whatever the document.
NO_HOST = Outcome(Ending.KILLED, detail="host")


def run(
    function: str, content: bytes, argument: bytes = b"", *, limits: Limits | None = None, preload: Sequence[str] = ()
) -> Outcome:
    """What `function` (`package.module:name`, from two bytes to bytes) answers; every other ending is named.

    `preload` names modules the host imports once before it forks. Safe with threads; waits while as many children run
    as there are processors. OSError if no host can be started. What raises is logged: no parser is to.
    """
    job = {"function": function, "preload": list(preload), **_as_numbers(limits or Limits())}
    with _state.places:
        for _ in range(2):
            host = _state.host()
            with contextlib.suppress(_HostGone):
                outcome = host.run(job, content, argument)
                if outcome.ending is Ending.RAISED:
                    logger.error("%s raised %s\n%s", function, outcome.detail, outcome.calls)
                return outcome
            _state.forget(host)
    logger.error("no host for %s", function)
    return NO_HOST


def _as_numbers(limits: Limits) -> dict[str, float]:
    return dataclasses.asdict(limits)


class _HostGone(Exception):
    """The host ended before it said how its child ended."""


class _Host:
    """The parent's side of one host process."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", "-m", "orderloop.platform.sandbox_host", str(theirs.fileno()), *SEARCH_PATHS]
        # Nothing of our environment goes in: whoever takes a parser over finds no password there.
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self.documents = 0

    def run(self, job: dict[str, Any], content: bytes, argument: bytes) -> Outcome:
        """Send the document, gather the answer, learn how the child ended."""
        data, theirs = socket.socketpair()
        status_read, status_write = os.pipe()
        try:
            with data:
                with theirs:
                    self._ask(job, [theirs.fileno(), status_write])
                head = struct.pack(">QQ", len(content), len(argument))
                answer, said = _exchange(data, status_read, head + content + argument, job)
        finally:
            os.close(status_read)
        return _outcome(answer, said, job)

    def _ask(self, job: dict[str, Any], theirs: list[int]) -> None:
        try:
            socket.send_fds(self.control, [json.dumps(job).encode()], theirs)
        except OSError as error:
            raise _HostGone from error
        finally:
            os.close(theirs[-1])

    def retire(self) -> None:
        """Let the children end that are on their way, then the host."""
        with contextlib.suppress(OSError):
            self.control.send(b'{"retire": true}')
        self.control.close()

    def stop(self) -> None:
        """End the host and its children at once."""
        self.control.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _exchange(data: socket.socket, status: int, content: bytes, job: dict[str, Any]) -> tuple[bytes, bytes]:
    """Write the document and read the answer at the same time, so that neither side waits for the other."""
    data.setblocking(False)
    deadline = time.monotonic() + job["wall_seconds"] + _GRACE_SECONDS
    left, answer, said, most = memoryview(content), bytearray(), bytearray(), int(job["answer"]) + 1
    with selectors.DefaultSelector() as selector:
        selector.register(data, selectors.EVENT_READ | selectors.EVENT_WRITE)
        selector.register(status, selectors.EVENT_READ)
        while selector.get_map():
            events = selector.select(max(0.0, deadline - time.monotonic()))
            if not events:
                raise _HostGone
            for key, ready in events:
                if key.fd == status:
                    chunk = os.read(status, 4096)
                    said += chunk
                    if not chunk:
                        selector.unregister(status)
                    continue
                if ready & selectors.EVENT_WRITE:
                    left = _written(data, left)
                    if not left:
                        selector.modify(data, selectors.EVENT_READ)
                if ready & selectors.EVENT_READ and not _gathered(data, answer, most):
                    selector.unregister(data)
                    # Whatever more it would say is not heard; a child that still writes ends by it.
                    data.close()
    return bytes(answer), bytes(said)


def _written(data: socket.socket, left: memoryview) -> memoryview:
    try:
        return left[data.send(left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except OSError:
        return left[:0]  # The child has ended before it read everything; its ending says why.


def _gathered(data: socket.socket, answer: bytearray, most: int) -> bool:
    """Read what is there; whether more may come."""
    try:
        chunk = data.recv(_CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    answer += chunk
    return bool(chunk) and len(answer) <= most


def _outcome(answer: bytes, said: bytes, job: dict[str, Any]) -> Outcome:
    try:
        status = json.loads(said)
    except ValueError as error:
        raise _HostGone from error
    ending, detail = _ending(answer[:1], status, len(answer) - 1 > job["answer"])
    calls = ""
    if ending is Ending.RAISED:
        detail, _, calls = answer[1 : 1 + _MOST_TOLD].decode("utf-8", "replace").partition("\n")
    return Outcome(
        ending,
        answer[1:] if ending is Ending.OK else b"",
        detail[:300],
        status["cpu_seconds"],
        status["peak_kilobytes"],
        calls,
    )


_TAGS = {b"O": Ending.OK, b"R": Ending.RAISED, b"M": Ending.MEMORY, b"L": Ending.ANSWER_TOO_LARGE}


def _ending(tag: bytes, status: dict[str, Any], is_too_large: bool) -> tuple[Ending, str]:
    if is_too_large:
        return Ending.ANSWER_TOO_LARGE, ""
    if status["is_late"]:
        return Ending.TIME, ""
    code = status["code"]
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and status["is_spent"]):
        return Ending.CPU, ""
    if code == -signal.SIGKILL:
        return Ending.KILLED, "SIGKILL"
    if code < 0:
        return Ending.CRASHED, signal.Signals(-code).name
    if code or tag not in _TAGS:
        return Ending.CRASHED, str(code)
    return _TAGS[tag], ""


class _State:
    """The host of this process, and how many children it may have at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
        self.present: _Host | None = None
        self.former: list[_Host] = []

    def host(self) -> _Host:
        """The host for one more document."""
        with self.lock:
            self.former = [each for each in self.former if each.process.poll() is None]
            if self.present is not None and self.present.documents >= MOST_DOCUMENTS:
                self.present.retire()
                self.former.append(self.present)
                self.present = None
            if self.present is None:
                self.present = _Host()
            self.present.documents += 1
            return self.present

    def forget(self, host: _Host) -> None:
        """A host that answers no more is ended, and the next document gets a new one."""
        with self.lock:
            if self.present is host:
                self.present = None
                host.stop()

    def stop(self) -> None:
        with self.lock:
            for each in (*self.former, *([self.present] if self.present else [])):
                each.stop()
            self.present, self.former = None, []


_state = _State()


def stop() -> None:
    """End the host of this process and whatever it does; the next document starts a new one."""
    _state.stop()


def _after_fork() -> None:
    """A forked copy of this process has no part in its parent's host, and must not keep it alive."""
    global _state
    for each in (*_state.former, *([_state.present] if _state.present else [])):
        each.control.close()
        each.process.returncode = 0  # Not our child: nobody here waits for it.
    _state = _State()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(stop)
