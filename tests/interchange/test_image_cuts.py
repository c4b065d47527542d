"""Each recognised letter has ink of its own, however coarse the steps of recognition; words end where print does."""

import numpy
import pytest

from orderloop.interchange.readers.image_cuts import spans_of
from orderloop.interchange.readers.image_ink import Glyph, split, wide_gap


def inked(*blots):
    return numpy.concatenate([numpy.arange(start, end) for start, end in blots])


@pytest.mark.parametrize(
    ("letters", "middles", "blots"),
    [
        ("a1ex", (520, 543, 561, 578), ((511, 523), (527, 534), (554, 565), (568, 580))),
        ("55-20", (736, 753, 771, 802, 819), ((729, 743), (746, 760), (761, 768), (794, 808), (811, 826))),
        ("SEO", (964, 991, 1027), ((948, 968), (971, 991), (1016, 1036))),
        ("3180", (1036, 1051, 1093, 1107), ((1027, 1039), (1044, 1049), (1085, 1098), (1100, 1112))),
        ("认，传", (586, 606, 636), ((576, 598), (603, 606), (625, 644))),
    ],
    ids=["a thin last letter", "a hyphen at the end", "a capital", "a one", "a Chinese comma"],
)  # fmt: skip
def test_the_last_letter_before_a_blank_keeps_its_ink(letters, middles, blots):
    assert spans_of(letters, middles, inked(*blots), 30.0) == [tuple(map(float, blot)) for blot in blots]


def test_letters_that_touch_are_cut_and_signs_of_several_strokes_stay_whole():
    # `24` touch; 洋 is of two strokes that stand apart.
    assert spans_of("24", (107, 121), inked((100, 128)), 30.0) == [(100.0, 114.0), (114.0, 128.0)]
    found = spans_of("刘洋", (219, 247), inked((208, 222), (224, 231), (233, 240), (241, 257)), 31.0)
    assert found == [(208.0, 231.0), (233.0, 257.0)]


def test_dirt_before_a_line_is_no_letter_of_it():
    assert spans_of("40", (120, 136), inked((60, 62), (114, 126), (130, 142)), 30.0) == [(114.0, 126.0), (130.0, 142.0)]


def chinese(text, starts):
    return [Glyph(sign, (x, 100.0, x + 23.0, 126.0), 0.9, False) for sign, x in zip(text, starts, strict=True)]


def test_a_long_step_between_chinese_signs_holds_a_blank():
    words = split(chinese("经办人刘洋", (100.0, 126.0, 152.0, 186.0, 212.0)), [])
    assert [text for _box, text, _sure in words] == ["经办人", "刘洋"]


def test_a_narrow_chinese_sign_stands_in_as_broad_a_room_and_parts_nothing():
    signs = chinese("交货日期", (100.0, 126.0, 152.0, 178.0))
    signs[2] = Glyph("日", (156.0, 100.0, 170.0, 126.0), 0.9, False)
    assert [text for _box, text, _sure in split(signs, [])] == ["交货日期"]


def test_a_label_ends_where_the_number_of_its_value_stands_off():
    signs = [*chinese("采购日期", (100.0, 126.0, 152.0, 178.0)),
             *(Glyph(sign, (x, 100.0, x + 12.0, 126.0), 0.9, False)
               for sign, x in zip("2026", (212.0, 226.0, 240.0, 254.0), strict=True))]  # fmt: skip
    assert [text for _box, text, _sure in split(signs, [])] == ["采购日期", "2026"]


def test_a_point_has_the_white_behind_it_in_its_word():
    letters = [Glyph(sign, (x, 100.0, x + width, 128.0), 0.9, spaced)
               for sign, x, width, spaced in (("t", 100.0, 11.0, True), (".", 118.0, 3.0, False),
                                              ("P", 142.0, 12.0, True))]  # fmt: skip
    ((box, text, _sure), (other, _text, _also)) = split(letters, [])
    assert (text, round(box[2], 1), other[0]) == ("t.", 130.8, 142.0)


def digits(text, start, step=26.0):
    return [Glyph(sign, (start + step * n, 100.0, start + step * n + 12.0, 128.0), 0.9, True)
            for n, sign in enumerate(text)]  # fmt: skip


def test_two_digits_set_as_wide_as_the_numbers_of_their_page_are_one_number():
    page = [digits("12000", 100), digits("18501", 300), digits("4800", 500), digits("2026", 700, 14.0)]
    assert wide_gap(page) == 14.0
    assert wide_gap([*page[:2], digits("2026", 700, 14.0), digits("2027", 700, 14.0)]) == 0.0
    unit = Glyph("台", (170.0, 100.0, 194.0, 128.0), 0.9, True)
    assert [text for _box, text, _sure in split([*digits("50", 100), unit], [], 14.0)] == ["50", "台"]
    assert [text for _box, text, _sure in split(digits("50", 100), [])] == ["5", "0"]
    assert [text for _box, text, _sure in split(digits("50", 100, 40.0), [], 14.0)] == ["5", "0"]


def test_a_point_among_wide_digits_parts_nothing_though_the_white_behind_it_is_wider():
    letters = [Glyph(sign, (x, 100.0, x + width, 128.0), 0.9, True)
               for sign, x, width in (("2", 100.0, 12.0), ("3", 126.0, 12.0), (".", 152.0, 4.0), ("1", 180.0, 12.0),
                                      ("9", 206.0, 12.0), ("0", 232.0, 12.0))]  # fmt: skip
    assert [text for _box, text, _sure in split(letters, [])] == ["23.190"]
