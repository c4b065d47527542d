"""The despatch advice in UBL and cXML, and lines ordered for several days in every format's answers."""

import dataclasses
import io
import zipfile
from decimal import Decimal
from functools import cache

import pytest
from lxml import etree
from tests.interchange.answers import AT, CARRIED, HOSTILE, answer_with, answered_line, interchange
from tests.interchange.sample_documents import document
from tests.interchange.test_ubl_writing import FromTheZip, valid

from orderloop.interchange.facts import Despatch, Hints, LineVerdict, Party, Role, Verdict
from orderloop.interchange.readers import read
from orderloop.interchange.rules.xml.ubl_codes import ADVANCED
from orderloop.interchange.writers import cxml, edifact, ubl, x12

UBL = {"buyer_scheme": "GLN", "seller_scheme": "0192"}
CXML = {"payload_id": "p-1", "order_date": "2026-11-02T09:00:00+01:00", "from_domain": "DUNS", "to_domain": "NetworkId"}
# The root of a despatch advice as UBL 2.1 has it: our words around the standard's own components.
_SEQUENCE = (
    ("cbc:UBLVersionID", 0, 1), ("cbc:CustomizationID", 0, 1), ("cbc:ProfileID", 0, 1),
    ("cbc:ProfileExecutionID", 0, 1), ("cbc:ID", 1, 1), ("cbc:CopyIndicator", 0, 1), ("cbc:UUID", 0, 1),
    ("cbc:IssueDate", 1, 1), ("cbc:IssueTime", 0, 1), ("cbc:DocumentStatusCode", 0, 1),
    ("cbc:DespatchAdviceTypeCode", 0, 1), ("cbc:Note", 0, 0), ("cbc:LineCountNumeric", 0, 1),
    ("cac:OrderReference", 0, 0), ("cac:AdditionalDocumentReference", 0, 0), ("cac:Signature", 0, 0),
    ("cac:DespatchSupplierParty", 1, 1), ("cac:DeliveryCustomerParty", 1, 1), ("cac:BuyerCustomerParty", 0, 1),
    ("cac:SellerSupplierParty", 0, 1), ("cac:OriginatorCustomerParty", 0, 1), ("cac:Shipment", 0, 1),
    ("cac:DespatchLine", 1, 0),
)  # fmt: skip
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


@cache
def despatch_schema() -> etree.XMLSchema:
    parts = "".join(
        f'<xsd:element ref="{name}" minOccurs="{least}" maxOccurs="{most or "unbounded"}"/>'
        for name, least, most in _SEQUENCE
    )
    text = (
        f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="{_UBL}DespatchAdvice-2"'
        f' xmlns:cac="{_UBL}CommonAggregateComponents-2" xmlns:cbc="{_UBL}CommonBasicComponents-2"'
        f' targetNamespace="{_UBL}DespatchAdvice-2" elementFormDefault="qualified">'
        f'<xsd:import namespace="{_UBL}CommonAggregateComponents-2"'
        ' schemaLocation="../common/UBL-CommonAggregateComponents-2.1.xsd"/>'
        f'<xsd:import namespace="{_UBL}CommonBasicComponents-2"'
        ' schemaLocation="../common/UBL-CommonBasicComponents-2.1.xsd"/>'
        '<xsd:element name="DespatchAdvice" type="DespatchAdviceType"/><xsd:complexType name="DespatchAdviceType">'
        f"<xsd:sequence>{parts}</xsd:sequence></xsd:complexType></xsd:schema>"
    )
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(FromTheZip(zipfile.ZipFile(io.BytesIO(document("ubl/schemas/UBL-2.1-ordering.zip")))))
    return etree.XMLSchema(etree.fromstring(text, parser, base_url="zip:/maindoc/schema.xsd"))


def despatch(*lines: LineVerdict, carrier: str = "DHL", number: str = "T-1", text: str = "") -> Despatch:
    shown = tuple(answered_line(n, verdict, quantity="4", text=text) for n, verdict in enumerate(lines, start=1))
    buyer = Party(text or "Radhaus GmbH", "7300010000001", "GLN")
    return Despatch("SH-5", AT, "SO-5", "PO-77", buyer, Party("Adventure Works", "987654325"), carrier, number, shown)


