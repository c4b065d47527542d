"""A good X12 order, broken in many ways: each time the break is named, with its place, and refused or told of."""

import pytest

from orderloop.interchange.facts import Hints, Reading
from orderloop.interchange.readers.x12 import read

GOOD = """ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *261120*0930*U*00401*000000077*0*P*>~
GS*PO*BUYER*SELLER*20261120*0931*7*X*004010~
ST*850*0001~
BEG*00*SA*PO4711**20261120~
CUR*BY*USD~
N1*BY*Bike Shop Ltd*UL*5412345000013~
PO1*1*12*EA*12.50*PE*UP*012345678905~
PO1*2*3*DZ*2.25**VN*BK-R19~
DTM*002*20261202~
CTT*2*15~
AMT*TT*156.75~
SE*10*0001~
GE*1*7~
IEA*1*000000077~
"""
M = "message 1, "
COUNTED = ("D_CONTROL_COUNT", M + "segment 9 (SE), element 1", True)

# (name, what is replaced, by what, the faults: code, place, whether it refuses)
BREAKS = [
    ("set count", "SE*10*", "SE*11*", [("D_CONTROL_COUNT", M + "segment 10 (SE), element 1", True)]),
    ("set count no number", "SE*10*", "SE*ten*", [("D_CONTROL_COUNT", M + "segment 10 (SE), element 1", True)]),
    ("set number", "SE*10*0001", "SE*10*0002", [("D_CONTROL_REFERENCE", M + "segment 10 (SE), element 2", True)]),
    ("group count", "GE*1*", "GE*2*", [("D_CONTROL_COUNT", "segment 13 (GE), element 1", True)]),
    ("group number", "GE*1*7", "GE*1*8", [("D_CONTROL_REFERENCE", "segment 13 (GE), element 2", True)]),
    ("interchange count", "IEA*1*", "IEA*2*", [("D_CONTROL_COUNT", "segment 14 (IEA), element 1", True)]),
    ("interchange number", "IEA*1*000000077", "IEA*1*000000078", [
        ("D_CONTROL_REFERENCE", "segment 14 (IEA), element 2", True)]),
    ("no IEA", "IEA*1*000000077~\n", "", [("D_MISSING_SEGMENT", "segment 14 (IEA)", True)]),
    ("no GE", "GE*1*7~\n", "", [("D_MISSING_SEGMENT", "segment 2 (GS)", True)]),
    ("no SE", "SE*10*0001~\n", "", [("D_MISSING_SEGMENT", M + "segment 10 (SE)", True)]),
    ("no GS", "GS*PO*BUYER*SELLER*20261120*0931*7*X*004010~\nST", "TA1*1*261120*0930*A*000~\nST", [
        ("D_MISSING_SEGMENT", "segment 3 (ST)", True),
        ("D_ENVELOPE", "segment 13 (GE)", True),
        ("D_CONTROL_COUNT", "segment 14 (IEA), element 1", True)]),
    ("no BEG", "BEG*00*SA*PO4711**20261120~\n", "", [
        COUNTED, ("D_MISSING_SEGMENT", M + "segment 2 (BEG)", True)]),
    ("BEG doubled", "CUR*BY*USD", "BEG*00*SA*PO4712**20261120", [
        ("D_INVALID_ELEMENT", M + "segment 3 (BEG)", True)]),
    ("a change's heading", "BEG*00", "BCH*00", [
        ("D_INVALID_ELEMENT", M + "segment 2 (BCH)", True), ("D_MISSING_SEGMENT", M + "segment 2 (BEG)", True)]),
    ("a line dropped", "PO1*2*3*DZ*2.25**VN*BK-R19~\n", "", [
        COUNTED,
        ("D_CONTROL_COUNT", M + "segment 7 (CTT), element 1", True),
        ("D_INCONSISTENT", M + "segment 7 (CTT), element 2", False)]),
    ("a line doubled", "PO1*2*3*DZ*2.25**VN*BK-R19~\n", "PO1*2*3*DZ*2.25**VN*BK-R19~\nPO1*2*3*DZ*2.25**VN*BK-R19~\n", [
        ("D_CONTROL_COUNT", M + "segment 11 (SE), element 1", True),
        ("D_DOUBTFUL", M + "segment 7 (PO1), element 1", False),
        ("D_CONTROL_COUNT", M + "segment 9 (CTT), element 1", True),
        ("D_INCONSISTENT", M + "segment 9 (CTT), element 2", False)]),
    ("line count", "CTT*2*", "CTT*3*", [("D_CONTROL_COUNT", M + "segment 8 (CTT), element 1", True)]),
    ("hash total", "CTT*2*15", "CTT*2*16", [("D_INCONSISTENT", M + "segment 8 (CTT), element 2", False)]),
    ("hash total no number", "CTT*2*15", "CTT*2*x", [("D_INVALID_ELEMENT", M + "segment 8 (CTT), element 2", True)]),
    ("quantity changed", "PO1*1*12*", "PO1*1*21*", [("D_INCONSISTENT", M + "segment 8 (CTT), element 2", False)]),
    ("quantity no number", "PO1*2*3*", "PO1*2*3o*", [
        ("D_INVALID_ELEMENT", M + "segment 6 (PO1), element 2", True),
        ("D_INCONSISTENT", M + "segment 8 (CTT), element 2", False)]),
    ("no quantity", "PO1*2*3*", "PO1*2**", [
        ("D_MISSING_SEGMENT", M + "segment 6 (PO1), element 2", False),
        ("D_INCONSISTENT", M + "segment 8 (CTT), element 2", False)]),
    ("price with a comma", "12.50", "12,50", [("D_INVALID_ELEMENT", M + "segment 5 (PO1), element 4", True)]),
    ("negative price", "12.50", "-12.50", [("D_INVALID_ELEMENT", M + "segment 5 (PO1), element 4", True)]),
    ("price in powers", "12.50", "1E5", [("D_INVALID_ELEMENT", M + "segment 5 (PO1), element 4", True)]),
    ("retail price", "12.50*PE", "12.50*RE", [("D_DOUBTFUL", M + "segment 5 (PO1), element 4", False)]),
    ("price for another measure", "12.50*PE", "12.50*PP", [("D_DOUBTFUL", M + "segment 5 (PO1), element 4", False)]),
    ("unknown price basis", "12.50*PE", "12.50*??", [("D_UNSUPPORTED", M + "segment 5 (PO1), element 5", False)]),
    ("30 February", "PO4711**20261120", "PO4711**20260230", [
        ("D_INVALID_ELEMENT", M + "segment 2 (BEG), element 5", True)]),
    ("no date", "PO4711**20261120", "PO4711", [("D_INVALID_ELEMENT", M + "segment 2 (BEG), element 5", True)]),
    ("line date", "20261202", "2026-12-02", [("D_INVALID_ELEMENT", M + "segment 7 (DTM), element 2", True)]),
    ("cancel after", "DTM*002", "DTM*001", [("D_UNSUPPORTED", M + "segment 7 (DTM), element 1", False)]),
    ("date qualifier of no kind", "DTM*002", "DTM*2", [("D_PASSED_OVER", M + "segment 7 (DTM), element 1", False)]),
    ("unknown item type", "VN*BK-R19", "Q7*BK-R19", [
        ("D_UNSUPPORTED", M + "segment 6 (PO1), element 6", False)]),
    ("a further item type", "UP*012345678905", "UP*012345678905*Q7*X", [
        ("D_PASSED_OVER", M + "segment 5 (PO1), element 8", False)]),
    ("barcode digit", "012345678905", "012345678901", [("D_CHECK_DIGIT", M + "segment 5 (PO1), element 7", False)]),
    ("GLN digit", "5412345000013", "5412345000019", [("D_CHECK_DIGIT", M + "segment 4 (N1), element 4", False)]),
    ("currency", "CUR*BY*USD", "CUR*BY*dollar", [("D_INVALID_ELEMENT", M + "segment 3 (CUR), element 2", True)]),
    ("unknown purpose", "BEG*00", "BEG*99", [("D_INVALID_ELEMENT", M + "segment 2 (BEG), element 1", True)]),
    ("a copy", "BEG*00", "BEG*07", [("D_DOUBTFUL", M + "segment 2 (BEG), element 1", False)]),
    ("a blanket order", "BEG*00*SA", "BEG*00*BK", [("D_DOUBTFUL", M + "segment 2 (BEG), element 2", False)]),
    ("a release", "PO4711**", "PO4711*R2*", [("D_DOUBTFUL", M + "segment 2 (BEG), element 4", False)]),
    ("no order number", "PO4711", "", [("D_INVALID_ELEMENT", M + "segment 2 (BEG), element 3", True)]),
    ("another set", "ST*850", "ST*810", [("D_UNSUPPORTED", M + "segment 1 (ST), element 1", True)]),
    ("another group", "GS*PO", "GS*IN", [("D_INCONSISTENT", M + "segment 1 (ST), element 1", False)]),
    ("no set number", "ST*850*0001", "ST*850", [
        ("D_CONTROL_REFERENCE", M + "segment 10 (SE), element 2", True),
        ("D_INVALID_ELEMENT", M + "segment 1 (ST), element 2", True)]),
    ("no sender", "*ZZ*BUYER          *", "*ZZ*               *", [
        ("D_INVALID_ELEMENT", "segment 1 (ISA), element 6", True)]),
    ("usage", "*0*P*>", "*0*X*>", [("D_INVALID_ELEMENT", "segment 1 (ISA), element 15", False)]),
    ("an element lost from the ISA", "*U*00401*", "*00401*", [("D_ENVELOPE", "segment 1 (ISA)", True)]),
    ("delimiters alike", "*0*P*>~", "*0*P*~~", [("D_ENVELOPE", "segment 1 (ISA)", True)]),
    ("allowance", "CUR*BY*USD", "SAC*A*C310***1000", [("D_UNSUPPORTED", M + "segment 3 (SAC)", False)]),
    ("split by store", "DTM*002*20261202", "SDQ*EA*92*S1*2*S2*1", [("D_UNSUPPORTED", M + "segment 7 (SDQ)", False)]),
    ("unknown segment", "CUR*BY*USD", "XYZ*1", [("D_UNSUPPORTED", M + "segment 3 (XYZ)", False)]),
    ("garbage for a segment", "CUR*BY*USD", "%$&/garbage", [
        ("D_INVALID_ELEMENT", M + "segment 3 (%$&/garbage)", True),
        ("D_UNSUPPORTED", M + "segment 3 (%$&/garbage)", False)]),
    ("segment between groups", "IEA*1", "N1*BY~\nIEA*1", [("D_ENVELOPE", "segment 14 (N1)", True)]),
    ("IEA twice", "IEA*1*000000077~\n", "IEA*1*000000077~\nIEA*1*000000077~\n", [
        ("D_ENVELOPE", "segment 15 (IEA)", True)]),
    ("garbage behind the end", "IEA*1*000000077~\n", "IEA*1*000000077~\n$$EOF\n", [
        ("D_ENVELOPE", "segment 15 ($$E)", False)]),
    ("a segment behind the end", "IEA*1*000000077~\n", "IEA*1*000000077~\nN1*BY~\n", [
        ("D_ENVELOPE", "segment 15 (N1)", False)]),
    ("end cut off", "IEA*1*000000077~\n", "IEA*1*00", [
        ("D_DAMAGED", "segment 14 (IEA)", True), ("D_MISSING_SEGMENT", "segment 14 (IEA)", True)]),
]  # fmt: skip


