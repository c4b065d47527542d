"""The OrderResponse holds by the standard's own schemas and says what became of every line."""

import dataclasses
import io
import zipfile
from decimal import Decimal
from functools import cache

import pytest
from lxml import etree
from tests.interchange.answers import CARRIED, HOSTILE, answer_with, answered_line, every_line_verdict, interchange
from tests.interchange.sample_documents import document
from tests.interchange.ubl_orders import ORDER, as_change

from orderloop.interchange.facts import Hints, LineVerdict, Role, Verdict
from orderloop.interchange.readers.ubl import read
from orderloop.interchange.writers.ubl import LINE_CODES, RESPONSE_CODES, order_response

DETAILS = {"buyer_scheme": "GLN", "seller_scheme": "0192"}
LINE = "{*}OrderLine/{*}LineItem"
# Extensions may hold anything, and none are sent: in place of the schemas of signatures and what these need in turn.
ANY_EXTENSION = b"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
 targetNamespace="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">
 <xsd:complexType name="ExtensionContentType">
 <xsd:sequence><xsd:any processContents="skip"/></xsd:sequence></xsd:complexType>
</xsd:schema>"""


class FromTheZip(etree.Resolver):
    """Finds the schemas in the archive, and none of them anywhere else."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def resolve(self, url: str, public_id: str | None, context: object) -> object:
        name = url.rpartition("/")[2]
        if name.startswith("UBL-ExtensionContentDataType"):
            return self.resolve_string(ANY_EXTENSION, context)
        return self.resolve_string(self.archive.read(f"common/{name}"), context)


@cache
def schema(name: str) -> etree.XMLSchema:
    archive = zipfile.ZipFile(io.BytesIO(document("ubl/schemas/UBL-2.1-ordering.zip")))
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(FromTheZip(archive))
    base = "zip:/maindoc/schema.xsd"
    return etree.XMLSchema(etree.fromstring(archive.read(f"maindoc/UBL-{name}-2.1.xsd"), parser, base_url=base))


def valid(content: bytes, name: str = "OrderResponse") -> etree._Element:
    root = etree.fromstring(content)
    schema(name).assertValid(root)
    return root


def test_the_schemas_tell_a_good_order_from_a_bad_one() -> None:
    valid(ORDER.encode(), "Order")
    valid(as_change().encode(), "OrderChange")
    assert not schema("Order").validate(etree.fromstring(ORDER.replace("PayableAmount", "PaidAmount").encode()))


@pytest.mark.parametrize(
    ("verdict", "code", "has_lines"),
    [
        (Verdict.RECEIVED, "AB", False),
        (Verdict.ACCEPTED, "AP", True),
        (Verdict.CHANGED, "CA", True),
        (Verdict.HELD, "AB", False),
        (Verdict.REJECTED, "RE", False),
    ],
)
def test_every_verdict_has_its_code_and_is_valid(verdict: Verdict, code: str, has_lines: bool) -> None:
    lines = (answered_line(1, LineVerdict.ACCEPTED),)
    root = valid(order_response(answer_with(verdict, lines), interchange(**DETAILS)))
    assert root.findtext("{*}OrderResponseCode") == code
    assert bool(root.findall(LINE)) is has_lines


def test_no_verdict_is_forgotten() -> None:
    assert set(RESPONSE_CODES) == set(Verdict)
    assert set(LINE_CODES) == set(LineVerdict)


