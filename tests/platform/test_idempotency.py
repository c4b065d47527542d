"""The same key gives the same answer; the same key with another request is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from orderloop.platform.idempotency import (
    Answer,
    AnswerTaken,
    Asked,
    Conflict,
    Stored,
    answers_for,
    delete_answers,
    fingerprint_of,
    keep_answers,
)
from orderloop.platform.models import IdempotencyKey

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE, OTHER = fingerprint_of(b"POST", b'{"a": 1}'), fingerprint_of(b"POST", b'{"a": 2}')
pytestmark = pytest.mark.django_db


def test_an_answer_is_given_again_for_the_same_request_only(django_assert_num_queries):
    with django_assert_num_queries(1):
        keep_answers([Answer("token:1", "k1", ONE, 201, '{"id": 5}'), Answer("token:2", "k1", OTHER, 422, "{}")], at=AT)
    asked = [Asked("token:1", "k1", ONE), Asked("token:2", "k1", ONE), Asked("token:1", "k2", ONE)]
    with django_assert_num_queries(1):
        assert answers_for(asked) == {("token:1", "k1"): Stored(201, '{"id": 5}'), ("token:2", "k1"): Conflict()}
    assert answers_for([]) == {}


def test_a_key_answered_meanwhile_is_named():
    keep_answers([Answer("t", "a", ONE, 201, "first")], at=AT)
    with pytest.raises(AnswerTaken) as taken:
        keep_answers([Answer("t", "b", ONE, 201, "x"), Answer("t", "a", ONE, 201, "second")], at=AT)
    assert taken.value.keys == (("t", "a"),)
    assert answers_for([Asked("t", "a", ONE)]) == {("t", "a"): Stored(201, "first")}


def test_old_answers_are_forgotten():
    keep_answers([Answer("t", "a", ONE, 201, "x")], at=AT)
    keep_answers([Answer("t", "b", ONE, 201, "x")], at=AT + timedelta(days=1))
    assert delete_answers(AT + timedelta(hours=1)) == 1
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["b"]


def test_the_fingerprint_tells_parts_apart():
    assert fingerprint_of(b"ab", b"c") != fingerprint_of(b"a", b"bc")
    assert len(ONE) == 32
