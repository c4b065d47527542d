"""Each figure as SQL over the record. docs/reference/figures.md says the same in words.

Figures that look at the same orders stand in one family: a statement with one row per order (or line), its `order_id`
and the time `at` by which it falls into a period, which is read once for all of them. `{period}` stands for the
condition on that time, `{filters}` for the filters asked for. A figure is a value of such a row, NULL where the row
does not count, and an aggregate of those values.

What is dear to find is kept for orders that have ended (`measured.py`), in the table `metrics_` + the family's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_DELIVERED = "{period} AND o.status = 'delivered'{filters}"
_DELIVERED_DAY = "(o.delivered_at AT TIME ZONE %(zone)s)::date"


@dataclass(frozen=True, slots=True)
class Family:
    """Rows that several figures share; `time` is the order's column that falls into the period, `kept` the columns
    beside `order_id` and `at` that are kept of ended orders, none where reading anew costs little."""

    name: str
    time: str
    rows: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """How a figure is computed over its family's rows: from `value`, by `aggregate`; `further` are the columns that
    explain the value, by name."""

    family: Family
    value: str
    aggregate: str = "avg({value})"
    further: Mapping[str, str] = field(default_factory=dict)
    has_p90: bool = False

    def aggregates(self) -> str:
        """Value, number of cases and 90th percentile of a set of the family's rows."""
        value, p90 = self.aggregate.format(value=self.value), P90.format(value=self.value) if self.has_p90 else "NULL"
        return f"{value}, count({self.value}), {p90}"

    def parts(self, rows: str) -> str:
        """Of the family's rows those that count, each with what explains it."""
        columns = "".join(f", {column} AS {name}" for name, column in self.further.items())
        return (
            f"SELECT order_id, at, {self.value} AS value{columns} FROM ({rows}) counted WHERE {self.value} IS NOT NULL"
        )


MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {value})"
P90 = "percentile_cont(0.9) WITHIN GROUP (ORDER BY {value})"

# Nothing in the record speaks of damage yet; condition becomes a column when complaints are recorded.
DELIVERED = Family(
    "delivered",
    "o.delivered_at",
    f"""SELECT o.id AS order_id, o.delivered_at AS at,
    extract(epoch FROM o.delivered_at - o.received_at)::float8 / 3600 AS hours,
    (day <= o.first_promised_on)::int AS on_time_first, (day <= o.promised_on)::int AS on_time_promised,
    (day <= o.requested_on)::int AS on_time_requested, coalesce(day <= o.promised_on, false)::int AS on_time_at_all,
    in_full::int, 1 AS condition, documents::int
FROM orders_order o
CROSS JOIN LATERAL (SELECT {_DELIVERED_DAY} AS day,
    NOT EXISTS (SELECT FROM orders_line l WHERE l.order_id = o.id AND l.shipped < l.quantity) AS in_full,
    coalesce((SELECT sum(i.amount) = o.gross FROM customers_invoice i WHERE i.order_id = o.id), true) AS documents) p
WHERE {_DELIVERED}""",
    ("hours", "on_time_first", "on_time_promised", "on_time_requested", "on_time_at_all", "in_full", "condition",
     "documents"),
)  # fmt: skip

RELEASED = Family(
    "released",
    "o.released_at",
    """SELECT o.id AS order_id, o.released_at AS at,
    extract(epoch FROM o.released_at - o.received_at)::float8 / 3600 AS hours
FROM orders_order o WHERE {period}{filters}""",
)

# The notice is written in the transaction in which the message to the customer is made ready. An order was touchless if
# nobody had acted on it when it was confirmed.
RECEIVED = Family(
    "received",
    "o.received_at",
    """SELECT o.id AS order_id, o.received_at AS at,
    (SELECT extract(epoch FROM min(n.at) - o.received_at)::float8 / 60 FROM tracking_notice n
        WHERE n.order_id = o.id AND n.event IN ('received', 'confirmed')) AS minutes,
    CASE WHEN o.confirmed_at IS NOT NULL OR o.closed_at IS NOT NULL THEN
        (o.is_touchless AND o.confirmed_at IS NOT NULL AND NOT EXISTS (SELECT FROM orders_event e
            WHERE e.order_id = o.id AND e.actor_kind = 'person' AND e.at <= o.confirmed_at))::int END AS touchless
FROM orders_order o WHERE {period}{filters}""",
    ("minutes", "touchless"),
)

ANSWERED = Family(
    "answered",
    "o.received_at",
    """SELECT o.id AS order_id, o.received_at AS at, a.receipt_in_time::int, a.confirmation_in_time::int,
    nullif(a.asked_minutes, 0)::float8 / 60 AS asked_hours
FROM orders_order o JOIN flow_answertime a ON a.order_id = o.id WHERE {period}{filters}""",
)

