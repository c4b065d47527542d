"""What UBL documents say is read with its places; every broken rule is told by its number."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interchange.sample_documents import as_expected, as_found, document, expected
from tests.interchange.ubl_orders import ORDER, as_change, changed

from orderloop.interchange.facts import FaultCode, Format, Hints, Place, Reading, Role
from orderloop.interchange.readers.ubl import read

HINTS = Hints()
E_ORDER = "/Order"
E_TOTALS = "/Order/cac:AnticipatedMonetaryTotal"
E_LINES = ("/Order/cac:OrderLine[1]/cac:LineItem", "/Order/cac:OrderLine[2]/cac:LineItem")
E_PARTY = "/Order/cac:BuyerCustomerParty/cac:Party"
INVALID, MISSING, UNEQUAL = FaultCode.INVALID_ELEMENT, FaultCode.MISSING_SEGMENT, FaultCode.INCONSISTENT


def faults(reading: Reading) -> list[tuple[str, str, str, bool]]:
    """Code, place, rule or else name, and whether it rejects, of every fault."""
    every = (*reading.faults, *(fault for order in reading.orders for fault in order.faults))
    return [(f.code, f.place.path, f.params.get("rule", "") or f.params.get("name", ""), f.rejects) for f in every]


@pytest.mark.parametrize("row", expected("ubl"), ids=lambda row: row["file"])
def test_the_published_documents_say_what_another_reader_found(row: dict[str, str]) -> None:
    reading = read(document(row["file"]), HINTS)
    assert reading.format is Format.UBL
    assert faults(reading) == []
    (order,) = reading.orders
    assert as_found(order) == as_expected(row)
    if row["stated_payable_total"]:
        assert Decimal(order.text("total")) == Decimal(row["stated_payable_total"])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Order-2.1", Role.ORDER),
        ("OrderCancellation-2.1", Role.CANCELLATION),
        ("OrderResponse-2.1", Role.CONFIRMATION),
        ("DespatchAdvice-2.0", Role.DESPATCH),
    ],
)
def test_the_role_is_told_by_the_document(name: str, role: Role) -> None:
    (order,) = read(document(f"ubl/UBL-{name}-Example.xml"), HINTS).orders
    assert order.role is role


def test_a_published_order_is_read_field_by_field_with_its_places() -> None:
    (order,) = read(document("ubl/UBL-Order-2.1-Example.xml"), HINTS).orders
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "34",
        "ordered_on": "2010-01-20",
        "currency": "SEK",
        "requested_on": "2010-02-25",
        "note": "Information text for the whole order",
        "customer_gln": "7300070011115",
        "customer_code": "PartyID123",
        "customer_name": "Johnssons byggvaror",
        "customer_tax_id": "SE1234567801",
        "contact": "Pelle Svensson",
        "contact_email": "pelle@johnsson.se",
        "ship_to_code": "1234567890123",
        "ship_to_name": "Swedish trucking",
        "ship_to_text": "123, Rådhusgatan, 5, 2nd floor, Purchasing department, 11000, Stockholm, RegionX, SE",
        "tax_total": "100",
        "net_total": "6225",
        "total": "6225",
        "terms": "FOT; CAD; contract 34322; Transport documents +100 SEK; Total order value discount -100 SEK",
    }
    assert {name: value.text for name, value in order.lines[1].items()} == {
        "line_no": "2",
        "item": "SItemNo011",
        "barcode": "123452340123",
        "description": "Pensel 20 mm",
        "quantity": "15",
        "unit": "C62",
        "unit_price": "15",
        "price_basis": "1",
        "amount": "225",
        "requested_on": "2010-02-25",
        "note": "Freetext note on line 2",
    }
    assert order.lines[1]["quantity"].place == Place("/Order/cac:OrderLine[2]/cac:LineItem/cbc:Quantity")


def test_an_order_that_keeps_every_rule_has_no_fault() -> None:
    reading = read(ORDER.encode(), HINTS)
    assert faults(reading) == []
    assert reading.envelope.sender == "7300010000001"
    assert reading.envelope.details["seller_scheme"] == "0192"
    assert reading.orders[0].lines[0]["price_basis"].text == "100"


MUTATIONS = [
    ("no number", ("<cbc:ID>PO-77</cbc:ID>", ""), [(MISSING, E_ORDER, "ID", True)]),
    ("empty number", ("PO-77", " "), [(MISSING, E_ORDER, "ID", True)]),
    (
        "two numbers",
        ("<cbc:ID>PO-77</cbc:ID>", "<cbc:ID>PO-77</cbc:ID><cbc:ID>PO-78</cbc:ID>"),
        [(UNEQUAL, "/Order/cbc:ID[2]", "ID", True)],
    ),
    ("no day", ("<cbc:IssueDate>2026-11-02</cbc:IssueDate>", ""), [(MISSING, E_ORDER, "IssueDate", True)]),
    ("a day that is none", ("2026-11-02", "2026-02-30"), [(INVALID, "/Order/cbc:IssueDate", "cbc:IssueDate", True)]),
    ("a day of another form", ("2026-11-02", "02/11/2026"), [(INVALID, "/Order/cbc:IssueDate", "cbc:IssueDate", True)]),
    ("unknown profile", ("bis:ordering:3", "bis:other:3"), [(INVALID, E_ORDER, "PEPPOL-T01-R031", True)]),
    ("unknown specification", ("trns:order:3", "trns:invoice:3"), [(INVALID, E_ORDER, "PEPPOL-T01-R034", True)]),
    (
        "no end of validity",
        ("<cac:ValidityPeriod><cbc:EndDate>2026-12-31</cbc:EndDate></cac:ValidityPeriod>", ""),
        [(MISSING, E_ORDER, "PEPPOL-T01-R002", False)],
    ),
    (
        "another currency",
        ('<cbc:PriceAmount currencyID="EUR">9.500', '<cbc:PriceAmount currencyID="USD">9.500'),
        [(UNEQUAL, f"{E_LINES[1]}/cac:Price/cbc:PriceAmount", "PEPPOL-T01-R003", True)],
    ),
    (
        "three decimals",
        ('"EUR">14.25', '"EUR">14.250'),
        [(INVALID, "/Order/cac:TaxTotal/cbc:TaxAmount", "PEPPOL-T01-R028", True)],
    ),
    (
        "a nameless originator",
        ("<cac:SellerSupplierParty>", "<cac:OriginatorCustomerParty/><cac:SellerSupplierParty>"),
        [(MISSING, E_ORDER, "PEPPOL-T01-R014", True)],
    ),
    (
        "no country before the tax number",
        ("DE123456789", "123456789"),
        [(INVALID, f"{E_PARTY}/cac:PartyTaxScheme", "PEPPOL-T01-R026", True)],
    ),
    ("the payable amount changed", ('"EUR">80.00', '"EUR">81.00'), [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R016", True)]),
    (
        "the sum of the lines changed",
        ('<cbc:LineExtensionAmount currencyID="EUR">70.00', '<cbc:LineExtensionAmount currencyID="EUR">71.00'),
        [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R008", True), (UNEQUAL, E_TOTALS, "PEPPOL-T01-R011", True)],
    ),
    (
        "the sum of allowances changed",
        ('<cbc:AllowanceTotalAmount currencyID="EUR">2.00', '<cbc:AllowanceTotalAmount currencyID="EUR">3.00'),
        [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R009", True), (UNEQUAL, E_TOTALS, "PEPPOL-T01-R011", True)],
    ),
    (
        "the sum of charges left out",
        ('<cbc:ChargeTotalAmount currencyID="EUR">7.00</cbc:ChargeTotalAmount>', ""),
        [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R010", True), (UNEQUAL, E_TOTALS, "PEPPOL-T01-R011", True)],
    ),
    ("the tax changed", ('"EUR">14.25', '"EUR">15.25'), [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R017", True)]),
    ("the net price changed", ('"EUR">25.00', '"EUR">24.99'), [(UNEQUAL, E_LINES[0], "PEPPOL-T01-R019", True)]),
    (
        "a percentage without a base",
        ('<cbc:BaseAmount currencyID="EUR">70.00</cbc:BaseAmount>', ""),
        [(MISSING, "/Order/cac:AllowanceCharge[1]", "PEPPOL-T01-R020", True)],
    ),
    (
        "a base without a percentage",
        ("<cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>", ""),
        [(MISSING, "/Order/cac:AllowanceCharge[1]", "PEPPOL-T01-R021", True)],
    ),
    (
        "a percentage that gives another amount",
        ("Numeric>10<", "Numeric>11<"),
        [(UNEQUAL, "/Order/cac:AllowanceCharge[1]", "PEPPOL-T01-R022", True)],
    ),
    (
        "an allowance without a reason",
        ("<cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>", ""),
        [(MISSING, "/Order/cac:AllowanceCharge[2]", "PEPPOL-T01-R023", True)],
    ),
    (
        "an unknown allowance",
        ("Code>95<", "Code>96<"),
        [(INVALID, "/Order/cac:AllowanceCharge[2]", "PEPPOL-T01-CL001", True)],
    ),
    (
        "an unknown charge",
        ("Code>FC<", "Code>XX<"),
        [(INVALID, "/Order/cac:AllowanceCharge[1]", "PEPPOL-T01-CL002", True)],
    ),
    (
        "a line's amount changed by three hundredths",
        ('<cbc:PriceAmount currencyID="EUR">9.500', '<cbc:PriceAmount currencyID="EUR">9.515'),
        [(UNEQUAL, E_LINES[1], "PEPPOL-T01-R024", True)],
    ),
    (
        "two lines of one number",
        ("<cbc:ID>2</cbc:ID>", "<cbc:ID>1</cbc:ID>"),
        [(INVALID, E_LINES[1], "PEPPOL-T01-R001", True)],
    ),
    ("a line without a number", ("<cbc:ID>2</cbc:ID>", ""), [(MISSING, E_LINES[1], "ID", True)]),
    (
        "a quantity with a decimal comma",
        ('"C62">2<', '"C62">2,0<'),
        [
            (INVALID, f"{E_LINES[1]}/cbc:Quantity", "cbc:Quantity", True),
            (MISSING, E_LINES[1], "PEPPOL-T01-R013", False),
            (UNEQUAL, E_LINES[1], "PEPPOL-T01-R024", True),
        ],
    ),
    (
        "a rate left out",
        (
            "<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>",
            "<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>",
        ),
        [
            (MISSING, f"{E_LINES[0]}/cac:Item/cac:ClassifiedTaxCategory", "PEPPOL-T01-R029", True),
            (INVALID, f"{E_LINES[0]}/cac:Item/cac:ClassifiedTaxCategory", "PEPPOL-T01-R030", True),
        ],
    ),
    (
        "a standard rate of nothing",
        ("<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19<", "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>0<"),
        [(INVALID, "/Order/cac:AllowanceCharge[1]/cac:TaxCategory", "PEPPOL-T01-R030", True)],
    ),
    (
        "a location number with a wrong check digit",
        ('<cbc:EndpointID schemeID="0088">7300010000001', '<cbc:EndpointID schemeID="0088">7300010000002'),
        [(INVALID, f"{E_PARTY}/cbc:EndpointID", "PEPPOL-COMMON-R040", True)],
    ),
    (
        "a Norwegian number with a wrong check digit",
        ("987654325", "987654324"),
        [(INVALID, "/Order/cac:SellerSupplierParty/cac:Party/cbc:EndpointID", "PEPPOL-COMMON-R041", True)],
    ),
    (
        "a count of lines that is wrong",
        ("<cac:ValidityPeriod>", "<cbc:LineCountNumeric>3</cbc:LineCountNumeric><cac:ValidityPeriod>"),
        [(FaultCode.CONTROL_COUNT, "/Order/cbc:LineCountNumeric", "", True)],
    ),
    (
        "a price for another unit",
        ('<cbc:BaseQuantity unitCode="C62">', '<cbc:BaseQuantity unitCode="KGM">'),
        [(UNEQUAL, f"{E_LINES[0]}/cac:Price/cbc:BaseQuantity", "unitCode", False)],
    ),
    (
        "a negative quantity",
        ('"C62">2<', '"C62">-2<'),
        [(UNEQUAL, E_LINES[1], "PEPPOL-T01-R024", True), (INVALID, E_LINES[1], "PEPPOL-T01-R004", True)],
    ),
    (
        "a negative charge",
        ('"EUR">1.00', '"EUR">-1.00'),
        [
            (UNEQUAL, E_LINES[1], "PEPPOL-T01-R024", True),
            (INVALID, f"{E_LINES[1]}/cac:AllowanceCharge", "PEPPOL-T01-R032", True),
        ],
    ),
]


@pytest.mark.parametrize(("edit", "found"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_each_broken_rule_is_told_with_its_place(
    edit: tuple[str, str], found: list[tuple[str, str, str, bool]]
) -> None:
    assert faults(read(changed(edit), HINTS)) == found


def test_a_base_quantity_of_nothing_divides_nothing() -> None:
    told = faults(read(changed(('"C62">100<', '"C62">0<')), HINTS))
    assert (INVALID, E_LINES[0], "PEPPOL-T01-R025", True) in told


def test_a_missing_party_and_missing_lines_are_told() -> None:
    without_seller = ORDER.replace("SellerSupplierParty", "OtherSupplierParty").encode()
    assert faults(read(without_seller, HINTS)) == [(MISSING, E_ORDER, "SellerSupplierParty", True)]
    without_lines = ORDER.replace("cac:OrderLine", "cac:Other").encode()
    assert (MISSING, E_ORDER, "OrderLine", True) in faults(read(without_lines, HINTS))


def test_outside_the_network_sums_that_disagree_only_warn() -> None:
    text = ORDER.replace("urn:fdc:peppol.eu:", "urn:example:")
    reading = read(changed(('"EUR">80.00', '"EUR">81.00'), text=text), HINTS)
    assert faults(reading) == [(UNEQUAL, E_TOTALS, "PEPPOL-T01-R016", False)]


def test_a_rule_tells_what_stands_there_and_what_should() -> None:
    (order,) = read(changed(('"EUR">80.00', '"EUR">81.00')), HINTS).orders
    assert dict(order.faults[0].params) == {
        "rule": "PEPPOL-T01-R016",
        "name": "PayableAmount",
        "given": "81",
        "expected": "80",
    }


@pytest.mark.parametrize(
    ("code", "action"), [("1", "add"), ("2", "delete"), ("3", "change"), ("4", "none"), ("5", "none"), ("42", "none")]
)
def test_a_change_says_what_becomes_of_each_line(code: str, action: str) -> None:
    (order,) = read(as_change(code).encode(), HINTS).orders
    assert order.role is Role.CHANGE
    assert (order.text("po_number"), order.text("refers_to")) == ("CH-1", "PO-77")
    assert order.lines[0]["action"].text == action
    assert "action" not in order.lines[1]


def test_a_change_that_names_no_order_or_an_unknown_action_is_refused() -> None:
    text = as_change("9").replace("<cac:OrderReference><cbc:ID>PO-77</cbc:ID></cac:OrderReference>", "")
    told = faults(read(text.encode(), HINTS))
    assert (MISSING, "/OrderChange", "OrderReference/ID", True) in told
    place = "/OrderChange/cac:OrderLine[1]/cac:LineItem/cbc:LineStatusCode"
    assert (INVALID, place, "LineStatusCode", True) in told


def test_an_order_in_an_envelope_is_read_with_the_envelopes_numbers() -> None:
    body = ORDER.partition("?>")[2]
    wrapped = f"""<StandardBusinessDocument
    xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"><StandardBusinessDocumentHeader>
    <Sender><Identifier Authority="iso6523-actorid-upis">0088:7300010000001</Identifier></Sender>
    <Receiver><Identifier>0192:987654325</Identifier></Receiver>
    <DocumentIdentification><InstanceIdentifier>abc-1</InstanceIdentifier></DocumentIdentification>
    </StandardBusinessDocumentHeader>{body}</StandardBusinessDocument>"""
    reading = read(wrapped.encode(), HINTS)
    assert faults(reading) == []
    envelope = reading.envelope
    assert (envelope.sender, envelope.receiver, envelope.control) == ("0088:7300010000001", "0192:987654325", "abc-1")
    assert reading.orders[0].fields["po_number"].place.path == "/StandardBusinessDocument/Order/cbc:ID"


def test_a_line_over_several_days_is_one_line_a_day() -> None:
    day = "<cac:RequestedDeliveryPeriod><cbc:EndDate>{}</cbc:EndDate></cac:RequestedDeliveryPeriod>"
    spread = "".join(
        f"<cac:Delivery><cbc:Quantity>{n}</cbc:Quantity>{day.format(on)}</cac:Delivery>"
        for n, on in ((150, "2026-12-01"), (50, "2026-12-08"))
    )
    one = f"<cac:Delivery>{day.format('2026-12-01')}</cac:Delivery>"
    reading = read(changed((one, spread)), HINTS)
    assert faults(reading) == []
    told = [
        (line["line_no"].text, line["quantity"].text, line["requested_on"].text) for line in reading.orders[0].lines[:2]
    ]
    assert told == [("1/1", "150", "2026-12-01"), ("1/2", "50", "2026-12-08")]
    wrong = read(changed((one, spread.replace("50<", "40<"))), HINTS)
    assert (UNEQUAL, E_LINES[0], "Quantity", True) in faults(wrong)


def test_version_1_is_told_as_not_supported_and_other_xml_as_no_order() -> None:
    old = '<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-1.0"/>'
    assert faults(read(old.encode(), HINTS)) == [(FaultCode.UNSUPPORTED, "/Order", "Order-1.0", True)]
    assert faults(read(b"<Order/>", HINTS)) == [(FaultCode.NO_ORDER, "/Order", "", True)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(ORDER)), st.integers(0, 60), st.text(max_size=20))
def test_whatever_is_cut_out_or_put_in_a_reading_comes_out(at: int, length: int, put: str) -> None:
    text = ORDER[:at] + put + ORDER[at + length :]
    assert isinstance(read(text.encode("utf-8", "replace"), HINTS), Reading)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_bytes_come_a_reading_comes_out(content: bytes) -> None:
    assert isinstance(read(content, HINTS), Reading)
