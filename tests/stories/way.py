"""An order led by its people from message to delivery, at times a story names."""

from datetime import UTC, datetime
from typing import Any

from tests.makers import an_entry

from orderloop.catalog.models import Product
from orderloop.customers.models import Customer
from orderloop.flow.services import shipping
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import Actor
from orderloop.fulfilment.facts import Delivery, Packing, Picked, ShipOut

API = Actor("api", None, "Shop")
PICKER = Actor("person", None, "Zhang San")
SERVICE = Actor("person", None, "Zhao Liu")


def at(text: str) -> datetime:
    """A moment in UTC, such as "2026-11-02 08:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def receive(
    customer: Customer, product: Product, quantity: int, received: str, *, by: Actor = API, **fields: Any
) -> int:
    """Take one order in; gives its id."""
    moment = at(received)
    entry = an_entry(customer, [(product, quantity)], received_at=moment, **fields)
    taken = take_in_entries([entry], at=moment, actor=by).values[0]
    assert taken.order_id is not None, taken.findings
    return taken.order_id


def pick(order_id: int, begun: str, done: str, *, quantities: dict[int, Any] | None = None, reason: str = "") -> int:
    """Pick what is reserved; gives the shipment's id."""
    (shipments,) = shipping.start_picks([order_id], at=at(begun), actor=PICKER).values.values()
    (shipment,) = shipments
    assert shipping.confirm_picks([Picked(shipment, quantities, reason)], at=at(done), actor=PICKER).all_done
    return shipment


def send(shipment: int, packed: str, shipped: str) -> None:
    assert shipping.pack_shipments([Packing(shipment)], at=at(packed), actor=PICKER).all_done
    assert shipping.ship_shipments([ShipOut(shipment, "DHL", "T1")], at=at(shipped), actor=PICKER).all_done


def deliver(shipment: int, delivered: str) -> None:
    assert shipping.deliver_shipments([Delivery(shipment, "Li")], at=at(delivered), actor=SERVICE).all_done


def lead(order_id: int, delivered: str) -> None:
    """Pick, send and deliver on the day the goods arrive."""
    day = delivered[:10]
    shipment = pick(order_id, f"{day} 00:00", f"{day} 00:10")
    send(shipment, f"{day} 00:20", f"{day} 00:30")
    deliver(shipment, delivered)