# A line that came in several shipments is there with the last of them.
LINES = Family(
    "lines",
    "o.delivered_at",
    f"""SELECT o.id AS order_id, o.delivered_at AS at, (arrived <= l.first_promised_on)::int AS on_time_first,
    (arrived <= l.promised_on)::int AS on_time_promised, (arrived <= l.requested_on)::int AS on_time_requested
FROM orders_order o JOIN orders_line l ON l.order_id = o.id
LEFT JOIN LATERAL (SELECT max(s.delivered_at) AS last FROM fulfilment_shipmentline sl
    JOIN fulfilment_shipment s ON s.id = sl.shipment_id WHERE sl.line_id = l.id AND s.status = 'delivered') d ON true
CROSS JOIN LATERAL (SELECT (coalesce(d.last, o.delivered_at) AT TIME ZONE %(zone)s)::date AS arrived) a
WHERE {_DELIVERED} AND l.quantity > l.cancelled""",
    ("on_time_first", "on_time_promised", "on_time_requested"),
)

# OFFSET 0 has each cause looked up once, however many figures speak of it.
# What was short is planned, picked, sent and delivered in a further round; that is no work done twice.
_CAUSES = """CROSS JOIN LATERAL (SELECT
    o.id IN (SELECT d.order_id FROM intake_draft d WHERE d.order_id IS NOT NULL AND (d.message_id IS NOT NULL
        OR EXISTS (SELECT FROM intake_question q WHERE q.draft_id = d.id))) AS correction,
    EXISTS (SELECT FROM flow_stagerecord r WHERE r.order_id = o.id AND r.round > 1
        AND r.stage IN ('entry', 'review', 'stock', 'production_planning'))
    OR EXISTS (SELECT FROM orders_event e WHERE e.order_id = o.id
        AND (e.status_before, e.status_after) IN (('confirmed', 'in_review'), ('released', 'confirmed'))) AS rework,
    EXISTS (SELECT FROM worklist_workitem w WHERE w.order_id = o.id AND w.sent_back_cause <> '') AS sent_back,
    EXISTS (SELECT FROM fulfilment_shipment s JOIN fulfilment_shipmentline sl ON sl.shipment_id = s.id
        WHERE s.order_id = o.id AND s.status IN ('shipped', 'delivered') AND sl.picked < sl.quantity) AS short_pick,
    coalesce((SELECT sum(i.amount) <> o.gross FROM customers_invoice i WHERE i.order_id = o.id), false) AS misbilled
    OFFSET 0) c"""

ERRORS = Family(
    "errors",
    "o.delivered_at",
    f"""SELECT o.id AS order_id, o.delivered_at AS at,
    (correction OR rework OR sent_back OR short_pick OR misbilled)::int AS erroneous,
    (NOT (correction OR rework OR sent_back OR revised))::int AS right_at_once,
    correction::int, rework::int, sent_back::int, short_pick::int, misbilled::int, revised::int
FROM orders_order o {_CAUSES}
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM orders_line l WHERE l.order_id = o.id
    AND (l.cancelled > 0 OR l.promised_on IS DISTINCT FROM l.first_promised_on)) AS revised) p
WHERE {_DELIVERED}""",
    ("erroneous", "right_at_once", "correction", "rework", "sent_back", "short_pick", "misbilled", "revised"),
)

# A stage done by hand counts the minutes recorded, or the stage's standard minutes where none were.
COSTS = Family(
    "costs",
    "o.delivered_at",
    f"""SELECT o.id AS order_id, o.delivered_at AS at, coalesce(sum(CASE WHEN r.actor_kind = 'person'
        THEN least(coalesce(nullif(r.minutes, 0), standard.minutes, 0), %(most_minutes)s)
            * coalesce(rate.per_hour, 0) / 60
        WHEN r.finished_at IS NOT NULL THEN %(automatic_cost)s END), 0) AS cost,
    coalesce(sum(least(coalesce(nullif(r.minutes, 0), standard.minutes, 0), %(most_minutes)s))
        FILTER (WHERE r.actor_kind = 'person'), 0) AS minutes,
    (SELECT count(*) FROM orders_line l WHERE l.order_id = o.id) AS lines
FROM orders_order o
LEFT JOIN flow_stagerecord r ON r.order_id = o.id
LEFT JOIN unnest(%(roles)s::text[], %(per_hour)s::numeric[]) AS rate(role, per_hour) ON rate.role = r.role
LEFT JOIN (SELECT v.id AS policy_id, s.stage->>'code' AS code, (s.stage->>'standard_minutes')::numeric AS minutes
    FROM policy_policyversion v CROSS JOIN LATERAL jsonb_array_elements(v.body->'stages') AS s(stage)
    WHERE v.section = 'flow') standard ON standard.policy_id = r.policy_id AND standard.code = r.stage
WHERE {_DELIVERED} GROUP BY o.id""",
    ("cost", "minutes", "lines"),
)

KEPT = tuple(family for family in (DELIVERED, RECEIVED, LINES, ERRORS, COSTS) if family.kept)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _otif(on_time: str) -> Measured:
    return Measured(DELIVERED, f"({on_time} * in_full)", further={"on_time": on_time, "in_full": "in_full"})


