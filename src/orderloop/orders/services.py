"""Writes of orders: opening, moving along the lifecycle, and what is counted at the lines. Always sets."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.orders.facts import Move, Opened, Opening, OrderStatus
from orderloop.orders.lifecycle import ORDER
from orderloop.orders.queries import seal_digest
from orderloop.platform.bulk import RowSet, columns_of, dumped, execute, fetch_all, next_ids

_ORDERS = RowSet(
    "orders_order",
    id="bigint", number="text", customer_id="bigint", po_number="text", po_key="text", channel="text",
    message_id="bigint", status="text", version="int", currency="text", tax_rate="numeric", tax_included="bool",
    net="numeric", tax="numeric", gross="numeric", cost="numeric", requested_on="date", first_promised_on="date",
    promised_on="date", ship_to_id="bigint", note="text", priority="numeric", product_line_id="bigint",
    size_class="text", is_urgent="bool", is_touchless="bool", link_version="int", received_at="timestamptz",
    confirmed_at="timestamptz", released_at="timestamptz", shipped_at="timestamptz", delivered_at="timestamptz",
    closed_at="timestamptz",
)  # fmt: skip
_LINES = RowSet(
    "orders_line",
    id="bigint", order_id="bigint", n="int", product_id="bigint", item_code="text", description="text",
    entered_quantity="numeric", entered_unit="text", quantity="numeric", unit_price="numeric", net="numeric",
    cost="numeric", requested_on="date", first_promised_on="date", promised_on="date", shipped="numeric",
    cancelled="numeric",
)  # fmt: skip
_EVENTS = RowSet(
    "orders_event",
    order_id="bigint", n="int", at="timestamptz", kind="text", status_before="text", status_after="text",
    actor_kind="text", actor_id="bigint", actor_name="text", reason="text", data="jsonb",
)  # fmt: skip
_ZERO = Decimal(0)


def open_orders(openings: Sequence[Opening]) -> list[Opened]:
    """Write new orders with their lines and history; the caller's transaction holds the customers' credit locks.

    A purchase order number taken meanwhile raises IntegrityError (the customer's lock makes that impossible for
    callers who checked under it).
    """
    lines = sum(len(opening.order.lines) for opening in openings)
    ids = next_ids(orders_order=len(openings), orders_line=lines)
    line_ids = iter(ids["orders_line"])
    opened = [
        Opened(
            opening.order.key,
            order_id,
            opening.order.number or f"SO-{order_id:07d}",
            tuple(next(line_ids) for _ in opening.order.lines),
        )
        for opening, order_id in zip(openings, ids["orders_order"], strict=True)
    ]
    pairs = list(zip(openings, opened, strict=True))
    _ORDERS.insert([_order_row(opening, new) for opening, new in pairs])
    _LINES.insert([row for opening, new in pairs for row in _line_rows(opening, new)])
    _EVENTS.insert([row for opening, new in pairs for row in _event_rows(opening, new.order_id)])
    return opened


def _order_row(opening: Opening, new: Opened) -> tuple[Any, ...]:
    order, steps = opening.order, opening.steps
    reached = {step.after: step.at for step in steps}
    status = steps[-1].after
    days = [day for day in opening.promised if day is not None]
    promised = max(days) if len(days) == len(opening.promised) and days else None
    return (
        new.order_id, new.number, order.customer_id, order.po_number, order.po_key, order.channel,
        order.message_id, status, len(steps), order.currency, order.tax_rate, order.tax_included,
        order.net, order.tax, order.gross, order.cost, order.requested_on, promised,
        promised, order.ship_to_id, order.note, opening.priority, order.product_line_id,
        opening.size_class, opening.is_urgent, order.is_touchless, 1, order.received_at,
        reached.get(OrderStatus.CONFIRMED), reached.get(OrderStatus.RELEASED), reached.get(OrderStatus.SHIPPED),
        reached.get(OrderStatus.DELIVERED), steps[-1].at if status in ORDER.final else None,
    )  # fmt: skip


def _line_rows(opening: Opening, new: Opened) -> list[tuple[Any, ...]]:
    return [
        (
            line_id, new.order_id, n, line.product_id, line.item_code, line.description, line.entered_quantity,
            line.entered_unit, line.quantity, line.unit_price, line.net, line.cost, line.requested_on, day, day,
            _ZERO, _ZERO,
        )
        for n, (line, line_id, day) in enumerate(
            zip(opening.order.lines, new.line_ids, opening.promised, strict=True), 1
        )
    ]  # fmt: skip


def _event_rows(opening: Opening, order_id: int) -> list[tuple[Any, ...]]:
    rows, before = [], ""
    for n, step in enumerate(opening.steps, 1):
        actor = step.actor
        rows.append(
            (order_id, n, step.at, step.kind, before, step.after, actor.kind, actor.id, actor.name, step.reason,
             dumped(step.data) if step.data else "{}")
        )  # fmt: skip
        before = step.after
    return rows


_MOVE = """
UPDATE orders_order o SET status = m.after, version = o.version + 1,
    confirmed_at = CASE WHEN m.after = 'confirmed' AND o.confirmed_at IS NULL THEN m.at ELSE o.confirmed_at END,
    released_at = CASE WHEN m.after = 'released' AND o.released_at IS NULL THEN m.at ELSE o.released_at END,
    shipped_at = CASE WHEN m.after = 'shipped' AND o.status <> 'shipped' THEN m.at ELSE o.shipped_at END,
    delivered_at = CASE WHEN m.after = 'delivered' AND o.status <> 'delivered' THEN m.at ELSE o.delivered_at END,
    closed_at = CASE WHEN m.after IN ('delivered', 'cancelled', 'rejected') AND o.status <> m.after THEN m.at
        ELSE o.closed_at END,
    is_touchless = o.is_touchless AND m.by_system
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bool[]) AS m(id, before, after, at, by_system)
WHERE o.id = m.id AND o.status = m.before
RETURNING o.id, o.version"""


@transaction.atomic
def move_orders(moves: Sequence[Move], *, at: datetime, actor: Actor) -> Outcomes[int, OrderStatus]:
    """Move each order along the lifecycle, or remark on it, with its history row; at most one move an order and call.

    Refused where the lifecycle knows no such move (`not_allowed`), stale where the order does not stand at `before`.
    A person's hand before confirmation ends an order's being touchless.
    """
    refused = [
        Refused(move.order_id, (Reason("not_allowed", "", {"before": move.before, "after": move.after}),))
        for move in moves
        if move.after is not None and not ORDER.allowed(move.before, move.after)
    ]
    forbidden = {entry.id for entry in refused}
    due = sorted((move for move in moves if move.order_id not in forbidden), key=lambda move: move.order_id)
    versions = dict(fetch_all(_MOVE, columns_of([_move_row(move, at, actor) for move in due], 5))) if due else {}
    _EVENTS.insert([_moved_row(move, versions[move.order_id], at, actor) for move in due if move.order_id in versions])
    return Outcomes.of(
        [move.order_id for move in moves],
        done=[Done(move.order_id, move.after or move.before) for move in due if move.order_id in versions],
        refused=refused,
        stale=[Stale(move.order_id) for move in due if move.order_id not in versions],
    )


def _move_row(move: Move, at: datetime, actor: Actor) -> tuple[Any, ...]:
    by_hand = actor.kind == "person" and move.before == OrderStatus.IN_REVIEW
    return (move.order_id, move.before, move.after or move.before, move.at or at, not by_hand)


def _moved_row(move: Move, version: int, at: datetime, actor: Actor) -> tuple[Any, ...]:
    after = move.after or move.before
    return (
        move.order_id, version, move.at or at, move.kind, move.before, after, actor.kind, actor.id, actor.name,
        move.reason, dumped(move.data) if move.data else "{}",
    )  # fmt: skip


def add_shipped(quantities: Mapping[int, Decimal]) -> None:
    """Count goods shipped at their lines, in the lines' base units; more than is open violates a constraint."""
    execute(
        """UPDATE orders_line l SET shipped = l.shipped + s.quantity
        FROM (SELECT * FROM unnest(%s::bigint[], %s::numeric[]) AS s(id, quantity) ORDER BY id) s WHERE l.id = s.id""",
        [list(quantities), list(quantities.values())],
    )


