"""Which encoding a mail's text is in: its mark, what the mail says of it unless that cannot be, then what is likely."""

import codecs
import re

from orderloop.foundation.encoding import Decoded, by_mark, decode, strictly

# Mail programs say gb2312 and write GBK; the newest of the family reads them all.
_FAMILY = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "hz-gb-2312": "hz", "euc-cn": "gb18030", "chinese": "gb18030", "ansi": "", "default": "", "unknown-8bit": "",
    "us-ascii": "", "ascii": "", "iso-8859-1": "", "latin1": "", "latin-1": "", "cp1252": "", "windows-1252": "",
    "binary": "", "8bit": "", "x-unknown": "", "x-user-defined": "", "unicode-1-1-utf-7": "utf-7", "big5": "big5hkscs",
}  # fmt: skip
# What turns bytes into bytes, or names into anything else, is no encoding of a text.
_NEVER = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-7"})


def decode_text(content: bytes, label: str = "") -> Decoded:
    """The text of some bytes. Never raises; what no encoding explains comes with U+FFFD and is not sure."""
    if (marked := by_mark(content)) is not None:
        return marked
    stated = _known(label)
    if stated and (text := strictly(content, stated)) is not None and not _is_misread(text, stated):
        return Decoded(text, stated)
    return _guessed(content)


def _known(label: str) -> str:
    name = label.strip().strip("\"'").lower()
    if name in _FAMILY:
        return _FAMILY[name]
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # Python keeps things such as base64 and rot13 in the same register; those are not for texts.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in _NEVER else ""


def _is_misread(text: str, charset: str) -> bool:
    """A one-byte encoding explains everything: control signs where letters should be tell that it was not meant."""
    return charset.startswith(("iso8859", "cp125", "latin")) and re.search("[\x80-\x9f]", text) is not None


def _guessed(content: bytes) -> Decoded:
    if (decoded := decode(content)) is not None:
        return decoded
    # A text cut within a sign at its end is still that text, and so is one with a NUL in it.
    for charset in ("utf-8", "gb18030"):
        for cut in (content, content[:-1], content[:-2]):
            if (text := strictly(cut, charset)) is not None:
                return Decoded(text, charset)
    text = content.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 < len(text):
        return Decoded(text, "utf-8", is_sure=False)
    return Decoded(content.decode("gb18030", "replace"), "gb18030", is_sure=False)
