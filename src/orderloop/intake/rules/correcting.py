"""A draft's document with what a person has said in it, and what is then still doubtful."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from orderloop.foundation.outcome import Reason
from orderloop.intake.facts import OF_READING, Finding, FindingCode
from orderloop.intake.rules.bodies import HEADER_FIELDS, LINE_FIELDS, keepable

VALUE_LENGTH = 4_000
LINE_NAMES = (*LINE_FIELDS, "sku")
# Correcting one of these figures answers what was wrong between them.
_FIGURES = frozenset({"quantity", "unit", "unit_price", "amount", "price_basis"})


def line_of(path: str) -> tuple[int, str] | None:
    """The line (from 0) and the field a path such as `lines/0/quantity` points at; None for one of the header."""
    parts = path.split("/")
    if len(parts) != 3 or parts[0] != "lines" or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return int(parts[1]), parts[2]


def is_kept(path: str, lines: int) -> bool:
    """Whether a draft of so many lines keeps a value of this path."""
    line = line_of(path)
    return path in HEADER_FIELDS if line is None else line[1] in LINE_NAMES and line[0] < lines


def faults_of(body: Mapping[str, Any], said: Mapping[str, str], products: Collection[str]) -> tuple[Reason, ...]:
    """Why these values cannot be put into the document, each at its path; `products` are our codes that exist."""
    faults = []
    for path, text in said.items():
        line = line_of(path)
        if not is_kept(path, len(body["lines"])):
            faults.append(Reason("intake.no_such_field", path))
        elif len(text) > VALUE_LENGTH:
            faults.append(Reason("intake.value_too_long", path, {"limit": VALUE_LENGTH}))
        elif line is not None and line[1] == "sku" and text and text not in products:
            faults.append(Reason("intake.product_unknown", path, {"given": text}))
    return tuple(faults)


def corrected(body: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """The document with the values in it; an empty one takes the field out. A new item code is matched anew."""
    new = copy.deepcopy(dict(body))
    for path, text in said.items():
        line = line_of(path)
        record, name = (new, path) if line is None else (new["lines"][line[0]], line[1])
        if name == "item" and text != record.get("item") and f"{path.rpartition('/')[0]}/sku" not in said:
            record.pop("sku", None)
        if text.strip():
            record[name] = keepable(text.strip())
        else:
            record.pop(name, None)
    return new


def sources_said(
    sources: Mapping[str, Mapping[str, object]], said: Mapping[str, str], author: str, at: datetime
) -> dict[str, Any]:
    """The sources with who has said what; where the document has the value is kept."""
    new: dict[str, Any] = {path: dict(source) for path, source in sources.items()}
    for path, text in said.items():
        before = {name: value for name, value in new.get(path, {}).items() if name != "origin"}
        typed = {"text": keepable(text.strip()), "method": "typed", "confidence": 1.0}
        new[path] = {**before, **typed, "author": author, "at": at.isoformat()}
    return new


def picks_of(body: Mapping[str, Any], said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(code as the customer wrote it, our code) of each product picked that the customer calls otherwise."""
    for path, sku in said.items():
        line = line_of(path)
        if line is None or line[1] != "sku" or not sku:
            continue
        code = str(body["lines"][line[0]].get("item", "")).strip()
        if code and code != sku:
            yield code, sku


def doubts_left(findings: Sequence[Finding], said: Mapping[str, str]) -> tuple[Finding, ...]:
    """What was doubtful about the reading and nothing that was said has answered."""
    return tuple(each for each in findings if each.code in OF_READING and not _is_answered(each, said))


def _is_answered(finding: Finding, said: Mapping[str, str]) -> bool:
    if finding.field in said:
        return True
    at = line_of(finding.field)
    if at is None:
        return finding.code == FindingCode.CUSTOMER_UNSURE and "customer" in said
    names = {line[1] for path in said if (line := line_of(path)) is not None and line[0] == at[0]}
    if at[1] in {"item", "customer_item", "barcode"}:
        return bool(names & {"item", "sku"})
    return at[1] in _FIGURES and finding.code != FindingCode.DOUBTFUL and bool(names & _FIGURES)
