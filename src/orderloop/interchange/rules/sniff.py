"""What kind of bytes these are, by what stands in them; a name or a stated type only breaks a tie of plain text."""

import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping

from orderloop.foundation.delimited import unquoted
from orderloop.foundation.encoding import decode
from orderloop.interchange.facts import Format

# Every kind that is told apart, and the format it is read as; those of UNKNOWN are told for the words of the fault.
FORMAT_OF_KIND: Mapping[str, Format] = {
    "edifact": Format.EDIFACT,
    "x12": Format.X12,
    "ubl": Format.UBL,
    "cxml": Format.CXML,
    "opentrans": Format.OPENTRANS,
    "xml": Format.XML,
    "json": Format.JSON,
    "xlsx": Format.SHEET,
    "xlsb": Format.SHEET,
    "xls": Format.SHEET,
    "ods": Format.SHEET,
    "excel-xml": Format.SHEET,
    "html-table": Format.SHEET,
    "encrypted-office": Format.SHEET,
    "csv": Format.CSV,
    "pdf": Format.PDF,
    "tiff": Format.IMAGE,
    "png": Format.IMAGE,
    "jpeg": Format.IMAGE,
    "bmp": Format.IMAGE,
    "webp": Format.IMAGE,
    "gif": Format.IMAGE,
    "mail": Format.MAIL,
    "text": Format.TEXT,
    "zip": Format.ARCHIVE,
    "gzip": Format.ARCHIVE,
    "tar": Format.ARCHIVE,
    "7z": Format.ARCHIVE,
    "rar": Format.ARCHIVE,
    "bzip2": Format.ARCHIVE,
    "xz": Format.ARCHIVE,
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"%!PS", "postscript"),
    (b"\x78\x9f\x3e\x22", "tnef"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The names of streams in a compound file stand in its directory as UTF-16; a workbook may hold pictures and texts of
# other kinds, so the workbook is looked for first.
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted-office"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
)
_MOST_ENTRIES = 2_000
_HEAD = 4_096
# A PDF may have other things before its header; readers of PDF look for it in the first kilobyte.
_PDF_WITHIN = 1_024

_ROOTS = (
    (re.compile(r"urn:oasis:names:specification:ubl:schema:xsd:"), "ubl"),
    (re.compile(r"<(\w+:)?cXML\b", re.IGNORECASE), "cxml"),
    (re.compile(r"opentrans\.org/|bmecat\.org/bmecat/\d+/opentrans", re.IGNORECASE), "opentrans"),
    (re.compile(r"urn:schemas-microsoft-com:office:spreadsheet"), "excel-xml"),
)
_CLOSING, _LEAST_CLOSED = re.compile(r"</[A-Za-z_][\w:.-]*>"), 5
_WRAPPED_UBL = re.compile(r"<(\w+:)?StandardBusinessDocument\b")
_MARKUP = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_START = re.compile(r"\s*<(\?xml\b|!--|!DOCTYPE\b|[A-Za-z_][\w.:-]*[\s/>])")
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,76}):[ \t]?[^\r\n]*(\r\n|\n|\r)([ \t][^\r\n]*(\r\n|\n|\r))*")
_MAIL_NAMES = frozenset(
    b"from to cc subject date message-id received return-path mime-version content-type delivered-to reply-to "
    b"in-reply-to references x-mailer dkim-signature sender delivery-date content-transfer-encoding".split()
)
# A group or a transaction set of X12 that has lost its envelope.
_BARE_X12 = re.compile(
    rb"(GS[^A-Za-z0-9\s][A-Z]{2}[^A-Za-z0-9\s].{0,160}?)?"
    rb"ST([^A-Za-z0-9\s])\d{3}\2\w{1,9}.{0,3}?(BEG|BCH|BAK|BSN|AK1)\2",
    re.DOTALL,
)
_EDIFACT = re.compile(
    rb"UNA.{6}\s*UNB|UNB[+\x1d:]|UNA:|UN[HB]\+|UNB[^A-Z0-9\s]UNO[A-Z][^A-Z0-9\s][1-5][^A-Z0-9\s]", re.DOTALL
)
# An interchange below a greeting or a log line, told by what only a machine writes.
_LATER_EDI = re.compile(
    rb"^(?:(ISA)([^A-Z0-9\s])\d\d\2[^\r\n]{1,40}?\2|(UN)(?:A.{6}\s*UNB|B)[^A-Z0-9\s]UNO[A-Z][^A-Z0-9\s][1-5][^A-Z0-9\s])",
    re.MULTILINE,
)
# An interchange as a mainframe writes it, sent without being turned into ASCII.
_EBCDIC = frozenset(start.encode("cp037") for start in ("UNA", "UNB", "ISA"))
_CSV_NAMES = (".csv", ".tsv", ".tab")


