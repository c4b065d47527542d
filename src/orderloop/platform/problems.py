"""Refusals of the API as RFC 9457 problem details, and versions of records as ETags."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import P, PathEx, Schema

from orderloop.foundation.outcome import Reason

# A code in a path. No column of text can hold a zero byte.
CodeInPath = PathEx[str, P(pattern=r"^[^\x00]*$")]


class RefusedField(Schema):
    """One reason: a stable code, a pointer to the field it concerns, and words in the caller's language."""

    code: str
    pointer: str
    detail: str


class Refusal(Schema):
    """RFC 9457 problem details; `errors` names every reason at once."""

    type: str
    title: str
    status: int
    errors: list[RefusedField] = []


REFUSALS: dict[int, type[Schema]] = {status: Refusal for status in (400, 401, 403, 404, 409, 412, 422, 429)}


def problem(
    status: int, code: str, title: str, reasons: Iterable[Reason] = (), words: Mapping[str, str] | None = None
) -> HttpResponse:
    """A refusal; `words` are the words of the reasons' codes."""
    known = words or {}
    errors = [
        {
            "code": reason.code,
            "pointer": f"/{reason.field}" if reason.field else "",
            "detail": gettext(known.get(reason.code, reason.code)) % dict(reason.params),
        }
        for reason in reasons
    ]
    body = {"type": f"urn:orderloop:problem:{code}", "title": title, "status": status, "errors": errors}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str), status=status, content_type="application/problem+json"
    )


def document(status: int, body: Schema, version: datetime) -> HttpResponse:
    """A record with its version as ETag."""
    return HttpResponse(
        body.model_dump_json(), status=status, content_type="application/json", headers={"ETag": etag_of(version)}
    )


def etag_of(version: datetime) -> str:
    """The ETag of a record last changed then."""
    return f'"{version.isoformat()}"'


def precondition_of(request: HttpRequest, present: datetime | None) -> HttpResponse | None:
    """The refusal when `If-Match` or `If-None-Match: *` does not fit the present version (None: there is no record)."""
    wanted = request.headers.get("If-Match", "")
    if wanted and wanted not in ("*", "" if present is None else etag_of(present)):
        return problem(412, "version_differs", "The record has changed meanwhile.")
    if wanted == "*" and present is None:
        return problem(412, "version_differs", "There is no such record.")
    if request.headers.get("If-None-Match") == "*" and present is not None:
        return problem(412, "exists", "The record is there already.")
    return None
