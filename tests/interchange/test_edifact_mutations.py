"""A good EDIFACT order, broken in many ways: each time the break is named, with its place, and refused or told of."""

import re

import pytest

from orderloop.interchange.facts import Hints, Reading
from orderloop.interchange.readers.edifact import read

GOOD = """UNA:+.? '
UNB+UNOC:3+BUYER:14+SELLER:14+261120:0930+77'
UNH+1+ORDERS:D:96A:UN'
BGM+220+PO4711+9'
DTM+137:20261120:102'
NAD+BY+5412345000013::9'
CUX+2:EUR:9'
LIN+1++4006381333931:EN'
QTY+21:12:PCE'
PRI+AAA:12.50:::1:PCE'
LIN+2++BK-R19:SA'
QTY+21:3:PCE'
PRI+AAA:2.25'
UNS+S'
MOA+86:156.75'
CNT+2:2'
CNT+1:15'
UNT+16+1'
UNZ+1+77'
"""
M = "message 1, "

# (name, what is replaced, by what, the faults: code, place, whether it refuses)
BREAKS = [
    ("message count", "UNZ+1+", "UNZ+2+", [("D_CONTROL_COUNT", "segment 18 (UNZ), element 1", True)]),
    ("message count no number", "UNZ+1+", "UNZ+one+", [("D_CONTROL_COUNT", "segment 18 (UNZ), element 1", True)]),
    ("interchange reference", "UNZ+1+77", "UNZ+1+78", [("D_CONTROL_REFERENCE", "segment 18 (UNZ), element 2", True)]),
    ("segment count", "UNT+16+", "UNT+15+", [("D_CONTROL_COUNT", M + "segment 16 (UNT), element 1", True)]),
    ("segment count empty", "UNT+16+", "UNT++", [("D_CONTROL_COUNT", M + "segment 16 (UNT), element 1", True)]),
    ("message reference", "UNT+16+1", "UNT+16+2", [("D_CONTROL_REFERENCE", M + "segment 16 (UNT), element 2", True)]),
    ("no UNZ", "UNZ+1+77'\n", "", [("D_MISSING_SEGMENT", "segment 18 (UNZ)", True)]),
    ("no UNB", "UNB+UNOC:3+BUYER:14+SELLER:14+261120:0930+77'\n", "",
     [("D_MISSING_SEGMENT", "segment 1 (UNB)", True)]),
    ("no UNT", "UNT+16+1'\n", "", [("D_MISSING_SEGMENT", M + "segment 16 (UNT)", True)]),
    ("no BGM", "BGM+220+PO4711+9'\n", "", [
        ("D_CONTROL_COUNT", M + "segment 15 (UNT), element 1", True),
        ("D_MISSING_SEGMENT", M + "segment 2 (BGM)", True)]),
    ("no DTM", "DTM+137:20261120:102'\n", "", [
        ("D_CONTROL_COUNT", M + "segment 15 (UNT), element 1", True),
        ("D_MISSING_SEGMENT", M + "segment 3 (DTM)", False)]),
    ("no UNS", "UNS+S'\n", "", [
        ("D_CONTROL_COUNT", M + "segment 15 (UNT), element 1", True),
        ("D_MISSING_SEGMENT", M + "segment 15 (UNS)", True)]),
    ("no quantity", "QTY+21:3:PCE'\n", "", [
        ("D_CONTROL_COUNT", M + "segment 15 (UNT), element 1", True),
        ("D_MISSING_SEGMENT", M + "segment 9 (LIN)", False),
        ("D_INCONSISTENT", M + "segment 14 (CNT), element 1.2", False)]),
    ("a line dropped", "LIN+2++BK-R19:SA'\nQTY+21:3:PCE'\nPRI+AAA:2.25'\n", "", [
        ("D_CONTROL_COUNT", M + "segment 13 (UNT), element 1", True),
        ("D_CONTROL_COUNT", M + "segment 11 (CNT), element 1.2", True),
        ("D_INCONSISTENT", M + "segment 12 (CNT), element 1.2", False)]),
    ("a segment doubled", "QTY+21:3:PCE'\n", "QTY+21:3:PCE'\nQTY+21:3:PCE'\n",
     [("D_CONTROL_COUNT", M + "segment 17 (UNT), element 1", True)]),
    ("another quantity beside", "QTY+21:3:PCE'\n", "QTY+21:3:PCE'\nQTY+21:30:PCE'\n", [
        ("D_CONTROL_COUNT", M + "segment 17 (UNT), element 1", True),
        ("D_DOUBTFUL", M + "segment 11 (QTY), element 1.2", False)]),
    ("BGM doubled", "BGM+220+PO4711+9'\n", "BGM+220+PO4711+9'\nBGM+220+PO4712+9'\n", [
        ("D_CONTROL_COUNT", M + "segment 17 (UNT), element 1", True),
        ("D_INVALID_ELEMENT", M + "segment 3 (BGM)", True)]),
    ("line number twice", "LIN+2+", "LIN+1+", [("D_DOUBTFUL", M + "segment 9 (LIN), element 1", False)]),
    ("line count", "CNT+2:2", "CNT+2:3", [("D_CONTROL_COUNT", M + "segment 14 (CNT), element 1.2", True)]),
    ("hash total", "CNT+1:15", "CNT+1:16", [("D_INCONSISTENT", M + "segment 15 (CNT), element 1.2", False)]),
    ("quantity changed", "QTY+21:12", "QTY+21:21", [("D_INCONSISTENT", M + "segment 15 (CNT), element 1.2", False)]),
    ("quantity no number", "QTY+21:3:PCE", "QTY+21:3o:PCE", [
        ("D_INVALID_ELEMENT", M + "segment 10 (QTY), element 1.2", True),
        ("D_MISSING_SEGMENT", M + "segment 9 (LIN)", False),
        ("D_INCONSISTENT", M + "segment 15 (CNT), element 1.2", False)]),
    ("price grouped by thousands", "AAA:12.50", "AAA:1,250.00", [
        ("D_INVALID_ELEMENT", M + "segment 8 (PRI), element 1.2", True)]),
    ("price with the other mark", "AAA:12.50", "AAA:12,50", [
        ("D_DOUBTFUL", M + "segment 8 (PRI), element 1.2", False)]),
    ("price that may be grouped", "AAA:12.50", "AAA:12,500", [
        ("D_INVALID_ELEMENT", M + "segment 8 (PRI), element 1.2", True)]),
    ("price with tax", "PRI+AAA:2.25", "PRI+AAE:2.25", [("D_DOUBTFUL", M + "segment 11 (PRI), element 1.2", False)]),
    ("negative price", "AAA:12.50", "AAA:-12.50", [("D_INVALID_ELEMENT", M + "segment 8 (PRI), element 1.2", True)]),
    ("price basis nought", ":::1:PCE", ":::0:PCE", [("D_INVALID_ELEMENT", M + "segment 8 (PRI), element 1.5", True)]),
    ("price for another unit", ":::1:PCE", ":::1:KGM", [("D_DOUBTFUL", M + "segment 8 (PRI), element 1.6", False)]),
    ("30 February", "137:20261120", "137:20260230", [
        ("D_INVALID_ELEMENT", M + "segment 3 (DTM), element 1.2", True)]),
    ("date of another form", "20261120:102", "20261120:203", [
        ("D_READ_AS", M + "segment 3 (DTM), element 1.2", False)]),
    ("date of no form", "20261120:102", "2026112:102", [
        ("D_INVALID_ELEMENT", M + "segment 3 (DTM), element 1.2", True)]),
    ("unknown date form", "20261120:102", "20261120:999", [
        ("D_INVALID_ELEMENT", M + "segment 3 (DTM), element 1.2", True)]),
    ("unknown date qualifier", "CUX+2:EUR:9", "DTM+999:20261120:102", [
        ("D_PASSED_OVER", M + "segment 5 (DTM), element 1.1", False)]),
    ("cancel after", "CUX+2:EUR:9", "DTM+61:20261220:102", [
        ("D_UNSUPPORTED", M + "segment 5 (DTM), element 1.1", False)]),
    ("unknown item type", "BK-R19:SA", "BK-R19:QQ", [
        ("D_UNSUPPORTED", M + "segment 9 (LIN), element 3.2", False)]),
    ("item without a type", "BK-R19:SA", "BK-R19", [("D_DOUBTFUL", M + "segment 9 (LIN), element 3.1", False)]),
    ("barcode digit", "4006381333931", "4006381333937", [("D_CHECK_DIGIT", M + "segment 6 (LIN), element 3.1", False)]),
    ("GLN digit", "5412345000013", "5412345000019", [("D_CHECK_DIGIT", M + "segment 4 (NAD), element 2.1", False)]),
    ("currency", "2:EUR:9", "2:euro:9", [("D_INVALID_ELEMENT", M + "segment 5 (CUX), element 1.2", True)]),
    ("unknown action", "LIN+2++", "LIN+2+99+", [("D_INVALID_ELEMENT", M + "segment 9 (LIN), element 2", True)]),
    ("sub-line", "BK-R19:SA", "BK-R19:SA+1:1", [("D_UNSUPPORTED", M + "segment 9 (LIN), element 4", False)]),
    ("unknown function", "PO4711+9", "PO4711+77", [("D_INVALID_ELEMENT", M + "segment 2 (BGM), element 3", True)]),
    ("a copy", "PO4711+9", "PO4711+31", [("D_DOUBTFUL", M + "segment 2 (BGM), element 3", False)]),
    ("a blanket order", "BGM+220", "BGM+221", [("D_DOUBTFUL", M + "segment 2 (BGM), element 1.1", False)]),
    ("no order number", "BGM+220+PO4711+9", "BGM+220++9", [
        ("D_INVALID_ELEMENT", M + "segment 2 (BGM), element 2.1", True)]),
    ("another message type", "ORDERS:D", "INVOIC:D", [("D_UNSUPPORTED", M + "segment 1 (UNH), element 2.1", True)]),
    ("another directory", "ORDERS:D:", "ORDERS:X:", [
        ("D_INVALID_ELEMENT", M + "segment 1 (UNH), element 2.2", False)]),
    ("unknown syntax", "UNOC:3", "XXXX:3", [("D_INVALID_ELEMENT", "segment 1 (UNB), element 1.1", True)]),
    ("no sender", "+BUYER:14+", "++", [("D_INVALID_ELEMENT", "segment 1 (UNB), element 2", True)]),
    ("no interchange reference", "0930+77'", "0930'", [
        ("D_INVALID_ELEMENT", "segment 1 (UNB), element 5", True),
        ("D_CONTROL_REFERENCE", "segment 18 (UNZ), element 2", True)]),
    ("allowance", "UNS+S'", "ALC+A+++1'\nUNS+S'", [
        ("D_CONTROL_COUNT", M + "segment 17 (UNT), element 1", True),
        ("D_UNSUPPORTED", M + "segment 12 (ALC)", False)]),
    ("unknown segment", "CUX+2:EUR:9'", "XYZ+1'", [("D_UNSUPPORTED", M + "segment 5 (XYZ)", False)]),
    ("garbage for a segment", "CUX+2:EUR:9'", "%$&/(=garbage'", [
        ("D_INVALID_ELEMENT", M + "segment 5 (%$&/(=garbage)", True),
        ("D_UNSUPPORTED", M + "segment 5 (%$&/(=garbage)", False)]),
    ("a terminator lost", "QTY+21:3:PCE'\n", "QTY+21:3:PCE\n", [
        ("D_INVALID_ELEMENT", M + "segment 10 (QTY), element 2", True),
        ("D_CONTROL_COUNT", M + "segment 15 (UNT), element 1", True)]),
    ("segment between messages", "UNZ+1+77'", "FTX+AAI'\nUNZ+1+77'", [("D_ENVELOPE", "segment 18 (FTX)", True)]),
    ("UNZ twice", "UNZ+1+77'\n", "UNZ+1+77'\nUNZ+1+77'\n", [("D_ENVELOPE", "segment 19 (UNZ)", True)]),
    ("a second header", "UNH+1+", "UNB+UNOC:3+A+B+261120:0930+78'\nUNH+1+", [
        ("D_ENVELOPE", "segment 2 (UNB)", True), ("D_MISSING_SEGMENT", "segment 3 (UNZ)", True),
        ("D_NO_ORDER", "", True)]),
    ("garbage behind the end", "UNZ+1+77'\n", "UNZ+1+77'\n$$EOF\n", [("D_ENVELOPE", "segment 19 ($$E)", False)]),
    ("a segment behind the end", "UNZ+1+77'\n", "UNZ+1+77'\nFTX+AAI'\n", [("D_ENVELOPE", "segment 19 (FTX)", False)]),
    ("unknown price", "PRI+AAA:2.25", "PRI+1E:2.25", [("D_UNSUPPORTED", M + "segment 11 (PRI), element 1.1", False)]),
    ("end cut off", "UNZ+1+77'\n", "UNZ+1+7", [
        ("D_DAMAGED", "segment 18 (UNZ)", True), ("D_MISSING_SEGMENT", "segment 18 (UNZ)", True)]),
    ("group not closed", "UNH+1", "UNG+ORDERS+A+B+261120:0930+G1+UN+D:96A'\nUNH+1", [
        ("D_MISSING_SEGMENT", "segment 2 (UNG)", True)]),
    ("service characters alike", "UNA:+.? '", "UNA:+.+ '", [("D_ENVELOPE", "segment 1 (UNA)", True)]),
    ("service characters letters", "UNA:+.? '", "UNAa+.? '", [("D_ENVELOPE", "segment 1 (UNA)", True)]),
]  # fmt: skip


