"""What stands under a line of goods beside its cells is no line, and breaks no cell."""

import pytest
from tests.interchange.drawn_orders import order, table

from orderloop.interchange.facts import FaultCode, ReadOrder

HEAD = "  PO No.:  PO-4711\n\n"
TITLES = "  No.   Item code      Description               Qty   Unit    Unit Price      Amount\n"
FRAME = "   1    FR-R92R-62     HL Road Frame             10    EA          12.50      125.00\n"
HELMET = "   2    HL-U509        Sport-100 Helmet           5    EA          34.99      174.95\n"
TOTAL = "\n                                                        Total:              299.95\n"
RULE = "  ----------------------------------------------------------------------------------\n"
CODED = [("FR-R92R-62", "HL Road Frame", "10"), ("HL-U509", "Sport-100 Helmet", "5")]
UNDER = {"name": 23, "code": 8, "left": 2}


def read(says: str, under: str = "name", *, ruled: bool = False, titles: str = TITLES) -> ReadOrder:
    beside = " " * UNDER[under] + says + "\n"
    rule = RULE if ruled else ""
    parts = (HEAD, rule, titles, rule, FRAME, rule, beside, rule, HELMET, rule, beside, rule, TOTAL)
    return order("".join(parts))


def doubts(read: ReadOrder, code: FaultCode) -> list[str]:
    return [fault.params["given"] for fault in read.faults if fault.code is code]


@pytest.mark.parametrize("ruled", [False, True], ids=["plain", "ruled"])
@pytest.mark.parametrize("under", UNDER)
@pytest.mark.parametrize(
    "says",
    [
        "HS code 8712 00",
        "Drawing no 4711-B Rev 2",
        "Your item: X-12",
        "Ship To: Dock 4",
        "图号：T-88",
        "送货地址：四号门",
    ],
)
def test_what_is_said_of_a_line_is_its_remark(says: str, under: str, ruled: bool) -> None:
    found = read(says, under, ruled=ruled)
    assert table(found, "item", "description", "quantity") == CODED
    assert table(found, "note") == [(says,)] * 2
    assert "ship_to_text" not in found.fields


@pytest.mark.parametrize("ruled", [False, True], ids=["plain", "ruled"])
@pytest.mark.parametrize("under", UNDER)
def test_the_day_of_a_line_is_its_own_and_not_the_orders(under: str, ruled: bool) -> None:
    found = read("Delivery date: 2026-12-12", under, ruled=ruled)
    assert table(found, "item", "quantity", "requested_on") == [
        ("FR-R92R-62", "10", "2026-12-12"),
        ("HL-U509", "5", "2026-12-12"),
    ]
    assert ("requested_on" in found.fields, found.faults) == (False, ())


def test_a_schedule_is_left_to_a_person_as_written() -> None:
    found = read("Schedule: 2 on 12 May, 3 on 19 May")
    assert table(found, "item", "quantity", "requested_on") == [
        ("FR-R92R-62", "10", "2 on 12 May, 3 on 19 May"),
        ("HL-U509", "5", "2 on 12 May, 3 on 19 May"),
    ]
    assert doubts(found, FaultCode.DOUBTFUL) == ["Schedule: 2 on 12 May, 3 on 19 May"] * 2


def test_lines_that_go_to_places_of_their_own_are_told_of() -> None:
    assert doubts(read("Ship To: Dock 4"), FaultCode.CAVEAT) == ["Ship To: Dock 4"] * 2


@pytest.mark.parametrize(
    ("says", "field"),
    [("Your item: X-12", "item"), ("Supplier part no: X-12", "item"), ("Our part no: X-12", "customer_item")],
)
def test_a_code_beside_goods_without_one_is_theirs(says: str, field: str) -> None:
    found = order(
        HEAD
        + "  No.   Description                            Qty   Unit    Unit Price      Amount\n"
        + "   1    HL Road Frame                           10    EA          12.50      125.00\n"
        + f"        {says}\n"
        + "   2    Sport-100 Helmet                         5    EA          34.99      174.95\n"
        + f"        {says.replace('12', '13')}\n"
        + TOTAL
    )
    assert table(found, field, "description", "quantity") == [
        ("X-12", "HL Road Frame", "10"),
        ("X-13", "Sport-100 Helmet", "5"),
    ]


def test_what_stands_once_below_the_table_is_the_orders() -> None:
    found = order(
        HEAD + TITLES + FRAME + HELMET + TOTAL + "\n  Delivery date:  2026-12-12\n  Ship to: Dock 4, Shanghai\n"
    )
    assert (found.text("requested_on"), found.text("ship_to_text")) == ("2026-12-12", "Dock 4, Shanghai")
    assert table(found, "item", "description", "quantity") == CODED