def well_advised(content: bytes) -> etree._Element:
    """A despatch advice that holds by the schema and by the rules of BIS Despatch Advice 3, in our words."""
    root = etree.fromstring(content)
    despatch_schema().assertValid(root)
    assert root.findtext("{*}CustomizationID") == "urn:fdc:peppol.eu:poacc:trns:despatch_advice:3"
    assert root.findtext("{*}ProfileID") == "urn:fdc:peppol.eu:poacc:bis:despatch_advice:3"
    assert root.findtext("{*}OrderReference/{*}ID")
    for holder in ("DespatchSupplierParty", "DeliveryCustomerParty"):
        party = root.find(f"{{*}}{holder}/{{*}}Party")
        assert party.find("{*}EndpointID").get("schemeID")
        assert party.findtext("{*}PartyName/{*}Name") or party.findtext("{*}PartyIdentification/{*}ID")
    numbers = [line.findtext("{*}ID") for line in root.findall("{*}DespatchLine")]
    assert len(set(numbers)) == len(numbers)
    for line in root.findall("{*}DespatchLine"):
        assert line.findtext("{*}Item/{*}SellersItemIdentification/{*}ID")
        assert line.findtext("{*}Item/{*}Name")
        assert line.find("{*}DeliveredQuantity").get("unitCode")
    assert [node for node in root.iter() if not (node.text or "").strip() and len(node) == 0] == []
    return root


def test_a_shipment_is_advised_in_ubl_with_carrier_number_and_every_line() -> None:
    both = despatch(LineVerdict.ACCEPTED, LineVerdict.BACKORDERED)
    root = well_advised(ubl.despatch_advice(both, interchange(**UBL)))
    assert root.findtext("{*}Shipment/{*}Consignment/{*}CarrierParty/{*}PartyName/{*}Name") == "DHL"
    assert root.findtext("{*}Shipment/{*}Delivery/{*}TrackingID") == "T-1"
    assert root.findtext("{*}Shipment/{*}Delivery/{*}Despatch/{*}ActualDespatchDate") == "2026-11-03"
    told = [
        (line.findtext("{*}OrderLineReference/{*}LineID"), line.findtext("{*}DeliveredQuantity"))
        for line in root.findall("{*}DespatchLine")
    ]
    assert told == [("1", "4"), ("2", "4")]


@pytest.mark.parametrize(("carrier", "number"), [("", ""), ("DHL", ""), ("", "T-1")])
def test_what_is_not_known_of_the_carriage_is_left_out(carrier: str, number: str) -> None:
    sent = despatch(LineVerdict.ACCEPTED, carrier=carrier, number=number)
    root = well_advised(ubl.despatch_advice(sent, interchange(**UBL)))
    assert (root.find(".//{*}Consignment") is not None, root.findtext(".//{*}TrackingID") or "") == (
        bool(carrier), number,
    )  # fmt: skip
    notice = etree.fromstring(cxml.ship_notice_request(sent, interchange(**CXML)))
    assert (notice.find(".//ShipControl"), notice.findtext(".//ShipNoticeHeader/Comments") or "") == (
        None, carrier or number,
    )  # fmt: skip


def test_a_shipment_is_advised_in_cxml_by_the_line_numbers_of_the_order() -> None:
    root = etree.fromstring(cxml.ship_notice_request(despatch(LineVerdict.ACCEPTED), interchange(**CXML)))
    header = root.find("Request/ShipNoticeRequest/ShipNoticeHeader")
    assert (header.get("shipmentID"), header.get("operation")) == ("SH-5", "new")
    assert header.get("shipmentDate") == header.get("noticeDate") == "2026-11-03T08:30:00+00:00"
    control = root.find(".//ShipControl")
    assert [(each.tag, each.text) for each in control] == [("CarrierIdentifier", "DHL"), ("ShipmentIdentifier", "T-1")]
    reference = root.find(".//ShipNoticePortion/OrderReference")
    assert (reference.get("orderID"), reference[0].get("payloadID")) == ("PO-77", "p-1")
    (item,) = root.findall(".//ShipNoticeItem")
    assert dict(item.attrib) == {"quantity": "4", "lineNumber": "1", "shipNoticeLineNumber": "1"}
    assert [each.tag for each in item] == ["ItemID", "UnitOfMeasure"]
    assert (item.findtext("ItemID/SupplierPartID"), item.findtext("UnitOfMeasure")) == ("CH-1", "EA")


def test_our_own_readers_know_what_was_sent() -> None:
    for content in (
        ubl.despatch_advice(despatch(LineVerdict.ACCEPTED), interchange(**UBL)),
        cxml.ship_notice_request(despatch(LineVerdict.ACCEPTED), interchange(**CXML)),
    ):
        (order,) = read(content, Hints()).orders
        assert (order.role, order.text("refers_to")) == (Role.DESPATCH, "PO-77")
        assert order.lines[0]["quantity"].text == "4"


def test_no_text_of_a_customer_breaks_out_of_its_element() -> None:
    hostile = despatch(LineVerdict.ACCEPTED, carrier=HOSTILE, number=HOSTILE, text=HOSTILE)
    root = well_advised(ubl.despatch_advice(hostile, interchange(**UBL)))
    assert root.findtext(".//{*}TrackingID") == CARRIED
    notice = etree.fromstring(cxml.ship_notice_request(hostile, interchange(**CXML)))
    assert notice.findtext(".//ShipmentIdentifier") == CARRIED


