"""The inbox: what waits is found under its tab, and what is done with ticked rows is told row by row."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.customers.models import Contact
from orderloop.flow.queries import inbox
from orderloop.flow.queries.inbox import InboxFilter, Tab
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.verifying import verify_drafts
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.models import Draft, Message, Proposal
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def desk(db: None) -> int:
    """A customer known by his EDI number, and one product."""
    policies()
    customer = a_customer("HX")
    Contact.objects.create(customer=customer, name="Li", email="li@customer.example", is_primary=True)
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    return customer.pk


def arrive(content: bytes, **how: object) -> int:
    message_id = store(content, **how)  # type: ignore[arg-type]
    process_messages([message_id], at=NOW, actor=SYSTEM)
    return message_id


def said_in(page: str) -> str:
    """What a page says, without its marks: the words of a document stand apart."""
    return re.sub(r"<[^>]*>", "", page)


def under(tab: Tab) -> list[str]:
    return [row.key for row in inbox.listed(tab, InboxFilter(since=NOW.replace(day=1)))]


def test_every_arrival_stands_under_the_tab_of_what_it_waits_for(desk: int) -> None:
    arrive(edifact("PO-1", [("BOLT-M8", 4, "12.5")]))
    stranger = arrive(edifact("PO-2", [("BOLT-M8", 4, "12.5")], sender="9999999999994", control="2"))
    arrive(edifact("PO-3", [("NO-SUCH", 4, "12.5")], control="3"))
    arrive(edifact("PO-1", [("BOLT-M8", 9, "12.5")], control="4"))
    again = arrive(edifact("PO-1", [("BOLT-M8", 4, "12.5")]))
    news = arrive(mail("Have a look at our new office."), channel=Channel.MAIL, sender="news@shop.example")
    broken = arrive(b"%PDF-1.7 broken", channel=Channel.MAIL, sender="x@shop.example")
    drafts = {draft.message_id: draft.id for draft in Draft.objects.all()}
    assert under(Tab.CONFIRM) == [f"d{drafts[stranger]}"]
    assert under(Tab.CUSTOMER) == [f"d{Draft.objects.get(status='asking').id}"]
    assert set(under(Tab.CHANGES)) == {f"p{Proposal.objects.get().id}", f"m{again}"}
    assert (under(Tab.NOT_ORDER), under(Tab.FAILED)) == ([f"m{news}"], [f"m{broken}"])
    assert under(Tab.DONE) == [f"d{Draft.objects.get(status='accepted').id}"]
    counted = inbox.counts(since=NOW.replace(day=1))
    assert list(counted.values()) == [1, 1, 2, 1, 1]
    assert inbox.count_for_the_desk() == 4


def test_the_pages_open_in_both_languages(desk: int, sign_in: SignedIn) -> None:
    arrive(edifact("PO-2", [("BOLT-M8", 4, "12.5")], sender="9999999999994"))
    arrive(edifact("PO-3", [("NO-SUCH", 4, "12.5")], control="3"))
    arrive(edifact("PO-4", [("BOLT-M8", 4, "12.5")], control="4"))
    arrive(edifact("PO-4", [("BOLT-M8", 9, "12.5")], control="5"))
    news = arrive(mail("Have a look at our new office."), channel=Channel.MAIL, sender="news@shop.example")
    for language in ("en", "zh-hans"):
        clerk = sign_in("clerk", language)
        for tab in Tab:
            assert clerk.get("/inbox", {"tab": tab.value}).status_code == 200
            assert clerk.get("/inbox/export", {"tab": tab.value, "form": "csv"}).status_code == 200
        for draft in Draft.objects.all():
            assert "LIN+1+" in said_in(clerk.get(f"/drafts/{draft.id}").content.decode())
        page = clerk.get(f"/inbox/messages/{news}").content.decode()
        assert "Have a look at our new office." in said_in(page)
        page = clerk.get(f"/inbox/changes/{Proposal.objects.get().id}").content.decode()
        assert "<del>4</del>" in page and "<ins>9</ins>" in page


def test_the_list_costs_the_same_statements_however_much_waits(desk: int, sign_in: SignedIn) -> None:
    clerk = sign_in("clerk")

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert clerk.get("/inbox").status_code == 200
        return len(captured)

    arrive(edifact("PO-1", [("BOLT-M8", 4, "12.5")], sender="9999999999994"))
    statements()
    few = statements()
    for n in range(2, 12):
        arrive(edifact(f"PO-{n}", [("BOLT-M8", 4, "12.5")], sender="9999999999994", control=str(n)))
    assert statements() == few <= 16


def test_a_tab_of_many_rows_is_turned_page_by_page_without_losing_one(desk: int) -> None:
    at = NOW
    Message.objects.bulk_create(
        Message(channel="mail", received_at=at, content_type="", sha256=bytes([n] * 32), outcome="duplicate")
        for n in range(7)
    )
    chosen = InboxFilter(since=NOW.replace(day=1))
    whole = [row.key for row in inbox.listed(Tab.CHANGES, chosen)]
    rows, edge = [], None
    while found := inbox.listed(Tab.CHANGES, chosen, after=edge, limit=3):
        rows += [row.key for row in found]
        edge = [found[-1].at.isoformat(), str(found[-1].place)]
    assert (rows, len(whole)) == (whole, 7)
    back = inbox.listed(Tab.CHANGES, chosen, after=[at.isoformat(), whole[5][1:] + "0000"], backwards=True, limit=2)
    assert [row.key for row in back] == whole[5:7]


def test_a_batch_accepts_what_is_clean_and_says_of_each_other_row_why_not(desk: int, sign_in: SignedIn) -> None:
    stranger = arrive(edifact("PO-2", [("BOLT-M8", 4, "12.5")], sender="9999999999994"))
    news = arrive(mail("Have a look at our new office."), channel=Channel.MAIL, sender="news@shop.example")
    doubtful = Draft.objects.get(message_id=stranger)
    now, wanted = timezone.now(), CHINA.next_working_day(timezone.localdate() + timedelta(days=14))
    clean = Draft.objects.create(
        channel="fax", customer_id=desk, document_id=doubtful.document_id, status="open",
        created_at=now, updated_at=now,
        body={"po_number": "PO-9", "requested_on": wanted.isoformat(), "lines": [{"item": "BOLT-M8", "quantity": "4"}]},
        findings=[{"code": "E_LOW_RESOLUTION", "field": "", "severity": "blocking", "ask_customer": False, "params": {},
                   "suggestion": ""}],
        gates={"gates": [{"gate": name, "state": "held", "figures": {}, "findings": []}
                         for name in ("arithmetic", "catalogue", "price", "sender")]},
    )  # fmt: skip
    keys = [f"d{clean.id}", f"d{doubtful.id}", f"m{news}", "d999999"]
    page = sign_in("clerk").post("/inbox/act/accept", {"ids": keys}).content.decode()
    order = Order.objects.get()
    assert (order.po_number, f"PO-9 → {order.number}" in page) == ("PO-9", True)
    assert "Something in it is to be looked at; open it." in page
    assert "Open it to decide." in page
    assert "Somebody else was faster" in page
    doubtful.refresh_from_db()
    assert (doubtful.status, doubtful.order_id) == ("open", None)


def test_work_is_assigned_to_whoever_asks_for_it(desk: int, sign_in: SignedIn) -> None:
    news = arrive(mail("Have a look at our new office."), channel=Channel.MAIL, sender="news@shop.example")
    clerk = sign_in("clerk")
    assert clerk.post("/inbox/act/take", {"ids": [f"m{news}"]}).status_code == 302
    taken_by = WorkItem.objects.get(subject_kind="message", subject_id=news).taken_by
    assert taken_by is not None and taken_by.username == "clerk-en"
    assert "Assign to me" in clerk.get("/inbox?tab=not-order&mine=1").content.decode()


def test_a_message_that_is_no_order_is_entered_by_hand_with_its_text_beside_the_form(
    desk: int, sign_in: SignedIn
) -> None:
    news = arrive(mail("We need bolts, please call."), channel=Channel.MAIL, sender="li@customer.example")
    clerk = sign_in("clerk")
    opened = clerk.post(f"/inbox/messages/{news}/restore")
    draft = Draft.objects.get(message_id=news)
    assert opened.headers["Location"] == f"/orders/new?draft={draft.id}"
    assert "We need bolts, please call." in said_in(clerk.get(opened.headers["Location"]).content.decode())
    assert (draft.status, Message.objects.get(id=news).outcome) == ("open", "draft")
    assert WorkItem.objects.get(subject_kind="message", subject_id=news).outcome == "restored"
    assert clerk.post(f"/inbox/messages/{news}/restore").headers["Location"] == f"/inbox/messages/{news}"
    assert Draft.objects.filter(message_id=news).count() == 1


def test_a_message_is_closed_only_with_a_reason(desk: int, sign_in: SignedIn) -> None:
    news = arrive(mail("Have a look at our new office."), channel=Channel.MAIL, sender="news@shop.example")
    clerk = sign_in("clerk")
    clerk.post(f"/inbox/messages/{news}/close", {"reason": " "})
    assert WorkItem.objects.get(subject_kind="message", subject_id=news).done_at is None
    clerk.post(f"/inbox/messages/{news}/close", {"reason": "advertisement"})
    assert WorkItem.objects.get(subject_kind="message", subject_id=news).done_at is not None
    assert "advertisement" in Message.objects.get(id=news).reason


def test_a_change_is_declined_with_a_reason_and_the_order_stays(desk: int, sign_in: SignedIn) -> None:
    arrive(edifact("PO-4", [("BOLT-M8", 4, "12.5")]))
    arrive(edifact("PO-4", [("BOLT-M8", 9, "12.5")], control="2"))
    proposal, clerk = Proposal.objects.get(), sign_in("clerk")
    before = Order.objects.values().get()
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "decline", "reason": ""})
    proposal.refresh_from_db()
    assert proposal.status == "open"
    assert (
        "the order itself stays as it is until somebody" in clerk.get(f"/inbox/changes/{proposal.id}").content.decode()
    )
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "decline", "reason": "already picked"})
    proposal.refresh_from_db()
    assert (proposal.status, proposal.reason, proposal.decided_by) == ("declined", "already picked", "Clerk")
    assert Order.objects.values().get() == before


def test_somebody_who_may_only_look_changes_nothing(desk: int, sign_in: SignedIn) -> None:
    stranger = arrive(edifact("PO-2", [("BOLT-M8", 4, "12.5")], sender="9999999999994"))
    draft = Draft.objects.get(message_id=stranger)
    worker = sign_in("warehouse")
    assert worker.get(f"/drafts/{draft.id}").status_code == 200
    for path in (f"/drafts/{draft.id}/verify", f"/drafts/{draft.id}/teach", "/inbox/act/accept"):
        assert worker.post(path, {"ids": [f"d{draft.id}"], "deed": "accept"}).status_code == 403
    assert Order.objects.count() == 0


def changed(quantity: int = 9) -> tuple[Proposal, Order]:
    """An order, and the same number again with another quantity."""
    wanted = CHINA.next_working_day(timezone.localdate() + timedelta(days=20)).strftime("%Y%m%d")
    arrive(edifact("PO-4", [("BOLT-M8", 4, "12.5")], wanted=wanted))
    arrive(edifact("PO-4", [("BOLT-M8", quantity, "12.5")], control="2", wanted=wanted))
    return Proposal.objects.get(), Order.objects.get()


def test_an_accepted_change_is_work_until_a_person_says_it_is_carried_out(desk: int, sign_in: SignedIn) -> None:
    proposal, order = changed()
    before, clerk = Order.objects.values().get(), sign_in("clerk")
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "accept"})
    item = WorkItem.objects.get(kind="amendment")
    assert (item.role, item.subject_id, item.order_id, item.done_at) == ("clerk", proposal.id, order.id, None)
    assert Order.objects.values().get() == before
    page = clerk.get(f"/inbox/changes/{proposal.id}").content.decode()
    assert "Accepted; still to be carried out." in page and 'value="replace"' in page
    assert f'href="/inbox/changes/{proposal.id}"' in clerk.get("/work").content.decode()
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "done"})
    item.refresh_from_db()
    assert (item.outcome, item.done_by) == ("carried_out", "Clerk")
    assert "Accepted and carried out." in clerk.get(f"/inbox/changes/{proposal.id}").content.decode()


def test_an_accepted_change_takes_the_old_orders_place_by_a_new_one(desk: int, sign_in: SignedIn) -> None:
    proposal, order = changed()
    clerk = sign_in("clerk")
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "replace"})
    order.refresh_from_db()
    assert order.status == "released"
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "accept"})
    answer = clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "replace"})
    draft = Draft.objects.get(status="open")
    order.refresh_from_db()
    assert (answer.headers["Location"], order.status) == (f"/orders/new?draft={draft.id}", "cancelled")
    assert (draft.body["po_number"], draft.body["lines"]) == (
        "PO-4", [{"item": "BOLT-M8", "quantity": "9", "unit": draft.body["lines"][0]["unit"]}]
    )  # fmt: skip
    assert not WorkItem.objects.filter(kind="amendment", done_at=None).exists()
    sent = {
        "token": str(draft.token), "customer": "HX", "po_number": "PO-4", "requested_on": draft.body["requested_on"],
        "item": ["BOLT-M8"], "quantity": ["9"], "unit": [""], "line_date": [""], "unit_price": [""],
    }  # fmt: skip
    assert clerk.post("/orders/new", sent).status_code == 302
    new = Order.objects.exclude(id=order.id).get()
    assert (new.po_number, new.lines.get().quantity) == ("PO-4", 9)


def test_an_accepted_cancellation_cancels_the_order_unless_goods_are_being_picked(desk: int, sign_in: SignedIn) -> None:
    proposal, order = changed()
    Proposal.objects.update(kind="cancel", diff={"cancels": True, "lines": []})
    Order.objects.update(status="shipped")
    clerk = sign_in("clerk")
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "accept"})
    proposal.refresh_from_db()
    assert proposal.status == "open"
    Order.objects.update(status="released")
    clerk.post(f"/inbox/changes/{proposal.id}/decide", {"deed": "accept"})
    proposal.refresh_from_db()
    order.refresh_from_db()
    assert (proposal.status, order.status) == ("accepted", "cancelled")
    assert not WorkItem.objects.filter(kind="amendment").exists()


def test_a_revision_of_an_open_draft_takes_its_place_when_it_is_accepted(desk: int) -> None:
    wanted = CHINA.next_working_day(timezone.localdate() + timedelta(days=20)).strftime("%Y%m%d")
    arrive(edifact("PO-5", [("BOLT-M8", 4, "11")], wanted=wanted))
    arrive(edifact("PO-5", [("BOLT-M8", 9, "12.5")], control="2", wanted=wanted))
    first, second = Draft.objects.order_by("id")
    assert "E_PO_REVISION" in [each["code"] for each in second.findings]
    said = {"lines/0/quantity": "9", "po_number": "PO-5"}
    assert verify_drafts({second.id: said}, at=NOW + timedelta(hours=1), actor=CLERK).all_done
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.status, first.status) == ("accepted", "rejected")
    assert first.reason.startswith(f"Replaced by draft {second.id}")
    assert Order.objects.get().lines.get().quantity == 9


@pytest.mark.parametrize(("quantity", "code"), [(4, "E_NEAR_DUPLICATE"), (9, "E_PO_REVISION")])
def test_what_repeats_an_open_draft_stands_beside_it_line_by_line(
    desk: int, sign_in: SignedIn, quantity: int, code: str
) -> None:
    """The same number by EDI and again by mail, in another layout, while the first is not an order yet."""
    wanted = CHINA.next_working_day(timezone.localdate() + timedelta(days=20))
    arrive(edifact("PO-6", [("BOLT-M8", 4, "11")], wanted=wanted.strftime("%Y%m%d")))
    text = f"PO number: PO-6\nDelivery date: {wanted}\nBOLT-M8 {quantity} EA 12.50"
    arrive(mail(text, sender="li@customer.example"), channel=Channel.MAIL, sender="li@customer.example")
    first, second = Draft.objects.order_by("id")
    found = {each["code"]: each["params"].get("number") for each in second.findings}
    assert {each: number for each, number in found.items() if number} == {code: f"#{first.id}"}
    page = sign_in("clerk").get(f"/drafts/{second.id}").content.decode()
    assert f'<a href="/drafts/{first.id}">Draft {first.id}</a>' in page
    marks = ('<del><span class="figure">4</span></del>' in page, '<ins><span class="figure">9</span></ins>' in page)
    assert marks == (quantity == 9, quantity == 9)
    assert "· line 1" in page
    chinese = sign_in("clerk", "zh-hans").get(f"/drafts/{second.id}").content.decode()
    assert "第 1 行" in chinese
    assert 'id="twin"' not in sign_in("clerk").get(f"/drafts/{first.id}").content.decode()
    assert verify_drafts({second.id: {"po_number": "PO-6"}}, at=NOW + timedelta(hours=1), actor=CLERK).all_done
    first.refresh_from_db()
    assert (first.status, Order.objects.get().lines.get().quantity) == ("rejected", quantity)
