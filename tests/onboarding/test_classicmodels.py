"""ClassicModels comes in through its mapping file, and its check sums come out of the product."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from orderloop.customers.models import Invoice, Payment
from orderloop.foundation.actor import Actor
from orderloop.fulfilment.models import Shipment
from orderloop.inventory.models import Move, Reservation
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.onboarding import queries
from orderloop.onboarding.facts import Imported
from orderloop.onboarding.services import import_company
from orderloop.orders.models import Event, Order
from orderloop.platform.models import Effect
from orderloop.policy.services import ensure_defaults
from orderloop.review.models import Hold
from orderloop.worklist.models import WorkItem

MAPPING = Path(__file__).resolve().parents[2] / "examples" / "classicmodels" / "mapping.toml"
AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
IMPORT = Actor("system", None, "import")
D = Decimal
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("imported")]
SUMS = {
    "customers": D(122),
    "customers_without_limit": D(24),
    "credit_limits": D("8254400.00"),
    "products": D(110),
    "product_lines": D(7),
    "orders": D(326),
    "orders_with_shipping_day": D(312),
    "orders_shipped_late": D(1),
    "order_lines": D(2996),
    "ordered_pieces": D(105516),
    "ordered_value": D("9604190.61"),
    "payments": D(273),
    "paid": D("8853839.23"),
    "stock": D(555131),
}


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Imported]:
    """The company brought in once for all tests of this file, and taken out again after them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        ensure_defaults(at=AT)
        yield import_company(MAPPING, at=AT, actor=IMPORT)
        transaction.set_rollback(True)


def test_the_check_sums_of_the_source_come_out_of_the_product(imported: Imported) -> None:
    assert imported.faults == ()
    assert queries.check_sums("Asia/Shanghai") == SUMS


def test_everything_that_must_always_hold_holds_after_the_import() -> None:
    assert [(v.code, v.count, v.ids[:5]) for v in check_invariants()] == []


def test_every_order_stands_where_the_mapping_says() -> None:
    assert Counter(Order.objects.values_list("status", flat=True)) == {
        "delivered": 307,
        "shipped": 3,
        "cancelled": 6,
        "in_review": 4,
        "released": 6,
    }


def test_a_delivered_order_has_its_whole_history_at_its_own_days() -> None:
    order = Order.objects.get(number="10100")
    steps = Event.objects.filter(order=order).order_by("n").values_list("kind", "status_after", "at__date")
    assert [(kind, after, day.isoformat()) for kind, after, day in steps] == [
        ("received", "in_review", "2003-01-06"),
        ("confirmed", "confirmed", "2003-01-06"),
        ("released", "released", "2003-01-10"),
        ("shipped", "shipped", "2003-01-10"),
        ("delivered", "delivered", "2003-01-13"),
    ]
    assert (order.requested_on, order.gross) == (date(2003, 1, 13), D("10223.83"))
    assert Invoice.objects.get(order=order).issued_on == date(2003, 1, 10)
    assert Shipment.objects.get(order=order).shipped_at.date() == date(2003, 1, 10)  # type: ignore[union-attr]


def test_comments_stay_in_the_history_of_what_was_resolved_cancelled_held_or_disputed() -> None:
    resolved = Event.objects.get(order__number="10164", kind="delivered")
    assert resolved.reason.startswith("This order was disputed, but resolved on 11/1/2003")
    cancelled = Event.objects.get(order__number="10179", kind="cancelled")
    assert cancelled.reason.startswith("Customer cancelled due to urgent budgeting issues.")
    assert cancelled.data == {"shipped_on": "2003-11-13"}
    held = Hold.objects.get(order__number="10334")
    assert (held.kind, held.status, held.role) == ("credit", "open", "credit_reviewer")
    assert held.reasons[0]["params"]["note"].startswith("The outstaniding balance for this customer exceeds")
    disputed = WorkItem.objects.get(order__number="10417")
    assert (disputed.kind, disputed.data["note"]) == (
        "dispute",
        "Customer doesn't like the colors and precision of the models.",
    )


def test_orders_still_in_process_hold_their_stock_and_wait_to_be_picked() -> None:
    numbers = ["10420", "10421", "10422", "10423", "10424", "10425"]
    assert set(Order.objects.filter(number__in=numbers).values_list("status", flat=True)) == {"released"}
    held = Reservation.objects.filter(order__number__in=numbers, status="open")
    assert set(held.values_list("order__number", flat=True)) == set(numbers)
    assert not held.exclude(reserved=D(0)).filter(order__status="delivered").exists()
    assert set(WorkItem.objects.filter(order__number__in=numbers, done_at=None).values_list("kind", flat=True)) == {
        "picking"
    }


def test_stock_moved_on_the_days_goods_left() -> None:
    days = Move.objects.filter(kind="shipment", line_id__in=Order.objects.get(number="10100").lines.values("id"))
    assert {move.at.date() for move in days} == {date(2003, 1, 10)}
    assert not Move.objects.filter(kind="opening", at__date__gte=date(2003, 1, 6)).exists()


def test_payments_pay_the_oldest_invoices_and_the_rest_stays_unapplied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(paid), (SELECT sum(amount - unapplied) FROM customers_payment) FROM customers_invoice"
        )
        assert len(set(cursor.fetchone())) == 1
    open_of_customers_with_money_left = Invoice.objects.filter(
        settled_on=None, customer_id__in=Payment.objects.filter(unapplied__gt=0).values("customer_id")
    )
    assert not open_of_customers_with_money_left.exists()


def test_nobody_is_written_to_about_the_past() -> None:
    assert not Effect.objects.exists()


def test_the_import_run_again_changes_nothing() -> None:
    before = (Event.objects.count(), Move.objects.count(), Invoice.objects.count())
    again = import_company(MAPPING, at=AT, actor=IMPORT)
    assert set(again.written.values()) == {0}
    assert (again.known["orders"], again.known["payments"]) == (326, 273)
    assert (Event.objects.count(), Move.objects.count(), Invoice.objects.count()) == before
    assert queries.check_sums("Asia/Shanghai") == SUMS
