"""Pictures are measured before they are opened, made square, and never more than a reading comes out of them."""

import importlib.util
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from orderloop.interchange.facts import FaultCode, Format, Hints, Page, Word
from orderloop.interchange.readers import image, image_words

HINTS = Hints()


def tiff(size=(1728, 1100), dpi=(204, 196), pages=1, **more):
    output = io.BytesIO()
    sheet = Image.new("1", size, 1)
    sheet.save(
        output, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=[sheet] * (pages - 1), **more
    )
    return output.getvalue()


def png_that_claims(width, height, rows=None):
    """A PNG of that size; with `rows`, its body holds only so many."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * (height if rows is None else rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def codes(reading):
    return [fault.code for fault in reading.faults]


@pytest.fixture
def without_recognition(monkeypatch):
    """Every page says one word, so that what lies before recognition is seen alone."""

    def recognise(grey, dpi, number, **more):
        return Page(number, grey.width, grey.height, (Word("X", (0.1, 0.1, 0.2, 0.2), 0.9),), is_scan=True)

    monkeypatch.setattr(image_words, "recognise", recognise)


def test_nothing_is_empty():
    assert codes(image.read(b"", HINTS)) == [FaultCode.EMPTY]


def test_without_the_extra_a_picture_is_not_supported_and_the_fault_names_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    reading = image.read(tiff(), HINTS)
    assert (reading.orders, codes(reading), reading.faults[0].rejects) == ((), [FaultCode.NO_RECOGNITION], True)


@pytest.mark.parametrize(
    "content", [b"no picture at all", tiff()[:60], b"%PDF-1.7 and nothing else", b"II*\x00" + b"\xff" * 40]
)
def test_what_cannot_be_decoded_is_damaged(content):
    reading = image.read(content, HINTS)
    assert (reading.format, reading.orders, codes(reading)) == (Format.IMAGE, (), [FaultCode.DAMAGED])


def test_a_picture_of_as_many_dots_as_allowed_is_opened():
    pictures = list(image._pictures(png_that_claims(9_000, image.MOST_PIXELS // 9_000)))
    assert [(picture.grey.width, picture.grey.height) for picture in pictures] == [(9_000, 8_000)]


@pytest.mark.parametrize("size", [(9_000, 8_001), (100_000, 100_000)])
def test_a_picture_of_more_dots_is_refused_before_it_is_decoded(size):
    reading = image.read(png_that_claims(*size, rows=3), HINTS)
    assert [(fault.code, fault.params) for fault in reading.faults] == [
        (FaultCode.TOO_LARGE, {"limit": f"{image.MOST_PIXELS // 1_000_000} megapixels"})
    ]
    assert reading.pages == ()


def test_fifty_pages_are_read_and_fifty_one_refused(without_recognition):
    assert len(image.read(tiff((64, 64), pages=50), HINTS).pages) == 50
    refused = image.read(tiff((64, 64), pages=51), HINTS)
    assert (codes(refused), refused.pages, refused.faults[0].params) == (
        [FaultCode.TOO_LARGE], (), {"limit": "50 pages"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "dpi", "square", "rows"),
    [
        ((1728, 1146), (204, 98), (1728, 2386), 98),
        ((1728, 2292), (204, 196), (1728, 2386), 196),
        ((1728, 2339), (200, 200), (1728, 2339), 200),
        ((864, 2292), (102, 196), (1660, 2292), 196),
    ],
)
def test_rows_of_another_height_are_stretched_to_square_dots(size, dpi, square, rows):
    (picture,) = image._pictures(tiff(size, dpi))
    assert (picture.grey.size, picture.rows_an_inch) == (square, rows)


def test_a_fax_row_without_stated_resolution_is_known_by_its_length():
    for height, rows in ((1100, 98.0), (2292, 196.0)):
        output = io.BytesIO()
        Image.new("1", (1728, height), 1).save(output, "PNG")
        (picture,) = image._pictures(output.getvalue())
        assert (picture.dpi, picture.rows_an_inch) == (204.0, rows)


def test_standard_fax_resolution_is_doubtful_without_rejecting(without_recognition):
    reading = image.read(tiff((1728, 1100), (204, 98)), HINTS)
    doubts = [fault for fault in reading.faults if fault.code is FaultCode.DOUBTFUL]
    assert [(fault.params["name"], fault.params["given"], fault.rejects, fault.place.page) for fault in doubts] == [
        ("resolution", "98 dpi", False, 1)
    ]
    assert [page.is_scan for page in reading.pages] == [True]


def test_fine_fax_resolution_is_not_doubtful(without_recognition):
    assert FaultCode.DOUBTFUL not in codes(image.read(tiff((1728, 2292), (204, 196)), HINTS))


def test_a_page_without_order_says_so_and_keeps_its_words(without_recognition):
    reading = image.read(tiff(), HINTS)
    assert (codes(reading), [word.text for word in reading.pages[0].words]) == ([FaultCode.NO_ORDER], ["X"])


def test_the_pages_of_a_scanned_pdf_are_read_as_pictures(without_recognition):
    output = io.BytesIO()
    sheet = Image.new("L", (1700, 2200), 255)
    sheet.save(output, "PDF", resolution=200, save_all=True, append_images=[sheet])
    pages = image.read(output.getvalue(), HINTS).pages
    assert [(page.number, page.is_scan, page.words[0].text) for page in pages] == [(1, True, "X"), (2, True, "X")]
    assert [picture.grey.size for _, picture in image.scanned_pages(output.getvalue())] == [(1700, 2200)] * 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_of_broken_pictures_only_a_reading_comes_out(data):
    good = data.draw(st.sampled_from((tiff((64, 32)), png_that_claims(40, 20))))
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(good)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image_words, "recognise", lambda grey, dpi, number: Page(number, 1, 1, is_scan=True))
        reading = image.read(bytes(broken[:cut]), HINTS)
    assert reading.format is Format.IMAGE
    assert reading.orders == ()
    assert len(reading.faults) >= 1
