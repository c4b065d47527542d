"""POST /orders at 1, 16 and 64 clients, turn by turn with the same server answering with one SQL function per order."""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import psutil

from bench import world

PORT = 21801
PATHS = {"product": "/api/v1/orders", "yardstick": "/yardstick/orders"}
_tag = count(1)


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of load: orders a second, milliseconds per answer, CPU milliseconds an order (server, database)."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True, slots=True)
class PostResult:
    """Medians over the rounds for both, and the median of the rounds' ratios of rates."""

    clients: int
    rounds: int
    product: Run
    yardstick: Run
    ratio: float


@contextmanager
def server(url: str) -> Iterator[psutil.Process]:
    """The product's own server command on the bench's database, with the yardstick's address beside its own."""
    from orderloop.entrypoints.installation import Web, web_service

    service = web_service(Web("127.0.0.1", PORT))
    environment = {
        **(service.env or {}),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": url,
        "PYTHONPATH": str(world.ROOT),
    }
    process = subprocess.Popen(service.argv, env=environment, cwd=world.ROOT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/livez", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("the server did not come up")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def measure(
    processes: list[psutil.Process], token: str, clients: int, *, seconds: float, rounds: int, pace: float = 0
) -> PostResult:
    """Product and yardstick in turn; the first stretch of each warms up and does not count.

    With `pace`, all clients together send so many orders a second; without, each sends as fast as it is answered.
    """
    runs: dict[str, list[Run]] = {name: [] for name in PATHS}
    for number in range(rounds + 1):
        for name, path in PATHS.items():
            run = stretch(processes, token, path, clients, seconds if number else seconds / 2, pace)
            if number:
                runs[name].append(run)
    ratios = [p.rate / y.rate for p, y in zip(runs["product"], runs["yardstick"], strict=True)]
    return PostResult(clients, rounds, _middle(runs["product"]), _middle(runs["yardstick"]), statistics.median(ratios))


def _middle(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in Run.__slots__))


def stretch(
    processes: list[psutil.Process], token: str, path: str, clients: int, seconds: float, pace: float = 0
) -> Run:
    """So much time of load on one address, from a process of its own. AssertionError where an answer was not 201."""
    before = _cpu(processes)
    task = {
        "port": PORT,
        "path": path,
        "token": token,
        "clients": clients,
        "pace": pace,
        "seconds": seconds,
        "most": int(seconds * 4000),
        "tag": f"H{next(_tag)}",
        "requested_on": (datetime.now(UTC) + timedelta(days=28)).date().isoformat(),
    }
    done = subprocess.run(
        [sys.executable, world.ROOT / "bench" / "client.py"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    if result["bad"] or not result["orders"]:
        raise AssertionError(f"{path} answered {result['bad']}")
    cpu = (_cpu(processes) - before) / result["orders"] * 1000
    return Run(result["orders"] / result["seconds"], result["p50"], result["p99"], cpu)


def _cpu(processes: list[psutil.Process]) -> float:
    """CPU seconds of these processes and their children, those that have ended included."""
    total = 0.0
    for root in processes:
        for process in (root, *root.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


def memory(processes: list[psutil.Process]) -> float:
    """Resident megabytes of these processes and their children, counted once where they share (PSS)."""
    total = 0
    for root in processes:
        for process in (root, *root.children(recursive=True)):
            total += process.memory_full_info().pss
    return total / 1e6
