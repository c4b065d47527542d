"""Customers, catalogue and opening stock of another company, through the services everybody uses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from orderloop.catalog import facts as catalog
from orderloop.catalog import queries as catalog_queries
from orderloop.catalog import services as catalog_services
from orderloop.customers import facts as customers
from orderloop.customers import services as customer_services
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Outcomes, Refused
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import MoveNew, WarehouseRow
from orderloop.onboarding import queries, rules
from orderloop.onboarding.facts import KEYS, Company, Record, RowFault

Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Table:
    target: str
    make: Callable[..., Any]
    save: Callable[..., Outcomes[Any, Any]]


# In the order in which they need each other.
_TABLES = (
    _Table("product_lines", catalog.ProductLineRow, catalog_services.save_product_lines),
    _Table("price_lists", catalog.PriceListRow, catalog_services.save_price_lists),
    _Table("products", catalog.ProductRow, catalog_services.save_products),
    _Table("customers", customers.CustomerRow, customer_services.save_customers),
    _Table("prices", catalog.PriceRow, catalog_services.save_prices),
    _Table("contacts", customers.ContactRow, customer_services.save_contacts),
    _Table("ship_tos", customers.ShipToRow, customer_services.save_ship_tos),
    _Table("item_codes", catalog.ItemCodeRow, catalog_services.save_item_codes),
)


class _OnlyTried(Exception):
    """Ends a transaction that was opened to see what the services would say."""


class Refusal(RuntimeError):
    """A service refused a row that was found right a moment ago: somebody else is at work here."""


def faults_of(company: Company, *, at: datetime, actor: Actor) -> list[RowFault]:
    """What the services would refuse. They are asked in a transaction that is taken back, because a row may need
    another one of the same import."""
    faults: list[RowFault] = []
    try:
        with transaction.atomic():
            for table in _TABLES:
                faults += _refusals(table, company.rows.get(table.target, ()), at=at, actor=actor)
            raise _OnlyTried
    except _OnlyTried:
        pass
    return faults


def write(company: Company, *, at: datetime, actor: Actor, progress: Callable[[int, int, str], None]) -> Counts:
    """Save every table in a transaction of its own; per table, how many rows were written and how many known."""
    done: Counts = {}
    for place, table in enumerate(_TABLES):
        rows = company.rows.get(table.target, ())
        progress(place, len(_TABLES) + 1, "Saving customers and products")
        if rows:
            outcomes = _saved(table, rows, at=at, actor=actor)
            if not outcomes.all_done:
                raise Refusal(f"{table.target}: {outcomes.refused or outcomes.stale}")
            unchanged = sum(each.value.change == "unchanged" for each in outcomes.done)
            done[table.target] = (len(outcomes.done) - unchanged, unchanged)
    if "stock" in company.rows:
        done["stock"] = _open_stock(company, at=at, actor=actor)
    progress(len(_TABLES) + 1, len(_TABLES) + 1, "Saving customers and products")
    return done


def _refusals(table: _Table, rows: Sequence[Record], *, at: datetime, actor: Actor) -> list[RowFault]:
    places = {_key(table.target, record.values): record for record in rows}
    outcomes = _saved(table, rows, at=at, actor=actor) if rows else Outcomes()
    return [
        RowFault(places[entry.id].file, places[entry.id].row, reason.field, reason.code, reason.params)
        for entry in outcomes
        if isinstance(entry, Refused)
        for reason in entry.reasons
    ]


def _saved(table: _Table, rows: Sequence[Record], *, at: datetime, actor: Actor) -> Outcomes[Any, Any]:
    return table.save([table.make(**record.values) for record in rows], at=at, actor=actor)


def _key(target: str, values: Mapping[str, object]) -> Any:
    parts = tuple(values[name] for name in KEYS[target])
    return parts if len(parts) > 1 else parts[0]


@transaction.atomic
def _open_stock(company: Company, *, at: datetime, actor: Actor) -> tuple[int, int]:
    opening = rules.opening_stock(company.rows["stock"], company.orders)
    codes = list(dict.fromkeys(warehouse for _, warehouse in opening))
    warehouses = inventory.save_warehouses([WarehouseRow(code, code, place) for place, code in enumerate(codes)])
    products = {sku: each.product_id for sku, each in catalog_queries.by_skus({sku for sku, _ in opening}).items()}
    reference = f"opening {company.name}"[:60]
    known = queries.stocked_places(reference)
    moves = [
        MoveNew(products[sku], warehouses[code], "opening", quantity, reference)
        for (sku, code), quantity in sorted(opening.items())
        if quantity and (products[sku], warehouses[code]) not in known
    ]
    first = min((order.ordered_on for order in company.orders), default=None)
    before = at if first is None else datetime.combine(first - timedelta(days=1), datetime.min.time(), tzinfo=at.tzinfo)
    if moves:
        inventory.post_moves(moves, at=before, actor=actor)
    return len(moves), len(known)
