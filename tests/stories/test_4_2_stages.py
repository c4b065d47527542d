"""4.2 Stages (处理环节设置).

a  entry, review, stock check, production planning, shipping planning as stages of a defined flow
   (录入、审核、库存查询、生产安排、发货安排)
b  each stage has a responsible role and an operating procedure, shown where the work is done (职责、操作流程)
c  each stage has a work standard (time, quality) that is measured (工作标准和规范)
d  hand-over and communication between stages: nothing waits unseen (沟通与协调、衔接)
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone
from tests.makers import CLERK, NOW, a_customer, a_product, an_entry
from tests.stories.conftest import SignIn
from tests.stories.way import API, pick, receive

from orderloop.access.models import Person
from orderloop.flow.facts import DEFAULT_STAGES, Stage
from orderloop.flow.models import StageRecord
from orderloop.flow.rules import SECTION as FLOW
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import Actor
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.models import Order
from orderloop.policy.queries import in_force
from orderloop.policy.rules import encode
from orderloop.policy.services import draft_versions, put_in_force
from orderloop.review.models import Hold
from orderloop.worklist.models import WorkItem
from orderloop.worklist.services import hand_over_items, send_back_items, take_items

MANAGER = Actor("person", None, "Zheng Haitao")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def taken_in(customer: Any, *lines: tuple[Any, int]) -> Order:
    taken = take_in_entries([an_entry(customer, lines)], at=NOW, actor=API).values[0]
    return Order.objects.get(pk=taken.order_id)


def running(order: Order) -> dict[str, str]:
    """The stages an order stands in, and what each waits for."""
    return dict(StageRecord.objects.filter(order=order, finished_at=None).values_list("stage", "wait_reason"))


def finished(order: Order) -> set[str]:
    return set(StageRecord.objects.filter(order=order).exclude(finished_at=None).values_list("stage", flat=True))


def test_4_2a_an_order_passes_the_stages_of_the_flow_and_only_those_that_apply_to_it() -> None:
    covered, short = taken_in(a_customer(), (a_product(), 4)), taken_in(a_customer(), (a_product(stock=0), 4))
    assert finished(covered) == {"entry", "review", "stock", "shipping_planning"}
    assert running(covered) == {"picking": "colleague"}
    assert finished(short) == {"entry", "review", "stock"}
    assert running(short) == {"production_planning": "colleague", "shipping_planning": "stock"}


def test_4_2a_review_and_stock_check_run_side_by_side() -> None:
    order = taken_in(a_customer(credit="1"), (a_product(), 4))
    assert (finished(order), running(order)) == ({"entry", "stock"}, {"review": "credit"})
    enabled = dict(StageRecord.objects.filter(order=order).values_list("stage", "enabled_at"))
    assert enabled["review"] == enabled["stock"]


def test_4_2a_the_flow_is_a_policy_that_a_manager_changes_without_a_programmer() -> None:
    policy = in_force(FLOW).value
    stages = tuple(replace(s, needs=(*s.needs, Stage.REVIEW)) if s.code == Stage.STOCK else s for s in policy.stages)
    body = encode(FLOW, replace(policy, stages=stages))
    draft = draft_versions({"flow": body}, at=NOW, actor=CLERK, note="Review first").values["flow"]
    assert put_in_force([draft], at=NOW, actor=MANAGER, note="Agreed").all_done
    order = taken_in(a_customer(credit="1"), (a_product(), 4))
    assert (finished(order), running(order)) == ({"entry"}, {"review": "credit"})


def test_4_2a_a_flow_that_could_not_lead_orders_is_refused_with_its_faults() -> None:
    policy = in_force(FLOW).value
    circle = tuple(replace(s, needs=(Stage.DELIVERY,)) if s.code == Stage.ENTRY else s for s in policy.stages)
    outcome = draft_versions({"flow": encode(FLOW, replace(policy, stages=circle))}, at=NOW, actor=CLERK)
    assert {reason.code for reason in outcome.refused[0].reasons} == {"needs_in_circle"}
    assert in_force(FLOW).value == policy


def test_4_2b_each_stage_has_a_role_and_a_procedure_in_both_languages() -> None:
    roles = {stage.code: stage.role for stage in DEFAULT_STAGES}
    assert roles == {
        "entry": "clerk", "review": "credit_reviewer", "stock": "planner", "production_planning": "planner",
        "shipping_planning": "planner", "picking": "warehouse", "dispatch": "warehouse", "delivery": "service",
    }  # fmt: skip
    assert all(stage.procedure_en and stage.procedure_zh for stage in DEFAULT_STAGES)


def test_4_2b_the_procedure_is_shown_where_the_work_is_done(sign_in: SignIn) -> None:
    order = taken_in(a_customer(credit="1"), (a_product(), 4))
    english = sign_in("credit_reviewer").get(f"/review/{order.number}").content.decode()
    assert "Read the review sheet: credit, amount, stock and date." in english
    chinese = sign_in("credit_reviewer", language="zh-hans").get(f"/review/{order.number}").content.decode()
    assert "查看审核单：信用、金额、库存、交期。" in chinese


def test_4_2c_each_stage_has_a_standard_and_its_work_is_measured_against_it() -> None:
    assert all(stage.standard_minutes > 0 and stage.due_hours > 0 for stage in DEFAULT_STAGES)
    order_id = receive(a_customer(), a_product(), 4, "2026-11-23 02:00")
    pick(order_id, "2026-11-23 03:00", "2026-11-23 03:20")
    picking = StageRecord.objects.get(order=order_id, stage="picking")
    waited, worked = picking.started_at - picking.enabled_at, picking.finished_at - picking.started_at
    assert (waited, worked, picking.minutes) == (timedelta(hours=1), timedelta(minutes=20), D(20))
    # Standard: 8 working hours from 10 in the morning.
    assert picking.due_at == picking.enabled_at + timedelta(hours=8)


def test_4_2d_work_is_taken_handed_over_and_sent_back_with_its_cause() -> None:
    order = taken_in(a_customer(), (a_product(), 4))
    item = WorkItem.objects.get(order=order)
    zhang, li = (Person.objects.create(username=name, roles=["warehouse"]) for name in ("zhang", "li"))
    assert take_items([item.pk], person_id=zhang.pk, at=NOW).all_done
    assert take_items([item.pk], person_id=li.pk, at=NOW).stale  # What Zhang has, Li cannot take.
    assert hand_over_items([item.pk], person_id=zhang.pk, to_person_id=li.pk, at=NOW).all_done
    item.refresh_from_db()
    assert item.taken_by == li
    assert send_back_items([item.pk], to_role="planner", cause="wrong bin", actor=CLERK, at=NOW).all_done
    item = WorkItem.objects.get(order=order, done_at=None)
    assert (item.role, item.taken_by, item.sent_back_cause) == ("planner", None, "wrong bin")


def test_4_2d_nothing_waits_unseen() -> None:
    product = a_product(stock=4)
    orders = [
        taken_in(a_customer(), (product, 4)),
        taken_in(a_customer(credit="1"), (product, 4)),
        taken_in(a_customer(), (product, 4)),
    ]
    for order in orders:
        assert running(order), order.status
        item = WorkItem.objects.get(order=order, done_at=None)
        assert item.role and item.due_at > item.since
    assert check_invariants() == []


def test_4_2d_the_next_role_finds_the_work_on_its_list_the_moment_the_stage_before_is_done(sign_in: SignIn) -> None:
    at = timezone.now() - timedelta(hours=1)
    entry = an_entry(a_customer(credit="1"), [(a_product(), 4)], received_at=at)
    order = Order.objects.get(pk=take_in_entries([entry], at=at, actor=API).values[0].order_id)
    warehouse, reviewer = sign_in("warehouse"), sign_in("credit_reviewer")
    assert order.number in reviewer.get("/work").content.decode()
    assert order.number not in warehouse.get("/work").content.decode()
    sent = {"holds": [Hold.objects.get().pk], "deed": "approve", "reason": "known for years"}
    assert reviewer.post(f"/review/{order.number}/decide", sent, follow=True).status_code == 200
    assert order.number not in reviewer.get("/work").content.decode()
    assert order.number in warehouse.get("/work").content.decode()
