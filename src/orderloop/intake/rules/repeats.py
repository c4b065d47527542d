"""Whether an order came before: again, changed, or suspiciously alike; and what a change would change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from orderloop.foundation.quantity import canonical_unit
from orderloop.intake.facts import Matched
from orderloop.intake.rules.arithmetic import figures_of
from orderloop.interchange.facts import ReadOrder, Role

_CHANGING = frozenset({Role.CHANGE, Role.CANCELLATION})
_REMOVED = frozenset({"deleted", "delete", "removed", "2", "DI"})


_PRICE_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it counts for comparison: product, quantity in its base unit, day and price for one of that unit where
    they are stated."""

    product_id: int
    quantity: Decimal
    requested_on: date | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An order (or, without `order_id`, an open draft) that came before, with its lines."""

    order_id: int | None
    number: str
    received_on: date
    po_key: str
    lines: tuple[Wanted, ...]
    draft_id: int | None = None
    skus: Mapping[int, str] | None = None


def number_meant(order: ReadOrder) -> str:
    """The number of the order meant: a change may have a number of its own beside that of the order it changes."""
    names = ("refers_to", "po_number") if order.role in _CHANGING else ("po_number", "refers_to")
    return next((order.text(name) for name in names if order.text(name)), "")


def wanted_lines(
    order: ReadOrder, matches: Sequence[Matched], factors: Mapping[int, Mapping[str, Fraction]]
) -> tuple[Wanted, ...] | None:
    """What an order read wants of which products; None where a line is not matched or its quantity not known."""
    wanted = []
    for line, match in zip(order.lines, matches, strict=True):
        texts = {name: value.text for name, value in line.items()}
        quantity = figures_of(texts).quantity
        if match.product is None or quantity is None:
            return None
        unit = texts.get("unit", "").strip()
        code = canonical_unit(unit) or unit
        factor = Fraction(1)
        if unit and code != match.product.unit:
            if code not in factors.get(match.product.product_id, {}):
                return None
            factor = Fraction(factors[match.product.product_id][code])
        day = _day(texts.get("requested_on") or order.text("requested_on"))
        price = figures_of(texts).price
        shown = None if price is None else _rounded(price / factor)
        base = quantity * factor.numerator / factor.denominator
        wanted.append(Wanted(match.product.product_id, base, day, shown))
    return tuple(wanted)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rounded(price: Fraction) -> Decimal:
    return (Decimal(price.numerator) / price.denominator).quantize(_PRICE_STEP)


def is_same(wanted: Sequence[Wanted], before: Sequence[Wanted]) -> bool:
    """Whether two orders want the same quantities of the same products, however they are spread over lines."""
    return _totals(wanted) == _totals(before)


def is_same_as_draft(order: ReadOrder, matches: Sequence[Matched], lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an order read wants just what the lines of an open draft do: product, quantity and unit of each."""
    read = [_asked({n: v.text for n, v in line.items()}, m) for line, m in zip(order.lines, matches, strict=True)]
    texts = [{name: str(text) for name, text in line.items()} for line in lines]
    kept = [(line.get("sku", ""), figures_of(line).quantity, _unit(line.get("unit", ""))) for line in texts]
    return bool(read) and all(sku for sku, _quantity, _unit in read) and Counter(read) == Counter(kept)


def _asked(texts: Mapping[str, str], match: Matched) -> tuple[str, Decimal | None, str]:
    sku = match.product.sku if match.product is not None else ""
    return sku, figures_of(texts).quantity, _unit(texts.get("unit", ""))


def _unit(text: str) -> str:
    return canonical_unit(text.strip()) or text.strip()


def alike(wanted: Sequence[Wanted], others: Sequence[Before], today: date, days: int) -> Before | None:
    """The latest order of the last days that wants just the same; None without any."""
    near = [each for each in others if (today - each.received_on).days <= days and is_same(wanted, each.lines)]
    return max(near, key=lambda each: each.received_on, default=None)


