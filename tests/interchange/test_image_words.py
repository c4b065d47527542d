"""Words are recognised on skewed, speckled and upside-down pages, and parted where columns part."""

import io
import json
import random

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from orderloop.interchange.facts import FaultCode, Hints, ReadOrder, Role, Value
from orderloop.interchange.readers import image
from orderloop.interchange.readers.image_ink import Glyph, Run, glyphs_of, overlooked, split
from orderloop.interchange.readers.image_votes import with_votes
from orderloop.interchange.readers.image_words import _cleaned, _skew, _words
from orderloop.interchange.readers.showing import page_picture
from orderloop.interchange.rules.pages.recognised import mended, with_doubts
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
    for turn in (-2.3, 0.0, 0.8):
        found = _skew(numpy.asarray(page().rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)))
        assert abs(found + turn) <= 0.15


def test_the_rules_of_a_form_are_told_and_taken_off_the_page():
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
        made.append(Glyph(letter, (x, 0.0, x + width, 20.0), 0.9, place == 0))
        x += width + gap
    return made


def texts(words):
    return [text for _, text, _ in words]


def test_letters_that_stand_together_are_one_word_with_the_confidence_of_the_worst():
    letters = glyphs("AB12", 0)
    letters[2] = Glyph("1", letters[2].box, 0.4, False)
    ((box, text, confidence),) = split(letters, [])
    assert (box, text, confidence) == ((0.0, 0.0, 46.0, 20.0), "AB12", 0.4)


def test_a_wide_gap_parts_words():
    letters = [*glyphs("12", 0), Glyph("5", (60.0, 0.0, 70.0, 20.0), 0.9, False)]
    assert texts(split(letters, [])) == ["12", "5"]


def test_a_rule_parts_letters_that_stand_close():
    letters = glyphs("1234", 0)
    assert texts(split(letters, [(23.0, -50.0, 23.0, 60.0)])) == ["12", "34"]


def test_a_rule_elsewhere_on_the_page_parts_nothing():
    assert texts(split(glyphs("1234", 0), [(23.0, 100.0, 23.0, 300.0)])) == ["1234"]


def run(text, boxes, sure=0.9):
    """A recognised line of letters with these rough (left, right) bounds, 30 dots high."""
    parts = tuple((letter, sure, [(x0, 100), (x1, 100), (x1, 130), (x0, 130)])
                  for letter, (x0, x1) in zip(text, boxes, strict=True))  # fmt: skip
    left, right = boxes[0][0], boxes[-1][1]
    return Run(text, sure, numpy.array([(left, 100), (right, 100), (right, 130), (left, 130)], float), parts)


def inked(*columns, rows=(105, 125)):
    sheet = numpy.full((400, 400), 255, numpy.uint8)
    for start, end in columns:
        sheet[rows[0] : rows[1], start:end] = 0
    return sheet


def test_letters_end_where_their_ink_ends_however_coarse_the_steps_of_recognition():
    # The steps say that the digit reaches up to the Chinese letter of the next column.
    sheet = inked((100, 112), (140, 165))
    ((digit, unit),) = glyphs_of(run("3包", [(96, 130), (130, 170)]), sheet, 30.0)
    assert (digit.box[0], digit.box[2], unit.box[0], unit.box[2]) == (100.0, 112.0, 140.0, 165.0)
    assert texts(split([digit, unit], [])) == ["3", "包"]


def test_letters_below_one_another_stand_where_their_ink_does_though_their_box_begins_above():
    sheet = inked((100, 125), rows=(120, 142))
    for top, bottom in ((165, 175), (177, 187), (210, 221)):  # the second has white within, the last is cut off
        sheet[top:bottom, 100:125] = 0
    box = numpy.array([(98, 94), (127, 94), (127, 220), (98, 220)], float)
    lines = glyphs_of(Run("只台个", 0.9, box, ()), sheet, 30.0)
    assert [(glyph.text, glyph.box[1], glyph.box[3]) for (glyph,) in lines] == [
        ("只", 120.0, 142.0),
        ("台", 165.0, 187.0),
        ("个", 210.0, 221.0),
    ]


