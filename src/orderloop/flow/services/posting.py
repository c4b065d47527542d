"""Orders posted to the API: gathered into sets, each answered in full, and answered the same when sent again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import translation

from orderloop.flow.facts import TakenIn
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.intake import services as intake
from orderloop.intake.api import entry_from_json, findings_out
from orderloop.intake.facts import Arrival, Finding, MessageOutcome, OrderEntry, Outcome
from orderloop.orders.facts import Channel
from orderloop.platform import idempotency
from orderloop.platform.gather import Gatherer

ORDERS = "orders"


@dataclass(slots=True)
class Posted:
    """One order as posted. `scope` is who calls; `message_id` is set once the bytes are stored."""

    body: bytes
    scope: str
    actor: Actor
    customer_id: int | None
    key: str
    ask: bool
    language: str
    message_id: int | None = None

    @property
    def fingerprint(self) -> bytes:
        return idempotency.fingerprint_of(ORDERS.encode(), self.body)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the caller gets: HTTP status and JSON text; `is_replay` when it was answered before."""

    status: int
    body: str
    is_replay: bool = False


def post_orders(posts: Sequence[Posted]) -> list[Answered]:
    """Answer a set of posted orders: one transaction stores the bytes, one decides and writes everything.

    A key seen before gets the answer it got then, also within the set; with another body it is refused. A key that
    another process answers at this moment (the retry of a caller who was cut off) gets that answer.
    """
    try:
        return _post(posts)
    except idempotency.AnswerTaken:
        if len(posts) > 1:
            raise
        return _post(posts)


def _post(posts: Sequence[Posted]) -> list[Answered]:
    known = _known_answers(posts)
    first: dict[tuple[str, str], Posted] = {}
    fresh = []
    for post in posts:
        if not post.key:
            fresh.append(post)
        elif (post.scope, post.key) not in known and (post.scope, post.key) not in first:
            first[post.scope, post.key] = post
            fresh.append(post)
    answers = dict(zip(map(id, fresh), _answer_fresh(fresh), strict=True)) if fresh else {}
    # A refusal may be the echo of the same request, accepted by a process that died before it could say so.
    refused = [post for post in fresh if post.key and answers[id(post)].status >= 400]
    if refused and (accepted := _known_answers(refused)):
        known |= accepted
        answers = {id(p): answers[id(p)] for p in fresh if (p.scope, p.key) not in accepted}
    _settle_repeats([post for post in posts if post.message_id is not None and id(post) not in answers])
    return [_answer_of(post, known, first, answers) for post in posts]


def _known_answers(
    posts: Sequence[Posted],
) -> dict[tuple[str, str], idempotency.Stored | idempotency.Conflict]:
    return idempotency.answers_for([idempotency.Asked(p.scope, p.key, p.fingerprint) for p in posts if p.key])


def _settle_repeats(posts: Sequence[Posted]) -> None:
    """Bytes stored for a request that another process answered meanwhile."""
    repeats = {post.message_id: MessageOutcome(Outcome.DUPLICATE) for post in posts if post.message_id is not None}
    intake.record_outcomes(repeats, at=datetime.now(UTC))