def promise_lines(days: Mapping[int, date | None]) -> None:
    """Set the present promise of lines; the first one ever given stays on record, also at the order."""
    execute(
        """WITH line AS (
            UPDATE orders_line l SET promised_on = p.day, first_promised_on = coalesce(l.first_promised_on, p.day)
            FROM unnest(%s::bigint[], %s::date[]) AS p(id, day) WHERE l.id = p.id RETURNING l.order_id
        ), due AS (
            SELECT l.order_id,
                CASE WHEN bool_and(coalesce(p.day, l.promised_on) IS NOT NULL)
                THEN max(coalesce(p.day, l.promised_on)) END AS day
            FROM orders_line l LEFT JOIN unnest(%s::bigint[], %s::date[]) AS p(id, day) ON p.id = l.id
            WHERE l.order_id IN (SELECT order_id FROM line) GROUP BY l.order_id
        )
        UPDATE orders_order o SET promised_on = due.day, first_promised_on = coalesce(o.first_promised_on, due.day)
        FROM due WHERE o.id = due.order_id AND o.promised_on IS DISTINCT FROM due.day""",
        [list(days), list(days.values()), list(days), list(days.values())],
    )


def rank_orders(ranks: Mapping[int, tuple[Decimal, str, bool]]) -> None:
    """Set priority, size class and urgency of orders."""
    columns = columns_of([(order_id, *rank) for order_id, rank in sorted(ranks.items())], 4)
    execute(
        """UPDATE orders_order o SET priority = r.priority, size_class = r.size, is_urgent = r.urgent
        FROM unnest(%s::bigint[], %s::numeric[], %s::text[], %s::bool[]) AS r(id, priority, size, urgent)
        WHERE o.id = r.id
            AND (o.priority, o.size_class, o.is_urgent) IS DISTINCT FROM (r.priority, r.size, r.urgent)""",
        columns,
    )


