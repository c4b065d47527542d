"""Recognised letters held against the ink of their page: where each begins and ends, and what was overlooked."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy

from orderloop.interchange.readers.image_cuts import spans_of

Box = tuple[float, float, float, float]
# What is darker is ink; the same for all that looks for it.
INK = 160
# Detection draws its boxes so much wider than the letters, above and below, in shares of the box.
_MARGIN = 0.1
# Gaps in shares of a line's height, beyond which a recognised line is of two words.
_GAP_OF_WORDS, _GAP_OF_SCRIPTS, _GAP_OF_POINTS = 0.5, 0.3, 0.9
# The same where letters are set wide: so many of their usual gaps more; and never less than this.
_WIDER, _GAP_AT_LEAST, _SET_WIDE = 1.0, 0.4, 0.25
# There a gap of so many usual ones is none, behind a point in a room as wide as a digit's even more.
_WIDE_GAP, _WIDE_GAP_OF_POINT = 1.5, 2.6
# They take little of the room they are given.
_POINTS, _WHITE_OF_POINT = frozenset(".,:;'·，。：；、"), 0.35
# How much longer than usual the step between two Chinese signs is that holds a blank, and the white of it at least.
_LONG_STEP, _BLANK = 1.18, 0.2
# So much taller than the page's usual line, and taller than broad, a detected box holds lines one above the other.
_STACKED = 1.7
# Of letters one below the other, in shares of the way from one to the next: less white than that is within a letter.
_WHITE_WITHIN = 0.15
# An overlooked letter's height and breadth in shares of the usual line, and how much of them is white around it.
_LEAST_HIGH, _MOST_HIGH, _MOST_BROAD, _AROUND = 0.45, 1.2, 1.5, 0.25
_MOST_OVERLOOKED, _STROKE = 60, 0.22
# How broad an H is in shares of its height, what its strokes are taken for, and how sure it is at most.
_H_AT_LEAST, _H_OF_UNLIKE, _H_AT_MOST, _STROKES, _SURE_OF_H, _SURE_OF_ONE = 0.6, 0.48, 0.95, frozenset("Il|"), 0.75, 0.9


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter, its box on the page in dots, how surely it was recognised, and whether a blank stands before it."""

    text: str
    box: Box
    confidence: float
    after_space: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A line of letters as recognition gives it; their boxes are rough, for they come of its own coarse steps."""

    text: str
    score: float
    box: Any
    parts: Any


def usual_height(runs: Sequence[Run]) -> float:
    """How high most boxes of a page are, in dots; 0 where there are none."""
    heights = [float(run.box[:, 1].max() - run.box[:, 1].min()) for run in runs]
    return float(numpy.median(heights)) if heights else 0.0


def glyphs_of(run: Run, page: Any, usual: float) -> list[list[Glyph]]:
    """The letters of a run line by line; a column of single letters is as many lines as it has letters."""
    top, bottom = float(run.box[:, 1].min()), float(run.box[:, 1].max())
    left, right = float(run.box[:, 0].min()), float(run.box[:, 0].max())
    letters = [letter for letter in run.text if not letter.isspace()]
    if len(letters) > 1 and bottom - top > _STACKED * usual and bottom - top > 1.2 * (right - left):
        return [[glyph] for glyph in _stacked(letters, run, page, (left, top, right, bottom))]
    margin = (bottom - top) * _MARGIN
    return [_with_bars(_upon_ink(_in_line(run, letters, (left, top + margin, right, bottom - margin)), page), page)]


def _stacked(letters: Sequence[str], run: Run, page: Any, box: Box) -> Iterator[Glyph]:
    """Letters one below the other: between them the rows without ink, else each has its share of the height."""
    left, top, right, bottom = box
    inked = (page[int(top) : int(bottom) + 1, int(left) : int(right) + 1] < INK).any(axis=1)
    starts = numpy.flatnonzero(inked & ~numpy.roll(inked, 1)) + int(top)
    step = (bottom - top) / len(letters)
    sure = {part[0]: float(part[1]) for part in run.parts or ()}
    rows = _rows_of_ink(inked, step)
    for place, letter in enumerate(letters):
        if len(rows) == len(letters):
            start, end = rows[place]
            yield Glyph(letter, (left, int(top) + start, right, int(top) + end), sure.get(letter, run.score), True)
            continue
        above, below = top + place * step, top + (place + 1) * step
        own = [start for start in starts if above - step / 3 <= start < below - step / 3]
        above = float(min(own)) if own else above
        yield Glyph(letter, (left, above, right, above + 0.85 * step), sure.get(letter, run.score), True)


def _rows_of_ink(inked: Any, step: float) -> list[tuple[float, float]]:
    """From where to where rows hold ink, without specks; the white within a letter is narrower than between two."""
    rows: list[tuple[float, float]] = []
    for at in numpy.flatnonzero(inked):
        if rows and at - rows[-1][1] < _WHITE_WITHIN * step:
            rows[-1] = (rows[-1][0], float(at) + 1)
        else:
            rows.append((float(at), float(at) + 1))
    return [(start, end) for start, end in rows if end - start > _WHITE_WITHIN * step]


def _in_line(run: Run, letters: Sequence[str], box: Box) -> list[Glyph]:
    """The letters of a line with the boxes recognition gives; the line's own bounds them above and below."""
    _left, top, _right, bottom = box
    if [part[0] for part in run.parts or ()] != letters:
        return [Glyph(run.text.strip(), box, run.score, True)] if run.text.strip() else []
    glyphs, place, spaced = [], 0, True
    for letter in run.text:
        if letter.isspace():
            spaced = True
            continue
        _, confidence, corners = run.parts[place]
        across = [float(corner[0]) for corner in corners]
        glyphs.append(Glyph(letter, (min(across), top, max(across), bottom), float(confidence), spaced))
        place, spaced = place + 1, False
    return glyphs


