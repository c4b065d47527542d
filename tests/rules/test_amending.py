"""An order's document with a change carried out."""

import pytest

from orderloop.intake.rules.amending import amended

BODY = {"po_number": "P", "lines": [{"item": "A", "quantity": "4", "unit": "EA"}, {"item": "B", "quantity": "2"}]}


def change(kind: str, item: str, after: str = "") -> dict[str, str]:
    return {"kind": kind, "item": item, "after": after}


def test_each_kind_of_change_is_put_in_and_the_rest_stays() -> None:
    changes = [
        change("changed", "A", "9"), change("removed", "B"), change("added", "C", "1"),
        change("day", "A", "2026-12-01"), change("price", "A", "3.5"),
    ]  # fmt: skip
    assert amended(BODY, changes) == {
        "po_number": "P",
        "lines": [
            {"item": "A", "quantity": "9", "unit": "EA", "requested_on": "2026-12-01", "unit_price": "3.5"},
            {"item": "C", "quantity": "1"},
        ],
    }
    assert BODY["lines"][0] == {"item": "A", "quantity": "4", "unit": "EA"}  # type: ignore[index]


@pytest.mark.parametrize(
    "changes",
    [
        [change("unknown", "X", "1")],
        [change("changed", "Z", "1")],
        [change("added", "A", "1")],
        [change("removed", "A"), change("removed", "B")],
    ],
    ids=["unknown item", "no such line", "there already", "nothing left"],
)
def test_what_the_difference_does_not_tell_is_left_to_a_person(changes: list[dict[str, str]]) -> None:
    assert amended(BODY, changes) is None


def test_a_product_on_several_lines_is_left_to_a_person() -> None:
    twice = {"lines": [{"item": "A", "quantity": "1"}, {"item": "A", "quantity": "2"}]}
    assert amended(twice, [change("changed", "A", "9")]) is None