def format_of(content: bytes, filename: str = "", content_type: str = "") -> Format:
    """The format the bytes are to be read as; UNKNOWN where no reader fits."""
    return FORMAT_OF_KIND.get(kind_of(content, filename, content_type), Format.UNKNOWN)


def kind_of(content: bytes, filename: str = "", content_type: str = "") -> str:
    """The kind by its short name, finer than the format: `xlsx`, `7z`, `msg`, `docx`; `empty`, `unknown`."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty"
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return _kind_of_zip(content)
    if content.startswith(_OLE):
        return _kind_of_compound(content)
    if content.startswith((b"\x09\x08", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")):
        return "xls"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(b"BM") and _is_bitmap(content):
        return "bmp"
    if content[257:262] == b"ustar":
        return "tar"
    if b"%PDF-" in content[:_PDF_WITHIN] and not _is_mail(content):
        return "pdf"
    return _kind_of_text(content, filename.lower(), content_type.lower())


def _kind_of_zip(content: bytes) -> str:
    names = set(_zip_names(content))
    for entry, kind in (
        ("xl/workbook.xml", "xlsx"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "docx"),
        ("ppt/presentation.xml", "pptx"),
    ):
        if entry in names:
            return kind
    if "mimetype" in names and "content.xml" in names:
        return "ods" if b"opendocument.spreadsheet" in content[:200] else "opendocument"
    # The extension table of a package of Office stands there also where the main part has an unusual name.
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "zip"


def _zip_names(content: bytes) -> Iterator[str]:
    """The names in the central directory; nothing is unpacked. Of a cut-off archive, those of the local headers."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if end < 0 or len(content) < end + 22:
        yield from _local_names(content)
        return
    (start,) = struct.unpack_from("<I", content, end + 16)
    at = start if content[start : start + 4] == b"PK\x01\x02" else content.find(b"PK\x01\x02")
    for _ in range(_MOST_ENTRIES):
        if at < 0 or content[at : at + 4] != b"PK\x01\x02" or len(content) < at + 46:
            return
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        yield content[at + 46 : at + 46 + name].decode("utf-8", "replace").replace("\\", "/")
        at += 46 + name + extra + comment


def _local_names(content: bytes) -> Iterator[str]:
    at = 0
    for _ in range(_MOST_ENTRIES):
        at = content.find(b"PK\x03\x04", at)
        if at < 0 or len(content) < at + 30:
            return
        (length,) = struct.unpack_from("<H", content, at + 26)
        yield content[at + 30 : at + 30 + length].decode("utf-8", "replace").replace("\\", "/")
        at += 30 + length


def _kind_of_compound(content: bytes) -> str:
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") + b"\x00\x00" in content:
            return kind
    return "ole"


def _is_bitmap(content: bytes) -> bool:
    if len(content) < 30:
        return False
    (offset, header) = struct.unpack_from("<II", content, 10)
    return header in (12, 40, 52, 56, 64, 108, 124) and offset <= len(content)


def _kind_of_text(content: bytes, filename: str, content_type: str) -> str:
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        marked = decode(content[: 2 * _HEAD])
        head = marked.text.lstrip().encode() if marked else b""
    capitals = head[:_HEAD].upper()
    if _EDIFACT.match(capitals):
        return "edifact"
    if re.match(rb"ISA[^A-Za-z0-9\s]", capitals) or _BARE_X12.match(capitals):
        return "x12"
    if _is_mail(content):
        return "mail"
    if content[:3] in _EBCDIC:
        return "ebcdic"
    if found := _LATER_EDI.search(capitals):
        return "x12" if found[1] == b"ISA" else "edifact"
    decoded = decode(content)
    if decoded is None:
        return _kind_of_marked(content)
    text = decoded.text
    start = text.removeprefix("\ufeff").lstrip()
    if start.startswith("<"):
        return _kind_of_markup(start)
    if len(_CLOSING.findall(start[: 16 * _HEAD])) >= _LEAST_CLOSED:
        # Its beginning is lost, or something stands before it.
        return _kind_of_markup(re.sub(r"^.*?<(?=[A-Za-z_?!])", "<", start, count=1, flags=re.DOTALL))
    if start[:1] in "{[" and _looks_like_json(start):
        return "json"
    if _share_of_controls(text) > 0.02:
        return "unknown"
    return "csv" if _is_table(text, filename, content_type) else "text"


