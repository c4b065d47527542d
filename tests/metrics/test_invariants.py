"""The checks find a sound desk sound; and each, shown its violation, names exactly the rows that break it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from tests.makers import NOW, REVIEWER, a_customer, a_product, an_entry, policies

from orderloop.flow.services.decisions import decide_holds
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.inventory.models import Reservation
from orderloop.metrics.queries import invariants
from orderloop.metrics.queries.invariants import INVARIANTS, check_invariants
from orderloop.orders.models import Line, Order, Seal
from orderloop.orders.services import seal_histories
from orderloop.platform import enforcement
from orderloop.platform.bulk import fetch_all
from orderloop.platform.models import IdempotencyKey
from orderloop.policy import queries as policies_in_force
from orderloop.review.models import Hold
from orderloop.review.services import HoldDecision

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Desk:
    """Ids of a desk with one released order, one short of stock and one held for credit."""

    released: int
    short: int
    held: int
    customer: int
    poor_customer: int
    product: int
    warehouse: int
    line: int
    hold: int


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    policies_in_force.forget()
    policies()
    rich, poor = a_customer("RICH"), a_customer("POOR", credit="10")
    bolt, nut = a_product("BOLT", stock=10), a_product("NUT", stock=1)
    entries = [
        an_entry(rich, [(bolt, 4)], key=1),
        an_entry(rich, [(bolt, 2), (nut, 100)], key=2),
        an_entry(poor, [(bolt, 1)], key=3),
    ]
    taken = take_in_entries(entries, at=NOW, actor=SYSTEM).values
    ids = [taken[key].order_id for key in (1, 2, 3)]
    reservation = Reservation.objects.get(order_id=ids[0])
    yield Desk(
        *ids,
        rich.pk,
        poor.pk,
        bolt.pk,
        reservation.warehouse_id,
        Line.objects.get(order_id=ids[0]).pk,
        Hold.objects.get().pk,
    )
    policies_in_force.forget()


def run(*statements: str) -> None:
    with enforcement.unlocked(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def without(table: str, *constraints: str) -> list[str]:
    """Statements that lift what enforces a rule, for this test's transaction."""
    return [f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DROP CONSTRAINT {name}" for name in constraints]


def number(table: str, where: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1")
        return int(cursor.fetchone()[0])


def found() -> dict[str, tuple[str, ...]]:
    return {violation.code: violation.ids for violation in check_invariants()}


def test_a_desk_led_by_the_services_breaks_nothing(desk: Desk) -> None:
    assert check_invariants() == []


def test_every_invariant_has_a_code_of_its_own_and_says_what_should_be_true() -> None:
    codes = [invariant.code for invariant in INVARIANTS]
    assert len(set(codes)) == len(codes)
    assert [i.code for i in INVARIANTS if not i.words.endswith(".")] == []


def test_stock_that_no_move_explains_is_named(desk: Desk) -> None:
    run(f"UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE product_id = {desk.product}")
    assert found() == {"I1": (f"product {desk.product} in warehouse {desk.warehouse}",)}


def test_more_reserved_than_on_hand_is_named(desk: Desk) -> None:
    place = f"product {desk.product} in warehouse {desk.warehouse}"
    run(*without("inventory_stock", "stock_reserved_within_on_hand"))
    run(f"UPDATE inventory_stock SET reserved = on_hand + 1 WHERE product_id = {desk.product}")
    assert found() == {"I2": (place,), "I3": (place,)}


def test_reserved_stock_without_reservation_is_named(desk: Desk) -> None:
    run(f"UPDATE inventory_stock SET reserved = reserved + 1 WHERE product_id = {desk.product}")
    assert found() == {"I3": (f"product {desk.product} in warehouse {desk.warehouse}",)}


def test_a_reservation_of_another_orders_line_is_named(desk: Desk) -> None:
    reservation = number("inventory_reservation", f"order_id = {desk.released}")
    run(f"UPDATE inventory_reservation SET order_id = {desk.short} WHERE id = {reservation}")
    assert found() == {"I3a": (f"reservation {reservation}",)}


def test_a_reservation_beyond_what_is_open_is_named(desk: Desk) -> None:
    run(f"UPDATE inventory_reservation SET wanted = 5 WHERE line_id = {desk.line}")
    assert found() == {"I3b": (f"line {desk.line}",)}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM orders_event WHERE order_id = {order} AND n = 2",
        "UPDATE orders_event SET n = 9 WHERE order_id = {order} AND n = 3",
        "UPDATE orders_event SET kind = 'note' WHERE order_id = {order} AND n = 1",
        "UPDATE orders_order SET version = 7 WHERE id = {order}",
        "UPDATE orders_order SET status = 'confirmed' WHERE id = {order}",
        "DELETE FROM orders_event WHERE order_id = {order}",
    ],
    ids=["gap", "jump", "no receipt", "version", "state", "none at all"],
)
def test_a_history_that_does_not_lead_to_the_state_is_named(desk: Desk, change: str) -> None:
    run(change.format(order=desk.released))
    assert found() == {"I4": (f"order {desk.released}",)}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orders_event SET actor_name = 'Somebody else' WHERE order_id = {order} AND n = 2",
        "UPDATE orders_event SET at = at - interval '1 microsecond' WHERE order_id = {order} AND n = 3",
        "UPDATE orders_event SET reason = 'as agreed' WHERE order_id = {order} AND n = 1",
        "UPDATE orders_seal SET digest = sha256('') WHERE order_id = {order}",
    ],
    ids=["who", "when", "why", "the seal"],
)
def test_a_history_rewritten_after_it_was_sealed_is_named(desk: Desk, change: str) -> None:
    sealed, digest = seal_histories(at=NOW, most=100)
    assert (sealed, len(digest), found()) == (3, 64, {})
    run(change.format(order=desk.released))
    assert found() == {"I5": (f"order {desk.released}",)}


