"""Examining orders as they came: everything wrong is named at once; what is complete becomes a new order."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from orderloop.customers.facts import CustomerFact
from orderloop.foundation.money import TaxRule, Totals, round_money, totals
from orderloop.intake.facts import (
    MAX_LINES,
    NOTE_LENGTH,
    PO_NUMBER_LENGTH,
    Examined,
    FindingCode,
    IntakePolicy,
    Known,
    OrderEntry,
)
from orderloop.intake.rules.days import Days
from orderloop.intake.rules.lines import Ground, ReadLine, read_line
from orderloop.intake.rules.notes import Notes
from orderloop.intake.rules.pricing import plain
from orderloop.intake.rules.reading import is_keepable, read_price
from orderloop.orders.facts import NewLine, NewOrder
from orderloop.orders.rules import po_key

_MAX_AMOUNT = Decimal("99999999999999.99")
ZERO = Decimal(0)


def examine(entry: OrderEntry, known: Known, policy: IntakePolicy, today: date) -> Examined:
    """One entry, judged as on `today`: the complete order it is, or everything that keeps it from being one."""
    return examine_all([entry], known, policy, today)[0]


def examine_all(entries: Iterable[OrderEntry], known: Known, policy: IntakePolicy, today: date) -> list[Examined]:
    """Each entry in turn; of two complete ones with the same purchase order the first is taken, the second named."""
    days = Days.of(today, known.calendar, policy)
    taken = dict(known.taken)
    examined = []
    for entry in entries:
        result = _examine(entry, known, policy, days, taken)
        order = result.new_order
        if order is not None and order.po_key:
            taken[order.customer_id, order.po_key] = order.po_number
        examined.append(result)
    return examined


def _examine(
    entry: OrderEntry, known: Known, policy: IntakePolicy, days: Days, taken: dict[tuple[int, str], str]
) -> Examined:
    notes = Notes(policy, entry.channel, entry.faults)
    customer = _customer(entry, known, notes)
    key = _po_key(entry, customer, taken, notes)
    header_date = days.read(entry.requested_on, "requested_on", notes)
    ship_to_id = _ship_to(entry, customer, known, notes)
    _check_header(entry, customer, notes)
    ground = Ground(known, policy, entry.channel, customer, days, notes)
    lines = [read_line(index, line, ground) for index, line in enumerate(entry.lines[:MAX_LINES])]
    _check_dates(entry, header_date, lines, notes)
    order = None
    if customer is not None and not notes.is_blocked:
        complete = [line for line in lines if line is not None]
        order = _new_order(entry, customer, key, header_date, ship_to_id, complete, notes)
    found = tuple(notes.found)
    return Examined(entry, None if notes.is_blocked else order, found, customer.customer_id if customer else None)


def _customer(entry: OrderEntry, known: Known, notes: Notes) -> CustomerFact | None:
    customer_id = entry.customer_id
    if customer_id is None:
        customer_id = known.customer_ids.get(entry.customer_code.strip())
    customer = known.customers.get(customer_id) if customer_id is not None else None
    if customer is None:
        notes.add(FindingCode.UNKNOWN_CUSTOMER, "customer", given=entry.customer_code)
    elif not customer.is_active or customer.standing == "blocked":
        notes.add(FindingCode.CUSTOMER_BLOCKED, "customer", given=customer.code)
    return customer


def _po_key(entry: OrderEntry, customer: CustomerFact | None, taken: dict[tuple[int, str], str], notes: Notes) -> str:
    key = po_key(entry.po_number)
    if len(entry.po_number) > PO_NUMBER_LENGTH or len(key) > PO_NUMBER_LENGTH:
        notes.add(FindingCode.TEXT_TOO_LONG, "po_number", limit=PO_NUMBER_LENGTH)
    if customer is None:
        return key
    if not key and customer.requires_po_number:
        notes.add(FindingCode.MISSING_PO, "po_number")
    number = taken.get((customer.customer_id, key)) if key else None
    if number is not None:
        notes.add(FindingCode.DUP_PO, "po_number", given=entry.po_number, number=number)
    return key


def _ship_to(entry: OrderEntry, customer: CustomerFact | None, known: Known, notes: Notes) -> int | None:
    if customer is None:
        return None
    possible = [each for each in known.ship_tos.get(customer.customer_id, ()) if each.is_active]
    wanted = entry.ship_to_code.strip()
    if wanted:
        for ship_to in possible:
            if ship_to.code == wanted:
                return ship_to.ship_to_id
        notes.add(FindingCode.SHIPTO, "ship_to", given=wanted, choices=", ".join(each.code for each in possible))
        return None
    for ship_to in possible:
        if ship_to.is_default or len(possible) == 1:
            return ship_to.ship_to_id
    notes.add(FindingCode.MISSING_SHIPTO, "ship_to", choices=", ".join(each.code for each in possible))
    return None


def _check_header(entry: OrderEntry, customer: CustomerFact | None, notes: Notes) -> None:
    currency = entry.currency.strip().upper()
    if customer is not None and currency and currency != customer.currency:
        notes.add(FindingCode.CURRENCY, "currency", suggestion=customer.currency, given=currency, own=customer.currency)
    if len(entry.note) > NOTE_LENGTH:
        notes.add(FindingCode.TEXT_TOO_LONG, "note", limit=NOTE_LENGTH)
    for field, text in (("po_number", entry.po_number), ("note", entry.note)):
        if not is_keepable(text):
            notes.add(FindingCode.TEXT_INVALID, field)
    if not entry.lines:
        notes.add(FindingCode.NO_LINES, "lines")
    elif len(entry.lines) > MAX_LINES:
        notes.add(FindingCode.TOO_MANY_LINES, "lines", count=len(entry.lines), limit=MAX_LINES)


def _check_dates(entry: OrderEntry, header: date | None, lines: Sequence[ReadLine | None], notes: Notes) -> None:
    """The order's date may be missing when every line has its own; a date that cannot be read is not missing."""
    if header is not None or _is_written(entry.requested_on):
        return
    if not entry.lines or not all(_is_written(line.requested_on) for line in entry.lines):
        notes.add(FindingCode.MISSING_DATE, "requested_on")


