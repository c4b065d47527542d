"""One command starts everything; Ctrl-C leaves nothing running; whatever is killed does not stop the next start."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.faults.shop import make_customers_in
from tests.installations import Installation, traceback_in, wait_until

pytestmark = pytest.mark.slow


def test_a_fresh_home_comes_up_and_ctrl_c_leaves_no_process(installation: Installation) -> None:
    installation.start()
    assert installation.is_alive()
    assert installation.pids("web") and installation.pids("worker") and installation.pids("postmaster")
    assert installation.stop(signal.SIGINT) == 0
    assert installation.lines[-1] == "Stopped.\n"
    assert not traceback_in("".join(installation.lines))
    assert installation.processes() == []
    assert installation.cluster.status() == "stopped"


def test_a_second_one_is_refused_kindly_and_the_first_goes_on(running: Installation) -> None:
    ended = running.run("up")
    pid = running.pids("supervisor")[0]
    assert ended.returncode == 1
    assert f"already running (process {pid})" in ended.stderr and not traceback_in(ended.stderr)
    assert running.is_alive()


def test_the_doctor_finds_a_running_installation_sound(running: Installation) -> None:
    wait_until(lambda: "alive" in _doctor(running).get("worker", {}).get("words", ""), "the worker's first sign")
    found = _doctor(running)
    sound = {"disk", "installation", "database", "durability", "rights", "search", "worker", "outbox", "migrations"}
    assert {about: found[about]["state"] for about in sound | {"web"}} == dict.fromkeys(sound | {"web"}, "ok")
    assert str(running.pids("supervisor")[0]) in found["installation"]["words"]


def test_what_must_hold_is_checked_and_a_row_that_breaks_it_is_named(running: Installation) -> None:
    assert running.run("check").stdout == "Everything holds.\n"
    with psycopg.connect(running.cluster.ensure_running().url("superuser")) as session:
        session.execute("UPDATE policy_policyversion SET status = 'retired' WHERE section = 'review'")
    ended = running.run("check", "--json")
    found = {violation["code"]: violation["ids"] for violation in json.loads(ended.stdout)}
    assert (ended.returncode, found) == (1, {"O5": ["review"]})
    with psycopg.connect(running.cluster.ensure_running().url("superuser")) as session:
        session.execute("UPDATE policy_policyversion SET status = 'in_force' WHERE section = 'review'")


def test_people_and_tokens_are_made_from_the_command_line(running: Installation) -> None:
    secret = {"ORDERLOOP_NEW_PASSWORD": "correct horse battery"}
    weak = running.run("person", "add", "anna", "--role", "pirate", ORDERLOOP_NEW_PASSWORD="short")
    assert weak.returncode == 1 and "password" in weak.stderr and "roles" in weak.stderr
    assert running.run("person", "add", "anna", "--role", "integrator", **secret).stdout == "anna may sign in now.\n"
    again = running.run("person", "add", "anna", "--role", "integrator", **secret)
    assert again.returncode == 1 and "access.username_taken" in again.stderr
    token = running.run("token", "create", "shop", "--person", "anna", "--scope", "orders:read").stdout.strip()
    status, page = running.ask("GET", "/api/v1/orders", headers={"Authorization": f"Bearer {token}"})
    assert (status, page["orders"]) == (200, [])
    nobody = running.run("token", "create", "shop2", "--person", "bert", "--scope", "orders:read")
    assert (nobody.returncode, "There is no bert" in nobody.stderr) == (1, True)


@pytest.mark.parametrize("victim", ["web", "worker", "postmaster"])
def test_what_is_killed_comes_back_by_itself(running: Installation, victim: str) -> None:
    killed = set(running.kill(victim))
    assert killed
    wait_until(lambda: set(running.pids(victim)) - killed, f"another {victim}")
    running.wait_until_ready()
    assert not killed & set(running.pids(victim))


@pytest.mark.parametrize("victims", [("supervisor",), ("supervisor", "web", "worker", "postmaster")], ids="+".join)
def test_what_was_killed_does_not_stop_the_next_start(running: Installation, victims: tuple[str, ...]) -> None:
    killed = running.kill(*victims)
    assert len(killed) >= len(victims)
    wait_until(lambda: not running.processes(), "that nothing outlives the supervisor")
    running.start()
    assert running.is_ready()


def test_a_service_manager_stops_it_as_ctrl_c_does(running: Installation) -> None:
    assert running.stop(signal.SIGTERM) == 0
    assert running.processes() == [] and running.cluster.status() == "stopped"


@pytest.fixture
def lossy(stopped: Installation) -> Iterator[None]:
    """A database that would tell of commits before they are on disk."""
    _as_superuser(stopped, "ALTER ROLE orderloop_app SET synchronous_commit = off")
    stopped.cluster.stop()
    yield
    _as_superuser(stopped, "ALTER ROLE orderloop_app RESET synchronous_commit")
    stopped.cluster.stop()


@pytest.mark.usefixtures("lossy")
def test_a_setting_that_may_lose_orders_is_refused(stopped: Installation) -> None:
    ended = stopped.run("up")
    assert ended.returncode == 1
    assert "synchronous_commit is off" in ended.stderr and "orderloop_app" in ended.stderr
    assert not traceback_in(ended.stderr)
    assert stopped.cluster.status() == "stopped"


def test_a_port_that_is_taken_is_named(stopped: Installation) -> None:
    with socket.create_server(("127.0.0.1", stopped.port)):
        ended = stopped.run("up")
    assert ended.returncode == 1
    assert f"Port {stopped.port} on 127.0.0.1 is taken" in ended.stderr and not traceback_in(ended.stderr)


def test_the_demo_is_not_mixed_into_an_installation_of_ones_own(stopped: Installation) -> None:
    ended = stopped.run("demo")
    assert ended.returncode == 1
    assert "set up for a company of its own" in ended.stderr and not traceback_in(ended.stderr)


def test_what_is_backed_up_is_restored_in_another_home(stopped: Installation, tmp_path: Path) -> None:
    make_customers_in(stopped)
    file = tmp_path / "all.backup"
    assert stopped.run("backup", str(file)).returncode == 0
    again = stopped.run("backup", str(file))
    assert (again.returncode, f"{file} exists already" in again.stderr) == (1, True)
    other = Installation(tmp_path / "other")
    try:
        restored = other.run("restore", str(file))
        assert (restored.returncode, restored.stdout.splitlines()[-1]) == (0, "Everything holds.")
        assert _count_customers(other) == _count_customers(stopped) > 0
        assert _rights_in(other) == _rights_in(stopped)
        full = other.run("restore", str(file))
        assert (full.returncode, "not empty" in full.stderr) == (1, True)
    finally:
        other.remove()


def test_a_backup_is_not_restored_where_rights_cannot_be_set(stopped: Installation, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    file.write_bytes(b"never read")
    ended = stopped.run("restore", str(file), DATABASE_URL="postgresql://orderloop_app@127.0.0.1:1/orderloop")
    assert (ended.returncode, "DATABASE_OWNER_URL" in ended.stderr) == (1, True)
    assert not traceback_in(ended.stderr)


def test_a_reset_deletes_no_companys_own_data_unless_forced(stopped: Installation) -> None:
    kept = stopped.run("demo", "reset", "--yes")
    assert (kept.returncode, "holds data that is not the demo's" in kept.stderr) == (1, True)
    assert _count_customers(stopped) > 0
    assert stopped.run("demo", "reset", "--yes", "--force").returncode == 0
    assert not stopped.cluster.folder.exists()


def _count_customers(installation: Installation) -> int:
    with psycopg.connect(installation.cluster.ensure_running().url("superuser")) as session:
        row = session.execute("SELECT count(*) FROM customers_customer").fetchone()
    installation.cluster.stop()
    return int(row[0]) if row else 0


def _rights_in(installation: Installation) -> tuple[set[tuple[str, str, str]], set[tuple[str, str]]]:
    """What each role may do with each table, and which rows of which table each customer sees."""
    with psycopg.connect(installation.cluster.ensure_running().url("superuser")) as session:
        granted = session.execute(
            "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public' AND grantee IN ('orderloop_app', 'orderloop_read', 'orderloop_customer')"
        ).fetchall()
        policies = session.execute("SELECT tablename, policyname FROM pg_policies").fetchall()
    installation.cluster.stop()
    assert ("orderloop_customer", "orders_order", "SELECT") in granted
    assert ("orders_order", "own_customer") in policies
    return set(granted), set(policies)


def _doctor(installation: Installation) -> dict[str, dict[str, str]]:
    findings = json.loads(installation.run("doctor", "--json").stdout)["findings"]
    return {finding["about"]: finding for finding in findings}


def _as_superuser(installation: Installation, statement: str) -> None:
    with psycopg.connect(installation.cluster.ensure_running().url("superuser"), autocommit=True) as session:
        session.execute(statement)
