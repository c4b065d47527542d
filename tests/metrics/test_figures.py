"""Each figure over orders whose times are known is what one reckons by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.makers import a_customer
from tests.metrics.record import NOVEMBER, a_line, a_shipment, a_stage, an_order, at

from orderloop.customers.models import Customer
from orderloop.flow.models import AnswerTime
from orderloop.intake.models import Draft, Question
from orderloop.metrics.facts import BY_CODE, FIGURES, ErrorCause, FigureFilter, Reading
from orderloop.metrics.queries import figures
from orderloop.metrics.queries.statements import MEASURED
from orderloop.orders.models import Event, Order
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def read(code: str, asked: FigureFilter = NOVEMBER) -> Reading:
    (judged,) = figures.figures_for([code], asked, drawn=())
    return judged.reading


def numbers(code: str, **given: object) -> list[str]:
    return [part.number for part in figures.orders_behind(code, NOVEMBER, **given)]


def test_every_figure_is_computed_and_filed_under_a_number_of_its_own() -> None:
    assert [figure.code for figure in FIGURES] == list(MEASURED)
    assert len({figure.number for figure in FIGURES}) == len(FIGURES)


def test_every_figure_over_no_orders_has_no_value(customer: Customer) -> None:
    assert {code: read(code) for code in BY_CODE} == dict.fromkeys(BY_CODE, Reading(None, 0, None))


def test_the_cycle_runs_from_receipt_to_delivery_and_its_median_and_p90_are_taken(customer: Customer) -> None:
    for hours in (10, 20, 30, 40, 100):
        an_order(customer, "2026-11-02 00:00", (at("2026-11-02 00:00") + timedelta(hours=hours)).isoformat()[:16])
    an_order(customer, "2026-11-02 00:00")  # not delivered yet
    assert read("cycle_total") == Reading(D(30), 5, D(76))


def test_an_order_falls_into_the_period_of_its_delivery_by_the_companys_days(customer: Customer) -> None:
    an_order(customer, "2026-10-01 00:00", "2026-10-31 15:59")  # still October in Shanghai
    an_order(customer, "2026-10-01 00:00", "2026-10-31 16:00")
    an_order(customer, "2026-10-01 00:00", "2026-11-30 16:00")
    assert read("cycle_total").n == 1
    assert numbers("cycle_total") == ["SO-2"]


def test_release_and_acknowledgement_are_measured_from_receipt(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00", released="2026-11-02 01:00", acknowledged="2026-11-02 00:05")
    an_order(customer, "2026-11-02 00:00", released="2026-11-02 03:00", acknowledged="2026-11-02 00:15")
    an_order(customer, "2026-11-02 00:00", released="2026-11-02 03:00")
    assert read("cycle_release") == Reading(D(3), 3, D(3))
    assert read("acknowledgement") == Reading(D(10), 2, D(14))


def test_on_time_means_the_day_of_delivery_is_not_after_the_date(customer: Customer) -> None:
    an_order(
        customer,
        "2026-11-02 00:00",
        "2026-11-10 15:59",
        requested="2026-11-09",
        first="2026-11-10",
        promised="2026-11-12",
    )
    an_order(
        customer,
        "2026-11-02 00:00",
        "2026-11-10 16:00",
        requested="2026-11-11",
        first="2026-11-10",
        promised="2026-11-12",
    )
    assert read("on_time_requested") == Reading(D("0.5"), 2)
    assert read("on_time_first") == Reading(D("0.5"), 2)
    assert read("on_time_promised") == Reading(D(1), 2)
    assert numbers("on_time_first", only_missed=True) == ["SO-2"]


def test_a_line_partly_late_is_late(customer: Customer) -> None:
    dates = [date(2026, 11, 10)] * 3
    order = an_order(customer, "2026-11-02 00:00", "2026-11-12 00:00", first="2026-11-10", picked=6)
    late, early = order.lines.get(), a_line(order, dates, n=2)
    a_shipment(order, early, "2026-11-09 00:00", picked=10, asked=10)
    late.promised_on = late.first_promised_on = date(2026, 11, 10)
    late.save()
    a_shipment(order, late, "2026-11-08 00:00", picked=4, asked=4)
    assert read("lines_on_time_first") == Reading(D("0.5"), 2)
    assert [(p.number, p.value) for p in figures.orders_behind("lines_on_time_first", NOVEMBER)] == [("SO-1", D(0))]


def test_on_time_but_not_in_full_is_not_otif(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00")
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", picked=9)
    an_order(customer, "2026-11-02 00:00", "2026-11-25 00:00")
    assert read("otif_first") == Reading(D("0.333333"), 3)
    (late, short, good) = sorted(figures.orders_behind("otif_first", NOVEMBER), key=lambda p: p.number, reverse=True)
    assert [dict(each.parts) for each in (good, short, late)] == [
        {"on_time": 1, "in_full": 1},
        {"on_time": 1, "in_full": 0},
        {"on_time": 0, "in_full": 1},
    ]


def test_the_perfect_order_and_the_product_of_its_rates_are_two_figures(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", billed=100)
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", picked=9)
    an_order(customer, "2026-11-02 00:00", "2026-11-25 00:00")
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", billed=90)
    assert read("perfect_order") == Reading(D("0.25"), 4)
    assert read("perfect_order_index") == Reading(D("0.421875"), 4)  # three times three quarters


def test_every_kind_of_error_counts_its_order_once(customer: Customer) -> None:
    orders = [an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00") for _ in range(4)]
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", picked=8, asked=10)
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", billed=90)
    draft = Draft.objects.create(
        channel="mail", status="accepted", body={}, created_at=at("2026-11-02 00:00"),
        updated_at=at("2026-11-02 00:00"), ended_at=at("2026-11-02 00:00"), order_id=orders[0].pk,
    )  # fmt: skip
    Question.objects.create(
        draft=draft, findings=[], asked_at=at("2026-11-02 00:00"), asked_by="system", due_at=at("2026-11-03 00:00")
    )
    a_stage(orders[1], "review", "2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00", round=2)
    a_stage(orders[1], "picking", "2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00", round=2)
    WorkItem.objects.create(
        kind="picking", role="planner", subject_kind="order", subject_id=orders[1].pk, order=orders[1],
        title="", since=timezone.now(), due_at=timezone.now(), sent_back_cause="wrong bin",
    )  # fmt: skip
    a_stage(orders[2], "picking", "2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00", round=2)
    assert read("error_rate") == Reading(D("0.666667"), 6)
    assert figures.causes_for(NOVEMBER) == {
        ErrorCause.CORRECTION: 1,
        ErrorCause.REWORK: 1,
        ErrorCause.SENT_BACK: 1,
        ErrorCause.SHORT_PICK: 1,
        ErrorCause.MISBILLED: 1,
    }
    assert sorted(numbers("error_rate", only_missed=True)) == ["SO-1", "SO-2", "SO-5", "SO-6"]
    assert numbers("error_rate", cause="sent_back") == ["SO-2"]
    assert read("first_time_right") == Reading(D("0.666667"), 6)


def test_a_promise_moved_is_not_right_the_first_time(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", first="2026-11-10", promised="2026-11-12")
    assert read("first_time_right") == Reading(D(0), 1)


def test_an_order_a_person_touched_before_confirmation_is_not_touchless(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00")
    an_order(customer, "2026-11-02 00:00", by="person")
    third = an_order(customer, "2026-11-02 00:00")
    Event.objects.create(
        order=third, n=3, at=at("2026-11-03 00:00"), kind="note", status_before="confirmed", status_after="confirmed",
        actor_kind="person", actor_name="Li Na",
    )  # fmt: skip
    assert read("touchless") == Reading(D("0.666667"), 3)
    assert numbers("touchless", only_missed=True) == ["SO-2"]


def test_cost_is_minutes_by_the_hourly_rate_of_who_spent_them(customer: Customer) -> None:
    order = an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00")
    day = ("2026-11-02 00:00", "2026-11-02 00:00", "2026-11-02 00:00")
    a_stage(order, "entry", *day, minutes=30)  # clerk, 60 an hour: 30
    a_stage(order, "review", *day, role="credit_reviewer")  # standard 8 minutes at 90: 12
    a_stage(order, "picking", *day, role="warehouse", minutes=0)  # standard 12 minutes at 45: 9
    a_stage(order, "dispatch", *day, role="warehouse", minutes=9000)  # at most 240 minutes: 180
    a_stage(order, "stock", *day, role="planner", by="system", minutes=0)
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00")
    assert read("cost_per_order") == Reading(D("115.5"), 2)
    assert read("cost_per_line") == Reading(D("115.5"), 2)
    parts = figures.orders_behind("cost_per_order", NOVEMBER, only_missed=True)
    assert [(p.number, p.value, p.parts["minutes"], p.parts["lines"]) for p in parts] == [
        ("SO-1", D(231), D(290), D(1))
    ]


def test_stages_are_read_with_waiting_and_work_apart(customer: Customer) -> None:
    order, other = (an_order(customer, "2026-11-02 00:00") for _ in range(2))
    a_stage(
        order,
        "review",
        "2026-11-02 00:00",
        "2026-11-02 02:00",
        "2026-11-02 03:00",
        minutes=5,
        wait_reason="credit",
        role="credit_reviewer",
    )
    a_stage(
        other,
        "review",
        "2026-11-02 00:00",
        "2026-11-02 04:00",
        "2026-11-02 07:00",
        minutes=60,
        role="credit_reviewer",
        due_at=at("2026-11-02 05:00"),
    )
    a_stage(
        order, "picking", "2026-11-29 16:00", role="warehouse", wait_reason="colleague", due_at=at("2026-11-30 00:00")
    )
    review, picking = figures.stages_for(NOVEMBER)
    assert (review.stage, review.role, review.n) == ("review", "credit_reviewer", 2)
    assert (review.wait_p50, review.wait_p90) == (D(3), D("3.8"))
    assert (review.work_p50, review.work_p90, review.total_p50) == (D(2), D("2.8"), D(5))
    assert (review.by_hand, review.within_standard, review.late, review.running) == (2, D("0.5"), 1, 0)
    assert (picking.n, picking.running, picking.running_late, picking.wait_p50) == (0, 1, 1, None)
    waits = [(w.reason, w.n, w.hours, w.running) for w in figures.waits_for(NOVEMBER)]
    assert waits == [("colleague", 1, D(24), 1), ("credit", 1, D(2), 0)]


def test_filters_narrow_every_figure_to_the_same_orders(customer: Customer) -> None:
    other = a_customer("OTHER")
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", channel="mail")
    an_order(customer, "2026-11-02 00:00", "2026-11-10 00:00", size="large")
    an_order(other, "2026-11-02 00:00", "2026-11-10 00:00")
    for code in ("cycle_total", "lines_on_time_first", "error_rate", "touchless", "cost_per_order"):
        assert read(code, replace(NOVEMBER, customer="acme")).n == 2
        assert read(code, replace(NOVEMBER, customer="other", channel="mail")).n == 0
        assert read(code, replace(NOVEMBER, channel="mail")).n == 1
        assert read(code, replace(NOVEMBER, size_class="large")).n == 1
        assert read(code, replace(NOVEMBER, product_line_id=1)).n == 0
    assert (
        figures.stages_for(replace(NOVEMBER, customer="acme", channel="mail", size_class="large", product_line_id=1))
        == []
    )


def test_a_trend_has_twelve_points_that_end_with_the_period(customer: Customer) -> None:
    an_order(customer, "2026-11-22 00:00", "2026-11-23 00:00")  # Monday of the last full week
    an_order(customer, "2026-11-20 00:00", "2026-11-22 15:59")  # Sunday night before, in Shanghai
    an_order(customer, "2026-09-01 00:00", "2026-09-13 16:00")  # the first moment of the first week
    an_order(customer, "2026-09-01 00:00", "2026-09-13 15:59")
    trend = figures.figures_for(["cycle_total"], NOVEMBER)[0].trend
    assert [point.starts_on for point in trend] == [date(2026, 9, 14) + timedelta(weeks=n) for n in range(12)]
    assert [point.reading.n for point in trend] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]


def test_all_figures_with_their_trends_are_read_by_one_statement_for_the_same_orders(customer: Customer) -> None:
    an_order(customer, "2026-10-05 00:00", "2026-10-09 00:00", acknowledged="2026-10-05 00:03", billed=100)
    an_order(customer, "2026-11-02 00:00", "2026-11-23 00:00", acknowledged="2026-11-02 00:05", billed=90)
    for order in Order.objects.all():
        AnswerTime.objects.create(
            order=order, receipt_minutes=1, receipt_in_time=True, confirmation_minutes=9, confirmation_in_time=True,
            asked_minutes=60, kept_at=at("2026-11-23 00:00"),
        )  # fmt: skip
    codes = list(MEASURED)
    alone = {code: read(code) for code in codes}
    with CaptureQueriesContext(connection) as seen:
        together = figures.figures_for(codes, NOVEMBER)
    assert {each.figure.code: each.reading for each in together} == alone
    families = {m.family.name for m in MEASURED.values()}
    looking_for_changed_orders = 1
    assert sum("orders_order" in q["sql"] for q in seen) == len(families) + looking_for_changed_orders
    assert [sum(point.reading.n for point in each.trend) for each in together] == [2] * len(codes)


def test_a_period_longer_than_its_trend_is_read_whole(customer: Customer) -> None:
    an_order(customer, "2025-01-01 00:00", "2025-01-02 00:00")
    an_order(customer, "2026-11-02 00:00", "2026-11-03 00:00")
    (judged,) = figures.figures_for(["cycle_total"], replace(NOVEMBER, since=at("2025-01-01 00:00")))
    assert judged.reading.n == 2
    assert sum(point.reading.n for point in judged.trend) == 1


def test_the_orders_behind_a_figure_come_page_by_page(customer: Customer) -> None:
    for day in range(10, 15):
        an_order(customer, "2026-11-02 00:00", f"2026-11-{day} 00:00")
    first = figures.orders_behind("cycle_total", NOVEMBER, limit=2)
    second = figures.orders_behind("cycle_total", NOVEMBER, after=(first[-1].at, first[-1].order_id), limit=2)
    assert [part.number for part in [*first, *second]] == ["SO-5", "SO-4", "SO-3", "SO-2"]


def test_only_durations_above_the_target_are_on_the_wrong_side(customer: Customer) -> None:
    an_order(customer, "2026-11-02 00:00", "2026-11-09 00:00")  # 168 hours, just at the target
    an_order(customer, "2026-11-02 00:00", "2026-11-09 00:01")
    assert numbers("cycle_total", only_missed=True) == ["SO-2"]
