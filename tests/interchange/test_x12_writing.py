"""The X12 we send: in the standard's order, within its lengths, and safe from what a customer wrote."""

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
from orderloop.interchange.readers.x12 import read
from orderloop.interchange.rules.edi import Framed
from orderloop.interchange.rules.x12.envelope import frame
from orderloop.interchange.rules.x12.syntax import cut, decode, delimiters_of
from orderloop.interchange.writers.x12 import LINE_VERDICTS, VERDICTS, write_answer, write_despatch, write_receipt

AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
FRAME = Interchange("US", "THEM", 42, AT, details={"sender_qualifier": "01", "group_receiver": "DEPT"})
LINE = AnsweredLine(
    line_no="1",
    verdict=LineVerdict.ACCEPTED,
    item="BK-M18",
    customer_item="C-77",
    description="Mountain bike",
    ordered_quantity=Decimal(12),
    unit="EA",
    quantity=Decimal(12),
    unit_price=Decimal("12.50"),
    promised_on=date(2026, 12, 2),
)
ANSWER = Answer(
    verdict=Verdict.CHANGED,
    document_no="OC-1",
    at=AT,
    number="SO-9",
    po_number="PO4711",
    ordered_on=date(2026, 11, 20),
    buyer=Party("Bike Shop", "5412345000013", "GLN"),
    seller=Party("Orderloop"),
    currency="USD",
    lines=(LINE,),
    total=Decimal("150.00"),
)
DESPATCH = Despatch("DN-1", AT, "SO-9", "PO4711", ANSWER.buyer, ANSWER.seller, "UPS", "1Z999", (LINE,))
GOOD = (
    "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *261120*0930*U*00401*000000077*0*P*>~"
    "GS*PO*BUYER*SELLER*20261120*0931*7*X*004010~ST*850*0001~BEG*00*SA*PO4711**20261120~"
    "PO1*1*12*EA*12.50*PE*VN*BK-M18~CTT*1~SE*5*0001~GE*1*7~IEA*1*000000077~"
)
TAGS = {
    "855": "ST BAK CUR N9 MSG N1 N1 PO1 PID ACK N9 MSG CTT AMT SE",
    "856": "ST BSN HL TD5 REF DTM N1 N1 HL PRF HL LIN SN1 PID CTT SE",
}
LINE_STARTS = {"855": "PO1", "856": "HL"}
HOSTILE = st.text(alphabet=st.sampled_from("*~>^|:\\\r\n\t\x00\x1c AZ09é华"), max_size=120)


def framed(content: bytes) -> Framed:
    text, faults = decode(content)
    delimiters, rest, wrong = delimiters_of(text)
    assert (faults, wrong) == ((), ())
    assert delimiters is not None
    return frame(cut(rest, delimiters), lenient=False)


def segments(content: bytes) -> list[str]:
    return [
        "*".join([one.tag, *(element[0] for element in one.elements)])
        for message in framed(content).messages
        for one in message.segments
    ]


def is_in_order(tags: list[str], kind: str) -> bool:
    """Whether the tags follow the set's pattern, of which each may be left out, and lines may come again."""
    known, at = TAGS[kind].split(), 0
    last = len(known) - 1 - known[::-1].index(LINE_STARTS[kind])
    for tag in tags:
        if tag == LINE_STARTS[kind] and at > last:
            at = last
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
        "ST*855*0001",
        "BAK*00*AC*PO4711*20261120****SO-9*20261122",
        "CUR*SE*USD",
        "N1*BY*Bike Shop*UL*5412345000013",
        "N1*SE*Orderloop",
        "PO1*1*12*EA*12.5**VN*BK-M18*BP*C-77",
        "PID*F****Mountain bike",
        "ACK*IA*12*EA*067*20261202",
        "CTT*1",
        "AMT*TT*150",
        "SE*11*0001",
    ]


def test_a_ship_notice_says_what_was_shipped() -> None:
    assert segments(write_despatch(DESPATCH, FRAME)) == [
        "ST*856*0001",
        "BSN*00*DN-1*20261122*1700*0004",
        "HL*1**S",
        "TD5*****UPS",
        "REF*CN*1Z999",
        "DTM*011*20261122*1700",
        "N1*BY*Bike Shop*UL*5412345000013",
        "N1*SE*Orderloop",
        "HL*2*1*O",
        "PRF*PO4711",
        "HL*3*2*I",
        "LIN*1*VN*BK-M18*BP*C-77",
        "SN1**12*EA**12*EA",
        "PID*F****Mountain bike",
        "CTT*3",
        "SE*16*0001",
    ]


