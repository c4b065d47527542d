"""What a correction teaches: which words of a document mean which field, and how its values are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.foundation.quantity import canonical_unit
from orderloop.intake.facts import LessonFact
from orderloop.intake.rules.correcting import line_of
from orderloop.intake.rules.parties import fold_text
from orderloop.intake.rules.reading import read_date, read_number
from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Hints, Page, Place, ReadOrder
from orderloop.interchange.rules.pages.teaching import column_title_of, label_near, stands_with_quantity
from orderloop.interchange.rules.text_orders.headers import labelled
from orderloop.interchange.rules.values import is_code

# A field of the desk's form -> what a document's reader calls it.
READ_AS: Mapping[str, str] = {"customer": "customer_code", "ship_to": "ship_to_text"}
# What a document says beside what a draft keeps of it. A person can show these too: sums and amounts bear the gates,
# and a word known to mean the contact is taken for nothing else.
SHOWN_BESIDE = ("ordered_on", "customer_name", "contact", "contact_email", "terms", "net_total", "tax_total")
COLUMNS_BESIDE = ("line_no", "customer_item", "barcode", "description", "price_basis", "amount", "note")
_DAYS = frozenset({"requested_on", "ordered_on"})
_NUMBERS = frozenset({"quantity", "unit_price", "amount", "total", "net_total", "tax_total"})


@dataclass(frozen=True, slots=True)
class Learnt:
    """A lesson as it would be kept: in this customer's documents `given` means `means`."""

    kind: str
    given: str
    means: str


def lesson_of(
    path: str, text: str, raw: str, place: Place, pages: Sequence[Page], title: str = "", letter: str = ""
) -> Learnt | None:
    """What it teaches that the value of `path` is `text` and stands at `place`, where `raw` is written.

    By the words beside a value or above its column, or (where the place is right and only the value was misread) by
    the way it is written. `title`: the column's title where the reader knows it; `letter`: what a mail says, of which
    places are lines. None where nothing can be learnt.
    """
    line = line_of(path)
    name = _name_of(path, raw or text) if line is None else line[1]
    if path == "ship_to" and raw and text and fold_text(raw) != fold_text(text):
        return Learnt("ship_to", fold_text(raw), text)
    if name == "unit" and raw and canonical_unit(text) and fold_text(raw) != fold_text(text):
        return Learnt("unit", fold_text(raw), canonical_unit(text) or text)
    written = _written(name, text, raw)
    if written is not None:
        return written
    title = title or (_label_in(letter, place, raw or text) if line is None and name in HEADER_FIELDS else "")
    if title:
        return Learnt("label" if line is None else "column", title, name)
    page = next((each for each in pages if each.number == place.page), None)
    if page is None or place.box is None:
        return None
    if line is None:
        label = label_near(page, place.box) if name in HEADER_FIELDS else None
        return Learnt("label", label, name) if label else None
    found = column_title_of(page, place.box) if name in LINE_FIELDS else None
    if name == "unit" and found and stands_with_quantity(page, place.box):
        name = "quantity"
    return Learnt("column", found, name) if found else None


def is_shown_beside(path: str) -> bool:
    """Whether a field is one a document's reader knows, so that it can be shown though no draft keeps it."""
    line = line_of(path)
    return path in HEADER_FIELDS if line is None else line[1] in LINE_FIELDS


def _name_of(path: str, raw: str) -> str:
    """What a reader calls a header field of the desk's form: who orders is shown by his number or by his name."""
    if path == "customer" and not is_code(raw):
        return "customer_name"
    return READ_AS.get(path, path)


def _label_in(letter: str, place: Place, raw: str) -> str:
    """The label (folded) before a value in a line of a letter; empty where none stands there."""
    number = place.path.removeprefix("line ")
    lines = letter.splitlines()
    if not number.isascii() or not number.isdigit() or not 0 < int(number) <= len(lines):
        return ""
    pairs = labelled(lines[int(number) - 1])
    return next((label for label, value in pairs if raw.strip() and raw.strip() in value), "")


