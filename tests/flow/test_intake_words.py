"""What chips of the inbox say: a short title for whatever can be wrong, in both languages."""

import pytest
from django.utils.translation import override

from orderloop.flow.pages import intake_words
from orderloop.intake.facts import FINDING_TITLES, FindingCode
from orderloop.interchange.facts import FaultCode

CODES = [*FaultCode, *FindingCode, *intake_words.REASON_WORDS, *intake_words.AUTOMATIC_WORDS, "draft:7"]
LONGEST = 36


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_code_has_a_short_title_without_figures(language: str) -> None:
    with override(language):
        for code in CODES:
            said = intake_words.reason_word(str(code))
            assert said.strip() and said != code and len(said) <= LONGEST, code
            assert not set("%…{}") & set(said), code


def test_titles_are_of_codes_that_exist_and_differ_from_one_another() -> None:
    assert set(intake_words.FAULT_TITLES) == set(FaultCode)
    assert set(FINDING_TITLES) == set(FindingCode)
    with override("zh-hans"):
        said = [intake_words.reason_word(code) for code in FaultCode]
    assert len(set(said)) == len(FaultCode)


def test_what_a_person_wrote_is_shown_as_it_is() -> None:
    assert intake_words.reason_word("Thanks only") == "Thanks only"
