"""Reading customers: each function one statement, for a whole set."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from orderloop.customers.facts import (
    ContactFact,
    ContactRow,
    CreditChangeFact,
    CreditFact,
    CustomerFact,
    CustomerFilter,
    CustomerListed,
    CustomerRow,
    InvoiceFact,
    KnownCustomer,
    PaymentBehaviour,
    PaymentFact,
    ShipToFact,
    ShipToRow,
)
from orderloop.platform.bulk import fetch_all
from orderloop.platform.search import contains_pattern, folded

_CUSTOMER = """c.id, c.code, c.name, c.importance, c.standing, c.language, c.currency, c.payment_terms_days, c.tax_rate,
    c.tax_included, c.price_list_id, c.requires_po_number, c.ship_complete, c.is_active"""
_CREDIT = 'credit.customer_id, credit."limit", credit.open_orders, credit.unpaid_invoices'
_SHIP_TO = "id, customer_id, code, name, address, city, region, postcode, country, is_default, is_active"
_INVOICE = "id, number, customer_id, order_id, amount, paid, issued_on, due_on, settled_on"
_PAYMENT = "id, customer_id, reference, amount, unapplied, received_on"


def facts_for(customer_ids: Collection[int]) -> dict[int, CustomerFact]:
    """The customers of these ids, under their ids."""
    rows = fetch_all(
        f"SELECT {_CUSTOMER} FROM customers_customer c WHERE c.id = ANY(%s::bigint[])", [list(customer_ids)]
    )
    return {row[0]: CustomerFact(*row) for row in rows}


def by_codes(codes: Collection[str]) -> dict[str, CustomerFact]:
    """The customers of these codes, under their codes."""
    rows = fetch_all(f"SELECT {_CUSTOMER} FROM customers_customer c WHERE c.code = ANY(%s::text[])", [list(codes)])
    return {row[1]: CustomerFact(*row) for row in rows}


def find(text: str, limit: int = 20) -> list[CustomerFact]:
    """Customers whose code, name or pinyin holds `text`; an equal code first, then what begins with it."""
    plain = folded(text)
    rows = fetch_all(
        f"""SELECT {_CUSTOMER} FROM customers_customer c WHERE c.search_key LIKE %s
            ORDER BY lower(c.code) <> %s,
                NOT starts_with(c.search_key, %s) AND NOT starts_with(lower(c.name), %s), c.code
            LIMIT %s""",
        [contains_pattern(text), plain, plain, plain, limit],
    )
    return [CustomerFact(*row) for row in rows]


def credit_for(customer_ids: Collection[int]) -> dict[int, CreditFact]:
    """Limits and exposures to look at; nothing may be decided on them, for that see `lock_credit`."""
    rows = fetch_all(
        f"SELECT {_CREDIT} FROM customers_creditaccount credit WHERE credit.customer_id = ANY(%s::bigint[])",
        [list(customer_ids)],
    )
    return {row[0]: CreditFact(*row) for row in rows}


def lock_credit(customer_ids: Collection[int]) -> dict[int, CreditFact]:
    """Limits and exposures, locked in the order of ids till the transaction ends, so that credit can be decided."""
    rows = fetch_all(
        f"""SELECT {_CREDIT} FROM customers_creditaccount credit WHERE credit.customer_id = ANY(%s::bigint[])
            ORDER BY credit.customer_id FOR NO KEY UPDATE OF credit""",
        [list(customer_ids)],
    )
    return {row[0]: CreditFact(*row) for row in rows}


def ship_tos_for(customer_ids: Collection[int]) -> dict[int, tuple[ShipToFact, ...]]:
    """Delivery addresses per customer, the default one first; a customer without any has no entry."""
    rows = fetch_all(
        f"""SELECT {_SHIP_TO} FROM customers_shipto WHERE customer_id = ANY(%s::bigint[])
            ORDER BY customer_id, is_default DESC, code""",
        [list(customer_ids)],
    )
    found: dict[int, tuple[ShipToFact, ...]] = {}
    for row in rows:
        found[row[1]] = (*found.get(row[1], ()), ShipToFact(*row))
    return found


def contacts_for(customer_ids: Collection[int]) -> dict[int, tuple[ContactFact, ...]]:
    """Contacts per customer, the primary one first; a customer without any has no entry."""
    rows = fetch_all(
        """SELECT id, customer_id, name, email, phone, fax, is_primary FROM customers_contact
           WHERE customer_id = ANY(%s::bigint[]) ORDER BY customer_id, is_primary DESC, name, id""",
        [list(customer_ids)],
    )
    found: dict[int, tuple[ContactFact, ...]] = {}
    for row in rows:
        found[row[1]] = (*found.get(row[1], ()), ContactFact(*row))
    return found


def invoices_for(
    customer_ids: Collection[int], *, only_open: bool = False, limit: int | None = None
) -> list[InvoiceFact]:
    """Invoices of these customers, the latest first."""
    rows = fetch_all(
        f"""SELECT {_INVOICE} FROM customers_invoice WHERE customer_id = ANY(%s::bigint[])
            {"AND settled_on IS NULL" if only_open else ""} ORDER BY issued_on DESC, id DESC LIMIT %s""",
        [list(customer_ids), limit],
    )
    return [InvoiceFact(*row) for row in rows]


def payments_for(customer_ids: Collection[int], *, only_unapplied: bool = False) -> list[PaymentFact]:
    """Payments of these customers, the latest first."""
    rows = fetch_all(
        f"""SELECT {_PAYMENT} FROM customers_payment WHERE customer_id = ANY(%s::bigint[])
            {"AND unapplied > 0" if only_unapplied else ""} ORDER BY received_on DESC, id DESC""",
        [list(customer_ids)],
    )
    return [PaymentFact(*row) for row in rows]


def payment_behaviour_for(
    customer_ids: Collection[int], *, on: date, grace_days: int = 0, years: int = 1
) -> dict[int, PaymentBehaviour]:
    """How these customers pay, as seen on the day `on`: one entry for every customer that was ever billed.

    An invoice is overdue when `on` is more than `grace_days` past its due day. Lateness is averaged over what was
    settled in the last `years`; money that came early counts as negative lateness.
    """
    rows = fetch_all(
        """WITH asked AS (SELECT %s::date AS on_day, %s::int AS grace, 365 * %s::int AS days),
           seen AS (
               SELECT customer_id, amount - paid AS open, settled_on, due_on, on_day - due_on AS age,
                   settled_on IS NULL AND due_on + grace < on_day AS is_overdue, settled_on > on_day - days AS is_recent
               FROM customers_invoice, asked WHERE customer_id = ANY(%s::bigint[]) AND issued_on <= on_day)
           SELECT customer_id, coalesce(sum(open) FILTER (WHERE is_overdue), 0),
               coalesce(max(age) FILTER (WHERE is_overdue), 0),
               round(avg(settled_on - due_on) FILTER (WHERE is_recent), 1), count(*) FILTER (WHERE is_recent)
           FROM seen GROUP BY customer_id""",
        [on, grace_days, years, list(customer_ids)],
    )
    return {row[0]: PaymentBehaviour(*row) for row in rows}


def billed_for(order_ids: Collection[int]) -> dict[int, Decimal]:
    """What was billed of each order so far; one never billed has no entry."""
    return dict(
        fetch_all(
            "SELECT order_id, sum(amount) FROM customers_invoice WHERE order_id = ANY(%s::bigint[]) GROUP BY order_id",
            [list(order_ids)],
        )
    )


def overdue_for(customer_ids: Collection[int], *, on: date) -> dict[int, tuple[Decimal, int]]:
    """What these customers owe past its due day: (amount, days of the oldest). Reads open invoices only, so that its
    cost does not grow with the years; a customer with nothing overdue has no entry."""
    rows = fetch_all(
        """SELECT customer_id, sum(amount - paid), %s::date - min(due_on) FROM customers_invoice
           WHERE customer_id = ANY(%s::bigint[]) AND settled_on IS NULL AND due_on < %s GROUP BY customer_id""",
        [on, list(customer_ids), on],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def credit_changes_for(customer_id: int) -> list[CreditChangeFact]:
    """The history of one customer's limit, the latest change first."""
    rows = fetch_all(
        """SELECT at, actor_name, old_limit, new_limit, reason FROM customers_creditchange
           WHERE customer_id = %s ORDER BY at DESC, id DESC""",
        [customer_id],
    )
    return [CreditChangeFact(*row) for row in rows]


