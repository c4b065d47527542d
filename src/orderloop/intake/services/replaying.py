"""A lesson on trial: the customer's last documents are read again with it and without, each in a child."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from orderloop.foundation.calendar import business_day
from orderloop.intake import queries
from orderloop.intake.facts import LessonFact
from orderloop.intake.rules.learning import Learnt, broken_by, is_read_by, taught_hints, truth_of
from orderloop.intake.services.teaching import NOTHING_TO_LEARN, REPLACED, bring_back
from orderloop.interchange.facts import Hints, Reading, ReadOrder
from orderloop.interchange.rules.forms import as_json, hints_body, reading_body, reading_of
from orderloop.platform import sandbox
from orderloop.platform.bulk import dumped, execute, fetch_all
from orderloop.platform.sandbox import Ending, Limits
from orderloop.policy.queries import working_time

_REREADING = "orderloop.interchange.readers.rereading"
_LIMITS = Limits(memory=768 * 1024**2, cpu_seconds=20, wall_seconds=60, answer=16 * 1024**2)
BREAKS = "breaks"


def try_next_lesson(*, at: datetime, own_names: Sequence[str] = ()) -> int:
    """Try the lesson longest on trial on its next document; how many documents that were: 0 or 1.

    The lesson is kept once the document it was taught on is read by it and no value of an earlier one is lost that was
    read rightly before; else it is off, and says why (`nothing_to_learn`, `breaks:DOCUMENT:FIELD`). Call it outside any
    transaction. However many workers do so, each step counts once.
    """
    lesson = queries.next_on_trial()
    if lesson is None:
        return 0
    why = _fault_of(lesson, lesson.to_try[0], own_names) if lesson.to_try else ""
    with transaction.atomic():
        _step(lesson, why, at=at)
    return 1


def _step(lesson: LessonFact, why: str, *, at: datetime) -> None:
    left = lesson.to_try[1:]
    rows = fetch_all(
        """UPDATE intake_lesson SET tried = tried + %s, to_try = %s::jsonb,
               off_at = CASE WHEN %s <> '' THEN %s::timestamptz END, off_reason = %s
           WHERE id = %s AND tried = %s AND off_at IS NULL AND kept_at IS NULL RETURNING id""",
        [len(lesson.to_try[:1]), dumped(list(left)), why, at, why, lesson.lesson_id, lesson.tried],
    )
    if rows and why:
        bring_back([lesson.lesson_id])
    elif rows and not left:
        execute(
            """UPDATE intake_lesson SET off_at = %s, off_by = %s, off_reason = %s
               WHERE customer_id = %s AND kind = %s AND given = %s AND off_at IS NULL AND kept_at IS NOT NULL""",
            [at, lesson.taught_by, f"{REPLACED}:{lesson.lesson_id}", lesson.customer_id, lesson.kind, lesson.given],
        )
        execute("UPDATE intake_lesson SET kept_at = %s WHERE id = %s", [at, lesson.lesson_id])


def _fault_of(lesson: LessonFact, document_id: int, own_names: Sequence[str]) -> str:
    """Why a document speaks against a lesson; empty where it does not."""
    is_own = document_id == lesson.document_id
    body = None if is_own else queries.accepted_bodies_for([document_id]).get(document_id)
    if body is None and not is_own:
        return ""
    known = queries.lessons_for([lesson.customer_id]).get(lesson.customer_id, ())
    if is_own:
        known = (*known, *_taught_with(lesson))
    learnt = Learnt(lesson.kind, lesson.given, lesson.means)
    bare = Hints(own_names=tuple(own_names))
    every = (taught_hints(bare, known), taught_hints(bare, known, learnt))
    before, after = (next(iter(orders or ()), None) for orders in read_by(document_id, every))
    if is_own:
        return "" if is_read_by(after, learnt) else NOTHING_TO_LEARN
    broken = broken_by(before, after, truth_of(body or {}))
    return f"{BREAKS}:{document_id}:{broken[0]}" if broken else ""


def _taught_with(lesson: LessonFact) -> list[LessonFact]:
    """What else was taught on the same document and is on trial: one title alone may make no table, all of them do."""
    on_trial = queries.lessons_for([lesson.customer_id], on_trial=True).get(lesson.customer_id, ())
    return [each for each in on_trial if each.document_id == lesson.document_id and each.lesson_id != lesson.lesson_id]


def read_by(document_id: int, every: Sequence[Hints]) -> list[tuple[ReadOrder, ...] | None]:
    """The orders of a document by each of the hints, its pages not recognised anew; None where that takes too much."""
    document = queries.documents_by_ids([document_id])[document_id]
    reading = queries.readings_for([document_id]).get(document_id)
    pages = reading.pages if reading is not None else ()
    if pages and reading is not None:
        content = as_json(reading_body(Reading(reading.format, pages=pages)))
    else:
        content = queries.document_content(document_id) or b""
    today = business_day(document.read_at, working_time().zone)
    hints = [
        replace(each, filename=document.filename, content_type=document.content_type, today=today) for each in every
    ]
    asked = {"hints": [hints_body(each) for each in hints], "is_reading": bool(pages)}
    outcome = sandbox.run(
        f"{_REREADING}:orders_by_hints", content, json.dumps(asked).encode(), limits=_LIMITS, preload=(_REREADING,)
    )
    if outcome.ending is not Ending.OK:
        return [None for _ in every]
    return [reading_of(each).orders for each in json.loads(outcome.answer)["read"]]
