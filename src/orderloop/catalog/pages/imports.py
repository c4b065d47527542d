"""Products, lines, packs, price lists, prices and item codes taken in from tables, and written out."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from orderloop.access.services import actor_of
from orderloop.catalog import queries, services
from orderloop.catalog.facts import FAULT_WORDS, ItemCodeRow, PackRow, PriceListRow, PriceRow, ProductLineRow, Saved
from orderloop.catalog.pages import columns
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused
from orderloop.platform.permissions import requires
from orderloop.platform.tables import Column, ParsedRow
from orderloop.ui.table_import import RowOutcome, TableImport, import_table, table_file

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of the catalogue beside the products: how its rows are called, keyed, saved and read."""

    title: Any
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    make: Callable[..., Any]
    save: Callable[..., Outcomes[Any, Saved]]
    read: Callable[[], Sequence[Any]]


def _line_rows() -> list[ProductLineRow]:
    return [ProductLineRow(each.code, each.name_en, each.name_zh) for each in queries.all_lines()]


def _price_list_rows() -> list[PriceListRow]:
    return [PriceListRow(each.code, each.name, each.currency) for each in queries.all_price_lists()]


KINDS: Mapping[str, Kept] = {
    "lines": Kept(
        _("Product lines"), columns.LINES, ("code",), ProductLineRow, services.save_product_lines, _line_rows
    ),
    "packs": Kept(_("Packs"), columns.PACKS, ("sku", "unit"), PackRow, services.save_packs, queries.pack_rows),
    "price-lists": Kept(
        _("Price lists"), columns.PRICE_LISTS, ("code",), PriceListRow, services.save_price_lists, _price_list_rows
    ),
    "prices": Kept(
        _("Prices"),
        columns.PRICES,
        ("price_list", "sku", "from_quantity", "valid_from"),
        PriceRow,
        services.save_prices,
        queries.price_rows,
    ),
    "item-codes": Kept(
        _("Customers' item codes"),
        columns.ITEM_CODES,
        ("customer_code", "code"),
        ItemCodeRow,
        services.save_item_codes,
        queries.item_code_rows,
    ),
}


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def import_products(request: HttpRequest) -> HttpResponse:
    """Products, new and changed."""

    def work(rows: Sequence[ParsedRow], at: datetime, dry_run: bool) -> list[RowOutcome]:
        known = queries.known_by_skus({str(row.values["sku"]) for row in rows})
        present = {sku: each.row for sku, each in known.items()}
        wanted = {row.number: columns.product_row(row.values, present.get(str(row.values["sku"]))) for row in rows}
        products = list(wanted.values())
        actor = actor_of(request)
        compare = services.compare_products
        outcomes = compare(products) if dry_run else services.save_products(products, at=at, actor=actor)
        return [_outcome(number, f"{row.sku} {row.name_en}", row.sku, outcomes) for number, row in wanted.items()]

    table = TableImport(
        title=_("Import products"),
        file_name="products",
        columns=columns.PRODUCTS,
        key=("sku",),
        work=work,
        words=FAULT_WORDS,
        back_url=reverse("products"),
        note=_("Products are told apart by their code. A column that is not in the file stays as it is."),
        partial=True,
    )
    return import_table(request, table)


@require_http_methods(["GET", "POST"])
@requires("products.edit")
def import_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the other tables of the catalogue."""
    kept = _kept(kind)

    def work(rows: Sequence[ParsedRow], at: datetime, dry_run: bool) -> list[RowOutcome]:
        wanted = {row.number: kept.make(**_complete(kept, row.values)) for row in rows}
        outcomes = kept.save(list(wanted.values()), at=at, actor=actor_of(request), dry_run=dry_run)
        return [_outcome(number, _label(kept, row), _key(kept, row), outcomes) for number, row in wanted.items()]

    table = TableImport(
        title=kept.title,
        file_name=kind,
        columns=kept.columns,
        key=kept.key,
        work=work,
        words=FAULT_WORDS,
        back_url=reverse("products"),
    )
    return import_table(request, table)


@require_GET
@requires("products.view")
def export_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the other tables of the catalogue, with the columns its import takes."""
    kept = _kept(kind)
    rows = [asdict(row) for row in kept.read()]
    return table_file(kept.columns, rows, request.GET.get("form", "xlsx"), kind, str(kept.title))


def _kept(kind: str) -> Kept:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _complete(kept: Kept, values: Mapping[str, object]) -> dict[str, object]:
    """These small tables have no columns to leave alone: one that is not in the file is as good as empty."""
    return {column.key: values.get(column.key, column.empty) for column in kept.columns}


def _key(kept: Kept, row: Any) -> Any:
    parts = tuple(getattr(row, name) for name in kept.key)
    return parts if len(parts) > 1 else parts[0]


def _label(kept: Kept, row: Any) -> str:
    return " ".join(str(getattr(row, name)) for name in kept.key)


def _outcome(number: int, label: str, key: K, outcomes: Outcomes[K, Saved]) -> RowOutcome:
    entry = outcomes.by_id[key]
    if isinstance(entry, Done):
        return RowOutcome(number, label, entry.value.change, entry.value.fields)
    reasons = entry.reasons if isinstance(entry, Refused) else (Reason("changed_meanwhile"),)
    return RowOutcome(number, label, "refused", (), reasons)