def price_lists_by_code(codes: Collection[str]) -> dict[str, tuple[int, str]]:
    """Id and currency of the price lists that customers can be put on, read along the foreign key."""
    rows = fetch_all("SELECT code, id, currency FROM catalog_pricelist WHERE code = ANY(%s::text[])", [list(codes)])
    return {code: (row_id, currency) for code, row_id, currency in rows}


_KNOWN = """SELECT c.id, c.code, c.name, c.currency, c.importance, c.standing, c.language, coalesce(credit."limit", 0),
        c.payment_terms_days, c.tax_rate, c.tax_included, coalesce(l.code, ''), c.requires_po_number, c.ship_complete,
        c.is_active, c.derived, coalesce(credit.open_orders + credit.unpaid_invoices, 0), c.updated_at
    FROM customers_customer c
        LEFT JOIN customers_creditaccount credit ON credit.customer_id = c.id
        LEFT JOIN catalog_pricelist l ON l.id = c.price_list_id"""


def known_by_codes(codes: Collection[str]) -> dict[str, KnownCustomer]:
    """The customers of these codes in the form in which they are saved, under their codes."""
    rows = fetch_all(f"{_KNOWN} WHERE c.code = ANY(%s::text[])", [list(codes)])
    return {known.row.code: known for known in map(_known, rows)}


