"""UBL 2: Order, OrderChange and OrderCancellation, bare or in an envelope; answers and despatches by their role.

The rules of Peppol's order are checked; they reject where the document says that it is of that network.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from orderloop.interchange.facts import Envelope, Fault, FaultCode, Format, Hints, Place, Reading, ReadOrder, Role
from orderloop.interchange.readers.gathering import Gathered, as_day, as_number, joined, limited, worded
from orderloop.interchange.readers.ubl_figures import figures_of
from orderloop.interchange.readers.xml import Node, open_xml
from orderloop.interchange.rules.xml.party_numbers import rule_broken
from orderloop.interchange.rules.xml.ubl import faults_of
from orderloop.interchange.rules.xml.ubl_codes import NETWORK
from orderloop.interchange.rules.xml.values import decimal_stated, plain_quantity

_ROLES = {
    "Order": Role.ORDER,
    "OrderChange": Role.CHANGE,
    "OrderCancellation": Role.CANCELLATION,
    "OrderResponse": Role.CONFIRMATION,
    "OrderResponseSimple": Role.CONFIRMATION,
    "DespatchAdvice": Role.DESPATCH,
    "ApplicationResponse": Role.RECEIPT,
}
_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_ORDERING = frozenset({Role.ORDER, Role.CHANGE, Role.CANCELLATION})
# How deep below an envelope's root the document may stand.
_ENVELOPE_DEPTH = 4
_MANY_DOCUMENTS = 1_000
_GLN = frozenset({"GLN", "0088"})
# UNCL 1229, as orders and their changes use it.
_ACTIONS = {"1": "add", "2": "delete", "3": "change", "4": "none", "5": "none", "42": "none"}
_ADDRESS = (
    "Postbox", "MarkAttention", "StreetName", "BuildingName", "BuildingNumber", "BlockName", "Floor", "Room",
    "AdditionalStreetName", "AddressLine/Line", "Department", "PostalZone", "CitySubdivisionName", "CityName",
    "CountrySubentity", "Country/IdentificationCode",
)  # fmt: skip
# What an order is called in the network, and a change of one is not.
_OF_AN_ORDER = frozenset({"PEPPOL-T01-R031", "PEPPOL-T01-R034"})
# UNCL 1001: orders that are not to be delivered as they stand.
_DOUBTED_TYPES = frozenset({"221", "225", "227", "228"})
_TYPED = {"IssueDate": as_day, "EndDate": as_day}


def read(content: bytes, hints: Hints) -> Reading:
    """What a UBL document says; never raises."""
    opened = open_xml(content)
    if opened.root is None:
        return Reading(Format.UBL, faults=opened.faults)
    documents = list(_documents(opened.root))
    if not documents:
        fault = _nothing_known(opened.root)
        return Reading(Format.UBL, faults=(*opened.faults, fault))
    orders = tuple(_order(each) for each in documents)
    return Reading(Format.UBL, orders, opened.faults, envelope=_envelope(opened.root, documents[0]))


def _nothing_known(root: Node) -> Fault:
    if root.namespace.startswith(_NAMESPACE):
        name = root.namespace.rpartition(":")[2]
        if root.name == name.partition("-")[0]:
            return Fault(FaultCode.UNSUPPORTED, root.place, {"name": name})
        return Fault(FaultCode.INVALID_ELEMENT, root.place, {"name": name, "given": root.name})
    return Fault(FaultCode.NO_ORDER, root.place)


def _documents(root: Node) -> Iterator[Node]:
    """The root, or what of UBL an envelope holds (a Standard Business Document, a SOAP body)."""
    if _is_known(root):
        yield root
        return
    found = 0
    for node in root.inside(_ENVELOPE_DEPTH):
        if _is_known(node):
            yield node
            found += 1
            if found == _MANY_DOCUMENTS:
                return


def _is_known(node: Node) -> bool:
    return node.name in _ROLES and node.namespace == f"{_NAMESPACE}{node.name}-2"


def _envelope(root: Node, document: Node) -> Envelope:
    """Sender, receiver and number of the envelope where there is one, else of the parties."""
    header = root.first("StandardBusinessDocumentHeader")
    details = {
        name: text
        for name, path in (("customization_id", "CustomizationID"), ("profile_id", "ProfileID"), ("uuid", "UUID"))
        if (text := document.said(path))
    }
    if header is not None:
        return Envelope(
            header.said("Sender/Identifier"),
            header.said("Receiver/Identifier"),
            header.said("DocumentIdentification/InstanceIdentifier"),
            details=details,
        )
    buyer, seller = _endpoint(document, "Buyer", details), _endpoint(document, "Seller", details)
    sends = (buyer, seller) if _ROLES[document.name] in _ORDERING else (seller, buyer)
    return Envelope(*sends, control=document.said("ID"), details=details)


def _endpoint(document: Node, side: str, details: dict[str, str]) -> str:
    holder = {"Buyer": "BuyerCustomerParty", "Seller": "SellerSupplierParty"}[side]
    node = document.first(f"{holder}/Party/EndpointID")
    if node is None:
        return ""
    details[f"{side.lower()}_scheme"] = node.attribute("schemeID")
    return node.text


def _order(document: Node) -> ReadOrder:
    role = _ROLES[document.name]
    order = Gathered()
    _header(document, role, order)
    lines = [line for node in _line_nodes(document) for line in _lines(node, role)]
    _check(document, role, order, lines)
    read_order = order.order(role, lines)
    if role not in (Role.ORDER, Role.CHANGE):
        return read_order
    figures = figures_of(document, NETWORK)
    # The rules are those of an order; a change of one is measured by its sums and not refused.
    broken = faults_of(figures)
    if role is Role.CHANGE:
        broken = tuple(replace(f, rejects=False) for f in broken if f.params.get("rule", "") not in _OF_AN_ORDER)
    numbers = tuple(_number_faults(document)) if figures.is_peppol else ()
    return replace(read_order, faults=limited((*read_order.faults, *broken, *numbers)))


def _header(document: Node, role: Role, order: Gathered) -> None:
    order.take("po_number", order.only(document, "ID"))
    order.take("ordered_on", order.only(document, "IssueDate"), as_day)
    order.take("currency", order.only(document, "DocumentCurrencyCode"))
    order.take("refers_to", document.all("OrderReference/ID"))
    order.take("requested_on", _wanted(document), as_day)
    joined("note", [*document.all("Note"), *document.all("CancellationNote")], order)
    order.take("line_count", order.only(document, "LineCountNumeric"), as_number)
    _customer(document, order)
    _ship_to(document, order)
    _totals(document, order)
    terms = ("DeliveryTerms/ID", "DeliveryTerms/SpecialTerms", "PaymentTerms/Note", "TransactionConditions/Description")
    stated = [(node.path, node.text) for path in terms for node in document.all(path)]
    contracts = [(node.path, f"contract {node.text}") for node in document.all("Contract/ID") if node.text]
    worded("terms", [*stated, *contracts, *_charges(document)], order)
    _doubt(document, order)


def _doubt(document: Node, order: Gathered) -> None:
    """An order that is no firm one, or that came before."""
    kind, copy = document.first("OrderTypeCode"), document.first("CopyIndicator")
    if kind is not None and kind.text in _DOUBTED_TYPES:
        order.fault(FaultCode.DOUBTFUL, kind.path, rejects=False, name=kind.name, given=kind.text)
    if copy is not None and copy.text == "true":
        order.fault(FaultCode.DOUBTFUL, copy.path, rejects=False, name=copy.name, given=copy.text)


def _charges(node: Node) -> list[tuple[str, str]]:
    """Allowances and charges in words, each with its path: a sign, the reason, the percentage, the amount."""
    found = []
    for each in node.all("AllowanceCharge"):
        sign = "+" if each.said("ChargeIndicator") == "true" else "-"
        reason = each.said("AllowanceChargeReason") or each.said("AllowanceChargeReasonCode")
        percent = each.said("MultiplierFactorNumeric")
        amount = each.first("Amount")
        figure = f"{sign}{amount.text} {amount.attribute('currencyID')}" if amount is not None else sign
        found.append((each.path, " ".join(filter(None, (reason, f"{percent} %" if percent else "", figure)))))
    return found


def _wanted(node: Node) -> list[Node]:
    """The day goods are wanted: the end of the period in which they may come, else its start."""
    paths = (
        "Delivery/RequestedDeliveryPeriod/EndDate",
        "Delivery/RequestedDeliveryPeriod/StartDate",
        "RequestedDeliveryPeriod/EndDate",
        "RequestedDeliveryPeriod/StartDate",
        "Delivery/LatestDeliveryDate",
    )
    return [found for path in paths for found in node.all(path)[:1]]


def _customer(document: Node, order: Gathered) -> None:
    holder = document.first("BuyerCustomerParty") or document.first("DeliveryCustomerParty")
    if holder is None:
        return
    numbers = holder.all("Party/PartyIdentification/ID")
    endpoints = holder.all("Party/EndpointID")
    glns = [node for node in (*numbers, *endpoints) if node.attribute("schemeID").upper() in _GLN]
    others = [node for node in numbers if node.attribute("schemeID").upper() not in _GLN]
    order.take("customer_gln", glns)
    order.take("customer_code", [*holder.all("SupplierAssignedAccountID"), *others])
    order.take(
        "customer_name", [*holder.all("Party/PartyName/Name"), *holder.all("Party/PartyLegalEntity/RegistrationName")]
    )
    order.take(
        "customer_tax_id",
        [*holder.all("Party/PartyTaxScheme/CompanyID"), *holder.all("Party/PartyLegalEntity/CompanyID")],
    )
    contact = holder.all("Party/Contact/Name") or [
        node for name in ("FirstName", "FamilyName") for node in holder.all(f"Party/Person/{name}")
    ]
    joined("contact", contact[:2], order, " ")
    mails = ("Party/Contact/ElectronicMail", "DeliveryContact/ElectronicMail", "Party/Person/Contact/ElectronicMail")
    order.take("contact_email", [node for path in mails for node in holder.all(path)])


def _ship_to(document: Node, order: Gathered) -> None:
    delivery = document.first("Delivery")
    if delivery is None:
        return
    codes = ("DeliveryLocation/ID", "DeliveryLocation/Address/ID", "DeliveryParty/PartyIdentification/ID")
    order.take("ship_to_code", [node for path in codes for node in delivery.all(path)])
    order.take("ship_to_name", [*delivery.all("DeliveryLocation/Name"), *delivery.all("DeliveryParty/PartyName/Name")])
    address = delivery.first("DeliveryLocation/Address") or delivery.first("DeliveryAddress")
    if address is not None:
        joined("ship_to_text", [node for path in _ADDRESS for node in address.all(path)], order, ", ")


def _totals(document: Node, order: Gathered) -> None:
    totals = document.first("AnticipatedMonetaryTotal") or document.first("LegalMonetaryTotal")
    order.take("tax_total", document.all("TaxTotal/TaxAmount"), as_number)
    if totals is None:
        return
    net = [*order.only(totals, "TaxExclusiveAmount"), *order.only(totals, "LineExtensionAmount")]
    order.take("net_total", net, as_number)
    order.take("total", order.only(totals, "PayableAmount"), as_number)


def _line_nodes(document: Node) -> list[Node]:
    return document.all("OrderLine") or document.all("DespatchLine")


def _lines(node: Node, role: Role) -> list[Gathered]:
    """The line, or one for each delivery where its quantity is spread over several."""
    item = node.first("LineItem") or node
    deliveries = [each for each in item.all("Delivery") if each.said("Quantity")]
    if len(deliveries) < 2:
        return [_line(node, item, role)]
    total = decimal_stated(item.said("Quantity"))
    parts = [decimal_stated(each.said("Quantity")) for each in deliveries]
    spread = [_line(node, item, role, delivery, i) for i, delivery in enumerate(deliveries, start=1)]
    counted = sum((part or Decimal(0) for part in parts), Decimal(0))
    if total is not None and total != counted:
        given, expected = plain_quantity(total), plain_quantity(counted)
        spread[0].fault(FaultCode.INCONSISTENT, item.path, name="Quantity", given=given, expected=expected)
    for each in spread[1:]:
        each.faults.clear()
    return spread


def _line(node: Node, item: Node, role: Role, delivery: Node | None = None, part: int = 0) -> Gathered:
    line = Gathered()
    line.need(item, "ID")
    number = item.first("ID")
    if number is not None:
        line.keep("line_no", f"{number.text}/{part}" if part else number.text, number.raw, number.path)
    if role is Role.CHANGE:
        _action(item, line)
    product = item.first("Item")
    if product is None:
        line.fault(FaultCode.MISSING_SEGMENT, item.path, name="Item")
    else:
        _product(product, line)
    quantities = ("Quantity", "DeliveredQuantity")
    quantity = [found for path in quantities for found in line.only(item, path)]
    if delivery is not None:
        quantity = delivery.all("Quantity")
    line.take("quantity", quantity, as_number)
    if quantity and (unit := quantity[0].attribute("unitCode")):
        line.keep("unit", unit, unit, f"{quantity[0].path}/@unitCode")
    line.take("unit_price", line.only(item, "Price/PriceAmount"), as_number)
    line.take("price_basis", line.only(item, "Price/BaseQuantity"), as_number)
    if delivery is None:
        line.take("amount", line.only(item, "LineExtensionAmount"), as_number)
    line.take("requested_on", _wanted(item) if delivery is None else _wanted(delivery), as_day)
    notes = [*node.all("Note"), *(item.all("Note") if item is not node else ())]
    worded("note", [*((each.path, each.text) for each in notes), *_charges(item)], line)
    _basis_unit(item, quantity, line)
    return line


def _action(item: Node, line: Gathered) -> None:
    code = item.first("LineStatusCode")
    if code is None or not code.text:
        return
    if code.text in _ACTIONS:
        line.keep("action", _ACTIONS[code.text], code.raw, code.path)
    else:
        line.fault(FaultCode.INVALID_ELEMENT, code.path, name="LineStatusCode", given=code.text[:80])


def _product(product: Node, line: Gathered) -> None:
    line.take("item", line.only(product, "SellersItemIdentification/ID"))
    line.take("customer_item", line.only(product, "BuyersItemIdentification/ID"))
    line.take("barcode", line.only(product, "StandardItemIdentification/ID"))
    line.take("description", [*product.all("Name"), *product.all("Description")])


def _basis_unit(item: Node, quantity: list[Node], line: Gathered) -> None:
    """A price for another unit than is ordered cannot be multiplied with the quantity."""
    basis = item.first("Price/BaseQuantity")
    if basis is None or not quantity:
        return
    given, ordered = basis.attribute("unitCode"), quantity[0].attribute("unitCode")
    if given and ordered and given != ordered:
        line.fault(
            FaultCode.INCONSISTENT, basis.path, rejects=False, name="unitCode", given=given[:80], expected=ordered[:80]
        )


def _check(document: Node, role: Role, order: Gathered, lines: list[Gathered]) -> None:
    """What the standard itself asks for."""
    if role not in _ORDERING:
        return
    order.need(document, "ID", "IssueDate")
    for party in ("BuyerCustomerParty", "SellerSupplierParty"):
        if document.first(party) is None:
            order.fault(FaultCode.MISSING_SEGMENT, document.path, name=party)
    if role is not Role.ORDER:
        order.need(document, "OrderReference/ID")
    if role is not Role.CANCELLATION and not lines:
        order.fault(FaultCode.MISSING_SEGMENT, document.path, name="OrderLine")
    stated = document.first("LineCountNumeric")
    counted = len(document.all("OrderLine"))
    if stated is not None and decimal_stated(stated.text) not in (None, Decimal(counted)):
        order.fault(FaultCode.CONTROL_COUNT, stated.path, given=stated.text[:80], counted=str(counted))
    for path, form in _TYPED.items():
        for node in document.all(f"ValidityPeriod/{path}"):
            if form(node.text) is None:
                order.fault(FaultCode.INVALID_ELEMENT, node.path, name=path, given=node.text[:80])


def _number_faults(document: Node) -> Iterator[Fault]:
    for holder in ("BuyerCustomerParty", "SellerSupplierParty"):
        for path in ("EndpointID", "PartyIdentification/ID", "PartyLegalEntity/CompanyID"):
            for node in document.all(f"{holder}/Party/{path}"):
                rule = rule_broken(node.attribute("schemeID"), node.text)
                if rule:
                    params = {"name": path, "given": node.text[:80], "rule": rule}
                    yield Fault(FaultCode.INVALID_ELEMENT, Place(node.path), params)
