"""What a document is, is told by its bytes; a name or a stated type deceives nobody."""

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interchange.sheets_made import LINES, compound, csv, excel_xml, html, ods, xlsx, zipped

from orderloop.interchange.facts import Format
from orderloop.interchange.rules.sniff import FORMAT_OF_KIND, format_of, kind_of

UBL = b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: PO\r\n\r\nHello"
BITMAP = b"BM" + (70).to_bytes(4, "little") + b"\x00" * 4 + (54).to_bytes(4, "little") + (40).to_bytes(4, "little")


def tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return target.getvalue()


KINDS = {
    "edifact with service string": (b"UNA:+.? '\r\nUNB+UNOA:2+A+B+1:2+3'", "edifact"),
    "edifact without": (b"\r\n  UNB+UNOC:3+A+B+1:2+3'", "edifact"),
    "edifact behind a mark": (b"\xef\xbb\xbfUNB+UNOC:3+A+B+1:2+3'", "edifact"),
    "x12": (b"ISA*00*          *00*", "x12"),
    "x12 with another delimiter": (b"\xef\xbb\xbf\nISA|00|", "x12"),
    "text about ISA": (b"ISAAC orders two bolts, please.", "text"),
    "ubl": (UBL, "ubl"),
    "ubl behind a declaration and a comment": (b'<?xml version="1.0"?>\n<!-- <html> -->' + UBL, "ubl"),
    "ubl with a prefix in utf-16": (
        '<u:Order xmlns:u="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'.encode("utf-16"), "ubl"),
    "ubl in an envelope": (
        b'<StandardBusinessDocument xmlns="http://x"><a/>' + UBL + b"</StandardBusinessDocument>", "ubl"),
    "cxml": (b'<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "http://x/cXML.dtd"><cXML payloadID="1"/>', "cxml"),
    "opentrans": (b'<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" version="2.1"/>', "opentrans"),
    "opentrans without a namespace": (b'<ORDER version="1.0"><ORDER_HEADER/></ORDER>', "opentrans"),
    "any xml": (b"<PurchaseOrder><Reference>1</Reference></PurchaseOrder>", "xml"),
    "xml in gbk": ('<?xml version="1.0" encoding="gbk"?><订单>螺栓</订单>'.encode("gbk"), "xml"),
    "json object": (b' {"po": 1}', "json"),
    "json array": (b'[\n {"po": 1}]', "json"),
    "a text in brackets": (b"[PO 123] please send two bolts", "text"),
    "xlsx": (xlsx(LINES), "xlsx"),
    "xlsx cut off": (xlsx(LINES)[:-300], "xlsx"),
    "ods": (ods(LINES), "ods"),
    "docx": (zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b""}), "docx"),
    "zip": (zipped({"a.csv": b"a,b"}), "zip"),
    "zip with a workbook in it": (zipped({"a.xlsx": xlsx(LINES)}), "zip"),
    "xls": (compound("Workbook"), "xls"),
    "old xls": (compound("Book"), "xls"),
    "msg": (compound("__properties_version1.0"), "msg"),
    "doc": (compound("WordDocument"), "doc"),
    "encrypted": (compound("EncryptionInfo", "EncryptedPackage"), "encrypted-office"),
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "pdf behind junk": (b"\x00\x01 printer says hello\r\n%PDF-1.4\n", "pdf"),
    "a mail about a pdf": (MAIL + b"\r\n%PDF-1.4", "mail"),
    "tiff": (b"II*\x00\x08\x00\x00\x00", "tiff"),
    "png": (b"\x89PNG\r\n\x1a\n\x00", "png"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00", "jpeg"),
    "bmp": (BITMAP.ljust(70, b"\x00"), "bmp"),
    "a text that begins like a bitmap": (b"BMW orders two bolts of the usual kind, please send them", "text"),
    "webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
    "mail": (MAIL, "mail"),
    "mail from a mailbox file": (b"From a@example.com Mon Nov  2\n" + MAIL, "mail"),
    "a letter that begins like one": (b"To: the order desk\r\nPlease send 2 bolts.\r\n", "text"),
    "csv": (csv(LINES), "csv"),
    "csv of semicolons": (csv(LINES, delimiter=";"), "csv"),
    "csv in gbk": (csv((("品号", "数量", "单价"), ("A", 1, 2)), "gbk"), "csv"),
    "a letter with commas": (b"Hello,\nplease send 2 bolts, 3 nuts, today.\nRegards,\nLi", "text"),
    "html with a table": (html(LINES), "html-table"),
    "html": (b"<!DOCTYPE html><html><body>Hi</body></html>", "html"),
    "excel xml": (excel_xml(LINES), "excel-xml"),
    "gzip": (b"\x1f\x8b\x08\x00", "gzip"),
    "tar": (tar(), "tar"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "rar"),
    "program": (b"MZ\x90\x00", "program"),
    "rtf": (b"{\\rtf1 x}", "rtf"),
    "nothing": (b"", "empty"),
    "blanks": (b"\xef\xbb\xbf \r\n\x00", "empty"),
    "noise": (bytes(range(128, 256)) * 3 + b"\x00", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("case", KINDS)
def test_each_kind_is_told_by_its_bytes(case: str) -> None:
    content, kind = KINDS[case]
    assert kind_of(content) == kind


@pytest.mark.parametrize("case", [case for case in KINDS if KINDS[case][1] not in ("csv", "text")])
@pytest.mark.parametrize("name", ["order.xls", "order.pdf", "order.csv", "order.edi"])
def test_a_name_and_a_stated_type_deceive_nobody(case: str, name: str) -> None:
    content, kind = KINDS[case]
    assert format_of(content, name, "application/pdf") is FORMAT_OF_KIND.get(kind, Format.UNKNOWN)


def test_a_name_breaks_the_tie_of_a_short_text() -> None:
    assert format_of(b"A-1,5\n", "a.csv") is Format.CSV
    assert format_of(b"A-1,5\n", "a.txt") is Format.TEXT


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")), st.text())
def test_any_bytes_are_of_some_kind(content: bytes, name: str) -> None:
    assert kind_of(content, name, name)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_part_of_any_kind_is_of_some_kind(case: str, data: st.DataObject) -> None:
    content = KINDS[case][0]
    start = data.draw(st.integers(0, len(content)))
    assert kind_of(content[start : data.draw(st.integers(start, len(content)))])


@pytest.mark.parametrize(
    "piece", [b"<?", b"<!--", b"<!DOCTYPE ", b"a: b\n", b'"', b"PK\x03\x04", b"<a ", b"[{", b"\n \n"]
)
def test_a_million_of_one_piece_is_told_at_once(piece: bytes) -> None:
    assert kind_of(piece * (1_000_000 // len(piece)))
