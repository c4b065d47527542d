"""The API under /api/v1: every capability's operations in one description."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.parser import Parser

from orderloop.catalog.api import router as catalog
from orderloop.customers.api import router as customers
from orderloop.flow.api import router as flow
from orderloop.flow.services.posting import problem_document
from orderloop.metrics.api import router as figures
from orderloop.platform.permissions import public
from orderloop.ui import pages

PREFIX = "/api/"
PROBLEM = "application/problem+json"


class Described(NinjaAPI):
    """The API, described with the content type that its refusals have."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        for operation in (each for ways in schema["paths"].values() for each in ways.values()):
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"] = {PROBLEM: answer["content"]["application/json"]}
        return schema


class KeptParser(Parser):
    """Reads what is sent, and refuses zero bytes, which no column of text can hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        return _kept(super().parse_body(request))

    def parse_querydict(self, data: MultiValueDict, list_fields: list[str], request: HttpRequest) -> Any:
        return _kept(super().parse_querydict(data, list_fields, request))


def _kept(value: Any) -> Any:
    """The value, if no text in it holds a zero byte; the JSON reader bounds how deep it is."""
    if isinstance(value, str) and "\x00" in value:
        raise HttpError(400, "A text holds a zero byte, which cannot be kept.")
    if isinstance(value, dict):
        for name, each in value.items():
            _kept(name), _kept(each)
    elif isinstance(value, list):
        for each in value:
            _kept(each)
    return value


api = Described(
    title="Orderloop",
    version="1",
    description=(
        "The order desk: orders from message to delivery. Faults are RFC 9457 problem details naming every field."
    ),
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url=None,
    parser=KeptParser(),
    docs_decorator=public("the description of the interface holds nobody's data"),
)
api.add_router("", flow)
api.add_router("", customers)
api.add_router("", catalog)
api.add_router("", figures)


def _problem(status: int, code: str, title: str, errors: list[dict[str, object]] | None = None) -> HttpResponse:
    body = json.dumps(problem_document(status, code, title, errors or []), ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=PROBLEM)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "code": f"E_{fault['type'].upper()}",
            "pointer": "/" + "/".join(str(part) for part in fault["loc"][1:]),
            "severity": "blocking",
            "detail": fault["msg"],
        }
        for fault in error.errors
    ]
    return _problem(422, "invalid_request", "The request is not of the described form.", errors)


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    status = error.status_code
    return _problem(
        status,
        "unauthenticated",
        error.message if status != 401 else "A valid token is needed: Authorization: Bearer ol_...",
    )


@api.exception_handler(AuthorizationError)
def _not_allowed(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
    return _problem(403, "forbidden", error.message)


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(error.status_code, "refused", error.message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address: a problem for programs, a page for people."""
    if request.path.startswith(PREFIX):
        return _problem(404, "not_found", "There is no such address.")
    return pages.not_found(request, exception)
