"""What is known of words that were recognised rather than stated: what recognition mistakes, and what nothing proves.

Only what no form writes is put right, by the signs around it; what could be one thing or the other stays as read.
"""

import re
import unicodedata
from dataclasses import replace

from orderloop.interchange.facts import ReadOrder

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
    (re.compile(r"(?<![A-Za-z0-9])0(?=-[a-z]{3})"), "O"),
    # An e that lost its bar: between these consonants no word has a c.
    (re.compile(r"(?<=[A-Za-z][bdfghjklmpqtvwxz])c(?=[bdfgjmnpqstvwxz])"), "e"),
    (re.compile(r"(?<=[0-9xX×*])[lI|](?=[0-9])"), "1"),
    # An M that came apart, before the breadth of a thread; a comma within a code.
    (re.compile(r"(?<![A-Za-z0-9])(?:VI|IVI|1VI|IV1)(?=\d{1,2}[xX×*]\d)"), "M"),
    (re.compile(r"^([A-Z]{1,4}),(?=\d+\.\d+$)"), r"\1."),
    # A code begins with its letters; between digits there is a digit.
    (re.compile(r"^0(?=[A-Z]{1,3}[-./]?[A-Z]?\d)"), "O"),
    (re.compile(r"(?<=\d)O(?=\d)"), "0"),
    # The sign of the yuan has lost its bars.
    (re.compile(r"^Y(?=(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2,4}$)"), "¥"),
    # An amount and the day of the next column; a day with one of its points a comma.
    (re.compile(r"(?<=\.\d\d)(?=20\d\d[-/.]\d{1,2}[-/.]\d{1,2}$)"), " "),
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
# What neither figures nor catalogue would find out; below what any policy accepts unseen.
_DOUBTED, _UNPROVEN = 0.7, ("po_number", "refers_to")


def mended(text: str) -> str:
    """A recognised word with what recognition is known to mistake put right."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _DIRT_BELOW.sub(r"\1", unicodedata.normalize("NFD", text)))
    for pattern, instead in _MENDED:
        text = pattern.sub(instead, text)
    text = _MEASURE.sub(lambda found: found[0].translate(_AS_DIGITS), text)
    return _TWO_SIGNS_ALIKE.sub(lambda found: re.sub("[.,]", "", found[1]) + "." + found[3], text)


def with_doubts(order: ReadOrder) -> ReadOrder:
    """The order with little confidence in numbers that could read otherwise and that nothing else would contradict: in
    the buyer's own number a letter may be the digit that looks like it."""
    fields = dict(order.fields)
    for name in _UNPROVEN:
        if name in fields and _is_ambiguous(fields[name].text):
            fields[name] = replace(fields[name], confidence=min(fields[name].confidence, _DOUBTED))
    return replace(order, fields=fields)


def _is_ambiguous(number: str) -> bool:
    """Whether, where letters and digits of a number meet, one of them looks like the other kind."""
    return bool(_BOUND.search(re.sub(r"^P[O.]+", "", number)))
