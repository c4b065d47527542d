"""The order's states and moves, and what is true of it whatever else is decided. Without a database."""

from itertools import product

import pytest

from orderloop.orders.facts import ENDED, OrderStatus
from orderloop.orders.lifecycle import ORDER
from orderloop.orders.rules import po_key, replayed_status, status_after_shipping

S = OrderStatus
ALLOWED = {
    S.IN_REVIEW: {S.CONFIRMED, S.REJECTED, S.CANCELLED},
    S.CONFIRMED: {S.IN_REVIEW, S.RELEASED, S.CANCELLED},
    S.RELEASED: {S.CONFIRMED, S.PART_SHIPPED, S.SHIPPED, S.CANCELLED},
    S.PART_SHIPPED: {S.SHIPPED},
    S.SHIPPED: {S.DELIVERED},
    S.DELIVERED: set(),
    S.REJECTED: set(),
    S.CANCELLED: set(),
}


@pytest.mark.parametrize("before", list(S))
def test_only_the_moves_of_the_table_are_possible(before: OrderStatus) -> None:
    assert set(ORDER.targets(before)) == ALLOWED[before]


def test_every_order_begins_in_review_and_ends_delivered_rejected_or_cancelled() -> None:
    assert ORDER.initial is S.IN_REVIEW
    assert {state for state in S if not ORDER.targets(state)} == ENDED


@pytest.mark.parametrize("before", [S.PART_SHIPPED, S.SHIPPED, S.DELIVERED])
def test_what_has_left_cannot_be_cancelled(before: OrderStatus) -> None:
    assert S.CANCELLED not in ORDER.targets(before)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([], ""),
        ([("", "in_review")], "in_review"),
        ([("", "in_review"), ("in_review", "in_review"), ("in_review", "confirmed")], "confirmed"),
        ([("", "in_review"), ("confirmed", "released")], None),
        ([("in_review", "confirmed")], None),
    ],
)
def test_history_leads_to_a_state_or_contradicts_itself(steps: list[tuple[str, str]], status: str | None) -> None:
    assert replayed_status(steps) == status


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PO-1", "po-1", True),
        ("PO 1", " po1 ", True),
        ("ＰＯ－１", "PO-1", True),
        ("PO-1", "PO-10", False),
        ("采购１", "采购1", True),
    ],
)
def test_purchase_order_numbers_are_the_same_however_they_are_typed(one: str, other: str, same: bool) -> None:
    assert (po_key(one) == po_key(other)) is same


@pytest.mark.parametrize("lines", list(product([False, True], repeat=2)))
def test_an_order_is_shipped_once_no_line_is_open(lines: tuple[bool, ...]) -> None:
    assert status_after_shipping(lines) is (S.PART_SHIPPED if any(lines) else S.SHIPPED)
