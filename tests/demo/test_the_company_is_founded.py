"""The demo company founded once for all of these tests, through the product's own services."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from orderloop.access.models import Person
from orderloop.demo import buyers, company, records
from orderloop.demo.desk import clock_at, timeline_of
from orderloop.demo.replay import Replay
from orderloop.demo.timeline import Clock, Timeline
from orderloop.metrics.facts import FigureFilter
from orderloop.metrics.queries.figures import figures_for
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.platform import outbox

# A Friday afternoon in Shanghai. On the day it is broken off, the morning after an order day, 60 orders are undone.
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
INTERRUPTED_IN = 71


class Interrupted(BaseException):
    """Stands for the end of the process in the middle of a step."""


def _rows(statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _one(statement: str, parameters: Any = ()) -> Any:
    return _rows(statement, parameters)[0][0]


@pytest.fixture(scope="module")
def founding(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Founded in two goes: the first is broken off in the middle of a week's orders."""
    told: list[tuple[int, int, str]] = []
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            seen = 0
            real = Replay._goods_come

            def breaks(self: Replay, *arguments: Any) -> None:
                nonlocal seen
                seen += 1
                if seen == INTERRUPTED_IN:
                    raise Interrupted
                real(self, *arguments)

            patch.setattr(Replay, "_goods_come", breaks)
            with pytest.raises(Interrupted):
                company.found_demo(at=NOW)
        broken_off = {"founded": company.is_founded(), "orders": _one("SELECT count(*) FROM orders_order")}
        founded = company.found_demo(lambda *progress: told.append(progress), at=NOW + timedelta(days=1))
        yield {"broken_off": broken_off, "founded": founded, "told": told}
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clock(founding: dict[str, Any]) -> Clock:
    return clock_at(NOW)


@pytest.fixture(scope="module")
def timeline(clock: Clock) -> Timeline:
    return timeline_of(clock)


@pytest.mark.django_db
def test_an_empty_database_has_no_demo() -> None:
    # Marked, so that the test database is made; the others share one transaction, which the mark would end.
    assert not company.is_founded()


def test_a_founding_broken_off_is_finished_by_the_next_with_the_dates_of_the_first(founding: dict[str, Any]) -> None:
    assert founding["broken_off"] == {"founded": False, "orders": 113}
    assert company.is_founded()
    assert founding["founded"].orders == 2_842
    assert _one("SELECT max(received_at) FROM orders_order") <= NOW
    assert _one("SELECT max((received_at AT TIME ZONE 'Asia/Shanghai')::date) FROM orders_order") == NOW.date()


def test_a_founding_that_stands_is_left_alone(founding: dict[str, Any]) -> None:
    before = _one("SELECT count(*) FROM orders_event")
    again = company.found_demo(at=NOW + timedelta(days=2))
    assert again == company.Founded(2_842, 60, None)
    assert _one("SELECT count(*) FROM orders_event") == before


def test_progress_runs_from_the_first_step_to_the_last(founding: dict[str, Any]) -> None:
    told = founding["told"]
    assert [done for done, _, _ in told] == list(range(told[0][1] + 1))
    assert {total for _, total, _ in told} == {told[0][1]}
    assert all(words for _, _, words in told)


def test_everything_of_the_record_is_there(founding: dict[str, Any], timeline: Timeline) -> None:
    assert _one("SELECT count(*) FROM customers_customer") == 701
    assert _one("SELECT count(*) FROM catalog_product") == 504
    orders, drafts = _one("SELECT count(*) FROM orders_order"), _one("SELECT count(*) FROM intake_draft")
    assert (orders, drafts, len(timeline.to_come)) == (2_839, 3, 60)
    assert orders + drafts + len(timeline.to_come) == 2_902
    lines = _one("SELECT count(*) FROM orders_line") + _one(
        "SELECT sum(jsonb_array_length(body->'lines')) FROM intake_draft"
    )
    assert lines + sum(len(dated.sale.lines) for dated in timeline.to_come) == 47_572


def test_every_order_amounts_to_what_the_record_says(founding: dict[str, Any]) -> None:
    nets = {sale.po_number: buyers.net_of(sale.lines) for sale in records.sales()}
    rows = _rows("SELECT po_number, net, gross FROM orders_order")
    assert len(rows) == 2_839
    assert all(net == nets[po] for po, net, _ in rows)
    assert all(abs(gross - net * Decimal("1.08")) < 1 for _, net, gross in rows)


def test_every_delivered_order_was_shipped_on_the_records_day_with_its_tracking_number(
    founding: dict[str, Any], timeline: Timeline
) -> None:
    expected = {dated.sale.po_number: (dated.ship_on, dated.sale.carrier_tracking) for dated in timeline.past}
    rows = _rows(
        """SELECT o.po_number, (s.shipped_at AT TIME ZONE 'Asia/Shanghai')::date, s.tracking_number
        FROM orders_order o JOIN fulfilment_shipment s ON s.order_id = o.id WHERE o.status = 'delivered'"""
    )
    assert len(rows) > 2_700
    assert all((day, tracking) == expected[po] for po, day, tracking in rows)
    recorded = {dated.sale.po_number for dated in timeline.past if dated.sale.ordered_on < timeline.starts[-1][0]}
    statuses = dict(_rows("SELECT po_number, status FROM orders_order"))
    assert {statuses[po] for po in recorded} == {"delivered"}


