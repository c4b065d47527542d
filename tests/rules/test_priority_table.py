"""The worked examples of docs/explanation/priority.md, computed."""

import re
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest

from orderloop.triage.facts import OrderToScore, TriagePolicy
from orderloop.triage.rules import effective_score, score

TODAY = date(2026, 11, 23)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "priority.md"
_CELL = r" (-?[\d.]+) \|"
ROWS = re.findall(r"^\| ([ABC]) \|" + _CELL * 8 + r"$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def scored(
    importance: str = "B", profit: str = "0", left: int = 30, waited: int = 0, gross: str = "1000"
) -> OrderToScore:
    return OrderToScore(
        1, importance, D(gross), D(profit), TODAY + timedelta(days=left), TODAY - timedelta(days=waited)
    )


def test_the_page_has_its_examples() -> None:
    assert len(ROWS) == 10


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:4]) for row in ROWS])
def test_the_examples_of_the_page_are_right(row: tuple[str, ...]) -> None:
    importance, profit, left, waited, *points = row
    found = score(scored(importance, profit, int(left), int(waited)), TriagePolicy(), today=TODAY)
    assert [term.name for term in found.terms] == ["customer", "urgency", "profit", "waiting"]
    assert [term.points for term in found.terms] + [found.score] == [D(each) for each in points]


def test_the_weights_of_the_page_are_those_delivered() -> None:
    text = PAGE.read_text(encoding="utf-8")
    weights = {name: D(weight) for name, weight in re.findall(r"^\| (\w+) \| [^|]+ \| (\d+) \|$", text, re.MULTILINE)}
    policy = TriagePolicy()
    assert weights == {
        "customer": policy.weight_customer, "urgency": policy.weight_urgency, "profit": policy.weight_profit,
        "waiting": policy.weight_waiting,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("gross", "left", "size", "urgent"),
    [
        ("99999.99", 8, "small", False),
        ("100000", 7, "large", True),
        ("100000.01", 0, "large", True),
        ("0", -1, "small", True),
    ],
)
def test_classes_begin_at_their_limits(gross: str, left: int, size: str, urgent: bool) -> None:
    found = score(scored(gross=gross, left=left), TriagePolicy(), today=TODAY)
    assert (found.size_class, found.is_urgent) == (size, urgent)


@pytest.mark.parametrize(("manual", "ranks"), [(None, "41"), (D(0), "0"), (D(500), "500")])
def test_a_score_by_hand_ranks_the_order_also_at_nought(manual: D | None, ranks: str) -> None:
    assert effective_score(D(41), manual) == D(ranks)