def test_every_line_says_what_becomes_of_it() -> None:
    root = valid(order_response(answer_with(Verdict.CHANGED, every_line_verdict()), interchange(**DETAILS)))
    told = [
        (
            item.findtext("{*}LineStatusCode"),
            item.findtext("{*}Quantity"),
            item.findtext("{*}MaximumBackorderQuantity"),
            item.findtext("{*}Delivery/{*}PromisedDeliveryPeriod/{*}EndDate"),
            item.findtext("{*}Price/{*}PriceAmount"),
        )
        for item in root.findall(LINE)
    ]
    assert dict(zip(LineVerdict, told, strict=True)) == {
        LineVerdict.ACCEPTED: ("5", "10", None, "2026-12-01", "2.5"),
        LineVerdict.QUANTITY_CHANGED: ("3", "4", None, "2026-12-01", "2.5"),
        LineVerdict.DATE_CHANGED: ("3", "10", None, "2026-12-01", "2.5"),
        LineVerdict.PRICE_CHANGED: ("3", "10", None, "2026-12-01", "2.5"),
        LineVerdict.SUBSTITUTED: ("3", "10", None, "2026-12-01", "2.5"),
        LineVerdict.BACKORDERED: ("3", "4", "6", "2026-12-01", "2.5"),
        LineVerdict.HELD: ("3", None, None, None, None),
        LineVerdict.REJECTED: ("7", None, None, None, None),
    }
    (substitute,) = root.findall("{*}OrderLine/{*}SellerSubstitutedLineItem")
    assert substitute.findtext("{*}Item/{*}SellersItemIdentification/{*}ID") == "CH-NEW"


def test_the_networks_own_rules_hold() -> None:
    root = valid(order_response(answer_with(Verdict.CHANGED, every_line_verdict()), interchange(**DETAILS)))
    assert root.findtext("{*}CustomizationID") == "urn:fdc:peppol.eu:poacc:trns:order_response:3"
    assert root.findtext("{*}ProfileID") == "urn:fdc:peppol.eu:poacc:bis:ordering:3"
    assert root.findtext("{*}OrderReference/{*}ID") == "PO-77"
    for side in ("BuyerCustomerParty", "SellerSupplierParty"):
        party = root.find(f"{{*}}{side}/{{*}}Party")
        assert party is not None
        assert party.findtext("{*}PartyLegalEntity/{*}RegistrationName")
        assert party.find("{*}EndpointID").get("schemeID") in ("0088", "0192")
    numbers = [item.findtext("{*}ID") for item in root.findall(LINE)]
    assert len(set(numbers)) == len(numbers)
    assert {price.get("currencyID") for price in root.iter("{*}PriceAmount")} == {"EUR"}
    assert not [node.tag for node in root.iter() if len(node) == 0 and not (node.text or "").strip()]


def test_parts_of_a_line_refer_to_the_line_that_was_ordered() -> None:
    parts = tuple(dataclasses.replace(answered_line(1, LineVerdict.ACCEPTED), line_no=f"7/{n}") for n in (1, 2))
    root = valid(order_response(answer_with(Verdict.CHANGED, parts), interchange(**DETAILS)))
    assert [node.text for node in root.findall(f"{LINE}/{{*}}ID")] == ["7/1", "7/2"]
    assert [node.text for node in root.findall("{*}OrderLine/{*}OrderLineReference/{*}LineID")] == ["7", "7"]


def test_no_text_breaks_out_of_its_element() -> None:
    lines = (answered_line(1, LineVerdict.DATE_CHANGED, text=HOSTILE),)
    root = valid(order_response(answer_with(Verdict.CHANGED, lines, HOSTILE), interchange(**DETAILS)))
    assert root.findtext("{*}Note") == CARRIED
    assert root.findtext(f"{LINE}/{{*}}Note") == CARRIED
    assert root.findtext("{*}BuyerCustomerParty/{*}Party/{*}PartyLegalEntity/{*}RegistrationName") == CARRIED


def test_the_same_answer_is_the_same_bytes_and_is_read_back() -> None:
    answer = answer_with(Verdict.CHANGED, every_line_verdict())
    content = order_response(answer, interchange(**DETAILS))
    assert content == order_response(answer, interchange(**DETAILS))
    reading = read(content, Hints())
    (order,) = reading.orders
    assert order.role is Role.CONFIRMATION
    assert order.text("refers_to") == "PO-77"
    assert (reading.envelope.sender, reading.envelope.receiver) == ("987654325", "7300010000001")
    assert [line["line_no"].text for line in order.lines] == [line.line_no for line in answer.lines]
    assert Decimal(order.lines[1]["quantity"].text) == 4