_PERFECT = {"on_time": "on_time_at_all", **_same("in_full", "condition", "documents")}
_COST = _same("minutes", "lines")
MEASURED: Mapping[str, Measured] = {
    "cycle_total": Measured(DELIVERED, "hours", MEDIAN, has_p90=True),
    "cycle_release": Measured(RELEASED, "hours", MEDIAN, has_p90=True),
    "acknowledgement": Measured(RECEIVED, "minutes", MEDIAN, has_p90=True),
    "on_time_first": Measured(DELIVERED, "on_time_first"),
    "on_time_promised": Measured(DELIVERED, "on_time_promised"),
    "on_time_requested": Measured(DELIVERED, "on_time_requested"),
    "lines_on_time_first": Measured(LINES, "on_time_first"),
    "lines_on_time_promised": Measured(LINES, "on_time_promised"),
    "lines_on_time_requested": Measured(LINES, "on_time_requested"),
    "otif_first": _otif("on_time_first"),
    "otif_promised": _otif("on_time_promised"),
    "otif_requested": _otif("on_time_requested"),
    "perfect_order": Measured(DELIVERED, f"({' * '.join(_PERFECT.values())})", further=_PERFECT),
    "perfect_order_index": Measured(
        DELIVERED,
        f"({' * '.join(_PERFECT.values())})",
        " * ".join(f"avg({column})" for column in _PERFECT.values()),
        _PERFECT,
    ),
    "error_rate": Measured(
        ERRORS, "erroneous", further=_same("correction", "rework", "sent_back", "short_pick", "misbilled")
    ),
    "first_time_right": Measured(
        ERRORS, "right_at_once", further=_same("correction", "rework", "sent_back", "revised")
    ),
    "touchless": Measured(RECEIVED, "touchless"),
    "cost_per_order": Measured(COSTS, "cost", further=_COST),
    "cost_per_line": Measured(COSTS, "cost", "sum(cost) / nullif(sum(lines), 0)", _COST),
    "receipt_in_time": Measured(ANSWERED, "receipt_in_time"),
    "confirmation_in_time": Measured(ANSWERED, "confirmation_in_time"),
    "asked_hours": Measured(ANSWERED, "asked_hours", MEDIAN, has_p90=True),
}

_BOTH = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {value})"
STAGES = f"""SELECT r.stage, max(r.role), count(*) AS n,
    {_BOTH.format(value="wait")}, {_BOTH.format(value="work")}, {_BOTH.format(value="wait + work")},
    count(*) FILTER (WHERE r.actor_kind = 'person'),
    avg((coalesce(r.minutes, work * 60) <= standard.minutes)::int) FILTER (WHERE r.actor_kind = 'person'),
    count(*) FILTER (WHERE r.finished_at > r.due_at), count(*) FILTER (WHERE r.round > 1)
FROM flow_stagerecord r {{orders}}
CROSS JOIN LATERAL (SELECT extract(epoch FROM r.started_at - r.enabled_at)::float8 / 3600 AS wait,
    extract(epoch FROM r.finished_at - r.started_at)::float8 / 3600 AS work) t
LEFT JOIN (SELECT v.id AS policy_id, s.stage->>'code' AS code, (s.stage->>'standard_minutes')::numeric AS minutes
    FROM policy_policyversion v CROSS JOIN LATERAL jsonb_array_elements(v.body->'stages') AS s(stage)
    WHERE v.section = 'flow') standard ON standard.policy_id = r.policy_id AND standard.code = r.stage
WHERE {{period}}{{filters}} GROUP BY r.stage"""

STAGES_RUNNING = """SELECT r.stage, max(r.role), count(*), count(*) FILTER (WHERE r.due_at < %(until)s)
FROM flow_stagerecord r {orders} WHERE r.finished_at IS NULL{filters}
GROUP BY r.stage"""

# Waiting counts to the start of work; what still waits counts up to the end of the period.
WAITS = """SELECT r.wait_reason, count(*),
    sum(extract(epoch FROM coalesce(r.started_at, %(until)s) - r.enabled_at)) / 3600,
    count(*) FILTER (WHERE r.started_at IS NULL)
FROM flow_stagerecord r {orders}
WHERE r.wait_reason <> '' AND r.enabled_at < %(until)s AND ({period} OR r.finished_at IS NULL){filters}
GROUP BY r.wait_reason ORDER BY 3 DESC"""

LIVE = """SELECT
    (SELECT count(*) FROM orders_order WHERE status NOT IN ('delivered', 'cancelled', 'rejected')),
    (SELECT count(*) FROM orders_order WHERE status NOT IN ('delivered', 'cancelled', 'rejected')
        AND promised_on < %(today)s),
    (SELECT count(*) FROM worklist_workitem WHERE done_at IS NULL),
    (SELECT count(*) FROM worklist_workitem WHERE done_at IS NULL AND due_at < %(at)s),
    (SELECT count(*) FROM review_hold WHERE status = 'open'),
    (SELECT count(*) FROM review_hold WHERE status = 'open' AND due_at < %(at)s),
    (SELECT count(*) FROM intake_message WHERE outcome = 'pending')"""
