"""What is answered to an order, for every form alike: what was ordered beside what it is now, line by line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext, override

from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import ProductFact
from orderloop.customers import queries as customers
from orderloop.customers.facts import CustomerFact
from orderloop.flow.facts import ANSWER_WORDS, LINE_WORDS, AgreedLine, LineDecision
from orderloop.flow.queries import exchanged
from orderloop.flow.queries.exchanged import Source
from orderloop.flow.rules import decide_answer, decide_line
from orderloop.foundation.calendar import business_day
from orderloop.foundation.quantity import canonical_unit
from orderloop.fulfilment.facts import SECTION as FULFILMENT
from orderloop.intake import queries as intake
from orderloop.interchange.facts import Answer, AnsweredLine, Envelope, LineVerdict, Party, Reading, Value
from orderloop.interchange.writers.xml import plain
from orderloop.inventory import queries as inventory
from orderloop.orders import queries as orders
from orderloop.orders.facts import LineDetail, OrderDetail
from orderloop.policy.queries import in_force, working_time
from orderloop.review import queries as review

_STEP = Decimal("0.000001")
_PRICE_STEP = Decimal("0.0001")
_CENT = Decimal("0.01")
_GIVEN = frozenset(LineVerdict) - {LineVerdict.HELD, LineVerdict.REJECTED}
Said = Mapping[str, Value]
NO_ENVELOPE = Envelope()


@dataclass(frozen=True, slots=True)
class Composed:
    """An order's answer as of now; with the document it came in and its envelope, where it is answered in its form."""

    answer: Answer
    customer_id: int
    source: Source | None = None
    envelope: Envelope = NO_ENVELOPE


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for a set of orders."""

    lines: Mapping[int, Sequence[LineDetail]]
    products: Mapping[int, ProductFact]
    buyers: Mapping[int, CustomerFact]
    held: Collection[int]
    covered: Mapping[int, Decimal]
    sources: Mapping[int, Source]
    readings: Mapping[int, Reading]


def answers_for(order_ids: Collection[int], *, at: datetime, language: str = "") -> dict[int, Composed]:
    """The answer to each order as it stands now, in a language or each in its customer's; a fixed number of statements,
    however many orders."""
    details = orders.details_for(order_ids)
    if not details:
        return {}
    lines = orders.line_details_for(details)
    sources = exchanged.sources_of(details)
    known = _Known(
        lines,
        catalog.facts_for({line.product_id for group in lines.values() for line in group}),
        customers.facts_for({order.customer_id for order in details.values()}),
        {i for i, holds in review.holds_for(details).items() if any(hold["status"] == "open" for hold in holds)},
        _covered(details),
        sources,
        intake.readings_for({source.document_id for source in sources.values()}) if sources else {},
    )
    return {i: _composed(order, known, at, language) for i, order in details.items()}


def _covered(order_ids: Collection[int]) -> dict[int, Decimal]:
    held: dict[int, Decimal] = {}
    for rows in inventory.reservations_for(order_ids).values():
        for row in rows:
            held[row["line_id"]] = held.get(row["line_id"], Decimal(0)) + row["reserved"]
    return held


def _composed(order: OrderDetail, known: _Known, at: datetime, language: str) -> Composed:
    source = known.sources.get(order.order_id)
    reading = known.readings.get(source.document_id) if source is not None else None
    stated = reading.orders[source.row] if source and reading and source.row < len(reading.orders) else None
    buyer, company = known.buyers[order.customer_id], in_force(FULFILMENT).value
    language = language or buyer.language
    lines = known.lines.get(order.order_id, ())
    said: list[Said] = (
        list(stated.lines) if stated is not None and len(stated.lines) == len(lines) else [{}] * len(lines)
    )
    agreed = [_agreed(line, each, known) for line, each in zip(lines, said, strict=True)]
    decided = [decide_line(order.status, each) for each in agreed]
    verdict, reason = decide_answer(order.status, decided, is_held=order.order_id in known.held)
    with override(language):
        answered = tuple(
            _line(line, text, each, decision, known.products[line.product_id], language)
            for line, text, each, decision in zip(lines, said, agreed, decided, strict=True)
        )
        words = gettext(ANSWER_WORDS[reason]) if reason else ""
    answer = Answer(
        verdict, order.number, at, order.number, order.po_number, business_day(order.received_at, working_time().zone),
        _buyer(buyer, stated.text("customer_gln") if stated else ""), Party(company.name(language)),
        order.currency, answered, _total(answered, order), words, "zh" if language.startswith("zh") else "en",
    )  # fmt: skip
    return Composed(answer, order.customer_id, source, reading.envelope if reading is not None else NO_ENVELOPE)


def line_words_for(order_ids: Collection[int], language: str = "") -> dict[int, tuple[str, ...]]:
    """What each line of each order is answered with, in the words of a language or of each customer's own."""
    composed = answers_for(order_ids, at=datetime.now(UTC), language=language)
    words = {}
    for order_id, each in composed.items():
        with override(language or ("zh-hans" if each.answer.language == "zh" else "en")):
            words[order_id] = tuple(words_of(line, each.answer.currency) for line in each.answer.lines)
    return words


