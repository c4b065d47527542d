"""Numbers, days and currencies as people write them in plain text; what is not certain stays as written."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.text_orders.words import NUMBER

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
DAY = re.compile(
    rf"(?<![A-Za-z0-9.\-/])(?:(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})(?![\d-])"
    rf"|(?:(?P<cy>\d{{4}})\s?年\s?)?(?P<cm>\d{{1,2}})\s?月\s?(?P<cd>\d{{1,2}})\s?[日号]?"
    rf"|(?P<a>\d{{1,2}})(?P<absep>[-/.])(?P<b>\d{{1,2}})(?:(?P=absep)(?P<ay>\d{{4}}|\d{{2}}))?(?![A-Za-z0-9/-])"
    rf"|(?P<hd>\d{{1,2}})(?P<hs>[-/.])(?P<hm>{_MONTH})(?P=hs)(?P<hy>\d{{4}}|\d{{2}})(?![A-Za-z0-9/-])"
    rf"|(?P<jy>\d{{4}})-(?P<jm>{_MONTH})-(?P<jd>\d{{1,2}})(?![A-Za-z0-9/-])"
    rf"|(?P<ed>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<em>{_MONTH})(?:,?\s(?P<ey>\d{{4}}))?"
    rf"|(?P<fm>{_MONTH})\s(?P<fd>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s(?P<fy>\d{{4}}))?)",
    re.IGNORECASE,
)
# How sure a day such as 11/28 is: it may as well be a measure, so it counts only beside words of delivery.
UNDATED = 0.6
_WEEKDAY = re.compile(r"(?:(?P<next>下{1,2})|[本这])个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_CURRENCIES = {
    "¥": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "人民币": "CNY", "usd": "USD", "us$": "USD", "美元": "USD",
    "eur": "EUR", "€": "EUR", "欧元": "EUR", "gbp": "GBP", "£": "GBP", "hkd": "HKD", "jpy": "JPY", "日元": "JPY",
}  # fmt: skip
SIGN = r"(?:US\$|USD|EUR|RMB|CNY|GBP|HKD|JPY|[¥$€£])"
AFTER = r"(?:元|块钱|美元|欧元|USD|EUR|RMB|CNY|GBP|HKD|JPY|[€$£])"
_MANY = {"万": 10_000, "千": 1_000, "百": 100}
_COUNT = rf"{NUMBER}\s?(?:[万千百](?![分]))?"
# `10-15` is no quantity but stands for one, and is asked about as written. A hyphen between blanks parts others.
QUANTITY = rf"(?:{_COUNT}(?:[-–—]|\s?[~至到或]\s?|\s(?:to|or|bis|oder)\s))?{_COUNT}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day found in a text: its ISO form, or as written where it is not certain."""

    text: str
    raw: str
    confidence: float
    start: int
    end: int


def read_number(raw: str, hints: Hints) -> tuple[str, float]:
    """A number with a point and no grouping, and how sure that is; the text as written with 0 where it is none."""
    text = raw.strip().replace(" ", "")
    factor = _MANY.get(text[-1:], 1)
    text = text[:-1] if factor > 1 else text
    plain, sure = _plain(text, hints.formats.get("decimal_sign", ""))
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", plain):
        return raw.strip(), 0.0
    if factor > 1:
        plain = f"{(Decimal(plain) * factor).normalize():f}"
    return plain, sure


def _plain(text: str, sign: str) -> tuple[str, float]:
    if sign == ",":
        return text.replace(".", "").replace(",", "."), 1.0
    if sign == "." or "," not in text:
        return text.replace(",", ""), 1.0
    if "." in text:
        last = "," if text.rfind(",") > text.rfind(".") else "."
        other = "." if last == "," else ","
        return text.replace(other, "").replace(last, "."), 0.95
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        return text.replace(",", ""), 0.9 if text.count(",") == 1 else 1.0
    return text.replace(",", ".") if text.count(",") == 1 else text, 0.9


