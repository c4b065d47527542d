"""Many clients at one moment: stock is never promised twice, a credit limit never used twice. Each with its control."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from tests.makers import CLERK, NOW, a_customer, a_product, an_entry, policies

from orderloop.customers import queries as customer_queries
from orderloop.customers.models import CreditAccount
from orderloop.flow.services.take_in import take_in_entries
from orderloop.inventory.models import Reservation, Stock
from orderloop.orders.models import Order
from orderloop.platform.bulk import execute, fetch_all

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 64


def _at_once(clients: int, work: Callable[[int], None]) -> list[BaseException]:
    """Run `work` in so many threads, each with its own connection, all starting together; answer what went wrong."""
    barrier, errors = threading.Barrier(clients), []

    def run(client: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            work(client)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_64_clients_never_oversell_and_sell_everything():
    policies()
    products = [a_product(stock=90) for _ in range(3)]
    customers = [a_customer() for _ in range(CLIENTS)]

    def order(client):
        lines = [(products[(client + k) % 3], 2) for k in range(2)]
        take_in_entries([an_entry(customers[client], lines)], at=NOW, actor=CLERK)

    assert _at_once(CLIENTS, order) == []
    assert Order.objects.count() == CLIENTS
    for stock in Stock.objects.all():
        held = sum(r.reserved for r in Reservation.objects.filter(product=stock.product_id, status="open"))
        wanted = sum(r.wanted for r in Reservation.objects.filter(product=stock.product_id, status="open"))
        assert stock.reserved == held == min(Decimal(90), wanted)


def test_the_race_would_show_overselling():
    """Control: the same clients with a read and a write of what was read, and no constraint, do oversell."""
    execute("CREATE TABLE control_stock (on_hand int, reserved int)")
    execute("INSERT INTO control_stock VALUES (90, 0)")
    sold = []

    def naive(client):
        for _ in range(4):
            with transaction.atomic():
                reserved = fetch_all("SELECT reserved FROM control_stock")[0][0]
                if reserved + 2 <= 90:
                    execute("SELECT pg_sleep(0.001)")
                    execute("UPDATE control_stock SET reserved = %s", [reserved + 2])
                    sold.append(2)

    try:
        assert _at_once(CLIENTS, naive) == []
        assert sum(sold) > 90
    finally:
        execute("DROP TABLE control_stock")


def _push_to_the_limit(customer, product):
    def order(client):
        take_in_entries([an_entry(customer, [(product, 1)])], at=NOW, actor=CLERK)

    errors = _at_once(32, order)
    confirmed = sum(o.gross for o in Order.objects.exclude(status="in_review"))
    return errors, confirmed


def test_32_confirmations_at_one_moment_never_pass_one_limit():
    policies()
    customer, product = a_customer(credit="1000"), a_product(stock=1000, price="100")
    errors, confirmed = _push_to_the_limit(customer, product)
    assert errors == []
    assert confirmed == 1000
    assert CreditAccount.objects.get().open_orders == 1000


def test_the_race_would_show_a_limit_passed(monkeypatch):
    """Control: without the lock on the credit row the same clients pass the limit."""
    monkeypatch.setattr(customer_queries, "lock_credit", customer_queries.credit_for)
    policies()
    customer = a_customer(credit="1000")
    products = [a_product(stock=10, price="100") for _ in range(32)]

    def order(client):
        with transaction.atomic():
            take_in_entries([an_entry(customer, [(products[client], 1)])], at=NOW, actor=CLERK)

    errors = _at_once(32, order)
    assert errors == []
    assert sum(o.gross for o in Order.objects.exclude(status="in_review")) > 1000
