"""What was read, and what is known beforehand, as plain JSON values and back, without loss.

Usual values are left out and short names are used: a document of fifty thousand lines goes this way whole.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from orderloop.interchange.facts import (
    Envelope,
    Fault,
    FaultCode,
    Format,
    Hints,
    Method,
    Page,
    Part,
    Place,
    Reading,
    ReadOrder,
    Role,
    Value,
    Word,
)
from orderloop.interchange.rules.quick import cell_value

_NOWHERE = Place()
_METHODS = {method.value: method for method in Method}


def reading_body(reading: Reading) -> dict[str, Any]:
    """The reading as JSON values; the content of parts in base64."""
    body: dict[str, Any] = {"format": reading.format.value}
    if reading.orders:
        body["orders"] = [_order_body(order) for order in reading.orders]
    if reading.faults:
        body["faults"] = [fault_body(fault) for fault in reading.faults]
    if reading.envelope != Envelope():
        body["envelope"] = _envelope_body(reading.envelope)
    if reading.pages:
        body["pages"] = [_page_body(page) for page in reading.pages]
    if reading.parts:
        body["parts"] = [_part_body(part) for part in reading.parts]
    if reading.text:
        body["text"] = reading.text
    if reading.headers:
        body["headers"] = dict(reading.headers)
    return body


def reading_of(body: Mapping[str, Any]) -> Reading:
    """The reading of such a body. KeyError, TypeError or ValueError where it is none."""
    return Reading(
        format=Format(body["format"]),
        orders=tuple(_order_of(each) for each in body.get("orders", ())),
        faults=tuple(fault_of(each) for each in body.get("faults", ())),
        envelope=_envelope_of(body.get("envelope", {})),
        pages=tuple(_page_of(each) for each in body.get("pages", ())),
        parts=tuple(_part_of(each) for each in body.get("parts", ())),
        text=_text(body.get("text", "")),
        headers=_texts(body.get("headers", {})),
    )


def fault_body(fault: Fault) -> dict[str, Any]:
    """A fault as JSON values."""
    body: dict[str, Any] = {"code": fault.code.value, "rejects": fault.rejects}
    if fault.place != _NOWHERE:
        body["place"] = place_body(fault.place)
    if fault.params:
        body["params"] = dict(fault.params)
    return body


def fault_of(body: Mapping[str, Any]) -> Fault:
    """The fault of such a body."""
    return Fault(
        FaultCode(body["code"]), place_of(body.get("place", "")), _texts(body.get("params", {})), bool(body["rejects"])
    )


def place_body(place: Place) -> Any:
    """A place: its path alone, or [path, page, box]."""
    if place.page is None and place.box is None:
        return place.path
    return [place.path, place.page, None if place.box is None else list(place.box)]


def place_of(body: Any) -> Place:
    """The place of such a body."""
    if isinstance(body, str):
        return Place(body) if body else _NOWHERE
    path, page, box = body
    return Place(_text(path), None if page is None else int(page), None if box is None else _box(box))


def value_body(value: Value) -> list[Any]:
    """A value as [text, raw, place, method, confidence, origin], the usual ones at the end left out.

    A raw text that is the text itself is null.
    """
    place = value.place
    body: list[Any] = [
        value.text,
        None if value.raw == value.text else value.raw,
        place.path if place.page is None and place.box is None else place_body(place),
        value.method._value_,  # as `value`, which costs four times the rest of this function
        value.confidence,
        value.origin,
    ]
    if not value.origin:
        del body[5]
        if value.confidence == 1.0:
            del body[4]
            if value.method is Method.STATED:
                del body[3]
    return body


def value_of(body: Sequence[Any]) -> Value:
    """The value of such a body."""
    text, raw, place, *rest = body
    if not isinstance(text, str) or not (raw is None or isinstance(raw, str)):
        raise ValueError("a value's text is a text")
    if place.__class__ is str and len(rest) == 2 and rest[1].__class__ is float:
        return cell_value(text, text if raw is None else raw, place, _METHODS[rest[0]], rest[1], "")
    method = _METHODS[rest[0]] if rest else Method.STATED
    confidence = float(rest[1]) if len(rest) > 1 else 1.0
    origin = _text(rest[2]) if len(rest) > 2 else ""
    return Value(text, text if raw is None else raw, place_of(place), method, confidence, origin)


def hints_body(hints: Hints) -> dict[str, Any]:
    """The hints as JSON values."""
    body: dict[str, Any] = {
        name: dict(getattr(hints, name))
        for name in ("labels", "columns", "formats", "mapping", "profile")
        if getattr(hints, name)
    }
    body |= {name: getattr(hints, name) for name in ("filename", "content_type") if getattr(hints, name)}
    body |= {name: list(getattr(hints, name)) for name in ("own_names", "words") if getattr(hints, name)}
    if hints.today is not None:
        body["today"] = hints.today.isoformat()
    return body


def hints_of(body: Mapping[str, Any]) -> Hints:
    """The hints of such a body."""
    return Hints(
        filename=_text(body.get("filename", "")),
        content_type=_text(body.get("content_type", "")),
        labels=_texts(body.get("labels", {})),
        columns=_texts(body.get("columns", {})),
        formats=_texts(body.get("formats", {})),
        mapping=dict(body.get("mapping", {})),
        profile=_texts(body.get("profile", {})),
        own_names=tuple(_text(each) for each in body.get("own_names", ())),
        today=date.fromisoformat(body["today"]) if "today" in body else None,
        words=tuple(_text(each) for each in body.get("words", ())),
    )


def keepable(body: Any) -> Any:
    """The same JSON values with U+FFFD for what no database keeps: NUL and halves of surrogate pairs."""
    if isinstance(body, str):
        return body.replace("\x00", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(body, dict):
        return {keepable(key): keepable(each) for key, each in body.items()}
    return [keepable(each) for each in body] if isinstance(body, list) else body


def as_json(body: Mapping[str, Any]) -> bytes:
    """The body as ASCII JSON in which nothing stands that no database keeps."""
    written = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    if "\\u0000" in written or "\\ud" in written:
        written = json.dumps(keepable(body), ensure_ascii=True, separators=(",", ":"))
    return written.encode("ascii")


def _order_body(order: ReadOrder) -> dict[str, Any]:
    body: dict[str, Any] = {"role": order.role.value}
    if order.fields:
        body["fields"] = {name: value_body(value) for name, value in order.fields.items()}
    if order.lines:
        body["lines"] = [{name: value_body(value) for name, value in line.items()} for line in order.lines]
    if order.faults:
        body["faults"] = [fault_body(fault) for fault in order.faults]
    return body


def _order_of(body: Mapping[str, Any]) -> ReadOrder:
    return ReadOrder(
        role=Role(body["role"]),
        fields={name: value_of(each) for name, each in body.get("fields", {}).items()},
        lines=tuple({name: value_of(each) for name, each in line.items()} for line in body.get("lines", ())),
        faults=tuple(fault_of(each) for each in body.get("faults", ())),
    )


def _envelope_body(envelope: Envelope) -> dict[str, Any]:
    return {
        "sender": envelope.sender,
        "receiver": envelope.receiver,
        "control": envelope.control,
        "is_test": envelope.is_test,
        "wants_receipt": envelope.wants_receipt,
        "details": dict(envelope.details),
    }


def _envelope_of(body: Mapping[str, Any]) -> Envelope:
    return Envelope(
        sender=_text(body.get("sender", "")),
        receiver=_text(body.get("receiver", "")),
        control=_text(body.get("control", "")),
        is_test=bool(body.get("is_test", False)),
        wants_receipt=bool(body.get("wants_receipt", False)),
        details=_texts(body.get("details", {})),
    )


def _page_body(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "size": [page.width, page.height],
        "is_scan": page.is_scan,
        "words": [[word.text, *word.box, word.confidence] for word in page.words],
        "rulings": [list(box) for box in page.rulings],
        **({"corners": [list(corner) for corner in page.corners]} if page.corners else {}),
    }


def _page_of(body: Mapping[str, Any]) -> Page:
    width, height = body["size"]
    words = tuple(Word(_text(text), _box(box), float(sure)) for text, *box, sure in body["words"])
    rulings = tuple(_box(box) for box in body.get("rulings", ()))
    corners = tuple((float(x), float(y)) for x, y in body.get("corners", ()))
    return Page(int(body["number"]), float(width), float(height), words, bool(body["is_scan"]), rulings, corners)


def _part_body(part: Part) -> dict[str, Any]:
    content = base64.b64encode(part.content).decode("ascii")
    return {"filename": part.filename, "content_type": part.content_type, "content": content}


def _part_of(body: Mapping[str, Any]) -> Part:
    content = base64.b64decode(body["content"], validate=True)
    return Part(_text(body["filename"]), _text(body["content_type"]), content)


def _box(body: Sequence[Any]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(each) for each in body)
    return left, top, right, bottom


def _text(body: Any) -> str:
    if not isinstance(body, str):
        raise ValueError("a text was expected")
    return body


def _texts(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(each) for name, each in body.items()}
