"""Labels that only a blank parts from their values, as forms without colons print them."""

from collections.abc import Iterator, Mapping, Sequence, Set

from orderloop.interchange.rules.lexicon import Meaning, label_meaning
from orderloop.interchange.rules.pages.labels import COLONS, LONGEST_LABEL, Label, labels_of, word_gap
from orderloop.interchange.rules.pages.lines import Sheet, Token, pieces_of, text_of
from orderloop.interchange.rules.values import day_in, is_code, number_in

_LEAST_FIELDS = 2  # written so, on three lines at least, before a page is taken to be such a form
_LEAST_LINES = 3


def every_label(sheet: Sheet, learnt: Mapping[str, str], outside: tuple[int, int] | None = None) -> list[Label]:
    """All labels of a sheet, those without a mark behind them too where the page is written so or they were learnt."""
    found = labels_of(sheet, learnt, outside)
    last = min(outside[0], len(sheet.lines)) if outside else len(sheet.lines)
    loose = [label for at in range(last) for label in _loose(sheet, at, learnt)]
    if not _is_written_so(loose, [label for label in found if label.line < last]):
        loose = [label for label in loose if label.meaning.origin]
    known = {(label.line, label.start): label for label in found}
    starts = {*known, *((label.line, label.start) for label in loose)}
    for label in loose:
        other = known.get((label.line, label.start))
        if other is None or _swallows(other, label, sheet, starts):
            known[label.line, label.start] = label
    firm = [label for label in known.values() if label not in loose]
    for label in loose:
        if not label.meaning.origin and known.get((label.line, label.start)) is label and _is_value(sheet, label, firm):
            del known[label.line, label.start]
    return sorted(known.values(), key=lambda label: (label.line, label.start))


def _loose(sheet: Sheet, at: int, learnt: Mapping[str, str]) -> Iterator[Label]:
    line = sheet.lines[at]
    start = 0
    for piece in pieces_of(line, sheet, gap=word_gap(sheet)):
        for end in range(min(len(piece) - 1, LONGEST_LABEL), 0, -1):
            run = piece[:end]
            meaning = None if any(token.text.endswith(COLONS) for token in run) else label_meaning(text_of(run), learnt)
            if meaning is not None and _may_mean(meaning, piece[end:]):
                yield Label(meaning, tuple(run), at, start, start + end, False, True)
                break
        start += len(piece)


def _may_mean(meaning: Meaning, rest: Sequence[Token]) -> bool:
    """Whether a label may stand there without a mark: a sure one, or one whose value can be nothing else's."""
    text = text_of(rest)
    if rest[0].text.startswith(COLONS) or label_meaning(text, {}) is not None:
        return False
    if meaning.name.startswith("sum:"):
        return number_in(text) is not None
    if meaning.strength >= 1:
        return True
    if meaning.name in ("ordered_on", "requested_on"):
        return day_in(text) is not None
    return is_code(text)


def _is_written_so(loose: Sequence[Label], found: Sequence[Label]) -> bool:
    """Whether a page's labels stand before their values without a colon, most of them."""
    names = {label.meaning.name for label in loose if not label.meaning.name.startswith("sum:")}
    marked = {label.meaning.name for label in found if label.has_colon}
    lines = {label.line for label in loose} | {label.line for label in found if not label.has_colon}
    return len(names) >= _LEAST_FIELDS and len(lines) >= _LEAST_LINES and len(marked) * 2 <= len(names)


def _is_value(sheet: Sheet, label: Label, found: Sequence[Label]) -> bool:
    """Whether what looks like a label stands where another one's value does: `Payment in advance` behind or below
    `Terms`."""
    for other in found:
        if other.line == label.line and other.end == label.start:
            return True
        tokens = sheet.lines[other.line].tokens
        is_bare = other.end == len(tokens) or any(each.line == other.line and each.start == other.end for each in found)
        is_above = 0 < label.line - other.line <= 1 and abs(other.x0 - label.x0) < 0.5 * label.tokens[0].height
        if is_above and is_bare:
            return True
    return False


def _swallows(other: Label, label: Label, sheet: Sheet, starts: Set[tuple[int, int]]) -> bool:
    """Whether a label known by one of its languages only, or `Currency EUR`, took the value in with it."""
    if other.has_colon or other.end <= label.end:
        return False
    if other.meaning.strength >= 1 and not other.meaning.name == label.meaning.name == "currency":
        return False
    return other.end == len(sheet.lines[label.line].tokens) or (label.line, other.end) in starts
