"""An order out of XML or JSON that nobody has mapped: by the names in it. All of it is less than certain."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, ReadOrder, Role, Value
from orderloop.interchange.rules.caveats import caveat_in
from orderloop.interchange.rules.lexicon import Meaning, role_word
from orderloop.interchange.rules.values import day_in, number_in, quantity_and_unit
from orderloop.interchange.rules.xml.field_names import (
    is_address_name,
    is_taken_back,
    role_stated,
    side_of,
    words_of,
)
from orderloop.interchange.rules.xml.line_finding import CODES, Names, by_order, lines_of
from orderloop.interchange.rules.xml.mapping import DAYS, NUMBERS, exponent_resolved
from orderloop.interchange.rules.xml.tree import Branch
from orderloop.interchange.rules.xml.values import day_stated, number_stated

_NAMED = 0.9
_AMBIGUOUS = 0.4
_DOUBTED = 0.3
_ROLES = {
    "change": Role.CHANGE, "cancellation": Role.CANCELLATION, "confirmation": Role.CONFIRMATION,
    "despatch": Role.DESPATCH, "other": Role.OTHER,
}  # fmt: skip
_COUNTER_DIGITS = 3
_SURE = 0.9
_MOST_CAVEATS = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """The values found for one order or line, and what is doubtful about them."""

    values: dict[str, Value] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def orders_guessed(root: Branch, hints: Hints) -> tuple[ReadOrder, ...]:
    """The orders in a document; none where no lines with a quantity and a name of goods are in it."""
    names = Names(hints)
    lines, inner = lines_of(root, names)
    if not lines:
        return ()
    orders = tuple(_order(order, of, names) for order, of in by_order(root, lines))
    if len(orders) == 1 and "po_number" not in orders[0].fields:
        orders = _by_number(lines, names) or orders
    if inner:
        params = {"name": "quantity", "given": inner[0].text[:80]}
        doubt = Fault(FaultCode.DOUBTFUL, Place(inner[0].path), params, rejects=False)
        orders = tuple(replace(order, faults=(*order.faults, doubt)) for order in orders)
    return orders


def _by_number(lines: list[Branch], names: Names) -> tuple[ReadOrder, ...]:
    """Orders out of rows of which each says its order's number, as in a table; none where they do not."""
    rows: dict[str, list[Branch]] = {}
    for line in lines:
        said = [leaf.text for leaf in line.parts if leaf.text and _means(names, leaf, line) == "po_number"]
        if not said:
            return ()
        rows.setdefault(said[0], []).append(line)
    return tuple(_order_of_rows(of, names) for of in rows.values())


def _order_of_rows(rows: list[Branch], names: Names) -> ReadOrder:
    header = _Found()
    for row in rows:
        leaves = [leaf for leaf in row.parts if leaf.text and names.in_line(leaf, row) is None]
        found = _header(leaves, row, names)
        for name, value in found.values.items():
            if name in header.values and header.values[name].text != value.text:
                given, expected = value.text[:80], header.values[name].text[:80]
                params = {"name": name, "given": given, "expected": expected}
                header.faults.append(Fault(FaultCode.INCONSISTENT, value.place, params, rejects=False))
            header.values.setdefault(name, value)
        header.faults.extend(found.faults if row is rows[0] else ())
    found_lines = [_line(row, names) for row in rows]
    faults = [*header.faults, *(fault for each in found_lines for fault in each.faults)]
    return ReadOrder(Role.ORDER, header.values, tuple(each.values for each in found_lines), tuple(faults))


def _means(names: Names, leaf: Branch, order: Branch) -> str:
    meaning = names.in_header(leaf, order)
    return meaning.name if meaning is not None and meaning.strength > _SURE else ""


def _order(order: Branch, lines: list[Branch], names: Names) -> ReadOrder:
    leaves = [leaf for leaf in order.below(but=frozenset(map(id, lines))) if leaf.text]
    header = _header(leaves, order, names)
    found = [_line(line, names) for line in lines]
    _numbered([each.values for each in found])
    faults = [*header.faults, *(fault for each in found for fault in each.faults)]
    role = _ROLES.get(role_word(words_of(order.name)), Role.ORDER)
    if role is Role.ORDER and (kind := next((leaf for leaf in leaves if role_stated(leaf.name, leaf.text)), None)):
        role = Role(role_stated(kind.name, kind.text))
        params = {"name": "role", "given": kind.text[:80]}
        faults.append(Fault(FaultCode.DOUBTFUL, Place(kind.path), params, rejects=False))
    if role is Role.ORDER:
        faults += _caveats([*leaves, *(leaf for line in lines for leaf in line.below() if leaf.text)])
    return ReadOrder(role, header.values, tuple(each.values for each in found), tuple(faults))


def _caveats(leaves: list[Branch]) -> list[Fault]:
    """What says that the order, or a line of it, was taken back: a status, a remark, the day on which it was."""
    found = (
        (leaf, caveat_in(leaf.text) or (leaf.text[:80] if is_taken_back(leaf.name, leaf.text) else ""))
        for leaf in leaves
    )
    faults = [
        Fault(FaultCode.CAVEAT, Place(leaf.path), {"given": given}, rejects=False) for leaf, given in found if given
    ]
    return faults[:_MOST_CAVEATS]


