"""Reading what was mailed, what waits to be, and what was given up."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from orderloop.platform.bulk import fetch_all
from orderloop.platform.mail import KIND


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as written. `transport` is smtp or kept; a kept one was not meant to leave. `fault` is why it has not."""

    mail_id: int
    effect_key: str
    order_id: int | None
    recipient: str
    subject: str
    language: str
    transport: str
    created_at: datetime
    sent_at: datetime | None
    fault: str
    given_up: bool


@dataclass(frozen=True, slots=True)
class MailContent:
    """The rest of a mail: its text, its Message-ID and its attachments (filename, content_type, sha256, size)."""

    mail: SentMail
    message_id: str
    body: str
    attachments: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class DeadEffect:
    """An effect given up: it stays until somebody has it tried anew."""

    key: str
    kind: str
    order_id: int | None
    dead_at: datetime
    attempts: int
    error: str


_MAIL = """m.id, m.effect_key, m.order_id, m.recipient, m.subject, m.language, m.transport, m.created_at, m.sent_at,
    coalesce(e.error, ''), e.dead_at IS NOT NULL"""
_FROM = "FROM platform_outgoingmail m LEFT JOIN platform_effect e ON e.key = m.effect_key"


def mails_for(order_ids: Collection[int]) -> dict[int, list[SentMail]]:
    """The mails about each order, the oldest first; an order without any has no entry."""
    rows = fetch_all(
        f"SELECT {_MAIL} {_FROM} WHERE m.order_id = ANY(%s::bigint[]) ORDER BY m.created_at, m.id", [list(order_ids)]
    )
    found: dict[int, list[SentMail]] = {}
    for row in rows:
        found.setdefault(row[2], []).append(SentMail(*row))
    return found


def latest_mails(*, text: str = "", state: str = "", before_id: int | None = None, limit: int = 50) -> list[SentMail]:
    """Mails, the latest first, whose recipient or subject holds `text`; `state` sent, kept or waiting; all if empty."""
    states = {"sent": "m.sent_at IS NOT NULL", "kept": "m.transport = 'kept'"}
    states["waiting"] = "m.transport = 'smtp' AND m.sent_at IS NULL"
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = fetch_all(
        f"""SELECT {_MAIL} {_FROM} WHERE {states.get(state, "true")} AND (%s::bigint IS NULL OR m.id < %s)
        AND (m.recipient ILIKE %s OR m.subject ILIKE %s) ORDER BY m.id DESC LIMIT %s""",
        [before_id, before_id, pattern, pattern, limit],
    )
    return [SentMail(*row) for row in rows]


def mail_content(mail_id: int) -> MailContent | None:
    """One mail with its text; None where there is none of that id."""
    rows = fetch_all(f"SELECT {_MAIL}, m.message_id, m.body, m.attachments::text {_FROM} WHERE m.id = %s", [mail_id])
    if not rows:
        return None
    row = rows[0]
    return MailContent(SentMail(*row[:11]), row[11], row[12], tuple(json.loads(row[13])))


def dead_effects(limit: int = 100) -> list[DeadEffect]:
    """What was given up, the latest first."""
    rows = fetch_all(
        """SELECT key, kind, order_id, dead_at, attempts, error FROM platform_effect
        WHERE dead_at IS NOT NULL ORDER BY dead_at DESC LIMIT %s""",
        [limit],
    )
    return [DeadEffect(*row) for row in rows]


def waiting_mails() -> int:
    """How many mails have not been written or sent yet."""
    return int(
        fetch_all(
            "SELECT count(*) FROM platform_effect WHERE done_at IS NULL AND dead_at IS NULL AND kind = %s", [KIND]
        )[0][0]
    )