def test_the_desk_has_work_of_every_kind_and_nothing_lies_in_the_future(founding: dict[str, Any]) -> None:
    kinds = dict(_rows("SELECT kind, count(*) FROM worklist_workitem WHERE done_at IS NULL GROUP BY kind"))
    assert {"hold_credit", "picking", "dispatch", "delivery", "production_planning", "question"} <= set(kinds)
    statuses = {row[0] for row in _rows("SELECT DISTINCT status FROM orders_order")}
    assert {"in_review", "released", "shipped", "part_shipped", "delivered"} <= statuses
    assert _one("SELECT count(*) FROM inventory_reservation WHERE status = 'open' AND reserved < wanted") > 5
    assert _one("SELECT count(*) FROM inventory_receipt WHERE closed_at IS NULL AND expected_on > %s", [NOW.date()]) > 5
    assert _one("SELECT max(at) FROM orders_event") <= NOW
    assert _one("SELECT max(at) FROM inventory_move") <= NOW


def test_customers_are_told_of_the_last_days_only(founding: dict[str, Any]) -> None:
    assert _one("SELECT count(*) FROM platform_effect") > 0
    assert _one("SELECT min(created_at) FROM platform_effect") >= NOW - timedelta(days=3)


def test_customers_are_told_at_the_moment_it_happened_not_when_the_demo_starts(founding: dict[str, Any]) -> None:
    assert outbox.moments_due("notice") == []
    assert _one("SELECT count(*) FROM platform_effect WHERE kind = 'mail' AND done_at IS NULL") > 0
    (judged,) = figures_for(["acknowledgement"], FigureFilter(NOW - timedelta(days=30), NOW), drawn=())
    assert judged.reading.n == 33
    assert judged.met is True and judged.reading.value < 1


def test_invoices_are_paid_as_derived(founding: dict[str, Any]) -> None:
    billed, open_ones, late = _rows(
        """SELECT count(*), count(*) FILTER (WHERE settled_on IS NULL), count(*) FILTER (WHERE settled_on > due_on + 20)
        FROM customers_invoice"""
    )[0]
    assert billed > 2_700
    assert 0 < open_ones < billed / 5
    assert late > 100


def test_no_invariant_is_broken(founding: dict[str, Any]) -> None:
    assert check_invariants() == []


def test_one_can_sign_in_as_each_role(founding: dict[str, Any]) -> None:
    people = company.sign_ins()
    assert {role for each in people for role in each.roles} >= {"clerk", "credit_reviewer", "planner", "customer"}
    known = {name for (name,) in _rows("SELECT username FROM access_person")}
    assert {each.username for each in people} == known
    assert founding["founded"].token.startswith("ol_")


def test_the_next_day_comes_at_the_press_of_a_button(founding: dict[str, Any], client: Client) -> None:
    with transaction.atomic():
        assert client.post("/demo/next").status_code == 302  # to the sign-in
        client.force_login(Person.objects.get(username="warehouse"))
        assert client.post("/demo/next").status_code == 403
        assert company.days_left() == 5
        client.force_login(Person.objects.get(username="clerk"))
        page = client.get("/demo", headers={"accept-language": "en"})
        assert page.status_code == 200
        assert re.findall(r'href="/demo"[^>]*aria-current="page"', page.content.decode()) != []
        answer = client.post("/demo/next")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/demo")
        assert company.days_left() == 4
        transaction.set_rollback(True)


def test_the_next_days_come_by_the_real_intake_until_none_is_left(founding: dict[str, Any]) -> None:
    with transaction.atomic():
        before = _one("SELECT count(*) FROM orders_order")
        brought = [company.bring_next_day(NOW + timedelta(days=n)) for n in range(3, 8)]
        # News, an order sent twice, one that is changed, one from an address nobody knows, nothing beside the orders.
        assert [(each.orders, each.incomplete, each.to_check, each.set_aside) for each in brought] == [
            (8, 1, 3, 1),
            (8, 1, 3, 1),
            (8, 1, 4, 0),
            (8, 1, 4, 0),
            (8, 1, 3, 0),
        ]
        assert [each.days_left for each in brought] == [4, 3, 2, 1, 0]
        assert sum(each.receipts for each in brought) > 0
        assert _one("SELECT count(*) FROM orders_order") == before + 40
        assert _one("SELECT count(*) FROM intake_message WHERE outcome = 'pending'") == 0
        assert _one("SELECT count(*) FROM intake_draft WHERE status = 'asking'") == 8
        assert _one("SELECT count(*) FROM intake_proposal WHERE status = 'open'") == 1
        came = _rows("SELECT channel, outcome FROM intake_message WHERE received_at > %s", [NOW + timedelta(days=2)])
        # By partners' programs, by mail and entered at the desk, the portal or the API.
        assert Counter(came)["edi", "order"] == 15
        assert Counter(came)["mail", "order"] == 10
        assert sum(count for (channel, _), count in Counter(came).items() if channel not in ("edi", "mail")) == 15
        assert check_invariants() == []
        last = company.bring_next_day(NOW + timedelta(days=9))
        assert dataclasses.astuple(last) == (0, 0, 0, 0, 0, 0)
        assert _one("SELECT count(*) FROM orders_order") == before + 40
        transaction.set_rollback(True)
