"""What EDIFACT orders say, field by field."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydifact.segmentcollection import RawSegmentCollection

from orderloop.interchange.facts import FaultCode, Format, Hints, Place, Reading, Role
from orderloop.interchange.readers.edifact import read
from orderloop.interchange.rules.edifact.syntax import Marks, cut, marks_of

DOCUMENTS = Path(__file__).parents[2] / "examples" / "order-documents" / "edifact"

HEAD = "UNB+UNOC:3+5412345000013:14+4012345000009:14+261120:0930+77'"
ORDER = [
    "UNH+1+ORDERS:D:96A:UN:EAN008",
    "BGM+220+PO4711+9",
    "DTM+137:20261120:102",
    "DTM+64:20261201:102",
    "DTM+63:20261205:102",
    "FTX+AAI+1++Please call before delivery:use the back gate",
    "RFF+CT:FRAME-9",
    "NAD+BY+5412345000013::9++Bike Shop Ltd",
    "RFF+VA:GB123456789",
    "CTA+OC+:Ann Lee",
    "COM+ann@example.com:EM",
    "NAD+SU+4012345000009::9",
    "NAD+DP+++Bike Shop Depot+Mill Lane 5:Unit 2+Leeds++LS1 4AB+GB",
    "CUX+2:EUR:9",
    "TOD+3++EXW",
    "LIN+1++4006381333931:EN",
    "PIA+1+BK-M18:SA+C-77:IN",
    "IMD+F++:::Mountain bike:, black",
    "QTY+21:12:PCE",
    "DTM+2:20261202:102",
    "MOA+203:1500,00",
    "PRI+AAA:12500,00:::100:PCE",
    "LIN+2++BK-R19:SA",
    "QTY+21:3.5:KGM",
    "FTX+LIN+1++Gift wrap",
    "PRI+AAB:2,5",
    "PRI+AAA:2,25",
    "UNS+S",
    "MOA+79:1507,88",
    "MOA+124:301,58",
    "MOA+86:1809,46",
    "CNT+2:2",
    "CNT+1:15.5",
]


def interchange(body: list[str], head: str = HEAD, tail: str = "UNZ+1+77'") -> bytes:
    segments = [*body, f"UNT+{len(body) + 1}+1"]
    return (head + "".join(f"{segment}'\n" for segment in segments) + tail).encode()


def texts(reading: Reading) -> dict[str, str]:
    return {name: value.text for name, value in reading.orders[0].fields.items()}


def lines(reading: Reading) -> list[dict[str, str]]:
    return [{name: value.text for name, value in line.items()} for line in reading.orders[0].lines]


def faults(reading: Reading) -> list[tuple[str, str, bool]]:
    found = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.place.path, fault.rejects) for fault in found]


@pytest.mark.parametrize(
    ("name", "number", "day", "count", "quantity", "amount"),
    [
        ("ORDERS_D03B.edi", "BKOD99", "2005-11-07", 4, "76", "0"),
        ("ORDERS_D96A_a.edi", "801715918011", "2015-08-03", 2, "16", "0"),
        ("ORDERS_D96A_b.edi", "PO123456", "2025-03-22", 1, "10", "250.00"),
    ],
)
def test_the_published_orders_give_their_fields(
    name: str, number: str, day: str, count: int, quantity: str, amount: str
) -> None:
    reading = read((DOCUMENTS / name).read_bytes(), Hints())
    found = lines(reading)
    assert reading.format is Format.EDIFACT
    assert [order.role for order in reading.orders] == [Role.ORDER]
    assert reading.orders[0].text("po_number") == number
    assert reading.orders[0].text("ordered_on") == day
    assert reading.orders[0].text("currency") == ""
    assert reading.orders[0].text("total") == ""
    assert len(found) == count
    assert sum(Decimal(line["quantity"]) for line in found) == Decimal(quantity)
    assert sum(Decimal(line["quantity"]) * Decimal(line.get("unit_price", "0")) for line in found) == Decimal(amount)


@pytest.mark.parametrize("name", ["ORDERS_D96A_a.edi", "ORDERS_D96A_b.edi"])
def test_an_interchange_that_is_not_closed_is_refused_unless_the_partner_is_known_for_it(name: str) -> None:
    content = (DOCUMENTS / name).read_bytes()
    last = 18 if name.endswith("a.edi") else 13
    assert faults(read(content, Hints())) == [("D_MISSING_SEGMENT", f"segment {last} (UNZ)", True)]
    lenient = read(content, Hints(profile={"lenient": "counts"}))
    assert faults(lenient) == [("D_MISSING_SEGMENT", f"segment {last} (UNZ)", False)]


def test_a_full_order_gives_every_field_it_states() -> None:
    reading = read(interchange(ORDER), Hints())
    assert faults(reading) == []
    assert texts(reading) == {
        "po_number": "PO4711",
        "ordered_on": "2026-11-20",
        "requested_on": "2026-12-05",
        "note": "Please call before delivery use the back gate",
        "terms": "CT FRAME-9; TOD 3 EXW",
        "customer_gln": "5412345000013",
        "customer_name": "Bike Shop Ltd",
        "customer_tax_id": "GB123456789",
        "contact": "Ann Lee",
        "contact_email": "ann@example.com",
        "ship_to_name": "Bike Shop Depot",
        "ship_to_text": "Mill Lane 5, Unit 2, LS1 4AB Leeds, GB",
        "currency": "EUR",
        "net_total": "1507.88",
        "tax_total": "301.58",
        "total": "1809.46",
        "line_count": "2",
    }
    assert lines(reading) == [
        {
            "line_no": "1",
            "barcode": "4006381333931",
            "item": "BK-M18",
            "customer_item": "C-77",
            "description": "Mountain bike , black",
            "quantity": "12",
            "unit": "PCE",
            "requested_on": "2026-12-02",
            "amount": "1500.00",
            "unit_price": "12500.00",
            "price_basis": "100",
        },
        {
            "line_no": "2",
            "item": "BK-R19",
            "quantity": "3.5",
            "unit": "KGM",
            "note": "Gift wrap",
            "unit_price": "2.25",
        },
    ]


def test_a_value_tells_where_it_stands_and_how_it_was_written() -> None:
    line = read(interchange(ORDER), Hints()).orders[0].lines[0]
    assert line["unit_price"].place == Place("message 1, segment 22 (PRI), element 1.2")
    assert line["unit_price"].raw == "12500,00"
    assert line["requested_on"].raw == "20261202"


def test_the_envelope_tells_what_a_receipt_repeats() -> None:
    head = "UNB+UNOC:3+5412345000013:14+4012345000009:14+261120:0930+77+++++1++1'"
    envelope = read(interchange(ORDER, head.replace("+++++1++1", "++++1++1")), Hints()).envelope
    assert (envelope.sender, envelope.receiver, envelope.control) == ("5412345000013", "4012345000009", "77")
    assert envelope.wants_receipt is True
    assert envelope.is_test is True
    assert envelope.details["message.1"] == "ORDERS:D:96A:UN:EAN008"
    assert envelope.details["sender_qualifier"] == "14"


@pytest.mark.parametrize(
    ("kind", "function", "role"),
    [
        ("ORDERS", "9", Role.ORDER),
        ("ORDERS", "1", Role.CANCELLATION),
        ("ORDERS", "5", Role.CHANGE),
        ("ORDCHG", "4", Role.CHANGE),
        ("ORDCHG", "1", Role.CANCELLATION),
    ],
)
def test_the_message_function_says_what_is_wanted(kind: str, function: str, role: Role) -> None:
    body = [ORDER[0].replace("ORDERS", kind), f"BGM+220+C9+{function}", ORDER[2], "RFF+ON:PO4711", *ORDER[15:]]
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is role
    assert reading.orders[0].text("refers_to") == ("" if role is Role.ORDER else "PO4711")


def test_a_change_says_what_is_to_be_done_with_each_line() -> None:
    body = [
        "UNH+1+ORDCHG:D:01B:UN", "BGM+230+C9+4", "DTM+137:20261121:102", "RFF+ON:PO4711", "LIN+1+2+A:SA",
        "LIN+2+3+B:SA", "QTY+21:4", "LIN+3+1+C:SA", "QTY+21:1", "UNS+S",
    ]  # fmt: skip
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert [line["action"] for line in lines(reading)] == ["delete", "change", "add"]


def test_a_cancellation_needs_no_lines() -> None:
    body = ["UNH+1+ORDERS:D:96A:UN", "BGM+220+PO1+1", "DTM+137:20261121:102", "UNS+S"]
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is Role.CANCELLATION
    assert reading.orders[0].text("refers_to") == "PO1"


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("20261201:102", "2026-12-01"),
        ("261201:101", "2026-12-01"),
        ("202612011530:203", "2026-12-01"),
        ("20261201153000:204", "2026-12-01"),
        ("011226:2", "2026-12-01"),
        ("120126:3", "2026-12-01"),
        ("01122026:4", "2026-12-01"),
        ("20261201", "2026-12-01"),
        ("20261128-20261201:718", "2026-12-01"),
        ("2026112820261201:718", "2026-12-01"),
        ("202612011530UTC:303", "2026-12-01"),
    ],
)
def test_dates_are_read_by_their_stated_form(date: str, iso: str) -> None:
    body = [line.replace("DTM+2:20261202:102", f"DTM+2:{date}") for line in ORDER]
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert lines(reading)[0]["requested_on"] == iso


def test_a_week_is_left_as_written_and_doubted() -> None:
    body = [line.replace("DTM+2:20261202:102", "DTM+2:202649:616") for line in ORDER]
    reading = read(interchange(body), Hints())
    assert faults(reading) == [("D_DOUBTFUL", "message 1, segment 20 (DTM), element 1.2", False)]
    assert lines(reading)[0]["requested_on"] == "202649"


def test_other_service_characters_and_released_ones_are_read() -> None:
    content = b"UNA|*,! #UNB*UNOA|3*A*B*261120|0930*5#UNH*1*ORDERS|D|96A|UN#BGM*220*P!*1!!!#*9#DTM*137|20261120|102#"
    content += b"LIN*1**X!|Y|SA#QTY*21|1,5#PRI*AAA|0,5#UNS*S#UNT*8*1#UNZ*1*5#"
    reading = read(content, Hints())
    assert faults(reading) == []
    assert reading.orders[0].text("po_number") == "P*1!#"
    assert lines(reading) == [{"line_no": "1", "item": "X|Y", "quantity": "1.5", "unit_price": "0.5"}]


@pytest.mark.parametrize(
    ("syntax", "codec", "name"),
    [
        ("UNOC:3", "iso8859-1", "Gärtner & Söhne"),
        ("UNOD:3", "iso8859-2", "Łódź"),
        ("UNOE:3", "iso8859-5", "Велосипед"),
        ("UNOF:3", "iso8859-7", "Ποδήλατο"),
        ("UNOW:4", "utf-8", "华信自行车"),
        ("UNOY:4", "utf-8", "华信自行车"),
    ],
)
def test_character_sets_are_those_the_syntax_states(syntax: str, codec: str, name: str) -> None:
    text = interchange(ORDER).decode().replace("UNOC:3", syntax).replace("Bike Shop Ltd", name)
    reading = read(text.encode(codec), Hints())
    assert faults(reading) == []
    assert reading.orders[0].text("customer_name") == name


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_chinese_under_a_wrong_label_is_read_and_told_of(codec: str) -> None:
    text = interchange(ORDER).decode().replace("UNOC:3", "UNOA:1").replace("Bike Shop Ltd", "华信自行车")
    reading = read(text.encode(codec), Hints())
    assert faults(reading) == [("D_ENCODING", "segment 1 (UNB), element 1.1", False)]
    assert reading.orders[0].text("customer_name") == "华信自行车"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    reading = read(interchange(ORDER).decode().encode(codec), Hints())
    assert faults(reading) == []
    assert reading.orders[0].text("po_number") == "PO4711"


def test_lines_wrapped_at_eighty_signs_are_joined() -> None:
    text = interchange(ORDER).decode().replace("\n", "")
    wrapped = "\r\n".join(text[start : start + 80] for start in range(0, len(text), 80))
    assert read(wrapped.encode(), Hints()).orders == read(text.encode(), Hints()).orders


def test_several_groups_and_messages_each_give_their_order() -> None:
    def message(reference: str, number: str) -> str:
        body = [f"UNH+{reference}+ORDERS:D:96A:UN", f"BGM+220+{number}+9", *ORDER[2:3], *ORDER[22:24], "UNS+S"]
        return "".join(f"{segment}'" for segment in [*body, f"UNT+7+{reference}"])

    groups = f"UNG+ORDERS+A+B+261120:0930+G1+UN+D:96A'{message('1', 'P1')}{message('2', 'P2')}UNE+2+G1'"
    groups += f"UNG+ORDERS+A+B+261120:0930+G2+UN+D:96A'{message('1', 'P3')}UNE+1+G2'"
    reading = read((HEAD + groups + "UNZ+2+77'").encode(), Hints())
    assert faults(reading) == []
    assert [order.text("po_number") for order in reading.orders] == ["P1", "P2", "P3"]
    assert reading.orders[2].fields["po_number"].place == Place("message 3, segment 2 (BGM), element 2.1")


def test_a_partner_may_mean_something_else_by_a_qualifier() -> None:
    body = [line.replace("C-77:IN", "C-77:IN+NN-1:ZZZ").replace("DTM+2:", "DTM+36:") for line in ORDER]
    profile = {"item.SA": "", "item.ZZZ": "item", "date.36": "requested_on", "date.63": "", "price_basis": "1000"}
    reading = read(interchange(body), Hints(profile=profile))
    assert faults(reading) == [("D_MISSING_SEGMENT", "message 1, segment 23 (LIN), element 3", False)]
    assert lines(reading)[0]["item"] == "NN-1"
    assert lines(reading)[0]["requested_on"] == "2026-12-02"
    assert [line["price_basis"] for line in lines(reading)] == ["100", "1000"]
    assert reading.orders[0].text("requested_on") == "2026-12-01"


def test_a_receipt_says_what_became_of_what_we_sent() -> None:
    body = [
        "UNH+1+CONTRL:D:3:UN", "UCI+42+US:14+THEM:14+7", "UCM+1+ORDRSP:D:96A:UN+4", "UCS+7+13", "UCS+9",
        "UCD+12+2:3",
    ]  # fmt: skip
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is Role.RECEIPT
    assert texts(reading) == {"refers_to": "42", "note": "accepted"}
    assert lines(reading) == [{"line_no": "1", "action": "rejected", "note": "UCS 7 13; UCS 9; UCD 12 2:3"}]


def test_an_empty_document_is_named_so() -> None:
    assert faults(read(b" \r\n ", Hints())) == [("D_EMPTY", "", True)]


def test_what_is_no_interchange_gives_faults_and_no_order() -> None:
    reading = read(b"Dear all, please find our order below.", Hints())
    assert reading.orders == ()
    assert {fault.code for fault in reading.faults} == {
        FaultCode.DAMAGED, FaultCode.MISSING_SEGMENT, FaultCode.NO_ORDER,
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:segments.xml not found")
@pytest.mark.parametrize("name", ["ORDERS_D03B.edi", "ORDERS_D96A_a.edi", "ORDERS_D96A_b.edi"])
def test_segments_are_cut_as_another_tokenizer_cuts_them(name: str) -> None:
    text = (DOCUMENTS / name).read_text(encoding="ascii")
    marks, rest, _ = marks_of(text)
    ours = [(segment.tag, [list(element) for element in segment.elements]) for segment in cut(rest, marks)]
    theirs = [
        (segment.tag, [element if isinstance(element, list) else [element] for element in segment.elements])
        for segment in RawSegmentCollection.from_str(text).segments
        if segment.tag != "UNA"
    ]
    assert [tag for tag, _ in ours] == [tag for tag, _ in theirs]
    assert [elements for tag, elements in ours if tag != "COM"] == [e for tag, e in theirs if tag != "COM"]


def test_without_a_una_the_usual_characters_hold() -> None:
    assert marks_of("UNB+UNOA:3+A+B")[0] == Marks()


def test_a_description_that_fills_its_element_goes_on_in_the_next() -> None:
    text = "Mountain bike with a very long name" + " and a wide tyre"
    body = [line.replace("Mountain bike:, black", f"{text[:35]}:{text[35:]}") for line in ORDER]
    assert len(text[:35]) == 35
    assert lines(read(interchange(body), Hints()))[0]["description"] == text
