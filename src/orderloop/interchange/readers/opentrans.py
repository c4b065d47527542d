"""openTRANS 1.0 and 2.1: ORDER and ORDERCHANGE; answers and despatches by role. Signatures are told, not judged."""

from decimal import Decimal

from orderloop.interchange.facts import Envelope, Fault, FaultCode, Format, Hints, Reading, ReadOrder, Role
from orderloop.interchange.readers.gathering import Gathered, as_day, as_number, joined, worded
from orderloop.interchange.readers.xml import Node, open_xml
from orderloop.interchange.rules.xml.values import decimal_stated, plain_quantity

_ROLES = {
    "ORDER": Role.ORDER,
    "ORDERCHANGE": Role.CHANGE,
    "ORDERRESPONSE": Role.CONFIRMATION,
    "DISPATCHNOTIFICATION": Role.DESPATCH,
}
_NUMBERS = ("ORDERCHANGE_ID", "ORDERRESPONSE_ID", "DISPATCHNOTIFICATION_ID")
_ADDRESS = ("NAME2", "NAME3", "STREET", "BOXNO", "ZIP", "CITY", "STATE", "COUNTRY")
_GLN_TYPES = frozenset({"iln", "gln"})
# Version 2.1 names the parties by their role, 1.0 by the element they stand in.
_OLD_PARTIES = {"buyer": "BUYER_PARTY", "delivery": "SHIPMENT_PARTIES/DELIVERY_PARTY", "supplier": "SUPPLIER_PARTY"}
_REFERENCES = {
    "buyer": "BUYER_IDREF",
    "delivery": "SHIPMENT_PARTIES_REFERENCE/DELIVERY_IDREF",
    "supplier": "SUPPLIER_IDREF",
}
_BARCODES = frozenset({"", "ean", "gtin", "upc"})
_WANTED = ("DELIVERY_DATE/DELIVERY_END_DATE", "DELIVERY_DATE/DELIVERY_START_DATE")


def read(content: bytes, hints: Hints) -> Reading:
    """What an openTRANS document says; never raises."""
    opened = open_xml(content)
    if opened.root is None:
        return Reading(Format.OPENTRANS, faults=opened.faults)
    root = opened.root
    documents = [root] if root.name in _ROLES else [node for name in _ROLES for node in root.children().get(name, ())]
    if not documents:
        wrong = Fault(FaultCode.NO_ORDER, root.place)
        if root.name.upper() in _ROLES:
            wrong = Fault(FaultCode.INVALID_ELEMENT, root.place, {"name": root.name.upper(), "given": root.name})
        return Reading(Format.OPENTRANS, faults=(*opened.faults, wrong))
    orders = tuple(_order(each) for each in documents)
    return Reading(Format.OPENTRANS, orders, opened.faults, envelope=_envelope(documents[0], orders[0]))


def _information(document: Node) -> Node | None:
    return document.first(f"{document.name}_HEADER/{document.name}_INFO")


def _envelope(document: Node, order: ReadOrder) -> Envelope:
    information = _information(document)
    signed = any(node.name == "Signature" for node in document.inside(3))
    details = {"version": document.attribute("version"), "type": document.attribute("type")}
    details["signed"] = "yes" if signed else ""
    parties = {side: _party(information, side) if information else None for side in ("buyer", "supplier")}
    return Envelope(
        sender=_identifier(parties["buyer"]),
        receiver=_identifier(parties["supplier"]),
        control=order.text("po_number"),
        details={name: text for name, text in details.items() if text},
    )


def _identifier(party: Node | None) -> str:
    return party.said("PARTY_ID") if party is not None else ""


def _party(information: Node, role: str) -> Node | None:
    parties = information.all("PARTIES/PARTY")
    for party in parties:
        if any(node.text == role for node in party.all("PARTY_ROLE")):
            return party
    # Without roles, the references say which party is which.
    wanted = information.said(f"ORDER_PARTIES_REFERENCE/{_REFERENCES[role]}")
    for party in parties if wanted else ():
        if any(node.text == wanted for node in party.all("PARTY_ID")):
            return party
    return information.first(f"ORDER_PARTIES/{_OLD_PARTIES[role]}/PARTY")


