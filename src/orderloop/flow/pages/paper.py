"""The document beside the form: its pages with the words' boxes, a sheet's cells, or its lines of text."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from orderloop.customers import queries as customers
from orderloop.flow.pages.paper_lines import shown_lines, text_lines
from orderloop.intake import queries
from orderloop.intake.facts import DocumentFact, DraftFact, Finding
from orderloop.intake.jobs import sheets_with_errors
from orderloop.intake.rules.questions import askable
from orderloop.interchange.facts import Format, Page, Reading
from orderloop.platform import sandbox
from orderloop.platform.files import attachment
from orderloop.platform.permissions import requires
from orderloop.platform.sandbox import Ending, Limits

_MB = 1024**2
_DRAWING = Limits(memory=1024 * _MB, cpu_seconds=20, wall_seconds=30, answer=24 * _MB)
_CELLS = Limits(memory=1024 * _MB, cpu_seconds=15, wall_seconds=30, answer=8 * _MB)
_SHOWING = "orderloop.interchange.readers.showing"
# A page of a document never changes; a process keeps the last ones drawn.
_KEPT_PAGES = 48
MOST_WORDS = 3_000
_PAPER = frozenset({Format.PDF, Format.IMAGE})
_SHEETS = frozenset({Format.SHEET, Format.CSV})


@requires("intake.view")
@require_GET
def show_page(request: HttpRequest, document_id: int, number: int) -> HttpResponse:
    """A page of a document as a picture, drawn in a child that has little to lose."""
    document = queries.documents_by_ids([document_id]).get(document_id)
    if document is None:
        raise Http404
    mark = f'"{document.sha256[:32]}-{number}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    reading = queries.readings_for([document_id]).get(document_id)
    page = next((each for each in reading.pages if each.number == number), None) if reading else None
    if page is None:
        raise Http404
    aspect = round(page.height / page.width, 4) if page.width else 0.0
    picture = _drawn(document.sha256, number, aspect, page.corners, document_id)
    if not picture:
        raise Http404
    answer = HttpResponse(picture, content_type="image/png")
    answer["ETag"] = mark
    answer["Cache-Control"] = "private, max-age=604800, immutable"
    return answer


@requires("intake.view")
@require_GET
def download_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The document as it came, to be saved, never opened here."""
    document = queries.documents_by_ids([document_id]).get(document_id)
    content = queries.document_content(document_id) if document else None
    if document is None or content is None:
        raise Http404
    return attachment(content, "application/octet-stream", document.filename or f"document-{document_id}")


@requires("intake.view")
@require_GET
def download_errors(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The sheet a draft was read from, as its sender knows it, with a column of what is wrong beside each row."""
    draft = queries.drafts_for([draft_id]).get(draft_id)
    if draft is None:
        raise Http404
    owner = customers.facts_for([draft.customer_id]).get(draft.customer_id) if draft.customer_id else None
    return errors_of(draft, askable(draft.findings), owner.language if owner else get_language() or "en")


def errors_of(draft: DraftFact, findings: Sequence[Finding], language: str) -> HttpResponse:
    """A draft's sheet with these findings, to be saved."""
    sheet = sheets_with_errors({draft.draft_id: findings}, {draft.draft_id: language}).get(draft.draft_id)
    if sheet is None:
        raise Http404
    return attachment(sheet.content, sheet.content_type, sheet.filename)


@lru_cache(maxsize=_KEPT_PAGES)
def _drawn(
    sha256: str, number: int, aspect: float, corners: tuple[tuple[float, float], ...], document_id: int
) -> bytes:
    content = queries.document_content(document_id)
    if content is None:
        return b""
    argument = json.dumps({"page": number, "aspect": aspect, "corners": corners}).encode()
    outcome = sandbox.run(f"{_SHOWING}:page_picture", content, argument, limits=_DRAWING, preload=(_SHOWING,))
    return outcome.answer if outcome.ending is Ending.OK else b""


def paper_of_message(message_id: int) -> dict[str, Any] | None:
    """The part of a message a person would look at first; None for a message that was never opened."""
    document = first_shown(queries.documents_for([message_id]).get(message_id, ()))
    if document is None:
        return None
    return paper_of(document, queries.readings_for([document.document_id]).get(document.document_id))


def first_shown(documents: Sequence[DocumentFact]) -> DocumentFact | None:
    """Of a message's documents the first that says something itself, else the message."""
    speaking = (each for each in documents if each.outcome not in ("opened", "merged"))
    return next(speaking, next(iter(documents), None))


def paper_of(document: DocumentFact, reading: Reading | None) -> dict[str, Any]:
    """How a document is shown: `pages`, `sheets` or `lines`; without any of them it can only be saved."""
    shown: dict[str, Any] = {"document": document, "pages": [], "sheets": [], "lines": []}
    format = Format(document.format) if document.format in set(Format) else Format.UNKNOWN
    if reading is not None and reading.pages:
        shown["pages"] = [_page(page) for page in reading.pages]
    elif format in _SHEETS:
        shown["sheets"] = _sheets(document)
    elif reading is not None and reading.text:
        shown["lines"] = shown_lines(reading.text.splitlines(), Format.MAIL)
    elif format not in _PAPER:
        content = queries.document_content(document.document_id)
        shown["lines"] = shown_lines(text_lines(content or b"", format), format)
    return shown


def _page(page: Page) -> dict[str, Any]:
    width, height = (max(1, round(side)) for side in (page.width, page.height))
    words = [
        {
            "text": word.text,
            "x": f"{word.box[0] * width:.1f}",
            "y": f"{word.box[1] * height:.1f}",
            "width": f"{max(0.0, word.box[2] - word.box[0]) * width:.1f}",
            "height": f"{max(0.0, word.box[3] - word.box[1]) * height:.1f}",
            "box": ",".join(f"{side:.5f}" for side in word.box),
        }
        for word in page.words[:MOST_WORDS]
    ]
    return {"number": page.number, "width": width, "height": height, "words": words, "is_scan": page.is_scan}


def _sheets(document: DocumentFact) -> list[Mapping[str, Any]]:
    content = queries.document_content(document.document_id)
    hints = {"filename": document.filename, "content_type": document.content_type}
    outcome = sandbox.run(
        f"{_SHOWING}:sheet_cells", content or b"", json.dumps(hints).encode(), limits=_CELLS, preload=(_SHOWING,)
    )
    if outcome.ending is not Ending.OK:
        return []
    return [_sheet(each) for each in json.loads(outcome.answer)]


def _sheet(cells: Mapping[str, Any]) -> dict[str, Any]:
    rows = cells["rows"]
    width = max((len(row) for row in rows), default=0)
    letters = [_letters(n) for n in range(width)]
    return {
        "name": cells["name"],
        "letters": letters,
        "rows": [
            {
                "n": n,
                "cells": [{"text": text, "path": f"{cells['prefix']}{letters[k]}{n}"} for k, text in enumerate(row)],
            }
            for n, row in enumerate(rows, 1)
        ],
        "more": max(0, int(cells["count"]) - len(rows)),
    }


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
