"""Spreadsheets as they really come: each nasty case is a named finding, or read rightly, and none brings a crash."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from tests.interchange.sheets_made import (
    LINES,
    books,
    compound,
    csv,
    excel_xml,
    fill,
    html,
    ods,
    with_parts,
    with_sheet_data,
    xlsx,
)

from orderloop.interchange.facts import Hints, Reading
from orderloop.interchange.services import read_document

HEAD = ("PO", "Item", "Qty", "Price", "Date")
A1 = ("P1", "A-1", 2, 3.5, "2026-12-01")


def codes(reading: Reading) -> dict[str, str]:
    """The codes of all faults with the place of the first of each."""
    found: dict[str, str] = {}
    for fault in (*reading.faults, *(fault for order in reading.orders for fault in order.faults)):
        found.setdefault(fault.code.value, fault.place.path)
    return found


def lines(reading: Reading, *names: str) -> list[tuple[str, ...]]:
    return [
        tuple(line[name].text if name in line else "" for name in names) for o in reading.orders for line in o.lines
    ]


def hidden_row(book: Any, page: Any) -> None:
    page.set_row(2, None, None, {"hidden": True})


def hidden_column(book: Any, page: Any) -> None:
    page.set_column(1, 1, None, None, {"hidden": True})


def hidden_sheet(book: Any, page: Any) -> None:
    other = book.add_worksheet("Secret")
    fill(other, LINES)
    other.hide()


def very_hidden_sheet(book: Any, page: Any) -> None:
    other = book.add_worksheet("Deep")
    fill(other, LINES)
    other.very_hidden()


def formula_without_value(book: Any, page: Any) -> None:
    page.write_formula("C2", "=1+1", None, "")


def error_value(book: Any, page: Any) -> None:
    page.write_formula("C2", "=REF", None, "#REF!")


def merged_po(book: Any, page: Any) -> None:
    page.merge_range("E2:E3", "2026-12-01")


def merged_quantity(book: Any, page: Any) -> None:
    page.merge_range("C2:C3", 7)


def padded_code(book: Any, page: Any) -> None:
    page.write_number("B2", 42, book.add_format({"num_format": "000000"}))


def real_day(book: Any, page: Any) -> None:
    page.write_datetime("E2", date(2026, 12, 1), book.add_format({"num_format": "yyyy-mm-dd"}))


def code_become_day(book: Any, page: Any) -> None:
    page.write_datetime("B2", date(2026, 3, 5), book.add_format({"num_format": "m-d"}))


ONE = (HEAD, A1)
TWO = (HEAD, A1, ("P1", "A-2", 4, 1.25, "2026-12-01"))
# What comes, how it is named, the codes of its faults with their places, and what is read of each line.
CORPUS: dict[str, tuple[bytes, str, dict[str, str], list[tuple[str, ...]]]] = {
    "a plain sheet": (xlsx(TWO), "a.xlsx", {}, [("A-1", "2", "3.5"), ("A-2", "4", "1.25")]),
    "a hidden row": (xlsx(TWO, hidden_row), "", {"D_HIDDEN": "3"}, [("A-1", "2", "3.5"), ("A-2", "4", "1.25")]),
    "a hidden column": (xlsx(ONE, hidden_column), "", {"D_HIDDEN": "B"}, [("A-1", "2", "3.5")]),
    "a hidden sheet": (xlsx(ONE, hidden_sheet), "", {"D_HIDDEN": "Secret"}, [("A-1", "2", "3.5")]),
    "a very hidden sheet": (xlsx(ONE, very_hidden_sheet), "", {"D_HIDDEN": "Deep"}, [("A-1", "2", "3.5")]),
    "a formula without a stored value": (
        xlsx(ONE, formula_without_value), "", {"D_NO_STORED_VALUE": "C2"}, [("A-1", "", "3.5")],
    ),
    "an error of a formula": (xlsx(ONE, error_value), "", {"D_ERROR_VALUE": "C2"}, [("A-1", "#", "3.5")]),
    "a code of 18 digits stored as a number": (
        xlsx((HEAD, ("P1", 123456789012345678, 2, 3.5))), "", {"D_DIGITS_LOST": "B2"},
        [("123456789012345700", "2", "3.5")],
    ),
    "a code a spreadsheet wrote with an exponent": (
        csv((HEAD, ("P1", "1.23457E+11", 2, 3.5))), "a.csv", {"D_REWRITTEN": "B2"}, [("1.23457E+11", "2", "3.5")],
    ),
    "1E5 as a code": (csv((HEAD, ("P1", "1E5", 2, 3.5))), "a.csv", {"D_REWRITTEN": "B2"}, [("1E5", "2", "3.5")]),
    "1E5 as a quantity": (
        csv((HEAD, ("P1", "A-1", "1E5", 3.5))), "a.csv", {"D_REWRITTEN": "C2"}, [("A-1", "1E5", "3.5")],
    ),
    "a code that became a day": (
        xlsx(ONE, code_become_day), "", {"D_REWRITTEN": "B2"}, [("2026-03-05", "2", "3.5")],
    ),
    "zeros lost before a code": (
        csv((HEAD, ("P1", "004711", 2, 1), ("P1", "4712", 3, 1))), "a.csv", {"D_ZEROS_LOST": "B3"},
        [("004711", "2", "1"), ("4712", "3", "1")],
    ),
    "zeros shown by the format": (xlsx(ONE, padded_code), "", {}, [("000042", "2", "3.5")]),
    "a number with commas": (
        xlsx((HEAD, ("P1", "A-1", "1,200", 3.5))), "", {"D_READ_AS": "C2"}, [("A-1", "1200", "3.5")],
    ),
    "a price with its currency": (
        xlsx((HEAD, ("P1", "A-1", 2, "￥3.20"))), "", {"D_READ_AS": "D2"}, [("A-1", "2", "3.20")],
    ),
    "full-width digits": (
        xlsx((HEAD, ("P1", "A-1", "１２", 3.5))), "", {}, [("A-1", "12", "3.5")],
    ),
    "a unit in the cell of the quantity": (xlsx((HEAD, ("P1", "A-1", "12个", 3.5))), "", {}, [("A-1", "12", "3.5")]),
    "a quantity in words": (
        xlsx((HEAD, ("P1", "A-1", "a dozen", 3.5))), "", {"D_INVALID_ELEMENT": "C2"}, [("A-1", "a dozen", "3.5")],
    ),
    "a day merged over its rows": (
        xlsx((HEAD, A1[:4], ("P1", "A-2", 4, 1)), merged_po), "", {"D_MERGED": "E2"},
        [("A-1", "2", "3.5"), ("A-2", "4", "1")],
    ),
    "a quantity merged over rows": (
        xlsx((HEAD, ("P1", "A-1", None, 3.5), ("P1", "A-2", None, 1)), merged_quantity), "", {"D_MERGED": "C2"},
        [("A-1", "7", "3.5"), ("A-2", "", "1")],
    ),
    "a row of sums": (
        xlsx((("品号", "数量", "单价", "金额"), ("A-1", 2, 3.5, 7), ("合计", 2, None, 7))), "", {},
        [("A-1", "2", "3.5")],
    ),
    "a heading of two rows": (
        xlsx((("Item", "Ordered", None, "Remark"), (None, "Qty", "Unit price", None), ("A-1", 2, 3.5, "x"))), "", {},
        [("A-1", "2", "3.5")],
    ),
    "a heading in two languages": (
        xlsx((("品号", "数量", "单价"), ("Item", "Qty", "Price"), ("A-1", 2, 3.5))), "", {}, [("A-1", "2", "3.5")],
    ),
    "a note above the heading": (
        xlsx((("1、带星号的为必填项\n2、请勿删除",), ("品号*", "数量*", "单价"), ("A-1", 2, 3.5))), "", {},
        [("A-1", "2", "3.5")],
    ),
    "GBK": (csv((("品号", "数量", "单价"), ("A-1", 2, 3.5)), "gbk"), "a.csv", {}, [("A-1", "2", "3.5")]),
    "UTF-16 with tabs": (csv(ONE, "utf-16", "\t"), "a.csv", {}, [("A-1", "2", "3.5")]),
    "Big5": (
        csv((("品號", "數量", "單價", "備註"), ("A-1", 2, 3.5, "請儘快交貨並附發票")), "big5"), "a.csv",
        {"D_ENCODING": ""}, [("A-1", "2", "3.5")],
    ),
    "bytes of no encoding": (csv(ONE) + b"\r\n\x81\xff\xff", "a.csv", {"D_UNKNOWN_FORMAT": ""}, []),
    "semicolons and decimal commas": (
        csv((HEAD, ("P1", "A-1", "1.200", "3,55")), delimiter=";"), "a.csv", {"D_READ_AS": "C2"},
        [("A-1", "1200", "3.55")],
    ),
    "a code kept by a formula of text": (
        csv((HEAD, ("P1", '"=""00123"""', 2, 3.5))), "a.csv", {}, [("00123", "2", "3.5")],
    ),
    "a quotation mark never closed": (csv(ONE) + b'\r\nP1,"A-2,3', "a.csv", {"D_DAMAGED": "3"}, []),
    "a web page named xls": (html(ONE), "a.xls", {"D_MISNAMED": ""}, [("A-1", "2", "3.5")]),
    "text named xls": (csv(ONE, delimiter="\t"), "a.xls", {"D_MISNAMED": ""}, [("A-1", "2", "3.5")]),
    "the XML of an older program named xls": (excel_xml(ONE), "a.xls", {"D_MISNAMED": ""}, [("A-1", "2", "3.5")]),
    "that XML with a document type": (
        excel_xml(ONE, "<!DOCTYPE x [<!ENTITY a 'b'>]>"), "a.xml", {"D_FORBIDDEN_CONTENT": ""}, [],
    ),
    "xlsx named csv": (xlsx(ONE), "a.csv", {"D_MISNAMED": ""}, [("A-1", "2", "3.5")]),
    "a workbook under a password": (compound("EncryptionInfo", "EncryptedPackage"), "a.xlsx", {"D_ENCRYPTED": ""}, []),
    "an old workbook cut off": (compound("Workbook"), "a.xls", {"D_DAMAGED": ""}, []),
    "a workbook cut off": (xlsx(ONE)[:-400], "a.xlsx", {"D_DAMAGED": ""}, []),
    "a workbook with broken XML": (with_sheet_data("<row r='1'><c r='A1'"), "", {"D_DAMAGED": ""}, []),
    "OpenDocument": (ods(ONE), "a.ods", {}, [("A-1", "2", "3.5")]),
    "a sheet of nothing": (xlsx(()), "a.xlsx", {"D_EMPTY": ""}, []),
    "a file of nothing": (b"", "a.xlsx", {"D_EMPTY": ""}, []),
    "blanks only": (b" \r\n \t", "a.csv", {"D_EMPTY": ""}, []),
    "a sheet without an order": (xlsx((("Name", "Phone"), ("Li", "138"))), "", {"D_NO_ORDER": ""}, []),
    "a real day": (xlsx(ONE, real_day), "", {}, [("A-1", "2", "3.5")]),
    "a table of codes and numbers alone": (
        csv((("AX-1001", 2), ("AX-1002", 4))), "a.csv", {}, [("AX-1001", "2", ""), ("AX-1002", "4", "")],
    ),
    "a workbook whose relations are gone": (
        with_parts(xlsx(ONE), {"xl/_rels/workbook.xml.rels": b"<Relationships/>"}), "", {"D_DAMAGED": ""}, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CORPUS)
