"""6.1 the customer follows an order from taking to delivery (从下单到交付), by link or signed in, and no other's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.makers import CLERK, NOW, a_customer, a_product, a_token, an_entry
from tests.shown import text_of

from orderloop.customers.models import Customer
from orderloop.flow.queries import portal as portal_queries
from orderloop.flow.services import shipping
from orderloop.flow.services.take_in import take_in_entries
from orderloop.fulfilment.facts import ShipOrder
from orderloop.orders.models import Order
from orderloop.orders.services import revoke_links
from orderloop.platform.links import link_for
from orderloop.tracking.jobs import LINK_PURPOSE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
SignIn = Callable[..., Client]


def reader(language: str = "en") -> Client:
    client = Client()
    client.cookies["django_language"] = language
    return client


def link_to(order_id: int, days: int = 10) -> str:
    return f"/t/{link_for(LINK_PURPOSE, order_id, 1, days, at=timezone.now())}"


def an_order(customer: Customer, name: str = "Road bike", **fields: object) -> int:
    product = a_product(stock=9, name_en=name, name_zh=f"{name}车")
    (taken,) = take_in_entries([an_entry(customer, [(product, 4)], **fields)], at=NOW, actor=CLERK).values.values()
    assert taken.status == "released"
    return taken.order_id


def test_a_link_shows_the_order_in_the_customers_language_and_changes_nothing() -> None:
    order_id = an_order(a_customer(language="zh-hans"), po_number="PO-77")
    before = Order.objects.values().get(pk=order_id)
    answer = Client().get(link_to(order_id), headers={"accept-language": "en"})
    assert answer.status_code == 200 and answer["X-Robots-Tag"] == "noindex, nofollow"
    text = answer.content.decode()
    assert "PO-77" in text and "Road bike车" in text and "已下达" in text
    assert Order.objects.values().get(pk=order_id) == before


def test_the_reader_may_choose_another_language_than_the_customers() -> None:
    text = reader().get(link_to(an_order(a_customer(language="zh-hans")))).content.decode()
    assert "You asked for" in text and "Road bike" in text


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_link_takes_no_other_verb_than_get(method: str) -> None:
    assert getattr(Client(), method)(link_to(an_order(a_customer()))).status_code == 405


def test_an_ended_and_a_revoked_link_say_what_to_do() -> None:
    order_id = an_order(a_customer())
    over = reader().get(link_to(order_id, days=-1))
    assert over.status_code == 410 and "This link is over." in over.content.decode()
    link = link_to(order_id)
    revoke_links([order_id])
    for path in (link, f"{link}/confirmation"):
        assert Client().get(path).status_code == 410


def test_a_link_that_was_cut_says_what_to_do() -> None:
    answer = reader().get(link_to(an_order(a_customer()))[:-3])
    assert answer.status_code == 404 and "This link was cut or changed." in answer.content.decode()


def test_the_papers_of_the_order_are_given_out_and_no_others() -> None:
    one, other = an_order(a_customer()), an_order(a_customer())
    at = NOW + timedelta(hours=1)
    shipped = shipping.ship_orders_completely(
        [ShipOrder(one, "DHL", "D-1"), ShipOrder(other, "DHL")], at=at, actor=CLERK
    )
    own, foreign = (shipped.values[order_id][0].number for order_id in (one, other))
    link = link_to(one)
    text = text_of(Client().get(link))
    assert own in text and "D-1" in text and foreign not in text
    assert Client().get(f"{link}/delivery-notes/{own}").content.startswith(b"%PDF")
    assert Client().get(f"{link}/delivery-notes/{foreign}").status_code == 404


PAGES = (
    "/portal",
    "/portal/export?form=csv",
    "/portal/documents",
    "/portal/addresses",
    "/orders/new",
    "/orders/upload",
)


@pytest.fixture
def rivals() -> tuple[Customer, Customer, int, int]:
    """Two customers with an order each; whatever is the second one's bears a mark."""
    mine, theirs = a_customer(name="Mine"), a_customer(name="CANARY Ltd")
    own, foreign = (
        an_order(mine, po_number="OWN-1"),
        an_order(theirs, "CANARY frame", po_number="CANARY-1", note="CANARY"),
    )
    at = NOW + timedelta(hours=1)
    shipping.ship_orders_completely([ShipOrder(own, "DHL"), ShipOrder(foreign, "DHL", "CANARY-T")], at=at, actor=CLERK)
    return mine, theirs, own, foreign


def test_no_page_of_the_portal_shows_anything_of_another_customer(
    rivals: tuple[Customer, Customer, int, int], sign_in: SignIn
) -> None:
    mine, _theirs, own, foreign = rivals
    client = sign_in("customer", customer=mine)
    number = Order.objects.get(pk=own).number
    for path in (*PAGES, f"/portal/orders/{number}"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "CANARY" not in answer.content.decode(errors="replace"), path
    assert "No such orders" in client.get("/portal?q=CANARY").content.decode()
    assert "OWN-1" in client.get("/portal").content.decode()
    theirs = Order.objects.get(pk=foreign).number
    for path in (f"/portal/orders/{theirs}", f"/portal/orders/{theirs}/confirmation", f"/orders/new?from={foreign}"):
        assert client.get(path).status_code == 404, path
    assert client.get("/portal/orders/SO-0").status_code == 404


def test_the_api_shows_a_customer_nothing_of_another(rivals: tuple[Customer, Customer, int, int]) -> None:
    mine, _theirs, _own, foreign = rivals
    headers = {"authorization": f"Bearer {a_token('orders:read', customer=mine)}"}
    found = Client().get("/api/v1/orders", headers=headers)
    assert found.status_code == 200 and "OWN-1" in found.content.decode() and "CANARY" not in found.content.decode()
    theirs = Order.objects.get(pk=foreign).number
    assert Client().get(f"/api/v1/orders/{theirs}", headers=headers).status_code == 404


def test_the_database_withholds_what_the_pages_would_let_through(
    rivals: tuple[Customer, Customer, int, int], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs, _own, foreign = rivals
    client = sign_in("customer", customer=mine)
    for name in ("orders_of", "documents_of", "questions_of"):
        honest = getattr(portal_queries, name)
        monkeypatch.setattr(portal_queries, name, lambda _customer, _f=honest, **given: _f(theirs.pk, **given))
    for path in ("/portal", "/portal/documents", "/portal/export?form=csv"):
        answer = client.get(path)
        assert answer.status_code == 200 and b"CANARY" not in answer.content, path
    monkeypatch.setattr("orderloop.flow.pages.portal.own_order_or_404", lambda number, customer_id: foreign)
    number = Order.objects.get(pk=foreign).number
    for path in (f"/portal/orders/{number}", f"/portal/orders/{number}/confirmation"):
        assert client.get(path).status_code == 404, path


def test_staff_have_no_portal_and_customers_no_warehouse(sign_in: SignIn) -> None:
    assert sign_in("clerk").get("/portal").status_code == 403
    assert sign_in("customer", customer=a_customer()).get("/warehouse").status_code == 403
