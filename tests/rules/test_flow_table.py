"""4.2 Stages: which stages of an order are open now, and which lists of stages cannot lead one. Without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orderloop.flow.facts import DEFAULT_STAGES, Settled, Stage, StageDefinition, StageState
from orderloop.flow.rules import faults_of, in_order, next_passage
from orderloop.foundation.actor import SYSTEM

RECEIVED = datetime(2026, 11, 23, 2, tzinfo=UTC)
NOW = RECEIVED + timedelta(hours=5)
DONE = Settled("done", SYSTEM)
STAGES = tuple(in_order(DEFAULT_STAGES))


def recorded(stage: str, *, finished: int | None = None, round_: int = 1) -> StageState:
    """A stage gone through once, finished so many hours after the order came (or still running)."""
    at = None if finished is None else RECEIVED + timedelta(hours=finished)
    return StageState(stage, round_, RECEIVED, RECEIVED, at, record_id=hash((stage, round_)) % 1000)


def passage(states=(), settled=(), applying=(), waits=None, again=()):
    return next_passage(
        STAGES, states, dict.fromkeys(settled, DONE), applying, waits or {}, received_at=RECEIVED, at=NOW, again=again
    )


def opened(found) -> dict[str, tuple[int, bool]]:
    """Of each stage opened the round, and whether it is finished in the same moment."""
    return {opening.stage: (opening.round, opening.settled is not None) for opening in found.openings}


@pytest.mark.parametrize(
    ("settled", "applying", "expected"),
    [
        ((), (), {"entry": (1, False)}),
        (("entry",), (), {"entry": (1, True), "review": (1, False), "stock": (1, False)}),
        (("entry", "stock"), (), {"entry": (1, True), "review": (1, False), "stock": (1, True)}),
        (
            ("entry", "stock"),
            ("short",),
            {"entry": (1, True), "review": (1, False), "stock": (1, True), "production_planning": (1, False)},
        ),
        (
            ("entry", "review", "stock", "shipping_planning"),
            (),
            {
                "entry": (1, True),
                "review": (1, True),
                "stock": (1, True),
                "shipping_planning": (1, True),
                "picking": (1, False),
            },
        ),
        (
            ("entry", "review", "stock", "shipping_planning"),
            ("short",),
            {
                "entry": (1, True), "review": (1, True), "stock": (1, True), "production_planning": (1, False),
                "shipping_planning": (1, True), "picking": (1, False),
            },
        ),
        (tuple(Stage), (), {stage: (1, True) for stage in Stage if stage != "production_planning"}),
        # What is settled before its turn waits for its turn.
        (("shipping_planning",), (), {"entry": (1, False)}),
    ],
)  # fmt: skip
def test_a_new_order_opens_every_stage_whose_needs_are_finished(settled, applying, expected) -> None:
    assert opened(passage(settled=settled, applying=applying)) == expected


def test_a_stage_is_enabled_when_the_last_of_its_needs_was_finished() -> None:
    states = [recorded("entry", finished=0), recorded("review", finished=3), recorded("stock", finished=1)]
    (opening,) = passage(states).openings
    assert (opening.stage, opening.enabled_at) == ("shipping_planning", RECEIVED + timedelta(hours=3))


def test_a_running_stage_is_closed_once_it_is_settled_and_the_next_is_opened() -> None:
    states = [recorded("entry", finished=0), recorded("review"), recorded("stock", finished=0)]
    found = passage(states, ["review"])
    assert [closing.stage for closing in found.closings] == ["review"]
    assert opened(found) == {"shipping_planning": (1, False)}
    assert found.openings[0].enabled_at == NOW


def test_what_is_finished_stays_finished_and_nothing_is_opened_twice() -> None:
    states = [recorded("entry", finished=0), recorded("review"), recorded("stock", finished=0)]
    found = passage(states, ["entry", "stock"])
    assert (found.openings, found.closings) == ((), ())


def test_a_further_round_opens_what_is_gone_through_again() -> None:
    before = ("entry", "review", "stock", "shipping_planning", "picking", "dispatch")
    states = [*(recorded(stage, finished=1) for stage in before), recorded("delivery")]
    found = passage(states, again=("picking", "dispatch", "delivery"))
    assert opened(found) == {"picking": (2, False)}
    assert found.openings[0].enabled_at == NOW
    after = [*states, recorded("picking", round_=2)]
    assert opened(passage(after, ["picking"], again=("dispatch",))) == {"dispatch": (2, False)}


def test_a_stage_left_open_says_what_it_waits_for() -> None:
    found = passage(settled=("entry", "stock"), applying=("short",), waits={"review": "credit"})
    assert {opening.stage: opening.wait_reason for opening in found.running} == {
        "review": "credit", "production_planning": "colleague",
    }  # fmt: skip


def _changed(code: str, **changes) -> tuple[StageDefinition, ...]:
    return tuple(replace(stage, **changes) if stage.code == code else stage for stage in DEFAULT_STAGES)


@pytest.mark.parametrize(
    ("stages", "faults"),
    [
        (DEFAULT_STAGES, []),
        (DEFAULT_STAGES[::-1], []),  # the order written does not matter
        (DEFAULT_STAGES[:-1], [("stage_missing", "delivery")]),
        ((*DEFAULT_STAGES, DEFAULT_STAGES[0]), [("stage_twice", "entry")]),
        ((*DEFAULT_STAGES, replace(DEFAULT_STAGES[0], code="dance")), [("stage_unknown", "dance")]),
        (_changed("picking", needs=("dance",)), [("unknown_need", "picking")]),
        (_changed("entry", needs=("entry",)), [("needs_in_circle", stage.code) for stage in DEFAULT_STAGES]),
        (
            _changed("picking", needs=("dispatch",)),
            [("needs_in_circle", "picking"), ("needs_in_circle", "dispatch"), ("needs_in_circle", "delivery")],
        ),
    ],
)
def test_a_list_of_stages_that_cannot_lead_orders_is_named_with_all_its_faults(stages, faults) -> None:
    assert [(reason.code, reason.params["stage"]) for reason in faults_of(stages)] == faults
