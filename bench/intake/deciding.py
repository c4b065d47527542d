"""The product's own decision on a reading, with the made-up catalogue and terms around it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bench.intake import corpus
from bench.intake.truth import TAX_RATE, Order
from orderloop.catalog.facts import PriceStep, ProductFact
from orderloop.foundation.quantity import canonical_unit
from orderloop.intake.facts import Decision, FindingCode, GateState, IntakePolicy
from orderloop.intake.rules.gates import TRUSTED, Surroundings, judge
from orderloop.intake.rules.matching import Shelf
from orderloop.interchange.facts import Reading, ReadOrder

POLICY = IntakePolicy()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted or not; why not, as `gate:finding`; and the code of the product each line was matched with."""

    is_accepted: bool
    reasons: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


def decide(reading: Reading, order: Order, seed: int = 1) -> Verdict:
    """Whether the order read is taken in without a person, by the catalogue of this seed."""
    if len(reading.orders) != 1:
        return Verdict(False, (f"{len(reading.orders)} orders",))
    known = Surroundings(
        shelf=_shelf(seed),
        currency=order.currency,
        tax_rate=TAX_RATE,
        tax_included=order.tax == "included",
        prices=_prices(seed, order.tax == "included"),
        format=reading.format,
        trust=TRUSTED,
        faults=reading.faults,
    )
    judged = judge(reading.orders[0], known, POLICY)
    failed = [gate for gate in judged.gates if gate.state is GateState.FAILED]
    reasons = tuple(f"{gate.gate}:{finding.code}" for gate in failed for finding in gate.findings)
    reasons += _incomplete(reading.orders[0])
    matched = tuple(match.product.sku if match.product else "" for match in judged.matches)
    return Verdict(judged.decision is Decision.ACCEPT and not reasons, reasons or (str(judged.decision),), matched)


def _incomplete(order: ReadOrder) -> tuple[str, ...]:
    """What the examination of any order finds missing, of customers who all number theirs.

    Said here in short, for it wants a database's worth of facts around it.
    """
    missing = [] if order.text("po_number") else [f"examine:{FindingCode.MISSING_PO}"]
    days = [line["requested_on"].text if "requested_on" in line else "" for line in order.lines]
    header = order.text("requested_on")
    if not header and not all(days):
        missing.append(f"examine:{FindingCode.MISSING_DATE}")
    if any(day and not _is_day(day) for day in (header, *days)):
        missing.append(f"examine:{FindingCode.DATE_INVALID}")
    return tuple(missing)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@functools.cache
def _shelf(seed: int) -> Shelf:
    return Shelf.of(
        ProductFact(
            product_id=number,
            sku=product.code,
            name_en=product.name_en,
            name_zh=product.name_zh,
            line_id=0,
            unit=canonical_unit(product.unit_en) or product.unit_en,
            barcode=product.barcode,
            list_price=product.price,
            cost=Decimal(0),
            currency="CNY",
            supply="make",
            lead_time_days=0,
            order_multiple=Decimal(1),
            reorder_point=Decimal(0),
            is_active=True,
        )
        for number, product in enumerate(corpus.goods(seed), 1)
    )


@functools.cache
def _prices(seed: int, included: bool) -> Mapping[int, tuple[PriceStep, ...]]:
    """What this customer pays: the list's figures in his own currency, with tax where he is quoted so."""
    factor = 1 + TAX_RATE if included else Decimal(1)
    return {
        number: (PriceStep(Decimal(0), product.price * factor),) for number, product in enumerate(corpus.goods(seed), 1)
    }
