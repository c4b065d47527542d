"""What must be true of the whole database at any moment. Each invariant is one statement that returns the rows breaking
it, so that what is written meanwhile is seen whole or not at all.

Most are enforced by constraints and triggers as well; that the checks look again is meant for databases restored,
migrated, or changed by hand.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from orderloop.foundation.money import MINOR_UNIT_DIGITS
from orderloop.foundation.words import gettext_noop as _
from orderloop.metrics.facts import SECTION, Violation
from orderloop.orders.lifecycle import ORDER
from orderloop.orders.queries import seal_digest
from orderloop.platform.bulk import execute, fetch_all
from orderloop.policy.facts import sections
from orderloop.policy.queries import NoPolicyInForce, in_force

MOST_IDS = 100


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule about rows. `statement` selects one text per row that breaks it; `words` say what should be true."""

    code: str
    words: str
    statement: str


ENDED = "('delivered', 'cancelled', 'rejected')"
COUNTED = "('confirmed', 'released', 'part_shipped')"

INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "I1",
        _("Stock on hand is the sum of its moves."),
        """SELECT format('product %%s in warehouse %%s', product_id, warehouse_id)
        FROM (SELECT product_id, warehouse_id, on_hand FROM inventory_stock) s
        FULL JOIN (SELECT product_id, warehouse_id, sum(quantity) AS moved FROM inventory_move GROUP BY 1, 2) m
        USING (product_id, warehouse_id) WHERE coalesce(on_hand, 0) <> coalesce(moved, 0)""",
    ),
    Invariant(
        "I2",
        _("Reserved stock lies between nothing and what is on hand."),
        """SELECT format('product %%s in warehouse %%s', product_id, warehouse_id) FROM inventory_stock
        WHERE reserved < 0 OR reserved > on_hand""",
    ),
    Invariant(
        "I3",
        _("Reserved stock is the sum of the open reservations."),
        """SELECT format('product %%s in warehouse %%s', product_id, warehouse_id)
        FROM (SELECT product_id, warehouse_id, reserved FROM inventory_stock) s
        FULL JOIN (SELECT product_id, warehouse_id, sum(reserved) AS held FROM inventory_reservation
            WHERE status = 'open' GROUP BY 1, 2) r
        USING (product_id, warehouse_id) WHERE coalesce(s.reserved, 0) <> coalesce(held, 0)""",
    ),
    Invariant(
        "I3a",
        _("Only open orders hold reservations, each for a line and product of its own."),
        f"""SELECT format('reservation %%s', r.id) FROM inventory_reservation r
        JOIN orders_order o ON o.id = r.order_id JOIN orders_line l ON l.id = r.line_id
        WHERE r.status = 'open'
            AND (o.status IN {ENDED} OR o.status = 'shipped' OR l.order_id <> r.order_id
                OR l.product_id <> r.product_id)""",
    ),
    Invariant(
        "I3b",
        _("No more is held for a line than is still to be shipped of it."),
        """SELECT format('line %%s', l.id) FROM orders_line l
        JOIN (SELECT line_id, sum(wanted) AS wanted FROM inventory_reservation WHERE status = 'open' GROUP BY 1) r
            ON r.line_id = l.id
        WHERE r.wanted > l.quantity - l.shipped - l.cancelled""",
    ),
    Invariant(
        "I4",
        _("An order's history runs from 1 without a gap, begins with its receipt, and leads to its present state."),
        """SELECT format('order %%s', o.id) FROM orders_order o LEFT JOIN (
            SELECT order_id, count(*) AS steps, min(n) AS first, max(n) AS last,
                bool_and(status_before = coalesce(known, '')) AS joined,
                max(status_after) FILTER (WHERE following IS NULL) AS status,
                max(kind) FILTER (WHERE known IS NULL) AS kind
            FROM (SELECT order_id, n, kind, status_before, status_after, lag(status_after) OVER history AS known,
                    lead(n) OVER history AS following
                FROM orders_event WINDOW history AS (PARTITION BY order_id ORDER BY n)) step
            GROUP BY order_id) e ON e.order_id = o.id
        WHERE e.order_id IS NULL OR e.first <> 1 OR e.last <> e.steps OR e.last <> o.version OR NOT e.joined
            OR e.status <> o.status OR e.kind <> 'received'""",
    ),
    Invariant(
        "I5",
        _("An order's history says what it said when it was sealed."),
        f"""SELECT DISTINCT format('order %%s', s.order_id) FROM (
            SELECT order_id, n, digest, lag(n, 1, 0) OVER history AS before, lag(digest) OVER history AS known
            FROM orders_seal WINDOW history AS (PARTITION BY order_id ORDER BY n)) s
        LEFT JOIN LATERAL (SELECT {seal_digest("s.known")} AS digest FROM orders_event e
            WHERE e.order_id = s.order_id AND e.n > s.before AND e.n <= s.n) h ON true
        WHERE h.digest IS DISTINCT FROM s.digest""",
    ),
    Invariant(
        "I6",
        _("Whoever was told that an order or a document is taken in was told of one that is there."),
        """SELECT format('key %%s %%s', scope, key) FROM (
            SELECT scope, key, status, CASE WHEN body LIKE '{%%' THEN body::jsonb END AS answer
            FROM platform_idempotencykey WHERE status IN (201, 202)) k
        WHERE (status = 201 AND NOT EXISTS (SELECT FROM orders_order o WHERE o.number = answer->>'number'))
            OR (status = 202 AND answer ? 'draft'
                AND NOT EXISTS (SELECT FROM intake_draft d WHERE d.id = (answer->>'draft')::bigint))
            OR (status = 202 AND answer ? 'id'
                AND NOT EXISTS (SELECT FROM intake_message m WHERE m.id = (answer->>'id')::bigint))""",
    ),
    Invariant(
        "I7",
        _("A customer's purchase order number stands on one live order only, and a caller's key on one answer."),
        """SELECT format('order %%s', id) FROM (
            SELECT id, count(*) OVER (PARTITION BY customer_id, po_key) AS used FROM orders_order
            WHERE po_key <> '' AND status NOT IN ('cancelled', 'rejected')) o WHERE used > 1
        UNION ALL SELECT format('key %%s %%s', scope, key) FROM platform_idempotencykey
            GROUP BY scope, key HAVING count(*) > 1""",
    ),
    Invariant(
        "I8",
        _("Every message dealt with leads to its order, a draft, an earlier message, or a refusal with reasons."),
        """SELECT format('message %%s', m.id) FROM intake_message m WHERE m.outcome <> 'pending' AND (
            m.outcome_at IS NULL OR (m.outcome = 'rejected' AND m.reason = '[]')
            OR (m.outcome = 'order' AND NOT EXISTS (SELECT FROM orders_order o WHERE o.id = m.order_id))
            OR (m.outcome = 'draft' AND NOT EXISTS (SELECT FROM intake_draft d WHERE d.message_id = m.id)))""",
    ),
    Invariant(
        "I8a",
        _("No message waits longer than the policy allows."),
        """SELECT format('message %%s', id) FROM intake_message
        WHERE outcome = 'pending' AND received_at < %(at)s - make_interval(mins => %(message_minutes)s)""",
    ),
    Invariant(
        "I8b",
        _("Every message that was read has documents, numbered from 0 without a gap, each with what became of it."),
        """SELECT format('message %%s', m.id) FROM intake_message m
        JOIN (SELECT message_id, count(*) AS documents, max(ordinal) AS last,
                bool_or(outcome = 'order' AND (order_id IS NULL OR NOT EXISTS (
                    SELECT FROM orders_order o WHERE o.id = order_id))) AS orphaned
            FROM intake_document GROUP BY 1) d ON d.message_id = m.id
        WHERE d.last + 1 <> d.documents OR d.orphaned OR m.outcome = 'pending'
        UNION ALL SELECT format('message %%s', m.id) FROM intake_message m
            WHERE m.outcome IN ('change', 'answer', 'receipt', 'not_order')
                AND NOT EXISTS (SELECT FROM intake_document d WHERE d.message_id = m.id)""",
    ),
    Invariant(
        "I8c",
        _("What asks for a change has its proposal; what could not be read is on somebody's list or was looked at."),
        """SELECT format('message %%s', m.id) FROM intake_message m WHERE m.outcome = 'change'
            AND NOT EXISTS (SELECT FROM intake_proposal p WHERE p.message_id = m.id)
        UNION ALL SELECT format('message %%s', m.id) FROM intake_message m WHERE m.outcome = 'quarantined'
            AND NOT EXISTS (SELECT FROM worklist_workitem w
                WHERE w.subject_kind = 'message' AND w.subject_id = m.id)""",
    ),
    Invariant(
        "I9",
        _("What a customer owes for orders nobody approved is within the credit limit they were confirmed under."),
        f"""SELECT format('customer %%s', c.customer_id) FROM customers_creditaccount c
        JOIN (SELECT customer_id, sum(owed) AS owed FROM (
            SELECT o.customer_id, o.gross - coalesce(sum(i.amount), 0) AS owed, o.id FROM orders_order o
            LEFT JOIN customers_invoice i ON i.order_id = o.id WHERE o.status IN {COUNTED} GROUP BY o.id
            UNION ALL SELECT customer_id, amount - paid, order_id FROM customers_invoice
                WHERE settled_on IS NULL AND order_id IS NOT NULL) each
            WHERE NOT EXISTS (SELECT FROM review_hold h WHERE h.order_id = each.id AND h.kind = 'credit'
                AND h.status = 'approved')
            GROUP BY customer_id) s ON s.customer_id = c.customer_id
        WHERE s.owed > greatest(c."limit",
            (SELECT max(old_limit) FROM customers_creditchange k WHERE k.customer_id = c.customer_id))""",
    ),
    Invariant(
        "I9a",
        _("A customer's open orders and unpaid invoices add up to what stands at the credit account."),
        f"""SELECT format('customer %%s', c.customer_id) FROM customers_creditaccount c
        LEFT JOIN (SELECT customer_id, sum(owed) AS owed FROM (
            SELECT o.customer_id, o.gross - coalesce(sum(i.amount), 0) AS owed FROM orders_order o
            LEFT JOIN customers_invoice i ON i.order_id = o.id WHERE o.status IN {COUNTED} GROUP BY o.id) each
            GROUP BY customer_id) s ON s.customer_id = c.customer_id
        LEFT JOIN (SELECT customer_id, sum(amount - paid) AS unpaid FROM customers_invoice WHERE settled_on IS NULL
            GROUP BY customer_id) i ON i.customer_id = c.customer_id
        WHERE c.open_orders <> coalesce(s.owed, 0) OR c.unpaid_invoices <> coalesce(i.unpaid, 0)""",
    ),
    Invariant(
        "I10",
        _("An order's amounts are the sums of its lines, each rounded to the currency's smallest unit."),
        """SELECT format('order %%s', o.id) FROM orders_order o LEFT JOIN (
            SELECT order_id, bool_and(net = line_net) AS lines_right, sum(line_net) AS net, sum(line_tax) AS tax
            FROM (SELECT l.order_id, l.net, w.amount - CASE WHEN d.tax_included THEN w.tax ELSE 0 END AS line_net,
                    w.tax AS line_tax
                FROM orders_line l JOIN orders_order d ON d.id = l.order_id
                LEFT JOIN unnest(%(currencies)s::text[], %(digits)s::int[]) AS c(code, digits) ON c.code = d.currency
                CROSS JOIN LATERAL (SELECT round(l.quantity * l.unit_price, coalesce(c.digits, 2)) AS amount) a
                CROSS JOIN LATERAL (SELECT a.amount, round(CASE WHEN d.tax_included
                    THEN a.amount * d.tax_rate / (1 + d.tax_rate) ELSE a.amount * d.tax_rate END,
                    coalesce(c.digits, 2)) AS tax) w
            ) line GROUP BY order_id) s ON s.order_id = o.id
        WHERE s.order_id IS NULL OR NOT s.lines_right OR o.net <> s.net OR o.tax <> s.tax
            OR o.gross <> o.net + o.tax""",
    ),
    Invariant(
        "I11",
        _("Of a line no more is shipped than ordered, and just what its shipments took out of the house."),
        """SELECT format('line %%s', l.id) FROM orders_line l LEFT JOIN (
            SELECT sl.line_id, sum(sl.picked) AS gone FROM fulfilment_shipmentline sl
            JOIN fulfilment_shipment s ON s.id = sl.shipment_id WHERE s.status IN ('shipped', 'delivered') GROUP BY 1) s
            ON s.line_id = l.id
        WHERE l.shipped + l.cancelled > l.quantity OR l.shipped <> coalesce(s.gone, 0)""",
    ),
    Invariant(
        "I11a",
        _("No order is billed beyond its amount."),
        """SELECT format('order %%s', o.id) FROM orders_order o
        JOIN (SELECT order_id, sum(amount) AS billed FROM customers_invoice WHERE order_id IS NOT NULL GROUP BY 1) i
            ON i.order_id = o.id WHERE i.billed > o.gross""",
    ),
    Invariant(
        "I12",
        _("Orders move along their lifecycle only."),
        """SELECT format('order %%s step %%s', e.order_id, e.n) FROM orders_event e
        WHERE e.status_before <> e.status_after
            AND NOT EXISTS (SELECT FROM unnest(%(befores)s::text[], %(afters)s::text[]) AS m(before, after)
                WHERE m.before = e.status_before AND m.after = e.status_after)""",
    ),
    Invariant(
        "I13",
        _("A product has one price at a time on a list and from a quantity."),
        """SELECT format('price %%s', id) FROM (SELECT id, valid, lead(valid) OVER (
            PARTITION BY price_list_id, product_id, from_quantity ORDER BY valid) AS following FROM catalog_price) p
        WHERE valid && following""",
    ),
    Invariant(
        "I14",
        _("An effect is done, or still to be tried, or given up with open work about it."),
        """SELECT format('effect %%s', e.id) FROM platform_effect e
        WHERE (e.done_at IS NOT NULL AND e.dead_at IS NOT NULL)
            OR (e.dead_at IS NOT NULL AND NOT EXISTS (SELECT FROM worklist_workitem w WHERE w.kind = 'effect'
                AND w.subject_id = e.id AND w.done_at IS NULL))""",
    ),
    Invariant(
        "I15",
        _("Every job in work has a worker that is alive."),
        """SELECT format('job %%s', j.id) FROM procrastinate_jobs j
        LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '60 seconds')""",
    ),
    Invariant(
        "I16",
        _("Nobody approves what they stopped themselves."),
        "SELECT format('hold %%s', id) FROM review_hold WHERE status = 'approved' AND decided_by = opened_by",
    ),
    Invariant(
        "I17",
        _("What belongs to an order belongs to the order's customer."),
        """SELECT format('invoice %%s', i.id) FROM customers_invoice i JOIN orders_order o ON o.id = i.order_id
            WHERE i.customer_id <> o.customer_id
        UNION ALL SELECT format('order %%s', o.id) FROM orders_order o JOIN customers_shipto t ON t.id = o.ship_to_id
            WHERE t.customer_id <> o.customer_id
        UNION ALL SELECT format('work item %%s', w.id) FROM worklist_workitem w JOIN orders_order o ON o.id = w.order_id
            WHERE w.customer_id <> o.customer_id""",
    ),
    Invariant(
        "I18",
        _("Invoices are numbered without a gap."),
        """SELECT k.number FROM platform_numberseries s CROSS JOIN LATERAL (
            SELECT s.prefix || lpad(n::text, greatest(6, length(n::text)), '0') AS number
            FROM generate_series(1, s.last) AS n) k
        LEFT JOIN customers_invoice i ON i.number = k.number
        WHERE s.code = 'INV' AND i.id IS NULL""",
    ),
    Invariant(
        "O1",
        _("Every open order has a running stage, open work or a hold, with a role that answers for it."),
        f"""SELECT format('order %%s', o.id) FROM orders_order o WHERE o.status NOT IN {ENDED}
            AND NOT EXISTS (SELECT FROM flow_stagerecord r WHERE r.order_id = o.id AND r.finished_at IS NULL
                AND r.role <> '')
            AND NOT EXISTS (SELECT FROM worklist_workitem w WHERE w.order_id = o.id AND w.done_at IS NULL
                AND w.role <> '')
            AND NOT EXISTS (SELECT FROM review_hold h WHERE h.order_id = o.id AND h.status = 'open'
                AND h.role <> '')""",
    ),
    Invariant(
        "O2",
        _("Nothing runs, waits or is held for an order that has ended."),
        f"""SELECT format('stage record %%s', r.id) FROM flow_stagerecord r JOIN orders_order o ON o.id = r.order_id
            WHERE r.finished_at IS NULL AND o.status IN {ENDED}
        UNION ALL SELECT format('hold %%s', h.id) FROM review_hold h JOIN orders_order o ON o.id = h.order_id
            WHERE h.status = 'open' AND o.status IN {ENDED}""",
    ),
    Invariant(
        "O3",
        _("A stage is enabled, started and finished in this order, and its passages are numbered without a gap."),
        """SELECT format('stage record %%s', id) FROM flow_stagerecord
            WHERE started_at < enabled_at OR finished_at < started_at
                OR (finished_at IS NOT NULL AND started_at IS NULL)
                OR minutes < 0
        UNION ALL SELECT format('order %%s stage %%s', order_id, stage) FROM flow_stagerecord
            GROUP BY order_id, stage HAVING max(round) <> count(*) OR min(round) <> 1""",
    ),
    Invariant(
        "O4",
        _("An order's times agree with its state, and follow one another."),
        f"""SELECT format('order %%s', id) FROM orders_order
        WHERE (status = 'delivered') <> (delivered_at IS NOT NULL) OR (status IN {ENDED}) <> (closed_at IS NOT NULL)
            OR (status IN ('shipped', 'delivered') AND shipped_at IS NULL)
            OR confirmed_at < received_at OR released_at < confirmed_at OR delivered_at < shipped_at""",
    ),
    Invariant(
        "O5",
        _("Every section of the policy has exactly one version in force."),
        """SELECT name FROM unnest(%(sections)s::text[]) AS s(name)
        LEFT JOIN policy_policyversion v ON v.section = s.name AND v.status = 'in_force'
        GROUP BY name HAVING count(v.id) <> 1""",
    ),
)  # fmt: skip