@pytest.mark.parametrize(
    ("verdict", "with_lines", "without"),
    [
        (Verdict.RECEIVED, "AK", "AK"),
        (Verdict.ACCEPTED, "AD", "AT"),
        (Verdict.CHANGED, "AC", "AC"),
        (Verdict.HELD, "AE", "AK"),
        (Verdict.REJECTED, "RD", "RJ"),
    ],
)
def test_the_whole_orders_verdict_is_the_acknowledgement_type(verdict: Verdict, with_lines: str, without: str) -> None:
    answer = dataclasses.replace(ANSWER, verdict=verdict)
    said = segments(write_answer(answer, FRAME))
    assert said[1].startswith(f"BAK*00*{with_lines}*PO4711*")
    assert ("CTT*0" if with_lines == "AK" else "CTT*1") in said
    bare = segments(write_answer(dataclasses.replace(answer, lines=()), FRAME))
    assert bare[1].startswith(f"BAK*00*{without}*PO4711*")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (LineVerdict.QUANTITY_CHANGED, "ACK*IQ*5*EA*067*20261202"),
        (LineVerdict.DATE_CHANGED, "ACK*DR*5*EA*067*20261202"),
        (LineVerdict.PRICE_CHANGED, "ACK*IP*5*EA*067*20261202"),
        (LineVerdict.SUBSTITUTED, "ACK*IS*5*EA*067*20261202**VN*BK-X"),
        (LineVerdict.BACKORDERED, "ACK*IB*5*EA*067*20261202"),
        (LineVerdict.HELD, "ACK*IH***067*20261202"),
        (LineVerdict.REJECTED, "ACK*IR***067*20261202"),
    ],
)
def test_a_lines_verdict_is_its_status(verdict: LineVerdict, expected: str) -> None:
    line = dataclasses.replace(LINE, verdict=verdict, quantity=Decimal(5), substitute="BK-X", reason="sold out")
    said = segments(write_answer(dataclasses.replace(ANSWER, lines=(line,)), FRAME))
    assert said[7:10] == [expected, "N9*L1*REASON", "MSG*sold out"]


def test_an_accepted_interchange_gets_a_receipt_that_names_each_set() -> None:
    assert segments(write_receipt(read(GOOD.encode(), Hints()), FRAME)) == [
        "ST*997*0001", "AK1*PO*7", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1", "SE*6*0001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("SE*5", "SE*6", ["AK2*850*0001", "AK5*R*4", "AK9*R*1*1*0"]),
        ("SE*5*0001", "SE*5*0009", ["AK2*850*0001", "AK5*R*3", "AK9*R*1*1*0"]),
        ("SE*5*0001~", "", ["AK2*850*0001", "AK5*R*2", "AK9*R*1*1*0"]),
        ("ST*850", "ST*810", ["AK2*810*0001", "AK5*R*1", "AK9*R*1*1*0"]),
        ("GE*1*7", "GE*2*7", ["AK2*850*0001", "AK5*R", "AK9*R*1*1*0*5"]),
        ("GE*1*7", "GE*1*8", ["AK2*850*0001", "AK5*R", "AK9*R*1*1*0*4"]),
        ("GE*1*7~", "", ["AK2*850*0001", "AK5*R", "AK9*R*1*1*0*3"]),
        ("*12*EA", "*x*EA", ["AK2*850*0001", "AK3*PO1*3**8", "AK4*2**6*x", "AK5*R*5", "AK9*R*1*1*0"]),
        ("*20261120~", "*20261399~", ["AK2*850*0001", "AK3*BEG*2**8", "AK4*5**8*20261399", "AK5*R*5", "AK9*R*1*1*0"]),
        ("BEG*00", "BEG*99", ["AK2*850*0001", "AK3*BEG*2**8", "AK4*1**7*99", "AK5*R*5", "AK9*R*1*1*0"]),
        ("PO4711", "", ["AK2*850*0001", "AK3*BEG*2**8", "AK4*3**1", "AK5*R*5", "AK9*R*1*1*0"]),
        ("BEG*00*SA*PO4711**20261120~", "REF*ZZ*1~", ["AK2*850*0001", "AK3*BEG*2**3", "AK5*R*5", "AK9*R*1*1*0"]),
    ],
)  # fmt: skip
def test_a_refusal_names_the_segment_the_element_and_the_error(old: str, new: str, expected: list[str]) -> None:
    assert GOOD.count(old) == 1
    receipt = segments(write_receipt(read(GOOD.replace(old, new).encode(), Hints()), FRAME))
    assert receipt[2:-1] == expected


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("IEA*1*000000077", "IEA*1*000000078", b"TA1*000000077*261120*0930*R*001~"),
        ("IEA*1*", "IEA*2*", b"TA1*000000077*261120*0930*R*021~"),
        ("IEA*1*000000077~", "", b"TA1*000000077*261120*0930*R*023~"),
        ("BUYER          *ZZ", "               *ZZ", b""),
        ("*0*P*", "*1*P*", b"TA1*000000077*261120*0930*A*000~"),
    ],
)
def test_the_envelope_is_answered_by_itself(old: str, new: str, code: bytes) -> None:
    receipt = write_receipt(read(GOOD.replace(old, new).encode(), Hints()), FRAME)
    assert code in receipt
    assert receipt == b"" if not code else framed(receipt).faults == ()


