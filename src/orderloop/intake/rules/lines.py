"""Examining one line of an entry: item, quantity, unit, pack, price, date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from orderloop.catalog.facts import ProductFact
from orderloop.customers.facts import CustomerFact
from orderloop.foundation.outcome import Reason
from orderloop.foundation.quantity import canonical_unit, round_up_to_pack, to_base
from orderloop.intake.facts import (
    DESCRIPTION_LENGTH,
    ITEM_CODE_LENGTH,
    MAX_QUANTITY,
    QUANTITY_DECIMALS,
    EntryLine,
    FindingCode,
    IntakePolicy,
    Known,
)
from orderloop.intake.rules import pricing
from orderloop.intake.rules.days import Days
from orderloop.intake.rules.notes import Notes
from orderloop.intake.rules.reading import is_keepable, read_number, split_quantity
from orderloop.orders.facts import Channel

_ONE = Fraction(1)
_QUANTITY_STEP = Decimal(1).scaleb(-QUANTITY_DECIMALS)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line in which everything is known; amounts are not yet rounded to money."""

    product: ProductFact
    entry: EntryLine
    entered_quantity: Decimal
    entered_unit: str
    quantity: Decimal
    unit_price: Decimal
    requested_on: date | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What all lines of one entry are judged against."""

    known: Known
    policy: IntakePolicy
    channel: Channel
    customer: CustomerFact | None
    days: Days
    notes: Notes


def read_line(index: int, line: EntryLine, ground: Ground) -> ReadLine | None:
    """The line with everything known, or None with what is wrong noted."""
    where = f"lines/{index}"
    notes = ground.notes
    _check_text(line, where, notes)
    product = _product(line, where, ground)
    entered = _entered_quantity(line, where, notes)
    requested_on = ground.days.read(line.requested_on, f"{where}/requested_on", notes)
    if product is None or entered is None:
        return None
    base = _base_quantity(product, *entered, where, ground)
    if base is None or ground.customer is None:
        return None
    quantity, unit, factor = base
    if quantity >= ground.policy.outlier_quantity:
        notes.add(FindingCode.QTY_OUTLIER, f"{where}/quantity", given=pricing.plain(quantity))
    price = _price(line, product, quantity, factor, where, ground, ground.customer)
    if price is None:
        return None
    return ReadLine(product, line, entered[0], unit, quantity, price, requested_on)


def asked_item(line: EntryLine, customer_id: int) -> tuple[int, str]:
    """Under which (customer or 0, code) a line's product is known: our own code where the line was matched before."""
    sku = line.sku.strip()
    return (0, sku) if sku else (customer_id, line.item_code.strip())


def _check_text(line: EntryLine, where: str, notes: Notes) -> None:
    for name, text, limit in (
        ("item", line.item_code, ITEM_CODE_LENGTH),
        ("description", line.description, DESCRIPTION_LENGTH),
    ):
        if len(text) > limit:
            notes.add(FindingCode.TEXT_TOO_LONG, f"{where}/{name}", limit=limit)
        if not is_keepable(text):
            notes.add(FindingCode.TEXT_INVALID, f"{where}/{name}")


def _product(line: EntryLine, where: str, ground: Ground) -> ProductFact | None:
    known, notes = ground.known, ground.notes
    owner, code = asked_item(line, ground.customer.customer_id if ground.customer else 0)
    if not code:
        notes.add(FindingCode.MISSING_ITEM, f"{where}/item")
        return None
    possible = known.items.get((owner, code), ())
    if len(possible) != 1:
        _note_item(code, possible, where, ground)
        return None
    product = possible[0]
    if not product.is_active:
        notes.add(FindingCode.INACTIVE_ITEM, f"{where}/item", given=product.sku)
    return product


def _note_item(code: str, possible: tuple[ProductFact, ...], where: str, ground: Ground) -> None:
    if possible:
        choices = ", ".join(each.sku for each in possible)
        ground.notes.add(FindingCode.AMBIGUOUS_ITEM, f"{where}/item", given=code, choices=choices)
        return
    near = ground.known.suggestions.get(code, ())
    first = near[0] if near else ""
    ground.notes.add(FindingCode.UNKNOWN_ITEM, f"{where}/item", suggestion=first, given=code, choices=", ".join(near))


