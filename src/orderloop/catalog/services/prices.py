"""Prices with their spans of days, which never overlap."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from orderloop.catalog import queries, rules
from orderloop.catalog.facts import PriceFact, PriceRow, Saved
from orderloop.catalog.models import Price
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused
from orderloop.platform.bulk import execute

Key = tuple[str, str, Decimal, date]
Group = tuple[str, str, Decimal]
FIRST_DAY = date(1900, 1, 1)


@transaction.atomic
def save_prices(rows: Sequence[PriceRow], *, at: datetime, actor: Actor, dry_run: bool = False) -> Outcomes[Key, Saved]:
    """Save prices under (list, product, quantity, first day); `rules.spans_after` says what a new one ends."""
    keyed = {_key(row): row for row in rows}
    lists = {each.code: each.price_list_id for each in queries.all_price_lists()}
    products = {sku: each.product_id for sku, each in queries.by_skus({row.sku for row in rows}).items()}
    refused = {key: faults for key, row in keyed.items() if (faults := _faults(row, lists, products))}
    before = _groups(queries.price_rows_for(products.values()))
    wanted: dict[Group, list[PriceRow]] = {}
    for key, row in keyed.items():
        if key not in refused:
            wanted.setdefault(key[:3], []).append(row)
    after: dict[Group, list[PriceRow]] = {}
    for group, new in wanted.items():
        after[group], overlapping = rules.spans_after(before.get(group, []), new)
        refused |= {_key(row): (Reason("span_overlaps", "valid_from"),) for row in overlapping}
    changed = {group: spans for group, spans in after.items() if spans != before.get(group, [])}
    if not dry_run:
        _write(changed, lists, products)
    done = [Done(key, _saved(row, before.get(key[:3], []))) for key, row in keyed.items() if key not in refused]
    return Outcomes.of(keyed, done=done, refused=[Refused(key, faults) for key, faults in refused.items()])


def _key(row: PriceRow) -> Key:
    return (row.price_list, row.sku, row.from_quantity, row.valid_from)


def _faults(row: PriceRow, lists: Mapping[str, int], products: Mapping[str, int]) -> tuple[Reason, ...]:
    unknown_list = () if row.price_list in lists else (Reason("price_list_unknown", "price_list"),)
    unknown_product = () if row.sku in products else (Reason("product_unknown", "sku"),)
    return (*rules.price_faults(row), *unknown_list, *unknown_product)


def _groups(prices: Sequence[PriceFact]) -> dict[Group, list[PriceRow]]:
    groups: dict[Group, list[PriceRow]] = {}
    for each in prices:
        first = each.valid_from or FIRST_DAY
        row = PriceRow(each.price_list_code, each.sku, each.unit_price, first, each.valid_to, each.from_quantity)
        groups.setdefault(_key(row)[:3], []).append(row)
    return groups


def _saved(row: PriceRow, before: Sequence[PriceRow]) -> Saved:
    same_day = next((each for each in before if each.valid_from == row.valid_from), None)
    if same_day is None:
        return Saved(0, "new")
    fields = tuple(name for name in ("unit_price", "valid_to") if getattr(same_day, name) != getattr(row, name))
    return Saved(0, "changed" if fields else "unchanged", fields)


def _write(changed: Mapping[Group, Sequence[PriceRow]], lists: Mapping[str, int], products: Mapping[str, int]) -> None:
    """The spans of a changed group are written anew: one statement takes the old ones, one puts the new ones."""
    if not changed:
        return
    columns = [
        [lists[group[0]] for group in changed],
        [products[group[1]] for group in changed],
        [group[2] for group in changed],
    ]
    execute(
        """DELETE FROM catalog_price x USING unnest(%s::bigint[], %s::bigint[], %s::numeric[])
               AS gone(price_list_id, product_id, from_quantity)
           WHERE (x.price_list_id, x.product_id, x.from_quantity)
               = (gone.price_list_id, gone.product_id, gone.from_quantity)""",
        columns,
    )
    Price.objects.bulk_create(
        Price(
            price_list_id=lists[row.price_list],
            product_id=products[row.sku],
            from_quantity=row.from_quantity,
            unit_price=row.unit_price,
            valid=DateRange(row.valid_from, row.valid_to + timedelta(days=1) if row.valid_to else None),
        )
        for spans in changed.values()
        for row in spans
    )
