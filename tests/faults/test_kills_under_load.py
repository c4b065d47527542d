"""Twenty kills of database, worker and web while customers order: nothing acknowledged is lost, nothing is doubled.

The two controls at the end break one promise each, and see the same harness find it: without them, finding nothing
would prove nothing.
"""

import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.faults.killer import KILLS, kill_all, kill_server_at_once, superuser
from tests.faults.load import Clients, Journal, Shop
from tests.faults.shop import make_customers_in
from tests.installations import Installation, wait_until

pytestmark = pytest.mark.slow

CLIENTS = 8
STEADY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds of what the clients know."""

    orders: int
    lost: list[str]
    doubled: list[str]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Started, with things to sell."""
    made = Installation(tmp_path_factory.mktemp("home") / "orderloop")
    made.start(ORDERLOOP_LOG_LEVEL="ERROR")
    yield made
    made.remove()


@pytest.fixture(scope="module")
def shop(installation: Installation) -> Shop:
    return Shop(installation.port, **make_customers_in(installation))


@pytest.fixture
def seed(capsys: pytest.CaptureFixture[str]) -> int:
    """A new one each time, told so that a run can be had again with ORDERLOOP_FAULT_SEED."""
    chosen = int(os.environ.get("ORDERLOOP_FAULT_SEED") or secrets.randbelow(1_000_000))
    with capsys.disabled():
        print(f"\nORDERLOOP_FAULT_SEED={chosen}", flush=True)
    return chosen


def test_twenty_kills_under_load_lose_nothing_and_double_nothing(
    installation: Installation, shop: Shop, seed: int
) -> None:
    clients = Clients(shop, CLIENTS, seed=seed, name="kill")
    wait_until(lambda: len(clients.journal.told) > 20, "that orders are taken")
    killed = kill_all(installation, seed=seed, say=print)
    clients.stop(STEADY_SECONDS)
    journal = clients.journal
    assert len(killed) == sum(KILLS.values()) == 20
    assert journal.refused == []
    assert journal.strange == [], [line for line in installation.lines if "Internal Server Error" in line][:1]
    assert set(journal.told) == set(journal.attempts), "an order was never answered"
    assert journal.retried > 20
    found = compare(installation, "kill", journal)
    print(f"{found.orders} orders, {journal.retried} asked for more than once, killed: {Counter(killed)}")
    assert (found.lost, found.doubled, found.orders) == ([], [], len(journal.told))
    assert_nothing_is_left_undone(installation)
    checked = installation.run("check")
    assert (checked.returncode, checked.stdout) == (0, "Everything holds.\n")


def test_control_without_the_same_key_the_harness_finds_doubles(
    installation: Installation, shop: Shop, seed: int
) -> None:
    clients = Clients(shop, CLIENTS, seed=seed, name="nokey", same_key=False)
    wait_until(lambda: clients.journal.retried > 15, "that answers are lost")
    clients.stop(STEADY_SECONDS)
    # Those whose answer was lost may still be under way when the last is answered.
    wait_until(lambda: compare(installation, "nokey", clients.journal).doubled, "that a double is found")


def test_control_with_commits_not_waited_for_the_harness_finds_losses(
    installation: Installation, shop: Shop, seed: int
) -> None:
    with superuser(installation) as session:
        # Behind the back of the product, which refuses to start like this.
        session.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        session.execute("ALTER ROLE orderloop_app SET synchronous_commit = off")
        session.execute("SELECT pg_reload_conf()")
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orderloop_app'")
    clients = Clients(shop, CLIENTS, seed=seed, name="lossy")
    wait_until(lambda: len(clients.journal.told) > 50, "that orders are taken")
    time.sleep(1.0)
    kill_server_at_once(installation)
    installation.wait_until_ready(STEADY_SECONDS)
    clients.stop(STEADY_SECONDS)
    assert compare(installation, "lossy", clients.journal).lost


def compare(installation: Installation, name: str, journal: Journal) -> Found:
    """Every order acknowledged must be there, and no reference more than once."""
    with superuser(installation) as session:
        rows = session.execute("SELECT note, number FROM orders_order WHERE note LIKE %s", [f"{name}-%"]).fetchall()
    numbers: dict[str, set[str]] = {}
    for reference, number in rows:
        numbers.setdefault(reference, set()).add(number)
    told = [(reference, number) for reference, all_told in journal.told.items() for number in all_told]
    return Found(
        orders=len(rows),
        lost=[f"{reference} {number}" for reference, number in told if number not in numbers.get(reference, ())],
        doubled=[reference for reference, all_made in numbers.items() if len(all_made) > 1],
    )


def assert_nothing_is_left_undone(installation: Installation) -> None:
    """The outbox empties and every job ends, once what dead workers held is free again."""
    with superuser(installation) as session:
        # A dead worker holds its effects for five minutes; as if these were over.
        session.execute("UPDATE platform_effect SET next_at = now() WHERE done_at IS NULL AND dead_at IS NULL")

        def waiting() -> int:
            row = session.execute("SELECT count(*) FROM platform_effect WHERE done_at IS NULL").fetchone()
            return int(row[0]) if row else 0

        wait_until(lambda: waiting() == 0, "that the outbox empties", STEADY_SECONDS)
        # A job that failed with the database is no concern: the clock asks for it again.
        statement = """
            SELECT j.task_name, j.attempts, w.last_heartbeat
            FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '30 s')"""
        deadline = time.monotonic() + STEADY_SECONDS
        while (stuck := session.execute(statement).fetchall()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert stuck == []
