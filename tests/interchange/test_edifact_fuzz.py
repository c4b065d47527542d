"""Whatever bytes come, the reader gives a reading: never an exception, never an order without its faults."""

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Format, Hints, Reading
from orderloop.interchange.readers.edifact import read
from orderloop.interchange.rules.edi import MAX_CHARACTERS, MAX_ELEMENTS, MAX_FAULTS, MAX_MESSAGES, MAX_SEGMENTS

DOCUMENTS = Path(__file__).parents[2] / "examples" / "order-documents" / "edifact"
SAMPLES = [path.read_bytes() for path in sorted(DOCUMENTS.glob("*.edi"))]
TOKENS = [
    "UNA:+.? '", "UNB+UNOC:3+A+B+261120:0930+7'", "UNG+ORDERS+A+B+261120:0930+1+UN+D:96A'", "UNH+1+ORDERS:D:96A:UN'",
    "UNH+2+ORDCHG:D:96A'", "UNH+3+CONTRL:D:3:UN'", "BGM+220+P+9'", "DTM+137:20261120:102'", "DTM+2:20261120:718'",
    "DTM+2'", "NAD+BY+1::9'", "NAD+DP'", "RFF+ON'", "CTA'", "COM+x'", "CUX+2'", "FTX'", "LIN'", "LIN+1+2+A:SA'",
    "PIA+5+A+B:IN'", "IMD+F'", "QTY+21'", "QTY+21:5'", "QTY+113:4'", "PRI+AAA'", "PRI+AAB:3:::100'", "MOA+203:1'",
    "MOA+86'", "ALC'", "SCC+1'", "LOC+7'", "UNS+S'", "UNS+D'", "CNT+2:1'", "CNT+1:x'", "UNT+1+1'", "UNT'", "UNE+1+1'",
    "UNZ+1+7'", "UCI'", "UCM'", "UCS'", "?", "'", "+", ":", "??'", "\x00", "*", "华",
]  # fmt: skip


def is_sound(reading: Reading) -> bool:
    """Whether names are those of the lists, every fault has a code and all values have a text."""
    orders = reading.orders
    return (
        reading.format is Format.EDIFACT
        and (bool(orders) or bool(reading.faults))
        and all(set(order.fields) <= set(HEADER_FIELDS) for order in orders)
        and all(set(line) <= set(LINE_FIELDS) for order in orders for line in order.lines)
        and all(value.text for order in orders for line in order.lines for value in line.values())
        and all(value.text for order in orders for value in order.fields.values())
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"UNA")
@example(b"UNA''''''")
@example(b"UNA:+.?*'")
@example(b"UNA:+.? \nUNB+UNOC:3+A+B+261120:0930+7\nUNZ+0+7\n")
@example(b"UNB+UNOX:3+A\x1b$B'")
@example(b"\xff\xfe\x00")
@example(b"?'?'?'?'?")
def test_any_bytes_give_a_reading(content: bytes) -> None:
    assert is_sound(read(content, Hints()))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=40),
    st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3),
)
def test_any_heap_of_segments_gives_a_reading(tokens: list[str], profile: dict[str, str]) -> None:
    assert is_sound(read("".join(tokens).encode(), Hints(profile=profile)))


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
    lines = "".join(
        f"LIN+{n}++C{n}:SA'PIA+1+X{n}:IN'IMD+F++:::Part ?+ {n}'QTY+21:{n}:PCE'PRI+AAA:1.5'MOA+203:{n}'"
        for n in range(1, 2001)
    )
    content = f"UNB+UNOC:3+A+B+261120:0930+7'UNH+1+ORDERS:D:96A:UN'BGM+220+P+9'DTM+137:20261120:102'{lines}"
    content += "UNS+S'CNT+2:2000'CNT+1:2001000'UNT+12007+1'UNZ+1+7'"
    reading = read(content.encode(), Hints())
    assert (reading.faults, reading.orders[0].faults) == ((), ())
    assert len(reading.orders[0].lines) == 2000
    assert reading.orders[0].lines[1999]["description"].text == "Part + 2000"


@pytest.mark.parametrize(
    "content",
    [
        b"UNB+UNOC:3+A+B+261120:0930+7'UNH+1+ORDERS:D:96A:UN'BGM+220+P+9'"
        + b"FTX+AAI+1++"
        + b"x" * 60
        + b"'" * 300_000,
        b"UNB+UNOC:3+A+B+261120:0930+7'" + b"UNH+1+ORDERS:D:96A:UN'" * 50_000,
        b"UNB+UNOC:3+A+B+261120:0930+7'UNH+1+ORDERS:D:96A:UN'"
        + b"FTX+AAI+1++"
        + b"y" * 70
        + b"'FTX+AAI+1++z'" * 50_000,
        b"UNA:+.? '" + b"?'" * 500_000,
        b"UNB" + b"+" * 500_000,
        b"UNB+UNOC:3" + b":" * 500_000 + b"'",
    ],
    ids=["terminators", "headers", "notes", "releases", "elements", "components"],
)
def test_a_million_signs_of_one_kind_give_a_reading_and_no_more(content: bytes) -> None:
    reading = read(content, Hints())
    assert is_sound(reading)
    assert any(fault.rejects for fault in reading.faults)


def test_a_document_beyond_the_limit_is_refused_unread() -> None:
    reading = read(b"U" * (MAX_CHARACTERS + 1), Hints())
    assert [fault.code.value for fault in reading.faults] == ["D_TOO_LARGE"]
    assert dict(reading.faults[0].params) == {"limit": "32,000,000"}
    assert [fault.code.value for fault in read(b"U" * 1000, Hints()).faults] == [
        "D_DAMAGED", "D_MISSING_SEGMENT", "D_NO_ORDER",
    ]  # fmt: skip


@pytest.mark.parametrize(("sign", "limit"), [("'", MAX_SEGMENTS), ("+", MAX_ELEMENTS)], ids=["segments", "elements"])
def test_a_document_of_more_parts_than_the_limit_is_refused_unopened(sign: str, limit: int) -> None:
    head = b"UNB+UNOC:3+A+B+261120:0930+7'"
    within = limit - head.count(sign.encode())
    inside = read(head + sign.encode() * within, Hints())
    beyond = read(head + sign.encode() * (within + 1), Hints())
    assert "D_TOO_COMPLEX" not in [fault.code.value for fault in inside.faults]
    assert [fault.code.value for fault in beyond.faults] == ["D_TOO_COMPLEX"]
    assert dict(beyond.faults[0].params) == {"detail": f"{limit + 1:,} > {limit:,}"}


def test_messages_beyond_the_limit_are_refused() -> None:
    head, message = b"UNB+UNOC:3+A+B+261120:0930+7'", b"UNH+1+ORDERS:D:96A:UN'"
    inside = read(head + message * MAX_MESSAGES, Hints())
    beyond = read(head + message * (MAX_MESSAGES + 1), Hints())
    assert "D_TOO_COMPLEX" not in [fault.code.value for fault in inside.faults]
    assert "D_TOO_COMPLEX" in [fault.code.value for fault in beyond.faults]
    assert len(beyond.orders) == MAX_MESSAGES


def test_more_faults_than_a_person_reads_are_not_kept() -> None:
    head = b"UNB+UNOC:3+A+B+261120:0930+7'" + b"UNH+1+ORDERS:D:96A:UN'"
    (order,) = read(head + b"XYZ'" * (MAX_FAULTS + 100) + b"X'", Hints()).orders
    assert len(order.faults) <= MAX_FAULTS + 1
    assert any(fault.rejects for fault in order.faults)
