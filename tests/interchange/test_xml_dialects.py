"""UBL, cXML and openTRANS as partners nobody has seen before write them: each habit read, or told of with its place."""

import re

import pytest
from tests.interchange.ubl_orders import ORDER, as_change, changed

from orderloop.interchange.facts import Hints, Reading, ReadOrder, Role
from orderloop.interchange.readers import read
from orderloop.interchange.rules.xml.ubl_codes import ADVANCED

CXML = """<?xml version="1.0" encoding="UTF-8"?>
<cXML payloadID="1@buyer.example" timestamp="2026-11-20T08:00:00+01:00">
<Header><From><Credential domain="NetworkId"><Identity>AN-1</Identity></Credential></From>
<To><Credential domain="NetworkId"><Identity>AN-2</Identity></Credential></To>
<Sender><Credential domain="NetworkId"><Identity>AN-1</Identity></Credential></Sender></Header>
<Request><OrderRequest><OrderRequestHeader orderID="PO-1" orderDate="2026-11-20T08:00:00.1234567+01:00">
<Total><Money currency="EUR">1,250.00</Money></Total>HEADER</OrderRequestHeader>
<ItemOut quantity="5" lineNumber="1"><ItemID><SupplierPartID>BK-1</SupplierPartID></ItemID><ItemDetail>
<UnitPrice><Money currency="EUR">250.00</Money></UnitPrice><Description xml:lang="en">Bike</Description>
<UnitOfMeasure>EA</UnitOfMeasure></ItemDetail>LINE1</ItemOut>
<ItemOut quantity="0.5" lineNumber="2"><ItemID><SupplierPartID>BK-2</SupplierPartID></ItemID><ItemDetail>
<UnitPrice><Money currency="EUR">0</Money></UnitPrice><Description xml:lang="en">Oil</Description>
<UnitOfMeasure>LTR</UnitOfMeasure></ItemDetail>LINE2</ItemOut>
</OrderRequest></Request></cXML>"""


def cxml(header: str = "", line1: str = "", line2: str = "") -> Reading:
    return read(CXML.replace("HEADER", header).replace("LINE1", line1).replace("LINE2", line2).encode(), Hints())


def ship_to(code: str, name: str = "Depot") -> str:
    return (
        f'<ShipTo><Address addressID="{code}"><Name xml:lang="en">{name}</Name><PostalAddress><Street>Lane 5</Street>'
        '<City>Leeds</City><Country isoCountryCode="GB">UK</Country></PostalAddress></Address></ShipTo>'
    )


def told(reading: Reading) -> list[tuple[str, str, bool]]:
    faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.params.get("name", ""), fault.rejects) for fault in faults]


def only(reading: Reading) -> ReadOrder:
    (order,) = reading.orders
    return order


def test_an_order_of_a_partner_who_may_change_it_keeps_the_networks_rules() -> None:
    reading = read(changed(("urn:fdc:peppol.eu:poacc:bis:ordering:3", ADVANCED)), Hints())
    assert told(reading) == told(read(ORDER.encode(), Hints()))


def test_a_change_is_not_measured_by_what_only_an_order_is_called() -> None:
    text = (
        as_change().replace("trns:order:3", "trns:order_change:3").replace("bis:ordering:3", "bis:advanced_ordering:3")
    )
    reading = read(text.encode(), Hints())
    assert (only(reading).role, [each for each in told(reading) if each[1] in ("ProfileID", "CustomizationID")]) == (
        Role.CHANGE, [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("<cbc:OrderTypeCode>221</cbc:OrderTypeCode>", "OrderTypeCode"),
        ("<cbc:OrderTypeCode>227</cbc:OrderTypeCode>", "OrderTypeCode"),
        ("<cbc:OrderTypeCode>220</cbc:OrderTypeCode>", ""),
    ],
)
def test_an_order_that_is_no_firm_one_is_doubted(element: str, name: str) -> None:
    reading = read(changed(("<cbc:DocumentCurrencyCode>", f"{element}<cbc:DocumentCurrencyCode>")), Hints())
    assert told(reading) == ([("D_DOUBTFUL", name, False)] if name else [])


@pytest.mark.parametrize(("said", "doubts"), [("true", [("D_DOUBTFUL", "CopyIndicator", False)]), ("false", [])])
def test_a_copy_of_an_order_is_doubted(said: str, doubts: list[tuple[str, str, bool]]) -> None:
    element = f"<cbc:CopyIndicator>{said}</cbc:CopyIndicator><cbc:IssueDate>"
    assert told(read(changed(("<cbc:IssueDate>", element)), Hints())) == doubts


