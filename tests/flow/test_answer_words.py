"""What people are told of each line, in mail and on paper: by the same table as partners are told in codes."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pdfplumber
import pytest
from django.utils.translation import override
from tests.makers import NOW, a_customer, a_product, policies
from tests.released_orders import a_released_order

from orderloop.customers.models import Contact
from orderloop.flow.services.confirming import answers_for, line_words_for, words_of
from orderloop.fulfilment import services as fulfilment
from orderloop.interchange.facts import AnsweredLine, LineVerdict
from orderloop.orders.models import Line, Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.tracking import services as tracking
from orderloop.tracking.facts import NoticeNew, ProgressEvent

LINE = AnsweredLine(
    "1", LineVerdict.ACCEPTED, "BK-1", "", "Bike", D(10), "PCE", D(8), D("95.5000"), date(2026, 12, 9),
    date(2026, 12, 7), "BK-2",
)  # fmt: skip
WORDS = {
    LineVerdict.ACCEPTED: ("Accepted", "已接受"),
    LineVerdict.QUANTITY_CHANGED: ("Quantity changed: 8 instead of 10 PCE", "数量变更：8，原订 10 PCE"),
    LineVerdict.DATE_CHANGED: (
        "Date changed: 2026-12-09 instead of 2026-12-07", "日期变更：2026-12-09，原要求 2026-12-07"
    ),
    LineVerdict.PRICE_CHANGED: ("Price changed: 95.5 CNY net per PCE", "价格变更：每 PCE 净价 95.5 CNY"),
    LineVerdict.SUBSTITUTED: ("Substituted: BK-2 instead of BK-1", "替代：以 BK-2 代替 BK-1"),
    LineVerdict.BACKORDERED: (
        "Back-ordered: 8 of 10 PCE now, no day for the rest yet", "缺货待补：现有 8 / 10 PCE，其余日期未定"
    ),
    LineVerdict.HELD: ("Held: being examined, not yet accepted", "暂挂：审核中，尚未接受"),
    LineVerdict.REJECTED: ("Not accepted: gone", "不接受: gone"),
}  # fmt: skip


@pytest.mark.parametrize("verdict", LineVerdict)
def test_every_verdict_has_words_in_both_languages(verdict):
    line = replace(LINE, verdict=verdict, reason="gone" if verdict is LineVerdict.REJECTED else "")
    found = []
    for language in ("en", "zh-hans"):
        with override(language):
            found.append(words_of(line, "CNY"))
    assert tuple(found) == WORDS[verdict]


@pytest.fixture
def order(db):
    policies()
    customer = a_customer(language="zh-hans")
    Contact.objects.create(customer=customer, name="Li", email="li@c.example", is_primary=True)
    order_id = a_released_order(customer, [(a_product(stock=9), 4), (a_product(stock=9), 2)])
    Line.objects.filter(order_id=order_id, n=2).update(promised_on=date(2027, 1, 4), requested_on=date(2026, 12, 7))
    return order_id


def _pdf(order_id, language=""):
    content = fulfilment.print_order_confirmations([order_id], language=language)[order_id]
    with pdfplumber.open(io.BytesIO(content)) as document:
        return document.pages[0].extract_text()


def test_mail_and_paper_say_of_each_line_what_partners_are_told(order):
    verdicts = [line.verdict for line in answers_for([order], at=NOW)[order].answer.lines]
    assert verdicts == [LineVerdict.ACCEPTED, LineVerdict.DATE_CHANGED]
    assert line_words_for([order], "en")[order] == ("Accepted", "Date changed: 2027-01-04 instead of 2026-12-07")
    tracking.notify([NoticeNew(order, ProgressEvent.CONFIRMED)], at=NOW)
    outbox.drain(NOW)
    body = OutgoingMail.objects.get().body.splitlines()
    assert [line for line in body if line.startswith("   ")] == [
        "   已接受",
        "   日期变更：2027-01-04，原要求 2026-12-07",
    ]
    assert "日期变更：2027-01-04，原要求 2026-12-07" in _pdf(order)
    assert "Date changed: 2027-01-04 instead of 2026-12-07" in _pdf(order, "en")
    assert "Accepted" in _pdf(order, "en")


def test_what_is_the_same_for_all_lines_is_said_once_on_paper(order):
    Line.objects.update(promised_on=date(2026, 12, 3))
    text = _pdf(order, "en")
    assert "All lines: Accepted" in text
    assert text.count("Accepted") == 1


def test_a_rejection_names_the_lines_and_a_receipt_says_nothing_of_them_yet(order):
    Order.objects.update(status="rejected")
    tracking.notify([NoticeNew(order, ProgressEvent.REJECTED), NoticeNew(order, ProgressEvent.RECEIVED)], at=NOW)
    outbox.drain(NOW + timedelta(minutes=1))
    rejected, received = (OutgoingMail.objects.get(effect_key__startswith=f"progress:{e}") for e in
                          ("rejected", "received"))  # fmt: skip
    assert rejected.body.count("不接受") == 2
    assert "不接受" not in received.body


def test_the_words_cost_the_same_number_of_statements_for_one_order_and_for_many(order, django_assert_num_queries):
    customer = a_customer()
    others = [a_released_order(customer, [(a_product(stock=9), 1)]) for _ in range(3)]
    line_words_for([order])
    with django_assert_num_queries(7):
        line_words_for([order])
    with django_assert_num_queries(7):
        line_words_for([order, *others])
