"""Default deny: a page or an operation that does not say who may come in is found here, before it is found outside."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, path
from ninja import NinjaAPI

from orderloop.access.api import needs
from orderloop.access.facts import PERMISSIONS_OF, Permission
from orderloop.access.pages.gate import NAMESPACES, NEVER_FOUND, AccessMiddleware
from orderloop.platform.permissions import (
    Undeclared,
    declares,
    declares_operation,
    operations_of,
    public,
    requires,
)


def routes(resolver: URLResolver, prefix: str = "", app: str | None = None) -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern with its whole address; those of a namespace declared as a whole are left out."""
    for each in resolver.url_patterns:
        address = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield address, each
        elif each.app_name not in NAMESPACES:
            yield from routes(each, address)


def undeclared(resolver: URLResolver) -> list[str]:
    """The addresses of pages and operations without a declaration."""
    found = []
    for address, pattern in routes(resolver):
        operations = operations_of(pattern.callback)
        for operation in operations:
            if not declares_operation(operation):
                found.append(f"{sorted(operation.methods)} {address}")
        if not operations and not declares(pattern.callback) and pattern.name not in NEVER_FOUND:
            found.append(address)
    return found


def declarations(resolver: URLResolver) -> dict[str, tuple[str, ...]]:
    """The permissions each page and operation asks for."""
    found = {}
    for address, pattern in routes(resolver):
        asked = set(getattr(pattern.callback, "permission", ()))
        for operation in operations_of(pattern.callback):
            asked |= {name for callback in operation.auth_callbacks for name in callback.permission}
        found[address] = tuple(str(name) for name in asked)
    return found


def _resolver_of(*patterns: Any) -> URLResolver:
    from django.urls.resolvers import RegexPattern

    resolver = URLResolver(RegexPattern(r"^/"), None)
    resolver.__dict__["url_patterns"] = list(patterns)
    return resolver


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


def test_every_page_and_operation_declares_who_may_come_in() -> None:
    assert undeclared(get_resolver()) == []


def test_every_declared_permission_exists_and_somebody_holds_it() -> None:
    held = frozenset().union(*PERMISSIONS_OF.values())
    asked = {name: address for address, names in declarations(get_resolver()).items() for name in names}
    assert {name: address for name, address in asked.items() if name not in set(Permission)} == {}
    assert {name: address for name, address in asked.items() if Permission(name) not in held} == {}


def test_a_page_without_declaration_is_found() -> None:
    assert undeclared(_resolver_of(path("leak", _page))) == ["leak"]
    assert undeclared(_resolver_of(path("leak", partial(_page)))) == ["leak"]
    assert undeclared(_resolver_of(path("kept", requires("orders.view")(_page)))) == []
    assert undeclared(_resolver_of(path("open", public("for the test")(lambda request: None)))) == []


def test_an_operation_without_declaration_is_found() -> None:
    api = NinjaAPI(urls_namespace="planted", docs_url=None, openapi_url=None)

    @api.get("/kept", auth=needs("orders:read"))
    def kept(request: HttpRequest) -> str:
        return ""

    @api.get("/open")
    @public("for the test")
    def open_(request: HttpRequest) -> str:
        return ""

    @api.post("/leak")
    def leak(request: HttpRequest) -> str:
        return ""

    @api.put("/other", auth=lambda request: True)
    def other(request: HttpRequest) -> str:
        return ""

    patterns = api.urls[0]
    assert undeclared(_resolver_of(*patterns)) == ["['POST'] leak", "['PUT'] other"]


@pytest.mark.parametrize("debug", [True, False])
def test_a_page_without_declaration_is_refused_when_asked_for(settings: Any, debug: bool) -> None:
    from django.core.exceptions import PermissionDenied

    settings.DEBUG = debug
    request = RequestFactory().get("/leak")
    request.resolver_match = None
    gate = AccessMiddleware(lambda request: HttpResponse())
    with pytest.raises(Undeclared if debug else PermissionDenied):
        gate.process_view(request, _page, (), {})


def test_a_stranger_is_led_to_the_sign_in_page_from_every_page_that_asks_for_a_permission(db: None) -> None:
    client = Client()
    asked_for = 0
    for address, pattern in routes(get_resolver()):
        callback: Callable[..., Any] = pattern.callback
        if not getattr(callback, "permission", ()) or "<" in address or "(" in address:
            continue
        for method in ("get", "post"):
            response = getattr(client, method)(f"/{address}")
            assert response.status_code in (302, 405), (method, address, response.status_code)
            if response.status_code == 302:
                assert response["Location"].startswith("/sign-in?next="), address
                asked_for += 1
    assert asked_for >= 5


def test_the_raw_tables_are_closed_to_everyone_but_administrators(db: None) -> None:
    assert NAMESPACES["admin"] == ("records.raw",)
    holders = {role for role, held in PERMISSIONS_OF.items() if Permission.RECORDS_RAW in held}
    assert holders == {"administrator"}
    assert Client().get("/admin/")["Location"] == "/sign-in?next=/admin/"
