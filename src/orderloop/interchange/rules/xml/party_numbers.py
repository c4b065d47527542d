"""Check digits of the numbers by which companies are known on electronic networks."""

from collections.abc import Callable, Mapping

_DIGITS = "0123456789"
_ITALIAN_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
    10, 22, 25, 24, 23,
), strict=True))  # fmt: skip
_NORWEGIAN_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DANISH_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_AUSTRALIAN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def _numbers(text: str, length: int) -> list[int] | None:
    return [_DIGITS.index(c) for c in text] if len(text) == length and set(text) <= set(_DIGITS) else None


def gln_holds(text: str) -> bool:
    """A GS1 location number of 13 digits: weights 1 and 3, sum a multiple of 10."""
    digits = _numbers(text, 13)
    return digits is not None and sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def norwegian_holds(text: str) -> bool:
    """An organisation number of Norway: 9 digits, modulus 11."""
    digits = _numbers(text, 9)
    if digits is None:
        return False
    check = -sum(d * w for d, w in zip(digits, _NORWEGIAN_WEIGHTS, strict=False)) % 11
    return check == digits[8]


def danish_holds(text: str) -> bool:
    """A company number of Denmark: 8 digits, with or without DK before them, modulus 11."""
    digits = _numbers(text.removeprefix("DK"), 8)
    return digits is not None and sum(d * w for d, w in zip(digits, _DANISH_WEIGHTS, strict=True)) % 11 == 0


def belgian_holds(text: str) -> bool:
    """An enterprise number of Belgium: 10 digits, the last two complete the others to a multiple of 97."""
    digits = _numbers(text, 10)
    return digits is not None and 97 - int(text[:8]) % 97 == int(text[8:])


def swedish_holds(text: str) -> bool:
    """An organisation number of Sweden: 10 digits, Luhn."""
    return _numbers(text, 10) is not None and _luhn(text)


def italian_vat_holds(text: str) -> bool:
    """A VAT number of Italy: 11 digits, with or without IT before them, Luhn."""
    plain = text.removeprefix("IT")
    return _numbers(plain, 11) is not None and _luhn(plain)


def italian_office_holds(text: str) -> bool:
    """A code of an Italian public office: 6 letters or digits."""
    return len(text) == 6 and text.isascii() and text.isalnum()


def italian_fiscal_holds(text: str) -> bool:
    """A fiscal code of Italy: 16 characters with a check letter, or 11 digits as a VAT number."""
    plain = text.upper()
    if len(plain) != 16:
        return italian_vat_holds(plain)
    if not set(plain) <= set(_ITALIAN_ODD):
        return False
    even = sum(_DIGITS.index(c) if c in _DIGITS else ord(c) - ord("A") for c in plain[1:15:2])
    odd = sum(_ITALIAN_ODD[c] for c in plain[0:15:2])
    return chr(ord("A") + (even + odd) % 26) == plain[15]


def australian_holds(text: str) -> bool:
    """A business number of Australia: 11 digits, the first less one, weighted, a multiple of 89."""
    digits = _numbers(text, 11)
    if digits is None:
        return False
    digits[0] -= 1
    return sum(d * w for d, w in zip(digits, _AUSTRALIAN_WEIGHTS, strict=True)) % 89 == 0


def _luhn(text: str) -> bool:
    doubled = [_DIGITS.index(c) * (2 if i % 2 else 1) for i, c in enumerate(reversed(text))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


# Scheme of ISO 6523 -> the rule of the network, and the check.
CHECKS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "0088": ("PEPPOL-COMMON-R040", gln_holds),
    "0192": ("PEPPOL-COMMON-R041", norwegian_holds),
    "0184": ("PEPPOL-COMMON-R042", danish_holds),
    "0208": ("PEPPOL-COMMON-R043", belgian_holds),
    "0201": ("PEPPOL-COMMON-R044", italian_office_holds),
    "0210": ("PEPPOL-COMMON-R045", italian_fiscal_holds),
    "0211": ("PEPPOL-COMMON-R047", italian_vat_holds),
    "0007": ("PEPPOL-COMMON-R049", swedish_holds),
    "0151": ("PEPPOL-COMMON-R050", australian_holds),
}


def rule_broken(scheme: str, number: str) -> str:
    """The rule a number breaks under its scheme, or an empty text; unknown schemes are not judged."""
    rule, holds = CHECKS.get(scheme, ("", None))
    return rule if holds is not None and not holds(number) else ""