def days_in(text: str, hints: Hints) -> list[Day]:
    """The days a text names, in its order."""
    days = [day for found in DAY.finditer(text) if (day := _day(found, hints)) is not None]
    return days + _days_of_week(text, hints.today) if hints.today is not None else days


def _days_of_week(text: str, today: date) -> list[Day]:
    """`下周三`, `本周五`: days told by their week, which begins on Monday."""
    days = []
    for found in _WEEKDAY.finditer(text):
        weeks = len(found["next"]) if found["next"] else 0
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=7 * weeks + "一二三四五六日".index(found["day"].replace("天", "日")))
        if day >= today:
            days.append(Day(day.isoformat(), found.group(), 0.75, found.start(), found.end()))
    return days


def _day(found: re.Match[str], hints: Hints) -> Day | None:
    part = found.groupdict()
    raw = found.group().strip()
    month_name = next((part[name] or "" for name in ("em", "fm", "hm", "jm") if part[name]), "").lower().rstrip(".")
    year = next((part[name] for name in ("y", "cy", "ay", "ey", "fy", "hy", "jy") if part[name]), None)
    if part["a"]:
        if not part["ay"] and part["absep"] != "/":
            return None  # 1.25 is a number, and 5-12 a part of a code
        # With points between, and a year of four digits, the day comes first.
        has_points = part["absep"] == "." and len(part["ay"] or "") == 4
        pair = _ordered(int(part["a"]), int(part["b"]), bool(part["ay"]), has_points, hints)
        if pair is None:
            ambiguous = bool(part["ay"]) and max(int(part["a"]), int(part["b"])) <= 12
            return Day(raw, raw, 0.3, found.start(), found.end()) if ambiguous else None
        month, day = pair
    else:
        month = _MONTHS[month_name] if month_name else int(part["m"] or part["cm"])
        day = int(next(part[name] or 0 for name in ("d", "cd", "ed", "fd", "hd", "jd") if part[name]))
    iso = _iso(year, month, day, hints.today)
    if iso is None:
        return Day(raw, raw, 0.3, found.start(), found.end()) if month <= 12 and day <= 31 else None
    sure = 1.0 if year else UNDATED if part["a"] else 0.85
    return Day(iso, raw, sure, found.start(), found.end())


def _ordered(a: int, b: int, has_year: bool, has_points: bool, hints: Hints) -> tuple[int, int] | None:
    """Month and day of `a/b`; None where it cannot be told which is which."""
    order = hints.formats.get("date_order", "") or ("dmy" if has_points else "")
    if order in {"dmy", "mdy"}:
        return (b, a) if order == "dmy" else (a, b)
    if a > 12 >= b:
        return b, a
    if b > 12 >= a:
        return a, b
    return None if has_year or a > 12 or a != b else (a, b)


def _iso(year: str | None, month: int, day: int, today: date | None) -> str | None:
    """The ISO day; without a year the one nearest ahead of today (a month back is still meant as this year)."""
    if year is None and today is None:
        return None
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day).isoformat()
        assert today is not None
        guess = date(today.year, month, day)
        return guess.isoformat() if (today - guess).days <= 31 else date(today.year + 1, month, day).isoformat()
    except ValueError:
        return None


_CURRENCY_NAMED = re.compile(
    r"(?:\bcurrency|\ball prices (?:are )?in|币种|币别|货币)[\s:,、]{0,3}(?:is |in |为)?"
    r"(USD|EUR|RMB|CNY|GBP|HKD|JPY|人民币|美元|欧元|日元)",
    re.IGNORECASE,
)


def currency_in(text: str) -> str:
    """The one currency a text names beside numbers, or nothing. A lone `$` may be of many countries."""
    pattern = (
        r"(US\$|USD|EUR|RMB|CNY|GBP|HKD|JPY|[¥€£])\s?\d"
        r"|\d\s?(人民币|美元|欧元|日元|元|USD|EUR|RMB|CNY|GBP|HKD|JPY|€|£)"
    )
    if named := _CURRENCY_NAMED.search(text):
        return _CURRENCIES[named[1].lower()]
    found = {_CURRENCIES[(a or b).lower()] for a, b in re.findall(pattern, text, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else ""