def known_for(customer_ids: Collection[int]) -> list[KnownCustomer]:
    """The customers of these ids in the form in which they are saved, by code."""
    rows = fetch_all(f"{_KNOWN} WHERE c.id = ANY(%s::bigint[]) ORDER BY c.code", [list(customer_ids)])
    return [_known(row) for row in rows]


_LISTED = """SELECT c.id, c.code, c.name, c.importance, c.standing, c.currency, c.payment_terms_days, c.is_active,
        coalesce(credit."limit", 0), coalesce(credit.open_orders, 0), coalesce(credit.unpaid_invoices, 0)
    FROM customers_customer c LEFT JOIN customers_creditaccount credit ON credit.customer_id = c.id"""
_EXPOSURE = "coalesce(credit.open_orders + credit.unpaid_invoices, 0)"
SORTS: Mapping[str, tuple[str, str]] = {
    "code": ("c.code", "text"),
    "name": ("c.name", "text"),
    "importance": ("c.importance", "text"),
    "limit": ('coalesce(credit."limit", 0)', "numeric"),
    "exposure": (_EXPOSURE, "numeric"),
}


def listed(
    chosen: CustomerFilter,
    *,
    sort: str = "code",
    descending: bool = False,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[CustomerListed]:
    """A stretch of the list of customers, beginning behind `after` (value of the sort column, id) in the given order,
    or, `backwards`, ending before it. One of `SORTS` decides the order, then the id.
    """
    conditions, parameters = _conditions(chosen)
    column, kind = SORTS[sort]
    down = descending is not backwards
    if after:
        conditions.append(f"({column}, c.id) {'<' if down else '>'} (%s::{kind}, %s::bigint)")
        parameters += [after[0], after[1]]
    direction = "DESC" if down else "ASC"
    rows = fetch_all(
        f"{_LISTED} {_where(conditions)} ORDER BY {column} {direction}, c.id {direction} LIMIT %s", [*parameters, limit]
    )
    found = [CustomerListed(*row) for row in rows]
    return found[::-1] if backwards else found


def count_of(chosen: CustomerFilter) -> int:
    """How many customers a filter leaves."""
    conditions, parameters = _conditions(chosen)
    return int(fetch_all(f"SELECT count(*) FROM ({_LISTED} {_where(conditions)}) found", parameters)[0][0])


def known_of(chosen: CustomerFilter) -> list[KnownCustomer]:
    """All customers a filter leaves, in the form in which they are saved, by code."""
    conditions, parameters = _conditions(chosen)
    return [_known(row) for row in fetch_all(f"{_KNOWN} {_where(conditions)} ORDER BY c.code", parameters)]


def _conditions(chosen: CustomerFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    parameters: list[Any] = []
    if chosen.text:
        conditions.append("c.search_key LIKE %s")
        parameters.append(contains_pattern(chosen.text))
    for name in ("importance", "standing", "language"):
        if value := getattr(chosen, name):
            conditions.append(f"c.{name} = %s")
            parameters.append(value)
    if chosen.over_limit:
        conditions.append(f'{_EXPOSURE} > coalesce(credit."limit", 0)')
    if chosen.activity:
        conditions.append("c.is_active" if chosen.activity == "active" else "NOT c.is_active")
    return conditions, parameters


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _known(row: tuple[Any, ...]) -> KnownCustomer:
    derived = json.loads(row[15]) if isinstance(row[15], str) else row[15]
    return KnownCustomer(row[0], CustomerRow(*(*row[1:15], derived)), row[16], row[17])


def contact_rows() -> list[ContactRow]:
    """All contacts in the form in which they are saved."""
    rows = fetch_all(
        """SELECT c.code, x.name, x.email, x.phone, x.fax, x.is_primary FROM customers_contact x
           JOIN customers_customer c ON c.id = x.customer_id ORDER BY c.code, x.is_primary DESC, x.name"""
    )
    return [ContactRow(*row) for row in rows]


def ship_to_rows() -> list[ShipToRow]:
    """All delivery addresses in the form in which they are saved."""
    rows = fetch_all(
        """SELECT c.code, x.code, x.name, x.address, x.city, x.region, x.postcode, x.country, x.is_default, x.is_active
           FROM customers_shipto x JOIN customers_customer c ON c.id = x.customer_id
           ORDER BY c.code, x.is_default DESC, x.code"""
    )
    return [ShipToRow(*row) for row in rows]


def ids_by_emails(emails: Collection[str]) -> dict[str, tuple[int, ...]]:
    """The active customers that have a contact with each of these addresses (lower case)."""
    rows = fetch_all(
        """SELECT DISTINCT lower(x.email), x.customer_id FROM customers_contact x
           JOIN customers_customer c ON c.id = x.customer_id AND c.is_active
           WHERE x.email <> '' AND lower(x.email) = ANY(%s::text[]) ORDER BY 1, 2""",
        [[email.lower() for email in emails]],
    )
    return _grouped(rows)


def contact_numbers() -> list[tuple[int, str]]:
    """Fax and telephone numbers of active customers' contacts, as written: (customer id, number)."""
    return fetch_all(
        """SELECT x.customer_id, n.number FROM customers_contact x
           JOIN customers_customer c ON c.id = x.customer_id AND c.is_active
           CROSS JOIN LATERAL (VALUES (x.fax), (x.phone)) AS n(number) WHERE n.number <> '' ORDER BY 1, 2"""
    )


def ids_by_names(names: Collection[str]) -> dict[str, tuple[int, ...]]:
    """The active customers of each of these names, written alike but for case, width, blanks and marks."""
    rows = fetch_all(
        """SELECT n.name, c.id FROM unnest(%s::text[]) AS n(name)
           JOIN customers_customer c ON customers_name_key(c.name) = customers_name_key(n.name) AND c.is_active
           WHERE customers_name_key(n.name) <> '' ORDER BY 1, 2""",
        [list(names)],
    )
    return _grouped(rows)


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for text, customer_id in rows:
        found[text] = (*found.get(text, ()), customer_id)
    return found
