"""Attachments out of a winmail.dat (Microsoft's TNEF stream)."""

import struct
from dataclasses import dataclass, field

from orderloop.foundation.encoding import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_ATTRIBUTES = 5_000
_BODY, _RENDER, _TITLE, _DATA, _PROPERTIES = 0x0002800C, 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_LONG_NAME = 0x3707


@dataclass(slots=True)
class Winmail:
    """What a winmail.dat holds. `is_whole`: every attribute was there and its check sum right."""

    body: bytes = b""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    is_whole: bool = True


def unpack(content: bytes) -> Winmail:
    """Read the stream as far as it goes. Raises ValueError where it is none."""
    if content[:4] != SIGNATURE:
        raise ValueError("not a TNEF stream")
    found = Winmail()
    at = 6
    for _count in range(MOST_ATTRIBUTES):
        if at >= len(content):
            return found
        if at + 9 > len(content):
            break
        _level, attribute, length = struct.unpack_from("<BII", content, at)
        value = content[at + 9 : at + 9 + length]
        end = at + 9 + length
        if end + 2 > len(content) or struct.unpack_from("<H", content, end)[0] != sum(value) & 0xFFFF:
            break
        _take(found, attribute, value)
        at = end + 2
    found.is_whole = False
    return found


def _take(found: Winmail, attribute: int, value: bytes) -> None:
    if attribute == _BODY:
        found.body = value.rstrip(b"\0")
    elif attribute == _RENDER:
        found.files.append(("", b""))
    elif found.files:
        name, content = found.files[-1]
        if attribute == _TITLE:
            name = name or _text(value)
        elif attribute == _DATA:
            content = value
        elif attribute == _PROPERTIES:
            name = _long_name(value) or name
        found.files[-1] = (name, content)


def _text(value: bytes) -> str:
    decoded = decode(value.rstrip(b"\0"))
    return decoded.text if decoded else ""


def _long_name(value: bytes) -> str:
    """The file's long name out of the attachment's properties, or nothing."""
    for kind, charset in ((0x1F, "utf-16-le"), (0x1E, "")):
        mark = struct.pack("<HHII", kind, _LONG_NAME, 1, 0)[:8]
        at = value.find(mark)
        if at >= 0 and at + 12 <= len(value):
            (length,) = struct.unpack_from("<I", value, at + 8)
            raw = value[at + 12 : at + 12 + min(length, 520)]
            return raw.decode(charset, "replace").rstrip("\0") if charset else _text(raw)
    return ""
