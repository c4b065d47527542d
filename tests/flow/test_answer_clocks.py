"""2.1b both clocks of an answer (及时确认): the receipt within minutes, the confirmation within working hours."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.intake.arrivals import mail, store
from tests.makers import CLERK, a_customer, a_product, an_entry, policies

from orderloop.access.models import Person
from orderloop.customers.models import Contact, CreditAccount
from orderloop.flow.models import AnswerTime
from orderloop.flow.rules import read_clock
from orderloop.flow.services import clocks, decisions
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.intake.models import Draft, Message, Question
from orderloop.metrics.facts import FigureFilter
from orderloop.metrics.queries.figures import figures_for
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.policy.queries import working_time
from orderloop.review.models import Hold
from orderloop.review.services import HoldDecision
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db
TEXT = "PO number: PO-7\nDelivery date: 2026-12-07\n\nBK-1  2 pcs\n"
MINUTE = timedelta(minutes=1)


def at(text):
    """A moment on the desk's wall, in Shanghai."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


# A Monday; the desk works from 9 to 18 (policy).
MONDAY = at("2026-11-23T10:00")


@pytest.fixture
def buyer():
    policies()
    a_product("BK-1", stock=50)
    customer = a_customer("C-1", language="en")
    Contact.objects.create(customer=customer, name="Li", email="buyer@customer.example", is_primary=True)
    return customer


def arrive(when=MONDAY, sender="buyer@customer.example", **fields):
    message_id = store(mail(TEXT, sender=sender, **fields), channel=Channel.MAIL, sender=sender, at=when)
    process_messages([message_id], at=when, actor=SYSTEM)
    return message_id


def alarms():
    return list(WorkItem.objects.filter(kind__in=["receipt_late", "confirmation_late"], done_at=None)
                .values_list("kind", "role", "subject_kind", "subject_id"))  # fmt: skip


def held(customer, when):
    """An order that waits for a credit reviewer."""
    CreditAccount.objects.update_or_create(customer=customer, defaults={"limit": 1})
    entry = an_entry(customer, [(a_product(stock=9), 4)], received_at=when)
    order_id = next(iter(take_in_entries([entry], at=when, actor=CLERK).values.values())).order_id
    assert Order.objects.get(pk=order_id).status == "in_review"
    return order_id


def test_an_order_a_person_must_look_at_is_acknowledged_at_once_and_once(buyer):
    message_id = arrive()
    assert Message.objects.get().outcome == "draft"
    assert not OutgoingMail.objects.exists()
    assert (clocks.acknowledge_drafts(at=MONDAY), clocks.acknowledge_drafts(at=MONDAY + MINUTE)) == (1, 0)
    outbox.drain(MONDAY)
    told = OutgoingMail.objects.get()
    assert (told.recipient, told.effect_key, told.subject) == (
        "buyer@customer.example", f"receipt:{message_id}", "We have your order PO-7"
    )  # fmt: skip
    assert "this is not an acceptance yet" in told.body


def test_who_is_not_known_is_told_nothing_and_a_person_hears_of_it(buyer):
    message_id = arrive(sender="stranger@elsewhere.example")
    assert clocks.acknowledge_drafts(at=MONDAY) == 0
    due = MONDAY + timedelta(minutes=15)
    assert clocks.raise_late_answers(at=due) == 0
    assert clocks.raise_late_answers(at=due + timedelta(seconds=1)) == 1
    assert alarms() == [("receipt_late", "clerk", "message", message_id)]
    assert WorkItem.objects.get(kind="receipt_late").due_at == due
    assert clocks.raise_late_answers(at=due + MINUTE) == 0


