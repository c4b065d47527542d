"""Customers saved under their codes, new and changed alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import queries, rules
from orderloop.customers.facts import CustomerRow, KnownCustomer, Saved
from orderloop.customers.models import CreditAccount, CreditChange, Customer
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.platform.search import search_key

Entry = Done[str, Saved] | Refused[str] | Stale[str]
Expected = Mapping[str, datetime | None]
_PLAIN = (
    "name",
    "currency",
    "importance",
    "standing",
    "language",
    "payment_terms_days",
    "tax_rate",
    "tax_included",
    "requires_po_number",
    "ship_complete",
    "is_active",
    "derived",
)


def compare_customers(rows: Sequence[CustomerRow]) -> Outcomes[str, Saved]:
    """What `save_customers` would do with these rows now; writes nothing."""
    known = queries.known_by_codes({row.code for row in rows})
    price_lists = queries.price_lists_by_code({row.price_list for row in rows})
    return _outcomes(rows, [_judged(row, known.get(row.code), price_lists) for row in _first_of_each(rows)])


@transaction.atomic
def save_customers(
    rows: Sequence[CustomerRow], *, at: datetime, actor: Actor, reason: str = "", expected: Expected | None = None
) -> Outcomes[str, Saved]:
    """Save customers under their codes; what is unchanged is left alone, a changed limit is kept with its author.

    `expected` names, per code, the version (`updated_at`) the change was made on, None where there must be none yet:
    a customer changed meanwhile comes back stale, a code taken meanwhile refused.
    """
    price_lists = queries.price_lists_by_code({row.price_list for row in rows})
    known = queries.known_by_codes({row.code for row in rows})
    limits = queries.lock_credit([each.customer_id for each in known.values()])
    judged = [
        _unexpected(row, known.get(row.code), expected or {}) or _judged(row, known.get(row.code), price_lists)
        for row in _first_of_each(rows)
    ]
    outcomes = _outcomes(rows, judged)
    changing = {done.id for done in outcomes.done if done.value.change != "unchanged"}
    written = [row for row in _first_of_each(rows) if row.code in changing]
    ids = _write_customers(written, {code: each[0] for code, each in price_lists.items()}, at)
    _write_limits(written, ids, {each: limits[each].limit for each in limits}, at=at, actor=actor, reason=reason)
    done = [
        Done(each.id, Saved(ids.get(each.id, each.value.row_id), each.value.change, each.value.fields))
        for each in outcomes.done
    ]
    return Outcomes.of([row.code for row in rows], done=done, refused=outcomes.refused, stale=outcomes.stale)


def _first_of_each(rows: Sequence[CustomerRow]) -> list[CustomerRow]:
    return list({row.code: row for row in reversed(rows)}.values())[::-1]


def _outcomes(rows: Sequence[CustomerRow], judged: Sequence[Entry]) -> Outcomes[str, Saved]:
    times = Counter(row.code for row in rows)
    entries = [each if times[each.id] == 1 else Refused(each.id, (Reason("twice", "code"),)) for each in judged]
    return Outcomes.of(
        [row.code for row in rows],
        done=[each for each in entries if isinstance(each, Done)],
        refused=[each for each in entries if isinstance(each, Refused)],
        stale=[each for each in entries if isinstance(each, Stale)],
    )


def _judged(row: CustomerRow, before: KnownCustomer | None, price_lists: Mapping[str, tuple[int, str]]) -> Entry:
    if faults := rules.change_faults(row, before, price_lists):
        return Refused(row.code, faults)
    if before is None:
        return Done(row.code, Saved(0, "new"))
    fields = rules.fields_to_change(before.row, row)
    return Done(row.code, Saved(before.customer_id, "changed" if fields else "unchanged", fields))


def _unexpected(row: CustomerRow, before: KnownCustomer | None, expected: Expected) -> Entry | None:
    if row.code not in expected:
        return None
    version = expected[row.code]
    if version is None:
        return Refused(row.code, (Reason("code_taken", "code"),)) if before else None
    found = before.updated_at if before else None
    return None if found == version else Stale(row.code, found)


def _write_customers(rows: Sequence[CustomerRow], price_list_ids: Mapping[str, int], at: datetime) -> dict[str, int]:
    """One statement for new and changed ones; ids under the codes."""
    customers = [
        Customer(
            code=row.code,
            price_list_id=price_list_ids.get(row.price_list),
            search_key=search_key([row.code, row.name]),
            created_at=at,
            updated_at=at,
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in sorted(rows, key=lambda each: each.code)
    ]
    if customers:
        Customer.objects.bulk_create(
            customers,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=[*_PLAIN, "price_list", "search_key", "updated_at"],
        )
    return {customer.code: customer.pk for customer in customers}


def _write_limits(
    rows: Sequence[CustomerRow],
    ids: Mapping[str, int],
    before: Mapping[int, Decimal],
    *,
    at: datetime,
    actor: Actor,
    reason: str,
) -> None:
    limits = {ids[row.code]: row.credit_limit for row in rows}
    accounts = [CreditAccount(customer_id=each, limit=limit) for each, limit in sorted(limits.items())]
    changes = [
        CreditChange(
            customer_id=each,
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            old_limit=before.get(each, Decimal(0)),
            new_limit=limit,
            reason=reason,
        )
        for each, limit in limits.items()
        if before.get(each, Decimal(0)) != limit
    ]
    if accounts:
        CreditAccount.objects.bulk_create(
            accounts, update_conflicts=True, unique_fields=["customer"], update_fields=["limit"]
        )
    if changes:
        CreditChange.objects.bulk_create(changes)
