"""Which encoding a text is in: what it says of itself, unless that cannot be; then BOM, UTF-8, GB 18030, Latin."""

import codecs
import re
from dataclasses import dataclass

# Mail programs say gb2312 and write GBK; the newest of the family reads them all.
_FAMILY = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "hz-gb-2312": "hz", "euc-cn": "gb18030", "chinese": "gb18030", "ansi": "", "default": "", "unknown-8bit": "",
    "us-ascii": "", "ascii": "", "iso-8859-1": "", "latin1": "", "latin-1": "", "cp1252": "", "windows-1252": "",
    "binary": "", "8bit": "", "x-unknown": "", "x-user-defined": "", "unicode-1-1-utf-7": "utf-7", "big5": "big5hkscs",
}  # fmt: skip
# What turns bytes into bytes, or names into anything else, is no encoding of a text.
_NEVER = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-7"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was read in; `is_sure` is false where another reading is as likely."""

    text: str
    charset: str
    is_sure: bool = True


def decode_text(content: bytes, label: str = "") -> Decoded:
    """The text of some bytes. Never raises; what no encoding explains comes with U+FFFD and is not sure."""
    for mark, charset in _BOMS:
        if content.startswith(mark) and (text := _strict(content, charset)) is not None:
            return Decoded(text, charset)
    stated = _known(label)
    if stated and (text := _strict(content, stated)) is not None and not _is_misread(text, stated):
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
    if (text := _strict(content, "utf-8")) is not None and "\0" not in text:
        return Decoded(text, "utf-8")
    if content.count(0) * 4 > len(content) and len(content) % 2 == 0:
        charset = (
            "utf-16-le" if content[1:2] == b"\0" or content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
        )
        if (text := _strict(content, charset)) is not None:
            return Decoded(text, charset)
    if _looks_western(content) and (text := _strict(content, "cp1252")) is not None:
        return Decoded(text, "cp1252")
    if (text := _strict(content, "gb18030")) is not None:
        return Decoded(text, "gb18030", is_sure=not _may_be_big5(content, text))
    if (text := _strict(content, "big5hkscs")) is not None:
        return Decoded(text, "big5hkscs", is_sure=False)
    # A text cut within a sign at its end is still that text.
    for charset in ("utf-8", "gb18030"):
        if (text := _strict(content[:-1], charset) or _strict(content[:-2], charset)) is not None:
            return Decoded(text, charset)
    text = content.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 < len(text):
        return Decoded(text, "utf-8", is_sure=False)
    return Decoded(content.decode("gb18030", "replace"), "gb18030", is_sure=False)


def _looks_western(content: bytes) -> bool:
    """Letters with marks stand alone or make no Chinese sign; a Chinese text has pairs that make common signs."""
    runs = _HIGH.findall(content[:200_000])
    return all(len(run) == 1 or _strict(run, "gb2312") is None for run in runs)


def _may_be_big5(content: bytes, text: str) -> bool:
    """Whether a text read as GB 18030 is full of rare signs while Big5 explains it as well."""
    chinese = re.findall(r"[\u3400-\u9fff]", text[:20_000])
    rare = sum(_strict_encode(sign) is None for sign in chinese)
    return rare * 5 > len(chinese) and _strict(content, "big5hkscs") is not None


def _strict_encode(sign: str) -> bytes | None:
    try:
        return sign.encode("gb2312")
    except UnicodeEncodeError:
        return None


def _strict(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None