def test_allowances_and_charges_are_told_with_all_they_say() -> None:
    order = only(read(ORDER.encode(), Hints()))
    assert order.text("terms") == "FC 10 % +7.00 EUR; 95 -2.00 EUR"
    assert [line["note"].text if "note" in line else "" for line in order.lines] == ["", "Assembly +1.00 EUR"]


def test_the_party_of_delivery_names_the_place_where_no_location_is_numbered() -> None:
    delivery = (
        "<cac:Delivery><cac:DeliveryLocation><cbc:ID>D7</cbc:ID></cac:DeliveryLocation><cac:DeliveryParty>"
        '<cac:PartyIdentification><cbc:ID schemeID="0088">7300010000001</cbc:ID></cac:PartyIdentification>'
        "</cac:DeliveryParty></cac:Delivery><cac:AllowanceCharge>"
    )
    both = changed(("<cac:AllowanceCharge>", delivery))
    assert only(read(both, Hints())).text("ship_to_code") == "D7"
    party = both.replace(b"<cac:DeliveryLocation><cbc:ID>D7</cbc:ID></cac:DeliveryLocation>", b"")
    assert only(read(party, Hints())).text("ship_to_code") == "7300010000001"


# -- cXML


def test_a_time_may_be_told_to_seven_digits() -> None:
    assert (only(cxml()).text("ordered_on"), told(cxml())) == ("2026-11-20", [])


@pytest.mark.parametrize("role", ["supplier", "supplierCorporate", "sales", "orderingLocation", "remitTo"])
def test_a_contact_on_our_side_is_not_the_customers(role: str) -> None:
    contact = f'<Contact role="{role}"><Name xml:lang="en">We</Name><Email>we@seller.example</Email></Contact>'
    order = only(cxml(contact))
    assert (order.text("contact"), order.text("contact_email")) == ("", "")
    theirs = '<Contact role="endUser"><Name xml:lang="en">Ann</Name><Email>ann@buyer.example</Email></Contact>'
    order = only(cxml(contact + theirs))
    assert (order.text("contact"), order.text("contact_email")) == ("Ann", "ann@buyer.example")


def test_a_comment_is_told_without_the_names_of_its_attachments() -> None:
    comment = '<Comments xml:lang="en">See drawing <Attachment><URL>cid:1@buyer</URL></Attachment></Comments>'
    order = only(cxml(comment, line1=comment))
    assert (order.text("note"), order.lines[0]["note"].text) == ("See drawing", "See drawing")


def test_days_of_payment_and_a_charge_for_carriage_stand_in_the_terms() -> None:
    freight = '<Shipping><Money currency="EUR">{}</Money><Description xml:lang="en">Ground</Description></Shipping>'
    payment = '<PaymentTerm payInNumberOfDays="30"/>'
    assert only(cxml(freight.format("25.00") + payment)).text("terms") == "30 days; Ground 25.00 EUR"
    assert only(cxml(freight.format("0.00"))).text("terms") == ""


def test_the_address_of_the_lines_counts_where_the_header_has_none() -> None:
    reading = cxml("", ship_to("2271"), ship_to("2271"))
    order = only(reading)
    assert {name: value.text for name, value in order.fields.items() if name.startswith("ship_to")} == {
        "ship_to_code": "2271", "ship_to_name": "Depot", "ship_to_text": "Lane 5, Leeds, UK",
    }  # fmt: skip
    assert told(reading) == []


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [("", ship_to("1"), ship_to("2")), (ship_to("1"), "", ship_to("2")), ("", ship_to(""), ship_to("", "Shop"))],
)
def test_lines_for_several_places_wait_for_a_person(header: str, first: str, second: str) -> None:
    assert told(cxml(header, first, second)) == [("D_UNSUPPORTED", "ItemOut/ShipTo", False)]


# -- openTRANS

