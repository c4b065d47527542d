"""A text that does not say its encoding is read in the one its bytes make likely."""

import pytest

from orderloop.foundation.encoding import Decoded, decode

GERMAN = "Artikel;Bezeichnung;Menge\nBK-1;Schraube groß für Türgriff 90°;10\nBK-2;Größe M – Handschuhe;5\n"
FRENCH = "Référence;Désignation;Quantité\nBK-1;Vis à tête fraisée;10\nForêt créée, 12 €;5\n"
SIMPLIFIED = "采购单号,物料编码,名称,数量\nPO-1,BK-1,螺栓M8x20,10件\n"
TRADITIONAL = "品號,數量,單價,備註\nA-1,2,3.5,請儘快交貨並附發票\n"


@pytest.mark.parametrize(
    ("text", "written", "read", "is_sure"),
    [
        (SIMPLIFIED, "utf-8", "utf-8", True), (SIMPLIFIED, "utf-8-sig", "utf-8-sig", True),
        (SIMPLIFIED, "utf-16", "utf-16", True), (GERMAN, "utf-16-le", "utf-16-le", True),
        (GERMAN, "utf-16-be", "utf-16-be", True), (SIMPLIFIED, "gbk", "gb18030", True),
        ("10,套\n", "gbk", "gb18030", True), ("M8螺栓a型\n", "gbk", "gb18030", True),
        (TRADITIONAL, "big5", "big5hkscs", False), (GERMAN, "cp1252", "cp1252", True),
        (FRENCH, "cp1252", "cp1252", True), ("größer\n", "latin-1", "cp1252", True),
        ("90° – 12 €\n", "cp1252", "cp1252", True), ("Šroub se závitem;Klíč čtyřhranný;2\n", "cp1250", "cp1250", False),
    ],
)  # fmt: skip
def test_the_encoding_is_the_one_the_bytes_make_likely(text: str, written: str, read: str, is_sure: bool) -> None:
    decoded = decode(text.encode(written))
    assert decoded == Decoded(text, read, is_sure)


@pytest.mark.parametrize("content", [b"Item,Qty\r\n\x81\xff\xff", b"a\0b", b"\xff\xfe\x00"])
def test_what_no_encoding_explains_is_no_text(content: bytes) -> None:
    assert decode(content) is None
