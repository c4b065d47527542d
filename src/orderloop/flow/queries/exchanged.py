"""Secrets shared with other systems, and the documents that were sent to them; one statement a call."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from orderloop.intake.facts import PartnerFact
from orderloop.platform.bulk import fetch_all
from orderloop.platform.sealing import unseal


@dataclass(frozen=True, slots=True)
class Secrets:
    """What another system may prove itself with now, the current one first, and whose it is."""

    values: tuple[str, ...]
    customer_id: int | None


def secrets_of(names: Collection[str], *, at: datetime) -> dict[str, Secrets]:
    """The secrets that count under these names at a moment; a name nobody knows, or one retired, is missing."""
    rows = fetch_all(
        """SELECT name, current, CASE WHEN previous_until > %s THEN previous ELSE '' END, customer_id
           FROM flow_sharedsecret WHERE name = ANY(%s::text[]) AND retired_at IS NULL""",
        [at, [name.replace("\x00", "") for name in names]],
    )
    return {row[0]: Secrets(tuple(unseal(value) for value in row[1:3] if value), row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret as it may be shown: everything but itself. `overlaps_until` is None where only one counts."""

    name: str
    customer_code: str
    partner: str
    partner_id: int | None
    changed_at: datetime
    changed_by: str
    overlaps_until: datetime | None
    retired_at: datetime | None


def secrets_listed(*, at: datetime) -> list[SecretRow]:
    """Every secret there is or was, without itself."""
    rows = fetch_all(
        """SELECT s.name, coalesce(c.code, ''), coalesce(p.sender, ''), p.id, s.changed_at, s.changed_by,
               CASE WHEN s.previous_until > %s THEN s.previous_until END, s.retired_at
           FROM flow_sharedsecret s LEFT JOIN intake_partner p ON s.name = 'post:' || p.id
           LEFT JOIN customers_customer c ON c.id = coalesce(s.customer_id, p.customer_id)
           ORDER BY s.retired_at IS NOT NULL, s.name""",
        [at],
    )
    return [SecretRow(*row) for row in rows]


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
    """Version and fingerprint of the last confirmation written for each order in the form it came in."""
    rows = fetch_all(
        """SELECT DISTINCT ON (order_id) order_id, version, fingerprint FROM flow_outgoing
           WHERE order_id = ANY(%s::bigint[]) AND kind = 'confirmation' AND format <> 'json'
           ORDER BY order_id, version DESC""",
        [list(order_ids)],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def latest_events(order_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, str]]:
    """Version and fingerprint of the last confirmation told as an event, by order and partner."""
    rows = fetch_all(
        """SELECT DISTINCT ON (order_id, partner_id) order_id, partner_id, version, fingerprint FROM flow_outgoing
           WHERE order_id = ANY(%s::bigint[]) AND kind = 'confirmation' AND format = 'json'
           ORDER BY order_id, partner_id, version DESC""",
        [list(order_ids)],
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def answers_to(message_ids: Collection[int]) -> list[int]:
    """What was last written for each document of these messages: its receipt, or the confirmation where it has none."""
    rows = fetch_all(
        """SELECT DISTINCT ON (g.document_id) g.id FROM flow_outgoing g JOIN intake_document d ON d.id = g.document_id
           WHERE d.message_id = ANY(%s::bigint[]) AND g.kind IN ('receipt', 'confirmation')
           ORDER BY g.document_id, g.kind = 'receipt' DESC, g.version DESC, g.id DESC""",
        [list(message_ids)],
    )
    return [row[0] for row in rows]


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
    settlement, note, key, partner_id, given_up_at"""


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
    key: str
    partner_id: int | None
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostTryFact:
    """One try to post a document: the status and the first 2 kB answered, or why no answer came."""

    outgoing_id: int
    at: datetime
    status: int | None
    reply: str
    fault: str


def tries_for(outgoing_ids: Collection[int], limit: int = 20) -> dict[int, list[PostTryFact]]:
    """The latest tries to post each document, the last first."""
    rows = fetch_all(
        """SELECT t.outgoing_id, t.at, t.status, t.reply, t.fault FROM unnest(%s::bigint[]) AS o(id)
           CROSS JOIN LATERAL (SELECT * FROM flow_posttry WHERE outgoing_id = o.id ORDER BY id DESC LIMIT %s) t""",
        [list(outgoing_ids), limit],
    )
    found: dict[int, list[PostTryFact]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(PostTryFact(*row))
    return found


def closed_addresses(addresses: Collection[str]) -> set[str]:
    """Those of these addresses that said they are gone."""
    rows = fetch_all("SELECT address FROM flow_closedaddress WHERE address = ANY(%s::text[])", [list(addresses)])
    return {row[0] for row in rows}


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
        """SELECT p.id, p.scheme, p.sender, p.customer_id, p.our_id, p.profile::text, p.mapping::text,
               p.is_active, c.code, c.name, coalesce(g.sent, 0), coalesce(g.waiting, 0),
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
        PartnerRow(PartnerFact(*(*row[:5], json.loads(row[5]), json.loads(row[6]), row[7])), *row[8:]) for row in rows
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
