"""Our answers in cXML: the Response to every request, the ConfirmationRequest to an order, the ShipNoticeRequest."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from lxml import etree

from orderloop.interchange.facts import (
    Answer,
    AnsweredLine,
    Despatch,
    FaultCode,
    Interchange,
    LineVerdict,
    Reading,
    Role,
    Verdict,
)
from orderloop.interchange.writers.lines import by_ordered_line, joined, number_of
from orderloop.interchange.writers.xml import add, plain, to_bytes

_SCHEMA = "http://xml.cxml.org/schemas/cXML/1.2.050"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

# An order that is received or held is neither accepted nor refused: a detail without lines says why.
HEADER_TYPES: Mapping[Verdict, str] = {
    Verdict.RECEIVED: "detail",
    Verdict.ACCEPTED: "accept",
    Verdict.CHANGED: "except",
    Verdict.HELD: "detail",
    Verdict.REJECTED: "reject",
}
LINE_TYPES: Mapping[LineVerdict, str] = {
    LineVerdict.ACCEPTED: "accept",
    LineVerdict.QUANTITY_CHANGED: "detail",
    LineVerdict.DATE_CHANGED: "detail",
    LineVerdict.PRICE_CHANGED: "detail",
    LineVerdict.SUBSTITUTED: "detail",
    LineVerdict.BACKORDERED: "accept",
    LineVerdict.HELD: "unknown",
    LineVerdict.REJECTED: "reject",
}
_WITH_LINES = frozenset({Verdict.ACCEPTED, Verdict.CHANGED})
# What becomes of ordered pieces that the answer gives no quantity to.
_REST_TYPES = {LineVerdict.BACKORDERED: "backordered", LineVerdict.QUANTITY_CHANGED: "reject"}
_WHOLE = frozenset({LineVerdict.HELD, LineVerdict.REJECTED})
STATUS_TEXTS: Mapping[int, str] = {
    200: "OK",
    201: "Accepted",
    400: "Bad Request",
    401: "Unauthorized",
    406: "Not Acceptable",
    409: "Conflict",
    450: "Not Implemented",
    500: "Internal Server Error",
}


def status_of(reading: Reading) -> int:
    """The status code a request deserves for what was read of it: 201, 450 for what we do not do, else 400."""
    faults = [
        fault for fault in (*reading.faults, *(f for order in reading.orders for f in order.faults)) if fault.rejects
    ]
    served = {Role.ORDER, Role.CHANGE, Role.CANCELLATION, Role.RECEIPT}
    if any(fault.code is FaultCode.UNSUPPORTED for fault in faults):
        return 450
    if faults or not reading.orders:
        return 400
    return 201 if all(order.role in served for order in reading.orders) else 450


def response(status: int, interchange: Interchange, *, reason: str = "", language: str = "en") -> bytes:
    """The Response with a status of `STATUS_TEXTS`; KeyError for another."""
    root = _root(interchange)
    node = add(add(root, "Response"), "Status", reason, code=str(status), text=STATUS_TEXTS[status])
    node.set(_LANGUAGE, language)
    return to_bytes(root, f'<!DOCTYPE cXML SYSTEM "{_SCHEMA}/cXML.dtd">')


def confirmation_request(answer: Answer, interchange: Interchange) -> bytes:
    """The answer as a ConfirmationRequest. What a line gets and what it does not add up to what was ordered."""
    root = _root(interchange)
    _header(root, interchange)
    request = add(root, "Request", deploymentMode="test" if interchange.is_test else "production")
    confirmation = add(request, "ConfirmationRequest")
    _confirmation_header(confirmation, answer)
    order_date = interchange.details.get("order_date", "") or (
        answer.ordered_on.isoformat() if answer.ordered_on else ""
    )
    _reference(confirmation, answer.po_number, order_date, interchange)
    for parts in by_ordered_line(answer.lines if answer.verdict in _WITH_LINES else ()):
        _item(confirmation, parts, answer)
    return to_bytes(root, f'<!DOCTYPE cXML SYSTEM "{_SCHEMA}/Fulfill.dtd">')


def ship_notice_request(despatch: Despatch, interchange: Interchange) -> bytes:
    """The shipment as a ShipNoticeRequest: what was sent of the order, by whom and under which number."""
    root = _root(interchange)
    _header(root, interchange)
    request = add(root, "Request", deploymentMode="test" if interchange.is_test else "production")
    notice = add(request, "ShipNoticeRequest")
    at = despatch.at.isoformat(timespec="seconds")
    header = add(
        notice, "ShipNoticeHeader", shipmentID=despatch.document_no, operation="new", noticeDate=at, shipmentDate=at
    )
    carrier, number = despatch.carrier.strip(), despatch.tracking_number.strip()
    if carrier and number:
        control = add(notice, "ShipControl")
        add(control, "CarrierIdentifier", carrier, domain="companyName")
        add(control, "ShipmentIdentifier", number)
    elif carrier or number:
        # A carrier is named together with his number or not at all.
        add(header, "Comments", carrier or number).set(_LANGUAGE, "en")
    portion = add(notice, "ShipNoticePortion")
    _reference(portion, despatch.po_number, interchange.details.get("order_date", ""), interchange)
    for position, parts in enumerate(by_ordered_line(despatch.lines), start=1):
        line = joined(parts)
        item = add(
            portion, "ShipNoticeItem", quantity=plain(line.quantity), lineNumber=line.line_no,
            shipNoticeLineNumber=str(position),
        )  # fmt: skip
        if line.item:
            add(add(item, "ItemID"), "SupplierPartID", line.item)
        add(item, "UnitOfMeasure", line.unit)
    return to_bytes(root, f'<!DOCTYPE cXML SYSTEM "{_SCHEMA}/Fulfill.dtd">')


def _reference(parent: etree._Element, po_number: str, order_date: str, interchange: Interchange) -> None:
    reference = add(parent, "OrderReference", orderID=po_number, orderDate=order_date)
    add(reference, "DocumentReference").set("payloadID", interchange.details.get("payload_id", ""))


def _root(interchange: Interchange) -> etree._Element:
    root = etree.Element("cXML")
    host = "".join(c for c in interchange.sender if c.isascii() and c.isalnum()) or "seller"
    root.set("payloadID", f"{interchange.at:%Y%m%d%H%M%S}.{interchange.control}@{host}")
    root.set("timestamp", interchange.at.isoformat(timespec="seconds"))
    return root


def _header(root: etree._Element, interchange: Interchange) -> None:
    """We answer under the name by which we were addressed."""
    details = interchange.details
    ours, theirs = details.get("to_domain", "NetworkId"), details.get("from_domain", "NetworkId")
    header = add(root, "Header")
    for side, domain, identity in (
        ("From", ours, interchange.sender),
        ("To", theirs, interchange.receiver),
        ("Sender", ours, interchange.sender),
    ):
        credential = add(add(header, side), "Credential", domain=domain)
        add(credential, "Identity", identity)
        if side == "Sender" and details.get("outgoing_secret"):
            add(credential, "SharedSecret", details["outgoing_secret"])
    add(header.find("Sender"), "UserAgent", "Orderloop")


def _confirmation_header(parent: etree._Element, answer: Answer) -> None:
    header = add(
        parent,
        "ConfirmationHeader",
        confirmID=answer.document_no,
        operation="new",
        type=HEADER_TYPES[answer.verdict],
        noticeDate=answer.at.isoformat(timespec="seconds"),
    )
    if answer.total is not None and answer.verdict in _WITH_LINES:
        add(add(header, "Total"), "Money", plain(answer.total), currency=answer.currency)
    if answer.reason:
        add(header, "Comments", answer.reason).set(_LANGUAGE, answer.language)


def _item(parent: etree._Element, parts: Sequence[AnsweredLine], answer: Answer) -> None:
    first = parts[0]
    ordered = sum((part.ordered_quantity for part in parts), Decimal(0))
    item = add(parent, "ConfirmationItem", quantity=plain(ordered), lineNumber=number_of(first))
    add(item, "UnitOfMeasure", first.unit)
    for part in parts:
        _status(item, part, part.ordered_quantity if part.verdict in _WHOLE else part.quantity, answer)
        rest = part.ordered_quantity - part.quantity
        if part.verdict in _REST_TYPES and rest > 0:
            status = add(item, "ConfirmationStatus", quantity=plain(rest), type=_REST_TYPES[part.verdict])
            add(status, "UnitOfMeasure", part.unit)


def _status(item: etree._Element, line: AnsweredLine, quantity: Decimal, answer: Answer) -> None:
    if quantity == 0:
        return
    promised = line.promised_on.isoformat() if line.promised_on and line.verdict not in _WHOLE else ""
    status = add(
        item, "ConfirmationStatus", quantity=plain(quantity), type=LINE_TYPES[line.verdict], deliveryDate=promised
    )
    add(status, "UnitOfMeasure", line.unit)
    reason = line.reason
    if line.verdict is LineVerdict.SUBSTITUTED and line.unit_price is not None:
        _substitute(status, line, quantity, answer.currency)
    elif line.verdict is LineVerdict.SUBSTITUTED:
        # An item cannot be named there without its price, and none is known.
        reason = f"{line.substitute} {reason}".strip()
    elif line.verdict is LineVerdict.PRICE_CHANGED and line.unit_price is not None:
        add(add(status, "UnitPrice"), "Money", plain(line.unit_price), currency=answer.currency)
    if reason:
        add(status, "Comments", reason).set(_LANGUAGE, answer.language)


def _substitute(status: etree._Element, line: AnsweredLine, quantity: Decimal, currency: str) -> None:
    item = add(status, "ItemIn", quantity=plain(quantity))
    add(add(item, "ItemID"), "SupplierPartID", line.substitute)
    detail = add(item, "ItemDetail")
    add(add(detail, "UnitPrice"), "Money", plain(line.unit_price or Decimal(0)), currency=currency)
    add(detail, "Description", line.description or line.substitute).set(_LANGUAGE, "en")
    add(detail, "UnitOfMeasure", line.unit)
    add(detail, "Classification", "0", domain="supplier")
