"""What makes an order complete and accurate: each finding at its field, all at once, and none where all is well."""

import dataclasses
from datetime import date
from decimal import Decimal as D

import pytest
from tests.intake.facts_of_intake import KNOWN, TODAY, entry

from orderloop.intake.facts import (
    ESSENTIAL,
    FINDING_TITLES,
    FINDING_WORDS,
    SECTION,
    EntryLine,
    FindingCode,
    IntakePolicy,
    RuleSetting,
    Severity,
)
from orderloop.intake.rules.examine import examine, examine_all
from orderloop.orders.facts import Channel
from orderloop.policy.rules import decode, encode

POLICY = IntakePolicy()


def found(*lines: EntryLine, policy: IntakePolicy = POLICY, **other: object) -> list[tuple[str, str, str]]:
    """Code, field and suggestion of everything that is wrong."""
    examined = examine(entry(*lines, **other), KNOWN, policy, TODAY)
    return [(str(each.code), each.field, each.suggestion) for each in examined.findings]


def line(item: str = "BOLT-8", quantity: str | D = "3", **other: object) -> EntryLine:
    return EntryLine(item, quantity, **other)  # type: ignore[arg-type]


def test_a_complete_entry_becomes_an_order_with_its_amounts() -> None:
    lines = (line(quantity="1 盒"), line("TUBE", D(2), unit="CTN", unit_price="480"), line("MY-BOLT", "3"))
    order = examine(entry(*lines), KNOWN, POLICY, TODAY).new_order
    assert order is not None
    assert [(each.product_id, each.quantity, each.unit_price, each.net, each.cost) for each in order.lines] == [
        (1, D(100), D("9.0000"), D("900.00"), D("500.00")),
        (2, D(48), D(20), D("960.00"), D("240.00")),
        (1, D(3), D("10.0000"), D("30.00"), D("15.00")),
    ]
    assert (order.net, order.tax, order.gross, order.cost) == (D("1890.00"), D("245.70"), D("2135.70"), D("755.00"))
    assert (order.ship_to_id, order.po_key, order.requested_on) == (70, "PO-2", date(2026, 12, 1))
    assert order.product_line_id == 2
    assert order.lines[0].description == "BOLT-8 中文"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"customer_id": None, "customer_code": "NOBODY"}, ("E_UNKNOWN_CUSTOMER", "customer", "")),
        ({"po_number": " "}, ("E_MISSING_PO", "po_number", "")),
        ({"po_number": "ｐｏ-１"}, ("E_DUP_PO", "po_number", "")),
        ({"po_number": "P" * 81}, ("E_TEXT_TOO_LONG", "po_number", "")),
        ({"po_number": "P\x00"}, ("E_TEXT_INVALID", "po_number", "")),
        ({"requested_on": None}, ("E_MISSING_DATE", "requested_on", "")),
        ({"requested_on": "soon"}, ("E_DATE_INVALID", "requested_on", "")),
        ({"requested_on": "11/12/2026"}, ("E_DATE_INVALID", "requested_on", "")),
        ({"requested_on": "2026-02-30"}, ("E_DATE_INVALID", "requested_on", "")),
        ({"requested_on": "2026-11-20"}, ("E_DATE_PAST", "requested_on", "2026-11-24")),
        ({"requested_on": "2026-11-23"}, ("E_DATE_TOO_SOON", "requested_on", "")),
        ({"requested_on": "2029-11-23"}, ("E_DATE_TOO_FAR", "requested_on", "")),
        ({"requested_on": "2026-11-28"}, ("E_NONWORKING_DAY", "requested_on", "2026-11-30")),
        ({"ship_to_code": "WEST"}, ("E_SHIPTO", "ship_to", "")),
        ({"ship_to_code": "OLD"}, ("E_SHIPTO", "ship_to", "")),
        ({"currency": "usd"}, ("E_CURRENCY", "currency", "CNY")),
        ({"total": "31"}, ("E_TOTAL_MISMATCH", "total", "")),
        ({"total": "thirty"}, ("E_PRICE_INVALID", "total", "")),
        ({"note": "x" * 4001}, ("E_TEXT_TOO_LONG", "note", "")),
    ],
)
def test_the_header_is_judged(other: dict[str, object], expected: tuple[str, str, str]) -> None:
    assert found(**other) == [expected]


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        (line(""), ("E_MISSING_ITEM", "lines/0/item", "")),
        (line("BOLT8"), ("E_UNKNOWN_ITEM", "lines/0/item", "BOLT-8")),
        (line("TWIN"), ("E_AMBIGUOUS_ITEM", "lines/0/item", "")),
        (line("GONE"), ("E_INACTIVE_ITEM", "lines/0/item", "")),
        (line("BOLT-8", "3", description="x" * 301), ("E_TEXT_TOO_LONG", "lines/0/description", "")),
        (line(quantity=" "), ("E_MISSING_QTY", "lines/0/quantity", "")),
        (line(quantity="a few"), ("E_QTY_INVALID", "lines/0/quantity", "")),
        (line(quantity="1E5"), ("E_QTY_INVALID", "lines/0/quantity", "")),
        (line(quantity="1,20"), ("E_QTY_INVALID", "lines/0/quantity", "")),
        (line(quantity="1.038.47"), ("E_QTY_INVALID", "lines/0/quantity", "")),
        (line(quantity=D("NaN")), ("E_QTY_INVALID", "lines/0/quantity", "")),
        (line(quantity="3 tons"), ("E_UOM", "lines/0/unit", "EA")),
        (line(quantity="0"), ("E_QTY_NOT_POSITIVE", "lines/0/quantity", "")),
        (line(quantity="-3"), ("E_QTY_NOT_POSITIVE", "lines/0/quantity", "")),
        (line(quantity="100000000"), ("E_QTY_TOO_LARGE", "lines/0/quantity", "")),
        (line(quantity="99999999", unit="BOX"), ("E_QTY_TOO_LARGE", "lines/0/quantity", "")),
        (line("WIRE", "1.2345"), ("E_QTY_DECIMALS", "lines/0/quantity", "")),
        (line("WIRE", "0.5", unit="g"), ("E_PACK_MULTIPLE", "lines/0/quantity", "1")),
        (line(quantity="100000"), ("E_QTY_OUTLIER", "lines/0/quantity", "")),
        (line(unit="furlong"), ("E_UOM", "lines/0/unit", "EA")),
        (line("TUBE", "13"), ("E_PACK_MULTIPLE", "lines/0/quantity", "24")),
        (line("TUBE", "3", unit="BOX"), ("E_PACK_MULTIPLE", "lines/0/quantity", "4")),
        (line(unit_price="abc"), ("E_PRICE_INVALID", "lines/0/unit_price", "")),
        (line(unit_price="-1"), ("E_PRICE_INVALID", "lines/0/unit_price", "")),
        (line(unit_price="10.06"), ("E_PRICE_DEV", "lines/0/unit_price", "10")),
        (line("UNPRICED"), ("E_PRICE_MISSING", "lines/0/unit_price", "")),
        (line(requested_on="never"), ("E_DATE_INVALID", "lines/0/requested_on", "")),
    ],
)
def test_a_line_is_judged(entered: EntryLine, expected: tuple[str, str, str]) -> None:
    assert expected in found(entered)
    assert {code for code, _field, _suggestion in found(entered)} <= {expected[0], "E_PRICE_MISSING"}