def test_letters_set_wide_are_one_word_though_recognition_sees_blanks():
    columns = [(100 + 30 * n, 112 + 30 * n) for n in range(4)]
    letters = [
        Glyph(letter, (x0, 105.0, x1, 129.0), 0.9, True) for letter, (x0, x1) in zip("1250", columns, strict=True)
    ]
    assert texts(split(letters, [])) == ["1250"]
    narrow = [Glyph("1", (100.0, 105.0, 112.0, 129.0), 0.9, True), Glyph("2", (114.0, 105.0, 126.0, 129.0), 0.9, True)]
    assert texts(split(narrow, [])) == ["1", "2"]


@pytest.mark.parametrize(
    ("columns", "read"),
    [([(100, 104), (109, 113)], "H"), ([(100, 104), (105, 109)], "II"), ([(100, 110), (120, 130)], "II")],
    ids=["a capital's room", "print of unequal letters", "print of equal letters"],
)
def test_two_strokes_in_the_room_of_one_capital_are_an_h_whose_bar_was_lost(columns, read):
    letters = run("IIB", [*columns, (140, 155)], 0.9)
    ((*strokes, _b),) = glyphs_of(letters, inked(*columns, (140, 155), rows=(107, 123)), 30.0)
    assert "".join(glyph.text for glyph in strokes) == read
    if read == "H":
        assert (strokes[0].box[0], strokes[0].box[2], round(strokes[0].confidence, 3)) == (100.0, 113.0, 0.675)


@pytest.mark.parametrize(
    ("text", "sure", "columns", "read"),
    [
        ("llex", 0.9, [(100, 104), (106, 110)], "Hex"),
        ("HINex", 0.7, [(100, 103), (109, 112)], "HNex"),
        ("1Iex", 0.8, [(100, 103), (106, 109)], "Hex"),
        ("IIex", 0.8, [(100, 103), (106, 109)], "Hex"),
        ("IIex", 0.95, [(100, 103), (106, 109)], "IIex"),
        ("1Iex", 0.95, [(100, 103), (106, 109)], "1Iex"),
        ("HIex", 0.7, [(100, 112), (116, 118)], "HIex"),
    ],
)
def test_the_strokes_of_an_h_are_known_whatever_they_were_taken_for(text, sure, columns, read):
    rest = [(140 + 20 * n, 152 + 20 * n) for n in range(len(text) - 2)]
    (letters,) = glyphs_of(run(text, [*columns, *rest], sure), inked(*columns, *rest, rows=(107, 123)), 30.0)
    assert "".join(glyph.text for glyph in letters) == read


def test_a_bare_stroke_alone_is_what_is_left_of_a_rule():
    sheet = inked((200, 203), (300, 306))
    assert overlooked(sheet, [run("10", [(20, 30), (31, 40)])], 30.0) == [(300, 105, 306, 125)]


def test_a_letter_seen_a_second_time_within_its_word_is_none():
    columns = [(100 + 14 * n, 110 + 14 * n) for n in range(4)]
    whole, again, other = run("2026", columns), run("2", [columns[0]]), run("7", [(300, 310)])
    words = _words([whole, again, other], inked(*columns, (300, 310)), [])
    assert [word.text for word in words] == ["2026", "7"]


def test_a_column_of_single_letters_is_as_many_lines():
    box = numpy.array([(100, 100), (130, 100), (130, 220), (100, 220)], float)
    lines = glyphs_of(Run("套卷只", 0.9, box, ()), inked((102, 128), rows=(100, 220)), 30.0)
    assert [[glyph.text for glyph in line] for line in lines] == [["套"], ["卷"], ["只"]]
    assert [round(line[0].box[1]) for line in lines] == [100, 140, 180]


