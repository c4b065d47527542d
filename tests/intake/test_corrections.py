"""What people say about what was read: corrections, decided changes, messages settled or read again, mailed answers."""

from dataclasses import replace

import pytest
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.catalog.models import CustomerItemCode
from orderloop.customers.models import Contact
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.outcome import Reason
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import Outcome
from orderloop.intake.models import Document, Draft, Lesson, Message, Proposal, Question
from orderloop.orders.facts import Channel
from orderloop.orders.models import Line, Order
from orderloop.platform.mail import send_mails
from orderloop.platform.models import OutgoingMail
from orderloop.platform.outbox import DueEffect
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Draft:
    """An electronic order with a code nobody knows, its customer asked about it."""
    policies()
    customer = a_customer("HX")
    Contact.objects.create(customer=customer, name="Li", email="li@customer.example", is_primary=True)
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    process_messages([store(edifact("PO-78", [("XB-8", 4, "12.5")]))], at=NOW, actor=SYSTEM)
    return Draft.objects.get()


def test_a_product_picked_for_a_line_is_the_customers_code_from_then_on(draft: Draft) -> None:
    outcome = intake.correct_drafts({draft.id: {"lines/0/sku": "BOLT-M8"}}, at=NOW, actor=CLERK)
    entry = outcome.values[draft.id]
    assert (entry.lines[0].sku, entry.lines[0].item_code, entry.faults) == ("BOLT-M8", "XB-8", ())
    code = CustomerItemCode.objects.get()
    assert (code.customer_id, code.code, code.product.sku) == (draft.customer_id, "XB-8", "BOLT-M8")
    taken = take_in_entries([entry], at=NOW, actor=SYSTEM).values[draft.id]
    line = Line.objects.get(order_id=taken.order_id)
    assert (line.product.sku, line.item_code) == ("BOLT-M8", "XB-8")
    second = store(edifact("PO-79", [("XB-8", 9, "12.5")], control="2"))
    assert process_messages([second], at=NOW, actor=SYSTEM).values[second].outcome is Outcome.ORDER


def test_what_a_person_has_said_is_kept_with_name_and_time_beside_where_it_stood(draft: Draft) -> None:
    intake.correct_drafts({draft.id: {"lines/0/quantity": "5", "po_number": "PO-78A"}}, at=NOW, actor=CLERK)
    draft.refresh_from_db()
    source = draft.sources["lines/0/quantity"]
    assert (source["text"], source["raw"], source["method"], source["author"]) == ("5", "4", "typed", "Li Na")
    assert source["place"]["path"].startswith("message 1")
    assert (draft.body["lines"][0]["quantity"], draft.body["po_number"]) == ("5", "PO-78A")


def test_values_that_cannot_be_put_in_are_refused_and_nothing_changes(draft: Draft) -> None:
    before = Draft.objects.values().get()
    said = {"lines/7/quantity": "1", "lines/0/colour": "red", "lines/0/sku": "NONE", "note": "x" * 4001}
    outcome = intake.correct_drafts({draft.id: said}, at=NOW, actor=CLERK)
    assert [(r.code, r.field) for r in outcome.refused[0].reasons] == [
        ("intake.no_such_field", "lines/7/quantity"),
        ("intake.no_such_field", "lines/0/colour"),
        ("intake.product_unknown", "lines/0/sku"),
        ("intake.value_too_long", "note"),
    ]
    assert Draft.objects.values().get() == before
    assert CustomerItemCode.objects.count() == 0


def test_a_lesson_that_people_contradict_twice_is_off(draft: Draft) -> None:
    lesson = Lesson.objects.create(
        customer_id=draft.customer_id, kind="label", given="ref", means="po_number", taught_by="Li Na", taught_at=NOW
    )
    for number, off in (("A", None), ("B", NOW)):
        sources = {"po_number": {"text": "PO-78", "method": "learnt", "origin": str(lesson.id)}}
        Draft.objects.filter(id=draft.id).update(sources=sources)
        intake.correct_drafts({draft.id: {"po_number": number}}, at=NOW, actor=CLERK)
        lesson.refresh_from_db()
        assert lesson.off_at == off
    assert (lesson.contradicted, lesson.off_reason) == (2, "contradicted")
    assert queries.lessons_for([draft.customer_id]) == {}


def test_a_change_is_decided_once_and_only_with_a_reason_declined(draft: Draft) -> None:
    intake.correct_drafts({draft.id: {"lines/0/sku": "BOLT-M8"}}, at=NOW, actor=CLERK)
    entry = intake.entry_of_draft(queries.drafts_for([draft.id])[draft.id])
    take_in_entries([entry], at=NOW, actor=SYSTEM)
    process_messages([store(edifact("PO-78", [("XB-8", 6, "12.5")], control="2"))], at=NOW, actor=SYSTEM)
    proposal = Proposal.objects.get()
    refused = intake.decide_proposals({proposal.id: ("declined", " ")}, at=NOW, actor=CLERK)
    assert refused.refused[0].reasons == (Reason("intake.reason_missing", "reason"),)
    assert Proposal.objects.get().status == "open"
    assert intake.decide_proposals({proposal.id: ("declined", "Shipped already")}, at=NOW, actor=CLERK).all_done
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_by, proposal.reason) == ("declined", "Li Na", "Shipped already")
    assert not WorkItem.objects.filter(kind="proposal", done_at=None).exists()
    again = intake.decide_proposals({proposal.id: ("accepted", "")}, at=NOW, actor=CLERK)
    assert again.counts == {"done": 0, "refused": 0, "stale": 1}


