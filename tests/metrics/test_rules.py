"""Targets and spans, and words for every figure."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from orderloop.metrics.facts import BY_CODE, FIGURES, SECTION, FiguresPolicy, Reading, Target, Unit
from orderloop.metrics.rules import is_met, judge, trend_starts
from orderloop.policy.rules import decode, encode

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "figures.md"
POLICY = FiguresPolicy(targets=(Target("otif_first", D("0.9")), Target("cycle_total", D(48))))


@pytest.mark.parametrize(
    ("code", "value", "met"),
    [
        ("otif_first", D("0.9"), True),
        ("otif_first", D("0.899999"), False),
        ("cycle_total", D(48), True),
        ("cycle_total", D("48.000001"), False),
        ("cycle_total", None, None),
        ("touchless", D(0), None),
    ],
)
def test_a_figure_is_met_on_the_good_side_of_its_target(code: str, value: D | None, met: bool | None) -> None:
    assert is_met(BY_CODE[code], value, POLICY.target_of(code)) is met


def test_a_missed_target_is_an_alarm_unless_too_few_cases_say_so() -> None:
    figure = BY_CODE["cycle_total"]
    assert judge(figure, Reading(D(50), 10), POLICY).is_alarm
    assert not judge(figure, Reading(D(50), 9), POLICY).is_alarm
    assert not judge(figure, Reading(D(40), 10), POLICY).is_alarm
    assert not judge(figure, Reading(None, 0), POLICY).is_alarm


def test_a_short_period_is_drawn_by_weeks_and_a_long_one_by_months() -> None:
    weeks = trend_starts(date(2026, 8, 30), date(2026, 11, 29))
    assert (weeks[0], weeks[-2], weeks[-1], len(weeks)) == (
        date(2026, 9, 7),
        date(2026, 11, 23),
        date(2026, 11, 30),
        13,
    )
    months = trend_starts(date(2026, 8, 28), date(2026, 11, 29))
    assert (months[0], months[-2], months[-1], len(months)) == (
        date(2025, 12, 1),
        date(2026, 11, 1),
        date(2026, 12, 1),
        13,
    )


def test_the_policy_is_read_back_as_it_was_written_and_a_share_above_one_is_refused() -> None:
    assert decode(SECTION, encode(SECTION, FiguresPolicy())).value == FiguresPolicy()
    wrong = {**encode(SECTION, FiguresPolicy()), "targets": [{"figure": "touchless", "target": "60"}]}
    faults = decode(SECTION, wrong).faults
    assert [(fault.code, fault.field) for fault in faults] == [("policy.too_large", "targets.0.target")]
    assert faults[0].params["value"] == "6000 %" and faults[0].params["maximum"] == "100 %"


def test_every_figure_has_its_section_in_the_reference() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [figure.code for figure in FIGURES if f"\n## {figure.code}\n" not in text] == []
    sections = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert [name for name in sections if name not in BY_CODE] == ["Stages and waits"]


def test_every_share_has_a_target_that_is_a_fraction() -> None:
    assert [t.figure for t in FiguresPolicy().targets if BY_CODE[t.figure].unit is Unit.SHARE and t.target > 1] == []
