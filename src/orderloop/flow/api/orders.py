"""Orders by API: post one or many, try without writing, list, read, cancel."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction
from django.http import HttpResponse
from django.utils import translation
from ninja import Field, Query, Router, Schema
from pydantic import TypeAdapter, ValidationError

from orderloop.access.api import ApiPrincipal, ApiRequest, needs
from orderloop.flow.services import decisions, posting
from orderloop.flow.services.take_in import take_in_entries
from orderloop.intake import services as intake
from orderloop.intake.api import FindingOut, OrderIn, entry_from_order, findings_of_faults, findings_out, order_schema
from orderloop.intake.facts import Arrival, Finding, MessageOutcome, Outcome
from orderloop.orders import queries as orders
from orderloop.orders.facts import Channel, OrderStatus

router = Router(tags=["orders"])
MOST_KEY = 255


class ProblemOut(Schema):
    """RFC 9457 problem details; `errors` names every fault at once."""

    type: str
    title: str
    status: int
    errors: list[FindingOut] = []


class TakenOut(Schema):
    """An order as it was taken in. With a `draft` for a number it is incomplete and the customer is being asked."""

    number: str
    status: str
    total: Decimal | None = None
    promised_on: date | None = None
    holds: list[str] = []
    findings: list[FindingOut] = []
    draft: int | None = None


class LineOut(Schema):
    """A line with its quantities in the base unit and its three dates."""

    n: int
    item: str
    quantity: Decimal
    shipped: Decimal
    cancelled: Decimal
    unit_price: Decimal
    net: Decimal
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None


class OrderOut(Schema):
    """An order as it stands."""

    number: str
    po_number: str
    customer: str
    status: str
    version: int
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    requested_on: date
    first_promised_on: date | None
    promised_on: date | None
    received_at: datetime
    lines: list[LineOut] = []


class PageOut(Schema):
    """A page of orders, the latest received first; `next` is the cursor of the page after."""

    orders: list[OrderOut]
    next: str | None = None


class BulkIn(Schema):
    """Many orders in one call; `error_policy` says what happens to the good ones when some are bad."""

    orders: list[OrderIn] = Field(max_length=5000, min_length=1)
    error_policy: Literal["reject_everything", "ignore_failed"] = "reject_everything"


class BulkOut(Schema):
    """What became of each order, in the order sent."""

    accepted: int
    refused: int
    results: list[TakenOut]


class CancelIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422, 429), ProblemOut)
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": order_schema()}}}}
_BULK = TypeAdapter(BulkIn)
_BULK_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": BulkIn.model_json_schema()}}}
}


@router.post(
    "/orders", response={201: TakenOut, 202: TakenOut, **ERRORS}, auth=needs("orders:write"), openapi_extra=_BODY
)
def post_order(request: ApiRequest, incomplete: Literal["refuse", "ask"] = "refuse") -> HttpResponse:
    """Take in one order. With `Idempotency-Key` the same request sent again gets the same answer.

    201: an order, with its number, state, promise and total. 422: refused, with every fault and nothing kept. With
    `incomplete=ask` what is missing becomes a question to the customer instead (202).
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MOST_KEY:
        return problem(400, "idempotency_key_too_long", f"An Idempotency-Key has at most {MOST_KEY} characters.")
    principal = request.auth
    answer = posting.post_order(
        posting.Posted(
            body=request.body,
            scope=scope_of(principal),
            actor=principal.actor,
            customer_id=principal.customer_id,
            key=key,
            ask=incomplete == "ask",
            language=translation.get_language() or "en",
        )
    )
    return answer_json(answer.status, answer.body, {"Idempotent-Replayed": "true"} if answer.is_replay else {})


@router.post("/orders:validate", response={200: TakenOut, **ERRORS}, auth=needs("orders:write"), openapi_extra=_BODY)
def validate_order(request: ApiRequest) -> HttpResponse:
    """Try an order without writing anything: what it would become, when it could be there, or what is wrong."""
    principal = request.auth
    language = translation.get_language() or "en"
    read = posting.read(request.body, key=0, customer_id=principal.customer_id, at=(at := datetime.now(UTC)))
    if isinstance(read, list):
        refused = posting.refused(read, language)
        return answer_json(refused.status, refused.body)
    with transaction.atomic():
        taken = take_in_entries([read], at=at, actor=principal.actor, keep=()).values[0]
        transaction.set_rollback(True)
    if taken.order_id is None:
        refused = posting.refused(taken.findings, language)
        return answer_json(refused.status, refused.body)
    return answer_json(200, json.dumps({**posting.order_document(taken, language), "number": ""}, ensure_ascii=False))


