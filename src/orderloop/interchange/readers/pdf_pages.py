"""One page of a PDF as words and rulings, by pdfium; nothing is drawn to pixels."""

import ctypes
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from orderloop.interchange.facts import Page, Word
from orderloop.interchange.readers import pdf_fonts  # noqa: F401  # starts pdfium with a font for every sign

MAX_CHARS = 200_000
MAX_OBJECTS = 20_000
MAX_SEGMENTS = 60_000
_GAP = 0.22  # of the character's height: more than this between two characters parts two words
_TOUCHING = 0.08  # of it: closer than this nothing does, for pdfium sees lines end between signs set one by one
_THIN = 3.0  # points: a drawn shape at most this thick is a ruling
_MIN_RULING = 6.0  # points
_UNREADABLE_SHARE = 0.2
_MAX_NESTING = 4


class TooMuchOnPage(Exception):
    """A page holds more than any order does; its text names what and how much."""


@dataclass(slots=True)
class _Char:
    sign: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """The visible part of a page in PDF's own coordinates, and how it is turned."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """As seen: from the left and from the top, in fractions."""
        width, height = max(self.right - self.left, 1.0), max(self.top - self.bottom, 1.0)
        x0, x1 = sorted(((left - self.left) / width, (right - self.left) / width))
        y0, y1 = sorted(((self.top - top) / height, (self.top - bottom) / height))
        if self.turns == 1:
            return 1 - y1, x0, 1 - y0, x1
        if self.turns == 2:
            return 1 - x1, 1 - y1, 1 - x0, 1 - y0
        if self.turns == 3:
            return y0, 1 - x1, y1, 1 - x0
        return x0, y0, x1, y1


def page_of(document: pdfium.PdfDocument, number: int) -> Page:
    """Page `number` (from 1). A page whose text cannot be read is a scan without words.

    Raises TooMuchOnPage, and PdfiumError where the page cannot be opened.
    """
    with closing(_flat(document, number - 1)) as page:
        frame = _frame(page)
        width, height = frame.size
        chars, is_hidden = _chars(page, frame)
        rulings = tuple(dict.fromkeys(_rulings(page, frame)))
    words = tuple(_words(chars, width, height, 0.8 if is_hidden else 1.0))
    return Page(number, width, height, words, is_scan=not words or is_hidden, rulings=rulings)


def _flat(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """The page with the values of its form fields made part of it, as it would be printed."""
    page = document[index]
    if pdf.FPDFPage_GetAnnotCount(page) and pdf.FPDFPage_Flatten(page, pdf.FLAT_NORMALDISPLAY) == pdf.FLATTEN_SUCCESS:
        page.close()
        page = document[index]
    return page


def _frame(page: pdfium.PdfPage) -> _Frame:
    # Not the page's own boxes: they may stand in the node above it, where pdfium finds them only for this one.
    left, bottom, right, top = page.get_bbox()
    if right - left < 1 or top - bottom < 1:
        left, bottom, right, top = 0.0, 0.0, 595.0, 842.0
    return _Frame(left, bottom, right, top, (page.get_rotation() // 90) % 4)


def _chars(page: pdfium.PdfPage, frame: _Frame) -> tuple[list[_Char], bool]:
    """The characters seen on the page, an empty one between words; and whether they are a hidden layer."""
    with closing(page.get_textpage()) as text:
        count = text.count_chars()
        if count > MAX_CHARS:
            raise TooMuchOnPage(str(count))
        signs = _signs(text, count)
        unreadable = sum(1 for sign in signs if _is_unreadable(sign))
        if unreadable > _UNREADABLE_SHARE * max(1, sum(1 for sign in signs if not sign.isspace())):
            return [], False
        is_hidden = _is_hidden(text, signs)
        return list(_boxed(text, signs, frame)), is_hidden


def _signs(text: pdfium.PdfTextPage, count: int) -> list[str]:
    return [_sign(pdf.FPDFText_GetUnicode(text, index)) for index in range(count)]


def _sign(code: int) -> str:
    # 0xFFFE is how pdfium writes a hyphen at the end of a line.
    if code in (0xFFFE, 0x02, 0xAD):
        return "-"
    return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)


def _is_unreadable(sign: str) -> bool:
    return sign == "\ufffd" or (unicodedata.category(sign) in ("Co", "Cn", "Cc") and not sign.isspace())


def _is_hidden(text: pdfium.PdfTextPage, signs: list[str]) -> bool:
    """Whether text is drawn invisibly, as a scanner's own recognition lays it over the picture."""
    probes = [index for index, sign in enumerate(signs) if not sign.isspace()]
    probes = probes[:: max(1, len(probes) // 12)]
    hidden = 0
    for index in probes:
        text_object = pdf.FPDFText_GetTextObject(text, index)
        hidden += (
            bool(text_object) and pdf.FPDFTextObj_GetTextRenderMode(text_object) == pdf.FPDF_TEXTRENDERMODE_INVISIBLE
        )
    return bool(probes) and hidden > len(probes) // 2


def _boxed(text: pdfium.PdfTextPage, signs: list[str], frame: _Frame) -> Iterator[_Char]:
    loose, (left, right, bottom, top) = pdf.FS_RECTF(), (ctypes.c_double() for _ in range(4))
    width, height = frame.size
    seen: set[tuple[str, int, int]] = set()
    for index, sign in enumerate(signs):
        if sign.isspace() or _is_unreadable(sign):
            yield _Char("\n" if sign in "\r\n" else "", 0, 0, 0, 0)
            continue
        ok = pdf.FPDFText_GetLooseCharBox(text, index, loose)
        sides = (loose.left, loose.bottom, loose.right, loose.top)
        if not ok or loose.top - loose.bottom < 0.5:
            if not pdf.FPDFText_GetCharBox(text, index, left, right, bottom, top):
                continue
            sides = (left.value, bottom.value, right.value, top.value)
        x0, y0, x1, y1 = frame.box(*sides)
        key = (sign, round(x0 * width), round(y0 * height))
        # Off the page, too small to be read by anyone, slanted across it, or printed twice to look bold.
        if not (x0 > -0.01 and x1 < 1.01 and y0 > -0.01 and y1 < 1.01) or (y1 - y0) * height < 2 or key in seen:
            continue
        if abs(_slant(text, index, frame)) > 0.1:
            continue
        seen.add(key)
        yield _Char(sign, x0 * width, y0 * height, x1 * width, y1 * height)


def _slant(text: pdfium.PdfTextPage, index: int, frame: _Frame) -> float:
    """By how much, in radians, a character is turned against the page as seen."""
    turned = pdf.FPDFText_GetCharAngle(text, index) + frame.turns * 1.5707963
    return (turned + 3.1415927) % 6.2831853 - 3.1415927 if turned else 0.0


def _words(chars: list[_Char], width: float, height: float, confidence: float) -> Iterator[Word]:
    run: list[_Char] = []
    is_line_end = False
    for char in [*chars, _Char("", 0, 0, 0, 0)]:
        if char.sign == "\n":
            is_line_end = True
            continue
        if run and (not char.sign or not _continues(run[-1], char, _TOUCHING if is_line_end else _GAP)):
            yield _word(run, width, height, confidence)
            run = []
        is_line_end = False
        if char.sign:
            run.append(char)


def _continues(last: _Char, char: _Char, gap: float) -> bool:
    tall = min(last.y1 - last.y0, char.y1 - char.y0)
    if abs((last.y0 + last.y1) - (char.y0 + char.y1)) > tall:
        return False
    if (char.x0, char.x1) == (last.x0, last.x1):
        return True  # one glyph for both, as fonts have for `ti`
    return -0.5 * tall < char.x0 - last.x1 < gap * tall


def _word(run: list[_Char], width: float, height: float, confidence: float) -> Word:
    text = unicodedata.normalize("NFC", "".join(char.sign for char in run))
    box = (
        min(char.x0 for char in run) / width,
        min(char.y0 for char in run) / height,
        max(char.x1 for char in run) / width,
        max(char.y1 for char in run) / height,
    )
    return Word(text, tuple(round(min(1.0, max(0.0, side)), 5) for side in box), confidence)  # type: ignore[arg-type]  # four sides


def _rulings(page: pdfium.PdfPage, frame: _Frame) -> Iterator[tuple[float, float, float, float]]:
    width, height = frame.size
    for left, bottom, right, top in _drawn(page):
        x0, y0, x1, y1 = frame.box(left, bottom, right, top)
        wide, tall = (x1 - x0) * width, (y1 - y0) * height
        if x1 < 0 or y1 < 0 or x0 > 1 or y0 > 1 or max(wide, tall) < _MIN_RULING:
            continue
        if tall <= _THIN < wide:
            middle = round((y0 + y1) / 2, 5)
            yield round(max(x0, 0.0), 5), middle, round(min(x1, 1.0), 5), middle
        elif wide <= _THIN < tall:
            middle = round((x0 + x1) / 2, 5)
            yield middle, round(max(y0, 0.0), 5), middle, round(min(y1, 1.0), 5)


def _drawn(page: pdfium.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """The straight strokes of everything drawn on the page, in its own coordinates, a filled shape by its edges."""
    budget = [MAX_OBJECTS, MAX_SEGMENTS]
    if pdf.FPDFPage_CountObjects(page) > MAX_OBJECTS:
        return
    for shape in page.get_objects(filter=(pdf.FPDF_PAGEOBJ_PATH,), max_depth=_MAX_NESTING):
        budget[0] -= 1
        if min(budget) < 0:
            return
        left, bottom, right, top = shape.get_bounds()
        if shape.container is None and min(right - left, top - bottom) <= _THIN:
            yield left, bottom, right, top
            continue
        yield from _strokes(shape, budget)


def _strokes(shape: pdfium.PdfObject, budget: list[int]) -> Iterator[tuple[float, float, float, float]]:
    count = pdf.FPDFPath_CountSegments(shape)
    budget[1] -= count
    if budget[1] < 0:
        return
    matrix = shape.get_matrix()
    if shape.container is not None:
        matrix = matrix.multiply(shape.container.get_matrix())
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for index in range(count):
        segment = pdf.FPDFPath_GetPathSegment(shape, index)
        pdf.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = pdf.FPDFPathSegment_GetType(segment)
        if kind == pdf.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdf.FPDF_SEGMENT_LINETO:
            yield _straight(last, point)
        last = point
        if pdf.FPDFPathSegment_GetClose(segment):
            yield _straight(last, start)


def _straight(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float, float, float]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
