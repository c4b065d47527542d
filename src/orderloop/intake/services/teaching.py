"""Teaching by pointing: where a value stands says what the words beside it mean in this customer's documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import DraftFact, DraftOrigin, DraftStatus, LessonFact
from orderloop.intake.rules.learning import (
    Learnt,
    Replayed,
    broken_by,
    lesson_of,
    taught_hints,
    truth_of,
    values_of,
)
from orderloop.intake.services.corrections import correct_drafts
from orderloop.interchange.facts import Hints, Place, Reading
from orderloop.interchange.rules.pages.layout import order_from_pages
from orderloop.platform.bulk import fetch_all

REPLAYED = 20
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Teaching:
    """One value shown in a draft's document: the field by path, its right text, and where it stands.

    `raw` is what is written there; `title` the column's title where the screen knows it, as of a sheet.
    """

    draft_id: int
    path: str
    text: str
    place: Place
    raw: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt, and on how many of the customer's earlier documents it was tried."""

    lesson_id: int
    kind: str
    given: str
    means: str
    replayed: int


@transaction.atomic
def teach_fields(
    teachings: Sequence[Teaching], *, at: datetime, actor: Actor, own_names: Sequence[str] = ()
) -> Outcomes[int, Taught]:
    """Put each value shown into its draft, and keep what that teaches for the customer's next documents.

    Ids are places in the sequence. Refused, the value put in all the same: `intake.nothing_to_learn`;
    `intake.customer_unknown`; `intake.breaks_earlier` (with `document_id` and `field`) where a value of one of the
    customer's last documents that was read rightly would not be any more. Refused without it: the value itself, as by
    `correct_drafts`. Stale: the draft has ended.
    """
    drafts = queries.drafts_for({each.draft_id for each in teachings}, lock=True)
    live = {i: d for i, d in drafts.items() if d.status in (DraftStatus.OPEN, DraftStatus.ASKING)}
    said: dict[int, dict[str, str]] = {}
    for each in teachings:
        said.setdefault(each.draft_id, {})[each.path] = each.text
    corrected = correct_drafts({i: v for i, v in said.items() if i in live}, at=at, actor=actor).by_id
    origins = queries.origins_for(live) if live else {}
    readings = queries.readings_for([origin.document_id for origin in origins.values()]) if origins else {}
    done: list[Done[int, Taught]] = []
    refused: list[Refused[int]] = []
    for n, each in enumerate(teachings):
        if each.draft_id not in live:
            continue
        entry = corrected[each.draft_id]
        if isinstance(entry, Refused):
            refused.append(Refused(n, entry.reasons))
            continue
        taught = _teach(each, live[each.draft_id], origins.get(each.draft_id), readings, own_names, at=at, actor=actor)
        if isinstance(taught, Reason):
            refused.append(Refused(n, (taught,)))
        else:
            done.append(Done(n, taught))
    stale = [Stale(n) for n, each in enumerate(teachings) if each.draft_id not in live]
    return Outcomes.of(range(len(teachings)), done=done, refused=refused, stale=stale)


def _teach(
    shown: Teaching,
    draft: DraftFact,
    origin: DraftOrigin | None,
    readings: Mapping[int, Reading],
    own_names: Sequence[str],
    *,
    at: datetime,
    actor: Actor,
) -> Taught | Reason:
    if draft.customer_id is None:
        return Reason("intake.customer_unknown", shown.path)
    if origin is None or origin.document_id not in readings:
        return Reason("intake.nothing_to_learn", shown.path)
    pages = readings[origin.document_id].pages
    raw = shown.raw or str(origin.sources.get(shown.path, {}).get("raw") or "")
    learnt = lesson_of(shown.path, shown.text, raw, shown.place, pages, shown.title)
    if learnt is None:
        return Reason("intake.nothing_to_learn", shown.path)
    lessons = queries.lessons_for([draft.customer_id]).get(draft.customer_id, ())
    earlier = _earlier(draft.customer_id, origin.document_id)
    bare = Hints(own_names=tuple(own_names))
    if learnt.kind in {"label", "column", "format"}:
        after = taught_hints(bare, lessons, learnt)
        broken = broken_by(taught_hints(bare, lessons), after, earlier)
        if broken:
            return Reason("intake.breaks_earlier", shown.path, {"document_id": broken[0][0], "field": broken[0][1]})
        if pages and learnt.kind != "format" and not _is_read(pages, after, learnt):
            return Reason("intake.nothing_to_learn", shown.path)
    lesson_id = _keep(draft.customer_id, learnt, origin.document_id, at=at, actor=actor)
    return Taught(lesson_id, learnt.kind, learnt.given, learnt.means, len(earlier))


