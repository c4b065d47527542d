"""5.2c distribution (配送): goods are picked, packed, handed over and delivered, and what is short is not forgotten."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.makers import CLERK, NOW, a_customer, a_product, a_warehouse, put_stock
from tests.released_orders import a_released_order, line_ids

from orderloop.foundation.outcome import Reason, Refused, Stale
from orderloop.fulfilment import queries, services
from orderloop.fulfilment.facts import Delivery, Packing, Picked, ShipmentStatus, ShipOrder, ShipOut
from orderloop.fulfilment.models import Shipment, ShipmentLine
from orderloop.inventory import services as inventory
from orderloop.inventory.models import Move, Reservation, Stock
from orderloop.orders.models import Line, Order

D = Decimal
pytestmark = pytest.mark.django_db
DO = {"at": NOW, "actor": CLERK}


def pick_and_pack(order_id, **picked):
    ((shipment_id,),) = services.start_picks([order_id], **DO).values.values()
    services.confirm_picks([Picked(shipment_id, **picked)], **DO)
    services.pack_shipments([Packing(shipment_id, 2)], **DO)
    return shipment_id


def state():
    """All that shipping can change, to show that a refusal changed nothing."""
    return (
        list(Shipment.objects.order_by("id").values()),
        list(ShipmentLine.objects.order_by("id").values()),
        list(Stock.objects.order_by("id").values("on_hand", "reserved")),
        list(Reservation.objects.order_by("id").values("wanted", "reserved", "status")),
        list(Line.objects.order_by("id").values("shipped")),
        Move.objects.count(),
    )


def test_an_order_is_picked_packed_shipped_and_delivered():
    product = a_product(stock=10)
    order_id = a_released_order(a_customer(), [(product, 4)])
    (line_id,) = line_ids(order_id)
    shipment_id = pick_and_pack(order_id)
    shipped = services.ship_shipments([ShipOut(shipment_id, "SF Express ", " SF123")], **DO).values[shipment_id]
    assert (shipped.order_id, shipped.quantities) == (order_id, {line_id: D(4)})
    assert services.deliver_shipments([Delivery(shipment_id, "Mr Wu")], **DO).values == {shipment_id: order_id}

    fact = queries.shipments_for([order_id])[order_id][0]
    assert (fact.status, fact.carrier, fact.tracking_number, fact.parcels, fact.received_by) == (
        ShipmentStatus.DELIVERED,
        "SF Express",
        "SF123",
        2,
        "Mr Wu",
    )
    assert fact.address.splitlines()[1:] == ["1 Main Street", "CN"]
    assert (fact.picked_at, fact.packed_at, fact.shipped_at, fact.delivered_at) == (NOW, NOW, NOW, NOW)
    stock = Stock.objects.get(product=product)
    assert (stock.on_hand, stock.reserved) == (D(6), D(0))
    assert Reservation.objects.get().status == "consumed"
    assert Line.objects.get().shipped == D(4)
    move = Move.objects.get(kind="shipment")
    assert (move.quantity, move.reference, move.line_id) == (D(-4), fact.number, line_id)
    assert queries.shipped_by_order([order_id]) == {order_id: (1, 1)}


def test_a_partial_shipment_leaves_the_rest_as_back_order():
    product, scarce = a_product(stock=10), a_product(stock=2)
    order_id = a_released_order(a_customer(), [(product, 4), (scarce, 5)], reserved=[4, 2])
    shipment_id = pick_and_pack(order_id)
    services.ship_shipments([ShipOut(shipment_id, "DHL")], **DO)
    assert list(Line.objects.order_by("n").values_list("shipped", flat=True)) == [D(4), D(2)]
    rest = Reservation.objects.get(product=scarce)
    assert (rest.status, rest.wanted, rest.reserved) == ("open", D(3), D(0))
    assert queries.unpicked_for([order_id]) == {}

    Order.objects.filter(id=order_id).update(status="part_shipped")
    put_stock(scarce, 3)
    inventory.fill_waiting([scarce.pk], at=NOW)
    assert queries.unpicked_for([order_id]) == {order_id: D(3)}
    second = pick_and_pack(order_id)
    services.ship_shipments([ShipOut(second, "DHL")], **DO)
    assert list(Line.objects.order_by("n").values_list("shipped", flat=True)) == [D(4), D(5)]


def test_what_could_not_be_found_stays_reserved_and_is_picked_later():
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4), (a_product(stock=10), 1)])
    first, second = line_ids(order_id)
    ((shipment_id,),) = services.start_picks([order_id], **DO).values.values()
    outcome = services.confirm_picks([Picked(shipment_id, {first: D(1), second: D(1)}, "3 damaged")], **DO)
    assert outcome.values == {shipment_id: D(3)}
    lines = queries.lines_for([shipment_id])[shipment_id]
    assert [(line.picked, line.short_reason) for line in lines] == [(D(1), "3 damaged"), (D(1), "")]
    assert queries.unpicked_for([order_id]) == {order_id: D(3)}
    ((rest,),) = services.start_picks([order_id], **DO).values.values()
    assert [(line.line_id, line.quantity) for line in queries.lines_for([rest])[rest]] == [(first, D(3))]


def test_goods_in_two_warehouses_go_as_two_shipments():
    product = a_product(stock=3)
    north = a_warehouse("NORTH", 2)
    put_stock(product, 5, north)
    order_id = a_released_order(a_customer(), [(product, 3)])
    (line_id,) = line_ids(order_id)
    Reservation.objects.create(
        order_id=order_id, line_id=line_id, product=product, warehouse=north, wanted=2, reserved=2,
        needed_on=NOW.date(), since=NOW,
    )  # fmt: skip
    opened = services.start_picks([order_id], **DO).values[order_id]
    assert [queries.facts_for(opened)[each].warehouse_id for each in opened] == [a_warehouse().pk, north.pk]


def test_an_order_that_cannot_be_picked_is_refused_and_nothing_changes():
    customer, product = a_customer(), a_product(stock=10)
    held = a_released_order(customer, [(product, 1)], steps=1)
    empty = a_released_order(customer, [(a_product(stock=1), 2)], reserved=[1])
    pick_and_pack(empty)
    before = state()
    outcome = services.start_picks([held, empty, 999], **DO)
    assert outcome.refused == (
        Refused(held, (Reason("order_not_released", "", {"status": "in_review"}),)),
        Refused(empty, (Reason("nothing_to_pick"),)),
        Refused(999, (Reason("order_unknown"),)),
    )
    assert state() == before


def test_a_wrong_confirmation_of_picking_changes_nothing():
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4)])
    ((shipment_id,),) = services.start_picks([order_id], **DO).values.values()
    before = state()
    outcome = services.confirm_picks([Picked(shipment_id, {line_ids(order_id)[0]: D(5)}), Picked(999)], **DO)
    assert [entry.reasons[0].code for entry in outcome.refused] == ["more_than_asked", "shipment_unknown"]
    assert state() == before


@pytest.mark.parametrize("parcels", [0, 1000])
def test_a_shipment_has_a_sensible_number_of_parcels(parcels):
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4)])
    ((shipment_id,),) = services.start_picks([order_id], **DO).values.values()
    services.confirm_picks([Picked(shipment_id)], **DO)
    before = state()
    outcome = services.pack_shipments([Packing(shipment_id, parcels)], **DO)
    assert outcome.refused == (Refused(shipment_id, (Reason("parcels_out_of_range", "parcels"),)),)
    assert state() == before


def test_what_is_not_packed_or_has_left_is_stale_and_nothing_leaves_twice():
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4)])
    ((shipment_id,),) = services.start_picks([order_id], **DO).values.values()
    assert services.ship_shipments([ShipOut(shipment_id, "DHL")], **DO).stale == (Stale(shipment_id, "picking"),)
    services.confirm_picks([Picked(shipment_id)], **DO)
    assert services.confirm_picks([Picked(shipment_id)], **DO).stale == (Stale(shipment_id, "picked"),)
    services.pack_shipments([Packing(shipment_id)], **DO)
    services.ship_shipments([ShipOut(shipment_id, "DHL")], **DO)
    before = state()
    assert services.ship_shipments([ShipOut(shipment_id, "DHL")], **DO).stale == (Stale(shipment_id, "shipped"),)
    assert services.cancel_shipments([shipment_id], **DO).stale == (Stale(shipment_id, "shipped"),)
    assert services.deliver_shipments([Delivery(999)], **DO).refused == (Refused(999, (Reason("shipment_unknown"),)),)
    assert state() == before


def test_goods_do_not_leave_without_a_carrier_or_without_reservation():
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4)])
    shipment_id = pick_and_pack(order_id)
    (line_id,) = line_ids(order_id)
    inventory.release_reservations([order_id], at=NOW)
    before = state()
    outcome = services.ship_shipments([ShipOut(shipment_id, " "), ShipOut(999, "DHL")], **DO)
    assert outcome.refused == (
        Refused(
            shipment_id, (Reason("carrier_missing", "carrier"), Reason("not_reserved_any_more", f"line:{line_id}"))
        ),
        Refused(999, (Reason("shipment_unknown"),)),
    )
    assert state() == before


def test_a_cancelled_shipment_gives_its_goods_back_to_picking():
    order_id = a_released_order(a_customer(), [(a_product(stock=10), 4)])
    shipment_id = pick_and_pack(order_id)
    assert services.cancel_shipments([shipment_id], **DO).values == {shipment_id: ShipmentStatus.CANCELLED}
    assert queries.unpicked_for([order_id]) == {order_id: D(4)}
    assert Stock.objects.get().reserved == D(4)


def test_whole_orders_leave_at_their_own_time_and_only_those_that_can():
    customer, product = a_customer(), a_product(stock=100)
    ready = [a_released_order(customer, [(product, n + 1)]) for n in range(2)]
    being_picked = a_released_order(customer, [(product, 1)])
    services.start_picks([being_picked], **DO)
    yesterday = NOW - timedelta(days=1)
    orders = [
        ShipOrder(ready[0], "DHL", "D1", yesterday),
        ShipOrder(ready[1], "UPS"),
        ShipOrder(being_picked, "DHL"),
        ShipOrder(999, "DHL"),
    ]
    outcome = services.ship_orders_completely(orders, **DO)
    assert [entry.reasons[0].code for entry in outcome.refused] == ["being_picked", "order_unknown"]
    first, second = (queries.shipments_for(ready)[order_id][0] for order_id in ready)
    assert (first.shipped_at, first.carrier, first.tracking_number) == (yesterday, "DHL", "D1")
    assert (second.shipped_at, second.status) == (NOW, ShipmentStatus.SHIPPED)
    assert outcome.values[ready[1]][0].quantities == {line_ids(ready[1])[0]: D(2)}
    stock = Stock.objects.get()
    assert (stock.on_hand, stock.reserved) == (D(97), D(1))


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_statements_does_not_grow_with_the_set(count, django_assert_num_queries):
    customer, products = a_customer(), [a_product(stock=1000) for _ in range(3)]

    def some_orders():
        return [a_released_order(customer, [(product, 1) for product in products]) for _ in range(count)]

    whole, opened = [ShipOrder(each, "DHL") for each in some_orders()], some_orders()
    with django_assert_num_queries(16):
        assert services.ship_orders_completely(whole, **DO).all_done
    with django_assert_num_queries(9):
        opened = [shipment for (shipment,) in services.start_picks(opened, **DO).values.values()]
    with django_assert_num_queries(5):
        assert services.confirm_picks([Picked(each) for each in opened], **DO).all_done
    with django_assert_num_queries(4):
        assert services.pack_shipments([Packing(each) for each in opened], **DO).all_done
    with django_assert_num_queries(14):
        assert services.ship_shipments([ShipOut(each, "DHL") for each in opened], **DO).all_done
    with django_assert_num_queries(4):
        services.deliver_shipments([Delivery(each) for each in opened], **DO)


def test_pick_tasks_come_by_urgency_and_priority_with_lines_in_walking_order(django_assert_num_queries):
    customer = a_customer()
    far, near = a_product("FAR", stock=100), a_product("NEAR", stock=100, name_zh="近")
    Stock.objects.filter(product=far).update(bin="Z-9")
    Stock.objects.filter(product=near).update(bin="A-1")
    plain = a_released_order(customer, [(far, 1)], priority=1)
    important = a_released_order(customer, [(far, 2), (near, 3)], priority=9)
    urgent = a_released_order(customer, [(near, 1)], urgent=True)
    services.start_picks([plain, important, urgent], **DO)
    with django_assert_num_queries(7):
        tasks = queries.pick_tasks()
    assert [task.shipment.order_id for task in tasks] == [urgent, important, plain]
    assert [(line.bin, line.sku, line.quantity) for line in tasks[1].lines] == [
        ("A-1", "NEAR", D(3)),
        ("Z-9", "FAR", D(2)),
    ]
    assert (tasks[0].customer_name, tasks[0].is_urgent) == (customer.name, True)
    assert queries.pick_tasks(warehouse_id=999) == []
    assert len(queries.pick_tasks(limit=1)) == 1
