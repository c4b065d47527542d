"""The desk's pages by themselves: who may do what, what a fault leaves behind, what a list shows and gives away."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override
from tests.flow.desk_orders import a_held_order, a_short_order, status_of, taken_in
from tests.makers import CLERK, a_customer, a_product
from tests.shown import text_of

from orderloop.access.models import SavedView
from orderloop.customers.models import Contact
from orderloop.flow.models import StageRecord
from orderloop.flow.pages import words
from orderloop.flow.services.shipping import confirm_picks, pack_shipments, ship_shipments, start_picks
from orderloop.fulfilment.facts import Packing, Picked, ShipOut
from orderloop.fulfilment.models import Shipment
from orderloop.intake.models import Message
from orderloop.orders.models import Event, Order
from orderloop.platform.models import Effect
from orderloop.platform.tables import read_sheet
from orderloop.review.models import Hold
from orderloop.triage.models import Score
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
SignIn = Callable[..., Client]


# --- home and work


@pytest.mark.parametrize(("role", "target"), [("clerk", "/work"), ("manager", "/work"), ("integrator", "/account")])
def test_home_leads_to_where_the_role_begins(sign_in: SignIn, role: str, target: str) -> None:
    assert sign_in(role).get("/")["Location"] == target


def test_work_shows_the_own_roles_only_and_a_manager_on_wish_all(sign_in: SignIn) -> None:
    order = a_held_order()
    assert order.number in sign_in("credit_reviewer").get("/work").content.decode()
    assert order.number not in sign_in("planner").get("/work?all=1").content.decode()
    assert order.number not in sign_in("manager").get("/work").content.decode()
    assert order.number in sign_in("manager").get("/work?all=1").content.decode()


def test_an_empty_list_of_work_teaches(sign_in: SignIn) -> None:
    assert "Orders that need no person pass by themselves." in sign_in("planner").get("/work").content.decode()


def test_work_that_is_taken_has_begun(sign_in: SignIn) -> None:
    order = a_held_order()
    item = WorkItem.objects.get(order=order)
    sign_in("credit_reviewer").post("/work/take", {"ids": [item.pk]})
    item.refresh_from_db()
    review = StageRecord.objects.get(order=order, stage="review")
    assert (item.taken_by.username, review.started_at, review.actor_name) == (
        "credit_reviewer-en",
        item.taken_at,
        "Credit_Reviewer",
    )


def test_two_people_cannot_have_one_piece_of_work(sign_in: SignIn) -> None:
    item = WorkItem.objects.get(order=a_held_order())
    sign_in("credit_reviewer").post("/work/take", {"ids": [item.pk]})
    answer = sign_in("credit_reviewer", language="zh-hans").post("/work/take", {"ids": [item.pk]}).content.decode()
    assert "别人先处理了" in answer
    item.refresh_from_db()
    assert item.taken_by.username == "credit_reviewer-en"


def test_work_is_handed_over_only_to_somebody_who_does_it(sign_in: SignIn) -> None:
    item = WorkItem.objects.get(order=a_held_order())
    mine, colleague, planner = sign_in("credit_reviewer"), sign_in("credit_reviewer", "zh-hans"), sign_in("planner")
    mine.post("/work/take", {"ids": [item.pk]})
    answer = mine.post("/work/give", {"ids": [item.pk], "person": planner.session["_auth_user_id"]})
    assert "This colleague does not do such work." in answer.content.decode()
    mine.post("/work/give", {"ids": [item.pk], "person": colleague.session["_auth_user_id"]})
    item.refresh_from_db()
    assert item.taken_by.username == "credit_reviewer-zh-hans"


def test_work_is_sent_back_with_a_cause_and_not_without(sign_in: SignIn) -> None:
    item = WorkItem.objects.get(order=a_held_order())
    client = sign_in("credit_reviewer")
    assert (
        "Say why the work is sent back."
        in client.post("/work/back", {"ids": [item.pk], "role": "clerk", "cause": " "}).content.decode()
    )
    item.refresh_from_db()
    assert (item.role, item.sent_back_cause) == ("credit_reviewer", "")
    client.post("/work/back", {"ids": [item.pk], "role": "clerk", "cause": "PO number missing"})
    item.refresh_from_db()
    assert (item.role, item.sent_back_cause, item.taken_by_id) == ("clerk", "PO number missing", None)
    assert "PO number missing" in sign_in("clerk").get("/work").content.decode()


def test_others_work_cannot_be_taken(sign_in: SignIn) -> None:
    item = WorkItem.objects.get(order=a_held_order())
    sign_in("warehouse").post("/work/take", {"ids": [item.pk]})
    item.refresh_from_db()
    assert item.taken_by_id is None


# --- review


def test_who_may_not_decide_changes_nothing(sign_in: SignIn) -> None:
    order = a_held_order()
    hold = Hold.objects.get(order=order)
    data = {"holds": [hold.pk], "deed": "approve", "reason": "fine"}
    assert sign_in("clerk").post(f"/review/{order.number}/decide", data).status_code == 403
    answer = sign_in("planner").post(f"/review/{order.number}/decide", data)
    assert (answer.status_code, "You may not do this." in answer.content.decode()) == (422, True)
    assert status_of(order) == "in_review"


def test_a_fault_leaves_what_was_typed(sign_in: SignIn) -> None:
    order = a_held_order()
    answer = sign_in("manager").post(
        f"/review/{order.number}/decide", {"deed": "approve", "reason": "Owner called, all well"}
    )
    assert (answer.status_code, "Owner called, all well" in answer.content.decode()) == (422, True)
    assert status_of(order) == "in_review"


def test_a_hold_somebody_else_decided_is_told_kindly(sign_in: SignIn) -> None:
    order = a_held_order()
    hold = Hold.objects.get(order=order)
    data = {"holds": [hold.pk], "deed": "approve", "reason": "fine"}
    assert sign_in("manager").post(f"/review/{order.number}/decide", data).status_code == 302
    answer = sign_in("credit_reviewer").post(f"/review/{order.number}/decide", {**data, "deed": "reject"})
    assert "Somebody else was faster" in answer.content.decode()
    assert status_of(order) == "released"


def test_a_hold_of_another_order_cannot_be_decided_under_this_one(sign_in: SignIn) -> None:
    order, other = a_held_order(), a_held_order()
    foreign = Hold.objects.get(order=other)
    data = {"holds": [foreign.pk], "deed": "approve", "reason": "fine"}
    assert sign_in("manager").post(f"/review/{order.number}/decide", data).status_code == 422
    assert (status_of(order), status_of(other)) == ("in_review", "in_review")


def test_asking_the_customer_writes_a_mail_and_waits(sign_in: SignIn) -> None:
    order = a_held_order()
    Contact.objects.create(customer=order.customer, name="Ann", email="ann@buyer.example", is_primary=True)
    asked = {"deed": "ask", "reason": "Which crate?"}
    assert sign_in("credit_reviewer").post(f"/review/{order.number}/decide", asked).status_code == 302
    effect = Effect.objects.get(kind="mail", order_id=order.pk, payload__mail="order_question")
    assert (effect.payload["to"], effect.payload["question"]) == ("ann@buyer.example", "Which crate?")
    assert StageRecord.objects.get(order=order, stage="review").wait_reason == "customer"
    assert Event.objects.filter(order=order).latest("n").reason == "Which crate?"
    assert (status_of(order), Hold.objects.get(order=order).status) == ("in_review", "open")
    assert "customer asked" in sign_in("credit_reviewer").get("/review").content.decode()


def test_a_customer_without_an_address_cannot_be_asked(sign_in: SignIn) -> None:
    order = a_held_order()
    answer = sign_in("credit_reviewer").post(
        f"/review/{order.number}/decide", {"deed": "ask", "reason": "Which crate?"}
    )
    assert "The customer has no e-mail address" in answer.content.decode()
    assert Event.objects.filter(order=order, kind="note").count() == 0


def test_the_sheet_shows_four_checks_with_figures_in_the_readers_language(sign_in: SignIn) -> None:
    order = a_held_order()
    page = sign_in("credit_reviewer", "zh-hans").get(f"/review/{order.number}").content.decode()
    assert page.count('class="check"') == 4
    assert "超出额度" in page and "100.00" in page


# --- orders


def test_filters_sorts_and_pages_agree(sign_in: SignIn) -> None:
    product = a_product(stock=1000)
    orders = taken_in(*[(a_customer(), [(product, n + 1)]) for n in range(55)])
    client = sign_in("clerk")
    first = client.get("/orders?sort=amount")
    second = client.get("/orders", {"sort": "amount", "after": first.context["page"].after})
    amounts = [row["order"].gross for answer in (first, second) for row in answer.context["rows"]]
    assert amounts == sorted(order.gross for order in orders)
    back = client.get("/orders", {"sort": "amount", "before": second.context["page"].before})
    assert [row["order"].number for row in back.context["rows"]] == [
        row["order"].number for row in first.context["rows"]
    ]


@pytest.mark.parametrize("sort", ["received", "-priority", "requested", "promised", "-promised", "-amount"])
def test_every_sort_turns_its_pages_without_loss(sign_in: SignIn, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderloop.flow.pages import paging

    monkeypatch.setattr(paging.stretch_of, "__kwdefaults__", {"total": None, "size": 2})
    there, missing = a_product(stock=100), a_product(stock=0)
    orders = taken_in(
        *[(a_customer(credit="500"), [(product, 4)]) for product in (there, there, missing, there)],
        (a_customer(credit="1"), [(there, 1)]),
    )
    client, seen, after = sign_in("clerk"), [], ""
    for _ in range(4):
        answer = client.get("/orders", {"sort": sort, "after": after})
        seen += [row["order"].number for row in answer.context["rows"]]
        after = answer.context["page"].after
        if not after:
            break
    assert sorted(seen) == sorted(order.number for order in orders)


def test_each_filter_finds_what_it_names(sign_in: SignIn) -> None:
    held, short = a_held_order(), a_short_order()
    type(short.customer).objects.filter(pk=short.customer_id).update(search_key="c9 harbour bikes")
    client = sign_in("clerk")

    def found(query: str) -> set[str]:
        return {row["order"].number for row in client.get(f"/orders?{query}").context["rows"]}

    assert found("held=1") == {held.number}
    assert found("short=1") == {short.number}
    assert found("stage=review") == {held.number}
    assert found("status=confirmed") == {short.number}
    assert found(f"q={held.po_number.lower()}") == {held.number}
    assert found("q=harbour") == {short.number}
    assert found(f"customer={short.customer.code}") == {short.number}
    assert found("from=2001-01-01&until=2001-01-02") == set()
    assert found("late=1") == set()


@pytest.mark.parametrize(
    "query",
    ["sort=nothing", "after=xx", "after=WyJ4IiwiMSJd", "from=yesterday", "q=%00", "line=abc", "status=lost", "q=%25"],
)
def test_a_nonsense_address_still_shows_a_list(sign_in: SignIn, query: str) -> None:
    a_held_order()
    assert sign_in("clerk").get(f"/orders?{query}").status_code == 200


def test_the_export_holds_the_filtered_orders_in_the_readers_words(sign_in: SignIn) -> None:
    held, _short = a_held_order(), a_short_order()
    rows = read_sheet(sign_in("clerk", "zh-hans").get("/orders/export?held=1").content).rows
    assert rows[0][:2] == ["订单号", "客户采购单号"]
    assert [row[0] for row in rows[1:]] == [held.number]
    csv = sign_in("clerk").get("/orders/export", {"form": "csv", "ids": [held.pk]})
    assert [row[0] for row in read_sheet(csv.content).rows] == ["Order", held.number]


def test_a_batch_says_of_each_order_what_became_of_it(sign_in: SignIn) -> None:
    held, short = a_held_order(), a_short_order()
    client = sign_in("clerk")
    answer = client.post(
        "/orders/act/cancel", {"ids": [held.pk, short.pk], "reason": "asked by the customer"}
    ).content.decode()
    assert answer.count("done") >= 2
    assert (status_of(held), status_of(short)) == ("cancelled", "cancelled")
    again = client.post("/orders/act/cancel", {"ids": [held.pk], "reason": "twice"}).content.decode()
    assert "The order has ended already." in again


def test_a_batch_beyond_ones_rights_is_refused_row_by_row(sign_in: SignIn) -> None:
    order = a_short_order()
    answer = sign_in("planner").post("/orders/act/cancel", {"ids": [order.pk], "reason": "no"}).content.decode()
    assert "You may not do this." in answer
    assert status_of(order) == "confirmed"


def test_views_are_kept_shared_and_forgotten(sign_in: SignIn) -> None:
    mine, colleague = sign_in("clerk"), sign_in("clerk", "zh-hans")
    mine.post("/orders/views", {"name": "Short ones", "query": "short=1", "shared": "1"})
    mine.post("/orders/views", {"name": "Mine", "query": "held=1"})
    names = [view.label for view in colleague.get("/orders").context["views"]][3:]
    assert names == ["Short ones"]
    shared = SavedView.objects.get(name="Short ones")
    colleague.post("/orders/views", {"remove": shared.pk})
    assert SavedView.objects.filter(pk=shared.pk).exists()
    mine.post("/orders/views", {"remove": shared.pk})
    assert not SavedView.objects.filter(pk=shared.pk).exists()


# --- one order


def test_the_next_action_is_the_readers_own(sign_in: SignIn) -> None:
    held, short = a_held_order(), a_short_order()
    following = {
        (role, order.number): (sign_in(role).get(f"/orders/{order.number}").context["next"] or {}).get("label")
        for role in ("credit_reviewer", "planner", "clerk", "warehouse")
        for order in (held, short)
    }
    assert following == {
        ("credit_reviewer", held.number): "Decide hold",
        ("credit_reviewer", short.number): None,
        ("planner", held.number): None,
        ("planner", short.number): "Plan shortage",
        ("clerk", held.number): None,
        ("clerk", short.number): None,
        ("warehouse", held.number): None,
        ("warehouse", short.number): "See the shortage",
    }


def test_the_next_action_follows_the_goods(sign_in: SignIn) -> None:
    (order,) = taken_in((a_customer(), [(a_product(stock=10), 4)]))

    def following(role: str) -> tuple[str, str] | None:
        found = sign_in(role).get(f"/orders/{order.number}").context["next"]
        return found and (found["label"], found["url"])

    assert following("warehouse") == ("Start picking", f"/warehouse?tab=pick&q={order.number}")
    (shipment_id,) = start_picks([order.pk], at=timezone.now(), actor=CLERK).values[order.pk]
    shipment = Shipment.objects.get(pk=shipment_id)
    task = f"/warehouse/{shipment.number}"
    assert following("warehouse") == ("Confirm picking", task)
    line_id = order.lines.get().pk
    confirm_picks([Picked(shipment_id, {line_id: Decimal(4)})], at=timezone.now(), actor=CLERK)
    assert following("warehouse") == ("Pack and ship", task)
    pack_shipments([Packing(shipment_id, 1)], at=timezone.now(), actor=CLERK)
    ship_shipments([ShipOut(shipment_id, "SF", "1")], at=timezone.now(), actor=CLERK)
    assert (following("warehouse"), following("service")) == (("Confirm delivery", task), ("Confirm delivery", task))
    assert following("planner") == ("Confirm delivery", task)
    assert following("buyer") is None


def test_every_station_behind_an_order_tells_when_it_was_passed(sign_in: SignIn) -> None:
    (order,) = taken_in((a_customer(), [(a_product(stock=10), 4)]))
    steps = sign_in("clerk").get(f"/orders/{order.number}").context["steps"]
    assert [(step.state, step.at) for step in steps] == [
        ("done", order.received_at),
        ("done", order.confirmed_at),
        ("done", order.released_at),
        ("now", None),
        ("next", None),
    ]


def test_an_unknown_number_is_not_found(sign_in: SignIn) -> None:
    client = sign_in("manager")
    paths = ("/orders/SO-1", "/orders/id/999", "/review/SO-1", "/orders/SO-1/confirmation", "/stock/999")
    assert [client.get(path).status_code for path in paths] == [404] * 5


def test_a_priority_by_hand_needs_a_reason_and_keeps_what_was_typed(sign_in: SignIn) -> None:
    order = a_short_order()
    client, until = sign_in("planner"), (timezone.localdate() + timedelta(days=3)).isoformat()
    answer = client.post(f"/orders/{order.number}/priority", {"score": "88.5", "priority_reason": "", "until": until})
    assert (answer.status_code, 'value="88.5"' in answer.content.decode()) == (422, True)
    assert Score.objects.get(order=order).manual_score is None
    client.post(
        f"/orders/{order.number}/priority", {"score": "88.5", "priority_reason": "Fair next week", "until": until}
    )
    assert (Score.objects.get(order=order).manual_score, status_of(order)) == (Decimal("88.5"), "confirmed")
    assert order.priority == Decimal("88.5")
    assert "Fair next week" in client.get(f"/orders/{order.number}").content.decode()


def test_a_note_stands_in_the_record(sign_in: SignIn) -> None:
    order = a_short_order()
    client = sign_in("clerk")
    assert client.post(f"/orders/{order.number}/note", {"note": " "}).status_code == 422
    client.post(f"/orders/{order.number}/note", {"note": "Leave at gate 3"})
    assert "Leave at gate 3" in client.get(f"/orders/{order.number}").content.decode()


def test_an_order_being_cancelled_gives_its_reason(sign_in: SignIn) -> None:
    order = a_short_order()
    client = sign_in("service")
    assert client.post(f"/orders/{order.number}/cancel", {"reason": ""}).status_code == 422
    assert status_of(order) == "confirmed"
    client.post(f"/orders/{order.number}/cancel", {"reason": "Customer withdrew"})
    assert status_of(order) == "cancelled"


def test_the_confirmation_is_a_pdf(sign_in: SignIn) -> None:
    order = a_short_order()
    answer = sign_in("clerk").get(f"/orders/{order.number}/confirmation")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_number_of_statements_does_not_grow_with_the_orders(
    sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    product = a_product(stock=1000)
    taken_in(*[(a_customer(), [(product, 1)]) for _ in range(30)])
    client = sign_in("clerk")
    client.get("/orders")
    with django_assert_max_num_queries(16):
        client.get("/orders")
    with django_assert_max_num_queries(14):
        client.get("/work")


def test_the_record_tells_of_hand_overs_on_the_same_line_as_the_order(sign_in: SignIn) -> None:
    order = a_held_order()
    item = WorkItem.objects.get(order=order)
    client = sign_in("credit_reviewer")
    client.post("/work/take", {"ids": [item.pk]})
    client.post("/work/back", {"ids": [item.pk], "role": "credit_reviewer", "cause": "Wrong reviewer"})
    titles = [
        (entry.code, entry.actor, entry.text) for entry in client.get(f"/orders/{order.number}").context["entries"]
    ]
    assert titles == [
        ("received", CLERK.name, ""),
        ("held", "system", ""),
        ("sent_back", "Credit_Reviewer", "Wrong reviewer"),
    ]


def test_the_message_is_read_and_saved_as_it_came(sign_in: SignIn) -> None:
    order = a_short_order()
    message = Message.objects.create(
        channel="api", sender="shop", received_at=order.received_at, content_type="application/json", sha256=bytes(32),
        body='{"po": "<b>7</b> 铃"}'.encode(), outcome="order", order_id=order.pk,
    )  # fmt: skip
    Order.objects.filter(pk=order.pk).update(message_id=message.pk)
    client = sign_in("clerk")
    assert client.get(f"/orders/{order.number}/message").content == '{"po": "<b>7</b> 铃"}'.encode()
    assert "&lt;b&gt;7&lt;/b&gt; 铃" in client.get(f"/orders/{order.number}/message/text").content.decode()
    assert text_of(client.get(f"/orders/{order.number}"), "message").startswith("Message received shop ")
    assert sign_in("integrator").get(f"/orders/{order.number}/message").status_code == 403


def test_the_order_page_says_who_decided_a_hold_and_why(sign_in: SignIn) -> None:
    order = a_held_order()
    reviewer = sign_in("credit_reviewer")
    page = reviewer.get(f"/orders/{order.number}").content.decode()
    assert "To be decided" in page
    hold = Hold.objects.get(order=order)
    reviewer.post(
        f"/review/{order.number}/decide", {"deed": "approve", "holds": [hold.pk], "reason": "Pays on Friday."}
    )
    page = reviewer.get(f"/orders/{order.number}").content.decode()
    hold.refresh_from_db()
    assert (hold.status, hold.decision_reason) == ("approved", "Pays on Friday.")
    assert f"<b>Credit</b> {hold.decided_by} ·" in page
    assert '<div class="second-line">Pays on Friday.</div>' in page


def test_a_priority_by_hand_is_told_before_and_after_by_the_places_it_changes(sign_in: SignIn) -> None:
    customer, product = a_customer(), a_product(stock=100)
    first, second, third = taken_in(*[(customer, [(product, n)]) for n in (1, 2, 3)])
    Order.objects.filter(pk=first.pk).update(priority=90)
    Order.objects.filter(pk=second.pk).update(priority=50)
    Order.objects.filter(pk=third.pk).update(priority=10)
    Score.objects.filter(order=third).update(score=10)
    planner = sign_in("planner")
    tried = f"/orders/{third.number}/rank/tried"
    assert planner.get(f"{tried}?score=60").content.decode() == "Place 2 of 3 orders under way; now place 3."
    assert planner.get(f"{tried}?score=95").content.decode() == "Place 1 of 3 orders under way; now place 3."
    assert planner.get(f"{tried}?score=much").content == b""
    third.refresh_from_db()
    assert third.priority == 10
    until = (timezone.localdate() + timedelta(days=3)).isoformat()
    planner.post(f"/orders/{third.number}/priority", {"score": "60", "priority_reason": "Trade fair", "until": until})
    page = planner.get(f"/orders/{third.number}").content.decode()
    assert "By the policy it would be 10.0: place 3 of 3 orders under way instead of 2." in page
    assert sign_in("clerk").get(f"{tried}?score=60").status_code == 403


def test_a_long_order_tells_of_the_lines_that_lack_goods_and_counts_the_others(sign_in: SignIn) -> None:
    lines = [(a_product(stock=5), 1) for _ in range(14)] + [(a_product(stock=0), 2)]
    (order,) = taken_in((a_customer(), lines))
    page = sign_in("planner").get(f"/orders/{order.number}").content.decode()
    goods = page[page.index('id="goods"') : page.index('id="stages"')]
    assert goods.count("<tr>") == 2  # the head, and the line that is short
    assert "14 further lines are held in full." in goods


def test_who_may_not_enter_orders_is_led_to_no_form(sign_in: SignIn) -> None:
    assert "/orders/new" not in sign_in("warehouse").get("/inbox").content.decode()
    assert "/orders/new" in sign_in("clerk").get("/inbox").content.decode()


def test_an_overdue_payment_is_told_with_its_days_once() -> None:
    reason = {"code": "overdue", "params": {"overdue_amount": "18008.95", "overdue_days": 19}}
    with override("en"):
        english = strip_tags(words.reason_words(reason, "USD"))
    with override("zh-hans"):
        chinese = strip_tags(words.reason_words(reason, "USD"))
    assert english.endswith("are overdue, the oldest for 19 days.")
    assert chinese.endswith("最长逾期 19 天。")