def test_a_digit_alone_that_detection_passed_over_is_found_and_a_colon_or_a_speck_is_none():
    sheet = inked((200, 206))
    sheet[105:109, 300:304] = sheet[118:122, 300:304] = 0
    sheet[300:304, 50:54] = 0
    assert overlooked(sheet, [run("10", [(20, 30), (31, 40)])], 30.0) == [(200, 105, 206, 125)]
    assert overlooked(sheet, [run("1", [(195, 210)])], 30.0) == []


def voted(first, *others, sure=0.6):
    """The letters of a line read first, with the confidence `sure`, and again, each time a little otherwise."""
    line = run(first, [(10 * n, 10 * n + 9) for n in range(len(first))], sure)
    said = iter(others)
    (found,) = with_votes([line], numpy.full((400, 400), 255, numpy.uint8), lambda picture: next(said))
    return found


def reading(text, sure=0.6):
    return [(letter, sure) for letter in text]


def test_what_most_readings_of_a_doubtful_line_say_stands_with_its_share_of_the_votes():
    said = [reading(text) for text in ("HN0469ST", "HN0469ST", "HNO469ST", "HN0469ST", "HN04695T")]
    found = voted("HN04695T", *said)
    assert found.text == "HN0469ST"
    assert [round(float(part[1]), 2) for part in found.parts] == [0.6] * 6 + [0.4, 0.6]
    said = [reading(text) for text in ("HN0469ST", "HN0469ST", "HN04695T", "HN04695T", "HN04695T")]
    assert voted("HN04695T", *said).text == "HN04695T"


def test_of_equally_many_readings_the_surer_ones_are_believed():
    said = [reading(text, sure) for text, sure in (("了腈", 0.6), ("了腈", 0.6), *[("丁腈", 0.9)] * 3)]
    assert voted("了腈", *said).text == "丁腈"
    assert voted("了腈", *[reading("了腈", 0.9)] * 2, *[reading("丁腈", 0.6)] * 3).text == "了腈"


def test_a_letter_that_most_readings_lack_is_none():
    assert voted("sstainless", *[reading("stainless")] * 4, reading("sstainless")).text == "stainless"
    assert voted("sstainless", *[reading("stainless")] * 2, *[reading("sstainless")] * 3).text == "sstainless"


def test_two_readings_of_six_outvote_nobody_however_sure_they_are():
    assert voted("A5", *[reading("AS", 1.0)] * 2, *[reading("A5", 0.3)] * 3, sure=0.3).text == "A5"


def test_a_thin_bar_one_reading_saw_was_there():
    assert voted("Hex", *[reading("Iex")] * 4, reading("Hex")).text == "Hex"
    assert voted("stainlcss", reading("stainless"), *[reading("stainlcss")] * 3).text == "stainless"
    assert voted("Iex", reading("Hex", 0.4), *[reading("Iex")] * 3).text == "Iex"


def test_a_line_that_three_more_readings_confirm_is_not_read_a_fourth_time():
    said = [reading("A5"), reading("AS"), reading("A5"), reading("A5")]
    assert voted("A5", *said).text == "A5"


