"""What stands on papers, gathered for a set of orders or shipments by a constant number of statements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import ProductFact
from orderloop.customers import queries as customers
from orderloop.customers.facts import ContactFact, CustomerFact, ShipToFact
from orderloop.foundation.money import line_net
from orderloop.fulfilment.facts import DeliveryNote, OrderConfirmation, Paper, PaperLine, Party
from orderloop.fulfilment.queries.shipments import facts_for, lines_for, shipped_after
from orderloop.orders import queries as orders
from orderloop.orders.facts import LineDetail, OrderDetail

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Source:
    """All that papers of some orders draw on."""

    orders: Mapping[int, OrderDetail]
    lines: Mapping[int, list[LineDetail]]
    customers: Mapping[int, CustomerFact]
    contacts: Mapping[int, tuple[ContactFact, ...]]
    ship_tos: Mapping[int, ShipToFact]
    products: Mapping[int, ProductFact]


def order_confirmations_for(order_ids: Collection[int]) -> dict[int, OrderConfirmation]:
    """The confirmation of each order; an unknown order has no entry."""
    source = _source_for(order_ids)
    found = {}
    for order_id, order in source.orders.items():
        lines = tuple(
            _paper_line(source, line, line.quantity, line.net, line.open) for line in source.lines.get(order_id, ())
        )
        paper = _paper(source, order, order.number, order.confirmed_at or order.received_at, lines)
        found[order_id] = OrderConfirmation(
            paper, order.requested_on, order.promised_on, order.tax_rate, order.tax_included, order.net, order.tax,
            order.gross,
        )  # fmt: skip
    return found


def delivery_notes_for(shipment_ids: Collection[int]) -> dict[int, DeliveryNote]:
    """The delivery note of each shipment: what was picked, or what is to be picked where picking is not done; and what
    was still to come when it left, however much has followed since."""
    shipments = facts_for(shipment_ids)
    packed = lines_for(shipments)
    later = shipped_after(shipments)
    source = _source_for({shipment.order_id for shipment in shipments.values()})
    found = {}
    for shipment_id, shipment in shipments.items():
        order = source.orders[shipment.order_id]
        taken = {
            each.line_id: each.quantity if shipment.picked_at is None else each.picked
            for each in packed.get(shipment_id, ())
        }
        has_left = shipment.shipped_at is not None
        every = [
            _delivered_line(
                source,
                order,
                line,
                taken.get(line.line_id, ZERO),
                has_left,
                later.get((shipment_id, line.line_id), ZERO),
            )
            for line in source.lines.get(order.order_id, ())
        ]
        lines = tuple(line for line in every if line.quantity)
        to_come = tuple(line for line in every if not line.quantity and line.rest > 0)
        dated = shipment.shipped_at or shipment.packed_at or shipment.created_at
        paper = _paper(source, order, shipment.number, dated, lines, shipment.address)
        value = sum((line.net for line in lines), ZERO)
        found[shipment_id] = DeliveryNote(
            paper, shipment.carrier, shipment.tracking_number, shipment.parcels, value, to_come
        )
    return found


def _source_for(order_ids: Collection[int]) -> _Source:
    details = orders.details_for(order_ids)
    lines = orders.line_details_for(details)
    customer_ids = {order.customer_id for order in details.values()}
    ship_tos = customers.ship_tos_for(customer_ids)
    return _Source(
        details,
        lines,
        customers.facts_for(customer_ids),
        customers.contacts_for(customer_ids),
        {ship_to.ship_to_id: ship_to for group in ship_tos.values() for ship_to in group},
        catalog.facts_for({line.product_id for group in lines.values() for line in group}),
    )


def _paper(
    source: _Source,
    order: OrderDetail,
    number: str,
    dated: datetime,
    lines: tuple[PaperLine, ...],
    address: str = "",
) -> Paper:
    customer = source.customers[order.customer_id]
    contacts = source.contacts.get(order.customer_id, ())
    who = tuple(part for part in (contacts[0].name, contacts[0].phone, contacts[0].email) if part) if contacts else ()
    return Paper(
        number, order.number, order.po_number, customer.language, order.currency, dated,
        Party(customer.name, (customer.code, *who)), _goes_to(source, order, address), order.note, lines,
    )  # fmt: skip


def _goes_to(source: _Source, order: OrderDetail, address: str) -> Party:
    """Where the goods go: what was written on the shipment, else the order's address as it is now."""
    if address:
        name, *rest = address.splitlines()
        return Party(name, tuple(rest))
    ship_to = source.ship_tos.get(order.ship_to_id or 0)
    if ship_to is None:
        return Party(source.customers[order.customer_id].name)
    place = " ".join(part for part in (ship_to.postcode, ship_to.city, ship_to.region, ship_to.country) if part)
    return Party(ship_to.name, tuple(part for part in (*ship_to.address.splitlines(), place) if part))


def _delivered_line(
    source: _Source, order: OrderDetail, line: LineDetail, quantity: Decimal, has_left: bool, later: Decimal
) -> PaperLine:
    """Goods that have not left yet still count as open at the order's line; what left `later` no longer does."""
    net = line.net if quantity == line.quantity else line_net(quantity, line.net / line.quantity, order.currency)
    return _paper_line(source, line, quantity, net, line.open + later if has_left else line.open - quantity)


def _paper_line(source: _Source, line: LineDetail, quantity: Decimal, net: Decimal, rest: Decimal) -> PaperLine:
    product = source.products[line.product_id]
    differs = line.entered_quantity != line.quantity or line.entered_unit != product.unit
    return PaperLine(
        line.n, product.sku, line.item_code if line.item_code != product.sku else "", product.name_en, product.name_zh,
        product.unit, quantity, (line.entered_quantity, line.entered_unit) if differs else None, line.unit_price, net,
        line.quantity, rest, line.promised_on,
    )  # fmt: skip
