"""Orders as their customers mean them: the truth a document is drawn from and its reading is held against."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bench.intake.world import CENT, Customer, Product

TAX_RATE = Decimal("0.13")


@dataclass(frozen=True, slots=True)
class Line:
    """One ordered line. `unit_price` holds for `price_basis` units; `due` where lines have dates of their own."""

    number: int
    product: Product
    quantity: Decimal
    unit_price: Decimal
    price_basis: int
    due: date
    customer_item: str

    @property
    def amount(self) -> Decimal:
        """What the line costs, to the cent."""
        return (self.quantity * self.unit_price / self.price_basis).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer orders. `tax`: `excluded` (added below the sum), `included` (in the prices) or `none` told."""

    customer: Customer
    po_number: str
    ordered_on: date
    requested_on: date
    currency: str
    tax: str
    terms: int
    lines: tuple[Line, ...]
    is_dear: bool = False

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def duty(self) -> Decimal:
        """The tax added to it, if any."""
        return (self.net * TAX_RATE).quantize(CENT, ROUND_HALF_UP) if self.tax == "excluded" else Decimal(0)

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.duty


def draw_order(
    chance: random.Random, customer: Customer, products: tuple[Product, ...], *, currency: str, tax: str,
    per_hundred: bool = False, most_lines: int = 45, decimals: int = 2,
) -> Order:  # fmt: skip
    """An order as this customer might place it: mostly a few lines, at times very many."""
    ordered_on = date(2026, 1, 5) + timedelta(days=chance.randrange(320))
    requested_on = ordered_on + timedelta(days=chance.randrange(5, 60))
    count = chance.choices(
        (chance.randint(1, 4), chance.randint(5, 12), chance.randint(min(13, most_lines), most_lines)), (4, 4, 2)
    )[0]
    count = min(count, most_lines)
    is_dear = chance.random() < 0.02
    dear = chance.randrange(count) if is_dear else -1
    lines = tuple(
        _line(chance, place, product, requested_on, Decimal("1.15") if place == dear else Decimal(1), per_hundred,
              tax, decimals)
        for place, product in enumerate(chance.sample(products, count))
    )  # fmt: skip
    number = po_number(chance, customer, ordered_on)
    return Order(customer, number, ordered_on, requested_on, currency, tax, chance.randrange(3), lines, is_dear)


def _line(chance, place, product, requested_on, factor, per_hundred, tax, decimals) -> Line:
    basis = 100 if per_hundred and product.price < 5 else 1
    price = product.price * factor * basis * (1 + TAX_RATE if tax == "included" else 1)
    if basis == 1 and decimals > 2 and tax != "included":
        price = price.quantize(CENT)
    return Line(
        place + 1,
        product,
        Decimal(product.pack * chance.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 40))),
        price.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP),
        basis,
        requested_on + timedelta(days=7 * (place % 3)),
        f"{chance.choice('KMP')}{chance.randrange(10_000, 99_999)}-{chance.randrange(10, 99)}",
    )


def po_number(chance: random.Random, customer: Customer, ordered_on: date) -> str:
    """A purchase order's number, in the form this customer counts by."""
    serial = chance.randrange(1, 99_999)
    return (
        f"PO{ordered_on:%Y%m%d}{serial % 1000:03d}",
        f"{4_500_000_000 + serial}",
        f"PO-{ordered_on:%y%m}-{serial:05d}",
        f"CG{ordered_on:%Y%m}-{serial % 10_000:04d}",
        f"{customer.code[1:]}/{serial:05d}",
        f"{ordered_on.year}-{serial:05d}-B",
    )[customer.po_form]
