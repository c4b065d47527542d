"""The signed link: only what is missing, nothing changes by opening it, and the answer brings the order in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake import services
from orderloop.intake.facts import EntryLine, OrderEntry
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft, Question
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def arrived(*lines: EntryLine, **other: object) -> Draft:
    """An order that came by API and lacks something."""
    at = timezone.now()
    day = CHINA.next_working_day(timezone.localdate() + timedelta(days=14))
    values: dict[str, object] = {"customer_code": "HX", "po_number": "PO-9", "requested_on": day, **other}
    entry = OrderEntry(1, Channel.API, at, lines or (EntryLine("BOLT", ""),), **values)  # type: ignore[arg-type]
    taken = take_in_entries([entry], at=at, actor=SYSTEM).values[1]
    assert taken.order_id is None
    return Draft.objects.get(id=taken.draft_id)


def link(draft: Draft) -> str:
    url = question_link(draft.id, draft.link_version, at=timezone.now())
    return url[url.index("/q/") :]


def test_the_page_asks_only_what_is_missing_in_the_customers_language(desk: None) -> None:
    draft = arrived(EntryLine("BOLT", ""), EntryLine("NUT", "20"))
    page = Client().get(link(draft)).content.decode()
    assert 'name="lines/0/quantity"' in page
    assert 'name="lines/1/quantity"' not in page
    assert 'name="po_number"' not in page
    assert "缺少数量" in page


def test_opening_the_link_changes_nothing(desk: None) -> None:
    draft = arrived()
    before = list(Question.objects.values()), list(Draft.objects.values())
    assert Client().get(link(draft)).status_code == 200
    assert (list(Question.objects.values()), list(Draft.objects.values())) == before


def test_the_answer_brings_the_order_in_by_itself(desk: None) -> None:
    draft = arrived()
    address = link(draft)
    page = Client().post(address, {"lines/0/quantity": "5"}).content.decode()
    order = Order.objects.get()
    assert (order.po_number, order.channel, order.lines.get().quantity) == ("PO-9", "api", 5)
    assert order.number in page
    again = Client().post(address, {"lines/0/quantity": "6"})
    assert order.number in again.content.decode()
    assert Order.objects.get().lines.get().quantity == 5


def test_what_is_still_missing_is_named_at_its_field(desk: None) -> None:
    draft = arrived(EntryLine("BOLT", ""), EntryLine("", "20"))
    response = Client().post(link(draft), {"lines/0/quantity": "5", "lines/1/item": ""})
    assert response.status_code == 422
    assert 'value="5"' in response.content.decode()
    assert Order.objects.count() == 0
    assert Question.objects.get().closed_at is None


def test_a_proposal_is_filled_in_already(desk: None) -> None:
    draft = arrived(EntryLine("NUT", "15"))
    assert 'value="20"' in Client().get(link(draft)).content.decode()


def test_a_repeat_can_be_withdrawn(desk: None) -> None:
    at = timezone.now()
    day = CHINA.next_working_day(timezone.localdate() + timedelta(days=14))
    whole = OrderEntry(
        1, Channel.API, at, (EntryLine("BOLT", "3"),), customer_code="HX", po_number="PO-9", requested_on=day
    )
    assert take_in_entries([whole], at=at, actor=SYSTEM).values[1].order_id is not None
    draft = arrived(EntryLine("BOLT", "3"))
    Client().post(link(draft), {"withdraw": "1"})
    draft.refresh_from_db()
    assert (draft.status, Order.objects.count()) == ("rejected", 1)


def test_a_link_cut_or_ended_or_meant_for_something_else_shows_nothing(desk: None) -> None:
    draft = arrived()
    address = link(draft)
    assert Client().get(address[:-2]).status_code == 404
    services.reject_drafts({draft.id: "no"}, at=timezone.now(), actor=SYSTEM)
    assert Client().get(address).status_code == 410


def test_the_desk_sees_what_waits_corrects_it_and_takes_it_in(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    draft = arrived(EntryLine("BOLT", ""))
    assert "PO-9" in clerk.get("/inbox?tab=customer").content.decode()
    assert "The quantity is missing." in clerk.get(f"/drafts/{draft.id}").content.decode()
    opened = clerk.post(f"/drafts/{draft.id}/take-up")
    draft.refresh_from_db()
    page = clerk.get(opened.headers["Location"]).content.decode()
    assert str(draft.token) in page
    sent = {
        "token": str(draft.token), "customer": "HX", "po_number": "PO-9", "requested_on": draft.body["requested_on"],
        "item": ["BOLT"], "quantity": ["4"], "unit": [""], "line_date": [""], "unit_price": [""],
    }  # fmt: skip
    assert clerk.post("/orders/new", sent).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.order_id, Order.objects.get().channel) == ("accepted", Order.objects.get().id, "api")
    assert Question.objects.get().closed_at is not None


def test_the_desk_asks_again_and_gives_up_only_with_a_reason(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    draft = arrived()
    assert clerk.post(f"/drafts/{draft.id}/ask").status_code == 302
    assert Question.objects.filter(draft=draft).count() == 2
    clerk.post(f"/drafts/{draft.id}/reject", {"reason": " "})
    draft.refresh_from_db()
    assert draft.status == "asking"
    clerk.post(f"/drafts/{draft.id}/reject", {"reason": "sent in error"})
    draft.refresh_from_db()
    assert (draft.status, draft.reason) == ("rejected", "sent in error")


def test_a_warehouse_worker_may_look_and_not_touch(signed_in: SignedIn) -> None:
    worker = signed_in("zhao", "warehouse")
    draft = arrived()
    assert worker.get("/inbox").status_code == 200
    assert worker.post(f"/drafts/{draft.id}/ask").status_code == 403
    assert worker.get("/orders/new").status_code == 403
