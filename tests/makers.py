"""Makers of the things a test starts from, by the product's own services, in one line each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from orderloop.access import services as access
from orderloop.access.facts import TokenNew
from orderloop.access.models import Person
from orderloop.catalog.models import PriceList, Product, ProductLine
from orderloop.customers.models import CreditAccount, Customer, ShipTo
from orderloop.foundation.actor import Actor
from orderloop.intake.facts import EntryLine, OrderEntry
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Warehouse
from orderloop.orders.facts import Channel
from orderloop.policy import services as policy

# A Monday morning in Shanghai.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CLERK = Actor("person", 1, "Li Na")
REVIEWER = Actor("person", 2, "Wang Wei")
_number = count(1)


def policies(at: datetime = NOW) -> None:
    """Version 1 of every policy section in force, and the main warehouse."""
    policy.ensure_defaults(at=at)
    a_warehouse()


def a_warehouse(code: str = "MAIN", position: int = 1) -> Warehouse:
    return Warehouse.objects.get_or_create(code=code, defaults={"name": code, "position": position})[0]


def a_product(
    sku: str | None = None, *, price: str = "100", cost: str = "60", stock: int = 100, **fields: Any
) -> Product:
    """A product with stock in the main warehouse."""
    line, _ = ProductLine.objects.get_or_create(code="BIKES", defaults={"name_en": "Bikes", "name_zh": "整车"})
    sku = sku or f"SKU-{next(_number):04d}"
    fields = {"name_en": f"Product {sku}", "name_zh": f"产品{sku}", "lead_time_days": 5, "supply": "make", **fields}
    product = Product.objects.create(
        sku=sku,
        line=line,
        list_price=Decimal(price),
        cost=Decimal(cost),
        currency="CNY",
        created_at=NOW,
        updated_at=NOW,
        **fields,
    )
    if stock:
        put_stock(product, stock)
    return product


def put_stock(product: Product, quantity: int, warehouse: Warehouse | None = None) -> None:
    inventory.post_moves(
        [MoveNew(product.pk, (warehouse or a_warehouse()).pk, "opening", Decimal(quantity), "opening")],
        at=NOW,
        actor=CLERK,
    )


def a_customer(code: str | None = None, *, credit: str = "1000000", **fields: Any) -> Customer:
    """A customer with a credit limit and one delivery address."""
    code = code or f"C{next(_number):04d}"
    fields = {"name": f"Customer {code}", "currency": "CNY", "language": "en", **fields}
    customer = Customer.objects.create(code=code, created_at=NOW, updated_at=NOW, **fields)
    CreditAccount.objects.create(customer=customer, limit=Decimal(credit))
    ShipTo.objects.create(
        customer=customer, code="HQ", name=customer.name, address="1 Main Street", country="CN", is_default=True
    )
    return customer


def an_entry(
    customer: Customer,
    lines: Sequence[tuple[Product, int | str]],
    *,
    key: int = 0,
    po_number: str | None = None,
    requested_on: date | None = None,
    received_at: datetime = NOW,
    **fields: Any,
) -> OrderEntry:
    """An order as it comes in, complete unless fields say otherwise."""
    return OrderEntry(
        key=key,
        channel=fields.pop("channel", Channel.API),
        received_at=received_at,
        customer_id=customer.pk,
        po_number=f"PO-{next(_number):05d}" if po_number is None else po_number,
        requested_on=requested_on or (received_at + timedelta(days=14)).date(),
        lines=tuple(EntryLine(item_code=product.sku, quantity=str(quantity)) for product, quantity in lines),
        **fields,
    )


__all__ = [
    "CLERK",
    "NOW",
    "REVIEWER",
    "PriceList",
    "a_customer",
    "a_product",
    "a_token",
    "a_warehouse",
    "an_entry",
    "policies",
    "put_stock",
]


def a_token(*scopes: str, customer: Customer | None = None) -> str:
    """The secret of a new API token of an integrator (or a customer)."""
    name = f"integrator-{next(_number)}"
    person = Person.objects.create(
        username=name, roles=[] if customer else ["integrator"], customer=customer, display_name="Integrator"
    )
    person.roles = ["customer"] if customer else person.roles
    person.save()
    wanted = scopes or ("orders:read", "orders:write")
    issued = access.issue_tokens([TokenNew(name, person.pk, tuple(wanted))], at=NOW, actor=CLERK)
    return next(iter(issued.values.values()))
