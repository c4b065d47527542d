"""A document of text shown line by line, its words apart, so that a click on one fills a field."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from orderloop.foundation.encoding import decode
from orderloop.interchange.facts import Format

MOST_LINES = 2_000
MOST_WORDS = 4_000
LINE_LENGTH = 2_000
_MARKUP = frozenset({Format.UBL, Format.CXML, Format.OPENTRANS, Format.XML})
# A word ends at blanks and marks; a mark between figures belongs to the figure.
_WORD = re.compile(r"[^\s,;:，；：、。（）()“”\"<>|]+(?:[.,:](?=\d)[^\s,;:，；：、。（）()“”\"<>|]+)*")
_LAST = ".!?"
_EDIFACT = re.compile(r"(?:\?.|[^+:'?])+")
_TEXT_OR_VALUE = re.compile(r"(?<=>)[^<>]*[^<>\s][^<>]*(?=<)|(?<==\")[^\"<>]+(?=\")")
_NAMED = re.compile(r"(?:<(?:[\w.-]+:)?([\w.-]+)[^<>]*>\s*|(?:^|\s)(?:[\w.-]+:)?([\w.-]+)=\")$")
_MEMBER = re.compile(r"\"((?:[^\"\\]|\\.){1,80})\"\s*:\s*(?:\"((?:[^\"\\]|\\.)*)\"|(-?\d[\d.eE+-]*))")
Span = tuple[int, int, str]


def text_lines(content: bytes, format: Format) -> list[str]:
    """The lines in which a document of text is looked at: segments of EDI, elements of XML, else its own."""
    decoded = decode(content)
    text = decoded.text if decoded else content.decode("latin-1")
    if format is Format.EDIFACT:
        return [each.strip("\r\n") for each in re.split(r"(?<=(?<!\?)')", text) if each.strip()]
    if format is Format.X12:
        end = text[105:106] if text.startswith("ISA") else "~"
        return [f"{each.strip()}{end}" for each in text.split(end or "~") if each.strip()]
    if format in _MARKUP and text.count("\n") < text.count("><"):
        text = text.replace("><", ">\n<")
    return text.splitlines()


def shown_lines(lines: Sequence[str], format: Format) -> list[dict[str, Any]]:
    """Lines with number and parts; a part that `is_word` can be clicked, `title` being what names it, as an element of
    XML is named. Of a long document the words of its beginning are apart."""
    shown, left = [], MOST_WORDS
    marks = _marks(lines[0]) if lines and format is Format.X12 else ""
    for n, line in enumerate(lines[:MOST_LINES], 1):
        text = line.replace("\x00", "\ufffd")[:LINE_LENGTH]
        spans = list(_spans(text, format, marks))[:left]
        left -= len(spans)
        shown.append({"n": n, "parts": _parts(text, spans)})
    return shown


def _marks(head: str) -> str:
    """What parts the elements of an X12 interchange, by its first segment."""
    return head[3:4] + head[104:105] + head[105:106] if head.startswith("ISA") and len(head) > 105 else "*~>"


def _spans(text: str, format: Format, marks: str) -> Iterator[Span]:
    if format is Format.EDIFACT:
        yield from ((*found.span(), "") for found in list(_EDIFACT.finditer(text))[1:] if found.group().strip())
    elif format is Format.X12:
        found_all = list(re.finditer(f"[^{re.escape(marks)}]+", text))[1:]
        yield from ((*found.span(), "") for found in found_all if found.group().strip())
    elif format in _MARKUP:
        for found in _TEXT_OR_VALUE.finditer(text):
            named = _NAMED.search(text[: found.start()][-200:])
            yield (*_trimmed(found), (named.group(1) or named.group(2)) if named else "")
    elif format is Format.JSON:
        for found in _MEMBER.finditer(text):
            yield (*found.span(2 if found.group(2) is not None else 3), found.group(1))
    else:
        for found in _WORD.finditer(text):
            length = len(found.group().rstrip(_LAST))
            if length:
                yield found.start(), found.start() + length, ""


def _trimmed(found: re.Match[str]) -> tuple[int, int]:
    text = found.group()
    start = found.start() + len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _parts(text: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    end = 0
    for start, stop, title in spans:
        if start > end:
            parts.append({"text": text[end:start], "is_word": False, "title": ""})
        if stop > start:
            parts.append({"text": text[start:stop], "is_word": True, "title": title})
        end = max(end, stop)
    if end < len(text) or not parts:
        parts.append({"text": text[end:] or " ", "is_word": False, "title": ""})
    return parts
