"""What partners are answered in the form in which they wrote: receipts, confirmations, despatch advices."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from orderloop.flow.queries import exchanged
from orderloop.flow.services.addressing import addressed
from orderloop.flow.services.confirming import Composed, answer_body, answers_for
from orderloop.flow.services.events import tell_of_orders, told_partners
from orderloop.flow.services.refusing import refuse_unknown
from orderloop.flow.services.sending import ToSend, resend_documents, send_documents, settle_documents
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment.facts import GONE, ShipmentFact, ShipmentLineFact
from orderloop.intake import queries as intake
from orderloop.intake.facts import DocumentFact, PartnerFact, ReadDocument
from orderloop.interchange.facts import Answer, AnsweredLine, Despatch, Format, Interchange, Reading, Role
from orderloop.interchange.writers import cxml, edifact, ubl, x12
from orderloop.orders import queries as orders
from orderloop.platform.bulk import dumped
from orderloop.platform.outbox import DueEffect, EffectNew, Fault, put_effects

RECEIPTS, ANSWERS = "exchange_receipts", "exchange_answers"
_WITH_RECEIPTS = frozenset({Format.EDIFACT, Format.X12})
_CHANGING = frozenset({Role.CHANGE, Role.CANCELLATION})
# A partner who acknowledges what he gets does it within a day, or something is wrong between us.
RECEIPT_HOURS = 24
_TOLD_OF = frozenset({"received", "confirmed", "rejected", "cancelled", "delayed", "shipped"})

_RECEIPT: Mapping[str, Callable[[Reading, Interchange], bytes]] = {
    Format.EDIFACT: edifact.write_receipt,
    Format.X12: x12.write_receipt,
}
_ANSWER: Mapping[str, Callable[[Answer, Interchange], bytes]] = {
    Format.EDIFACT: edifact.write_answer,
    Format.X12: x12.write_answer,
    Format.UBL: ubl.order_response,
    Format.CXML: cxml.confirmation_request,
}
_DESPATCH: Mapping[str, Callable[[Despatch, Interchange], bytes]] = {
    Format.EDIFACT: edifact.write_despatch,
    Format.X12: x12.write_despatch,
    Format.UBL: ubl.despatch_advice,
    Format.CXML: cxml.ship_notice_request,
}


def ask_for_receipts(documents: Mapping[int, Sequence[ReadDocument]], *, at: datetime) -> None:
    """Have messages (with their documents) acknowledged where a document is of a form that knows receipts, or asks for
    a change in one that is answered; written with what came of them."""
    ids = [i for i, group in documents.items() if any(_is_acknowledged(each.reading) for each in group)]
    put_effects([EffectNew(f"{RECEIPTS}:{i}", RECEIPTS, {"message_id": i}) for i in ids], at=at)


def _is_acknowledged(reading: Reading) -> bool:
    if reading.has_failed:  # it is read again, and acknowledged then
        return False
    if reading.format in _WITH_RECEIPTS:
        return True
    return reading.format in exchanged.ANSWERED and any(order.role in _CHANGING for order in reading.orders)


def ask_for_answers(effects: Sequence[DueEffect], at: datetime) -> None:
    """Have orders that customers are told of answered electronically too, where they came so."""
    told = [each for each in effects if each.payload.get("event") in _TOLD_OF]
    ids = {int(str(each.payload["order_id"])) for each in told}
    sources = {*exchanged.sources_of(ids), *told_partners(ids)} if ids else set()
    put_effects(
        [
            EffectNew(f"{ANSWERS}:{each.key}", ANSWERS, {"order_id": order_id}, order_id)
            for each in told
            if (order_id := int(str(each.payload["order_id"]))) in sources
        ],
        at=at,
    )


def do_receipts(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler of receipts."""
    message_ids = [int(str(each.payload["message_id"])) for each in effects]
    acknowledge_messages(message_ids, at=now)
    refuse_unknown(message_ids, at=now)
    return {}


