"""Reads orders out of pictures: faxes, scans, photographs, and PDFs whose pages are such. Recognises offline."""

import importlib.util
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Page, Place, Reading

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PAGES = 50
# A sheet of A3 scanned at 600 dots an inch; more is a bomb or a poster, and neither is an order.
MOST_PIXELS = 72_000_000
MOST_PIXELS_IN_ALL = 500_000_000
# Coarser rows than these lose strokes: a person looks, however sure the recognition is.
LEAST_ROWS_AN_INCH = 150
SCAN_DPI = 200
FORMATS = ("TIFF", "PNG", "JPEG", "BMP")
_CAMERA_MAKER, _CAMERA = 0x010F, 0x0110
_OF_SCREENS = 96.0
# A fax row is 1,728 dots over 215 mm; machines that state no resolution still send such rows.
_FAX_ROW, _FAX_DPI = 1_728, 204.0
_FINE_ROWS, _STANDARD_ROWS = 196.0, 98.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in grey with square dots, `dpi` of them an inch; `rows_an_inch` as it was sent. `is_photo`: taken by a
    camera, so that the sheet need not fill it, nor lie flat in even light."""

    grey: "Image"
    dpi: float
    rows_an_inch: float
    is_photo: bool = False


def read(content: bytes, hints: Hints) -> Reading:
    """What the pictures say, page for page, each word with the confidence it was recognised with.

    Faults: EMPTY, NO_RECOGNITION (`ocr` is not installed), DAMAGED, TOO_LARGE (dots or pages), NO_TEXT, NO_ORDER,
    DOUBTFUL (resolution; does not reject).
    """
    if not content:
        return _refused(FaultCode.EMPTY)
    if importlib.util.find_spec("rapidocr") is None:
        return _refused(FaultCode.NO_RECOGNITION)
    try:
        is_pdf = content[:1024].lstrip().startswith(b"%PDF")
        pictures = (picture for _, picture in scanned_pages(content)) if is_pdf else _pictures(content)
        return _recognised(pictures, hints)
    except TooLarge as error:
        return _refused(FaultCode.TOO_LARGE, limit=str(error))
    except (MemoryError, RecursionError):
        return _refused(FaultCode.TOO_COMPLEX, detail="memory")
    except Exception as error:  # a picture is decoded by code of others, which raises whatever it likes
        return _refused(FaultCode.DAMAGED, detail=type(error).__name__)


def scanned_pages(content: bytes, wanted: frozenset[int] | None = None) -> Iterator[tuple[int, Picture]]:
    """The pages of a PDF (those wanted, counted from 1) as pictures, as they would look printed, with their numbers."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    if len(document) > MOST_PAGES:
        raise TooLarge(f"{MOST_PAGES} pages")
    for number in range(1, len(document) + 1):
        if wanted is not None and number not in wanted:
            continue
        width, height = document[number - 1].get_size()
        scale = SCAN_DPI / 72
        if width * height * scale * scale > MOST_PIXELS:
            raise TooLarge(f"{MOST_PIXELS // 1_000_000} megapixels")
        grey = document[number - 1].render(scale=scale, grayscale=True).to_pil().convert("L")
        yield number, Picture(grey, SCAN_DPI, _rows_of(document[number - 1]))


