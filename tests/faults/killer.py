"""Kills parts of a running installation, in an order a seed decides."""

import os
import random
import signal
import time
from collections.abc import Callable

import psutil
import psycopg
from tests.installations import Installation, wait_until

# The supervisor gives a service up that fails six times within a minute, so none gets more than five in all.
KILLS = {"web": 5, "worker": 5, "postmaster": 4, "backend": 4, "session": 2}
READY_SECONDS = 90.0


def kill_all(installation: Installation, *, seed: int, say: Callable[[str], None]) -> list[str]:
    """Do all kills, mostly waiting until orders are taken again, now and then not; returns what was killed."""
    chance = random.Random(seed)
    kinds = [kind for kind, count in KILLS.items() for _ in range(count)]
    chance.shuffle(kinds)
    done = []
    for kind in kinds:
        time.sleep(chance.uniform(0.3, 1.5))
        victims = _kill(installation, kind, chance)
        say(f"{kind}: {victims}")
        done += [kind] * bool(victims)
        if chance.random() < 0.7:
            installation.wait_until_ready(READY_SECONDS)
    installation.wait_until_ready(READY_SECONDS)
    return done


def _kill(installation: Installation, kind: str, chance: random.Random) -> list[int]:
    if kind in {"web", "worker"}:
        wait_until(lambda: installation.pids(kind), f"a {kind} to kill", READY_SECONDS)
        return installation.kill(kind)
    if kind == "postmaster":
        wait_until(lambda: installation.pids("postmaster"), "a database to kill", READY_SECONDS)
        return installation.kill("postmaster")
    backends = wait_until(lambda: _backends(installation), "a connection to kill", READY_SECONDS)
    victim = chance.choice(backends)
    if kind == "backend":
        return _sigkill([victim])
    return _terminate(installation, victim)


def kill_server_at_once(installation: Installation) -> None:
    """SIGKILL every process of the database, so that nothing is written any more that is not written yet."""
    postmaster = wait_until(lambda: installation.pids("postmaster"), "a database to kill")[0]
    # Stopped first, so that none of them sees another die and tidies up.
    family = [postmaster, *(child.pid for child in psutil.Process(postmaster).children(recursive=True))]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    _sigkill(family)


def _backends(installation: Installation) -> list[int]:
    """Processes of the database that serve the application; none while it is down."""
    try:
        with superuser(installation) as session:
            rows = session.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'orderloop_app'").fetchall()
    except psycopg.OperationalError:
        return []
    return sorted(int(str(pid)) for (pid,) in rows)


def _terminate(installation: Installation, victim: int) -> list[int]:
    try:
        with superuser(installation) as session:
            session.execute("SELECT pg_terminate_backend(%s)", [victim])
    except psycopg.OperationalError:
        return []
    return [victim]


def superuser(installation: Installation) -> "psycopg.Connection[tuple[object, ...]]":
    """A session beside the product's; it never starts the database, which is the supervisor's to do."""
    known = installation.cluster.known()
    assert known is not None
    return psycopg.connect(known.url("superuser"), autocommit=True, connect_timeout=5)


def _sigkill(pids: list[int]) -> list[int]:
    killed = []
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        except ProcessLookupError:
            continue
    return killed
