"""Reading a mail: what the person wrote, what is attached or passed on, and the headers that matter."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from email.message import Message
from email.utils import parsedate_to_datetime

from orderloop.interchange.facts import (
    Envelope,
    Fault,
    FaultCode,
    Format,
    Hints,
    Part,
    Place,
    Reading,
    ReadOrder,
    Role,
    Value,
)
from orderloop.interchange.readers.mail.parts import Found, TooComplex, open_mail, parse
from orderloop.interchange.rules.mail.headers import header_text
from orderloop.interchange.rules.mail.quotes import FORWARDS, split_text
from orderloop.interchange.rules.text_orders import order_from_text
from orderloop.interchange.rules.text_orders.headers import header_fields

MOST_BYTES = 50_000_000
LONGEST_HEAD = 512 * 1024
LONGEST_UNDER_WAY = 30  # days
# Those that say who, to whom, about what and in answer to what; and those that show a machine at work.
HEADERS = (
    "from", "sender", "reply-to", "to", "cc", "delivered-to", "x-original-to", "subject", "date", "message-id",
    "in-reply-to", "references", "return-path", "auto-submitted", "precedence", "list-id", "list-unsubscribe",
    "list-post", "feedback-id", "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-auto-reply",
    "x-mail-autoreply", "content-type",
    "authentication-results", "received-spf",
)  # fmt: skip
_LONG = {"references": 12_000, "authentication-results": 20_000, "to": 8_000, "cc": 8_000}


def read(content: bytes, hints: Hints) -> Reading:
    """Read a mail. Never raises: what cannot be taken apart gives a fault.

    `parts` are its attachments, mails passed on among them, each a document to be read by itself; logos are left out.
    An order in the text is among `orders`; where the text only names an order number, day or the like beside
    attachments, that is one of role OTHER without lines.
    """
    if not content.strip():
        return Reading(Format.MAIL, faults=(Fault(FaultCode.EMPTY),))
    if len(content) > MOST_BYTES:
        return Reading(
            Format.MAIL, faults=(Fault(FaultCode.TOO_LARGE, params={"limit": f"{MOST_BYTES // 1_000_000} MB"}),)
        )
    try:
        message = parse(content)
        found = open_mail(message)
    except TooComplex as error:
        return Reading(Format.MAIL, faults=(Fault(FaultCode.TOO_COMPLEX, params={"detail": str(error)}),))
    except RecursionError:
        return Reading(Format.MAIL, faults=(Fault(FaultCode.TOO_COMPLEX, params={"detail": "nesting"}),))
    return _reading(message, found, hints)


def _reading(message: "Message[str, str]", found: Found, hints: Hints) -> Reading:
    headers, faults = headers_of(message)
    faults = [*faults, *found.faults]
    written = split_text("\n\n".join(found.texts), headers.get("subject", ""))
    parts = list(found.parts)
    subject = headers.get("subject", "")
    own = written.own
    if written.repeated and (written.is_forward or (FORWARDS.match(subject) and not parts)):
        parts.insert(0, Part("forwarded.txt", "text/plain", written.repeated.encode("utf-8")))
    hints = replace(hints, today=_written_on(headers, hints.today))
    order = _order(own, subject, bool(parts), hints)
    if not own.strip() and not parts and not faults:
        faults.append(Fault(FaultCode.NO_TEXT))
    return Reading(
        Format.MAIL,
        (order,) if order else (),
        tuple(faults),
        Envelope(headers.get("from", ""), headers.get("to", ""), headers.get("message-id", "")),
        parts=tuple(parts),
        text=own,
        headers=headers,
    )


def headers_of(message: "Message[str, str]") -> tuple[dict[str, str], list[Fault]]:
    """The headers that matter by lower-case name; what is stated several times and must not be is a fault."""
    headers: dict[str, str] = {}
    faults = []
    for name in HEADERS:
        values = [header_text(str(value), _LONG.get(name, 2_000)) for value in message.get_all(name, [])[:50]]
        if not values:
            continue
        if name in {"authentication-results", "received-spf"}:
            headers[name] = "\n".join(values)
        elif name in {"from", "to", "cc"}:
            headers[name] = ", ".join(values)
        else:
            headers[name] = values[0]
        if name in {"from", "subject", "date", "message-id", "reply-to"} and len(values) > 1:
            faults.append(
                Fault(FaultCode.DOUBTFUL, Place(name), {"given": values[1][:200], "name": name}, rejects=False)
            )
    return headers, faults


def _order(text: str, subject: str, has_parts: bool, hints: Hints) -> ReadOrder | None:
    """The order in a mail's own text; the subject adds what the text does not say."""
    told = {name: _in_subject(value) for name, value in _subject_fields(subject, hints).items()}
    order = order_from_text(text, hints)
    if order is None and "po_number" in told:
        # A bare list below `PO 4711` in the subject is an order as well.
        both = order_from_text(f"{text}\n{subject}", hints)
        last = len(text.splitlines()) + 1
        if both is not None and (both.lines or both.role is not Role.ORDER) and not _uses_line(both, last):
            order = both
    if order is not None:
        return replace(order, fields={**told, **order.fields})
    if not has_parts:
        return None
    fields = {**told, **header_fields([*text.splitlines()][:2_000], frozenset(), hints)}
    wanted = {
        name: value
        for name, value in fields.items()
        if name in {"po_number", "requested_on", "ship_to_text", "refers_to"}
    }
    return ReadOrder(Role.OTHER, wanted) if wanted else None


def _subject_fields(subject: str, hints: Hints) -> Mapping[str, Value]:
    plain = re.sub(r"^(?:\s*(?:re|fwd?|aw|wg|回复|答复|转发)\s?[:：])+\s*", "", subject, flags=re.IGNORECASE)
    fields = header_fields([plain], frozenset(), hints)
    return {name: value for name, value in fields.items() if name in {"po_number", "requested_on"}}


def _in_subject(value: Value) -> Value:
    return replace(value, place=Place("subject"))


def _uses_line(order: ReadOrder, number: int) -> bool:
    return any(value.place.path == f"line {number}" for line in order.lines for value in line.values())


def _written_on(headers: Mapping[str, str], today: date | None) -> date | None:
    """The day from which `next Wednesday` counts: when the mail was sent, unless its clock cannot be right."""
    sent = _sent_on(headers)
    if sent is None or today is None:
        return sent or today
    return sent if 0 <= (today - sent).days <= LONGEST_UNDER_WAY else today


def _sent_on(headers: Mapping[str, str]) -> date | None:
    try:
        return parsedate_to_datetime(headers.get("date", "")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_headers(content: bytes) -> dict[str, str]:
    """The headers that matter of a mail whose body is not looked at; none where there are more than are read."""
    message = _head_of(content)
    return headers_of(message)[0] if message is not None else {}


def read_header(content: bytes, name: str) -> str:
    """One header of a mail whose body is not looked at, the first of its name; empty where there is none."""
    message = _head_of(content)
    return header_text(str(message.get(name, ""))) if message is not None else ""


def _head_of(content: bytes) -> "Message[str, str] | None":
    head = re.split(rb"\r?\n\r?\n", content[: LONGEST_HEAD + 4], maxsplit=1)[0]
    if len(head) > LONGEST_HEAD:
        return None
    try:
        return parse(head + b"\n\n")
    except TooComplex:
        return None
