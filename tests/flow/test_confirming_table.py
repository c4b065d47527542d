"""The one table by which every confirmation is decided, row by row, and the order's own verdict from its lines."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from orderloop.flow.facts import ANSWER_WORDS, AgreedLine, LineDecision
from orderloop.flow.rules import ANSWER_TABLE, decide_answer, decide_line
from orderloop.interchange.facts import LineVerdict, Verdict
from orderloop.orders.facts import OrderStatus

ASKED = date(2026, 12, 7)
LATER = date(2026, 12, 9)
PLAIN = AgreedLine(D(10), D(10), D(10), ASKED, ASKED, D("9.5"), D("9.5"))
S = OrderStatus.RELEASED


@pytest.mark.parametrize(
    ("status", "line", "verdict", "quantity", "reason"),
    [
        (OrderStatus.REJECTED, PLAIN, "rejected", 0, "rejected"),
        (OrderStatus.CANCELLED, PLAIN, "rejected", 0, "cancelled"),
        (OrderStatus.IN_REVIEW, PLAIN, "held", 0, "held"),
        (OrderStatus.IN_REVIEW, replace(PLAIN, agreed=D(0)), "held", 0, "held"),
        (S, replace(PLAIN, agreed=D(0)), "rejected", 0, "nothing_left"),
        (S, replace(PLAIN, agreed=D(0), substitute="X"), "rejected", 0, "nothing_left"),
        (S, replace(PLAIN, substitute="X"), "substituted", 10, ""),
        (S, replace(PLAIN, substitute="X", agreed=D(8)), "substituted", 8, ""),
        (S, replace(PLAIN, agreed=D(8)), "quantity_changed", 8, ""),
        (S, replace(PLAIN, agreed=D(12)), "quantity_changed", 12, ""),
        (S, replace(PLAIN, agreed=D(8), promised_on=LATER), "quantity_changed", 8, ""),
        (S, replace(PLAIN, covered=D(4), promised_on=None), "backordered", 4, "short"),
        (S, replace(PLAIN, covered=D(0), promised_on=None, agreed_price=D(9)), "backordered", 0, "short"),
        (S, replace(PLAIN, promised_on=None), "accepted", 10, ""),
        (S, replace(PLAIN, covered=D(4)), "accepted", 10, ""),
        (S, replace(PLAIN, agreed_price=D(9)), "price_changed", 10, ""),
        (S, replace(PLAIN, agreed_price=D(9), promised_on=LATER), "price_changed", 10, ""),
        (S, replace(PLAIN, ordered_price=None), "accepted", 10, ""),
        (S, replace(PLAIN, agreed_price=D("9.50")), "accepted", 10, ""),
        (S, replace(PLAIN, promised_on=LATER), "date_changed", 10, "later"),
        (S, replace(PLAIN, promised_on=date(2026, 12, 1)), "accepted", 10, ""),
        (S, replace(PLAIN, promised_on=LATER, requested_on=None), "accepted", 10, ""),
        (OrderStatus.CONFIRMED, PLAIN, "accepted", 10, ""),
        (OrderStatus.SHIPPED, PLAIN, "accepted", 10, ""),
    ],
)  # fmt: skip
def test_a_line_is_answered_by_the_first_row_that_holds(status, line, verdict, quantity, reason):
    assert decide_line(status, line) == LineDecision(LineVerdict(verdict), D(quantity), reason)


def test_every_verdict_stands_in_the_table_and_every_reason_has_words():
    assert {verdict for _holds, verdict, _reason in ANSWER_TABLE} == set(LineVerdict)
    assert {reason for _holds, _verdict, reason in ANSWER_TABLE} - {""} <= set(ANSWER_WORDS)


def _lines(*verdicts):
    return [LineDecision(LineVerdict(each), D(1)) for each in verdicts]


@pytest.mark.parametrize(
    ("status", "verdicts", "is_held", "expected"),
    [
        (OrderStatus.IN_REVIEW, ["held"], False, (Verdict.RECEIVED, "received")),
        (OrderStatus.IN_REVIEW, ["held"], True, (Verdict.HELD, "held")),
        (OrderStatus.REJECTED, ["rejected"], False, (Verdict.REJECTED, "rejected")),
        (OrderStatus.CANCELLED, ["rejected"], False, (Verdict.REJECTED, "cancelled")),
        (S, ["accepted", "accepted"], False, (Verdict.ACCEPTED, "")),
        (S, ["accepted", "date_changed"], False, (Verdict.CHANGED, "")),
        (S, ["accepted", "rejected"], False, (Verdict.CHANGED, "")),
        (S, ["rejected", "rejected"], False, (Verdict.REJECTED, "rejected")),
    ],
)  # fmt: skip
def test_the_order_is_answered_by_what_its_lines_are(status, verdicts, is_held, expected):
    assert decide_answer(status, _lines(*verdicts), is_held=is_held) == expected
