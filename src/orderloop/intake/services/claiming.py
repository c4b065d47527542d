"""Messages held for reading by one process at a time, and read, with all that is in them, outside any transaction."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection

from orderloop.intake import queries
from orderloop.intake.facts import SECTION, Claimed, MessageOutcome, Outcome, ReadDocument, ReadMessage
from orderloop.intake.services.messages import record_outcomes
from orderloop.interchange.facts import Hints, Part, Reading
from orderloop.interchange.services import read_document
from orderloop.orders.facts import Channel
from orderloop.platform import files
from orderloop.platform.bulk import columns_of, execute, fetch_all
from orderloop.policy.queries import in_force, working_time
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

LEASE = timedelta(minutes=2)
_RENEW_SECONDS = 30.0
MOST_ATTEMPTS = 5
logger = logging.getLogger(__name__)
# A mail in a mail in a mail is opened, an archive in an archive is not.
_DEEPEST = 3

Read = Callable[[bytes, Hints], Reading]


def claim_messages(message_ids: Sequence[int], *, at: datetime, lease: timedelta = LEASE) -> list[Claimed]:
    """Hold those of the messages that are pending and that nobody holds, with their bytes, until the lease ends."""
    rows = fetch_all(
        """WITH free AS (SELECT id FROM intake_message WHERE id = ANY(%s::bigint[]) AND outcome = 'pending'
                AND (leased_until IS NULL OR leased_until <= %s) ORDER BY id FOR UPDATE SKIP LOCKED)
           UPDATE intake_message m SET leased_until = %s, attempts = m.attempts + 1 FROM free WHERE m.id = free.id
           RETURNING m.id, m.channel, m.sender, m.customer_id, m.received_at, m.content_type, m.filename, m.sha256,
               m.envelope::text, m.attempts, m.body, m.file""",
        [list(message_ids), at, at + lease],
    )
    wanted = {row[11] for row in rows if row[10] is None}
    contents = files.read_files(wanted) if wanted else {}
    return [_claimed(row, contents) for row in sorted(rows)]


def messages_held(message_ids: Sequence[int]) -> dict[int, Claimed]:
    """Messages as they were held when they were read, without their bytes; they may have ended long since."""
    rows = fetch_all(
        """SELECT m.id, m.channel, m.sender, m.customer_id, m.received_at, m.content_type, m.filename, m.sha256,
               m.envelope::text, m.attempts, NULL, '' FROM intake_message m WHERE m.id = ANY(%s::bigint[])""",
        [list(message_ids)],
    )
    return {row[0]: _claimed(row, {}) for row in rows}


def set_apart_spent(claimed: Sequence[Claimed], *, at: datetime) -> list[int]:
    """Set apart those that have been held `MOST_ATTEMPTS` times before and never came to an end; returns which."""
    spent = [each.message_id for each in claimed if each.attempts > MOST_ATTEMPTS]
    if spent:
        quarantine_messages({message_id: "attempts" for message_id in spent}, at=at)
    return spent


@contextmanager
def kept_held(claimed: Sequence[Claimed]) -> Iterator[None]:
    """Within this block the messages stay held, however long it takes; a process that dies lets go within the lease."""
    stopped = threading.Event()
    attempts = {each.message_id: each.attempts for each in claimed}
    renewing = threading.Thread(target=_renew_until, args=(stopped, attempts), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        stopped.set()
        renewing.join()


def _renew_until(stopped: threading.Event, attempts: Mapping[int, int]) -> None:
    try:
        while not stopped.wait(_RENEW_SECONDS):
            execute(
                """UPDATE intake_message m SET leased_until = %s
                   FROM unnest(%s::bigint[], %s::int[]) AS n(id, attempts)
                   WHERE m.id = n.id AND m.attempts = n.attempts AND m.outcome = 'pending'""",
                [datetime.now(UTC) + LEASE, list(attempts), list(attempts.values())],
            )
    except DatabaseError as fault:
        logger.warning("messages are held no longer: %s", fault)
    finally:
        connection.close()


def quarantine_messages(reasons: Mapping[int, str], *, at: datetime) -> None:
    """Set messages apart, each with its reason, and put them on the desk's list."""
    record_outcomes({i: MessageOutcome(Outcome.QUARANTINED, None, (why,)) for i, why in reasons.items()}, at=at)
    put_on_list({i: ("quarantine", why) for i, why in reasons.items()}, at=at)


