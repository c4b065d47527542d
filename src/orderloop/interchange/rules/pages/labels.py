"""Labels on a page and the values that stand beside, below or behind them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from orderloop.interchange.rules.lexicon import Meaning, half_meaning, label_meaning
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, span, text_of
from orderloop.interchange.rules.values import currency_in, number_in

LONGEST_LABEL = 8  # tokens
_WORD_GAP, _WORD_GAP_OF_INK = 0.75, 0.9  # of a line's height
_SPREAD_GAP = 4.0
_MOST_TOKENS = 120  # in a line
_CELL_GAP, _SCAN_GAP = 1.15, 1.8  # of a line's height
_NEAR = 3  # lines: labels within stand in the same columns
COLONS = (":", "：")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2}")


@dataclass(frozen=True, slots=True)
class Label:
    """A label found: what it means, its tokens, the line and the position behind it there."""

    meaning: Meaning
    tokens: tuple[Token, ...]
    line: int
    start: int
    end: int
    has_colon: bool
    is_clear: bool
    is_rest: bool = False  # a further line of the label above

    @property
    def x0(self) -> float:
        return self.tokens[0].x0

    @property
    def x1(self) -> float:
        return self.tokens[-1].x1

    @property
    def party(self) -> str:
        name = self.meaning.name
        return "supplier" if name == "party:supplier" else "buyer" if name == "customer_name" else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Tokens that may be a label's value: those of its own line, or those below; further lines of a block after it."""

    tokens: tuple[Token, ...]
    is_below: bool
    more: tuple[tuple[Token, ...], ...] = ()

    @property
    def text(self) -> str:
        return text_of(self.tokens)


def word_gap(sheet: Sheet) -> float:
    """How far apart two words of one label stand at most, in heights of their line: recognised words end with their
    ink, printed ones with the room it is given."""
    return _WORD_GAP_OF_INK if sheet.is_scan else _WORD_GAP


def labels_of(sheet: Sheet, learnt: Mapping[str, str], outside: tuple[int, int] | None = None) -> list[Label]:
    """The labels of a sheet that a mark, a gap or a ruling parts from what follows.

    Lines `outside[0]` to `outside[1]` are a table's and hold none.
    """
    lines = [
        (index, line)
        for index, line in enumerate(sheet.lines)
        if not (outside and outside[0] <= index <= outside[1]) and len(line.tokens) <= _MOST_TOKENS
    ]
    wrapped: list[Label] = []
    taken: set[int] = set()
    for index, line in lines:
        for parts in _wrapped(sheet, index, line, learnt, outside):
            if not any(id(token) in taken for label in parts for token in label.tokens):
                wrapped += parts
                taken |= {id(token) for label in parts for token in label.tokens}
    plain = [label for index, line in lines for label in _labels_in(sheet, index, line, learnt)]
    found = [*wrapped, *(label for label in plain if not any(id(token) in taken for token in label.tokens))]
    return sorted(found, key=lambda label: (label.line, label.start))


def _wrapped(
    sheet: Sheet, index: int, line: Line, learnt: Mapping[str, str], outside: tuple[int, int] | None
) -> Iterator[list[Label]]:
    """The labels that begin in a line and go on below, in a cell too narrow for them; their further lines as labels
    of nothing, so that they are not taken for values."""
    for piece in pieces_of(line, sheet, gap=word_gap(sheet)):
        if piece[-1].text.endswith(COLONS) or len(piece) > LONGEST_LABEL:
            continue
        parts = [(index, piece)]
        best: tuple[Meaning, int] | None = None
        for at in range(index + 1, min(index + 3, len(sheet.lines))):
            lower = _set_below(sheet, at, parts[-1])
            if lower is None or currency_in(text_of(lower)) or (outside and outside[0] <= at <= outside[1]):
                break
            if _adds_up(sheet.lines[at], lower):
                break
            if _stands_alone(line, piece, sheet.lines[at], lower):
                break
            parts.append((at, lower))
            meaning = label_meaning(" ".join(text_of(part) for _line, part in parts), learnt)
            best = (meaning, len(parts)) if meaning is not None else best
        if best is not None and best[0].strength >= 1:
            meaning, count = best
            has_colon = parts[count - 1][1][-1].text.endswith(COLONS)
            labels = []
            for number, (at, part) in enumerate(parts[:count]):
                start = next(n for n, token in enumerate(sheet.lines[at].tokens) if token is part[0])
                named = meaning if number == 0 else Meaning("other")
                labels.append(Label(named, tuple(part), at, start, start + len(part), has_colon, True, number > 0))
            yield labels


