"""What the tests of layout share: a small table of goods, and an order read from drawings."""

from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import Hints, ReadOrder
from orderloop.interchange.rules.pages.layout import order_from_pages

US = Hints(own_names=("Adventure Works Cycles", "冒险工厂自行车有限公司"))


def order(drawing: str, *more: str, hints: Hints = US, confidence: float = 1.0) -> ReadOrder:
    drawings = (drawing, *more)
    return order_from_pages([page(each, at, confidence) for at, each in enumerate(drawings, 1)], hints)


def table(read: ReadOrder, *names: str) -> list[tuple[str, ...]]:
    return [tuple(line[name].text if name in line else "" for name in names) for line in read.lines]


GOODS = """
  No.   Item code      Description               Qty   Unit    Unit Price      Amount
   1    FR-R92R-62     HL Road Frame             10    EA          12.50      125.00
   2    HL-U509        Sport-100 Helmet           5    EA          34.99      174.95
"""
GOODS_READ = [("1", "FR-R92R-62", "10", "EA", "12.50", "125.00"), ("2", "HL-U509", "5", "EA", "34.99", "174.95")]
GOODS_NAMES = ("line_no", "item", "quantity", "unit", "unit_price", "amount")
