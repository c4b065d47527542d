"""Mail that the product sends: written from templates in the reader's language, kept, and sent where a server is set.

A mail is the effect of kind `mail`: its payload names the mail's kind, `to` and `language`, and whatever the kind's
context needs. A row is kept per effect before anything is sent, and an effect done again sends nothing, or, if it
cannot be known whether the first try came through, the same message under the same Message-ID.
"""

import hashlib
import smtplib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import override

from orderloop.platform import files, house, outbox
from orderloop.platform.models import OutgoingMail
from orderloop.platform.outbox import DueEffect, EffectNew, Fault

KIND = "mail"
TIMEOUT_SECONDS = 15
SUBJECT_LENGTH = 250
REPLY_TO_LENGTH = 254


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent along."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailNew:
    """A mail about to be put in the outbox; `payload` is what the kind's context builder needs."""

    key: str
    kind: str
    to: str
    language: str
    payload: Mapping[str, object]
    order_id: int | None = None
    due_at: datetime | None = None


ContextBuilder = Callable[[Sequence[DueEffect]], Mapping[str, Mapping[str, Any]]]
"""From effects of one mail kind to each one's template context, by effect key. `attachments` in it are sent along;
answers go to its `reply_to` where it has one."""


class MailRefused(ValueError):
    """This mail can never be sent."""


_kinds: dict[str, tuple[str, ContextBuilder]] = {}


def register(kind: str, template: str, context_builder: ContextBuilder) -> None:
    """Say how mails of `kind` are written: a text template whose first line is the subject, and its context."""
    if _kinds.get(kind, (template, context_builder)) != (template, context_builder):
        raise ValueError(f"mail kind {kind!r} is registered twice")
    _kinds[kind] = (template, context_builder)


def put_mails(mails: Sequence[MailNew], *, at: datetime) -> int:
    """Put mails in the outbox within the caller's transaction, by one statement; return how many are new."""
    return outbox.put_effects(
        [
            EffectNew(
                mail.key,
                KIND,
                {**mail.payload, "mail": mail.kind, "to": mail.to, "language": mail.language},
                mail.order_id,
                mail.due_at,
            )
            for mail in mails
        ],
        at=at,
    )


def send_mails(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler: write what is not written yet, then send what is not sent yet."""
    keys = [effect.key for effect in effects]
    written = set(OutgoingMail.objects.filter(effect_key__in=keys).values_list("effect_key", flat=True))
    faults = _write([effect for effect in effects if effect.key not in written], now)
    rows = list(OutgoingMail.objects.filter(effect_key__in=keys, sent_at=None, transport="smtp").order_by("id"))
    if rows:
        faults.update(_send(rows, now))
    return faults


def message_of(mail: OutgoingMail) -> EmailMessage:
    """The mail as it goes over the wire; `MailRefused` when a header would break."""
    message = EmailMessage(policy=SMTP)
    headers = {
        "From": _sender(mail.language),
        "To": mail.recipient,
        "Subject": mail.subject,
        "Date": format_datetime(mail.created_at),
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
        **({"Reply-To": mail.reply_to} if mail.reply_to else {}),
    }
    for name, value in headers.items():
        if "\r" in value or "\n" in value:
            raise MailRefused(_("The header %(name)s holds a line break.") % {"name": name})
        message[name] = value
    message.set_content(mail.body)
    for part in mail.attachments:
        main, _slash, sub = part["content_type"].partition("/")
        content = files.read_file(part["sha256"]).content
        message.add_attachment(content, maintype=main, subtype=sub, filename=part["filename"])
    return message


def _sender(language: str) -> str:
    """Our address under the name of the house; where it has none, under the one in the settings."""
    named, address = parseaddr(settings.MAIL_FROM)
    ours = house.name(language)
    shown = named if named and ours == house.PRODUCT else ours
    return str(Address(display_name=shown, addr_spec=address))


def message_id_of(effect_key: str) -> str:
    """The Message-ID of an effect's mail: the same for every try."""
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(effect_key.encode()).hexdigest()[:40]}@{domain}>"