def test_a_line_that_was_read_surely_is_not_read_again():
    line = run("HN0469ST", [(10 * n, 10 * n + 9) for n in range(8)], 0.97)
    blank = numpy.full((400, 400), 255, numpy.uint8)
    assert with_votes([line], blank, lambda picture: reading("XXXXXXXX")) == [line]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("SC—M5-120-ZN", "SC-M5-120-ZN"), (",GLV-M3", "GLV-M3"), ("-只", "只"), ("stain1ess", "stainless"),
        ("bal1", "ball"), ("0-ring,", "O-ring,"), ("6xl70mm", "6x170mm"), ("P.0.", "P.O."),
        ("P020260125360", "PO20260125360"),
        ("1750.002026年9月", "1750.00 2026年9月"), ("69000102482026年7月31日", "6900010248 2026年7月31日"),
        ("2026年7月31日", "2026年7月31日"), ("tape，P46716-68", "tape， P46716-68"), ("bolt,M8", "bolt,M8"),
        ("46O", "460"), ("M4O", "M4O"), ("4O-A", "4O-A"),
        ("114.002026/3/16", "114.00 2026/3/16"), ("2026,10.16", "2026.10.16"), ("2026.10,16", "2026.10.16"),
        ("€3,363,40", "€3363.40"), ("1.038.47", "1038.47"), ("12,345,678", "12,345,678"), ("2026.11.03", "2026.11.03"),
        ("0S-6765", "OS-6765"), ("0R.227.050", "OR.227.050"), ("HB83O5", "HB8305"), ("0.5M", "0.5M"), ("05", "05"),
        ("1,026.10", "1,026.10"), ("114.002026", "114.002026"),
        ("Bi11", "Bill"), ("ba11", "ball"), ("Se11er", "Seller"), ("page11", "page11"), ("4xlomm", "4x10mm"),
        ("Y10,330.00", "¥10,330.00"), ("Y0.37", "¥0.37"), ("Y1234", "Y1234"), ("YW1.25", "YW1.25"),
        ("0S-M12-35-ZN", "OS-M12-35-ZN"), ("P.0", "P.O"), ("P.05", "P.05"),
        ("stainlcss", "stainless"), ("Sockct", "Socket"), ("platcd", "plated"), ("function", "function"),
        ("acct", "acct"), ("Pct", "Pct"), ("discs", "discs"), ("punch", "punch"),
        ("HB880/\u039b2", "HB880/A2"), ("\u0421T-1", "CT-1"),
        ("\u2161ex", "Hex"), ("\u2161\u2161-4223", "HH-4223"), ("\u2161级", "\u2161级"),
        ("IIII-4223", "HH-4223"), ("excI.", "excl."), ("WIFI", "WIFI"), ("口期", "日期"),
        ("VI,V-5355", "VLV-5355"), ("stainlesss", "stainless"),
        ("O)-ring，", "O-ring，"), ("()-ring,", "O-ring,"), ("(0)-5", "(0)-5"),
        ("VI8×90", "M8×90"), ("V8×90", "M8×90"), ("V8x90", "V8x90"),
        ("VI-8", "VI-8"), ("HH,7262.130", "HH.7262.130"), ("A,5", "A,5"),
        ("ziņc", "zinc"), ("手套·M20×50", "手套 M20×50"),
        ("1pcs", "1pcs"), ("10mm", "10mm"), ("M8x10", "M8x10"), ("P01", "P01"), ("0.85", "0.85"), ("é", "é"),
        ("-5", "-5"),
    ],
)  # fmt: skip
def test_only_what_no_form_writes_is_put_right(read, meant):
    assert mended(read) == meant


@pytest.mark.parametrize(
    ("number", "sure"),
    [
        ("PO20260125360", 0.95),
        ("CG202603-7211", 0.95),
        ("4711", 0.95),
        ("P02026", 0.7),
        ("AB0123", 0.7),
        ("S5-77", 0.7),
    ],
)
def test_a_number_that_could_read_otherwise_and_nothing_else_proves_is_doubted(number, sure):
    order = ReadOrder(Role.ORDER, {"po_number": Value(number, confidence=0.95)})
    assert with_doubts(order).fields["po_number"].confidence == sure


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "basis", "read"),
    [
        ("2300", "0.30", "750.00", None, ("2500", "0.30", "750.00")),
        ("20", "573.63", "11512.60", None, ("20", "575.63", "11512.60")),
        ("400", "11.30", "46.20", "100", ("400", "11.30", "45.20")),
        ("2500", "0.30", "750.00", None, ("2500", "0.30", "750.00")),
        ("2300", "0.30", "740.00", None, ("2300", "0.30", "740.00")),
        ("40", "51.23", "2169.20", None, ("40", "54.23", "2169.20")),
        # 5 x 3 and 3 x 5 would both do.
        ("3", "3", "15", None, ("3", "3", "15")),
    ],
)
def test_a_figure_its_line_proves_wrong_in_one_digit_is_put_right_and_stays_doubtful(
    quantity, price, amount, basis, read
):
    line = {"quantity": Value(quantity, confidence=0.9), "unit_price": Value(price, confidence=0.9)}
    line |= {"amount": Value(amount, confidence=0.9)} | ({"price_basis": Value(basis)} if basis else {})
    (found,) = with_doubts(ReadOrder(Role.ORDER, lines=(line,))).lines
    assert tuple(found[name].text for name in ("quantity", "unit_price", "amount")) == read
    changed = [value.confidence for name, value in found.items() if value.text != line[name].text]
    assert changed == ([0.6] if read != (quantity, price, amount) else [])


