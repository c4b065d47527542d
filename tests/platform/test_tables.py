import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from orderloop.foundation.written import date_from, number_from
from orderloop.platform.sandbox import Limits
from orderloop.platform.tables import (
    CellFault,
    Column,
    Kind,
    Sheet,
    Unreadable,
    neutral,
    parse_sheet,
    read_sheet,
    reading,
    write_csv,
    write_xlsx,
)

COLUMNS = (
    Column("code", "Code", "编码", Kind.CODE, required=True, most=10),
    Column("name", "Name", "名称", required=True),
    Column("amount", "Amount", "金额", Kind.DECIMAL, empty=Decimal(0)),
    Column("pieces", "Pieces", "件数", Kind.WHOLE, empty=0),
    Column("rate", "Tax rate", "税率", Kind.RATE, empty=Decimal(0)),
    Column("since", "Since", "起始日", Kind.DATE, empty=None),
    Column("active", "Active", "启用", Kind.FLAG, empty=True),
    Column("grade", "Grade", "等级", Kind.CHOICE, choices={"A": ("Best", "最好"), "B": ("Good", "较好")}, empty="B"),
)


def workbook(cells: dict[str, object], sheet: str = "Sheet1") -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet(sheet)
        for place, value in cells.items():
            page.write(place, value)
    return target.getvalue()


