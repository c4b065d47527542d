"""What people say about drafts, proposals and messages: values corrected, changes decided, messages left or reread."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from orderloop.catalog import queries as catalog
from orderloop.catalog import services as catalog_services
from orderloop.catalog.facts import ItemCodeRow
from orderloop.customers import queries as customers
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import DraftFact, DraftOrigin, DraftStatus, OrderEntry
from orderloop.intake.rules import correcting
from orderloop.intake.services.asking import entry_of_draft
from orderloop.platform.bulk import columns_of, dumped, execute, fetch_all
from orderloop.worklist import services as worklist

LIVE = (DraftStatus.OPEN, DraftStatus.ASKING)
CONTRADICTIONS = 2
REASON_LENGTH = 200
_DESK_KINDS = ("quarantine", "not_order")


@transaction.atomic
def correct_drafts(
    corrections: Mapping[int, Mapping[str, str]], *, at: datetime, actor: Actor
) -> Outcomes[int, OrderEntry]:
    """Put values a person has said into drafts, by field path (`po_number`, `lines/0/quantity`, `lines/0/sku`).

    Each draft yields its entry, with what is still doubtful of its reading among the `faults`. A product picked for a
    line (`sku`) is remembered as what the customer calls it. Refused, nothing changed: `intake.no_such_field`,
    `intake.value_too_long`, `intake.product_unknown` at their fields. Stale: ended.
    """
    drafts = {i: d for i, d in queries.drafts_for(corrections, lock=True).items() if d.status in LIVE}
    skus = {text for i in drafts for path, text in corrections[i].items() if path.endswith("/sku") and text}
    known = catalog.by_skus({sku for sku in skus if "\x00" not in sku}) if skus else {}
    faults = {i: correcting.faults_of(d.body, corrections[i], known) for i, d in drafts.items()}
    good = {i: draft for i, draft in drafts.items() if not faults[i]}
    bodies = {i: correcting.corrected(draft.body, corrections[i]) for i, draft in good.items()}
    origins = queries.origins_for(good) if good else {}
    _write(good, bodies, corrections, origins, at=at, actor=actor)
    _remember_codes(good, corrections, at=at, actor=actor)
    _contradict(origins, corrections, at=at)
    done = {i: _entry(draft, bodies[i], corrections[i]) for i, draft in good.items()}
    return Outcomes.of(
        corrections,
        done=[Done(i, entry) for i, entry in done.items()],
        refused=[Refused(i, each) for i, each in faults.items() if each],
        stale=[Stale(i) for i in corrections if i not in drafts],
    )


def _entry(draft: DraftFact, body: Mapping[str, Any], said: Mapping[str, str]) -> OrderEntry:
    left = correcting.doubts_left(draft.findings, said)
    return replace(entry_of_draft(replace(draft, body=body)), faults=left)


def _write(
    drafts: Mapping[int, DraftFact],
    bodies: Mapping[int, Mapping[str, Any]],
    said: Mapping[int, Mapping[str, str]],
    origins: Mapping[int, DraftOrigin],
    *,
    at: datetime,
    actor: Actor,
) -> None:
    if not drafts:
        return
    rows = [
        (
            i,
            dumped(dict(bodies[i])),
            dumped(correcting.sources_said(origins[i].sources if i in origins else {}, said[i], actor.name, at)),
        )
        for i in drafts
    ]
    execute(
        """UPDATE intake_draft d SET body = n.body, sources = n.sources, updated_at = %s
           FROM unnest(%s::bigint[], %s::jsonb[], %s::jsonb[]) AS n(id, body, sources) WHERE d.id = n.id""",
        [at, *columns_of(rows, 3)],
    )


def _remember_codes(
    drafts: Mapping[int, DraftFact], said: Mapping[int, Mapping[str, str]], *, at: datetime, actor: Actor
) -> None:
    """What a clerk has picked for a code of the customer is the customer's code from then on."""
    owners = customers.facts_for({d.customer_id for d in drafts.values() if d.customer_id is not None})
    rows: dict[tuple[str, str], ItemCodeRow] = {}
    for i, draft in drafts.items():
        owner = owners.get(draft.customer_id or 0)
        for code, sku in correcting.picks_of(draft.body, said[i]):
            if owner is not None:
                rows[owner.code, code] = ItemCodeRow(owner.code, code, sku)
    if rows:
        catalog_services.save_item_codes(list(rows.values()), at=at, actor=actor)


