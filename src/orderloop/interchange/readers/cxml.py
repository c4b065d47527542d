"""cXML: OrderRequest (new, update, delete) and, by their role, what else partners send. Secrets are never kept."""

import hmac
from decimal import Decimal

from orderloop.interchange.facts import Envelope, Fault, FaultCode, Format, Hints, Reading, ReadOrder, Role
from orderloop.interchange.readers.gathering import Gathered, as_day, joined, worded
from orderloop.interchange.readers.xml import Node, cleaned, open_xml
from orderloop.interchange.rules.xml.values import decimal_stated, number_grouped, number_stated, plain_quantity

_ORDER_ROLES = {"new": Role.ORDER, "update": Role.CHANGE, "delete": Role.CANCELLATION}
_OTHER_ROLES = {
    "ConfirmationRequest": Role.CONFIRMATION,
    "ShipNoticeRequest": Role.DESPATCH,
    "PunchOutOrderMessage": Role.OTHER,
    "StatusUpdateRequest": Role.RECEIPT,
    "InvoiceDetailRequest": Role.OTHER,
    "PunchOutSetupRequest": Role.OTHER,
    "ProfileRequest": Role.OTHER,
}
# Who is named for our side is nobody to be asked about the order.
_OUR_CONTACTS = ("supplier", "sales", "customerService", "remitTo", "orderingLocation")
_ADDRESS = ("DeliverTo", "Street", "PostalCode", "City", "State", "Country")
# What a request to us says that must not be read as an ordinary firm order.
_UNUSUAL_ORDERS = {"blanket": "orderType=blanket", "stockTransport": "orderType=stockTransport"}


def read(content: bytes, hints: Hints) -> Reading:
    """What a cXML document says; never raises."""
    opened = open_xml(content)
    if opened.root is None:
        return Reading(Format.CXML, faults=opened.faults)
    root = opened.root
    if root.name != "cXML":
        wrong = Fault(FaultCode.NO_ORDER, root.place)
        if root.name.lower() == "cxml":
            wrong = Fault(FaultCode.INVALID_ELEMENT, root.place, {"name": "cXML", "given": root.name})
        return Reading(Format.CXML, faults=(*opened.faults, wrong))
    faults = [*opened.faults, *_envelope_faults(root)]
    orders = tuple(_order(node) for node in root.all("Request/OrderRequest"))
    orders += tuple(_other(node, role) for name, role in _OTHER_ROLES.items() for node in _payloads(root, name))
    if root.first("Response") is not None:
        orders += (_response(root),)
    if not orders:
        faults.append(Fault(FaultCode.NO_ORDER, root.place))
    return Reading(Format.CXML, orders, tuple(faults), envelope=_envelope(root, orders))


def secret_agrees(content: bytes, secret: str) -> bool:
    """Whether the document's sender knows the secret agreed with him; takes as long whatever he writes."""
    root = open_xml(content).root
    node = root.first("Header/Sender/Credential/SharedSecret") if root is not None else None
    given = node.text if node is not None else ""
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def _payloads(root: Node, name: str) -> list[Node]:
    return [*root.all(f"Request/{name}"), *root.all(f"Message/{name}")]


def _envelope_faults(root: Node) -> list[Fault]:
    faults = []
    if not root.attribute("payloadID"):
        faults.append(Fault(FaultCode.ENVELOPE, root.place, {"detail": "payloadID"}))
    if root.first("Response") is None:
        for path in ("Header/From/Credential/Identity", "Header/To/Credential/Identity"):
            if not root.said(path):
                faults.append(Fault(FaultCode.ENVELOPE, root.place, {"detail": path}))
    return faults


def _envelope(root: Node, orders: tuple[ReadOrder, ...]) -> Envelope:
    request = root.first("Request") or root.first("Message") or root.first("Response")
    details = {
        "payload_id": root.attribute("payloadID"),
        "timestamp": root.attribute("timestamp"),
        "from_domain": _credential(root, "From")[0],
        "to_domain": _credential(root, "To")[0],
        "sender_domain": _credential(root, "Sender")[0],
        "sender_identity": _credential(root, "Sender")[1],
        "user_agent": root.said("Header/Sender/UserAgent"),
        "order_date": _raw_date(root),
        "refers_to_payload": _referred(root),
    }
    return Envelope(
        sender=_credential(root, "From")[1],
        receiver=_credential(root, "To")[1],
        control=root.attribute("payloadID"),
        is_test=request is not None and request.attribute("deploymentMode") == "test",
        wants_receipt=root.first("Request") is not None,
        details={name: text[:200] for name, text in details.items() if text},
    )


