"""6.1 tracking: steps, explanations and moved dates, from facts alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orderloop.foundation.calendar_data import CHINA
from orderloop.fulfilment.facts import ShipmentFact, ShipmentStatus
from orderloop.orders.facts import OrderDetail
from orderloop.orders.facts import OrderStatus as S
from orderloop.tracking.facts import EXPLANATIONS, EntryKind, ProgressEvent, TimelineEntry, TrackingPolicy
from orderloop.tracking.rules import explanation, is_delayed, steps, timeline

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 12)
ORDER = OrderDetail(
    1, "SO-1", 9, "PO-1", S.CONFIRMED, "CNY", Decimal("0.13"), False, Decimal(100), Decimal(13), Decimal(113), None, "",
    1, DAY, DAY, DAY, AT, AT, None, None,
)  # fmt: skip
SHIPMENT = ShipmentFact(
    5, "DN-5", 1, 1, ShipmentStatus.SHIPPED, "DHL", "D1", "", 1, AT + timedelta(hours=1), AT + timedelta(hours=2),
    AT + timedelta(hours=3), AT + timedelta(hours=4), None, "",
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "states"),
    [
        (S.IN_REVIEW, "current todo todo todo todo"),
        (S.CONFIRMED, "done current todo todo todo"),
        (S.RELEASED, "done done current todo todo"),
        (S.PART_SHIPPED, "done done done current todo"),
        (S.SHIPPED, "done done done done todo"),
        (S.DELIVERED, "done done done done done"),
        (S.CANCELLED, "done done stopped stopped stopped"),
        (S.REJECTED, "done done stopped stopped stopped"),
    ],
)
def test_each_state_is_a_place_among_five_steps(status, states):
    assert [step.state for step in steps(replace(ORDER, status=status), [])] == states.split()


def test_an_order_rejected_before_it_was_confirmed_stops_behind_its_receipt():
    rejected = replace(ORDER, status=S.REJECTED, confirmed_at=None)
    assert [step.state for step in steps(rejected, [])] == ["done", "stopped", "stopped", "stopped", "stopped"]


def test_steps_carry_the_time_at_which_they_were_reached_and_none_before():
    times = [step.at for step in steps(replace(ORDER, status=S.PART_SHIPPED), [SHIPMENT])]
    assert times == [AT, AT, AT + timedelta(hours=1), AT + timedelta(hours=4), None]


@pytest.mark.parametrize(
    ("changes", "short", "reason", "code"),
    [
        ({}, False, "", "confirmed"),
        ({}, True, "", "short"),
        ({"promised_on": None}, True, "", "confirmed_no_date"),
        ({"promised_on": DAY + timedelta(days=3)}, False, "", "moved"),
        ({"promised_on": DAY + timedelta(days=3)}, True, "a supplier is late", "moved_because"),
        ({"promised_on": DAY - timedelta(days=3)}, False, "", "confirmed"),
        ({"status": S.RELEASED}, True, "", "released"),
        ({"status": S.IN_REVIEW}, True, "", "in_review"),
        ({"status": S.SHIPPED, "promised_on": DAY + timedelta(days=3)}, False, "", "shipped"),
    ],
)
def test_the_explanation_says_why_in_plain_words(changes, short, reason, code):
    found = explanation(replace(ORDER, **changes), is_short=short, move_reason=reason)
    assert found.code == code
    assert EXPLANATIONS[code] % {"on": "", "first": "", "reason": "", **found.params}


def test_every_state_has_an_explanation():
    for status in S:
        assert explanation(replace(ORDER, status=status), is_short=False).code in EXPLANATIONS


def test_a_date_counts_as_moved_by_working_days_only():
    friday, monday = date(2026, 3, 13), date(2026, 3, 16)
    assert is_delayed(friday, monday, CHINA, 1)
    assert not is_delayed(friday, monday, CHINA, 2)
    assert not is_delayed(monday, friday, CHINA, 1)
    assert not is_delayed(None, monday, CHINA, 1) and not is_delayed(friday, None, CHINA, 1)


def test_the_timeline_joins_history_shipments_and_mails_in_order_of_time():
    history = [
        {"kind": "received", "at": AT, "actor_name": "API", "reason": ""},
        {"kind": "held", "at": AT, "actor_name": "system", "reason": "credit 120 % of limit"},
        {"kind": "shipped", "at": AT + timedelta(hours=4), "actor_name": "Wu", "reason": ""},
    ]
    mail = TimelineEntry(1, AT + timedelta(minutes=1), EntryKind.MAIL, "sent", "Mail sent to %(recipient)s")
    entries = timeline(1, history, [SHIPMENT], [mail])
    assert [entry.code for entry in entries] == [
        "received", "held", "sent", "picking", "picked", "packed", "shipped", "shipped",
    ]  # fmt: skip
    assert [entry.code for entry in entries if entry.for_customer] == ["received", "shipped"]
    assert entries[-1].params == {"number": "DN-5", "carrier": "DHL D1"}


def test_by_default_every_event_is_mailed():
    assert set(TrackingPolicy().mailed_events) == set(ProgressEvent)
