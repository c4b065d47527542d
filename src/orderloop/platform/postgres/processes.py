"""Which processes belong to a data folder. A process id alone proves nothing: ids are reused, and the dead linger."""

import os
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil


class Status(StrEnum):
    """What can be said of a cluster from its files and the process table."""

    ABSENT = "absent"  # no cluster in the folder yet
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    ORPHANED = "orphaned"  # the postmaster is dead, some of its backends still live
    STALE_PID = "stale_pid"  # postmaster.pid names a process that is dead or a zombie
    FOREIGN_PID = "foreign_pid"  # postmaster.pid names a live process that is another program


@dataclass(frozen=True, slots=True)
class PostmasterFile:
    """What postmaster.pid says; `port` and `phase` are None until the server has written them."""

    pid: int
    port: int | None
    phase: str | None


def read_postmaster_file(data: Path) -> PostmasterFile | None:
    """The file's content, or None if there is none (or an empty one, as a full disk leaves)."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    try:
        pid = abs(int(lines[0]))
        port = int(lines[3]) if len(lines) > 3 and lines[3].strip() else None
    except (IndexError, ValueError):
        return None
    return PostmasterFile(pid, port, lines[7].strip() if len(lines) > 7 else None)


def is_alive(pid: int) -> bool:
    """True for a process that runs; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})
    except psutil.NoSuchProcess:
        return False


def is_postmaster_of(pid: int, data: Path) -> bool:
    """True if the process is a live postmaster of exactly this data folder."""
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    if not alive or "-D" not in command or Path(command[0]).name != "postgres":
        return False
    return command[command.index("-D") + 1 :][:1] == [str(data)] or _works_in(process, data)


def processes_in(data: Path) -> list[int]:
    """Live server processes inside this data folder, whatever postmaster.pid says."""
    found = (process for process in psutil.process_iter(["name"]) if process.info["name"] == "postgres")
    return [process.pid for process in found if _works_in(process, data)]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Every process of the server has the data folder as its working folder, also after the folder was moved."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
        return False


def status_of(data: Path) -> tuple[Status, PostmasterFile | None]:
    """The cluster's status, and what postmaster.pid says."""
    file = read_postmaster_file(data)
    if file is None and not (data / "PG_VERSION").exists():
        return Status.ABSENT, None
    if file is None:
        return (Status.ORPHANED if processes_in(data) else Status.STOPPED), None
    if is_postmaster_of(file.pid, data):
        phases = {"ready": Status.RUNNING, "standby": Status.RUNNING, "stopping": Status.STOPPING}
        return phases.get(file.phase or "", Status.STARTING), file
    if processes_in(data):
        return Status.ORPHANED, file
    return (Status.FOREIGN_PID if is_alive(file.pid) else Status.STALE_PID), file


def quit_processes(pids: list[int]) -> None:
    """Ask backends without a postmaster to end at once; what they had not committed is rolled back by recovery."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGQUIT)
        except ProcessLookupError:
            continue
