from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from orderloop.customers import queries, services
from orderloop.customers.facts import Billing, ContactRow, CustomerRow, PaymentRow, Saved, ShipToRow
from orderloop.customers.models import CreditChange, Customer, Invoice, Payment
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Reason, Refused, Stale

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
MANAGER = Actor("person", 7, "Lin")
D = Decimal
pytestmark = pytest.mark.django_db


def statements(work: object) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()  # type: ignore[operator]
    return len(captured)


def test_saving_tells_new_changed_and_unchanged_apart(customer_ids: dict[str, int]) -> None:
    rows = [
        CustomerRow("C1", "华信自行车有限公司", "CNY", credit_limit=D(1000), tax_rate=D("0.13")),
        CustomerRow("C2", "Bike World", "CNY", importance="A", credit_limit=D(250)),
        CustomerRow("C3", "Pedal & Co", "EUR"),
    ]
    assert services.compare_customers(rows).values["C2"] == Saved(
        customer_ids["C2"], "changed", ("importance", "credit_limit")
    )
    outcomes = services.save_customers(rows, at=LATER, actor=MANAGER, reason="Yearly review")
    assert outcomes.values["C1"] == Saved(customer_ids["C1"], "unchanged")
    assert outcomes.values["C2"] == Saved(customer_ids["C2"], "changed", ("importance", "credit_limit"))
    assert outcomes.values["C3"].change == "new"
    assert queries.by_codes(["C2"])["C2"].importance == "A"
    assert dict(Customer.objects.values_list("code", "updated_at")) == {"C1": AT, "C2": LATER, "C3": LATER}
    assert queries.credit_for([customer_ids["C2"]])[customer_ids["C2"]].limit == D(250)


def test_a_changed_limit_keeps_who_when_from_and_to(customer_ids: dict[str, int]) -> None:
    row = queries.known_by_codes(["C2"])["C2"].row
    services.save_customers([row], at=LATER, actor=MANAGER)
    assert len(queries.credit_changes_for(customer_ids["C2"])) == 1  # the first limit; nothing changed since
    services.save_customers(
        [CustomerRow("C2", "Bike World", "CNY", credit_limit=D(0))], at=LATER, actor=MANAGER, reason="Late"
    )
    latest = queries.credit_changes_for(customer_ids["C2"])[0]
    assert (latest.at, latest.actor_name, latest.old_limit, latest.new_limit, latest.reason) == (
        LATER,
        "Lin",
        D(100),
        D(0),
        "Late",
    )


def test_wrong_customers_are_refused_with_every_reason_and_the_right_ones_saved(customer_ids: dict[str, int]) -> None:
    rows = [CustomerRow("C9", "", "CNY", price_list="NONE"), CustomerRow("C4", "Good", "CNY")]
    outcomes = services.save_customers(rows, at=AT, actor=SYSTEM)
    assert outcomes.refused == (
        Refused("C9", (Reason("required", "name"), Reason("price_list_unknown", "price_list"))),
    )
    assert outcomes.done_ids == ("C4",)
    assert set(Customer.objects.values_list("code", flat=True)) == {"C1", "C2", "C4"}


def test_a_code_that_stands_twice_is_refused_and_nothing_of_it_saved(db: None) -> None:
    outcomes = services.save_customers(
        [CustomerRow("X", "One", "CNY"), CustomerRow("X", "Two", "CNY")], at=AT, actor=SYSTEM
    )
    assert outcomes.refused == (Refused("X", (Reason("twice", "code"),)),)
    assert not Customer.objects.exists()


def test_a_customer_changed_meanwhile_is_stale_and_stays(customer_ids: dict[str, int]) -> None:
    changed = CustomerRow("C2", "Mine", "CNY", credit_limit=D(100))
    outcomes = services.save_customers([changed], at=LATER, actor=MANAGER, expected={"C2": LATER})
    assert outcomes.stale == (Stale("C2", AT),)
    assert queries.by_codes(["C2"])["C2"].name == "Bike World"
    outcomes = services.save_customers([changed], at=LATER, actor=MANAGER, expected={"C2": None})
    assert outcomes.refused == (Refused("C2", (Reason("code_taken", "code"),)),)
    assert services.save_customers([changed], at=LATER, actor=MANAGER, expected={"C2": AT}).all_done


def test_the_currency_stays_while_amounts_are_open(customer_ids: dict[str, int]) -> None:
    services.add_open_orders({customer_ids["C2"]: D(5)})
    outcomes = services.save_customers([CustomerRow("C2", "Bike World", "USD")], at=LATER, actor=MANAGER)
    assert outcomes.refused == (Refused("C2", (Reason("currency_in_use", "currency"),)),)
    assert queries.by_codes(["C2"])["C2"].currency == "CNY"


