"""An order as a store's own programs write it: EDIFACT, X12 and UBL."""

from xml.sax.saxutils import escape

from orderloop.demo.purchases import CURRENCY, Purchase, PurchaseLine

# How we are called in interchanges; a store is called by the number it has with us.
OUR_ID = "ADVENTUREWORKS"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"


def edifact(order: Purchase) -> bytes:
    """An ORDERS message of D.96A."""
    released = str.maketrans({mark: f"?{mark}" for mark in "+:'?"})
    body = [
        "UNH+1+ORDERS:D:96A:UN",
        f"BGM+220+{order.po_number}+9",
        f"DTM+137:{order.ordered_on:%Y%m%d}:102",
        *([f"DTM+2:{order.requested_on:%Y%m%d}:102"] if order.requested_on else []),
        f"NAD+BY+{order.customer}::91",
        f"CUX+2:{CURRENCY}:9",
    ]
    for n, line in enumerate(order.lines, start=1):
        name = line.name[:35].translate(released)
        body += [
            f"LIN+{n}++{line.item}:SA",
            f"IMD+F++:::{name}",
            f"QTY+21:{line.quantity}:{_unit(line)}",
            f"PRI+AAA:{line.price}",
        ]
    body += ["UNS+S", f"CNT+2:{len(order.lines)}"]
    body.append(f"UNT+{len(body) + 1}+1")
    head = f"UNB+UNOC:3+{order.customer}:ZZ+{OUR_ID}:ZZ+{order.ordered_on:%y%m%d}:0900+{order.serial}"
    return "".join(f"{segment}'\n" for segment in ("UNA:+.? ", head, *body, f"UNZ+1+{order.serial}")).encode()


def x12(order: Purchase) -> bytes:
    """An 850 of version 004010."""
    day, control = f"{order.ordered_on:%Y%m%d}", f"{order.serial:09}"
    body = [
        "ST*850*0001",
        f"BEG*00*SA*{order.po_number}**{day}",
        f"CUR*BY*{CURRENCY}",
        *([f"DTM*002*{order.requested_on:%Y%m%d}"] if order.requested_on else []),
        f"N1*BY*{_plain(order.store)}*92*{order.customer}",
    ]
    for n, line in enumerate(order.lines, start=1):
        body += [f"PO1*{n}*{line.quantity}*{_unit(line)}*{line.price}*PE*VP*{line.item}"]
        body.append(f"PID*F****{_plain(line.name)}")
    body.append(f"CTT*{len(order.lines)}")
    body.append(f"SE*{len(body) + 1}*0001")
    isa = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{order.customer:15}*ZZ*{OUR_ID:15}*{order.ordered_on:%y%m%d}*0900*U*00401"
        f"*{control}*0*P*>"
    )
    gs = f"GS*PO*{order.customer}*{OUR_ID}*{day}*0900*{order.serial}*X*004010"
    ends = (f"GE*1*{order.serial}", f"IEA*1*{control}")
    return "".join(f"{segment}~\n" for segment in (isa, gs, *body, *ends)).encode()


def _unit(line: PurchaseLine) -> str:
    return "PR" if line.is_pair else "EA"


def _plain(text: str) -> str:
    """A text without the signs that part X12's segments and elements."""
    return "".join(" " if sign in "*~>\n" else sign for sign in text)[:60]


def ubl(order: Purchase) -> bytes:
    """A UBL 2.1 Order."""
    wanted = (
        f"<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>{order.requested_on}</cbc:EndDate>"
        "</cac:RequestedDeliveryPeriod></cac:Delivery>"
        if order.requested_on
        else ""
    )
    lines = "".join(
        f"<cac:OrderLine><cac:LineItem><cbc:ID>{n}</cbc:ID>"
        f'<cbc:Quantity unitCode="{_unit(line)}">{line.quantity}</cbc:Quantity>'
        f'<cbc:LineExtensionAmount currencyID="{CURRENCY}">{line.amount}</cbc:LineExtensionAmount>'
        f'<cac:Price><cbc:PriceAmount currencyID="{CURRENCY}">{line.price}</cbc:PriceAmount></cac:Price>'
        f"<cac:Item><cbc:Name>{escape(line.name)}</cbc:Name><cac:SellersItemIdentification>"
        f"<cbc:ID>{escape(line.item)}</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>"
        for n, line in enumerate(order.lines, start=1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Order xmlns="{_UBL}:Order-2" '
        f'xmlns:cac="{_UBL}:CommonAggregateComponents-2" xmlns:cbc="{_UBL}:CommonBasicComponents-2">'
        f"<cbc:ID>{escape(order.po_number)}</cbc:ID><cbc:IssueDate>{order.ordered_on}</cbc:IssueDate>"
        f"<cbc:DocumentCurrencyCode>{CURRENCY}</cbc:DocumentCurrencyCode><cac:BuyerCustomerParty>"
        f"<cbc:SupplierAssignedAccountID>{order.customer}</cbc:SupplierAssignedAccountID><cac:Party>"
        f'<cbc:EndpointID schemeID="ZZ">{order.customer}</cbc:EndpointID><cac:PartyName>'
        f"<cbc:Name>{escape(order.store)}</cbc:Name></cac:PartyName></cac:Party></cac:BuyerCustomerParty>"
        "<cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>Adventure Works Cycles</cbc:Name></cac:PartyName>"
        f"</cac:Party></cac:SellerSupplierParty>{wanted}<cac:AnticipatedMonetaryTotal>"
        f'<cbc:PayableAmount currencyID="{CURRENCY}">{order.total}</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>'
        f"{lines}</Order>"
    ).encode()
