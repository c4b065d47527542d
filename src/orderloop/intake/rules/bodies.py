"""An entry as a document and back: the form in which drafts are kept and the API takes orders."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orderloop.intake.facts import EntryLine, Finding, OrderEntry, Severity
from orderloop.intake.rules.reading import LONGEST_NUMBER
from orderloop.orders.facts import Channel

HEADER_FIELDS = ("customer", "po_number", "requested_on", "ship_to", "currency", "total", "note")
LINE_FIELDS = ("item", "quantity", "unit", "unit_price", "requested_on", "description")
# The most a field holds when it is kept; what is longer is already a finding of its own.
_KEPT_LENGTH = 8_000


def body_of(entry: OrderEntry) -> dict[str, Any]:
    """The document of an entry: every value as text, empty ones left out."""
    header = {
        "customer": entry.customer_code,
        "po_number": entry.po_number,
        "requested_on": entry.requested_on,
        "ship_to": entry.ship_to_code,
        "currency": entry.currency,
        "total": entry.total,
        "note": entry.note,
    }
    return {**_texts(header), "lines": [_line_body(line) for line in entry.lines]}


def entry_of(
    body: Mapping[str, Any],
    *,
    key: int,
    channel: Channel,
    received_at: datetime,
    customer_id: int | None = None,
    message_id: int | None = None,
    draft_id: int | None = None,
) -> OrderEntry:
    """The entry a document stands for; names it does not know are passed over."""
    return OrderEntry(
        key=key,
        channel=channel,
        received_at=received_at,
        lines=tuple(_line_of(line) for line in body.get("lines", ())),
        customer_id=customer_id,
        customer_code=_text(body.get("customer")),
        po_number=_text(body.get("po_number")),
        requested_on=_text(body.get("requested_on")) or None,
        ship_to_code=_text(body.get("ship_to")),
        note=_text(body.get("note")),
        currency=_text(body.get("currency")),
        total=_text(body.get("total")) or None,
        message_id=message_id,
        draft_id=draft_id,
    )


def finding_body(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept."""
    return {
        "code": str(finding.code),
        "field": finding.field,
        "severity": str(finding.severity),
        "ask_customer": finding.ask_customer,
        "params": {name: keepable(value) for name, value in finding.params.items()},
        "suggestion": keepable(finding.suggestion),
    }


def finding_of(body: Mapping[str, Any]) -> Finding:
    """A finding that was kept."""
    return Finding(
        body["code"],
        body["field"],
        Severity(body["severity"]),
        body["ask_customer"],
        body["params"],
        body["suggestion"],
    )


def keepable(text: str) -> str:
    """The text with every character the database cannot keep replaced by U+FFFD, and not longer than is kept."""
    cut = text[:_KEPT_LENGTH]
    return "".join("\ufffd" if sign == "\x00" or "\ud800" <= sign <= "\udfff" else sign for sign in cut)


def _line_body(line: EntryLine) -> dict[str, Any]:
    texts: dict[str, Any] = _texts(
        {
            "item": line.item_code,
            "quantity": line.quantity,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "requested_on": line.requested_on,
            "description": line.description,
        }
    )
    if line.price_agreed:
        texts["price_agreed"] = True
    if line.sku:
        texts["sku"] = line.sku
    return texts


def _line_of(body: Mapping[str, Any]) -> EntryLine:
    return EntryLine(
        item_code=_text(body.get("item")),
        quantity=_text(body.get("quantity")),
        unit=_text(body.get("unit")),
        unit_price=_text(body.get("unit_price")) or None,
        requested_on=_text(body.get("requested_on")) or None,
        description=_text(body.get("description")),
        price_agreed=body.get("price_agreed") is True,
        sku=_text(body.get("sku")),
    )


def _texts(values: Mapping[str, str | Decimal | date | None]) -> dict[str, Any]:
    return {name: keepable(_written(value)) for name, value in values.items() if value is not None and value != ""}


def _written(value: str | Decimal | date) -> str:
    """A number without exponent, since a text with one is not read as a number again."""
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < LONGEST_NUMBER:
        return f"{value:f}"
    return str(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)
