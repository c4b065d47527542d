"""`orderloop intake FILE`: what is shown of every step, and that nothing is written unless asked for."""

import json
from pathlib import Path

import pytest
from django.utils import translation
from tests.intake.arrivals import a_partner, edifact
from tests.makers import a_customer, a_product, policies
from typer.testing import CliRunner

from orderloop.entrypoints.cli import app, working
from orderloop.intake.models import Document, Message
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An electronic order of a known partner, with the database of the test at work."""
    # The command as it is once Django is loaded, in the terminal's language.
    monkeypatch.setattr(working, "at_work", lambda role: translation.override(working.language()))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.delenv("LANGUAGE", raising=False)
    policies()
    a_partner(a_customer("HX").pk)
    a_product("BOLT-M8", price="12.5")
    file = tmp_path / "order.edi"
    file.write_bytes(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    return file


def test_every_step_is_explained_and_nothing_is_written(order_file: Path) -> None:
    done = CliRunner().invoke(app, ["intake", str(order_file), "--explain"])
    assert done.exit_code == 0
    for part in ("edifact", "PO-77", "own BOLT-M8 → BOLT-M8", "arithmetic", "accept", "order over 50.00 CNY"):
        assert part in done.output
    assert (Message.objects.count(), Document.objects.count(), Order.objects.count()) == (0, 0, 0)


def test_the_explanation_comes_as_json_too(order_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")  # programs are told the same in every language
    done = CliRunner().invoke(app, ["intake", str(order_file), "--explain", "--json"])
    body = json.loads(done.output)
    assert body["orders"][0]["decision"] == "accept"
    assert body["orders"][0]["then"] == "order over 50.00 CNY, confirmed to the customer"
    assert body["orders"][0]["judgement"]["matches"][0]["rung"] == "own"
    assert body["documents"][0]["reading"]["orders"][0]["fields"]["po_number"][0] == "PO-77"


def test_without_explain_the_order_is_taken_in(order_file: Path) -> None:
    done = CliRunner().invoke(app, ["intake", str(order_file), "--json"])
    order = Order.objects.get()
    assert json.loads(done.output)["orders"] == [order.number]
    assert (order.po_number, order.status) == ("PO-77", "released")


def test_a_file_that_is_not_there_and_a_customer_nobody_knows_are_named(order_file: Path) -> None:
    missing = CliRunner().invoke(app, ["intake", str(order_file.with_name("none.edi"))])
    assert str(missing.exception) == f"There is no file {order_file.with_name('none.edi')}."
    unknown = CliRunner().invoke(app, ["intake", str(order_file), "--customer", "NOBODY"])
    assert str(unknown.exception) == "No customer has the code NOBODY."
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh_CN.UTF-8",
            (
                "价格与约定一致",
                "E_UNKNOWN_ITEM · 第 1 行 · 品号",
                "单据 0 的第 1 张订单：order",
                "先前的订单",
                "读出的值",
            ),
        ),
        (
            "C.UTF-8",
            (
                "Prices are those agreed",
                "E_UNKNOWN_ITEM · Line 1 · Item code: ",
                "Order 1 of document 0: order",
                "Value read",
            ),
        ),
    ],
)
def test_what_is_wrong_is_told_in_the_terminals_language(
    order_file: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    file = order_file.parent / "order.csv"
    file.write_text("Item code,Quantity,Unit price,Amount\nNO-SUCH,2,3.00,6.00\n")
    done = CliRunner().invoke(app, ["intake", str(file), "--explain"])
    assert done.exit_code == 0, done.output
    assert [each for each in said if each not in done.output] == []
    assert "{'" not in done.output
