"""In which encoding a text stands that does not say so: its mark, else what its bytes allow and make likely."""

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"[\x81-\xfe]([\x40-\x7e\x80-\xfe])")
# In simplified texts nearly every second byte is a high one; in Big5 two of five are low.
_MOST_LOW = 0.15
_SMALL = frozenset(b"abcdefghijklmnopqrstuvwxyz")
# What western Europe writes beyond ASCII; what else stands in these bytes was meant for its neighbours in the east.
_WESTERN = frozenset(
    "äöüßÄÖÜàâæçéèêëîïôœùûÿÀÂÆÇÉÈÊËÎÏÔŒÙÛáíñóúÁÍÑÓÚ¿¡ãõÃÕåøÅØìòÌÒ€£§©®°±²³·×´µ½¼¾«»‹›„“”‚‘’–—…•™ºª\xa0\xad"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was read in; `is_sure` is false where another reading is as likely."""

    text: str
    encoding: str
    is_sure: bool = True


def decode(content: bytes) -> Decoded | None:
    """The text of some bytes; None where no encoding known here explains every one of them."""
    if (marked := by_mark(content)) is not None:
        return marked
    if b"\0" in content:
        return _unmarked_utf16(content)
    if found := _in_one(content, "utf-8"):
        return found
    if _looks_european(content[:_SAMPLE]):
        text = strictly(content, "cp1252")
        if text is not None and {sign for sign in text if sign > "\x7f"} <= _WESTERN:
            return Decoded(text, "cp1252")
        if (text := strictly(content, "cp1250")) is not None:
            return Decoded(text, "cp1250", is_sure=False)
    if _looks_like_big5(content[:_SAMPLE]) and (text := strictly(content, "big5hkscs")) is not None:
        return Decoded(text, "big5hkscs", is_sure=False)
    return _in_one(content, "gb18030")


def by_mark(content: bytes) -> Decoded | None:
    """The text in the encoding that its first bytes name; None where they name none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark) and (found := _in_one(content, encoding)) is not None:
            return found
    return None


def strictly(content: bytes, encoding: str) -> str | None:
    """The text, where every byte has a meaning in that encoding."""
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _in_one(content: bytes, encoding: str) -> Decoded | None:
    text = strictly(content, encoding)
    return None if text is None else Decoded(text, encoding)


def _unmarked_utf16(content: bytes) -> Decoded | None:
    head = content[:_SAMPLE]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if zeros and zeros.count(0) * 10 >= len(zeros) * 3 and head.count(0) == zeros.count(0):
            return _in_one(content, encoding)
    return None


def _looks_european(content: bytes) -> bool:
    """Letters with marks stand alone between plain ones, or two within a word; Chinese signs stand in pairs."""
    high = western = 0
    for run in _HIGH.finditer(content):
        size = run.end() - run.start()
        within = content[run.start() - 1 : run.start()] + content[run.end() : run.end() + 1]
        high += size
        if size == 1 or (size == 2 and len(within) == 2 and _SMALL.issuperset(within)):
            western += size
    return western * 2 > high


def _looks_like_big5(content: bytes) -> bool:
    seconds = _PAIR.findall(content)
    low = sum(second < b"\xa1" for second in seconds)
    return bool(seconds) and low > _MOST_LOW * len(seconds)
