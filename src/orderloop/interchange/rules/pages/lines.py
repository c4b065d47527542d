"""Words of a page put in lines, and lines in pieces: the geometry that reading a page rests on. Lengths in points."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from orderloop.interchange.facts import Page, Place

# A colon parts a label from its value, but not the hours from the minutes, nor what stands in an address of the web;
# in a clause of a contract the next label follows a semicolon.
_COLON = re.compile(
    r"^[:：](?=.)|(?<=[^\d\s:：])[:：](?!//)|(?<=[\d)）])：|(?<=[)）]):|(?<=[；;。])(?=[^\s:：；;。]{2,10}[:：])"
)
# A ruling that a printer of letters only has drawn with them.
_DRAWN = re.compile(r"[-=_*~—–─━═]{5,}$")
MAX_RULINGS = 1500  # a page with more is a drawing, not a form
_PIECE_GAP = 0.9  # of a line's height
# Cells that no ruling and hardly a gap parts begin at the same place as others: how exactly, how near by, how many.
_SAME_X, _NEAR, _ALIKE = 0.7, 9.0, 2
_MORE_THAN_BLANK = 0.44


@dataclass(frozen=True, slots=True)
class Token:
    """A word without blanks, in points from the page's left and top."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float = 1.0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def level(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """Tokens of one height on a page, from left to right."""

    tokens: list[Token] = field(default_factory=list)
    level: float = 0.0
    height: float = 0.0

    @property
    def y0(self) -> float:
        return min(token.y0 for token in self.tokens)

    @property
    def y1(self) -> float:
        return max(token.y1 for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Start:
    """A cell that may begin there: its left side, the level and height of its line; sure behind a gap or ruling."""

    x: float
    level: float
    height: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page made ready for reading: its lines from top to bottom and its rulings, all in points."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    verticals: tuple[tuple[float, float, float], ...]
    horizontals: tuple[tuple[float, float, float], ...]
    is_scan: bool = False
    starts: Mapping[int, Sequence["Start"]] = field(default_factory=dict)

    def parted(self, left: float, right: float, level: float) -> bool:
        """Whether an upright ruling stands between two places of one height, or what begins at the right one begins a
        cell: more than a blank behind the left one, and below or above others that do."""
        if any(left - 1 <= x <= right + 1 and y0 - 1 <= level <= y1 + 1 for x, y0, y1 in self.verticals):
            return True
        near = [
            start
            for at in (-1, 0, 1)
            for start in self.starts.get(round(right) + at, ())
            if abs(start.x - right) <= _SAME_X and 0 < abs(start.level - level) <= _NEAR * start.height
        ]
        is_apart = any(right - left >= _MORE_THAN_BLANK * start.height for start in near)
        return is_apart and len({start.level for start in near}) >= _ALIKE and any(start.is_sure for start in near)

    def place(self, tokens: Sequence[Token]) -> Place:
        """Where tokens stand, as one box in fractions of the page."""
        if not tokens:
            return Place(page=self.number)
        box = (
            round(min(token.x0 for token in tokens) / self.width, 5),
            round(min(token.y0 for token in tokens) / self.height, 5),
            round(max(token.x1 for token in tokens) / self.width, 5),
            round(max(token.y1 for token in tokens) / self.height, 5),
        )
        return Place(page=self.number, box=box)


def sheet_of(page: Page) -> Sheet:
    """A page as lines of tokens; words are cut at blanks and behind the colon of a label."""
    width, height = max(page.width, 1.0), max(page.height, 1.0)
    tokens = [part for token in _tokens(page, width, height) for part in _cut(token)]
    verticals = _joined((x0 * width, y0 * height, y1 * height) for x0, y0, x1, y1 in page.rulings if x0 == x1)
    horizontals = _joined((y0 * height, x0 * width, x1 * width) for x0, y0, x1, y1 in page.rulings if y0 == y1)
    return Sheet(page.number, width, height, tuple(lines_of(tokens)), verticals, horizontals, page.is_scan)


def with_starts(sheet: Sheet, outside: tuple[int, int] | None = None) -> Sheet:
    """The sheet with the places where cells begin that a gap or ruling parts from what stands before them.

    None of lines `outside[0]` to `outside[1]`, where figures end below one another; none of a scan, which is inexact.
    """
    found: dict[int, list[Start]] = {}
    for index, line in enumerate(() if sheet.is_scan else sheet.lines):
        if not (outside and outside[0] <= index <= outside[1]):
            firsts = {id(piece[0]) for piece in pieces_of(line, sheet)}
            for piece in pieces_of(line, sheet, _MORE_THAN_BLANK):
                start = Start(piece[0].x0, line.level, line.height, id(piece[0]) in firsts)
                found.setdefault(round(start.x), []).append(start)
    return replace(sheet, starts=found)


def _joined(strokes: Iterable[tuple[float, float, float]]) -> tuple[tuple[float, float, float], ...]:
    """Strokes of one direction, those that lie on one another or continue one another made one."""
    joined: list[tuple[float, float, float]] = []
    for at, start, end in sorted((round(at), start, end) for at, start, end in strokes):
        if joined and joined[-1][0] >= at - 1 and joined[-1][1] - 2 <= start <= joined[-1][2] + 2:
            joined[-1] = (joined[-1][0], joined[-1][1], max(joined[-1][2], end))
        else:
            joined.append((at, start, end))
    return tuple(joined) if len(joined) <= MAX_RULINGS else ()


def _tokens(page: Page, width: float, height: float) -> Iterator[Token]:
    for word in page.words:
        x0, y0, x1, y1 = word.box
        if word.text.strip() and x1 >= x0 and y1 > y0 and not _DRAWN.match(word.text):
            yield Token(word.text, x0 * width, y0 * height, x1 * width, y1 * height, word.confidence)


def _cut(token: Token) -> Iterator[Token]:
    """The parts of a word between blanks and behind a label's colon, each with its share of the width."""
    starts = [0, *(found.end() for found in _COLON.finditer(token.text))]
    for start, end in zip(starts, [*starts[1:], len(token.text)], strict=True):
        for found in re.finditer(r"\S+", token.text[start:end]):
            yield part_of(token, start + found.start(), start + found.end())


def part_of(token: Token, start: int, end: int) -> Token:
    """Characters `start` to `end` of a token, with their share of its width: a Chinese sign is as wide as two."""
    if start == 0 and end == len(token.text):
        return token
    widths = [2 if ord(sign) > 0x2E7F else 1 for sign in token.text]
    unit = (token.x1 - token.x0) / max(1, sum(widths))
    left = token.x0 + unit * sum(widths[:start])
    right = token.x0 + unit * sum(widths[:end])
    return Token(token.text[start:end], left, token.y0, right, token.y1, token.confidence)


def lines_of(tokens: Iterable[Token]) -> list[Line]:
    """Tokens gathered by height, so that a jittering baseline stays one line and half a line's offset makes two."""
    lines: list[Line] = []
    for token in sorted(tokens, key=lambda each: (each.level, each.x0)):
        fitting = [n for n in range(max(0, len(lines) - 6), len(lines)) if _fits(lines[n], token)]
        if fitting:
            nearest = min(fitting, key=lambda n: abs(lines[n].level - token.level))
            lines[nearest] = _with(lines[nearest], token)
        else:
            lines.append(Line([token], token.level, token.height))
    return sorted(map(_settled, lines), key=lambda each: each.level)


def _with(line: Line, token: Token) -> Line:
    # The list is kept, because a page may hold thousands of words on one line.
    line.tokens.append(token)
    count = len(line.tokens)
    level = line.level + (token.level - line.level) / count
    return Line(line.tokens, level, max(line.height, token.height) if count < 4 else line.height)


def _settled(line: Line) -> Line:
    tokens = sorted(line.tokens, key=lambda each: each.x0)
    return Line(tokens, line.level, median(token.height for token in tokens))


def _fits(line: Line, token: Token) -> bool:
    return abs(line.level - token.level) <= 0.42 * min(line.height, token.height) or (
        abs(line.level - token.level) <= 0.3 * max(line.height, token.height)
        and max(line.height, token.height) < 2.5 * min(line.height, token.height)
    )


def pieces_of(line: Line, sheet: Sheet | None = None, gap: float = _PIECE_GAP) -> list[list[Token]]:
    """A line's tokens parted where a gap wider than `gap` line heights, or an upright ruling, stands between them."""
    pieces: list[list[Token]] = []
    for token in line.tokens:
        if pieces and not _is_parted(pieces[-1][-1], token, line, sheet, gap):
            pieces[-1].append(token)
        else:
            pieces.append([token])
    return pieces


def _is_parted(left: Token, right: Token, line: Line, sheet: Sheet | None, gap: float) -> bool:
    if right.x0 - left.x1 > gap * line.height:
        return True
    return sheet is not None and sheet.parted(left.x1, right.x0, line.level)


_CJK_SIGN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


def text_of(tokens: Sequence[Token]) -> str:
    """Tokens as one text: blanks as printed, none between Chinese signs that only a line's end parted."""
    text = ""
    for index, token in enumerate(tokens):
        if index and _is_blank_between(tokens[index - 1], token):
            text += " "
        text += token.text
    return text


def _is_blank_between(left: Token, right: Token) -> bool:
    is_same_line = abs(left.level - right.level) <= 0.5 * max(left.height, right.height)
    if is_same_line:
        return right.x0 - left.x1 > 0.12 * min(left.height, right.height)
    if left.text.endswith("-") and right.text[:1].isalnum():
        return False
    return not (_CJK_SIGN.match(left.text[-1]) and _CJK_SIGN.match(right.text[0]))


def span(tokens: Sequence[Token]) -> tuple[float, float]:
    """From where to where tokens reach across the page."""
    return min(token.x0 for token in tokens), max(token.x1 for token in tokens)


def certainty(tokens: Sequence[Token]) -> float:
    """How surely tokens were recognised: 1 where they are stated, else the least of them."""
    return min((token.confidence for token in tokens), default=1.0)
