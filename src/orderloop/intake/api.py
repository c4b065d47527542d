"""Orders as the API takes them: read strictly, every fault at its place, and findings as the API tells them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from orderloop.intake.facts import (
    DESCRIPTION_LENGTH,
    ITEM_CODE_LENGTH,
    MAX_LINES,
    NOTE_LENGTH,
    PO_NUMBER_LENGTH,
    EntryLine,
    Finding,
    FindingCode,
    OrderEntry,
)
from orderloop.intake.templatetags.intake_words import words_of
from orderloop.orders.facts import Channel

MAX_BODY_BYTES = 4 * 1024 * 1024
_MOST_FAULTS = 500

Figure = Annotated[Decimal, Field(max_digits=24, decimal_places=8)] | Annotated[str, Field(max_length=40)]


class LineIn(BaseModel):
    """One line. What is left out is asked for; a price left out is ours."""

    model_config = ConfigDict(extra="forbid")

    item: str = Field("", max_length=ITEM_CODE_LENGTH, description="Our code, a barcode, or the customer's own code")
    quantity: Figure = Field("", description="A number above zero, with at most three decimals")
    unit: str = Field("", max_length=20, description="The product's own unit when left out")
    unit_price: Figure | None = Field(None, description="Per unit ordered; checked against the price list")
    requested_on: str | None = Field(None, max_length=40, description="ISO date; the order's when left out")
    description: str = Field("", max_length=DESCRIPTION_LENGTH)


class OrderIn(BaseModel):
    """An order to be taken in."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field("", max_length=40, description="The customer's code; not needed with a customer's own token")
    po_number: str = Field("", max_length=PO_NUMBER_LENGTH, description="Unique among the customer's live orders")
    requested_on: str | None = Field(None, max_length=40, description="ISO date")
    ship_to: str = Field("", max_length=40, description="A code of the customer's delivery addresses")
    currency: str = Field("", max_length=3, description="ISO 4217; checked against the customer's")
    total: Figure | None = Field(None, description="Net or gross; checked against the lines")
    note: str = Field("", max_length=NOTE_LENGTH)
    lines: list[LineIn] = Field(default_factory=list, max_length=MAX_LINES)


class FindingOut(BaseModel):
    """One thing wrong with an order, or worth a remark."""

    code: str = Field(description="Stable and never translated, such as E_UNKNOWN_ITEM")
    pointer: str = Field(description="JSON pointer into the order, such as /lines/2/quantity; empty for the whole")
    severity: str
    detail: str = Field(description="In the language asked for")
    suggestion: str | None = None
    params: dict[str, str] = Field(default_factory=dict)


_ORDER = TypeAdapter(OrderIn)


def entry_from_json(
    body: bytes,
    *,
    key: int,
    received_at: datetime,
    channel: Channel = Channel.API,
    customer_id: int | None = None,
    message_id: int | None = None,
) -> OrderEntry | list[Finding]:
    """The order in a JSON document, or everything that keeps it from being read, each at its place."""
    if len(body) > MAX_BODY_BYTES:
        return [_unreadable(f"more than {MAX_BODY_BYTES} bytes")]
    try:
        order = _ORDER.validate_json(body)
    except ValidationError as error:
        return findings_of_faults(error.errors(include_url=False, include_context=True)[:_MOST_FAULTS])
    return entry_from_order(
        order, key=key, received_at=received_at, channel=channel, customer_id=customer_id, message_id=message_id
    )


def entry_from_order(
    order: OrderIn,
    *,
    key: int,
    received_at: datetime,
    channel: Channel = Channel.API,
    customer_id: int | None = None,
    message_id: int | None = None,
) -> OrderEntry:
    """The entry of an order that was read."""
    return OrderEntry(
        key=key,
        channel=channel,
        received_at=received_at,
        lines=tuple(
            EntryLine(line.item, line.quantity, line.unit, line.unit_price, line.requested_on, line.description)
            for line in order.lines
        ),
        customer_id=customer_id,
        customer_code=order.customer,
        po_number=order.po_number,
        requested_on=order.requested_on,
        ship_to_code=order.ship_to,
        note=order.note,
        currency=order.currency,
        total=order.total,
        message_id=message_id,
    )


def findings_of_faults(faults: Sequence[ErrorDetails], prefix: int = 0) -> list[Finding]:
    """What a reader of JSON complained about, as findings; of several about one place the first. `prefix` steps of
    the place are left out, as where orders stand in a list."""
    found: dict[str, Finding] = {}
    for fault in faults:
        finding = _finding(fault, prefix)
        found.setdefault(finding.field, finding)
    return list(found.values())


def findings_out(findings: Sequence[Finding]) -> list[FindingOut]:
    """Findings as the API tells them, in the language of the request."""
    return [
        FindingOut(
            code=str(each.code),
            pointer=f"/{each.field}" if each.field else "",
            severity=str(each.severity),
            detail=words_of(each.code, each.params),
            suggestion=each.suggestion or None,
            params=dict(each.params),
        )
        for each in findings
    ]


def order_schema() -> dict[str, Any]:
    """The JSON schema of an order, in one piece, for the description of the API."""
    schema = OrderIn.model_json_schema()
    schema["properties"]["lines"]["items"] = schema.pop("$defs")["LineIn"]
    return schema


def _finding(fault: ErrorDetails, prefix: int) -> Finding:
    kind, context = fault["type"], fault.get("ctx", {})
    field = _field(fault["loc"][prefix:], is_unknown=kind == "extra_forbidden")
    if kind == "json_invalid":
        return _unreadable(str(context.get("error", fault["msg"])))
    if kind == "extra_forbidden":
        return Finding(FindingCode.UNKNOWN_FIELD, field)
    if kind == "string_too_long":
        return Finding(FindingCode.TEXT_TOO_LONG, field, params={"limit": str(context["max_length"])})
    if kind == "too_long":
        params = {"count": str(context.get("actual_length", "")), "limit": str(context["max_length"])}
        return Finding(FindingCode.TOO_MANY_LINES, field, params=params)
    return Finding(FindingCode.WRONG_TYPE, field, params={"detail": fault["msg"][:200]})


def _field(place: Sequence[int | str], *, is_unknown: bool) -> str:
    """The place without the reader's own notes on which kind of figure it tried."""
    kept = [step for step in place if isinstance(step, int) or step in _NAMES]
    if is_unknown and place:
        kept = [*kept, place[-1]] if place[-1] not in kept[-1:] else kept
    return "/".join(str(step)[:80].replace("~", "~0").replace("/", "~1") for step in kept)


_NAMES = {*OrderIn.model_fields, *LineIn.model_fields}


def _unreadable(detail: str) -> Finding:
    return Finding(FindingCode.UNREADABLE, params={"detail": detail[:200]})
