"""What fuzzing has found, each with the smallest input that showed it; and every target takes what it begins with."""

import io
import zipfile

import pytest
from tests.fuzz.targets import TARGETS, seeds


def _nameless() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(zipfile.ZipInfo(""), b"x")
    return target.getvalue()


FINDINGS = {
    "a charset that cannot be a name": (
        "mail", b"Content-Type: text/plain; charset=\xff\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff",
    ),
    "an order's number among the lines of EDIFACT": (
        "edifact", b"UNB+UNOA:4+A+B+20051107:1159+6002'UNH+1+ORDERS:D:03B'LIN+1'BGM+220+P1+9'",
    ),
    "an order's number among the lines of X12": (
        "x12", b"ISA*00*          *00*          *01*A              *ZZ*B              *090827*0936*U*00401*000000055"
        b"*0*T*>~GS*PO*A*B*20090827*1041*2*X*004010~ST*850*1~PO1*1*2*EA*3**VN*A-1~BEG*00*SA*P1**20140724~",
    ),
    "a packed file without a name": ("archive", _nameless()),
}  # fmt: skip


@pytest.mark.parametrize("name", FINDINGS)
def test_what_was_found_stays_mended(name: str) -> None:
    target, content = FINDINGS[name]
    TARGETS[target](content)


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_holds_for_what_it_begins_with(name: str) -> None:
    contents = [*seeds(name)]
    assert contents
    for content in contents:
        for damaged in (content, content[: len(content) // 2], content[7:], content.replace(b"\n", b"", 1)):
            TARGETS[name](damaged)


def test_what_is_neither_a_draft_nor_a_reason_is_told() -> None:
    from tests.fuzz.targets import check

    from orderloop.interchange.facts import Format, Reading

    with pytest.raises(AssertionError, match="neither a draft nor a reason"):
        check(Reading(Format.TEXT))
