"""What a clerk does with a document read wrong: clicks on the verification page; the product makes lessons of them.

Nothing is taught that the page cannot say: a click names a field and the words it stands in (with Shift several); of a
day that can be read in two ways, the right one is picked. Each lesson is tried as the desk tries it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from bench.intake import forms, world
from bench.intake.metrics import DocumentResult, spoils
from bench.intake.paper import Stated, Truth
from bench.intake.templates import DATE_FORMS
from orderloop.intake.rules.bodies import HEADER_FIELDS as KEPT
from orderloop.intake.rules.bodies import LINE_FIELDS as KEPT_OF_LINES
from orderloop.intake.rules.learning import (
    COLUMNS_BESIDE,
    READ_AS,
    SHOWN_BESIDE,
    Learnt,
    broken_by,
    is_read_by,
    lesson_of,
    truth_of,
)
from orderloop.interchange.facts import Hints, Page, Place, Reading, ReadOrder, Word
from orderloop.interchange.rules.pages.layout import order_from_pages

Box = tuple[float, float, float, float]
# Of values that stand more than once on a page, these are clicked where they stand last: below the table, or labelled
# and not in the letterhead.
LAST = ("net_total", "tax_total", "total", "customer_name", "ship_to_text", "contact")
DAYS = ("ordered_on", "requested_on", "lines/requested_on")
# What is read with less confidence is shown to a person, whose word for it teaches as much as a correction.
DOUBTFUL = 0.8
# Days for which the page offers both senses.
TWO_SENSES = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
LONGEST = 14
RUN_OVER = 0.2  # of the page's width
NEAR = 0.03  # of the page's height: within this a value stands in its line's row


@dataclass(frozen=True, slots=True)
class Click:
    """Words clicked on a page: where, and what they say."""

    page: Page
    box: Box
    raw: str


@dataclass(frozen=True, slots=True)
class Lessons:
    """What was learnt of one customer's documents, in the form the product's hints take; `taught`: the documents it was
    learnt on and what they state, on which later lessons are tried."""

    labels: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    taught: tuple[tuple[Reading, Mapping[str, str]], ...] = ()

    def hints(self) -> dict[str, Mapping[str, str]]:
        """The lessons as arguments of `Hints`."""
        return {"labels": self.labels, "columns": self.columns, "formats": self.formats}

    def and_also(self, learnt: Sequence[Learnt]) -> "Lessons":
        """The lessons with some more; what is said anew of the same words takes the place of what was."""
        kinds = {"label": dict(self.labels), "column": dict(self.columns), "format": dict(self.formats)}
        for number, each in enumerate(learnt):
            origin = "" if each.kind == "format" else f"\tL{len(self.taught)}.{number}"
            kinds[each.kind][each.given] = each.means + origin
        return replace(self, labels=kinds["label"], columns=kinds["column"], formats=kinds["format"])


def corrected(lessons: Lessons, truth: Truth, reading: Reading, result: DocumentResult) -> Lessons:
    """The lessons with those added that correcting this document gives."""
    wrong = {one.name for one in result.fields if spoils(one) or 0 < one.confidence < DOUBTFUL}
    items = _items(truth, reading)
    made = [_label_of(name, stated, reading, items) for name, stated in truth.header.items() if name in wrong]
    lines = sorted(one.removeprefix("lines/") for one in wrong if one.startswith("lines/"))
    made += [_column_of(name, truth, reading) for name in lines]
    made.append(_date_order(wrong, truth, reading))
    learnt = list(
        dict.fromkeys(each for each in made if each is not None and each.kind in ("label", "column", "format"))
    )
    kept = _tried(lessons, learnt, reading)
    return replace(kept, taught=(*lessons.taught, (reading, truth_of(_body(truth)))))


def _tried(lessons: Lessons, learnt: list[Learnt], reading: Reading) -> Lessons:
    """The lessons and those of the new ones that are kept: read by them on their own document, and nothing lost that
    was read rightly on an earlier one."""
    after = _read(reading, lessons.and_also(learnt))
    kept = lessons
    for each in learnt:
        with_it = kept.and_also([each])
        is_kept = is_read_by(after, each) and not any(
            broken_by(_read(earlier, kept), _read(earlier, with_it), stated) for earlier, stated in lessons.taught
        )
        kept = with_it if is_kept else kept
    return kept


def _read(reading: Reading, lessons: Lessons) -> ReadOrder:
    return order_from_pages(reading.pages, Hints(own_names=world.OWN_NAMES, **lessons.hints()))


def _body(truth: Truth) -> dict[str, object]:
    """The document of a draft that was accepted: what it keeps of what is stated, as the desk writes it."""
    desk = {READ_AS.get(name, name): name for name in KEPT}
    header = {desk[name]: stated.text for name, stated in truth.header.items() if name in desk}
    lines = [{name: line[name].text for name in KEPT_OF_LINES if name in line} for line in truth.lines]
    return {**header, "lines": lines}


def _items(truth: Truth, reading: Reading) -> dict[int, list[float]]:
    """At what heights of each page the lines' codes stand."""
    return {
        page.number: [click.box[1] for line in truth.lines for click in find(page, line["item"])]
        for page in reading.pages
    }


def _is_in_table(click: Click, items: Mapping[int, Sequence[float]]) -> bool:
    """Whether a click is among the lines: nobody shows the document's total in one of its rows."""
    levels = items[click.page.number]
    return bool(levels) and min(levels) - 0.5 * NEAR < click.box[1] < max(levels) + 0.2 * NEAR