def _adds_up(line: Line, piece: Sequence[Token]) -> bool:
    """Whether a piece is the label of a sum of its own: `Total` below `VAT` is another one, not `VAT total`."""
    meaning = label_meaning(text_of(piece), {})
    behind = next((token for token in line.tokens if token.x0 > piece[-1].x1), None)
    is_figure = behind is not None and any(sign.isdigit() for sign in behind.text)
    return meaning is not None and meaning.name.startswith("sum:") and is_figure


def _stands_alone(line: Line, piece: Sequence[Token], lower: Line, below: Sequence[Token]) -> bool:
    """Whether a piece is a label by itself and not the end of what stands above it: that is a value, or means another
    thing, adds nothing to this one, and both have a value beside them."""
    own, above = label_meaning(text_of(below), {}), label_meaning(text_of(piece), {})
    if own is None or own.name == "other":
        return False
    if above is None:
        return own.strength >= 1 and bool(currency_in(text_of(piece)))
    both = label_meaning(f"{text_of(piece)} {text_of(below)}", {})
    is_neither = both is None or both.name not in (own.name, above.name)
    is_beside = [any(token.x0 > each[-1].x1 for token in of.tokens) for of, each in ((line, piece), (lower, below))]
    return above.name != own.name and not is_neither and all(is_beside)


def _set_below(sheet: Sheet, at: int, above: tuple[int, list[Token]]) -> list[Token] | None:
    line, upper = sheet.lines[at], above[1]
    if line.level - upper[0].level > 1.6 * upper[0].height or any(sign.isdigit() for sign in text_of(upper)):
        return None
    for piece in pieces_of(line, sheet, gap=word_gap(sheet)):
        if abs(piece[0].x0 - upper[0].x0) < 0.3 * upper[0].height and len(piece) <= 4:
            return piece
    return None


def _labels_in(sheet: Sheet, index: int, line: Line, learnt: Mapping[str, str]) -> Iterator[Label]:
    at = 0
    while at < len(line.tokens):
        for end in range(min(len(line.tokens), at + LONGEST_LABEL), at, -1):
            label = _label_at(sheet, index, line, at, end, learnt)
            if label is not None:
                yield label
                at = end
                break
        else:
            at += 1


def _label_at(sheet: Sheet, index: int, line: Line, at: int, end: int, learnt: Mapping[str, str]) -> Label | None:
    run = line.tokens[at:end]
    if not _hangs_together(run, line, sheet) or any(token.text.endswith(COLONS) for token in run[:-1]):
        return None
    text = text_of(run)
    meaning = label_meaning(text, learnt)
    behind = line.tokens[end] if end < len(line.tokens) else None
    if meaning is None and (text.endswith(COLONS) or behind is None or _is_apart(run[-1], behind, line, sheet)):
        meaning = half_meaning(text, False)
    if meaning is None:
        return None
    has_colon = text.rstrip().endswith(COLONS) or (behind is not None and behind.text in COLONS)
    begins = (
        at == 0
        or _is_apart(line.tokens[at - 1], run[0], line, sheet)
        or line.tokens[at - 1].text in ("/", "|", "(")
        # A label in two languages is no part of a value, however near that stands.
        or (meaning.strength >= 1 and bool(_CHINESE.match(text) and re.search(r"[A-Za-z]{2}", text)))
        or (
            number_in(line.tokens[at - 1].text) is not None
            and (bool(_CHINESE.match(text)) or meaning.name.startswith("sum:"))
        )
    )
    ends = behind is None or _is_apart(run[-1], behind, line, sheet) or any(sign.isdigit() for sign in behind.text)
    if not has_colon and not (begins and ends):
        return None
    if not begins and meaning.strength < 1:
        return None
    if behind is not None and behind.text in COLONS:
        end += 1
    return Label(meaning, tuple(run), index, at, end, has_colon, begins)


