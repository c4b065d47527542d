"""To whom a document of ours goes, under which names, and by which way."""

from orderloop.flow.services.sending import ToSend
from orderloop.intake.facts import PartnerFact
from orderloop.interchange.facts import Envelope


def addressed(partner: PartnerFact | None, envelope: Envelope, customer_id: int, receiver: str = "") -> ToSend:
    """A document to whoever sent this envelope, by the way agreed with him; without one he collects it."""
    profile = partner.profile if partner is not None else {}
    transport, address = profile.get("transport", "collect"), profile.get("address", "")
    agreed = (transport == "mail" and "@" in address) or (transport == "post" and partner is not None and address)
    return ToSend(
        "", "", "", "", customer_id,
        (partner.our_id if partner is not None else "") or envelope.receiver,
        (envelope.sender or receiver)[:120],
        lambda _interchange: b"",
        answering_details(envelope),
        is_test=envelope.is_test or profile.get("test") == "yes",
        transport=transport if agreed else "collect",
        address=address if agreed else "",
        partner_id=partner.partner_id if partner is not None else None,
    )  # fmt: skip


def answering_details(envelope: Envelope) -> dict[str, str]:
    """The details of the answer to an envelope: what it said of its sender is said of the receiver now."""
    details = dict(envelope.details)
    for ours, theirs in (("sender_qualifier", "receiver_qualifier"), ("group_sender", "group_receiver")):
        swapped = {ours: details.pop(theirs, ""), theirs: details.pop(ours, "")}
        details |= {name: text for name, text in swapped.items() if text}
    return details
