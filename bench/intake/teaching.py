"""What a person at the desk does with a document read wrong: clicks what is right; the product makes lessons of it."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bench.intake import forms
from bench.intake.metrics import DocumentResult, spoils
from bench.intake.paper import Stated, Truth
from bench.intake.templates import DATE_FORMS
from orderloop.intake.rules.learning import Learnt, lesson_of
from orderloop.interchange.facts import Page, Place, Reading, Word

Box = tuple[float, float, float, float]
# Of values that stand more than once on a page, these are clicked where they stand last: below the table, or labelled
# and not in the letterhead.
LAST = ("net_total", "tax_total", "total", "customer_name", "ship_to_text", "contact")
# What is read with less confidence is shown to a person, whose word for it teaches as much as a correction.
DOUBTFUL = 0.8
LONGEST = 14
NEAR = 0.03  # of the page's height: within this a value stands in its line's row


@dataclass(slots=True)
class Lessons:
    """What was learnt of one customer's documents, in the form the product's hints take."""

    labels: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)

    def copied(self) -> "Lessons":
        """The same lessons, to be added to."""
        return Lessons(dict(self.labels), dict(self.columns), dict(self.formats))

    def hints(self) -> dict[str, Mapping[str, str]]:
        """The lessons as arguments of `Hints`."""
        return {"labels": self.labels, "columns": self.columns, "formats": self.formats}


def corrected(lessons: Lessons, truth: Truth, reading: Reading, result: DocumentResult, date_form: str) -> Lessons:
    """The lessons with those added that correcting this document gives."""
    after = lessons.copied()
    wrong = {one.name for one in result.fields if spoils(one) or 0 < one.confidence < DOUBTFUL}
    for name, stated in truth.header.items():
        if name in wrong:
            _teach_label(after, name, stated, reading)
    for name in sorted(one for one in wrong if one.startswith("lines/")):
        _teach_column(after, name.removeprefix("lines/"), truth, reading)
    if date_form in ("dmy", "mdy") and wrong & {"ordered_on", "requested_on", "lines/requested_on"}:
        after.formats["date_order"] = date_form
    return after


def _teach_label(lessons: Lessons, name: str, stated: Stated, reading: Reading) -> None:
    places = [(page, box) for page in reading.pages for box in find(page, stated)]
    for page, box in reversed(places) if name in LAST else places:
        learnt = _learnt(name, stated, page, box)
        if learnt:
            lessons.labels[learnt.given] = f"{name}\tL{len(lessons.labels)}"
            return


def _learnt(path: str, stated: Stated, page: Page, box: Box) -> Learnt | None:
    """The lesson the product makes of a click."""
    return lesson_of(path, stated.text, "", Place(page=page.number, box=box), [page])


def _teach_column(lessons: Lessons, name: str, truth: Truth, reading: Reading) -> None:
    clicks = [
        (len(boxes), number, page, boxes[0])
        for number, line in enumerate(truth.lines)
        if name in line
        for page in reading.pages
        if (boxes := _cells(page, name, line))
    ]
    # First where no other cell of the row says the same, as the line number may: a person sees the column.
    for _count, number, page, box in sorted(clicks, key=lambda click: click[:2]):
        learnt = _learnt(f"lines/{number}/{name}", truth.lines[number][name], page, box)
        if learnt:
            lessons.columns[learnt.given] = f"{name}\tC{len(lessons.columns)}"
            return


def _cells(page: Page, name: str, line: Mapping[str, Stated]) -> list[Box]:
    """What a person may click: the value in its line's row, nearest first; of a quantity with its unit, the cell."""
    rows = list(find(page, line["item"]))
    found = list(find(page, line[name]))
    if name in ("quantity", "unit") and "quantity" in line and "unit" in line:
        units = (line["unit"].text, *line["unit"].also)
        both = {_folded(number + unit) for number in written(line["quantity"]) for unit in units}
        found += [word.box for word in page.words if _folded(word.text) in both]
    near = {(abs(box[1] - row[1]), box) for box in found for row in rows if abs(box[1] - row[1]) <= NEAR}
    return [box for _away, box in sorted(near)]


def find(page: Page, stated: Stated) -> Iterator[Box]:
    """Where on a page a value stands: words beside one another that together say it, or begin to above its rest."""
    return _written_at(page, written(stated), is_long=stated.kind in ("text", "number"))


def _written_at(page: Page, wanted: frozenset[str], is_long: bool = False) -> Iterator[Box]:
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
                yield box
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
        is_below = word.box[0] < box[2] and word.box[2] > box[0] and 0 < word.box[1] - box[1] < 2 * height
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
        signed = {mark + text for text in plain for mark in ("¥", "$")} | {f"{text}€" for text in plain}
        coded = {text + code for text in plain for code in ("CNY", "USD", "EUR")}
        return frozenset(map(_folded, plain | signed | coded))
    return frozenset(map(_folded, (stated.text, *stated.also)))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
