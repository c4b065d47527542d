"""Header values of a mail as people meant them: encoded words, bytes as they are, addresses."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from orderloop.interchange.rules.mail.charset import decode_text

_WORD = re.compile(r"=\?([A-Za-z0-9_\-.:]{1,40})(?:\*[A-Za-z\-]{0,20})?\?([bBqQ])\?([^?]{0,4000})\?=")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-\u0080-\uffff]{1,64}@[A-Za-z0-9\u0080-\uffff.\-]{1,255}")
_ESCAPED = re.compile(r"=([0-9A-Fa-f]{2})")
MOST_ADDRESSES = 200


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address, folded, and the name beside it."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]


def header_text(raw: str, most: int = 2_000) -> str:
    """A header value as text on one line. `raw` holds bytes above 127 as surrogate escapes, as the parser leaves them.

    Encoded words of one encoding that stand side by side are joined before they are decoded: mail programs cut them in
    the middle of a sign.
    """
    raw = raw[: most * 8]
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    end = 0
    for found in _WORD.finditer(raw):
        between = raw[end : found.start()]
        if not (run and not between.strip()):
            out += [_joined(run), _plain(between)]
            run = []
        run.append((found.group(1).lower(), _bytes_of(found.group(2), found.group(3))))
        end = found.end()
    out += [_joined(run), _plain(raw[end:])]
    return " ".join("".join(sign if sign.isprintable() else " " for sign in "".join(out)).split())[:most]


def _joined(run: Sequence[tuple[str, bytes]]) -> str:
    text, at = "", 0
    while at < len(run):
        stop = at
        while stop < len(run) and run[stop][0] == run[at][0]:
            stop += 1
        text += decode_text(b"".join(part for _charset, part in run[at:stop]), run[at][0]).text
        at = stop
    return text


def _bytes_of(how: str, text: str) -> bytes:
    plain = text.encode("ascii", "ignore")
    if how in "qQ":
        return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text.replace("_", " ")).encode(
            "latin-1", "ignore"
        )
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return decode_text(text.encode("utf-8", "surrogateescape")).text if _escaped(text) else text


def _escaped(text: str) -> bool:
    return any("\udc80" <= sign <= "\udcff" for sign in text)


def addresses_in(text: str) -> tuple[Address, ...]:
    """The addresses of a header value, in order; a name in quotes that looks like an address is a name."""
    found: list[Address] = []
    for piece in _addressees(text[:20_000]):
        name, _mark, bracketed = piece.rpartition("<")
        hits = _ADDRESS.findall(bracketed if _mark else piece)
        if hits:
            found.append(Address(hits[-1].lower().rstrip("."), name.strip().strip('"').strip()))
    return tuple(found[:MOST_ADDRESSES])


def _addressees(text: str) -> list[str]:
    """The parts between commas that stand outside of quotes and brackets."""
    pieces, start, quoted, depth = [], 0, False, 0
    for at, sign in enumerate(text):
        if sign == '"' and text[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and sign in "<(":
            depth += 1
        elif not quoted and sign in ">)":
            depth = max(0, depth - 1)
        elif sign in ",;" and not quoted and not depth:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]
