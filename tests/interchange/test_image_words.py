"""Words are recognised on skewed, speckled and upside-down pages, and parted where columns part."""

import io
import random

from PIL import Image, ImageDraw, ImageFont

from orderloop.interchange.facts import Hints
from orderloop.interchange.readers import image
from orderloop.interchange.readers.image_words import _cleaned, _Glyph, _skew, _split
from orderloop.platform.documents import FONTS

ROWS = (("物料编码", "数量", "单价", "金额"), ("HB-M8-30-A2", "1200", "0.85", "1020.00"),
        ("BRG-6204-ZZ", "40", "17.50", "700.00"))  # fmt: skip
COLUMNS = (120, 620, 950, 1250, 1600)


def page(dots=1728, height=1200):
    font = ImageFont.truetype(str(next(FONTS.glob("*.otf"))), 36)
    sheet = Image.new("L", (dots, height), 255)
    draw = ImageDraw.Draw(sheet)
    draw.text((700, 80), "采购订单 PURCHASE ORDER", font=font, fill=0)
    draw.text((120, 200), "采购单号: PO20261103017", font=font, fill=0)
    draw.text((950, 200), "订单日期: 2026-11-03", font=font, fill=0)
    for down, row in enumerate(ROWS):
        top = 320 + down * 80
        for x, text in zip(COLUMNS, row, strict=False):
            draw.text((x + 12, top + 14), text, font=font, fill=0)
        draw.line((COLUMNS[0], top, COLUMNS[-1], top), fill=0, width=2)
    bottom = 320 + len(ROWS) * 80
    draw.line((COLUMNS[0], bottom, COLUMNS[-1], bottom), fill=0, width=2)
    for x in COLUMNS:
        draw.line((x, 320, x, bottom), fill=0, width=2)
    return sheet


def faxed(sheet, turn):
    turned = sheet.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255).point(lambda dot: 255 * (dot > 150))
    chance, (width, height) = random.Random(1), turned.size
    for _ in range(600):
        turned.putpixel((chance.randrange(width), chance.randrange(height)), 0)
    output = io.BytesIO()
    turned.convert("1").save(output, "TIFF", compression="group4", dpi=(204, 204))
    return output.getvalue()


def test_a_skewed_speckled_page_sent_upside_down_is_read():
    reading = image.read(faxed(page(), 181.2), Hints())
    words = [word.text for word in reading.pages[0].words]
    for text in ("PO20261103017", "2026-11-03", "HB-M8-30-A2", "1200", "0.85", "1020.00", "BRG-6204-ZZ", "17.50"):
        assert any(text in word for word in words), (text, words)
    assert all(0 < word.confidence <= 1 for word in reading.pages[0].words)
    boxes = [word.box for word in reading.pages[0].words]
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in boxes)
    lines = reading.orders[0].lines
    assert [(line["item"].text, line["quantity"].text, line["unit_price"].text) for line in lines] == [
        ("HB-M8-30-A2", "1200", "0.85"),
        ("BRG-6204-ZZ", "40", "17.50"),
    ]


def test_the_skew_of_a_page_is_found():
    import numpy

    for turn in (-2.3, 0.0, 0.8):
        found = _skew(numpy.asarray(page().rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)))
        assert abs(found + turn) <= 0.15


def test_the_rules_of_a_form_are_told_and_taken_off_the_page():
    import numpy

    clean, rules = _cleaned(numpy.asarray(page()))
    down = sorted({round(x) for x, top, right, bottom in rules if x == right and bottom - top >= 230})
    across = sorted({round(top) for left, top, right, bottom in rules if top == bottom and right - left >= 1400})
    assert all(min(abs(x - found) for found in down) <= 2 for x in COLUMNS)
    assert all(min(abs(y - found) for found in across) <= 2 for y in (320, 400, 480, 560))
    assert (clean[440, COLUMNS[1] - 3 : COLUMNS[1] + 4] == 255).all()
    assert (clean[400:480] < 160).sum() > 500


def glyphs(text, start, width=10.0, gap=2.0):
    made, x = [], start
    for place, letter in enumerate(text):
        made.append(_Glyph(letter, (x, 0.0, x + width, 20.0), 0.9, place == 0))
        x += width + gap
    return made


def texts(words):
    return [text for _, text, _ in words]


def test_letters_that_stand_together_are_one_word_with_the_confidence_of_the_worst():
    letters = glyphs("AB12", 0)
    letters[2] = _Glyph("1", letters[2].box, 0.4, False)
    ((box, text, confidence),) = _split(letters, [])
    assert (box, text, confidence) == ((0.0, 0.0, 46.0, 20.0), "AB12", 0.4)


def test_a_wide_gap_parts_words():
    letters = [*glyphs("12", 0), _Glyph("5", (60.0, 0.0, 70.0, 20.0), 0.9, False)]
    assert texts(_split(letters, [])) == ["12", "5"]


def test_a_rule_parts_letters_that_stand_close():
    letters = glyphs("1234", 0)
    assert texts(_split(letters, [(23.0, -50.0, 23.0, 60.0)])) == ["12", "34"]


def test_a_rule_elsewhere_on_the_page_parts_nothing():
    assert texts(_split(glyphs("1234", 0), [(23.0, 100.0, 23.0, 300.0)])) == ["1234"]
