"""What is printed across a page of a PDF: no words of the form, but a stamp such as CANCELLED takes the order back."""

from contextlib import closing

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.rules.caveats import caveat_in

_MOST_CHARS = 20_000
_QUARTER = 1.5707963
_SLANTED = 0.1  # radians off the nearest edge of the page
_LONGEST = 400


def stamps_on(document: pdfium.PdfDocument, number: int) -> list[Fault]:
    """A fault where text printed across page `number` (from 1) says that the order is not meant as it reads."""
    with closing(document[number - 1]) as page, closing(page.get_textpage()) as text:
        count = text.count_chars()
        if count > _MOST_CHARS:
            return []
        signs = [chr(pdf.FPDFText_GetUnicode(text, index)) for index in range(count) if _is_slanted(text, index)][
            :_LONGEST
        ]
    said = next((given for each in "".join(signs).splitlines() if (given := caveat_in(each))), "")
    return [Fault(FaultCode.CAVEAT, Place(page=number), {"given": said}, rejects=False)] if said else []


def _is_slanted(text: pdfium.PdfTextPage, index: int) -> bool:
    angle = pdf.FPDFText_GetCharAngle(text, index) % _QUARTER
    return _SLANTED < angle < _QUARTER - _SLANTED