def cancel_open_quantities(order_ids: Sequence[int]) -> None:
    """Count what is still open at the orders' lines as cancelled."""
    execute(
        """UPDATE orders_line SET cancelled = quantity - shipped
        WHERE order_id = ANY(%s) AND quantity > shipped + cancelled""",
        [list(order_ids)],
    )


def revoke_links(order_ids: Sequence[int]) -> int:
    """End every tracking link given out for these orders so far; return how many orders there are."""
    return execute("UPDATE orders_order SET link_version = link_version + 1 WHERE id = ANY(%s)", [list(order_ids)])


def seal_histories(*, at: datetime, most: int) -> tuple[int, str]:
    """Seal what has happened to orders since their last seals, at most so many orders at a time. Gives how many were
    sealed and one digest over these seals, in hex, to be written down where nobody who keeps the database can."""
    rows = fetch_all(
        f"""WITH open AS (
            SELECT o.id, coalesce(s.n, 0) AS n, s.digest FROM orders_order o
            LEFT JOIN LATERAL (SELECT n, digest FROM orders_seal WHERE order_id = o.id
                ORDER BY n DESC LIMIT 1) s ON true
            WHERE o.version > coalesce(s.n, 0) ORDER BY o.id LIMIT %s
        ), sealed AS (
            INSERT INTO orders_seal (order_id, n, digest, at)
            SELECT open.id, max(e.n), {seal_digest("open.digest")}, %s
            FROM open JOIN orders_event e ON e.order_id = open.id AND e.n > open.n GROUP BY open.id, open.digest
            RETURNING order_id, digest
        )
        SELECT count(*), coalesce(encode(sha256(string_agg(digest, ''::bytea ORDER BY order_id)), 'hex'), '')
        FROM sealed""",
        [most, at],
    )
    return rows[0][0], rows[0][1]
