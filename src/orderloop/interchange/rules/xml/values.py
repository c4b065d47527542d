"""Days and numbers as the XML standards write them. Whatever is written otherwise is told, never guessed."""

import re
from datetime import date
from decimal import Decimal

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?")
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d{1,12}")


def day_stated(text: str) -> str | None:
    """The day of an `xs:date` or `xs:dateTime` as it was written there, as ISO; None where it is neither."""
    match = _DAY.fullmatch(text)
    if not match:
        return None
    try:
        return date.fromisoformat(match[1]).isoformat()
    except ValueError:
        return None


def number_stated(text: str) -> str | None:
    """The plain form of an `xs:decimal`; None where it is none, also with an exponent or beyond 18 digits."""
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return None
    plain = text.lstrip("+").rstrip(".") if text.endswith(".") else text.lstrip("+")
    return plain.replace(".", "0.", 1) if plain.lstrip("-").startswith(".") else plain


def number_grouped(text: str) -> str | None:
    """As `number_stated`, and with commas between the thousands where a point makes them certain."""
    return number_stated(text.replace(",", "")) if _GROUPED.fullmatch(text) else number_stated(text)


def decimal_stated(text: str) -> Decimal | None:
    """The number as a Decimal, or None."""
    plain = number_stated(text)
    return None if plain is None else Decimal(plain)


def plain_quantity(number: Decimal) -> str:
    """A number without an exponent and without needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