def _credential(root: Node, side: str) -> tuple[str, str]:
    """Domain and identity: of the member himself where a marketplace names itself too."""
    credentials = root.all(f"Header/{side}/Credential")
    own = [each for each in credentials if each.attribute("type") != "marketplace"] or credentials
    return (own[0].attribute("domain"), own[0].said("Identity")) if own else ("", "")


def _raw_date(root: Node) -> str:
    header = root.first("Request/OrderRequest/OrderRequestHeader")
    return header.attribute("orderDate") if header is not None else ""


def _referred(root: Node) -> str:
    holders = ("OrderRequest/OrderRequestHeader", "StatusUpdateRequest")
    found = [node for holder in holders for node in root.all(f"Request/{holder}/DocumentReference")]
    return found[0].attribute("payloadID") if found else ""


def _order(request: Node) -> ReadOrder:
    order = Gathered()
    header = request.first("OrderRequestHeader")
    if header is None:
        order.fault(FaultCode.MISSING_SEGMENT, request.path, name="OrderRequestHeader")
        return order.order(Role.ORDER, ())
    role = _role(header, order)
    _attribute(header, "orderID", "po_number", order, needed=True)
    _attribute(header, "orderDate", "ordered_on", order, needed=True)
    _attribute(header, "requestedDeliveryDate", "requested_on", order)
    if role is not Role.ORDER:
        _attribute(header, "orderID", "refers_to", order)
    _unusual(header, order)
    _header(header, order)
    _ship_to_of_lines(request, order)
    items = request.all("ItemOut")
    if not items and role is not Role.CANCELLATION:
        order.fault(FaultCode.MISSING_SEGMENT, request.path, name="ItemOut")
    lines = [line for item in items for line in _lines(item, order)]
    _currencies(request, order)
    return order.order(role, lines)


def _role(header: Node, order: Gathered) -> Role:
    kind = header.attribute("type") or "new"
    if kind not in _ORDER_ROLES:
        order.fault(FaultCode.INVALID_ELEMENT, f"{header.path}/@type", name="type", given=kind[:80])
    return _ORDER_ROLES.get(kind, Role.ORDER)


def _unusual(header: Node, order: Gathered) -> None:
    name = _UNUSUAL_ORDERS.get(header.attribute("orderType"))
    if name:
        order.fault(FaultCode.UNSUPPORTED, f"{header.path}/@orderType", name=name)


def _attribute(node: Node, attribute: str, name: str, to: Gathered, *, needed: bool = False) -> None:
    text = node.attribute(attribute)
    form = {"ordered_on": as_day, "requested_on": as_day, "quantity": number_stated}.get(name)
    path = f"{node.path}/@{attribute}"
    if text and form:
        to.keep(name, text, text, path, form)
    elif text:
        to.keep(name, text, text, path)
    elif needed:
        to.fault(FaultCode.MISSING_SEGMENT, node.path, name=f"@{attribute}")


def _header(header: Node, order: Gathered) -> None:
    order.take("total", order.only(header, "Total/Money"), number_grouped)
    order.take("tax_total", order.only(header, "Tax/Money"), number_grouped)
    money = header.first("Total/Money")
    if money is not None and (currency := money.attribute("currency")):
        order.keep("currency", currency, currency, f"{money.path}/@currency")
    worded("note", _comments(header), order)
    terms = [*header.all("TermsOfDelivery/TermsOfDeliveryCode"), *header.all("PaymentTerm/Description")]
    stated = [(node.path, node.text) for node in terms]
    if agreement := header.attribute("agreementID"):
        stated.append((f"{header.path}/@agreementID", f"contract {agreement}"))
    worded("terms", [*stated, *_days_of_payment(header), *_freight(header)], order)
    _buyer(header, order)
    _ship_to(header.first("ShipTo/Address"), order)


def _ship_to(address: Node | None, order: Gathered) -> None:
    if address is not None:
        _attribute(address, "addressID", "ship_to_code", order)
        order.take("ship_to_name", address.all("Name"))
        joined("ship_to_text", [n for name in _ADDRESS for n in address.all(f"PostalAddress/{name}")], order, ", ")