def _upon_ink(glyphs: list[Glyph], page: Any) -> list[Glyph]:
    """The letters with their left and right bounds where their ink begins and ends."""
    if not glyphs:
        return glyphs
    left = max(0, int(min(glyph.box[0] for glyph in glyphs)) - 2)
    right = int(max(glyph.box[2] for glyph in glyphs)) + 3
    top, bottom = max(0, int(glyphs[0].box[1])), int(glyphs[0].box[3]) + 1
    inked = numpy.flatnonzero((page[top:bottom, left:right] < INK).any(axis=0)) + left
    if not len(inked):
        return glyphs
    letters = "".join(glyph.text[:1] for glyph in glyphs)
    spans = spans_of(letters, [(glyph.box[0] + glyph.box[2]) / 2 for glyph in glyphs], inked, bottom - top)
    return [
        replace(glyph, box=(start, glyph.box[1], max(end, start + 1), glyph.box[3]))
        for glyph, (start, end) in zip(glyphs, spans, strict=True)
    ]


def _with_bars(glyphs: list[Glyph], page: Any) -> list[Glyph]:
    """Two strokes in the room of one capital are an H whose thin bar was lost on the way; two I take less in print of
    unequal letters, and more in print of equal ones."""
    closed: list[Glyph] = []
    for glyph in glyphs:
        last = closed[-1] if closed else None
        if last is not None and _may_be_strokes(closed, glyph):
            left, top, right, bottom = last.box[0], glyph.box[1], glyph.box[2], glyph.box[3]
            rows = numpy.flatnonzero((page[int(top) : int(bottom), int(left) : int(right)] < INK).any(axis=1))
            share = (right - left) / (rows[-1] - rows[0] + 1) if len(rows) else 0.0
            sure = min(last.confidence, glyph.confidence)
            is_plain = last.text == glyph.text == "I" and sure >= _SURE_OF_ONE
            if (_H_AT_LEAST if is_plain else _H_OF_UNLIKE) < share < _H_AT_MOST:
                sure *= _SURE_OF_H
                closed[-1] = Glyph("H", (left, top, right, bottom), sure, last.after_space)
                continue
        closed.append(glyph)
    return closed


