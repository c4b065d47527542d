"""What is picked, and when a confirmation of picking cannot be right."""

from decimal import Decimal

import pytest

from orderloop.foundation.outcome import Reason
from orderloop.fulfilment.facts import Held, Picked, PickPlan, ShipmentLineFact
from orderloop.fulfilment.facts import ShipmentStatus as S
from orderloop.fulfilment.lifecycle import SHIPMENT
from orderloop.fulfilment.rules import amount_in_words, overdrawn, pick_faults, pick_plans

D = Decimal
LINES = [ShipmentLineFact(1, 10, D(4), D(0)), ShipmentLineFact(1, 11, D(6), D(0))]


def test_a_shipment_takes_all_that_one_warehouse_holds_for_an_order():
    held = [Held(1, 10, 7, D(4)), Held(1, 11, 7, D(6)), Held(1, 11, 8, D(2)), Held(2, 20, 7, D(1))]
    assert pick_plans(held, {}) == [
        PickPlan(1, 7, {10: D(4), 11: D(6)}),
        PickPlan(1, 8, {11: D(2)}),
        PickPlan(2, 7, {20: D(1)}),
    ]


def test_what_is_on_another_shipment_in_the_house_is_not_picked_again():
    held = [Held(1, 10, 7, D(4)), Held(1, 11, 7, D(6)), Held(1, 11, 8, D(2))]
    assert pick_plans(held, {(10, 7): D(4), (11, 7): D(5), (11, 8): D(2)}) == [PickPlan(1, 7, {11: D(1)})]


@pytest.mark.parametrize(
    ("quantities", "reason", "faults"),
    [
        (None, "", ()),
        ({10: D(4), 11: D(6)}, "", ()),
        ({10: D(4), 11: D(5)}, "damaged", ()),
        ({10: D(4), 11: D(5)}, " ", (Reason("short_without_reason", "short_reason"),)),
        ({10: D(0), 11: D(0)}, "gone", (Reason("nothing_picked"),)),
        ({10: D(4)}, "", (Reason("line_missing", "line:11"),)),
        ({10: D(-1), 11: D(6)}, "", (Reason("quantity_negative", "line:10"),)),
        ({10: D(5), 11: D(6)}, "", (Reason("more_than_asked", "line:10", {"picked": D(5), "asked": D(4)}),)),
        (
            {12: D(1), 10: D(9)},
            "",
            (
                Reason("line_not_in_shipment", "line:12"),
                Reason("more_than_asked", "line:10", {"picked": D(9), "asked": D(4)}),
                Reason("line_missing", "line:11"),
            ),
        ),
    ],
)
def test_every_fault_of_a_confirmation_is_named(quantities, reason, faults):
    assert pick_faults(Picked(1, quantities, reason), LINES) == faults


def test_goods_that_are_held_no_more_are_found():
    held = [Held(1, 10, 7, D(4)), Held(1, 11, 7, D(1))]
    assert overdrawn({(10, 7): D(4), (11, 7): D(2), (12, 7): D(1)}, held) == {11, 12}
    assert overdrawn({(10, 7): D(4)}, held) == set()


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1409.50", "CNY", "人民币壹仟肆佰零玖元伍角"),
        ("1680.32", "USD", "美元壹仟陆佰捌拾元零叁角贰分"),
        ("100", "EUR", "欧元壹佰元整"),
        ("100", "JPY", ""),
        ("1000000000000", "CNY", ""),
    ],
)
def test_amounts_are_written_out_where_that_is_usual(amount, currency, words):
    assert amount_in_words(D(amount), currency) == words


def test_a_shipment_that_has_left_the_house_cannot_be_cancelled():
    assert SHIPMENT.action_sources("cancel") == {S.PICKING, S.PICKED, S.PACKED}
    assert not SHIPMENT.allowed(S.SHIPPED, S.CANCELLED)
