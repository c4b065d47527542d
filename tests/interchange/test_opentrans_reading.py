"""What openTRANS documents say in both versions, and what is wrong in them."""

# ruff: noqa: E501  # documents and tables of cases read better unbroken

import pytest
from tests.interchange.sample_documents import document

from orderloop.interchange.facts import FaultCode, Format, Hints, Reading, Role
from orderloop.interchange.readers.opentrans import read

HINTS = Hints()

OLD = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE ORDER SYSTEM "openTRANS_ORDER_1_0.dtd">
<ORDER version="1.0" type="standard"><ORDER_HEADER><CONTROL_INFO><GENERATION_DATE>2026-11-02</GENERATION_DATE></CONTROL_INFO>
<ORDER_INFO><ORDER_ID>PO-77</ORDER_ID><ORDER_DATE>2026-11-02T09:00:00+01:00</ORDER_DATE>
<DELIVERY_DATE><DELIVERY_START_DATE>2026-12-01</DELIVERY_START_DATE><DELIVERY_END_DATE>2026-12-05</DELIVERY_END_DATE></DELIVERY_DATE>
<ORDER_PARTIES><BUYER_PARTY><PARTY><PARTY_ID type="iln">7300010000001</PARTY_ID><PARTY_ID type="supplier_specific">C-9</PARTY_ID>
<ADDRESS><NAME>Radhaus Müller</NAME><CONTACT><CONTACT_NAME>Pia</CONTACT_NAME><EMAIL>pia@radhaus.example</EMAIL></CONTACT>
<STREET>Hauptstr. 1</STREET><ZIP>89073</ZIP><CITY>Ulm</CITY></ADDRESS></PARTY></BUYER_PARTY>
<SUPPLIER_PARTY><PARTY><PARTY_ID type="iln">4000000000006</PARTY_ID></PARTY></SUPPLIER_PARTY>
<SHIPMENT_PARTIES><DELIVERY_PARTY><PARTY><PARTY_ID>DOCK-3</PARTY_ID><ADDRESS><NAME>Lager</NAME><STREET>Hof 2</STREET>
<ZIP>89073</ZIP><CITY>Ulm</CITY></ADDRESS></PARTY></DELIVERY_PARTY></SHIPMENT_PARTIES></ORDER_PARTIES>
<PRICE_CURRENCY>EUR</PRICE_CURRENCY><REMARK type="general">Ring twice</REMARK></ORDER_INFO></ORDER_HEADER>
<ORDER_ITEM_LIST><ORDER_ITEM><LINE_ITEM_ID>1</LINE_ITEM_ID><ARTICLE_ID><SUPPLIER_AID>CH-0234</SUPPLIER_AID>
<INTERNATIONAL_AID type="EAN">4006381333931</INTERNATIONAL_AID><BUYER_AID>R-1</BUYER_AID>
<DESCRIPTION_SHORT>Kette</DESCRIPTION_SHORT></ARTICLE_ID><QUANTITY>200</QUANTITY><ORDER_UNIT>C62</ORDER_UNIT>
<ARTICLE_PRICE type="net_customer"><PRICE_AMOUNT>25.00</PRICE_AMOUNT><PRICE_LINE_AMOUNT>50.00</PRICE_LINE_AMOUNT>
<PRICE_QUANTITY>100</PRICE_QUANTITY></ARTICLE_PRICE></ORDER_ITEM></ORDER_ITEM_LIST>
<ORDER_SUMMARY><TOTAL_ITEM_NUM>1</TOTAL_ITEM_NUM><TOTAL_AMOUNT>50.00</TOTAL_AMOUNT></ORDER_SUMMARY></ORDER>
"""
CHANGE = """<ORDERCHANGE xmlns="http://www.opentrans.org/XMLSchema/2.1" xmlns:b="http://www.bmecat.org/bmecat/2005" version="2.1">
<ORDERCHANGE_HEADER><ORDERCHANGE_INFO><ORDER_ID>PO-77</ORDER_ID><ORDERCHANGE_DATE>2026-11-04</ORDERCHANGE_DATE>
<ORDERCHANGE_SEQUENCE_ID>2</ORDERCHANGE_SEQUENCE_ID>
<PARTIES><PARTY><b:PARTY_ID type="gln">7300010000001</b:PARTY_ID><PARTY_ROLE>buyer</PARTY_ROLE></PARTY>
<PARTY><b:PARTY_ID>us</b:PARTY_ID><PARTY_ROLE>supplier</PARTY_ROLE></PARTY></PARTIES>
<b:CURRENCY>EUR</b:CURRENCY></ORDERCHANGE_INFO></ORDERCHANGE_HEADER><ORDERCHANGE_ITEM_LIST><ORDERCHANGE_ITEM>
<LINE_ITEM_ID>1</LINE_ITEM_ID><PRODUCT_ID><b:SUPPLIER_PID>CH-0234</b:SUPPLIER_PID></PRODUCT_ID><QUANTITY>300</QUANTITY>
<b:ORDER_UNIT>C62</b:ORDER_UNIT></ORDERCHANGE_ITEM></ORDERCHANGE_ITEM_LIST>
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></ORDERCHANGE>
"""


def faults(reading: Reading) -> list[tuple[str, str, bool]]:
    every = (*reading.faults, *(fault for order in reading.orders for fault in order.faults))
    return [(f.code, f.place.path, f.rejects) for f in every]


def old(*edits: tuple[str, str]) -> bytes:
    text = OLD
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text.encode("latin-1")


def test_the_published_order_of_version_2_1_is_read() -> None:
    reading = read(document("opentrans/order_2_1_signed.xml"), HINTS)
    assert (reading.format, faults(reading)) == (Format.OPENTRANS, [])
    (order,) = reading.orders
    header = {name: order.text(name) for name in ("po_number", "ordered_on", "requested_on", "currency", "net_total")}
    assert header == {
        "po_number": "OID1",
        "ordered_on": "2009-05-13",
        "requested_on": "2009-05-20",
        "currency": "EUR",
        "net_total": "1111",
    }
    (line,) = order.lines
    assert {
        name: line[name].text for name in ("line_no", "quantity", "unit", "unit_price", "price_basis", "amount")
    } == {
        "line_no": "1",
        "quantity": "1.0",
        "unit": "04",
        "unit_price": "0.0",
        "price_basis": "1",
        "amount": "1111",
    }


def test_an_order_of_version_1_0_is_read_field_by_field() -> None:
    reading = read(old(), HINTS)
    assert faults(reading) == []
    (order,) = reading.orders
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "PO-77",
        "ordered_on": "2026-11-02",
        "requested_on": "2026-12-05",
        "currency": "EUR",
        "note": "Ring twice",
        "customer_gln": "7300010000001",
        "customer_code": "C-9",
        "customer_name": "Radhaus Müller",
        "contact": "Pia",
        "contact_email": "pia@radhaus.example",
        "ship_to_code": "DOCK-3",
        "ship_to_name": "Lager",
        "ship_to_text": "Hof 2, 89073, Ulm",
        "line_count": "1",
        "net_total": "50.00",
    }
    assert [{name: value.text for name, value in line.items()} for line in order.lines] == [
        {
            "line_no": "1",
            "item": "CH-0234",
            "customer_item": "R-1",
            "barcode": "4006381333931",
            "description": "Kette",
            "quantity": "200",
            "unit": "C62",
            "unit_price": "25.00",
            "price_basis": "100",
            "amount": "50.00",
        }
    ]
    assert (reading.envelope.sender, reading.envelope.receiver) == ("7300010000001", "4000000000006")


def test_a_change_names_its_order_and_a_signature_is_told() -> None:
    reading = read(CHANGE.encode(), HINTS)
    assert faults(reading) == []
    (change,) = reading.orders
    assert (change.role, change.text("refers_to"), change.text("ordered_on")) == (Role.CHANGE, "PO-77", "2026-11-04")
    assert change.lines[0]["quantity"].text == "300"
    assert reading.envelope.details["signed"] == "yes"
    assert reading.envelope.receiver == "us"


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (("<ORDER_ID>PO-77</ORDER_ID>", ""), (FaultCode.MISSING_SEGMENT, "/ORDER/ORDER_HEADER/ORDER_INFO", True)),
        (("2026-11-02T09", "2026-11-32T09"), (FaultCode.INVALID_ELEMENT, "/ORDER/ORDER_HEADER/ORDER_INFO/ORDER_DATE", True)),
        (("NUM>1<", "NUM>2<"), (FaultCode.CONTROL_COUNT, "/ORDER/ORDER_SUMMARY/TOTAL_ITEM_NUM", True)),
        ((">200<", ">2OO<"), (FaultCode.INVALID_ELEMENT, "/ORDER/ORDER_ITEM_LIST/ORDER_ITEM/QUANTITY", True)),
        (("<QUANTITY>200</QUANTITY>", ""), (FaultCode.MISSING_SEGMENT, "/ORDER/ORDER_ITEM_LIST/ORDER_ITEM", True)),
        ((">25.00<", ">25,00<"), (FaultCode.INVALID_ELEMENT, "/ORDER/ORDER_ITEM_LIST/ORDER_ITEM/ARTICLE_PRICE/PRICE_AMOUNT", True)),
        (("ARTICLE_ID>", "PART_ID>"), (FaultCode.DAMAGED, "", True)),
        (("TOTAL_AMOUNT>50", "TOTAL_AMOUNT>51"), (FaultCode.INCONSISTENT, "/ORDER/ORDER_SUMMARY/TOTAL_AMOUNT", False)),
    ],
)  # fmt: skip
def test_each_wrong_thing_is_told_with_its_place(edit: tuple[str, str], found: tuple[str, str, bool]) -> None:
    assert faults(read(old(edit), HINTS)) == [found]


def test_other_xml_is_no_order() -> None:
    assert faults(read(b"<INVOICE/>", HINTS)) == [(FaultCode.NO_ORDER, "/INVOICE", True)]
