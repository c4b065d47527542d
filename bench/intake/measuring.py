"""Time and memory of reading one document in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, seconds of the processor, and bytes the process grew by at its peak."""

    wall: float
    cpu: float
    grown: int


def measured(read: Callable[[], Answer]) -> tuple[Answer, Cost]:
    """What `read` answers, and what it cost."""
    before = _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    answer = read()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return answer, Cost(wall, cpu, max(0, _status("VmHWM") - before))


def _forget_peak() -> int:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:  # not this system's, or not allowed: then memory reads as nothing
        return _status("VmHWM")
    return _status("VmRSS")


def _status(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)
