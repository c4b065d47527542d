"""Pages that state more than one order: where each begins, by the number that stands above its own table.

A number is another order's only where none of those said before it is said again beside it: the number repeated on
every page, a number the customer refers to and a number broken or continued are all of one order.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from orderloop.interchange.facts import Hints, Page, ReadOrder, Word
from orderloop.interchange.rules.lexicon import fold_label, role_word
from orderloop.interchange.rules.pages.columns import find_heading
from orderloop.interchange.rules.pages.header import Region, found_on, regions_of
from orderloop.interchange.rules.pages.lines import Line, Sheet, pieces_of, sheet_of, text_of
from orderloop.interchange.rules.pages.rows import Usage

Numbers = tuple[str, ...]
_LATER_PAGE = re.compile(
    r"\b(?:page|seite|p\.)\s*:?\s*0*(?:[2-9]|[1-9]\d)\s*(?:of|von|/)\s*\d|第\s*(?:[2-9]|[1-9]\d)\s*页\s*[,，/]?\s*共",
    re.IGNORECASE,
)
_LEAST_TITLES = 3
_APART = 1.0  # of a line's height, where another order's form begins


def numbers_on(region: Region, hints: Hints, usage: Usage) -> Numbers:
    """The order numbers a page states outside its table, each once."""
    found = (each for each in found_on(region, hints, usage) if each.name == "po_number")
    return tuple(dict.fromkeys(each.value.text for each in found))


def parts_of(pages: Sequence[Page], hints: Hints, usage: Usage) -> list[Page]:
    """The pages, each cut in two where below its table another number and the same titles stand again."""
    return [part for page in pages for part in _cut(page, hints, usage)]


def _cut(page: Page, hints: Hints, usage: Usage) -> list[Page]:
    sheet = sheet_of(page)
    again = _titles_again(sheet)
    if again is None:
        return [page]
    first, second = again
    upper = numbers_on(_region(sheet, 0, first, hints), hints, usage)
    lower = _region(sheet, first + 1, second, hints)
    below = numbers_on(lower, hints, usage)
    if not upper or not below or _are_kin(upper, below, page.is_scan):
        return [page]
    named = min(label.line for label in lower.labels if label.meaning.name == "po_number")
    level = _top_of_form(lower.sheet, named)
    head, rest = (replace(page, words=words) for words in _parted(page.words, level / sheet.height))
    return [head, *_cut(rest, hints, usage)]


def _titles_again(sheet: Sheet) -> tuple[int, int] | None:
    """The first two lines that are the same titles of a table."""
    seen: dict[str, int] = {}
    for index, line in enumerate(sheet.lines):
        text = fold_label(text_of(line.tokens))
        if len(line.tokens) < _LEAST_TITLES or any(sign.isdigit() for sign in text):
            continue
        if text in seen:
            alone = replace(sheet, lines=(line,))
            if find_heading(alone, {}) is not None:
                return seen[text], index
        seen.setdefault(text, index)
    return None


def _region(sheet: Sheet, start: int, end: int, hints: Hints) -> Region:
    return regions_of([replace(sheet, lines=sheet.lines[start:end])], hints, {})[0]


def _top_of_form(sheet: Sheet, named: int) -> float:
    """The level above which all belongs to the order before: above the title over the number, or the widest gap."""
    lines = sheet.lines
    titles = [n for n in range(named + 1) if _is_title(lines[n], sheet)]
    last = titles[-1] if titles else named
    gaps = {n: lines[n].y0 - lines[n - 1].y1 for n in range(1, last + 1)}
    widest = max(gaps, key=lambda n: gaps[n], default=last)
    top = widest if gaps and gaps[widest] > _APART * lines[last].height else last
    return lines[top].y0 - 0.5


def _is_title(line: Line, sheet: Sheet) -> bool:
    texts = [text_of(piece) for piece in (*pieces_of(line, sheet, gap=1.5), line.tokens)]
    return any(role_word(text) for text in texts if not text.rstrip().endswith((":", "：")))


def _parted(words: Sequence[Word], level: float) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    above = tuple(word for word in words if (word.box[1] + word.box[3]) / 2 < level)
    return above, tuple(word for word in words if (word.box[1] + word.box[3]) / 2 >= level)


def groups_of(parts: Sequence[Page], numbers: Sequence[Numbers]) -> list[list[Page]]:
    """The parts of each order: another begins with a part all of whose numbers are strange to those before."""
    groups: list[list[Page]] = []
    known: Numbers = ()
    for part, stated in zip(parts, numbers, strict=True):
        if not groups or (known and stated and not _are_kin(known, stated, part.is_scan)):
            groups.append([part])
            known = stated
        else:
            groups[-1].append(part)
            known = (*known, *stated)
    return groups


def _are_kin(some: Numbers, others: Numbers, is_scan: bool) -> bool:
    return any(_is_kin(fold_label(one), fold_label(other), is_scan) for one in some for other in others)


def _is_kin(one: str, other: str, is_scan: bool) -> bool:
    """Whether two numbers may be one: one within the other, or recognised alike but for a sign."""
    if one in other or other in one:
        return True
    return is_scan and len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) < 2


def is_certain(groups: Sequence[Sequence[Page]], orders: Sequence[ReadOrder]) -> bool:
    """Whether each group is surely an order by itself: with a number and goods of its own, begun as the first was."""
    if any(page.is_scan for group in groups for page in group):
        return False
    return all("po_number" in order.fields and _is_ordering(order) for order in orders) and all(
        _begins(group[0], order, orders[0]) for group, order in zip(groups[1:], orders[1:], strict=True)
    )


def _is_ordering(order: ReadOrder) -> bool:
    return bool(order.lines) and all("quantity" in line for line in order.lines)


def _begins(page: Page, order: ReadOrder, first: ReadOrder) -> bool:
    """By its lines, numbered from the start again, or where they have no numbers by its title."""
    sheet = sheet_of(page)
    if any(_LATER_PAGE.search(text_of(line.tokens)) for line in sheet.lines):
        return False
    numbers = [each.lines[0]["line_no"].text if "line_no" in each.lines[0] else "" for each in (first, order)]
    if any(numbers):
        return numbers[0] == numbers[1]
    return any(_is_title(line, sheet) for line in sheet.lines[:14])
