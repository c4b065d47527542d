"""What must hold in a UBL order, by the rules of Peppol's order (transaction T01), each told with the rule's number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.rules.xml.ubl_codes import (
    ALLOWANCE_REASONS,
    CHARGE_REASONS,
    COUNTRIES,
    PROFILES,
    SPECIFICATION,
)

_CENT = Decimal("0.01")
# The network's own tolerance where a product of stated numbers was rounded.
_SLACK = Decimal("0.02")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """An allowance or a charge as stated."""

    place: str
    is_charge: bool
    amount: Decimal | None
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A tax category with its rate."""

    place: str
    code: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount's text with its currency; prices may have more decimals than other amounts."""

    place: str
    text: str
    currency: str
    is_price: bool = False


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """The figures of a line; None where not stated."""

    place: str
    number: str
    quantity: Decimal | None
    amount: Decimal | None
    price: Decimal | None
    base_quantity: Decimal | None
    charges: tuple[Charge, ...] = ()
    price_charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """The stated totals; None where not stated."""

    place: str
    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    without_tax: Decimal | None = None
    with_tax: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """What the rules look at. `is_peppol`: the document says it is of that network, so its rules bind."""

    place: str
    is_peppol: bool
    specification: str
    profile: str
    currency: str
    has_validity_end: bool
    nameless_originator: bool
    vat_numbers: tuple[tuple[str, str], ...]
    lines: tuple[OrderedLine, ...]
    charges: tuple[Charge, ...]
    categories: tuple[Category, ...]
    amounts: tuple[Amount, ...]
    tax: Decimal | None
    totals: Totals | None


def faults_of(order: OrderFigures) -> tuple[Fault, ...]:
    """Every broken rule. Within the network they reject; elsewhere sums that do not agree are told as warnings."""
    found = [*_line_faults(order), *_sum_faults(order), *_negative_faults(order), *_charge_faults(order)]
    if order.is_peppol:
        found += [*_network_faults(order), *_tax_faults(order)]
    return tuple(found)


def _fault(order: OrderFigures, code: FaultCode, rule: str, place: str, *, warns: bool = False, **params: str) -> Fault:
    params["rule"] = f"PEPPOL-T01-{rule}"
    return Fault(code, Place(place), params, rejects=order.is_peppol and not warns)


def _unequal(order: OrderFigures, rule: str, place: str, name: str, given: Decimal, expected: Decimal) -> Fault:
    return _fault(order, FaultCode.INCONSISTENT, rule, place, name=name, given=_plain(given), expected=_plain(expected))


def _plain(number: Decimal) -> str:
    return format(number.normalize() + 0, "f")


def _cents(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP)


def _sum(charges: Sequence[Charge], *, is_charge: bool) -> Decimal:
    return _cents(sum((c.amount or _ZERO for c in charges if c.is_charge == is_charge), _ZERO))


def _line_faults(order: OrderFigures) -> Iterator[Fault]:
    seen: set[str] = set()
    for line in order.lines:
        if line.number in seen:
            yield _fault(order, FaultCode.INVALID_ELEMENT, "R001", line.place, name="ID", given=line.number)
        seen.add(line.number)
        if line.quantity is None:
            yield _fault(order, FaultCode.MISSING_SEGMENT, "R013", line.place, name="Quantity", warns=True)
        if line.base_quantity is not None and line.base_quantity <= 0:
            given = _plain(line.base_quantity)
            yield _fault(order, FaultCode.INVALID_ELEMENT, "R025", line.place, name="BaseQuantity", given=given)
        yield from _line_amount(order, line)
        for discount in line.price_charges:
            if discount.base is None or line.price is None or discount.amount is None:
                continue
            if line.price != discount.base - discount.amount:
                expected = discount.base - discount.amount
                yield _unequal(order, "R019", line.place, "PriceAmount", line.price, expected)


def _line_amount(order: OrderFigures, line: OrderedLine) -> Iterator[Fault]:
    if line.amount is None or (line.price is None and not order.is_peppol):
        return
    quantity = Decimal(1) if line.quantity is None else line.quantity
    extended = quantity * (line.price or _ZERO) / (line.base_quantity or Decimal(1))
    expected = extended + _sum(line.charges, is_charge=True) - _sum(line.charges, is_charge=False)
    if abs(line.amount - expected) > _SLACK:
        yield _unequal(order, "R024", line.place, "LineExtensionAmount", line.amount, _cents(expected))


def _sum_faults(order: OrderFigures) -> Iterator[Fault]:
    totals = order.totals
    if totals is None:
        return
    for rule, name, given, expected in _sums(order, totals):
        if given is not None and given != expected:
            yield _unequal(order, rule, totals.place, name, given, expected)