def test_the_alarm_of_a_receipt_ends_when_the_sender_is_told(buyer):
    message_id = store(mail(TEXT), channel=Channel.MAIL, sender="buyer@customer.example", at=MONDAY)
    late = MONDAY + timedelta(minutes=16)
    clocks.raise_late_answers(at=late)
    assert alarms() == [("receipt_late", "clerk", "message", message_id)]
    process_messages([message_id], at=late, actor=SYSTEM)
    clocks.raise_late_answers(at=late + MINUTE)
    assert alarms() == [("receipt_late", "clerk", "message", message_id)]
    clocks.acknowledge_drafts(at=late + MINUTE)
    clocks.raise_late_answers(at=late + 2 * MINUTE)
    assert alarms() == []
    assert WorkItem.objects.get(kind="receipt_late").outcome == "told"


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-11-23T10:00", "2026-11-23T18:00"), ("2026-11-23T10:01", "2026-11-24T09:01"),
        ("2026-11-27T17:00", "2026-11-30T16:00"), ("2026-11-28T12:00", "2026-11-30T17:00"),
        ("2026-09-30T17:00", "2026-10-08T16:00"),
    ],
)  # fmt: skip
def test_the_confirmation_is_due_in_working_hours(buyer, came, due):
    clock = read_clock(at(came), (), 8, working_time(), at(came))
    assert (clock.due_at, clock.is_late, clock.paused_since) == (at(due), False, None)
    assert not read_clock(at(came), (), 8, working_time(), at(due)).is_late
    assert read_clock(at(came), (), 8, working_time(), at(due) + timedelta(seconds=1)).is_late


def test_while_the_customer_is_asked_the_clock_stands_and_goes_on_with_the_answer(buyer):
    time, asked = working_time(), at("2026-11-23T12:00")
    running = read_clock(MONDAY, [(asked, None)], 8, time, at("2026-11-24T12:00"))
    assert (running.paused_since, running.asked_minutes, running.is_late) == (asked, 540, False)
    answered = [(asked, at("2026-11-24T12:00"))]
    after = read_clock(MONDAY, answered, 8, time, at("2026-11-24T18:00"))
    assert (after.paused_since, after.due_at, after.is_late) == (None, at("2026-11-24T18:00"), False)
    assert read_clock(MONDAY, answered, 8, time, at("2026-11-24T18:01")).is_late
    late_before = read_clock(MONDAY, [(at("2026-11-24T10:00"), None)], 8, time, at("2026-11-25T10:00"))
    assert late_before.is_late


def test_an_order_not_confirmed_in_time_is_put_before_the_reviewer_and_taken_off_when_decided(buyer):
    order_id = held(buyer, MONDAY)
    due = at("2026-11-23T18:00")
    assert clocks.raise_late_answers(at=due) == 0
    assert clocks.raise_late_answers(at=due + timedelta(seconds=1)) == 1
    assert alarms() == [("confirmation_late", "credit_reviewer", "order", order_id)]
    decide(order_id, due + MINUTE)
    clocks.raise_late_answers(at=due + 2 * MINUTE)
    assert alarms() == []


def decide(order_id, when):
    holds = list(Hold.objects.filter(order_id=order_id, status="open").values_list("id", flat=True))
    outcome = decisions.decide_holds([HoldDecision(i, "approved", "good") for i in holds], at=when, actor=CLERK)
    assert outcome.all_done
    assert Order.objects.get(pk=order_id).status != "in_review"


def asked_draft(buyer, when=MONDAY):
    arrive(when)
    draft = Draft.objects.get()
    Question.objects.create(draft=draft, findings=[], asked_at=when + timedelta(hours=1), asked_by="x",
                            due_at=when + timedelta(hours=9))  # fmt: skip
    Draft.objects.update(status="asking")
    return draft


def test_no_alarm_while_the_customer_is_asked_and_one_when_his_answer_has_waited_too_long(buyer):
    draft = asked_draft(buyer)
    clocks.raise_late_answers(at=at("2026-11-25T18:00"))
    assert alarms() == []
    Question.objects.update(closed_at=at("2026-11-24T10:00"), answered_at=at("2026-11-24T10:00"))
    Draft.objects.update(status="open")
    # One hour was used, eight were asked for: seven are left.
    assert clocks.raise_late_answers(at=at("2026-11-24T17:00")) == 0
    assert clocks.raise_late_answers(at=at("2026-11-24T17:01")) == 1
    assert alarms() == [("confirmation_late", "clerk", "draft", draft.pk)]
    Draft.objects.update(status="rejected", ended_at=MONDAY)
    clocks.raise_late_answers(at=at("2026-11-24T17:02"))
    assert alarms() == []