def _contradict(origins: Mapping[int, DraftOrigin], said: Mapping[int, Mapping[str, str]], *, at: datetime) -> None:
    """A lesson whose value a person has changed is contradicted; contradicted twice it is off."""
    lessons = [
        int(str(source["origin"]))
        for i, origin in origins.items()
        for path, text in said[i].items()
        if (source := origin.sources.get(path)) is not None
        and str(source.get("origin", "")).isdigit()
        and text != source.get("text")
    ]
    if lessons:
        execute(
            """UPDATE intake_lesson l SET contradicted = l.contradicted + 1,
                   off_at = CASE WHEN l.contradicted + 1 >= %s THEN %s::timestamptz END,
                   off_reason = CASE WHEN l.contradicted + 1 >= %s THEN 'contradicted' ELSE '' END
               WHERE l.id = ANY(%s::bigint[]) AND l.off_at IS NULL""",
            [CONTRADICTIONS, at, CONTRADICTIONS, sorted(set(lessons))],
        )


@transaction.atomic
def decide_proposals(decisions: Mapping[int, tuple[str, str]], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Decide changes customers ask for: (`accepted` or `declined`, reason) by proposal. The order stays as it is.

    Refused: `intake.decision_unknown`, `intake.reason_missing` for one declined without a reason. Stale: decided.
    """
    known = queries.proposals_by_ids(decisions, lock=True)
    refused = {i: why for i, each in decisions.items() if (why := _fault_of(each))}
    good = {i: decisions[i] for i, each in known.items() if each.status == "open" and i not in refused}
    if good:
        rows = [(i, status, reason.strip()[:REASON_LENGTH]) for i, (status, reason) in good.items()]
        execute(
            """UPDATE intake_proposal p SET status = n.status, reason = n.reason, decided_at = %s, decided_by = %s
               FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n(id, status, reason) WHERE p.id = n.id""",
            [at, actor.name[:120], *columns_of(rows, 3)],
        )
        settled = _without_open_proposals({known[i].message_id for i in good})
        worklist.close_items("message", settled, kinds=("proposal",), at=at, actor=actor, outcome="decided")
    return Outcomes.of(
        decisions,
        done=[Done(i, None) for i in good],
        refused=[Refused(i, (why,)) for i, why in refused.items()],
        stale=[Stale(i) for i in decisions if i not in good and i not in refused],
    )


def _fault_of(decision: tuple[str, str]) -> Reason | None:
    status, reason = decision
    if status not in {"accepted", "declined"}:
        return Reason("intake.decision_unknown", "status")
    return Reason("intake.reason_missing", "reason") if status == "declined" and not reason.strip() else None


def _without_open_proposals(message_ids: Collection[int]) -> list[int]:
    rows = fetch_all(
        """SELECT m.id FROM unnest(%s::bigint[]) AS m(id)
           WHERE NOT EXISTS (SELECT FROM intake_proposal p WHERE p.message_id = m.id AND p.status = 'open')""",
        [sorted(message_ids)],
    )
    return [row[0] for row in rows]


@transaction.atomic
def settle_messages(reasons: Mapping[int, str], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Leave messages as what they are (no order, not to be read), each with a person's reason; their work is done.

    Refused: `intake.reason_missing`. Stale: neither.
    """
    good = {i: reason.strip()[:REASON_LENGTH] for i, reason in reasons.items() if reason.strip()}
    rows = fetch_all(
        """UPDATE intake_message m SET reason = m.reason || to_jsonb(n.reason)
           FROM unnest(%s::bigint[], %s::text[]) AS n(id, reason)
           WHERE m.id = n.id AND (m.outcome IN ('not_order', 'quarantined')
               OR EXISTS (SELECT FROM intake_document d WHERE d.message_id = m.id AND d.outcome = 'quarantined'))
           RETURNING m.id""",
        [list(good), list(good.values())],
    )
    done = [row[0] for row in rows]
    worklist.close_items("message", done, kinds=_DESK_KINDS, at=at, actor=actor, outcome="settled")
    return _outcomes(list(reasons), done, [i for i in reasons if i not in good])


@transaction.atomic
def retry_messages(message_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Have messages read once more that were set apart or taken for no order, as after something was taught or mended.

    What was read of them is forgotten. Stale: they are something else.
    """
    rows = fetch_all(
        """UPDATE intake_message SET outcome = 'pending', outcome_at = NULL, reason = '[]', attempts = 0,
               leased_until = NULL
           WHERE id = ANY(%s::bigint[]) AND outcome IN ('not_order', 'quarantined') RETURNING id""",
        [list(message_ids)],
    )
    done = [row[0] for row in rows]
    execute("DELETE FROM intake_document WHERE message_id = ANY(%s::bigint[])", [done])
    worklist.close_items("message", done, kinds=_DESK_KINDS, at=at, actor=actor, outcome="retried")
    return _outcomes(list(message_ids), done, [])


def _outcomes(asked: Sequence[int], done: Sequence[int], unreasoned: Sequence[int]) -> Outcomes[int, None]:
    missing = (Reason("intake.reason_missing", "reason"),)
    return Outcomes.of(
        asked,
        done=[Done(i, None) for i in done],
        refused=[Refused(i, missing) for i in unreasoned],
        stale=[Stale(i) for i in dict.fromkeys(asked) if i not in done and i not in unreasoned],
    )
