"""The same orders as EDIFACT, X12 and UBL, in several partners' dialects; some broken as transmissions break."""

import random
import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from bench.intake.corpus import Document, order_for
from bench.intake.layout import CURRENCIES
from bench.intake.paper import Stated, Truth
from bench.intake.templates import Template, templates
from bench.intake.truth import Line, Order
from bench.intake.world import OWN_NAMES, with_check_digit

UNITS = {"PCS": "PCE", "EA": "EA", "SET": "SET", "M": "MTR", "PAIR": "PR", "ROLL": "RO", "PACK": "PK", "DRUM": "DR"}
OWN_GLN, BUYER_GLN = with_check_digit(690_123_400_001), with_check_digit(690_987_600_001)


def documents(count: int, seed: int = 1) -> Iterator[Document]:
    """So many electronic orders, the three standards taking turns; one in eight is broken."""
    looks = [template for template in templates() if not template.per_hundred]
    for number in range(count):
        template = looks[number % len(looks)]
        order, chance = order_for(template, 2_000 + number, seed, most_lines=30)
        kind, write = (("edi", _edifact), ("x12", _x12), ("xml", _ubl))[number % 3]
        text, truth = write(order, chance, template)
        broken = ""
        if number % 8 == 7:
            broken, text = _break(text, kind, chance)
        name = f"{kind}-{number}{broken and '-' + broken}"
        yield Document(name, kind, text.encode(), f"{name}.{kind}", truth, order, broken)


def _stated(order: Order, lines: list[dict[str, Stated]], **more: Stated) -> Truth:
    header = {
        "po_number": Stated(order.po_number, "code"),
        "ordered_on": Stated(order.ordered_on.isoformat(), "date"),
        "requested_on": Stated(order.requested_on.isoformat(), "date"),
        "currency": Stated(order.currency, "code", CURRENCIES[order.currency]),
        **more,
    }
    implied = {
        "lines/price_basis": Stated("1", "number"),
        "lines/requested_on": Stated(order.requested_on.isoformat(), "date"),
        "total": Stated(str(order.total), "number"),
        "net_total": Stated(str(order.net), "number"),
    }
    return Truth(header, tuple(lines), implied)


def _line(line: Line, **more: Stated) -> dict[str, Stated]:
    return {
        "line_no": Stated(str(line.number), "number"),
        "item": Stated(line.product.code, "code"),
        "quantity": Stated(str(line.quantity), "number"),
        "unit_price": Stated(str(line.unit_price), "number"),
        **more,
    }


def _edifact(order: Order, chance: random.Random, template: Template) -> tuple[str, Truth]:
    comma = chance.random() < 0.3
    release = str.maketrans({mark: f"?{mark}" for mark in "+:'?"})

    def number(value: object) -> str:
        return str(value).replace(".", ",") if comma else str(value)

    version = chance.choice(("D:96A:UN:EAN008", "D:96A:UN", "D:01B:UN:EAN010"))
    shows_amount, shows_customer_item = chance.random() < 0.5, chance.random() < 0.4
    body = [f"UNH+1+ORDERS:{version}", f"BGM+220+{order.po_number.translate(release)}+9",
            f"DTM+137:{order.ordered_on:%Y%m%d}:102",
            f"DTM+{chance.choice(('2', '64'))}:{order.requested_on:%Y%m%d}:102",
            f"NAD+BY+{BUYER_GLN}::9", f"NAD+SU+{OWN_GLN}::9", f"CUX+2:{order.currency}:9"]  # fmt: skip
    lines = []
    for line in order.lines:
        product, unit = line.product, UNITS[line.product.unit_en]
        body += [f"LIN+{line.number}++{product.barcode}:EN", f"PIA+1+{product.code.translate(release)}:SA"]
        more = {"barcode": Stated(product.barcode, "code"), "unit": Stated(unit)}
        if shows_customer_item:
            body.append(f"PIA+1+{line.customer_item}:{chance.choice(('IN', 'BP'))}")
            more["customer_item"] = Stated(line.customer_item, "code")
        name = product.name_en[:35]
        body += [f"IMD+F++:::{name.translate(release)}", f"QTY+21:{number(line.quantity)}:{unit}"]
        more["description"] = Stated(name)
        if shows_amount:
            body.append(f"MOA+203:{number(line.amount)}")
            more["amount"] = Stated(str(line.amount), "number")
        body.append(f"PRI+AAA:{number(line.unit_price)}" + chance.choice(("", f"::NTP:1:{unit}")))
        lines.append(_line(line, **more))
    body += ["UNS+S", f"CNT+2:{len(order.lines)}"]
    body.append(f"UNT+{len(body) + 1}+1")
    una = ["UNA:+,? '"] if comma else (["UNA:+.? '"] if chance.random() < 0.5 else [])
    head = f"UNB+UNOC:3+{BUYER_GLN}:14+{OWN_GLN}:14+{order.ordered_on:%y%m%d}:1200+{order.lines[0].number}77"
    mark = chance.choice(("'", "'\n", "'\r\n"))
    whole = [head, *body, "UNZ+1+177"]
    text = (una[0] + mark[1:] if una else "") + "".join(segment + mark for segment in whole)
    return text, _stated(order, lines, customer_gln=Stated(BUYER_GLN, "code"))


