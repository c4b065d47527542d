"""Documents in any format by API: handed over as they are, read by the clock, and told about document by document."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from orderloop.access.api import ApiRequest, needs
from orderloop.flow.api.orders import ERRORS, MOST_KEY, answer_json, problem, scope_of
from orderloop.flow.queries import handed
from orderloop.flow.services import receiving
from orderloop.intake.api import FindingOut, findings_out
from orderloop.interchange.facts import FAULT_WORDS, Value
from orderloop.platform.files import attachment

router = Router(tags=["documents"])
MOST_FILENAME = 200
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
BYTES = {"responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}}


class HandedOut(Schema):
    """A document that is safe; `state` becomes its outcome once it is read."""

    id: int
    state: str


class FaultOut(Schema):
    """What is wrong with a document as such, and where in it."""

    code: str
    detail: str = Field(description="In the language asked for")
    path: str = ""
    page: int | None = None
    rejects: bool = True


class ValueOut(Schema):
    """A value as read: its text, what stands in the document, where, how it became known and how surely."""

    text: str
    raw: str
    path: str = ""
    page: int | None = None
    box: list[float] | None = None
    method: str
    confidence: float


class ReadOrderOut(Schema):
    """An order as the document states it, before anything was matched."""

    role: str
    fields: dict[str, ValueOut]
    lines: list[dict[str, ValueOut]]
    faults: list[FaultOut] = []


class ResultOut(Schema):
    """What became of one order in a document: an order, a draft, a proposed change, or why it is none of them."""

    n: int
    role: str
    po_number: str
    decision: str
    outcome: str
    order: str | None = None
    draft: int | None = None
    reasons: list[str] = []
    findings: list[FindingOut] = []


class DocumentOut(Schema):
    """One document of what was handed over; number 0 is the whole, the others lie in the one named by `parent`."""

    n: int
    parent: int | None
    filename: str
    format: str
    outcome: str
    sha256: str
    faults: list[FaultOut] = []
    results: list[ResultOut] = []
    reading: list[ReadOrderOut] | None = None


class MessageOut(Schema):
    """What was handed over and all that came of it."""

    id: int
    state: str
    received_at: datetime
    channel: str
    filename: str
    order: str | None = None
    repeats: int | None = None
    documents: list[DocumentOut] = []


class HandIn(Schema):
    """The name of the document, where it has one; its kind is told by its content."""

    filename: str = Field("", max_length=MOST_FILENAME)


class AskedIn(Schema):
    """Whether all that was read is to be told too, value by value with its place."""

    reading: bool = False


@router.post("/documents", response={202: HandedOut, **ERRORS}, auth=needs("orders:write"), openapi_extra=_BODY)
def post_document(request: ApiRequest, given: Query[HandIn]) -> HttpResponse:
    """Hand over a document of any kind as it is: EDIFACT, X12, UBL, cXML, a spreadsheet, a PDF, an image, a mail.

    It is stored before the answer (202) and read within seconds; ask for its `id` to see what became of it. With
    `Idempotency-Key` the same call made again gets the same answer and nothing is stored twice.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MOST_KEY:
        return problem(400, "idempotency_key_too_long", f"An Idempotency-Key has at most {MOST_KEY} characters.")
    if not request.body:
        return problem(400, "document_empty", "The document is empty.")
    principal = request.auth
    filename = given.filename or request.headers.get("X-Filename", "")[:MOST_FILENAME]
    document = receiving.Handed(
        request.body, request.content_type or "", filename, scope_of(principal), principal.customer_id, key
    )
    kept = receiving.keep_document(document, at=datetime.now(UTC))
    if kept.status == 422:
        return problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    return answer_json(kept.status, kept.body, {"Idempotent-Replayed": "true"} if kept.is_replay else {})


@router.get("/documents/{message_id}", response={200: MessageOut, **ERRORS}, auth=needs("orders:read"))
def get_document(request: ApiRequest, message_id: int, asked: Query[AskedIn]) -> Any:
    """What became of a message: every document in it, what was found in each, and the orders or drafts that came of
    it. `state` is `pending` until it is read."""
    principal = request.auth
    told = handed.told_of(message_id, customer_id=principal.customer_id, with_reading=asked.reading)
    if told is None:
        return problem(404, "not_found", "There is no such document.")
    return {**told.message, "documents": [_document(told, each) for each in told.documents]}


@router.get("/documents/{message_id}/content", response={200: None, **ERRORS}, auth=needs("orders:read"),
            openapi_extra=BYTES)  # fmt: skip
def get_content(request: ApiRequest, message_id: int) -> HttpResponse:
    """The bytes as they came."""
    principal = request.auth
    found = handed.content_of(message_id, customer_id=principal.customer_id)
    if found is None:
        return problem(404, "not_found", "There is no such document.")
    return attachment(found[1], "application/octet-stream", found[0] or f"{message_id}")


def _document(told: handed.Told, document: handed.DocumentFact) -> dict[str, Any]:
    reading = told.readings.get(document.document_id)
    ordinals = {each.document_id: each.ordinal for each in told.documents}
    return {
        "n": document.ordinal,
        "parent": ordinals.get(document.parent_id) if document.parent_id is not None else None,
        "filename": document.filename,
        "format": document.format,
        "outcome": document.outcome,
        "sha256": document.sha256,
        "faults": [_fault(each) for each in told.faults[document.document_id]],
        "results": [_result(told, each) for each in document.results],
        "reading": [_order(each) for each in reading.orders] if reading is not None else None,
    }


def _result(told: handed.Told, result: handed.Body) -> dict[str, Any]:
    draft = told.drafts.get(result.get("draft_id") or 0)
    return {
        **{name: result.get(name, "") for name in ("n", "role", "po_number", "decision", "outcome")},
        "order": told.numbers.get(result.get("order_id") or 0),
        "draft": result.get("draft_id"),
        "reasons": result.get("reasons", []),
        "findings": findings_out(draft.findings) if draft is not None else [],
    }


def _order(order: handed.ReadOrder) -> dict[str, Any]:
    return {
        "role": order.role.value,
        "fields": {name: _value(value) for name, value in order.fields.items()},
        "lines": [{name: _value(value) for name, value in line.items()} for line in order.lines],
        "faults": [_fault(fault) for fault in order.faults],
    }


def _value(value: Value) -> dict[str, Any]:
    place = value.place
    return {
        "text": value.text, "raw": value.raw, "path": place.path, "page": place.page,
        "box": list(place.box) if place.box else None, "method": value.method.value, "confidence": value.confidence,
    }  # fmt: skip


def _fault(fault: handed.Fault) -> dict[str, Any]:
    words = {"detail": "", "limit": "", "given": "", "expected": "", "name": "", "counted": "", **fault.params}
    return {
        "code": fault.code.value, "detail": _(FAULT_WORDS[fault.code]) % words, "path": fault.place.path,
        "page": fault.place.page, "rejects": fault.rejects,
    }  # fmt: skip