def found(reading: Reading) -> list[tuple[str, str, bool]]:
    faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.place.path, fault.rejects) for fault in faults]


def test_the_good_order_has_no_fault() -> None:
    assert found(read(GOOD.encode(), Hints())) == []


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [pytest.param(*case[1:], id=case[0]) for case in BREAKS],
)
def test_each_break_is_named_with_its_place(old: str, new: str, faults: list[tuple[str, str, bool]]) -> None:
    assert GOOD.count(old) == 1
    assert sorted(found(read(GOOD.replace(old, new).encode(), Hints()))) == sorted(faults)


def test_a_message_without_its_header_is_refused_once_where_it_begins() -> None:
    reading = read(GOOD.replace("UNH+1+ORDERS:D:96A:UN'\n", "").encode(), Hints())
    assert reading.orders == ()
    assert reading.faults[0].params == {"name": "UNH"}
    assert found(reading) == [
        ("D_MISSING_SEGMENT", "segment 2 (BGM)", True),
        ("D_CONTROL_COUNT", "segment 17 (UNZ), element 1", True),
        ("D_NO_ORDER", "", True),
    ]


def test_a_message_reference_used_twice_is_refused() -> None:
    body = GOOD[GOOD.index("UNH") : GOOD.index("UNZ")]
    reading = read(GOOD.replace("UNZ+1", f"{body}UNZ+2").encode(), Hints())
    assert found(reading) == [("D_INVALID_ELEMENT", "message 2, segment 1 (UNH), element 1", True)]
    assert len(reading.orders) == 2


