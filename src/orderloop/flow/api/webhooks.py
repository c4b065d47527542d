"""What other systems report of their own accord, by Standard Webhooks: documents, and messages of chat robots."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from orderloop.flow.api.orders import ERRORS, answer_json, problem
from orderloop.flow.services import reporting
from orderloop.platform.permissions import public

router = Router(tags=["webhooks"])


class ReportedOut(Schema):
    """What was taken of a report; without an `id` its type is one we do nothing with."""

    id: int | None = None
    state: str


_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": reporting.SCHEMA}}}}


@router.post("/webhooks/{source}", auth=None, response={202: ReportedOut, **ERRORS}, openapi_extra=_BODY)
@public("a webhook proves its sender by the signature over its body")
def post_webhook(request: HttpRequest, source: str) -> HttpResponse:
    """Take a report signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`).

    `document.created` brings a file; `message.created` a chat robot's text and files. Another type is noted and
    answered 202. The same id again is answered the same and kept once; a timestamp more than five minutes away, or a
    signature of no secret now agreed, is answered 401.
    """
    given = {name: request.headers.get(name, "") for name in reporting.HEADERS}
    report = reporting.take_report(source, request.body, given, at=datetime.now(UTC))
    if isinstance(report, reporting.Refused):
        return problem(report.status, report.code, report.words)
    return answer_json(202, report.body)
