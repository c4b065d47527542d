"""1.1 Goals (优化目标): cycle, errors, punctuality and cost are figures of the orders themselves."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from tests.makers import CLERK, REVIEWER, a_customer, a_product, policies
from tests.stories.way import at, deliver, lead, pick, receive, send

from orderloop.catalog.models import Product
from orderloop.customers.models import Customer
from orderloop.flow.services.decisions import decide_holds, plan_shortages
from orderloop.metrics.facts import ErrorCause, FigureFilter, Judged, Reading
from orderloop.metrics.queries import figures
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.models import Line, Order
from orderloop.policy import queries as policies_in_force
from orderloop.review.models import Hold
from orderloop.review.services import HoldDecision
from orderloop.worklist.models import WorkItem
from orderloop.worklist.services import send_back_items

pytestmark = pytest.mark.django_db
NOVEMBER = FigureFilter(datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))


@pytest.fixture
def customer(db: None) -> Iterator[Customer]:
    policies_in_force.forget()
    policies()
    yield a_customer("ACME")
    policies_in_force.forget()


@pytest.fixture
def bolt(customer: Customer) -> Product:
    return a_product("BOLT", stock=1000)


def figure(code: str) -> Judged:
    return figures.figures_for([code], NOVEMBER)[0]


def test_1_1a_the_processing_cycle_is_measured_per_order_and_per_stage_with_target_and_trend(
    customer: Customer, bolt: Product
) -> None:
    order = receive(customer, bolt, 4, "2026-11-02 02:00")
    shipment = pick(order, "2026-11-02 03:00", "2026-11-02 03:30")
    send(shipment, "2026-11-02 04:00", "2026-11-02 04:30")
    deliver(shipment, "2026-11-04 02:00")
    total, release = figure("cycle_total"), figure("cycle_release")
    assert (total.reading, total.target, total.met) == (Reading(D(48), 1, D(48)), D(168), True)
    assert release.reading == Reading(D(0), 1, D(0))
    assert {p.starts_on: p.reading.value for p in total.trend if p.reading.n} == {date(2026, 11, 2): D(48)}
    stages = {s.stage: (s.wait_p50, s.work_p50, s.total_p50) for s in figures.stages_for(NOVEMBER)}
    assert stages["picking"] == (D(1), D("0.5"), D("1.5"))
    assert stages["dispatch"] == (D("0.5"), D("0.5"), D(1))
    assert stages["delivery"] == (D("45.5"), D(0), D("45.5"))
    assert stages["entry"] == stages["review"] == stages["stock"] == (D(0), D(0), D(0))
    assert check_invariants() == []


def test_1_1b_corrections_rework_and_short_picks_count_against_the_order_and_its_cause(
    customer: Customer, bolt: Product
) -> None:
    good, sent_back, short = (receive(customer, bolt, 4, "2026-11-02 02:00") for _ in range(3))
    lead(good, "2026-11-04 02:00")
    item = WorkItem.objects.get(order_id=sent_back, done_at=None)
    send_back_items([item.pk], to_role="planner", cause="wrong bin", actor=CLERK, at=at("2026-11-02 03:00"))
    lead(sent_back, "2026-11-04 02:00")
    line = Line.objects.get(order_id=short)
    shipment = pick(short, "2026-11-04 00:00", "2026-11-04 00:10", quantities={line.pk: D(3)}, reason="damaged")
    send(shipment, "2026-11-04 00:20", "2026-11-04 00:30")
    deliver(shipment, "2026-11-04 02:00")
    rest = pick(short, "2026-11-05 00:00", "2026-11-05 00:10")
    send(rest, "2026-11-05 00:20", "2026-11-05 00:30")
    deliver(rest, "2026-11-06 02:00")
    assert Order.objects.get(id=short).status == "delivered"
    assert figure("error_rate").reading == Reading(D("0.666667"), 3)
    causes = figures.causes_for(NOVEMBER)
    assert {cause: n for cause, n in causes.items() if n} == {ErrorCause.SENT_BACK: 1, ErrorCause.SHORT_PICK: 1}
    behind = figures.orders_behind("error_rate", NOVEMBER, cause="short_pick")
    assert [part.order_id for part in behind] == [short]
    assert check_invariants() == []


def test_1_1c_delivery_is_judged_against_the_promise_and_against_the_wish_in_time_and_in_full(
    customer: Customer, bolt: Product
) -> None:
    wish = date(2026, 11, 6)
    early, late = (receive(customer, bolt, 4, "2026-11-02 02:00", requested_on=wish) for _ in range(2))
    promised = Order.objects.get(id=late).first_promised_on
    assert promised is not None and promised <= wish
    lead(early, "2026-11-03 02:00")
    lead(late, "2026-11-07 02:00")
    for code in ("on_time_first", "on_time_promised", "on_time_requested", "otif_first", "lines_on_time_requested"):
        assert figure(code).reading == Reading(D("0.5"), 2), code
        assert [p.order_id for p in figures.orders_behind(code, NOVEMBER, only_missed=True)] == [late], code
    assert figure("perfect_order").reading == Reading(D("0.5"), 2)


def test_1_1d_the_cost_of_an_order_is_the_time_spent_on_it_at_the_rates_of_those_who_spent_it(
    customer: Customer, bolt: Product
) -> None:
    order = receive(customer, bolt, 4, "2026-11-02 02:00", by=CLERK)
    shipment = pick(order, "2026-11-02 03:00", "2026-11-02 03:30")
    send(shipment, "2026-11-02 04:00", "2026-11-02 04:30")
    deliver(shipment, "2026-11-04 02:00")
    # Clerk: the standard 6 minutes at 60 an hour. Warehouse: 30 and 30 minutes at 45. Service: the standard 3 at 60.
    assert figure("cost_per_order").reading == Reading(D("6") + D("22.5") + D("22.5") + D("3"), 1)
    (part,) = figures.orders_behind("cost_per_order", NOVEMBER)
    assert (part.value, part.parts) == (D(54), {"minutes": D(69), "lines": D(1)})


def test_1_1d_an_order_no_person_touches_costs_no_work_before_the_warehouse(customer: Customer, bolt: Product) -> None:
    receive(customer, bolt, 4, "2026-11-02 02:00")
    receive(customer, bolt, 4, "2026-11-02 02:00", by=CLERK)
    receive(a_customer("POOR", credit="1"), bolt, 4, "2026-11-02 02:00")
    decided = [HoldDecision(Hold.objects.get().pk, "approved", "paid in advance")]
    assert decide_holds(decided, at=at("2026-11-02 05:00"), actor=REVIEWER).all_done
    assert figure("touchless").reading == Reading(D("0.333333"), 3)
    assert check_invariants() == []


@pytest.mark.parametrize("planned", [False, True])
def test_a_back_order_is_never_without_somebody_who_answers_for_it(customer: Customer, planned: bool) -> None:
    nut = a_product("NUT", stock=6)
    order = receive(customer, nut, 10, "2026-11-02 02:00")
    if planned:
        assert plan_shortages([order], at=at("2026-11-02 03:00"), actor=CLERK).all_done
    lead(order, "2026-11-04 02:00")
    assert Order.objects.get(id=order).status == "part_shipped"
    assert check_invariants() == []