def _is_read(pages: Sequence[object], hints: Hints, learnt: Learnt) -> bool:
    """Whether the document itself, read again, has the field by the new lesson."""
    order = order_from_pages(pages, hints)  # type: ignore[arg-type]  # pages of a reading
    return any(path.rpartition("/")[2] == learnt.means for path in values_of(order))


def _earlier(customer_id: int, but: int) -> list[Replayed]:
    """The customer's last documents that became orders, with pages, and what was taken from them in the end."""
    ids = [i for i in queries.last_documents_of(customer_id, REPLAYED + 1) if i != but][:REPLAYED]
    readings = {i: reading for i, reading in queries.readings_for(ids).items() if reading.pages} if ids else {}
    bodies = queries.accepted_bodies_for(list(readings)) if readings else {}
    return [Replayed(i, readings[i].pages, truth_of(bodies[i])) for i in readings if i in bodies]


def _keep(customer_id: int, learnt: Learnt, document_id: int, *, at: datetime, actor: Actor) -> int:
    """Keep a lesson; one about the same words is taken back for it."""
    rows = fetch_all(
        """WITH replaced AS (
               UPDATE intake_lesson SET off_at = %(at)s, off_by = %(by)s, off_reason = 'replaced'
               WHERE customer_id = %(customer)s AND kind = %(kind)s AND given = %(given)s AND off_at IS NULL
                   AND means <> %(means)s RETURNING id)
           INSERT INTO intake_lesson (customer_id, kind, given, means, document_id, taught_by, taught_at, off_by,
               off_reason, contradicted)
           SELECT %(customer)s, %(kind)s, %(given)s, %(means)s, %(document)s, %(by)s, %(at)s, '', '', 0
           WHERE (SELECT count(*) FROM replaced) >= 0
               AND NOT EXISTS (SELECT FROM intake_lesson WHERE customer_id = %(customer)s AND kind = %(kind)s
                   AND given = %(given)s AND means = %(means)s AND off_at IS NULL)
           RETURNING id""",
        {
            "at": at,
            "by": actor.name[:120],
            "customer": customer_id,
            "kind": learnt.kind,
            "given": learnt.given[:300],
            "means": learnt.means[:300],
            "document": document_id,
        },
    )
    if rows:
        return int(rows[0][0])
    known: Sequence[LessonFact] = queries.lessons_for([customer_id]).get(customer_id, ())
    return next(each.lesson_id for each in known if (each.kind, each.given) == (learnt.kind, learnt.given[:300]))


@transaction.atomic
def undo_lessons(
    lesson_ids: Sequence[int], *, at: datetime, actor: Actor, reason: str = "undone"
) -> Outcomes[int, None]:
    """Take lessons back; documents are read without them from now on. Stale: off already."""
    rows = fetch_all(
        """UPDATE intake_lesson SET off_at = %s, off_by = %s, off_reason = %s
           WHERE id = ANY(%s::bigint[]) AND off_at IS NULL RETURNING id""",
        [at, actor.name[:120], reason.strip()[:REASON_LENGTH], list(lesson_ids)],
    )
    done = {row[0] for row in rows}
    return Outcomes.of(
        lesson_ids,
        done=[Done(i, None) for i in dict.fromkeys(lesson_ids) if i in done],
        stale=[Stale(i) for i in dict.fromkeys(lesson_ids) if i not in done],
    )
