"""What becomes of an order, told as JSON events to systems of the customer, however the order came."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloop.flow.queries import exchanged
from orderloop.flow.services.confirming import Composed, answer_body, answers_for
from orderloop.flow.services.sending import ToSend, send_documents
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment.facts import GONE, ShipmentFact, ShipmentLineFact
from orderloop.intake import queries as intake
from orderloop.intake.facts import PartnerFact
from orderloop.interchange.facts import Interchange
from orderloop.orders import queries as orders
from orderloop.platform.bulk import dumped

SCHEME = "json"
CONFIRMED, SHIPPED = "order.answered", "order.shipped"


@dataclass(frozen=True, slots=True)
class _Event:
    """A document of JSON about to be told; `data` is what it says."""

    type: str
    data: Mapping[str, Any]

    def __call__(self, interchange: Interchange) -> bytes:
        """The bytes, with when it was written and whether it is a test."""
        body = {"type": self.type, "timestamp": interchange.at.isoformat(), "test": interchange.is_test}
        return dumped({**body, "data": dict(self.data)}).encode()


def told_partners(order_ids: Collection[int]) -> dict[int, tuple[PartnerFact, ...]]:
    """The systems that are told of these orders; an order of whose customer there is none is missing."""
    owners = {i: order.customer_id for i, order in orders.details_for(order_ids).items()} if order_ids else {}
    known = intake.partners_of(set(owners.values())) if owners else {}
    told = {
        customer_id: tuple(each for each in group if each.scheme == SCHEME and each.is_active)
        for customer_id, group in known.items()
    }
    return {i: told[customer_id] for i, customer_id in owners.items() if told.get(customer_id)}


def tell_of_orders(order_ids: Collection[int], *, at: datetime) -> dict[str, int]:
    """Tell of orders what has changed since it was last told: their answer, and what was shipped. Under each key the
    id of what was written."""
    partners = told_partners(order_ids)
    if not partners:
        return {}
    composed = answers_for(partners, at=at)
    last = exchanged.latest_events(composed)
    wanted = [
        _answered(order_id, each, partner, last.get((order_id, partner.partner_id), (0, "")))
        for order_id, each in composed.items()
        for partner in partners[order_id]
        if partner.profile.get("answers", "yes") == "yes"
    ]
    fresh = [each for each in wanted if each is not None]
    return send_documents([*fresh, *_shipped(composed, partners)], at=at)


def _answered(order_id: int, composed: Composed, partner: PartnerFact, last: tuple[int, str]) -> ToSend | None:
    body = answer_body(composed.answer)
    fingerprint = hashlib.sha256(dumped(body).encode()).hexdigest()
    if last[1] == fingerprint:
        return None
    version = last[0] + 1
    return _to(
        partner,
        key=f"event:{partner.partner_id}:confirmation:{order_id}:{version}",
        kind="confirmation",
        name=f"{composed.answer.number}-{version}",
        write=_Event(CONFIRMED, {**body, "version": version}),
        order_id=order_id,
        version=version,
        verdict=composed.answer.verdict.value,
        fingerprint=fingerprint,
    )


def _shipped(composed: Mapping[int, Composed], partners: Mapping[int, Sequence[PartnerFact]]) -> list[ToSend]:
    gone = [each for group in fulfilment.shipments_for(composed).values() for each in group if each.status in GONE]
    if not gone:
        return []
    lines = fulfilment.lines_for([each.shipment_id for each in gone])
    numbers = {line.line_id: line.n for group in orders.line_details_for(composed).values() for line in group}
    return [
        _to(
            partner,
            key=f"event:{partner.partner_id}:despatch:{shipment.shipment_id}",
            kind="despatch",
            name=shipment.number,
            write=_Event(SHIPPED, _shipment_body(shipment, composed[shipment.order_id], lines, numbers)),
            order_id=shipment.order_id,
        )
        for shipment in gone
        for partner in partners[shipment.order_id]
        if partner.profile.get("despatch", "yes") == "yes"
    ]


def _shipment_body(
    shipment: ShipmentFact,
    composed: Composed,
    lines: Mapping[int, Sequence[ShipmentLineFact]],
    numbers: Mapping[int, int],
) -> dict[str, Any]:
    answer = composed.answer
    shipped = [
        {"line_no": answer.lines[numbers[line.line_id] - 1].line_no,
         "item": answer.lines[numbers[line.line_id] - 1].item, "quantity": line.picked}
        for line in lines.get(shipment.shipment_id, ())
    ]  # fmt: skip
    return {
        "number": answer.number, "po_number": answer.po_number, "shipment": shipment.number,
        "shipped_at": shipment.shipped_at, "carrier": shipment.carrier, "tracking_number": shipment.tracking_number,
        "lines": shipped,
    }  # fmt: skip


def _to(partner: PartnerFact, **document: Any) -> ToSend:
    profile = partner.profile
    return ToSend(
        format=SCHEME, customer_id=partner.customer_id, sender=partner.our_id, receiver=partner.sender, details={},
        is_test=profile.get("test") == "yes", transport=profile.get("transport", "collect"),
        address=profile.get("address", ""), partner_id=partner.partner_id, **document,
    )  # fmt: skip