def _order(document: Node) -> ReadOrder:
    role, order = _ROLES[document.name], Gathered()
    information = _information(document)
    items = [
        item for list_ in sorted({f"{document.name}_ITEM_LIST", "ORDER_ITEM_LIST"}) for item in _items(document, list_)
    ]
    if information is None:
        order.fault(FaultCode.MISSING_SEGMENT, document.path, name=f"{document.name}_INFO")
    else:
        _header(document, information, role, order)
    if role in (Role.ORDER, Role.CHANGE):
        if not items and role is Role.ORDER:
            order.fault(FaultCode.MISSING_SEGMENT, document.path, name="ORDER_ITEM")
        _summary(document, items, order)
    return order.order(role, [_line(item) for item in items])


def _items(document: Node, name: str) -> list[Node]:
    holder = document.first(name)
    if holder is None:
        return []
    return [node for child, same in holder.children().items() if child.endswith("_ITEM") for node in same]


def _header(document: Node, information: Node, role: Role, order: Gathered) -> None:
    own = [node for name in _NUMBERS for node in order.only(information, name)]
    if role is Role.ORDER or not own:
        order.take("po_number", order.only(information, "ORDER_ID"))
    else:
        order.take("po_number", own)
    if role is not Role.ORDER:
        order.take("refers_to", [*information.all("ORDER_ID"), *information.all("ORDER_REFERENCE/ORDER_ID")])
    order.take("ordered_on", order.only(information, f"{document.name}_DATE"), as_day)
    if role is Role.ORDER:
        order.need(information, "ORDER_ID", "ORDER_DATE")
    order.take("requested_on", [node for path in _WANTED for node in information.all(path)], as_day)
    order.take("currency", [*information.all("CURRENCY"), *information.all("PRICE_CURRENCY")])
    joined("note", [*information.all("REMARKS"), *information.all("REMARK")], order)
    joined("terms", [*information.all("TRANSPORT/INCOTERM"), *information.all("TERMS_AND_CONDITIONS")], order)
    _buyer(information, order)
    _ship_to(information, order)


def _buyer(information: Node, order: Gathered) -> None:
    buyer = _party(information, "buyer")
    if buyer is None:
        return
    numbers = buyer.all("PARTY_ID")
    order.take("customer_gln", [n for n in numbers if n.attribute("type").lower() in _GLN_TYPES])
    order.take("customer_code", [n for n in numbers if n.attribute("type").lower() not in _GLN_TYPES])
    address = buyer.first("ADDRESS")
    if address is None:
        return
    order.take("customer_name", address.all("NAME"))
    order.take("customer_tax_id", [*address.all("VAT_ID"), *address.all("TAX_NUMBER")])
    contact = address.first("CONTACT_DETAILS") or address.first("CONTACT")
    if contact is not None:
        joined("contact", [*contact.all("FIRST_NAME"), *contact.all("CONTACT_NAME")], order, " ")
    mails = ("CONTACT_DETAILS/EMAILS/EMAIL", "CONTACT/EMAIL", "EMAIL")
    order.take("contact_email", [node for path in mails for node in address.all(path)])


def _ship_to(information: Node, order: Gathered) -> None:
    delivery = _party(information, "delivery")
    if delivery is None:
        references = information.all("ORDER_PARTIES_REFERENCE/SHIPMENT_PARTIES_REFERENCE/DELIVERY_IDREF")
        order.take("ship_to_code", references)
        return
    order.take("ship_to_code", delivery.all("PARTY_ID"))
    order.take("ship_to_name", delivery.all("ADDRESS/NAME"))
    joined("ship_to_text", [n for name in _ADDRESS for n in delivery.all(f"ADDRESS/{name}")], order, ", ")


