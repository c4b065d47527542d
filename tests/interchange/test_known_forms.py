"""SAP's IDoc is read without having been told how; a price list is said to be one."""

import pytest

from orderloop.interchange.facts import Hints, Reading, Role
from orderloop.interchange.readers import read

HEAD = """<E1EDK01><CURCY>EUR</CURCY><BELNR>4500012345</BELNR></E1EDK01>
<E1EDK03><IDDAT>012</IDDAT><DATUM>20261103</DATUM></E1EDK03><E1EDK03><IDDAT>002</IDDAT><DATUM>20261210</DATUM></E1EDK03>
<E1EDKA1><PARVW>AG</PARVW><PARTN>100200</PARTN><NAME1>Nordwind Bikes GmbH</NAME1></E1EDKA1>
<E1EDKA1><PARVW>LF</PARVW><PARTN>900100</PARTN></E1EDKA1>
<E1EDKA1><PARVW>WE</PARVW><PARTN>100201</PARTN><NAME1>Nordwind Lager</NAME1></E1EDKA1>
<E1EDK02><QUALF>001</QUALF><BELNR>4500012345</BELNR></E1EDK02>"""
FRAME = """<E1EDP01><POSEX>00010</POSEX><MENGE>10.000</MENGE><MENEE>PCE</MENEE><VPREI>12.50</VPREI><PEINH>1</PEINH>
<NETWR>125.00</NETWR><E1EDP20><WMENG>10.000</WMENG><EDATU>20261215</EDATU></E1EDP20>
<E1EDP19><QUALF>001</QUALF><IDTNR>M-778</IDTNR><KTEXT>Rahmen</KTEXT></E1EDP19>
<E1EDP19><QUALF>002</QUALF><IDTNR>FR-R92R-62</IDTNR></E1EDP19></E1EDP01>"""


def idoc(lines: str = FRAME, kind: str = "ORDERS", root: str = "ORDERS05") -> Reading:
    control = f"<EDI_DC40><IDOCTYP>{root}</IDOCTYP><MESTYP>{kind}</MESTYP></EDI_DC40>"
    whole = f'<?xml version="1.0"?><{root}><IDOC BEGIN="1">{control}{HEAD}{lines}</IDOC></{root}>'
    return read(whole.encode(), Hints())


@pytest.mark.parametrize("root", ["ORDERS01", "ORDERS05"])
def test_an_idoc_is_read_field_by_field(root: str) -> None:
    reading = idoc(root=root)
    (order,) = reading.orders
    assert (order.role, reading.faults, order.faults) == (Role.ORDER, (), ())
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "4500012345",
        "ordered_on": "2026-11-03",
        "requested_on": "2026-12-10",
        "customer_code": "100200",
        "customer_name": "Nordwind Bikes GmbH",
        "ship_to_code": "100201",
        "ship_to_name": "Nordwind Lager",
        "currency": "EUR",
    }
    assert [{name: value.text for name, value in line.items()} for line in order.lines] == [
        {
            "line_no": "00010",
            "item": "FR-R92R-62",
            "customer_item": "M-778",
            "description": "Rahmen",
            "quantity": "10.000",
            "unit": "PCE",
            "unit_price": "12.50",
            "price_basis": "1",
            "amount": "125.00",
            "requested_on": "2026-12-15",
        }
    ]


def test_what_an_idoc_leaves_to_a_person_is_refused_with_its_place() -> None:
    split = FRAME.replace(
        "<E1EDP19><QUALF>001", "<E1EDP20><WMENG>5</WMENG><EDATU>20261220</EDATU></E1EDP20><E1EDP19><QUALF>001"
    )
    for reading, name, given in ((idoc(split), "requested_on", "20261220"), (idoc(kind="ORDCHG"), "role", "ORDCHG")):
        told = {(fault.rejects, fault.params["name"], fault.params["given"]) for fault in reading.orders[0].faults}
        assert told == {(True, name, given)}


def test_a_mapping_file_counts_more_than_what_is_known() -> None:
    mapping = {
        "orders": "IDOC",
        "lines": "E1EDP01",
        "header": {"po_number": "EDI_DC40/IDOCTYP"},
        "line": {"item": "POSEX"},
    }
    whole = f"<ORDERS05><IDOC><EDI_DC40><IDOCTYP>X</IDOCTYP></EDI_DC40>{FRAME}</IDOC></ORDERS05>"
    (order,) = read(whole.encode(), Hints(mapping=mapping)).orders
    assert (order.text("po_number"), [line["item"].text for line in order.lines]) == ("X", ["00010"])


PRICES = "Item code;Description;Unit price;MOQ\nFR-1;Frame;12.50;10\nFR-2;Fork;13.50;20\n"


@pytest.mark.parametrize(
    "text",
    [PRICES, f"Price list 2027\n\n{PRICES}", PRICES.replace(";MOQ", ";Qty").replace(";10", ";").replace(";20", ";")],
)
def test_goods_and_prices_without_a_quantity_are_a_price_list(text: str) -> None:
    reading = read(text.encode(), Hints(filename="prices.csv"))
    assert (reading.orders, [fault.code.value for fault in reading.faults]) == ((), ["D_NO_QUANTITIES", "D_NO_ORDER"])


def test_under_an_order_number_goods_without_a_quantity_are_asked_about() -> None:
    reading = read(f"PO No.;PO-4711\n\n{PRICES}".encode(), Hints(filename="order.csv"))
    assert [(order.role, order.text("po_number"), len(order.lines)) for order in reading.orders] == [
        (Role.ORDER, "PO-4711", 2)
    ]
