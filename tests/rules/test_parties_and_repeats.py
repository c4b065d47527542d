"""Whose an order is, where it goes, which documents state the same one, and whether it came before."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.rules.test_matching_ladder import product

from orderloop.customers.facts import ShipToFact
from orderloop.intake.facts import Claimed, Finding, FindingCode, Matched, ReadDocument, ReadMessage, Rung
from orderloop.intake.rules.mail_answers import answers_in
from orderloop.intake.rules.merging import orders_of
from orderloop.intake.rules.parties import KnownParties, PartyKeys, identify, is_uscc, keys_of, ship_to_of
from orderloop.intake.rules.questions import askable
from orderloop.intake.rules.repeats import Before, Wanted, alike, difference, is_same, wanted_lines
from orderloop.interchange.facts import Envelope, Format, Reading, ReadOrder, Role, Value
from orderloop.orders.facts import Channel

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def claimed(sender: str = "", **envelope: object) -> Claimed:
    return Claimed(1, Channel.MAIL, sender, None, AT, "", "", b"", envelope, 1, b"")


def order(lines: tuple[dict[str, str], ...] = (), role: Role = Role.ORDER, **fields: str) -> ReadOrder:
    return ReadOrder(
        role,
        {name: Value(text, text) for name, text in fields.items()},
        tuple({name: Value(text, text) for name, text in line.items()} for line in lines),
    )


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("91350100M000100Y43", True),
        ("９１３５０１００Ｍ０００１００Ｙ４３", True),
        ("91350100M000100Y44", False),
        ("91350100M000100I43", False),
        ("91350100", False),
    ],
)
def test_a_chinese_credit_code_is_told_by_its_check_character(code: str, good: bool) -> None:
    assert is_uscc(code) is good


def test_everything_that_says_whose_an_order_is_is_gathered() -> None:
    read = order(
        customer_gln="4012345000009", customer_tax_id="91350100M000100Y43", customer_code="HX", customer_name="华信"
    )
    keys = keys_of(claimed("Li@HX.example", caller="+86 21 5555"), Envelope(sender="ABC"), Format.X12, read)
    assert keys == PartyKeys(
        (("x12", "ABC"), ("caller", "86215555"), ("domain", "hx.example"), ("gln", "4012345000009"),
         ("tax", "91350100M000100Y43")),
        ("li@hx.example",), ("HX",), ("华信",),
    )  # fmt: skip


KEYS = PartyKeys((("gln", "1"),), ("li@hx.example",), ("HX",), ("华信",))


@pytest.mark.parametrize(
    ("channel", "known", "customer_id", "disagreeing"),
    [
        (None, KnownParties(emails={"li@hx.example": (7,)}), 7, ()),
        (None, KnownParties(emails={"li@hx.example": (7, 8)}, names={"华信": (8, 9)}), 8, ()),
        (None, KnownParties(emails={"li@hx.example": (7, 8)}), None, (7, 8)),
        (None, KnownParties(emails={"li@hx.example": (7,)}, codes={"HX": 8}), None, (7, 8)),
        (None, KnownParties(partners={("gln", "1"): 7}, names={"华信": (8,)}), 7, (8,)),
        (7, KnownParties(names={"华信": (7,)}), 7, ()),
        (7, KnownParties(partners={("gln", "1"): 8}), None, (7, 8)),
        (None, KnownParties(), None, ()),
    ],
)
def test_a_customer_is_known_only_where_everything_agrees(
    channel: int | None, known: KnownParties, customer_id: int | None, disagreeing: tuple[int, ...]
) -> None:
    found = identify(channel, KEYS, known)
    assert (found.customer_id, found.disagreeing) == (customer_id, disagreeing)


SHIP_TOS = (
    ShipToFact(1, 7, "MAIN", "Main works", "88 Xinhua Road", "Shanghai", "", "", "CN", True, True),
    ShipToFact(2, 7, "EAST", "East works", "沪南公路2000号", "上海", "", "", "CN", False, True),
    ShipToFact(3, 7, "OLD", "Old works", "1 Old Street 5", "", "", "", "CN", False, False),
)


@pytest.mark.parametrize(
    ("fields", "code", "strange"),
    [
        ({}, "", False),
        ({"ship_to_code": "EAST"}, "EAST", False),
        ({"ship_to_text": "Huaxin, 88 XINHUA ROAD, Shanghai 200000"}, "MAIN", False),
        ({"ship_to_text": "上海市浦东新区沪南公路２０００号 3号门"}, "EAST", False),
        ({"ship_to_text": "Werk 3"}, "EAST", False),
        ({"ship_to_code": "OLD"}, "", True),
        ({"ship_to_text": "9 Elsewhere Lane"}, "", True),
    ],
)
def test_a_delivery_address_is_told_by_code_by_what_was_taught_or_by_its_own_words(
    fields: dict[str, str], code: str, strange: bool
) -> None:
    found, finding = ship_to_of(order(**fields), SHIP_TOS, {"werk 3": "EAST"})
    assert (found, finding is not None) == (code, strange)
    assert finding is None or finding.code == FindingCode.SHIPTO


BOLT, NUT = product(1, "BOLT"), product(2, "NUT")
MATCHES = (Matched(BOLT, Rung.OWN, "BOLT"), Matched(NUT, Rung.OWN, "NUT"))
TWO = ({"item": "BOLT", "quantity": "2", "unit": "BOX"}, {"item": "NUT", "quantity": "5"})
FACTORS = {1: {"EA": Fraction(1), "BOX": Fraction(100)}}


def before(*lines: Wanted, day: int = 20) -> Before:
    return Before(9, "SO-9", date(2026, 11, day), "PO-1", lines, skus={1: "BOLT", 2: "NUT"})


def test_quantities_are_compared_in_the_base_unit_whatever_the_lines() -> None:
    wanted = wanted_lines(order(TWO), MATCHES, FACTORS)
    assert wanted == (Wanted(1, Decimal(200)), Wanted(2, Decimal(5)))
    assert is_same(wanted, [Wanted(2, Decimal(5)), Wanted(1, Decimal(150)), Wanted(1, Decimal(50))])
    assert not is_same(wanted, [Wanted(1, Decimal(200))])
    assert wanted_lines(order(TWO), MATCHES, {}) is None
    assert wanted_lines(order(TWO), (MATCHES[0], Matched(None, Rung.NONE)), FACTORS) is None


@pytest.mark.parametrize(("day", "found"), [(13, True), (12, False)])
def test_the_same_goods_are_suspicious_for_just_the_days_of_the_policy(day: int, found: bool) -> None:
    wanted = (Wanted(1, Decimal(4)),)
    assert (alike(wanted, [before(*wanted, day=day)], date(2026, 11, 23), 10) is not None) is found


def test_a_change_names_what_is_added_removed_and_changed() -> None:
    read = order(({"item": "BOLT", "quantity": "6"},))
    old = before(Wanted(1, Decimal(4)), Wanted(2, Decimal(5)))
    diff = difference(read, MATCHES[:1], (Wanted(1, Decimal(6)),), old)
    assert [(each["kind"], each["item"], each["before"], each["after"]) for each in diff["lines"]] == [
        ("changed", "BOLT", "4", "6"),
        ("removed", "NUT", "5", ""),
    ]


def test_a_change_whose_lines_say_what_is_done_with_them_touches_only_those() -> None:
    read = order(({"item": "BOLT", "quantity": "0", "action": "deleted"},))
    old = before(Wanted(1, Decimal(4)), Wanted(2, Decimal(5)))
    diff = difference(read, MATCHES[:1], (Wanted(1, Decimal(0)),), old)
    assert [(each["kind"], each["item"]) for each in diff["lines"]] == [("removed", "BOLT")]


def message(*documents: tuple[Format, ReadOrder]) -> ReadMessage:
    return ReadMessage(
        claimed(),
        tuple(
            ReadDocument(n, 0 if n else None, "", "", b"", Reading(format, (read,)), 1)
            for n, (format, read) in enumerate(documents)
        ),
    )


LINE = {"item": "BOLT", "quantity": "4"}


def test_a_mails_text_adds_to_its_attachments_order_and_replaces_nothing() -> None:
    text = order((), Role.OTHER, po_number="PO-1", requested_on="2026-12-07", currency="EUR", total="9")
    sheet = order((LINE,), po_number="PO-1", currency="CNY")
    (found,) = orders_of(message((Format.MAIL, text), (Format.SHEET, sheet)))
    assert (found.ordinal, found.merged, found.differs) == (1, (0,), False)
    assert {name: value.text for name, value in found.order.fields.items()} == {
        "po_number": "PO-1", "requested_on": "2026-12-07", "currency": "CNY"
    }  # fmt: skip


def test_a_text_that_states_other_lines_than_the_attachment_says_so() -> None:
    text = order(({**LINE, "quantity": "5"},), po_number="PO-1")
    (found,) = orders_of(message((Format.MAIL, text), (Format.SHEET, order((LINE,), po_number="PO-1"))))
    assert found.differs
    assert found.order.lines[0]["quantity"].text == "4"


def test_a_sheet_and_its_print_are_one_order_and_two_numbers_are_two() -> None:
    sheet = order((LINE,), po_number="PO-1")
    (found,) = orders_of(message((Format.SHEET, sheet), (Format.PDF, replace(sheet))))
    assert (found.ordinal, found.merged) == (0, (1,))
    other = order((LINE,), po_number="PO-2")
    assert len(orders_of(message((Format.SHEET, sheet), (Format.PDF, other)))) == 2


def asked(*fields: str) -> tuple[Finding, ...]:
    return askable([Finding("E_MISSING_DATE", field, ask_customer=True) for field in fields])


BOTH = {"po_number": "PO-5", "requested_on": "2026-12-07"}


@pytest.mark.parametrize(
    ("text", "fields", "answers"),
    [
        ("PO number: PO-5\nDate: 2026-12-07", ("po_number", "requested_on"), BOTH),
        ("订单号：PO-5\n交期：2026-12-07", ("po_number", "requested_on"), BOTH),
        ("Line 2: quantity: 5", ("lines/0/quantity", "lines/1/quantity"), {"lines/1/quantity": "5"}),
        ("Line 2 quantity: 5", ("lines/0/quantity", "lines/1/quantity"), {"lines/1/quantity": "5"}),
        ("第2行 数量：5", ("lines/0/quantity", "lines/1/quantity"), {"lines/1/quantity": "5"}),
        ("quantity: 5", ("lines/0/quantity", "lines/1/quantity"), {}),
        ("Please deliver on 2026-12-07, thanks", ("requested_on",), {"requested_on": "2026-12-07"}),
        ("We need 40 or 50", ("lines/0/quantity",), {}),
        ("We need 40", ("lines/0/quantity",), {"lines/0/quantity": "40"}),
        ("PO-5", ("po_number",), {"po_number": "PO-5"}),
        ("Dear all,\nplease call me.", ("po_number",), {}),
    ],
)  # fmt: skip
def test_a_mail_answers_what_it_names_or_the_one_thing_asked(
    text: str, fields: tuple[str, ...], answers: dict[str, str]
) -> None:
    assert answers_in(text, asked(*fields)) == answers


def test_a_change_that_names_no_goods_moves_the_days_of_all_and_removes_none() -> None:
    read = ReadOrder(Role.CHANGE, {"requested_on": Value("2026-12-18")})
    old = before(Wanted(1, Decimal(4), date(2026, 12, 10)), Wanted(2, Decimal(5), date(2026, 12, 18)))
    assert difference(read, (), (), old) == {
        "cancels": False,
        "lines": [{"kind": "day", "item": "BOLT", "product_id": 1, "before": "2026-12-10", "after": "2026-12-18"}],
    }
    assert difference(ReadOrder(Role.CHANGE), (), (), old) == {"cancels": False, "lines": []}
