"""Any XML and JSON: exactly by a mapping, and without one by its names, with less than certainty."""

import json
import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interchange.sample_documents import DOCUMENTS, as_expected, as_found, document, expected

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Method, Reading, ReadOrder, Role
from orderloop.interchange.readers.mapped import read


def mapping(folder: str) -> dict[str, Any]:
    return tomllib.loads((DOCUMENTS / folder / "mapping.toml").read_text(encoding="utf-8"))


def faults(reading: Reading) -> list[tuple[str, str, str, bool]]:
    every: list[Fault] = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(f.code, f.place.path, f.params.get("given", f.params.get("name", "")), f.rejects) for f in every]


def texts(order: ReadOrder) -> dict[str, str]:
    return {name: value.text for name, value in order.fields.items()}


def line_texts(order: ReadOrder) -> list[dict[str, str]]:
    return [{name: value.text for name, value in line.items()} for line in order.lines]


def unmapped(content: str | bytes | dict[str, object] | list[object], **hints: Any) -> Reading:
    if isinstance(content, dict | list):
        content = json.dumps(content, ensure_ascii=False)
    return read(content.encode() if isinstance(content, str) else content, Hints(**hints))


@pytest.mark.parametrize("is_mapped", [True, False])
def test_66_purchase_orders_in_xml_say_what_another_reader_found(is_mapped: bool) -> None:
    hints = Hints(mapping=mapping("po-xml") if is_mapped else {})
    rows = expected("po-xml")
    for row in rows:
        reading = read(document(row["file"]), hints)
        assert reading.format is Format.XML
        assert faults(reading) == []
        (order,) = reading.orders
        assert as_found(order) == as_expected(row), row["file"]
        sure = {value.confidence for line in order.lines for value in line.values()}
        assert sure == {1.0} if is_mapped else max(sure) < 1
    assert len(rows) >= 60


@pytest.mark.parametrize("is_mapped", [True, False])
def test_70_purchase_orders_in_json_say_what_another_reader_found(is_mapped: bool) -> None:
    hints = Hints(mapping=mapping("po-json") if is_mapped else {})
    reading = read(document("po-json/POList.json"), hints)
    assert reading.format is Format.JSON
    rows = expected("po-json")
    assert [as_found(order) for order in reading.orders] == [as_expected(row) for row in rows]
    assert len(rows) == 70
    counters = [fault for fault in faults(reading) if fault[0] == FaultCode.DOUBTFUL]
    assert len(counters) == (0 if is_mapped else 70)
    assert all(path.endswith("/PONumber") and not rejects for _code, path, _given, rejects in counters)


def test_every_line_of_the_json_is_read_exactly_by_the_mapping() -> None:
    reading = read(document("po-json/POList.json"), Hints(mapping=mapping("po-json")))
    truth = json.loads(document("po-json/POList.json"), parse_float=Decimal)
    for order, stated in zip(reading.orders, truth, strict=True):
        assert order.text("contact") == stated["Requestor"]
        assert order.text("note") == stated["Special Instructions"]
        for line, item in zip(order.lines, stated["LineItems"], strict=True):
            assert line["line_no"].text == str(item["ItemNumber"])
            assert line["barcode"].text == str(item["Part"]["UPCCode"])
            assert line["description"].text == " ".join(item["Part"]["Description"].split())
            assert Decimal(line["unit_price"].text) == item["Part"]["UnitPrice"]
            assert Decimal(line["quantity"].text) == item["Quantity"]
    place = reading.orders[3].lines[1]["barcode"].place.path
    assert place == "/3/LineItems/1/Part/UPCCode"


def test_unmapped_xml_tells_what_it_found_and_by_which_names() -> None:
    name = "po-xml/Jan_AMCEWEN-20021009123335370PDT.xml"
    (order,) = read(document(name), Hints()).orders
    assert texts(order) == {
        "po_number": "AMCEWEN-20021009123335370PDT",
        "contact": "Allan D. McEwen",
        "ship_to_name": "Allan D. McEwen",
        "note": "Ground",
        "ship_to_text": "Oracle Plaza Twin Dolphin Drive Redwood Shores CA 94065 USA",
    }
    line = order.lines[0]
    assert line["quantity"].place.path == "/PurchaseOrder/LineItems/LineItem[1]/Part/@Quantity"
    assert {value.method for value in line.values()} == {Method.COLUMN}
    assert {value.method for value in order.fields.values()} == {Method.LABEL}