OPENTRANS = """<?xml version="1.0" encoding="UTF-8"?>
<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" xmlns:bme="http://www.bmecat.org/bmecat/2005" version="2.1">
<ORDER_HEADER><ORDER_INFO><ORDER_ID>PO-1</ORDER_ID><ORDER_DATE>2026-11-20T08:00:00</ORDER_DATE><PARTIES>
<PARTY><bme:PARTY_ID type="buyer_specific">10</bme:PARTY_ID><PARTY_ROLE>supplier</PARTY_ROLE></PARTY>
<PARTY><bme:PARTY_ID type="supplier_specific">20</bme:PARTY_ID><PARTY_ROLE>buyer</PARTY_ROLE><ADDRESS>
<bme:NAME>Radhaus</bme:NAME><CONTACT_DETAILS><bme:CONTACT_NAME>Lee</bme:CONTACT_NAME>
<bme:FIRST_NAME>Ann</bme:FIRST_NAME></CONTACT_DETAILS></ADDRESS></PARTY>
<PARTY><bme:PARTY_ID type="supplier_specific">30</bme:PARTY_ID><PARTY_ROLE>delivery</PARTY_ROLE><ADDRESS>
<bme:NAME>Depot</bme:NAME><bme:NAME2>Floor 5</bme:NAME2><bme:STREET>Lane 5</bme:STREET></ADDRESS></PARTY></PARTIES>
<ORDER_PARTIES_REFERENCE><bme:BUYER_IDREF>20</bme:BUYER_IDREF><bme:SUPPLIER_IDREF>10</bme:SUPPLIER_IDREF>
<SHIPMENT_PARTIES_REFERENCE><DELIVERY_IDREF>30</DELIVERY_IDREF></SHIPMENT_PARTIES_REFERENCE></ORDER_PARTIES_REFERENCE>
</ORDER_INFO></ORDER_HEADER><ORDER_ITEM_LIST><ORDER_ITEM><LINE_ITEM_ID>1</LINE_ITEM_ID><PRODUCT_ID>
<bme:SUPPLIER_PID>BK-1</bme:SUPPLIER_PID><bme:INTERNATIONAL_PID type="portal">667</bme:INTERNATIONAL_PID>
<bme:INTERNATIONAL_PID type="ean">4006381333931</bme:INTERNATIONAL_PID></PRODUCT_ID><QUANTITY>2</QUANTITY>
<bme:ORDER_UNIT>C62</bme:ORDER_UNIT><PRODUCT_PRICE_FIX><bme:PRICE_AMOUNT>5</bme:PRICE_AMOUNT><ALLOW_OR_CHARGES_FIX>
<ALLOW_OR_CHARGE type="allowance"><ALLOW_OR_CHARGE_NAME>Rebate</ALLOW_OR_CHARGE_NAME><ALLOW_OR_CHARGE_VALUE>
<AOC_PERCENTAGE_FACTOR>0.05</AOC_PERCENTAGE_FACTOR></ALLOW_OR_CHARGE_VALUE></ALLOW_OR_CHARGE></ALLOW_OR_CHARGES_FIX>
</PRODUCT_PRICE_FIX></ORDER_ITEM></ORDER_ITEM_LIST></ORDER>"""


@pytest.mark.parametrize(
    "text", [OPENTRANS, re.sub("<PARTY_ROLE>.*?</PARTY_ROLE>", "", OPENTRANS)], ids=["roles", "references"]
)
def test_parties_are_told_by_their_roles_or_by_the_references(text: str) -> None:
    reading = read(text.encode(), Hints())
    order = only(reading)
    assert (reading.envelope.sender, reading.envelope.receiver) == ("20", "10")
    names = ("customer_code", "customer_name", "contact", "ship_to_code", "ship_to_name", "ship_to_text")
    assert [order.text(name) for name in names] == ["20", "Radhaus", "Ann Lee", "30", "Depot", "Floor 5, Lane 5"]


def test_only_a_number_of_the_trade_is_a_barcode_and_an_allowance_is_told() -> None:
    (line,) = only(read(OPENTRANS.encode(), Hints())).lines
    assert (line["barcode"].text, line["note"].text) == ("4006381333931", "allowance Rebate 0.05")
    (line,) = only(read(OPENTRANS.replace('type="ean"', 'type="shop"').encode(), Hints())).lines
    assert "barcode" not in line


def test_the_contract_an_order_is_under_stands_in_its_terms() -> None:
    text = CXML.replace("HEADER", "").replace("LINE1", "").replace("LINE2", "")
    reading = read(text.replace('orderID="PO-1"', 'orderID="PO-1" agreementID="RV-1"').encode(), Hints())
    assert (only(reading).text("terms"), told(reading)) == ("contract RV-1", [])
    contract = "<cac:Contract><cbc:ID>RV-1</cbc:ID></cac:Contract><cac:BuyerCustomerParty>"
    reading = read(changed(("<cac:BuyerCustomerParty>", contract)), Hints())
    assert "contract RV-1" in only(reading).text("terms")


def test_a_building_stands_in_the_address_of_delivery() -> None:
    address = (
        "<cac:Delivery><cac:DeliveryAddress><cbc:StreetName>Lane</cbc:StreetName><cbc:BuildingName>Tower</cbc:BuildingName>"
        "<cbc:Floor>3</cbc:Floor></cac:DeliveryAddress></cac:Delivery><cac:OrderLine>"
    )
    head, line, rest = ORDER.partition("<cac:OrderLine>")
    reading = read((head + address + rest).encode(), Hints())
    assert (bool(line), only(reading).text("ship_to_text")) == (True, "Lane, Tower, 3")