def _entered_quantity(line: EntryLine, where: str, notes: Notes) -> tuple[Decimal, str] | None:
    given, unit = line.quantity, line.unit.strip()
    field = f"{where}/quantity"
    if isinstance(given, Decimal):
        number: Decimal | None = given if given.is_finite() else None
    else:
        if not given.strip():
            notes.add(FindingCode.MISSING_QTY, field)
            return None
        number, unit = _quantity_in_text(given, unit)
    if number is None:
        notes.add(FindingCode.QTY_INVALID, field, given=given)
    elif number <= 0:
        notes.add(FindingCode.QTY_NOT_POSITIVE, field, given=number)
    elif number > MAX_QUANTITY:
        notes.add(FindingCode.QTY_TOO_LARGE, field, given=given, limit=MAX_QUANTITY)
    elif number % _QUANTITY_STEP:
        notes.add(FindingCode.QTY_DECIMALS, field, given=pricing.plain(number), decimals=QUANTITY_DECIMALS)
    else:
        return number, unit
    return None


def _quantity_in_text(text: str, unit: str) -> tuple[Decimal | None, str]:
    number = read_number(text)
    if number is not None:
        return number, unit
    amount, tail = split_quantity(text)
    code = canonical_unit(tail) if tail else None
    if code is None or (unit and canonical_unit(unit) != code):
        return None, unit
    return read_number(amount), unit or tail


def _base_quantity(
    product: ProductFact, number: Decimal, unit: str, where: str, ground: Ground
) -> tuple[Decimal, str, Fraction | int] | None:
    notes = ground.notes
    quantity, code, factor = number, product.unit, _ONE
    if unit and unit != product.unit:
        factors = ground.known.factors.get(product.product_id, {})
        converted = to_base(number, unit, factors)
        if isinstance(converted, Reason):
            _note_unit(product, factors, unit, number, converted, where, notes)
            return None
        code = canonical_unit(unit) or unit
        quantity, factor = converted, factors[code]
    if quantity > MAX_QUANTITY:
        notes.add(FindingCode.QTY_TOO_LARGE, f"{where}/quantity", given=quantity, limit=MAX_QUANTITY)
        return None
    if quantity % product.order_multiple:
        _note_pack(product, quantity, factor, where, notes)
    elif quantity % _QUANTITY_STEP:
        notes.add(FindingCode.QTY_DECIMALS, f"{where}/quantity", given=quantity, decimals=QUANTITY_DECIMALS)
    return quantity, code, factor


def _note_unit(
    product: ProductFact,
    factors: Mapping[str, Fraction],
    unit: str,
    number: Decimal,
    fault: Reason,
    where: str,
    notes: Notes,
) -> None:
    if fault.code == "quantity_not_exact":
        field = f"{where}/quantity"
        notes.add(FindingCode.QTY_DECIMALS, field, given=pricing.plain(number), decimals=QUANTITY_DECIMALS)
        return
    choices = ", ".join(sorted({product.unit, *factors}))
    notes.add(FindingCode.UOM, f"{where}/unit", suggestion=product.unit, given=unit, item=product.sku, choices=choices)


def _note_pack(product: ProductFact, quantity: Decimal, factor: Fraction | int, where: str, notes: Notes) -> None:
    proposed = round_up_to_pack(quantity, product.order_multiple)
    entered = Fraction(proposed) / factor
    notes.add(
        FindingCode.PACK_MULTIPLE,
        f"{where}/quantity",
        suggestion=entered.numerator if entered.denominator == 1 else "",
        item=product.sku,
        given=pricing.plain(quantity),
        pack=f"{pricing.plain(product.order_multiple)} {product.unit}",
        proposed=f"{pricing.plain(proposed)} {product.unit}",
    )


def _price(
    line: EntryLine,
    product: ProductFact,
    quantity: Decimal,
    factor: Fraction | int,
    where: str,
    ground: Ground,
    customer: CustomerFact,
) -> Decimal | None:
    own = pricing.own_price(ground.known, customer, product, quantity)
    if pricing.has_price(line):
        given = pricing.given_price(line)
        if given is None:
            ground.notes.add(FindingCode.PRICE_INVALID, f"{where}/unit_price", given=line.unit_price)
            return None
        if line.price_agreed or ground.channel in ground.policy.agreed_price_channels:
            return pricing.per_base_unit(given, factor)
        if own is not None:
            entered = own if factor == 1 else own * factor.numerator / factor.denominator
            pricing.compare_price(given, entered, customer, ground.policy, where, ground.notes)
    if own is None:
        field = f"{where}/unit_price"
        ground.notes.add(FindingCode.PRICE_MISSING, field, item=product.sku, currency=customer.currency)
    return own