def test_what_happens_after_a_seal_is_sealed_by_the_next_and_chained_to_it(desk: Desk) -> None:
    assert [seal_histories(at=NOW, most=2)[0] for _ in range(3)] == [2, 1, 0]
    assert decide_holds(
        [HoldDecision(desk.hold, "rejected", "no")], at=NOW + timedelta(hours=1), actor=REVIEWER
    ).all_done
    assert seal_histories(at=NOW + timedelta(days=1), most=100)[0] == 1
    assert (found(), Seal.objects.filter(order_id=desk.held).count()) == ({}, 2)
    run(f"UPDATE orders_event SET actor_name = 'X' WHERE order_id = {desk.held} AND n = 1")
    assert found() == {"I5": (f"order {desk.held}",)}


def test_steps_taken_away_with_their_seal_still_miss(desk: Desk) -> None:
    seal_histories(at=NOW, most=100)
    run(f"DELETE FROM orders_event WHERE order_id = {desk.released}")
    assert found() == {"I4": (f"order {desk.released}",), "I5": (f"order {desk.released}",)}


@pytest.mark.parametrize(
    ("status", "body"),
    [(201, '{"number": "SO-9999999"}'), (202, '{"number": "", "draft": 999999}'), (202, '{"id": 999999}')],
    ids=["order", "draft", "document"],
)
def test_an_answer_that_tells_of_what_is_not_there_is_named(desk: Desk, status: int, body: str) -> None:
    number_of = Order.objects.get(pk=desk.released).number
    true = IdempotencyKey(scope="shop", key="a", status=201, body=f'{{"number": "{number_of}"}}')
    false = IdempotencyKey(scope="shop", key="b", status=status, body=body)
    for each in (true, false):
        each.fingerprint, each.created_at = bytes(32), NOW
        each.save()
    assert found() == {"I6": ("key shop b",)}


def test_a_purchase_order_number_on_two_live_orders_is_named(desk: Desk) -> None:
    run("DROP INDEX order_po_unique_among_live")
    run(f"UPDATE orders_order SET po_key = 'SAME' WHERE id IN ({desk.released}, {desk.short})")
    assert found() == {"I7": (f"order {desk.released}", f"order {desk.short}")}


