"""What cXML documents say is read with its places; secrets are not."""

# ruff: noqa: E501  # documents and tables of cases read better unbroken

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interchange.sample_documents import as_expected, as_found, document, expected

from orderloop.interchange.facts import FaultCode, Format, Hints, Place, Reading, Role
from orderloop.interchange.readers.cxml import read, secret_agrees
from orderloop.interchange.writers.cxml import status_of

HINTS = Hints()
HEADER = "/cXML/Request/OrderRequest/OrderRequestHeader"
ITEMS = ("/cXML/Request/OrderRequest/ItemOut[1]", "/cXML/Request/OrderRequest/ItemOut[2]")
INVALID, MISSING, UNEQUAL = FaultCode.INVALID_ELEMENT, FaultCode.MISSING_SEGMENT, FaultCode.INCONSISTENT

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.050/cXML.dtd">
<cXML payloadID="p-1@radhaus" timestamp="2026-11-02T09:00:00+01:00" xml:lang="en">
<Header><From><Credential domain="DUNS"><Identity>111</Identity></Credential></From>
<To><Credential domain="NetworkId"><Identity>222</Identity></Credential></To>
<Sender><Credential domain="DUNS"><Identity>111</Identity><SharedSecret>abracadabra</SharedSecret></Credential>
<UserAgent>Shop 1</UserAgent></Sender></Header>
<Request deploymentMode="production"><OrderRequest>
<OrderRequestHeader orderID="PO-77" orderDate="2026-11-02T09:00:00+01:00" type="new" requestedDeliveryDate="2026-12-01">
<Total><Money currency="EUR">1,059.00</Money></Total>
<ShipTo><Address addressID="DOCK-3"><Name xml:lang="en">Radhaus Lager</Name><PostalAddress><DeliverTo>Eva</DeliverTo>
<Street>Hauptstr. 1</Street><City>Ulm</City><PostalCode>89073</PostalCode><Country isoCountryCode="DE">Germany</Country>
</PostalAddress></Address></ShipTo>
<BillTo><Address addressID="C-9"><Name xml:lang="en">Radhaus GmbH</Name></Address></BillTo>
<Tax><Money currency="EUR">169.08</Money></Tax>
<Contact role="endUser"><Name>Otto</Name><Email>otto@radhaus.example</Email></Contact>
<Contact role="purchasingAgent"><Name>Pia</Name><Email>pia@radhaus.example</Email></Contact>
<Comments>Ring twice</Comments><Extrinsic name="x">y</Extrinsic>
</OrderRequestHeader>
<ItemOut quantity="1000" lineNumber="1"><ItemID><SupplierPartID>CH-0234</SupplierPartID><BuyerPartID>R-1</BuyerPartID></ItemID>
<ItemDetail><UnitPrice><Money currency="EUR">105.00</Money></UnitPrice><Description xml:lang="en">Chain link</Description>
<UnitOfMeasure>EA</UnitOfMeasure><PriceBasisQuantity quantity="100" conversionFactor="1"><UnitOfMeasure>EA</UnitOfMeasure>
</PriceBasisQuantity><Classification domain="UNSPSC">1</Classification></ItemDetail>
<ScheduleLine quantity="600" requestedDeliveryDate="2026-12-01"/><ScheduleLine quantity="400" requestedDeliveryDate="2026-12-15"/>
</ItemOut>
<ItemOut quantity="1" lineNumber="2" requestedDeliveryDate="2026-12-05T00:00:00Z"><ItemID><SupplierPartID>BE-2349</SupplierPartID></ItemID>
<ItemDetail><UnitPrice><Money currency="EUR">9.00</Money></UnitPrice><Description xml:lang="en"><ShortName>Bell</ShortName> loud</Description>
<UnitOfMeasure>EA</UnitOfMeasure></ItemDetail></ItemOut>
</OrderRequest></Request></cXML>
"""


def changed(*edits: tuple[str, str]) -> bytes:
    text = ORDER
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def faults(reading: Reading) -> list[tuple[str, str, str, bool]]:
    every = (*reading.faults, *(fault for order in reading.orders for fault in order.faults))
    return [(f.code, f.place.path, f.params.get("name", f.params.get("detail", "")), f.rejects) for f in every]


@pytest.mark.parametrize("row", expected("cxml"), ids=lambda row: row["file"])
def test_the_published_order_says_what_another_reader_found(row: dict[str, str]) -> None:
    reading = read(document(row["file"]), HINTS)
    assert (reading.format, faults(reading)) == (Format.CXML, [])
    (order,) = reading.orders
    assert as_found(order) == as_expected(row)
    assert order.text("total") == row["stated_payable_total"]
    assert reading.envelope.is_test
    assert reading.envelope.control == "1625586002.193314.7293@dev"


@pytest.mark.parametrize(
    ("name", "role", "refers_to"),
    [
        ("PunchoutOrderMessage", Role.OTHER, ""),
        ("ShipNoticeRequest", Role.DESPATCH, "DO1234"),
        ("StatusUpdateRequest", Role.RECEIPT, ""),
    ],
)
def test_what_is_no_order_is_told_by_its_role(name: str, role: Role, refers_to: str) -> None:
    (order,) = read(document(f"cxml/{name}.xml"), HINTS).orders
    assert (order.role, order.text("refers_to")) == (role, refers_to)


def test_an_order_is_read_field_by_field() -> None:
    reading = read(ORDER.encode(), HINTS)
    assert faults(reading) == []
    (order,) = reading.orders
    assert order.role is Role.ORDER
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "PO-77",
        "ordered_on": "2026-11-02",
        "requested_on": "2026-12-01",
        "total": "1059.00",
        "tax_total": "169.08",
        "currency": "EUR",
        "note": "Ring twice",
        "customer_code": "C-9",
        "customer_name": "Radhaus GmbH",
        "contact": "Pia",
        "contact_email": "pia@radhaus.example",
        "ship_to_code": "DOCK-3",
        "ship_to_name": "Radhaus Lager",
        "ship_to_text": "Eva, Hauptstr. 1, 89073, Ulm, Germany",
    }
    assert order.fields["total"].raw == "1,059.00"
    assert order.fields["po_number"].place == Place(f"{HEADER}/@orderID")


def test_a_line_with_a_schedule_is_one_line_a_day() -> None:
    (order,) = read(ORDER.encode(), HINTS).orders
    told = [{name: value.text for name, value in line.items()} for line in order.lines]
    common = {
        "item": "CH-0234",
        "customer_item": "R-1",
        "unit_price": "105.00",
        "description": "Chain link",
        "unit": "EA",
        "price_basis": "100",
    }
    assert told == [
        {"line_no": "1/1", "quantity": "600", "requested_on": "2026-12-01", **common},
        {"line_no": "1/2", "quantity": "400", "requested_on": "2026-12-15", **common},
        {
            "line_no": "2",
            "quantity": "1",
            "requested_on": "2026-12-05",
            "item": "BE-2349",
            "unit_price": "9.00",
            "description": "Bell",
            "unit": "EA",
        },
    ]


@pytest.mark.parametrize(("kind", "role"), [("update", Role.CHANGE), ("delete", Role.CANCELLATION)])
def test_an_update_and_a_delete_refer_to_the_order_of_their_number(kind: str, role: Role) -> None:
    reference = '<DocumentReference payloadID="p-0@radhaus"/><Total>'
    reading = read(changed(('type="new"', f'type="{kind}"'), ("<Total>", reference)), HINTS)
    assert faults(reading) == []
    assert reading.orders[0].role is role
    assert (reading.orders[0].text("po_number"), reading.orders[0].text("refers_to")) == ("PO-77", "PO-77")
    assert reading.envelope.details["refers_to_payload"] == "p-0@radhaus"


def test_the_envelope_names_both_sides_and_never_the_secret() -> None:
    reading = read(ORDER.encode(), HINTS)
    envelope = reading.envelope
    assert (envelope.sender, envelope.receiver, envelope.control) == ("111", "222", "p-1@radhaus")
    assert not envelope.is_test
    assert envelope.wants_receipt
    assert dict(envelope.details) == {
        "payload_id": "p-1@radhaus",
        "timestamp": "2026-11-02T09:00:00+01:00",
        "from_domain": "DUNS",
        "to_domain": "NetworkId",
        "sender_domain": "DUNS",
        "sender_identity": "111",
        "user_agent": "Shop 1",
        "order_date": "2026-11-02T09:00:00+01:00",
    }
    for content in (ORDER.encode(), changed(("<OrderRequest>", "<Other>")), changed(("</SharedSecret>", ""))):
        assert "abracadabra" not in repr(read(content, HINTS))


def test_a_secret_agrees_only_with_itself() -> None:
    assert secret_agrees(ORDER.encode(), "abracadabra")
    assert not secret_agrees(ORDER.encode(), "abracadabr")
    assert not secret_agrees(ORDER.encode(), "")
    without = changed(("<SharedSecret>abracadabra</SharedSecret>", ""))
    assert not secret_agrees(without, "")
    assert not secret_agrees(b"<cXML", "abracadabra")


MUTATIONS = [
    ("no payload number", (' payloadID="p-1@radhaus"', ""), [(FaultCode.ENVELOPE, "/cXML", "payloadID", True)]),
    ("no sender", ("<From><Credential domain=\"DUNS\"><Identity>111</Identity></Credential></From>", ""),
     [(FaultCode.ENVELOPE, "/cXML", "Header/From/Credential/Identity", True)]),
    ("no receiver", ("<Identity>222</Identity>", ""), [(FaultCode.ENVELOPE, "/cXML", "Header/To/Credential/Identity", True)]),
    ("no number", (' orderID="PO-77"', ""), [(MISSING, HEADER, "@orderID", True)]),
    ("an empty number", ('orderID="PO-77"', 'orderID=" "'), [(MISSING, HEADER, "@orderID", True)]),
    ("no day", (' orderDate="2026-11-02T09:00:00+01:00"', ""), [(MISSING, HEADER, "@orderDate", True)]),
    ("a day that is none", ('orderDate="2026-11-02', 'orderDate="2026-13-02'), [(INVALID, f"{HEADER}/@orderDate", "@orderDate", True)]),
    ("a day of another form", ('requestedDeliveryDate="2026-12-01">', 'requestedDeliveryDate="01.12.2026">'),
     [(INVALID, f"{HEADER}/@requestedDeliveryDate", "@requestedDeliveryDate", True)]),
    ("an unknown type", ('type="new"', 'type="renew"'), [(INVALID, f"{HEADER}/@type", "type", True)]),
    ("a blanket order", ('type="new"', 'type="new" orderType="blanket"'),
     [(FaultCode.UNSUPPORTED, f"{HEADER}/@orderType", "orderType=blanket", True)]),
    ("a total that is none", ("1,059.00", "1.059,00"), [(INVALID, f"{HEADER}/Total/Money", "Money", True)]),
    ("a total with a comma alone", ("1,059.00", "1,059"), [(INVALID, f"{HEADER}/Total/Money", "Money", True)]),
    ("a total with an exponent", ("1,059.00", "1E3"), [(INVALID, f"{HEADER}/Total/Money", "Money", True)]),
    ("a total in another currency", ('<Total><Money currency="EUR">', '<Total><Money currency="USD">'),
     [(UNEQUAL, f"{ITEMS[0]}/ItemDetail/UnitPrice/Money/@currency", "currency", True),
      (UNEQUAL, f"{ITEMS[1]}/ItemDetail/UnitPrice/Money/@currency", "currency", True)]),
    ("a price in another currency", ('<Money currency="EUR">9.00', '<Money currency="USD">9.00'),
     [(UNEQUAL, f"{ITEMS[1]}/ItemDetail/UnitPrice/Money/@currency", "currency", True)]),
    ("two totals", ("<ShipTo>", '<Total><Money currency="EUR">7</Money></Total><ShipTo>'),
     [(UNEQUAL, f"{HEADER}/Total[2]/Money", "Money", True)]),
    ("no quantity", ('<ItemOut quantity="1" ', "<ItemOut "), [(MISSING, ITEMS[1], "@quantity", True)]),
    ("a quantity that is none", ('<ItemOut quantity="1" ', '<ItemOut quantity="one" '), [(INVALID, f"{ITEMS[1]}/@quantity", "@quantity", True)]),
    ("a quantity with a comma", ('<ItemOut quantity="1" ', '<ItemOut quantity="1,5" '), [(INVALID, f"{ITEMS[1]}/@quantity", "@quantity", True)]),
    ("a quantity of Arabic digits", ('<ItemOut quantity="1" ', '<ItemOut quantity="١" '), [(INVALID, f"{ITEMS[1]}/@quantity", "@quantity", True)]),
    ("a quantity beyond reason", ('<ItemOut quantity="1" ', f'<ItemOut quantity="{"9" * 19}" '), [(INVALID, f"{ITEMS[1]}/@quantity", "@quantity", True)]),
    ("a schedule of another sum", ('quantity="400"', 'quantity="300"'), [(UNEQUAL, ITEMS[0], "quantity", True)]),
    ("a scheduled quantity that is none", ('quantity="600"', 'quantity="x"'),
     [(UNEQUAL, ITEMS[0], "quantity", True), (INVALID, f"{ITEMS[0]}/ScheduleLine[1]/@quantity", "@quantity", True)]),
    ("no item", ("<SupplierPartID>BE-2349</SupplierPartID>", ""), [(MISSING, ITEMS[1], "ItemID/SupplierPartID", True)]),
    ("two items", ("<SupplierPartID>BE-2349", "<SupplierPartID>BE-1</SupplierPartID><SupplierPartID>BE-2349"),
     [(UNEQUAL, f"{ITEMS[1]}/ItemID/SupplierPartID[2]", "SupplierPartID", True)]),
    ("a return", ('<ItemOut quantity="1" ', '<ItemOut quantity="1" isReturn="yes" '),
     [(FaultCode.UNSUPPORTED, f"{ITEMS[1]}/@isReturn", "isReturn=yes", True)]),
    ("a composite item", ('<ItemOut quantity="1" ', '<ItemOut quantity="1" itemType="composite" '),
     [(FaultCode.UNSUPPORTED, f"{ITEMS[1]}/@itemType", "itemType=composite", False)]),
    ("a price for another unit", ('conversionFactor="1"', 'conversionFactor="12"'),
     [(FaultCode.DOUBTFUL, f"{ITEMS[0]}/ItemDetail/PriceBasisQuantity", "PriceBasisQuantity", False)]),
    ("a price that is none", (">9.00<", ">nine<"), [(INVALID, f"{ITEMS[1]}/ItemDetail/UnitPrice/Money", "Money", True)]),
    ("a basis that is none", ('PriceBasisQuantity quantity="100"', 'PriceBasisQuantity quantity="C"'),
     [(INVALID, f"{ITEMS[0]}/ItemDetail/PriceBasisQuantity/@quantity", "@quantity", True)]),
    ("cut in the middle", ("</OrderRequest>", ""), [(FaultCode.DAMAGED, "", "29:11", True)]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "found"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_each_wrong_thing_is_told_with_its_place(
    edit: tuple[str, str], found: list[tuple[str, str, str, bool]]
) -> None:
    assert faults(read(changed(edit), HINTS)) == found


def test_a_request_without_a_header_or_of_another_kind_is_told() -> None:
    without = ORDER.replace("OrderRequestHeader", "OtherHeader").encode()
    assert faults(read(without, HINTS)) == [(MISSING, "/cXML/Request/OrderRequest", "OrderRequestHeader", True)]
    other = ORDER.replace("OrderRequest>", "CopyRequest>").encode()
    assert faults(read(other, HINTS)) == [(FaultCode.NO_ORDER, "/cXML", "", True)]
    assert faults(read(b"<a/>", HINTS)) == [(FaultCode.NO_ORDER, "/a", "", True)]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (ORDER.encode(), 201),
        (changed(('<ItemOut quantity="1" ', "<ItemOut ")), 400),
        (b"<cXML", 400),
        (changed(('<ItemOut quantity="1" ', '<ItemOut quantity="1" isReturn="yes" ')), 450),
        (document("cxml/PunchoutOrderMessage.xml"), 450),
    ],
)
def test_each_reading_deserves_a_status(content: bytes, status: int) -> None:
    assert status_of(read(content, HINTS)) == status


def test_a_partners_response_is_a_receipt_with_its_status() -> None:
    content = b'<cXML payloadID="r"><Response><Status code="401" text="Unauthorized"/></Response></cXML>'
    (receipt,) = read(content, HINTS).orders
    assert (receipt.role, receipt.text("note")) == (Role.RECEIPT, "401 Unauthorized")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(ORDER)), st.integers(0, 60), st.text(max_size=20))
def test_whatever_is_cut_out_or_put_in_a_reading_comes_out(at: int, length: int, put: str) -> None:
    text = ORDER[:at] + put + ORDER[at + length :]
    assert isinstance(read(text.encode("utf-8", "replace"), HINTS), Reading)
