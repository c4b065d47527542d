"""Numbers, dates and codes as people write them. What is not certain is not guessed: the answer is None."""

import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

_DIGITS = frozenset("0123456789")
LONGEST_NUMBER = 40
_CURRENCY_SIGNS = "¥￥$€£元"


def read_number(text: str) -> Decimal | None:
    """A decimal number with point and, rightly placed, thousands commas; exponents and other signs are refused."""
    if len(text) > LONGEST_NUMBER:
        return None
    if text.isascii() and text.isdigit():
        return Decimal(text)
    plain = unicodedata.normalize("NFKC", text).strip()
    sign = -1 if plain[:1] in {"-", "−"} else 1
    whole, point, fraction = plain.lstrip("+-−").strip().partition(".")
    if "," in whole:
        first, *groups = whole.split(",")
        if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
            return None
        whole = first + "".join(groups)
    if not (whole or fraction) or (point and not fraction) or not _DIGITS.issuperset(whole + fraction):
        return None
    try:
        return sign * Decimal(f"{whole or '0'}.{fraction or '0'}" if point else whole)
    except InvalidOperation:
        return None


def read_price(text: str) -> Decimal | None:
    """A number with or without a currency sign before or after it."""
    return read_number(unicodedata.normalize("NFKC", text).strip().strip(_CURRENCY_SIGNS))


def split_quantity(text: str) -> tuple[str, str]:
    """`12 pcs` or `12个` as its number and its unit; a text without such an end has no unit."""
    plain = unicodedata.normalize("NFKC", text).strip()
    end = len(plain)
    while end and plain[end - 1] not in _DIGITS:
        end -= 1
    return (plain[:end].strip(), plain[end:].strip()) if end else (plain, "")


def read_date(text: str) -> date | None:
    """ISO, year first with any mark (2026/11/30, 2026年11月30日), or day first with points (30.11.2026).

    A date such as 11/12/2026 is read differently on both sides of an ocean and is therefore not read.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = plain.removesuffix(" 00:00:00").removesuffix("T00:00:00")
    marked = plain.replace("年", "-").replace("月", "-").removesuffix("日").replace("/", "-")
    parts = [part.strip() for part in marked.replace(".", "-").split("-")]
    if len(parts) == 3 and len(parts[2]) == 4 and plain.count(".") == 2:
        parts.reverse()
    return _as_date(parts)


def _as_date(parts: list[str]) -> date | None:
    if len(parts) == 1 and len(parts[0]) == 8 and _DIGITS.issuperset(parts[0]):
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    if len(parts) != 3 or len(parts[0]) != 4 or not all(parts) or not _DIGITS.issuperset("".join(parts)):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def is_keepable(text: str) -> bool:
    """Whether the database can keep the text: no NUL and no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))
