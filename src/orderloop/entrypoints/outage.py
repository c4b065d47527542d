"""What is answered when something goes wrong: that the program failed; or, while the database is away or too busy, to
try again in a moment. Programs get it as a problem document, people as a page."""

import json
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from orderloop.flow.services.posting import problem_document
from orderloop.ui import pages

RETRY_SECONDS = 2
AWAY = "The database does not answer: try again in a moment."
FAULT = "The program failed; its log names the fault by the X-Request-Id of this answer."


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what went wrong: 503 with Retry-After for an outage of the database, 500 for anything else.

    Nothing was kept of the request: an order posted again under its Idempotency-Key is taken in once.
    """
    is_program = request.path.startswith("/api/")
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return _problem(500, "internal", FAULT) if is_program else pages.server_error(request)
    # Without the request's context, which would ask the database who is signed in.
    answer = (
        _problem(503, "unavailable", AWAY) if is_program else HttpResponse(render_to_string("503.html"), status=503)
    )
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _problem(status: int, code: str, title: str) -> HttpResponse:
    body = json.dumps(problem_document(status, code, title, ()))
    return HttpResponse(body, status=status, content_type="application/problem+json")
