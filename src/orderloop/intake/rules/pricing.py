"""Our price of a line, and how far the price that came is from it."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from orderloop.catalog.facts import ProductFact
from orderloop.customers.facts import CustomerFact
from orderloop.intake.facts import MAX_PRICE, EntryLine, FindingCode, IntakePolicy, Known
from orderloop.intake.rules.notes import Notes
from orderloop.intake.rules.reading import read_price

PRICE_STEP = Decimal("0.0001")
# Value-added tax rates whose inclusion or omission explains a deviation at once.
_USUAL_TAX_RATES = (Decimal("0.13"), Decimal("0.09"), Decimal("0.06"))
_TAX_RATIO_TOLERANCE = Decimal("0.005")


def own_price(known: Known, customer: CustomerFact, product: ProductFact, quantity: Decimal) -> Decimal | None:
    """Our price per base unit for this quantity: the customer's list first, else the product's own; None if neither."""
    steps = known.prices.get((customer.price_list_id or 0, product.product_id), ())
    for step in reversed(steps):
        if step.from_quantity <= quantity:
            return step.unit_price
    return product.list_price if product.currency == customer.currency and product.list_price > 0 else None


def given_price(line: EntryLine) -> Decimal | None:
    """The price that came as a usable number, per entered unit; None where none came or it cannot be read."""
    given = line.unit_price
    if isinstance(given, str):
        given = read_price(given)
    return given if given is not None and given.is_finite() and 0 <= given <= MAX_PRICE else None


def has_price(line: EntryLine) -> bool:
    """Whether anything was written where the price stands."""
    return line.unit_price is not None and line.unit_price != "" and str(line.unit_price).strip() != ""


def per_base_unit(price: Decimal, factor: Fraction | int) -> Decimal:
    """A price per entered unit as one per base unit, to four decimals."""
    if factor == 1:
        return price.quantize(PRICE_STEP, ROUND_HALF_UP) if price % PRICE_STEP else price
    exact = Fraction(price) / factor
    return (Decimal(exact.numerator) / exact.denominator).quantize(PRICE_STEP, ROUND_HALF_UP)


def compare_price(
    given: Decimal, own: Decimal, customer: CustomerFact, policy: IntakePolicy, where: str, notes: Notes
) -> None:
    """Note a price outside the tolerance, both per entered unit, and name tax as its cause where the ratio says so."""
    off = abs(given - own)
    if off <= policy.price_tolerance_amount or off * 100 <= policy.price_tolerance_percent * own:
        return
    percent = (off * 100 / own).quantize(Decimal("0.1"), ROUND_HALF_UP) if own else Decimal(100)
    rate = tax_confused(given, own, customer.tax_rate, customer.tax_included)
    cause = {"tax": f"{(rate * 100).normalize():f}"} if rate is not None else {}
    notes.add(
        FindingCode.PRICE_DEV,
        f"{where}/unit_price",
        suggestion=plain(own),
        given=plain(given),
        own=plain(own),
        percent=percent,
        included="yes" if customer.tax_included else "no",
        **cause,
    )


def plain(number: Decimal) -> str:
    """Without exponent and trailing zeros."""
    return f"{number.normalize():f}" if number else "0"


def tax_confused(given: Decimal, own: Decimal, tax_rate: Decimal, tax_included: bool) -> Decimal | None:
    """The tax rate by which two prices differ, one with the tax and one without; None where none explains it."""
    larger, smaller = (own, given) if tax_included else (given, own)
    if not smaller:
        return None
    ratio = larger / smaller
    for rate in (tax_rate, *_USUAL_TAX_RATES):
        if rate and abs(ratio - 1 - rate) <= _TAX_RATIO_TOLERANCE:
            return rate
    return None
