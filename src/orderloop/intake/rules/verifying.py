"""What a person has to look at in an order that was read: which fields, how surely, and whether it is clean."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from orderloop.intake.facts import OF_READING, Finding, FindingCode, Gate, GateState, Rung, Severity

# The gates that judge what was read itself; each must hold before many are accepted at once.
THREE_GATES = (Gate.ARITHMETIC, Gate.CATALOGUE, Gate.PRICE)
# What only asks that a person has been here, once the three gates hold and the sender is trusted.
_LOOKED_AT = frozenset({FindingCode.LOW_RESOLUTION})
SURE = 0.9
# As sure as a pattern of typed text is of a line that begins with a code we know sign by sign.
_SURE_BESIDE_A_CODE = 0.8
_KNOWN_SIGN_BY_SIGN = frozenset({Rung.CUSTOMER, Rung.OWN, Rung.BARCODE})
_OF_A_TYPED_LINE = frozenset({"item", "quantity", "unit"})


def gate_states(gates: Mapping[str, Any]) -> dict[str, str]:
    """The state of each gate of a judgement as it is kept."""
    return {str(each["gate"]): str(each["state"]) for each in gates.get("gates", ())}


def is_green(findings: Sequence[Finding], gates: Mapping[str, Any]) -> bool:
    """Whether an order may be accepted together with others, from the list, without being opened.

    Nothing may be wrong with it but what any person's look clears; where it was read from a document, the three gates
    and the sender's must hold.
    """
    blocking = [each for each in findings if each.severity is Severity.BLOCKING]
    states = gate_states(gates)
    if not states:
        return not blocking
    held = all(states.get(gate) == GateState.HELD for gate in (*THREE_GATES, Gate.SENDER))
    return held and all(each.code in _LOOKED_AT for each in blocking)


def doubts_by_field(
    findings: Sequence[Finding],
    sources: Mapping[str, Mapping[str, Any]],
    fields: Sequence[str],
    matches: Sequence[Mapping[str, Any]] = (),
) -> dict[str, tuple[Finding, ...]]:
    """The fields of a form that a person must visit, each with what was found there, in the order of the form.

    A value read less surely than 90 % is visited too, unless a person has said it since, or it was typed beside a code
    that `matches` know sign by sign. That nothing confirms the reading is for the whole order: a field in which nothing
    stands is not visited for it.
    """
    by_field: dict[str, list[Finding]] = {}
    for each in findings:
        by_field.setdefault(field_of(each.field), []).append(each)
    known = {n for n, match in enumerate(matches) if match.get("rung") in _KNOWN_SIGN_BY_SIGN}
    doubts: dict[str, tuple[Finding, ...]] = {}
    for name in fields:
        source = sources.get(name, {})
        found = tuple(each for each in by_field.get(name, ()) if source or each.code != FindingCode.NOT_CONFIRMED)
        if found or _is_unsure(name, source, known):
            doubts[name] = found
    return doubts


def _is_unsure(name: str, source: Mapping[str, Any], known: Collection[int]) -> bool:
    if source.get("author"):
        return False
    parts, place = name.split("/"), source.get("place") or {}
    is_beside_a_code = len(parts) == 3 and parts[2] in _OF_A_TYPED_LINE and int(parts[1]) in known
    sure = _SURE_BESIDE_A_CODE if is_beside_a_code and place.get("page") is None else SURE
    return float(source.get("confidence", 1.0)) < sure


def field_of(path: str) -> str:
    """The field of the form in which a finding about `path` is mended."""
    parts = path.split("/")
    if parts[-1] in {"customer_item", "barcode", "sku"}:
        return "/".join((*parts[:-1], "item"))
    if parts[-1] in {"amount", "price_basis"}:
        return "/".join((*parts[:-1], "unit_price"))
    return path


def is_answered_by_looking(finding: Finding) -> bool:
    """Whether a person's acceptance alone clears a finding."""
    return finding.code in OF_READING or finding.severity is not Severity.BLOCKING
