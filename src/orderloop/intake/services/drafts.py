"""Orders that are not orders yet: kept as entered, changed, ended in an order or given up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake.facts import SECTION, DraftSave, Examined, MessageOutcome, Outcome
from orderloop.intake.rules.bodies import body_of, finding_body
from orderloop.intake.services.asking import ask
from orderloop.intake.services.messages import record_outcomes
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute, fetch_all, next_ids
from orderloop.policy.queries import in_force
from orderloop.worklist import services as worklist

WORK_KINDS = ("draft", "question")
REASON_LENGTH = 200

_DRAFTS = RowSet(
    "intake_draft",
    id="bigint", message_id="bigint", row="int", token="uuid", channel="text", customer_id="bigint", author_id="bigint",
    status="text", body="jsonb", findings="jsonb", link_version="int", created_at="timestamptz",
    updated_at="timestamptz", reason="text",
)  # fmt: skip


@transaction.atomic
def keep_drafts(incomplete: Sequence[Examined], *, at: datetime, actor: Actor) -> dict[int, int]:
    """Keep what is not complete, with all its findings; return each entry's draft id under its key.

    An entry that came out of a draft changes that draft. On channels where nobody sits at a screen the customer is
    asked at once for what only he can say, and everything else becomes work of the desk.
    """
    fresh = [one for one in incomplete if one.entry.draft_id is None]
    ids = next_ids(intake_draft=len(fresh))["intake_draft"] if fresh else []
    drafts = {one.entry.key: one.entry.draft_id for one in incomplete if one.entry.draft_id is not None}
    drafts.update({one.entry.key: draft_id for one, draft_id in zip(fresh, ids, strict=True)})
    author_id = _author(actor)
    _DRAFTS.insert([_row(one, draft_id, author_id, at) for one, draft_id in zip(fresh, ids, strict=True)])
    _change({drafts[one.entry.key]: one for one in incomplete if one.entry.draft_id is not None}, at)
    messages = [one.entry.message_id for one in fresh if one.entry.message_id is not None]
    record_outcomes({message_id: MessageOutcome(Outcome.DRAFT) for message_id in messages}, at=at)
    asking = in_force(SECTION).value.asking_channels
    unattended = [drafts[one.entry.key] for one in incomplete if one.entry.channel in asking]
    if unattended:
        first = {drafts[one.entry.key] for one in incomplete if one.entry.person_first}
        ask(unattended, at=at, actor=actor, person_first=first)
    return drafts


def save_drafts(saves: Sequence[DraftSave], *, at: datetime, actor: Actor) -> Outcomes[UUID, int]:
    """Keep forms as they stand while they are typed; one that has become an order or was given up is stale."""
    author_id = _author(actor)
    rows = [
        (s.token, str(s.channel), s.customer_id, author_id, dumped(dict(s.body)), at)
        for s in {save.token: save for save in saves}.values()
    ]
    kept = fetch_all(
        """INSERT INTO intake_draft AS d
               (token, channel, customer_id, author_id, body, created_at, updated_at, row, status, findings,
                link_version, reason)
           SELECT token, channel, customer_id, author_id, body, at, at, 0, 'open', '[]', 1, ''
           FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[], %s::timestamptz[])
               AS n(token, channel, customer_id, author_id, body, at)
           ON CONFLICT (token) DO UPDATE
               SET body = excluded.body, customer_id = excluded.customer_id, updated_at = excluded.updated_at
               WHERE d.status IN ('open', 'asking') AND d.author_id IS NOT DISTINCT FROM excluded.author_id
           RETURNING token, id""",
        columns_of(rows, 6),
    )
    ids = dict(kept)
    return Outcomes.of(
        [save.token for save in saves],
        done=[Done(token, draft_id) for token, draft_id in ids.items()],
        stale=[Stale(token) for token in dict.fromkeys(save.token for save in saves) if token not in ids],
    )


def note_findings(examined: Mapping[int, Examined], *, at: datetime) -> None:
    """Keep what is wrong with drafts that somebody has at the screen; nobody is asked and no work arises."""
    _change(examined, at)


def take_up_drafts(tokens: Mapping[int, UUID], *, at: datetime) -> Outcomes[int, UUID]:
    """Make drafts that came over other channels open to a form, under these tokens or the ones they have already."""
    taken = fetch_all(
        """UPDATE intake_draft d SET token = coalesce(d.token, n.token), updated_at = %s
           FROM unnest(%s::bigint[], %s::uuid[]) AS n(id, token)
           WHERE d.id = n.id AND d.status IN ('open', 'asking') RETURNING d.id, d.token""",
        [at, list(tokens), list(tokens.values())],
    )
    known = dict(taken)
    return Outcomes.of(
        tokens,
        done=[Done(i, token) for i, token in known.items()],
        stale=[Stale(i) for i in tokens if i not in known],
    )


def accept_drafts(order_ids: Mapping[int, int], *, at: datetime) -> Outcomes[int, None]:
    """End drafts in the orders they became; their questions and their work end with them."""
    ended = fetch_all(
        """UPDATE intake_draft d SET status = 'accepted', order_id = n.order_id, ended_at = %s, updated_at = %s,
               findings = '[]'
           FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, order_id)
           WHERE d.id = n.id AND d.status IN ('open', 'asking') RETURNING d.id""",
        [at, at, list(order_ids), list(order_ids.values())],
    )
    return _ended(list(order_ids), {row[0] for row in ended}, "accepted", at, SYSTEM)


@transaction.atomic
def reject_drafts(reasons: Mapping[int, str], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Give drafts up, each with its reason; messages are rejected, questions and work closed. Refused without one."""
    given = {i: reason.strip()[:REASON_LENGTH] for i, reason in reasons.items()}
    good = {i: reason for i, reason in given.items() if reason}
    rows = fetch_all(
        """UPDATE intake_draft d SET status = 'rejected', reason = n.reason, ended_at = %s, updated_at = %s,
               link_version = d.link_version + 1
           FROM unnest(%s::bigint[], %s::text[]) AS n(id, reason)
           WHERE d.id = n.id AND d.status IN ('open', 'asking') RETURNING d.id, d.message_id""",
        [at, at, list(good), list(good.values())],
    )
    record_outcomes({row[1]: MessageOutcome(Outcome.REJECTED, None, (good[row[0]],)) for row in rows if row[1]}, at=at)
    outcome = _ended(list(good), {row[0] for row in rows}, "rejected", at, actor)
    missing = (Reason("intake.reason_missing", "reason"),)
    return Outcomes.of(
        reasons,
        done=outcome.done,
        stale=outcome.stale,
        refused=[Refused(i, missing) for i in given if i not in good],
    )


