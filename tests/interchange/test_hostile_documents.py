"""Bombs and traps: each is named, one step below the limit is read, and the process that asked goes on."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.interchange.sheets_made import LINES, csv, html, ods, with_parts, with_sheet_data, xlsx, zipped

from orderloop.interchange import services
from orderloop.interchange.facts import FaultCode, Format, Hints, Reading
from orderloop.interchange.readers import archive, sheet
from orderloop.interchange.services import read_document
from orderloop.platform import sandbox
from orderloop.platform.sandbox import Ending, Limits, Outcome

MB = 1024**2


def codes(reading: Reading) -> list[str]:
    return [fault.code.value for fault in reading.faults]


def cell(reference: str) -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>Item</t></is></c></row>'
    return with_sheet_data(f'{head}<row r="{row}"><c r="{reference}"><v>1</v></c></row>')


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("A50100", "D_NO_ORDER"),
        ("A50101", "D_TOO_LARGE"),
        ("GR2", "D_NO_ORDER"),
        ("GS2", "D_TOO_COMPLEX"),
        ("XFD1048576", "D_TOO_COMPLEX"),
        ("A1048576", "D_TOO_LARGE"),
    ],
)
def test_a_cell_far_outside_is_refused_before_anything_is_laid_out(reference: str, code: str) -> None:
    assert codes(read_document(cell(reference))) == [code]


def test_the_row_alone_may_not_lie_outside_either() -> None:
    assert codes(read_document(with_sheet_data('<row r="900000"><c><v>1</v></c></row>'))) == ["D_TOO_LARGE"]


@pytest.mark.parametrize(("rows", "orders", "code"), [(50_099, 1, []), (50_100, 0, ["D_TOO_LARGE"])])
def test_fifty_thousand_rows_of_text_are_read_and_not_many_more(rows: int, orders: int, code: list[str]) -> None:
    reading = read_document(b"Item,Qty,Price\n" + b"A-1,2,3\n" * rows, Hints(filename="a.csv"))
    assert (len(reading.orders), codes(reading)) == (orders, code)


@pytest.mark.parametrize(("width", "code"), [(200, "D_NO_ORDER"), (201, "D_TOO_COMPLEX")])
def test_columns_are_limited_to_the_column(width: int, code: str) -> None:
    assert codes(read_document(b";".join([b"x"] * width) + b"\n" + b";".join([b"y"] * width))) == [code]


def test_a_sheet_that_unpacks_to_far_too_much_is_refused() -> None:
    assert codes(read_document(with_sheet_data('<row r="1"><c r="A1"><v>1</v></c></row>' * 1_200_000))) == [
        "D_TOO_COMPLEX"
    ]


def test_a_directory_that_lies_about_sizes_opens_nothing() -> None:
    content = bytearray(xlsx([["x" * 5000]]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rfind(size.to_bytes(4, "little"))
    content[at : at + 4] = (10).to_bytes(4, "little")
    assert codes(read_document(bytes(content)))[0] in {"D_DAMAGED", "D_TOO_COMPLEX"}


@pytest.mark.parametrize("repeat", ["rows", "columns"])
def test_a_sheet_that_repeats_a_cell_a_million_times_is_named(repeat: str) -> None:
    times = f'table:number-{repeat}-repeated="1000000000"'
    row, column = (times, "") if repeat == "rows" else ("", times)
    inner = (
        f'<table:table-cell {column} office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    )
    content = ods(LINES, f"<table:table-row {row}>{inner}</table:table-row>")
    assert codes(read_document(content))[0] in {"D_DAMAGED", "D_TOOK_TOO_LONG", "D_TOO_LARGE", "D_TOO_COMPLEX"}


def test_entities_of_a_workbook_are_not_opened() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    shared = f'<?xml version="1.0"?>{laughs}<sst><si><t>&b;</t></si></sst>'.encode()
    reading = read_document(with_parts(xlsx(LINES), {"xl/sharedStrings.xml": shared}))
    assert all("haha" not in value.text for order in reading.orders for line in order.lines for value in line.values())


def test_cells_of_a_page_may_not_span_without_end() -> None:
    content = html([["Item", "Qty"]]).replace(b"<td>Item", b"<td colspan='99999999'>Item")
    assert codes(read_document(content)) in (["D_NO_ORDER"], ["D_TOO_COMPLEX"])


@pytest.mark.parametrize(
    ("count", "parts", "code"), [(100, 100, []), (101, 100, ["D_TOO_COMPLEX"]), (1001, 0, ["D_TOO_COMPLEX"])]
)
def test_files_in_an_archive_are_limited(count: int, parts: int, code: list[str]) -> None:
    reading = read_document(zipped({f"{n}.csv": b"a,b" for n in range(count)}))
    assert (reading.format, len(reading.parts), codes(reading)) == (Format.ARCHIVE, parts, code)


@pytest.mark.parametrize(("size", "code"), [(10 * MB, []), (11 * MB, ["D_TOO_COMPLEX"])])
def test_an_archive_that_unpacks_to_a_hundred_times_its_size_is_refused(size: int, code: list[str]) -> None:
    assert codes(read_document(zipped({"zeros.txt": b"0" * size}))) == code


def test_an_archive_in_an_archive_is_named_and_not_opened() -> None:
    reading = read_document(zipped({"in.zip": zipped({"a.csv": b"a,b"}), "b.csv": b"c,d"}))
    assert ([part.filename for part in reading.parts], codes(reading)) == (["b.csv"], ["D_TOO_COMPLEX"])
    assert reading.faults[0].place.path == "in.zip"
    assert reading.faults[0].rejects  # it may hold the order, so somebody must look


def test_a_broken_file_in_an_archive_is_for_a_person_to_look_at() -> None:
    whole = zipped({"a.csv": b"a,b\n" * 200})
    at = whole.index(b"a.csv") + 20
    broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
    assert [(fault.code.value, fault.rejects) for fault in read_document(broken).faults] == [("D_DAMAGED", True)]


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\orders\\po.xlsx", "po.xlsx"),
        ("/abs/订单.xlsx", "订单.xlsx"),
        ("a\x1b[2Jb.csv", "a[2Jb.csv"),
        ("订单.xlsx".encode("gbk").decode("cp437"), "订单.xlsx"),
        ("x" * 500 + ".pdf", ("x" * 500 + ".pdf")[-150:]),
        ("...", "document"),
    ],
)
def test_names_in_an_archive_are_harmless(name: str, harmless: str) -> None:
    assert archive.harmless_name(name) == harmless


@pytest.mark.parametrize(
    ("magic", "name"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x00", "rar"), (b"\x1f\x8b\x08", "gzip")]
)
def test_other_archives_are_named(magic: bytes, name: str) -> None:
    [fault] = read_document(magic + b"\x00" * 40).faults
    assert (fault.code, fault.params["name"]) == (FaultCode.UNSUPPORTED, name)


def test_an_encrypted_archive_is_named() -> None:
    content = bytearray(zipped({"a.csv": b"a,b"}))
    content[6] |= 1
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    assert codes(read_document(bytes(content))) == ["D_ENCRYPTED"]


def test_a_program_is_never_opened() -> None:
    assert codes(read_document(b"MZ\x90\x00" + b"\x00" * 100, Hints(filename="order.pdf"))) == ["D_FORBIDDEN_CONTENT"]


def test_a_document_larger_than_the_limit_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_BYTES", 1000)
    content = csv(LINES).ljust(1000)
    assert codes(read_document(content)) == []
    assert codes(read_document(content + b" ")) == ["D_TOO_LARGE"]


@pytest.mark.parametrize(
    ("limits", "detail"),
    [(Limits(memory=1), "memory"), (Limits(wall_seconds=0), "time")],
)
def test_what_takes_too_much_is_named(limits: Limits, detail: str) -> None:
    [fault] = read_document(b"Item,Qty,Price\n" + b"A-1,2,3\n" * 50_000, limits=limits).faults
    assert (fault.code, fault.params["detail"]) == (FaultCode.TOOK_TOO_LONG, detail)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(Ending.CRASHED, detail="SIGABRT"), "D_DAMAGED"),
        (Outcome(Ending.KILLED, detail="SIGKILL"), "D_DAMAGED"),
        (Outcome(Ending.RAISED, detail="KeyError x.py:1"), "D_INTERNAL"),
        (sandbox.NO_HOST, "D_INTERNAL"),
        (Outcome(Ending.CPU), "D_TOOK_TOO_LONG"),
        (Outcome(Ending.ANSWER_TOO_LARGE), "D_TOO_COMPLEX"),
        (Outcome(Ending.OK, b"{}"), "D_DAMAGED"),
        (Outcome(Ending.OK, b'{"format": "csv", "orders": 3}'), "D_DAMAGED"),
        (Outcome(Ending.OK, b"[" * 100_000), "D_DAMAGED"),
    ],
)
def test_every_ending_of_the_child_is_a_named_fault(
    outcome: Outcome, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "run", lambda *given, **more: outcome)
    assert codes(read_document(csv(LINES))) == [code]


# Made once: a file made now differs by its time stamps from one made a second later.
SEEDS: dict[str, bytes] = {
    "xlsx": xlsx(LINES),
    "ods": ods(LINES),
    "html": html(LINES),
    "csv": csv(LINES, "gb18030"),
    "zip": zipped({"a.csv": csv(LINES)}),
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    st.data(),
)
def test_mutations_of_every_file_end_in_a_reading(
    seed: str, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    content = bytearray(SEEDS[seed])
    for place, byte in changes:
        content[place % len(content)] = byte
    reading = read_document(bytes(content[: data.draw(st.integers(1, len(content)))]))
    assert reading.orders or reading.faults or reading.parts or reading.text
    for fault in reading.faults:
        assert fault.params.get("detail", "") not in {"RAISED", "answer"}


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("Item,Qty;\t\"'=12.,é品数量合计：:\n\r |"), max_size=200))
def test_any_text_read_as_a_table_ends_in_a_reading(text: str) -> None:
    assert isinstance(sheet.read(text.encode(), Hints(filename="a.csv")), Reading)
