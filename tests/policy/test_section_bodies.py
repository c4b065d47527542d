"""From a stored body to a typed value, with every fault named; and what two versions differ in."""

import json
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.trial import SECTION, Stage, Trial

from orderloop.foundation.outcome import Reason
from orderloop.policy.facts import Change, Field, Kind, Section, register, sections
from orderloop.policy.rules import decode, defaults_of, differences, encode, percent_text

DEFAULTS = encode(SECTION, Trial())


def _faults(**changes: Any) -> list[tuple[str, str]]:
    decoded = decode(SECTION, {**DEFAULTS, **changes})
    assert (decoded.value is None) == bool(decoded.faults)
    return [(fault.code, fault.field) for fault in decoded.faults]


def _row(**changes: Any) -> dict[str, Any]:
    return {"name": "pick", "minutes": 5, "after": [], "manual": False, **changes}


def _goal(figure: str, goal: Any) -> dict[str, Any]:
    return {"figure": figure, "goal": goal}


def test_a_section_reads_back_what_it_wrote_through_json() -> None:
    assert decode(SECTION, json.loads(json.dumps(DEFAULTS))).value == Trial()
    assert DEFAULTS["amount"] == "1000.50"
    assert DEFAULTS["cut_off"] == "16:00"
    assert DEFAULTS["stages"][1] == {"name": "review", "minutes": 20, "after": ["entry"], "manual": False}


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_every_registered_section_reads_its_own_defaults(section: Section[Any]) -> None:
    value = defaults_of(section)
    decoded = decode(section, json.loads(json.dumps(encode(section, value))))
    assert decoded.faults == ()
    assert decoded.value == value