@pytest.mark.parametrize(
    ("read", "told"),
    [("Signal lamp. zinc plated", "Signal lamp, zinc plated"), ("Lamp incl. base", "Lamp incl. base"),
     ("Seal 0.5 mm", "Seal 0.5 mm"), ("Lamp. Zinc plated", "Lamp. Zinc plated")],
)  # fmt: skip
def test_a_description_goes_on_after_a_comma(read, told):
    line = {"description": Value(read, raw=read, confidence=0.9)}
    (found,) = with_doubts(ReadOrder(Role.ORDER, lines=(line,))).lines
    assert (found["description"].text, found["description"].raw) == (told, read)


@pytest.mark.parametrize(
    ("read", "told"),
    [("9 Li Road, Tiexi, Shenyang. Liaoning", "9 Li Road, Tiexi, Shenyang, Liaoning"),
     ("Bldg. Nine, Park Ave. West", "Bldg. Nine, Park Ave. West"), ("Street 5. Floor", "Street 5. Floor")],
)  # fmt: skip
def test_an_address_goes_on_after_a_comma(read, told):
    order = ReadOrder(Role.ORDER, {"ship_to_text": Value(read, raw=read, confidence=0.9)})
    found = with_doubts(order).fields["ship_to_text"]
    assert (found.text, found.raw) == (told, read)


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (["", "2", "3", ""], ["1", "2", "3", "4"]), (["10", "", "30"], ["10", "20", "30"]),
        # Lines between them are missing, too few are told, or none came first.
        (["1", "2", "", "5"], ["1", "2", "", "5"]), (["", "2", "", ""], ["", "2", "", ""]),
        (["", "1", "2"], ["", "1", "2"]), (["1", "", "2"], ["1", "", "2"]), (["", ""], ["", ""]),
    ],
)  # fmt: skip
def test_a_line_number_that_was_passed_over_is_told_by_the_others(read, told):
    lines = tuple({"line_no": Value(text, confidence=0.9)} if text else {} for text in read)
    found = with_doubts(ReadOrder(Role.ORDER, lines=lines)).lines
    assert [line["line_no"].text if "line_no" in line else "" for line in found] == told
    sure = [
        line["line_no"].confidence for line, text in zip(found, read, strict=True) if "line_no" in line and not text
    ]
    assert set(sure) <= {0.6}


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (["40", "1.200", "600"], ["40", "1200", "600"]),
        (["40", "1.20", "600"], ["40", "1.20", "600"]),
        (["1.250", "1.200", "600"], ["1.250", "1.200", "600"]),
        (["40", "1.200"], ["40", "1.200"]),
        (["40", "0.250", "600"], ["40", "0.250", "600"]),
    ],
)
def test_among_whole_quantities_a_point_before_three_digits_is_the_comma_of_thousands(read, told):
    lines = tuple({"quantity": Value(text, confidence=0.9)} for text in read)
    found = with_doubts(ReadOrder(Role.ORDER, lines=lines)).lines
    assert [line["quantity"].text for line in found] == told
    assert all(
        line["quantity"].confidence == (0.9 if a == b else 0.6) for line, a, b in zip(found, read, told, strict=True)
    )


def upright(reading):
    """Page 1 as a person is shown it."""
    (seen, *_more) = reading.pages
    return {"page": 1, "aspect": seen.height / seen.width, "corners": seen.corners}


