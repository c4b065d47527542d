"""State tables are walked when made; each kind of broken table is refused with its fault named."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloop.foundation.state_table import BrokenStateTable, StateTable


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


MOVES = {
    "switch_on": ({Lamp.OFF}, Lamp.ON),
    "switch_off": ({Lamp.ON}, Lamp.OFF),
    "break": ({Lamp.OFF, Lamp.ON}, Lamp.BROKEN),
}
TABLE = StateTable(Lamp.OFF, MOVES, final={Lamp.BROKEN})


def test_a_table_answers_which_moves_are_allowed() -> None:
    assert TABLE.allowed(Lamp.OFF, Lamp.ON)
    assert not TABLE.allowed(Lamp.BROKEN, Lamp.ON)
    assert TABLE.targets(Lamp.OFF) == {Lamp.ON, Lamp.BROKEN}
    assert TABLE.sources(Lamp.BROKEN) == {Lamp.OFF, Lamp.ON}


def test_a_state_read_as_text_is_the_same_state() -> None:
    assert TABLE.allowed("off", "on")  # type: ignore[arg-type]


def test_named_actions_are_known_by_state() -> None:
    assert TABLE.actions == ("switch_on", "switch_off", "break")
    assert TABLE.actions_from(Lamp.ON) == ("switch_off", "break")
    assert (TABLE.action_sources("break"), TABLE.action_target("break")) == ({Lamp.OFF, Lamp.ON}, Lamp.BROKEN)


def test_pairs_do_as_well_as_actions() -> None:
    table = StateTable("a", {("a", "b"), ("b", "c")}, final={"c"})
    assert (table.states, table.targets("a"), table.actions) == (("a", "b", "c"), {"b"}, ())


def test_a_table_may_go_round_for_ever_when_nothing_is_final() -> None:
    assert StateTable("up", {("up", "down"), ("down", "up")}).final == frozenset()


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (lambda: StateTable("a", {("a", "b")}, final={"b"}, states=["a"]), "state b is unknown"),
        (lambda: StateTable("z", {("a", "b")}, final={"b"}, states=["a", "b"]), "state z is unknown"),
        (lambda: StateTable("a", {("a", "b")}, final={"b", "q"}, states=["a", "b"]), "state q is unknown"),
        (lambda: StateTable(Lamp.OFF, {(Lamp.OFF, Lamp.ON)}, final={Lamp.ON}), "state broken cannot be reached"),
        (lambda: StateTable("a", {("a", "b"), ("c", "b")}, final={"b"}), "state c cannot be reached"),
        (lambda: StateTable("a", {("a", "b"), ("a", "c")}, final={"b"}), "state c is a dead end but not final"),
        (lambda: StateTable("a", {("a", "b"), ("b", "b")}), "state b is a dead end but not final"),
        (lambda: StateTable("a", {("a", "b"), ("b", "a")}, final={"b"}), "final state b has an exit"),
        (
            lambda: StateTable("a", {("a", "b"), ("a", "c"), ("c", "d"), ("d", "c")}, final={"b"}),
            "no final state can be reached from c",
        ),
        (lambda: StateTable("a", {"go": (set(), "a")}), "action go starts from no state"),
        (lambda: StateTable("a", set()), "state a is a dead end but not final"),
    ],
)
def test_a_broken_table_is_refused_and_the_fault_named(table: object, fault: str) -> None:
    with pytest.raises(BrokenStateTable, match=fault):
        table()  # type: ignore[operator]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(BrokenStateTable) as caught:
        StateTable("a", {("a", "b"), ("a", "c"), ("d", "b")}, final={"b"})
    assert str(caught.value) == "state d cannot be reached; state c is a dead end but not final"


def test_the_diagram_names_states_and_actions() -> None:
    assert TABLE.to_mermaid({Lamp.OFF: "Switched off"}) == (
        "stateDiagram-v2\n"
        "    off : Switched off\n"
        "    [*] --> off\n"
        "    off --> on : switch_on\n"
        "    off --> broken : break\n"
        "    on --> off : switch_off\n"
        "    on --> broken : break\n"
        "    broken --> [*]\n"
    )


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))), st.sets(st.integers(0, 5)))
def test_a_table_that_is_accepted_can_be_walked_to_its_end(pairs: set[tuple[int, int]], final: set[int]) -> None:
    try:
        table = StateTable(0, pairs, final)
    except BrokenStateTable:
        return
    for state in table.states:
        assert _reachable(table, 0) >= {state}
        assert bool(table.targets(state) - {state}) != (state in final)
        assert not final or _reachable(table, state) & final


def _reachable(table: StateTable[int], start: int) -> set[int]:
    found = {start}
    for _ in table.states:
        found |= {end for state in found for end in table.targets(state)}
    return found
