"""The EDIFACT we send: in the standard's order, within its lengths, and safe from what a customer wrote."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import (
    Answer,
    AnsweredLine,
    Despatch,
    Hints,
    Interchange,
    LineVerdict,
    Party,
    Role,
    Verdict,
)
from orderloop.interchange.readers.edifact import read
from orderloop.interchange.rules.edi import Framed
from orderloop.interchange.rules.edifact.envelope import frame
from orderloop.interchange.rules.edifact.syntax import cut, decode, marks_of
from orderloop.interchange.writers.edifact import (
    LINE_VERDICTS,
    VERDICTS,
    write_answer,
    write_despatch,
    write_receipt,
)

AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
FRAME = Interchange("US", "THEM", 42, AT, details={"sender_qualifier": "14", "receiver_qualifier": "ZZ"})
LINE = AnsweredLine(
    line_no="1",
    verdict=LineVerdict.ACCEPTED,
    item="BK-M18",
    customer_item="C-77",
    description="Mountain bike",
    ordered_quantity=Decimal(12),
    unit="PCE",
    quantity=Decimal(12),
    unit_price=Decimal("12.50"),
    promised_on=date(2026, 12, 2),
    requested_on=date(2026, 12, 1),
)
ANSWER = Answer(
    verdict=Verdict.CHANGED,
    document_no="OC-1",
    at=AT,
    number="SO-9",
    po_number="PO4711",
    ordered_on=date(2026, 11, 20),
    buyer=Party("Bike Shop", "5412345000013", "GLN"),
    seller=Party("Orderloop", "4012345000009", "GLN"),
    currency="EUR",
    lines=(LINE,),
    total=Decimal("150.00"),
)
DESPATCH = Despatch("DN-1", AT, "SO-9", "PO4711", ANSWER.buyer, ANSWER.seller, "DHL", "JD0123", (LINE,))
GOOD = (
    "UNB+UNOC:3+BUYER:14+SELLER:14+261120:0930+77'UNH+1+ORDERS:D:96A:UN'BGM+220+PO4711+9'DTM+137:20261120:102'"
    "LIN+1++BK-R19:SA'QTY+21:3:PCE'UNS+S'UNT+7+1'UNZ+1+77'"
)
TAGS = {
    "ORDRSP": "UNH BGM DTM FTX RFF DTM RFF NAD NAD CUX LIN PIA PIA IMD QTY QTY QTY DTM DTM FTX PRI UNS MOA CNT UNT",
    "DESADV": "UNH BGM DTM DTM RFF RFF RFF NAD NAD TDT CPS LIN PIA IMD QTY QTY RFF CNT UNT",
}
HOSTILE = st.text(alphabet=st.sampled_from("?:+'*~>^|\\\r\n\t\x00\x1c AZ09é华ß"), max_size=120)


def framed(content: bytes) -> Framed:
    text, faults = decode(content)
    marks, rest, wrong = marks_of(text)
    assert (faults, wrong) == ((), ())
    return frame(cut(rest, marks), lenient=False)


def segments(content: bytes) -> list[str]:
    (message,) = framed(content).messages
    return ["+".join([one.tag, *(":".join(element) for element in one.elements)]) for one in message.segments]


def is_in_order(tags: list[str], pattern: str) -> bool:
    """Whether the tags follow the pattern, of which each may be left out, and lines may come again."""
    known, at = pattern.split(), 0
    for tag in tags:
        if tag == "LIN" and at > known.index("LIN"):
            at = known.index("LIN")
        while at < len(known) and known[at] != tag:
            at += 1
        if at == len(known):
            return False
        at += 1
    return True


def test_every_verdict_has_its_code() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(LINE_VERDICTS) == set(LineVerdict)


def test_a_confirmation_says_all_of_each_line() -> None:
    assert segments(write_answer(ANSWER, FRAME)) == [
        "UNH+1+ORDRSP:D:96A:UN",
        "BGM+231+OC-1+4+CA",
        "DTM+137:202611221700:203",
        "RFF+ON:PO4711",
        "DTM+171:20261120:102",
        "RFF+VN:SO-9",
        "NAD+BY+5412345000013::9++Bike Shop",
        "NAD+SU+4012345000009::9++Orderloop",
        "CUX+2:EUR:9",
        "LIN+1+5+BK-M18:SA",
        "PIA+5+C-77:IN",
        "IMD+F++:::Mountain bike",
        "QTY+21:12:PCE",
        "QTY+113:12:PCE",
        "DTM+2:20261201:102",
        "DTM+69:20261202:102",
        "PRI+AAA:12.5",
        "UNS+S",
        "MOA+86:150",
        "CNT+2:1",
        "UNT+21+1",
    ]


def test_a_despatch_advice_says_what_was_shipped() -> None:
    assert segments(write_despatch(DESPATCH, FRAME)) == [
        "UNH+1+DESADV:D:96A:UN",
        "BGM+351+DN-1+9",
        "DTM+137:202611221700:203",
        "DTM+11:202611221700:203",
        "RFF+ON:PO4711",
        "RFF+VN:SO-9",
        "RFF+CN:JD0123",
        "NAD+BY+5412345000013::9++Bike Shop",
        "NAD+SU+4012345000009::9++Orderloop",
        "TDT+20++++:::DHL",
        "CPS+1",
        "LIN+1++BK-M18:SA",
        "PIA+5+C-77:IN",
        "IMD+F++:::Mountain bike",
        "QTY+12:12:PCE",
        "QTY+21:12:PCE",
        "RFF+ON:PO4711",
        "CNT+2:1",
        "UNT+19+1",
    ]


@pytest.mark.parametrize(
    ("verdict", "function", "response"),
    [
        (Verdict.RECEIVED, "11", "AB"),
        (Verdict.ACCEPTED, "29", "AP"),
        (Verdict.CHANGED, "4", "CA"),
        (Verdict.HELD, "12", "AB"),
        (Verdict.REJECTED, "27", "RE"),
    ],
)
def test_the_whole_orders_verdict_is_the_messages_function(verdict: Verdict, function: str, response: str) -> None:
    answer = dataclasses.replace(ANSWER, verdict=verdict)
    assert segments(write_answer(answer, FRAME))[1] == f"BGM+231+OC-1+{function}+{response}"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (LineVerdict.QUANTITY_CHANGED, ["LIN+1+6+BK-M18:SA", "QTY+21:12:PCE", "QTY+113:5:PCE"]),
        (LineVerdict.BACKORDERED, ["LIN+1+6+BK-M18:SA", "QTY+21:12:PCE", "QTY+113:5:PCE", "QTY+83:7:PCE"]),
        (LineVerdict.SUBSTITUTED, ["LIN+1+6+BK-M18:SA", "PIA+3+BK-X:SA", "QTY+21:12:PCE", "QTY+113:5:PCE"]),
        (LineVerdict.HELD, ["LIN+1+4+BK-M18:SA", "QTY+21:12:PCE"]),
        (LineVerdict.REJECTED, ["LIN+1+7+BK-M18:SA", "QTY+21:12:PCE"]),
    ],
)
def test_a_lines_verdict_is_told_with_its_quantities(verdict: LineVerdict, expected: list[str]) -> None:
    line = dataclasses.replace(LINE, verdict=verdict, quantity=Decimal(5), substitute="BK-X", reason="sold out")
    said = segments(write_answer(dataclasses.replace(ANSWER, lines=(line,)), FRAME))
    assert [one for one in said if one.startswith(("LIN", "QTY", "PIA+3"))] == expected
    assert "FTX+LIN+1++sold out" in said


def test_an_accepted_interchange_gets_a_receipt_that_names_each_message() -> None:
    assert segments(write_receipt(read(GOOD.encode(), Hints()), FRAME)) == [
        "UNH+1+CONTRL:D:3:UN",
        "UCI+77+BUYER:14+SELLER:14+7",
        "UCM+1+ORDERS:D:96A:UN+7",
        "UNT+4+1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("UNZ+1+", "UNZ+2+", ["UCI+77+BUYER:14+SELLER:14+4+29+UNZ+2"]),
        ("UNZ+1+77", "UNZ+1+78", ["UCI+77+BUYER:14+SELLER:14+4+28+UNZ+3"]),
        ("UNZ+1+77'", "", ["UCI+77+BUYER:14+SELLER:14+4+13+UNZ"]),
        ("UNOC:3", "XXXX:3", ["UCI+77+BUYER:14+SELLER:14+4+12+UNB+2:1"]),
        ("UNT+7+", "UNT+8+", ["UCI+77+BUYER:14+SELLER:14+7", "UCM+1+ORDERS:D:96A:UN+4+29+UNT+2"]),
        ("ORDERS:", "INVOIC:", ["UCI+77+BUYER:14+SELLER:14+7", "UCM+1+INVOIC:D:96A:UN+4+14+UNH+3:1"]),
        (
            "QTY+21:3:PCE",
            "QTY+21:x:PCE",
            ["UCI+77+BUYER:14+SELLER:14+7", "UCM+1+ORDERS:D:96A:UN+4", "UCS+5", "UCD+12+2:2"],
        ),
        (
            "BGM+220+PO4711+9'DTM",
            "FTX+AAI'DTM",
            ["UCI+77+BUYER:14+SELLER:14+7", "UCM+1+ORDERS:D:96A:UN+4", "UCS+2+13"],
        ),
    ],
)
def test_a_refusal_names_the_segment_the_element_and_the_error(old: str, new: str, expected: list[str]) -> None:
    receipt = segments(write_receipt(read(GOOD.replace(old, new).encode(), Hints()), FRAME))
    assert receipt[1:-1] == expected


def test_a_duplicate_message_reference_is_refused_as_such() -> None:
    body = GOOD[GOOD.index("UNH") : GOOD.index("UNZ")]
    receipt = segments(write_receipt(read(GOOD.replace("UNZ+1", f"{body}UNZ+2").encode(), Hints()), FRAME))
    assert receipt[2:4] == ["UCM+1+ORDERS:D:96A:UN+7", "UCM+1+ORDERS:D:96A:UN+4+26+UNH+2"]


def test_messages_in_groups_are_answered_in_their_groups() -> None:
    content = GOOD.replace("UNH+1", "UNG+ORDERS+A+B+261120:0930+G1+UN+D:96A'UNH+1").replace("UNZ+1", "UNE+1+G1'UNZ+1")
    receipt = segments(write_receipt(read(content.encode(), Hints()), FRAME))
    assert receipt[1:-1] == ["UCI+77+BUYER:14+SELLER:14+7", "UCF+G1+++7", "UCM+1+ORDERS:D:96A:UN+7"]


def test_no_receipt_is_sent_for_a_receipt() -> None:
    receipt = write_receipt(read(GOOD.encode(), Hints()), FRAME)
    assert [order.role for order in read(receipt, Hints()).orders] == [Role.RECEIPT]
    assert write_receipt(read(receipt, Hints()), FRAME) == b""


def test_no_receipt_can_be_sent_for_what_has_no_envelope() -> None:
    assert write_receipt(read(b"BGM+220+1+9'", Hints()), FRAME) == b""


@pytest.mark.parametrize("content", [write_answer(ANSWER, FRAME), write_despatch(DESPATCH, FRAME)])
def test_what_we_send_passes_our_own_control_checks(content: bytes) -> None:
    found = framed(content)
    assert found.faults == ()
    assert [message.faults for message in found.messages] == [()]
    assert found.header is not None
    assert (found.header.get(2), found.header.get(2, 2), found.header.get(3, 2)) == ("US", "14", "ZZ")


def test_the_envelope_says_when_it_is_a_test_and_which_characters_it_has() -> None:
    test = write_answer(ANSWER, dataclasses.replace(FRAME, is_test=True))
    assert b"UNB+UNOC:3+US:14+THEM:ZZ+261122:1700+42++++++1'" in test
    assert read(test, Hints()).envelope.is_test is True
    chinese = write_answer(dataclasses.replace(ANSWER, buyer=Party("华信自行车")), FRAME)
    assert b"UNB+UNOW:4+US:14+THEM:ZZ+20261122:1700+42'" in chinese
    assert "华信自行车" in "".join(segments(chinese))


def test_values_are_cut_to_what_their_element_holds() -> None:
    long = "x" * 400
    line = dataclasses.replace(LINE, line_no=long, item=long, customer_item=long, description=long, reason=long)
    answer = dataclasses.replace(ANSWER, po_number=long, document_no=long, lines=(line,), buyer=Party(long, long))
    said = segments(write_answer(answer, FRAME))
    limits = {"BGM": 35, "RFF": 35, "NAD": 35, "LIN": 35, "PIA": 35, "IMD": 35, "FTX": 70}
    for one in said:
        for part in one.replace("+", ":").split(":"):
            assert len(part) <= limits.get(one[:3], 35)
    assert [one for one in said if one.startswith("FTX")] == ["FTX+LIN+1++" + ":".join(["x" * 70] * 5)]


@settings(max_examples=150, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(LineVerdict), st.sampled_from(Verdict))
def test_no_text_of_a_customer_can_make_a_segment(one: str, other: str, line: LineVerdict, whole: Verdict) -> None:
    lines = tuple(
        dataclasses.replace(
            LINE, verdict=line, line_no=one, item=other, customer_item=one, description=other, unit=one,
            substitute=other, reason=one,
        )
        for _ in range(2)
    )  # fmt: skip
    answer = dataclasses.replace(
        ANSWER, verdict=whole, document_no=one, number=other, po_number=one, buyer=Party(other, one, one),
        currency=one, lines=lines, reason=other,
    )  # fmt: skip
    despatch = Despatch(one, AT, other, one, answer.buyer, answer.seller, other, one, lines)
    envelope = dataclasses.replace(FRAME, sender="US" + one, receiver="TO" + other)
    for kind, content in (("ORDRSP", write_answer(answer, envelope)), ("DESADV", write_despatch(despatch, envelope))):
        found = framed(content)
        assert found.faults == ()
        (message,) = found.messages
        assert message.faults == ()
        tags = [segment.tag for segment in message.segments]
        assert tags.count("LIN") == 2
        assert is_in_order(tags, TAGS[kind])


@settings(max_examples=150, deadline=None)
@given(HOSTILE.filter(lambda text: "'" not in text), st.integers(0, 12))
def test_no_text_of_a_sender_can_make_a_segment_of_our_receipt(text: str, place: int) -> None:
    pieces = GOOD.split("'")
    position = place % (len(pieces) - 1)
    broken = "'".join([*pieces[:position], pieces[position] + text, *pieces[position + 1 :]])
    receipt = write_receipt(read(broken.encode(), Hints()), FRAME)
    if receipt:
        found = framed(receipt)
        assert found.faults == ()
        assert [message.faults for message in found.messages] == [()]
        tags = {segment.tag for segment in found.messages[0].segments}
        assert tags <= {"UNH", "UCI", "UCM", "UCS", "UCD", "UNT"}


def test_the_same_answer_is_the_same_bytes() -> None:
    assert write_answer(ANSWER, FRAME) == write_answer(ANSWER, FRAME)


def test_our_confirmation_read_again_says_what_we_said() -> None:
    line = dataclasses.replace(LINE, verdict=LineVerdict.QUANTITY_CHANGED, quantity=Decimal(5))
    (order,) = read(write_answer(dataclasses.replace(ANSWER, lines=(line,)), FRAME), Hints()).orders
    assert order.role is Role.CONFIRMATION
    assert order.faults == ()
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "OC-1",
        "ordered_on": "2026-11-22",
        "refers_to": "PO4711",
        "customer_gln": "5412345000013",
        "customer_name": "Bike Shop",
        "currency": "EUR",
        "total": "150",
        "line_count": "1",
    }
    assert {name: value.text for name, value in order.lines[0].items()} == {
        "line_no": "1",
        "action": "change",
        "item": "BK-M18",
        "customer_item": "C-77",
        "description": "Mountain bike",
        "quantity": "12",
        "unit": "PCE",
        "requested_on": "2026-12-01",
        "unit_price": "12.5",
    }
