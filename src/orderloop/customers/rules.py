"""What makes a customer's data right, and how money received is used."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from orderloop.customers.facts import (
    IMPORTANCE_WORDS,
    LANGUAGE_WORDS,
    STANDING_WORDS,
    ContactRow,
    CustomerRow,
    InvoiceFact,
    KnownCustomer,
    PaymentFact,
    PaymentRow,
    ShipToRow,
    Use,
)
from orderloop.foundation.outcome import Reason

CURRENCY = re.compile(r"[A-Z]{3}\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+\Z")
LONGEST_TERMS_DAYS = 365
LARGEST_LIMIT = Decimal("99999999999999.99")


def due_on(issued_on: date, terms_days: int) -> date:
    """The last day on which an invoice can be paid in time."""
    return issued_on + timedelta(days=terms_days)


def customer_faults(row: CustomerRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    return (
        *_text_faults(row, {"code": (40, True), "name": (200, True)}),
        *_choice_faults(row, {"importance": IMPORTANCE_WORDS, "standing": STANDING_WORDS, "language": LANGUAGE_WORDS}),
        *(() if CURRENCY.match(row.currency) else (Reason("not_a_currency", "currency"),)),
        *_range_faults("credit_limit", row.credit_limit, Decimal(0), LARGEST_LIMIT, decimals=2),
        *_range_faults(
            "payment_terms_days", Decimal(row.payment_terms_days), Decimal(0), Decimal(LONGEST_TERMS_DAYS), 0
        ),
        *_range_faults("tax_rate", row.tax_rate, Decimal(0), Decimal(1), decimals=4),
    )


def contact_faults(row: ContactRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    sizes = {
        "customer_code": (40, True),
        "name": (120, True),
        "email": (254, False),
        "phone": (40, False),
        "fax": (40, False),
    }
    wrong_email = row.email and not EMAIL.match(row.email)
    return (*_text_faults(row, sizes), *((Reason("not_an_email", "email"),) if wrong_email else ()))


def ship_to_faults(row: ShipToRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    sizes = {
        "customer_code": (40, True),
        "code": (40, True),
        "name": (200, True),
        "address": (1000, True),
        "city": (100, False),
        "region": (100, False),
        "postcode": (20, False),
    }
    wrong_country = row.country and not COUNTRY.match(row.country)
    return (*_text_faults(row, sizes), *((Reason("not_a_country", "country"),) if wrong_country else ()))


def uses_of_payments(payments: Sequence[PaymentFact], invoices: Sequence[InvoiceFact]) -> list[Use]:
    """How one customer's unapplied money pays its open invoices: oldest money first, for the invoice due first.

    A use is dated when both the money and the invoice were there. What is left over stays unapplied.
    """
    waiting = sorted(
        (invoice for invoice in invoices if invoice.open > 0), key=lambda each: (each.due_on, each.invoice_id)
    )
    left = {invoice.invoice_id: invoice.open for invoice in waiting}
    uses: list[Use] = []
    for payment in sorted(payments, key=lambda each: (each.received_on, each.payment_id)):
        money = payment.unapplied
        for invoice in waiting:
            part = min(money, left[invoice.invoice_id])
            if part > 0:
                uses.append(
                    Use(payment.payment_id, invoice.invoice_id, part, max(payment.received_on, invoice.issued_on))
                )
                left[invoice.invoice_id] -= part
                money -= part
    return uses


def fields_to_change(before: CustomerRow, after: CustomerRow) -> tuple[str, ...]:
    """The fields in which two rows differ; what is marked as derived does not count."""
    old, new = asdict(before), asdict(after)
    return tuple(name for name in new if name != "derived" and old[name] != new[name])


def change_faults(
    row: CustomerRow, before: KnownCustomer | None, price_lists: Mapping[str, tuple[int, str]]
) -> tuple[Reason, ...]:
    """Why `row` cannot take the place of what is known under its code; `price_lists` are ids and currencies by code."""
    faults = list(customer_faults(row))
    if row.price_list and row.price_list not in price_lists:
        faults.append(Reason("price_list_unknown", "price_list"))
    elif row.price_list and price_lists[row.price_list][1] != row.currency:
        faults.append(Reason("currency_differs", "price_list", {"currency": price_lists[row.price_list][1]}))
    if before is not None and before.exposure and before.row.currency != row.currency:
        faults.append(Reason("currency_in_use", "currency"))
    return tuple(faults)


def chosen_ones(wanted: Mapping[int, Sequence[tuple[int, bool]]], present: Mapping[int, int]) -> dict[int, int]:
    """Per customer, which of its rows is the one used by default.

    `wanted` are the saved rows of each customer as (row id, asked to be the one), `present` is the one so far.
    The last one asked for wins; else the present one stays; else the first saved row is taken.
    """
    chosen: dict[int, int] = {}
    for customer_id, rows in wanted.items():
        asked = [row_id for row_id, is_asked in rows if is_asked]
        chosen[customer_id] = asked[-1] if asked else present.get(customer_id, rows[0][0])
    return chosen


def payment_faults(row: PaymentRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be recorded, each at its field."""
    positive = row.amount.is_finite() and row.amount > 0
    return (
        *_text_faults(row, {"reference": (60, True)}),
        *(_range_faults("amount", row.amount, Decimal(0), LARGEST_LIMIT, 2) if positive else ()),
        *(() if positive else (Reason("not_positive", "amount"),)),
    )


def _text_faults(row: object, sizes: Mapping[str, tuple[int, bool]]) -> Iterable[Reason]:
    for name, (most, needed) in sizes.items():
        text = str(getattr(row, name))
        if needed and not text.strip():
            yield Reason("required", name)
        elif len(text) > most:
            yield Reason("too_long", name, {"most": most})


def _choice_faults(row: object, choices: Mapping[str, Mapping[str, str]]) -> Iterable[Reason]:
    for name, possible in choices.items():
        if getattr(row, name) not in possible:
            yield Reason("not_a_choice", name, {"choices": ", ".join(possible)})


def _range_faults(name: str, value: Decimal, least: Decimal, most: Decimal, decimals: int) -> Iterable[Reason]:
    if not value.is_finite() or not least <= value <= most:
        yield Reason("out_of_range", name, {"least": least, "most": most})
    elif value != round(value, decimals):
        yield Reason("too_precise", name, {"most": decimals})
