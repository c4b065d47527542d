"""Typing an order: kept while typed, judged beside each line, one order however often it is sent."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from orderloop.catalog.models import Product
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.models import Draft
from orderloop.inventory.facts import Expected
from orderloop.inventory.models import Stock
from orderloop.inventory.services import expect_goods
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def in_a_fortnight() -> str:
    return CHINA.next_working_day(timezone.localdate() + timedelta(days=14)).isoformat()


def form(*lines: tuple[str, str], **other: object) -> dict[str, object]:
    return {
        "token": str(uuid4()),
        "customer": "HX",
        "po_number": "PO-1",
        "requested_on": in_a_fortnight(),
        "item": [line[0] for line in lines],
        "quantity": [line[1] for line in lines],
        "unit": [""] * len(lines),
        "line_date": [""] * len(lines),
        "unit_price": [""] * len(lines),
        **other,
    }


def test_a_complete_form_becomes_one_order_however_often_it_is_sent(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    sent = form(("BOLT", "3"), ("", ""), ("NUT", "20"))
    first, second = clerk.post("/orders/new", sent), clerk.post("/orders/new", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    order = Order.objects.get()
    assert (order.channel, order.po_number, order.lines.count()) == ("staff", "PO-1", 2)
    assert order.number in clerk.get(first.headers["Location"]).content.decode()


def test_an_incomplete_form_is_kept_with_each_fault_at_its_row(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    response = clerk.post("/orders/new", form(("BOLT", "3"), ("", ""), ("NUT", "x"), po_number=""))
    page = response.content.decode()
    assert response.status_code == 422
    assert "The purchase order number is missing." in page
    assert "“x” is not a quantity that can be read." in page
    assert Order.objects.count() == 0
    draft = Draft.objects.get()
    assert draft.body["lines"] == [{"item": "BOLT", "quantity": "3"}, {"item": "NUT", "quantity": "x"}]
    assert {each["code"] for each in draft.findings} == {"E_MISSING_PO", "E_QTY_INVALID"}


def test_a_corrected_form_ends_its_own_draft(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    wrong = form(("BOLT", ""))
    assert clerk.post("/orders/new", wrong).status_code == 422
    assert clerk.post("/orders/new", {**wrong, "quantity": ["5"]}).status_code == 302
    draft = Draft.objects.get()
    assert (draft.status, draft.order_id) == ("accepted", Order.objects.get().id)


def test_the_form_is_kept_while_it_is_typed_and_told_price_stock_and_faults(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    sent = form(("", ""), ("BOLT", "200"), ("NUT", "15"))
    told = clerk.post("/orders/new/keep", sent).json()
    assert [(line["row"], line["name"], line["price"], line["amount"], line["short"]) for line in told["lines"]] == [
        (1, "Bolt", "9.00", "1,800.00", True),
        (2, "Nut", "2.00", "30.00", False),
    ]
    [finding] = told["lines"][1]["findings"]
    assert (finding["code"], finding["field"], finding["suggestion"]) == ("E_PACK_MULTIPLE", "quantity", "20")
    assert told["complete"] is False
    draft = Draft.objects.get()
    assert (draft.status, draft.body["po_number"], len(draft.body["lines"])) == ("open", "PO-1", 2)
    page = clerk.get(f"/orders/new?draft={draft.id}").content.decode()
    assert 'value="BOLT"' in page
    assert str(sent["token"]) in page


def test_what_is_beside_a_line_can_be_there_by_the_date_asked_for(signed_in: SignedIn) -> None:
    clerk, bolt, today = signed_in("liu", "clerk"), Product.objects.get(sku="BOLT"), timezone.localdate()
    stock = Stock.objects.get(product=bolt)
    comes_on = CHINA.next_working_day(today + timedelta(days=10))
    expect_goods([Expected(bolt.pk, stock.warehouse_id, Decimal(50), comes_on)], at=timezone.now())
    there_on = CHINA.add_working_days(comes_on, 4)  # one day to dispatch and three on the way
    free = stock.on_hand - stock.reserved

    def told(day: date, *quantities: Decimal) -> list[tuple[str, bool, str]]:
        sent = form(*(("BOLT", str(quantity)) for quantity in quantities), requested_on=day.isoformat())
        lines = clerk.post("/orders/new/keep", sent).json()["lines"]
        return [(line["free"], line["short"], line["later"]) for line in lines]

    the_day_before = CHINA.previous_working_day(there_on - timedelta(days=1))
    all_on = f"all on {there_on:%Y-%m-%d}"
    assert told(there_on, free + 50) == [(f"{free + 50:,.0f}", False, "")]
    assert told(the_day_before, free + 50) == [(f"{free:,.0f}", True, all_on)]
    assert told(there_on, free + 51) == [(f"{free + 50:,.0f}", True, "not on order yet")]
    assert told(the_day_before, free, Decimal(1)) == [(f"{free:,.0f}", False, ""), ("0", True, all_on)]


def test_an_order_taken_in_is_not_kept_as_a_draft_any_more(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    sent = form(("BOLT", "3"))
    clerk.post("/orders/new", sent)
    assert clerk.post("/orders/new/keep", sent).status_code == 409
    assert Order.objects.count() == 1


def test_a_customers_user_orders_for_his_own_company_whatever_the_form_says(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    assert buyer.post("/orders/new", form(("BOLT", "3"), customer="HX")).status_code == 302
    order = Order.objects.get()
    assert (order.customer.code, order.channel) == ("OT", "portal")


def test_a_customers_user_sees_no_other_companys_draft_or_order(signed_in: SignedIn) -> None:
    clerk, buyer = signed_in("liu", "clerk"), signed_in("wang", "customer", customer_code="OT")
    sent = form(("BOLT", "3"))
    clerk.post("/orders/new/keep", sent)
    draft = Draft.objects.get()
    assert buyer.get(f"/orders/new?draft={draft.id}").status_code == 404
    assert buyer.post("/orders/new/keep", {**sent, "note": "mine"}).status_code == 409
    assert buyer.post("/orders/new", sent).status_code == 404
    clerk.post("/orders/new", sent)
    order = Order.objects.get()
    assert buyer.get(f"/orders/new?from={order.id}").status_code == 404
    assert buyer.get(f"/orders/taken/{draft.id}").status_code == 404
    assert buyer.get("/orders/new/customers?q=HX").status_code == 403


def test_another_like_it_has_the_items_and_not_the_number(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    clerk.post("/orders/new", form(("BOLT", "3")))
    page = clerk.get(f"/orders/new?from={Order.objects.get().id}").content.decode()
    assert 'value="BOLT"' in page
    assert "PO-1" not in page


def test_a_price_can_be_agreed_at_the_desk(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    sent = form(("BOLT", "3"), unit_price=["8"])
    assert clerk.post("/orders/new", sent).status_code == 422
    assert clerk.post("/orders/new", {**sent, "agreed": ["0"]}).status_code == 302
    assert Order.objects.get().lines.get().unit_price == 8


def test_a_block_is_pasted_into_rows(signed_in: SignedIn) -> None:
    rows = signed_in("liu", "clerk").post("/orders/new/paste", {"text": "BOLT\t3\t个\nNUT\t20\t个"}).json()["rows"]
    assert [(row["item"], row["quantity"], row["unit"]) for row in rows] == [("BOLT", "3", "个"), ("NUT", "20", "个")]


def test_products_and_customers_are_found_by_pinyin(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk", language="zh-hans")
    assert clerk.get("/orders/new/products?q=ls").json() == {"found": [{"code": "BOLT", "name": "螺栓"}]}
    assert clerk.get("/orders/new/customers?q=hx").json() == {"found": [{"code": "HX", "name": "华信"}]}


def test_strange_characters_harm_nothing(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    sent = form(("BO\x00LT", "\ud800".encode("utf-8", "replace").decode()), token="nonsense", agreed=["x", "-1"])
    assert clerk.post("/orders/new", sent).status_code == 422
    assert clerk.post("/orders/new/keep", sent).status_code == 200
    assert clerk.get("/orders/new?draft=9999999999999999999&from=x").status_code == 200
    assert clerk.get("/orders/new/products?q=%00").json() == {"found": []}