def _is_apart(left: Token, right: Token, line: Line, sheet: Sheet) -> bool:
    return right.x0 - left.x1 > word_gap(sheet) * line.height or sheet.parted(left.x1, right.x0, line.level)


def _hangs_together(run: Sequence[Token], line: Line, sheet: Sheet) -> bool:
    for left, right in pairwise(run):
        is_spread = len(left.text) == 1 and len(right.text.rstrip(":：")) == 1 and ord(left.text) > 0x2E7F
        if right.x0 - left.x1 > (_SPREAD_GAP if is_spread else word_gap(sheet)) * line.height:
            return False
        if sheet.parted(left.x1, right.x0, line.level):
            return False
    return True


def candidates(sheet: Sheet, label: Label, labels: Sequence[Label]) -> Iterator[Candidate]:
    """Where a label's value may stand, likeliest first: behind it on its line, then below it."""
    behind = _behind(sheet, label, labels)
    below = _below(sheet, label, labels)
    found: list[Candidate] = []
    if behind:
        left = behind[0].x0
        more = tuple(_block(sheet, label.line, left, labels, label))
        if not more:
            more = tuple(_run_over(sheet, label, labels, behind[-1]))
        found.append(Candidate(tuple(behind), False, more))
    if below is not None:
        found.append(below)
    yield from reversed(found) if len(found) == 2 and _is_heading(sheet, label) else found
    if not behind:
        yield from _beside_wrapped(sheet, label, labels)


def is_wordy(line: Line) -> bool:
    """Whether a line holds no digit, as lines of labels and titles do."""
    return not any(sign.isdigit() for token in line.tokens for sign in token.text)


_FIRM_END = re.compile(
    r"(?:公司|集团|工厂|商行|商社|厂)$|\b(?:co|ltd|limited|inc|llc|corp|corporation|gmbh|plc|b\.?v|sarl|ag|kg)[.,]*$",
    re.IGNORECASE,
)


def names_firm(text: str) -> bool:
    """Whether a text ends as firms' names do, and so is a value and no label."""
    return len(text) > 5 and bool(_FIRM_END.search(text.strip()))


def _is_heading(sheet: Sheet, label: Label) -> bool:
    return not label.has_colon and heads_next(sheet, label.line)


def heads_next(sheet: Sheet, index: int) -> bool:
    """Whether a line is one of labels above a line of values, each at the same left side."""
    line = sheet.lines[index]
    if index + 1 >= len(sheet.lines) or not is_wordy(line):
        return False
    upper, values = pieces_of(line, sheet), pieces_of(sheet.lines[index + 1], sheet)
    if any(text_of(piece).endswith(COLONS) or names_firm(text_of(piece)) for piece in upper):
        return False
    set_alike = sum(1 for piece in upper if any(abs(piece[0].x0 - value[0].x0) < 0.5 * line.height for value in values))
    telling = sum(1 for piece in values if not is_wordy(Line(piece)) or names_firm(text_of(piece)))
    return len(upper) > 1 and set_alike * 3 >= len(upper) * 2 and telling * 5 >= len(values) * 3


def _beside_wrapped(sheet: Sheet, label: Label, labels: Sequence[Label]) -> Iterator[Candidate]:
    """The value beside a label that goes on in the next line: it may stand at any height of the two."""
    line = sheet.lines[label.line]
    limit = min(
        (each.x0 for each in labels if each.line == label.line and each.start > label.start), default=sheet.width
    )
    for index in range(label.line + 1, min(label.line + 3, len(sheet.lines))):
        lower = sheet.lines[index]
        if lower.level - line.level > 1.5 * line.height:
            return
        starts = [each.x0 for each in labels if each.line == index and each.x0 > label.x0 + line.height]
        end = min([limit, *starts]) - 1
        pieces = pieces_of(lower, sheet, gap=1.2)
        found = [piece for piece in pieces if piece[0].x0 > label.x1 - line.height and piece[0].x0 < end]
        if found and not found[0][-1].text.endswith(COLONS):
            yield Candidate(tuple(found[0]), True)
            return


