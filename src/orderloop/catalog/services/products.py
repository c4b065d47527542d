"""Products saved under their codes, new and changed alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from orderloop.catalog import queries, rules
from orderloop.catalog.facts import KnownProduct, ProductRow, Saved
from orderloop.catalog.models import Product
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.platform.search import search_key

Entry = Done[str, Saved] | Refused[str] | Stale[str]
Expected = Mapping[str, datetime | None]
_PLAIN = (
    "name_en",
    "name_zh",
    "unit",
    "barcode",
    "list_price",
    "cost",
    "currency",
    "supply",
    "lead_time_days",
    "order_multiple",
    "reorder_point",
    "is_active",
    "derived",
)


def compare_products(rows: Sequence[ProductRow]) -> Outcomes[str, Saved]:
    """What `save_products` would do with these rows now; writes nothing."""
    return _compared(rows, {})


@transaction.atomic
def save_products(
    rows: Sequence[ProductRow], *, at: datetime, actor: Actor, expected: Expected | None = None
) -> Outcomes[str, Saved]:
    """Save products under their codes; what is unchanged is left alone.

    `expected` names, per code, the version (`updated_at`) the change was made on, None where there must be none yet:
    a product changed meanwhile comes back stale, a code taken meanwhile refused.
    """
    outcomes = _compared(rows, expected or {})
    changing = {done.id for done in outcomes.done if done.value.change != "unchanged"}
    ids = _write([row for row in rows if row.sku in changing], at)
    done = [
        Done(each.id, Saved(ids.get(each.id, each.value.row_id), each.value.change, each.value.fields))
        for each in outcomes.done
    ]
    return Outcomes.of([row.sku for row in rows], done=done, refused=outcomes.refused, stale=outcomes.stale)


def _compared(rows: Sequence[ProductRow], expected: Expected) -> Outcomes[str, Saved]:
    known = queries.known_by_skus({row.sku for row in rows})
    line_codes = {line.code for line in queries.all_lines()}
    # A barcode that stands twice in one list belongs to the row that has it first.
    barcodes = {row.barcode: row.sku for row in reversed(rows)} | queries.skus_by_barcode({row.barcode for row in rows})
    times = Counter(row.sku for row in rows)
    entries: list[Entry] = []
    for row in {row.sku: row for row in rows}.values():
        before = known.get(row.sku)
        entries.append(
            _twice(row, times[row.sku])
            or _unexpected(row, before, expected)
            or _judged(row, before, rules.change_faults(row, before, line_codes, barcodes))
        )
    return Outcomes.of(
        [row.sku for row in rows],
        done=[each for each in entries if isinstance(each, Done)],
        refused=[each for each in entries if isinstance(each, Refused)],
        stale=[each for each in entries if isinstance(each, Stale)],
    )


def _twice(row: ProductRow, times: int) -> Entry | None:
    return Refused(row.sku, (Reason("twice", "sku"),)) if times > 1 else None


def _judged(row: ProductRow, before: KnownProduct | None, faults: tuple[Reason, ...]) -> Entry:
    if faults:
        return Refused(row.sku, faults)
    if before is None:
        return Done(row.sku, Saved(0, "new"))
    fields = rules.fields_to_change(before.row, row)
    return Done(row.sku, Saved(before.product_id, "changed" if fields else "unchanged", fields))


def _unexpected(row: ProductRow, before: KnownProduct | None, expected: Expected) -> Entry | None:
    if row.sku not in expected:
        return None
    version = expected[row.sku]
    if version is None:
        return Refused(row.sku, (Reason("code_taken", "sku"),)) if before else None
    found = before.updated_at if before else None
    return None if found == version else Stale(row.sku, found)


def _write(rows: Sequence[ProductRow], at: datetime) -> dict[str, int]:
    """One statement for new and changed ones; ids under the codes."""
    if not rows:
        return {}
    line_ids = {line.code: line.line_id for line in queries.all_lines()}
    products = [
        Product(
            sku=row.sku,
            line_id=line_ids[row.line],
            search_key=search_key([row.sku, row.barcode, row.name_en, row.name_zh]),
            created_at=at,
            updated_at=at,
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in sorted(rows, key=lambda each: each.sku)
    ]
    Product.objects.bulk_create(
        products,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=[*_PLAIN, "line", "search_key", "updated_at"],
    )
    return {product.sku: product.pk for product in products}
