"""What fuzzing has found, each with the smallest input that showed it; and every target takes what it begins with."""

import pytest
from tests.fuzz.targets import TARGETS, seeds

FINDINGS = {
    "a charset that cannot be a name": (
        "mail", b"Content-Type: text/plain; charset=\xff\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff",
    ),
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
