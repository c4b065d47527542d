"""Pages that hold more than one order: each read by itself where it is certain, else named for a person."""

from collections.abc import Sequence
from itertools import count

import pytest
from tests.interchange.drawn_orders import US, table
from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import ReadOrder
from orderloop.interchange.rules.pages.layout import orders_from_pages

TITLES = "  No.   Item code      Description               Qty   Unit    Unit Price      Amount\n"
FRAME = "   1    FR-R92R-62     HL Road Frame             10    EA          12.50      125.00\n"
HELMET = "   2    HL-U509        Sport-100 Helmet           5    EA          34.99      174.95\n"
BIKE = "   1    BK-M82B-42     Mountain-200               3    EA         100.00      300.00\n"
BIKE_THIRD = BIKE.replace("   1 ", "   3 ")


def form(number: str, *rows: str, title: str = "PURCHASE ORDER", more: str = "", total: str = "") -> str:
    head = f"  {title}\n  PO No.:      {number}              Order date:     2026-11-03\n{more}"
    foot = f"                                                        Total:      {total}\n" if total else ""
    return f"{head}\n{TITLES}{''.join(rows)}{foot}"


def read(*drawings: str, confidence: float = 1.0) -> tuple[ReadOrder, ...]:
    return orders_from_pages([page(each, at, confidence) for at, each in zip(count(1), drawings, strict=False)], US)


def stated(orders: Sequence[ReadOrder]) -> list[tuple[str, list[str]]]:
    return [(order.text("po_number"), [item for (item,) in table(order, "item")]) for order in orders]


def several(orders: Sequence[ReadOrder]) -> list[str]:
    return [
        fault.params["given"] for order in orders for fault in order.faults if fault.code.value == "D_SEVERAL_ORDERS"
    ]


TWO = [("PO-4711", ["FR-R92R-62", "HL-U509"]), ("PO-4712", ["BK-M82B-42"])]
FIRST = form("PO-4711", FRAME, HELMET, total="299.95")


@pytest.mark.parametrize(
    "drawings",
    [
        (FIRST, form("PO-4712", BIKE, total="300.00")),
        (FIRST, "  Terms of purchase\n  1. Deliver on time.\n", form("PO-4712", BIKE)),
        (form("PO-4711", FRAME), form("PO-4711", HELMET), form("PO-4712", BIKE)),
        (FIRST + "\n\n\n" + form("PO-4712", BIKE, total="300.00"),),
        (FIRST + "\n\n" + form("PO-4712", BIKE, title="Order"),),
    ],
    ids=["page-after-page", "terms-between", "number-on-every-page", "one-page", "one-page-close"],
)
def test_each_order_of_a_document_is_one(drawings: tuple[str, ...]) -> None:
    found = read(*drawings)
    assert stated(found) == TWO
    assert several(found) == []


def test_each_has_its_own_sum_and_the_page_it_stands_on() -> None:
    one, other = read(FIRST, form("PO-4712", BIKE, total="300.00"))
    assert (one.text("total"), other.text("total")) == ("299.95", "300.00")
    assert {value.place.page for value in other.fields.values()} == {2}


@pytest.mark.parametrize(
    "drawings",
    [
        (form("PO-4711", FRAME, HELMET), form("PO-4711", BIKE_THIRD)),
        (
            form("PO-4711", FRAME, HELMET),
            form("PO-4711", BIKE_THIRD, more="  Previous order: PO-4600\n  Our ref: 99-1\n"),
        ),
        (form("PO-4711", FRAME, HELMET), form("PO-4711 / 2", BIKE_THIRD)),
        (form("PO-4711", FRAME, HELMET) + "\n\n" + TITLES + BIKE_THIRD,),
        (form("PO-4711", FRAME, HELMET, BIKE_THIRD), "  Terms\n  PO No.:  PO-9999\n  1. Pay in 30 days.\n"),
    ],
    ids=["repeated", "referred-to", "continued", "titles-again", "terms-of-another"],
)
def test_one_order_stays_one(drawings: tuple[str, ...]) -> None:
    found = read(*drawings)
    assert stated(found) == [("PO-4711", ["FR-R92R-62", "HL-U509", "BK-M82B-42"])]
    assert several(found) == []


@pytest.mark.parametrize(
    ("second", "confidence"),
    [
        (form("PO-5280", BIKE_THIRD), 1.0),
        (form("PO-5280", BIKE, more="  Page 2 of 2\n"), 1.0),
        (form("PO-5280", BIKE), 0.97),
    ],
    ids=["lines-go-on", "pages-go-on", "recognised"],
)
def test_where_it_is_not_certain_a_person_is_told_of_both(second: str, confidence: float) -> None:
    found = read(FIRST, second, confidence=confidence)
    assert [items for _number, items in stated(found)] == [["FR-R92R-62", "HL-U509", "BK-M82B-42"]]
    assert several(found) == ["PO-4711, PO-5280"]


def test_a_number_recognised_with_another_sign_is_no_other_order() -> None:
    assert several(read(FIRST, form("PO-4717", BIKE_THIRD), confidence=0.97)) == []
