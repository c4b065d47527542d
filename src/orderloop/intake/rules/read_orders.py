"""An order as a document states it, turned into an entry of the desk, with the source of every field beside it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from orderloop.intake.facts import DESCRIPTION_LENGTH, NOTE_LENGTH, EntryLine, Finding, Matched, OrderEntry
from orderloop.intake.rules.arithmetic import figures_of
from orderloop.intake.rules.matching import codes_of
from orderloop.intake.rules.repeats import number_meant
from orderloop.interchange.facts import ReadOrder, Value
from orderloop.orders.facts import Channel

CODE_NAMES = ("customer_item", "item", "barcode")
# Field of the entry -> the names under which it may be read, the best first.
_HEADER_SOURCES: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer_code", "customer_gln", "customer_tax_id", "customer_name"),
    "ship_to": ("ship_to_code", "ship_to_text", "ship_to_name"),
}


def entry_of_order(
    order: ReadOrder,
    matches: Sequence[Matched],
    *,
    key: int,
    channel: Channel,
    received_at: datetime,
    customer_id: int | None,
    message_id: int | None,
    ship_to_code: str = "",
    faults: Sequence[Finding] = (),
    person_first: bool = False,
) -> OrderEntry:
    """The entry an order read stands for. Totals were judged by the document's own figures, not to be judged again."""
    lines = [{name: value.text for name, value in line.items()} for line in order.lines]
    return OrderEntry(
        key=key,
        channel=channel,
        received_at=received_at,
        lines=tuple(_line(line, match) for line, match in zip(lines, matches, strict=True)),
        customer_id=customer_id,
        customer_code=order.text("customer_code") or order.text("customer_name"),
        po_number=number_meant(order),
        requested_on=order.text("requested_on") or None,
        ship_to_code=ship_to_code,
        note=order.text("note")[:NOTE_LENGTH],
        currency=order.text("currency"),
        message_id=message_id,
        faults=tuple(faults),
        person_first=person_first,
    )


def sources_of(order: ReadOrder, matches: Sequence[Matched]) -> dict[str, dict[str, Any]]:
    """Under each field's path of the entry (`po_number`, `lines/0/item`) and under further names read: its source."""
    sources = {name: source_body(value) for name, value in order.fields.items()}
    for name, names in _HEADER_SOURCES.items():
        first = next((order.fields[each] for each in names if each in order.fields), None)
        if first is not None:
            sources[name] = source_body(first)
    for n, line in enumerate(order.lines):
        sources |= {f"lines/{n}/{name}": source_body(value) for name, value in line.items()}
        code = matches[n].code if n < len(matches) else ""
        used = next((line[name] for name in CODE_NAMES if name in line and line[name].text.strip() == code), None)
        if used is not None:
            sources[f"lines/{n}/item"] = source_body(used)
    return sources


def source_body(value: Value, *, author: str = "", at: str = "") -> dict[str, Any]:
    """Where a value comes from, as it is kept; `author` and `at` where a person has said it."""
    place = value.place
    body: dict[str, Any] = {
        "text": value.text,
        "raw": value.raw,
        "place": {"path": place.path, "page": place.page, "box": None if place.box is None else list(place.box)},
        "method": value.method.value,
        "confidence": value.confidence,
    }
    if value.origin:
        body["origin"] = value.origin
    return body | ({"author": author, "at": at} if author else {})


def _line(line: Mapping[str, str], match: Matched) -> EntryLine:
    codes = codes_of(line)
    return EntryLine(
        item_code=match.code or (codes[0] if codes else ""),
        quantity=line.get("quantity", ""),
        unit=line.get("unit", ""),
        unit_price=_price(line),
        requested_on=line.get("requested_on") or None,
        description=line.get("description", "")[:DESCRIPTION_LENGTH],
        sku=match.product.sku if match.product is not None else "",
    )


def _price(line: Mapping[str, str]) -> str | Decimal | None:
    """The price for one of the unit ordered; as written where it is not stated for another number of them."""
    written = line.get("unit_price") or None
    figures = figures_of(line)
    if written is None or figures.price is None or figures.basis == 1:
        return written
    return _exact(figures.price)


def _exact(price: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return Decimal(price.numerator) / price.denominator
