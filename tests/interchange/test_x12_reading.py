"""What X12 orders say, field by field."""

from decimal import Decimal
from pathlib import Path

import pytest

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Format, Hints, Place, Reading, Role
from orderloop.interchange.readers.x12 import read
from orderloop.interchange.writers.x12 import _unit

DOCUMENTS = Path(__file__).parents[2] / "examples" / "order-documents" / "x12"

ISA = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *261120*0930*U*00401*000000077*1*P*>~"
ORDER = [
    "BEG*00*SA*PO4711**20261120",
    "CUR*BY*USD",
    "REF*CT*FRAME-9",
    "PER*BD*Ann Lee*TE*555*EM*ann@example.com",
    "FOB*DF***02*EXW",
    "ITD*14*3*****30*****NET 30 DAYS",
    "DTM*010*20261125",
    "DTM*002*20261201",
    "N9*L1*NOTES",
    "MSG*Please call before delivery",
    "N1*BY*Bike Shop Ltd*UL*5412345000013",
    "N1*ST*Bike Shop Depot*92*D7",
    "N3*Mill Lane 5*Unit 2",
    "N4*Leeds*WY*LS1 4AB*GB",
    "PO1*1*12*EA*125*HP*VN*BK-M18*BP*C-77*UP*012345678905",
    "PID*F****Mountain bike, black",
    "DTM*002*20261202",
    "PO1*2*3.5*LB*2.25*PP*VN*BK-R19",
    "MSG*Gift wrap",
    "CTT*2*15.5",
    "AMT*TT*22.88",
]


def interchange(body: list[str], kind: str = "850", group: str = "PO", isa: str = ISA) -> bytes:
    segments = [f"ST*{kind}*0001", *body, f"SE*{len(body) + 2}*0001"]
    inner = "".join(f"{segment}~\n" for segment in segments)
    return f"{isa}GS*{group}*BUYER*SELLER*20261120*0930*7*X*004010~\n{inner}GE*1*7~IEA*1*000000077~".encode()


def texts(reading: Reading) -> dict[str, str]:
    return {name: value.text for name, value in reading.orders[0].fields.items()}


def lines(reading: Reading) -> list[dict[str, str]]:
    return [{name: value.text for name, value in line.items()} for line in reading.orders[0].lines]


def faults(reading: Reading) -> list[tuple[str, str, bool]]:
    found = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.place.path, fault.rejects) for fault in found]


@pytest.mark.parametrize(
    ("name", "number", "day", "currency", "count", "quantity", "amount", "last"),
    [
        ("850_simple.edi", "1000012", "2009-08-27", "", 1, "1", "19.95", 15),
        ("850_quilt.edi", "4600000406", "2014-07-24", "USD", 3, "5500", "16555.00", 54),
    ],
)
def test_the_published_orders_give_their_fields(
    name: str, number: str, day: str, currency: str, count: int, quantity: str, amount: str, last: int
) -> None:
    content = (DOCUMENTS / name).read_bytes()
    reading = read(content, Hints())
    found = lines(reading)
    assert reading.format is Format.X12
    assert [order.role for order in reading.orders] == [Role.ORDER]
    assert reading.orders[0].text("po_number") == number
    assert reading.orders[0].text("ordered_on") == day
    assert reading.orders[0].text("currency") == currency
    assert reading.orders[0].text("total") == ""
    assert len(found) == count
    assert sum(Decimal(line["quantity"]) for line in found) == Decimal(quantity)
    assert sum(Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in found) == Decimal(amount)
    # Both interchanges end under another control number than they began with.
    assert faults(reading) == [("D_CONTROL_REFERENCE", f"segment {last} (IEA), element 2", True)]
    lenient = read(content, Hints(profile={"lenient": "counts"}))
    assert faults(lenient) == [("D_CONTROL_REFERENCE", f"segment {last} (IEA), element 2", False)]


def test_a_full_order_gives_every_field_it_states() -> None:
    reading = read(interchange(ORDER), Hints())
    assert faults(reading) == []
    assert texts(reading) == {
        "po_number": "PO4711",
        "ordered_on": "2026-11-20",
        "currency": "USD",
        "terms": "CT FRAME-9; FOB DF 02 EXW; NET 30 DAYS",
        "contact": "Ann Lee",
        "contact_email": "ann@example.com",
        "requested_on": "2026-12-01",
        "note": "Please call before delivery",
        "customer_name": "Bike Shop Ltd",
        "customer_gln": "5412345000013",
        "ship_to_name": "Bike Shop Depot",
        "ship_to_code": "D7",
        "ship_to_text": "Mill Lane 5, Unit 2, Leeds, WY LS1 4AB, GB",
        "line_count": "2",
        "total": "22.88",
    }
    assert lines(reading) == [
        {
            "line_no": "1",
            "quantity": "12",
            "unit": "EA",
            "unit_price": "125",
            "price_basis": "100",
            "item": "BK-M18",
            "customer_item": "C-77",
            "barcode": "012345678905",
            "description": "Mountain bike, black",
            "requested_on": "2026-12-02",
        },
        {"line_no": "2", "quantity": "3.5", "unit": "LB", "unit_price": "2.25", "item": "BK-R19", "note": "Gift wrap"},
    ]
    assert reading.orders[0].lines[0]["unit_price"].place == Place("message 1, segment 16 (PO1), element 4")


