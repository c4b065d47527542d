"""A purchase as its store means to write it down, before it has the form of a channel."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from orderloop.demo import records
from orderloop.demo.buyers import CURRENCY as CURRENCY
from orderloop.demo.buyers import language_of, slug_of
from orderloop.demo.chinese import product_name
from orderloop.demo.records import Store
from orderloop.demo.timeline import Dated
from orderloop.foundation.money import line_net


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """What is wanted of one article; `quantity` is empty where the store forgot it. Amounts in US dollars."""

    item: str
    name: str
    is_pair: bool
    quantity: str
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity times price, to the cent."""
        return line_net(Decimal(self.quantity or 0), self.price, CURRENCY)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order of a store. `po_number` is empty and `requested_on` None where the store forgot them."""

    serial: int
    customer: str
    store: str
    address: tuple[str, ...]
    mailbox: str
    language: str
    po_number: str
    ordered_on: date
    requested_on: date | None
    lines: tuple[PurchaseLine, ...]
    revision: int = 0

    @property
    def total(self) -> Decimal:
        """The lines' amounts together."""
        return sum((line.amount for line in self.lines), Decimal(0))


def purchase_of(dated: Dated, store: Store) -> Purchase:
    """The order of the record as its store writes it, in the store's language."""
    language = language_of(store)
    goods = _goods(language)
    return Purchase(
        serial=dated.serial,
        customer=store.code,
        store=store.name,
        address=(store.address, f"{store.city}, {store.region} {store.postcode}", store.country),
        mailbox=f"purchasing@{slug_of(store)}.example",
        language=language,
        po_number=dated.sale.po_number,
        ordered_on=dated.ordered_on,
        requested_on=dated.requested_on,
        lines=tuple(PurchaseLine(o.sku, *goods[o.sku], str(o.quantity), o.price) for o in dated.sale.lines),
    )


@cache
def _goods(language: str) -> dict[str, tuple[str, bool]]:
    """Name in a language and whether it is sold by the pair, of each article by its number."""
    named = product_name if language.startswith("zh") else str
    return {each.sku: (named(each.name), each.is_pair) for each in records.articles()}


def lacking(order: Purchase) -> Purchase:
    """The order with something left out or mistyped, each time something else: what the customer is to be asked."""
    first, *rest = order.lines
    match order.serial % 4:
        case 0:
            return replace(order, po_number="")
        case 1:
            return replace(order, lines=(replace(first, quantity=""), *rest))
        case 2:
            return replace(order, lines=(replace(first, item=first.item.replace("-", "-0", 1)), *rest))
        case _:
            return replace(order, requested_on=None)


def revised(order: Purchase) -> Purchase:
    """The order once more, with two pieces more of its first line."""
    first, *rest = order.lines
    more = replace(first, quantity=str(int(first.quantity) + 2))
    return replace(order, lines=(more, *rest), revision=order.revision + 1)
