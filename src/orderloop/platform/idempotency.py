"""The answer once given under a caller's key: given again for the same request, refused for another."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from orderloop.platform.bulk import RowSet, fetch_all

_ANSWERS = RowSet(
    "platform_idempotencykey",
    scope="text", key="text", fingerprint="bytea", status="int", body="text", created_at="timestamptz",
)  # fmt: skip

Key = tuple[str, str]
"""Scope (who calls) and the caller's key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key; `fingerprint` is that of its content."""

    scope: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What was answered to the same request before: HTTP status and body."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered now and is to be kept."""

    scope: str
    key: str
    fingerprint: bytes
    status: int
    body: str


class AnswerTaken(RuntimeError):
    """Another transaction answered under one of these keys meanwhile: roll back, ask again for what it answered."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__(f"answered elsewhere: {', '.join(key for _, key in keys)}")
        self.keys = tuple(keys)


def fingerprint_of(*parts: bytes) -> bytes:
    """32 bytes that stand for a request: pass what makes it that request, such as method, path and body."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def answers_for(asked: Sequence[Asked]) -> dict[Key, Stored | Conflict]:
    """What is known of each request's key, by one statement; keys never used are absent."""
    if not asked:
        return {}
    rows = fetch_all(
        "SELECT k.scope, k.key, k.status, k.body, k.fingerprint = a.fingerprint FROM platform_idempotencykey k"
        " JOIN unnest(%s::text[], %s::text[], %s::bytea[]) AS a (scope, key, fingerprint) USING (scope, key)",
        [[a.scope for a in asked], [a.key for a in asked], [a.fingerprint for a in asked]],
    )
    return {(scope, key): Stored(status, body) if same else Conflict() for scope, key, status, body, same in rows}


def keep_answers(answers: Sequence[Answer], *, at: datetime) -> None:
    """Keep answers in the caller's transaction by one statement; `AnswerTaken` when a key has one already.

    A key that another open transaction is answering makes this one wait for its end.
    """
    if not answers:
        return
    rows = [(a.scope, a.key, a.fingerprint, a.status, a.body, at) for a in answers]
    kept = set(_ANSWERS.insert(rows, suffix="ON CONFLICT (scope, key) DO NOTHING RETURNING scope, key"))
    if len(kept) < len(answers):
        raise AnswerTaken([(a.scope, a.key) for a in answers if (a.scope, a.key) not in kept])


def delete_answers(before: datetime, limit: int = 10_000) -> int:
    """Forget at most `limit` answers given before `before`; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM platform_idempotencykey WHERE id IN"
            " (SELECT id FROM platform_idempotencykey WHERE created_at < %s LIMIT %s)",
            [before, limit],
        )
        return int(cursor.rowcount)
