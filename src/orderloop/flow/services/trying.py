"""A document of a partner tried: what would be read, decided and answered; nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orderloop.flow.services.arriving import try_message
from orderloop.flow.services.exchanging import receipt_of
from orderloop.intake.facts import Arrival, Decision, PartnerFact
from orderloop.interchange.rules.forms import reading_body
from orderloop.orders.facts import Channel


@dataclass(frozen=True, slots=True)
class Tried:
    """Its form, what was read (without pages), a decision with PO number and finding codes for each order, and the
    receipt that would go out, empty where none would."""

    format: str
    reading: dict[str, Any]
    decisions: tuple[tuple[Decision, str, tuple[str, ...]], ...]
    receipt: str


def try_document(partner: PartnerFact, content: bytes, filename: str, *, at: datetime) -> Tried:
    """What would become of a document if this partner sent it now."""
    name = f"{partner.scheme}:{partner.sender}"
    arrival = Arrival(
        Channel.EDI, "", content, at, name, filename=filename[:200], customer_id=partner.customer_id,
        envelope={"trust": "trusted", "partner": name},
    )  # fmt: skip
    trial = try_message(arrival, at=at)
    reading = trial.message.documents[0].reading
    body = {key: value for key, value in reading_body(reading).items() if key not in ("pages", "parts")}
    decisions = tuple(
        (each.decision, each.found.order.text("po_number"), tuple(str(f.code) for f in each.judgement.findings))
        for each in trial.judged
    )
    receipt = receipt_of(reading, partner, at=at)
    return Tried(reading.format.value, body, decisions, receipt.decode("utf-8", "replace"))
