"""Taking a mail apart: its texts, its attachments, what is wrong with it. Limits hold before anything is decoded."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from orderloop.foundation.encoding import Decoded
from orderloop.interchange.facts import Fault, FaultCode, Part, Place
from orderloop.interchange.readers.mail import tnef
from orderloop.interchange.readers.mail.html import html_text
from orderloop.interchange.rules.mail.charset import decode_text
from orderloop.interchange.rules.mail.headers import header_text

MOST_PARTS = 200
DEEPEST = 10
MOST_HEADERS = 500
LONGEST_HEADER = 64 * 1024
MOST_TEXT = 1_000_000
LARGEST_LOGO = 40 * 1024
LARGEST_PIXEL = 1024
_BEGINS = re.compile(rb"(?im)^content-type\s*:\s*(?:multipart|message)/")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(sign for sign in range(256) if sign not in _BASE64)
_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"II*\0", b"MM\0*", b"\x89PNG", b"\xff\xd8\xff",
    b"Rar!",
)  # fmt: skip
_EXTENSIONS = {
    "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "application/pdf": ".pdf", "text/xml": ".xml",
    "application/xml": ".xml", "image/tiff": ".tif", "image/png": ".png", "image/jpeg": ".jpg",
}  # fmt: skip


class _AsWritten(Compat32):
    """Header values with their raw bytes as surrogate escapes; the usual policy throws away what is above 127."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The value as it stands."""
        return value


_POLICY = _AsWritten()


class TooComplex(Exception):
    """The mail is built beyond a limit; the message names which."""


@dataclass(slots=True)
class Found:
    """What a mail holds. `texts`: its body's parts in order; `images`: content ids of the images its text shows."""

    texts: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    images: set[str] = field(default_factory=set)
    logos: list[tuple[str, Part]] = field(default_factory=list)
    count: int = 0


def parse(content: bytes) -> "Message[str, str]":
    """The mail as a tree. Raises TooComplex before the parser is given what would take too much."""
    if len(_BEGINS.findall(content)) > MOST_PARTS:
        raise TooComplex(f"more than {MOST_PARTS} parts")
    head = re.split(rb"\r?\n\r?\n", content[: LONGEST_HEADER * 8], maxsplit=1)[0]
    if len(re.findall(rb"(?m)^[!-9;-~]+[ \t]*:", head)) > MOST_HEADERS:
        raise TooComplex(f"more than {MOST_HEADERS} headers")
    message = BytesParser(policy=_POLICY).parsebytes(content)
    return message


def open_mail(message: "Message[str, str]") -> Found:
    """Everything a mail holds. Raises TooComplex beyond a limit."""
    found = Found()
    _visit(message, found, 0)
    for content_id, image in found.logos:
        if content_id not in found.images or len(image.content) > LARGEST_LOGO:
            found.parts.append(image)
    return found


def _visit(part: "Message[str, str]", found: Found, depth: int) -> None:
    found.count += 1
    if found.count > MOST_PARTS:
        raise TooComplex(f"more than {MOST_PARTS} parts")
    if depth > DEEPEST:
        raise TooComplex(f"more than {DEEPEST} levels")
    if len(part) > MOST_HEADERS:
        raise TooComplex(f"more than {MOST_HEADERS} headers")
    if any(len(str(value)) > LONGEST_HEADER for value in part.values()):
        raise TooComplex(f"a header of more than {LONGEST_HEADER} signs")
    kind = part.get_content_type()
    if kind.startswith("multipart/"):
        _visit_several(part, kind, found, depth)
    elif kind in {"message/rfc822", "message/global"}:
        _visit_mail(part, found)
    elif kind.startswith("message/") and part.is_multipart():
        _visit_report(part, found)
    else:
        _visit_leaf(part, kind, found)


def _visit_several(part: "Message[str, str]", kind: str, found: Found, depth: int) -> None:
    if kind == "multipart/encrypted":
        found.faults.append(Fault(FaultCode.ENCRYPTED, _place(found)))
        return
    if not part.is_multipart():
        repaired = _with_boundary(part)
        if repaired is None:
            _text_part(found, _decoded(part, found).text)
            return
        found.faults.append(_damaged(found, "boundary"))
        part = repaired
    if any(type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in part.defects):
        found.faults.append(_damaged(found, "closing boundary"))
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "multipart/alternative":
        _visit_alternatives(children, found, depth)
        return
    for child in children:
        _visit(child, found, depth + 1)


