"""A message taken for no order, or not readable, is made an order by hand: its draft is opened with nothing in it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.intake import queries
from orderloop.intake.facts import OrderEntry
from orderloop.intake.services.drafts import keep_drafts, take_up_drafts
from orderloop.intake.services.examine import examine_entries
from orderloop.orders.facts import Channel
from orderloop.platform.bulk import fetch_all
from orderloop.worklist import services as worklist


@transaction.atomic
def restore_messages(tokens: Mapping[int, UUID], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Open a draft for each message, under the token of its form, to be typed with the message beside it.

    Yields the drafts' ids. The messages are drafts from now on, and their work in the queue is done. Stale: something
    else by now.
    """
    rows = fetch_all(
        """UPDATE intake_message SET outcome = 'draft', outcome_at = %s
           WHERE id = ANY(%s::bigint[]) AND outcome IN ('not_order', 'quarantined') RETURNING id""",
        [at, list(tokens)],
    )
    ours = queries.messages_for([row[0] for row in rows])
    entries = [
        OrderEntry(
            key=i,
            channel=Channel(message["channel"]),
            received_at=message["received_at"],
            lines=(),
            customer_id=message["customer_id"],
            message_id=i,
            person_first=True,
        )
        for i, message in ours.items()
    ]
    drafts = keep_drafts(examine_entries(entries, at=at), at=at, actor=actor) if entries else {}
    if drafts:
        take_up_drafts({drafts[i]: tokens[i] for i in drafts}, at=at)
        kinds = ("not_order", "quarantine")
        worklist.close_items("message", list(drafts), kinds=kinds, at=at, actor=actor, outcome="restored")
    return Outcomes.of(
        tokens,
        done=[Done(i, draft_id) for i, draft_id in drafts.items()],
        stale=[Stale(i) for i in tokens if i not in drafts],
    )