def test_search_finds_chinese_names_by_pinyin_initials_and_takes_wildcards_literally(
    customer_ids: dict[str, int],
) -> None:
    assert [found.code for found in queries.find("hx")] == ["C1"]
    assert [found.code for found in queries.find("huaxin")] == ["C1"]
    assert [found.code for found in queries.find("华信")] == ["C1"]
    assert [found.code for found in queries.find("ＢＩＫＥ w")] == ["C2"]
    assert queries.find("%") == []
    assert [found.code for found in queries.find("c2")] == ["C2"]


def test_an_address_without_a_default_becomes_it_and_a_new_default_takes_its_place(
    customer_ids: dict[str, int],
) -> None:
    first = [ShipToRow("C1", "B", "Store B", "Road 2"), ShipToRow("C1", "A", "Store A", "Road 1")]
    assert services.save_ship_tos(first, at=AT, actor=SYSTEM).counts == {"done": 2, "refused": 0, "stale": 0}
    assert [
        (each.code, each.is_default) for each in queries.ship_tos_for([customer_ids["C1"]])[customer_ids["C1"]]
    ] == [
        ("B", True),
        ("A", False),
    ]
    outcomes = services.save_ship_tos(
        [ShipToRow("C1", "A", "Store A", "Road 1", is_default=True), ShipToRow("C7", "A", "Store A", "Road 1")],
        at=AT,
        actor=SYSTEM,
    )
    assert outcomes.refused == (Refused(("C7", "A"), (Reason("customer_unknown", "customer_code"),)),)
    assert [
        (each.code, each.is_default) for each in queries.ship_tos_for([customer_ids["C1"]])[customer_ids["C1"]]
    ] == [
        ("A", True),
        ("B", False),
    ]


def test_contacts_are_saved_under_their_name_and_can_be_removed(customer_ids: dict[str, int]) -> None:
    services.save_contacts(
        [ContactRow("C1", "Li"), ContactRow("C1", "Wang", "w@x.cn", is_primary=True)], at=AT, actor=SYSTEM
    )
    outcomes = services.save_contacts([ContactRow("C1", "Li", phone="010 1")], at=AT, actor=SYSTEM)
    assert outcomes.done[0].value.fields == ("phone",)
    contacts = queries.contacts_for([customer_ids["C1"]])[customer_ids["C1"]]
    assert [(each.name, each.phone, each.is_primary) for each in contacts] == [
        ("Wang", "", True),
        ("Li", "010 1", False),
    ]
    removed = services.remove_contacts([contacts[1].contact_id, 0], at=AT, actor=SYSTEM)
    assert removed.done_ids == (contacts[1].contact_id,)
    assert removed.refused == (Refused(0, (Reason("contact_unknown"),)),)


def test_billing_moves_the_amount_from_open_orders_to_a_numbered_invoice(customer_ids: dict[str, int]) -> None:
    one = customer_ids["C1"]
    services.add_open_orders({one: D("115.00")})
    invoices = services.bill_shipments(
        [Billing(one, None, D("100.00"), date(2026, 3, 2), 30), Billing(one, None, D("15.00"), date(2026, 3, 2), 0)],
        at=AT,
        actor=SYSTEM,
    )
    assert [(each.number, each.amount, each.due_on) for each in invoices] == [
        ("INV-000001", D("100.00"), date(2026, 4, 1)),
        ("INV-000002", D("15.00"), date(2026, 3, 2)),
    ]
    credit = queries.credit_for([one])[one]
    assert (credit.open_orders, credit.unpaid_invoices) == (D(0), D("115.00"))


def test_the_same_amount_never_counts_twice_against_the_limit(customer_ids: dict[str, int]) -> None:
    one = customer_ids["C1"]
    services.add_open_orders({one: D(2000)})
    services.bill_shipments([Billing(one, None, D(1000), date(2026, 3, 2), 30)], at=AT, actor=SYSTEM)
    assert queries.credit_for([one])[one].exposure == D(2000)


