"""Entries against the tables: one reading each, and the same answer as the pure rules give."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orderloop.intake import services
from orderloop.intake.facts import EntryLine, OrderEntry
from orderloop.orders.facts import Channel

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def entry(key: int, *lines: EntryLine, **other: object) -> OrderEntry:
    values: dict[str, object] = {"customer_code": "HX", "po_number": f"PO-{key}", "requested_on": "2026-12-01", **other}
    return OrderEntry(key, Channel.API, AT, lines or (EntryLine("BOLT", "3"),), **values)  # type: ignore[arg-type]


def test_a_complete_entry_becomes_a_new_order(desk: None) -> None:
    [examined] = services.examine_entries([entry(1, EntryLine("BOLT", "3"), EntryLine("4006381333931", "2 盒"))], at=AT)
    order = examined.new_order
    assert examined.findings == ()
    assert order is not None
    assert (order.net, order.tax, order.gross) == (D("1827.00"), D("237.51"), D("2064.51"))
    assert [(line.quantity, line.unit_price, line.entered_unit) for line in order.lines] == [
        (D(3), D("9.0000"), "EA"),
        (D(200), D("9.0000"), "BOX"),
    ]
    assert order.requested_on == date(2026, 12, 1)


def test_a_customers_own_code_is_recognised_for_him_alone(desk: None) -> None:
    mine, others = services.examine_entries(
        [entry(1, EntryLine("HX-7", "1")), entry(2, EntryLine("HX-7", "1"), customer_code="OT")], at=AT
    )
    assert mine.new_order is not None
    assert [(each.code, each.field) for each in others.findings] == [("E_UNKNOWN_ITEM", "lines/0/item")]


def test_a_mistyped_code_is_answered_with_the_nearest_ones(desk: None) -> None:
    [examined] = services.examine_entries([entry(1, EntryLine("BOLTT", "1"))], at=AT)
    [finding] = examined.findings
    assert (finding.code, finding.suggestion, examined.new_order) == ("E_UNKNOWN_ITEM", "BOLT", None)


def test_text_the_database_cannot_hold_is_named_and_asked_of_no_table(desk: None) -> None:
    [examined] = services.examine_entries([entry(1, EntryLine("BO\x00LT", "1"), po_number="P\x00")], at=AT)
    assert {(each.code, each.field) for each in examined.findings} == {
        ("E_TEXT_INVALID", "po_number"),
        ("E_TEXT_INVALID", "lines/0/item"),
        ("E_UNKNOWN_ITEM", "lines/0/item"),
    }


def test_the_number_of_statements_does_not_grow_with_the_number_of_entries(desk: None) -> None:
    services.examine_entries([entry(0)], at=AT)
    counts = []
    for size in (1, 200):
        entries = [entry(n, EntryLine("BOLT", "1 box"), EntryLine("nothing", "1")) for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            services.examine_entries(entries, at=AT)
        counts.append(len(captured))
    assert counts == [7, 7]


def test_of_two_entries_with_one_purchase_order_the_second_names_the_first(desk: None) -> None:
    first, second = services.examine_entries([entry(1, po_number="A 1"), entry(2, po_number="a1")], at=AT)
    assert first.new_order is not None
    assert [each.code for each in second.findings] == ["E_DUP_PO"]
