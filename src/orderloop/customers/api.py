"""Customers by API: list, read, and put whole under their code."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from orderloop.access.api import ApiRequest, needs
from orderloop.customers import queries, services
from orderloop.customers.facts import FAULT_WORDS, CustomerFilter, CustomerRow, KnownCustomer
from orderloop.foundation.outcome import Reason, Refused, Stale
from orderloop.platform.permissions import may
from orderloop.platform.problems import REFUSALS, CodeInPath, document, precondition_of, problem
from orderloop.ui.listing import read_cursor, write_cursor

router = Router(tags=["customers"])


class CustomerIn(Schema):
    """A customer as it is to be; what is left out has its default. `tax_rate` is a fraction."""

    name: str = Field(max_length=200)
    currency: str = Field(max_length=3)
    importance: Literal["A", "B", "C"] = "C"
    standing: Literal["good", "normal", "watch", "blocked"] = "normal"
    language: Literal["zh-hans", "en"] = "en"
    credit_limit: Decimal | None = Field(None, description="The present limit stays where this is left out.")
    payment_terms_days: int = Field(30, ge=0, le=365)
    tax_rate: Decimal = Decimal(0)
    tax_included: bool = False
    price_list: str = Field("", max_length=40)
    requires_po_number: bool = True
    ship_complete: bool = False
    is_active: bool = True


class CustomerOut(CustomerIn):
    """A customer as it stands, with what stands against its limit."""

    code: str
    exposure: Decimal
    updated_at: datetime


class CustomerPage(Schema):
    """A page of customers by code; `next` is the cursor of the page after."""

    customers: list[CustomerOut]
    next: str | None = None


class CustomerQuery(Schema):
    """Which customers to list."""

    q: str = Field("", max_length=100)
    importance: Literal["", "A", "B", "C"] = ""
    standing: Literal["", "good", "normal", "watch", "blocked"] = ""
    cursor: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=200)


@router.get("/customers", response={200: CustomerPage, **REFUSALS}, auth=needs("customers:read"))
def list_customers(request: HttpRequest, asked: Query[CustomerQuery]) -> Any:
    """Customers by code; `q` also finds Chinese names by their pinyin."""
    after = read_cursor(asked.cursor) if asked.cursor else None
    if asked.cursor and (not after or len(after) != 2 or not after[1].isdecimal()):
        return problem(400, "cursor_invalid", "The cursor is not one this list has given out.")
    chosen = CustomerFilter(text=asked.q, importance=asked.importance, standing=asked.standing)
    rows = queries.listed(chosen, after=after, limit=asked.limit + 1)
    shown = rows[: asked.limit]
    known = queries.known_for([row.customer_id for row in shown])
    following = write_cursor([shown[-1].code, shown[-1].customer_id]) if len(rows) > asked.limit else None
    return {"customers": [_shown(each) for each in known], "next": following}


@router.get("/customers/{path:code}", response={200: CustomerOut, **REFUSALS}, auth=needs("customers:read"))
def get_customer(request: HttpRequest, code: CodeInPath) -> HttpResponse:
    """One customer. The ETag is its version."""
    known = queries.known_by_codes([code]).get(code)
    if known is None:
        return problem(404, "not_found", "There is no such customer.")
    return document(200, _shown(known), known.updated_at)


@router.put(
    "/customers/{path:code}", response={200: CustomerOut, 201: CustomerOut, **REFUSALS}, auth=needs("customers:write")
)
def put_customer(request: ApiRequest, code: CodeInPath, payload: CustomerIn) -> HttpResponse:
    """Add a customer, or put all its terms. `If-Match` with an ETag guards against changes made meanwhile.

    The credit limit is changed only for a person who may set limits.
    """
    before = queries.known_by_codes([code]).get(code)
    if refusal := precondition_of(request, before.updated_at if before else None):
        return refusal
    present = before.row.credit_limit if before else Decimal(0)
    wanted = present if payload.credit_limit is None else payload.credit_limit
    if wanted != present and not _may_set_limits(request):
        reason = Reason("limit_not_allowed", "credit_limit")
        return problem(403, "forbidden", "This caller may not change credit limits.", [reason], FAULT_WORDS)
    row = CustomerRow(code=code, **{**payload.model_dump(), "credit_limit": wanted})
    expected = {code: before.updated_at if before else None}
    principal = request.auth
    entry = services.save_customers([row], at=datetime.now(UTC), actor=principal.actor, expected=expected).by_id[code]
    if isinstance(entry, Refused):
        return problem(422, "refused", "The customer was not saved.", entry.reasons, FAULT_WORDS)
    if isinstance(entry, Stale):
        return problem(412, "version_differs", "The record has changed meanwhile.")
    after = queries.known_by_codes([code])[code]
    return document(200 if before else 201, _shown(after), after.updated_at)


def _may_set_limits(request: ApiRequest) -> bool:
    principal = request.auth
    return principal.token_id is None and may(request, "credit.edit")


def _shown(known: KnownCustomer) -> CustomerOut:
    fields = {name: getattr(known.row, name) for name in CustomerIn.model_fields}
    return CustomerOut(code=known.row.code, exposure=known.exposure, updated_at=known.updated_at, **fields)
