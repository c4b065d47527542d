"""Pages drawn with letters, for tests: each sign stands where it would be printed, a Chinese one takes two places."""

import re
import unicodedata
from collections.abc import Callable

from orderloop.interchange.facts import Page, Word

STEP = 6.0
LINE = 12.0


def page(
    drawing: str, number: int = 1, confidence: float = 1.0, jitter: Callable[[int], float] = lambda _at: 0.0
) -> Page:
    """A page of the words of a drawing; `|` draws an upright ruling through its line, `----` a level one."""
    rows = drawing.strip("\n").split("\n")
    columns = max(100, *(_wide(row) for row in rows))
    width, height = columns * STEP, max(60, len(rows) + 2) * LINE
    words: list[Word] = []
    rulings: list[tuple[float, float, float, float]] = []
    for at, row in enumerate(rows):
        top = (at + 1) * LINE
        if re.fullmatch(r"\s*-{4,}\s*", row):
            level = round((top + 0.5 * LINE) / height, 5)
            start = _wide(row[: len(row) - len(row.lstrip())])
            rulings.append((start * STEP / width, level, _wide(row.rstrip()) * STEP / width, level))
            continue
        for found in re.finditer(r"[^\s|]+", row):
            left = _wide(row[: found.start()]) * STEP
            right = left + _wide(found[0]) * STEP
            moved = top + jitter(len(words))
            box = (left / width, (moved + 1) / height, right / width, (moved + LINE - 1) / height)
            words.append(Word(found[0], box, confidence))
        for found in re.finditer(r"\|", row):
            x = (_wide(row[: found.start()]) + 0.5) * STEP / width
            rulings.append((x, top / height, x, (top + LINE) / height))
    return Page(number, width, height, tuple(words), is_scan=confidence < 1, rulings=tuple(rulings))


def placed(drawing: str, step: float = 12.0, size: tuple[float, float] = (600.0, 800.0)) -> Page:
    """A page of words with the place of each: `Qty<40-58>` reaches from 40 to 58 points; a row is `step` points high,
    a row of `~` alone moves the next one up by half of that."""
    words: list[Word] = []
    top = 40.0
    for row in drawing.strip("\n").split("\n"):
        if row.strip() == "~":
            top -= 0.5 * step
            continue
        for text, x0, x1 in re.findall(r"(\S+?)<([\d.]+)-([\d.]+)>", row):
            left, right = float(x0) / size[0], float(x1) / size[0]
            words.append(Word(text, (left, top / size[1], right, (top + step - 3) / size[1])))
        top += step
    return Page(1, *size, tuple(words))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
