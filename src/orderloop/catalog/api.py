"""Products by API: list, read, and put whole under their code."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from orderloop.access.api import ApiRequest, needs
from orderloop.catalog import queries, services
from orderloop.catalog.facts import FAULT_WORDS, KnownProduct, PackFact, ProductFilter, ProductRow
from orderloop.foundation.outcome import Refused, Stale
from orderloop.platform.problems import REFUSALS, CodeInPath, document, precondition_of, problem
from orderloop.ui.listing import read_cursor, write_cursor

router = Router(tags=["products"])


class PackOut(Schema):
    """A further unit: one of it holds numerator/denominator of the product's own unit."""

    unit: str
    numerator: int
    denominator: int


class ProductIn(Schema):
    """A product as it is to be; what is left out has its default. Prices are per `unit`."""

    name_en: str = Field(max_length=200)
    name_zh: str = Field("", max_length=200)
    line: str = Field(max_length=40)
    unit: str = Field("EA", max_length=10)
    barcode: str = Field("", max_length=40)
    list_price: Decimal
    currency: str = Field(max_length=3)
    supply: Literal["make", "buy"] = "buy"
    lead_time_days: int = Field(0, ge=0, le=730)
    order_multiple: Decimal = Decimal(1)
    reorder_point: Decimal = Decimal(0)
    is_active: bool = True


class ProductCosted(ProductIn):
    """As above, with what the product costs us."""

    cost: Decimal = Decimal(0)


class ProductOut(ProductIn):
    """A product as it stands; `cost` is shown to the desk only, never to a customer."""

    sku: str
    cost: Decimal | None
    packs: list[PackOut]
    updated_at: datetime


class ProductPage(Schema):
    """A page of products by code; `next` is the cursor of the page after."""

    products: list[ProductOut]
    next: str | None = None


class ProductQuery(Schema):
    """Which products to list."""

    q: str = Field("", max_length=100)
    line: str = Field("", max_length=40)
    supply: Literal["", "make", "buy"] = ""
    cursor: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=200)


@router.get("/products", response={200: ProductPage, **REFUSALS}, auth=needs("products:read"))
def list_products(request: ApiRequest, asked: Query[ProductQuery]) -> Any:
    """Products by code; `q` also finds Chinese names by their pinyin."""
    after = read_cursor(asked.cursor) if asked.cursor else None
    if asked.cursor and (not after or len(after) != 2 or not after[1].isdecimal()):
        return problem(400, "cursor_invalid", "The cursor is not one this list has given out.")
    chosen = ProductFilter(text=asked.q, line=asked.line, supply=asked.supply)
    rows = queries.listed(chosen, after=after, limit=asked.limit + 1)
    shown = rows[: asked.limit]
    known = queries.known_for([row.product_id for row in shown])
    packs = queries.packs_for([each.product_id for each in known])
    following = write_cursor([shown[-1].sku, shown[-1].product_id]) if len(rows) > asked.limit else None
    found = [_shown(request, each, packs.get(each.product_id, ())) for each in known]
    return {"products": found, "next": following}


@router.get("/products/{path:sku}", response={200: ProductOut, **REFUSALS}, auth=needs("products:read"))
def get_product(request: ApiRequest, sku: CodeInPath) -> HttpResponse:
    """One product. The ETag is its version."""
    known = queries.known_by_skus([sku]).get(sku)
    if known is None:
        return problem(404, "not_found", "There is no such product.")
    return _answer(request, 200, known)


@router.put(
    "/products/{path:sku}", response={200: ProductOut, 201: ProductOut, **REFUSALS}, auth=needs("products:write")
)
def put_product(request: ApiRequest, sku: CodeInPath, payload: ProductCosted) -> HttpResponse:
    """Add a product, or put all its master data. `If-Match` with an ETag guards against changes made meanwhile."""
    before = queries.known_by_skus([sku]).get(sku)
    if refusal := precondition_of(request, before.updated_at if before else None):
        return refusal
    principal = request.auth
    row = ProductRow(sku=sku, **payload.model_dump())
    expected = {sku: before.updated_at if before else None}
    entry = services.save_products([row], at=datetime.now(UTC), actor=principal.actor, expected=expected).by_id[sku]
    if isinstance(entry, Refused):
        return problem(422, "refused", "The product was not saved.", entry.reasons, FAULT_WORDS)
    if isinstance(entry, Stale):
        return problem(412, "version_differs", "The record has changed meanwhile.")
    return _answer(request, 200 if before else 201, queries.known_by_skus([sku])[sku])


def _answer(request: ApiRequest, status: int, known: KnownProduct) -> HttpResponse:
    packs = queries.packs_for([known.product_id]).get(known.product_id, ())
    return document(status, _shown(request, known, packs), known.updated_at)


def _shown(request: ApiRequest, known: KnownProduct, packs: tuple[PackFact, ...]) -> ProductOut:
    principal = request.auth
    fields = {name: getattr(known.row, name) for name in ProductIn.model_fields}
    return ProductOut(
        sku=known.row.sku,
        cost=known.row.cost if principal.customer_id is None else None,
        packs=[PackOut(unit=each.unit, numerator=each.numerator, denominator=each.denominator) for each in packs],
        updated_at=known.updated_at,
        **fields,
    )