def _ship_to_of_lines(request: Node, order: Gathered) -> None:
    """The address of the lines where the header has none; an order goes to one, so another is for a person."""
    stated = request.all("OrderRequestHeader/ShipTo/Address")
    addresses = [*stated, *request.all("ItemOut/ShipTo/Address")]
    if not addresses:
        return
    if not stated:
        _ship_to(addresses[0], order)
    other = next((each for each in addresses if _place(each) != _place(addresses[0])), None)
    if other is not None:
        order.fault(FaultCode.UNSUPPORTED, other.path, rejects=False, name="ItemOut/ShipTo")


def _place(address: Node) -> str:
    return address.attribute("addressID") or address.raw


def _comments(node: Node) -> list[tuple[str, str]]:
    """What is written in comments, without the names of what is attached to them."""
    return [(each.path, cleaned(each.element.text or "")) for each in node.all("Comments")]


def _days_of_payment(header: Node) -> list[tuple[str, str]]:
    days = [(each.path, each.attribute("payInNumberOfDays")) for each in header.all("PaymentTerm")]
    return [(path, f"{text} days") for path, text in days if text]


def _freight(header: Node) -> list[tuple[str, str]]:
    """A charge for carriage that the customer reckons with; it is in no price of a line."""
    return [
        (each.path, f"{each.said('Description') or 'Shipping'} {money.text} {money.attribute('currency')}".strip())
        for each in header.all("Shipping")
        for money in each.all("Money")[:1]
        if decimal_stated(money.text)
    ]


def _buyer(header: Node, order: Gathered) -> None:
    """Who pays is the customer; who is to be asked stands in the contacts."""
    bill_to = header.first("BillTo/Address")
    if bill_to is not None:
        _attribute(bill_to, "addressID", "customer_code", order)
        order.take("customer_name", bill_to.all("Name"))
    roles = ("purchasingAgent", "buyer", "endUser", "")
    theirs = [each for each in header.all("Contact") if not each.attribute("role").startswith(_OUR_CONTACTS)]
    contacts = sorted(theirs, key=lambda n: roles.index(r) if (r := n.attribute("role")) in roles else 9)
    ship_to = header.all("ShipTo/Address")
    people = [*(n.first("Name") for n in contacts), *(n.first("PostalAddress/DeliverTo") for n in ship_to)]
    order.take("contact", people)
    order.take("contact_email", [n.first("Email") for n in (*contacts, *header.all("BillTo/Address"), *ship_to)])


def _lines(item: Node, order: Gathered) -> list[Gathered]:
    """The line, or one for each day where its quantity is scheduled."""
    schedule = item.all("ScheduleLine")
    if not schedule:
        return [_line(item)]
    lines = []
    for part, each in enumerate(schedule, start=1):
        line = _line(item, f"/{part}" if len(schedule) > 1 else "")
        _attribute(each, "quantity", "quantity", line)
        _attribute(each, "requestedDeliveryDate", "requested_on", line)
        lines.append(line)
    for line in lines[1:]:
        line.faults.clear()
    total = decimal_stated(item.attribute("quantity"))
    counted = sum((decimal_stated(each.attribute("quantity")) or Decimal(0) for each in schedule), Decimal(0))
    if total is not None and total != counted:
        given, expected = plain_quantity(total), plain_quantity(counted)
        order.fault(FaultCode.INCONSISTENT, item.path, name="quantity", given=given, expected=expected)
    return lines


def _line(item: Node, part: str = "") -> Gathered:
    line = Gathered()
    number = item.attribute("lineNumber")
    if number:
        line.keep("line_no", number + part, number, f"{item.path}/@lineNumber")
    _attribute(item, "quantity", "quantity", line, needed=True)
    _attribute(item, "requestedDeliveryDate", "requested_on", line)
    line.take("item", line.only(item, "ItemID/SupplierPartID"))
    line.take("customer_item", line.only(item, "ItemID/BuyerPartID"))
    line.need(item, "ItemID/SupplierPartID")
    detail = item.first("ItemDetail") or item.first("BlanketItemDetail")
    if detail is not None:
        _detail(detail, line)
    worded("note", _comments(item), line)
    if item.attribute("isReturn") == "yes":
        line.fault(FaultCode.UNSUPPORTED, f"{item.path}/@isReturn", name="isReturn=yes")
    if item.attribute("itemType") == "composite":
        line.fault(FaultCode.UNSUPPORTED, f"{item.path}/@itemType", rejects=False, name="itemType=composite")
    return line


