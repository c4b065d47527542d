"""From a page's picture to its words: straightened, freed of specks and rules, recognised, put together."""

import functools
from dataclasses import replace
from typing import Any

import numpy

from orderloop.interchange.facts import Page, Word
from orderloop.interchange.readers.image_ink import INK, Box, Run, glyphs_of, overlooked, split, usual_height, wide_gap
from orderloop.interchange.readers.image_plane import View, flattened, whole, without_shadow
from orderloop.interchange.readers.image_votes import with_votes
from orderloop.interchange.rules.pages.recognised import mended

# Text of usual size has some 28 dots a line at this resolution, where the models read best.
WANTED_DPI = 204.0
# Below this mean confidence a page is tried upside down; right way up, even poor faxes lie well above.
_UNSURE = 0.85
# A mark smaller than this many dots at 200 dots an inch is dirt; a full stop has nine or more.
_SPECK = 4
# Strokes longer than these, in dots at the wanted resolution, are rules: no letter of a form is so large.
_LONG_DOWN, _LONG_ACROSS, _BROADEST, _GAP = 60, 100, 12, 31
# A letter that was overlooked and found alone is taken only if it was read as surely as this.
_SURE_ALONE = 0.8


def recognise(grey: Any, dpi: float, number: int, *, is_photo: bool = False) -> Page:
    """The page with its words in reading order and its rules; boxes are of the page made flat, upright and straight,
    and `corners` tells where that lies in the picture."""
    came = _dark_on_light(_at_wanted_size(grey, dpi))
    view = without_shadow(flattened(whole(came))) if is_photo else whole(came)
    view, rules, runs = _read(view)
    if _lies_on_its_side(runs):
        view, rules, runs = _read(view.turned(1))
    if _certainty(runs) < _UNSURE:
        over = view.turned(2)
        other = _runs(over.page)
        if _certainty(other) > _certainty(runs):
            high, wide = view.page.shape
            rules = [(wide - right, high - bottom, wide - left, high - top) for left, top, right, bottom in rules]
            view, runs = over, other
    page = view.page
    high, wide = page.shape
    words = _words(with_votes(_with_overlooked(runs, page), page, _read_line), page, rules)
    rulings = tuple(_shares(rule, wide, high) for rule in rules)
    scale = 72 * grey.width / dpi / came.shape[1]
    corners = view.shares(came.shape[1], came.shape[0])
    return Page(number, wide * scale, high * scale, tuple(words), is_scan=True, rulings=rulings, corners=corners)


def _read(view: View) -> tuple[View, list[Box], list[Run]]:
    straight = _straight(view)
    page, rules = _cleaned(straight.page)
    straight = replace(straight, page=page)
    return straight, rules, _runs(page)


def _lies_on_its_side(runs: list[Run]) -> bool:
    """Whether most of the print runs up or down the page."""
    along = across = 0.0
    for run in runs:
        width, height = (float(side) for side in run.box.max(axis=0) - run.box.min(axis=0))
        along, across = along + max(0.0, width - 1.5 * height), across + max(0.0, height - 1.5 * width)
    return across > along


def _at_wanted_size(grey: Any, dpi: float) -> Any:
    from PIL import Image

    scale = WANTED_DPI / dpi
    # Enlarging poor pictures helps, but a picture that states an absurd resolution must not become a bomb.
    scale = min(scale, 3.0, (20_000_000 / (grey.width * grey.height)) ** 0.5)
    if abs(scale - 1) > 0.1:
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    return numpy.asarray(grey)


def _dark_on_light(page: Any) -> Any:
    return 255 - page if page.mean() < 110 else page


def _straight(view: View) -> View:
    angle = _skew(view.page)
    return view if abs(angle) < 0.05 else view.tilted(angle)


def _cleaned(page: Any) -> tuple[Any, list[Box]]:
    """The page without specks and long rules, which mislead recognition; and where the rules stood, in dots."""
    import cv2

    ink = (page < INK).astype(numpy.uint8)
    page = page.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count > 1:
        small = stats[:, cv2.CC_STAT_AREA] < _SPECK
        small[0] = False
        page[small[labels]] = 255
    down: Any = cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones((_LONG_DOWN, 1), numpy.uint8))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones((1, _LONG_ACROSS), numpy.uint8))
    page[cv2.dilate(down | across, numpy.ones((3, 3), numpy.uint8)).astype(bool)] = 255
    # Noise breaks rules; in the masks there is nothing else that closing the gaps could join.
    down = cv2.morphologyEx(down, cv2.MORPH_CLOSE, numpy.ones((_GAP, 1), numpy.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_CLOSE, numpy.ones((1, _GAP), numpy.uint8))
    return page, _rules(down, is_down=True) + _rules(across, is_down=False)


def _rules(mask: Any, *, is_down: bool) -> list[Box]:
    """The rules of a mask as lines without breadth; what is as broad as a logo or a stamp is none."""
    import cv2

    _, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rules: list[Box] = []
    for (left, top, width, height, _), (x, y) in list(zip(stats, centres, strict=True))[1:]:
        if min(width, height) <= _BROADEST:
            x, y, left, top, right, bottom = map(float, (x, y, left, top, left + width, top + height))
            rules.append((x, top, x, bottom) if is_down else (left, y, right, y))
    return rules


def _skew(page: Any) -> float:
    """By how many degrees to turn the page so that its lines lie level: where the rows' ink varies most."""
    import cv2

    small = cv2.resize(page, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    ink = (255 - small).astype(numpy.float32)
    ink[ink < 60] = 0
    best = 0.0
    for step, reach in ((0.5, 4.0), (0.1, 0.4)):
        angles = numpy.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _evenness(ink, float(angle))))
    return best