def _label_of(name: str, stated: Stated, reading: Reading, items: Mapping[int, Sequence[float]]) -> Learnt | None:
    path = next((shown for shown, read in READ_AS.items() if read == name), name)
    if path not in (*KEPT, *SHOWN_BESIDE):
        return None
    clicks = [click for page in reading.pages for click in find(page, stated) if not _is_in_table(click, items)]
    made = (_lesson(path, click) for click in (reversed(clicks) if name in LAST else clicks))
    return next((each for each in made if each is not None), None)


def _lesson(path: str, click: Click, text: str = "") -> Learnt | None:
    """The lesson the product makes of a click, which takes what is written there as the value, or of a value picked."""
    place = Place(page=click.page.number, box=click.box)
    return lesson_of(path, text or click.raw, click.raw, place, [click.page])


def _column_of(name: str, truth: Truth, reading: Reading) -> Learnt | None:
    if name not in (*KEPT_OF_LINES, *COLUMNS_BESIDE):
        return None
    clicks = [
        (len(cells), number, cells[0])
        for number, line in enumerate(truth.lines)
        if name in line
        for page in reading.pages
        if (cells := _cells(page, name, line))
    ]
    # First where no other cell of the row says the same, as the line number may: a person sees the column.
    made = (_lesson(f"lines/{n}/{name}", click) for _count, n, click in sorted(clicks, key=lambda each: each[:2]))
    return next((each for each in made if each is not None and each.kind == "column"), None)


def _date_order(wrong: set[str], truth: Truth, reading: Reading) -> Learnt | None:
    """What picking the right one of a day's two senses teaches."""
    shown = [(name, truth.header[name]) for name in DAYS if name in wrong and name in truth.header]
    if "lines/requested_on" in wrong:
        lines = ((f"lines/{n}/requested_on", line.get("requested_on")) for n, line in enumerate(truth.lines))
        shown += [(path, stated) for path, stated in lines if stated is not None]
    made = (
        _lesson(path, click, stated.text)
        for path, stated in shown
        for page in reading.pages
        for click in find(page, stated)
        if TWO_SENSES.fullmatch(click.raw)
    )
    return next((each for each in made if each is not None and each.kind == "format"), None)


def _cells(page: Page, name: str, line: Mapping[str, Stated]) -> list[Click]:
    """What a person may click: the value in its line's row, nearest first; of a quantity with its unit, the cell."""
    rows = [click.box for click in find(page, line["item"])]
    found = list(find(page, line[name]))
    if name in ("quantity", "unit") and "quantity" in line and "unit" in line:
        units = (line["unit"].text, *line["unit"].also)
        both = {_folded(number + unit) for number in written(line["quantity"]) for unit in units}
        found += [Click(page, word.box, word.text) for word in page.words if _folded(word.text) in both]
    near = {
        (abs(click.box[1] - row[1]), click.box): click
        for click in found
        for row in rows
        if abs(click.box[1] - row[1]) <= NEAR
    }
    cells = [near[key] for key in sorted(near)]
    number = line.get("line_no")
    if len(cells) < 2 or number is None or number.text != line[name].text:
        return cells
    # Where the line's number says the same, it is the one on the left.
    leftmost = min(cells, key=lambda click: click.box[0])
    return [leftmost] if name == "line_no" else [click for click in cells if click is not leftmost]


def find(page: Page, stated: Stated) -> Iterator[Click]:
    """Where on a page a value stands: words beside one another that together say it, or begin to above its rest."""
    return _written_at(page, written(stated), is_long=stated.kind in ("text", "number"))


def _written_at(page: Page, wanted: frozenset[str], is_long: bool = False) -> Iterator[Click]:
    longest = max(map(len, wanted))
    words = page.words
    for first in range(len(words)):
        text, box = "", words[first].box
        for at in range(first, min(first + LONGEST, len(words))):
            word = words[at]
            if not _is_beside(word, box):
                break
            text += _folded(word.text)
            box = (
                min(box[0], word.box[0]),
                min(box[1], word.box[1]),
                max(box[2], word.box[2]),
                max(box[3], word.box[3]),
            )
            if text in wanted or (is_long and any(_goes_on(page, text, box, one) for one in wanted)):
                yield Click(page, box, " ".join(each.text for each in words[first : at + 1]))
                break
            if len(text) > longest:
                break


def _goes_on(page: Page, text: str, box: Box, wanted: str) -> bool:
    """Whether a text is the first line of what is looked for, whose rest stands below it."""
    if len(text) < 5 or not wanted.startswith(text):
        return False
    rest = wanted[len(text) :]
    height = box[3] - box[1]
    for word in page.words:
        # The rest may stand below the label too, where its paragraph goes on.
        is_below = box[0] - RUN_OVER < word.box[0] < box[2] and 0 < word.box[1] - box[1] < 2 * height
        is_rest = rest == _folded(word.text)
        if is_below and (is_rest or (word.box[0] - box[0] < height and rest.startswith(_folded(word.text)))):
            return True
    return False


def _is_beside(word: Word, box: Box) -> bool:
    middle = (word.box[1] + word.box[3]) / 2
    return box[1] <= middle <= box[3]


def written(stated: Stated) -> frozenset[str]:
    """All forms a value may be written in, folded."""
    if stated.kind == "date":
        day = date.fromisoformat(stated.text)
        return frozenset(_folded(forms.write_date(day, form)) for form in DATE_FORMS)
    if stated.kind == "number":
        number = Decimal(stated.text)
        plain = {
            forms.write_number(number, form, decimals)
            for form in ("plain", "comma", "european", "spaces")
            for decimals in range(5)
        }
        signed = {mark + text for text in plain for mark in forms.SIGNS.values()} | {f"{text}€" for text in plain}
        coded = {text + code for text in plain for code in ("CNY", "USD", "EUR")}
        return frozenset(map(_folded, plain | signed | coded))
    return frozenset(map(_folded, (stated.text, *stated.also)))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