@router.post("/orders:bulk", response={200: BulkOut, **ERRORS}, auth=needs("orders:write"), openapi_extra=_BULK_BODY)
def post_orders(request: ApiRequest) -> HttpResponse:
    """Take in up to 5,000 orders in one transaction. `reject_everything`: one bad order refuses all; `ignore_failed`:
    the good ones are taken in and each bad one is answered with what is wrong with it."""
    principal = request.auth
    at, language = datetime.now(UTC), translation.get_language() or "en"
    arrival = Arrival(
        Channel.API, "application/json", request.body, at, scope_of(principal), customer_id=principal.customer_id
    )
    message_id = intake.store_messages([arrival])[0].message_id
    try:
        payload = _BULK.validate_json(request.body)
    except ValidationError as error:
        errors = [f.model_dump(exclude_none=True) for f in findings_out(_bulk_faults(error))]
        return _refuse_bulk(message_id, errors, at)
    entries = [
        entry_from_order(order, key=n, received_at=at, customer_id=principal.customer_id, message_id=message_id)
        for n, order in enumerate(payload.orders)
    ]
    with transaction.atomic():
        taken = take_in_entries(entries, at=at, actor=principal.actor, keep=()).values
        refused = sum(each.order_id is None for each in taken.values())
        is_all_refused = refused == len(entries) or (refused and payload.error_policy == "reject_everything")
        if is_all_refused:
            transaction.set_rollback(True)
    results = [posting.order_document(taken[entry.key], language) for entry in entries]
    if is_all_refused:
        errors = [{**f, "pointer": f"/orders/{n}{f['pointer']}"} for n, r in enumerate(results) for f in r["findings"]]
        return _refuse_bulk(message_id, errors, at)
    body = {"accepted": len(results) - refused, "refused": refused, "results": results}
    return answer_json(200, json.dumps(body, ensure_ascii=False))


def _bulk_faults(error: ValidationError) -> list[Finding]:
    faults = error.errors(include_url=False, include_context=True)[:500]
    return [
        replace(
            finding,
            field=f"orders/{fault['loc'][1]}/{finding.field}".rstrip("/")
            if fault["loc"][:1] == ("orders",) and len(fault["loc"]) > 1
            else finding.field,
        )
        for fault in faults
        for finding in findings_of_faults([fault], prefix=2 if fault["loc"][:1] == ("orders",) else 0)
    ]


def _refuse_bulk(message_id: int, errors: list[dict[str, Any]], at: datetime) -> HttpResponse:
    codes = tuple(sorted({error["code"] for error in errors}))
    intake.record_outcomes({message_id: MessageOutcome(Outcome.REJECTED, None, codes)}, at=at)
    return answer_json(
        422,
        json.dumps(posting.problem_document(422, "bulk_refused", "No order was taken in.", errors), ensure_ascii=False),
    )


class OrderFilter(Schema):
    """Which orders to list."""

    status: OrderStatus | None = None
    customer: str = Field("", max_length=40)
    po_number: str = Field("", max_length=80)
    cursor: str = Field("", max_length=80)
    limit: int = Field(50, ge=1, le=200)


@router.get("/orders", response={200: PageOut, **ERRORS}, auth=needs("orders:read"))
def list_orders(request: ApiRequest, filters: Query[OrderFilter]) -> Any:
    """Orders, the latest received first; a token of a customer sees that customer's only."""
    principal = request.auth
    try:
        page = orders.page_of(
            status=filters.status,
            customer_id=principal.customer_id,
            customer_code=filters.customer,
            po_number=filters.po_number,
            cursor=filters.cursor,
            limit=filters.limit,
        )
    except ValueError:
        return problem(400, "cursor_invalid", "The cursor is not one this list has given out.")
    return {"orders": page.orders, "next": page.next}


@router.get("/orders/{number}", response={200: OrderOut, **ERRORS}, auth=needs("orders:read"))
def get_order(request: ApiRequest, number: str) -> Any:
    """One order with its lines. The ETag is its version."""
    principal = request.auth
    order = orders.document_of(number, customer_id=principal.customer_id)
    if order is None:
        return problem(404, "not_found", "There is no such order.")
    body = OrderOut.model_validate(order).model_dump_json()
    return answer_json(200, body, {"ETag": f'"{order["version"]}"'})


@router.post("/orders/{number}/cancel", response={200: OrderOut, **ERRORS}, auth=needs("orders:write"))
def cancel_order(request: ApiRequest, number: str, payload: CancelIn) -> Any:
    """Cancel an order of which nothing has left yet. With `If-Match` only the version you have seen is cancelled."""
    principal = request.auth
    order = orders.document_of(number, customer_id=principal.customer_id)
    if order is None:
        return problem(404, "not_found", "There is no such order.")
    wanted = request.headers.get("If-Match")
    if wanted and wanted != f'"{order["version"]}"':
        return problem(412, "version_differs", "The order has changed meanwhile.")
    outcome = decisions.cancel_orders([order["id"]], reason=payload.reason, at=datetime.now(UTC), actor=principal.actor)
    if not outcome.done:
        return problem(409, "not_cancellable", "The order cannot be cancelled any more.")
    return orders.document_of(number, customer_id=principal.customer_id)


def scope_of(principal: ApiPrincipal) -> str:
    """Whose idempotency keys these are: the token's, or the person's."""
    return f"token:{principal.token_id}" if principal.token_id else f"person:{principal.person_id}"


def problem(status: int, code: str, title: str) -> HttpResponse:
    """A problem+json answer without field errors."""
    return answer_json(status, json.dumps(posting.problem_document(status, code, title, ()), ensure_ascii=False))


def answer_json(status: int, body: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer whose text is JSON already; one from 400 on is a problem."""
    kind = "application/json" if status < 400 else "application/problem+json"
    return HttpResponse(body, status=status, content_type=kind, headers=headers)
