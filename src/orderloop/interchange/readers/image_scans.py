"""PDFs of which pages are pictures: those pages recognised, the others as their text says, and the order of all."""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from orderloop.interchange.facts import Fault, FaultCode, Hints, Page, Place, Reading
from orderloop.interchange.readers import image, pdf
from orderloop.interchange.rules.forms import as_json, hints_of, reading_body
from orderloop.interchange.rules.pages.familiar import Vocabulary, familiar_page
from orderloop.interchange.rules.pages.layout import orders_from_pages

# A page nothing on which is darker than this is blank, and is missed by nobody.
_WHITE = 240


def read_as_json(content: bytes, hints: bytes) -> bytes:
    """`read` with the hints and the answer as JSON."""
    return as_json(reading_body(read(content, hints_of(json.loads(hints)))))


def read(content: bytes, hints: Hints) -> Reading:
    """What a PDF says, its pages without text recognised.

    Faults: those of both readers; NO_TEXT for a picture in which nothing was recognised. A blank page is none among
    others.
    """
    reading = pdf.read(content, hints)
    wanted = {page.number: page for page in reading.pages if page.is_scan and not page.words}
    if not wanted:
        return reading
    if importlib.util.find_spec("rapidocr") is None:
        return replace(reading, faults=(*reading.faults, Fault(FaultCode.NO_RECOGNITION)))
    try:
        read = list(_recognised(content, wanted, Vocabulary.of(hints.words)))
    except image.TooLarge as excess:
        return replace(reading, faults=(*reading.faults, Fault(FaultCode.TOO_LARGE, params={"limit": str(excess)})))
    recognised = {page.number: page for page, _faults in read}
    whole = _whole(reading, tuple(recognised.get(page.number, page) for page in reading.pages), hints)
    return replace(whole, faults=(*whole.faults, *(fault for _page, faults in read for fault in faults)))


def _recognised(content: bytes, wanted: Mapping[int, Page], known: Vocabulary) -> Iterator[tuple[Page, list[Fault]]]:
    """The pages with what a person must know of each."""
    for number, picture in image.scanned_pages(content, frozenset(wanted)):
        darkest: Any = picture.grey.getextrema()[0]
        if darkest >= _WHITE:
            yield replace(wanted[number], is_scan=False), []
            continue
        from orderloop.interchange.readers.image_words import recognise

        page = familiar_page(recognise(picture.grey, picture.dpi, number), known)
        yield page, image.faults_of(picture, page)


def _whole(reading: Reading, pages: tuple[Page, ...], hints: Hints) -> Reading:
    """The reading with these pages: the order they state, and what is still wrong."""
    has_text = any(page.words for page in pages)
    kept = [fault for fault in reading.faults if fault.code not in (FaultCode.NO_TEXT, FaultCode.NO_ORDER)]
    unread = [page.number for page in pages if not page.words and (page.is_scan or not has_text)]
    kept += [Fault(FaultCode.NO_TEXT, Place(page=number), rejects=not has_text) for number in unread]
    orders = orders_from_pages(pages, hints) if has_text else ()
    if orders and not any(order.lines or order.fields for order in orders):
        kept.append(Fault(FaultCode.NO_ORDER))
        orders = ()
    return replace(reading, orders=orders, faults=tuple(kept), pages=pages)