def _rows_of(page: Any) -> float:
    """How many rows an inch the largest picture on a page has: a fax is as coarse as it was sent in whatever file."""
    import pypdfium2.raw as pdf

    largest, rows = 0, float(SCAN_DPI)
    for drawn in page.get_objects(filter=[pdf.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        said = drawn.get_metadata()
        if said.width * said.height > largest:
            largest, rows = said.width * said.height, float(said.vertical_dpi)
    return rows


class TooLarge(Exception):
    """More dots or pages than any order has; says the limit."""


def _refused(code: FaultCode, **params: str) -> Reading:
    return Reading(Format.IMAGE, faults=(Fault(code, params=params),))


def _pictures(content: bytes) -> Iterator[Picture]:
    """Every page of a picture file, measured before it is decoded."""
    from PIL import Image, ImageFile, ImageSequence

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    # Half a page would be half an order.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    whole = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _opened(content) as file:
            for number, frame in enumerate(ImageSequence.Iterator(file)):
                if number >= MOST_PAGES:
                    raise TooLarge(f"{MOST_PAGES} pages")
                pixels = frame.width * frame.height
                whole += pixels
                if pixels > MOST_PIXELS or whole > MOST_PIXELS_IN_ALL:
                    raise TooLarge(f"{MOST_PIXELS // 1_000_000} megapixels")
                yield _square(frame)


def _opened(content: bytes) -> Any:
    from PIL import Image

    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooLarge(f"{MOST_PIXELS // 1_000_000} megapixels") from None


def _square(frame: Any) -> Picture:
    """The frame in grey, upright as its camera held it, stretched until its dots are square."""
    from PIL import Image, ImageOps

    across, down = _resolution(frame)
    grey = _upon_white(ImageOps.exif_transpose(frame))
    rows = down
    if down and abs(across / down - 1) > 0.02:
        # The finer side stays as it is: stretching loses nothing, shrinking would.
        width, height = grey.size
        if across > down:
            height = round(height * across / down)
        else:
            width = round(width * down / across)
        if width * height > MOST_PIXELS:
            raise TooLarge(f"{MOST_PIXELS // 1_000_000} megapixels")
        grey = grey.resize((width, height), Image.Resampling.BICUBIC)
        across = max(across, down)
    return Picture(grey, across, rows, _is_photo(frame))


def _is_photo(frame: Any) -> bool:
    """Whether a camera took it: it says so, or it is a JPEG that states no resolution a scanner would."""
    exif = frame.getexif()
    if exif.get(_CAMERA_MAKER) or exif.get(_CAMERA):
        return True
    across, down = (float(one or 0) for one in frame.info.get("dpi") or (0, 0))
    return frame.format == "JPEG" and max(across, down) <= _OF_SCREENS


def _upon_white(frame: Any) -> "Image":
    from PIL import Image

    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        colours = frame.convert("RGBA")
        paper = Image.new("RGBA", colours.size, "white")
        return Image.alpha_composite(paper, colours).convert("L")
    if frame.mode.startswith("I") or frame.mode == "F":
        deep = numpy.asarray(frame).astype(numpy.float64)
        return Image.fromarray((deep * (255 / max(1.0, float(deep.max())))).clip(0, 255).astype(numpy.uint8))
    return frame.convert("L")


def _resolution(frame: Any) -> tuple[float, float]:
    """Dots an inch across and down as stated; else as a fax's row tells; else as if the page were as wide as A4."""
    stated = frame.info.get("dpi") or (0, 0)
    across, down = (float(one or 0) for one in stated)
    if 50 <= across <= 2400 and 50 <= down <= 2400 and not _is_made_up(across, down, frame):
        return across, down
    if frame.width == _FAX_ROW:
        return _FAX_DPI, _STANDARD_ROWS if frame.height < 0.9 * frame.width else _FINE_ROWS
    dpi = max(50.0, min(frame.size) / 8.27)
    return dpi, dpi


def _is_made_up(across: float, down: float, frame: Any) -> bool:
    """Whether a screen's resolution is stated that cannot be meant: the page would be as large as a door."""
    return across == down and across <= 96 and min(frame.size) / across > 17


def _recognised(pictures: Iterator[Picture], hints: Hints) -> Reading:
    from orderloop.interchange.readers.image_words import recognise
    from orderloop.interchange.rules.pages.familiar import Vocabulary, familiar_page

    known = Vocabulary.of(hints.words)
    pages, faults = [], []
    for number, picture in enumerate(pictures, 1):
        page = familiar_page(recognise(picture.grey, picture.dpi, number, is_photo=picture.is_photo), known)
        pages.append(page)
        faults += faults_of(picture, page)
    if not pages:
        return _refused(FaultCode.EMPTY)
    if not any(page.words for page in pages):
        return Reading(Format.IMAGE, faults=(Fault(FaultCode.NO_TEXT), *faults), pages=tuple(pages))
    return _order(tuple(pages), tuple(faults), hints)


def faults_of(picture: Picture, page: Page) -> list[Fault]:
    """Why a person must look at a page, however well it was recognised."""
    found = []
    if picture.is_photo or is_turned(page):
        found.append(Fault(FaultCode.PHOTO, Place(page=page.number), rejects=False))
    if picture.rows_an_inch < LEAST_ROWS_AN_INCH:
        params = {"name": "resolution", "given": f"{picture.rows_an_inch:.0f} dpi"}
        found.append(Fault(FaultCode.DOUBTFUL, Place(page=page.number), params, rejects=False))
    return found


def is_turned(page: Page) -> bool:
    """Whether a page lay on its side in its picture."""
    if not page.corners:
        return False
    (left, top), (right, top_right) = page.corners[:2]
    return abs(top_right - top) > abs(right - left)


def _order(pages: tuple[Page, ...], faults: tuple[Fault, ...], hints: Hints) -> Reading:
    from orderloop.interchange.rules.pages.layout import orders_from_pages

    orders = orders_from_pages(pages, hints)
    if not any(order.lines or order.text("po_number") for order in orders):
        return Reading(Format.IMAGE, faults=(Fault(FaultCode.NO_ORDER), *faults), pages=pages)
    return Reading(Format.IMAGE, orders=orders, faults=faults, pages=pages)