def found(reading: Reading) -> list[tuple[str, str, bool]]:
    faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.place.path, fault.rejects) for fault in faults]


def test_the_good_order_has_no_fault() -> None:
    assert found(read(GOOD.encode(), Hints())) == []


@pytest.mark.parametrize(("old", "new", "faults"), [pytest.param(*case[1:], id=case[0]) for case in BREAKS])
def test_each_break_is_named_with_its_place(old: str, new: str, faults: list[tuple[str, str, bool]]) -> None:
    assert GOOD.count(old) == 1
    assert sorted(found(read(GOOD.replace(old, new).encode(), Hints()))) == sorted(faults)


def test_a_set_number_used_twice_is_refused() -> None:
    body = GOOD[GOOD.index("ST*") : GOOD.index("GE*")]
    reading = read(GOOD.replace("GE*1", f"{body}GE*2").encode(), Hints())
    assert found(reading) == [("D_INVALID_ELEMENT", "message 2, segment 1 (ST), element 2", True)]
    assert len(reading.orders) == 2


def test_a_group_number_used_twice_is_refused() -> None:
    body = GOOD[GOOD.index("GS*") : GOOD.index("IEA*")]
    reading = read(GOOD.replace("IEA*1", f"{body}IEA*2").encode(), Hints())
    assert found(reading) == [("D_INVALID_ELEMENT", "segment 14 (GS), element 6", True)]


@pytest.mark.parametrize("end", range(GOOD.index("GS*"), len(GOOD) - 2, 3))
def test_an_order_cut_off_anywhere_is_refused(end: int) -> None:
    assert any(rejects for _, _, rejects in found(read(GOOD[:end].encode(), Hints())))


@pytest.mark.parametrize(
    ("old", "new"),
    [("SE*10*", "SE*9*"), ("GE*1*", "GE*3*"), ("IEA*1*", "IEA*4*"), ("IEA*1*000000077", "IEA*1*000000001")],
)
def test_a_partner_known_for_wrong_counts_is_only_told_of(old: str, new: str) -> None:
    reading = read(GOOD.replace(old, new).encode(), Hints(profile={"lenient": "counts"}))
    assert [rejects for _, _, rejects in found(reading)] == [False]