def test_the_envelope_tells_what_a_receipt_repeats() -> None:
    envelope = read(interchange(ORDER), Hints()).envelope
    assert (envelope.sender, envelope.receiver, envelope.control) == ("BUYER", "SELLER", "000000077")
    assert (envelope.wants_receipt, envelope.is_test) == (True, False)
    assert envelope.details["group.1"] == "PO"
    assert envelope.details["group.1.reference"] == "7"
    assert envelope.details["message.1"] == "850"


@pytest.mark.parametrize(
    ("purpose", "role", "refers"),
    [("00", Role.ORDER, ""), ("01", Role.CANCELLATION, "PO4711"), ("05", Role.CHANGE, "PO4711")],
)
def test_the_purpose_says_what_is_wanted(purpose: str, role: Role, refers: str) -> None:
    body = [line.replace("BEG*00", f"BEG*{purpose}") for line in ORDER]
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is role
    assert reading.orders[0].text("refers_to") == refers


def test_a_change_says_what_is_to_be_done_with_each_line() -> None:
    body = [
        "BCH*04*SA*PO4711**1*20261120", "POC*1*DI*0*0*EA*12.5*PE*VN*A", "POC*2*QI*8*2*EA*3*PE*VN*B",
        "POC*3*AI*1*1*EA*4*PE*VN*C", "POC*4*NC*5*5*EA*4*PE*VN*D", "CTT*4",
    ]  # fmt: skip
    reading = read(interchange(body, "860", "PC"), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is Role.CHANGE
    assert texts(reading) == {
        "po_number": "PO4711", "ordered_on": "2026-11-20", "line_count": "4", "refers_to": "PO4711",
    }  # fmt: skip
    assert [line["action"] for line in lines(reading)] == ["delete", "change", "add", "none"]
    assert lines(reading)[1]["quantity"] == "8"


def test_a_cancellation_by_change_needs_no_lines() -> None:
    reading = read(interchange(["BCH*01*SA*PO4711**1*20261120"], "860", "PC"), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is Role.CANCELLATION


@pytest.mark.parametrize(
    ("basis", "price_basis"),
    [("PE", None), ("WE", None), ("HP", "100"), ("TP", "1000"), ("PD", "12"), ("", None), ("UM", None)],
)
def test_a_price_basis_is_part_of_the_price(basis: str, price_basis: str | None) -> None:
    body = [ORDER[0], f"PO1*1*12*EA*9.5*{basis}*VN*A"]
    reading = read(interchange(body), Hints())
    assert faults(reading) == []
    assert lines(reading)[0].get("price_basis") == price_basis
    assert lines(reading)[0]["unit_price"] == "9.5"


@pytest.mark.parametrize("delimiters", ["*>~", "|:\n", "\x1d\x1f\x1e", "+:'", "^@#"])
def test_delimiters_are_those_the_isa_shows(delimiters: str) -> None:
    content = interchange(ORDER).decode().replace("\n", "")
    for old, new in zip("*>~", delimiters, strict=True):
        content = content.replace(old, new)
    reading = read(content.encode(), Hints())
    assert faults(reading) == []
    assert reading.orders[0].text("po_number") == "PO4711"
    assert len(reading.orders[0].lines) == 2


def test_an_isa_that_states_no_component_separator_is_read() -> None:
    content = interchange(ORDER, isa=ISA.replace("*>~", "*~") + "\n")
    assert faults(read(content, Hints())) == []
    assert read(content, Hints()).orders == read(interchange(ORDER), Hints()).orders


def test_a_learnt_price_basis_holds_where_the_document_says_nothing() -> None:
    reading = read(interchange(ORDER), Hints(formats={"price_basis": "1000"}))
    assert [line["price_basis"] for line in lines(reading)] == ["100", "1000"]


def test_an_unpadded_isa_behind_a_mark_with_indented_segments_is_read() -> None:
    isa = "ISA*00**00**ZZ*BUYER*ZZ*SELLER*261120*0930*U*00401*000000077*0*P*>~"
    content = interchange(ORDER, isa=isa).decode().replace("\n", "\r\n\t  ")
    reading = read(("\ufeff\r\n  " + content).encode(), Hints())
    assert faults(reading) == []
    assert reading.orders == read(interchange(ORDER), Hints()).orders


def test_several_groups_and_sets_each_give_their_order() -> None:
    def group(number: int, orders: list[str]) -> str:
        sets = "".join(
            f"ST*850*{place:04}~BEG*00*SA*{order}**20261120~PO1*1*1*EA*1**VN*A~SE*4*{place:04}~"
            for place, order in enumerate(orders, start=1)
        )
        return f"GS*PO*A*B*20261120*0930*{number}*X*004010~{sets}GE*{len(orders)}*{number}~"

    content = ISA + group(1, ["P1", "P2"]) + group(2, ["P3"]) + "IEA*2*000000077~"
    reading = read(content.encode(), Hints())
    assert faults(reading) == []
    assert [order.text("po_number") for order in reading.orders] == ["P1", "P2", "P3"]
    assert reading.orders[2].fields["po_number"].place == Place("message 3, segment 2 (BEG), element 3")
    assert reading.envelope.details["message.3.group"] == "2"


def test_a_partner_may_mean_something_else_by_a_qualifier() -> None:
    body = [line.replace("N1*BY", "N1*Z7").replace("DTM*002", "DTM*018") for line in ORDER]
    profile = {
        "item.VN": "customer_item",
        "item.BP": "item",
        "date.018": "requested_on",
        "date.010": "",
        "party.Z7": "customer",
    }
    reading = read(interchange(body), Hints(profile=profile))
    assert faults(reading) == []
    assert reading.orders[0].text("customer_name") == "Bike Shop Ltd"
    assert reading.orders[0].text("requested_on") == "2026-12-01"
    assert lines(reading)[0]["customer_item"] == "BK-M18"
    assert lines(reading)[0]["item"] == "C-77"


def test_a_receipt_says_what_became_of_what_we_sent() -> None:
    body = [
        "AK1*PR*42",
        "AK2*855*0001",
        "AK3*PO1*8**8",
        "AK4*2*380*6*x",
        "AK5*R*5",
        "AK2*855*0002",
        "AK5*A",
        "AK9*P*2*2*1",
    ]
    reading = read(interchange(body, "997", "FA"), Hints())
    assert faults(reading) == []
    assert reading.orders[0].role is Role.RECEIPT
    assert texts(reading) == {"refers_to": "42", "note": "partially_accepted"}
    assert lines(reading) == [
        {"line_no": "0001", "note": "AK3 PO1 8 8; AK4 2 380 6 x", "action": "rejected"},
        {"line_no": "0002", "action": "accepted"},
    ]


def test_an_interchanges_own_receipt_is_read_too() -> None:
    content = f"{ISA}TA1*000000042*261120*0930*R*022~IEA*0*000000077~"
    reading = read(content.encode(), Hints())
    assert faults(reading) == []
    assert texts(reading) == {"refers_to": "000000042", "note": "rejected"}


def test_chinese_text_is_read_in_either_encoding() -> None:
    text = interchange(ORDER).decode().replace("Bike Shop Ltd", "华信自行车")
    assert faults(read(text.encode(), Hints())) == []
    assert read(text.encode(), Hints()).orders[0].text("customer_name") == "华信自行车"
    guessed = read(text.encode("gb18030"), Hints())
    assert guessed.orders[0].text("customer_name") == "华信自行车"
    assert faults(guessed) == [("D_ENCODING", "segment 1 (ISA)", False)]


def test_an_empty_document_is_named_so() -> None:
    assert faults(read(b"\r\n", Hints())) == [("D_EMPTY", "", True)]


@pytest.mark.parametrize(
    "content", [b"Dear all", b"ISA", b"ISA*00*1~", b"ISA" + b"*" * 50, b"ISAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_what_is_no_interchange_is_refused_as_such(content: bytes) -> None:
    reading = read(content, Hints())
    assert reading.orders == ()
    assert faults(reading) == [("D_ENVELOPE", "segment 1 (ISA)", True)]


@pytest.mark.parametrize(
    ("code", "unit", "canonical"),
    [("ST", "SET", "SET"), ("SH", "SHEET", "SHEET"), ("CA", "CASE", "CTN"), ("MR", "M", "M"), ("PA", "PAIL", None),
     ("EA", "EA", "EA"), ("PK", "PK", "PK")],
)  # fmt: skip
def test_a_unit_means_what_x12_means_by_its_code(code, unit, canonical) -> None:
    (line,) = read(interchange([ORDER[0], f"PO1*1*12*{code}*9.5**VN*A"]), Hints()).orders[0].lines
    assert (line["unit"].text, line["unit"].raw, canonical_unit(line["unit"].text)) == (unit, code, canonical)
    assert _unit(unit) == code
