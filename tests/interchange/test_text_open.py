"""Texts that order without saying all: numbers in words, quantities left open, what was ordered before, two orders."""

from datetime import date

import pytest

from orderloop.interchange.facts import Fault, FaultCode, Hints, ReadOrder, Role
from orderloop.interchange.rules.text_orders import order_from_text

HINTS = Hints(today=date(2026, 11, 23))


def read(text: str) -> ReadOrder:
    order = order_from_text(text, HINTS)
    assert order is not None
    return order


def lines(order: ReadOrder) -> list[tuple[str, str, str]]:
    return [
        (
            (line.get("item") or line["description"]).text,
            line["quantity"].text,
            line["unit"].text if "unit" in line else "",
        )
        for line in order.lines
    ]


def told(order: ReadOrder, code: FaultCode) -> list[tuple[str, str]]:
    return [(fault.place.path, fault.params["given"]) for fault in order.faults if fault.code is code]


@pytest.mark.parametrize(
    ("text", "quantity", "unit"),
    [
        ("We need a dozen HL-U509", "1", "dozen"),
        ("Please send two dozen of HL-U509", "2", "dozen"),
        ("half a dozen HL-U509 please, we order", "6", "pcs"),
        ("Please send twenty-five boxes of HL-U509", "25", "boxes"),
        ("one hundred and twenty pcs HL-U509", "120", "pcs"),
        ("two thousand five hundred pcs HL-U509", "2500", "pcs"),
        ("please order twenty HL-U509", "20", ""),
        ("Please order 20 of your HL-U509", "20", ""),
        ("20 HL-U509", "20", ""),
        ("两打 HL-U509", "2", "打"),
        ("HL-U509 半打", "6", "个"),
        ("HL-U509 一百二十个", "120", "个"),
        ("一百二十个 HL-U509", "120", "个"),
        ("HL-U509二十个", "20", "个"),
        ("HL-U509 两千零五件", "2005", "件"),
        ("HL-U509 三万两千件", "32000", "件"),
        ("HL-U509 廿个", "20", "个"),
        ("HL-U509 壹佰贰拾个", "120", "个"),
        ("HL-U509 ×20", "20", ""),
        ("20个HL-U509", "20", "个"),
        ("HL-U509 20pcs @ 3.5", "20", "pcs"),
    ],
)
def test_a_number_in_words_counts_as_one_in_digits(text: str, quantity: str, unit: str) -> None:
    order = read(text)
    assert lines(order) == [("HL-U509", quantity, unit)]
    assert order.faults == ()


def test_several_are_counted_without_units_in_one_sentence() -> None:
    assert lines(read("Please order 20 HL-U509, 5 of FR-R92R-62 and 3 WB-H098 by 12 December")) == [
        ("HL-U509", "20", ""),
        ("FR-R92R-62", "5", ""),
        ("WB-H098", "3", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Our order 4711 FR-R92R-62 has not arrived",
        "We have one question about HL-U509",
        "HL-U509 十个工作日能到吗",
        "第一百二十个，谢谢",
        "delivery in 3-5 boxes",
    ],
)
def test_numbers_of_a_sentence_count_no_goods(text: str) -> None:
    assert order_from_text(text, HINTS) is None


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Please send us 10-15 pcs of HL-U509.", "10-15"),
        ("HL-U509 10-15 pcs", "10-15"),
        ("We need 10 to 15 pcs HL-U509", "10 to 15"),
        ("10 or 12 pcs of HL-U509 please, we order", "10 or 12"),
        ("HL-U509 10～15个", "10~15"),
        ("请发 HL-U509 10到15个", "10到15"),
        ("PO 4711\nItem: HL-U509\nQuantity: 10-15 pcs", "10-15"),
        ("PO 4711\nItem | Qty\nHL-U509 | 10-15", "10-15"),
    ],
)
def test_a_range_is_no_quantity_but_asked_about(text: str, quantity: str) -> None:
    order = read(text)
    assert [(item, count) for item, count, _unit in lines(order)] == [("HL-U509", quantity)]
    assert order.lines[0]["quantity"].confidence == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "about 20 pcs HL-U509, our PO 4711",
        "approx. 20 pcs HL-U509, our PO 4711",
        "at least 20 pcs HL-U509, our PO 4711",
        "大约20个 HL-U509，请发货",
        "HL-U509 20个左右，请发货",
        "HL-U509 20多个",
        "订购 HL-U509 五十个？不，20个",
    ],
)
def test_a_quantity_left_open_is_doubted(text: str) -> None:
    order = read(text)
    assert {item for item, _count, _unit in lines(order)} == {"HL-U509"}
    assert all(line["quantity"].confidence <= 0.3 for line in order.lines)
    assert [path for path, _given in told(order, FaultCode.DOUBTFUL)] == ["line 1"]


