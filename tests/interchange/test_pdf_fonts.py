"""A PDF that names a Chinese font it does not bring along, read where the system has none either."""

import io
import subprocess
import sys

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from orderloop.interchange.readers.pdf_fonts import FONTS

READ = """
import sys
from pathlib import Path
import pypdfium2 as pdfium
from orderloop.interchange.readers.pdf_fonts import look_for_fonts
from orderloop.interchange.readers.pdf_pages import page_of
look_for_fonts(sys.argv[1])
words = page_of(pdfium.PdfDocument(sys.stdin.buffer.read()), 1).words
sys.stdout.buffer.write("|".join(word.text for word in words).encode())
"""


def form() -> bytes:
    """A title that breaks after its third sign, and a line's number, each drawn by itself."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=(300, 200))
    page.setFont("STSong-Light", 10)
    for x, y, text in ((20, 170, "计量单"), (20, 158, "位"), (80, 170, "序号"), (80, 140, "7"), (120, 140, "采购公司")):
        page.drawString(x, y, text)
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("has_boxes", "words"), [(True, "计量单|位|序号|7|采购公司"), (False, "计量单|序号|7|采购公司")]
)
def test_signs_that_stand_alone_are_read_without_a_font_of_the_system(tmp_path, has_boxes, words):
    done = subprocess.run(
        [sys.executable, "-c", READ, str(FONTS if has_boxes else tmp_path)],
        input=form(),
        capture_output=True,
        check=True,
    )
    assert sorted(done.stdout.decode().split("|")) == sorted(words.split("|"))