def test_unmapped_json_of_another_make_is_read() -> None:
    reading = unmapped(
        {
            "purchaseOrder": {
                "poNumber": "PO-77",
                "orderDate": "2026-11-02T09:00:00Z",
                "currency": "EUR",
                "buyer": {"id": "C-9", "name": "Radhaus", "email": "pia@radhaus.example", "vatNumber": "DE1"},
                "supplier": {"id": "S-1", "name": "Adventure Works"},
                "shipTo": {"name": "Lager", "street": "Hof 2", "city": "Ulm", "phone": {"number": "123"}},
                "items": [
                    {"lineNo": 1, "sku": "CH-0234", "qty": 200, "uom": "EA", "unitPrice": 0.25, "lineTotal": 50.00},
                ],
                "totalAmount": 50,
            }
        }
    )
    (order,) = reading.orders
    assert faults(reading) == []
    assert texts(order) == {
        "po_number": "PO-77",
        "ordered_on": "2026-11-02",
        "currency": "EUR",
        "customer_code": "C-9",
        "customer_name": "Radhaus",
        "contact_email": "pia@radhaus.example",
        "customer_tax_id": "DE1",
        "ship_to_name": "Lager",
        "ship_to_text": "Hof 2, Ulm",
        "total": "50",
    }
    assert line_texts(order) == [
        {"line_no": "1", "item": "CH-0234", "quantity": "200", "unit": "EA", "unit_price": "0.25", "amount": "50.0"}
    ]


def test_unmapped_chinese_names_are_read() -> None:
    reading = unmapped(
        "<订单><订单编号>DD-1</订单编号><下单日期>2026年11月2日</下单日期><客户名称>华信</客户名称><币种>CNY</币种>"
        "<明细><行><料号>A-1</料号><品名>链条</品名><数量>20</数量><单位>个</单位><单价>￥1,250.50</单价></行></明细></订单>"
    )
    (order,) = reading.orders
    assert texts(order) == {"po_number": "DD-1", "ordered_on": "2026-11-02", "customer_name": "华信", "currency": "CNY"}
    assert line_texts(order) == [
        {"item": "A-1", "description": "链条", "quantity": "20", "unit": "个", "unit_price": "1250.50"}
    ]


def test_several_orders_in_one_document_stay_apart() -> None:
    line = "<Line><Sku>{}</Sku><Qty>{}</Qty></Line>"
    reading = unmapped(
        "<Orders><Order><OrderNo>P-1</OrderNo><Lines>"
        + line.format("A", 1)
        + line.format("B", 2)
        + "</Lines></Order><Order><OrderNo>P-2</OrderNo><Lines>"
        + line.format("C", 3)
        + "</Lines></Order></Orders>"
    )
    assert [(order.text("po_number"), line_texts(order)) for order in reading.orders] == [
        ("P-1", [{"item": "A", "quantity": "1"}, {"item": "B", "quantity": "2"}]),
        ("P-2", [{"item": "C", "quantity": "3"}]),
    ]


def test_one_order_a_line_of_text_is_read_as_a_list() -> None:
    row = '{"poNumber": "P-%d", "items": [{"sku": "A", "qty": %d}]}\n'
    reading = unmapped("".join(row % (n, n) for n in (1, 2, 3)))
    assert [order.text("po_number") for order in reading.orders] == ["P-1", "P-2", "P-3"]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("orderDate", "03/04/2026", "03/04/2026"),
        ("orderDate", "soon", "soon"),
        ("unitPrice", "1,234", "1,234"),
        ("unitPrice", "about 5", "about 5"),
        ("qty", "1,234", "1,234"),
    ],
)
def test_what_may_be_two_things_is_kept_as_written_and_doubted(name: str, value: str, kept: str) -> None:
    line = {"sku": "A", "qty": 1, "unitPrice": 2}
    order: dict[str, object] = {"poNumber": "P-1", "items": [line]}
    (order if name == "orderDate" else line)[name] = value  # type: ignore[index]
    reading = unmapped(order)
    values = [*reading.orders[0].fields.values(), *reading.orders[0].lines[0].values()]
    (doubted,) = [each for each in values if each.raw == value]
    assert (doubted.text, doubted.confidence < 0.5) == (kept, True)
    assert [(code, given) for code, _path, given, _rejects in faults(reading)] == [(FaultCode.DOUBTFUL, value)]


def test_what_was_learnt_of_a_sender_settles_it() -> None:
    content = '{"poNumber":"P-1","orderDate":"03/04/2026","items":[{"Wunschteil":"A","qty":1,"unitPrice":"1,234"}]}'
    learnt = unmapped(
        content,
        columns={"wunschteil": "item\tL-7"},
        formats={"date_order": "dmy", "decimal_sign": ","},
    )
    (order,) = learnt.orders
    assert faults(learnt) == []
    assert order.text("ordered_on") == "2026-04-03"
    assert order.lines[0]["unit_price"].text == "1.234"
    item = order.lines[0]["item"]
    assert (item.text, item.method, item.origin) == ("A", Method.LEARNT, "L-7")


