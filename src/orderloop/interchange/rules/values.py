"""Numbers, days, currencies, units and codes as they are written on a page. Nothing is guessed: a day that may be one
of two, or a number that may be, says so."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from orderloop.foundation.quantity import canonical_unit

_MARKS = r"(?:RMB|CNY|USD|US\$|HK\$|NT\$|EUR|GBP|JPY|HKD|TWD|人民币|美元|欧元|[¥￥$€£])"
_NUMBER = re.compile(
    rf"^[(]?\s*(?P<front>{_MARKS})?\s*(?P<sign>[-+−]?)\s*(?P<body>\d[\d.,'\u2019 \u00a0\u202f]*|[.,]\d+)\s*"
    rf"(?P<back>{_MARKS}|元整|元|圆|%)?\s*[)]?$",
    re.IGNORECASE,
)
_MARK_CODES = {
    "RMB": "CNY", "人民币": "CNY", "元": "CNY", "圆": "CNY", "元整": "CNY", "¥": "CNY", "CNY": "CNY", "US$": "USD",
    "$": "USD", "USD": "USD", "美元": "USD", "美金": "USD", "€": "EUR", "EUR": "EUR", "欧元": "EUR", "£": "GBP",
    "GBP": "GBP", "英镑": "GBP", "HK$": "HKD", "HKD": "HKD", "港币": "HKD", "港元": "HKD", "NT$": "TWD", "TWD": "TWD",
    "新台币": "TWD", "JPY": "JPY", "日元": "JPY", "CHF": "CHF", "CAD": "CAD", "AUD": "AUD", "SGD": "SGD", "KRW": "KRW",
    "INR": "INR", "SEK": "SEK", "DKK": "DKK", "NOK": "NOK", "MXN": "MXN", "THB": "THB", "VND": "VND", "MYR": "MYR",
    "EURO": "EUR", "EUROS": "EUR", "YUAN": "CNY", "RENMINBI": "CNY", "CNH": "CNY", "PLN": "PLN", "CZK": "CZK",
    "BRL": "BRL", "ZAR": "ZAR", "AED": "AED", "RUB": "RUB", "TRY": "TRY", "IDR": "IDR", "PHP": "PHP", "NZD": "NZD",
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar",
            "feb february februar",
            "mar march märz maerz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: its value if the point is the decimal sign, its value if the comma is; None where it cannot
    be. `mark`: the currency written beside it."""

    point: Decimal | None
    comma: Decimal | None
    mark: str = ""

    def by(self, sign: str) -> Decimal | None:
        """The value under the decimal sign that holds in a document; the only possible one where that does not fit."""
        first, second = (self.comma, self.point) if sign == "," else (self.point, self.comma)
        return first if first is not None else second

    @property
    def is_certain(self) -> bool:
        """Whether it can be read in one way only."""
        return self.point is None or self.comma is None or self.point == self.comma


def number_in(text: str) -> Number | None:
    """The number a text consists of, with currency marks, or None when it is none."""
    found = _NUMBER.match(plain(text)) if len(text) <= 40 else None
    if found is None or found["back"] == "%":
        return None
    body = found["body"].strip().rstrip(".,")
    sign = "-" if found["sign"] in ("-", "−") else ""
    point, comma = _parsed(sign, body, ","), _parsed(sign, body, ".")
    if point is None and comma is None:
        return None
    mark = (found["front"] or found["back"] or "").upper()
    return Number(point, comma, _MARK_CODES.get(mark, mark))


def _parsed(sign: str, body: str, thousands: str) -> Decimal | None:
    """The value when `thousands` (or a blank, or an apostrophe) groups the digits by three."""
    decimal = "." if thousands == "," else ","
    whole, _found, fraction = body.partition(decimal)
    if decimal in fraction or (fraction and not fraction.isdigit()):
        return None
    for mark in (thousands, " ", "'", "\u2019"):
        if mark in whole:
            first, *rest = whole.split(mark)
            if not 1 <= len(first) <= 3 or first[0] == "0" or any(len(each) != 3 for each in rest):
                return None
            whole = "".join((first, *rest))
    if whole and not whole.isdigit():
        return None
    try:
        return Decimal(f"{sign}{whole or 0}.{fraction or 0}") if fraction else Decimal(f"{sign}{whole}")
    except InvalidOperation:
        return None


def decimal_sign_of(texts: Iterable[str]) -> str:
    """The decimal sign the numbers of a document agree on: `.` or `,`; an empty text where they leave it open.

    However many numbers may be read in both ways, those that may not decide.
    """
    points = commas = grouped = 0
    for text in texts:
        number = number_in(text)
        if number is None or number.point == number.comma:
            continue
        if number.comma is None:
            points += 1
        elif number.point is None:
            commas += 1
        elif re.search(r",\d{3}(?!\d)", plain(text)):
            grouped += 1
    if points == commas:
        return "." if grouped else ""
    return "." if points > commas else ","


def plain(text: str) -> str:
    """Full-width signs as ordinary ones, without outer blanks."""
    return unicodedata.normalize("NFKC", text).strip()


def as_text(number: Decimal) -> str:
    """Plain digits with a point, as many decimals as were written."""
    return f"{number:f}"


_QUANTITY = re.compile(r"^(?P<number>[-+]?\d[\d.,' ]*?)\s*(?P<unit>[^\d\s.,'()/%+-][^\d()]{0,15})\.?$")