@pytest.mark.parametrize(
    "text", ["Change HL-U509 from 10 to 15 pcs, PO 4711", "increase HL-U509 10 to 15 pcs, PO 4711"]
)
def test_the_former_and_the_new_quantity_of_a_change_are_no_range(text: str) -> None:
    order = read(text)
    assert (order.role, lines(order), order.faults) == (Role.CHANGE, [("HL-U509", "15", "pcs")], ())


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Please repeat our last order.", "repeat our last order"),
        ("Same as last time please.", "Same as last time"),
        ("We would like to order the same as last time.", "order the same as last time"),
        ("Usual order please", "Usual order please"),
        ("照上次下单", "照上次下单"),
        ("老样子，谢谢", "老样子"),
        ("和上次一样，请发货", "和上次一样"),
        ("按上次订单再来一份", "按上次订单再来一份"),
        ("上次的货再来一份", "上次的货再来一份"),
        ("返单一次", "返单一次"),
    ],
)
def test_what_was_ordered_before_is_an_order_without_lines(text: str, given: str) -> None:
    order = read(text)
    assert (order.role, order.lines, order.fields) == (Role.ORDER, (), {})
    assert told(order, FaultCode.LIKE_BEFORE) == [("line 1", given)]


def test_its_own_number_and_day_are_read_and_not_those_of_the_order_before() -> None:
    order = read("Please repeat order PO-4600 under our new PO-4711,\ndeliver by 12 December 2026.")
    assert {name: value.text for name, value in order.fields.items()} == {
        "po_number": "PO-4711",
        "requested_on": "2026-12-12",
    }


@pytest.mark.parametrize("text", ["Same as last time, plus 5 pcs HL-U509", "老样子，另加 HL-U509 5个"])
def test_goods_on_top_of_those_ordered_before_are_not_all(text: str) -> None:
    order = read(text)
    assert [(item, count) for item, count, _unit in lines(order)] == [("HL-U509", "5")]
    assert len(told(order, FaultCode.LIKE_BEFORE)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Can you tell us when our last order will ship?",
        "Please send us a copy of our last order.",
        "Thanks for our last order, same quality as last time!",
        "Everything is the same as before",
        "We have the same problem as last time",
        "Please send the same quality as last time",
        "the price is the same as our last order",
        "价格还是和上次一样吗？",
        "我们和上次一样的问题又出现了",
        "按照上次会议的安排，请准备材料",
        "请按上次的价格报价",
    ],
)
def test_talk_of_what_was_before_orders_nothing(text: str) -> None:
    assert order_from_text(text, HINTS) is None


def several(order: ReadOrder) -> list[Fault]:
    return [fault for fault in order.faults if fault.code is FaultCode.SEVERAL_ORDERS]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("PO 4711\n10 pcs FR-R92R-62\n\nPO 4712\n3 pcs BK-M82B-42\n", "line 4"),
        ("our PO-4711: 10 pcs FR-R92R-62.\nAlso our PO-4712: 3 pcs BK-M82B-42.", "line 2"),
        ("订单号：4711\nFR-R92R-62 10个\n订单号：4712\nBK-M82B-42 3个", "line 3"),
    ],
)
def test_a_text_of_two_orders_is_left_to_a_person(text: str, place: str) -> None:
    order = read(text)
    assert len(order.lines) == 2
    assert [(fault.place.path, fault.params["given"]) for fault in several(order)] == [(place, "4711, 4712")]


@pytest.mark.parametrize(
    "text",
    [
        "PO 4711\n10 pcs FR-R92R-62\n3 pcs BK-M82B-42\nRegards, order PO 4711",
        "PO 4711\n10 pcs FR-R92R-62\nprices as in PO 4600\n3 pcs BK-M82B-42",
        "PO 4711\n10 pcs FR-R92R-62\n3 pcs BK-M82B-42\nreplaces PO 4600",
    ],
)
def test_an_order_that_names_another_is_one(text: str) -> None:
    assert several(read(text)) == []