def _detail(detail: Node, line: Gathered) -> None:
    line.take("unit_price", line.only(detail, "UnitPrice/Money"), number_grouped)
    line.take("description", [*detail.all("Description/ShortName"), *detail.all("Description")])
    line.take("unit", line.only(detail, "UnitOfMeasure"))
    codes = ("EANID", "UPCID", "ItemDetailIndustry/ItemDetailRetail/EANID")
    line.take("barcode", [node for path in codes for node in detail.all(path)])
    basis = detail.first("PriceBasisQuantity")
    if basis is None:
        return
    text = basis.attribute("quantity")
    line.keep("price_basis", text, text, f"{basis.path}/@quantity", number_stated)
    factor = decimal_stated(basis.attribute("conversionFactor") or "1")
    unit = basis.said("UnitOfMeasure")
    if factor != 1 or (unit and unit != detail.said("UnitOfMeasure")):
        given = f"{basis.attribute('conversionFactor') or '1'} {unit}".strip()[:80]
        line.fault(FaultCode.DOUBTFUL, basis.path, rejects=False, name="PriceBasisQuantity", given=given)


def _currencies(request: Node, order: Gathered) -> None:
    """One currency for total and prices; and it is the lines' where no total is stated."""
    money = request.all("ItemOut/ItemDetail/UnitPrice/Money")
    if money and "currency" not in order.values and (currency := money[0].attribute("currency")):
        order.keep("currency", currency, currency, f"{money[0].path}/@currency")
    expected = order.values["currency"].text if "currency" in order.values else ""
    for node in money:
        if (given := node.attribute("currency")) and given != expected:
            path = f"{node.path}/@currency"
            order.fault(FaultCode.INCONSISTENT, path, name="currency", given=given[:80], expected=expected[:80])


def _other(payload: Node, role: Role) -> ReadOrder:
    """What is not an order: the numbers by which it is known, and its lines."""
    other = Gathered()
    headers = {"ConfirmationRequest": ("ConfirmationHeader", "confirmID", "noticeDate"),
               "ShipNoticeRequest": ("ShipNoticeHeader", "shipmentID", "noticeDate")}  # fmt: skip
    name, number, day = headers.get(payload.name, ("", "", ""))
    header = payload.first(name) if name else None
    if header is not None:
        _attribute(header, number, "po_number", other)
        _attribute(header, day, "ordered_on", other)
        joined("note", header.all("Comments"), other)
    reference = payload.first("OrderReference") or payload.first("ShipNoticePortion/OrderReference")
    if reference is not None:
        _attribute(reference, "orderID", "refers_to", other)
    if payload.name == "PunchOutOrderMessage":
        other.take("total", payload.all("PunchOutOrderMessageHeader/Total/Money"), number_grouped)
    status = payload.first("Status")
    if status is not None:
        _attribute(status, "code", "note", other)
    items = ("ItemIn", "ConfirmationItem", "ShipNoticePortion/ShipNoticeItem")
    return other.order(role, [_other_line(item) for path in items for item in payload.all(path)])


def _other_line(item: Node) -> Gathered:
    line = Gathered()
    _attribute(item, "lineNumber", "line_no", line)
    _attribute(item, "quantity", "quantity", line)
    line.take("item", item.all("ItemID/SupplierPartID"))
    line.take("unit", [*item.all("UnitOfMeasure"), *item.all("ItemDetail/UnitOfMeasure")])
    line.take("unit_price", item.all("ItemDetail/UnitPrice/Money"), number_grouped)
    status = item.first("ConfirmationStatus")
    if status is not None:
        _attribute(status, "type", "action", line)
    return line


def _response(root: Node) -> ReadOrder:
    """A partner's answer to what we sent: its status code."""
    receipt = Gathered()
    status = root.first("Response/Status")
    if status is not None:
        text = f"{status.attribute('code')} {status.attribute('text')}".strip()
        receipt.keep("note", text, text, f"{status.path}/@code")
    return receipt.order(Role.RECEIPT, ())
