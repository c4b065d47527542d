"""The committed description of the API is the served one, and declares what every operation can answer."""

import json
from typing import Any

from django.test import Client
from tools import openapi


def operations() -> list[tuple[str, dict[str, Any]]]:
    paths = json.loads(openapi.description())["paths"]
    return [(f"{method} {path}", told) for path, ways in paths.items() for method, told in ways.items()]


def test_the_committed_description_is_current() -> None:
    assert openapi.PAGE.read_text(encoding="utf-8") == openapi.description(), "run python tools/openapi.py"


def test_the_served_description_is_the_same(db: None) -> None:
    served = Client().get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert json.loads(served.content) == json.loads(openapi.description())


# They prove their sender by what stands in the body, not by a token; and what is not JSON is no problem+json.
WITHOUT_TOKEN = {"post /api/v1/cxml", "post /api/v1/webhooks/{source}"}
XML = {"post /api/v1/cxml"}
BYTES = {"get /api/v1/documents/{message_id}/content", "get /api/v1/outgoing/{outgoing_id}/content"}


def test_every_operation_says_what_it_does_and_what_refusals_it_has() -> None:
    for name, told in operations():
        assert told.get("description") or told.get("summary"), name
        assert {"401", "403", "422"} <= set(told["responses"]) or name in XML, name
        assert bool(told.get("security")) is (name not in WITHOUT_TOKEN), name


def test_every_refusal_is_problem_json() -> None:
    for name, told in operations():
        for status, answer in told["responses"].items():
            kinds = set(answer.get("content", {}))
            usual = "application/octet-stream" if name in BYTES else "application/json"
            expected = "text/xml" if name in XML else "application/problem+json" if int(status) >= 400 else usual
            assert kinds == {expected}, (name, status)
