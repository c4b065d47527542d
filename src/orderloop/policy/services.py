"""Drafting a section anew, and putting a draft in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.policy import queries
from orderloop.policy.facts import GOVERNANCE, Section, section_of, sections
from orderloop.policy.models import PolicyVersion
from orderloop.policy.rules import decode, defaults_of, encode

Status = PolicyVersion.Status


def draft_versions(bodies: Mapping[str, object], *, at: datetime, actor: Actor, note: str = "") -> Outcomes[str, int]:
    """Draft the next version of each section, yielding its id. A body with a fault is refused with all of them."""
    faults = {name: _faults(name, body) for name, body in bodies.items()}
    good = [name for name in bodies if not faults[name]]
    last = dict(
        PolicyVersion.objects.filter(section__in=good)
        .values("section")
        .annotate(last=Max("number"))
        .values_list("section", "last")
    )
    rows = [
        PolicyVersion(
            section=name,
            number=last.get(name, 0) + 1,
            body=_settled(name, bodies[name]),
            note=note,
            author=actor.name,
            author_id=actor.id,
            created_at=at,
        )
        for name in good
    ]
    try:
        with transaction.atomic():
            made = PolicyVersion.objects.bulk_create(rows)
    except IntegrityError:  # somebody drafted the same section at the same moment and has its number
        made, good = [], []
    return Outcomes.of(
        bodies,
        done=[Done(version.section, version.id) for version in made],
        refused=[Refused(name, reasons) for name, reasons in faults.items() if reasons],
        stale=[Stale(name) for name in bodies if not faults[name] and name not in good],
    )


def change_drafts(
    bodies: Mapping[int, object],
    *,
    at: datetime,
    actor: Actor,
    note: str | None = None,
    seen: Mapping[int, datetime] | None = None,
) -> Outcomes[int, None]:
    """Replace the body of drafts; the one who changes a draft becomes its author. What is no draft any more is stale,
    and so is a draft that was changed after the moment in `seen`."""
    with transaction.atomic():
        rows = {v.id: v for v in PolicyVersion.objects.select_for_update().filter(id__in=bodies).order_by("id")}
        drafts = {i: rows[i] for i in bodies if i in rows and rows[i].status == Status.DRAFT}
        drafts = {i: draft for i, draft in drafts.items() if (seen or {}).get(i, draft.created_at) == draft.created_at}
        faults = {i: _faults(draft.section, bodies[i]) for i, draft in drafts.items()}
        good = [i for i in drafts if not faults[i]]
        for i in good:
            drafts[i].body = _settled(drafts[i].section, bodies[i])
            drafts[i].author, drafts[i].author_id, drafts[i].created_at = actor.name, actor.id, at
            drafts[i].note = drafts[i].note if note is None else note
        columns = ["body", "author", "author_id", "created_at", "note"]
        PolicyVersion.objects.bulk_update([drafts[i] for i in good], columns)
    return Outcomes.of(
        bodies,
        done=[Done(i, None) for i in good],
        refused=[Refused(i, reasons) for i, reasons in faults.items() if reasons],
        stale=[Stale(i, rows[i].status if i in rows else None) for i in bodies if i not in drafts],
    )


def discard_drafts(ids: Sequence[int]) -> Outcomes[int, None]:
    """Throw drafts away; a version that ever governed stays for good and is stale here."""
    with transaction.atomic():
        rows = PolicyVersion.objects.select_for_update().filter(id__in=ids).order_by("id")
        found = dict(rows.values_list("id", "status"))
        gone = [i for i, status in found.items() if status == Status.DRAFT]
        PolicyVersion.objects.filter(id__in=gone).delete()
    return Outcomes.of(
        ids,
        done=[Done(i, None) for i in gone],
        stale=[Stale(i, found.get(i)) for i in dict.fromkeys(ids) if i not in gone],
    )


def put_in_force(
    ids: Sequence[int], *, at: datetime, actor: Actor, note: str = "", from_: datetime | None = None
) -> Outcomes[int, int]:
    """Let drafts govern from now on, or from an earlier `from_`, yielding each one's number; the versions that
    governed before are retired. What is no draft any more is stale."""
    start = from_ or at
    with transaction.atomic():
        # The row that will govern is not known to one who waits for the row that governs; so they queue up here.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('policy_put_in_force'))")
        rows = {v.id: v for v in PolicyVersion.objects.select_for_update().filter(id__in=ids).order_by("id")}
        drafts = {i: v for i, v in rows.items() if v.status == Status.DRAFT}
        faults = {i: _faults_of_start(draft, at, start, actor, note) for i, draft in drafts.items()}
        good = [i for i in drafts if not faults[i]]
        _retire_governing([drafts[i].section for i in good], start)
        # Conditional again, so that this statement alone decides which of two who hurry wins.
        changed = {"status": Status.IN_FORCE, "in_force_from": start, "put_in_force_by": actor.name}
        changed |= {"note": note} if note else {}
        PolicyVersion.objects.filter(id__in=good, status=Status.DRAFT).update(**changed)
        transaction.on_commit(queries.forget)
    queries.forget()
    return Outcomes.of(
        ids,
        done=[Done(i, drafts[i].number) for i in good],
        refused=[Refused(i, reasons) for i, reasons in faults.items() if reasons],
        stale=[Stale(i, rows[i].status if i in rows else None) for i in dict.fromkeys(ids) if i not in drafts],
    )


def ensure_defaults(*, at: datetime, values: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Put version 1 of every registered section that has none in force: its value in `values`, else its defaults.

    Returns the names of the sections that got one.
    """
    given = values or {}
    have = set(PolicyVersion.objects.values_list("section", flat=True))
    missing = [section for section in sections() if section.name not in have]
    PolicyVersion.objects.bulk_create(
        (_first(section, given.get(section.name, defaults_of(section)), at) for section in missing),
        ignore_conflicts=True,  # another process may found the same company at the same moment
    )
    queries.forget()
    return tuple(section.name for section in missing)


def _first(section: Section[Any], value: Any, at: datetime) -> PolicyVersion:
    return PolicyVersion(
        section=section.name,
        number=1,
        status=Status.IN_FORCE,
        body=encode(section, value),
        author=SYSTEM.name,
        created_at=at,
        in_force_from=at,
        put_in_force_by=SYSTEM.name,
    )


def _retire_governing(names: Sequence[str], at: datetime) -> None:
    governing = PolicyVersion.objects.filter(section__in=names, status=Status.IN_FORCE)
    governing.update(status=Status.RETIRED, retired_at=at)


def _faults(name: str, body: object) -> tuple[Reason, ...]:
    return decode(section_of(name), body).faults


def _settled(name: str, body: object) -> dict[str, Any]:
    """The body as it is kept: complete, with defaults written out, so that a later default changes no old version."""
    section = section_of(name)
    return encode(section, decode(section, body).value)


def _faults_of_start(
    draft: PolicyVersion, at: datetime, start: datetime, actor: Actor, note: str
) -> tuple[Reason, ...]:
    faults = list(_faults(draft.section, draft.body))
    governance = queries.in_force(GOVERNANCE).value
    if start > at:
        faults.append(Reason("policy.starts_in_future", "from"))
    if governance.note_required and not (note or draft.note).strip():
        faults.append(Reason("policy.note_missing", "note"))
    same = draft.author_id == actor.id if actor.id is not None else draft.author == actor.name
    if governance.four_eyes and same:
        faults.append(Reason("policy.four_eyes", ""))
    return tuple(faults)
