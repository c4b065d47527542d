"""X12's characters: the delimiters an ISA states by itself, and a text cut into segments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orderloop.interchange.facts import Fault, FaultCode
from orderloop.interchange.rules.edi import Segment, Spot, fault

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BLANKS = "\r\n\t \x00\x1a"
ISA_ELEMENTS = 16
# A group or a transaction set that has lost its envelope still shows its signs.
_BARE = re.compile(
    r"(?:GS(?P<g>[^A-Za-z0-9\s])[A-Z]{2}(?P=g)[^\n]{1,80}?(?P=g)[XT](?P=g)\d{6}\w{0,6}"
    r"|ST(?P<s>[^A-Za-z0-9\s])\d{3}(?P=s)\w{1,9})(?P<terminator>[^A-Za-z0-9])"
)
# The first segment behind the ISA and the sign between its elements, wherever it begins.
_AFTER_ISA = re.compile(r"(?<=[^A-Za-z0-9 ])\s*(?:GS|ST|TA1|IEA)([^A-Za-z0-9\s])(?=[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The signs between elements, between components, and behind a segment; no component may be told."""

    element: str
    component: str
    terminator: str


def decode(content: bytes) -> tuple[str, tuple[Fault, ...]]:
    """The text of the bytes: by their mark, else UTF-8, else GB 18030; the last is told of, as it is a guess."""
    tries: tuple[str, ...] = ("utf-8", "gb18030")
    for mark, codec in _MARKS:
        if content.startswith(mark):
            content, tries = content[len(mark) :], (codec,)
            break
    for codec in tries:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        place = Spot(segment=1, tag="ISA").place()
        return text, (() if codec != "gb18030" else (fault(FaultCode.ENCODING, place, rejects=False, detail=codec),))
    return content.decode("latin-1"), (fault(FaultCode.ENCODING, Spot().place(), detail=tries[0]),)


def delimiters_of(text: str) -> tuple[Delimiters | None, str, tuple[Fault, ...]]:
    """The delimiters, the text from the ISA on, and what is wrong with it. An ISA need not be padded to 106 signs."""
    text = text.lstrip("\ufeff" + _BLANKS)
    place = Spot(segment=1, tag="ISA").place()
    bare = _BARE.match(text)
    if bare is not None:
        return Delimiters(bare["g"] or bare["s"], "", bare["terminator"]), text, ()
    if not text.startswith("ISA") or len(text) < 4:
        return None, text, (fault(FaultCode.ENVELOPE, place, detail=text[:20]),)
    element = text[3]
    head = text[: 106 + 300]
    after = _AFTER_ISA.search(head)
    count = head[: after.start() if after and after[1] == element else len(head)].count(element)
    pieces = head.split(element, ISA_ELEMENTS)
    last = pieces[ISA_ELEMENTS] if len(pieces) > ISA_ELEMENTS else ""
    if count < ISA_ELEMENTS or len(last) < 2:
        # Cut off, or an element lost: no delimiter stands where it is looked for.
        return None, text, (fault(FaultCode.ENVELOPE, place, detail=f"ISA01-ISA{count:02}"),)
    found = Delimiters(element, last[0], last[1])
    if last[1] in "\r\n" and last.split("\n")[1:2] and last.split("\n")[1].rstrip().endswith(last[0]):
        # No component separator is stated: what stands in its place ends every segment.
        found = Delimiters(element, "", last[0])
    told: tuple[Fault, ...] = ()
    if found.component == element:
        # Those who use no components state the sign of the elements for them too.
        found = Delimiters(element, "", found.terminator)
        told = (fault(FaultCode.ENVELOPE, place, rejects=False, detail=f"ISA16 {element}"),)
    signs = [sign for sign in (found.element, found.component, found.terminator) if sign]
    # Some write the terminator twice.
    follows = last[2:].lstrip(_BLANKS + found.terminator)
    if (
        len(set(signs)) < len(signs)
        or any(sign.isalnum() for sign in signs)
        or (follows and not re.match(rf"[A-Z][A-Z0-9]{{1,2}}\s*{re.escape(found.element)}", follows))
    ):
        return None, text, (fault(FaultCode.ENVELOPE, place, detail=f"ISA16 {last[:4]}"),)
    return found, text, told


def cut(text: str, delimiters: Delimiters) -> Iterator[Segment]:
    """The segments, numbered from 1; what follows the last terminator comes last with number 0: it was cut off."""
    pieces = text.split(delimiters.terminator)
    number = 0
    for position, piece in enumerate(pieces):
        stripped = piece.strip(_BLANKS)
        if not stripped:
            continue
        number += 1
        parts = stripped.split(delimiters.element)
        elements = tuple((part,) for part in parts[1:])
        yield Segment(parts[0].strip(), elements, 0, 0 if position == len(pieces) - 1 else number)