def do_answers(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler of confirmations and despatch advices."""
    order_ids = list(dict.fromkeys(int(str(each.payload["order_id"])) for each in effects))
    confirm_orders(order_ids, at=now)
    advise_shipments(order_ids, at=now)
    tell_of_orders(order_ids, at=now)
    return {}


def acknowledge_messages(message_ids: Collection[int], *, at: datetime) -> dict[str, int]:
    """Acknowledge the EDI documents of messages to partners we know, and settle what documents of theirs acknowledge
    of ours. What a stranger sends is not answered: nobody knows who would get it."""
    documents = [
        each for group in intake.documents_for(message_ids).values() for each in group if each.format in _WITH_RECEIPTS
    ]
    readings = intake.readings_for([each.document_id for each in documents]) if documents else {}
    readings = {i: reading for i, reading in readings.items() if not reading.has_failed}
    documents = [each for each in documents if each.document_id in readings]
    if not readings:
        return {}
    owners = {i: message["customer_id"] for i, message in intake.messages_for(message_ids).items()}
    partners = intake.partners_for([(each.format, readings[each.document_id].envelope.sender) for each in documents])
    _settle([readings[each.document_id] for each in documents], at=at)
    wanted = []
    for document in documents:
        envelope = readings[document.document_id].envelope
        partner = partners.get((document.format, envelope.sender))
        customer_id = partner.customer_id if partner is not None else owners[document.message_id]
        if customer_id is not None and _is_wanted(readings[document.document_id], partner):
            wanted.append(_receipt(document, readings[document.document_id], partner, customer_id))
    return send_documents(wanted, at=at)


def answer_again(message_ids: Collection[int], *, at: datetime, actor: Actor) -> None:
    """Send once more, under the number it had, what these messages were answered with: they came a second time, so
    their partner may never have got it."""
    outgoing = exchanged.answers_to(message_ids) if message_ids else []
    if outgoing:
        resend_documents(outgoing, at=at, actor=actor)


def receipt_of(reading: Reading, partner: PartnerFact, *, at: datetime) -> bytes:
    """The receipt a document of this partner would be acknowledged with, as a test; empty where none would go out."""
    if reading.format not in _WITH_RECEIPTS or not _is_wanted(reading, partner):
        return b""
    to = addressed(partner, reading.envelope, partner.customer_id)
    frame = Interchange(to.sender, to.receiver, 1, at, True, to.details)
    return _RECEIPT[reading.format](reading, frame)


def _is_wanted(reading: Reading, partner: PartnerFact | None) -> bool:
    usual = "always" if reading.format is Format.X12 else "asked"
    agreed = partner.profile.get("receipts", usual) if partner is not None else usual
    is_refused = any(fault.rejects for order in reading.orders for fault in order.faults) or any(
        fault.rejects for fault in reading.faults
    )
    return agreed == "always" or (agreed == "asked" and (reading.envelope.wants_receipt or is_refused))


def _receipt(document: DocumentFact, reading: Reading, partner: PartnerFact | None, customer_id: int) -> ToSend:
    return replace(
        addressed(partner, reading.envelope, customer_id),
        key=f"receipt:{document.document_id}",
        kind="receipt",
        format=document.format,
        name=reading.envelope.control[:40] or str(document.document_id),
        write=partial(_RECEIPT[document.format], reading),
        document_id=document.document_id,
        verdict="rejected" if any(fault.rejects for fault in reading.faults) else "accepted",
    )


def _settle(readings: Sequence[Reading], *, at: datetime) -> None:
    """What receipts among these say of our documents, by the control number they name."""
    settlements = {}
    for reading in readings:
        for order in reading.orders:
            number = order.text("refers_to").strip()
            if order.role is Role.RECEIPT and number.isdecimal() and len(number) <= 15:
                notes = [line["note"].text for line in order.lines if "note" in line]
                outcome = order.text("note") or "received"
                settlements[reading.format.value, reading.envelope.sender, int(number)] = (outcome, "; ".join(notes))
    if settlements:
        settle_documents(settlements, at=at)


def confirm_orders(order_ids: Collection[int], *, at: datetime) -> Outcomes[int, int]:
    """Answer orders in the form they came in; yields the version. Stale: nothing has changed since the last answer,
    or the order came in no such form."""
    composed = {i: each for i, each in answers_for(order_ids, at=at).items() if each.source is not None}
    last = exchanged.latest_confirmations(composed) if composed else {}
    prints = {i: _fingerprint(each.answer) for i, each in composed.items()}
    changed = {i: each for i, each in composed.items() if last.get(i, (0, ""))[1] != prints[i]}
    partners = _partners(changed)
    wanted = {
        i: _confirmation(each, last.get(i, (0, ""))[0] + 1, prints[i], partners.get(i), at)
        for i, each in changed.items()
        if (partners[i].profile.get("answers", "yes") if i in partners else "yes") == "yes"
    }
    written = send_documents(list(wanted.values()), at=at)
    done = [Done(i, each.version) for i, each in wanted.items() if each.key in written]
    settled = {each.id for each in done}
    return Outcomes.of(order_ids, done=done, stale=[Stale(i) for i in dict.fromkeys(order_ids) if i not in settled])


def _partners(composed: Mapping[int, Composed]) -> dict[int, PartnerFact]:
    """The partner of each order's document: who sent it by its envelope, else who the customer is in that form."""
    if not composed:
        return {}
    known = intake.partners_of({each.customer_id for each in composed.values()})
    found = {}
    for order_id, each in composed.items():
        assert each.source is not None
        mine = [p for p in known.get(each.customer_id, ()) if p.is_active]
        by_sender = [p for p in mine if p.scheme == each.source.format and p.sender == each.envelope.sender]
        by_format = [p for p in mine if p.scheme == each.source.format]
        if by_sender or len(by_format) == 1:
            found[order_id] = (by_sender or by_format)[0]
    return found


def _confirmation(
    composed: Composed, version: int, fingerprint: str, partner: PartnerFact | None, at: datetime
) -> ToSend:
    source, answer = composed.source, composed.answer
    assert source is not None
    numbered = replace(answer, document_no=f"{answer.number}-{version}")
    return replace(
        addressed(partner, composed.envelope, composed.customer_id, answer.buyer.code),
        key=f"confirmation:{source.order_id}:{version}",
        kind="confirmation",
        format=source.format,
        name=f"{answer.number}-{version}",
        write=partial(_ANSWER[source.format], numbered),
        order_id=source.order_id,
        document_id=source.document_id,
        version=version,
        verdict=answer.verdict.value,
        fingerprint=fingerprint,
        receipt_due_at=_receipt_due(source.format, partner, at),
    )


def _receipt_due(format: str, partner: PartnerFact | None, at: datetime) -> datetime | None:
    """When the partner is to have acknowledged a document: in X12 unless agreed otherwise, elsewhere if agreed."""
    usual = "yes" if format == Format.X12 else "no"
    expects = partner is not None and partner.profile.get("expects_receipts", usual) == "yes"
    return at + timedelta(hours=RECEIPT_HOURS) if expects and format in _WITH_RECEIPTS else None


def _fingerprint(answer: Answer) -> str:
    return hashlib.sha256(dumped(answer_body(answer)).encode()).hexdigest()


def advise_shipments(order_ids: Collection[int], *, at: datetime) -> dict[str, int]:
    """Advise the shipments of orders that came by EDI, each once; under its key the id of what was written."""
    sources = {i: each for i, each in exchanged.sources_of(order_ids).items() if each.format in _DESPATCH}
    shipments = [
        each for group in (fulfilment.shipments_for(sources).values() if sources else ()) for each in group
        if each.status in GONE
    ]  # fmt: skip
    if not shipments:
        return {}
    lines = fulfilment.lines_for([each.shipment_id for each in shipments])
    composed = answers_for({each.order_id for each in shipments}, at=at)
    partners = _partners(composed)
    details = orders.line_details_for(composed)
    shares = {
        line.line_id: (n, line.entered_quantity / line.quantity)
        for group in details.values()
        for n, line in enumerate(group)
    }
    wanted = [
        _advice(each, composed[each.order_id], lines.get(each.shipment_id, ()), shares, partners.get(each.order_id), at)
        for each in shipments
        if (partners[each.order_id].profile.get("despatch", "yes") if each.order_id in partners else "yes") == "yes"
    ]
    return send_documents(wanted, at=at)


def _advice(
    shipment: ShipmentFact,
    composed: Composed,
    lines: Sequence[ShipmentLineFact],
    shares: Mapping[int, tuple[int, Decimal]],
    partner: PartnerFact | None,
    at: datetime,
) -> ToSend:
    source, answer = composed.source, composed.answer
    assert source is not None
    shipped: list[AnsweredLine] = []
    for line in lines:
        n, share = shares[line.line_id]
        shipped.append(replace(answer.lines[n], quantity=(line.picked * share).normalize()))
    despatch = Despatch(
        shipment.number, shipment.shipped_at or at, answer.number, answer.po_number, answer.buyer, answer.seller,
        shipment.carrier, shipment.tracking_number, tuple(shipped),
    )  # fmt: skip
    return replace(
        addressed(partner, composed.envelope, composed.customer_id, answer.buyer.code),
        key=f"despatch:{shipment.shipment_id}",
        kind="despatch",
        format=source.format,
        name=shipment.number,
        write=partial(_DESPATCH[source.format], despatch),
        order_id=shipment.order_id,
        document_id=source.document_id,
        receipt_due_at=_receipt_due(source.format, partner, at),
    )