def test_a_message_that_is_no_order_is_left_as_one_with_a_reason_or_read_again() -> None:
    policies()
    first, second = (store(mail(text), channel=Channel.MAIL, sender="a@b.example") for text in ("Thanks.", "Hello."))
    process_messages([first, second], at=NOW, actor=SYSTEM)
    assert intake.settle_messages({first: ""}, at=NOW, actor=CLERK).counts == {"done": 0, "refused": 1, "stale": 0}
    assert intake.settle_messages({first: "Thanks only"}, at=NOW, actor=CLERK).all_done
    assert Message.objects.get(id=first).reason[-1] == "Thanks only"
    assert not WorkItem.objects.filter(subject_id=first, done_at=None).exists()
    assert intake.retry_messages([second], at=NOW, actor=CLERK).all_done
    message = Message.objects.get(id=second)
    assert (message.outcome, message.reason, Document.objects.filter(message=message).count()) == ("pending", [], 0)
    assert process_messages([second], at=NOW, actor=SYSTEM).values[second].outcome is Outcome.NOT_ORDER
    assert intake.retry_messages([first, 999], at=NOW, actor=CLERK).counts == {"done": 1, "refused": 0, "stale": 1}


def asked_mail(draft: Draft) -> OutgoingMail:
    """The mail that asked about the draft, as it went out."""
    question = Question.objects.get(draft=draft, closed_at=None)
    payload = {"mail": "question", "to": "li@customer.example", "language": "en", "question_id": question.id}
    assert send_mails([DueEffect(1, f"question:{question.id}", "mail", payload, None, 1)], NOW) == {}
    return OutgoingMail.objects.get()


@pytest.mark.parametrize("way", ["token", "thread"])
def test_a_mail_that_answers_a_question_is_proposed_and_confirmed_by_a_person(draft: Draft, way: str) -> None:
    asked = asked_mail(draft)
    content = mail("Item code: BOLT-M8\n", sender="li@customer.example", subject="Re: Your order")
    if way == "token":
        content = content.replace(b"To: orders@desk.example", f"To: {asked.reply_to}".encode())
    else:
        content = content.replace(b"Subject:", f"In-Reply-To: {asked.message_id}\nSubject:".encode())
    message_id = store(content, channel=Channel.MAIL, sender="li@customer.example", trust="trusted")
    assert process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome is Outcome.ANSWER
    question = Question.objects.get()
    assert (question.proposed, question.proposed_by_id, question.closed_at) == (
        {"lines/0/item": "BOLT-M8"}, message_id, None
    )  # fmt: skip
    assert Draft.objects.get().status == "asking"
    assert WorkItem.objects.filter(kind="answer", done_at=None).get().subject_id == message_id
    entry = intake.confirm_answers([draft.id], at=NOW, actor=CLERK).values[draft.id]
    assert take_in_entries([entry], at=NOW, actor=SYSTEM).values[draft.id].order_id == Order.objects.get().id
    question.refresh_from_db()
    assert (question.answer, question.answered_at, question.minutes) == ({"lines/0/item": "BOLT-M8"}, NOW, 0)
    assert not WorkItem.objects.filter(kind="answer", done_at=None).exists()


def test_a_token_that_is_not_ours_ties_a_mail_to_nothing(draft: Draft) -> None:
    asked = asked_mail(draft)
    forged = asked.reply_to.replace(asked.reply_to.partition("+q.")[2].partition(".")[2].partition("@")[0], "0" * 24)
    content = mail("Item code: BOLT-M8\n").replace(b"To: orders@desk.example", f"To: {forged}".encode())
    message_id = store(content, channel=Channel.MAIL, sender="x@evil.example", trust="untrusted")
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.NOT_ORDER
    assert Question.objects.get().proposed is None


def test_an_out_of_office_reply_is_kept_with_its_thread_and_gives_nobody_work(draft: Draft) -> None:
    asked = asked_mail(draft)
    content = mail("I am away until Friday.", subject="Automatic reply: Your order")
    content = content.replace(
        b"To: orders@desk.example", f"To: {asked.reply_to}\nAuto-Submitted: auto-replied".encode()
    )
    message_id = store(content, channel=Channel.MAIL, sender="li@customer.example", trust="trusted")
    assert process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome is Outcome.ANSWER
    assert Message.objects.get(id=message_id).reason == ["automatic", "auto_submitted", f"draft:{draft.id}"]
    assert Question.objects.get().proposed is None
    assert not WorkItem.objects.filter(subject_kind="message").exists()


def test_what_was_doubtful_stays_until_it_is_answered_or_the_order_accepted(draft: Draft) -> None:
    found = queries.drafts_for([draft.id])[draft.id].findings[0]
    doubts = [replace(found, code="E_DOUBTFUL", field=field) for field in ("po_number", "lines/0/quantity")]
    entry = intake.entry_of_draft(queries.drafts_for([draft.id])[draft.id])
    examined = intake.examine_entries([replace(entry, faults=tuple(doubts))], at=NOW)
    intake.note_findings({draft.id: examined[0]}, at=NOW)
    corrected = intake.correct_drafts({draft.id: {"po_number": "PO-78"}}, at=NOW, actor=CLERK).values[draft.id]
    assert [(f.code, f.field) for f in corrected.faults] == [("E_DOUBTFUL", "lines/0/quantity")]
