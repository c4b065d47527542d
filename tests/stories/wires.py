"""The same order, its change and its cancellation as partners send them electronically, in five standards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.interchange.ubl_orders import ORDER

from orderloop.interchange.facts import Format

# What is ordered: (our item code, quantity, price). What is done with a line of a change: (code, quantity, price, act).
Wanted = Sequence[tuple[str, int, str]]
Changed = Sequence[tuple[str, int, str, str]]

ORDER_KIND, CHANGE, CANCELLATION = "order", "change", "cancellation"
WANTED_ON = "2026-12-07"
SECRET = "agreed-between-us"
_DAY = WANTED_ON.replace("-", "")


def edifact(kind: str, po_number: str, lines: Changed, control: str = "1") -> bytes:
    message = "ORDERS" if kind == ORDER_KIND else "ORDCHG"
    function = {ORDER_KIND: "9", CHANGE: "4", CANCELLATION: "1"}[kind]
    acts = {"": "", "change": "3", "delete": "2", "add": "1"}
    body = [f"UNH+1+{message}:D:96A:UN", f"BGM+220+{po_number}+{function}", "DTM+137:20261123:102",
            f"DTM+2:{_DAY}:102", f"RFF+ON:{po_number}", "NAD+BY+4012345000009::9", "CUX+2:CNY:9"]  # fmt: skip
    for n, (code, quantity, price, act) in enumerate(lines, 1):
        body += [f"LIN+{n}+{acts[act]}+{code}:SA", f"QTY+21:{quantity}:PCE", f"PRI+AAA:{price}"]
    body += ["UNS+S", f"CNT+2:{len(lines)}"]
    head = f"UNB+UNOC:3+4012345000009:14+5790000000000:14+261123:0930+{control}++++1"
    return "".join(f"{each}'" for each in [head, *body, f"UNT+{len(body) + 1}+1", f"UNZ+1+{control}"]).encode()


def x12(kind: str, po_number: str, lines: Changed, control: str = "1") -> bytes:
    number = f"{int(control):09}"
    acts = {"": "CA", "change": "CA", "delete": "DI", "add": "AI"}
    if kind == ORDER_KIND:
        body = [f"BEG*00*SA*{po_number}**20261123", "CUR*BY*CNY", f"DTM*002*{_DAY}"]
        body += [
            f"PO1*{n}*{quantity}*EA*{price}**VN*{code}" for n, (code, quantity, price, _act) in enumerate(lines, 1)
        ]
    else:
        body = [f"BCH*{'04' if kind == CHANGE else '01'}*SA*{po_number}***20261123", f"DTM*002*{_DAY}"]
        body += [
            f"POC*{n}*{acts[act]}*{quantity}*{quantity}*EA*{price}**VN*{code}"
            for n, (code, quantity, price, act) in enumerate(lines, 1)
        ]
    body.append(f"CTT*{len(lines)}")
    st, group = ("850", "PO") if kind == ORDER_KIND else ("860", "PC")
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'BUYER':15}*ZZ*{'US':15}*261123*0930*U*00401*{number}*0*P*>"
    frame = [isa, f"GS*{group}*BUYER*US*20261123*0930*{control}*X*004010", f"ST*{st}*0001", *body]
    frame += [f"SE*{len(body) + 2}*0001", f"GE*1*{control}", f"IEA*1*{number}"]
    return "".join(f"{each}~\n" for each in frame).encode()


def ubl(kind: str, po_number: str, lines: Changed, control: str = "1") -> bytes:
    name = {ORDER_KIND: "Order", CHANGE: "OrderChange", CANCELLATION: "OrderCancellation"}[kind]
    own = po_number if kind == ORDER_KIND else f"{name}-{control}"
    reference = "" if kind == ORDER_KIND else f"<cac:OrderReference><cbc:ID>{po_number}</cbc:ID></cac:OrderReference>"
    note = "<cbc:CancellationNote>Not needed</cbc:CancellationNote>" if kind == CANCELLATION else ""
    acts = {"": "", "change": "3", "delete": "2", "add": "1"}
    parties = ORDER[ORDER.index("<cac:BuyerCustomerParty>") : ORDER.index("<cac:AllowanceCharge>")]
    parties = parties.replace("7300010000001", "4012345000009").replace("Radhaus GmbH", "Huaxin Machinery")
    parties = parties[: parties.index("<cac:PartyTaxScheme>")] + parties[parties.index("<cac:PartyLegalEntity>") :]
    body = "".join(_ubl_line(n, *each[:3], acts[each[3]]) for n, each in enumerate(lines, 1))
    currency = "" if kind == CANCELLATION else "<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>"
    wanted = (
        f"<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>{WANTED_ON}</cbc:EndDate>"
        "</cac:RequestedDeliveryPeriod></cac:Delivery>"
    )
    space = "urn:oasis:names:specification:ubl:schema:xsd"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{space}:{name}-2" '
        f'xmlns:cac="{space}:CommonAggregateComponents-2" xmlns:cbc="{space}:CommonBasicComponents-2">'
        f"<cbc:ID>{own}</cbc:ID><cbc:IssueDate>2026-11-23</cbc:IssueDate>{note}{currency}{reference}{parties}"
        f"{'' if kind == CANCELLATION else wanted}{body}</{name}>"
    ).encode()


def _ubl_line(n: int, code: str, quantity: int, price: str, act: str) -> str:
    status = f"<cbc:LineStatusCode>{act}</cbc:LineStatusCode>" if act else ""
    return (
        f"<cac:OrderLine><cac:LineItem><cbc:ID>{n}</cbc:ID>{status}"
        f'<cbc:Quantity unitCode="C62">{quantity}</cbc:Quantity>'
        f'<cac:Price><cbc:PriceAmount currencyID="CNY">{price}</cbc:PriceAmount></cac:Price>'
        f"<cac:Item><cbc:Name>{code}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{code}</cbc:ID>"
        "</cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>"
    )


def cxml(kind: str, po_number: str, lines: Changed, control: str = "1", secret: str = SECRET) -> bytes:
    request = {ORDER_KIND: "new", CHANGE: "update", CANCELLATION: "delete"}[kind]
    items = "".join(
        f'<ItemOut quantity="{quantity}" lineNumber="{n}" requestedDeliveryDate="{WANTED_ON}">'
        f"<ItemID><SupplierPartID>{code}</SupplierPartID></ItemID><ItemDetail>"
        f'<UnitPrice><Money currency="CNY">{price}</Money></UnitPrice><Description xml:lang="en">{code}</Description>'
        "<UnitOfMeasure>EA</UnitOfMeasure></ItemDetail></ItemOut>"
        for n, (code, quantity, price, act) in enumerate(lines, 1)
        if act != "delete"
    )
    party = '<Credential domain="NetworkId"><Identity>{}</Identity>{}</Credential>'
    at = "2026-11-23T02:00:00+00:00"
    proof = f"<SharedSecret>{secret}</SharedSecret>"
    total = sum(quantity * float(price) for _code, quantity, price, act in lines if act != "delete")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><cXML payloadID="{control}@buyer" timestamp="{at}">'
        f"<Header><From>{party.format('BUYER-1', '')}</From><To>{party.format('US', '')}</To>"
        f"<Sender>{party.format('BUYER-1', proof)}<UserAgent>Test</UserAgent></Sender></Header>"
        f'<Request deploymentMode="production"><OrderRequest><OrderRequestHeader orderID="{po_number}"'
        f' orderDate="{at}" type="{request}"><Total><Money currency="CNY">{total:.2f}</Money></Total>'
        f"</OrderRequestHeader>{items}</OrderRequest></Request></cXML>"
    ).encode()


def opentrans(kind: str, po_number: str, lines: Changed, control: str = "1") -> bytes:
    name = "ORDER" if kind == ORDER_KIND else "ORDERCHANGE"
    body = "".join(
        f"<ORDER_ITEM><LINE_ITEM_ID>{n}</LINE_ITEM_ID><PRODUCT_ID><bme:SUPPLIER_PID>{code}</bme:SUPPLIER_PID></PRODUCT_ID>"
        f"<QUANTITY>{quantity}</QUANTITY><bme:ORDER_UNIT>C62</bme:ORDER_UNIT><PRODUCT_PRICE_FIX>"
        f"<bme:PRICE_AMOUNT>{price}</bme:PRICE_AMOUNT></PRODUCT_PRICE_FIX></ORDER_ITEM>"
        for n, (code, quantity, price, act) in enumerate(lines, 1)
        if act != "delete"
    )
    parties = "".join(
        f'<PARTY><bme:PARTY_ID type="{role}_specific">{code}</bme:PARTY_ID><PARTY_ROLE>{role}</PARTY_ROLE></PARTY>'
        for code, role in (("B-20", "buyer"), ("S-10", "supplier"))
    )
    sequence = "" if kind == ORDER_KIND else f"<ORDERCHANGE_SEQUENCE_ID>{control}</ORDERCHANGE_SEQUENCE_ID>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="http://www.opentrans.org/XMLSchema/2.1"'
        f' xmlns:bme="http://www.bmecat.org/bmecat/2005" version="2.1"><{name}_HEADER><{name}_INFO>'
        f"<ORDER_ID>{po_number}</ORDER_ID><{name}_DATE>2026-11-23</{name}_DATE>{sequence}<DELIVERY_DATE>"
        f"<DELIVERY_START_DATE>{WANTED_ON}</DELIVERY_START_DATE><DELIVERY_END_DATE>{WANTED_ON}</DELIVERY_END_DATE>"
        f"</DELIVERY_DATE><PARTIES>{parties}</PARTIES><bme:CURRENCY>CNY</bme:CURRENCY></{name}_INFO></{name}_HEADER>"
        f"<{name}_ITEM_LIST>{body}</{name}_ITEM_LIST></{name}>"
    ).encode()


@dataclass(frozen=True)
class Wire:
    """A standard: how its documents are written here, and by which identifier its partner is known."""

    format: Format
    write: Callable[..., bytes]
    scheme: str
    sender: str
    # Whether a change names only the lines it changes.
    is_partial: bool = True

    def order(self, po_number: str, lines: Wanted, control: str = "1") -> bytes:
        return self.write(ORDER_KIND, po_number, [(*each, "") for each in lines], control)

    def change(self, po_number: str, lines: Changed, control: str = "2") -> bytes:
        return self.write(CHANGE, po_number, lines, control)

    def cancellation(self, po_number: str, lines: Wanted, control: str = "3") -> bytes:
        return self.write(CANCELLATION, po_number, [(*each, "") for each in lines], control)


EDIFACT = Wire(Format.EDIFACT, edifact, "edifact", "4012345000009")
X12 = Wire(Format.X12, x12, "x12", "BUYER")
UBL = Wire(Format.UBL, ubl, "ubl", "4012345000009")
CXML = Wire(Format.CXML, cxml, "cxml", "BUYER-1", is_partial=False)
OPENTRANS = Wire(Format.OPENTRANS, opentrans, "opentrans", "B-20", is_partial=False)