def _written(name: str, text: str, raw: str) -> Learnt | None:
    """How days and numbers are written, where one text can be read as the right value in one way only."""
    if name in _DAYS and raw:
        day, parts = read_date(text), _numbers_in(raw)
        if day is not None and len(parts) == 3 and read_date(raw) is None:
            orders = [order for order in ("dmy", "mdy", "ymd") if _day_of(parts, order) == day]
            return Learnt("format", "date_order", orders[0]) if len(orders) == 1 else None
    if name in _NUMBERS and raw:
        right = read_number(text)
        plain = "".join(sign for sign in raw if sign.isdigit() or sign in ".,")
        signs = [sign for sign in ",." if right is not None and _number_of(plain, sign) == right]
        if len(signs) == 1 and read_number(plain) != right:
            return Learnt("format", "decimal_sign", signs[0])
    return None


def _numbers_in(raw: str) -> list[int]:
    return [
        int(part) for part in "".join(s if s.isascii() and s.isdigit() else " " for s in raw).split() if len(part) < 5
    ]


def _day_of(parts: Sequence[int], order: str) -> date | None:
    named = dict(zip(order, parts, strict=True))
    year = named["y"] + 2000 if named["y"] < 100 else named["y"]
    try:
        return date(year, named["m"], named["d"])
    except ValueError:
        return None


def _number_of(plain: str, decimal_sign: str) -> Decimal | None:
    grouping = "." if decimal_sign == "," else ","
    return read_number(plain.replace(grouping, "").replace(decimal_sign, "."))


def broken_by(before: ReadOrder | None, after: ReadOrder | None, truth: Mapping[str, str]) -> tuple[str, ...]:
    """The paths of values of an earlier document (`truth`: what was taken in the end) that were read rightly before a
    lesson and would not be any more after it."""
    old = values_of(before) if before is not None else {}
    new = values_of(after) if after is not None else {}
    return tuple(
        path for path, right in truth.items() if _same(old.get(path), right) and not _same(new.get(path), right)
    )


def is_read_by(order: ReadOrder | None, learnt: Learnt) -> bool:
    """Whether an order read with a lesson has the field it is about; how values are written shows in no field."""
    if learnt.kind not in {"label", "column"}:
        return True
    return order is not None and any(path.rpartition("/")[2] == learnt.means for path in values_of(order))


def values_of(order: ReadOrder) -> dict[str, str]:
    """The values an order was read with, by path."""
    values = {name: value.text for name, value in order.fields.items()}
    for n, line in enumerate(order.lines):
        values |= {f"lines/{n}/{name}": value.text for name, value in line.items()}
    return values


def truth_of(body: Mapping[str, object]) -> dict[str, str]:
    """The values of a draft's document under the names a reader gives them."""
    truth = {
        READ_AS.get(n, n): str(text) for n, text in body.items() if n != "lines" and READ_AS.get(n, n) in HEADER_FIELDS
    }
    lines = body.get("lines")
    for n, line in enumerate(lines if isinstance(lines, list) else ()):
        truth |= {f"lines/{n}/{name}": str(text) for name, text in line.items() if name in LINE_FIELDS}
    return truth


def taught_hints(bare: Hints, lessons: Sequence[LessonFact], new: Learnt | None = None) -> Hints:
    """The hints that lessons make, and with `new` what it would add or replace."""
    rows = [(each.kind, each.given, each.means, str(each.lesson_id)) for each in lessons]
    if new is not None:
        rows = [row for row in rows if row[:2] != (new.kind, new.given)] + [(new.kind, new.given, new.means, "new")]
    by_kind: dict[str, dict[str, str]] = {"label": {}, "column": {}, "format": {}}
    for kind, given, means, lesson in rows:
        if kind in by_kind:
            by_kind[kind][given] = means if kind == "format" else f"{means}\t{lesson}"
    return Hints(
        bare.filename, bare.content_type, by_kind["label"], by_kind["column"], by_kind["format"], bare.mapping,
        bare.profile, bare.own_names, bare.today,
    )  # fmt: skip


def _same(read: str | None, right: str) -> bool:
    if read is None:
        return False
    one, other = read_number(read), read_number(right)
    return read.strip() == right.strip() or (one is not None and one == other)