def _x12(order: Order, chance: random.Random, template: Template) -> tuple[str, Truth]:
    star, end = chance.choice(("*", "|", "^")), chance.choice(("~", "~\n", "\n"))
    day = f"{order.ordered_on:%Y%m%d}"
    shows_customer_item, shows_name = chance.random() < 0.4, chance.random() < 0.7
    body = [["ST", "850", "0001"], ["BEG", "00", "SA", order.po_number, "", day], ["CUR", "BY", order.currency],
            ["DTM", "002", f"{order.requested_on:%Y%m%d}"],
            ["N1", "BY", order.customer.name_en, "92", order.customer.code]]  # fmt: skip
    lines = []
    for line in order.lines:
        product, more = line.product, {}
        ids = ["VP", product.code]
        if shows_customer_item:
            ids += ["BP", line.customer_item]
            more["customer_item"] = Stated(line.customer_item, "code")
        unit = {"PCS": "PC", "PAIR": "PR", "ROLL": "RL", "PACK": "PK", "DRUM": "DR", "SET": "ST"}.get(product.unit_en)
        unit = unit or {"EA": "EA", "M": "MR"}[product.unit_en]
        body.append(["PO1", str(line.number), str(line.quantity), unit, str(line.unit_price), "PE", *ids])
        if shows_name:
            body.append(["PID", "F", "", "", "", product.name_en])
            more["description"] = Stated(product.name_en)
        # In X12 alone these two mean what is sold by the set and by the metre.
        lines.append(_line(line, unit=Stated({"ST": "SET", "MR": "M"}.get(unit, unit)), **more))
    body += [["CTT", str(len(order.lines))], ["SE", str(len(body) + 2), "0001"]]
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{order.customer.code:15}", "ZZ", f"{'HARBOUR':15}",
           f"{order.ordered_on:%y%m%d}", "1200", "U", "00401", "000000177", "0", "P", ">"]  # fmt: skip
    gs = ["GS", "PO", order.customer.code, "HARBOUR", day, "1200", "177", "X", "004010"]
    whole = [isa, gs, *body, ["GE", "1", "177"], ["IEA", "1", "000000177"]]
    text = "".join(star.join(segment) + end for segment in whole)
    named = {"customer_name": Stated(order.customer.name_en), "customer_code": Stated(order.customer.code, "code")}
    return text, _stated(order, lines, **named)


