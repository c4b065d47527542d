"""What was handed over, with every document in it and what came of each; a few statements, however many documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderloop.intake import queries as intake
from orderloop.intake.facts import DocumentFact, DraftFact
from orderloop.interchange.facts import Fault, Reading, ReadOrder
from orderloop.interchange.rules.forms import fault_of
from orderloop.orders import queries as orders

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A message with its documents: order numbers and drafts by their ids, readings and faults by document."""

    message: Body
    documents: tuple[DocumentFact, ...]
    numbers: Mapping[int, str]
    drafts: Mapping[int, DraftFact]
    readings: Mapping[int, Reading]
    faults: Mapping[int, tuple[Fault, ...]]


def told_of(message_id: int, *, customer_id: int | None, with_reading: bool = False) -> Told | None:
    """What became of a message; None for one unknown or not of that customer."""
    message = _seen(message_id, customer_id)
    if message is None:
        return None
    documents = intake.documents_for([message_id]).get(message_id, ())
    results = [result for document in documents for result in document.results]
    order_ids = {i for i in (message["order_id"], *(result.get("order_id") for result in results)) if i}
    draft_ids = {int(str(i)) for result in results if (i := result.get("draft_id"))}
    numbers = {i: fact.number for i, fact in orders.facts_for(order_ids).items()} if order_ids else {}
    return Told(
        {
            **{name: message[name] for name in ("id", "received_at", "channel", "filename")},
            "state": message["outcome"],
            "order": numbers.get(message["order_id"] or 0),
            "repeats": message["repeats_id"],
        },
        documents,
        numbers,
        intake.drafts_for(draft_ids) if draft_ids else {},
        intake.readings_for([each.document_id for each in documents]) if with_reading and documents else {},
        {each.document_id: tuple(fault_of(dict(fault)) for fault in each.faults) for each in documents},
    )


def content_of(message_id: int, *, customer_id: int | None) -> tuple[str, bytes] | None:
    """File name and bytes of a message as it came; None where `told_of` tells of none."""
    message = _seen(message_id, customer_id)
    found = intake.message_content(message_id) if message is not None else None
    return (found[0]["filename"], found[1]) if found is not None else None


def _seen(message_id: int, customer_id: int | None) -> dict[str, Any] | None:
    message = intake.messages_for([message_id]).get(message_id) if 0 < message_id < 2**63 else None
    if message is None or (customer_id is not None and customer_id != message["customer_id"]):
        return None
    return message


__all__ = ["Body", "DocumentFact", "Fault", "ReadOrder", "Told", "content_of", "told_of"]
