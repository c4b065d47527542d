"""What stands against a customer's limit: open orders, invoices, and the money that pays them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from orderloop.customers import queries, rules
from orderloop.customers.facts import Billing, InvoiceFact, PaymentFact, PaymentRow, Use
from orderloop.customers.models import Invoice, Payment
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused
from orderloop.platform import numbers

INVOICE_SERIES = "INV"
PaymentKey = tuple[int, str]

_ADD = """
    WITH locked AS (
        SELECT customer_id FROM customers_creditaccount WHERE customer_id = ANY(%(ids)s::bigint[])
        ORDER BY customer_id FOR NO KEY UPDATE)
    UPDATE customers_creditaccount credit
    SET open_orders = open_orders + change.to_open, unpaid_invoices = unpaid_invoices + change.to_unpaid
    FROM locked JOIN unnest(%(ids)s::bigint[], %(to_open)s::numeric[], %(to_unpaid)s::numeric[])
        AS change(customer_id, to_open, to_unpaid) USING (customer_id)
    WHERE credit.customer_id = locked.customer_id
"""


def add_open_orders(amounts: Mapping[int, Decimal]) -> None:
    """Add to the open orders of customers (by id) what was confirmed, or take away, as a negative amount, what was
    cancelled. Belongs into the transaction that decides it; an account that would fall below zero fails it whole.
    """
    _add({customer_id: (amount, Decimal(0)) for customer_id, amount in amounts.items() if amount})


@transaction.atomic
def bill_shipments(billings: Sequence[Billing], *, at: datetime, actor: Actor) -> list[InvoiceFact]:
    """Write one invoice per billing, numbered without gap, in the order given, and move its amount from the open
    orders to the unpaid invoices. Money of the customer that no invoice has used yet pays the new ones at once.
    """
    if not billings:
        return []
    customer_ids = sorted({billing.customer_id for billing in billings})
    queries.lock_credit(customer_ids)
    _add({each: (-amount, amount) for each, amount in _sums(billings).items()})
    waiting = queries.payments_for(customer_ids, only_unapplied=True)
    invoices = _write_invoices(billings)
    settled = _settle(waiting, sorted({payment.customer_id for payment in waiting}))
    return [_as_fact(invoice, settled) for invoice in invoices]


@transaction.atomic
def record_payments(
    rows: Sequence[PaymentRow], *, at: datetime, actor: Actor, dry_run: bool = False
) -> Outcomes[PaymentKey, int]:
    """Record money received, under (customer id, reference), and use it for the invoice that is due first. What is
    left stays unapplied. A reference the customer already used is refused.
    """
    keyed: dict[PaymentKey, PaymentRow] = {(row.customer_id, row.reference): row for row in rows}
    customer_ids = sorted({row.customer_id for row in rows})
    accounts = queries.lock_credit(customer_ids)
    known = {(payment.customer_id, payment.reference) for payment in queries.payments_for(customer_ids)}
    refused: list[Refused[PaymentKey]] = []
    for key, row in keyed.items():
        faults = list(rules.payment_faults(row))
        if key in known:
            faults.append(Reason("payment_known", "reference"))
        if row.customer_id not in accounts:
            faults.append(Reason("customer_unknown", "customer_code"))
        if faults:
            refused.append(Refused(key, tuple(faults)))
    wrong = {each.id for each in refused}
    good = [row for key, row in keyed.items() if key not in wrong]
    ids = dict.fromkeys(((row.customer_id, row.reference) for row in good), 0) if dry_run else _write_payments(good)
    return Outcomes.of(keyed, done=[Done(key, row_id) for key, row_id in ids.items()], refused=refused)


def _add(changes: Mapping[int, tuple[Decimal, Decimal]]) -> None:
    if not changes:
        return
    columns: dict[str, Any] = {
        "ids": list(changes),
        "to_open": [to_open for to_open, _ in changes.values()],
        "to_unpaid": [to_unpaid for _, to_unpaid in changes.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, columns)


def _sums(billings: Sequence[Billing]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for billing in billings:
        sums[billing.customer_id] = sums.get(billing.customer_id, Decimal(0)) + billing.amount
    return sums


def _write_invoices(billings: Sequence[Billing]) -> list[Invoice]:
    taken = numbers.take(INVOICE_SERIES, len(billings))
    invoices = [
        Invoice(
            number=number,
            customer_id=billing.customer_id,
            order_id=billing.order_id,
            amount=billing.amount,
            issued_on=billing.issued_on,
            due_on=rules.due_on(billing.issued_on, billing.terms_days),
            # A delivery without charge owes nothing from the start.
            settled_on=None if billing.amount else billing.issued_on,
        )
        for number, billing in zip(taken, billings, strict=True)
    ]
    return Invoice.objects.bulk_create(invoices)


def _write_payments(rows: Sequence[PaymentRow]) -> dict[PaymentKey, int]:
    payments = [
        Payment(
            customer_id=row.customer_id,
            reference=row.reference,
            amount=row.amount,
            unapplied=row.amount,
            received_on=row.received_on,
        )
        for row in rows
    ]
    Payment.objects.bulk_create(payments)
    customer_ids = sorted({row.customer_id for row in rows})
    _settle(queries.payments_for(customer_ids, only_unapplied=True), customer_ids)
    return {(payment.customer_id, payment.reference): payment.pk for payment in payments}


def _settle(payments: Sequence[PaymentFact], customer_ids: Collection[int]) -> dict[int, list[Use]]:
    """Use the money of these customers for their open invoices; gives the uses per invoice."""
    if not payments:
        return {}
    invoices = queries.invoices_for(customer_ids, only_open=True)
    uses: list[Use] = []
    for customer_id in customer_ids:
        own = [payment for payment in payments if payment.customer_id == customer_id]
        uses += rules.uses_of_payments(own, [invoice for invoice in invoices if invoice.customer_id == customer_id])
    owner = {payment.payment_id: payment.customer_id for payment in payments}
    paid: dict[int, Decimal] = {}
    for use in uses:
        customer_id = owner[use.payment_id]
        paid[customer_id] = paid.get(customer_id, Decimal(0)) + use.amount
    _write_uses(uses)
    _add({customer_id: (Decimal(0), -amount) for customer_id, amount in sorted(paid.items())})
    return {use.invoice_id: [each for each in uses if each.invoice_id == use.invoice_id] for use in uses}


def _write_uses(uses: Sequence[Use]) -> None:
    if not uses:
        return
    columns: dict[str, Any] = {
        "payments": [use.payment_id for use in uses],
        "invoices": [use.invoice_id for use in uses],
        "amounts": [use.amount for use in uses],
        "days": [use.on for use in uses],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE customers_payment p SET unapplied = unapplied - used.amount FROM (
                   SELECT id, sum(amount) AS amount
                   FROM unnest(%(payments)s::bigint[], %(amounts)s::numeric[]) AS u(id, amount) GROUP BY id) used
               WHERE p.id = used.id""",
            columns,
        )
        cursor.execute(
            """UPDATE customers_invoice i SET paid = paid + used.amount,
                   settled_on = CASE WHEN paid + used.amount = i.amount THEN used.on_day END
               FROM (SELECT id, sum(amount) AS amount, max(on_day) AS on_day
                   FROM unnest(%(invoices)s::bigint[], %(amounts)s::numeric[], %(days)s::date[])
                       AS u(id, amount, on_day)
                   GROUP BY id) used
               WHERE i.id = used.id""",
            columns,
        )


def _as_fact(invoice: Invoice, uses: Mapping[int, list[Use]]) -> InvoiceFact:
    own = uses.get(invoice.pk, [])
    paid = sum((use.amount for use in own), Decimal(0))
    settled = max(use.on for use in own) if own and paid == invoice.amount else invoice.settled_on
    return InvoiceFact(
        invoice.pk,
        invoice.number,
        invoice.customer_id,
        invoice.order_id,
        invoice.amount,
        paid,
        invoice.issued_on,
        invoice.due_on,
        settled,
    )
