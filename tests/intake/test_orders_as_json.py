"""JSON is read strictly; what is wrong with it is named at its place."""

import json
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from orderloop.intake.api import MAX_BODY_BYTES, entry_from_json, findings_out, order_schema
from orderloop.intake.facts import EntryLine, Finding, OrderEntry
from orderloop.orders.facts import Channel

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
ORDER = {
    "customer": "HX",
    "po_number": "PO-9",
    "requested_on": "2026-12-01",
    "lines": [{"item": "BOLT", "quantity": 3, "unit_price": 10.10}, {"item": "NUT", "quantity": "2 box"}],
}


def read(body: object) -> OrderEntry | list[Finding]:
    return entry_from_json(body if isinstance(body, bytes) else json.dumps(body).encode(), key=1, received_at=AT)


def faults(body: object) -> list[tuple[str, str]]:
    found = read(body)
    assert isinstance(found, list)
    return [(str(each.code), each.field) for each in found]


def test_an_order_is_read_with_its_figures_exact() -> None:
    entry = read(
        b'{"customer":"HX","lines":[{"item":"BOLT","quantity":3,"unit_price":1234567.1010},'
        b'{"item":"NUT","quantity":"2 box"}]}'
    )
    assert isinstance(entry, OrderEntry)
    assert entry.lines == (EntryLine("BOLT", D(3), unit_price=D("1234567.1010")), EntryLine("NUT", "2 box"))
    assert (entry.channel, entry.customer_code, entry.customer_id) == (Channel.API, "HX", None)


def test_what_is_left_out_is_left_for_the_rules() -> None:
    entry = read({})
    assert isinstance(entry, OrderEntry)
    assert (entry.lines, entry.po_number, entry.requested_on) == ((), "", None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", [("E_UNREADABLE", "")]),
        (b"\xff\xfe", [("E_UNREADABLE", "")]),
        (b'"\\ud800"', [("E_UNREADABLE", "")]),
        (b"[" * 100_000, [("E_UNREADABLE", "")]),
        (b" " * (MAX_BODY_BYTES + 1), [("E_UNREADABLE", "")]),
        (b"[]", [("E_WRONG_TYPE", "")]),
        ({**ORDER, "coupon": "X"}, [("E_UNKNOWN_FIELD", "coupon")]),
        ({**ORDER, "lines": [{"sku": "X"}]}, [("E_UNKNOWN_FIELD", "lines/0/sku")]),
        ({**ORDER, "lines": {}}, [("E_WRONG_TYPE", "lines")]),
        ({**ORDER, "lines": ["X"]}, [("E_WRONG_TYPE", "lines/0")]),
        (
            {**ORDER, "lines": [{"item": 5}, {"quantity": True}]},
            [("E_WRONG_TYPE", "lines/0/item"), ("E_WRONG_TYPE", "lines/1/quantity")],
        ),
        (b'{"lines":[{"quantity":1e400}]}', [("E_WRONG_TYPE", "lines/0/quantity")]),
        (b'{"lines":[{"quantity":NaN}]}', [("E_WRONG_TYPE", "lines/0/quantity")]),
        ({**ORDER, "po_number": "P" * 81}, [("E_TEXT_TOO_LONG", "po_number")]),
        ({**ORDER, "lines": [{}] * 5_001}, [("E_TOO_MANY_LINES", "lines")]),
        ({"a/b~c": 1}, [("E_UNKNOWN_FIELD", "a~1b~0c")]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_at_its_place(body: object, expected: list[tuple[str, str]]) -> None:
    assert faults(body) == expected


def test_findings_are_told_with_pointer_words_and_suggestion() -> None:
    finding = Finding("E_UNKNOWN_ITEM", "lines/2/item", params={"given": "X"}, suggestion="XY")
    [told] = findings_out([finding])
    assert (told.pointer, told.code, told.suggestion, told.severity) == (
        "/lines/2/item",
        "E_UNKNOWN_ITEM",
        "XY",
        "blocking",
    )
    assert "X" in told.detail


def test_the_schema_stands_in_one_piece() -> None:
    schema = order_schema()
    assert "$defs" not in schema
    assert set(schema["properties"]["lines"]["items"]["properties"]) == {
        "item", "quantity", "unit", "unit_price", "requested_on", "description",
    }  # fmt: skip
