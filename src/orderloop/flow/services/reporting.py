"""Reports of other systems, signed as Standard Webhooks says: files, and what people write to a chat robot."""

import base64
import binascii
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from orderloop.flow.queries.exchanged import Secrets, secrets_of
from orderloop.flow.services.receiving import Handed, store

logger = logging.getLogger(__name__)

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LONGEST_ID = 150
_MOST_FILES = 20


class FileIn(BaseModel):
    """A file in a report."""

    filename: str = Field("", max_length=200)
    content_type: str = Field("application/octet-stream", max_length=100)
    content: str = Field(description="Base64")


class MessageIn(BaseModel):
    """What somebody wrote to a chat robot."""

    text: str = Field("", max_length=100_000)
    sender: str = Field("", max_length=200, description="Who wrote it, as the chat calls him")
    files: list[FileIn] = Field(default_factory=list, max_length=_MOST_FILES)


class DocumentReport(BaseModel):
    """A document has come into being at the sender."""

    type: Literal["document.created"]
    data: FileIn


class MessageReport(BaseModel):
    """Somebody has written to the robot."""

    type: Literal["message.created"]
    data: MessageIn


_REPORT: TypeAdapter[DocumentReport | MessageReport] = TypeAdapter(DocumentReport | MessageReport)
_TYPES = ("document.created", "message.created")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"type": "string", "description": "document.created or message.created"},
        "timestamp": {"type": "string"},
        "data": {
            "type": "object",
            "description": "A document: filename, content_type, content (base64). A message: text, sender, files.",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a report is not taken."""

    status: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What its sender is told, as JSON."""

    body: str


def take_report(source: str, content: bytes, headers: Mapping[str, str], *, at: datetime) -> Taken | Refused:
    """Store what a report brings, once per its id; one of a type we do not know is noted only."""
    name = f"webhook:{source}"
    secrets = secrets_of([name], at=at).get(name)
    if secrets is None or len(headers["webhook-id"]) > _LONGEST_ID or not _is_signed(content, headers, secrets):
        return Refused(401, "not_signed", "The report is not signed with a secret agreed for this source.")
    kind = _type_of(content)
    if kind is not None and kind not in _TYPES:
        logger.info(
            "report %s of %s is of the type %.80r, which nothing is done with", headers["webhook-id"], name, kind
        )
        return Taken(json.dumps({"id": None, "state": "ignored"}))
    try:
        report = _REPORT.validate_json(content)
        handed = _handed(report, name, headers["webhook-id"], secrets.customer_id, at)
    except (ValidationError, ValueError):
        return Refused(422, "report_invalid", "The report is not of the described form.")
    stored = store(handed, at=at)
    return Taken(json.dumps({"id": stored.message_id, "state": "pending"}))


def _is_signed(content: bytes, headers: Mapping[str, str], secrets: Secrets) -> bool:
    return any(_agrees(content, headers, value) for value in secrets.values)


def _agrees(content: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(content, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError, OverflowError):
        return False
    return True


def _type_of(content: bytes) -> str | None:
    try:
        kind = json.loads(content)["type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return kind if isinstance(kind, str) else None


def _handed(
    report: DocumentReport | MessageReport, name: str, report_id: str, customer_id: int | None, at: datetime
) -> Handed:
    if isinstance(report, DocumentReport):
        file = report.data
        return Handed(
            _decoded(file.content), file.content_type, file.filename, name, customer_id, external_id=report_id
        )
    written = report.data
    if not written.text.strip() and not written.files:
        raise ValueError("the message is empty")
    return Handed(_as_mail(written, report_id, at), "message/rfc822", "", name, customer_id, external_id=report_id)


def _as_mail(written: MessageIn, report_id: str, at: datetime) -> bytes:
    """What was written with its files in one piece, in the form in which mails are read."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(written.sender) or "Message"
    message["Date"] = format_datetime(at)
    message.set_content(written.text or " ")
    for file in written.files:
        kind, _slash, sub = file.content_type.partition("/")
        plain = kind.isascii() and kind.isalnum() and sub.isascii() and kind not in ("multipart", "message", "text")
        message.add_attachment(
            _decoded(file.content), maintype=kind if plain else "application",
            subtype=_one_line(sub) if plain and sub else "octet-stream", filename=_one_line(file.filename) or "file",
        )  # fmt: skip
    if written.files:
        message.set_boundary(f"=={base64.urlsafe_b64encode(report_id.encode()).decode().rstrip('=')[:40]}==")
    return message.as_bytes()


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:200].strip()


def _decoded(content: str) -> bytes:
    try:
        decoded = base64.b64decode(content, validate=True)
    except binascii.Error as fault:
        raise ValueError("the content is not base64") from fault
    if not decoded:
        raise ValueError("the file is empty")
    return decoded
