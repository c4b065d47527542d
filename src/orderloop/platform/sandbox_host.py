"""The host of the sandbox: one thread, forks a child for each document and says how it ended. Reads no document."""

import ctypes
import gc
import importlib
import json
import math
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from orderloop.platform.sandbox_calls import refuse_needless_calls

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# A document read at once is somebody's request; one that takes longer, or several threads, waits behind everything.
_NICER_BY, _NICEST = 5, 19
_NICEST_AFTER_SECONDS = 0.5
_LINE = 3  # the file in which a child hears its document and says its answer
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class _Child:
    status: int
    deadline: float
    cpu_seconds: float
    nicest_at: float
    is_late: bool = False


def main() -> None:
    """Serve until the parent closes its end: then every child is killed, unless the parent said it would retire us."""
    control = socket.socket(fileno=int(sys.argv[1]))
    sys.path[:0] = sys.argv[2:]
    woken = _wake_on_child()
    _leave_the_network()
    children: dict[int, _Child] = {}
    is_open, is_retired = True, False
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while is_open or children:
            for key, _ in selector.select(_until_next(children)):
                if key.fileobj is woken:
                    woken.recv(4096)
                    continue
                is_open, is_retired = _heed(control, children, is_retired)
                if not is_open:
                    selector.unregister(control)
            _kill(children, everything=not is_open and not is_retired)
            _put_behind(children)
            _reap(children)


def _wake_on_child() -> socket.socket:
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.detach(), warn_on_full_buffer=False)
    return woken


def _leave_the_network() -> None:
    """As far as the machine lets us: no network, no new privileges, first to go when memory runs out, last in turn."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("1000")
    with suppress(OSError):
        os.nice(_NICER_BY)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        _libc.unshare(_CLONE_NEWNET)


def _until_next(children: dict[int, _Child]) -> float | None:
    if not children:
        return None
    return max(0.0, min(min(child.deadline, child.nicest_at) for child in children.values()) - time.monotonic())


def _heed(control: socket.socket, children: dict[int, _Child], is_retired: bool) -> tuple[bool, bool]:
    """Start what the parent asks for; whether it is still there, and whether it has retired us."""
    try:
        message, fds, _, _ = socket.recv_fds(control, 256 * 1024, 2)
    except OSError:
        message, fds = b"", []
    if not message:
        return False, is_retired
    job = json.loads(message)
    if job.get("retire"):
        return True, True
    _prepare(job)
    data, status = fds
    host = os.getpid()
    pid = os.fork()
    if pid == 0:
        _be_child(data, host, job)
    os.close(data)
    # By the clock the child may take a little longer than by the processor: that names the ending better.
    now = time.monotonic()
    children[pid] = _Child(status, now + job["wall_seconds"], job["cpu_seconds"], now + _NICEST_AFTER_SECONDS)
    return True, is_retired


def _prepare(job: dict[str, Any]) -> None:
    """Import once, in the host, what the children will need."""
    names = [*job["preload"], job["function"].partition(":")[0]]
    missing = [name for name in names if name not in sys.modules]
    for name in missing:
        with suppress(Exception):  # A child that needs it will say so itself.
            importlib.import_module(name)
    if missing:
        gc.collect()
        gc.freeze()


def _kill(children: dict[int, _Child], *, everything: bool) -> None:
    now = time.monotonic()
    for pid, child in children.items():
        if everything or now >= child.deadline:
            child.is_late = True
            child.deadline = now + 1
            os.kill(pid, signal.SIGKILL)


def _put_behind(children: dict[int, _Child]) -> None:
    """What has run for a while gets only what time the machine has left."""
    now = time.monotonic()
    for pid, child in children.items():
        if now >= child.nicest_at:
            child.nicest_at = math.inf
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, _NICEST)


def _reap(children: dict[int, _Child]) -> None:
    for pid in list(children):
        done, code, used = os.wait4(pid, os.WNOHANG)
        if not done:
            continue
        child = children.pop(pid)
        spent = used.ru_utime + used.ru_stime
        said = {
            "code": os.waitstatus_to_exitcode(code),
            "is_late": child.is_late,
            "is_spent": spent >= child.cpu_seconds,
            "cpu_seconds": spent,
            "peak_kilobytes": used.ru_maxrss,
        }
        with suppress(OSError):
            os.write(child.status, json.dumps(said).encode())
        os.close(child.status)


def _be_child(data: int, host: int, job: dict[str, Any]) -> NoReturn:
    code = 70
    # A short life: what cyclic garbage there is ends with the process, or with its limit of memory.
    gc.disable()
    try:
        _confine(data, host, job)
        # Left open to the end: what went wrong is said on it.
        line = socket.socket(fileno=_LINE)
        line.sendall(_answer(line, job))
        code = 0
    except OSError:
        code = 0  # The parent listens no more.
    except MemoryError:
        os.write(_LINE, b"M")
        code = 0
    finally:
        os._exit(code)


def _confine(data: int, host: int, job: dict[str, Any]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != host:
        os._exit(70)  # It ended before the line above.
    if data != _LINE:
        os.dup2(data, _LINE)
    os.closerange(_LINE + 1, 1 << 20)
    with open("/proc/self/statm", encoding="ascii") as sizes:
        held = int(sizes.read().split()[0]) * resource.getpagesize()
    cpu = int(job["cpu_seconds"])
    for what, soft, hard in (
        (resource.RLIMIT_AS, held + int(job["memory"]), held + int(job["memory"])),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, int(job["open_files"]), int(job["open_files"])),
    ):
        resource.setrlimit(what, (soft, hard))
    if job["may_thread"]:
        os.setpriority(os.PRIO_PROCESS, 0, _NICEST)  # now: threads keep what they begin with
    else:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    refuse_needless_calls()


def _answer(line: socket.socket, job: dict[str, Any]) -> bytes:
    content_length, argument_length = struct.unpack(">QQ", _received(line, 16))
    content, argument = _received(line, content_length), _received(line, argument_length)
    module, _, name = job["function"].partition(":")
    try:
        answer = getattr(importlib.import_module(module), name)(content, argument)
    except MemoryError:
        return b"M"
    except BaseException as error:  # also what a parser's own panic or exit raises
        return b"R" + _named(error).encode("utf-8", "replace")
    return b"L" if len(answer) > job["answer"] else b"O" + answer


def _received(line: socket.socket, length: int) -> bytes:
    content = bytearray(length)
    view = memoryview(content)
    while view:
        got = line.recv_into(view)
        if not got:
            raise ConnectionError
        view = view[got:]
    return bytes(content)


def _named(error: BaseException) -> str:
    """The kind of the exception and where it was raised, then the calls that led there; its text may hold the
    document's, but the name of a module that cannot be imported does not."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    kind = type(error).__name__ + (f"({error.name})" if isinstance(error, ImportError) and error.name else "")
    calls = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join((f"{kind} {where}", *calls))


if __name__ == "__main__":
    main()