def _header(leaves: list[Branch], order: Branch, names: Names) -> _Found:
    found = _Found()
    candidates: dict[str, list[tuple[Branch, Meaning]]] = {}
    address: list[Branch] = []
    for leaf in leaves:
        sides = side_of([branch.name for branch in leaf.above() if branch is not order])
        meaning = names.in_header(leaf, order)
        if sides == "ship_to" and is_address_name(leaf.name) and (meaning is None or meaning.name == "ship_to_text"):
            address.append(leaf)
        elif meaning is not None:
            candidates.setdefault(meaning.name, []).append((leaf, meaning))
    for name, each in candidates.items():
        chosen = _preferred(name, each)
        _keep(found, name, chosen, names.hints, Method.LABEL)
        if name == "po_number" and chosen[0] is not each[0] and _is_counter(each[0][0].text):
            leaf = each[0][0]
            params = {"name": name, "given": leaf.text[:80]}
            found.faults.append(Fault(FaultCode.DOUBTFUL, Place(leaf.path), params, rejects=False))
    if address:
        text = ", ".join(leaf.text for leaf in address)
        found.values["ship_to_text"] = Value(text, text, Place(address[0].path), Method.LABEL, _NAMED)
    return found


def _preferred(name: str, candidates: list[tuple[Branch, Meaning]]) -> list[tuple[Branch, Meaning]]:
    """Those most surely named, the nearest to the root first. A running number of few digits beside a longer reference
    counts the orders of a file; the reference is what the customer will name."""
    if name == "po_number" and len(candidates) > 1:
        fuller = [each for each in candidates if not _is_counter(each[0].text)]
        candidates = fuller or candidates
    best = max(meaning.strength for _leaf, meaning in candidates)
    return [each for each in candidates if each[1].strength == best]


def _is_counter(text: str) -> bool:
    return text.isdecimal() and len(text) <= _COUNTER_DIGITS


def _line(line: Branch, names: Names) -> _Found:
    found = _Found()
    candidates: dict[str, list[tuple[Branch, Meaning]]] = {}
    for leaf in line.below():
        meaning = names.in_line(leaf, line) if leaf.text else None
        if meaning is not None:
            candidates.setdefault(meaning.name, []).append((leaf, meaning))
    for name, each in candidates.items():
        if name == "item" and len(each) > 1:
            _part_counter(found, each, "line_no" not in candidates)
        _keep(found, name, _preferred(name, each), names.hints, Method.COLUMN)
    return found


def _part_counter(found: _Found, items: list[tuple[Branch, Meaning]], is_free: bool) -> None:
    """Of several item numbers in a line, one that only counts is the line's number."""
    counters = [each for each in items if _is_counter(each[0].text)]
    if is_free and counters and len(counters) < len(items):
        items.remove(counters[0])
        leaf = counters[0][0]
        found.values["line_no"] = Value(leaf.text, leaf.text, Place(leaf.path), Method.COLUMN, _NAMED)


def _numbered(lines: list[dict[str, Value]]) -> None:
    """Item numbers that run with the lines, where the goods have another code, are the lines' numbers."""
    if any("line_no" in line or "item" not in line or not line.keys() & (CODES - {"item"}) for line in lines):
        return
    if [line["item"].text for line in lines] == [str(number) for number in range(1, len(lines) + 1)]:
        for line in lines:
            line["line_no"] = line.pop("item")


def _keep(found: _Found, name: str, candidates: list[tuple[Branch, Meaning]], hints: Hints, method: Method) -> None:
    leaf, meaning = candidates[0]
    others = [other for other, _meaning in candidates[1:] if other.text != leaf.text]
    text, certainty = _read(name, leaf.text, hints.formats)
    if others and name not in ("note", "description"):
        certainty = min(certainty, _AMBIGUOUS)
    confidence = min(certainty, _NAMED * meaning.strength)
    if certainty <= _AMBIGUOUS:
        params = {"name": name, "given": leaf.text[:80]}
        found.faults.append(Fault(FaultCode.DOUBTFUL, Place(leaf.path), params, rejects=False))
    how = Method.LEARNT if meaning.origin else method
    if name == "quantity" and (both := quantity_and_unit(leaf.text)) and "unit" not in found.values:
        text = both[0]
        found.values["unit"] = Value(both[1], leaf.text, Place(leaf.path), how, confidence, meaning.origin)
    found.values[name] = Value(text, leaf.text, Place(leaf.path), how, confidence, meaning.origin)


def _read(name: str, text: str, formats: Mapping[str, str]) -> tuple[str, float]:
    """A text in the form of its field, and how surely that is what was meant."""
    if name in DAYS:
        day = day_in(text, formats.get("date_order", ""))
        stated = day_stated(text) or (day.day.isoformat() if day and day.day else None)
        return (stated, 1.0) if stated else (text, _DOUBTED)
    if name not in NUMBERS:
        return text, 1.0
    stated = number_stated(text) or exponent_resolved(text)
    if stated:
        return stated, 1.0
    number, sign = number_in(text), formats.get("decimal_sign", "")
    if number is None:
        return text, 1.0 if name == "quantity" and quantity_and_unit(text) else _DOUBTED
    value = number.by(sign) if sign or number.is_certain else None
    return (format(value, "f"), 1.0) if value is not None else (text, _DOUBTED)
