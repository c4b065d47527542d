"""Our answers in UBL: the OrderResponse of Peppol BIS Ordering 3."""

from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from orderloop.interchange.facts import Answer, AnsweredLine, Interchange, LineVerdict, Party, Verdict
from orderloop.interchange.writers.xml import add, plain, to_bytes

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_CAC = f"{{{_NAMESPACE}CommonAggregateComponents-2}}"
_CBC = f"{{{_NAMESPACE}CommonBasicComponents-2}}"
_ROOT = f"{_NAMESPACE}OrderResponse-2"

# UNCL 4343: received, accepted, conditionally accepted, rejected. What is held was received and no more.
RESPONSE_CODES: Mapping[Verdict, str] = {
    Verdict.RECEIVED: "AB",
    Verdict.ACCEPTED: "AP",
    Verdict.CHANGED: "CA",
    Verdict.HELD: "AB",
    Verdict.REJECTED: "RE",
}
# UNCL 1229 as the network takes it: 5 accepted as it is, 3 changed, 7 not accepted. A line that is held in an answered
# order is a change whose quantity is still open: none is stated.
LINE_CODES: Mapping[LineVerdict, str] = {
    LineVerdict.ACCEPTED: "5",
    LineVerdict.QUANTITY_CHANGED: "3",
    LineVerdict.DATE_CHANGED: "3",
    LineVerdict.PRICE_CHANGED: "3",
    LineVerdict.SUBSTITUTED: "3",
    LineVerdict.BACKORDERED: "3",
    LineVerdict.HELD: "3",
    LineVerdict.REJECTED: "7",
}
_WITH_LINES = frozenset({"AP", "CA"})
_UNDECIDED = frozenset({LineVerdict.HELD, LineVerdict.REJECTED})
_SCHEMES = {"GLN": "0088", "ILN": "0088", "DUNS": "0060"}


def order_response(answer: Answer, interchange: Interchange) -> bytes:
    """The answer as an OrderResponse. Lines stand in it when the order is accepted, as it is or with changes."""
    root = etree.Element(f"{{{_ROOT}}}OrderResponse", nsmap={None: _ROOT, "cac": _CAC[1:-1], "cbc": _CBC[1:-1]})
    code = RESPONSE_CODES[answer.verdict]
    _basic(root, "CustomizationID", CUSTOMIZATION)
    _basic(root, "ProfileID", PROFILE)
    _basic(root, "ID", answer.document_no)
    _optional(root, "SalesOrderID", answer.number)
    _basic(root, "IssueDate", answer.at.date().isoformat())
    _basic(root, "IssueTime", answer.at.strftime("%H:%M:%SZ"))
    _basic(root, "OrderResponseCode", code)
    _optional(root, "Note", answer.reason)
    _optional(root, "DocumentCurrencyCode", answer.currency)
    _basic(_part(root, "OrderReference"), "ID", answer.po_number)
    details = interchange.details
    _party(_part(root, "SellerSupplierParty"), answer.seller, interchange.sender, details.get("seller_scheme", ""))
    _party(_part(root, "BuyerCustomerParty"), answer.buyer, interchange.receiver, details.get("buyer_scheme", ""))
    for line in answer.lines if code in _WITH_LINES else ():
        _line(_part(root, "OrderLine"), line, answer.currency)
    return to_bytes(root)


def _part(parent: etree._Element, name: str) -> etree._Element:
    return add(parent, _CAC + name)


def _basic(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    add(parent, _CBC + name, text, **attributes)


def _optional(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    if text.strip():
        _basic(parent, name, text, **attributes)


def _party(holder: etree._Element, party: Party, endpoint: str, scheme: str) -> None:
    node = _part(holder, "Party")
    _optional(node, "EndpointID", endpoint, schemeID=_SCHEMES.get(scheme, scheme))
    if party.code:
        _basic(_part(node, "PartyIdentification"), "ID", party.code, schemeID=_SCHEMES.get(party.scheme, ""))
    if party.name:
        _basic(_part(node, "PartyLegalEntity"), "RegistrationName", party.name)


def _line(holder: etree._Element, line: AnsweredLine, currency: str) -> None:
    item = _part(holder, "LineItem")
    _basic(item, "ID", line.line_no)
    _optional(item, "Note", line.reason)
    _basic(item, "LineStatusCode", LINE_CODES[line.verdict])
    if line.verdict not in _UNDECIDED:
        _basic(item, "Quantity", plain(line.quantity), unitCode=line.unit)
    if line.verdict is LineVerdict.BACKORDERED:
        rest = max(line.ordered_quantity - line.quantity, Decimal(0))
        _basic(item, "MaximumBackorderQuantity", plain(rest), unitCode=line.unit)
    if line.promised_on is not None and line.verdict not in _UNDECIDED:
        period = _part(_part(item, "Delivery"), "PromisedDeliveryPeriod")
        _basic(period, "StartDate", line.promised_on.isoformat())
        _basic(period, "EndDate", line.promised_on.isoformat())
    if line.unit_price is not None and line.verdict not in _UNDECIDED:
        _basic(_part(item, "Price"), "PriceAmount", plain(line.unit_price), currencyID=currency)
    _item(item, line.description, line.customer_item, line.item)
    if line.verdict is LineVerdict.SUBSTITUTED and line.substitute:
        substitute = _part(holder, "SellerSubstitutedLineItem")
        _basic(substitute, "ID", line.line_no)
        _item(substitute, "", "", line.substitute)
    # A line that was spread over several days is answered in parts; they refer to the one line ordered.
    _basic(_part(holder, "OrderLineReference"), "LineID", line.line_no.partition("/")[0])


def _item(parent: etree._Element, name: str, buyers: str, sellers: str) -> None:
    item = _part(parent, "Item")
    _basic(item, "Name", name or sellers or buyers)
    if buyers:
        _basic(_part(item, "BuyersItemIdentification"), "ID", buyers)
    if sellers:
        _basic(_part(item, "SellersItemIdentification"), "ID", sellers)
