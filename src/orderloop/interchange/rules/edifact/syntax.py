"""EDIFACT's characters (ISO 9735): the service characters, the character sets, and a text cut into segments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orderloop.interchange.facts import Fault, FaultCode
from orderloop.interchange.rules.edi import Segment, Spot, fault

# Character sets of the syntax identifier. UNOA and UNOB are parts of ASCII.
CHARACTER_SETS = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOL": "iso8859-15", "UNOW": "utf-8", "UNOX": "iso2022_jp_2", "UNOY": "utf-8",
}  # fmt: skip
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SYNTAX = re.compile(rb"UNB.(UNO[A-Z])", re.DOTALL)
_LONGEST_ADVICE = 12
_HEADER = re.compile(
    r"\s*UNB(?P<element>[^A-Za-z0-9\s])UNO[A-Z](?P<component>[^A-Za-z0-9\s])[1-5].{0,400}?"
    r"(?P<terminator>[^ \t\r\n])[ \t\r\n]*UN[GH](?P=element)",
    re.DOTALL,
)
# A text may hold a star where only a machine would repeat an element.
_NEVER_REPEATED = ("FTX", "IMD", "NAD")


@dataclass(frozen=True, slots=True)
class Marks:
    """The service characters; `release` and `repetition` may be empty. `decimal` is empty where both are allowed."""

    component: str = ":"
    element: str = "+"
    decimal: str = ""
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"

    def decimals(self) -> str:
        """The signs a number may have as its decimal mark."""
        return self.decimal or ".,"


def decode(content: bytes) -> tuple[str, tuple[Fault, ...]]:
    """The text of the bytes by their mark, else by the interchange's own word, else by what fits; with a fault where
    its word and its bytes disagree."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], codec, "")
    match = _SYNTAX.search(content[:200])
    stated = match[1].decode("ascii") if match else ""
    if content.isascii() and CHARACTER_SETS.get(stated) != "iso2022_jp_2":
        return content.decode("ascii"), ()
    return _decoded(content, CHARACTER_SETS.get(stated, "ascii"), stated)


def _decoded(content: bytes, codec: str, stated: str) -> tuple[str, tuple[Fault, ...]]:
    # Bytes beyond ASCII that happen to be sound UTF-8 are UTF-8, whatever a one-byte set is stated.
    tries = (codec,) if codec.startswith("utf-16") else tuple(dict.fromkeys(("utf-8", codec, "gb18030")))
    for attempt in tries:
        try:
            text = content.decode(attempt)
        except UnicodeDecodeError:
            continue
        place = Spot(segment=1, tag="UNB", element=1, component=1).place()
        wrong = fault(FaultCode.ENCODING, place, rejects=False, detail=f"{stated or codec}: {attempt}")
        return text, (() if attempt == codec else (wrong,))
    return content.decode("latin-1"), (fault(FaultCode.ENCODING, Spot().place(), detail=stated or codec),)


def marks_of(text: str) -> tuple[Marks, str, tuple[Fault, ...]]:
    """The service characters, the text behind their UNA, and what is wrong with them.

    What a UNA does not say, or says wrongly, its UNB shows.
    """
    text = text.lstrip("\ufeff \t\r\n\x00")
    if not text.startswith("UNA"):
        marks, shown = Marks(), _shown_by(text)
        told: tuple[Fault, ...] = ()
        if shown is not None and shown != marks:
            place = Spot(segment=1, tag="UNA").place()
            marks, told = shown, (fault(FaultCode.MISSING_SEGMENT, place, rejects=False, name="UNA"),)
        return replace(marks, repetition=_repetition(text, marks, "*")), text, told
    given, rest = text[3:9], text[9:]
    if len(given) < 6:
        return Marks(), "", (fault(FaultCode.DAMAGED, Spot(segment=1, tag="UNA").place(), detail="UNA"),)
    component, element, decimal, release, repetition, terminator = tuple(given)
    service = [sign for sign in (component, element, release, terminator) if sign != " "]
    is_wrong = len(set(service)) < len(service) or any(sign.isalnum() for sign in service)
    header = re.match(r"\s*UN[BGH](.)", rest)
    if is_wrong or " " in (component, element) or (header is not None and header[1] != element):
        place = Spot(segment=1, tag="UNA").place()
        begin = text.find("UNB", 3)
        rest = text[begin:] if 0 < begin < _LONGEST_ADVICE else rest
        return _shown_by(rest) or Marks(), rest, (fault(FaultCode.ENVELOPE, place, detail=f"UNA{given}"),)
    stated = Marks(component, element, decimal if decimal in ".," else "", release.strip(), "", terminator)
    repeats = _repetition(rest, stated, repetition.strip())
    return replace(stated, repetition=repeats), rest, ()


def _shown_by(text: str) -> Marks | None:
    """The service characters an interchange header uses, or None where it is none: the sign behind its tag, that
    within its syntax identifier, and what stands before the next header."""
    found = _HEADER.match(text)
    if found is None or found["element"] == found["component"]:
        return None
    sign = found["terminator"]
    is_line = sign.isalnum() or sign in "\r\n"
    return Marks(found["component"], found["element"], terminator="\n" if is_line else sign)


def _repetition(text: str, marks: Marks, sign: str) -> str:
    version = text[:40].split(marks.element)[1:2]
    parts = version[0].split(marks.component) if version else []
    return sign if len(parts) > 1 and parts[1][:1] in ("4", "5") else ""


def cut(text: str, marks: Marks) -> Iterator[Segment]:
    """The segments of a text, numbered from 1. What follows the last terminator comes last, with an empty number 0:
    it was cut off."""
    if marks.terminator not in "\r\n":
        text = text.replace("\r", "").replace("\n", "")
    pieces = _split(text, marks.terminator, marks.release)
    number = 0
    for position, piece in enumerate(pieces):
        stripped = piece.strip("\r\n\t \x00\x1a")
        if not stripped:
            continue
        number += 1
        yield _segment(stripped, marks, 0 if position == len(pieces) - 1 else number)


def _segment(piece: str, marks: Marks, number: int) -> Segment:
    elements = _split(piece, marks.element, marks.release)
    tag = _split(elements[0], marks.component, marks.release)[0].strip()
    once = bool(marks.repetition) and tag not in _NEVER_REPEATED
    return Segment(tag, tuple(_components(text, marks, once=once) for text in elements[1:]), 0, number)


def _components(element: str, marks: Marks, *, once: bool) -> tuple[str, ...]:
    if once:
        element = _split(element, marks.repetition, marks.release)[0]
    if not marks.release or marks.release not in element:
        return tuple(element.split(marks.component))
    return tuple(_released(text, marks.release) for text in _split(element, marks.component, marks.release))


def _split(text: str, sign: str, release: str) -> list[str]:
    """Split at a sign unless it is released; the release characters stay."""
    parts = text.split(sign)
    if not release or release not in text:
        return parts
    joined: list[list[str]] = [[]]
    for part in parts:
        joined[-1].append(part)
        if (len(part) - len(part.rstrip(release))) % 2 == 0:
            joined.append([])
    return [sign.join(piece) for piece in joined if piece]


def _released(text: str, release: str) -> str:
    return re.sub(re.escape(release) + "(.)", lambda match: match[1], text, flags=re.DOTALL)