def difference(
    order: ReadOrder, matches: Sequence[Matched], wanted: Sequence[Wanted] | None, before: Before
) -> dict[str, Any]:
    """What a document would change in an order: `cancels` all of it, or `lines` each added, removed or changed, and of
    what stays its day and its price where another is stated.

    A document whose lines say what is to be done with them names only those; any other names all.
    """
    if order.role is Role.CANCELLATION:
        return {"cancels": True, "lines": []}
    if not order.lines:
        return {"cancels": False, "lines": _moved(before, _day(order.text("requested_on")))}
    old = _totals(before.lines)
    skus = dict(before.skus or {})
    new: dict[int, Decimal] = {}
    strange: list[dict[str, Any]] = []
    removed: set[int] = set()
    for n, (line, match) in enumerate(zip(order.lines, matches, strict=True)):
        texts = {name: value.text for name, value in line.items()}
        if match.product is None:
            strange.append({"kind": "unknown", "item": match.code, "line": n, "after": texts.get("quantity", "")})
            continue
        skus[match.product.product_id] = match.product.sku
        if texts.get("action", "") in _REMOVED:
            removed.add(match.product.product_id)
        else:
            quantity = wanted[n].quantity if wanted is not None else figures_of(texts).quantity or Decimal(0)
            new[match.product.product_id] = new.get(match.product.product_id, Decimal(0)) + quantity
    is_partial = any("action" in line for line in order.lines)
    touched = set(new) | removed if is_partial else set(new) | set(old)
    staying = [each for each in wanted or () if each.product_id in new and each.product_id not in removed]
    changes = _changes(old, new, touched, skus) + _terms(before.lines, staying, skus)
    return {"cancels": False, "lines": changes + strange}


def _moved(before: Before, day: date | None) -> list[dict[str, Any]]:
    """Another day for the order as a whole, line by line; what names no goods takes none away."""
    skus = before.skus or {}
    return [
        {
            "kind": "day",
            "item": skus.get(line.product_id, ""),
            "product_id": line.product_id,
            "before": f"{line.requested_on or ''}",
            "after": f"{day}",
        }
        for line in before.lines
        if day is not None and line.requested_on != day
    ]


def _terms(old: Sequence[Wanted], new: Sequence[Wanted], skus: Mapping[int, str]) -> list[dict[str, Any]]:
    """Other days and prices of products that stand in one line each; where they stand in several, a person compares."""
    changes: list[dict[str, Any]] = []
    for product_id in sorted({each.product_id for each in new}, key=lambda each: skus.get(each, "")):
        before = [each for each in old if each.product_id == product_id]
        after = [each for each in new if each.product_id == product_id]
        if len(before) != 1 or len(after) != 1:
            continue
        known: dict[str, Any] = {"item": skus.get(product_id, ""), "product_id": product_id}
        days = (before[0].requested_on, after[0].requested_on)
        if None not in days and days[0] != days[1]:
            changes.append({"kind": "day", **known, "before": f"{days[0]}", "after": f"{days[1]}"})
        prices = (before[0].unit_price, after[0].unit_price)
        if prices[0] is not None and prices[1] is not None and prices[0] != prices[1]:
            changes.append({"kind": "price", **known, "before": _plain(prices[0]), "after": _plain(prices[1])})
    return changes


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _changes(
    old: Mapping[int, Decimal], new: Mapping[int, Decimal], touched: set[int], skus: Mapping[int, str]
) -> list[dict[str, Any]]:
    changes = []
    for product_id in sorted(touched, key=lambda each: skus.get(each, "")):
        before, after = old.get(product_id), new.get(product_id)
        if before == after:
            continue
        kind = "added" if before is None else "removed" if after is None else "changed"
        changes.append(
            {
                "kind": kind,
                "item": skus.get(product_id, ""),
                "product_id": product_id,
                "before": "" if before is None else f"{Decimal(before).normalize():f}",
                "after": "" if after is None else f"{Decimal(after).normalize():f}",
            }
        )
    return changes


def _totals(lines: Sequence[Wanted]) -> dict[int, Decimal]:
    totals: dict[int, Decimal] = {}
    for line in lines:
        totals[line.product_id] = totals.get(line.product_id, Decimal(0)) + line.quantity
    return totals
