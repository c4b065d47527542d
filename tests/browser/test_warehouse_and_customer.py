"""From the shelf to the customer in a real browser: a phone in the warehouse, and the customer who follows along."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from tests.browser.harness import (
    Visit,
    assert_accessible,
    assert_fits,
    assert_no_csp_violations,
    screenshot,
)
from tests.makers import CLERK, a_customer, a_product, an_entry, policies

from orderloop.flow.services import shipping
from orderloop.flow.services.take_in import take_in_entries
from orderloop.fulfilment.facts import Packing, Picked, ShipOut
from orderloop.fulfilment.models import Shipment, ShipmentLine
from orderloop.inventory.models import Stock
from orderloop.orders.models import Order
from orderloop.platform.links import link_for
from orderloop.tracking.jobs import LINK_PURPOSE

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Visit]


@pytest.fixture
def released() -> Order:
    """An order of two products that lie at two places, released to the warehouse by itself."""
    policies()
    frame = a_product("FR-R92B", stock=20, name_en="HL Road Frame, black, 58", name_zh="HL 公路车架，黑色 58")
    wheel = a_product("RW-R820", stock=20, name_en="ML Road Rear Wheel", name_zh="ML 公路后轮")
    Stock.objects.filter(product=frame).update(bin="B-07-2")
    Stock.objects.filter(product=wheel).update(bin="A-03-1")
    customer = a_customer(name="Harbour Bikes", language="en")
    at = timezone.now() - timedelta(hours=2)
    entry = an_entry(customer, [(frame, 4), (wheel, 6)], po_number="PO-4711", received_at=at)
    (taken,) = take_in_entries([entry], at=at, actor=CLERK).values.values()
    assert taken.status == "released"
    return Order.objects.get(pk=taken.order_id)


def link_to(order: Order) -> str:
    return f"/t/{link_for(LINK_PURPOSE, order.pk, order.link_version, 30, at=timezone.now())}"


def test_an_order_is_picked_short_packed_shipped_and_delivered_on_a_phone_and_its_customer_follows(
    released: Order, page_for: PageFor
) -> None:
    phone = page_for("warehouse", language="zh-hans", width=360)
    customer = page_for(language="en", width=360)
    page = phone.open("/warehouse")
    page.get_by_role("button", name="下一任务").click()
    assert page.locator(".pick-place").all_inner_texts() == ["A-03-1", "B-07-2"]
    wheel = page.locator(".pick").first
    wheel.locator("summary").click()
    wheel.get_by_label("少于账面").check()
    wheel.get_by_label("实有数量；留空表示没有").fill("5")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="确认拣货").click()
    page.get_by_role("button", name="已打包").wait_for()
    shipment = Shipment.objects.get()
    short = ShipmentLine.objects.get(picked=5)
    assert (shipment.status, short.quantity, short.short_reason) == ("picked", Decimal(6), "少于账面")
    page.get_by_label("件数").fill("2")
    page.get_by_role("button", name="已打包").click()
    page.get_by_label("DHL").check()
    page.get_by_label("运单号").fill("JD-0815")
    page.get_by_role("button", name="已交承运人").click()
    page.get_by_role("button", name="已送达").wait_for()
    released.refresh_from_db()
    assert released.status == "part_shipped"

    seen = customer.open(link_to(released))
    seen.get_by_role("heading", name=f"Order {released.number}").wait_for()
    assert seen.locator(".big-status").inner_text() == "Partly shipped"
    assert seen.get_by_text("JD-0815").first.is_visible() and seen.get_by_text("DHL").first.is_visible()
    assert "少于账面" not in seen.content()
    with seen.expect_download() as download:
        seen.get_by_role("link", name=f"Delivery note {shipment.number}").click()
    assert download.value.suggested_filename == f"{shipment.number}.pdf"
    assert_fits(seen)

    page.get_by_label("签收人").fill("Tom")
    page.get_by_role("button", name="已送达").click()
    page.get_by_text("签收人 Tom").wait_for()
    page.get_by_role("button", name="下一任务").click()
    page.locator(".pick-count").get_by_text("1").wait_for()
    assert Shipment.objects.count() == 2
    seen.reload()
    assert seen.get_by_text(f"{shipment.number} delivered").is_visible()
    assert_no_csp_violations(phone)
    assert_no_csp_violations(customer)


def test_less_picked_than_asked_needs_a_reason_and_nothing_changes_without(released: Order, page_for: PageFor) -> None:
    visit = page_for("warehouse", language="en", width=360)
    page = visit.open("/warehouse")
    page.get_by_role("button", name=f"Start picking {released.number}").click()
    page.locator(".pick").first.get_by_text("Short pick", exact=True).click()
    page.locator(".pick").first.get_by_label("How many there are").fill("2")
    page.get_by_role("button", name="Confirm picking").click()
    page.get_by_text("Say why less was picked than asked.").wait_for()
    assert page.locator(".pick").first.get_by_label("How many there are").input_value() == "2"
    assert Shipment.objects.get().status == "picking"
    assert list(ShipmentLine.objects.values_list("picked", flat=True)) == [0, 0]


def test_many_are_started_and_shipped_from_the_list_by_keyboard(released: Order, page_for: PageFor) -> None:
    visit = page_for("warehouse", language="en")
    page = visit.open("/warehouse")
    page.get_by_role("row", name=released.number).wait_for()
    for key in "jxs":
        page.keyboard.press(key)
    page.locator("#outcome").get_by_role("link", name=released.number).wait_for()
    shipment = Shipment.objects.get()
    assert shipment.status == "picking"
    shipping.confirm_picks([Picked(shipment.pk)], at=timezone.now(), actor=CLERK)
    shipping.pack_shipments([Packing(shipment.pk)], at=timezone.now(), actor=CLERK)
    page = visit.open("/warehouse")
    page.get_by_label(f"Tracking number of {shipment.number}").fill("SF-99")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ship", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Ship").click()
    page.locator("#outcome").get_by_role("link", name=shipment.number).wait_for()
    shipment.refresh_from_db()
    assert (shipment.status, shipment.carrier, shipment.tracking_number) == ("shipped", "SF Express", "SF-99")
    assert_no_csp_violations(visit)


VIEWS = (
    ("zh-hans", "light", 1280),
    ("en", "dark", 1280),
    ("zh-hans", "dark", 360),
    ("en", "light", 360),
)


@pytest.mark.parametrize(("language", "theme", "width"), VIEWS)
def test_every_page_is_accessible_and_fits(
    released: Order, page_for: PageFor, language: str, theme: str, width: int
) -> None:
    at = timezone.now()
    tyre = a_product("TW-1", stock=2, name_en="Tyre", name_zh="外胎")
    short = an_entry(released.customer, [(tyre, 3)], po_number="PO-4712", received_at=at)
    take_in_entries([short], at=at, actor=CLERK)
    visit = page_for("warehouse", language=language, theme=theme, width=width)
    own = page_for("customer", language=language, theme=theme, width=width, customer_id=released.customer_id)
    stranger = page_for(language=language, theme=theme, width=width)

    def looked_at(visit: Visit, name: str, path: str) -> None:
        page = visit.open(path)
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"{name}-{language}-{theme}-{width}", full_page=True)
        # axe leaves nothing behind, but a picture may add styles of its own.
        assert_no_csp_violations(visit)

    looked_at(visit, "warehouse", "/warehouse?tab=pick")
    ((shipment_id,),) = shipping.start_picks([released.pk], at=at, actor=CLERK).values.values()
    task = f"/warehouse/{Shipment.objects.get(pk=shipment_id).number}"
    looked_at(visit, "warehouse-task", task)
    shipping.confirm_picks([Picked(shipment_id)], at=at, actor=CLERK)
    looked_at(visit, "warehouse-packing", task)
    shipping.pack_shipments([Packing(shipment_id, 2)], at=at, actor=CLERK)
    looked_at(visit, "warehouse-shipping", task)
    looked_at(visit, "warehouse-ship", "/warehouse?tab=ship")
    shipping.ship_shipments([ShipOut(shipment_id, "SF Express", "SF-1021")], at=at, actor=CLERK)
    looked_at(visit, "warehouse-delivery", task)
    looked_at(visit, "warehouse-back-orders", "/warehouse?tab=back")
    looked_at(stranger, "tracking", link_to(released))
    for name in ("", "/documents", "/addresses", f"/orders/{released.number}"):
        looked_at(own, f"portal{name.replace('/', '-').replace(released.number, 'one')}", f"/portal{name}")
