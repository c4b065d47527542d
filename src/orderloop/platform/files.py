"""Files by the SHA-256 of their content, in the database: every host sees them, and one backup holds all."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.http import HttpResponse

from orderloop.platform.models import StoredFile


@dataclass(frozen=True, slots=True)
class File:
    """A file's content and what the one who stored it said it is."""

    sha256: str
    content_type: str
    content: bytes


class UnknownFile(LookupError):
    """No file of that content hash is stored."""


class DamagedFile(RuntimeError):
    """The stored bytes no longer have the hash they are stored under."""


def store_files(files: Sequence[tuple[bytes, str]], *, at: datetime) -> list[str]:
    """Store (content, content type) pairs by one statement; return their hashes. What is known stays."""
    rows = [
        StoredFile(
            sha256=hashlib.sha256(content).hexdigest(),
            content_type=content_type,
            size=len(content),
            content=content,
            created_at=at,
        )
        for content, content_type in files
    ]
    StoredFile.objects.bulk_create({row.sha256: row for row in rows}.values(), ignore_conflicts=True)
    return [row.sha256 for row in rows]


def store_file(content: bytes, content_type: str, *, at: datetime) -> str:
    """Store one file and return its SHA-256 in hex."""
    return store_files([(content, content_type)], at=at)[0]


def read_file(sha256: str) -> File:
    """The file of that hash, checked against it; `UnknownFile` or `DamagedFile`."""
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None:
        raise UnknownFile(sha256)
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedFile(sha256)
    return File(sha256, row.content_type, content)


def read_files(hashes: Collection[str]) -> dict[str, bytes]:
    """The contents of the files of these hashes by one statement, each checked; what is not stored has no entry."""
    found = {row.sha256: bytes(row.content) for row in StoredFile.objects.filter(sha256__in=set(hashes))}
    for sha256, content in found.items():
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedFile(sha256)
    return found


def attachment(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """An answer that a browser saves and never runs, whatever the bytes are."""
    response = HttpResponse(content, content_type=content_type)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
