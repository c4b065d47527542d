from datetime import date
from decimal import Decimal

import pytest

from orderloop.customers import rules
from orderloop.customers.facts import ContactRow, CreditFact, CustomerRow, InvoiceFact, PaymentFact, ShipToRow, Use

D = Decimal


def invoice(invoice_id: int, amount: str, due: date, paid: str = "0") -> InvoiceFact:
    return InvoiceFact(invoice_id, f"INV-{invoice_id}", 1, None, D(amount), D(paid), date(2026, 1, 1), due, None)


def payment(payment_id: int, amount: str, on: date = date(2026, 2, 1)) -> PaymentFact:
    return PaymentFact(payment_id, 1, f"P{payment_id}", D(amount), D(amount), on)


def test_room_is_the_limit_less_open_orders_and_unpaid_invoices() -> None:
    credit = CreditFact(1, limit=D(1000), open_orders=D("300.50"), unpaid_invoices=D("899.50"))
    assert credit.exposure == D(1200)
    assert credit.room == D(-200)


def test_money_pays_the_invoice_that_is_due_first_and_the_rest_stays() -> None:
    invoices = [invoice(2, "50", date(2026, 3, 1)), invoice(1, "100", date(2026, 4, 1), paid="40")]
    uses = rules.uses_of_payments([payment(7, "80"), payment(8, "100", date(2026, 2, 9))], invoices)
    assert uses == [
        Use(7, 2, D(50), date(2026, 2, 1)),
        Use(7, 1, D(30), date(2026, 2, 1)),
        Use(8, 1, D(30), date(2026, 2, 9)),
    ]


def test_money_that_came_before_the_invoice_is_used_on_the_day_of_the_invoice() -> None:
    assert rules.uses_of_payments([payment(7, "80", date(2025, 12, 1))], [invoice(1, "80", date(2026, 3, 1))]) == [
        Use(7, 1, D(80), date(2026, 1, 1))
    ]


def test_a_right_customer_has_no_fault() -> None:
    assert rules.customer_faults(CustomerRow("C1", "Bike World", "CNY")) == ()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("code", " ", "required"),
        ("code", "x" * 41, "too_long"),
        ("name", "", "required"),
        ("currency", "rmb", "not_a_currency"),
        ("importance", "D", "not_a_choice"),
        ("standing", "bad", "not_a_choice"),
        ("language", "fr", "not_a_choice"),
        ("credit_limit", D("-0.01"), "out_of_range"),
        ("credit_limit", D("NaN"), "out_of_range"),
        ("credit_limit", D("0.001"), "too_precise"),
        ("payment_terms_days", 366, "out_of_range"),
        ("tax_rate", D("13"), "out_of_range"),
    ],
)
def test_each_wrong_field_of_a_customer_is_named(field: str, value: object, code: str) -> None:
    row = CustomerRow(**{"code": "C1", "name": "Bike World", "currency": "CNY", field: value})  # type: ignore[arg-type]
    assert [(fault.code, fault.field) for fault in rules.customer_faults(row)] == [(code, field)]


def test_all_faults_of_a_customer_are_named_at_once() -> None:
    faults = rules.customer_faults(CustomerRow("", "", "x", importance="Z"))
    assert {fault.field for fault in faults} == {"code", "name", "currency", "importance"}


def test_contacts_and_addresses_name_their_faults() -> None:
    assert [(f.code, f.field) for f in rules.contact_faults(ContactRow("C1", "Li", email="li@@x"))] == [
        ("not_an_email", "email")
    ]
    assert [(f.code, f.field) for f in rules.ship_to_faults(ShipToRow("C1", "S", "Store", "", country="China"))] == [
        ("required", "address"),
        ("not_a_country", "country"),
    ]


def test_the_last_one_asked_for_is_the_default_else_the_present_else_the_first() -> None:
    assert rules.chosen_ones(
        {1: [(10, False), (11, True), (12, True)], 2: [(20, False)], 3: [(30, False)]}, {2: 9}
    ) == {
        1: 12,
        2: 9,
        3: 30,
    }
