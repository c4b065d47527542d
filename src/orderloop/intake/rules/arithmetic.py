"""Whether the figures of a document agree with one another: quantity by price with amount, amounts with totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from orderloop.intake.rules.reading import read_number, read_price, split_quantity

_CENT = Fraction(1, 100)
_HALF_CENT = Fraction(1, 200)


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What a line states, as numbers; None where it states nothing, or nothing that can be read.

    `price` is for one of the unit ordered: what the line states, by its price basis.
    """

    quantity: Decimal | None
    price: Fraction | None
    amount: Decimal | None
    basis: Decimal

    @property
    def counted(self) -> Fraction | None:
        """Quantity by price, to the cent."""
        if self.quantity is None or self.price is None:
            return None
        return _to_cents(Fraction(self.quantity) * self.price)


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line whose amount is not what its quantity and price make."""

    index: int
    figures: LineFigures


@dataclass(frozen=True, slots=True)
class Agreement:
    """What confirms what. `is_total_wrong`: a total is stated that neither the net nor the gross sum of the lines is.

    `all_amounts`: every line states an amount that its quantity and price make; `total`: a stated total confirms all
    lines; `sum`: what the lines add up to.
    """

    faults: tuple[LineFault, ...]
    all_amounts: bool
    total: bool
    is_total_wrong: bool
    sum: Fraction | None
    stated: str = ""


def figures_of(line: Mapping[str, str]) -> LineFigures:
    """The figures of a line read."""
    quantity = read_number(line.get("quantity", ""))
    if quantity is None:
        quantity = read_number(split_quantity(line.get("quantity", ""))[0])
    price = read_price(line["unit_price"]) if line.get("unit_price") else None
    amount = read_price(line["amount"]) if line.get("amount") else None
    basis = read_number(line["price_basis"]) if line.get("price_basis") else None
    basis = basis if basis is not None and basis > 0 else Decimal(1)
    return LineFigures(quantity, None if price is None else Fraction(price) / Fraction(basis), amount, basis)


def agreement(header: Mapping[str, str], lines: Sequence[LineFigures], tax_rate: Decimal) -> Agreement:
    """How far the figures of an order confirm one another; amounts and totals may be with or without the tax."""
    amounts = [(n, line) for n, line in enumerate(lines) if line.amount is not None and line.counted is not None]
    rate = 1 + Fraction(tax_rate)
    factor = next((f for f in (Fraction(1), rate) if all(_is_amount(line, f) for _n, line in amounts)), None)
    used = factor if factor is not None else Fraction(1)
    faults = tuple(LineFault(n, line) for n, line in amounts if not _is_amount(line, used))
    sums = [_line_sum(line) for line in lines]
    whole = (
        None if not lines or any(each is None for each in sums) else sum((s for s in sums if s is not None), Fraction())
    )
    confirmed, wrong, stated = _totals(header, whole, rate, len(lines))
    return Agreement(faults, bool(lines) and len(amounts) == len(lines) and not faults, confirmed, wrong, whole, stated)


def _is_amount(line: LineFigures, factor: Fraction) -> bool:
    counted = line.counted
    if counted is None or line.amount is None:
        return True
    return abs(Fraction(line.amount) - counted * factor) <= _CENT


def _line_sum(line: LineFigures) -> Fraction | None:
    return line.counted if line.amount is None else Fraction(line.amount)


def _totals(header: Mapping[str, str], whole: Fraction | None, rate: Fraction, count: int) -> tuple[bool, bool, str]:
    """(a total confirms the lines, a stated total is wrong, the total that is wrong as stated)."""
    stated = {name: _money(header.get(name, "")) for name in ("net_total", "tax_total", "total")}
    net, tax, total = stated["net_total"], stated["tax_total"], stated["total"]
    if whole is None or (net is None and total is None):
        return False, False, ""
    # Tax is rounded line by line, so that a gross total may be off by half a cent for each.
    slack = _CENT + _HALF_CENT * count
    sums = (whole, whole * rate, whole / rate)
    if net is not None and abs(net - whole) > _CENT and abs(net * rate - whole) > slack:
        return False, True, header.get("net_total", "")
    fits = total is None or any(abs(total - each) <= (_CENT if each == whole else slack) for each in sums)
    adds_up = net is not None and tax is not None and total is not None and abs(net + tax - total) <= _CENT
    return (True, False, "") if fits or adds_up else (False, True, header.get("total", ""))


def _money(text: str) -> Fraction | None:
    number = read_price(text) if text else None
    return None if number is None else Fraction(number)


def _to_cents(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)