def message(outcome: str, *, age: timedelta = timedelta(days=1), **fields: object) -> int:
    from django.utils import timezone

    from orderloop.intake.models import Message

    at = timezone.now() - age
    given = {"outcome_at": None if outcome == "pending" else at, **fields}
    return Message.objects.create(
        channel="mail", received_at=at, content_type="text/plain", sha256=b"0" * 32, outcome=outcome, **given
    ).pk


def test_messages_that_came_to_nothing_are_named(desk: Desk) -> None:
    refused = message("rejected", reason=[])
    lost = message("order", order_id=desk.held + 1000)
    empty = message("draft")
    undated = message("duplicate", outcome_at=None)
    message("rejected", reason=["spam"])
    message("order", order_id=desk.held)
    assert found() == {"I8": tuple(sorted(f"message {each}" for each in (refused, lost, empty, undated)))}


def test_a_message_nobody_dealt_with_in_time_is_named(desk: Desk) -> None:
    late = message("pending", age=timedelta(minutes=16))
    message("pending", age=timedelta(minutes=14))
    assert found() == {"I8a": (f"message {late}",)}


def test_a_customer_beyond_the_limit_without_approval_is_named(desk: Desk) -> None:
    run(f'UPDATE customers_creditaccount SET "limit" = 1 WHERE customer_id = {desk.customer}')
    assert found() == {"I9": (f"customer {desk.customer}",)}


def test_a_limit_lowered_afterwards_makes_nobody_guilty(desk: Desk) -> None:
    run(
        f'UPDATE customers_creditaccount SET "limit" = 1 WHERE customer_id = {desk.customer}',
        f"""INSERT INTO customers_creditchange (customer_id, at, actor_kind, actor_name, old_limit, new_limit, reason)
        VALUES ({desk.customer}, now(), 'person', 'Wang Wei', 1000000, 1, '')""",
    )
    assert found() == {}


def test_counters_that_are_not_the_sums_are_named(desk: Desk) -> None:
    run(
        f"UPDATE customers_creditaccount SET open_orders = open_orders + 1 WHERE customer_id = {desk.customer}",
        f"UPDATE customers_creditaccount SET unpaid_invoices = 1 WHERE customer_id = {desk.poor_customer}",
    )
    assert found() == {"I9a": (f"customer {desk.customer}", f"customer {desk.poor_customer}")}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orders_line SET net = net + 0.01 WHERE order_id = {order}",
        "UPDATE orders_order SET tax = tax + 1, net = net - 1 WHERE id = {order}",
        "UPDATE orders_order SET tax_rate = 0.13 WHERE id = {order}",
        "UPDATE orders_line SET unit_price = unit_price + 0.01 WHERE order_id = {order}",
    ],
    ids=["line", "header", "rate", "price"],
)
def test_amounts_that_do_not_add_up_are_named(desk: Desk, change: str) -> None:
    run(change.format(order=desk.released))
    assert found() == {"I10": (f"order {desk.released}",)}


def test_goods_shipped_without_a_shipment_are_named(desk: Desk) -> None:
    run(f"UPDATE orders_line SET shipped = 1, quantity = quantity WHERE id = {desk.line}")
    assert found() == {"I11": (f"line {desk.line}",), "I3b": (f"line {desk.line}",)}


def test_more_shipped_than_ordered_is_named(desk: Desk) -> None:
    run(*without("orders_line", "line_shipped_within_ordered"))
    run(f"UPDATE orders_line SET cancelled = quantity + 1 WHERE id = {desk.line}")
    assert found()["I11"] == (f"line {desk.line}",)


def invoice(order: int, customer: int, amount: str) -> int:
    run(
        f"""INSERT INTO customers_invoice (number, customer_id, order_id, amount, paid, issued_on, due_on)
        VALUES ('X-{order}', {customer}, {order}, {amount}, 0, '2026-11-23', '2026-12-23')"""
    )
    return number("customers_invoice", f"order_id = {order}")