def _visit_alternatives(children: list["Message[str, str]"], found: Found, depth: int) -> None:
    """Of the same text in several forms the plain one, unless only the HTML kept its table or has a text at all."""
    drafts = []
    for child in children:
        inner = Found(count=found.count)
        _visit(child, inner, depth + 1)
        found.count = inner.count
        found.parts += inner.parts
        found.logos += inner.logos
        found.faults += inner.faults
        found.images |= inner.images
        has_table = any("\t" in text for text in inner.texts)
        drafts.append((has_table, any(text.strip() for text in inner.texts), inner.texts))
    with_text = [each for each in drafts if each[1]]
    best = next((each for each in with_text if each[0]), with_text[0] if with_text else None)
    if best:
        found.texts += best[2]


def _visit_mail(part: "Message[str, str]", found: Found) -> None:
    """A mail within the mail is a document of its own."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        found.faults.append(_damaged(found, "message/rfc822"))
        return
    content = _bytes(inner)
    if (
        str(part.get("content-transfer-encoding", "")).strip().lower() in {"base64", "quoted-printable"}
        and not inner.keys()
    ):
        plain = written(inner).encode("ascii", "ignore")
        try:
            content = base64.b64decode(plain)
        except (binascii.Error, ValueError):
            found.faults.append(_damaged(found, "base64"))
    name = _filename(part) or f"{header_text(str(inner.get('subject', '')), 80) or 'message'}.eml"
    found.parts.append(Part(name, "message/rfc822", content))


def _bytes(message: "Message[str, str]") -> bytes:
    try:
        return message.as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        return written(message).encode("utf-8", "surrogateescape")


def _visit_report(part: "Message[str, str]", found: Found) -> None:
    """A delivery status and its like: kept as text, in case somebody wants to read it."""
    text = "\n".join(
        f"{name}: {value}" for each in part.get_payload() if isinstance(each, Message) for name, value in each.items()
    )
    found.parts.append(Part("report.txt", part.get_content_type(), text.encode("utf-8", "surrogateescape")))


def _visit_leaf(part: "Message[str, str]", kind: str, found: Found) -> None:
    content = _payload(part, found)
    name = _filename(part)
    is_attached = part.get_content_disposition() == "attachment" or bool(name)
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        is_signed = "signed-data" in str(part.get_param("smime-type", ""))
        found.faults.append(
            Fault(FaultCode.UNSUPPORTED, _place(found), {"name": "S/MIME"})
            if is_signed
            else Fault(FaultCode.ENCRYPTED, _place(found))
        )
    elif kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or content[:4] == tnef.SIGNATURE:
        _visit_winmail(content, found)
    elif kind.startswith("image/") and not (
        part.get_content_disposition() == "attachment" and not part.get("content-id")
    ):
        _visit_image(part, kind, name, content, found)
    elif kind in {"text/plain", "text/html", "text/enriched"} and not is_attached and not content.startswith(_MAGIC):
        _visit_text(part, kind, content, found)
    elif kind in {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}:
        pass
    elif content or name:
        found.parts.append(Part(name or f"part-{found.count}{_EXTENSIONS.get(kind, '')}", kind, content))


def _visit_text(part: "Message[str, str]", kind: str, content: bytes, found: Found) -> None:
    if len(content) > MOST_TEXT:
        found.faults.append(Fault(FaultCode.TOO_LARGE, _place(found), {"limit": f"{MOST_TEXT} bytes"}, rejects=False))
        content = content[:MOST_TEXT]
    decoded = decode_text(content, str(part.get_param("charset", "")))
    if not decoded.is_sure:
        found.faults.append(Fault(FaultCode.ENCODING, _place(found), {"detail": decoded.encoding}, rejects=False))
    if kind == "text/html" or re.match(
        r"\s*<(?:!doctype html|html|body|div|table)\b", decoded.text[:2000], re.IGNORECASE
    ):
        text, _has_table, images = html_text(decoded.text)
        found.images |= images
    else:
        text = _unflowed(decoded.text, part) if str(part.get_param("format", "")).lower() == "flowed" else decoded.text
    _text_part(found, text)


def _text_part(found: Found, text: str) -> None:
    if text.strip():
        found.texts.append(text.replace("\r\n", "\n").replace("\0", ""))


def _unflowed(text: str, part: "Message[str, str]") -> str:
    """Lines that end in a blank go on in the next (RFC 3676)."""
    glue = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    out: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line[1:] if line.startswith(" ") else line
        if goes_on and out and line.startswith(">") == out[-1].startswith(">"):
            out[-1] = out[-1].rstrip(" ") + glue + (line.lstrip("> ") if line.startswith(">") else line)
        else:
            out.append(line)
        goes_on = line.endswith(" ") and line != "-- "
    return "\n".join(out)


def _visit_image(part: "Message[str, str]", kind: str, name: str, content: bytes, found: Found) -> None:
    """A picture of the letter-head is no document; a pasted picture of an order is. Told by use and size."""
    if len(content) <= LARGEST_PIXEL:
        return
    image = Part(name or f"image-{found.count}{_EXTENSIONS.get(kind, '')}", kind, content)
    if content_id := str(part.get("content-id", "")).strip().strip("<>"):
        found.logos.append((content_id, image))
    else:
        found.parts.append(image)


def _visit_winmail(content: bytes, found: Found) -> None:
    try:
        mail = tnef.unpack(content)
    except ValueError:
        found.faults.append(Fault(FaultCode.UNSUPPORTED, _place(found), {"name": "winmail.dat"}))
        return
    if not mail.is_whole:
        found.faults.append(_damaged(found, "winmail.dat"))
    if mail.body.strip():
        found.texts.append(decode_text(mail.body).text)
    if len(mail.files) + found.count > MOST_PARTS:
        raise TooComplex(f"more than {MOST_PARTS} parts")
    found.count += len(mail.files)
    found.parts += [
        Part(name or f"winmail-{n}", "application/octet-stream", data)
        for n, (name, data) in enumerate(mail.files, 1)
        if data
    ]


def _payload(part: "Message[str, str]", found: Found) -> bytes:
    """A part's bytes. Base64 with strange signs or a lost end is read as far as it goes, and said to be damaged."""
    how = str(part.get("content-transfer-encoding", "")).strip().lower()
    if how == "base64":
        plain = written(part).encode("ascii", "ignore").translate(None, _NOT_BASE64)
        body = plain.rstrip(b"=")
        if len(body) % 4 == 1 or b"=" in body:
            found.faults.append(_damaged(found, "base64"))
            body = body.partition(b"=")[0]
            body = body[: len(body) - len(body) % 4]
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, UnicodeError):
        found.faults.append(_damaged(found, how or "content"))
        return b""
    return content if isinstance(content, bytes) else b""


