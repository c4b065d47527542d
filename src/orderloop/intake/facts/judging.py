"""How a line was matched, what an order read from a document was judged by, and what is decided about it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orderloop.catalog.facts import ProductFact
from orderloop.foundation.words import gettext_noop as _
from orderloop.intake.facts.findings import Finding


class Rung(StrEnum):
    """By which rung of the ladder a line was matched, the surest first."""

    CUSTOMER = "customer"
    OWN = "own"
    BARCODE = "barcode"
    NORMALISED = "normalised"
    SKELETON = "skeleton"
    CORROBORATED = "corroborated"
    NONE = "none"


RUNG_WORDS: Mapping[str, str] = {
    Rung.CUSTOMER: _("The customer's own code"),
    Rung.OWN: _("Our code"),
    Rung.BARCODE: _("Barcode"),
    Rung.NORMALISED: _("Our code, written a little differently"),
    Rung.SKELETON: _("A code that only a bad page tells apart"),
    Rung.CORROBORATED: _("A similar code, with name and price agreeing"),
    Rung.NONE: _("Not matched"),
}


class Mismatch(StrEnum):
    """Why a line was not matched."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    CODES_DISAGREE = "codes_disagree"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rung tried with one code: our codes it hit."""

    rung: Rung
    code: str
    hits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """What a line was matched to and how; without a product why not, and the nearest of our codes, nearest first."""

    product: ProductFact | None
    rung: Rung
    code: str = ""
    attempts: tuple[Attempt, ...] = ()
    suggestions: tuple[str, ...] = ()
    reason: str = ""


class Gate(StrEnum):
    """What must hold before an order from a document is taken in by itself."""

    FAULTS = "faults"
    LINES = "lines"
    ARITHMETIC = "arithmetic"
    CATALOGUE = "catalogue"
    PRICE = "price"
    CONFIDENCE = "confidence"
    RESOLUTION = "resolution"
    SENDER = "sender"
    SHIP_TO = "ship_to"
    REPEAT = "repeat"


GATE_WORDS: Mapping[str, str] = {
    Gate.FAULTS: _("The document is sound"),
    Gate.LINES: _("Every line has an item and a quantity"),
    Gate.ARITHMETIC: _("Amounts and totals agree"),
    Gate.CATALOGUE: _("Every item is ours"),
    Gate.PRICE: _("Prices are those agreed"),
    Gate.CONFIDENCE: _("Everything was read surely"),
    Gate.RESOLUTION: _("The page is fine enough"),
    Gate.SENDER: _("The sender is trusted"),
    Gate.SHIP_TO: _("The delivery address is known"),
    Gate.REPEAT: _("Nothing like it came lately"),
}


class GateState(StrEnum):
    """Whether a gate held, failed, or had nothing stated to judge."""

    HELD = "held"
    FAILED = "failed"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate: what it found wrong, and the figures it compared."""

    gate: Gate
    state: GateState
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)


class Decision(StrEnum):
    """What is to become of an order read from a document."""

    ACCEPT = "accept"
    REVIEW = "review"
    ASK = "ask"
    DUPLICATE = "duplicate"
    CHANGE = "change"
    NOT_AN_ORDER = "not_an_order"
    RECEIPT = "receipt"
    ANSWER = "answer"
    QUARANTINE = "quarantine"


DECISION_WORDS: Mapping[str, str] = {
    Decision.ACCEPT: _("Take it in"),
    Decision.REVIEW: _("Have it looked at"),
    Decision.ASK: _("Ask the customer"),
    Decision.DUPLICATE: _("It came before"),
    Decision.CHANGE: _("Put the change before a person"),
    Decision.NOT_AN_ORDER: _("It is no order"),
    Decision.RECEIPT: _("It is a receipt"),
    Decision.ANSWER: _("It answers a question"),
    Decision.QUARANTINE: _("Set it apart"),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided about one order read, with every gate and every line's match."""

    decision: Decision
    gates: tuple[GateResult, ...]
    matches: tuple[Matched, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that the failed gates found, in the order of the gates."""
        return tuple(finding for gate in self.gates for finding in gate.findings)

    @property
    def failed(self) -> tuple[Gate, ...]:
        """The gates that failed."""
        return tuple(each.gate for each in self.gates if each.state is GateState.FAILED)
