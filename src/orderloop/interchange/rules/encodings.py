"""In which encoding the text of a document stands: its mark, its own statement, and what the bytes allow."""

import codecs
import re

from orderloop.foundation.encoding import decode
from orderloop.interchange.facts import Fault, FaultCode

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python's codecs that decode text and nothing else, under the names they go by.
_TEXT_CODECS = frozenset({
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932",
    "euc_jp", "euc_kr", "cp949", "koi8-r", "koi8-u", "mac-roman", *(f"iso8859-{n}" for n in range(1, 17)),
    *(f"cp125{n}" for n in range(9)), "cp437", "cp850", "cp852", "cp866", "cp874",
})  # fmt: skip
_CHINESE = frozenset({"gb2312", "gbk", "gb18030"})
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")


def decoded(content: bytes) -> tuple[str | None, tuple[Fault, ...]]:
    """The text, or None with the fault; a warning where the bytes are in another encoding than they say.

    gb2312 and gbk are read as gb18030, which holds both: what says gb2312 is often GBK.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if content[:4].count(0) >= 2 or content[:2] in (b"<\x00", b"\x00<"):
        return _strictly(content, "utf-16-be" if content[:1] == b"\x00" else "utf-16-le")
    declared = _DECLARED.search(content[:2048])
    stated = declared[1].decode("ascii").lower() if declared else ""
    known = _codec(stated or "utf-8")
    if known is None:
        return None, (Fault(FaultCode.ENCODING, params={"detail": stated}),)
    # Said in single bytes, so UTF-16 it cannot be.
    encoding = "utf-8" if known.startswith("utf-16") else known
    text, faults = _strictly(content, encoding)
    likely = decode(content) if text is None and encoding in ("utf-8", "ascii") else None
    if likely is None or likely.encoding != "gb18030":
        return text, faults
    doubt = Fault(FaultCode.DOUBTFUL, params={"name": "encoding", "given": stated or "utf-8"}, rejects=False)
    return likely.text, (doubt,)


def _codec(name: str) -> str | None:
    try:
        encoding = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if encoding in _CHINESE:
        return "gb18030"
    return encoding if encoding in _TEXT_CODECS else None


def _strictly(content: bytes, encoding: str) -> tuple[str | None, tuple[Fault, ...]]:
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError as error:
        return None, (Fault(FaultCode.ENCODING, params={"detail": f"{encoding}, {error.start}"}),)
