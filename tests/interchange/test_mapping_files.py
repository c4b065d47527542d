"""Mapping files as people write them, and three partners' own documents read by them."""

import json

import pytest

from orderloop.interchange.facts import Hints, Method, Reading, Role
from orderloop.interchange.readers.mapped import read
from orderloop.interchange.rules.xml.mapping_file import MOST_CHARACTERS, mapping_in

SHOP = """title = "Shop of Radhaus"
lines = "order/positions"
decimal_sign = ","
date_format = "%d.%m.%Y"

[role]
path = "order/kind"
values = { NEW = "order", UPDATE = "change", STORNO = "cancellation" }

[header]
po_number = "order/ref/number"
refers_to = "order/ref/original"
ordered_on = "order/created"
requested_on = "order/delivery/latest"
currency = { path = "order/money/iso", default = "EUR" }
customer_code = "buyer/accounts[system=ours]/no"
customer_name = "buyer/name"
ship_to_code = "order/delivery/dock"
ship_to_text = { path = "order/delivery/address/*", join = ", " }
note = { path = "order/remarks", join = " / " }
total = "order/money/gross"

[line]
line_no = "pos"
item = "article/supplierNo"
customer_item = "article/ownNo"
quantity = "amount/value"
unit = { path = "amount/unit", values = { Stk = "C62", m = "MTR" } }
unit_price = "price/net"
price_basis = { path = "price/per", default = "1" }
"""
NESTED = {
    "meta": {"v": 3},
    "buyer": {"name": "Radhaus", "accounts": [{"system": "tax", "no": "DE1"}, {"system": "ours", "no": "C-7"}]},
    "order": {
        "kind": "NEW", "ref": {"number": "R-900"}, "created": "03.11.2026", "money": {"gross": "1.250,50"},
        "delivery": {"latest": "07.12.2026", "dock": "D2", "address": {"street": "Lane 5", "town": "Leeds"}},
        "remarks": ["Ring first", "No Mondays"],
        "positions": [
            {"pos": 10, "article": {"supplierNo": "BK-1", "ownNo": "4711"}, "amount": {"value": "2", "unit": "Stk"},
             "price": {"net": "1.000,00"}},
            {"pos": 20, "article": {"supplierNo": "CB-9"}, "amount": {"value": "2,5", "unit": "m"},
             "price": {"net": "10.020,00", "per": "100"}},
        ],
    },
}  # fmt: skip
ATTRIBUTES = b"""<?xml version="1.0"?>
<po:Bestellung xmlns:po="urn:maker:po:4" xmlns:c="urn:maker:common" nummer="A-77" vom="2026-11-03" waehrung="EUR">
<c:Partner rolle="lieferant" id="S-1"/><c:Partner rolle="kunde" id="C-7" name="Radhaus"/>
<po:Kopf><po:Termin art="wunsch" tag="2026-12-07"/><po:Termin art="spaetestens" tag="2026-12-20"/></po:Kopf>
<po:Zeilen><po:Zeile nr="1" artikel="BK-1" menge="2" me="C62" preis="100.00"/>
<po:Zeile nr="2" artikel="CB-9" menge="3" me="MTR" preis="4.5"><c:Text>blue</c:Text></po:Zeile></po:Zeilen>
</po:Bestellung>"""
MAKER = """lines = "Zeilen/Zeile"
[header]
po_number = "@nummer"
ordered_on = "@vom"
requested_on = "Kopf/Termin[@art=wunsch]/@tag"
currency = "@waehrung"
customer_code = "Partner[@rolle=kunde]/@id"
customer_name = "Partner[@rolle=kunde]/@name"
[line]
line_no = "@nr"
item = "@artikel"
quantity = "@menge"
unit = "@me"
unit_price = "@preis"
note = "Text"
"""
BATCH = {
    "batch": 5,
    "orders": [
        {"id": "B-1", "customer": {"code": "C-7"}, "wanted": "2026-12-07", "rows": [["BK-1", 2], ["CB-9", 1]]},
        {"id": "B-2", "customer": {"code": "C-8"}, "wanted": "2026-12-08", "rows": [["BK-1", 7]]},
    ],
}
PORTAL = """{
  "orders": "orders",
  "lines": "rows",
  "header": {"po_number": "id", "customer_code": "customer/code", "requested_on": "wanted"},
  "line": {"item": "*[1]", "quantity": "*[2]"}
}"""


def by(file: str, document: object) -> Reading:
    said = mapping_in(file)
    assert said.faults == ()
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read(content, Hints(mapping=said.mapping))


def told(reading: Reading) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    assert [*reading.faults, *(fault for order in reading.orders for fault in order.faults)] == []
    return [
        (
            {name: value.text for name, value in order.fields.items()},
            [{name: value.text for name, value in line.items()} for line in order.lines],
        )
        for order in reading.orders
    ]


