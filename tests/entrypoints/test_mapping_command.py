"""Mapping files from the command line: checked, and kept with a partner."""

import contextlib
from pathlib import Path

import pytest
from tests.intake.arrivals import a_partner
from tests.makers import a_customer
from typer.testing import CliRunner

from orderloop.entrypoints.cli import app, working

pytestmark = pytest.mark.django_db
RIGHT = 'lines = "rows"\n[header]\npo_number = "ref"\n'


@pytest.fixture
def run(monkeypatch, tmp_path):
    """The command at work on a file of that text, in the tests' own database."""
    monkeypatch.setattr(working, "at_work", lambda _role: contextlib.nullcontext())

    def run(text, *words):
        (tmp_path / "m.toml").write_text(text)
        answer = CliRunner().invoke(app, ["mapping", str(tmp_path / "m.toml"), *words])
        return answer.exit_code, str(answer.exception or answer.output.strip())

    return run


def test_a_mapping_is_checked_and_kept_with_its_partner(run):
    partner = a_partner(a_customer().pk, "BUYER", "x12")
    assert run(RIGHT) == (0, "The mapping is right.")
    partner.refresh_from_db()
    assert partner.mapping == {}
    assert run(RIGHT, "--partner", "x12:BUYER")[0] == 0
    partner.refresh_from_db()
    assert (partner.mapping["header"], partner.profile) == ({"po_number": "ref"}, {"reading_file": RIGHT})


def test_every_fault_is_told_by_its_line_and_nothing_is_kept(run):
    partner = a_partner(a_customer().pk, "BUYER", "x12")
    code, said = run(RIGHT.replace("po_number", "po_numer"), "--partner", "x12:BUYER")
    assert (code, "line 3: D_INVALID_ELEMENT" in said, "header/po_numer" in said) == (1, True, True)
    assert run(RIGHT, "--partner", "x12:NOBODY")[0] == 1
    assert CliRunner().invoke(app, ["mapping", str(Path("none.toml"))]).exit_code == 1
    partner.refresh_from_db()
    assert partner.mapping == {}
