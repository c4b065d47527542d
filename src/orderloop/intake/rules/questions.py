"""What a customer is asked about a draft, and how the answers come into it."""

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from orderloop.foundation.outcome import Reason
from orderloop.intake.facts import Finding, FindingCode, Severity
from orderloop.intake.rules.bodies import HEADER_FIELDS, LINE_FIELDS, keepable

ANSWER_LENGTH = 300
# A line the customer takes back is answered under this name: `lines/2/leave_out`.
LEAVE_OUT = "leave_out"


def askable(findings: Sequence[Finding], asked_before: Collection[tuple[str, str]] = ()) -> tuple[Finding, ...]:
    """What the customer can clear by naming a value; what was asked before (code, field) goes to the desk instead."""
    return tuple(
        finding
        for finding in findings
        if finding.severity is Severity.BLOCKING
        and finding.ask_customer
        and (finding.code, finding.field) not in asked_before
        and _is_answerable(finding.field)
    )


def for_the_desk(findings: Sequence[Finding], asked: Sequence[Finding]) -> tuple[Finding, ...]:
    """What blocks the order and is not asked of the customer."""
    return tuple(each for each in findings if each.severity is Severity.BLOCKING and each not in asked)


def answer_body(
    body: Mapping[str, Any], asked: Sequence[Finding], values: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[Reason, ...]]:
    """The document with the answers in it. Only what was asked can be answered; every fault is named at its field.

    A line is taken back with `lines/2/leave_out`; then nothing else about it needs an answer.
    """
    fields = {finding.field for finding in asked}
    left_out = {line for line in map(_line_of, fields) if line is not None and values.get(f"lines/{line}/{LEAVE_OUT}")}
    faults: list[Reason] = []
    answered = copy.deepcopy(dict(body))
    for field in sorted(fields):
        if _line_of(field) in left_out:
            continue
        text = values.get(field, "").strip()
        if not text and not _is_optional(field):
            faults.append(Reason("intake.answer_missing", field))
        elif len(text) > ANSWER_LENGTH:
            faults.append(Reason("intake.answer_too_long", field, {"limit": ANSWER_LENGTH}))
        else:
            _put(answered, field, keepable(text))
    answered["lines"] = [line for n, line in enumerate(answered.get("lines", ())) if n not in left_out]
    return answered, tuple(faults)


def _is_answerable(field: str) -> bool:
    parts = field.split("/")
    return field in HEADER_FIELDS or (len(parts) == 3 and parts[0] == "lines" and parts[2] in LINE_FIELDS)


def _is_optional(field: str) -> bool:
    """A price left empty means ours is accepted; a total left empty means the lines decide."""
    return field == "total" or field.endswith("/unit_price")


def _line_of(field: str | None) -> int | None:
    parts = (field or "").split("/")
    return int(parts[1]) if len(parts) == 3 and parts[0] == "lines" and parts[1].isdigit() else None


def _put(body: dict[str, Any], field: str, text: str) -> None:
    n = _line_of(field)
    record = body if n is None else body["lines"][n]
    name = field.rpartition("/")[2]
    if text:
        record[name] = text
    else:
        record.pop(name, None)


def codes_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The codes of what is wrong, each once, in order."""
    return tuple(dict.fromkeys(str(finding.code) for finding in findings))


def is_repeat(findings: Sequence[Finding]) -> bool:
    """Whether the customer's order number was received before, so that the order may be withdrawn as a repeat."""
    return any(finding.code == FindingCode.DUP_PO for finding in findings)