def _ubl(order: Order, chance: random.Random, template: Template) -> tuple[str, Truth]:
    language = template.language
    name = order.customer.name_en if language == "en" else order.customer.name_zh
    parts, lines = [], []
    for line in order.lines:
        product, unit = line.product, UNITS[line.product.unit_en]
        words = product.name_en if language == "en" else product.name_zh
        parts.append(
            f"<cac:OrderLine><cac:LineItem><cbc:ID>{line.number}</cbc:ID>"
            f'<cbc:Quantity unitCode="{unit}">{line.quantity}</cbc:Quantity>'
            f'<cbc:LineExtensionAmount currencyID="{order.currency}">{line.amount}</cbc:LineExtensionAmount>'
            f'<cac:Price><cbc:PriceAmount currencyID="{order.currency}">{line.unit_price}</cbc:PriceAmount></cac:Price>'
            f"<cac:Item><cbc:Name>{escape(words)}</cbc:Name><cac:SellersItemIdentification>"
            f"<cbc:ID>{escape(product.code)}</cbc:ID></cac:SellersItemIdentification></cac:Item>"
            "</cac:LineItem></cac:OrderLine>"
        )
        amount = Stated(str(line.amount), "number")
        lines.append(_line(line, unit=Stated(unit), description=Stated(words), amount=amount))
    space = "urn:oasis:names:specification:ubl:schema:xsd"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><Order xmlns="{space}:Order-2" '
        f'xmlns:cac="{space}:CommonAggregateComponents-2" xmlns:cbc="{space}:CommonBasicComponents-2">'
        f"<cbc:ID>{escape(order.po_number)}</cbc:ID><cbc:IssueDate>{order.ordered_on}</cbc:IssueDate>"
        f"<cbc:DocumentCurrencyCode>{order.currency}</cbc:DocumentCurrencyCode><cac:BuyerCustomerParty><cac:Party>"
        f"<cac:PartyName><cbc:Name>{escape(name)}</cbc:Name></cac:PartyName></cac:Party></cac:BuyerCustomerParty>"
        f"<cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>{escape(OWN_NAMES[0])}</cbc:Name></cac:PartyName>"
        "</cac:Party></cac:SellerSupplierParty><cac:Delivery><cac:RequestedDeliveryPeriod>"
        f"<cbc:EndDate>{order.requested_on}</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>"
        f'<cac:AnticipatedMonetaryTotal><cbc:LineExtensionAmount currencyID="{order.currency}">{order.net}'
        f'</cbc:LineExtensionAmount><cbc:PayableAmount currencyID="{order.currency}">{order.total}</cbc:PayableAmount>'
        f"</cac:AnticipatedMonetaryTotal>{''.join(parts)}</Order>"
    )
    return text, _stated(order, lines, customer_name=Stated(name), total=Stated(str(order.total), "number"))


def _break(text: str, kind: str, chance: random.Random) -> tuple[str, str]:
    """The text as it may come out of a broken line or a careless program, and in what way."""
    ways = {
        "edi": {
            "cut": lambda: text[: len(text) * 2 // 3],
            "count": lambda: text.replace("UNT+", "UNT+9", 1),
            "reference": lambda: text.replace("UNZ+1+177", "UNZ+1+178"),
            "lost-segment": lambda: text.replace("UNS+S" + text[text.index("UNS+S") + 5], "", 1),
            "bad-quantity": lambda: text.replace("QTY+21:", "QTY+21:x", 1),
        },
        "x12": {
            "cut": lambda: text[: len(text) * 2 // 3],
            "count": lambda: text.replace("SE" + text[3], "SE" + text[3] + "9", 1)
            if text.count("SE" + text[3]) == 1
            else text[:-20],
            "reference": lambda: text.replace("000000177", "000000178", 1),
            "bad-date": lambda: text.replace(f"DTM{text[3]}002{text[3]}20", f"DTM{text[3]}002{text[3]}99", 1).replace(
                f"DTM{text[3]}002{text[3]}99", f"DTM{text[3]}002{text[3]}2x", 1
            ),
        },
        "xml": {
            "cut": lambda: text[: len(text) * 2 // 3],
            "no-lines": lambda: text[: text.index("<cac:OrderLine>")] + "</Order>",
            "bad-quantity": lambda: text.replace("</cbc:Quantity>", "x</cbc:Quantity>", 1),
            "wrong-total": lambda: re.sub(r"(<cbc:PayableAmount[^>]*>)", r"\g<1>9", text),
        },
    }[kind]  # fmt: skip
    way = chance.choice(sorted(ways))
    return way, ways[way]()