def _sums(order: OrderFigures, totals: Totals) -> Iterator[tuple[str, str, Decimal | None, Decimal]]:
    lines, allowances, charges = totals.lines or _ZERO, totals.allowances or _ZERO, totals.charges or _ZERO
    counted = _cents(sum((line.amount or _ZERO for line in order.lines), _ZERO))
    if order.is_peppol or all(line.amount is not None for line in order.lines):
        yield "R008", "LineExtensionAmount", totals.lines, counted
    # Not stated counts as nothing: a charge that no total speaks of is a difference too.
    stated_allowances = allowances if order.is_peppol else totals.allowances
    stated_charges = charges if order.is_peppol else totals.charges
    yield "R009", "AllowanceTotalAmount", stated_allowances, _sum(order.charges, is_charge=False)
    yield "R010", "ChargeTotalAmount", stated_charges, _sum(order.charges, is_charge=True)
    if totals.lines is not None:
        yield "R011", "TaxExclusiveAmount", totals.without_tax, lines - allowances + charges
    if totals.with_tax is None:
        return
    without = totals.without_tax if totals.without_tax is not None else lines - allowances + charges
    expected = totals.with_tax - (totals.prepaid or _ZERO) + (totals.rounding or _ZERO)
    yield "R016", "PayableAmount", totals.payable, expected
    if order.tax is not None and (totals.without_tax is not None or totals.lines is not None):
        yield "R017", "TaxInclusiveAmount", totals.with_tax, without + order.tax


def _negative_faults(order: OrderFigures) -> Iterator[Fault]:
    figures: list[tuple[str, str, str, Decimal | None]] = []
    if order.totals is not None:
        figures.append(("R006", order.totals.place, "PayableAmount", order.totals.payable))
        figures.append(("R007", order.totals.place, "LineExtensionAmount", order.totals.lines))
    for line in order.lines:
        figures.append(("R004", line.place, "Quantity", line.quantity))
        figures.append(("R005", line.place, "PriceAmount", line.price))
        figures.extend(("R027", each.place, "BaseAmount", each.base) for each in line.price_charges)
        figures.extend(("R033", each.place, "Amount", each.amount) for each in line.price_charges)
        figures.extend(("R032", each.place, "Amount", each.amount) for each in line.charges)
    figures.extend(("R032", each.place, "Amount", each.amount) for each in order.charges)
    for rule, place, name, number in figures:
        if number is not None and number < 0:
            yield _fault(order, FaultCode.INVALID_ELEMENT, rule, place, name=name, given=_plain(number))


def _charge_faults(order: OrderFigures) -> Iterator[Fault]:
    for charge in (*order.charges, *(each for line in order.lines for each in line.charges)):
        if charge.percent is not None and charge.base is None:
            yield _fault(order, FaultCode.MISSING_SEGMENT, "R020", charge.place, name="BaseAmount")
        if charge.base is not None and charge.percent is None:
            yield _fault(order, FaultCode.MISSING_SEGMENT, "R021", charge.place, name="MultiplierFactorNumeric")
        if charge.base is not None and charge.percent is not None:
            expected = charge.base * charge.percent / 100
            given = charge.amount or _ZERO
            if abs(given - expected) > _SLACK:
                yield _unequal(order, "R022", charge.place, "Amount", given, _cents(expected))
        if order.is_peppol and not (charge.reason or charge.reason_code):
            yield _fault(order, FaultCode.MISSING_SEGMENT, "R023", charge.place, name="AllowanceChargeReason")
        yield from _reason_faults(order, charge)


def _reason_faults(order: OrderFigures, charge: Charge) -> Iterator[Fault]:
    rule, known = ("CL002", CHARGE_REASONS) if charge.is_charge else ("CL001", ALLOWANCE_REASONS)
    if order.is_peppol and charge.reason_code and charge.reason_code not in known:
        name = "AllowanceChargeReasonCode"
        yield _fault(order, FaultCode.INVALID_ELEMENT, rule, charge.place, name=name, given=charge.reason_code)


def _network_faults(order: OrderFigures) -> Iterator[Fault]:
    if not order.has_validity_end:
        yield _fault(order, FaultCode.MISSING_SEGMENT, "R002", order.place, name="ValidityPeriod/EndDate", warns=True)
    if order.profile not in PROFILES:
        yield _fault(order, FaultCode.INVALID_ELEMENT, "R031", order.place, name="ProfileID", given=order.profile)
    if not order.specification.startswith(SPECIFICATION):
        given = order.specification
        yield _fault(order, FaultCode.INVALID_ELEMENT, "R034", order.place, name="CustomizationID", given=given)
    if order.nameless_originator:
        name = "OriginatorCustomerParty/Party/PartyName"
        yield _fault(order, FaultCode.MISSING_SEGMENT, "R014", order.place, name=name)
    for place, number in order.vat_numbers:
        if number[:2] not in COUNTRIES:
            yield _fault(order, FaultCode.INVALID_ELEMENT, "R026", place, name="CompanyID", given=number)
    for amount in order.amounts:
        if amount.currency and amount.currency != order.currency:
            given, expected = amount.currency, order.currency
            yield _fault(
                order, FaultCode.INCONSISTENT, "R003", amount.place, name="currencyID", given=given, expected=expected
            )
        if not amount.is_price and len(amount.text.partition(".")[2]) > 2:
            name = amount.place.rpartition(":")[2]
            yield _fault(order, FaultCode.INVALID_ELEMENT, "R028", amount.place, name=name, given=amount.text)


def _tax_faults(order: OrderFigures) -> Iterator[Fault]:
    for category in order.categories:
        if category.percent is None and category.code != "O":
            yield _fault(order, FaultCode.MISSING_SEGMENT, "R029", category.place, name="Percent")
        if category.code == "S" and not (category.percent or _ZERO) > 0:
            given = "" if category.percent is None else _plain(category.percent)
            yield _fault(order, FaultCode.INVALID_ELEMENT, "R030", category.place, name="Percent", given=given)
