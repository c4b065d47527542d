"""Clause 4.2d: work taken by somebody has begun, and its stage's record says so."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orderloop.flow.facts import Stage
from orderloop.flow.services import record
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Outcomes
from orderloop.worklist import queries as worklist_queries
from orderloop.worklist import services as worklist


@transaction.atomic
def take_work(item_ids: Sequence[int], *, person_id: int, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """Take work that nobody has; the stages it belongs to count as begun by whoever took it first.

    Stale: done meanwhile, or with somebody else.
    """
    outcome = worklist.take_items(item_ids, person_id=person_id, at=at)
    begun: dict[str, set[int]] = defaultdict(set)
    for item in worklist_queries.items_for(outcome.done_ids).values():
        stage = str(Stage.REVIEW) if item.kind.startswith("hold_") else item.kind
        if item.order_id is not None and stage in set(Stage):
            begun[stage].add(item.order_id)
    for stage, order_ids in sorted(begun.items()):
        record.start_stages(sorted(order_ids), stage, at=at, actor=actor)
    return outcome
