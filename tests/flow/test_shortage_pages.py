"""Shortages and stock on the screen: goods expected and booked in, each fault named, nothing half done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.flow.desk_orders import a_short_order, status_of
from tests.makers import a_product

from orderloop.flow.models import StageRecord
from orderloop.inventory.models import Receipt, Stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
SignIn = Callable[..., Client]


def test_goods_expected_cover_the_shortage_on_the_page(sign_in: SignIn) -> None:
    order = a_short_order()
    product = order.lines.get().product
    client, day = sign_in("buyer"), timezone.localdate() + timedelta(days=4)
    data = {"quantity": "3", "on": day.isoformat(), "warehouse": "MAIN", "source": "Supplier X"}
    assert client.post(f"/shortages/{product.pk}/expect", data).status_code == 302
    assert (Receipt.objects.get().quantity, Receipt.objects.get().expected_on) == (3, day)
    (row,) = client.get("/shortages").context["rows"]
    assert (row["covered"], row["product"].short, row["product"].orders) == (day, 3, 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"quantity": "three"}, "The quantity is a number."),
        ({"quantity": "0"}, "The quantity must be more than zero."),
        ({"quantity": "1.2345"}, "At most three decimals."),
        ({"on": "2001-01-01"}, "Name a day from today on."),
        ({"warehouse": "NOWHERE"}, "Choose a warehouse."),
    ],
)
def test_a_wrong_receipt_is_named_and_nothing_is_written(sign_in: SignIn, change: dict[str, str], fault: str) -> None:
    product = a_short_order().lines.get().product
    day = (timezone.localdate() + timedelta(days=4)).isoformat()
    data = {"quantity": "3", "on": day, "warehouse": "MAIN", "source": "Supplier X", **change}
    answer = sign_in("buyer").post(f"/shortages/{product.pk}/expect", data)
    assert (answer.status_code, fault in answer.content.decode(), "Supplier X" in answer.content.decode()) == (
        422,
        True,
        True,
    )
    assert not Receipt.objects.exists()


def test_more_than_expected_is_refused_whole(sign_in: SignIn) -> None:
    order = a_short_order()
    product = order.lines.get().product
    client, day = sign_in("buyer"), (timezone.localdate() + timedelta(days=4)).isoformat()
    client.post(f"/shortages/{product.pk}/expect", {"quantity": "2", "on": day, "warehouse": "MAIN"})
    receipt = Receipt.objects.get()
    answer = client.post(f"/shortages/{product.pk}/book", {"quantity": "3", "receipt": receipt.pk})
    assert "That is more than is expected" in answer.content.decode()
    receipt.refresh_from_db()
    assert (receipt.received, Stock.objects.filter(product=product, on_hand__gt=0).exists(), status_of(order)) == (
        0,
        False,
        "confirmed",
    )
    client.post(f"/shortages/{product.pk}/book", {"quantity": "2", "receipt": receipt.pk})
    client.post(f"/shortages/{product.pk}/book", {"quantity": "1", "warehouse": "MAIN"})
    assert status_of(order) == "released"


def test_planning_is_done_when_marked(sign_in: SignIn) -> None:
    order = a_short_order()
    assert sign_in("buyer").post("/shortages/plan", {"ids": [order.pk]}).status_code == 403
    sign_in("planner").post("/shortages/plan", {"ids": [order.pk]})
    record = StageRecord.objects.get(order=order, stage="production_planning")
    assert (record.outcome, record.finished_at is not None) == ("planned", True)
    assert sign_in("planner").get("/shortages?unplanned=1").context["rows"] == []


def test_stock_shows_its_moves(sign_in: SignIn) -> None:
    product = a_product("AA-1", stock=7, search_key="aa-1")
    a_product("BB-1", stock=3, search_key="bb-1")
    page = sign_in("warehouse").get("/stock?q=AA-1")
    assert [(row["stock"].sku, row["stock"].on_hand) for row in page.context["rows"]] == [("AA-1", 7)]
    assert "Opening stock" in sign_in("warehouse").get(f"/stock/{product.pk}").content.decode()
