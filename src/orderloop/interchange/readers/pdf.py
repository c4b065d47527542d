"""Orders in PDF documents that carry their text: words and rulings by pdfium, then the rules of layout.

What is left to the limits of the process this runs in: a stream that unpacks to gigabytes, and a page whose drawing
takes pdfium minutes; both happen inside one call of the library.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import closing

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Page, Part, Place, Reading
from orderloop.interchange.readers.pdf_pages import TooMuchOnPage, page_of
from orderloop.interchange.readers.pdf_stamps import stamps_on
from orderloop.interchange.rules.pages.layout import orders_from_pages

MAX_PAGES = 50
MAX_BYTES = 64 * 2**20
MAX_PARTS = 50
MAX_PART_BYTES = 32 * 2**20
_ENCRYPTED = (pdf.FPDF_ERR_PASSWORD, pdf.FPDF_ERR_SECURITY)


def read(content: bytes, hints: Hints) -> Reading:
    """The orders a PDF states, with its pages and what is attached to it.

    Faults: EMPTY, TOO_LARGE (bytes or pages), ENCRYPTED, DAMAGED, TOO_COMPLEX, NO_TEXT (no page has text, or one of
    them is a picture: then only that page's `is_scan` says so and `rejects` is False), NO_ORDER.
    """
    if not content.strip():
        return _failed(FaultCode.EMPTY)
    if len(content) > MAX_BYTES:
        return _failed(FaultCode.TOO_LARGE, limit=f"{MAX_BYTES // 2**20} MB")
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in _ENCRYPTED:
            return _failed(FaultCode.ENCRYPTED)
        return _failed(FaultCode.DAMAGED, detail="PDF")
    with closing(document):
        return _read_open(document, hints)


def _read_open(document: pdfium.PdfDocument, hints: Hints) -> Reading:
    count = len(document)
    if count == 0:
        return _failed(FaultCode.DAMAGED, detail="0 p.")
    if count > MAX_PAGES:
        return _failed(FaultCode.TOO_LARGE, limit=f"{MAX_PAGES} p.")
    parts = tuple(_parts(document))
    pages: list[Page] = []
    faults: list[Fault] = []
    for number in range(1, count + 1):
        try:
            pages.append(page_of(document, number))
            faults += stamps_on(document, number)
        except TooMuchOnPage as excess:
            return Reading(Format.PDF, faults=(_fault(FaultCode.TOO_COMPLEX, number, detail=str(excess)),), parts=parts)
        except pdfium.PdfiumError:
            faults.append(_fault(FaultCode.DAMAGED, number, detail=f"p. {number}"))
    scans = [page for page in pages if page.is_scan and not page.words]
    has_text = any(page.words for page in pages)
    faults += [Fault(FaultCode.NO_TEXT, Place(page=page.number), rejects=not has_text) for page in scans]
    if not has_text:
        return Reading(Format.PDF, faults=tuple(faults), pages=tuple(pages), parts=parts)
    orders = orders_from_pages(pages, hints)
    if not any(order.lines or order.fields for order in orders):
        faults.append(Fault(FaultCode.NO_ORDER))
        return Reading(Format.PDF, faults=tuple(faults), pages=tuple(pages), parts=parts)
    return Reading(Format.PDF, orders, tuple(faults), pages=tuple(pages), parts=parts)


def _parts(document: pdfium.PdfDocument) -> Iterator[Part]:
    """What is attached: a portfolio's documents, or the order once more as data. What is too large is left out."""
    spent = 0
    for index in range(min(document.count_attachments(), MAX_PARTS)):
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name()
            content = bytes(attachment.get_data())
        except pdfium.PdfiumError:
            continue
        spent += len(content)
        if spent > MAX_PART_BYTES:
            return
        yield Part(name, mimetypes.guess_type(name)[0] or "", content)


def _fault(code: FaultCode, page: int, **params: str) -> Fault:
    return Fault(code, Place(page=page), params)


def _failed(code: FaultCode, **params: str) -> Reading:
    return Reading(Format.PDF, faults=(Fault(code, params=params),))
