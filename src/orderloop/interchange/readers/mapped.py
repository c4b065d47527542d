"""Any XML or JSON: by a mapping file or a known form exactly, without one by the names in it."""

import json
from collections.abc import Mapping
from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Method, Place, Reading, ReadOrder, Role, Value
from orderloop.interchange.readers.gathering import limited
from orderloop.interchange.readers.xml import MAX_BYTES, MAX_DEPTH, MAX_TAGS, MAX_TEXT, Node, cleaned, open_xml
from orderloop.interchange.rules.encodings import decoded
from orderloop.interchange.rules.xml.guessing import orders_guessed
from orderloop.interchange.rules.xml.known import known_mapping
from orderloop.interchange.rules.xml.mapping import DocumentMapping, FieldSource, mapping_of, meant, role_meant
from orderloop.interchange.rules.xml.tree import Branch

_MOST_ORDERS = 20_000
_MOST_DUPLICATES = 20


def read(content: bytes, hints: Hints) -> Reading:
    """What an XML or JSON document says; never raises."""
    start = content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1]
    format = Format.JSON if start in (b"{", b"[") else Format.XML
    root, faults = _json_tree(content) if format is Format.JSON else _xml_tree(content)
    if root is None:
        return Reading(format, faults=faults)
    written = hints.mapping or known_mapping(root.name)
    if not written:
        orders = tuple(replace(order, faults=limited(order.faults)) for order in orders_guessed(root, hints))
    else:
        mapping, wrong = mapping_of(written)
        if mapping is None:
            return Reading(format, faults=(*faults, *wrong))
        orders = _mapped(root, mapping)
    if len(orders) > _MOST_ORDERS:
        faults = (*faults, Fault(FaultCode.TOO_COMPLEX, params={"detail": f"orders > {_MOST_ORDERS}"}))
        orders = ()
    elif not orders:
        faults = (*faults, Fault(FaultCode.NO_ORDER, Place(root.path)))
    return Reading(format, orders, faults)


def _mapped(root: Branch, mapping: DocumentMapping) -> tuple[ReadOrder, ...]:
    found = root.find(mapping.orders) if mapping.orders else [root]
    return tuple(_mapped_order(order, mapping) for order in found[: _MOST_ORDERS + 1])


def _mapped_order(order: Branch, mapping: DocumentMapping) -> ReadOrder:
    faults: list[Fault] = []
    fields = _values(order, mapping.header, faults)
    lines = tuple(_values(line, mapping.line, faults) for line in order.find(mapping.lines)) if mapping.lines else ()
    role = _role(order, mapping.role, faults)
    if not lines and role in (Role.ORDER, Role.CHANGE):
        faults.append(Fault(FaultCode.MISSING_SEGMENT, Place(order.path), {"name": mapping.lines or "lines"}))
    return ReadOrder(role, fields, lines, limited(faults))


def _role(order: Branch, source: FieldSource, faults: list[Fault]) -> Role:
    value = _value("role", order, source, faults)
    role = role_meant(value.text) if value else Role.ORDER
    if role is None and value is not None:
        params = {"name": "role", "given": value.raw[:80]}
        faults.append(Fault(FaultCode.INVALID_ELEMENT, value.place, params))
    return role or Role.ORDER


def _values(branch: Branch, sources: Mapping[str, FieldSource], faults: list[Fault]) -> dict[str, Value]:
    found = ((name, _value(name, branch, source, faults)) for name, source in sources.items())
    return {name: value for name, value in found if value is not None}


def _value(name: str, branch: Branch, source: FieldSource, faults: list[Fault]) -> Value | None:
    if source.constant:
        return Value(source.constant, "", Place("mapping"))
    for path in source.paths:
        said = [part for part in branch.find(path) if part.text]
        if said:
            return _checked(name, said, source, faults)
    return Value(source.default, "", Place("mapping")) if source.default else None


def _checked(name: str, said: list[Branch], source: FieldSource, faults: list[Fault]) -> Value | None:
    """One text, or several joined where the mapping says how; several that differ mean that the path is not exact."""
    place = Place(said[0].path)
    raw = said[0].text
    if source.join:
        raw = source.join.join(part.text for part in said)
    elif other := next((part for part in said if part.text != raw), None):
        params = {"name": name, "given": other.text[:80], "expected": raw[:80]}
        faults.append(Fault(FaultCode.INCONSISTENT, Place(other.path), params))
    if len(raw) > MAX_TEXT:
        faults.append(Fault(FaultCode.TOO_LARGE, place, {"limit": str(MAX_TEXT)}))
        return None
    text = meant(name, raw, source)
    if text is None:
        faults.append(Fault(FaultCode.INVALID_ELEMENT, place, {"name": name, "given": raw[:80]}))
        return Value(raw, raw, place, confidence=0.0)
    return Value(text, raw, place, Method.STATED)


