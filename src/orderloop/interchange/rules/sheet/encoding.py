"""In which encoding a table in plain text stands; for traditional Chinese the bytes alone do not tell."""

import re

from orderloop.interchange.rules.sniff import text_of

_PAIR = re.compile(rb"[\x81-\xfe]([\x40-\x7e\x80-\xfe])")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 65_536
# In simplified texts nearly every second byte is a high one; in Big5 two of five are low.
_MOST_LOW = 0.15


def text_and_encoding(content: bytes) -> tuple[str | None, str, bool]:
    """The text, its encoding, and whether somebody must be asked for it; no text where it is in none that is known."""
    if content.startswith(_MARKS) or b"\x00" in content:
        text = text_of(content)
        return text, "utf-8" if content.startswith(_MARKS[0]) else "utf-16", False
    try:
        return content.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        pass
    if _looks_like_big5(content):
        try:
            return content.decode("big5hkscs"), "big5", True
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("gb18030"), "gb18030", False
    except UnicodeDecodeError as error:
        return None, f"gb18030, {error.start}", False


def _looks_like_big5(content: bytes) -> bool:
    seconds = _PAIR.findall(content[:_SAMPLE])
    low = sum(second < b"\xa1" for second in seconds)
    return bool(seconds) and low > _MOST_LOW * len(seconds)
