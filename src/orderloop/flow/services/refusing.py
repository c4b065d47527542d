"""Changes and cancellations of orders that are not here: refused to their partner at once, in the form they came in."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.utils.translation import gettext, override

from orderloop.customers import queries as customers
from orderloop.customers.facts import CustomerFact
from orderloop.flow.facts import ANSWER_WORDS
from orderloop.flow.services.addressing import addressed
from orderloop.flow.services.sending import ToSend, send_documents
from orderloop.fulfilment.facts import SECTION as FULFILMENT
from orderloop.intake import queries as intake
from orderloop.intake.facts import DocumentFact, FindingCode, PartnerFact
from orderloop.interchange.facts import Answer, Format, Interchange, Party, Reading, Verdict
from orderloop.interchange.writers import cxml, edifact, ubl, x12
from orderloop.policy.queries import in_force

_WRITERS: Mapping[str, Callable[[Answer, Interchange], bytes]] = {
    Format.EDIFACT: edifact.write_answer,
    Format.X12: x12.write_answer,
    Format.UBL: ubl.order_response,
    Format.CXML: cxml.confirmation_request,
}
_CHANGE_SET = "860"


@dataclass(frozen=True, slots=True)
class _Refused:
    """One order of a document that asks to change what is not here; `row` is its place in the document."""

    document: DocumentFact
    row: int
    reading: Reading


def refuse_unknown(message_ids: Collection[int], *, at: datetime) -> dict[str, int]:
    """Refuse what messages ask of orders that are not here, each once; under its key the id of what was written.

    A person looks at it all the same: the partner may have meant another order.
    """
    rows = [
        (document, row)
        for group in intake.documents_for(message_ids).values()
        for document in group
        if document.format in _WRITERS
        for row in _unknown_rows(document)
    ]
    readings = intake.readings_for({document.document_id for document, _row in rows}) if rows else {}
    if not readings:
        return {}
    found = [_Refused(document, row, readings[document.document_id]) for document, row in rows]
    partners = intake.partners_for([(each.document.format, each.reading.envelope.sender) for each in found])
    answered = [
        (each, partner)
        for each in found
        if (partner := partners.get((each.document.format, each.reading.envelope.sender))) is not None
        and partner.profile.get("answers", "yes") == "yes"
    ]
    buyers = customers.facts_for({partner.customer_id for _each, partner in answered}) if answered else {}
    return send_documents(
        [_refusal(each, partner, buyers[partner.customer_id], at) for each, partner in answered], at=at
    )


def _unknown_rows(document: DocumentFact) -> list[int]:
    """Which of a document's orders are about orders that are not here."""
    code = FindingCode.NO_SUCH_ORDER.value
    return [int(str(each["n"])) for each in document.results if code in list(each.get("reasons", ()))]  # type: ignore[call-overload]  # a list of texts, as it was written


def _refusal(refused: _Refused, partner: PartnerFact, buyer: CustomerFact, at: datetime) -> ToSend:
    document, reading = refused.document, refused.reading
    order = reading.orders[refused.row]
    company = in_force(FULFILMENT).value
    with override(buyer.language):
        reason = gettext(ANSWER_WORDS["unknown"])
    gln = order.text("customer_gln")
    number = f"{document.document_id}-{refused.row + 1}"
    answer = Answer(
        Verdict.REJECTED, number, at, "", order.text("refers_to") or order.text("po_number"), None,
        Party(buyer.name, gln, "GLN") if gln else Party(buyer.name, buyer.code), Party(company.name(buyer.language)),
        "", reason=reason, language="zh" if buyer.language.startswith("zh") else "en",
    )  # fmt: skip
    changes = reading.envelope.details.get(f"message.{refused.row + 1}", "") == _CHANGE_SET
    write = x12.write_change_answer if changes else _WRITERS[document.format]
    return replace(
        addressed(partner, reading.envelope, partner.customer_id),
        key=f"refusal:{document.document_id}:{refused.row}",
        kind="confirmation",
        format=document.format,
        name=number,
        write=partial(write, answer),
        document_id=document.document_id,
        verdict=Verdict.REJECTED.value,
    )
