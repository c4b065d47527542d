"""While the database is away callers are told to try again; a fault of the program stays a fault."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from orderloop.entrypoints.outage import server_error

PROBLEM = "application/problem+json"


def answer_to(path: str, error: Exception) -> HttpResponse:
    """What Django's handler answers while it handles `error`."""
    try:
        raise error
    except Exception:
        return server_error(RequestFactory().get(path))


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_the_api_tells_to_try_again(error: Exception) -> None:
    answer = answer_to("/api/v1/orders", error)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer["Content-Type"] == PROBLEM
    assert json.loads(answer.content)["type"] == "urn:orderloop:problem:unavailable"


def test_a_page_tells_to_try_again_without_asking_the_database() -> None:
    # No database is allowed in this test: asking it would raise.
    answer = answer_to("/orders", OperationalError("server closed the connection"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert b"<html" in answer.content


def test_a_fault_of_the_program_is_a_problem_to_the_api_that_tells_nothing_of_the_inside() -> None:
    answer = answer_to("/api/v1/orders", ValueError("secret of the inside"))
    assert (answer.status_code, answer["Content-Type"], "Retry-After" in answer) == (500, PROBLEM, False)
    problem = json.loads(answer.content)
    assert (problem["type"], problem["status"], problem["errors"]) == ("urn:orderloop:problem:internal", 500, [])
    assert "secret" not in problem["title"]


@pytest.mark.django_db
def test_anything_else_is_a_fault_of_the_program() -> None:
    answer = answer_to("/orders", ValueError("a bug"))
    assert (answer.status_code, "Retry-After" in answer) == (500, False)
