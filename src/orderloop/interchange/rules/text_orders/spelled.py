"""Numbers written in words where something is counted: `two dozen`, `half a dozen`, `一百二十个`, `半打`."""

import re

from orderloop.interchange.rules.text_orders.words import CODE, UNIT

_UP_TO_19 = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH = {name: number for number, name in enumerate(_UP_TO_19, 1)}
_ENGLISH |= {name: 10 * number for number, name in enumerate(_TENS, 2)}
_POWERS = {"hundred": 100, "thousand": 1_000}
_WORD = "(?:" + "|".join((*_ENGLISH, *_POWERS)) + ")"
_A_CODE = rf"(?=[\w\-./]{{0,40}}\d)(?=[\w\-./]{{0,40}}[A-Za-z\-]){CODE}"
_HALF_DOZEN = re.compile(r"\bhalf\s(?:a\s)?dozen\b|(?<![一二两兩三四五六七八九十个])半打", re.IGNORECASE)
_WORDS = re.compile(
    rf"\b(?P<n>(?:a(?=[\s\-](?:hundred|thousand|dozen))|{_WORD})(?:(?:[\s\-]|\sand\s){_WORD}){{0,7}})"
    rf"(?=\s?(?:{UNIT}|x\s)|\s(?:of\s)?(?:the\s|your\s)?{_A_CODE})",
    re.IGNORECASE,
)
_SIGNS = dict(zip("一二三四五六七八九壹贰叁肆伍陆柒捌玖两兩", [*range(1, 10)] * 2 + [2, 2], strict=True))
_MANY = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "廿": 20, "卅": 30}
_NUMERAL = "[零一二两兩三四五六七八九十百千万廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬]"
# Beside a code, or where it is no small number and its unit ends the phrase: `一个` alone is a word of every sentence.
_CHINESE = re.compile(
    rf"(?:(?<=[A-Za-z0-9])(?P<gap>[\s、,:×*的要订]{{0,3}})(?P<a>(?![百千万佰仟萬]){_NUMERAL}{{1,12}})(?=\s?{UNIT})"
    rf"|(?<!{_NUMERAL})(?P<b>{_NUMERAL}{{1,12}})(?=\s?{UNIT}\s?的?\s?[A-Za-z]{{1,6}}[-\d])"
    rf"|(?<!第)(?<!{_NUMERAL})(?P<c>{_NUMERAL}{{1,8}}[十百千万拾佰仟萬]{_NUMERAL}{{0,6}})(?=\s?{UNIT}(?:\s|[、,;。.!]|$)))",
    re.IGNORECASE,
)


def in_digits(text: str) -> str:
    """The text with digits for the numbers that are spelled before a unit or a code; half a dozen is six pieces."""
    text = _HALF_DOZEN.sub(lambda found: "6个" if found.group() == "半打" else "6 pcs", text)
    return _CHINESE.sub(_of_chinese, _WORDS.sub(_of_english, text))


def _of_english(found: re.Match[str]) -> str:
    total = part = 0
    for word in re.split(r"[\s\-]+", found["n"].lower()):
        if word == "thousand":
            total, part = total + max(part, 1) * _POWERS[word], 0
        elif word == "hundred":
            part = max(part, 1) * _POWERS[word]
        else:
            part += _ENGLISH.get(word, 0)  # nothing for `a` and `and`
    return str(total + part or 1)


def _of_chinese(found: re.Match[str]) -> str:
    numeral = found["a"] or found["b"] or found["c"]
    high, wan, low = numeral.replace("萬", "万").rpartition("万")
    number = (_below_wan(high) or 1) * 10_000 + _below_wan(low) if wan else _below_wan(low)
    return f"{found['gap'] or ' '}{number}" if number else found.group()


def _below_wan(numeral: str) -> int:
    total = digit = 0
    for sign in numeral:
        if sign in _MANY:
            total += _MANY[sign] if _MANY[sign] in (20, 30) else (digit or 1) * _MANY[sign]
            digit = 0
        else:
            digit = _SIGNS.get(sign, 0)
    return total + digit
