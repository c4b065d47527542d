"""Characters of a PDF put together as words, where one glyph stands for two of them."""

from orderloop.interchange.readers.pdf_pages import _Char, _words


def test_signs_of_one_glyph_are_of_one_word():
    signs = [("@", 10, 19), ("t", 19, 24), ("i", 19, 24), ("a", 24, 29), ("b", 40, 45)]
    chars = [_Char(sign, x0, 100, x1, 109) for sign, x0, x1 in signs]
    assert [word.text for word in _words(chars, 600, 800, 1.0)] == ["@tia", "b"]
