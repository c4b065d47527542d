"""How a document writes its days: which of them were cut short, and whether a text that is no day's holds one."""

import re
from collections.abc import Iterator, Sequence

from orderloop.interchange.rules.pages.lines import Token, text_of
from orderloop.interchange.rules.values import day_in, plain

_MOST_TOKENS = 6  # `Thursday, 5 November 2026`
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
# What only a day begins with, where words of others stand between its parts.
_BEGUN = re.compile(
    rf"(?<![\w.-]){_MONTH}\.?[ -]*\d{{1,2}}(?!\d)|(?<![\w.-])\d{{1,2}}(?:st|nd|rd|th)?[ .-]{{0,2}}{_MONTH}\b|"
    r"(?<![\w.-])20\d\d\s*(?:年|([-/.])\s*\d{1,2}\s*\1)|(?<![\w.-])\d{1,2}([-/.])\d{1,2}\2\s*20|\d月\s*\d{1,2}日",
    re.IGNORECASE,
)
_FIRST_PART = re.compile(
    rf"^(?:19|20)\d\d\s*[-./年][-./\d\s年月日]*$|^\d{{1,2}}[-./ ][-./\w]+$|^{_MONTH}\.?(?:\s*\d{{1,2}},?)?$",
    re.IGNORECASE,
)
_PART = re.compile(r"\d+|[^\W\d]+|[^\w\s]+")


def cut_days(written: Sequence[str]) -> set[int]:
    """Which of a document's days, as they are written, lack a digit or sign that others of their form have: the rest of
    `2026-07-1` stands elsewhere."""
    parts = [_PART.findall(plain(text).rstrip("日号")) for text in written]
    forms = [tuple("#" if each.isdigit() else "a" if each.isalpha() else each for each in part) for part in parts]
    return {
        at
        for at, form in enumerate(forms)
        if _is_cut(parts[at], [part for of, part in zip(forms, parts, strict=True) if of == form])
        or (not _is_ended(written[at]) and any(_is_ended(written[n]) for n, of in enumerate(forms) if of == form))
    }


def _is_cut(own: Sequence[str], alike: Sequence[Sequence[str]]) -> bool:
    """Whether a day has one digit where others are filled up with a nought, or half of a year."""
    is_filled = any(each[0] == "0" for part in alike for each in part)
    return any(
        each.isdigit() and ((len(each) == 1 and is_filled) or (len(each) == 2 and max(map(len, others)) == 4))
        for each, others in zip(own, zip(*alike, strict=True), strict=True)
    )


def _is_ended(text: str) -> bool:
    return plain(text).endswith(("日", "号"))


def day_among(tokens: Sequence[Token], order: str) -> list[Token]:
    """Those of a cell's tokens that are a day or, where none is, that a day begins with; none where none does."""
    for run in _runs(tokens):
        if day_in(text_of(run), order) is not None:
            return run
    begun = [run for run in _runs(tokens) if _BEGUN.search(plain(text_of(run)))]
    return min(begun, key=len, default=[])


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    for start in range(len(tokens)):
        for end in range(min(len(tokens), start + _MOST_TOKENS), start, -1):
            yield list(tokens[start:end])


def begins_day(text: str) -> bool:
    """Whether a text is the first part of a day, as a narrow cell breaks it off."""
    return bool(_FIRST_PART.match(plain(text)))