def test_an_order_billed_twice_is_named(desk: Desk) -> None:
    invoice(desk.released, desk.customer, "1000")
    assert found()["I11a"] == (f"order {desk.released}",)


def test_a_move_the_lifecycle_does_not_know_is_named(desk: Desk) -> None:
    run(
        f"UPDATE orders_event SET status_after = 'shipped' WHERE order_id = {desk.released} AND n = 2",
        f"UPDATE orders_event SET status_before = 'shipped' WHERE order_id = {desk.released} AND n = 3",
    )
    assert found() == {"I12": (f"order {desk.released} step 2", f"order {desk.released} step 3")}


def test_two_prices_at_a_time_are_named(desk: Desk) -> None:
    run("ALTER TABLE catalog_price DROP CONSTRAINT price_spans_do_not_overlap")
    run(
        "INSERT INTO catalog_pricelist (code, name, currency) VALUES ('L', 'L', 'CNY')",
        *(
            f"""INSERT INTO catalog_price (price_list_id, product_id, from_quantity, unit_price, valid)
            SELECT id, {desk.product}, {quantity}, 9, '{span}' FROM catalog_pricelist"""
            for quantity, span in (
                (1, "[2026-01-01,2026-06-01)"),
                (1, "[2026-05-01,2026-09-01)"),
                (10, "[2026-05-01,)"),
            )
        ),
    )
    first = number("catalog_price", "from_quantity = 1")
    assert found() == {"I13": (f"price {first}",)}


def test_an_effect_given_up_without_work_about_it_is_named(desk: Desk) -> None:
    run(
        """INSERT INTO platform_effect (key, kind, payload, created_at, next_at, attempts, dead_at, error) VALUES
        ('gone', 'mail', '{}', now(), now(), 9, now(), ''), ('later', 'mail', '{}', now(), now(), 1, NULL, '')"""
    )
    gone = number("platform_effect", "key = 'gone'")
    assert found() == {"I14": (f"effect {gone}",)}
    run(
        f"""INSERT INTO worklist_workitem (kind, role, skill, subject_kind, subject_id, title, reason, data,
            priority, since, due_at,
            done_by, outcome, sent_back_cause)
        VALUES ('effect', 'service', '', 'effect', {gone}, '', '', '{{}}', 0, now(), now(), '', '', '')"""
    )
    assert found() == {}


def test_a_job_of_a_dead_worker_is_named(desk: Desk) -> None:
    run(
        """INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)
        VALUES ('default', 'send', 'doing', '{}')"""
    )
    job = number("procrastinate_jobs", "task_name = 'send'")
    assert found() == {"I15": (f"job {job}",)}


def test_a_hold_approved_by_its_maker_is_named(desk: Desk) -> None:
    run(*without("review_hold", "hold_maker_is_not_checker"))
    run(
        f"UPDATE review_hold SET status = 'approved', decided_at = now(), decided_by = opened_by WHERE id = {desk.hold}"
    )
    assert found() == {"I16": (f"hold {desk.hold}",)}


def test_what_belongs_to_another_customer_is_named(desk: Desk) -> None:
    bill = invoice(desk.released, desk.poor_customer, "1")
    item = number("worklist_workitem", f"order_id = {desk.released}")
    run(
        f"UPDATE worklist_workitem SET customer_id = {desk.poor_customer} WHERE id = {item}",
        f"""UPDATE orders_order SET ship_to_id = (SELECT id FROM customers_shipto WHERE customer_id = {desk.customer})
        WHERE id = {desk.held}""",
    )
    assert set(found()["I17"]) == {f"invoice {bill}", f"work item {item}", f"order {desk.held}"}


