"""Numbers and days as people write them in tables and files."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

_CURRENCY_MARKS = "¥￥$€£ \u00a0\u202f"
_DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", "%d-%b-%Y")


def number_from(text: str, *, decimal_comma: bool = False) -> Decimal:
    """A number as people write it: currency marks, spaces and thousands separators are left out. ValueError if none."""
    plain = unicodedata.normalize("NFKC", text).strip().strip(_CURRENCY_MARKS).replace(" ", "").replace("'", "")
    if decimal_comma:
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", plain):
        raise ValueError(text)
    return Decimal(plain)


def date_from(text: str, form: str = "") -> date:
    """A day as people write it: year first, with points between, or with the month in letters; or by a strptime form.

    ValueError if it is none, also for 03/04/2026, which may be either of two days.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for each in (form,) if form else _DATE_FORMS:
        try:
            return datetime.strptime(plain, each).date()  # noqa: DTZ007  # a day of the calendar has no zone
        except ValueError:
            continue
    if form:
        raise ValueError(text)
    # With a time of day behind it, as a spreadsheet keeps days.
    return datetime.fromisoformat(plain).date()