def _ended(asked: Sequence[int], ended: set[int], outcome: str, at: datetime, actor: Actor) -> Outcomes[int, None]:
    if ended:
        closed = fetch_all(
            """UPDATE intake_question SET closed_at = %s WHERE draft_id = ANY(%s::bigint[]) AND closed_at IS NULL
               RETURNING proposed_by_id""",
            [at, list(ended)],
        )
        mails = [row[0] for row in closed if row[0] is not None]
        if mails:
            worklist.close_items("message", mails, kinds=("answer",), at=at, actor=actor, outcome=outcome)
        worklist.close_items("draft", ended, kinds=WORK_KINDS, at=at, actor=actor, outcome=outcome)
    return Outcomes.of(asked, done=[Done(i, None) for i in ended], stale=[Stale(i) for i in asked if i not in ended])


def _author(actor: Actor) -> int | None:
    return actor.id if actor.kind in {"person", "customer"} else None


def _row(one: Examined, draft_id: int, author_id: int | None, at: datetime) -> tuple[object, ...]:
    entry = one.entry
    findings = dumped([finding_body(each) for each in one.findings])
    return (
        draft_id, entry.message_id, 0, None, str(entry.channel), one.customer_id, author_id, "open",
        dumped(body_of(entry)), findings, 1, at, at, "",
    )  # fmt: skip


def _change(changed: Mapping[int, Examined], at: datetime) -> None:
    if not changed:
        return
    rows = [
        (i, one.customer_id, dumped(body_of(one.entry)), dumped([finding_body(each) for each in one.findings]))
        for i, one in changed.items()
    ]
    execute(
        """UPDATE intake_draft d SET customer_id = n.customer_id, body = n.body, findings = n.findings, updated_at = %s
           FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[], %s::jsonb[]) AS n(id, customer_id, body, findings)
           WHERE d.id = n.id AND d.status IN ('open', 'asking')""",
        [at, *columns_of(rows, 4)],
    )
