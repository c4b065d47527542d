"""The command line answers at once, tells faults in words, and shows no secret."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.installations import Installation, traceback_in

from orderloop.entrypoints.cli.doctor import masked

AN_ORDER = Path(__file__).resolve().parents[2] / "examples/order-documents/edifact/ORDERS_D96A_b.edi"
NOWHERE = "postgresql://orderloop_app:geheim@127.0.0.1:1/orderloop"


@pytest.fixture
def nothing_yet(tmp_path: Path) -> Installation:
    """A home nobody has started."""
    return Installation(tmp_path / "home")


def test_help_names_every_command_and_loads_nothing_of_the_product() -> None:
    script = """
import sys
from orderloop.entrypoints.cli import app
from typer.testing import CliRunner
print(CliRunner().invoke(app, ["--help"]).output)
print("LOADED", sorted({"django", "psycopg", "granian"} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    commands = {line.split()[0] for line in ended.stdout.splitlines() if line.startswith("  ") and line.split()}
    wanted = {"up", "demo", "migrate", "check", "doctor", "backup", "restore", "import", "person", "token", "django"}
    assert wanted <= commands
    assert ended.stdout.splitlines()[-1] == "LOADED []"


def test_the_doctor_says_that_nothing_has_been_made_yet_and_makes_nothing(nothing_yet: Installation) -> None:
    ended = nothing_yet.run("doctor", "--json")
    report = json.loads(ended.stdout)
    found = {finding["about"]: finding for finding in report["findings"]}
    assert (ended.returncode, report["at_fault"]) == (0, False)
    assert (found["database"]["state"], found["database"]["words"]) == ("warning", "none has been made yet")
    assert "orderloop up" in found["database"]["todo"]
    assert not nothing_yet.home.exists()


def test_the_doctor_names_a_database_that_does_not_answer_without_its_password(nothing_yet: Installation) -> None:
    ended = nothing_yet.run("doctor", "--json", DATABASE_URL=NOWHERE, ORDERLOOP_SECRET_KEY="hidden-key")
    found = {finding["about"]: finding for finding in json.loads(ended.stdout)["findings"]}
    assert (ended.returncode, found["database"]["state"]) == (1, "fault")
    assert found["DATABASE_URL"]["words"] == "postgresql://orderloop_app:***@127.0.0.1:1/orderloop"
    assert "geheim" not in ended.stdout and "hidden-key" not in ended.stdout


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ORDERLOOP_SECRET_KEY", "abc", "(set)"),
        ("ORDERLOOP_DEMO_PASSWORD", "abc", "(set)"),
        ("ORDERLOOP_METRICS_TOKEN", "abc", "(set)"),
        ("DATABASE_URL", "postgresql://u:p@db.example:5432/x?sslmode=require", "postgresql://u:***@db.example:5432/x?sslmode=require"),
        ("ORDERLOOP_SMTP_URL", "smtp://u:p%40@mail.example:587", "smtp://u:***@mail.example:587"),
        ("ORDERLOOP_PORT", "8000", "8000"),
    ],
)  # fmt: skip
def test_settings_are_shown_without_their_secrets(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


@pytest.mark.parametrize("command", [["check"], ["demo", "next"], ["migrate"]])
def test_a_database_that_does_not_answer_is_told_in_words(nothing_yet: Installation, command: list[str]) -> None:
    ended = nothing_yet.run(*command, DATABASE_URL=NOWHERE)
    assert ended.returncode == 1
    assert "The database does not answer" in ended.stderr and "orderloop doctor" in ended.stderr
    assert not traceback_in(ended.stderr)


def test_a_document_is_tried_in_a_home_that_nobody_has_prepared(nothing_yet: Installation) -> None:
    refused = nothing_yet.run("check")
    assert refused.returncode == 1 and "orderloop migrate" in refused.stderr and not traceback_in(refused.stderr)
    tried = nothing_yet.run("intake", str(AN_ORDER), "--explain", "--json")
    assert tried.returncode == 0, tried.stderr
    [order] = json.loads(tried.stdout)["orders"]
    assert (order["customer_id"], order["decision"]) == (None, "review")
    assert nothing_yet.run("check").stdout == "Everything holds.\n"


def test_resetting_a_demo_that_is_not_there_deletes_nothing(nothing_yet: Installation) -> None:
    ended = nothing_yet.run("demo", "reset", "--yes")
    assert (ended.returncode, ended.stdout.strip()) == (0, "There is nothing to delete.")


def test_a_database_of_ones_own_is_never_reset(nothing_yet: Installation) -> None:
    ended = nothing_yet.run("demo", "reset", "--yes", DATABASE_URL=NOWHERE)
    assert (ended.returncode, "drop and create it there" in ended.stderr) == (1, True)


def test_an_unknown_option_is_refused_with_exit_code_2(nothing_yet: Installation) -> None:
    ended = nothing_yet.run("up", "--prot", "8000")
    assert (ended.returncode, "--prot" in ended.stderr) == (2, True)


def test_both_ways_of_calling_are_the_same_program() -> None:
    script = Path(sys.executable).with_name("orderloop")
    ended = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert ended.returncode == 0 and "demo" in ended.stdout