def with_sheet_xml(xml: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(workbook({"A1": 1}))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            archive.writestr(entry.filename, xml if "worksheets/" in entry.filename else source.read(entry))
    return target.getvalue()


def fault_of(content: bytes, **options: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(Unreadable) as caught:
        read_sheet(content, **options)  # type: ignore[arg-type]
    return caught.value.code, caught.value.params


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_whichever_of_the_known_encodings_it_came(encoding: str) -> None:
    assert read_sheet("编码,名称\n1,华信自行车\n".encode(encoding)).rows == [["编码", "名称"], ["1", "华信自行车"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_also_beside_quoted_ones(delimiter: str) -> None:
    text = f'code{delimiter}name{delimiter}price\n1{delimiter}"a, b; c"{delimiter}"1,5"\n'
    assert read_sheet(text.encode()).rows[1] == ["1", "a, b; c", "1,5"]


def test_the_line_a_spreadsheet_writes_for_its_delimiter_is_obeyed() -> None:
    assert read_sheet(b"sep=;\r\na;b,c\r\n").rows == [["a", "b,c"]]


def test_line_breaks_inside_quotes_stay_in_their_cell() -> None:
    assert read_sheet(b'a,b\n"one\ntwo",3\n').rows == [["a", "b"], ["one\ntwo", "3"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n ", "empty_file"),
        (b"\x81\xff\xff,\xff", "encoding_unknown"),
        (b"a\x00b", "not_a_table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
        (b"PK\x03\x04 and then nothing of a zip", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "damaged"),
        (b'a,b\n1,"open\n2,3\n', "quote_not_closed"),
        (b",".join([b"x"] * 201), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, code: str) -> None:
    assert fault_of(content)[0] == code


def test_the_limits_hold_to_the_row_and_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_sheet(b"a,b\n" + b"1,2\n" * 50_000).rows) == 50_001
    assert fault_of(b"a,b\n" + b"1,2\n" * 50_001) == ("too_many_rows", {"most": 50_000})
    monkeypatch.setattr(reading, "MOST_BYTES", 8)
    assert read_sheet(b"a,b\n1,2\n").rows == [["a", "b"], ["1", "2"]]
    assert fault_of(b"a,b\n1,2\n\n")[0] == "file_too_large"


def test_a_workbook_is_read_as_text_and_lost_digits_are_named() -> None:
    content = workbook({"A1": "Code", "B1": "Name", "A2": 123456789012345678, "B2": 12, "A3": "007", "B3": 0.1})
    sheet = read_sheet(content)
    assert sheet.rows == [["Code", "Name"], ["123456789012345700", "12"], ["007", "0.1"]]
    assert sheet.doubts == {(2, 0): "digits_lost"}
    assert sheet.sheet_names == ("Sheet1",)


def test_rows_keep_the_numbers_they_have_in_the_file() -> None:
    sheet = read_sheet(workbook({"B3": "Code", "C3": "Name", "B4": "", "C5": "only a name"}))
    parsed = parse_sheet(sheet, COLUMNS)
    assert parsed.faults == (CellFault(5, "code", "required"),)


def test_a_sheet_that_is_not_there_is_named() -> None:
    content = workbook({"A1": 1}, "Orders")
    assert fault_of(content, sheet="Other") == ("sheet_missing", {"sheet": "Other"})
    assert read_sheet(content, sheet="Orders").rows == [["1"]]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>', "too_many_columns"),
        (b"<row r='1048576'><c r='A1048576'><v>1</v></c></row>", "too_many_rows"),
        (b'<row r="50002"><c><v>1</v></c></row>', "too_many_rows"),
    ],
)
def test_a_single_cell_far_outside_is_refused_before_it_is_opened(cell: bytes, code: str) -> None:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    assert fault_of(with_sheet_xml(head + cell + b"</sheetData></worksheet>"))[0] == code


def test_a_workbook_that_unpacks_to_far_too_much_is_refused() -> None:
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    assert fault_of(with_sheet_xml(b"<worksheet><sheetData>" + row * 1_200_000))[0] == "packed_too_tightly"


def test_a_directory_that_lies_about_a_size_opens_nothing() -> None:
    content = bytearray(workbook({"A1": "x" * 5000}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rfind(size.to_bytes(4, "little"))
    content[at : at + 4] = (10).to_bytes(4, "little")
    assert fault_of(bytes(content))[0] in {"damaged", "packed_too_tightly"}


def test_a_parser_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHILD_LIMITS", Limits(wall_seconds=0))
    assert fault_of(workbook({"A1": 1}))[0] == "took_too_long"


def test_headers_of_either_language_below_a_title_are_found() -> None:
    rows = [["客户清单", ""], ["", ""], ["名称 ", "编　码", "remark"], ["华信", "C1", "x"]]
    parsed = parse_sheet(Sheet("", rows), COLUMNS)
    assert [(row.number, row.values) for row in parsed.rows] == [(4, {"name": "华信", "code": "C1"})]
    assert parsed.unknown_headers == ("remark",)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["x", "y"], ["1", "2"]], "no_header"),
        ([["Code", "Amount"], ["1", "2"]], "column_missing"),
        ([["Code", "Name", "编码"], ["1", "2", "3"]], "column_twice"),
        ([["Code", "Name"], ["", ""]], "no_rows"),
        ([], "no_header"),
    ],
)
def test_a_table_without_what_it_needs_is_refused(rows: list[list[str]], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_sheet(Sheet("", rows), COLUMNS)
    assert caught.value.code == code


def test_every_kind_is_read_as_people_write_it() -> None:
    header = [column.en for column in COLUMNS]
    rows = [header, ["007", "Bike", "￥1,234.50", "1,200", "13%", "2026年3月31日", "否", "最好"], ["8", "x"]]
    first, second = parse_sheet(Sheet("", rows), COLUMNS).rows
    assert first.values == {
        "code": "007",
        "name": "Bike",
        "amount": Decimal("1234.50"),
        "pieces": 1200,
        "rate": Decimal("0.13"),
        "since": date(2026, 3, 31),
        "active": False,
        "grade": "A",
    }
    assert second.values == {
        "code": "8",
        "name": "x",
        "amount": 0,
        "pieces": 0,
        "rate": 0,
        "since": None,
        "active": True,
        "grade": "B",
    }


def test_every_wrong_cell_of_every_row_is_named_and_right_rows_stay() -> None:
    header = [column.en for column in COLUMNS]
    rows = [
        header,
        ["1E+05", "", "ten", "1.5", "x", "31/31/2026", "maybe", "C"],
        ["ABCDEFGHIJK", "n", "1e3"],
        ["C1", "n"],
        ["C1", "again"],
    ]
    parsed = parse_sheet(Sheet("", rows, {(4, 1): "digits_lost"}), COLUMNS, key=("code",))
    assert [(fault.row, fault.column, fault.code) for fault in parsed.faults] == [
        (2, "code", "scientific"),
        (2, "name", "required"),
        (2, "amount", "not_a_number"),
        (2, "pieces", "not_whole"),
        (2, "rate", "not_a_number"),
        (2, "since", "not_a_date"),
        (2, "active", "not_yes_or_no"),
        (2, "grade", "not_a_choice"),
        (3, "code", "too_long"),
        (3, "amount", "scientific"),
        (4, "name", "digits_lost"),
    ]
    assert [row.number for row in parsed.rows] == [5]


def test_a_row_that_repeats_the_key_is_named_with_the_first() -> None:
    rows = [["Code", "Name"], ["C1", "a"], ["C1", "b"]]
    assert parse_sheet(Sheet("", rows), COLUMNS, key=("code",)).faults == (
        CellFault(3, "code", "repeated", {"row": 2}),
    )


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1,234", False, "1234"),
        ("1.234,5", True, "1234.5"),
        ("１２．５", False, "12.5"),
        ("-3", False, "-3"),
        ("€ 7", True, "7"),
    ],
)
def test_numbers_are_read_as_written(text: str, comma: bool, number: str) -> None:
    assert number_from(text, decimal_comma=comma) == Decimal(number)


@pytest.mark.parametrize("text", ["1,5", "1,23,4", "NaN", "inf", "1e3", "", "--1", "1 2 x"])
def test_what_might_mean_two_numbers_or_none_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        number_from(text)


def test_days_are_read_in_any_unambiguous_form() -> None:
    for text in (
        "2026-03-31",
        "2026/3/31",
        "20260331",
        "2026.03.31",
        "31.03.2026",
        "2026-03-31 00:00:00",
        "31-Mar-2026",
    ):
        assert date_from(text) == date(2026, 3, 31)
    assert date_from("03/31/26", "%m/%d/%y") == date(2026, 3, 31)
    with pytest.raises(ValueError):
        date_from("03/04/2026")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", ' "=1'])
def test_no_text_of_ours_is_computed_by_a_spreadsheet(text: str) -> None:
    assert neutral(text) == f"'{text}"
    row = {"code": text, "name": "n", "amount": Decimal("-5.00")}
    written = write_csv(COLUMNS[:3], [row], language="en")
    assert written.startswith(b"\xef\xbb\xbfCode,Name,Amount\r\n")
    assert written.decode("utf-8-sig").endswith(",n,-5.00\r\n")  # a number stays a number
    with zipfile.ZipFile(io.BytesIO(write_xlsx(COLUMNS[:3], [row], language="en", sheet="S"))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_written_is_read_back_the_same(language: str, form: str) -> None:
    values: dict[str, object] = {
        "code": "=007",
        "name": '华信, "Bikes"',
        "amount": Decimal("12345678901234567.89"),
        "pieces": 12,
        "rate": Decimal("0.13"),
        "since": date(2026, 3, 31),
        "active": False,
        "grade": "A",
    }
    if form == "csv":
        content = write_csv(COLUMNS, [values], language=language)
    else:
        content = write_xlsx(COLUMNS, [values], language=language, sheet="客户[1]")
    parsed = parse_sheet(read_sheet(content), COLUMNS)
    assert parsed.faults == ()
    assert parsed.rows[0].values == values


def test_remarks_stand_in_a_last_column() -> None:
    content = write_xlsx(
        COLUMNS[:2], [{"code": "C1"}], language="zh-hans", sheet="S", remarks={0: {"name": "名称：必填"}}
    )
    assert read_sheet(content).rows == [["编码", "名称", "问题"], ["C1", "", "名称：必填"]]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_rows_or_in_a_named_reason(content: bytes) -> None:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf")):
        return  # the child process is tried above
    try:
        sheet = read_sheet(content)
        parse_sheet(sheet, COLUMNS)
    except Unreadable as fault:
        assert fault.code in reading.FILE_FAULT_WORDS


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=12),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_survives_the_way_through_csv(rows: list[list[str]]) -> None:
    columns = (Column("a", "First column", "甲"), Column("b", "Second column", "乙"))
    texts = [{"a": f"x{row[0].strip()}", "b": row[1].strip()} for row in rows]
    parsed = parse_sheet(read_sheet(write_csv(columns, texts, language="en")), columns)
    assert [row.values for row in parsed.rows] == [{"a": t["a"].strip(), "b": t["b"].strip()} for t in texts]
