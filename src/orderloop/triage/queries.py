"""Reads of scores."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from orderloop.platform.bulk import fetch_all


def scores_for(order_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Score, terms and what was set by hand, for each order that has been scored."""
    names = (
        "score",
        "terms",
        "scored_at",
        "policy_id",
        "manual_score",
        "manual_reason",
        "manual_by",
        "manual_at",
        "manual_until",
    )
    rows = fetch_all(
        f"SELECT order_id, {', '.join(names)} FROM triage_score WHERE order_id = ANY(%s)", [list(order_ids)]
    )
    return {order_id: dict(zip(names, values, strict=True)) for order_id, *values in rows}


def manual_scores_for(order_ids: Collection[int], *, at: datetime) -> dict[int, Decimal]:
    """Scores set by hand that still last at that moment."""
    return dict(
        fetch_all(
            "SELECT order_id, manual_score FROM triage_score WHERE order_id = ANY(%s) AND manual_until > %s",
            [list(order_ids), at],
        )
    )


def expired_manual(at: datetime, limit: int = 1000) -> list[int]:
    """Orders whose priority by hand has run out and has not been taken back yet."""
    return [
        row[0] for row in fetch_all("SELECT order_id FROM triage_score WHERE manual_until <= %s LIMIT %s", [at, limit])
    ]
