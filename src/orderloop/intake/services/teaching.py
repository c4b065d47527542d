"""Teaching by pointing: where a value stands says what the words beside it mean in this customer's documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import DraftFact, DraftOrigin, DraftStatus
from orderloop.intake.rules.correcting import is_kept
from orderloop.intake.rules.learning import Learnt, is_shown_beside
from orderloop.intake.services.corrections import correct_drafts
from orderloop.interchange.facts import Format, Place, Reading
from orderloop.interchange.rules.forms import as_json, place_body, reading_body
from orderloop.platform import sandbox
from orderloop.platform.bulk import dumped, execute, fetch_all, next_ids
from orderloop.platform.sandbox import Ending, Limits

REPLAYED = 20
REASON_LENGTH = 200
NOTHING_TO_LEARN = "nothing_to_learn"
REPLACED = "replaced"  # in `off_reason`, before the id of the lesson that took the place
TRIED_AGAIN = timedelta(hours=1)
# Tried on earlier documents before anything is read by them; the others say nothing of where a value stands.
TRIED_KINDS = frozenset({"label", "column", "format"})
# In these every value has its place by the standard, so that what stands beside it teaches nothing.
_BY_STANDARD = frozenset({Format.EDIFACT, Format.X12, Format.UBL, Format.CXML, Format.OPENTRANS})
_POINTING = "orderloop.intake.rules.pointing"
_LIMITS = Limits(cpu_seconds=5, wall_seconds=15, answer=64 * 1024)


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
    """What was learnt. `to_try`: on how many documents it is tried first; 0 where documents are read by it at once."""

    lesson_id: int
    kind: str
    given: str
    means: str
    to_try: int


def teach_fields(teachings: Sequence[Teaching], *, at: datetime, actor: Actor) -> Outcomes[int, Taught]:
    """Put each value shown into its draft, and keep what that teaches for the customer's next documents.

    A field that a draft does not keep (a line's amount, who orders by name; any field of a line it lacks) only teaches.
    What is said of labels, columns and forms of writing is on trial until `try_next_lesson` has tried it on the
    customer's last documents. Ids are places in the sequence. Refused, the value put in all the same:
    `intake.nothing_to_learn`; `intake.set_by_standard` where a standard gives values their places;
    `intake.customer_unknown`. Refused without it: the value itself, as by `correct_drafts`. Stale: the draft has
    ended. Call it outside any transaction: what is learnt is worked out in a child.
    """
    drafts = queries.drafts_for({each.draft_id for each in teachings})
    origins = queries.origins_for(drafts) if drafts else {}
    readings = queries.readings_for([origin.document_id for origin in origins.values()]) if origins else {}
    learnt = {
        n: _learnt(each, drafts[each.draft_id], origins.get(each.draft_id), readings)
        for n, each in enumerate(teachings)
        if each.draft_id in drafts
    }
    return _write(teachings, learnt, at=at, actor=actor)


@transaction.atomic
def _write(
    teachings: Sequence[Teaching], learnt: Mapping[int, Learnt | Reason], *, at: datetime, actor: Actor
) -> Outcomes[int, Taught]:
    drafts = queries.drafts_for({each.draft_id for each in teachings}, lock=True)
    live = {i: d for i, d in drafts.items() if d.status in (DraftStatus.OPEN, DraftStatus.ASKING)}
    said: dict[int, dict[str, str]] = {}
    for each in teachings:
        draft = live.get(each.draft_id)
        if draft is not None and not _only_teaches(each.path, draft):
            said.setdefault(each.draft_id, {})[each.path] = each.text
    corrected = correct_drafts(said, at=at, actor=actor).by_id if said else {}
    origins = queries.origins_for(live) if live else {}
    done: list[Done[int, Taught]] = []
    refused: list[Refused[int]] = []
    for n, each in enumerate(teachings):
        if each.draft_id not in live:
            continue
        entry, found, owner = corrected.get(each.draft_id), learnt[n], live[each.draft_id].customer_id
        if isinstance(entry, Refused):
            refused.append(Refused(n, entry.reasons))
        elif isinstance(found, Reason) or owner is None:
            refused.append(Refused(n, (found if isinstance(found, Reason) else _unknown(each),)))
        else:
            done.append(Done(n, _keep(owner, found, origins[each.draft_id].document_id, at=at, actor=actor)))
    stale = [Stale(n) for n, each in enumerate(teachings) if each.draft_id not in live]
    return Outcomes.of(range(len(teachings)), done=done, refused=refused, stale=stale)


def _only_teaches(path: str, draft: DraftFact) -> bool:
    lines = draft.body.get("lines")
    return is_shown_beside(path) and not is_kept(path, len(lines) if isinstance(lines, list) else 0)


def _unknown(shown: Teaching) -> Reason:
    return Reason("intake.customer_unknown", shown.path)


def _learnt(
    shown: Teaching, draft: DraftFact, origin: DraftOrigin | None, readings: Mapping[int, Reading]
) -> Learnt | Reason:
    """What is learnt of a value shown, or why nothing is."""
    if draft.customer_id is None:
        return _unknown(shown)
    reading = readings.get(origin.document_id) if origin is not None else None
    if origin is None or reading is None:
        return Reason("intake.nothing_to_learn", shown.path)
    raw = shown.raw or str(origin.sources.get(shown.path, {}).get("raw") or "")
    is_standard = reading.format in _BY_STANDARD
    asked = {
        "path": shown.path, "text": shown.text, "raw": raw, "place": place_body(shown.place),
        "title": "" if is_standard else shown.title,
    }  # fmt: skip
    seen = Reading(reading.format, pages=reading.pages, text=reading.text)
    outcome = sandbox.run(
        f"{_POINTING}:lesson_at",
        as_json(reading_body(seen)),
        json.dumps(asked).encode(),
        limits=_LIMITS,
        preload=(_POINTING,),
    )
    if outcome.ending is Ending.OK and outcome.answer:
        kind, given, means = json.loads(outcome.answer)
        return Learnt(str(kind)[:10], str(given)[:300], str(means)[:300])
    return Reason("intake.set_by_standard" if is_standard else "intake.nothing_to_learn", shown.path)


def _keep(customer_id: int, learnt: Learnt, document_id: int, *, at: datetime, actor: Actor) -> Taught:
    """Keep a lesson, on trial where it is to be tried; what is known already is not taught again."""
    live = {(each.kind, each.given): each for each in queries.lessons_for([customer_id]).get(customer_id, ())}
    known = live.get((learnt.kind, learnt.given))
    if known is not None and known.means == learnt.means:
        return Taught(known.lesson_id, learnt.kind, learnt.given, learnt.means, 0)
    tried = queries.lessons_for([customer_id], on_trial=True).get(customer_id, ())
    same = next((e for e in tried if (e.kind, e.given, e.means) == (learnt.kind, learnt.given, learnt.means)), None)
    if same is not None:
        return Taught(same.lesson_id, learnt.kind, learnt.given, learnt.means, len(same.to_try))
    to_try: list[int] = []
    if learnt.kind in TRIED_KINDS:
        earlier = queries.last_documents_of(customer_id, REPLAYED + 1)
        to_try = [document_id, *[i for i in earlier if i != document_id][:REPLAYED]]
    about = (customer_id, learnt.kind, learnt.given)
    if learnt.kind == "column":
        _try_again(customer_id, document_id, at=at)
    (lesson_id,) = next_ids(intake_lesson=1)["intake_lesson"]
    _replace(about, lesson_id, is_on_trial=bool(to_try), at=at, actor=actor)
    execute(
        """INSERT INTO intake_lesson (id, customer_id, kind, given, means, document_id, taught_by, taught_at, off_by,
               off_reason, contradicted, kept_at, to_try)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '', 0, %s, %s::jsonb)""",
        [lesson_id, *about, learnt.means, document_id, actor.name[:120], at, None if to_try else at, dumped(to_try)],
    )
    return Taught(lesson_id, learnt.kind, learnt.given, learnt.means, len(to_try))


def _try_again(customer_id: int, document_id: int, *, at: datetime) -> None:
    """Columns shown on a document that made no table alone are tried again with the next one shown there."""
    execute(
        """UPDATE intake_lesson l SET off_at = NULL, off_reason = '', tried = 0,
               to_try = jsonb_build_array(document_id) || l.to_try
           WHERE customer_id = %s AND document_id = %s AND kind = 'column' AND kept_at IS NULL
               AND off_reason = %s AND off_at > %s AND NOT EXISTS (
                   SELECT FROM intake_lesson o WHERE o.customer_id = l.customer_id AND o.kind = l.kind
                       AND o.given = l.given AND (o.id > l.id OR (o.off_at IS NULL AND o.kept_at IS NULL)))""",
        [customer_id, document_id, NOTHING_TO_LEARN, at - TRIED_AGAIN],
    )


def _replace(about: tuple[int, str, str], by: int, *, is_on_trial: bool, at: datetime, actor: Actor) -> None:
    """What was taught about the same words is taken back for a new lesson of the same standing."""
    execute(
        f"""UPDATE intake_lesson SET off_at = %s, off_by = %s, off_reason = %s
            WHERE customer_id = %s AND kind = %s AND given = %s AND off_at IS NULL
                AND kept_at IS {"" if is_on_trial else "NOT"} NULL""",
        [at, actor.name[:120], f"{REPLACED}:{by}", *about],
    )


def bring_back(replaced_by: Sequence[int]) -> None:
    """What these lessons, off by now, had taken the place of holds again, or goes on being tried, as it did before."""
    execute(
        """UPDATE intake_lesson l SET off_at = NULL, off_by = '', off_reason = ''
           WHERE l.off_reason = ANY(%s::text[]) AND NOT EXISTS (
               SELECT FROM intake_lesson o WHERE o.customer_id = l.customer_id AND o.kind = l.kind
                   AND o.given = l.given AND o.off_at IS NULL AND (o.kept_at IS NULL) = (l.kept_at IS NULL))""",
        [[f"{REPLACED}:{lesson_id}" for lesson_id in replaced_by]],
    )


@transaction.atomic
def undo_lessons(
    lesson_ids: Sequence[int], *, at: datetime, actor: Actor, reason: str = "undone", is_step_back: bool = True
) -> Outcomes[int, None]:
    """Take lessons back; documents are read without them from now on. As a step back, what they had taken the place
    of holds again. Stale: off already."""
    rows = fetch_all(
        """UPDATE intake_lesson SET off_at = %s, off_by = %s, off_reason = %s
           WHERE id = ANY(%s::bigint[]) AND off_at IS NULL RETURNING id""",
        [at, actor.name[:120], reason.strip()[:REASON_LENGTH], list(lesson_ids)],
    )
    done = {row[0] for row in rows}
    if is_step_back:
        bring_back(sorted(done))
    return Outcomes.of(
        lesson_ids,
        done=[Done(i, None) for i in dict.fromkeys(lesson_ids) if i in done],
        stale=[Stale(i) for i in dict.fromkeys(lesson_ids) if i not in done],
    )