def quantity_and_unit(text: str) -> tuple[str, str] | None:
    """`12 EA`, `100个`, `1,200 pcs` as number and unit; None unless somebody calls a unit so."""
    found = _QUANTITY.match(plain(text)) if len(text) <= 40 else None
    if found is None or canonical_unit(found["unit"]) is None or number_in(found["number"]) is None:
        return None
    return found["number"].strip(), found["unit"].strip().rstrip(".")


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written. `day` is None where it may be one of several; `orders` are those under which it can be read
    (`dmy`, `mdy`, `ymd`), empty where its form leaves no choice."""

    day: date | None
    orders: frozenset[str] = frozenset()


_DATE_FORMS = (
    re.compile(r"^(?P<y>\d{4})\s*(?P<s>[-/.])\s*(?P<m>\d{1,2})\s*(?P=s)\s*(?P<d>\d{1,2})$"),
    re.compile(r"^(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?$"),
    re.compile(r"^(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})$"),
    re.compile(r"^(?P<d>\d{1,2})(?:st|nd|rd|th)?\s*[-./ ]?\s*(?:of\s+)?(?P<mon>[A-Za-zä]{3,9})\.?"
               r"\s*[-./, ]?\s*(?P<y>\d{4}|'?\d{2})$"),
    re.compile(r"^(?P<mon>[A-Za-zä]{3,9})\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?\s*,?\s*(?P<y>\d{4})$"),
    re.compile(r"^(?P<y>\d{4})\s*[-./ ]\s*(?P<mon>[A-Za-z]{3,9})\.?\s*[-./ ]\s*(?P<d>\d{1,2})$"),
)  # fmt: skip
_LOOSE_DATE = re.compile(r"^(?P<a>\d{1,4})\s*(?P<s>[-/.])\s*(?P<b>\d{1,2})\s*(?P=s)\s*(?P<c>\d{1,4})$")
_WEEKDAY = re.compile(
    r"^\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|(?:星期|周|礼拜)[一二三四五六日天]\s*)", re.IGNORECASE
)
_DAY_TAIL = re.compile(
    r"(?:\s*[(]?\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?:星期|周)[一二三四五六日天])\s*[)]?|"
    r"[T\s]\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?|\s*(?:前|之前|以前|到货|交货))+$",
    re.IGNORECASE,
)


def day_in(text: str, order: str = "") -> Day | None:
    """The day a text consists of, under the given order of day, month and year where its form leaves a choice."""
    body = plain(text).strip("()[]").strip(" .;,。，；")
    if not 6 <= len(body) <= 45:
        return None
    body = _DAY_TAIL.sub("", _WEEKDAY.sub("", body)).strip()
    for form in _DATE_FORMS:
        found = form.match(body)
        if found:
            return _day_of(found.groupdict())
    loose = _LOOSE_DATE.match(body)
    return _loose_day(loose["a"], loose["b"], loose["c"], loose["s"], order) if loose else None


def _day_of(parts: dict[str, str | None]) -> Day | None:
    named = parts.get("mon")
    month = _MONTHS.get(named.lower().rstrip("."), 0) if named else int(parts["m"] or 0)
    day = _valid(_year(str(parts["y"]).lstrip("'")), month, int(parts["d"] or 0))
    return Day(day) if day else None


def _loose_day(one: str, two: str, three: str, sign: str, order: str) -> Day | None:
    readings: dict[str, date] = {}
    for name, (year, month, day) in (
        ("dmy", (three, two, one)),
        ("mdy", (three, one, two)),
        ("ymd", (one, two, three)),
    ):
        if len(year) in (2, 4) and len(month) <= 2 and len(day) <= 2:
            found = _valid(_year(year), int(month), int(day))
            # Nobody writes two digits of the year last and means a year far off.
            if found and (len(year) == 4 or 2015 <= found.year <= 2045):
                readings[name] = found
    if sign == "." and len(three) in (2, 4) and "dmy" in readings:
        # Points between day and month are written where the day comes first.
        readings = {"dmy": readings["dmy"]} if len(three) == 4 or "ymd" not in readings else readings
    if not readings:
        return None
    if order in readings:
        return Day(readings[order], frozenset(readings))
    days = set(readings.values())
    return Day(days.pop() if len(days) == 1 else None, frozenset(readings))


def _year(text: str) -> int:
    return 2000 + int(text) if len(text) <= 2 else int(text)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year <= 2099 else None
    except ValueError:
        return None


def currency_in(text: str) -> str:
    """The currency's code a text names (`人民币(CNY)`, `US Dollar`, `RMB`), or an empty text."""
    upper = plain(text).upper()
    for found in re.findall(r"[A-Z]{2,8}\$?|[¥$€£]|[\u4e00-\u9fff]+", upper):
        if found in _MARK_CODES:
            return _MARK_CODES[found]
    for name, code in (("DOLLAR", "USD"), ("人民币", "CNY"), ("美元", "USD"), ("美金", "USD"), ("欧元", "EUR")):
        if name in upper:
            return code
    return ""


_CODE = re.compile(r"^[A-Z0-9][A-Z0-9._/#+*&()\-–—:]*$", re.IGNORECASE)


def is_code(text: str) -> bool:
    """Whether a text looks like a number somebody gave to something: with a digit, without blanks, no day, no sum."""
    body = plain(text)
    if not 2 <= len(body) <= 40 or not any(sign.isdigit() for sign in body):
        return False
    return bool(_CODE.match(body)) and day_in(body) is None and not re.fullmatch(r"\d{1,3}%|[\d,]+\.\d{2}", body)


def is_ean(text: str) -> bool:
    """Whether a text is thirteen digits of which the last checks the others."""
    if len(text) != 13 or not text.isascii() or not text.isdigit():
        return False
    return sum(int(sign) * (3 if at % 2 else 1) for at, sign in enumerate(text)) % 10 == 0
