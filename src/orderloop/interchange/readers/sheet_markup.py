"""Tables in markup that is named like a spreadsheet: web pages, and the XML of older spreadsheet programs."""

from collections.abc import Iterator

from lxml import etree

from orderloop.interchange.facts import FaultCode
from orderloop.interchange.readers.sheet_files import TooMuch

MOST_CELLS = 2_000_000
_WIDEST = 200
_SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"


def html_rows(text: str) -> list[list[str]]:
    """The rows of all tables of a page, one below the other; cells over several columns leave empty ones behind."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TooMuch(FaultCode.DAMAGED, detail="HTML") from error
    if root is None:
        return []
    rows: list[list[str]] = []
    for line in root.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            words = " ".join("".join(cell.itertext()).split())
            row += [words, *[""] * (_span(cell.get("colspan")) - 1)]
            if len(row) > _WIDEST:
                raise TooMuch(FaultCode.TOO_COMPLEX, detail=f"> {_WIDEST}")
        rows.append(row)
    return rows


def _span(text: str | None) -> int:
    return max(1, min(int(text), _WIDEST)) if text and text.isdigit() and len(text) < 6 else 1


def excel_xml_rows(text: str) -> list[list[str]]:
    """The rows of the first filled sheet of such a workbook."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TooMuch(FaultCode.FORBIDDEN_CONTENT, detail="DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(_without_declaration(text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TooMuch(FaultCode.DAMAGED, detail="XML") from error
    for sheet in root.iter(f"{_SPREADSHEET}Worksheet"):
        rows = list(_rows(sheet))
        if any(any(row) for row in rows):
            return rows
    return []


def _without_declaration(text: str) -> str:
    text = text.lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _rows(sheet: "etree._Element") -> Iterator[list[str]]:
    number = 0
    for line in sheet.iter(f"{_SPREADSHEET}Row"):
        at = _index(line, number + 1)
        for _ in range(min(at - number - 1, 60_000)):
            yield []
        number = at
        row: list[str] = []
        for cell in line.iterchildren(f"{_SPREADSHEET}Cell"):
            place = _index(cell, len(row) + 1)
            if place > _WIDEST:
                raise TooMuch(FaultCode.TOO_COMPLEX, detail=f"> {_WIDEST}")
            data = cell.find(f"{_SPREADSHEET}Data")
            words = "".join(data.itertext()).strip() if data is not None else ""
            if data is not None and data.get(f"{_SPREADSHEET}Type") == "DateTime":
                words = words.partition("T")[0]
            row += [*[""] * (place - 1 - len(row)), words]
        yield row


def _index(element: "etree._Element", usual: int) -> int:
    text = element.get(f"{_SPREADSHEET}Index") or ""
    return max(usual, int(text)) if text.isdigit() and len(text) < 8 else usual
