"""Where in a line's ink each of its letters begins and ends, given which letters there are and roughly where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy

# All costs are in heights of the line. A letter is looked for so far from where recognition says it is.
_REACH = 0.75
# What a cut through ink costs, a mark left out at either end, and a white within a letter of one stroke.
_THROUGH, _LEFT_OUT, _BROKEN = 0.3, 0.2, 0.12
# How broad letters are at most before breadth costs, and what a share too much costs.
_BROAD_LETTER, _BROAD_SIGN, _BROAD_POINT, _TOO_BROAD = 0.75, 1.05, 0.35, 2.0
# A wide white is rather between two letters than within one.
_WHITE, _WIDEST = 0.25, 1.0
_POINTS = frozenset(".,:;'·-，。：；、")

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way to end a letter and begin the next: `end` of the one, `start` of the other, and what that costs."""

    end: float
    start: float
    cost: float


def spans_of(letters: str, middles: Sequence[float], inked: Any, height: float) -> list[Span]:
    """From where to where each letter has ink, so that all the line's ink is some letter's and none has none.

    `middles`: where recognition saw each, in its coarse steps; `inked`: the columns with ink, at least one.
    """
    blots = _blots(inked)
    # Each letter's ways to end: the cut behind it, the least cost up to there, and the way before.
    ways: list[list[tuple[float, _Cut, int]]] = [
        [(cut.cost, cut, -1) for cut in _first(blots, middles[0], height)],
    ]
    for at in range(len(letters)):
        is_last = at == len(letters) - 1
        cuts = _last(blots, middles[at], height) if is_last else _between(blots, middles[at], middles[at + 1], height)
        found = []
        for cut in cuts:
            costs = (
                (cost + _cost(letters[at], middles[at], before.start, cut.end, blots, height), place)
                for place, (cost, before, _way) in enumerate(ways[-1])
                if before.start < cut.end
            )
            least = min(costs, default=None)
            if least is not None:
                found.append((least[0] + cut.cost, cut, least[1]))
        if not found:
            return _evenly(middles, inked)
        ways.append(found)
    return _traced(ways)


def _blots(inked: Any) -> list[Span]:
    """The runs of columns with ink."""
    ends = numpy.flatnonzero(numpy.diff(inked) > 1)
    starts = [float(inked[0]), *(float(inked[end + 1]) for end in ends)]
    return list(zip(starts, [*(float(inked[end]) + 1 for end in ends), float(inked[-1]) + 1], strict=True))


def _first(blots: Sequence[Span], middle: float, height: float) -> Iterator[_Cut]:
    for skipped, (start, _end) in enumerate(blots):
        if skipped and start > middle + 0.3 * height:
            return
        yield _Cut(start, start, _LEFT_OUT * skipped)


def _last(blots: Sequence[Span], middle: float, height: float) -> Iterator[_Cut]:
    for skipped, (_start, end) in enumerate(reversed(blots)):
        if skipped and end < middle - 0.3 * height:
            return
        yield _Cut(end, end, _LEFT_OUT * skipped)


def _between(blots: Sequence[Span], left: float, right: float, height: float) -> Iterator[_Cut]:
    """The whites around two letters, and a cut in the middle of the two where they touch."""
    low, high = left - _REACH * height, right + _REACH * height
    for (_start, end), (start, _end) in pairwise(blots):
        if end > high:
            break
        if start > low:
            yield _Cut(end, start, -_WHITE * min(_WIDEST, (start - end) / height))
    middle = (left + right) / 2
    if any(start < middle < end for start, end in blots):
        yield _Cut(middle, middle, _THROUGH)


def _cost(letter: str, middle: float, start: float, end: float, blots: Sequence[Span], height: float) -> float:
    """How little a letter suits its place."""
    cost = abs((start + end) / 2 - middle) / height
    is_chinese = "\u2e80" <= letter <= "\uffef" and letter not in _POINTS
    most = _BROAD_POINT if letter in _POINTS else _BROAD_SIGN if is_chinese else _BROAD_LETTER
    cost += _TOO_BROAD * max(0.0, (end - start) / height - most)
    if not is_chinese and letter != "%":
        cost += _BROKEN * (sum(1 for left, right in blots if left < end and right > start) - 1)
    return cost


def _traced(ways: Sequence[Sequence[tuple[float, _Cut, int]]]) -> list[Span]:
    at = min(range(len(ways[-1])), key=lambda place: ways[-1][place][0])
    spans: list[Span] = []
    for step in range(len(ways) - 1, 0, -1):
        _cost, cut, before = ways[step][at]
        spans.append((ways[step - 1][before][1].start, cut.end))
        at = before
    return spans[::-1]


def _evenly(middles: Sequence[float], inked: Any) -> list[Span]:
    """Where no other way is found: each letter up to the middle between it and the next."""
    edges = [float(inked[0]), *((left + right) / 2 for left, right in pairwise(middles))]
    return list(zip(edges, [*edges[1:], float(inked[-1]) + 1], strict=True))