def _evenness(ink: Any, angle: float) -> float:
    import cv2

    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    rows = cv2.warpAffine(ink, turn, (width, height)).sum(axis=1)
    return float(((rows[1:] - rows[:-1]) ** 2).sum())


def _runs(page: Any) -> list[Run]:
    found = _engine()(numpy.stack((page,) * 3, axis=-1), use_det=True)
    if found.txts is None:
        return []
    return [
        Run(text, float(score), box, parts)
        for box, text, score, parts in zip(found.boxes, found.txts, found.scores, found.word_results, strict=False)
    ]


def _with_overlooked(runs: list[Run], page: Any) -> list[Run]:
    """The runs, and a second look at single letters that detection has passed over."""
    usual = usual_height(runs)
    more = []
    for left, top, right, bottom in overlooked(page, runs, usual):
        # Recognition wants a letter with white around it, in a line of the usual height.
        high = (max(0, top - round(0.25 * usual)), bottom + round(0.25 * usual))
        wide = (max(0, left - round(0.5 * usual)), right + round(0.5 * usual))
        cut = page[high[0] : high[1], wide[0] : wide[1]]
        text, score = _line(cut)
        if len(text) == 1 and text.isalnum() and score >= _SURE_ALONE:
            corners = numpy.array([(left, high[0]), (right, high[0]), (right, high[1]), (left, high[1])], float)
            more.append(Run(text, score, corners, ((text, score, corners),)))
    return runs + more


def _line(picture: Any) -> tuple[str, float]:
    """What a picture of one line says, and how surely."""
    read = _engine()(numpy.stack((picture,) * 3, axis=-1), use_det=False)
    return (read.txts[0].strip(), float(read.scores[0])) if read.txts else ("", 0.0)


def _read_line(picture: Any) -> list[tuple[str, float]]:
    """The letters of a line without blanks, each with how surely it was read."""
    read = _engine()(numpy.stack((picture,) * 3, axis=-1), use_det=False)
    if not read.txts:
        return []
    letters = zip(read.txts[0], read.word_results[0].confs, strict=False)
    return [(letter, float(sure)) for letter, sure in letters if not letter.isspace()]


def _words(runs: list[Run], page: Any, rules: list[Box]) -> list[Word]:
    """All words of the page."""
    height, width = page.shape
    usual = usual_height(runs)
    lines = [line for run in runs for line in glyphs_of(run, page, usual)]
    wide = wide_gap(lines)
    words = [word for line in lines for word in split(line, rules, wide)]
    words = [word for word in words if len(word[1]) > 1 or not any(_lies_in(word[0], other[0]) for other in words)]
    return _in_order([Word(mended(text), _shares(box, width, height), round(sure, 3)) for box, text, sure in words])


def _lies_in(letter: Box, word: Box) -> bool:
    """Whether a letter is one of another word's, seen a second time."""
    middle, level = (letter[0] + letter[2]) / 2, (letter[1] + letter[3]) / 2
    is_broader = word[2] - word[0] > 1.5 * (letter[2] - letter[0])
    return is_broader and word[0] <= middle <= word[2] and word[1] < level < word[3]


def _certainty(runs: list[Run]) -> float:
    """The mean confidence of all letters."""
    letters = sum(len(run.text) for run in runs)
    return sum(len(run.text) * run.score for run in runs) / letters if letters else 0.0


def _shares(box: Box, width: float, height: float) -> Box:
    left, top, right, bottom = box
    return (
        max(0.0, left / width), max(0.0, top / height), min(1.0, right / width), min(1.0, bottom / height),
    )  # fmt: skip


def _in_order(words: list[Word]) -> list[Word]:
    """Line by line from above, each from the left; words belong to a line whose middle they reach."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.box[1] + word.box[3], word.box[0])):
        middle = (word.box[1] + word.box[3]) / 2
        if lines and lines[-1][0].box[1] < middle < lines[-1][0].box[3]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.box[0])]


@functools.cache
def _engine() -> Any:
    """The recogniser, loaded once a process: a second, and some hundred megabytes."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": 2_600,
            "Global.text_score": 0.0,
            "Global.return_word_box": True,
            "Global.return_single_char_box": True,
            # A second thread waits by spinning: on a busy machine a page costs three times the processor.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