def _kind_of_marked(content: bytes) -> str:
    """Markup that states an encoding of its own is its reader's business; other bytes are no text."""
    head = content[:_HEAD].decode("latin-1").lstrip()
    if b"\x00" in content[:_HEAD] or not head.startswith("<"):
        return "unknown"
    return _kind_of_markup(head)


def _kind_of_markup(start: str) -> str:
    head = start[: 16 * _HEAD]
    root = _root_tag(head)
    for pattern, kind in _ROOTS:
        if pattern.search(root):
            return kind
    if _WRAPPED_UBL.search(root):
        return "ubl" if "urn:oasis:names:specification:ubl:" in head else "xml"
    if re.search(r"<!DOCTYPE\s+cXML\b", head):
        return "cxml"
    if re.match(r"<(\w+:)?ORDER(CHANGE)?\b", root) and "<ORDER_HEADER" in head:
        return "opentrans"
    if _MARKUP.match(head):
        return "html-table" if re.search(r"<table\b", start, re.IGNORECASE) else "html"
    return "xml" if _XML_START.match(head) else "text"


def _root_tag(head: str) -> str:
    """The start tag of the root element, without what stands before it."""
    at = 0
    while (at := head.find("<", at)) >= 0:
        for opening, closing in (("<?", "?>"), ("<!--", "-->"), ("<!", ">")):
            if head.startswith(opening, at):
                closing = "]" if opening == "<!" and "[" in head[at : head.find(">", at)] else closing
                at = head.find(closing, at)
                break
        else:
            return head[at : head.find(">", at) + 1 or len(head)]
        if at < 0:
            return ""
    return ""


def _looks_like_json(start: str) -> bool:
    """An opening bracket is not enough: `[PO 123] please send` is a text."""
    return re.match(r"\{\s*(\"|\}|\Z)|\[\s*([\[{\"\]]|-?\d|true|false|null|\Z)", start) is not None and (
        start.startswith("{") or re.match(r"\[\s*[\[{]", start) is not None or start.rstrip().endswith("]")
    )


def _is_mail(content: bytes) -> bool:
    """Header lines of a mail from the first line on, at least two of them known and one that only a mail has."""
    at = 0
    if found := re.match(rb"(\xef\xbb\xbf)?\s*(From [^\r\n]*\r?\n)?", content):
        at = found.end()
    names: list[bytes] = []
    while len(names) < 100 and (line := _HEADER_LINE.match(content, at, at + 100_000)):
        names.append(line.group(1).lower())
        at = line.end()
    known = _MAIL_NAMES.intersection(names)
    telling = known & {b"from", b"received", b"message-id", b"mime-version", b"return-path", b"subject"}
    return len(known) >= 2 and bool(telling) and (len(known) >= 3 or not content[at : at + 1].strip())


def _share_of_controls(text: str) -> float:
    head = text[: 4 * _HEAD]
    return sum(sign < " " and sign not in "\t\r\n\f\x1a" for sign in head) / max(len(head), 1)


def _is_table(text: str, filename: str, content_type: str) -> bool:
    """Whether most lines have the same count of one delimiter; the name decides only where few lines are there."""
    lines = [line for line in unquoted(text[: 16 * _HEAD]).splitlines()[:200] if line.strip()]
    if lines and re.fullmatch(r"sep=.", lines[0]):
        return True
    is_named = filename.endswith(_CSV_NAMES) or "csv" in content_type
    for delimiter in "\t;,|，":
        counts = Counter(line.count(delimiter) for line in lines)
        counts.pop(0, None)
        if not counts:
            continue
        count, alike = counts.most_common(1)[0]
        if is_named and (alike * 2 >= len(lines) or sum(counts.values()) * 3 >= len(lines) * 2):
            return True
        least = 1 if delimiter in "\t;" else 2
        if delimiter != "，" and count >= least and alike >= 2 and alike * 5 >= len(lines) * 4:
            return True
    return False