def _may_be_strokes(before: Sequence[Glyph], glyph: Glyph) -> bool:
    """Whether two letters, of which the last one before is the first, may be the strokes of one H: no word begins with
    two l, and where one is a 1 nobody was sure of it."""
    last, pair = before[-1], before[-1].text + glyph.text
    if pair == "ll":
        height = last.box[3] - last.box[1]
        return len(before) == 1 or last.after_space or last.box[0] - before[-2].box[2] > _GAP_AT_LEAST * height
    if "1" in pair:
        return set(pair) == {"1", "I"} and min(last.confidence, glyph.confidence) < _SURE_OF_ONE
    # An H as narrow as a stroke is its left one.
    is_half = last.text == "H" and last.box[2] - last.box[0] < _STROKE * (last.box[3] - last.box[1])
    return (is_half or last.text in _STROKES) and glyph.text in _STROKES and "I" in pair


def is_change(left: Glyph, right: Glyph) -> bool:
    """Whether one of two letters is Chinese and the other a Latin one or a digit."""
    return (_is_chinese(left) and right.text.isascii()) or (left.text.isascii() and _is_chinese(right))


def _is_chinese(glyph: Glyph) -> bool:
    return "\u3400" <= glyph.text[:1] <= "\u9fff"


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a line is set: the gap between most of its letters, and from the middle of one Chinese sign to the next's,
    in dots; 0 where too few tell."""

    gap: float
    pitch: float


def split(glyphs: Sequence[Glyph], rules: Sequence[Box], wide: float = 0.0) -> list[tuple[Box, str, float]]:
    """Words of these letters: parted by spaces, by wide gaps and by rules, for recognition runs across columns.

    `wide`: the gap between the digits of the page's numbers, where those are set wide.
    """
    usual = _setting_of(glyphs, wide)
    words: list[list[Glyph]] = []
    for glyph in glyphs:
        if words and not _is_spaced(words[-1][-1], glyph, usual) and not _is_parted(words[-1][-1], glyph, usual, rules):
            words[-1].append(glyph)
        else:
            words.append([glyph])
    starts = [*(word[0].box[0] for word in words[1:]), math.inf]
    return [
        (
            (word[0].box[0], word[0].box[1], min(_end_of(word), start), word[0].box[3]),
            "".join(one.text for one in word),
            min(one.confidence for one in word),
        )
        for word, start in zip(words, starts, strict=True)
    ]


def _end_of(word: Sequence[Glyph]) -> float:
    """Where a word ends: with its last letter's ink, or behind it where print leaves a point's room white."""
    last = word[-1]
    white = _WHITE_OF_POINT * (last.box[3] - last.box[1]) if last.text in _POINTS else 0.0
    return max(one.box[2] for one in word) + white


def wide_gap(lines: Sequence[Sequence[Glyph]]) -> float:
    """The gap between the digits of numbers, where most of the page's long ones are set wide; else 0."""
    gaps = []
    for line in lines:
        if len(line) > 3 and all(glyph.text.isdigit() or glyph.text in _POINTS for glyph in line):
            inner = [right.box[0] - left.box[2] for left, right in itertools.pairwise(line)]
            gaps.append((float(numpy.median(inner)), line[0].box[3] - line[0].box[1]))
    wide = [gap for gap, height in gaps if gap > _SET_WIDE * height]
    return float(numpy.median(wide)) if len(wide) > 2 and len(wide) * 2 > len(gaps) else 0.0


