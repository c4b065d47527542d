"""2.2c-d, 5.2b: who gets which stock, and what can still be promised, without a database."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from orderloop.inventory.facts import Demand, InventoryPolicy, Replenishing, StockFact, Supply
from orderloop.inventory.rules import allocate, available_to_promise, deliverable

TODAY = date(2026, 11, 23)
BOLT = 1
A, B = 1, 2


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def wants(key: int, quantity: int, *, on: int = 0, priority: int = 0) -> Demand:
    return Demand(key, key, BOLT, D(quantity), in_days(on), D(priority))


def given(demands: list[Demand], stock: list[StockFact], supplies: list[Supply] = [], **policy: object) -> dict:  # noqa: B006
    """Of each demand what it gets from each warehouse, what it lacks, and in how many days it is complete."""
    makes = {BOLT: Replenishing(BOLT, "make", 10)}
    found = allocate(demands, stock, supplies, makes, InventoryPolicy(**policy), today=TODAY)
    return {
        each.line_key: (
            {share.warehouse_id: int(share.reserved) for share in each.shares},
            int(each.short),
            None if each.available_on is None else (each.available_on - TODAY).days,
        )
        for each in found
    }


def shelf(quantity: int, warehouse: int = A, reserved: int = 0) -> StockFact:
    return StockFact(BOLT, warehouse, D(quantity), D(reserved))


def test_the_first_warehouse_is_emptied_before_the_second() -> None:
    assert given([wants(1, 5)], [shelf(3, B), shelf(4, A)]) == {1: ({B: 3, A: 2}, 0, 0)}


def test_four_who_want_two_of_five_get_two_two_one_and_none() -> None:
    found = given([wants(n, 2) for n in (1, 2, 3, 4)], [shelf(5)])
    assert {n: (sum(shares.values()), short) for n, (shares, short, _) in found.items()} == {
        1: (2, 0), 2: (2, 0), 3: (1, 1), 4: (0, 2),
    }  # fmt: skip


FIVE = {"A": (1, 5, 0), "B": (2, 3, 1), "C": (3, 20, 2), "D": (4, 20, 3), "E": (5, 15, 4)}


@pytest.mark.parametrize(
    ("urgent", "expected"),
    [
        ("", {"A": 5, "B": 3, "C": 12, "D": 0, "E": 0}),
        ("CD", {"A": 0, "B": 0, "C": 20, "D": 0, "E": 0}),
        ("E", {"A": 5, "B": 0, "C": 0, "D": 0, "E": 15}),
    ],
)
def test_twenty_go_by_day_and_before_that_by_priority(urgent: str, expected: dict[str, int]) -> None:
    demands = [wants(key, n, on=on, priority=10 * (name in urgent)) for name, (key, n, on) in FIVE.items()]
    found = given(demands, [shelf(20)])
    assert {name: sum(found[key][0].values()) for name, (key, _, _) in FIVE.items()} == expected


@pytest.mark.parametrize(
    ("stock", "supplies", "policy", "expected"),
    [
        ([shelf(10)], [], {}, ({A: 4}, 0, 0)),
        ([shelf(10, reserved=8)], [], {}, ({A: 2}, 2, 12)),  # made anew: 10 days and 2 for what is made
        ([shelf(0)], [Supply(BOLT, A, D(4), in_days(5))], {}, ({A: 0}, 4, 5)),
        ([shelf(1)], [Supply(BOLT, A, D(9), in_days(5)), Supply(BOLT, A, D(1), in_days(2))], {}, ({A: 1}, 3, 5)),
        ([shelf(0)], [Supply(BOLT, A, D(3), in_days(5))], {}, ({A: 0}, 4, 12)),
        ([shelf(0)], [Supply(BOLT, A, D(3), in_days(20))], {}, ({A: 0}, 4, 20)),
        ([shelf(0)], [], {"promise_uncovered": False}, ({A: 0}, 4, None)),
        ([shelf(0)], [], {"make_extra_days": 0}, ({A: 0}, 4, 10)),
    ],
)
def test_what_lacks_is_dated_by_receipts_and_then_by_the_lead_time(
    stock: list[StockFact], supplies: list[Supply], policy: dict, expected: tuple
) -> None:
    assert given([wants(1, 4)], stock, supplies, **policy)[1] == expected


def test_a_receipt_is_spoken_for_once() -> None:
    found = given([wants(1, 4, priority=1), wants(2, 4)], [shelf(0)], [Supply(BOLT, A, D(4), in_days(5))])
    assert (found[1][2], found[2][2]) == (5, 12)


WEEK = {n: in_days(7 * n) for n in range(6)}


@pytest.mark.parametrize(
    ("on_hand", "reserved", "supplies", "promised", "levels"),
    [
        (10, 0, [], [], {date.min: 10}),
        (10, 4, [], [], {date.min: 6}),
        (10, 0, [], [(2, 4)], {date.min: 6, 2: 6}),  # what is promised for later is not free now
        (0, 0, [(1, 5)], [], {date.min: 0, 1: 5}),
        (5, 0, [(1, 5)], [(2, 8)], {date.min: 2, 1: 2, 2: 2}),
        (5, 0, [(3, 5)], [(2, 8)], {date.min: 0, 2: 0, 3: 2}),
        # 5 today, 10 in week 2, 5 in week 4, of which 4 and 8 are promised for week 3: the next 4 not before week 4.
        (0, 0, [(0, 5), (2, 10), (4, 5)], [(3, 12)], {date.min: 0, 0: 3, 2: 3, 3: 3, 4: 8}),
    ],
)
def test_what_can_be_promised_harms_no_promise_given(
    on_hand: int, reserved: int, supplies: list, promised: list, levels: dict
) -> None:
    found = available_to_promise(
        D(on_hand), D(reserved), [(WEEK[w], D(n)) for w, n in supplies], [(WEEK[w], D(n)) for w, n in promised]
    )
    assert {day: int(quantity) for day, quantity in found} == {WEEK.get(day, day): n for day, n in levels.items()}


@pytest.mark.parametrize(
    ("wanted", "by", "there", "all_in"),
    [
        (5, 7, 5, 1),  # all is here
        (6, 7, 5, 15),  # the sixth comes with the receipt of the second week, and takes a day to the customer
        (6, 15, 9, 15),
        (6, 14, 5, 15),
        (10, 15, 9, None),
        (6, None, 5, 15),  # no day asked for: what is free now
        (1, 0, 5, 1),  # a day that nothing can reach
    ],
)
def test_what_can_be_with_the_customer_by_a_day(wanted: int, by: int | None, there: int, all_in: int | None) -> None:
    levels = available_to_promise(D(5), D(0), [(in_days(14), D(4))], [])
    found = deliverable(
        levels,
        D(wanted),
        None if by is None else in_days(by),
        lambda leaves_on: max(leaves_on, TODAY) + timedelta(days=1),
    )
    assert found == (D(there), None if all_in is None else in_days(all_in))


def test_what_never_was_in_stock_can_be_with_nobody() -> None:
    assert deliverable([], D(1), TODAY, lambda leaves_on: leaves_on) == (D(0), None)