def test_an_invoice_number_left_out_is_named(desk: Desk) -> None:
    run(
        "INSERT INTO platform_numberseries (code, prefix, last) VALUES ('INV', 'INV-', 3)",
        *(
            f"""INSERT INTO customers_invoice (number, customer_id, amount, paid, issued_on, due_on, settled_on)
            VALUES ('INV-{n:06d}', {desk.customer}, 0, 0, '2026-11-23', '2026-12-23', '2026-11-23')"""
            for n in (1, 3)
        ),
    )
    assert found() == {"I18": ("INV-000002",)}


def test_an_open_order_nobody_answers_for_is_named(desk: Desk) -> None:
    run(
        f"""UPDATE flow_stagerecord SET started_at = enabled_at, finished_at = enabled_at
        WHERE order_id = {desk.released}""",
        f"UPDATE worklist_workitem SET done_at = now() WHERE order_id = {desk.released}",
    )
    assert found() == {"O1": (f"order {desk.released}",)}


def test_what_still_runs_for_an_order_that_has_ended_is_named(desk: Desk) -> None:
    run(f"DELETE FROM worklist_workitem WHERE order_id = {desk.held}")
    run(
        f"UPDATE orders_order SET status = 'rejected', closed_at = now(), version = 3 WHERE id = {desk.held}",
        f"""INSERT INTO orders_event (order_id, n, at, kind, status_before, status_after, actor_kind, actor_name,
            reason, data)
        VALUES ({desk.held}, 3, now(), 'rejected', 'in_review', 'rejected', 'system', 'system', '', '{{}}')""",
    )
    running = number("flow_stagerecord", f"order_id = {desk.held} AND finished_at IS NULL")
    assert found() == {"O2": (f"hold {desk.hold}", f"stage record {running}")}


def test_a_stage_finished_before_it_was_enabled_is_named(desk: Desk) -> None:
    record = number("flow_stagerecord", f"order_id = {desk.released} AND stage = 'entry'")
    run(*without("flow_stagerecord", "stage_starts_after_enabled"))
    run(
        f"UPDATE flow_stagerecord SET enabled_at = finished_at + interval '1 minute' WHERE id = {record}",
        f"UPDATE flow_stagerecord SET round = 2 WHERE order_id = {desk.short} AND stage = 'entry'",
    )
    assert set(found()["O3"]) == {f"stage record {record}", f"order {desk.short} stage entry"}
    assert set(found()) == {"O3"}


def test_times_that_contradict_the_state_are_named(desk: Desk) -> None:
    run(
        f"UPDATE orders_order SET delivered_at = now() WHERE id = {desk.released}",
        f"UPDATE orders_order SET confirmed_at = received_at - interval '1 day' WHERE id = {desk.short}",
    )
    assert {code: set(ids) for code, ids in found().items()} == {
        "O4": {f"order {desk.released}", f"order {desk.short}"}
    }


def test_a_section_of_the_policy_without_a_version_in_force_is_named(desk: Desk) -> None:
    run("UPDATE policy_policyversion SET status = 'retired' WHERE section = 'triage'")
    assert found() == {"O5": ("triage",)}


def test_at_most_a_hundred_rows_are_named_and_all_are_counted(desk: Desk) -> None:
    for _ in range(101):
        message("pending")
    (violation,) = check_invariants(["I8a"])
    assert (len(violation.ids), violation.count) == (100, 101)
    assert invariants.faults()[0].startswith("I8a: 101 rows, message ")


def test_checking_takes_one_statement_an_invariant(desk: Desk, django_assert_num_queries) -> None:
    check_invariants()
    # The others: a savepoint, in which whole tables are read, and how they are.
    with django_assert_num_queries(len(INVARIANTS) + 4):
        check_invariants()


def test_how_tables_are_read_is_as_before_after_a_check(desk: Desk) -> None:
    check_invariants()
    assert fetch_all("SHOW enable_nestloop") == [("on",)]


def test_an_order_that_is_gone_from_the_lines_is_named(desk: Desk) -> None:
    assert Order.objects.filter(id=desk.held).exists()
    run(f"DELETE FROM orders_line WHERE order_id = {desk.held}")
    assert found() == {"I10": (f"order {desk.held}",)}