def test_what_a_form_types_is_read_as_its_kind() -> None:
    typed = {
        "days": " 7 ", "amount": "12.5", "manual": True, "lane": "slow", "events": ["late"], "codes": [" X ", ""],
        "title": " Now ", "cut_off": "9:30", "stages": [{"name": "pick", "minutes": "5"}],
    }  # fmt: skip
    assert decode(SECTION, typed).value == Trial(
        7, Decimal("12.5"), True, "slow", ("late",), ("X",), "Now", time(9, 30), (Stage("pick", 5),)
    )


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"days": "three"}, [("policy.not_int", "days")]),
        ({"days": 3.0}, [("policy.not_int", "days")]),
        ({"days": True}, [("policy.not_int", "days")]),
        ({"days": None}, [("policy.not_int", "days")]),
        ({"days": 0}, [("policy.too_small", "days")]),
        ({"days": "31"}, [("policy.too_large", "days")]),
        ({"amount": "much"}, [("policy.not_decimal", "amount")]),
        ({"amount": 1.5}, [("policy.not_decimal", "amount")]),
        ({"amount": "NaN"}, [("policy.not_decimal", "amount")]),
        ({"amount": "Infinity"}, [("policy.not_decimal", "amount")]),
        ({"amount": "1E999999"}, [("policy.not_decimal", "amount")]),
        ({"amount": "1E-999999"}, [("policy.not_decimal", "amount")]),
        ({"days": "9" * 5000}, [("policy.not_int", "days")]),
        ({"amount": "-0.01"}, [("policy.too_small", "amount")]),
        ({"amount": "1000000"}, [("policy.too_large", "amount")]),
        ({"manual": "yes"}, [("policy.not_bool", "manual")]),
        ({"manual": 1}, [("policy.not_bool", "manual")]),
        ({"lane": "middle"}, [("policy.not_a_choice", "lane")]),
        ({"lane": ""}, [("policy.missing", "lane")]),
        ({"lane": ["fast"]}, [("policy.not_a_choice", "lane")]),
        ({"events": ["lost"]}, [("policy.not_a_choice", "events")]),
        ({"events": ["late", "shipped"]}, [("policy.too_many", "events")]),
        ({"events": "late"}, [("policy.not_list", "events")]),
        ({"codes": []}, [("policy.too_few", "codes")]),
        ({"codes": ["A", "B", "A"]}, [("policy.twice", "codes")]),
        ({"codes": [1]}, [("policy.not_list", "codes")]),
        ({"title": "x"}, [("policy.too_short", "title")]),
        ({"title": "x" * 11}, [("policy.too_long", "title")]),
        ({"title": " "}, [("policy.missing", "title")]),
        ({"title": 5}, [("policy.not_text", "title")]),
        ({"cut_off": "24:00"}, [("policy.not_time", "cut_off")]),
        ({"cut_off": "16"}, [("policy.not_time", "cut_off")]),
        ({"stages": "none"}, [("policy.not_table", "stages")]),
        ({"stages": [3]}, [("policy.not_table", "stages")]),
        ({"stages": []}, [("policy.too_few", "stages")]),
        ({"stages": [{"minutes": 5}]}, [("policy.missing", "stages.0.name")]),
        ({"stages": [_row(minutes=-1)]}, [("policy.too_small", "stages.0.minutes")]),
        (
            {"stages": [_row(), _row(minutes="x")]},
            [("policy.not_int", "stages.1.minutes"), ("policy.twice", "stages.1.name")],
        ),
        ({"stages": [_row(colour="red")]}, [("policy.unknown", "stages.0.colour")]),
        ({"colour": "red"}, [("policy.unknown", "colour")]),
        ({"warn_from": "1.5"}, [("policy.too_large", "warn_from")]),
        ({"warn_from": {"percent": "101"}}, [("policy.too_large", "warn_from")]),
        ({"warn_from": {"percent": "-1 %"}}, [("policy.too_small", "warn_from")]),
        ({"warn_from": {"percent": "0.9"}}, [("policy.share_unclear", "warn_from")]),
        ({"warn_from": {"percent": "1"}}, [("policy.share_unclear", "warn_from")]),
        ({"warn_from": {"percent": "much"}}, [("policy.not_share", "warn_from")]),
        ({"warn_from": {"percent": "90 % %"}}, [("policy.not_share", "warn_from")]),
        ({"warn_from": {}}, [("policy.not_share", "warn_from")]),
        ({"warn_from": ""}, [("policy.not_decimal", "warn_from")]),
        ({"goals": [_goal("in_time", {"percent": "95", "of": "all"})]}, []),
        ({"goals": [_goal("in_time", "1.01")]}, [("policy.too_large", "goals.0.goal")]),
        ({"goals": [_goal("hours", "1.01")]}, []),
        ({"goals": [_goal("hours", {"percent": "95"})]}, [("policy.not_decimal", "goals.0.goal")]),
        ({"days": 30, "amount": "20"}, [("trial.days", "days")]),
        (
            {"days": 0, "lane": "x", "title": ""},
            [("policy.too_small", "days"), ("policy.not_a_choice", "lane"), ("policy.missing", "title")],
        ),
    ],
)
def test_every_fault_is_named_at_its_field(changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert _faults(**changes) == faults


def test_a_fault_carries_the_label_and_the_bounds() -> None:
    (fault,) = decode(SECTION, {**DEFAULTS, "days": 31}).faults
    assert fault == Reason(
        "policy.too_large", "days", {"label": "Days", "value": "31", "minimum": "1", "maximum": "30"}
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("90", "0.9"), ("90%", "0.9"), ("90 %", "0.9"), (" 90％ ", "0.9"), ("100", "1"), ("12.5", "0.125"),
        ("33.3333333", "0.333333333"), ("1.5", "0.015"), ("1 %", "0.01"), ("0.9 %", "0.009"),
    ],
)  # fmt: skip
def test_a_share_is_typed_in_percent_and_kept_as_a_fraction(typed: str, kept: str) -> None:
    decoded = decode(SECTION, {**DEFAULTS, "warn_from": {"percent": typed}})
    assert decoded.value is not None
    assert encode(SECTION, decoded.value) == {**DEFAULTS, "warn_from": kept}