def put_on_list(work: Mapping[int, tuple[str, str]], *, at: datetime) -> None:
    """Put messages on the desk's list: (kind of work, reason) of each."""
    if not work:
        return
    known = queries.messages_for(work)
    policy, hours = in_force(SECTION).value, working_time()
    due_at = hours.calendar.add_working_minutes(at, policy.clerk_working_hours * 60, hours.hours, hours.zone)
    worklist.open_items(
        [
            WorkNew(
                kind=kind,
                role="clerk",
                subject_kind="message",
                subject_id=message_id,
                title=(known[message_id]["filename"] or known[message_id]["sender"] or f"#{message_id}")[:200],
                due_at=due_at,
                customer_id=known[message_id]["customer_id"],
                reason=reason[:60],
            )
            for message_id, (kind, reason) in work.items()
        ],
        at=at,
    )


def release_messages(message_ids: Sequence[int], *, at: datetime) -> None:
    """Let go of messages that could not be worked now; they can be taken again at once."""
    execute(
        "UPDATE intake_message SET leased_until = %s WHERE id = ANY(%s::bigint[]) AND outcome = 'pending'",
        [at, list(message_ids)],
    )


def leave_to_recognition(message_ids: Sequence[int]) -> None:
    """Let go of messages that hold pictures, for the process that recognises them; being held counted for nothing."""
    execute(
        """UPDATE intake_message SET needs_recognition = true, leased_until = NULL, attempts = greatest(attempts - 1, 0)
           WHERE id = ANY(%s::bigint[]) AND outcome = 'pending'""",
        [list(message_ids)],
    )


def note_callers(callers: Mapping[int, tuple[str, int | None]]) -> None:
    """Write beside faxes the caller's number that was found in them only now, and whose number it is."""
    execute(
        """UPDATE intake_message m SET envelope = m.envelope || jsonb_build_object('caller', n.caller),
               customer_id = coalesce(m.customer_id, n.customer_id)
           FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS n(id, caller, customer_id) WHERE m.id = n.id""",
        columns_of([(i, caller, customer_id) for i, (caller, customer_id) in sorted(callers.items())], 3),
    )


def read_message(claimed: Claimed, hints: Hints, *, most: int, read: Read = read_document) -> ReadMessage:
    """The message and every document in it, each read on its own; at most `most` of them."""
    documents: list[ReadDocument] = []
    part = Part(claimed.filename, claimed.content_type, claimed.content)
    _read_into(documents, None, part, hints, 0, most, read)
    return ReadMessage(claimed, tuple(documents))


def _read_into(
    documents: list[ReadDocument], parent: int | None, part: Part, hints: Hints, depth: int, most: int, read: Read
) -> None:
    if len(documents) >= most:
        return
    began = time.monotonic()
    reading = read(part.content, _named(hints, part))
    spent = int((time.monotonic() - began) * 1000)
    ordinal = len(documents)
    bare = _without_parts(reading)
    documents.append(ReadDocument(ordinal, parent, part.filename, part.content_type, part.content, bare, spent))
    if depth >= _DEEPEST:
        return
    for each in reading.parts:
        _read_into(documents, ordinal, each, hints, depth + 1, most, read)


def _named(hints: Hints, part: Part) -> Hints:
    return replace(hints, filename=part.filename, content_type=part.content_type)


def _without_parts(reading: Reading) -> Reading:
    return replace(reading, parts=()) if reading.parts else reading


def _claimed(row: Sequence[Any], contents: Mapping[str, bytes]) -> Claimed:
    content = bytes(row[10]) if row[10] is not None else contents.get(row[11], b"")
    return Claimed(
        row[0], Channel(row[1]), row[2], row[3], row[4], row[5], row[6], bytes(row[7]), json.loads(row[8]), row[9],
        content,
    )  # fmt: skip
