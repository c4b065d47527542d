"""Documents of partners' machines that are not whole: what is named first is what is wrong first, in its place."""

import re

import pytest
from tests.interchange.test_edi_dialects import UNB, edifact, lines, x12

from orderloop.interchange.facts import Fault, Format, Hints, Reading
from orderloop.interchange.readers import read

LINE = ("LIN+1++BK-1:SA", "QTY+21:12")
PO1 = "PO1*1*12*EA*2.50**VN*BK-1"
X12 = x12(PO1).decode()
EDIFACT = edifact(*LINE).decode()
UBL = """<?xml version="1.0"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>PO-1</cbc:ID><cbc:IssueDate>2026-11-20</cbc:IssueDate>
<cac:BuyerCustomerParty><cac:Party><cac:PartyName><cbc:Name>B</cbc:Name></cac:PartyName></cac:Party>
</cac:BuyerCustomerParty><cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>S</cbc:Name></cac:PartyName>
</cac:Party></cac:SellerSupplierParty>
<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">12</cbc:Quantity><cac:Item>
<cbc:Name>Bike</cbc:Name><cac:SellersItemIdentification><cbc:ID>BK-1</cbc:ID></cac:SellersItemIdentification>
</cac:Item></cac:LineItem></cac:OrderLine>
</Order>"""


def without(text: str, *tags: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(tags))


def faults(reading: Reading) -> list[Fault]:
    return [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]


def told(reading: Reading) -> list[tuple[str, str, str, bool]]:
    return [
        (each.code.value, each.place.path, each.params.get("name") or each.params.get("detail", ""), each.rejects)
        for each in faults(reading)
    ]


def test_the_documents_are_good_before_they_are_broken() -> None:
    for text in (X12, EDIFACT, UBL):
        reading = read(text.encode(), Hints())
        assert (faults(reading), lines(reading, "item", "quantity")) == ([], [("BK-1", "12")])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (without(X12, "GS", "GE"), ("D_MISSING_SEGMENT", "segment 2 (ST)", "GS", True)),
        (without(X12, "GS"), ("D_MISSING_SEGMENT", "segment 2 (ST)", "GS", True)),
        (without(X12, "ST"), ("D_MISSING_SEGMENT", "segment 3 (BEG)", "ST", True)),
        (X12.replace("*U*00401", "*00401"), ("D_ENVELOPE", "segment 1 (ISA)", "ISA01-ISA15", True)),
        (X12[:60], ("D_ENVELOPE", "segment 1 (ISA)", "ISA01-ISA08", True)),
        (X12[: X12.index("CTT")] + "CT", ("D_DAMAGED", "message 1, segment 4 (CT)", "CT", True)),
        (without(EDIFACT, "UNH"), ("D_MISSING_SEGMENT", "segment 2 (BGM)", "UNH", True)),
        (without(EDIFACT, "UNB"), ("D_MISSING_SEGMENT", "segment 1 (UNB)", "UNB", True)),
        (f"UNA+:.? '{EDIFACT}", ("D_ENVELOPE", "segment 1 (UNA)", "UNA+:.? '", True)),
        (f"UNA:+'{EDIFACT}", ("D_ENVELOPE", "segment 1 (UNA)", "UNA:+'UNB", True)),
        (re.sub("(</?)Order\\b", r"\1order", UBL), ("D_INVALID_ELEMENT", "/order", "Order-2", True)),
        ("<cxml><Request/></cxml>", ("D_INVALID_ELEMENT", "/cxml", "cXML", True)),
        (UBL[: len(UBL) // 2], ("D_DAMAGED", "", "6:100", True)),
    ],
    ids=lambda case: case[0] if isinstance(case, tuple) else "",
)  # fmt: skip
def test_a_refusal_names_what_is_wrong_first(text: str, cause: tuple[str, str, str, bool]) -> None:
    assert told(read(text.encode(), Hints()))[0] == cause


def test_the_segment_that_is_lost_is_named_before_the_count_it_makes_wrong() -> None:
    assert [code for code, *_rest in told(read(without(EDIFACT, "BGM").encode(), Hints()))] == [
        "D_MISSING_SEGMENT",
        "D_CONTROL_COUNT",
    ]
    torn = EDIFACT.replace("UNS+S", "FTX+AAI+++It's late'\nUNS+S")
    assert told(read(torn.encode(), Hints()))[0] == (
        "D_INVALID_ELEMENT",
        "message 1, segment 7 (s late)",
        "segment",
        True,
    )


@pytest.mark.parametrize(
    "text",
    [
        EDIFACT.replace("+", "|").replace(":", "^").replace("'", "~"),
        EDIFACT.replace("'", ""),
        EDIFACT.replace("'\n", "\r\n"),
        EDIFACT.replace("'", "\x1c").replace("\n", ""),
    ],
    ids=["all others", "lines", "crlf", "control character"],
)
def test_the_signs_an_interchange_uses_without_saying_so_are_read_and_told(text: str) -> None:
    reading = read(text.encode(), Hints())
    assert told(reading) == [("D_MISSING_SEGMENT", "segment 1 (UNA)", "UNA", False)]
    assert lines(reading, "item", "quantity") == [("BK-1", "12")]


@pytest.mark.parametrize(
    ("text", "format", "fault"),
    [
        (X12, Format.X12, ("D_PASSED_OVER", "", "Our order follows.", False)),
        (EDIFACT, Format.EDIFACT, ("D_PASSED_OVER", "", "Our order follows.", False)),
        (UBL.partition("\n")[2], Format.UBL, ("D_DOUBTFUL", "/", "/", False)),
    ],
)
def test_a_line_before_a_document_does_not_hide_what_it_is(
    text: str, format: Format, fault: tuple[str, str, str, bool]
) -> None:
    reading = read(f"Our order follows.\n{text}".encode(), Hints())
    assert (reading.format, told(reading)) == (format, [fault])
    assert lines(reading, "item", "quantity") == [("BK-1", "12")]


def test_the_rest_of_a_document_is_no_text_that_orders() -> None:
    reading = read(UBL[UBL.index("<cbc:IssueDate>") + 3 :].encode(), Hints())
    assert (reading.format, reading.orders) == (Format.XML, ())
    assert any(rejects for *_rest, rejects in told(reading))


def test_a_mail_that_speaks_of_an_interchange_is_none() -> None:
    text = f"Hello,\nyour UNB+UNOA was wrong: {UNB}\nISA is missing too.\nPlease send 5 pcs BK-100.\n"
    reading = read(text.encode(), Hints())
    assert (reading.format, lines(reading, "item", "quantity")) == (Format.TEXT, [("BK-100", "5")])