@pytest.mark.parametrize("share", ["0", "0.005", "0.01", "0.125", "0.9", "0.90", "1", "0.333333333"])
def test_a_share_as_it_is_shown_is_read_back_as_it_was(share: str) -> None:
    body = {**DEFAULTS, "goals": [_goal("in_time", {"percent": percent_text(Decimal(share))})]}
    decoded = decode(SECTION, body)
    assert decoded.value is not None and decoded.value.goals[0].goal == Decimal(share)


def test_the_faults_of_a_share_name_it_and_its_limits_in_percent() -> None:
    (large,) = decode(SECTION, {**DEFAULTS, "warn_from": {"percent": "150"}}).faults
    assert large.params == {"label": "Warn from", "value": "150 %", "minimum": "0.5 %", "maximum": "100 %"}
    (unclear,) = decode(SECTION, {**DEFAULTS, "warn_from": {"percent": "0.9"}}).faults
    assert unclear.params == {"label": "Warn from", "value": "0.9", "whole": "90 %", "little": "0.9 %"}


@pytest.mark.parametrize("body", [None, [], "x", 3])
def test_what_is_no_document_is_refused(body: object) -> None:
    assert decode(SECTION, body).faults == (Reason("policy.not_document"),)


def test_an_older_version_takes_the_default_of_a_field_it_lacks_and_passes_over_one_given_up() -> None:
    older = {**DEFAULTS, "colour": "red"}
    del older["days"]
    assert decode(SECTION, older, strict=False).value == Trial()


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING, st.sampled_from(sorted(DEFAULTS)))
def test_whatever_stands_in_a_field_is_read_or_refused_and_never_breaks(raw: Any, name: str) -> None:
    decoded = decode(SECTION, {**DEFAULTS, name: raw})
    assert (decoded.value is None) == bool(decoded.faults)


def test_versions_differ_field_by_field_and_cell_by_cell() -> None:
    after = encode(SECTION, Trial(days=5, stages=(Stage("entry", 15), Stage("pack", 7))))
    assert differences(SECTION, DEFAULTS, after) == (
        Change("days", "Days", 3, 5),
        Change("stages.entry.minutes", "Standard time", 10, 15, row="entry"),
        Change("stages.review.name", "Stage", "review", None, row="review"),
        Change("stages.review.minutes", "Standard time", 20, None, row="review"),
        Change("stages.review.after", "After", ["entry"], None, row="review"),
        Change("stages.review.manual", "By hand", False, None, row="review"),
        Change("stages.pack.name", "Stage", None, "pack", row="pack"),
        Change("stages.pack.minutes", "Standard time", None, 7, row="pack"),
        Change("stages.pack.after", "After", None, [], row="pack"),
        Change("stages.pack.manual", "By hand", None, False, row="pack"),
    )
    assert differences(SECTION, after, after) == ()


def test_a_figure_written_with_more_noughts_is_no_difference() -> None:
    noughts = {
        **DEFAULTS,
        "amount": "1000.5",
        "warn_from": "0.90",
        "goals": [_goal("in_time", "0.950"), _goal("hours", "0.5")],
    }
    assert differences(SECTION, DEFAULTS, noughts) == ()


def test_rows_in_another_order_are_a_difference() -> None:
    turned = {**DEFAULTS, "stages": DEFAULTS["stages"][::-1]}
    assert differences(SECTION, DEFAULTS, turned) == (
        Change("stages", "Stages", ["entry", "review"], ["review", "entry"]),
    )


def test_a_section_whose_description_and_dataclass_disagree_is_refused() -> None:
    @dataclass(frozen=True)
    class Shape:
        one: int = 1

    with pytest.raises(ValueError, match="described \\['two'\\], declared \\['one'\\]"):
        register(Section("planted", "Planted", Shape, (Field("two", "Two", Kind.INT),)))
    with pytest.raises(ValueError, match="a table, and only a table"):
        Field("rows", "Rows", Kind.TABLE)
    with pytest.raises(ValueError, match="a choice, and only a choice"):
        Field("lane", "Lane", Kind.CHOICE)
    assert "planted" not in {section.name for section in sections()}
