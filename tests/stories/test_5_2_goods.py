"""5.2 Materials (物资资源调度), the clauses of storage and distribution.

b  storage: warehouses, locations, stock in real time (存储、实时监控库存)
c  distribution: picking, packing, dispatch, delivery (配送)
"""

import re
from decimal import Decimal as D
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from django.db import IntegrityError, transaction
from tests.makers import CLERK, NOW, a_customer, a_product, a_warehouse, an_entry, put_stock
from tests.shown import cells_of
from tests.stories.conftest import SignIn
from tests.stories.way import API, at, deliver, lead, pick, receive, send

from orderloop.customers.models import CreditAccount, Invoice
from orderloop.flow.services import shipping
from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.take_in import take_in_entries
from orderloop.fulfilment.facts import Packing, ShipOrder, ShipOut
from orderloop.fulfilment.models import Shipment
from orderloop.fulfilment.services import print_delivery_notes
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Move, Reservation, Stock
from orderloop.inventory.services import place_goods
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.models import Event, Line, Order
from orderloop.platform.models import Effect

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


def stock_of(product: Any) -> dict[str, tuple[D, D]]:
    rows = Stock.objects.filter(product=product).values_list("warehouse__code", "on_hand", "reserved")
    return {code: (on_hand, reserved) for code, on_hand, reserved in rows}


def test_5_2b_stock_is_the_sum_of_its_moves_at_every_moment() -> None:
    product = a_product(stock=10)
    order_id = receive(a_customer(), product, 4, "2026-11-23 02:00")
    assert stock_of(product) == {"MAIN": (10, 4)}
    receive_goods({}, [MoveNew(product.pk, a_warehouse().pk, "receipt", D(5), "R1")], at=NOW, actor=CLERK)
    assert stock_of(product) == {"MAIN": (15, 4)}
    lead(order_id, "2026-11-24 02:00")
    assert stock_of(product) == {"MAIN": (11, 0)}
    moves = list(Move.objects.filter(product=product).order_by("id").values_list("kind", "quantity"))
    assert moves == [("opening", D(10)), ("receipt", D(5)), ("shipment", D(-4))]
    assert sum(quantity for _, quantity in moves) == 11
    assert check_invariants() == []


def test_5_2b_an_order_takes_from_one_warehouse_after_the_other() -> None:
    near, far = a_warehouse("NEAR", 0), a_warehouse("FAR", 9)
    product = a_product(stock=0)
    put_stock(product, 4, far)
    put_stock(product, 3, near)
    order_id = receive(a_customer(), product, 5, "2026-11-23 02:00")
    assert stock_of(product) == {"FAR": (4, 2), "NEAR": (3, 3)}
    held = dict(Reservation.objects.filter(order_id=order_id).values_list("warehouse__code", "reserved"))
    assert held == {"NEAR": 3, "FAR": 2}


