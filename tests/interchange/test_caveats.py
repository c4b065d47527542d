"""What a form, a sheet or a text says that takes its order, or a line of it, back: noticed there, and only there."""

import json

import pytest
from tests.interchange.sheets_made import xlsx

from orderloop.interchange.facts import Hints, Page, ReadOrder, Role, Word
from orderloop.interchange.readers import mapped, sheet
from orderloop.interchange.readers.sheet_styles import currency_of_format
from orderloop.interchange.rules.caveats import caveat_in, other_kind_in
from orderloop.interchange.rules.pages.layout import order_from_pages
from orderloop.interchange.rules.text_orders import order_from_text

HEAD = ("品号", "名称", "数量", "单位", "备注")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*** CANCELLED ***", "CANCELLED"),
        ("PURCHASE ORDER - CANCELLED", "CANCELLED"),
        ("This order is cancelled. Please do not ship.", "This order is cancelled"),
        ("*** Item deleted ***", "Item deleted"),
        ("DRAFT PURCHASE ORDER", "DRAFT PURCHASE ORDER"),
        ("For planning only - not a binding order", "For planning only"),
        ("DUPLICATE - for your records only", "DUPLICATE"),
        ("Ball valve DN50 (optional, not ordered)", "optional"),
        ("REVISION 2 - replaces our order of 2026-11-02", "replaces our order of 2026-11-02"),
        ("BLANKET PURCHASE ORDER", "BLANKET PURCHASE ORDER"),
        ("ON HOLD", "ON HOLD"),
        ("采购订单（作废）", "作废"),
        ("采购订单（未审核）", "未审核"),
        ("此项暂不下单", "此项暂不下单"),
        ("已取消", "已取消"),
        ("仅供参考", "仅供参考"),
    ],
)
def test_what_takes_an_order_back_is_told(text: str, said: str) -> None:
    assert caveat_in(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "The Buyer may cancel this order at any time before shipment", "cancelled by the Buyer", "Cancel button, red",
        "Draft beer", "Blanket, fleece", "replaces 4711-08", "Optional seal kit", "For export only", "no",
        "Purchase order", "Do not deliver before 2026-12-01", "Please do not deliver before 8:00",
        "如取消订单应提前7天通知",
        "乙方不得取消订单",        "甲方取消订单的", "可选颜色请注明", "不需要木箱", "请勿倒置", "未税单价", "暂定",
    ],
)  # fmt: skip
def test_the_same_words_about_something_else_are_not(text: str) -> None:
    assert caveat_in(text) == ""


def doubts(order: ReadOrder) -> list[tuple[str, str]]:
    return [(fault.place.path, fault.params["given"]) for fault in order.faults if fault.code.value == "D_CAVEAT"]


def page(*lines: tuple[float, str]) -> Page:
    words = [
        Word(text, (0.1 + 0.15 * place, level, 0.1 + 0.15 * place + 0.011 * len(text), level + 0.012))
        for level, line in lines
        for place, text in enumerate(line.split("|"))
    ]
    return Page(1, 595, 842, tuple(words))


FORM = (
    (0.2, "PO number:|PO-77"), (0.3, "Item code|Description|Quantity|Unit|Amount"), (0.33, "A-100|Bolt|20|PCS|40.00"),
    (0.36, "A-200|Nut|30|PCS|30.00"), (0.42, "Total||||70.00"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Purchase order - CANCELLED", Role.CANCELLATION),
        ("采购订单（作废）", Role.CANCELLATION),
        ("Purchase order", Role.ORDER),
        ("采购订单（未审核）", Role.ORDER),
    ],
)
def test_a_title_that_cancels_makes_a_cancellation(title: str, role: Role) -> None:
    assert order_from_pages([page((0.05, title), *FORM)], Hints()).role is role


def test_a_stamp_below_the_table_is_told_and_the_terms_of_purchase_are_not() -> None:
    terms = Page(2, 595, 842, page((0.1, "Cancellation"), (0.2, "This order is cancelled|")).words)
    order = order_from_pages([page((0.05, "Purchase order"), *FORM, (0.6, "*** CANCELLED ***")), terms], Hints())
    assert [given for _path, given in doubts(order)] == ["CANCELLED"]
    assert order.faults[0].place.page == 1


def test_a_status_or_a_remark_of_a_row_is_told_at_its_cell() -> None:
    rows = (
        HEAD,
        ("A-1", "螺栓", 20, "个", "正常"),
        ("A-2", "螺母", 30, "个", "已取消"),
        ("A-3", "垫圈", 5, "个", "暂不下单"),
    )
    [order] = sheet.read(xlsx(rows), Hints()).orders
    assert doubts(order) == [("E3", "已取消"), ("E4", "暂不下单")]


def test_a_row_that_is_struck_out_is_told() -> None:
    def struck(book: object, made: object) -> None:
        made.write(2, 0, "A-2", book.add_format({"font_strikeout": True}))  # type: ignore[attr-defined]

    rows = (HEAD, ("A-1", "螺栓", 20, "个", ""), ("A-2", "螺母", 30, "个", ""))
    [order] = sheet.read(xlsx(rows, struck), Hints()).orders
    assert doubts(order) == [("A3", "A-2")]


