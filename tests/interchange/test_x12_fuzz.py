"""Whatever bytes come, the reader gives a reading: never an exception, never an order without its faults."""

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Format, Hints, Reading
from orderloop.interchange.readers.x12 import read
from orderloop.interchange.rules.edi import MAX_CHARACTERS, MAX_ELEMENTS, MAX_FAULTS, MAX_MESSAGES, MAX_SEGMENTS

DOCUMENTS = Path(__file__).parents[2] / "examples" / "order-documents" / "x12"
SAMPLES = [path.read_bytes() for path in sorted(DOCUMENTS.glob("*.edi"))]
ISA = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *261120*0930*U*00401*000000077*1*P*>~"
TOKENS = [
    "GS*PO*A*B*20261120*0930*7*X*004010~", "GS~", "ST*850*0001~", "ST*860*0002~", "ST*997*0003~", "ST~",
    "BEG*00*SA*P**20261120~", "BEG~", "BCH*04*SA*P~", "CUR*BY~", "REF*CT*1~", "PER*BD*X*EM~", "DTM*002~",
    "DTM*002*20261120~", "N1*BY~", "N1*ST*X*92~", "N2*Y~", "N3~", "N4*X~", "N9~", "MSG~", "MSG*x~", "ITD~", "FOB~",
    "PO1~", "PO1*1*1*EA*1*HP*VN*A~", "PO1*1*x*EA*1**VN~", "POC*1*DI~", "POC*2*QI*1*1*EA*1*PE*VN*B~", "PID*F****X~",
    "CTP***5~", "SCH*1*EA***002*20261120~", "SCH~", "SAC*A~", "AMT*TT~", "AMT*1*5~", "CTT*1*1~", "CTT~", "AK1*PO*1~",
    "AK2*850*1~", "AK5*A~", "AK9*A~", "TA1*1~", "SE*3*0001~", "SE~", "GE*1*7~", "IEA*1*000000077~", "*", "~", ">",
    "\x00", "华",
]  # fmt: skip


def is_sound(reading: Reading) -> bool:
    """Whether names are those of the lists, every fault has a code and all values have a text."""
    orders = reading.orders
    return (
        reading.format is Format.X12
        and (bool(orders) or bool(reading.faults))
        and all(set(order.fields) <= set(HEADER_FIELDS) for order in orders)
        and all(set(line) <= set(LINE_FIELDS) for order in orders for line in order.lines)
        and all(value.text for order in orders for line in order.lines for value in line.values())
        and all(value.text for order in orders for value in order.fields.values())
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"ISA")
@example(b"ISA*")
@example(b"\xef\xbb\xbfISA")
@example(ISA.encode())
@example(b"\xff\xfeI\x00S\x00A\x00*")
def test_any_bytes_give_a_reading(content: bytes) -> None:
    assert is_sound(read(content, Hints()))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=40),
    st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3),
)
def test_any_heap_of_segments_gives_a_reading(tokens: list[str], profile: dict[str, str]) -> None:
    assert is_sound(read((ISA + "".join(tokens)).encode(), Hints(profile=profile)))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False), st.integers(1, 12))
def test_any_change_to_a_good_document_gives_a_reading(sample: bytes, chance: random.Random, changes: int) -> None:
    content = bytearray(sample)
    for _ in range(changes):
        start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        end = min(end, start + 20)
        if chance.random() < 0.5:
            content[start:end] = bytes(chance.randrange(256) for _ in range(chance.randrange(4)))
        else:
            content[start:start] = content[max(0, start - 20) : end]
    assert is_sound(read(bytes(content), Hints()))


def test_an_order_of_two_thousand_lines_is_read_whole() -> None:
    lines = "".join(f"PO1*{n}*{n}*EA*1.5*PE*VN*X{n}~PID*F****Part {n}~" for n in range(1, 2001))
    content = f"{ISA}GS*PO*A*B*20261120*0930*7*X*004010~ST*850*0001~BEG*00*SA*P**20261120~{lines}"
    content += "CTT*2000*2001000~SE*4004*0001~GE*1*7~IEA*1*000000077~"
    reading = read(content.encode(), Hints())
    assert (reading.faults, reading.orders[0].faults) == ((), ())
    assert len(reading.orders[0].lines) == 2000
    assert reading.orders[0].lines[1999]["description"].text == "Part 2000"


@pytest.mark.parametrize(
    "content",
    [
        ISA.encode() + b"~" * 1_000_000,
        ISA.encode() + b"ST*850*0001~" * 50_000,
        ISA.encode() + b"GS*PO*A*B*20261120*0930*7*X*004010~ST*850*0001~" + b"MSG*zzzzzzzzzz~" * 50_000,
        ISA.encode() + b"GS" + b"*" * 1_000_000,
        ISA.encode() + b"GS*PO*A*B*20261120*0930*7*X*004010~" * 20_000,
        b"ISA" + b"*" * 1_000_000,
    ],
    ids=["terminators", "sets", "notes", "elements", "groups", "delimiters"],
)
def test_a_million_signs_of_one_kind_give_a_reading_and_no_more(content: bytes) -> None:
    reading = read(content, Hints())
    assert is_sound(reading)
    assert any(fault.rejects for fault in reading.faults)


def test_a_document_beyond_the_limit_is_refused_unread() -> None:
    reading = read(b"I" * (MAX_CHARACTERS + 1), Hints())
    assert [fault.code.value for fault in reading.faults] == ["D_TOO_LARGE"]


@pytest.mark.parametrize(("sign", "limit"), [("~", MAX_SEGMENTS), ("*", MAX_ELEMENTS)], ids=["segments", "elements"])
def test_a_document_of_more_parts_than_the_limit_is_refused_unopened(sign: str, limit: int) -> None:
    head = ISA.encode() + b"GS*PO*A*B*20261120*0930*7*X*004010~"
    within = limit - head.count(sign.encode())
    inside = read(head + sign.encode() * within, Hints())
    beyond = read(head + sign.encode() * (within + 1), Hints())
    assert "D_TOO_COMPLEX" not in [fault.code.value for fault in inside.faults]
    assert [fault.code.value for fault in beyond.faults] == ["D_TOO_COMPLEX"]
    assert dict(beyond.faults[0].params) == {"detail": f"{limit + 1:,} > {limit:,}"}


def test_messages_beyond_the_limit_are_refused() -> None:
    head, message = ISA.encode() + b"GS*PO*A*B*20261120*0930*7*X*004010~", b"ST*850*0001~"
    inside = read(head + message * MAX_MESSAGES, Hints())
    beyond = read(head + message * (MAX_MESSAGES + 1), Hints())
    assert "D_TOO_COMPLEX" not in [fault.code.value for fault in inside.faults]
    assert "D_TOO_COMPLEX" in [fault.code.value for fault in beyond.faults]
    assert len(beyond.orders) == MAX_MESSAGES


def test_more_faults_than_a_person_reads_are_not_kept() -> None:
    head = ISA.encode() + b"GS*PO*A*B*20261120*0930*7*X*004010~" + b"ST*850*0001~"
    (order,) = read(head + b"XYZ~" * (MAX_FAULTS + 100) + b"X~", Hints()).orders
    assert len(order.faults) <= MAX_FAULTS + 1
    assert any(fault.rejects for fault in order.faults)