def test_5_2b_the_database_itself_refuses_to_promise_what_is_not_there() -> None:
    product = a_product(stock=10)
    for change in ({"reserved": D(11)}, {"reserved": D(-1)}, {"on_hand": D(-1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Stock.objects.filter(product=product).update(**change)
    assert stock_of(product) == {"MAIN": (10, 0)}


def test_5_2b_stock_and_its_moves_are_seen_in_real_time(sign_in: SignIn) -> None:
    product = a_product("FRAME", stock=10)
    warehouse = sign_in("warehouse")
    assert "FRAME" in warehouse.get("/stock").content.decode()
    put_stock(product, 90)
    page = warehouse.get(f"/stock/{product.pk}")
    assert cells_of(page, "stock") == [["MAIN", "–", "100 EA", "0"]]
    assert [(row[1], row[3]) for row in cells_of(page, "moves")] == [("MAIN", "90"), ("MAIN", "10")]
    assert Stock.objects.get().on_hand == 100


def test_5_2b_whoever_picks_is_told_the_bin(sign_in: SignIn) -> None:
    product = a_product(stock=10)
    place_goods({(product.pk, a_warehouse().pk): "A-03-2"})
    order_id = receive(a_customer(), product, 4, "2026-11-23 02:00")
    assert shipping.start_picks([order_id], at=at("2026-11-23 03:00"), actor=CLERK).all_done
    page = sign_in("warehouse").get(f"/warehouse/{Shipment.objects.get().number}").content.decode()
    assert re.findall(r'class="pick-place">([^<]*)<', page) == ["A-03-2"]


def test_5_2c_goods_are_picked_packed_handed_to_a_carrier_and_delivered() -> None:
    customer, product = a_customer(), a_product(stock=10)
    order_id = receive(customer, product, 4, "2026-11-23 02:00")
    shipment = pick(order_id, "2026-11-23 03:00", "2026-11-23 03:10")
    assert Shipment.objects.get().status == "picked"
    send(shipment, "2026-11-23 04:00", "2026-11-23 04:10")
    shipped = Shipment.objects.get()
    assert (shipped.status, shipped.carrier, shipped.tracking_number) == ("shipped", "DHL", "T1")
    assert (Order.objects.get().status, Invoice.objects.get().amount) == ("shipped", 400)
    account = CreditAccount.objects.get()
    assert (account.open_orders, account.unpaid_invoices) == (0, 400)
    deliver(shipment, "2026-11-25 02:00")
    assert (Order.objects.get().status, Shipment.objects.get().status) == ("delivered", "delivered")
    assert list(Event.objects.order_by("n").values_list("kind", flat=True)) == [
        "received", "confirmed", "released", "shipped", "delivered",
    ]  # fmt: skip


def test_5_2c_a_part_goes_at_once_and_the_rest_when_it_comes() -> None:
    product = a_product(stock=6)
    order_id = receive(a_customer(), product, 10, "2026-11-23 02:00")
    lead(order_id, "2026-11-24 02:00")
    assert (Order.objects.get().status, Line.objects.get().shipped) == ("part_shipped", 6)
    goods = [MoveNew(product.pk, a_warehouse().pk, "receipt", D(4), "R1")]
    receive_goods({}, goods, at=at("2026-11-30 02:00"), actor=CLERK)
    lead(order_id, "2026-12-01 02:00")
    assert (Order.objects.get().status, Line.objects.get().shipped) == ("delivered", 10)
    assert Effect.objects.filter(key__startswith=f"notice:shipped:{order_id}:").count() == 2
    assert check_invariants() == []


def test_5_2c_a_customer_who_wants_all_at_once_gets_nothing_before_all_is_there() -> None:
    product = a_product(stock=6)
    order_id = receive(a_customer(ship_complete=True), product, 10, "2026-11-23 02:00")
    assert Order.objects.get().status == "confirmed"
    assert shipping.start_picks([order_id], at=at("2026-11-23 03:00"), actor=CLERK).done == ()


def test_5_2c_what_is_picked_short_stays_with_the_order() -> None:
    product = a_product(stock=10)
    order_id = receive(a_customer(), product, 10, "2026-11-23 02:00")
    line = Line.objects.get()
    shipment = pick(order_id, "2026-11-23 03:00", "2026-11-23 03:10", quantities={line.pk: D(8)}, reason="two damaged")
    send(shipment, "2026-11-23 04:00", "2026-11-23 04:10")
    line.refresh_from_db()
    assert (line.quantity, line.shipped, Order.objects.get().status) == (10, 8, "part_shipped")


def test_5_2c_nothing_is_shipped_twice_or_before_it_is_packed() -> None:
    product = a_product(stock=10)
    order_id = receive(a_customer(), product, 4, "2026-11-23 02:00")
    shipment = pick(order_id, "2026-11-23 03:00", "2026-11-23 03:10")
    early = shipping.ship_shipments([ShipOut(shipment, "DHL", "T1")], at=at("2026-11-23 03:20"), actor=CLERK)
    assert (early.counts["done"], stock_of(product)) == (0, {"MAIN": (10, 4)})
    assert shipping.pack_shipments([Packing(shipment)], at=at("2026-11-23 04:00"), actor=CLERK).all_done
    out = [ShipOut(shipment, "DHL", "T1")]
    assert shipping.ship_shipments(out, at=at("2026-11-23 04:10"), actor=CLERK).all_done
    again = shipping.ship_shipments(out, at=at("2026-11-23 04:20"), actor=CLERK)
    assert (again.counts["done"], stock_of(product)) == (0, {"MAIN": (6, 0)})
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(("language", "word"), [("en", "Delivery note"), ("zh-hans", "送货单")])
def test_5_2c_the_delivery_note_is_in_the_customers_language(language: str, word: str) -> None:
    order_id = receive(a_customer(language=language), a_product("BOLT", stock=10), 4, "2026-11-23 02:00")
    shipment = pick(order_id, "2026-11-23 03:00", "2026-11-23 03:10")
    (content,) = print_delivery_notes([shipment]).values()
    with pdfplumber.open(BytesIO(content)) as paper:
        text = "".join(page.extract_text() for page in paper.pages)
    assert word in text and "BOLT" in text and Shipment.objects.get().number in text


def test_5_2c_a_set_of_orders_ships_like_each_of_them_alone() -> None:
    product, customer = a_product(stock=100), a_customer()
    entries = [an_entry(customer, [(product, 3)], key=n) for n in range(10)]
    ids = [taken.order_id for taken in take_in_entries(entries, at=NOW, actor=API).values.values()]
    assert shipping.ship_orders_completely([ShipOrder(i, "SF", "") for i in ids], at=NOW, actor=CLERK).all_done
    assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}
    assert stock_of(product) == {"MAIN": (70, 0)}