def _summary(document: Node, items: list[Node], order: Gathered) -> None:
    summary = document.first(f"{document.name}_SUMMARY") or document.first("ORDER_SUMMARY")
    if summary is None:
        return
    order.take("line_count", order.only(summary, "TOTAL_ITEM_NUM"), as_number)
    order.take("net_total", order.only(summary, "TOTAL_AMOUNT"), as_number)
    count, total = summary.first("TOTAL_ITEM_NUM"), summary.first("TOTAL_AMOUNT")
    if count is not None and decimal_stated(count.text) not in (None, Decimal(len(items))):
        order.fault(FaultCode.CONTROL_COUNT, count.path, given=count.text[:80], counted=str(len(items)))
    paths = ("PRICE_LINE_AMOUNT", "ARTICLE_PRICE/PRICE_LINE_AMOUNT")
    amounts = [decimal_stated(item.said(paths[0]) or item.said(paths[1])) for item in items]
    stated = decimal_stated(total.text) if total is not None else None
    if stated is not None and total is not None and items and None not in amounts:
        counted = sum((amount or Decimal(0) for amount in amounts), Decimal(0))
        if abs(stated - counted) > Decimal("0.01"):
            given, expected = plain_quantity(stated), plain_quantity(counted)
            order.fault(
                FaultCode.INCONSISTENT, total.path, rejects=False, name="TOTAL_AMOUNT", given=given, expected=expected
            )


def _line(item: Node) -> Gathered:
    line = Gathered()
    line.need(item, "LINE_ITEM_ID", "QUANTITY")
    line.take("line_no", line.only(item, "LINE_ITEM_ID"))
    product = item.first("PRODUCT_ID") or item.first("ARTICLE_ID")
    if product is None:
        line.fault(FaultCode.MISSING_SEGMENT, item.path, name="PRODUCT_ID")
    else:
        line.take("item", [*product.all("SUPPLIER_PID"), *product.all("SUPPLIER_AID")])
        line.take("customer_item", [*product.all("BUYER_PID"), *product.all("BUYER_AID")])
        numbers = [*product.all("INTERNATIONAL_PID"), *product.all("INTERNATIONAL_AID")]
        line.take("barcode", [node for node in numbers if node.attribute("type").lower() in _BARCODES])
        line.take("description", [*product.all("DESCRIPTION_SHORT"), *product.all("DESCRIPTION_LONG")])
    line.take("quantity", line.only(item, "QUANTITY"), as_number)
    line.take("unit", item.all("ORDER_UNIT"))
    price = item.first("PRODUCT_PRICE_FIX") or item.first("ARTICLE_PRICE")
    if price is not None:
        line.take("unit_price", line.only(price, "PRICE_AMOUNT"), as_number)
        line.take("price_basis", line.only(price, "PRICE_QUANTITY"), as_number)
    amounts = [*item.all("PRICE_LINE_AMOUNT"), *item.all("ARTICLE_PRICE/PRICE_LINE_AMOUNT")]
    line.take("amount", amounts, as_number)
    line.take("requested_on", [node for path in _WANTED for node in item.all(path)], as_day)
    notes = [(node.path, node.text) for node in (*item.all("REMARKS"), *item.all("REMARK"))]
    worded("note", [*notes, *_charges(item)], line)
    return line


def _charges(item: Node) -> list[tuple[str, str]]:
    """Allowances and charges in words, each with its path."""
    holders = ("PRODUCT_PRICE_FIX/ALLOW_OR_CHARGES_FIX", "ALLOW_OR_CHARGES_FIX")
    found = [node for path in holders for node in item.all(f"{path}/ALLOW_OR_CHARGE")]
    return [
        (each.path, " ".join(filter(None, (each.attribute("type"), *(part.text for part in _leaves(each))))))
        for each in found
    ]


def _leaves(node: Node) -> list[Node]:
    return [each for each in node.inside(3) if len(each.element) == 0]