def test_a_unit_beside_the_quantity_that_is_not_the_columns_is_told() -> None:
    [order] = sheet.read(xlsx((HEAD, ("A-1", "螺栓", "3 箱", "个", ""))), Hints()).orders
    assert [(fault.code.value, fault.place.path, dict(fault.params)) for fault in order.faults] == [
        ("D_INCONSISTENT", "D2", {"name": "unit", "given": "个", "expected": "箱"})
    ]


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ('"¥"#,##0.00', "CNY"), ("[$€-2] #,##0.00", "EUR"), ("[$$-409]#,##0.00", "USD"), ("[$$-1009]#,##0.00", "CAD"),
        ("_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-", "GBP"), ("[$¥-411]#,##0", "JPY"), ('#,##0.00 "€"', "EUR"),
        ("[$USD] #,##0.00", "USD"), ("#,##0.00", ""), ('0"个"', ""), ("[$-409]d/m/yy", ""), ("0.00%", ""),
    ],
)  # fmt: skip
def test_a_format_shows_a_currency(code: str, currency: str) -> None:
    assert currency_of_format(code) == currency


def test_figures_shown_with_a_currency_say_in_which_the_order_is() -> None:
    def in_euro(book: object, made: object) -> None:
        made.write(1, 2, 3.5, book.add_format({"num_format": "[$€-407] #,##0.00"}))  # type: ignore[attr-defined]

    [order] = sheet.read(xlsx((("品号", "数量", "单价"), ("A-1", 2, 3.5)), in_euro), Hints()).orders
    assert order.text("currency") == "EUR"


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"status": "refunded"}, "refunded"), ({"status": "cancelled"}, "cancelled"), ({"status": "processing"}, ""),
        ({"cancelled_at": "2026-11-20T10:00:00Z"}, "2026-11-20T10:00:00Z"), ({"cancelled_at": None}, ""),
        ({"cancelled": False}, ""), ({"cancel_reason": "customer"}, "customer"),
    ],
)  # fmt: skip
def test_an_export_of_a_shop_that_took_the_order_back_is_told(said: dict[str, object], given: str) -> None:
    content = {"order_number": "1001", "line_items": [{"sku": "A-100", "quantity": 2, "price": "3.50"}], **said}
    [order] = mapped.read(json.dumps(content).encode(), Hints()).orders
    assert [each for _path, each in doubts(order)] == ([given] if given else [])


def test_a_text_beside_its_lines_is_told() -> None:
    order = order_from_text("Order PO-77:\n20 pcs A-100\nFor information only", Hints())
    assert order is not None
    assert doubts(order) == [("line 3", "For information only")]


@pytest.mark.parametrize(
    "title",
    [
        "Sales Invoice", "Commercial Invoice & Packing List", "RECHNUNG Nr. 4711", "Purchase Requisition",
        "Purchase Order Acknowledgement", "Purchase Return", "Purchase Order (Return)", "Open Order Report",
        "Credit memo", "Sample order", "采购退货单",
        "采购申请单", "销售发货单", "采购计划", "采购询价单（复印件）", "未交订单明细",
    ],
)  # fmt: skip
def test_a_title_of_another_paper_is_one_whatever_stands_around_it(title: str) -> None:
    assert other_kind_in(title) == title.replace("（", "(").replace("）", ")")


@pytest.mark.parametrize(
    "title",
    ["PURCHASE ORDER", "采购订单", "Invoice to:", "Plan B GmbH", "Returns Logistics Ltd", "订货单",
     "产品购销合同", "采购通知单",     "Please send your confirmation to the address at the foot of this page"],
)  # fmt: skip
def test_a_title_of_an_order_and_the_name_of_a_firm_are_not(title: str) -> None:
    assert other_kind_in(title) == ""


def test_a_page_and_a_sheet_under_the_title_of_another_paper_wait_for_a_person() -> None:
    drawn = page(*FORM)
    title = Word("采购退货单", (0.4, 0.03, 0.6, 0.06))
    order = order_from_pages([Page(1, 595, 842, (title, *drawn.words))], Hints())
    assert (order.role, [given for _path, given in doubts(order)]) == (Role.ORDER, ["采购退货单"])
    [read] = sheet.read(xlsx((("采购退货单",), ("单号", "PO-1"), HEAD, ("A-1", "螺栓", 20, "个", ""))), Hints()).orders
    assert doubts(read) == [("A1", "采购退货单")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Note: please ignore line 2.", "ignore line 2"),
        ("Subject to approval of samples.", "Subject to approval"),
        ("Please wait for our written release before shipping", "wait for our written release"),
        ("Deliveries only against separate releases.", "Deliveries only against separate releases"),
        ("Line 2: deliver half on 2026-12-04, the rest on 2026-12-18.", "Line 2: deliver half on 2026-12-04, the rest"),
        ("备注：第2项先不发货，等通知。", "第2项先不"),
        ("Ship to (line 1): Plant A, Suzhou", "Ship to (line 1"),
        ("Ship to: Plant A, Suzhou", ""),
        ("This order is subject to our terms of purchase", ""),
        ("The seller may ship only after inspection", ""),
        ("The rest of the world", ""),
    ],
)
def test_a_sentence_that_holds_or_parts_the_order_is_told(text: str, said: str) -> None:
    assert caveat_in(text) == said


@pytest.mark.parametrize(("share", "struck"), [(0.5, ["A-200"]), (0.95, []), (0.05, [])])
def test_a_word_with_a_stroke_through_it_is_told_and_one_underlined_is_not(share: float, struck: list[str]) -> None:
    drawn = page(*FORM)
    word = next(each for each in drawn.words if each.text == "A-200")
    level = word.box[1] + share * (word.box[3] - word.box[1])
    ruled = Page(1, 595, 842, drawn.words, rulings=((word.box[0], level, word.box[2], level),))
    assert [given for _path, given in doubts(order_from_pages([ruled], Hints()))] == struck
