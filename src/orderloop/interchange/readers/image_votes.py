"""Doubtful lines recognised again in other sizes and cuts: what most of them read stands."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import numpy

from orderloop.interchange.readers.image_ink import Run

# A line with a letter read less surely than this is read again, if it is of letters of a usual size.
_DOUBTFUL = 0.85
_MOST_READ_AGAIN = 80
Recognise = Callable[[Any], str]


def with_votes(runs: Sequence[Run], page: Any, recognise: Recognise) -> list[Run]:
    """The runs, those that are doubtful with the letters on which most readings agree. A letter that was outvoted is as
    sure as its share of the votes."""
    doubtful = [at for at, run in enumerate(runs) if _least(run) < _DOUBTFUL and len(run.text) > 1]
    voted = list(runs)
    for at in doubtful[:_MOST_READ_AGAIN]:
        readings = [recognise(picture) for picture in _variants(page, runs[at].box)]
        voted[at] = _outvoted(runs[at], readings)
    return voted


def _least(run: Run) -> float:
    return min([float(part[1]) for part in run.parts or ()], default=1.0)


def _variants(page: Any, box: Any) -> Iterator[Any]:
    """The same line with more and with less white around it, larger, broader, and smoothed."""
    import cv2

    left, top = numpy.maximum(box.min(axis=0).astype(int), 0)
    right, bottom = box.max(axis=0).astype(int)
    more, less = (bottom - top) // 8, (bottom - top) // 10
    cut = page[top:bottom, left:right]
    if min(cut.shape) < 6:
        return
    yield page[max(0, top - more) : bottom + more, max(0, left - 4) : right + 4]
    yield page[top + less : bottom - less, left:right]
    yield cv2.resize(cut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    yield cv2.resize(cut, None, fx=1.2, fy=1, interpolation=cv2.INTER_LINEAR)
    yield cv2.GaussianBlur(cv2.resize(cut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), (0, 0), 2.0)


def _outvoted(run: Run, readings: Sequence[str]) -> Run:
    letters = [letter for letter in run.text if not letter.isspace()]
    if not readings or [part[0] for part in run.parts or ()] != letters:
        return run
    votes = [Counter({letter: 1}) for letter in letters]
    for reading in readings:
        _vote(votes, letters, [letter for letter in reading if not letter.isspace()])
    winners = [_winner(count, letter, len(readings) + 1) for count, letter in zip(votes, letters, strict=True)]
    parts = tuple(
        part if winner[0] == part[0] else (winner[0], min(float(part[1]), winner[1]), part[2])
        for part, winner in zip(run.parts, winners, strict=True)
    )
    told = iter(winners)
    text = "".join(letter if letter.isspace() else next(told)[0] for letter in run.text)
    return replace(run, text=text, parts=parts)


def _vote(votes: Sequence[Counter[str]], letters: Sequence[str], reading: Sequence[str]) -> None:
    """Give each letter the vote of a reading, where that has as many letters at its place."""
    for kind, start, end, other, until in SequenceMatcher(None, letters, reading, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == until - other):
            for at in range(start, end):
                letter = reading[other + at - start]
                # Which of these two it is no size tells.
                votes[at][letters[at] if {letter, letters[at]} == {"O", "0"} else letter] += 1


def _winner(count: Counter[str], letter: str, voters: int) -> tuple[str, float]:
    """The letter most voters read, with their share; the first reading's where there is no majority."""
    most, share = count.most_common(1)[0]
    return (most, share / voters) if share * 2 > voters else (letter, count[letter] / voters)
