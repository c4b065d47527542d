"""What a message and each of its documents end in, from what became of the orders in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderloop.intake.facts import Decision, GateResult, Judged, Judgement, Matched, Outcome, ReadDocument
from orderloop.intake.rules.bodies import finding_body
from orderloop.interchange.facts import FaultCode, Format

# A message that is several things is shown as the first of these.
_WEIGHT = (
    Outcome.ORDER,
    Outcome.DRAFT,
    Outcome.CHANGE,
    Outcome.DUPLICATE,
    Outcome.ANSWER,
    Outcome.QUARANTINED,
    Outcome.RECEIPT,
    Outcome.NOT_ORDER,
)
OPENED, MERGED = "opened", "merged"
_CONTAINERS = frozenset({Format.MAIL, Format.ARCHIVE})
# A document that could not be opened may be an order; one in which nothing was found most likely is none.
_UNREADABLE = frozenset(FaultCode) - {FaultCode.NO_ORDER, FaultCode.NO_TEXT, FaultCode.DOUBTFUL, FaultCode.EMPTY}

OUTCOME_OF: Mapping[Decision, Outcome] = {
    Decision.DUPLICATE: Outcome.DUPLICATE,
    Decision.CHANGE: Outcome.CHANGE,
    Decision.NOT_AN_ORDER: Outcome.NOT_ORDER,
    Decision.RECEIPT: Outcome.RECEIPT,
    Decision.ANSWER: Outcome.ANSWER,
    Decision.QUARANTINE: Outcome.QUARANTINED,
}


def heaviest(outcomes: Iterable[Outcome]) -> Outcome:
    """The one outcome a message is shown under; that of one without any is that it is no order."""
    found = set(outcomes)
    return next((each for each in _WEIGHT if each in found), Outcome.NOT_ORDER)


def is_unreadable(document: ReadDocument) -> bool:
    """Whether a document could not be opened, so that a person must look whether it is an order."""
    reading = document.reading
    return not reading.orders and any(fault.rejects and fault.code in _UNREADABLE for fault in reading.faults)


def document_outcome(document: ReadDocument, results: Sequence[Outcome], is_merged: bool, has_parts: bool) -> str:
    """What one document ended in; one that only held or repeated others says so."""
    if results:
        return heaviest(results)
    if is_merged:
        return MERGED
    if is_unreadable(document):
        return Outcome.QUARANTINED
    if document.reading.format in _CONTAINERS or has_parts:
        return OPENED
    return Outcome.NOT_ORDER


def judgement_body(judgement: Judgement) -> dict[str, Any]:
    """A judgement as it is kept with the draft: decision, gates with figures and findings, matches line by line."""
    return {
        "decision": judgement.decision.value,
        "gates": [_gate_body(gate) for gate in judgement.gates],
        "matches": [_match_body(match) for match in judgement.matches],
    }


def result_body(judged: Judged, *, order_id: int | None, draft_id: int | None, outcome: Outcome) -> dict[str, Any]:
    """What became of one order of a document, as it is kept with the document."""
    return {
        "n": judged.found.index,
        "po_number": judged.found.order.text("po_number"),
        "role": judged.found.order.role.value,
        "decision": judged.decision.value,
        "outcome": outcome.value,
        "order_id": order_id,
        "draft_id": draft_id,
        "customer_id": judged.identified.customer_id,
        "by": [list(each) for each in judged.identified.by],
        "merged": list(judged.found.merged),
        "reasons": list(dict.fromkeys(str(finding.code) for finding in judged.judgement.findings)),
    }


def _gate_body(gate: GateResult) -> dict[str, Any]:
    return {
        "gate": gate.gate.value,
        "state": gate.state.value,
        "figures": dict(gate.figures),
        "findings": [finding_body(finding) for finding in gate.findings],
    }


def _match_body(match: Matched) -> dict[str, Any]:
    return {
        "sku": match.product.sku if match.product is not None else "",
        "rung": match.rung.value,
        "code": match.code,
        "reason": match.reason,
        "suggestions": list(match.suggestions),
        "tried": [[attempt.rung.value, attempt.code, list(attempt.hits)] for attempt in match.attempts],
    }
