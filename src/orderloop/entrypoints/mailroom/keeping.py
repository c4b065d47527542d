"""Storing mails: each once, however often it comes, with what was known of its sender when it came."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderloop.customers.queries import ids_by_emails
from orderloop.flow.services.faxing import customers_of_callers
from orderloop.intake.facts import SECTION, Arrival, CallerPlace, EnvelopeKey, FaxGateway, Stored
from orderloop.intake.rules.fax_gateways import caller_in, gateway_of, is_from_network
from orderloop.intake.services import store_messages
from orderloop.interchange.readers.mail import read_header, read_headers
from orderloop.interchange.rules.mail.headers import addresses_in
from orderloop.interchange.rules.mail.threads import thread_of
from orderloop.interchange.rules.mail.trust import Check, Trust, judge_sender
from orderloop.orders.facts import Channel
from orderloop.policy.queries import in_force

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
SENDER_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as it came. `checks`: what is proven of its sender; `envelope_from` is None where it is not known."""

    content: bytes
    received_at: datetime
    envelope_from: str | None = None
    recipients: tuple[str, ...] = ()
    peer: str = ""
    checks: tuple[Check, ...] = field(default=(), hash=False)


def keep_mails(mails: Sequence[RawMail]) -> list[Stored]:
    """Store mails; they are safe once this has returned outside of any transaction."""
    headers = [read_headers(mail.content) for mail in mails]
    senders = [_sender(mail, each) for mail, each in zip(mails, headers, strict=True)]
    known = ids_by_emails([sender for sender in senders if sender and "\0" not in sender]) if any(senders) else {}
    gateways = in_force(SECTION).value.fax_gateways
    ways = [gateway_of(sender, gateways) if gateways else None for sender in senders]
    callers = [
        caller_of(way, mail.content, each) if way else "" for way, mail, each in zip(ways, mails, headers, strict=True)
    ]
    owners = customers_of_callers([caller for caller in callers if caller])
    return store_messages(
        [
            Arrival(
                Channel.FAX if way else Channel.MAIL,
                "message/rfc822",
                mail.content,
                mail.received_at,
                sender[:SENDER_LENGTH],
                external_id(mail.content, each),
                customer_id=owners.get(caller),
                envelope=_fax_envelope(way, mail, each, caller) if way else _envelope(mail, each, known),
            )
            for mail, each, sender, way, caller in zip(mails, headers, senders, ways, callers, strict=True)
        ]
    )


def caller_of(gateway: FaxGateway, content: bytes, headers: Mapping[str, str]) -> str:
    """The caller a gateway's mail names in its head; what stands in its text is found when it is read."""
    if gateway.place == CallerPlace.BODY:
        return ""
    is_header = gateway.place == CallerPlace.HEADER
    return caller_in(gateway, read_header(content, gateway.header) if is_header else headers.get("subject", ""))


def external_id(content: bytes, headers: Mapping[str, str]) -> str:
    """By what a mail is known again, over whichever way it comes: its id and its body, not what servers wrote on top.

    A mail without an id is known by its day, sender and subject instead.
    """
    head = _END_OF_HEAD.search(content)
    body = content[head.end() :] if head else content
    named = headers.get("message-id", "") or "\n".join(headers.get(name, "") for name in ("date", "from", "subject"))
    digest = hashlib.sha256(named.encode("utf-8", "surrogatepass"))
    digest.update(b"\0" + body.replace(b"\r\n", b"\n").rstrip())
    return f"mail:{digest.hexdigest()}"


def _sender(mail: RawMail, headers: Mapping[str, str]) -> str:
    """The one address in From; where there is none or several, the envelope's."""
    found = addresses_in(headers.get("from", ""))
    return found[0].address if len(found) == 1 else (mail.envelope_from or "").lower()


def _fax_envelope(gateway: FaxGateway, mail: RawMail, headers: Mapping[str, str], caller: str) -> dict[str, object]:
    """What is known of a fax that came by mail. Its caller is believed only if the mail is proven to be the
    gateway's."""
    verdict = judge_sender(headers, mail.checks, {gateway.sender}, {gateway.sender.lstrip("@")})
    is_proven = verdict.trust is Trust.TRUSTED or is_from_network(gateway, mail.peer)
    said: dict[str, object] = {
        EnvelopeKey.GATEWAY: gateway.sender,
        EnvelopeKey.CALLER: caller[:60],
        EnvelopeKey.PEER: mail.peer,
        EnvelopeKey.TRUST: "" if is_proven else verdict.trust.value,
        EnvelopeKey.TRUST_REASONS: "" if is_proven else list(verdict.reasons),
    }
    return {str(name): value for name, value in said.items() if value != ""}


def _envelope(mail: RawMail, headers: Mapping[str, str], known: Mapping[str, tuple[int, ...]]) -> dict[str, object]:
    verdict = judge_sender(headers, mail.checks, set(known))
    thread = thread_of(headers, mail.recipients)
    answers = addresses_in(headers.get("reply-to", "") or headers.get("from", ""))
    said: dict[str, object] = {
        EnvelopeKey.TRUST: verdict.trust.value,
        EnvelopeKey.TRUST_REASONS: list(verdict.reasons),
        EnvelopeKey.PEER: mail.peer,
        EnvelopeKey.RECIPIENT: mail.recipients[0] if mail.recipients else "",
        EnvelopeKey.REPLY_TO: answers[0].address if answers else "",
        "checks": [[check.kind, check.result, check.domain] for check in mail.checks],
    }
    if mail.envelope_from is not None:
        said["mail_from"] = mail.envelope_from
    if thread.question:
        said[EnvelopeKey.TOKEN] = f"{thread.question[0]}.{thread.question[1]}"
    return {str(name): value for name, value in said.items() if value not in ("", None)}
