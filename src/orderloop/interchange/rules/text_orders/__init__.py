"""An order written as plain text, in a mail or a note: its lines, its header, and whether it is one at all."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, ReadOrder, Role, Value
from orderloop.interchange.rules.caveats import caveat_in
from orderloop.interchange.rules.text_orders.before import added_to_before, said_before, without_phrase
from orderloop.interchange.rules.text_orders.changes import taken_back, without_lines
from orderloop.interchange.rules.text_orders.clauses import lines_in_text
from orderloop.interchange.rules.text_orders.headers import header_fields, labelled, lines_in_blocks, several_in
from orderloop.interchange.rules.text_orders.tables import Line, is_total, tables_in
from orderloop.interchange.rules.text_orders.words import (
    CHANGES,
    COLUMN_LABELS,
    EARLIER,
    ELSEWHERE,
    HEADER_LABELS,
    LATER,
    ORDERS,
    SURE,
    SURE_VERBS,
)

__all__ = ["MOST_LINES", "MOST_SIGNS", "order_from_text"]

MOST_SIGNS = 200_000
MOST_LINES = 5_000
LONGEST_LINE = 12_000
MOST_IN_LINE = 600
MOST_CAVEATS = 20


def order_from_text(text: str, hints: Hints) -> ReadOrder | None:
    """The order a text holds, or None where it holds none.

    Values are of method COLUMN (a table's), LABEL, LEARNT or PATTERN (from sentences), placed by `line n` from 1. A
    text that only asks, complains, thanks or advertises is no order, whatever numbers it names. One that takes an
    order back gives a ReadOrder of role CANCELLATION without lines, one that only moves its day one of role CHANGE. One
    that orders what was ordered before gives an order without lines, of which a fault says so.
    """
    too_long = len(text) > MOST_SIGNS
    written = text[:MOST_SIGNS].splitlines()
    too_long |= len(written) > MOST_LINES or any(len(line) > LONGEST_LINE for line in written)
    texts = [_folded(line[:LONGEST_LINE]) for line in written]
    texts = texts[:MOST_LINES]
    lines, fields, faults, is_bare = _gather(texts, hints)
    whole = "\n".join(line for line in texts if not line.startswith(">"))
    own = ["" if line.startswith(">") else line for line in texts]
    if not lines:
        return without_lines(own, fields, hints) or _like_before(own, hints)
    on_top = added_to_before(own)
    if not _is_meant(whole, fields, is_bare or on_top is not None):
        return None
    if too_long:
        faults.append(Fault(FaultCode.TOO_LARGE, Place(f"line {len(texts)}"), {"limit": f"{MOST_LINES} lines"}))
    if ELSEWHERE.search(whole):
        given = ELSEWHERE.search(whole)
        assert given is not None
        faults.append(Fault(FaultCode.DOUBTFUL, Place(), {"given": given.group(), "name": "order"}, rejects=False))
    faults += [
        Fault(FaultCode.CAVEAT, Place(f"line {number}"), {"given": said}, rejects=False)
        for number, line in enumerate(texts, 1)
        if not line.startswith(">") and (said := caveat_in(line))
    ][:MOST_CAVEATS]
    faults += [fault for fault in (on_top, several_in(own, lines)) if fault is not None]
    role = Role.CHANGE if CHANGES.search(whole) and "po_number" in fields else Role.ORDER
    if role is Role.CHANGE:
        lines = [_changed(line) for line in lines]
    return taken_back(ReadOrder(role, fields, tuple(lines), tuple(faults)), texts)


def _like_before(texts: list[str], hints: Hints) -> ReadOrder | None:
    """An order without lines, where a text orders what was ordered before."""
    said = said_before(texts)
    if said is None:
        return None
    fields = header_fields([without_phrase(text) for text in texts], frozenset(), hints)
    return ReadOrder(Role.ORDER, fields, faults=(said,))


def _changed(line: Line) -> Line:
    """A sentence names only what changes; a table may be the whole order as it shall be."""
    quantity = line.get("quantity")
    if quantity is None or quantity.method is not Method.PATTERN:
        return line
    return {**line, "action": replace(quantity, text="changed", raw=quantity.raw)}


def _folded(line: str) -> str:
    """Full-width signs in their plain form; a Chinese comma stays apart from the comma within a number."""
    plain = unicodedata.normalize("NFKC", line.replace("，", "、").replace("；", ";"))
    return "".join(sign for sign in plain if sign.isprintable() or sign == "\t").rstrip()


def _gather(texts: list[str], hints: Hints) -> tuple[list[Line], dict[str, Value], list[Fault], bool]:
    tables = tables_in(texts, hints)
    lines: list[Line] = [line for table in tables for line in table.lines]
    faults = [fault for table in tables for fault in table.faults]
    taken = frozenset(number for table in tables for number in table.taken)
    fields = header_fields(texts, taken, hints)
    is_bare = bool(lines)
    if not lines:
        lines, used = lines_in_blocks(texts, taken, hints)
        taken |= used
        is_bare = bool(lines)
    header = frozenset(_place_of(value) for value in fields.values() if value.text and _is_alone(texts, value))
    found = _from_clauses(texts, taken | header, hints)
    lines += found[0]
    return lines, _without_line_days(fields, lines), faults + found[1], is_bare or found[2]


def _from_clauses(texts: list[str], skipped: frozenset[int], hints: Hints) -> tuple[list[Line], list[Fault], bool]:
    lines: list[Line] = []
    faults: list[Fault] = []
    bare = named = others = 0
    for number, text in enumerate(texts, 1):
        if number in skipped or not text.strip() or text.startswith(">") or is_total(text):
            continue
        for piece in _pieces(text):
            spotted = lines_in_text(piece, number, hints)
            lines += spotted.lines
            faults += spotted.faults
            if spotted.lines and spotted.is_bare:
                bare += all("item" in line for line in spotted.lines)
                named += len(spotted.lines)
            else:
                others += 1
    return lines, faults, bare > 0 or (named > 1 and not others)


def _pieces(text: str) -> Iterable[str]:
    """A long line in pieces that end at a sentence's end, none longer than can be looked through quickly."""
    ends = r"(?<=[。!?])(?!\s?不[、,是对])|(?<=\.)\s(?=[A-Z])" + (
        "" if len(re.findall(r";\s?\d", text)) > 1 else "|(?<=;)"
    )
    for piece in re.split(ends, text):
        for at in range(0, len(piece), MOST_IN_LINE):
            yield piece[at : at + MOST_IN_LINE]


def _place_of(value: Value) -> int:
    return int(value.place.path.removeprefix("line ") or 0)


def _is_alone(texts: list[str], value: Value) -> bool:
    """Whether a header value's line holds nothing else, so that no order line is looked for in it."""
    number = _place_of(value)
    if not number:
        return False
    pairs = labelled(texts[number - 1])
    text = texts[number - 1]
    if ":" not in text and (value.text != value.raw or not text.rstrip(" .;。、").endswith(value.raw)):
        return False
    return bool(pairs) and all(label in HEADER_LABELS and label not in COLUMN_LABELS for label, _text in pairs)


def _without_line_days(fields: dict[str, Value], lines: list[Line]) -> dict[str, Value]:
    """A day found in the sentence of an order's only line is the order's and the line's alike; said once is enough."""
    day = fields.get("requested_on")
    if day is not None:
        for line in lines:
            if "requested_on" in line and line["requested_on"].place == day.place:
                line.pop("requested_on")
    return fields


def _is_meant(text: str, fields: Mapping[str, Value], is_bare: bool) -> bool:
    """Whether an order is meant: by a word, a number of its own or a bare list, in a text about nothing else."""
    said = LATER.sub(" ", text)
    if EARLIER.search(text):
        return SURE_VERBS.search(said) is not None
    if (ELSEWHERE.search(text) or said != text) and not SURE.search(said):
        return False
    return is_bare or "po_number" in fields or ORDERS.search(said) is not None