def _is_written(given: str | date | None) -> bool:
    return given is not None and str(given).strip() != ""


def _new_order(
    entry: OrderEntry,
    customer: CustomerFact,
    key: str,
    header_date: date | None,
    ship_to_id: int | None,
    lines: list[ReadLine],
    notes: Notes,
) -> NewOrder | None:
    currency = customer.currency
    rule = TaxRule(customer.tax_rate, customer.tax_included)
    amounts = totals([line.quantity * line.unit_price for line in lines], rule, currency)
    costs = [round_money(line.quantity * line.product.cost, currency) for line in lines]
    cost = sum(costs, ZERO)
    _check_amounts(entry, amounts, cost, notes)
    if notes.is_blocked:
        return None
    dates = [line.requested_on or header_date for line in lines]
    requested_on = header_date or min(day for day in dates if day is not None)
    return NewOrder(
        key=entry.key,
        customer_id=customer.customer_id,
        po_number=entry.po_number.strip(),
        po_key=key,
        channel=entry.channel,
        message_id=entry.message_id,
        currency=currency,
        tax_rate=customer.tax_rate,
        tax_included=customer.tax_included,
        net=amounts.net,
        tax=amounts.tax,
        gross=amounts.gross,
        cost=cost,
        requested_on=requested_on,
        ship_to_id=ship_to_id,
        note=entry.note,
        product_line_id=_main_product_line(lines, amounts),
        received_at=entry.received_at,
        lines=tuple(
            _new_line(line, part.net, cost, line.requested_on or requested_on, customer.language)
            for line, part, cost in zip(lines, amounts.lines, costs, strict=True)
        ),
    )


def _new_line(line: ReadLine, net: Decimal, cost: Decimal, requested_on: date, language: str) -> NewLine:
    return NewLine(
        product_id=line.product.product_id,
        item_code=line.entry.item_code.strip(),
        description=line.entry.description or line.product.name(language),
        entered_quantity=line.entered_quantity,
        entered_unit=line.entered_unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        net=net,
        cost=cost,
        requested_on=requested_on,
    )


def _check_amounts(entry: OrderEntry, amounts: Totals, cost: Decimal, notes: Notes) -> None:
    if amounts.gross > _MAX_AMOUNT or cost > _MAX_AMOUNT:
        notes.add(FindingCode.AMOUNT_TOO_LARGE, "lines")
    if entry.total is None or entry.total == "":
        return
    total = read_price(entry.total) if isinstance(entry.total, str) else entry.total
    if total is None or not total.is_finite():
        notes.add(FindingCode.PRICE_INVALID, "total", given=entry.total)
    elif total not in {amounts.net, amounts.gross}:
        notes.add(
            FindingCode.TOTAL_MISMATCH,
            "total",
            given=plain(total),
            net=amounts.net,
            gross=amounts.gross,
        )


def _main_product_line(lines: Sequence[ReadLine], amounts: Totals) -> int | None:
    """The product line that makes up most of the order's net amount; the first of them where several do."""
    shares: dict[int, Decimal] = {}
    for line, part in zip(lines, amounts.lines, strict=True):
        line_id = line.product.line_id
        shares[line_id] = shares.get(line_id, ZERO) + part.net
    return max(shares, key=shares.__getitem__, default=None)
