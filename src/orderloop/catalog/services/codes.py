"""What hangs on a product: packs, the codes customers use for it, and what orders products: lines and price lists."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from orderloop.catalog import queries, rules
from orderloop.catalog.facts import ItemCodeRow, PackRow, PriceListRow, ProductLineRow, Saved
from orderloop.catalog.models import CustomerItemCode, Pack, Price, PriceList, ProductLine
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused

K = TypeVar("K", bound=Hashable)


@transaction.atomic
def save_product_lines(
    rows: Sequence[ProductLineRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[str, Saved]:
    """Save product lines under their codes."""
    before = {line["code"]: line for line in ProductLine.objects.filter(code__in=[row.code for row in rows]).values()}
    judged = {row.code: _judged(asdict(row), before.get(row.code), rules.line_faults(row)) for row in rows}
    if not dry_run:
        changing = _changing(judged)
        _upsert(ProductLine, [asdict(row) for row in rows if row.code in changing], ["code"], ["name_en", "name_zh"])
    return _outcomes(judged)


@transaction.atomic
def save_price_lists(
    rows: Sequence[PriceListRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[str, Saved]:
    """Save price lists under their codes. The currency of one that has prices stays."""
    before = {each["code"]: each for each in PriceList.objects.filter(code__in=[row.code for row in rows]).values()}
    used = set(Price.objects.filter(price_list__code__in=before).values_list("price_list__code", flat=True).distinct())
    judged: dict[str, Saved | tuple[Reason, ...]] = {}
    for row in rows:
        faults = rules.price_list_faults(row)
        if row.code in used and before[row.code]["currency"] != row.currency:
            faults = (*faults, Reason("currency_in_use", "currency"))
        judged[row.code] = _judged(asdict(row), before.get(row.code), faults)
    if not dry_run:
        changing = _changing(judged)
        _upsert(PriceList, [asdict(row) for row in rows if row.code in changing], ["code"], ["name", "currency"])
    return _outcomes(judged)


@transaction.atomic
def save_packs(
    rows: Sequence[PackRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[tuple[str, str], Saved]:
    """Save packs under (product code, unit)."""
    products = queries.by_skus({row.sku for row in rows})
    present = Pack.objects.filter(product_id__in=[each.product_id for each in products.values()]).values()
    before = {(each["product_id"], each["unit"]): each for each in present}
    judged: dict[tuple[str, str], Saved | tuple[Reason, ...]] = {}
    values: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key, product, faults = (row.sku, row.unit), products.get(row.sku), rules.pack_faults(row)
        if product is None:
            judged[key] = (*faults, Reason("product_unknown", "sku"))
            continue
        if product.unit == row.unit:
            faults = (*faults, Reason("unit_is_base", "unit"))
        parts = {"unit": row.unit, "numerator": row.numerator, "denominator": row.denominator}
        values[key] = {"product_id": product.product_id, **parts}
        judged[key] = _judged(values[key], before.get((product.product_id, row.unit)), faults)
    if not dry_run:
        changing = [values[key] for key in _changing(judged)]
        _upsert(Pack, changing, ["product", "unit"], ["numerator", "denominator"])
    return _outcomes(judged)


@transaction.atomic
def save_item_codes(
    rows: Sequence[ItemCodeRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[tuple[str, str], Saved]:
    """Save customers' item codes under (customer code, item code)."""
    products = {sku: each.product_id for sku, each in queries.by_skus({row.sku for row in rows}).items()}
    customers = queries.customer_ids_by_code({row.customer_code for row in rows})
    present = CustomerItemCode.objects.filter(customer_id__in=customers.values()).values()
    before = {(each["customer_id"], each["code"]): each for each in present}
    judged: dict[tuple[str, str], Saved | tuple[Reason, ...]] = {}
    values: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key, customer_id, product_id = (
            (row.customer_code, row.code),
            customers.get(row.customer_code),
            products.get(row.sku),
        )
        no_customer = () if customer_id else (Reason("customer_unknown", "customer_code"),)
        no_product = () if product_id else (Reason("product_unknown", "sku"),)
        values[key] = {"customer_id": customer_id, "code": row.code, "product_id": product_id}
        faults = (*rules.item_code_faults(row), *no_customer, *no_product)
        judged[key] = _judged(values[key], before.get((customer_id or 0, row.code)), faults)
    if not dry_run:
        changing = [values[key] for key in _changing(judged)]
        _upsert(CustomerItemCode, changing, ["customer", "code"], ["product"])
    return _outcomes(judged)


def _judged(
    after: Mapping[str, Any], before: Mapping[str, Any] | None, faults: tuple[Reason, ...]
) -> Saved | tuple[Reason, ...]:
    if faults:
        return faults
    if before is None:
        return Saved(0, "new")
    fields = tuple(name for name, value in after.items() if before[name] != value)
    return Saved(before["id"], "changed" if fields else "unchanged", fields)


def _changing(judged: Mapping[K, Saved | tuple[Reason, ...]]) -> list[K]:
    return [key for key, each in judged.items() if isinstance(each, Saved) and each.change != "unchanged"]


def _upsert(
    model: type[models.Model], values: Sequence[Mapping[str, Any]], unique: list[str], fields: list[str]
) -> None:
    if values:
        model._default_manager.bulk_create(
            [model(**each) for each in values], update_conflicts=True, unique_fields=unique, update_fields=fields
        )


def _outcomes(judged: Mapping[K, Saved | tuple[Reason, ...]]) -> Outcomes[K, Saved]:
    return Outcomes.of(
        judged,
        done=[Done(key, each) for key, each in judged.items() if isinstance(each, Saved)],
        refused=[Refused(key, each) for key, each in judged.items() if not isinstance(each, Saved)],
    )