def _xml_tree(content: bytes) -> tuple[Branch | None, tuple[Fault, ...]]:
    opened = open_xml(content)
    return (_of_node(opened.root, None) if opened.root else None), opened.faults


def _of_node(node: Node, parent: Branch | None) -> Branch:
    text = node.text if len(node.element) == 0 else cleaned(node.element.text or "")
    branch = Branch(node.name, node.path.rpartition("/")[2], text, parent)
    for name, value in node.element.items():
        local = f"@{name.rpartition('}')[2]}"
        if not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
            branch.parts.append(Branch(local, local, cleaned(value), branch))
    waiting = {name: iter(nodes) for name, nodes in node.children().items()}
    for element in node.element.iterchildren("*"):
        name = str(element.tag).rpartition("}")[2]
        branch.parts.append(_of_node(next(waiting[name]), branch))
    return branch


def _json_tree(content: bytes) -> tuple[Branch | None, tuple[Fault, ...]]:
    if len(content) > MAX_BYTES:
        return None, (Fault(FaultCode.TOO_LARGE, params={"limit": f"{MAX_BYTES // 1024 // 1024} MB"}),)
    text, faults = decoded(content)
    if text is None:
        return None, faults
    if text.count(",") + text.count(":") + text.count("[") > MAX_TAGS:
        return None, (*faults, Fault(FaultCode.TOO_COMPLEX, params={"detail": f"values > {MAX_TAGS}"}))
    doubles: list[str] = []
    try:
        data = _parsed(text.strip("\ufeff \t\r\n\x00"), doubles)
        root = Branch("", "", _text_of(data))
        _fill(root, data, 1)
    except json.JSONDecodeError as error:
        return None, (*faults, Fault(FaultCode.DAMAGED, params={"detail": f"{error.lineno}:{error.colno}"}))
    except (_TooDeepError, RecursionError):
        return None, (*faults, Fault(FaultCode.TOO_COMPLEX, params={"detail": f"depth > {MAX_DEPTH}"}))
    except ValueError as error:
        return None, (*faults, Fault(FaultCode.INVALID_ELEMENT, params={"name": "JSON", "given": str(error)[:40]}))
    repeated = (Fault(FaultCode.INVALID_ELEMENT, params={"name": "key", "given": key[:80]}) for key in doubles)
    return root, (*faults, *repeated)


class _TooDeepError(Exception):
    pass


def _parsed(text: str, doubles: list[str]) -> object:
    """The values, numbers as they are written; one document, or one a line."""

    def paired(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found and len(doubles) < _MOST_DUPLICATES:
                doubles.append(key)
            found[key] = value
        return found

    def refused(constant: str) -> object:
        raise ValueError(constant)

    decoder = json.JSONDecoder(object_pairs_hook=paired, parse_float=str, parse_int=str, parse_constant=refused)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2 or not all(line.strip()[:1] == "{" for line in lines):
            raise
        return [decoder.decode(line) for line in lines]


def _fill(branch: Branch, value: object, depth: int) -> None:
    """Put a JSON value into a branch: members of a list stand beside each other under the list's name."""
    if depth > MAX_DEPTH:
        raise _TooDeepError
    if isinstance(value, dict):
        for key, each in value.items():
            _add(branch, key, each, depth, _pointer(key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _add(branch, "", each, depth, str(index), is_member=True)


def _text_of(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return cleaned(str(value).lower() if isinstance(value, bool) else str(value))


def _add(parent: Branch, name: str, value: object, depth: int, shown: str, *, is_member: bool = False) -> None:
    if isinstance(value, list) and not is_member:
        if depth + 1 > MAX_DEPTH:
            raise _TooDeepError
        for index, each in enumerate(value):
            _add(parent, name, each, depth + 1, f"{shown}/{index}", is_member=True)
        return
    branch = Branch(name, shown, _text_of(value), parent, is_member=is_member)
    parent.parts.append(branch)
    _fill(branch, value, depth + 1)


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
