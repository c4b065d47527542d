"""What makes a product's data right, and which price is valid for a quantity."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from orderloop.catalog.facts import (
    SUPPLY_WORDS,
    ItemCodeRow,
    KnownProduct,
    PackFact,
    PackRow,
    PriceListRow,
    PriceRow,
    PriceStep,
    ProductFact,
    ProductLineRow,
    ProductRow,
)
from orderloop.foundation.outcome import Reason
from orderloop.foundation.quantity import canonical_unit

CURRENCY = re.compile(r"[A-Z]{3}\Z")
LARGEST_PRICE = Decimal("999999999999.9999")
LARGEST_QUANTITY = Decimal("99999999999.999")
LONGEST_LEAD_TIME_DAYS = 730
_CONFUSED = str.maketrans("OILSBZ", "011582")


def code_variants(code: str) -> tuple[str, ...]:
    """The forms under which a code is looked for: as written, and in half-width capitals."""
    written = code.strip()
    plain = unicodedata.normalize("NFKC", written).upper()
    return (written,) if plain == written else (written, plain)


def code_key(code: str) -> str:
    """The form in which two codes are the same: NFKC, capitals, letters and digits only."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())


def code_skeleton(code: str) -> str:
    """The form in which codes are the same that a bad page confuses: O and 0, I, L and 1, S and 5, B and 8, Z and 2."""
    return code_key(code).translate(_CONFUSED)


def price_at(steps: Sequence[PriceStep], quantity: Decimal) -> Decimal | None:
    """The price for `quantity` (base unit): of the highest step it reaches; None where it reaches none."""
    reached = [step for step in steps if step.from_quantity <= quantity]
    return max(reached, key=lambda step: step.from_quantity).unit_price if reached else None


def unit_factors(product: ProductFact, packs: Iterable[PackFact]) -> dict[str, Fraction]:
    """Every unit the product can be ordered in -> how many base units one holds."""
    return {product.unit: Fraction(1), **{pack.unit: pack.factor for pack in packs}}


