"""The sender's own sheet with a column that says what is wrong with its lines, for a clerk or the customer asked."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orderloop.intake import queries
from orderloop.intake.facts import DocumentFact, DraftOrigin, Finding
from orderloop.interchange.facts import Format
from orderloop.platform import sandbox, tables
from orderloop.platform.sandbox import Ending, Limits

_MB = 1024**2
_LIMITS = Limits(memory=1024 * _MB, cpu_seconds=20, wall_seconds=60, answer=64 * _MB)
_MARKED = "orderloop.interchange.readers.sheet_marked"
_SHEETS = frozenset({Format.SHEET, Format.CSV})
_CELL = re.compile(r"(?:(?P<sheet>.+)!)?[A-Z]{1,3}(?P<row>\d+)")
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """A file to be given back."""

    filename: str
    content_type: str
    content: bytes


def error_sheets(
    findings: Mapping[int, Sequence[Finding]], say: Callable[[Finding], str], *, title: str, language: str
) -> dict[int, ErrorSheet]:
    """Of each draft whose document is a sheet and whose findings lie in its lines: the sheet with what `say` makes of
    them beside each row. A sheet that also holds orders of other customers is given to nobody."""
    origins = queries.origins_for(findings)
    remarks = {i: said for i, origin in origins.items() if (said := _remarks(origin, findings[i], say))}
    documents = queries.documents_by_ids({origins[i].document_id for i in remarks})
    owners = queries.customers_of_documents(documents)
    made: dict[int, ErrorSheet] = {}
    for draft_id, said in remarks.items():
        document = documents.get(origins[draft_id].document_id)
        if document is None or document.format not in _SHEETS or len(owners.get(document.document_id, ())) > 1:
            continue
        if sheet := _marked(document, origins[draft_id], said, title, language):
            made[draft_id] = sheet
    return made


def has_error_sheet(origin: DraftOrigin | None, document: DocumentFact | None, findings: Sequence[Finding]) -> bool:
    """Whether there is such a file for a draft, without making it."""
    if origin is None or document is None or document.format not in _SHEETS:
        return False
    return bool(_remarks(origin, findings, lambda finding: finding.code))


_Remarks = dict[tuple[str, int], list[str]]


def _remarks(origin: DraftOrigin, findings: Sequence[Finding], say: Callable[[Finding], str]) -> _Remarks:
    """What is said beside which row of which sheet."""
    said: _Remarks = {}
    for finding in findings:
        place = _row_of(origin, finding.field)
        if place is not None:
            words = said.setdefault(place, [])
            if (text := say(finding)) not in words:
                words.append(text)
    return said


def _row_of(origin: DraftOrigin, field: str) -> tuple[str, int] | None:
    parts = field.split("/")
    if len(parts) < 2 or parts[0] != "lines":
        return None
    line = "/".join(parts[:2])
    paths = (origin.sources[name] for name in (field, *_of_line(origin, line)) if name in origin.sources)
    for source in paths:
        if found := _CELL.fullmatch(_path(source)):
            return found["sheet"] or "", int(found["row"])
    return None


def _of_line(origin: DraftOrigin, line: str) -> list[str]:
    return [f"{line}/{name}" for name in ("item", "quantity", "description", "customer_item", "barcode", "unit_price")]


def _path(source: Mapping[str, object]) -> str:
    place = source.get("place")
    return str(place.get("path", "")) if isinstance(place, Mapping) else ""


def _marked(
    document: DocumentFact, origin: DraftOrigin, said: _Remarks, title: str, language: str
) -> ErrorSheet | None:
    content = queries.document_content(document.document_id)
    if content is None:
        return None
    rows = [int(found["row"]) for name, source in origin.sources.items()
            if name.startswith("lines/") and (found := _CELL.fullmatch(_path(source)))]  # fmt: skip
    argument = {
        "filename": document.filename,
        "content_type": document.content_type,
        "title": title,
        "title_row": max(0, min(rows) - 1) if rows else 0,
        "remarks": [[sheet, row, "; ".join(texts)] for (sheet, row), texts in said.items()],
    }
    outcome = sandbox.run(
        f"{_MARKED}:marked", content, json.dumps(argument).encode(), limits=_LIMITS, preload=(_MARKED,)
    )
    if outcome.ending is not Ending.OK:
        return None
    answer = json.loads(outcome.answer)
    name = f"{document.filename.rpartition('.')[0] or 'orders'}-errors"
    if "rows" in answer:
        width = max(map(len, answer["rows"]), default=0)
        remarks = {int(row): {width: text} for row, text in answer["remarks"].items()}
        content = tables.write_errors(answer["rows"], remarks, language=language, sheet=title)
        return ErrorSheet(f"{name}.xlsx", _TYPES["xlsx"], content)
    suffix = answer["suffix"]
    return ErrorSheet(f"{name}.{suffix}", _TYPES[suffix], base64.b64decode(answer["content"]))
