"""Company numbers hold by their check digits; one digit changed does not."""

import pytest

from orderloop.interchange.rules.xml.party_numbers import CHECKS, rule_broken

GOOD = {
    "0088": "7300010000001",
    "0192": "987654325",
    "0184": "13585628",
    "0208": "0202239951",
    "0201": "UFY9MH",
    "0210": "RSSMRA85T10A562S",
    "0211": "00743110157",
    "0007": "5560125790",
    "0151": "51824753556",
}


@pytest.mark.parametrize(("scheme", "number"), GOOD.items())
def test_a_number_holds_and_one_that_differs_in_a_sign_does_not(scheme: str, number: str) -> None:
    assert rule_broken(scheme, number) == ""
    other = number[:-1] if scheme == "0201" else number[:-2] + ("1" if number[-2] != "1" else "2") + number[-1]
    assert rule_broken(scheme, other) == CHECKS[scheme][0]
    for wrong in ("", number[:-1], number + "0", "x" * 40, "٣" * len(number)):
        assert rule_broken(scheme, wrong) == CHECKS[scheme][0]


def test_every_check_has_its_number_and_unknown_schemes_are_not_judged() -> None:
    assert set(GOOD) == set(CHECKS)
    assert rule_broken("9999", "anything") == ""