def _answer_of(
    post: Posted,
    known: dict[tuple[str, str], idempotency.Stored | idempotency.Conflict],
    first: dict[tuple[str, str], Posted],
    answers: dict[int, Answered],
) -> Answered:
    if id(post) in answers:
        return answers[id(post)]
    before = known.get((post.scope, post.key))
    if isinstance(before, idempotency.Stored):
        return Answered(before.status, before.body, is_replay=True)
    original = first.get((post.scope, post.key))
    if before is None and original is not None and original.fingerprint == post.fingerprint:
        answer = answers[id(original)]
        return Answered(answer.status, answer.body, is_replay=True)
    return Answered(422, _problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request."))


def _answer_fresh(posts: Sequence[Posted]) -> list[Answered]:
    at = datetime.now(UTC)
    unstored = [post for post in posts if post.message_id is None]
    arrivals = [
        Arrival(Channel.API, "application/json", p.body, at, sender=p.scope, customer_id=p.customer_id)
        for p in unstored
    ]
    for post, stored in zip(unstored, intake.store_messages(arrivals), strict=True):
        post.message_id = stored.message_id
    with transaction.atomic():
        answers = _take_in(posts, at)
        idempotency.keep_answers(
            [
                idempotency.Answer(post.scope, post.key, post.fingerprint, answer.status, answer.body)
                for post, answer in zip(posts, answers, strict=True)
                if post.key and answer.status < 300
            ],
            at=at,
        )
    return answers


def _take_in(posts: Sequence[Posted], at: datetime) -> list[Answered]:
    read_ones = [
        read(p.body, key=n, customer_id=p.customer_id, at=at, message_id=p.message_id) for n, p in enumerate(posts)
    ]
    answers: dict[int, Answered] = {}
    entries = [entry for entry in read_ones if isinstance(entry, OrderEntry)]
    if entries:
        keep = {entry.key for entry in entries if posts[entry.key].ask}
        senders = {entry.key: posts[entry.key].actor for entry in entries}
        taken = take_in_entries(entries, at=at, actor=SYSTEM, actors=senders, keep=keep).values
        answers |= {key: answer_for(each, posts[key].language) for key, each in taken.items()}
    unreadable = {n: e for n, e in enumerate(read_ones) if not isinstance(e, OrderEntry)}
    if unreadable:
        intake.record_outcomes(
            {
                message_id: MessageOutcome(Outcome.REJECTED, None, tuple(sorted({str(f.code) for f in found})))
                for n, found in unreadable.items()
                if (message_id := posts[n].message_id) is not None
            },
            at=at,
        )
        answers |= {n: refused(found, posts[n].language) for n, found in unreadable.items()}
    return [answers[n] for n in range(len(posts))]


def read(
    body: bytes, *, key: int, customer_id: int | None, at: datetime, message_id: int | None = None
) -> OrderEntry | list[Finding]:
    """The entry in a posted body, or everything that makes it unreadable."""
    return entry_from_json(
        body, key=key, channel=Channel.API, received_at=at, customer_id=customer_id, message_id=message_id
    )


def answer_for(taken: TakenIn, language: str) -> Answered:
    """The answer to one order: 201 with the order, 202 with the draft being asked about, 422 with all findings."""
    if taken.order_id is None and taken.draft_id is None:
        return refused(taken.findings, language)
    return Answered(201 if taken.order_id else 202, json.dumps(order_document(taken, language), ensure_ascii=False))


def order_document(taken: TakenIn, language: str) -> dict[str, Any]:
    """What the API says of an order just taken in."""
    document: dict[str, Any] = {
        "number": taken.number,
        "status": taken.status,
        "total": None if taken.total is None else str(taken.total),
        "promised_on": None if taken.promised_on is None else str(taken.promised_on),
        "holds": list(taken.holds),
        "findings": _finding_documents(taken.findings, language) if taken.findings else [],
    }
    if taken.draft_id is not None:
        document["draft"] = taken.draft_id
    return document


def _finding_documents(findings: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    with translation.override(language):
        return [finding.model_dump(exclude_none=True) for finding in findings_out(findings)]


def refused(findings: Sequence[Finding], language: str) -> Answered:
    return Answered(
        422,
        _problem(
            422, "order_refused", "The order cannot be taken in as it is.", _finding_documents(findings, language)
        ),
    )


def _problem(status: int, code: str, title: str, errors: Sequence[dict[str, Any]] = ()) -> str:
    return json.dumps(problem_document(status, code, title, errors), ensure_ascii=False)


def problem_document(status: int, code: str, title: str, errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """RFC 9457 problem details with every fault."""
    return {"type": f"urn:orderloop:problem:{code}", "title": title, "status": status, "errors": list(errors)}


def post_order(post: Posted) -> Answered:
    """Answer one posted order, worked together with those that are posted at the same moment.

    A pooled connection is given back before waiting: the callers of one set would else hold what the set needs.
    """
    if "pool" in connection.settings_dict["OPTIONS"]:
        connection.close()
    return _GATHERED.call(post)


def _work(posts: Sequence[Posted]) -> list[Answered]:
    """A set in the gatherer's own thread: no request begins or ends there, so nobody else looks after its connection,
    which stays open, with what is prepared on it, until it fails."""
    connection.close_if_unusable_or_obsolete()
    connection.ensure_connection()
    connection.close_at = None
    return post_orders(posts)


_GATHERED: Gatherer[Posted, Answered] = Gatherer(_work)
