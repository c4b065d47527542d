"""Documents of text shown word by word."""

import pytest

from orderloop.flow.pages.paper_lines import LINE_LENGTH, MOST_WORDS, shown_lines, text_lines
from orderloop.interchange.facts import Format

Case = tuple[Format, str, list[tuple[str, str]]]
CASES: dict[str, Case] = {
    "a letter": (Format.MAIL, "Nr: KX-77, 1,200.50 Stk.", [(w, "") for w in ("Nr", "KX-77", "1,200.50", "Stk")]),
    "in Chinese": (Format.MAIL, "单号：CG-9，数量 4 件。", [(w, "") for w in ("单号", "CG-9", "数量", "4", "件")]),
    "EDIFACT": (Format.EDIFACT, "IMD+F++:::IT?'S BIG'", [("F", ""), ("IT?'S BIG", "")]),
    "X12": (Format.X12, "PO1*1*4*EA~", [("1", ""), ("4", ""), ("EA", "")]),
    "XML": (Format.XML, '<o:Nr art="b"> KX-77 </o:Nr>', [("b", "art"), ("KX-77", "Nr")]),
    "JSON": (Format.JSON, '{"nr": "KX 77", "menge": 4}', [("KX 77", "nr"), ("4", "menge")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_words_stand_apart_and_nothing_of_the_line_is_lost(name: str) -> None:
    format, text, words = CASES[name]
    (line,) = shown_lines([text], format)
    assert [(part["text"], part["title"]) for part in line["parts"] if part["is_word"]] == words
    assert "".join(part["text"] for part in line["parts"]) == text


def test_of_a_long_document_the_first_words_are_apart_and_every_line_is_shown() -> None:
    lines = shown_lines(["a b " * 400] * 20, Format.MAIL)
    assert sum(part["is_word"] for line in lines for part in line["parts"]) == MOST_WORDS
    assert [len(line["parts"]) for line in lines[-3:]] == [1, 1, 1]
    assert lines[-1]["parts"][0]["text"] == "a b " * 400


def test_a_line_is_cut_where_it_is_longer_than_a_page_and_an_empty_one_stays_a_line() -> None:
    long, empty = shown_lines(["x" * (LINE_LENGTH + 1), ""], Format.MAIL)
    assert (len(long["parts"][0]["text"]), empty["parts"][0]["text"]) == (LINE_LENGTH, " ")


def test_segments_and_elements_stand_on_lines_of_their_own() -> None:
    assert text_lines(b"UNH+1'BGM+220+A?'B'", Format.EDIFACT) == ["UNH+1'", "BGM+220+A?'B'"]
    assert text_lines(b"<a><b>1</b><c/></a>", Format.XML) == ["<a>", "<b>1</b>", "<c/>", "</a>"]