def _behind(sheet: Sheet, label: Label, labels: Sequence[Label]) -> list[Token]:
    line = sheet.lines[label.line]
    starts = {each.start for each in labels if each.line == label.line and each.start > label.start}
    found: list[Token] = []
    for at in range(label.end, len(line.tokens)):
        token = line.tokens[at]
        if at in starts or (token.text.endswith(COLONS) and _starts_label(line, at, found)):
            break
        if not found:
            # A sum stands at the other end of its line; other values stand nearer.
            is_far = bool(label.meaning.origin) or label.meaning.name.startswith("sum:")
            if token.x0 - label.x1 > (0.85 if is_far else 0.45) * sheet.width or (
                not is_far and _crossed(sheet, label.x1, token.x0, line.level) > 1
            ):
                break
        elif _is_new_cell(sheet, line, found, token):
            break
        found.append(token)
    return found


def _is_new_cell(sheet: Sheet, line: Line, found: Sequence[Token], token: Token) -> bool:
    """Whether a word behind a value is no more of it: the words of a value stand closer than `_CELL_GAP`, those of a
    scan and the signs of a name set wide not always."""
    gap = token.x0 - found[-1].x1
    is_text = not sheet.is_scan and sum(len(each.text) for each in found) > 3
    if gap > (_CELL_GAP if is_text else _SCAN_GAP) * line.height:
        return True
    return sheet.parted(found[-1].x1, token.x0, line.level)


def _starts_label(line: Line, at: int, found: list[Token]) -> bool:
    """Whether the token, ending with a colon, belongs to the next label: then what hangs on it in front does too."""
    while found and line.tokens[at].x0 - found[-1].x1 < 0.75 * line.height:
        at -= 1
        found.pop()
    return True


def _crossed(sheet: Sheet, left: float, right: float, level: float) -> int:
    return sum(1 for x, y0, y1 in sheet.verticals if left - 1 <= x <= right + 1 and y0 - 1 <= level <= y1 + 1)


def _below(sheet: Sheet, label: Label, labels: Sequence[Label]) -> Candidate | None:
    line = sheet.lines[label.line]
    limit = min(
        (each.x0 for each in labels if each.line == label.line and each.start > label.start), default=sheet.width
    )
    floor = max(token.y1 for token in label.tokens)
    taken = {(each.line, at) for each in labels for at in range(each.start, each.end)}
    for index in range(label.line + 1, min(label.line + 5, len(sheet.lines))):
        lower = sheet.lines[index]
        if lower.y0 - floor > 2.6 * max(line.height, lower.height):
            return None
        piece = _piece_under(sheet, index, label, limit)
        if piece is None:
            continue
        if any((index, lower.tokens.index(token)) in taken for token in piece[:1]):
            return None
        return Candidate(tuple(piece), True, tuple(_block(sheet, index, piece[0].x0, labels, label)))
    return None


def _piece_under(sheet: Sheet, index: int, label: Label, limit: float) -> list[Token] | None:
    lower = sheet.lines[index]
    for piece in pieces_of(lower, sheet, gap=1.2):
        x0, x1 = span(piece)
        starts_there = abs(x0 - label.x0) < 1.5 * lower.height
        is_under = x0 < label.x1 and x1 > label.x0 and x0 < limit - 1
        if starts_there or (is_under and x1 < limit + 0.5 * lower.height):
            return piece
    return None