def test_everything_wrong_is_named_at_once() -> None:
    wrong = (line("NOTHING", "x"), line(quantity=""), line("", "2"))
    assert {(code, field) for code, field, _ in found(*wrong, po_number="", requested_on="", ship_to_code="?")} == {
        ("E_MISSING_PO", "po_number"),
        ("E_MISSING_DATE", "requested_on"),
        ("E_SHIPTO", "ship_to"),
        ("E_UNKNOWN_ITEM", "lines/0/item"),
        ("E_QTY_INVALID", "lines/0/quantity"),
        ("E_MISSING_QTY", "lines/1/quantity"),
        ("E_MISSING_ITEM", "lines/2/item"),
    }


def test_lines_are_judged_also_when_the_customer_is_unknown() -> None:
    assert [code for code, _, _ in found(line("BOLT-8", "0"), customer_id=None)] == [
        "E_UNKNOWN_CUSTOMER",
        "E_QTY_NOT_POSITIVE",
    ]


def test_an_order_without_lines_and_one_with_too_many_are_refused() -> None:
    empty = dataclasses.replace(entry(), lines=())
    assert [each.code for each in examine(empty, KNOWN, POLICY, TODAY).findings] == ["E_NO_LINES"]
    assert ("E_TOO_MANY_LINES", "lines", "") in found(*[line()] * 5_001)


def test_a_blocked_customer_gets_no_order() -> None:
    examined = examine(entry(line(), customer_id=8, ship_to_code=""), KNOWN, POLICY, TODAY)
    assert examined.new_order is None
    assert "E_CUSTOMER_BLOCKED" in [each.code for each in examined.findings]


