"""A company to measure on: its own cluster and database, 200 products, 100 customers, ample stock and credit."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("ORDERLOOP_BENCH_HOME", ROOT / ".local" / "bench"))
NAME = "bench"
CUSTOMERS, PRODUCTS = 100, 200
AMPLE = Decimal(100_000_000)


def start() -> None:
    """Start the cluster, make a fresh database and be ready to import Django models."""
    os.environ["ORDERLOOP_HOME"] = str(HOME)
    os.environ["DJANGO_SETTINGS_MODULE"] = "orderloop.entrypoints.settings"
    os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "ERROR")
    from orderloop.platform.postgres import Cluster

    running = Cluster(HOME / "postgres").ensure_running()
    _recreate(running.url("superuser", "postgres"))
    os.environ["DATABASE_OWNER_URL"] = running.url("owner", NAME)
    os.environ["DATABASE_URL"] = running.url("app", NAME)
    os.environ["ORDERLOOP_DATABASE_ROLE"] = "owner"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from orderloop.platform import enforcement

    call_command("migrate", verbosity=0)
    enforcement.apply(connection)


def _recreate(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.execute("CREATE DATABASE bench OWNER orderloop_owner")


def copy_to(name: str) -> None:
    """Copy the bench's database as it stands to another of that name."""
    import psycopg
    from django.db import connection

    from orderloop.platform.postgres import Cluster

    connection.close()
    url = Cluster(HOME / "postgres").ensure_running().url("superuser", "postgres")
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        session.execute(f"CREATE DATABASE {name} TEMPLATE {NAME} OWNER orderloop_owner")


def use(name: str) -> None:
    """Work on the database of that name from now on."""
    from django.db import connection

    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name


def people() -> str:
    """Found the company; answer the secret of a token that may post orders."""
    from django.db import transaction

    from orderloop.access import services as access
    from orderloop.access.facts import PersonNew, TokenNew
    from orderloop.catalog.models import Product, ProductLine
    from orderloop.customers.models import CreditAccount, Customer, ShipTo
    from orderloop.foundation.actor import SYSTEM
    from orderloop.inventory import services as inventory
    from orderloop.inventory.facts import MoveNew
    from orderloop.inventory.models import Warehouse
    from orderloop.policy import services as policy

    at = datetime.now(UTC)
    with transaction.atomic():
        policy.ensure_defaults(at=at)
        warehouse = Warehouse.objects.create(code="MAIN", name="Main", position=1)
        line = ProductLine.objects.create(code="L", name_en="Line", name_zh="产品线")
        stamp = {"created_at": at, "updated_at": at}
        products = Product.objects.bulk_create(
            Product(
                sku=f"P{n:04d}",
                name_en=f"Product {n}",
                line=line,
                list_price=10,
                cost=6,
                currency="CNY",
                lead_time_days=5,
                **stamp,
            )
            for n in range(PRODUCTS)
        )
        customers = Customer.objects.bulk_create(
            Customer(code=f"C{n:04d}", name=f"Customer {n}", currency="CNY", **stamp) for n in range(CUSTOMERS)
        )
        CreditAccount.objects.bulk_create(CreditAccount(customer=c, limit=AMPLE) for c in customers)
        ShipTo.objects.bulk_create(
            ShipTo(customer=c, code="HQ", name=c.name, address="1 Main Street", is_default=True) for c in customers
        )
        inventory.post_moves([MoveNew(p.pk, warehouse.pk, "opening", AMPLE, "") for p in products], at=at, actor=SYSTEM)
        added = access.add_people(
            [PersonNew("bench", "Bench", ("integrator",), "a-long-bench-passphrase")], at=at, actor=SYSTEM
        )
        person_id = next(iter(added.values.values()))
        issued = access.issue_tokens(
            [TokenNew("bench", person_id, ("orders:write", "orders:read"))], at=at, actor=SYSTEM
        )
    return next(iter(issued.values.values()))