def _block(sheet: Sheet, index: int, left: float, labels: Sequence[Label], label: Label) -> Iterator[tuple[Token, ...]]:
    """Lines that continue a value below its first, set to the same left side."""
    starts = {(each.line, each.start) for each in labels}
    last = sheet.lines[index]
    for at in range(index + 1, min(index + 7, len(sheet.lines))):
        line = sheet.lines[at]
        if line.y0 - last.y1 > 0.8 * max(line.height, last.height):
            return
        piece = next(
            (each for each in pieces_of(line, sheet, gap=1.2) if abs(each[0].x0 - left) < 0.8 * line.height), None
        )
        if piece is None:
            if line.y0 - last.y0 < 0.5 * line.height:
                continue
            return
        first = line.tokens.index(piece[0])
        # A line that has a label of its own in front is another field's.
        if any(
            each.line == at and label.x0 - line.height <= each.x0 < left - 1 and not each.is_rest for each in labels
        ):
            return
        is_label = (at, first) in starts and not _ends_firm(last, piece)
        if is_label or piece[0].text.endswith(COLONS) or _is_labelled(piece):
            return
        yield tuple(piece)
        last = line


def _ends_firm(upper: Line, piece: Sequence[Token]) -> bool:
    """Whether a piece that reads like a label is the end of a firm's name that had no room above."""
    is_open = any(_FIRM_OPEN.search(text_of(each)) for each in pieces_of(upper, gap=1.2))
    return is_open and bool(_FIRM_REST.match(text_of(piece)))


_FIRM_OPEN, _FIRM_REST = re.compile(r"(?:有限|股份|责任|有|公)$"), re.compile(r"^(?:责任|限|限责任)?公?司$")


def _run_over(sheet: Sheet, label: Label, labels: Sequence[Label], last: Token) -> Iterator[tuple[Token, ...]]:
    """Lines below a label that go on with its value: each because the one before had no room for its first word."""
    neighbours = [each.x0 for each in labels if each.x0 > last.x1 and abs(each.line - label.line) <= _NEAR]
    room = min(neighbours, default=max(token.x1 for line in sheet.lines for token in line.tokens))
    # A paragraph goes on where it began, which is before a label that only its last words are known of.
    pieces = pieces_of(sheet.lines[label.line], sheet, gap=1.2)
    left = next((piece[0].x0 for piece in pieces if label.tokens[0] in piece), label.x0)
    for piece in _block(sheet, label.line, left, labels, label):
        first = piece[0]
        needed = first.height if ord(first.text[0]) > 0x2E7F else first.x1 - first.x0
        is_open = last.text.endswith((",", "，", "、"))
        if not is_open and last.x1 + needed <= room - 0.8 * first.height:
            return
        yield piece
        last = piece[-1]


def _is_labelled(piece: Sequence[Token]) -> bool:
    head = next((at for at, token in enumerate(piece[:5]) if token.text.endswith(COLONS)), None)
    return head is not None


def party_of(label: Label, labels: Sequence[Label], sheet: Sheet) -> str:
    """Whose block a label stands in: `buyer`, `supplier`, or an empty text: the nearest party named above or beside it
    on its side of the page."""
    best, best_key = "", (1e9, 1e9)
    for other in labels:
        if not other.party or other.line > label.line or other is label:
            continue
        aside = abs(other.x0 - label.x0)
        is_inside = other.line == label.line and other.x0 < label.x0 and other.x1 > label.x0 - 0.5 * sheet.width
        if aside > 0.2 * sheet.width and not is_inside:
            continue
        drop = sheet.lines[label.line].level - sheet.lines[other.line].level
        if drop > 9 * sheet.lines[label.line].height:
            continue
        key = (round(aside / (0.1 * sheet.width)), drop)
        if key < best_key:
            best, best_key = other.party, key
    return best


Check = Callable[[str], bool]


def leading(tokens: Sequence[Token], fits: Check, most: int = 8) -> list[Token] | None:
    """The longest beginning of tokens whose text fits, or None."""
    for end in range(min(len(tokens), most), 0, -1):
        if fits(text_of(tokens[:end])):
            return list(tokens[:end])
    return None


def is_word(text: str) -> bool:
    """Whether a text holds a letter or a Chinese sign."""
    return bool(re.search(r"[^\W\d_]", text))