def written(part: "Message[str, str]") -> str:
    """A part's content as it stands; the parser raises for one whose charset cannot be the name of one."""
    try:
        content = part.get_payload()
    except (UnicodeError, ValueError, TypeError):
        stated = part.get_all("content-type", [])
        del part["content-type"]
        content = part.get_payload()
        for value in stated:
            part["content-type"] = value
    return content if isinstance(content, str) else ""


def _decoded(part: "Message[str, str]", found: Found) -> Decoded:
    return decode_text(_payload(part, found), str(part.get_param("charset", "")))


def _with_boundary(part: "Message[str, str]") -> "Message[str, str] | None":
    """A multipart whose boundary is not stated or not the one it uses, parsed by the one it uses."""
    body = written(part).encode("utf-8", "surrogateescape")
    used = re.search(rb"(?m)^--([^\s-][^\r\n]{0,69}?)[ \t]*\r?\n(?=[A-Za-z\-]{3,40}:|\r?\n)", body)
    if used is None:
        return None
    boundary = used.group(1).decode("ascii", "ignore").replace('"', "").replace("\\", "")
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
    parsed = BytesParser(policy=_POLICY).parsebytes(head.encode() + body)
    return parsed if parsed.is_multipart() else None


def _filename(part: "Message[str, str]") -> str:
    """The name its sender gave a part, in whichever of the many ways, without folders and control signs."""
    for header, name in (("content-disposition", "filename"), ("content-type", "name")):
        value = part.get_param(name, None, header)
        if isinstance(value, tuple):
            text = decode_text((value[2] or "").encode("latin-1", "replace"), value[0] or "").text
        elif value:
            text = header_text(str(value), 300)
        else:
            continue
        plain = re.split(r"[/\\]", "".join(sign for sign in text if sign.isprintable()))[-1].strip(" .")
        if plain:
            return plain[-150:]
    return ""


def _place(found: Found) -> Place:
    return Place(f"part {found.count}")


def _damaged(found: Found, detail: str) -> Fault:
    return Fault(FaultCode.DAMAGED, _place(found), {"detail": detail}, rejects=False)
