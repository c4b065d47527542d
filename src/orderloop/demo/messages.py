"""Orders as their customers send them: the bytes that are stored, and the entries read from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloop.customers.facts import CustomerFact
from orderloop.demo.buyers import channel_of
from orderloop.demo.purchases import CURRENCY, Purchase, lacking, purchase_of
from orderloop.demo.records import Store
from orderloop.demo.timeline import Dated
from orderloop.flow.facts import TakenIn
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.intake.api import entry_from_json
from orderloop.intake.facts import Arrival, OrderEntry
from orderloop.intake.services import store_messages
from orderloop.orders.facts import Channel

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Sent:
    """An order on its way to the desk: from which store, arriving when, sent by whom."""

    dated: Dated
    store: Store
    customer: CustomerFact
    received_at: datetime
    sender: Actor
    is_lacking: bool = False

    @property
    def channel(self) -> Channel:
        """The store's own way; what lacks something comes as a file, because the portal would not let it by."""
        channel = Channel(channel_of(self.store))
        return Channel.UPLOAD if self.is_lacking and channel is Channel.PORTAL else channel


def _document(order: Purchase) -> dict[str, Any]:
    """The order in the form in which the API takes it."""
    return {
        "customer": order.customer,
        "po_number": order.po_number,
        "requested_on": order.requested_on.isoformat() if order.requested_on else None,
        "currency": CURRENCY,
        "lines": [
            {"item": line.item, "quantity": line.quantity, "unit_price": str(line.price)} for line in order.lines
        ],
    }


def send(sent: Sequence[Sent], *, at: datetime) -> dict[int, TakenIn]:
    """Store the messages, read them, and take the orders in; answers by number of the record.

    A message that was stored before (same store, same number) is not stored again, so a call can be repeated.
    """
    stored = store_messages([_arrival(each) for each in sent])
    entries = [_entry(each, message.message_id) for each, message in zip(sent, stored, strict=True)]
    actors = {each.dated.serial: each.sender for each in sent}
    return dict(take_in_entries(entries, at=at, actor=SYSTEM, actors=actors).values)


def purchase(sent: Sent) -> Purchase:
    """What its store writes, complete or not."""
    order = purchase_of(sent.dated, sent.store)
    return lacking(order) if sent.is_lacking else order


def body_of(sent: Sent) -> bytes:
    """The message's bytes."""
    return json.dumps(_document(purchase(sent)), ensure_ascii=False, separators=(",", ":")).encode()


def _arrival(sent: Sent) -> Arrival:
    return Arrival(
        channel=sent.channel,
        content_type=JSON_TYPE,
        body=body_of(sent),
        received_at=sent.received_at,
        sender=sent.store.code,
        external_id=sent.dated.sale.number,
        customer_id=sent.customer.customer_id,
    )


def _entry(sent: Sent, message_id: int) -> OrderEntry:
    entry = entry_from_json(
        body_of(sent),
        key=sent.dated.serial,
        received_at=sent.received_at,
        channel=sent.channel,
        customer_id=sent.customer.customer_id,
        message_id=message_id,
    )
    if not isinstance(entry, OrderEntry):
        raise ValueError(f"{sent.dated.sale.number} cannot be read: {entry}")
    return entry
