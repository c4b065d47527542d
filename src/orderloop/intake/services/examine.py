"""Examining a set of entries: one reading per table, then pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import CodeMatch, PriceStep, ProductFact
from orderloop.catalog.rules import unit_factors
from orderloop.customers import queries as customers
from orderloop.customers.facts import CreditFact, CustomerFact, ShipToFact
from orderloop.foundation.calendar import WorkingCalendar, business_day
from orderloop.intake.facts import SECTION, Examined, Known, OrderEntry
from orderloop.intake.rules.examine import examine_all
from orderloop.intake.rules.lines import asked_item
from orderloop.intake.rules.preview import LinePreview, preview_lines
from orderloop.orders import queries as orders
from orderloop.orders.rules import po_key
from orderloop.policy.queries import in_force, working_time

# Finding what a mistyped code may have meant looks at every product; a file full of strange codes gets help for these.
MOST_SUGGESTIONS = 50

Items = dict[tuple[int, str], tuple[ProductFact, ...]]


def examine_entries(entries: Sequence[OrderEntry], *, at: datetime) -> list[Examined]:
    """Each entry judged under the policy in force: complete as a new order, or all that is wrong, in the order given.

    Writes nothing. Reads each table once, whatever the number of entries.
    """
    policy = in_force(SECTION).value
    time = working_time()
    today = business_day(at, time.zone)
    return examine_all(entries, read_known(entries, today, time.calendar), policy, today)


def examine_under_lock(
    entries: Sequence[OrderEntry], *, at: datetime
) -> tuple[list[Examined], dict[int, CustomerFact], dict[int, CreditFact]]:
    """As `examine_entries`, with the credit rows of the customers locked before anything else is read of them: what it
    says of purchase order numbers then holds until the transaction ends. The customers and their credit come along.
    """
    policy = in_force(SECTION).value
    time = working_time()
    today = business_day(at, time.zone)
    customer_ids, by_id = _customers(entries)
    credit = customers.lock_credit(by_id) if by_id else {}
    known = _known(entries, customer_ids, by_id, today, time.calendar)
    return examine_all(entries, known, policy, today), by_id, credit


def preview_entry(entry: OrderEntry, *, at: datetime) -> tuple[Examined, tuple[LinePreview, ...]]:
    """One entry judged as by `examine_entries`, and its lines as far as they can be told already."""
    policy = in_force(SECTION).value
    time = working_time()
    today = business_day(at, time.zone)
    known = read_known([entry], today, time.calendar)
    return examine_all([entry], known, policy, today)[0], preview_lines(entry, known, policy, today)


def read_known(entries: Sequence[OrderEntry], today: date, calendar: WorkingCalendar) -> Known:
    """Everything these entries are judged against, as it stands now."""
    customer_ids, by_id = _customers(entries)
    return _known(entries, customer_ids, by_id, today, calendar)


def _known(
    entries: Sequence[OrderEntry],
    customer_ids: Mapping[str, int],
    by_id: Mapping[int, CustomerFact],
    today: date,
    calendar: WorkingCalendar,
) -> Known:
    owners = [_owner(entry, customer_ids) for entry in entries]
    items, unknown = _items(entries, owners)
    products = {product.product_id: product for found in items.values() for product in found}
    return Known(
        customers=by_id,
        customer_ids=customer_ids,
        ship_tos=_ship_tos(by_id),
        items=items,
        factors=_factors(entries, owners, items),
        prices=_prices(by_id.values(), products, today),
        taken=_taken(entries, owners),
        suggestions=catalog.nearest_skus(unknown[:MOST_SUGGESTIONS]) if unknown else {},
        calendar=calendar,
    )


def _customers(entries: Sequence[OrderEntry]) -> tuple[dict[str, int], dict[int, CustomerFact]]:
    ids = {entry.customer_id for entry in entries if entry.customer_id is not None}
    codes = {entry.customer_code.strip() for entry in entries if entry.customer_id is None}
    codes = {code for code in codes if "\x00" not in code}
    by_id = customers.facts_for(ids) if ids else {}
    by_code = customers.by_codes(codes) if codes else {}
    by_id.update((customer.customer_id, customer) for customer in by_code.values())
    return {code: customer.customer_id for code, customer in by_code.items()}, by_id


def _owner(entry: OrderEntry, customer_ids: Mapping[str, int]) -> int:
    if entry.customer_id is not None:
        return entry.customer_id
    return customer_ids.get(entry.customer_code.strip(), 0)


def _items(entries: Sequence[OrderEntry], owners: Sequence[int]) -> tuple[Items, list[str]]:
    asked = {
        asked_item(line, owner): None for entry, owner in zip(entries, owners, strict=True) for line in entry.lines
    }
    pairs = [pair for pair in asked if pair[1] and "\x00" not in pair[1]]
    if not pairs:
        return {}, []
    found = catalog.products_by_codes([owner for owner, _code in pairs], [code for _owner, code in pairs])
    items = {pair: _surest(matches) for pair, matches in found.items()}
    unknown = dict.fromkeys(code for owner, code in pairs if (owner, code) not in found)
    return items, list(unknown)


def _surest(matches: Sequence[CodeMatch]) -> tuple[ProductFact, ...]:
    """What the first way of recognising the code found: the customer's own code, else ours, else the barcode."""
    first = matches[0].by
    return tuple(match.product for match in matches if match.by is first)


def _ship_tos(by_id: Mapping[int, CustomerFact]) -> dict[int, tuple[ShipToFact, ...]]:
    return customers.ship_tos_for(list(by_id)) if by_id else {}


def _factors(entries: Sequence[OrderEntry], owners: Sequence[int], items: Items) -> dict[int, Mapping[str, Fraction]]:
    """Packs are read only for products that were ordered in, or written with, another unit than their own."""
    packed: dict[int, ProductFact] = {}
    for entry, owner in zip(entries, owners, strict=True):
        for line in entry.lines:
            for product in items.get(asked_item(line, owner), ()):
                if line.unit.strip() not in {"", product.unit} or _may_name_unit(line.quantity):
                    packed[product.product_id] = product
    if not packed:
        return {}
    packs = catalog.packs_for(list(packed))
    return {product_id: unit_factors(product, packs.get(product_id, ())) for product_id, product in packed.items()}


def _may_name_unit(quantity: object) -> bool:
    return isinstance(quantity, str) and not quantity.isdigit()


def _prices(
    owners: Iterable[CustomerFact], products: Mapping[int, ProductFact], today: date
) -> dict[tuple[int, int], tuple[PriceStep, ...]]:
    lists = {customer.price_list_id for customer in owners if customer.price_list_id is not None}
    return catalog.prices_for(lists, products, today) if lists and products else {}


def _taken(entries: Sequence[OrderEntry], owners: Sequence[int]) -> dict[tuple[int, str], str]:
    pairs = {
        (owner, po_key(entry.po_number)): None
        for entry, owner in zip(entries, owners, strict=True)
        if owner and entry.po_number.strip() and "\x00" not in entry.po_number
    }
    found = orders.taken_po_keys(list(pairs)) if pairs else {}
    return {pair: number for pair, (_order_id, number) in found.items()}