def test_each_nasty_sheet_gives_its_named_finding(case: str) -> None:
    content, filename, expected, read = CORPUS[case]
    reading = read_document(content, Hints(filename=filename))
    assert codes(reading) == expected
    assert lines(reading, "item", "quantity", "unit_price") == read


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(CORPUS) >= 40


@pytest.mark.parametrize("case", CORPUS)
def test_what_is_doubtful_is_not_sure(case: str) -> None:
    """Where a finding stands at a cell, the value read there is less than sure; only forms of writing are certain."""
    content, filename, _, _ = CORPUS[case]
    for order in read_document(content, Hints(filename=filename)).orders:
        places = {fault.place.path for fault in order.faults if fault.code.value not in ("D_READ_AS", "D_MERGED")}
        for line in order.lines:
            for value in line.values():
                if value.place.path in places:
                    assert value.confidence <= 0.5, (value, places)


def test_several_sheets_are_all_read_and_places_name_theirs() -> None:
    reading = read_document(books({"North": TWO, "South": (HEAD, ("P2", "B-1", 9, 1, "2026-12-02")), "Empty": ()}))
    assert [(order.text("po_number"), len(order.lines)) for order in reading.orders] == [("P1", 2), ("P2", 1)]
    assert reading.orders[1].lines[0]["quantity"].place.path == "South!C2"


@pytest.mark.parametrize("rows", [(), ((),), (("",) * 300,), ((1,) * 199,)], ids=["none", "empty", "wide", "numbers"])
def test_odd_shapes_are_no_orders(rows: Sequence[Sequence[object]]) -> None:
    assert read_document(xlsx(rows)).orders == ()
