"""Secrets shared with other systems, from the command line."""

import contextlib
import json

import pytest
from tests.makers import a_customer
from typer.testing import CliRunner

from orderloop.entrypoints.cli import app, working
from orderloop.flow.models import SharedSecret
from orderloop.platform.sealing import unseal

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    """The command line at work in the tests' own database."""
    monkeypatch.setattr(working, "at_work", lambda _role: contextlib.nullcontext())

    def run(*words, given=""):
        answer = CliRunner().invoke(app, ["secret", *words], input=given)
        return answer.exit_code, answer.output.strip()

    return run


def test_a_secret_is_made_changed_listed_without_itself_and_retired(run):
    customer = a_customer("C-1")
    code, first = run("make", "webhook:chat", "--customer", "C-1")
    row = SharedSecret.objects.get()
    assert (code, first, row.customer_id) == (0, unseal(row.current), customer.pk)
    code, told = run("make", "webhook:chat", "--hours", "5", "--json")
    row.refresh_from_db()
    assert json.loads(told) == {"name": "webhook:chat", "secret": unseal(row.current)}
    assert (unseal(row.previous), round((row.previous_until - row.changed_at).total_seconds())) == (first, 5 * 3600)
    code, listed = run("list", "--json")
    (entry,) = json.loads(listed)
    assert (entry["name"], entry["customer"], entry["retired_at"]) == ("webhook:chat", "C-1", None)
    assert first not in listed
    assert unseal(row.current) not in listed
    assert run("retire", "webhook:chat")[0] == 0
    assert run("retire", "webhook:chat")[0] == 1
    assert SharedSecret.objects.get().current == ""


def test_a_secret_that_was_given_is_taken_from_standard_input_and_not_repeated(run):
    assert run("make", "cxml:BUYER-1", "--given", given="abracadabra\n") == (0, "The secret of cxml:BUYER-1 is kept.")
    assert unseal(SharedSecret.objects.get().current) == "abracadabra"


@pytest.mark.parametrize(
    "words", ["make chat", "make webhook:", "make door:1", "make webhook:x --customer C-9", "make webhook:x --given"]
)
def test_what_cannot_be_a_secret_is_refused_and_nothing_is_kept(run, words):
    assert run(*words.split())[0] == 1
    assert SharedSecret.objects.count() == 0