def middle_of(reading, text):
    word = next(word for word in reading.pages[0].words if text in word.text)
    return (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2


def is_over_its_ink(reading, picture, text):
    """Whether the box of a word holds its ink on the picture that is shown, and the strip above and below none."""
    word = next(word for word in reading.pages[0].words if text in word.text)
    shown = numpy.asarray(Image.open(io.BytesIO(picture)).convert("L")) < 140
    high, wide = shown.shape
    left, top, right, bottom = (round(side * size) for side, size in zip(word.box, (wide, high) * 2, strict=True))
    tall = bottom - top
    inside = shown[top:bottom, left:right].mean()
    beside = shown[top - tall // 2 : top - tall // 5, left:right].mean()
    return inside > 0.08 and beside < 0.02


def photographed(sheet, orientation=1):
    """A sheet on a dark table, seen from a corner, in the shadow of whoever takes the picture, kept by a telephone."""
    import cv2

    grey = numpy.asarray(sheet)
    high, wide = grey.shape
    there = numpy.array([(260, 190), (wide + 120, 120), (wide + 260, high + 260), (140, high + 160)], numpy.float32)
    plane = cv2.getPerspectiveTransform(numpy.array([(0, 0), (wide, 0), (wide, high), (0, high)], numpy.float32), there)
    table = numpy.full((high + 420, wide + 420), 60, numpy.uint8)
    seen = cv2.warpPerspective(grey, plane, (wide + 420, high + 420), dst=table, borderMode=cv2.BORDER_TRANSPARENT)
    shade = numpy.linspace(0.55, 1.0, seen.shape[1])[None, :]
    picture = Image.fromarray((seen * shade).astype(numpy.uint8))
    back = {1: None, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    picture = picture.transpose(back) if back is not None else picture
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "Telephone", orientation
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=75, exif=exif)
    return output.getvalue()


def as_tiff(sheet):
    output = io.BytesIO()
    sheet.save(output, "TIFF", dpi=(204, 204))
    return output.getvalue()


TURNED = {
    "upside down": lambda: faxed(page(), 180),
    "three degrees askew": lambda: faxed(page(), 3),
    "on its left side": lambda: as_tiff(page().transpose(Image.Transpose.ROTATE_90)),
    "on its right side": lambda: as_tiff(page().transpose(Image.Transpose.ROTATE_270)),
    "a photograph": lambda: photographed(page()),
    "a photograph held sideways": lambda: photographed(page(), 6),
}


@pytest.mark.parametrize("way", TURNED)
def test_the_box_of_a_word_lies_over_it_on_the_page_as_it_is_shown(way):
    content = TURNED[way]()
    reading = image.read(content, Hints())
    for text in ("PO20261103017", "BRG-6204-ZZ", "1020.00"):
        assert is_over_its_ink(reading, page_picture(content, json.dumps(upright(reading)).encode()), text), (way, text)
    # As it came it is elsewhere: the corners are what does it.
    if way != "three degrees askew":
        bare = {**upright(reading), "corners": ()}
        assert not is_over_its_ink(reading, page_picture(content, json.dumps(bare).encode()), "PO20261103017")
    (x, y) = middle_of(reading, "1020.00")
    assert abs(x - 0.76) < 0.03 and abs(y - 0.36) < 0.03
    faults = [fault.code for fault in reading.faults]
    assert faults == ([] if way in ("upside down", "three degrees askew") else [FaultCode.PHOTO])


def test_an_order_on_a_photograph_is_read():
    reading = image.read(photographed(page(), 8), Hints())
    lines = reading.orders[0].lines
    assert [(line["item"].text, line["quantity"].text, line["amount"].text) for line in lines] == [
        ("HB-M8-30-A2", "1200", "1020.00"),
        ("BRG-6204-ZZ", "40", "700.00"),
    ]
    assert [fault.code for fault in reading.faults] == [FaultCode.PHOTO]


def test_a_straight_upright_page_is_shown_as_it_came():
    reading = image.read(faxed(page(), 0), Hints())
    assert (reading.pages[0].corners, reading.faults) == ((), ())
