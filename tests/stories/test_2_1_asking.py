"""2.1d An incomplete order goes back to the customer (沟通、补充和修正): asked, reminded, escalated, answered.

The desk works from 9 to 18 on weekdays, in Shanghai; times below are those on its wall.
"""

from datetime import UTC, datetime, timedelta

import pytest
from tests.intake.arrivals import mail, store
from tests.makers import CLERK, a_customer, a_product

from orderloop.customers.models import Contact, Customer
from orderloop.flow.models import AnswerTime
from orderloop.flow.services import clocks
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.intake import services as intake
from orderloop.intake.facts import Outcome
from orderloop.intake.models import Draft, Question
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]
LETTER = "PO number: PO-503\nDelivery date: 2026-12-07\n\nOUR-77  10 pcs\n"


def wall(text: str) -> datetime:
    """A moment on the desk's wall."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


FRIDAY_AT_FOUR = wall("2026-11-27T16:00")


@pytest.fixture(autouse=True)
def huaxin(desk: None) -> Customer:
    customer = a_customer("HX", name="Huaxin Machinery", language="en")
    Contact.objects.create(customer=customer, name="Ms Li", email="li@huaxin.example", is_primary=True)
    a_product("NUT-M8", price="2")
    return customer


def a_mail(text: str, at: datetime, *, to: str = "", subject: str = "Order") -> Outcome:
    content = mail(text, sender="li@huaxin.example", subject=subject)
    if to:
        content = content.replace(b"To: orders@desk.example", f"To: {to}".encode())
    message_id = store(content, channel=Channel.MAIL, sender="li@huaxin.example", trust="trusted", at=at)
    return process_messages([message_id], at=at, actor=SYSTEM).values[message_id].outcome


def asked(at: datetime) -> Draft:
    """An order whose only item nobody knows, about which the customer has been asked."""
    assert a_mail(LETTER, at) is Outcome.DRAFT
    draft = Draft.objects.get()
    assert intake.ask_customer([draft.pk], at=at, actor=CLERK).all_done
    return draft


def sent(at: datetime) -> list[OutgoingMail]:
    outbox.drain(at)
    return list(OutgoingMail.objects.filter(effect_key__startswith="question:").order_by("id"))


def test_2_1d_a_customer_is_reminded_after_four_and_eight_working_hours_and_then_a_person_is_asked() -> None:
    asked(FRIDAY_AT_FOUR)
    assert intake.chase_questions(at=wall("2026-11-28T12:00")) == (0, 0)
    assert intake.chase_questions(at=wall("2026-11-30T10:59")) == (0, 0)
    assert intake.chase_questions(at=wall("2026-11-30T11:00")) == (1, 0)
    assert intake.chase_questions(at=wall("2026-11-30T14:59")) == (0, 0)
    assert not WorkItem.objects.filter(reason="no_answer").exists()
    assert intake.chase_questions(at=wall("2026-11-30T15:00")) == (0, 1)
    assert intake.chase_questions(at=wall("2026-12-01T15:00")) == (0, 0)
    first, reminder, last = sent(wall("2026-12-01T15:00"))
    assert not first.subject.startswith("Reminder")
    assert (reminder.subject, last.subject) == ("Reminder: your order PO-503 needs an answer",) * 2
    assert len({each.reply_to for each in (first, reminder, last)}) == 1
    item = WorkItem.objects.get(reason="no_answer", done_at=None)
    assert (item.role, item.subject_kind, item.subject_id) == ("clerk", "draft", Draft.objects.get().pk)


def test_2_1d_who_has_answered_is_not_reminded() -> None:
    draft = asked(FRIDAY_AT_FOUR)
    assert intake.answer_questions({draft.pk: {"lines/0/item": "NUT-M8"}}, at=wall("2026-11-30T10:00"), actor=CLERK)
    assert intake.chase_questions(at=wall("2026-11-30T16:00")) == (0, 0)
    assert len(sent(wall("2026-11-30T16:00"))) == 1


def test_2_1d_an_answer_to_the_reminder_completes_the_same_order_and_the_clock_has_stood_meanwhile() -> None:
    draft = asked(FRIDAY_AT_FOUR)
    came = {draft.pk: FRIDAY_AT_FOUR}
    standing = clocks.draft_clocks(came, at=wall("2026-11-30T11:00"))[draft.pk]
    assert (standing.paused_since, standing.asked_minutes, standing.is_late) == (FRIDAY_AT_FOUR, 240, False)
    intake.chase_questions(at=wall("2026-11-30T11:00"))
    reminder = sent(wall("2026-11-30T11:00"))[-1]
    answered = wall("2026-12-01T09:30")
    assert a_mail("Item code: NUT-M8\n", answered, to=reminder.reply_to, subject="Re: Reminder") is Outcome.ANSWER
    assert (Question.objects.get().proposed, Order.objects.count()) == ({"lines/0/item": "NUT-M8"}, 0)
    entry = intake.confirm_answers([draft.pk], at=answered, actor=CLERK).values[draft.pk]
    going = clocks.draft_clocks(came, at=answered)[draft.pk]
    # Two hours on Friday, nine on Monday, half of one on Tuesday.
    assert (going.paused_since, going.asked_minutes) == (None, 690)
    assert going.due_at == wall("2026-12-01T17:30")
    take_in_entries([entry], at=answered, actor=CLERK)
    order = Order.objects.get()
    draft.refresh_from_db()
    assert (draft.status, draft.order_id) == ("accepted", order.pk)
    clocks.keep_answer_times(at=answered)
    kept = AnswerTime.objects.get()
    assert (kept.order_id, kept.asked_minutes, kept.confirmation_minutes) == (order.pk, 690, 0)
    assert (kept.receipt_in_time, kept.confirmation_in_time) == (True, True)
