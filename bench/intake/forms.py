"""How dates, numbers and sums are written on paper."""

from datetime import date
from decimal import ROUND_DOWN, Decimal

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
EUROPEAN = str.maketrans(",.", ".,")
SPACED = str.maketrans(",.", "\N{NO-BREAK SPACE},")
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}
DIGITS, PLACES, GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿")


def write_date(day: date, form: str) -> str:
    """The day in one of the forms of `templates.DATE_FORMS`."""
    month = MONTHS[day.month - 1]
    return {
        "iso": f"{day:%Y-%m-%d}",
        "slashes": f"{day.year}/{day.month}/{day.day}",
        "dots": f"{day:%Y.%m.%d}",
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "day-month-name": f"{day.day:02d}-{month[:3]}-{day.year}",
        "month-name-day": f"{month} {day.day}, {day.year}",
        "dmy-dots": f"{day:%d.%m.%Y}",
        "dmy": f"{day:%d/%m/%Y}",
        "mdy": f"{day:%m/%d/%Y}",
        "compact": f"{day:%Y%m%d}",
    }[form]


def is_ambiguous(day: date, form: str) -> bool:
    """Whether the written day could be read as another one."""
    return form in ("dmy", "mdy") and day.day <= 12 and day.day != day.month


def write_number(number: Decimal, form: str, decimals: int) -> str:
    """The number with so many decimals, at least those it has."""
    have = -int(number.normalize().as_tuple().exponent)
    plain = f"{number:,.{max(decimals, have, 0)}f}"
    if form == "plain":
        return plain.replace(",", "")
    if form == "full-width":
        return plain.replace(",", "").translate(FULL_WIDTH)
    return plain.translate({"european": EUROPEAN, "spaces": SPACED}.get(form, {}))


def write_money(amount: Decimal, form: str, mark: str, currency: str, decimals: int = 2) -> str:
    """An amount with its currency's sign before it, its code behind it, or bare."""
    text = write_number(amount, form, decimals)
    if mark == "sign":
        return f"{SIGNS[currency]}{text}" if form not in ("european", "spaces") else f"{text} {SIGNS[currency]}"
    return f"{text} {currency}" if mark == "code" else text


def in_words(amount: Decimal) -> str:
    """The amount in the capital numerals that Chinese forms ask for."""
    whole = int(amount.to_integral_value(ROUND_DOWN))
    cents = int((amount - whole) * 100)
    groups, text = [], ""
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    for place in range(len(groups) - 1, -1, -1):
        text += _group(groups[place], is_first=not text) + (GROUPS[place] if groups[place] else "")
    text = (text.rstrip("零") or "零") + "元"
    if not cents:
        return text + "整"
    tens, ones = divmod(cents, 10)
    return text + (DIGITS[tens] + "角" if tens else "零") + (DIGITS[ones] + "分" if ones else "")


def _group(number: int, *, is_first: bool) -> str:
    text = ""
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += DIGITS[digit] + PLACES[place]
        elif (text or not is_first) and not text.endswith("零"):
            text += "零"
    return text.rstrip("零")
