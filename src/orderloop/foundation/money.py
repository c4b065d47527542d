"""Amounts of money: rounding to a currency's minor unit, line amounts, tax, and Chinese words for an amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache

# ISO 4217 minor units that are not two digits.
_WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
MINOR_UNIT_DIGITS = {
    **dict.fromkeys(_WITHOUT_MINOR_UNIT.split(), 0),
    **dict.fromkeys(_WITH_THOUSANDTHS.split(), 3),
}

ZERO = Decimal(0)
AMOUNT_LIMIT = Decimal(10) ** 15


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of `currency`, such as 0.01 for CNY and 1 for JPY."""
    return Decimal(1).scaleb(-MINOR_UNIT_DIGITS.get(currency, 2))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` to the minor unit of `currency`, halves away from zero; ValueError unless it is a number below 10^15."""
    if not amount.is_finite() or abs(amount) >= AMOUNT_LIMIT:
        raise ValueError(f"{amount} is not an amount of money")
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def line_net(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """Quantity times unit price, rounded once; the unit price itself may be finer than the minor unit."""
    return round_money(quantity * unit_price, currency)


class TaxRounding(StrEnum):
    """Where tax is rounded: at each line, or once for the document."""

    PER_LINE = "per_line"
    PER_DOCUMENT = "per_document"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """How tax is reckoned: `rate` as a fraction (0.13), and whether prices already include it."""

    rate: Decimal
    included: bool = False
    rounding: TaxRounding = TaxRounding.PER_LINE

    def __post_init__(self) -> None:
        if not self.rate.is_finite() or self.rate < 0:
            raise ValueError(f"a tax rate cannot be {self.rate}")


@dataclass(frozen=True, slots=True)
class LineTotals:
    """One line's amounts; `gross` is always `net + tax`."""

    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's amounts, each the sum of the same amount of its lines."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    lines: tuple[LineTotals, ...]


def totals(lines: Sequence[Decimal], rule: TaxRule, currency: str) -> Totals:
    """Tax and totals of a document whose lines amount to `lines`, gross if the rule says tax is included, else net.

    With rounding per document the document's tax is exact to half a minor unit, and what the rounded lines lack
    or have too much is put on the line of the largest amount, the first of them if several.
    """
    amounts = [round_money(amount, currency) for amount in lines]
    taxes = [round_money(_tax_in(amount, rule), currency) for amount in amounts]
    if rule.rounding is TaxRounding.PER_DOCUMENT and amounts:
        whole = round_money(_tax_in(sum(amounts, ZERO), rule), currency)
        largest = max(range(len(amounts)), key=lambda index: abs(amounts[index]))
        taxes[largest] += whole - sum(taxes, ZERO)
    parts = tuple(_line_totals(amount, tax, rule) for amount, tax in zip(amounts, taxes, strict=True))
    zero = round_money(ZERO, currency)
    return Totals(
        net=sum((part.net for part in parts), zero),
        tax=sum((part.tax for part in parts), zero),
        gross=sum((part.gross for part in parts), zero),
        lines=parts,
    )


def _tax_in(amount: Decimal, rule: TaxRule) -> Decimal:
    return amount * rule.rate / (1 + rule.rate) if rule.included else amount * rule.rate


def _line_totals(amount: Decimal, tax: Decimal, rule: TaxRule) -> LineTotals:
    if rule.included:
        return LineTotals(amount - tax, tax, amount)
    return LineTotals(amount, tax, amount + tax)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
RMB_WORDS_LIMIT = Decimal(10) ** 12


def rmb_in_words(amount: Decimal) -> str:
    """`amount` of yuan as Chinese capitals (大写金额), without the leading 人民币, rounded half up to the fen.

    Where banking practice leaves a choice this writes: 零 between yuan ending in 0 and jiao (1680.32 …捌拾元零叁角…);
    none after a group of four that ends in 0 (107000.53 壹拾万柒仟元零伍角叁分); 整 only after whole yuan.
    ValueError from one trillion (10^12) yuan up, where the words are no longer unambiguous.
    """
    cents = round_money(amount, "CNY")
    if abs(cents) >= RMB_WORDS_LIMIT:
        raise ValueError(f"{amount} is too large to be written in words")
    sign = "负" if cents < 0 else ""
    yuan, fraction = divmod(int(abs(cents).scaleb(2)), 100)
    jiao, fen = divmod(fraction, 10)
    if not fraction:
        return f"{sign}{_integer_in_words(yuan) or '零'}元整"
    words = f"{_integer_in_words(yuan)}元" if yuan else ""
    if yuan and (jiao == 0 or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if fen:
        words += f"{_DIGITS[fen]}分"
    return sign + words


def _integer_in_words(number: int) -> str:
    words = ""
    for group in reversed(range(len(_GROUPS))):
        four = number // 10_000**group % 10_000
        if not four:
            continue
        if words and (four < 1000 or number // 10_000 ** (group + 1) % 10_000 == 0):
            words += "零"
        words += _four_digits_in_words(four) + _GROUPS[group]
    return words


def _four_digits_in_words(four: int) -> str:
    words, zero_before = "", False
    for place in reversed(range(4)):
        digit = four // 10**place % 10
        if digit:
            words += ("零" if zero_before else "") + _DIGITS[digit] + _PLACES[place]
        zero_before = not digit and bool(words)
    return words
