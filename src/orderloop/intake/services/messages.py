"""What came in is stored with its hash before anything is read, and ends in exactly one outcome."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.intake import queries
from orderloop.intake.facts import Arrival, MessageOutcome, Outcome, Stored
from orderloop.platform import files
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute, fetch_all, next_ids

# A larger body is kept as a file, so that reading messages stays cheap.
MOST_IN_ROW = 256 * 1024

_MESSAGES = RowSet(
    "intake_message",
    id="bigint", channel="text", sender="text", external_id="text", customer_id="bigint", received_at="timestamptz",
    content_type="text", filename="text", sha256="bytea", body="bytea", file="text", outcome="text", reason="jsonb",
    envelope="jsonb",
)  # fmt: skip


def store_messages(arrivals: Sequence[Arrival]) -> list[Stored]:
    """Store arrivals by one statement; call it, and commit, before anything is read from them.

    An arrival whose sender has used the same `external_id` on the channel before is not stored again: the answer names
    the message that came first.
    """
    if not arrivals:
        return []
    first: dict[tuple[str, str, str], int] = {}
    places = [_place_of(n, arrival, first) for n, arrival in enumerate(arrivals)]
    fresh = [n for n, place in enumerate(places) if place == n]
    # One statement commits by itself; only what is kept as a file beside its row needs a transaction around both.
    with transaction.atomic() if any(len(each.body) > MOST_IN_ROW for each in arrivals) else nullcontext():
        ids = dict(zip(fresh, next_ids(intake_message=len(fresh))["intake_message"], strict=True))
        rows = [_row(ids[n], arrivals[n]) for n in fresh]
        kept = {row[0] for row in _MESSAGES.insert(rows, suffix="ON CONFLICT DO NOTHING RETURNING id")}
        known = _known([arrivals[n] for n in fresh if ids[n] not in kept])
    stored: list[Stored] = []
    for n, arrival in enumerate(arrivals):
        message_id = ids[places[n]]
        known_id = None if message_id in kept else known[_identity(arrival)]
        stored.append(Stored(known_id or message_id, is_duplicate=known_id is not None or places[n] != n))
    return stored


def record_outcomes(outcomes: Mapping[int, MessageOutcome], *, at: datetime) -> Outcomes[int, None]:
    """Write what became of messages. One that is an order, a duplicate or rejected stays so and is stale here.

    The states are hidden from the planner: knowing that hardly any message is in them, it compares every such message
    with every id, which for thousands takes seconds.
    """
    if not outcomes:
        return Outcomes()
    rows = [
        (i, each.outcome, each.order_id, dumped(list(each.reasons)), each.repeats)
        for i, each in sorted(outcomes.items())
    ]
    written = fetch_all(
        """UPDATE intake_message m SET outcome = n.outcome, outcome_at = %s, order_id = n.order_id, reason = n.reason,
            repeats_id = n.repeats, leased_until = NULL
        FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::jsonb[], %s::bigint[])
            AS n(id, outcome, order_id, reason, repeats)
        WHERE m.id = n.id AND m.outcome = ANY(ARRAY(VALUES ('pending'), ('draft'))) RETURNING m.id""",
        [at, *columns_of(rows, 5)],
    )
    done = {row[0] for row in written}
    return Outcomes.of(
        outcomes, done=[Done(i, None) for i in done], stale=[Stale(i) for i in outcomes if i not in done]
    )


def end_repeated_messages(message_ids: Collection[int], *, at: datetime) -> dict[int, int | None]:
    """End messages whose bytes came before from the same sender as duplicates; under each the order that came then."""
    before = queries.same_bytes_for(message_ids) if message_ids else {}
    outcomes = {
        message_id: MessageOutcome(Outcome.DUPLICATE, order_id, ("same_bytes",), earlier)
        for message_id, (earlier, order_id) in before.items()
    }
    record_outcomes(outcomes, at=at)
    return {message_id: order_id for message_id, (_earlier, order_id) in before.items()}


def save_mapping(
    customer_id: int | None, signature: str, columns: Mapping[int, str], *, at: datetime, actor: Actor
) -> None:
    """Remember which column of sheets of this make means what, for one customer or for all."""
    execute(
        """INSERT INTO intake_columnmapping (customer_id, signature, columns, confirmed_by, confirmed_at)
           VALUES (%s, %s, %s, %s, %s) ON CONFLICT (customer_id, signature)
           DO UPDATE SET columns = excluded.columns, confirmed_by = excluded.confirmed_by,
               confirmed_at = excluded.confirmed_at""",
        [customer_id, signature, dumped({str(place): key for place, key in columns.items()}), actor.name[:120], at],
    )


def _place_of(n: int, arrival: Arrival, first: dict[tuple[str, str, str], int]) -> int:
    return n if arrival.external_id is None else first.setdefault(_identity(arrival), n)


def _identity(arrival: Arrival) -> tuple[str, str, str]:
    return str(arrival.channel), arrival.sender, arrival.external_id or ""


def _row(message_id: int, arrival: Arrival) -> tuple[object, ...]:
    in_row = len(arrival.body) <= MOST_IN_ROW
    file = "" if in_row else files.store_file(arrival.body, arrival.content_type, at=arrival.received_at)
    return (
        message_id, str(arrival.channel), arrival.sender, arrival.external_id, arrival.customer_id, arrival.received_at,
        arrival.content_type, arrival.filename, hashlib.sha256(arrival.body).digest(),
        arrival.body if in_row else None, file, "pending", "[]", dumped(dict(arrival.envelope)),
    )  # fmt: skip


def _known(arrivals: Sequence[Arrival]) -> dict[tuple[str, str, str], int]:
    if not arrivals:
        return {}
    rows = fetch_all(
        """SELECT channel, sender, external_id, id FROM intake_message
        JOIN unnest(%s::text[], %s::text[], %s::text[]) AS n(channel, sender, external_id)
        USING (channel, sender, external_id)""",
        columns_of([_identity(arrival) for arrival in arrivals], 3),
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
