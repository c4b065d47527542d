"""Contacts and delivery addresses, saved under their customer's code; of each kind one is used by default."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from orderloop.customers import queries, rules
from orderloop.customers.facts import ContactRow, Saved, ShipToRow
from orderloop.customers.models import Contact, ShipTo
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused

Key = tuple[str, str]
Row = TypeVar("Row", ContactRow, ShipToRow)


def save_ship_tos(
    rows: Sequence[ShipToRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[Key, Saved]:
    """Save delivery addresses under (customer code, address code). A customer's first one is its default by itself."""
    return _save(rows, ShipTo, "code", "is_default", rules.ship_to_faults, dry_run=dry_run)


def save_contacts(
    rows: Sequence[ContactRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[Key, Saved]:
    """Save contacts under (customer code, name). A customer's first one is its primary contact by itself."""
    return _save(rows, Contact, "name", "is_primary", rules.contact_faults, dry_run=dry_run)


@transaction.atomic
def remove_contacts(contact_ids: Collection[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Forget contacts; ids that are not there are refused."""
    present = set(Contact.objects.filter(id__in=contact_ids).values_list("id", flat=True))
    Contact.objects.filter(id__in=present).delete()
    missing = [each for each in dict.fromkeys(contact_ids) if each not in present]
    return Outcomes.of(
        contact_ids,
        done=[Done(each, None) for each in present],
        refused=[Refused(each, (Reason("contact_unknown"),)) for each in missing],
    )


@transaction.atomic
def _save(
    rows: Sequence[Row],
    model: type[models.Model],
    name_field: str,
    mark: str,
    faults_of: Callable[[Row], tuple[Reason, ...]],
    *,
    dry_run: bool,
) -> Outcomes[Key, Saved]:
    customers = queries.by_codes({row.customer_code for row in rows})
    ids = {code: customer.customer_id for code, customer in customers.items()}
    keyed = {(row.customer_code, getattr(row, name_field)): row for row in rows}
    before = _present(model, name_field, list(ids.values()))
    done: dict[Key, Saved] = {}
    refused: list[Refused[Key]] = []
    for key, row in keyed.items():
        faults: tuple[Reason, ...] = faults_of(row)
        if key[0] not in ids:
            faults = (*faults, Reason("customer_unknown", "customer_code"))
        if faults:
            refused.append(Refused(key, faults))
        else:
            done[key] = _judged(row, before.get((ids[key[0]], key[1])))
    if not dry_run:
        done = _write({key: keyed[key] for key in done}, done, model, name_field, mark, ids)
    return Outcomes.of(keyed, done=[Done(key, saved) for key, saved in done.items()], refused=refused)


def _present(
    model: type[models.Model], name_field: str, customer_ids: Collection[int]
) -> dict[tuple[int, str], dict[str, Any]]:
    found = model._default_manager.filter(customer_id__in=customer_ids).values()
    return {(each["customer_id"], each[name_field]): each for each in found}


def _judged(row: ContactRow | ShipToRow, before: Mapping[str, Any] | None) -> Saved:
    if before is None:
        return Saved(0, "new")
    after = {name: value for name, value in asdict(row).items() if name != "customer_code"}
    fields = tuple(name for name, value in after.items() if before[name] != value)
    return Saved(before["id"], "changed" if fields else "unchanged", fields)


def _write(
    rows: Mapping[Key, Row],
    done: Mapping[Key, Saved],
    model: type[models.Model],
    name_field: str,
    mark: str,
    ids: Mapping[str, int],
) -> dict[Key, Saved]:
    changing = [key for key, saved in done.items() if saved.change != "unchanged"]
    if not changing:
        return dict(done)
    plain = [name for name in asdict(rows[changing[0]]) if name not in {"customer_code", mark}]
    saved_rows = [
        model(customer_id=ids[key[0]], **{name: getattr(rows[key], name) for name in plain}) for key in changing
    ]
    model._default_manager.bulk_create(
        saved_rows,
        update_conflicts=True,
        unique_fields=["customer", name_field],
        update_fields=[name for name in plain if name != name_field] or [name_field],
    )
    row_ids = {key: row.pk for key, row in zip(changing, saved_rows, strict=True)}
    _mark(rows, row_ids, model, mark, ids)
    return {key: Saved(row_ids.get(key, saved.row_id), saved.change, saved.fields) for key, saved in done.items()}


def _mark(
    rows: Mapping[Key, Row], row_ids: Mapping[Key, int], model: type[models.Model], mark: str, ids: Mapping[str, int]
) -> None:
    wanted: dict[int, list[tuple[int, bool]]] = {}
    for key, row_id in row_ids.items():
        wanted.setdefault(ids[key[0]], []).append((row_id, getattr(rows[key], mark)))
    marked = model._default_manager.filter(customer_id__in=wanted, **{mark: True})
    chosen = rules.chosen_ones(wanted, dict(marked.values_list("customer_id", "id")))
    marked.exclude(id__in=chosen.values()).update(**{mark: False})
    model._default_manager.filter(id__in=chosen.values(), **{mark: False}).update(**{mark: True})
