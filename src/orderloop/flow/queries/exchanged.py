"""Secrets shared with other systems, and the documents that were sent to them; one statement a call."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from orderloop.intake.facts import PartnerFact
from orderloop.platform.bulk import fetch_all


@dataclass(frozen=True, slots=True)
class Secrets:
    """What another system may prove itself with now, the current one first, and whose it is."""

    values: tuple[str, ...]
    customer_id: int | None


def secrets_of(names: Collection[str]) -> dict[str, Secrets]:
    """The secrets under these names; a name nobody knows is missing."""
    rows = fetch_all(
        "SELECT name, current, previous, customer_id FROM flow_sharedsecret WHERE name = ANY(%s::text[])",
        [[name.replace("\x00", "") for name in names]],
    )
    return {row[0]: Secrets(tuple(value for value in row[1:3] if value), row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class Source:
    """The electronic document an order came in, and which of the orders in it it is."""

    order_id: int
    document_id: int
    row: int
    format: str
    message_id: int


def sources_of(order_ids: Collection[int]) -> dict[int, Source]:
    """Where each order was read from, if its document is of a form that is answered in its own form."""
    rows = fetch_all(
        """SELECT DISTINCT ON (d.order_id) d.order_id, d.document_id, d.row, f.format, f.message_id
           FROM intake_draft d JOIN intake_document f ON f.id = d.document_id
           WHERE d.order_id = ANY(%s::bigint[]) AND f.format = ANY(%s::text[]) ORDER BY d.order_id, d.id""",
        [list(order_ids), list(ANSWERED)],
    )
    return {row[0]: Source(*row) for row in rows}


ANSWERED = ("edifact", "x12", "ubl", "cxml")


def latest_confirmations(order_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Version and fingerprint of the last confirmation written for each order; one without any is missing."""
    rows = fetch_all(
        """SELECT DISTINCT ON (order_id) order_id, version, fingerprint FROM flow_outgoing
           WHERE order_id = ANY(%s::bigint[]) AND kind = 'confirmation' ORDER BY order_id, version DESC""",
        [list(order_ids)],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def confirmed_and_open(*, after: int, limit: int) -> list[int]:
    """Open orders that were confirmed electronically, by id from behind `after` on."""
    rows = fetch_all(
        """SELECT DISTINCT g.order_id FROM flow_outgoing g JOIN orders_order o ON o.id = g.order_id
           WHERE g.kind = 'confirmation' AND g.order_id > %s AND o.status NOT IN ('shipped', 'delivered')
               AND (o.status NOT IN ('rejected', 'cancelled') OR g.verdict <> 'rejected')
           ORDER BY g.order_id LIMIT %s""",
        [after, limit],
    )
    return [row[0] for row in rows]


_OUTGOING = """id, kind, format, version, verdict, customer_id, order_id, document_id, sender, receiver, control,
    is_test, file, filename, content_type, transport, address, created_at, sent_at, receipt_due_at, settled_at,
    settlement, note"""


@dataclass(frozen=True, slots=True)
class OutgoingFact:
    """A document sent to a partner, or waiting for him to collect it (`sent_at` None)."""

    outgoing_id: int
    kind: str
    format: str
    version: int
    verdict: str
    customer_id: int
    order_id: int | None
    document_id: int | None
    sender: str
    receiver: str
    control: int
    is_test: bool
    file: str
    filename: str
    content_type: str
    transport: str
    address: str
    created_at: datetime
    sent_at: datetime | None
    receipt_due_at: datetime | None
    settled_at: datetime | None
    settlement: str
    note: str


def outgoing_for(outgoing_ids: Collection[int]) -> dict[int, OutgoingFact]:
    """The outgoing documents of these ids."""
    rows = fetch_all(f"SELECT {_OUTGOING} FROM flow_outgoing WHERE id = ANY(%s::bigint[])", [list(outgoing_ids)])
    return {row[0]: OutgoingFact(*row) for row in rows}


def to_collect(*, customer_id: int | None, after: int, limit: int) -> list[OutgoingFact]:
    """What waits to be collected, of one customer or of all, the longest waiting first."""
    rows = fetch_all(
        f"""SELECT {_OUTGOING} FROM flow_outgoing WHERE transport = 'collect' AND sent_at IS NULL AND id > %s
                AND (%s::bigint IS NULL OR customer_id = %s) ORDER BY id LIMIT %s""",
        [after, customer_id, customer_id, limit],
    )
    return [OutgoingFact(*row) for row in rows]


def last_exchanged(customer_ids: Collection[int], limit: int = 50) -> list[OutgoingFact]:
    """The latest documents sent to these customers."""
    rows = fetch_all(
        f"SELECT {_OUTGOING} FROM flow_outgoing WHERE customer_id = ANY(%s::bigint[]) ORDER BY id DESC LIMIT %s",
        [list(customer_ids), limit],
    )
    return [OutgoingFact(*row) for row in rows]


def overdue_receipts(at: datetime, limit: int = 200) -> list[OutgoingFact]:
    """What no partner has acknowledged by when he should have."""
    rows = fetch_all(
        f"""SELECT {_OUTGOING} FROM flow_outgoing
            WHERE settled_at IS NULL AND receipt_due_at < %s ORDER BY receipt_due_at LIMIT %s""",
        [at, limit],
    )
    return [OutgoingFact(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner with the customer he is, and what went to and fro last."""

    partner: PartnerFact
    customer_code: str
    customer_name: str
    sent: int
    waiting: int
    unsettled: int


def partners_listed(*, text: str = "", partner_id: int | None = None, limit: int = 500) -> list[PartnerRow]:
    """Partners whose identifier or customer has this text in it, or the one of that id."""
    rows = fetch_all(
        """SELECT p.id, p.scheme, p.sender, p.customer_id, p.our_id, p.profile::text, p.mapping::text, p.last_in,
               p.last_out, p.is_active, c.code, c.name, coalesce(g.sent, 0), coalesce(g.waiting, 0),
               coalesce(g.unsettled, 0)
           FROM intake_partner p JOIN customers_customer c ON c.id = p.customer_id
           LEFT JOIN LATERAL (SELECT count(*) AS sent,
                   count(*) FILTER (WHERE o.sent_at IS NULL AND o.transport = 'collect') AS waiting,
                   count(*) FILTER (WHERE o.settled_at IS NULL AND o.receipt_due_at < now()) AS unsettled
               FROM flow_outgoing o WHERE o.customer_id = p.customer_id AND o.format = p.scheme) g ON true
           WHERE (%(id)s::bigint IS NULL OR p.id = %(id)s) AND (%(text)s = ''
               OR strpos(lower(concat_ws(' ', p.sender, c.code, c.name)), lower(%(text)s)) > 0)
           ORDER BY c.code, p.scheme, p.sender LIMIT %(limit)s""",
        {"id": partner_id, "text": text.strip().replace("\x00", ""), "limit": limit},
    )
    return [
        PartnerRow(PartnerFact(*(*row[:5], json.loads(row[5]), json.loads(row[6]), *row[7:10])), *row[10:])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A document that came from a partner."""

    document_id: int
    message_id: int
    filename: str
    outcome: str
    read_at: datetime
    control: str


def last_received(customer_id: int, format: str, limit: int = 30) -> list[IncomingRow]:
    """The latest documents of a customer in a form, with the control number they came under."""
    rows = fetch_all(
        """SELECT id, message_id, filename, outcome, read_at, coalesce(reading->'envelope'->>'control', '')
           FROM intake_document WHERE customer_id = %s AND format = %s ORDER BY id DESC LIMIT %s""",
        [customer_id, format, limit],
    )
    return [IncomingRow(*row) for row in rows]