def test_a_document_without_lines_of_goods_is_no_order() -> None:
    for content in (
        {"hello": "world"},
        [],
        {"items": [{"qty": 1}]},
        {"total": 5, "name": "x"},
        "<a><b>1</b></a>",
        "[1, 2]",
    ):
        reading = unmapped(content)  # type: ignore[arg-type]
        assert [fault.code for fault in reading.faults] == [FaultCode.NO_ORDER], content
        assert reading.orders == ()


def test_a_line_without_a_quantity_is_a_line_all_the_same() -> None:
    (order,) = unmapped({"poNumber": "P-1", "items": [{"sku": "A", "qty": None}, {"sku": "B", "qty": 2}]}).orders
    assert line_texts(order) == [{"item": "A"}, {"item": "B", "quantity": "2"}]


def test_the_parts_of_an_item_are_not_its_lines() -> None:
    item = {"sku": "A", "qty": 1, "components": [{"sku": "X", "qty": 4}, {"sku": "Y", "qty": 4}]}
    reading = unmapped({"poNumber": "P-1", "items": [item]})
    assert line_texts(reading.orders[0]) == [{"item": "A", "quantity": "1"}]
    assert (FaultCode.DOUBTFUL, "/items/0/components/0/qty", "4", False) in faults(reading)


def test_an_amount_or_a_code_is_what_it_stands_under() -> None:
    reading = unmapped(
        "<PO><DocumentID><ID>P-1</ID></DocumentID><POLine><Item><ItemID><ID>A</ID></ItemID></Item><Quantity>5</Quantity>"
        "<UnitPrice><Amount>10.00</Amount></UnitPrice></POLine></PO>"
    )
    assert reading.orders[0].text("po_number") == "P-1"
    assert line_texts(reading.orders[0]) == [{"item": "A", "quantity": "5", "unit_price": "10.00"}]


def test_rows_that_each_name_their_order_are_put_together() -> None:
    rows = [("P-1", "A", "Ring"), ("P-1", "B", "Knock"), ("P-2", "C", "")]
    reading = unmapped([{"po_number": po, "sku": sku, "qty": 1, "currency": note} for po, sku, note in rows])
    told = [(order.text("po_number"), [line["item"].text for line in order.lines]) for order in reading.orders]
    assert told == [("P-1", ["A", "B"]), ("P-2", ["C"])]
    assert faults(reading) == [(FaultCode.INCONSISTENT, "/1/currency", "Knock", False)]


@pytest.mark.parametrize(
    ("kind", "role"),
    [("ORDER_CANCEL", Role.CANCELLATION), ("变更", Role.CHANGE), ("Invoice", Role.OTHER), ("standard", Role.ORDER)],
)
def test_a_document_that_says_it_cancels_is_not_read_as_an_order(kind: str, role: Role) -> None:
    reading = unmapped({"type": kind, "poNumber": "P-1", "items": [{"sku": "A", "qty": 1}]})
    assert reading.orders[0].role is role
    doubts = [] if role is Role.ORDER else [(FaultCode.DOUBTFUL, "/type", kind, False)]
    assert faults(reading) == doubts


def test_a_large_number_stays_as_it_is_written() -> None:
    (order,) = unmapped(
        '{"poNumber": 12345678901234567890, "items": [{"ean": 4006381333931, "qty": 1e3, "sku": 0.10}]}'
    ).orders
    assert order.text("po_number") == "12345678901234567890"
    assert {name: value.text for name, value in order.lines[0].items()} == {
        "barcode": "4006381333931",
        "quantity": "1000",
        "item": "0.10",
    }


XML = """<Bestellung art="neu"><Kopf><Nr>4711</Nr><Datum>02.11.2026</Datum>
<Partner rolle="kaeufer"><Nummer>C-9</Nummer></Partner>
<Partner rolle="lieferant"><Nummer>S-1</Nummer></Partner></Kopf>
<Pos nr="10"><Teil>CH-0234</Teil><Menge>1.200,50</Menge><ME>STK</ME><Preis>0,25</Preis></Pos>
<Pos nr="20"><Teil>BE-2349</Teil><Menge>2</Menge><ME>KAR</ME></Pos></Bestellung>"""
MAPPED: dict[str, Any] = {
    "format": "xml",
    "lines": "Pos",
    "date_format": "%d.%m.%Y",
    "decimal_sign": ",",
    "role": {"path": "@art", "values": {"neu": "order", "storno": "cancellation"}},
    "header": {
        "po_number": "Kopf/Nr",
        "ordered_on": "Kopf/Datum",
        "customer_code": "Kopf/Partner[@rolle=kaeufer]/Nummer",
        "currency": {"constant": "EUR"},
        "note": {"path": ["Kopf/Text", "Kopf/Hinweis"], "default": "-"},
    },
    "line": {
        "line_no": "@nr",
        "item": "Teil",
        "quantity": "Menge",
        "unit": {"path": "ME", "values": {"STK": "PCE", "KAR": "CT"}},
        "unit_price": "Preis",
        "note": {"path": "/Kopf/Nr"},
    },
}


