"""3.1 what is released is picked, packed and shipped by priority (按优先级拣货、发运), by whoever may do it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.makers import CLERK, a_customer, a_product, an_entry

from orderloop.customers.models import Contact
from orderloop.flow.queries import warehouse
from orderloop.flow.services import shipping
from orderloop.flow.services.asking import ask_customers
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment.facts import Packing, Picked
from orderloop.fulfilment.models import Shipment
from orderloop.intake.models import Draft
from orderloop.orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
SignIn = Callable[..., Client]
# Pages read the clock, so what they act on has happened before.
START = timezone.now() - timedelta(hours=3)
AT = START + timedelta(hours=1)


def released(count: int = 1, quantity: int = 2, stock: int = 100) -> list[Order]:
    """Orders released by themselves, or confirmed and partly released where stock does not cover them."""
    product, customer = a_product(stock=stock), a_customer()
    entries = [an_entry(customer, [(product, quantity)], key=n, received_at=START) for n in range(count)]
    taken = take_in_entries(entries, at=START, actor=CLERK).values
    return list(Order.objects.filter(pk__in=[taken[n].order_id for n in range(count)]).order_by("id"))


def a_shipment(order: Order) -> Shipment:
    shipping.start_picks([order.pk], at=AT, actor=CLERK)
    return Shipment.objects.get(order=order)


def test_urgent_orders_and_then_those_of_higher_priority_come_first() -> None:
    low, high, urgent = released(3)
    Order.objects.filter(pk=high.pk).update(priority=Decimal(80))
    Order.objects.filter(pk=urgent.pk).update(is_urgent=True)
    assert [row.order_id for row in warehouse.pickable()] == [urgent.pk, high.pk, low.pk]
    assert [row.order_id for row in warehouse.pickable(high.number)] == [high.pk]
    assert warehouse.counts() == {"pick": 3, "back": 0}


def test_what_is_being_picked_is_not_offered_again() -> None:
    one, other = released(2)
    a_shipment(one)
    assert [row.order_id for row in warehouse.pickable()] == [other.pk]
    assert warehouse.counts() == {"pick": 1, "picking": 1, "back": 0}
    assert warehouse.count_to_do() == 2


def test_the_rest_of_an_order_that_stock_does_not_cover_is_a_back_order(sign_in: SignIn) -> None:
    (order,) = released(quantity=10, stock=7)
    (line,) = warehouse.back_orders()
    assert (line.order_number, line.ordered, line.shipped, line.short) == (order.number, 10, 0, 3)
    (row,) = warehouse.pickable()
    assert (row.lines, row.pieces, row.is_rest) == (1, 7, False)
    assert order.number in sign_in("warehouse").get("/warehouse?tab=back").content.decode()


def test_a_list_takes_the_same_statements_for_one_order_and_for_twenty(sign_in: SignIn) -> None:
    client = sign_in("warehouse")

    def statements() -> int:
        client.get("/warehouse?tab=pick")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/warehouse?tab=pick").status_code == 200
        return len(seen)

    released()
    before = statements()
    released(20)
    assert statements() == before


def test_a_step_done_meanwhile_by_a_colleague_changes_nothing(sign_in: SignIn) -> None:
    shipment = a_shipment(released()[0])
    shipping.confirm_picks([Picked(shipment.pk)], at=AT, actor=CLERK)
    shipping.pack_shipments([Packing(shipment.pk, 3)], at=AT, actor=CLERK)
    answer = sign_in("warehouse").post(f"/warehouse/{shipment.number}/pack", {"parcels": "7"})
    assert answer.status_code == 409 and "Somebody else was faster" in answer.content.decode()
    shipment.refresh_from_db()
    assert (shipment.status, shipment.parcels) == ("packed", 3)


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"carrier": "Nobody"}, 422), ({}, 422), ({"carrier": "DHL", "tracking_number": "\x00 9"}, 302)],
)
def test_goods_leave_with_a_carrier_the_policy_names(sign_in: SignIn, typed: dict[str, str], status: int) -> None:
    shipment = a_shipment(released()[0])
    shipping.confirm_picks([Picked(shipment.pk)], at=AT, actor=CLERK)
    shipping.pack_shipments([Packing(shipment.pk)], at=AT, actor=CLERK)
    assert sign_in("warehouse").post(f"/warehouse/{shipment.number}/ship", typed).status_code == status
    shipment.refresh_from_db()
    assert shipment.status == ("shipped" if status == 302 else "packed")


@pytest.mark.parametrize(
    ("short", "said"),
    [(1, "is picked; 1 short. What is missing stays reserved and is picked later."), (0, "is picked.")],
)
def test_whoever_picks_fewer_is_told_how_many_are_short(sign_in: SignIn, short: int, said: str) -> None:
    shipment = a_shipment(released()[0])
    line = shipment.lines.get()
    picked = line.quantity - short
    typed = {f"picked_{line.line_id}": f"{picked:f}", f"short_{line.line_id}": "fewer"}
    answer = sign_in("warehouse").post(f"/warehouse/{shipment.number}/pick", typed, follow=True)
    assert f"{shipment.number} {said}" in answer.content.decode()
    line.refresh_from_db()
    assert line.picked == picked


def test_nothing_picked_is_refused_and_a_picking_given_up_leaves_the_goods_reserved(sign_in: SignIn) -> None:
    (order,) = released()
    shipment = a_shipment(order)
    line = shipment.lines.get()
    client = sign_in("warehouse")
    answer = client.post(f"/warehouse/{shipment.number}/pick", {f"short_{line.line_id}": "not_there"})
    assert answer.status_code == 422 and "Nothing was picked; cancel the shipment instead." in answer.content.decode()
    assert client.post(f"/warehouse/{shipment.number}/give-up").status_code == 302
    shipment.refresh_from_db()
    assert shipment.status == "cancelled"
    assert [row.order_id for row in warehouse.pickable()] == [order.pk]
    assert client.post(f"/warehouse/{shipment.number}/give-up").status_code == 422


def test_each_row_of_a_batch_says_what_became_of_it(sign_in: SignIn) -> None:
    one, other = released(2)
    a_shipment(other)
    answer = sign_in("warehouse").post("/warehouse/act/start", {"ids": [one.pk, other.pk, 999_999]})
    text = answer.content.decode()
    assert answer.status_code == 200 and one.number in text
    assert "Nothing is reserved for this order that is not being picked already." in text
    assert "There is no such order." in text
    assert Shipment.objects.filter(order=one).count() == 1 and Shipment.objects.filter(order=other).count() == 1


def test_who_may_not_ship_sees_the_list_and_changes_nothing(sign_in: SignIn) -> None:
    (order,) = released()
    shipment = a_shipment(order)
    reviewer, service = sign_in("credit_reviewer"), sign_in("service")
    assert reviewer.get("/warehouse").status_code == 200
    page = reviewer.get(f"/warehouse/{shipment.number}").content.decode()
    assert "Confirm picking" not in page
    for path in ("/warehouse/next", f"/warehouse/start/{order.pk}", f"/warehouse/{shipment.number}/pick"):
        assert reviewer.post(path).status_code == 403, path
    assert service.post(f"/warehouse/{shipment.number}/pick").status_code == 403
    assert "You may not do this." in service.post("/warehouse/act/pick", {"ids": [shipment.pk]}).content.decode()
    shipment.refresh_from_db()
    assert shipment.status == "picking"


def test_customer_service_enters_who_received_the_goods(sign_in: SignIn) -> None:
    (order,) = released()
    shipment = a_shipment(order)
    client = sign_in("warehouse")
    for step, typed in (("pick", {}), ("pack", {"parcels": "1"}), ("ship", {"carrier": "DHL"})):
        assert client.post(f"/warehouse/{shipment.number}/{step}", typed).status_code == 302, step
    assert sign_in("service").post(f"/warehouse/{shipment.number}/deliver", {"received_by": "Tom"}).status_code == 302
    shipment.refresh_from_db()
    order.refresh_from_db()
    assert (shipment.status, shipment.received_by, order.status) == ("delivered", "Tom", "delivered")


@pytest.mark.parametrize("path", ["/warehouse/DN-9", "/warehouse/%00", "/warehouse/DN-9/pick"])
def test_a_shipment_that_is_not_there_is_not_found(sign_in: SignIn, path: str) -> None:
    client = sign_in("warehouse")
    assert (client.post(path) if path.endswith("pick") else client.get(path)).status_code == 404


@pytest.mark.parametrize("query", ["tab=nonsense", "q=%00", "q=%25", "after=abc", "after=99999999999", "tab=way&q=x"])
def test_any_address_of_the_list_is_answered(sign_in: SignIn, query: str) -> None:
    released()
    assert sign_in("warehouse").get(f"/warehouse?{query}").status_code == 200


def test_what_the_desk_asked_stands_on_the_customers_page_while_the_order_waits(sign_in: SignIn) -> None:
    customer = a_customer(credit="1")
    Contact.objects.create(customer=customer, name="Ms Li", email="li@example.com", is_primary=True)
    (taken,) = take_in_entries(
        [an_entry(customer, [(a_product(), 1)], received_at=START)], at=START, actor=CLERK
    ).values.values()
    ask_customers({taken.order_id: "Which colour shall it be?"}, at=AT, actor=CLERK)
    client = sign_in("customer", customer=customer)
    assert client.get("/")["Location"] == "/portal"
    assert "Which colour shall it be?" in client.get(f"/portal/orders/{taken.number}").content.decode()


def test_an_incomplete_order_waits_in_the_portal_for_its_customers_answer(sign_in: SignIn) -> None:
    customer = a_customer()
    Contact.objects.create(customer=customer, name="Ms Li", email="li@example.com", is_primary=True)
    take_in_entries(
        [an_entry(customer, [(a_product(), "")], po_number="PO-9", received_at=START)], at=START, actor=SYSTEM
    )
    assert Draft.objects.get().status == "asking"
    client = sign_in("customer", customer=customer)
    text = client.get("/portal").content.decode()
    assert "Waiting for your answer" in text and "PO-9" in text
    link = text.split('href="/q/')[1].split('"')[0]
    assert client.get(f"/q/{link}").status_code == 200
