"""What single elements of EDIFACT say: a date in its form, a party's address and number."""

from orderloop.interchange.facts import Role
from orderloop.interchange.rules.edi import Segment, calendar_day, check_digit_holds
from orderloop.interchange.rules.edifact import codes


def day_of(given: str, form: str) -> str:
    """The ISO day of a date in its form (2379), of a period its last day; without a form by the count of its digits;
    empty where it is none."""
    if form in codes.PERIOD_FORMS:
        half = codes.DAY_FORMS[codes.PERIOD_FORMS[form]]
        digits = given.replace("-", "")
        first, last = calendar_day(digits[: len(half)], half), calendar_day(digits[len(half) :], half)
        return last if first and first <= last else ""
    if not form:
        form = {8: "102", 12: "203", 14: "204"}.get(len(given), "")
    pattern = codes.DAY_FORMS.get(form, "")
    if pattern.endswith("zzz"):
        return calendar_day(given[: len(pattern) - 3], pattern[:-3])
    return calendar_day(given, pattern) if pattern else ""


def address_of(party: Segment) -> list[str]:
    """The lines of a party's address: street, postcode and town, region by its code or its name, country."""
    street = party.elements[4] if len(party.elements) > 4 else ()
    town = " ".join(filter(None, (party.get(8), party.get(6))))
    return [*street, town, party.get(7) or party.get(7, 4), party.get(9)]


def is_gln_of(party: Segment) -> bool:
    """Whether a party's number is a GLN: it says so, or says nothing of its kind and has a GLN's check digit."""
    code, agency = party.get(2), party.get(2, 3)
    if len(code) != 13 or not (code.isascii() and code.isdigit()):
        return False
    return agency in codes.GLN_AGENCIES or (agency in codes.UNTOLD_AGENCIES and check_digit_holds(code))


def role_of(kind: str, function: str) -> Role:
    """What a message of a kind wants by its function (1225): an order may be a change or a cancellation."""
    usual = codes.MESSAGES[kind]
    if usual in (Role.ORDER, Role.CHANGE) and function in codes.CANCELS:
        return Role.CANCELLATION
    return Role.CHANGE if usual is Role.ORDER and function in codes.CHANGES else usual