def words_of(line: AnsweredLine, currency: str) -> str:
    """What a line is answered with, in the words of the language that is active."""
    figures = {
        "quantity": plain(line.quantity), "ordered": plain(line.ordered_quantity), "unit": line.unit,
        "promised": line.promised_on or "–", "requested": line.requested_on or "–", "currency": currency,
        "price": plain(line.unit_price or Decimal(0)), "substitute": line.substitute, "item": line.item,
    }  # fmt: skip
    words = gettext(LINE_WORDS[line.verdict]) % figures
    # The other verdicts say in their own words why.
    return f"{words}: {line.reason}" if line.verdict is LineVerdict.REJECTED and line.reason else words


def _buyer(buyer: CustomerFact, gln: str) -> Party:
    return Party(buyer.name, gln, "GLN") if gln else Party(buyer.name, buyer.code)


def _agreed(line: LineDetail, said: Said, known: _Known) -> AgreedLine:
    """The line in the unit it was ordered in: a document's own figures count where it speaks of the same unit."""
    share = line.entered_quantity / line.quantity if line.quantity else Decimal(1)
    same_unit = canonical_unit(_text(said, "unit")) in (None, canonical_unit(line.entered_unit))
    ordered = _number(_text(said, "quantity")) if same_unit else None
    price = _number(_text(said, "unit_price")) if same_unit else None
    basis = _number(_text(said, "price_basis")) or Decimal(1)
    agreed = _plain((line.quantity - line.cancelled) * share)
    return AgreedLine(
        ordered if ordered is not None else line.entered_quantity,
        agreed,
        _plain((known.covered.get(line.line_id, Decimal(0)) + line.shipped) * share),
        line.requested_on,
        line.promised_on,
        None if price is None else (price / basis).quantize(_PRICE_STEP, ROUND_HALF_UP),
        (line.unit_price / share).quantize(_PRICE_STEP, ROUND_HALF_UP) if share else None,
    )


def _line(
    line: LineDetail, said: Said, agreed: AgreedLine, decision: LineDecision, product: ProductFact, language: str
) -> AnsweredLine:
    net = line.net / line.entered_quantity if line.entered_quantity else Decimal(0)
    given = decision.verdict in _GIVEN
    return AnsweredLine(
        _text(said, "line_no") or str(line.n),
        decision.verdict,
        product.sku,
        _text(said, "customer_item") or (line.item_code if line.item_code != product.sku else ""),
        product.name(language),
        agreed.ordered,
        _text(said, "unit") or line.entered_unit,
        decision.quantity,
        net.quantize(_PRICE_STEP, ROUND_HALF_UP) if given else None,
        agreed.promised_on if given else None,
        agreed.requested_on,
        agreed.substitute,
        gettext(ANSWER_WORDS[decision.reason]) if decision.reason else "",
    )


def _total(lines: Sequence[AnsweredLine], order: OrderDetail) -> Decimal | None:
    """The net amount of what is agreed; the order's own where nothing was taken out of it."""
    given = [line for line in lines if line.verdict in _GIVEN]
    if not given:
        return None
    if len(given) == len(lines) and not any(line.verdict is LineVerdict.QUANTITY_CHANGED for line in lines):
        return order.net
    amounts = (line.quantity * (line.unit_price or Decimal(0)) for line in given)
    return sum(amounts, Decimal(0)).quantize(_CENT, ROUND_HALF_UP)


def _text(said: Said, name: str) -> str:
    return said[name].text.strip() if name in said else ""


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 10**15 else None


def _plain(number: Decimal) -> Decimal:
    return number.quantize(_STEP, ROUND_HALF_UP).normalize()


def answer_body(answer: Answer) -> dict[str, Any]:
    """The answer as the API tells it; `document_no` and time are the sending's own."""
    return {
        "verdict": answer.verdict.value, "number": answer.number, "po_number": answer.po_number,
        "ordered_on": answer.ordered_on, "currency": answer.currency, "total": answer.total, "reason": answer.reason,
        "lines": [_line_body(line) for line in answer.lines],
    }  # fmt: skip


def _line_body(line: AnsweredLine) -> dict[str, Any]:
    return {
        "line_no": line.line_no, "verdict": line.verdict.value, "item": line.item, "customer_item": line.customer_item,
        "ordered_quantity": line.ordered_quantity, "unit": line.unit, "quantity": line.quantity,
        "unit_price": line.unit_price, "requested_on": line.requested_on, "promised_on": line.promised_on,
        "substitute": line.substitute, "reason": line.reason,
    }  # fmt: skip
