"""cXML: an order handed over and answered at once with the status of the protocol; proven by the shared secret."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router

from orderloop.flow.services import requesting
from orderloop.platform.permissions import public

router = Router(tags=["documents"])
CONTENT_TYPE = "text/xml; charset=utf-8"
_XML = {"content": {"text/xml": {"schema": {"type": "string"}}}}


@router.post(
    "/cxml",
    auth=None,
    response={200: None, 401: None},
    openapi_extra={
        "requestBody": {"required": True, **_XML},
        "responses": {200: {"description": "A cXML Response: its Status says what becomes of the request.", **_XML},
                      401: {"description": "A cXML Response: the shared secret is missing or wrong.", **_XML}},
    },
)  # fmt: skip
@public("a cXML request proves its sender by the shared secret that stands in it")
def post_cxml(request: HttpRequest) -> HttpResponse:
    """Hand over a cXML request. Its Response is 201 for what is taken in, 400 or 450 for what cannot be, 409 where the
    same payloadID came with other content, and 401 (also as the answer's own status) without the agreed secret."""
    answered = requesting.answer_request(request.body, at=datetime.now(UTC))
    status = 401 if answered.status == 401 else 200
    return HttpResponse(answered.content, status=status, content_type=CONTENT_TYPE)