@pytest.mark.parametrize("end", [match.start() for match in re.finditer("'", GOOD)][2:-1])
def test_an_order_cut_off_behind_any_segment_is_refused(end: int) -> None:
    reading = read(GOOD[: end + 1].encode(), Hints())
    assert ("D_MISSING_SEGMENT", True) in [(code, rejects) for code, _, rejects in found(reading)]


@pytest.mark.parametrize("end", range(GOOD.index("BGM") + 5, len(GOOD) - 2, 3))
def test_an_order_cut_off_anywhere_is_refused(end: int) -> None:
    assert any(rejects for _, _, rejects in found(read(GOOD[:end].encode(), Hints())))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("UNZ+1+", "UNZ+2+", "D_CONTROL_COUNT"),
        ("UNT+16+", "UNT+15+", "D_CONTROL_COUNT"),
        ("UNZ+1+77", "UNZ+1+78", "D_CONTROL_REFERENCE"),
        ("CNT+2:2", "CNT+2:3", "D_CONTROL_COUNT"),
    ],
)
def test_a_partner_known_for_wrong_counts_is_only_told_of(old: str, new: str, code: str) -> None:
    reading = read(GOOD.replace(old, new).encode(), Hints(profile={"lenient": "counts"}))
    assert [(name, rejects) for name, _, rejects in found(reading)] == [(code, False)]


@pytest.mark.parametrize("old", ["QTY+21:3:PCE", "QTY+21:12:PCE"])
def test_a_comma_before_three_digits_is_doubted_where_no_decimal_mark_is_stated(old: str) -> None:
    content = GOOD[GOOD.index("UNB") :].replace(old, "QTY+21:1,000:PCE").replace("CNT+1:15'\nUNT+16", "UNT+15")
    reading = read(content.encode(), Hints())
    assert [(code, rejects) for code, _, rejects in found(reading)] == [("D_DOUBTFUL", False)]


def test_faults_say_what_was_given_and_what_was_counted() -> None:
    order = read(GOOD.replace("UNT+16+", "UNT+15+").encode(), Hints()).orders[0]
    assert dict(order.faults[0].params) == {"given": "15", "counted": "16"}