def test_one_good_and_one_bad_set_are_accepted_in_part() -> None:
    body = GOOD[GOOD.index("ST*") : GOOD.index("GE*")]
    content = GOOD.replace("GE*1", body.replace("0001", "0002").replace("*12*EA", "*x*EA") + "GE*2")
    receipt = segments(write_receipt(read(content.encode(), Hints()), FRAME))
    assert receipt[1:-1] == [
        "AK1*PO*7", "AK2*850*0001", "AK5*A", "AK2*850*0002", "AK3*PO1*3**8", "AK4*2**6*x", "AK5*R*5", "AK9*P*2*2*1",
    ]  # fmt: skip


def test_each_group_gets_its_own_receipt_with_its_own_errors() -> None:
    group = GOOD[GOOD.index("GS*") : GOOD.index("IEA*")]
    second = group.replace("*7*X", "*8*X").replace("GE*1*7", "GE*3*8")
    content = GOOD.replace("IEA*1", f"{second}IEA*2")
    receipt = segments(write_receipt(read(content.encode(), Hints()), FRAME))
    assert [one for one in receipt if one.startswith(("AK1", "AK9"))] == [
        "AK1*PO*7", "AK9*A*1*1*1", "AK1*PO*8", "AK9*R*1*1*0*5",
    ]  # fmt: skip


def test_no_receipt_is_sent_for_a_receipt() -> None:
    receipt = write_receipt(read(GOOD.encode(), Hints()), FRAME)
    assert [order.role for order in read(receipt, Hints()).orders] == [Role.RECEIPT]
    assert write_receipt(read(receipt, Hints()), FRAME) == b""


def test_no_receipt_can_be_sent_for_what_has_no_envelope() -> None:
    assert write_receipt(read(b"ST*850*0001~", Hints()), FRAME) == b""


@pytest.mark.parametrize(
    "content",
    [
        write_answer(ANSWER, FRAME),
        write_despatch(DESPATCH, FRAME),
        write_receipt(read(GOOD.encode(), Hints()), FRAME),
    ],
)
def test_what_we_send_passes_our_own_control_checks(content: bytes) -> None:
    found = framed(content)
    assert found.faults == ()
    assert [message.faults for message in found.messages] == [()]
    assert content[:107].endswith(b"*P*>~\n")
    assert found.header is not None
    assert [found.header.get(element) for element in range(5, 9)] == ["01", "US", "ZZ", "THEM"]
    assert b"*US*DEPT*20261122*1700*42*X*004010~" in content


def test_values_are_cut_to_what_their_element_holds() -> None:
    long = "x" * 400
    line = dataclasses.replace(LINE, line_no=long, item=long, customer_item=long, description=long, reason=long)
    answer = dataclasses.replace(
        ANSWER, po_number=long, number=long, lines=(line,), buyer=Party(long, long), reason=long
    )
    limits = {"BAK": 30, "N1": 60, "PO1": 48, "PID": 80, "MSG": 264}
    envelope = dataclasses.replace(FRAME, sender=long, receiver=long, control=123456789012)
    content = write_answer(answer, envelope)
    for one in segments(content):
        tag, *elements = one.split("*")
        assert max(len(element) for element in elements) <= limits.get(tag, 48)
    assert content.index(b"~") == 105
    assert framed(content).faults == ()


@settings(max_examples=150, deadline=None)
@given(HOSTILE, HOSTILE, st.sampled_from(LineVerdict), st.sampled_from(Verdict))
def test_no_text_of_a_customer_can_make_a_segment(one: str, other: str, verdict: LineVerdict, whole: Verdict) -> None:
    lines = tuple(
        dataclasses.replace(
            LINE, verdict=verdict, line_no=one, item=other, customer_item=one, description=other, unit=one,
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
    for kind, content in (("855", write_answer(answer, envelope)), ("856", write_despatch(despatch, envelope))):
        found = framed(content)
        assert found.faults == ()
        (message,) = found.messages
        assert message.faults == ()
        tags = [segment.tag for segment in message.segments]
        assert tags.count("LIN") + tags.count("PO1") in (0, 2)
        assert is_in_order(tags, kind)


@settings(max_examples=150, deadline=None)
@given(HOSTILE.filter(lambda text: "~" not in text), st.integers(0, 12))
def test_no_text_of_a_sender_can_make_a_segment_of_our_receipt(text: str, place: int) -> None:
    pieces = GOOD.split("~")
    position = place % (len(pieces) - 1)
    broken = "~".join([*pieces[:position], pieces[position] + text, *pieces[position + 1 :]])
    receipt = write_receipt(read(broken.encode(), Hints()), FRAME)
    if receipt:
        found = framed(receipt)
        assert found.faults == ()
        tags = {segment.tag for message in found.messages for segment in message.segments}
        assert tags <= {"TA1", "ST", "AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "SE"}


def test_the_same_answer_is_the_same_bytes() -> None:
    assert write_answer(ANSWER, FRAME) == write_answer(ANSWER, FRAME)
