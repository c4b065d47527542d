"""What is answered: the confirmation of an order as it stands, and documents waiting to be collected."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from orderloop.access.api import ApiRequest, needs
from orderloop.flow.api.documents import BYTES
from orderloop.flow.api.orders import ERRORS, problem
from orderloop.flow.queries import exchanged
from orderloop.flow.queries.exchanged import OutgoingFact
from orderloop.flow.services.confirming import answer_body, answers_for
from orderloop.flow.services.sending import resend_documents, take_documents
from orderloop.interchange.facts import LineVerdict, Verdict
from orderloop.orders import queries as orders
from orderloop.platform.files import attachment, read_file

router = Router(tags=["documents"])


class AnsweredLineOut(Schema):
    """A line as it is answered, in the unit in which it was ordered; prices net, per that unit."""

    line_no: str
    verdict: LineVerdict
    item: str
    customer_item: str
    ordered_quantity: Decimal
    unit: str
    quantity: Decimal
    unit_price: Decimal | None
    requested_on: date | None
    promised_on: date | None
    substitute: str
    reason: str


class ConfirmationOut(Schema):
    """What becomes of an order. `version` counts the confirmations sent in the form the order came in, if any."""

    verdict: Verdict
    number: str
    po_number: str
    ordered_on: date | None
    currency: str
    total: Decimal | None
    reason: str
    version: int = 0
    lines: list[AnsweredLineOut]


class OutgoingOut(Schema):
    """A document for a partner."""

    id: int
    kind: str
    format: str
    version: int
    verdict: str
    receiver: str
    control: int
    is_test: bool
    filename: str
    content_type: str
    sha256: str
    created_at: datetime
    transport: str
    sent_at: datetime | None
    given_up_at: datetime | None


class TryOut(Schema):
    """A try to post a document: the status and the first 2 kB that were answered, or why no answer came."""

    at: datetime
    status: int | None
    reply: str
    fault: str


class OutgoingTriedOut(OutgoingOut):
    """A document with the latest tries to post it, the last first."""

    tries: list[TryOut]


class CollectOut(Schema):
    """What waits to be collected, the longest waiting first; ask again with `after` as the last id."""

    documents: list[OutgoingOut]


class CollectIn(Schema):
    """From where on, and how many."""

    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(50, ge=1, le=200)


@router.get("/orders/{number}/confirmation", response={200: ConfirmationOut, **ERRORS}, auth=needs("orders:read"))
def get_confirmation(request: ApiRequest, number: str) -> Any:
    """What becomes of an order and of each line: accepted, another quantity, day or price, substituted, back-ordered,
    held or rejected. The same as every other format tells."""
    principal = request.auth
    order = orders.document_of(number, customer_id=principal.customer_id)
    if order is None:
        return problem(404, "not_found", "There is no such order.")
    composed = answers_for([order["id"]], at=datetime.now(UTC))[order["id"]]
    version = exchanged.latest_confirmations([order["id"]]).get(order["id"], (0, ""))[0]
    return {**answer_body(composed.answer), "version": version}


@router.get("/outgoing", response={200: CollectOut, **ERRORS}, auth=needs("orders:read"))
def list_outgoing(request: ApiRequest, asked: Query[CollectIn]) -> Any:
    """Receipts, confirmations and despatch advices that wait to be collected."""
    principal = request.auth
    waiting = exchanged.to_collect(customer_id=principal.customer_id, after=asked.after, limit=asked.limit)
    return {"documents": [_told(fact) for fact in waiting]}


@router.get("/outgoing/{outgoing_id}", response={200: OutgoingTriedOut, **ERRORS}, auth=needs("orders:read"))
def show_outgoing(request: ApiRequest, outgoing_id: int) -> Any:
    """What became of a document: whether it was sent, and how each try to post it was answered."""
    fact = _own(request, outgoing_id)
    if fact is None:
        return problem(404, "not_found", "There is no such document.")
    tries = exchanged.tries_for([outgoing_id]).get(outgoing_id, [])
    return {
        **_told(fact),
        "tries": [{"at": e.at, "status": e.status, "reply": e.reply, "fault": e.fault} for e in tries],
    }


@router.post("/outgoing/{outgoing_id}/resend", response={200: OutgoingOut, **ERRORS}, auth=needs("orders:write"))
def resend_outgoing(request: ApiRequest, outgoing_id: int) -> Any:
    """Send a document once more as it is, under the control number and, where it is posted, the webhook-id it had."""
    principal = request.auth
    if _own(request, outgoing_id) is None:
        return problem(404, "not_found", "There is no such document.")
    resend_documents([outgoing_id], at=datetime.now(UTC), actor=principal.actor)
    return _told(exchanged.outgoing_for([outgoing_id])[outgoing_id])


@router.get("/outgoing/{outgoing_id}/content", response={200: None, **ERRORS}, auth=needs("orders:read"),
            openapi_extra=BYTES)  # fmt: skip
def get_outgoing(request: ApiRequest, outgoing_id: int) -> HttpResponse:
    """The document itself; reading it does not mark it as taken."""
    fact = _own(request, outgoing_id)
    if fact is None:
        return problem(404, "not_found", "There is no such document.")
    return attachment(read_file(fact.file).content, "application/octet-stream", fact.filename)


@router.post("/outgoing/{outgoing_id}/taken", response={200: OutgoingOut, **ERRORS}, auth=needs("orders:write"))
def take_outgoing(request: ApiRequest, outgoing_id: int) -> Any:
    """Mark a document as taken, so that it is not listed again. 409: it was taken before, or is sent another way."""
    principal = request.auth
    fact = _own(request, outgoing_id)
    if fact is None:
        return problem(404, "not_found", "There is no such document.")
    if not take_documents([outgoing_id], at=datetime.now(UTC), actor=principal.actor).all_done:
        return problem(409, "taken_before", "The document does not wait to be collected.")
    return _told(fact)


def _own(request: ApiRequest, outgoing_id: int) -> OutgoingFact | None:
    principal = request.auth
    fact = exchanged.outgoing_for([outgoing_id]).get(outgoing_id) if 0 < outgoing_id < 2**63 else None
    return fact if fact is not None and principal.customer_id in (None, fact.customer_id) else None


def _told(fact: OutgoingFact) -> dict[str, Any]:
    names = ("kind", "format", "version", "verdict", "receiver", "control", "is_test", "filename", "content_type",
             "created_at", "transport", "sent_at", "given_up_at")  # fmt: skip
    return {"id": fact.outgoing_id, "sha256": fact.file, **{name: getattr(fact, name) for name in names}}