def test_billing_more_than_is_open_fails_whole(customer_ids: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        services.bill_shipments([Billing(customer_ids["C1"], None, D(1), date(2026, 3, 2), 30)], at=AT, actor=SYSTEM)
    assert not Invoice.objects.exists()
    services.add_open_orders({customer_ids["C1"]: D(1)})
    again = services.bill_shipments(
        [Billing(customer_ids["C1"], None, D(1), date(2026, 3, 2), 30)], at=AT, actor=SYSTEM
    )
    assert again[0].number == "INV-000001"  # no gap


def test_a_payment_settles_the_oldest_invoice_and_the_rest_waits_for_the_next_one(customer_ids: dict[str, int]) -> None:
    one = customer_ids["C1"]
    services.add_open_orders({one: D(300)})
    services.bill_shipments(
        [Billing(one, None, D(100), date(2026, 3, 1), 30), Billing(one, None, D(100), date(2026, 2, 1), 30)],
        at=AT,
        actor=SYSTEM,
    )
    outcomes = services.record_payments([PaymentRow(one, "HQ1", D(250), date(2026, 4, 5))], at=AT, actor=SYSTEM)
    assert outcomes.all_done
    assert list(Invoice.objects.order_by("id").values_list("paid", "settled_on")) == [
        (D(100), date(2026, 4, 5)),
        (D(100), date(2026, 4, 5)),
    ]
    assert Payment.objects.get().unapplied == D(50)
    assert queries.credit_for([one])[one].unpaid_invoices == D(0)
    later = services.bill_shipments([Billing(one, None, D(100), date(2026, 5, 1), 30)], at=AT, actor=SYSTEM)
    assert (later[0].paid, later[0].settled_on) == (D(50), None)
    credit = queries.credit_for([one])[one]
    assert (credit.open_orders, credit.unpaid_invoices, credit.room) == (D(0), D(50), D(950))
    assert Payment.objects.get().unapplied == D(0)


def test_a_payment_known_without_amount_or_of_nobody_is_refused_and_nothing_changes(
    customer_ids: dict[str, int],
) -> None:
    one = customer_ids["C1"]
    services.record_payments([PaymentRow(one, "HQ1", D(5), date(2026, 4, 5))], at=AT, actor=SYSTEM)
    rows = [
        PaymentRow(one, "HQ1", D(5), date(2026, 4, 6)),
        PaymentRow(one, "HQ2", D(0), date(2026, 4, 6)),
        PaymentRow(0, "HQ3", D(5), date(2026, 4, 6)),
    ]
    outcomes = services.record_payments(rows, at=AT, actor=SYSTEM)
    assert outcomes.refused == (
        Refused((one, "HQ1"), (Reason("payment_known", "reference"),)),
        Refused((one, "HQ2"), (Reason("not_positive", "amount"),)),
        Refused((0, "HQ3"), (Reason("customer_unknown", "customer_code"),)),
    )
    assert Payment.objects.count() == 1


def test_overdue_money_counts_only_after_the_days_of_grace(customer_ids: dict[str, int]) -> None:
    one = customer_ids["C1"]
    services.add_open_orders({one: D(300)})
    services.bill_shipments([Billing(one, None, D(100), date(2026, 3, 1), 10)], at=AT, actor=SYSTEM)
    on = date(2026, 3, 13)  # two days past the due day
    assert queries.payment_behaviour_for([one], on=on)[one].overdue == D(100)
    assert queries.payment_behaviour_for([one], on=on)[one].oldest_overdue_days == 2
    assert queries.payment_behaviour_for([one], on=on, grace_days=3)[one].overdue == D(0)
    services.record_payments([PaymentRow(one, "HQ1", D(100), on)], at=AT, actor=SYSTEM)
    behaviour = queries.payment_behaviour_for([one], on=on)[one]
    assert (behaviour.overdue, behaviour.average_days_late, behaviour.settled_invoices) == (D(0), D("2.0"), 1)


def test_the_history_of_limits_cannot_be_rewritten(customer_ids: dict[str, int]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditChange.objects.update(new_limit=D(7))
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditChange.objects.all().delete()
    assert CreditChange.objects.count() == 2


def test_the_number_of_statements_does_not_grow_with_the_number_of_rows(customer_ids: dict[str, int]) -> None:
    def save(count: int) -> int:
        rows = [CustomerRow(f"N{count}-{n}", f"Customer {n}", "CNY", credit_limit=D(5)) for n in range(count)]
        return statements(lambda: services.save_customers(rows, at=AT, actor=SYSTEM))

    def bill(count: int) -> int:
        ids = list(Customer.objects.filter(code__startswith="N").order_by("id").values_list("id", flat=True)[:count])
        services.add_open_orders(dict.fromkeys(ids, D(10)))
        billings = [Billing(each, None, D(10), date(2026, 3, 1), 30) for each in ids]
        return statements(lambda: services.bill_shipments(billings, at=AT, actor=SYSTEM))

    def pay(count: int, reference: str) -> int:
        ids = list(Customer.objects.filter(code__startswith="N").order_by("id").values_list("id", flat=True)[:count])
        payments = [PaymentRow(each, reference, D(3), date(2026, 4, 1)) for each in ids]
        return statements(lambda: services.record_payments(payments, at=AT, actor=SYSTEM))

    assert save(2) == save(200)
    assert bill(2) == bill(150)
    assert pay(2, "A") == pay(150, "B")


def test_entries_of_every_id_come_back(customer_ids: dict[str, int]) -> None:
    outcomes = services.save_customers(
        [CustomerRow("C1", "", "CNY"), CustomerRow("C5", "Five", "CNY")], at=AT, actor=SYSTEM
    )
    assert isinstance(outcomes.by_id["C1"], Refused)
    assert isinstance(outcomes.by_id["C5"], Done)
