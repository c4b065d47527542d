"""What is known of words that were recognised rather than stated: what recognition mistakes, and what nothing proves.

Only what no form writes is put right, by the signs around it; what could be one thing or the other stays as read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from orderloop.interchange.facts import Method, Page, ReadOrder, Value

_MENDED: tuple[tuple[re.Pattern[str], str], ...] = (
    # Dashes of a code are hyphens, however long they came out.
    (re.compile(r"(?<=[A-Za-z0-9])[\u2012-\u2015\u2212\uff0d](?=[A-Za-z0-9])"), "-"),
    # Dirt before a word.
    (re.compile(r"^[,.;'`·、，]+(?=[A-Za-z\u3400-\u9fff])|^-(?=[\u3400-\u9fff])"), ""),
    (re.compile(r"(?<=[\u3400-\u9fff])·(?=[A-Z0-9])"), " "),
    # A digit among small letters, a letter among the digits of a measure.
    (re.compile(r"(?<=[a-z])11(?=[a-z])|(?:(?<=[aiu])|(?<=[bcstw]e)|(?<=[rpt]o))11(?![A-Za-z0-9])"), "ll"),
    (re.compile(r"(?<=[a-z])1(?=[a-z])|(?<=[a-z]{2})1(?![A-Za-z0-9])"), "l"),
    (re.compile(r"(?<=[a-z])0(?=[a-z])"), "o"),
    (re.compile(r"(?<=[a-z]{2})I(?=[a-z]|[^\w]|$)"), "l"),
    (re.compile(r"口期"), "日期"),
    (re.compile(r"(?<![A-Za-z0-9])0(?=-[a-z]{3})"), "O"),
    # `()-ring`: an O that came apart.
    (re.compile(r"(?<![A-Za-z0-9])(?:\(\)|O\)|\(O|0\))(?=-[a-z]{2})"), "O"),
    (re.compile(r"([a-z])\1{2,}(?=[a-z]*$|[,.;:)])"), r"\1\1"),
    # An e that lost its bar: between these consonants no word has a c.
    (re.compile(r"(?<=[A-Za-z][bdfghjklmpqtvwxz])c(?=[bdfgjmnpqstvwxz])"), "e"),
    (re.compile(r"(?<=[0-9xX×*])[lI|](?=[0-9])"), "1"),
    # An H whose bar was lost.
    (re.compile(r"\u2161(?=[A-Za-z0-9\u2161]|[-./]\d)"), "H"),
    (re.compile(r"(?<![A-Za-z])IIII(?=[-./]?\d)"), "HH"),
    # An M that came apart, before the breadth of a thread; a comma within a code.
    (re.compile(r"(?<![A-Za-z0-9])(?:(?:VI|IVI|1VI|IV1)(?=\d{1,2}[xX×*]\d)|V(?=\d{1,2}×\d))"), "M"),
    (re.compile(r"(?<=[A-Z])I,(?=[A-Z])"), "L"),
    (re.compile(r"^([A-Z]{1,4}),(?=\d+\.\d+$)"), r"\1."),
    # A code begins with its letters; between digits there is a digit.
    (re.compile(r"^0(?=[A-Z]{1,3}[-./]?[A-Z]?\d)"), "O"),
    (re.compile(r"(?<=\d)O(?=\d)|(?<=^\d)O$|(?<=^\d\d)O$|(?<=^\d\d\d)O$"), "0"),
    # The last word of a cell and the code of the next one.
    (re.compile(r"(?<=[a-z][，,])(?=[A-Z]\d{4,})"), " "),
    # The sign of the yuan has lost its bars.
    (re.compile(r"^Y(?=(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2,4}$)"), "¥"),
    # A figure and the day of the next column; a day with one of its points a comma.
    (re.compile(r"(?<=\.\d\d)(?=20\d\d[-/.]\d{1,2}[-/.]\d{1,2}$)|(?<=\d)(?=20\d\d年)"), " "),
    (re.compile(r"^(20\d\d)(?:,(\d{1,2})[.,]|\.(\d{1,2}),)(\d{1,2})$"), r"\1.\2\3.\4"),
    # `P.O. No.` and the numbers that begin with it.
    (re.compile(r"(?<![A-Za-z0-9])P\.0(?=\.|\s*#|\s*No|$)"), "P.O"),
    (re.compile(r"(?<![A-Za-z0-9])P0(?=-?\d{4})"), "PO"),
)
_BOUND = re.compile(r"[OQDIlSBZ](?=\d)|(?<=[A-Za-z])[0158]|(?<=\d)[OQDIlSBZ]")
# `3,363,40` and `1.038.47` have one reading only: no number is grouped by two digits.
_TWO_SIGNS_ALIKE = re.compile(r"(?<![\d.,])(\d{1,3}(?:([.,])\d{3})+)\2(\d{2})(?![\d.,]*\d)")
# `4xlomm`: between the cross and the unit of a measure there are digits.
_MEASURE = re.compile(r"(?<=\d[xX×*])[0-9lIoO]{1,4}(?=mm(?![A-Za-z]))")
_AS_DIGITS = str.maketrans("lIoO", "1100")
# Marks below Latin letters: neither Chinese nor English has any, specks of dirt make them.
_DIRT_BELOW = re.compile("([A-Za-z])[\u0323-\u0332]+")
# Greek and Cyrillic capitals stand on no form; they are Latin ones.
_LATIN_LETTERS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΛАВЕКМНОРСТХ", "ABEZHIKMNOPTYXAABEKMHOPCTX")
# What neither figures nor catalogue would find out; below what any policy accepts unseen.
_DOUBTED, _UNPROVEN = 0.7, ("po_number", "refers_to")
_FIGURES, _SET_RIGHT = ("quantity", "unit_price", "amount"), 0.6
_POINT = re.compile(r"(?<=[a-z]{3})\.(?= [a-z]{2})(?<!incl\.)(?<!excl\.)(?<!approx\.)")
# A point behind a word too long to be shortened, before the next part of an address.
_POINT_OF_PLACE = re.compile(r"(?<=[a-z]{5})\.(?= ?[A-Z][a-z]{2})")
# With a stroke lost or added, one digit is another.
_DIGITS_ALIKE = {"3": "58", "5": "36", "6": "58", "8": "360", "1": "74", "7": "1", "0": "8", "4": "1"}


def mended(text: str) -> str:
    """A recognised word with what recognition is known to mistake put right."""
    if not text.isascii():
        text = text.translate(_LATIN_LETTERS)
        text = unicodedata.normalize("NFC", _DIRT_BELOW.sub(r"\1", unicodedata.normalize("NFD", text)))
    for pattern, instead in _MENDED:
        text = pattern.sub(instead, text)
    text = _MEASURE.sub(lambda found: found[0].translate(_AS_DIGITS), text)
    return _TWO_SIGNS_ALIKE.sub(lambda found: re.sub("[.,]", "", found[1]) + "." + found[3], text)


def with_doubts(order: ReadOrder, pages: Sequence[Page] = ()) -> ReadOrder:
    """The order with little confidence in what could read otherwise and nothing else would contradict: a number or day
    that stands on the `pages` once, and in the buyer's own number a letter that may be the digit that looks like it. A
    figure that its line proves wrong in one digit is put right, and stays as doubtful."""
    fields = dict(order.fields)
    for name in _UNPROVEN:
        if name in fields and (_is_ambiguous(fields[name].text) or _stands_once(fields[name], pages)):
            fields[name] = _doubted(fields[name])
    if "requested_on" in fields and _stands_once(fields["requested_on"], pages):
        fields["requested_on"] = _doubted(fields["requested_on"])
    if "ship_to_text" in fields:
        place = fields["ship_to_text"]
        fields["ship_to_text"] = replace(place, text=_POINT_OF_PLACE.sub(",", place.text))
    lines = [_with_commas(_with_digit_right(line)) for line in _with_running_numbers(order.lines)]
    lines = [
        {**line, "requested_on": _doubted(line["requested_on"])}
        if "requested_on" in line and _stands_once(line["requested_on"], pages)
        else line
        for line in lines
    ]
    return replace(order, fields=fields, lines=tuple(_with_thousands(lines)))


def _doubted(value: Value) -> Value:
    return replace(value, confidence=min(value.confidence, _DOUBTED))


def _stands_once(value: Value, pages: Sequence[Page]) -> bool:
    """Whether the pages show a value no second time, so that a digit read wrong would not be noticed."""
    written = "".join((value.raw or value.text).split())
    times = sum("".join(word.text.split()).count(written) for page in pages for word in page.words) if written else 0
    return bool(pages) and times < 2


def _with_thousands(lines: Sequence[dict[str, Value]]) -> list[dict[str, Value]]:
    """Lines of whole quantities with a point taken for the comma of thousands: `1.200` among them."""
    texts = [line["quantity"].text for line in lines if "quantity" in line]
    whole = sum(1 for text in texts if "." not in text)
    if whole < 2 or whole * 2 <= len(texts):
        return list(lines)
    return [
        {
            **line,
            "quantity": replace(told, text=told.text.replace(".", ""), confidence=min(told.confidence, _SET_RIGHT)),
        }
        if (told := line.get("quantity")) is not None and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", told.text)
        else line
        for line in lines
    ]


def _with_commas(line: dict[str, Value]) -> dict[str, Value]:
    """A line whose description goes on in small letters after a comma, where a point was read."""
    told = line.get("description")
    return line if told is None else {**line, "description": replace(told, text=_POINT.sub(",", told.text))}


def _with_running_numbers(lines: Sequence[Mapping[str, Value]]) -> list[Mapping[str, Value]]:
    """Lines that are numbered by ones or tens, as all numbers read agree, with the numbers that were not read: a lone
    digit is often passed over."""
    told = {at: int(line["line_no"].text) for at, line in enumerate(lines)
            if "line_no" in line and re.fullmatch(r"\d{1,5}", line["line_no"].text)}  # fmt: skip
    for step in (1, 10):
        firsts = {number - at * step for at, number in told.items()}
        if 1 < len(told) >= len(lines) / 2 and len(firsts) == 1 and min(firsts) > 0:
            (first,) = firsts
            return [
                line if at in told else {**line, "line_no": _counted(first + at * step)}
                for at, line in enumerate(lines)
            ]
    return list(lines)


def _counted(number: int) -> Value:
    return Value(str(number), method=Method.PATTERN, confidence=_SET_RIGHT)


def _with_digit_right(line: Mapping[str, Value]) -> dict[str, Value]:
    """A line whose quantity times price gives its amount once one digit is the one it looks like, with that digit."""
    right = dict(line)
    if not {*_FIGURES} <= line.keys():
        return right
    basis = _number(line["price_basis"].text) if "price_basis" in line else Decimal(1)
    numbers = [_number(line[name].text) for name in _FIGURES]
    if not basis or None in numbers or _is_product(numbers, basis):
        return right
    found = [
        (name, text)
        for at, name in enumerate(_FIGURES)
        for text in _looking_like(line[name].text)
        if _is_product([*numbers[:at], _number(text), *numbers[at + 1 :]], basis)
    ]
    if len(found) == 1:
        ((name, text),) = found
        right[name] = replace(line[name], text=text, confidence=min(line[name].confidence, _SET_RIGHT))
    return right


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def _is_product(numbers: Sequence[Decimal | None], basis: Decimal) -> bool:
    quantity, price, amount = numbers
    if quantity is None or price is None or amount is None:
        return False
    return abs(quantity * price / basis - amount) <= Decimal("0.005")


def _looking_like(text: str) -> Iterator[str]:
    """The number with one of its digits another one that looks like it."""
    for at, digit in enumerate(text):
        for other in _DIGITS_ALIKE.get(digit, ""):
            yield text[:at] + other + text[at + 1 :]


def _is_ambiguous(number: str) -> bool:
    """Whether, where letters and digits of a number meet, one of them looks like the other kind."""
    return bool(_BOUND.search(re.sub(r"^P[O.]+", "", number)))