def product_faults(row: ProductRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    sizes = {
        "sku": (60, True),
        "name_en": (200, True),
        "name_zh": (200, False),
        "line": (40, True),
        "barcode": (40, False),
    }
    return (
        *_text_faults(row, sizes),
        *_unit_faults(row.unit),
        *(() if CURRENCY.match(row.currency) else (Reason("not_a_currency", "currency"),)),
        *(
            ()
            if row.supply in SUPPLY_WORDS
            else (Reason("not_a_choice", "supply", {"choices": ", ".join(SUPPLY_WORDS)}),)
        ),
        *_range_faults("list_price", row.list_price, Decimal(0), LARGEST_PRICE, 4),
        *_range_faults("cost", row.cost, Decimal(0), LARGEST_PRICE, 4),
        *_range_faults("lead_time_days", Decimal(row.lead_time_days), Decimal(0), Decimal(LONGEST_LEAD_TIME_DAYS), 0),
        *_range_faults("order_multiple", row.order_multiple, Decimal("0.001"), LARGEST_QUANTITY, 3),
        *_range_faults("reorder_point", row.reorder_point, Decimal(0), LARGEST_QUANTITY, 3),
    )


def line_faults(row: ProductLineRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    return tuple(_text_faults(row, {"code": (40, True), "name_en": (120, True), "name_zh": (120, False)}))


def pack_faults(row: PackRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    most = Decimal(1_000_000)
    return (
        *_text_faults(row, {"sku": (60, True)}),
        *_unit_faults(row.unit),
        *_range_faults("numerator", Decimal(row.numerator), Decimal(1), most, 0),
        *_range_faults("denominator", Decimal(row.denominator), Decimal(1), most, 0),
    )


def price_list_faults(row: PriceListRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    return (
        *_text_faults(row, {"code": (40, True), "name": (120, True)}),
        *(() if CURRENCY.match(row.currency) else (Reason("not_a_currency", "currency"),)),
    )


def price_faults(row: PriceRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    backwards = row.valid_to is not None and row.valid_to < row.valid_from
    return (
        *_text_faults(row, {"price_list": (40, True), "sku": (60, True)}),
        *_range_faults("unit_price", row.unit_price, Decimal(0), LARGEST_PRICE, 4),
        *_range_faults("from_quantity", row.from_quantity, Decimal(0), LARGEST_QUANTITY, 3),
        *((Reason("ends_before_start", "valid_to"),) if backwards else ()),
    )


def item_code_faults(row: ItemCodeRow) -> tuple[Reason, ...]:
    """Every reason why `row` cannot be saved, each at its field."""
    return tuple(_text_faults(row, {"customer_code": (40, True), "code": (80, True), "sku": (60, True)}))


def spans_after(old: Sequence[PriceRow], new: Sequence[PriceRow]) -> tuple[list[PriceRow], list[PriceRow]]:
    """The prices of one product, list and quantity when `new` come to `old`, and those of `new` that cannot come.

    A new price with the first day of an old one takes its place. One that begins later ends the open-ended price
    before it; one that lies before an existing price and has no end, ends the day before that. What still overlaps
    is given back.
    """
    kept = {row.valid_from: row for row in old}
    refused: list[PriceRow] = []
    for row in sorted(new, key=lambda each: each.valid_from):
        spans = _with_span({**kept, row.valid_from: row}, row)
        if _overlapping(spans):
            refused.append(row)
        else:
            kept = {each.valid_from: each for each in spans}
    return sorted(kept.values(), key=lambda each: each.valid_from), refused


def fields_to_change(before: ProductRow, after: ProductRow) -> tuple[str, ...]:
    """The fields in which two rows differ; what is marked as derived does not count."""
    old, new = asdict(before), asdict(after)
    return tuple(name for name in new if name != "derived" and old[name] != new[name])


def change_faults(
    row: ProductRow, before: KnownProduct | None, line_codes: Collection[str], barcodes: Mapping[str, str]
) -> tuple[Reason, ...]:
    """Why `row` cannot take the place of what is known under its code; `barcodes` -> the product that has it."""
    faults = list(product_faults(row))
    if row.line and row.line not in line_codes:
        faults.append(Reason("line_unknown", "line"))
    if row.barcode and barcodes.get(row.barcode, row.sku) != row.sku:
        faults.append(Reason("barcode_taken", "barcode", {"sku": barcodes[row.barcode]}))
    if before is not None and before.row.unit != row.unit:
        faults.append(Reason("unit_in_use", "unit"))
    return tuple(faults)


def _with_span(spans: Mapping[date, PriceRow], row: PriceRow) -> list[PriceRow]:
    ordered = sorted(spans.values(), key=lambda each: each.valid_from)
    place = ordered.index(row)
    if place and ordered[place - 1].valid_to is None:
        ordered[place - 1] = replace(ordered[place - 1], valid_to=row.valid_from - timedelta(days=1))
    if row.valid_to is None and place + 1 < len(ordered):
        ordered[place] = replace(row, valid_to=ordered[place + 1].valid_from - timedelta(days=1))
    return ordered


def _overlapping(ordered: Sequence[PriceRow]) -> bool:
    return any(first.valid_to is None or first.valid_to >= second.valid_from for first, second in pairwise(ordered))


def _unit_faults(unit: str) -> Iterable[Reason]:
    if canonical_unit(unit) != unit:
        yield Reason("unit_unknown", "unit", {"unit": unit})


def _text_faults(row: object, sizes: Mapping[str, tuple[int, bool]]) -> Iterable[Reason]:
    for name, (most, needed) in sizes.items():
        text = str(getattr(row, name))
        if needed and not text.strip():
            yield Reason("required", name)
        elif len(text) > most:
            yield Reason("too_long", name, {"most": most})


def _range_faults(name: str, value: Decimal, least: Decimal, most: Decimal, decimals: int) -> Iterable[Reason]:
    if not value.is_finite() or not least <= value <= most:
        yield Reason("out_of_range", name, {"least": least, "most": most})
    elif value != round(value, decimals):
        yield Reason("too_precise", name, {"most": decimals})
