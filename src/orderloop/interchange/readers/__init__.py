"""Readers of foreign documents, one module a format, and the one door to them.

A reader is a plain function from bytes to a `Reading` that never raises; it runs in a child with little to lose.
"""

import importlib
import json
from collections.abc import Mapping
from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Reading
from orderloop.interchange.rules.forms import as_json, hints_of, reading_body
from orderloop.interchange.rules.sniff import FORMAT_OF_KIND, kind_of

# A reader is imported when the first document of its format comes.
READER_OF_FORMAT: Mapping[Format, str] = {
    Format.EDIFACT: "edifact",
    Format.X12: "x12",
    Format.UBL: "ubl",
    Format.CXML: "cxml",
    Format.OPENTRANS: "opentrans",
    Format.XML: "mapped",
    Format.JSON: "mapped",
    Format.SHEET: "sheet",
    Format.CSV: "sheet",
    Format.PDF: "pdf",
    Format.IMAGE: "image",
    Format.MAIL: "mail",
    Format.TEXT: "text",
    Format.ARCHIVE: "archive",
}
_BOOKS = frozenset({"xlsx", "xlsb", "xls", "ods", "encrypted-office"})
# What stands in a file of that ending, where its sender did not name it wrongly.
_FORMATS_OF_ENDING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("xls", "xlsx", "xlsm", "xlsb", "ods", "et"), _BOOKS),
    **dict.fromkeys(("csv", "tsv"), frozenset({"csv", "text"})),
    "pdf": frozenset({"pdf"}),
    "zip": frozenset({"zip"}),
    "json": frozenset({"json"}),
    "xml": frozenset({"xml", "ubl", "cxml", "opentrans", "excel-xml"}),
    **dict.fromkeys(("tif", "tiff", "png", "jpg", "jpeg", "bmp"), frozenset({"tiff", "png", "jpeg", "bmp"})),
}
# Kinds that are known and read by nobody.
_FORBIDDEN_KINDS = frozenset({"program"})


def reader_module(format: Format) -> str:
    """The full name of the module that reads a format."""
    return f"{__name__}.{READER_OF_FORMAT[format]}"


def read(content: bytes, hints: Hints) -> Reading:
    """What a document says, by the reader of what it is; a kind nobody reads is a fault that names it."""
    kind = kind_of(content, hints.filename, hints.content_type)
    format = FORMAT_OF_KIND.get(kind, Format.UNKNOWN)
    if format is Format.UNKNOWN:
        return Reading(format, faults=(_fault_of_kind(kind),))
    reading: Reading = importlib.import_module(reader_module(format)).read(content, hints)
    expected = _FORMATS_OF_ENDING.get(hints.filename.lower().rpartition(".")[2] if "." in hints.filename else "")
    if expected is None or kind in expected:
        return reading
    misnamed = Fault(FaultCode.MISNAMED, params={"given": hints.filename[-80:], "expected": kind}, rejects=False)
    return replace(reading, faults=(*reading.faults, misnamed))


def read_as_json(content: bytes, hints: bytes) -> bytes:
    """`read` with the hints and the answer as JSON, so that nothing but text passes between the child and us."""
    return as_json(reading_body(read(content, hints_of(json.loads(hints)))))


def _fault_of_kind(kind: str) -> Fault:
    if kind == "empty":
        return Fault(FaultCode.EMPTY)
    if kind == "unknown":
        return Fault(FaultCode.UNKNOWN_FORMAT, params={"detail": ""})
    code = FaultCode.FORBIDDEN_CONTENT if kind in _FORBIDDEN_KINDS else FaultCode.UNSUPPORTED
    return Fault(code, params={"detail": kind, "name": kind})
