"""Writes of review sheets and holds. Leading the order on after a decision is the flow's work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute
from orderloop.review import queries
from orderloop.review.facts import HOLD_ROLE, Check, CheckKind, SheetDrafted

_SHEETS = RowSet(
    "review_sheet",
    order_id="bigint", n="int", at="timestamptz", verdict="text", fast_lane="bool", checks="jsonb", policy_id="bigint",
)  # fmt: skip
_HOLDS = RowSet(
    "review_hold",
    order_id="bigint", kind="text", role="text", reasons="jsonb", figures="jsonb", opened_at="timestamptz",
    opened_by="text", due_at="timestamptz", status="text", decided_by="text", decision_reason="text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HoldDecision:
    """What a person decided about one hold, with the reason they gave."""

    hold_id: int
    decision: Literal["approved", "rejected"]
    reason: str


@dataclass(frozen=True, slots=True)
class HoldNew:
    """A hold about to be opened, with the check that failed."""

    order_id: int
    check: Check
    due_at: datetime


def record_sheets(
    sheets: Mapping[int, SheetDrafted], *, policy_id: int, at: datetime, n: Mapping[int, int] | None = None
) -> None:
    """Keep the sheets of orders; `n` numbers a further sheet of the same order (the first is 1)."""
    number = n or {}
    _SHEETS.insert(
        [
            (
                order_id,
                number.get(order_id, 1),
                at,
                sheet.verdict,
                sheet.fast_lane,
                dumped(_sheet_document(sheet)),
                policy_id,
            )
            for order_id, sheet in sheets.items()
        ]
    )


def _sheet_document(sheet: SheetDrafted) -> dict[str, Any]:
    checks = [
        {
            "kind": check.kind,
            "result": check.result,
            "figures": dict(check.figures),
            "reasons": [_reason_document(reason) for reason in check.reasons],
        }
        for check in sheet.checks
    ]
    return {
        "checks": checks,
        "risk": {"score": sheet.risk.score, "parts": dict(sheet.risk.parts)} if sheet.risk else None,
    }


def _reason_document(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": dict(reason.params)}


def open_holds(holds: Sequence[HoldNew], *, at: datetime, actor: Actor) -> None:
    """Open one hold per order and kind, for the role that decides it; one that is open already stays as it is."""
    _HOLDS.insert(
        [
            (
                hold.order_id, hold.check.kind, HOLD_ROLE[hold.check.kind],
                dumped([_reason_document(reason) for reason in hold.check.reasons]), dumped(dict(hold.check.figures)),
                at, actor.name, hold.due_at, "open", "", "",
            )
            for hold in holds
        ],
        suffix="ON CONFLICT DO NOTHING",
    )  # fmt: skip


@transaction.atomic
def decide_holds(
    decisions: Sequence[HoldDecision], *, at: datetime, actor: Actor
) -> Outcomes[int, tuple[int, CheckKind]]:
    """Close holds as decided; each done one yields its order and kind.

    Refused: `reason_missing`; `maker_is_checker` where the same person opened the hold. Stale: not open any more.
    """
    found = queries.open_holds([decision.hold_id for decision in decisions])
    refused, due = [], []
    for decision in decisions:
        reasons = []
        if not decision.reason.strip():
            reasons.append(Reason("reason_missing", "reason"))
        if decision.hold_id in found and found[decision.hold_id][2] == actor.name and decision.decision == "approved":
            reasons.append(Reason("maker_is_checker"))
        if reasons:
            refused.append(Refused(decision.hold_id, tuple(reasons)))
        elif decision.hold_id in found:
            due.append(decision)
    execute(
        """UPDATE review_hold h SET status = d.decision, decided_at = %s, decided_by = %s, decision_reason = d.reason
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS d(id, decision, reason) WHERE h.id = d.id""",
        [at, actor.name, *columns_of([(d.hold_id, d.decision, d.reason.strip()) for d in due], 3)],
    )
    forbidden = {entry.id for entry in refused}
    return Outcomes.of(
        [decision.hold_id for decision in decisions],
        done=[Done(d.hold_id, (found[d.hold_id][0], CheckKind(found[d.hold_id][1]))) for d in due],
        refused=refused,
        stale=[Stale(d.hold_id) for d in decisions if d.hold_id not in found and d.hold_id not in forbidden],
    )


def release_holds(order_ids: Sequence[int], *, at: datetime, reason: str) -> None:
    """End what is still open of orders that were rejected or cancelled, or whose concern has passed."""
    execute(
        """UPDATE review_hold SET status = 'released', decided_at = %s, decided_by = 'system', decision_reason = %s
        WHERE order_id = ANY(%s) AND status = 'open'""",
        [at, reason, list(order_ids)],
    )
