"""Writes of scores, computed and by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute, fetch_all
from orderloop.triage.facts import Scored, TriagePolicy

_SCORES = RowSet(
    "triage_score",
    order_id="bigint", score="numeric", terms="jsonb", scored_at="timestamptz", policy_id="bigint",
    manual_reason="text", manual_by="text",
)  # fmt: skip
HIGHEST = Decimal("99999")


@dataclass(frozen=True, slots=True)
class ManualPriority:
    """A priority set by hand, why, and until when."""

    order_id: int
    score: Decimal
    reason: str
    until: datetime


def record_scores(scores: Mapping[int, Scored], *, policy_id: int, at: datetime) -> None:
    """Keep the computed scores of orders; a later one replaces the earlier, what was set by hand stays."""
    _SCORES.insert(
        [(order_id, s.score, dumped(_terms(s)), at, policy_id, "", "") for order_id, s in scores.items()],
        suffix="""ON CONFLICT (order_id) DO UPDATE SET score = excluded.score, terms = excluded.terms,
            scored_at = excluded.scored_at, policy_id = excluded.policy_id""",
    )


def _terms(scored: Scored) -> list[dict[str, object]]:
    return [{"name": t.name, "share": t.share, "weight": t.weight, "points": t.points} for t in scored.terms]


@transaction.atomic
def set_manual_priorities(
    wishes: Sequence[ManualPriority], policy: TriagePolicy, *, at: datetime, actor: Actor
) -> Outcomes[int, Decimal]:
    """Set priorities by hand. Refused: `reason_missing`, `score_out_of_range`, `expiry_not_ahead`, `expiry_too_far`.

    Stale where the order has no score yet.
    """
    refused = [Refused(wish.order_id, faults) for wish in wishes if (faults := _faults(wish, policy, at))]
    forbidden = {entry.id for entry in refused}
    due = [wish for wish in wishes if wish.order_id not in forbidden]
    rows = fetch_all(
        """UPDATE triage_score s SET manual_score = w.score, manual_reason = w.reason, manual_by = %s,
            manual_at = %s, manual_until = w.until
        FROM unnest(%s::bigint[], %s::numeric[], %s::text[], %s::timestamptz[]) AS w(id, score, reason, until)
        WHERE s.order_id = w.id RETURNING s.order_id, s.manual_score""",
        [actor.name, at, *columns_of([(w.order_id, w.score, w.reason.strip(), w.until) for w in due], 4)],
    )
    done = dict(rows)
    return Outcomes.of(
        [wish.order_id for wish in wishes],
        done=[Done(order_id, score) for order_id, score in done.items()],
        refused=refused,
        stale=[Stale(wish.order_id) for wish in due if wish.order_id not in done],
    )


def _faults(wish: ManualPriority, policy: TriagePolicy, at: datetime) -> tuple[Reason, ...]:
    faults = []
    if not wish.reason.strip():
        faults.append(Reason("reason_missing", "reason"))
    if not 0 <= wish.score <= HIGHEST:
        faults.append(Reason("score_out_of_range", "score", {"highest": HIGHEST}))
    if wish.until <= at:
        faults.append(Reason("expiry_not_ahead", "until"))
    elif wish.until > at + timedelta(days=policy.manual_days):
        faults.append(Reason("expiry_too_far", "until", {"days": policy.manual_days}))
    return tuple(faults)


def clear_manual_priorities(order_ids: Sequence[int]) -> None:
    """Take back what was set by hand; the computed score counts again."""
    execute(
        """UPDATE triage_score SET manual_score = NULL, manual_reason = '', manual_by = '',
            manual_at = NULL, manual_until = NULL
        WHERE order_id = ANY(%s)""",
        [list(order_ids)],
    )
