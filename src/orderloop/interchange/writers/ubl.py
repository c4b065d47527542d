"""Our answers in UBL: the OrderResponse of Peppol BIS Ordering 3 and the DespatchAdvice of BIS Despatch Advice 3."""

from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from orderloop.interchange.facts import Answer, AnsweredLine, Despatch, Interchange, LineVerdict, Party, Verdict
from orderloop.interchange.rules.xml.ubl_codes import ADVANCED
from orderloop.interchange.writers.lines import by_ordered_line, joined, number_of
from orderloop.interchange.writers.xml import add, plain, to_bytes

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
# To whom may change his orders the response is a message of its own.
ADVANCED_CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:order_response_advanced:3"
DESPATCH_CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:despatch_advice:3"
DESPATCH_PROFILE = "urn:fdc:peppol.eu:poacc:bis:despatch_advice:3"

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_CAC = f"{{{_NAMESPACE}CommonAggregateComponents-2}}"
_CBC = f"{{{_NAMESPACE}CommonBasicComponents-2}}"

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
    root = _root("OrderResponse")
    code = RESPONSE_CODES[answer.verdict]
    is_advanced = interchange.details.get("profile_id", "") == ADVANCED
    _basic(root, "CustomizationID", ADVANCED_CUSTOMIZATION if is_advanced else CUSTOMIZATION)
    _basic(root, "ProfileID", ADVANCED if is_advanced else PROFILE)
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


def despatch_advice(despatch: Despatch, interchange: Interchange) -> bytes:
    """The shipment as a DespatchAdvice: who sends what to whom, with the carrier and his number."""
    root = _root("DespatchAdvice")
    details = interchange.details
    _basic(root, "CustomizationID", DESPATCH_CUSTOMIZATION)
    _basic(root, "ProfileID", DESPATCH_PROFILE)
    _basic(root, "ID", despatch.document_no)
    _basic(root, "IssueDate", despatch.at.date().isoformat())
    _basic(root, "IssueTime", despatch.at.strftime("%H:%M:%SZ"))
    order = _part(root, "OrderReference")
    _basic(order, "ID", despatch.po_number)
    _optional(order, "SalesOrderID", despatch.number)
    sides = (
        ("DespatchSupplierParty", despatch.seller, interchange.sender, details.get("seller_scheme", "")),
        ("DeliveryCustomerParty", despatch.buyer, interchange.receiver, details.get("buyer_scheme", "")),
    )
    for holder, party, endpoint, scheme in sides:
        _party(_part(root, holder), party, endpoint, scheme, is_named=True)
    _shipment(_part(root, "Shipment"), despatch)
    for number, parts in enumerate(by_ordered_line(despatch.lines), start=1):
        _despatch_line(_part(root, "DespatchLine"), number, joined(parts))
    return to_bytes(root)


def _shipment(node: etree._Element, despatch: Despatch) -> None:
    _basic(node, "ID", "1")
    if despatch.carrier.strip():
        consignment = _part(node, "Consignment")
        _basic(consignment, "ID", "1")
        _basic(_part(_part(consignment, "CarrierParty"), "PartyName"), "Name", despatch.carrier)
    delivery = _part(node, "Delivery")
    _optional(delivery, "TrackingID", despatch.tracking_number)
    gone = _part(delivery, "Despatch")
    _basic(gone, "ActualDespatchDate", despatch.at.date().isoformat())
    _basic(gone, "ActualDespatchTime", despatch.at.strftime("%H:%M:%SZ"))


def _despatch_line(node: etree._Element, number: int, line: AnsweredLine) -> None:
    _basic(node, "ID", str(number))
    _basic(node, "DeliveredQuantity", plain(line.quantity), unitCode=line.unit)
    _basic(_part(node, "OrderLineReference"), "LineID", line.line_no)
    _item(node, line.description, line.customer_item, line.item)


def _root(name: str) -> etree._Element:
    space = f"{_NAMESPACE}{name}-2"
    return etree.Element(f"{{{space}}}{name}", nsmap={None: space, "cac": _CAC[1:-1], "cbc": _CBC[1:-1]})


def _part(parent: etree._Element, name: str) -> etree._Element:
    return add(parent, _CAC + name)


def _basic(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    add(parent, _CBC + name, text, **attributes)


def _optional(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    if text.strip():
        _basic(parent, name, text, **attributes)


def _party(holder: etree._Element, party: Party, endpoint: str, scheme: str, *, is_named: bool = False) -> None:
    node = _part(holder, "Party")
    _optional(node, "EndpointID", endpoint, schemeID=_SCHEMES.get(scheme, scheme))
    if party.code:
        _basic(_part(node, "PartyIdentification"), "ID", party.code, schemeID=_SCHEMES.get(party.scheme, ""))
    elif is_named and not party.name:
        # A party without a name is known by the address of its mailbox.
        _basic(_part(node, "PartyIdentification"), "ID", endpoint, schemeID=_SCHEMES.get(scheme, scheme))
    if party.name and is_named:
        _basic(_part(node, "PartyName"), "Name", party.name)
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
    _basic(_part(holder, "OrderLineReference"), "LineID", number_of(line))


def _item(parent: etree._Element, name: str, buyers: str, sellers: str) -> None:
    item = _part(parent, "Item")
    _basic(item, "Name", name or sellers or buyers)
    if buyers:
        _basic(_part(item, "BuyersItemIdentification"), "ID", buyers)
    if sellers:
        _basic(_part(item, "SellersItemIdentification"), "ID", sellers)