def check_invariants(codes: Collection[str] | None = None) -> list[Violation]:
    """Check all invariants, or only those named; gives one violation for each that is broken, none if all hold."""
    parameters = _parameters()
    chosen = [each for each in INVARIANTS if codes is None or each.code in codes]
    with _read_whole():
        found = [(each, _breaking(each, parameters)) for each in chosen]
    return [Violation(each.code, each.words, ids, count) for each, (ids, count) in found if count]


def faults() -> Sequence[str]:
    """The violations as lines of a log."""
    return [f"{each.code}: {each.count} rows, {', '.join(each.ids)}" for each in check_invariants()]


@contextmanager
def _read_whole() -> Iterator[None]:
    """Every table is read from end to end here. Right after a great import, what the planner knows of them is from
    before it, and a loop it takes for one of a few rows would be over the square of all rows."""
    with transaction.atomic():
        execute("SET LOCAL enable_nestloop = off")
        yield
        execute("SET LOCAL enable_nestloop = on")


def _breaking(invariant: Invariant, parameters: dict[str, Any]) -> tuple[tuple[str, ...], int]:
    rows = fetch_all(
        f"SELECT id, count(*) OVER () FROM ({invariant.statement}) AS broken(id) ORDER BY id LIMIT {MOST_IDS}",
        parameters,
    )
    return tuple(row[0] for row in rows), rows[0][1] if rows else 0


def _parameters() -> dict[str, Any]:
    moves = [(str(before), str(after)) for before in ORDER.states for after in ORDER.targets(before)]
    moves.append(("", str(ORDER.initial)))
    try:
        minutes = in_force(SECTION).value.message_minutes
    except NoPolicyInForce:
        minutes = SECTION.shape().message_minutes  # the check itself names the missing version
    return {
        "befores": [before for before, _after in moves],
        "afters": [after for _before, after in moves],
        "currencies": list(MINOR_UNIT_DIGITS),
        "digits": list(MINOR_UNIT_DIGITS.values()),
        "sections": [section.name for section in sections()],
        "message_minutes": minutes,
        "at": datetime.now(UTC),
    }