def effects_of(message_ids: Collection[str]) -> dict[str, str]:
    """The effects whose mails went out under these ids (without brackets), so that an answer finds what it answers."""
    rows = OutgoingMail.objects.filter(message_id__in=[f"<{each}>" for each in message_ids])
    return {message_id.strip("<>"): key for message_id, key in rows.values_list("message_id", "effect_key")}


def _write(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    rows = []
    for kind in dict.fromkeys(str(effect.payload.get("mail")) for effect in effects):
        group = [effect for effect in effects if effect.payload.get("mail") == kind]
        if kind not in _kinds:
            faults.update({effect.key: Fault(f"nobody writes mails of kind {kind!r}") for effect in group})
            continue
        template, context_builder = _kinds[kind]
        contexts = context_builder(group)
        for effect in group:
            try:
                rows.append(_written(effect, template, contexts[effect.key], now))
            except (MailRefused, KeyError) as error:
                faults[effect.key] = Fault(f"{type(error).__name__}: {error}", permanent=True)
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    return faults


def _written(effect: DueEffect, template: str, context: Mapping[str, Any], now: datetime) -> OutgoingMail:
    recipient, language = str(effect.payload["to"]), str(effect.payload["language"])
    _assert_address(recipient)
    with override(language):
        # Text, not HTML: nothing is escaped. The backend's own `render` always escapes, hence the inner template.
        text = get_template(template).template.render(Context(dict(context), autoescape=False))  # type: ignore[attr-defined]  # see above
    subject, _newline, body = text.lstrip().partition("\n")
    attachments: Sequence[Attachment] = context.get("attachments", ())
    stored = files.store_files([(a.content, a.content_type) for a in attachments], at=now) if attachments else []
    return OutgoingMail(
        effect_key=effect.key,
        message_id=message_id_of(effect.key),
        order_id=effect.order_id,
        recipient=recipient,
        reply_to=str(context.get("reply_to", ""))[:REPLY_TO_LENGTH],
        subject=" ".join(subject.split())[:SUBJECT_LENGTH],
        body=body.strip() + "\n",
        language=language,
        attachments=[
            {"filename": a.filename, "content_type": a.content_type, "sha256": sha256, "size": len(a.content)}
            for a, sha256 in zip(attachments, stored, strict=True)
        ],
        created_at=now,
        transport="smtp" if settings.SMTP_URL else "kept",
    )


def _assert_address(recipient: str) -> None:
    try:
        validate_email(recipient)
    except ValidationError as error:
        raise MailRefused(f"{recipient!r} is no mail address") from error


def _send(rows: Sequence[OutgoingMail], now: datetime) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    sent = []
    try:
        with _server(settings.SMTP_URL) as server:
            for row in rows:
                try:
                    server.send_message(message_of(row))
                    sent.append(row.pk)
                except (MailRefused, smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                    faults[row.effect_key] = Fault(f"{type(error).__name__}: {error}", permanent=_is_final(error))
    except (OSError, smtplib.SMTPException) as error:
        late = Fault(f"{type(error).__name__}: {error}")
        faults.update({row.effect_key: late for row in rows if row.pk not in sent and row.effect_key not in faults})
    OutgoingMail.objects.filter(pk__in=sent).update(sent_at=now)
    return faults


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, MailRefused) or (
        isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
    )


@contextmanager
def _server(url: str) -> Iterator[smtplib.SMTP]:
    """The server of `smtp://user:password@host:port?tls=starttls|ssl|none` (587 and starttls if left out)."""
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", ["starttls"])[0]
    host, port = parts.hostname or "localhost", parts.port or (465 if tls == "ssl" else 587)
    kind = smtplib.SMTP_SSL if tls == "ssl" else smtplib.SMTP
    with kind(host, port, timeout=TIMEOUT_SECONDS) as server:
        if tls == "starttls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


outbox.register(KIND, send_mails)