def test_who_orders_by_the_advanced_profile_is_answered_by_it() -> None:
    answer = answer_with(Verdict.ACCEPTED, (answered_line(1, LineVerdict.ACCEPTED),))
    root = valid(ubl.order_response(answer, interchange(**UBL, profile_id=ADVANCED)))
    assert (root.findtext("{*}CustomizationID"), root.findtext("{*}ProfileID")) == (
        "urn:fdc:peppol.eu:poacc:trns:order_response_advanced:3", ADVANCED,
    )  # fmt: skip


def in_parts() -> tuple:
    """A line of 10 ordered for two days, of which 4 come on the first and all 6 on the second; and another line."""
    first, second = (answered_line(1, LineVerdict.ACCEPTED, quantity=each) for each in ("4", "6"))
    parts = [
        dataclasses.replace(part, line_no=f"1/{n}", ordered_quantity=Decimal(each), promised_on=day)
        for n, (part, each, day) in enumerate(((first, 4, AT.date()), (second, 6, AT.date().replace(day=20))), start=1)
    ]
    return (*parts, answered_line(2, LineVerdict.ACCEPTED))


def segments(content: bytes, sign: bytes) -> list[str]:
    return [each.strip().decode() for each in content.split(sign)]


def test_an_answer_in_parts_names_the_ordered_line_once_in_edifact_and_each_day_in_its_schedule() -> None:
    found = segments(edifact.write_answer(answer_with(Verdict.ACCEPTED, in_parts()), interchange()), b"'")
    start = found.index("LIN+1+5+CH-1:SA")
    assert found[start:][: found[start:].index("LIN+2+5+CH-2:SA")] == [
        "LIN+1+5+CH-1:SA", "PIA+5+R-1:IN", "IMD+F++:::Chain", "QTY+21:10:EA", "QTY+113:10:EA", "PRI+AAA:2.5",
        "SCC+1", "QTY+113:4:EA", "DTM+2:20261130:102", "DTM+69:20261103:102",
        "SCC+1", "QTY+113:6:EA", "DTM+2:20261130:102", "DTM+69:20261120:102",
    ]  # fmt: skip
    assert "CNT+2:2" in found
    (order,) = read(edifact.write_answer(answer_with(Verdict.ACCEPTED, in_parts()), interchange()), Hints()).orders
    assert ([fault.code for fault in order.faults], [line["line_no"].text for line in order.lines]) == (
        [], ["1/1", "1/2", "2"],
    )  # fmt: skip


def test_an_answer_in_parts_names_the_ordered_line_once_in_x12_and_acknowledges_each_part() -> None:
    found = segments(x12.write_answer(answer_with(Verdict.ACCEPTED, in_parts()), interchange()), b"~")
    assert [each for each in found if each.startswith(("PO1", "ACK", "CTT"))] == [
        "PO1*1*10*EA*2.5**VN*CH-1*BP*R-1", "ACK*IA*4*EA*067*20261103", "ACK*IA*6*EA*067*20261120",
        "PO1*2*10*EA*2.5**VN*CH-2*BP*R-2", "ACK*IA*10*EA*067*20261201", "CTT*2",
    ]  # fmt: skip


def test_a_shipment_of_parts_is_advised_by_the_ordered_line_in_every_format() -> None:
    sent = dataclasses.replace(despatch(LineVerdict.ACCEPTED), lines=in_parts())
    found = segments(edifact.write_despatch(sent, interchange()), b"'")
    assert [each for each in found if each[:3] in ("LIN", "QTY")] == [
        "LIN+1++CH-1:SA", "QTY+12:10:EA", "QTY+21:10:EA", "LIN+2++CH-2:SA", "QTY+12:10:EA", "QTY+21:10:EA",
    ]  # fmt: skip
    found = segments(x12.write_despatch(sent, interchange()), b"~")
    assert [each for each in found if each[:3] in ("LIN", "SN1")] == [
        "LIN*1*VN*CH-1*BP*R-1", "SN1**10*EA**10*EA", "LIN*2*VN*CH-2*BP*R-2", "SN1**10*EA**10*EA",
    ]  # fmt: skip
    root = well_advised(ubl.despatch_advice(sent, interchange(**UBL)))
    assert [line.findtext("{*}DeliveredQuantity") for line in root.findall("{*}DespatchLine")] == ["10", "10"]
    notice = etree.fromstring(cxml.ship_notice_request(sent, interchange(**CXML)))
    assert [item.get("lineNumber") for item in notice.iter("ShipNoticeItem")] == ["1", "2"]
