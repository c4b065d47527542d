"""What became of every id."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale, UnaccountedIds
from orderloop.foundation.words import gettext_noop

NO_CREDIT = Reason("credit_exceeded", "amount", {"room": 5})


def test_each_id_stands_once_in_the_order_given() -> None:
    outcomes = Outcomes.of(
        [3, 1, 2, 4],
        done=[Done(1, "A"), Done(3, "B")],
        refused=[Refused(2, (NO_CREDIT,))],
        stale=[Stale(4, "shipped")],
    )
    assert [entry.id for entry in outcomes] == [3, 1, 2, 4]
    assert outcomes.counts == {"done": 2, "refused": 1, "stale": 1}
    assert outcomes.done_ids == (3, 1)
    assert outcomes.values == {3: "B", 1: "A"}
    assert outcomes.by_id[2] == Refused(2, (NO_CREDIT,))
    assert (len(outcomes), outcomes.all_done) == (4, False)


def test_an_id_given_twice_counts_once() -> None:
    assert Outcomes.of([1, 1], done=[Done(1, None)]).counts == {"done": 1, "refused": 0, "stale": 0}


@pytest.mark.parametrize(
    ("done", "message"),
    [
        ([Done(1, None)], r"not accounted for: \[2\]; not asked for: \[\]; accounted twice: \[\]"),
        ([Done(1, None), Done(2, None), Done(9, None)], r"not accounted for: \[\]; not asked for: \[9\]"),
        ([Done(1, None), Done(2, None), Done(2, None)], r"accounted twice: \[2\]"),
    ],
)
def test_a_sum_that_does_not_come_out_is_an_error(done: list[Done[int, None]], message: str) -> None:
    with pytest.raises(UnaccountedIds, match=message):
        Outcomes.of([1, 2], done=done)


def test_an_id_cannot_be_both_done_and_refused() -> None:
    with pytest.raises(UnaccountedIds, match=r"accounted twice: \[1\]"):
        Outcomes.of([1], done=[Done(1, None)], refused=[Refused(1, (NO_CREDIT,))])


def test_a_refusal_names_a_reason() -> None:
    with pytest.raises(ValueError, match="without a reason"):
        Refused(1, ())


@given(st.lists(st.integers(), unique=True), st.data())
def test_chunks_joined_equal_one_call(ids: list[int], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(ids)))
    parts = [Outcomes.of(part, done=[Done(each, each) for each in part]) for part in (ids[:cut], ids[cut:])]
    assert parts[0].joined(parts[1]) == Outcomes.of(ids, done=[Done(each, each) for each in ids])


def test_reasons_can_be_gathered_in_a_set_and_compare_by_all_their_parts() -> None:
    assert len({NO_CREDIT, Reason("credit_exceeded", "amount", {"room": 5})}) == 1
    assert Reason("credit_exceeded", "amount", {"room": 6}) != NO_CREDIT
    assert Reason("late") == Reason("late", "", {})


def test_an_actor_cannot_be_changed() -> None:
    assert Actor("system", None, "system") == SYSTEM
    with pytest.raises(dataclasses.FrozenInstanceError):
        SYSTEM.name = "somebody"  # type: ignore[misc]


def test_a_marked_word_stays_as_it_is() -> None:
    assert gettext_noop("Stock on hand") == "Stock on hand"