def mapped(xml: str = XML, **changes: Any) -> Reading:
    return read(xml.encode(), Hints(mapping={**MAPPED, **changes}))


def test_a_mapping_has_constants_defaults_tables_dates_and_numbers() -> None:
    reading = mapped()
    assert faults(reading) == []
    (order,) = reading.orders
    assert order.role is Role.ORDER
    assert texts(order) == {
        "po_number": "4711",
        "ordered_on": "2026-11-02",
        "customer_code": "C-9",
        "currency": "EUR",
        "note": "-",
    }
    assert line_texts(order) == [
        {
            "line_no": "10",
            "item": "CH-0234",
            "quantity": "1200.50",
            "unit": "PCE",
            "unit_price": "0.25",
            "note": "4711",
        },
        {"line_no": "20", "item": "BE-2349", "quantity": "2", "unit": "CT", "note": "4711"},
    ]
    assert mapped(XML.replace('"neu"', '"storno"')).orders[0].role is Role.CANCELLATION


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("02.11.2026", "2026-11-02", (FaultCode.INVALID_ELEMENT, "/Bestellung/Kopf/Datum", "2026-11-02", True)),
        ("1.200,50", "viel", (FaultCode.INVALID_ELEMENT, "/Bestellung/Pos[1]/Menge", "viel", True)),
        (">KAR<", ">PAL<", (FaultCode.INVALID_ELEMENT, "/Bestellung/Pos[2]/ME", "PAL", True)),
        (
            "<Nr>4711</Nr>",
            "<Nr>4711</Nr><Nr>4712</Nr>",
            (FaultCode.INCONSISTENT, "/Bestellung/Kopf/Nr[2]", "4712", True),
        ),
        ('"neu"', '"alt"', (FaultCode.INVALID_ELEMENT, "/Bestellung/@art", "alt", True)),
    ],
)
def test_what_a_mapping_does_not_foresee_is_told(old: str, new: str, found: tuple[str, str, str, bool]) -> None:
    assert found in faults(mapped(XML.replace(old, new)))


def test_a_mapping_that_finds_no_lines_or_no_order_says_so() -> None:
    assert faults(mapped(lines="Position")) == [(FaultCode.MISSING_SEGMENT, "/Bestellung", "Position", True)]
    assert faults(mapped(orders="Auftrag")) == [(FaultCode.NO_ORDER, "/Bestellung", "", True)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"colour": "red"}, ["colour"]),
        ({"decimal_sign": ";"}, ["decimal_sign"]),
        ({"lines": 3}, ["lines"]),
        ({"header": {"po": "Nr"}}, ["header/po"]),
        ({"line": []}, ["line"]),
        ({"line": {"item": {"paht": "Teil"}, "quantity": 5}}, ["line/item/paht", "line/quantity"]),
        ({"line": {"item": {"path": [1]}}}, ["line/item/path"]),
        ({"line": {"item": {"path": "a", "values": "b"}}}, ["line/item/values"]),
    ],
)
def test_everything_in_a_mapping_that_means_nothing_is_told(changes: dict[str, Any], told: list[str]) -> None:
    reading = mapped(**changes)
    assert reading.orders == ()
    assert faults(reading) == [(FaultCode.INVALID_ELEMENT, f"mapping/{name}", name, True) for name in told]


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["poNumber", "items", "qty", "sku", "date", "", "a/b", "name", "total"]), inner, max_size=5
        )
    ),
    max_leaves=25,
)


@settings(max_examples=80, deadline=None)
@given(_values, st.booleans())
def test_whatever_json_comes_a_reading_comes_out(value: object, is_mapped: bool) -> None:
    hints = Hints(mapping=mapping("po-json") if is_mapped else {})
    assert isinstance(read(json.dumps(value).encode(), hints), Reading)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(XML)), st.integers(0, 40), st.text(max_size=15), st.booleans())
def test_whatever_is_cut_out_or_put_in_a_reading_comes_out(at: int, length: int, put: str, is_mapped: bool) -> None:
    text = XML[:at] + put + XML[at + length :]
    assert isinstance(read(text.encode("utf-8", "replace"), Hints(mapping=MAPPED if is_mapped else {})), Reading)