def test_how_long_senders_waited_is_kept_once_and_measured(buyer):
    quick = held(buyer, MONDAY)
    slow = held(buyer, MONDAY)
    waiting = held(buyer, MONDAY)
    decide(quick, at("2026-11-23T18:00"))
    decide(slow, at("2026-11-24T10:00"))
    now = at("2026-11-24T10:05")
    assert (clocks.keep_answer_times(at=now), clocks.keep_answer_times(at=now)) == (2, 0)
    kept = {row.order_id: row for row in AnswerTime.objects.all()}
    assert waiting not in kept
    assert (kept[quick].confirmation_minutes, kept[quick].confirmation_in_time) == (480, True)
    assert (kept[slow].confirmation_minutes, kept[slow].confirmation_in_time) == (540, False)
    assert (kept[quick].receipt_minutes, kept[quick].receipt_in_time) == (0, True)
    asked = FigureFilter(at("2026-11-23T00:00"), at("2026-11-25T00:00"))
    receipt, confirmation = figures_for(["receipt_in_time", "confirmation_in_time"], asked)
    assert (receipt.reading.value, receipt.reading.n) == (1, 2)
    assert (confirmation.reading.value, confirmation.reading.n) == (0.5, 2)


def test_time_for_which_the_customer_was_asked_is_measured_and_not_counted_against_the_desk(buyer):
    order_id = held(buyer, MONDAY)
    draft = Draft.objects.create(channel="mail", status="accepted", body={}, created_at=MONDAY, updated_at=MONDAY,
                                 ended_at=MONDAY, order_id=order_id)  # fmt: skip
    Question.objects.create(draft=draft, findings=[], asked_at=at("2026-11-23T12:00"), asked_by="x", due_at=MONDAY,
                            closed_at=at("2026-11-23T15:00"))  # fmt: skip
    decide(order_id, at("2026-11-24T11:00"))
    clocks.keep_answer_times(at=at("2026-11-24T11:01"))
    row = AnswerTime.objects.get()
    assert (row.asked_minutes, row.confirmation_minutes, row.confirmation_in_time) == (180, 420, True)
    (asked,) = figures_for(["asked_hours"], FigureFilter(at("2026-11-23T00:00"), at("2026-11-25T00:00")))
    assert (asked.reading.value, asked.reading.n) == (3, 1)


@pytest.fixture
def desk(client, buyer):
    person = Person.objects.create(username="wang", roles=["clerk"], language="en")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_clock_is_seen_on_the_order_and_in_the_inbox(desk, buyer):
    order = Order.objects.get(pk=held(buyer, datetime.now(UTC)))
    assert "Confirm by " in desk.get(f"/orders/{order.number}").content.decode()
    Order.objects.update(received_at=datetime.now(UTC) - timedelta(days=20), message_id=None)
    assert "Confirmation was due " in desk.get(f"/orders/{order.number}").content.decode()
    arrive(datetime.now(UTC))
    assert "confirm by " in desk.get("/inbox").content.decode()
    Draft.objects.update(created_at=datetime.now(UTC) - timedelta(days=20))
    assert "Confirmation late" in desk.get("/inbox").content.decode()


def test_a_clock_that_stands_still_is_seen_to_do_so(desk, buyer):
    order_id = held(buyer, datetime.now(UTC) - timedelta(hours=1))
    draft = Draft.objects.create(channel="mail", status="asking", body={}, created_at=MONDAY, updated_at=MONDAY,
                                 order_id=order_id)  # fmt: skip
    Question.objects.create(draft=draft, findings=[], asked_at=datetime.now(UTC) - timedelta(minutes=5), asked_by="x",
                            due_at=MONDAY)  # fmt: skip
    page = desk.get(f"/orders/{Order.objects.get().number}").content.decode()
    assert "the clock stands still" in page
    assert "Confirm by " not in page


def test_looking_at_many_costs_as_many_statements_as_at_one(buyer, django_assert_num_queries):
    first = held(buyer, MONDAY)
    clocks.order_clocks({first: MONDAY}, at=MONDAY)
    many = {held(buyer, MONDAY): MONDAY for _ in range(3)}
    with django_assert_num_queries(1):
        clocks.order_clocks(many, at=MONDAY)