def test_dates_at_every_line_stand_for_the_orders() -> None:
    lines = (line(requested_on="2026-12-03"), line(requested_on="2026年12月2日"))
    order = examine(entry(*lines, requested_on=None), KNOWN, POLICY, TODAY).new_order
    assert order is not None
    assert (order.requested_on, order.lines[0].requested_on) == (date(2026, 12, 2), date(2026, 12, 3))


@pytest.mark.parametrize(("price", "percent"), [("11.30", "13"), ("10.90", "9"), ("10.6", "6")])
def test_a_price_with_tax_in_it_is_named_as_such(price: str, percent: str) -> None:
    [finding] = examine(entry(line(unit_price=price)), KNOWN, POLICY, TODAY).findings
    assert (finding.code, finding.params["tax"]) == ("E_PRICE_DEV", percent)


def test_a_price_within_tolerance_gives_way_to_ours() -> None:
    order = examine(entry(line(unit_price="10.05")), KNOWN, POLICY, TODAY).new_order
    assert order is not None
    assert order.lines[0].unit_price == D("10.0000")


def test_an_agreed_price_is_taken_as_it_came_per_base_unit() -> None:
    agreed = line("TUBE", "1", unit="CTN", unit_price="100", price_agreed=True)
    order = examine(entry(agreed), KNOWN, POLICY, TODAY).new_order
    assert order is not None
    assert (order.lines[0].unit_price, order.lines[0].net) == (D("4.1667"), D("100.00"))


def test_records_of_the_past_keep_their_prices_and_dates() -> None:
    past = entry(line(unit_price="7.5"), channel=Channel.IMPORT, requested_on="2026-11-23")
    order = examine(past, KNOWN, POLICY, TODAY).new_order
    assert order is not None
    assert order.lines[0].unit_price == D("7.5")


def test_of_two_entries_with_one_purchase_order_the_first_complete_one_is_taken() -> None:
    incomplete, first, second = examine_all(
        [entry(line(""), key=1), entry(key=2, po_number="po-2"), entry(key=3, po_number="PO- 2")], KNOWN, POLICY, TODAY
    )
    assert [each.new_order is not None for each in (incomplete, first, second)] == [False, True, False]
    assert [(each.code, each.params["number"]) for each in second.findings] == [("E_DUP_PO", "po-2")]


def test_a_warning_lets_the_order_through_with_its_remark() -> None:
    examined = examine(entry(requested_on="2026-11-28"), KNOWN, POLICY, TODAY)
    assert examined.new_order is not None
    assert [each.severity for each in examined.findings] == [Severity.WARNING]
    assert examined.blocking == ()


def changed(code: FindingCode, **how: object) -> IntakePolicy:
    usual = POLICY.setting_of(code)
    return dataclasses.replace(POLICY, rules=(dataclasses.replace(usual, **how),))  # type: ignore[arg-type]


def test_the_policy_turns_a_rule_off_or_into_a_remark_or_spares_a_channel() -> None:
    off = changed(FindingCode.MISSING_PO, active=False)
    spared = changed(FindingCode.MISSING_PO, except_channels=("api",))
    remark = changed(FindingCode.PRICE_DEV, severity="warning")
    assert found(po_number="", policy=off) == found(po_number="", policy=spared) == []
    assert examine(entry(line(unit_price="11")), KNOWN, remark, TODAY).new_order is not None


def test_no_policy_lets_an_order_without_quantity_through() -> None:
    off = changed(FindingCode.MISSING_QTY, active=False, severity="warning")
    assert examine(entry(line(quantity="")), KNOWN, off, TODAY).new_order is None


def test_the_usual_policy_reads_back_as_it_was_written() -> None:
    assert decode(SECTION, encode(SECTION, POLICY)).value == POLICY


def test_a_policy_that_turns_off_what_an_order_needs_is_refused() -> None:
    off = RuleSetting(FindingCode.UNKNOWN_ITEM, False, "blocking", True)
    faults = decode(SECTION, encode(SECTION, dataclasses.replace(POLICY, rules=(off,)))).faults
    assert [(each.code, each.params["code"]) for each in faults] == [("intake.essential", "E_UNKNOWN_ITEM")]


def test_every_code_has_its_words_and_its_title() -> None:
    assert set(FINDING_WORDS) == set(FINDING_TITLES) == set(FindingCode)
    assert set(FindingCode) >= ESSENTIAL
