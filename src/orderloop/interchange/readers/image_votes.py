"""Doubtful lines recognised again in other sizes and cuts: what most of them read stands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import numpy

from orderloop.interchange.readers.image_ink import Run

# A line with a letter read less surely than this is read again, if it is of letters of a usual size.
_DOUBTFUL = 0.85
_MOST_READ_AGAIN, _ENOUGH = 80, 3
# Letters and what is left of them without their bar; and how sure one reading must be that it saw the bar.
_BARRED, _SEEN = (("H", "I"), ("e", "c")), 0.5
# A line's letters without its blanks, each with how sure that is.
Reading = Sequence[tuple[str, float]]
Recognise = Callable[[Any], Reading]
# For each letter some reading saw, how sure those that saw it were.
Votes = dict[str, list[float]]


def with_votes(runs: Sequence[Run], page: Any, recognise: Recognise) -> list[Run]:
    """The runs, those that are doubtful with the letters on which most readings agree. A letter that was outvoted is as
    sure as its share of the votes, which count as much as they were sure."""
    doubtful = [at for at, run in enumerate(runs) if _least(run) < _DOUBTFUL and len(run.text) > 1]
    voted = list(runs)
    for at in doubtful[:_MOST_READ_AGAIN]:
        voted[at] = _outvoted(runs[at], _readings(runs[at], page, recognise))
    return voted


def _readings(run: Run, page: Any, recognise: Recognise) -> list[Reading]:
    """The line read again until so many readings say the same as the first that the others could not outvote them."""
    first = [letter for letter in run.text if not letter.isspace()]
    readings: list[Reading] = []
    same = 0
    for picture in _variants(page, run.box):
        readings.append(recognise(picture))
        same += [letter for letter, _sure in readings[-1]] == first
        if same == _ENOUGH:
            break
    return readings


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


def _outvoted(run: Run, readings: Sequence[Reading]) -> Run:
    letters = [letter for letter in run.text if not letter.isspace()]
    if not readings or [part[0] for part in run.parts or ()] != letters:
        return run
    votes = [{letter: [float(part[1])]} for letter, part in zip(letters, run.parts, strict=True)]
    for reading in readings:
        _vote(votes, letters, reading)
    winners = [_winner(cast, letter, len(readings) + 1) for cast, letter in zip(votes, letters, strict=True)]
    parts = tuple(
        part if winner[0] == part[0] else (winner[0], winner[1], part[2])
        for part, winner in zip(run.parts, winners, strict=True)
        if winner[0]
    )
    told = iter(winners)
    text = "".join(letter if letter.isspace() else next(told)[0] for letter in run.text)
    return replace(run, text=text, parts=parts)


def _vote(votes: Sequence[Votes], letters: Sequence[str], reading: Reading) -> None:
    """Give each letter the vote of a reading, as much as that was sure of it: for the letter it has there, or for none
    where it has one less."""
    others = [letter for letter, _sure in reading]
    for kind, start, end, other, until in SequenceMatcher(None, letters, others, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == until - other):
            for at in range(start, end):
                letter, sure = reading[other + at - start]
                # Which of these two it is no size tells.
                told = letters[at] if {letter, letters[at]} == {"O", "0"} else letter
                votes[at].setdefault(told, []).append(sure)
        elif kind == "delete" and end - start == 1 and reading:
            beside = [sure for _letter, sure in reading[max(0, other - 1) : other + 1]]
            votes[start].setdefault("", []).append(min(beside))


def _winner(cast: Votes, letter: str, voters: int) -> tuple[str, float]:
    """The letter that half of the readings saw and that they were surest of together, with its share of all they could
    be sure of; else the first reading's."""
    cast = _with_lost_strokes(cast)
    most, sure = max(
        ((each, sum(votes)) for each, votes in cast.items()), key=lambda each: (each[1], each[0] == letter)
    )
    if letter not in cast or len(cast[most]) * 2 >= voters:
        return most, sure / voters
    return letter, len(cast[letter]) / voters


def _with_lost_strokes(cast: Votes) -> Votes:
    """The votes with those for a letter that is another one without its thin bar given to that: bars are lost on the
    way, and none comes of itself."""
    given = dict(cast)
    for whole, left in _BARRED:
        if left in given and max(given.get(whole, ()), default=0.0) >= _SEEN:
            given[whole] = given[whole] + given.pop(left)
    return given