def test_nested_json_with_lists_in_its_head_is_read_field_by_field() -> None:
    ((header, lines),) = told(by(SHOP, NESTED))
    assert header == {
        "po_number": "R-900", "ordered_on": "2026-11-03", "requested_on": "2026-12-07", "currency": "EUR",
        "customer_code": "C-7", "customer_name": "Radhaus", "ship_to_code": "D2", "ship_to_text": "Lane 5, Leeds",
        "note": "Ring first / No Mondays", "total": "1250.50",
    }  # fmt: skip
    assert lines == [
        {"line_no": "10", "item": "BK-1", "customer_item": "4711", "quantity": "2", "unit": "C62",
         "unit_price": "1000.00", "price_basis": "1"},
        {"line_no": "20", "item": "CB-9", "quantity": "2.5", "unit": "MTR", "unit_price": "10020.00",
         "price_basis": "100"},
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "role"), [("UPDATE", Role.CHANGE), ("STORNO", Role.CANCELLATION)])
def test_what_a_document_wants_is_told_by_its_own_word(kind: str, role: Role) -> None:
    order = {**NESTED["order"], "kind": kind, "ref": {"number": "R-901", "original": "R-900"}}  # type: ignore[dict-item]
    (found,) = by(SHOP, {**NESTED, "order": order}).orders
    assert (found.role, found.text("refers_to"), found.faults) == (role, "R-900", ())


def test_xml_of_attributes_in_two_namespaces_is_read_field_by_field() -> None:
    ((header, lines),) = told(by(MAKER, ATTRIBUTES))
    assert header == {
        "po_number": "A-77", "ordered_on": "2026-11-03", "requested_on": "2026-12-07", "currency": "EUR",
        "customer_code": "C-7", "customer_name": "Radhaus",
    }  # fmt: skip
    assert lines == [
        {"line_no": "1", "item": "BK-1", "quantity": "2", "unit": "C62", "unit_price": "100.00"},
        {"line_no": "2", "item": "CB-9", "quantity": "3", "unit": "MTR", "unit_price": "4.5", "note": "blue"},
    ]  # fmt: skip


def test_a_list_of_orders_whose_lines_are_lists_is_read_order_by_order() -> None:
    assert told(by(PORTAL, BATCH)) == [
        ({"po_number": "B-1", "customer_code": "C-7", "requested_on": "2026-12-07"},
         [{"item": "BK-1", "quantity": "2"}, {"item": "CB-9", "quantity": "1"}]),
        ({"po_number": "B-2", "customer_code": "C-8", "requested_on": "2026-12-08"},
         [{"item": "BK-1", "quantity": "7"}]),
    ]  # fmt: skip


def test_without_a_mapping_the_same_documents_are_guessed_and_never_taken_for_certain() -> None:
    plain = {"orderNumber": "P-1", "orderDate": "2026-11-03", "items": [{"sku": "BK-1", "qty": 2, "unitPrice": 5}]}
    (order,) = read(json.dumps(plain).encode(), Hints()).orders
    assert (order.text("po_number"), order.lines[0]["item"].text, order.lines[0]["quantity"].text) == (
        "P-1",
        "BK-1",
        "2",
    )
    values = [*order.fields.values(), *order.lines[0].values()]
    assert all(value.method is not Method.STATED and value.confidence < 1 for value in values)


def test_settings_of_edi_stand_beside_the_mapping() -> None:
    said = mapping_in('[profile]\nlenient = "counts"\nprice_basis = 100\nitem.ZZ = "customer_item"\ndate."64" = ""\n')
    assert (said.mapping, said.faults) == ({}, ())
    assert said.profile == {"lenient": "counts", "price_basis": "100", "item.ZZ": "customer_item", "date.64": ""}


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "given"),
    [
        ('po_number = "order', 'po_numer = "order', "D_INVALID_ELEMENT", "line 11", "header/po_numer"),
        ('decimal_sign = ","', 'decimal_sign = ";"', "D_INVALID_ELEMENT", "line 3", "decimal_sign"),
        ("title =", "titel =", "D_INVALID_ELEMENT", "line 1", "titel"),
        ('default = "1" }', 'defalt = "1" }', "D_INVALID_ELEMENT", "line 30", "line/price_basis/defalt"),
        ('item = "article/supplierNo"', "item = 5", "D_INVALID_ELEMENT", "line 25", "line/item"),
        ("[line]", "[lines", "D_DAMAGED", "line 23, column 7", ""),
        ("[line]", "[line]\n[profile]\nitem.SA = 'thing'\n[line.x]", "D_INVALID_ELEMENT", "line 25", "profile/item/SA"),
        ("[line]", "[profile]\nleniant = 'counts'\n[line]", "D_INVALID_ELEMENT", "line 24", "profile/leniant"),
    ],
)
def test_what_means_nothing_is_told_by_its_line_and_nothing_is_kept(
    old: str, new: str, code: str, place: str, given: str
) -> None:
    assert SHOP.count(old) == 1
    said = mapping_in(SHOP.replace(old, new))
    first = said.faults[0]
    assert (first.code.value, first.place.path, first.params.get("given", "")) == (code, place, given)
    assert (said.mapping, said.profile) == ({}, {})


@pytest.mark.parametrize("text", ['{"header": }', '{"header": {"po_numer": "x"}}', "{" * 5_000, "= 1", "[[[["])
def test_no_text_breaks_the_reading_of_a_file(text: str) -> None:
    assert mapping_in(text).faults != ()


def test_a_file_has_an_end_and_an_empty_one_says_nothing() -> None:
    assert [fault.code.value for fault in mapping_in("#" * (MOST_CHARACTERS + 1)).faults] == ["D_TOO_LARGE"]
    assert mapping_in("#" * MOST_CHARACTERS) == mapping_in("")