def _setting_of(glyphs: Sequence[Glyph], wide: float) -> _Setting:
    pairs = list(itertools.pairwise(glyphs))
    gaps = [right.box[0] - left.box[2] for left, right in pairs]
    digits = [right.box[0] - left.box[2] for left, right in pairs if (left.text + right.text).isdigit()]
    if wide and len(gaps) <= 3 and digits and max(digits) < _WIDE_GAP * wide:
        return _Setting(wide, 0.0)
    steps = [_step(left, right) for left, right in pairs if _is_chinese(left) and _is_chinese(right)]
    return _Setting(
        float(numpy.median(gaps)) if len(gaps) > 2 else 0.0, float(numpy.median(steps)) if len(steps) > 1 else 0.0
    )


def _step(left: Glyph, right: Glyph) -> float:
    return (right.box[0] + right.box[2] - left.box[0] - left.box[2]) / 2


def _is_spaced(left: Glyph, right: Glyph, usual: _Setting) -> bool:
    """Whether a blank stands between two letters; in print that is set wide recognition sees blanks everywhere."""
    is_wide = usual.gap > _SET_WIDE * (left.box[3] - left.box[1])
    most = _WIDE_GAP_OF_POINT if left.text in _POINTS else _WIDE_GAP
    return right.after_space and not (is_wide and right.box[0] - left.box[2] < most * usual.gap)


def _is_parted(left: Glyph, right: Glyph, usual: _Setting, rules: Sequence[Box]) -> bool:
    height = left.box[3] - left.box[1]
    gap = right.box[0] - left.box[2]
    if is_change(left, right):
        # Between a number and a Chinese word a narrow gap is the one of two columns; within a cell it does no harm.
        if gap > _GAP_OF_SCRIPTS * height + (usual.gap if usual.gap > _SET_WIDE * height else 0.0):
            return True
    elif gap > _GAP_AT_LEAST * height and gap > _share_of_gap(left, right) * height + _WIDER * usual.gap:
        return True
    # All Chinese signs are equally broad: a step that is longer holds a blank, which recognition never gives.
    is_chinese = _is_chinese(left) and _is_chinese(right)
    if is_chinese and usual.pitch and gap > _BLANK * height and _step(left, right) > _LONG_STEP * usual.pitch:
        return True
    middle, after = (left.box[0] + left.box[2]) / 2, (right.box[0] + right.box[2]) / 2
    level = (left.box[1] + left.box[3]) / 2
    return any(middle < x < after and top <= level <= bottom for x, top, _, bottom in rules)


def _share_of_gap(left: Glyph, right: Glyph) -> float:
    """How wide a gap parts two letters, in shares of the line's height."""
    if left.text in _POINTS or right.text in _POINTS:
        return _GAP_OF_POINTS
    return _GAP_OF_WORDS


def overlooked(page: Any, runs: Sequence[Run], usual: float) -> list[tuple[int, int, int, int]]:
    """Boxes of letters that no run holds: detection passes over a digit that stands alone in its cell."""
    import cv2

    ink = (page < INK).astype(numpy.uint8)
    for run in runs:
        left, top = numpy.floor(run.box.min(axis=0)).astype(int)
        right, bottom = numpy.ceil(run.box.max(axis=0)).astype(int)
        ink[max(0, top) : bottom + 1, max(0, left) : right + 1] = 0
    # Letters of one word become one mark, their dots with them; neighbouring columns do not.
    near = max(2, round(usual * 0.3))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, numpy.ones((near, near), numpy.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for left, top, width, height, area in stats[1:]:
        is_letter = _LEAST_HIGH * usual <= height <= _MOST_HIGH * usual and width <= _MOST_BROAD * usual
        rows = ink[top : top + height, left : left + width].any(axis=1)
        # A bare stroke is what is left of a rule.
        is_letter = is_letter and width > _STROKE * height
        # A colon has white in its middle.
        if not is_letter or area < 0.12 * width * height or rows.mean() < 0.75:
            continue
        margin = round(_AROUND * usual)
        around = joined[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin]
        if int((around > 0).sum()) <= int((joined[top : top + height, left : left + width] > 0).sum()) + margin:
            found.append((int(left), int(top), int(left + width), int(top + height)))
    return found if len(found) <= _MOST_OVERLOOKED else []
