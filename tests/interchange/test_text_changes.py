"""Mails about an order that is here already: it is cancelled in whole or in part, or only its day is moved."""

from datetime import date

import pytest

from orderloop.interchange.facts import Hints, ReadOrder, Role
from orderloop.interchange.rules.text_orders import order_from_text

HINTS = Hints(today=date(2026, 11, 20))


def read(text: str) -> ReadOrder:
    order = order_from_text(text, HINTS)
    assert order is not None
    return order


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Delivery of PO 77120 to be moved to 12 March 2027, please confirm.", "2027-03-12"),
        ("Could you please postpone the delivery for order no. 4711-8 from 11.12.2026 to 22.12.2026?", "2026-12-22"),
        ("Please bring forward PO 77120: we need it by December 1, 2026 instead of December 4, 2026.", "2026-12-01"),
        ("New delivery date for PO 77120: 2027-01-08", "2027-01-08"),
        ("订单 RF-2611-1 的交期请改到12月18日，谢谢。", "2026-12-18"),
        ("采购订单CG2611-77原定12月10日交货，现需提前至12月3日到货，请安排。", "2026-12-03"),
        ("订单RF-2611-1延期至2027年1月8日交货", "2027-01-08"),
    ],
)
def test_another_day_alone_is_a_change_of_the_day(text: str, day: str) -> None:
    order = read(text)
    assert (order.role, order.text("requested_on"), order.lines) == (Role.CHANGE, day, ())
    assert order.text("po_number") in text


@pytest.mark.parametrize(
    "text",
    [
        "When will PO 77120 be delivered? We expected it by 4 December 2026. 40 pcs BRG-6204 are urgently needed.",
        "Was PO 77120 moved to 12 March 2027?",
        "PO 77120 was delivered on 12 March 2026, thanks.",
        "Thank you for your enquiry. We can offer:\n100 pcs BRG-6204 at 17.90 each",
        "Thank you, we confirm receipt of your order confirmation for PO 77120: 40 pcs BRG-6204.",
        "please find attached our invoice 2026-1187 for your order 4500019911.\n120 pcs SEAL-35-52-7  4.60  552.00",
    ],
)
def test_a_question_an_offer_an_invoice_and_thanks_change_and_order_nothing(text: str) -> None:
    assert order_from_text(text, HINTS) is None


@pytest.mark.parametrize(
    ("text", "role", "actions"),
    [
        ("Please cancel PO 77120.", Role.CANCELLATION, []),
        (
            "We no longer need PO 77120, please cancel it:\n40 pcs BRG-6204\n25 pcs BRG-6205",
            Role.CANCELLATION,
            ["", ""],
        ),
        ("On PO 77120 please cancel line 2 (BRG-6205), the rest stays as ordered.", Role.CHANGE, []),
        ("Please cancel the 40 pcs BRG-6204 of PO 77120.", Role.CHANGE, ["deleted"]),
        ("We do not need the 40 pcs BRG-6204 of PO 77120 any more.", Role.CHANGE, ["deleted"]),
        ("请取消订单RF-1001：\nBRG-6204 40个", Role.CANCELLATION, [""]),
        ("PO 77121 please send 40 pcs BRG-6204", Role.ORDER, [""]),
        ("PO 77121: 40 pcs BRG-6204. Orders cannot be cancelled after shipment.", Role.ORDER, [""]),
        ("Do not cancel PO 77120, send 40 pcs BRG-6204 now", Role.ORDER, [""]),
    ],
)
def test_what_is_cancelled_is_not_ordered_again(text: str, role: Role, actions: list[str]) -> None:
    order = read(text)
    assert order.role is role
    assert [line["action"].text if "action" in line else "" for line in order.lines] == actions


def test_an_order_in_place_of_another_says_which_words_cancel() -> None:
    order = read("Please cancel PO 77119. New order PO 77120: 40 pcs BRG-6204")
    assert order.role is Role.ORDER
    assert [dict(fault.params) for fault in order.faults if fault.code.value == "D_CAVEAT"] == [
        {"given": "Please cancel PO 77119"},
        {"given": "Please cancel"},
    ]


@pytest.mark.parametrize(
    ("text", "item", "more"),
    [
        ("PO 88\nplease send 60 pcs GLV-L", "GLV-L", {}),
        ("see subject. 20 pcs 4711-0815 for PO 88", "4711-0815", {}),
        ("PO 88: 60 pcs A-100\nrequired date: 11.12.2026", "A-100", {"requested_on": "2026-12-11"}),
        ("PO 88, currency USD:\n60 pcs A-100", "A-100", {"currency": "USD"}),
    ],
)
def test_forms_of_other_peoples_mails(text: str, item: str, more: dict[str, str]) -> None:
    order = read(text)
    assert [line["item"].text for line in order.lines] == [item]
    assert {name: order.text(name) for name in more} == more
