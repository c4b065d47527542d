"""What lacks something is kept, asked about, answered, and never left without an owner."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.intake import queries, services
from orderloop.intake.facts import Arrival, DraftSave, EntryLine, Examined, OrderEntry
from orderloop.intake.models import Draft, Message, Question
from orderloop.orders.facts import Channel
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.worklist.models import WorkItem

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLERK = Actor("system", None, "desk")
TOKEN = UUID("00000000-0000-4000-8000-000000000001")
pytestmark = pytest.mark.django_db


def examined(*lines: EntryLine, **other: object) -> Examined:
    values: dict[str, object] = {
        "key": 1, "channel": Channel.API, "customer_code": "HX", "po_number": "PO-9", "requested_on": "2026-12-01",
        **other,
    }  # fmt: skip
    entry = OrderEntry(received_at=AT, lines=lines or (EntryLine("BOLT", ""),), **values)  # type: ignore[arg-type]
    [one] = services.examine_entries([entry], at=AT)
    assert one.new_order is None
    return one


def kept(*lines: EntryLine, **other: object) -> Draft:
    one = examined(*lines, **other)
    [draft_id] = services.keep_drafts([one], at=AT, actor=CLERK).values()
    return Draft.objects.get(id=draft_id)


def open_work() -> set[tuple[str, str]]:
    return set(WorkItem.objects.filter(done_at=None).values_list("kind", "reason"))


def test_what_only_the_customer_can_say_is_asked_at_once(desk: None) -> None:
    draft = kept()
    question = Question.objects.get(draft=draft)
    assert (draft.status, [each["code"] for each in question.findings]) == ("asking", ["E_MISSING_QTY"])
    assert question.due_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert open_work() == {("question", "customer")}


def test_the_mail_asks_in_the_customers_language_and_carries_the_link(desk: None) -> None:
    kept()
    assert outbox.drain(AT).done == 1
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.language) == ("li@huaxin.example", "zh-hans")
    assert "PO-9" in mail.subject
    assert "/q/" in mail.body


def test_what_the_customer_cannot_clear_is_work_of_the_desk(desk: None) -> None:
    draft = kept(EntryLine("BOLT", "2"), currency="USD")
    assert (draft.status, open_work()) == ("open", {("draft", "nothing_to_ask")})


def test_a_draft_of_an_unknown_customer_asks_nobody_and_is_owned(desk: None) -> None:
    kept(customer_code="?")
    assert Question.objects.count() == 0
    assert open_work() == {("draft", "customer_unknown")}


def test_a_customer_without_address_leaves_the_question_to_the_desk(desk: None) -> None:
    kept(customer_code="OT")
    assert open_work() == {("draft", "no_address")}


def test_on_a_channel_with_a_screen_nobody_is_asked_by_mail(desk: None) -> None:
    draft = kept(channel=Channel.STAFF)
    assert (draft.status, Question.objects.count()) == ("open", 0)


def test_the_answer_completes_the_entry(desk: None) -> None:
    draft = kept()
    outcome = services.answer_questions({draft.id: {"lines/0/quantity": " 5 "}}, at=AT, actor=CLERK)
    entry = outcome.values[draft.id]
    assert (entry.draft_id, entry.lines) == (draft.id, (EntryLine("BOLT", "5"),))
    [again] = services.examine_entries([entry], at=AT)
    assert again.new_order is not None
    assert open_work() == set()
    question = Question.objects.get()
    assert (question.answer, question.closed_at) == ({"lines/0/quantity": " 5 "}, AT)


def test_only_what_was_asked_is_changed_by_an_answer(desk: None) -> None:
    draft = kept(EntryLine("BOLT", "", unit_price="9"))
    sent = {"lines/0/quantity": "5", "lines/0/unit_price": "0.01", "po_number": "MINE"}
    entry = services.answer_questions({draft.id: sent}, at=AT, actor=CLERK).values[draft.id]
    assert (entry.po_number, entry.lines[0].unit_price) == ("PO-9", "9")


def test_a_missing_answer_is_named_and_nothing_changes(desk: None) -> None:
    draft = kept(EntryLine("BOLT", ""), EntryLine("", "2"))
    before = draft.body
    outcome = services.answer_questions({draft.id: {"lines/0/quantity": "5"}}, at=AT, actor=CLERK)
    [refused] = outcome.refused
    assert [(each.code, each.field) for each in refused.reasons] == [("intake.answer_missing", "lines/1/item")]
    draft.refresh_from_db()
    assert (draft.body, draft.status) == (before, "asking")
    assert Question.objects.get().closed_at is None


def test_a_line_can_be_taken_back(desk: None) -> None:
    draft = kept(EntryLine("BOLT", "3"), EntryLine("WHAT", "2"))
    entry = services.answer_questions({draft.id: {"lines/1/leave_out": "on"}}, at=AT, actor=CLERK).values[draft.id]
    assert entry.lines == (EntryLine("BOLT", "3"),)


def test_a_second_answer_is_stale(desk: None) -> None:
    draft = kept()
    answers = {draft.id: {"lines/0/quantity": "5"}}
    assert services.answer_questions(answers, at=AT, actor=CLERK).all_done
    assert services.answer_questions(answers, at=AT, actor=CLERK).counts == {"done": 0, "refused": 0, "stale": 1}


def test_what_was_answered_wrongly_goes_to_the_desk_and_not_round_in_circles(desk: None) -> None:
    draft = kept(EntryLine("BOLT", "3", unit_price="20"))
    entry = services.answer_questions({draft.id: {"lines/0/unit_price": "19"}}, at=AT, actor=CLERK).values[draft.id]
    [again] = services.examine_entries([entry], at=AT)
    services.keep_drafts([again], at=AT, actor=CLERK)
    draft.refresh_from_db()
    assert (draft.status, open_work()) == ("open", {("draft", "nothing_to_ask")})


def test_the_desk_may_ask_again(desk: None) -> None:
    draft = kept()
    outcome = services.ask_customer([draft.id, 999], at=AT + timedelta(hours=1), actor=CLERK)
    assert outcome.counts == {"done": 1, "refused": 0, "stale": 1}
    assert Question.objects.filter(closed_at=None).count() == 1
    assert Question.objects.count() == 2


def test_a_question_is_chased_and_then_handed_to_the_desk(desk: None) -> None:
    kept()
    assert services.chase_questions(at=AT + timedelta(hours=1)) == (0, 0)
    assert services.chase_questions(at=AT + timedelta(hours=6)) == (1, 0)
    assert services.chase_questions(at=AT + timedelta(hours=7)) == (0, 0)
    assert services.chase_questions(at=AT + timedelta(hours=25)) == (0, 1)
    assert services.chase_questions(at=AT + timedelta(hours=26)) == (0, 0)
    assert open_work() == {("question", "customer"), ("draft", "no_answer")}


def test_an_accepted_draft_ends_its_question_and_its_work(desk: None) -> None:
    draft = kept()
    assert services.accept_drafts({draft.id: 77}, at=AT).all_done
    assert not services.accept_drafts({draft.id: 78}, at=AT).all_done
    draft.refresh_from_db()
    assert (draft.status, draft.order_id, open_work()) == ("accepted", 77, set())
    assert Question.objects.get().closed_at == AT


def test_a_draft_is_given_up_only_with_a_reason(desk: None) -> None:
    [stored] = services.store_messages([Arrival(Channel.API, "application/json", b"{}", AT)])
    draft = kept(message_id=stored.message_id)
    assert Message.objects.get().outcome == "draft"
    refused = services.reject_drafts({draft.id: " "}, at=AT, actor=CLERK)
    assert [each.reasons[0].code for each in refused.refused] == ["intake.reason_missing"]
    draft.refresh_from_db()
    assert draft.status == "asking"
    assert services.reject_drafts({draft.id: "sent twice"}, at=AT, actor=CLERK).all_done
    draft.refresh_from_db()
    assert (draft.status, draft.reason, open_work()) == ("rejected", "sent twice", set())
    assert (Message.objects.get().outcome, Message.objects.get().reason) == ("rejected", ["sent twice"])


def test_a_draft_keeps_every_text_the_entry_came_with(desk: None) -> None:
    draft = kept(EntryLine("a\x00b", "", "盒", "￥9", "2026年12月2日", "描述"), note="n")
    [fact] = queries.drafts_for([draft.id]).values()
    entry = services.entry_of_draft(fact)
    assert entry.lines == (EntryLine("a\ufffdb", "", "盒", "￥9", "2026年12月2日", "描述"),)
    assert (entry.note, entry.requested_on, entry.customer_id) == ("n", "2026-12-01", draft.customer_id)


def test_a_form_kept_twice_is_one_draft(desk: None) -> None:
    save = DraftSave(TOKEN, Channel.STAFF, None, {"lines": []})
    later = dataclasses.replace(save, body={"po_number": "X", "lines": [{"item": "BOLT"}]})
    first = services.save_drafts([save], at=AT, actor=SYSTEM)
    second = services.save_drafts([later], at=AT, actor=SYSTEM)
    assert first.values == second.values
    assert Draft.objects.get().body == {"po_number": "X", "lines": [{"item": "BOLT"}]}


def test_a_form_that_became_an_order_is_not_kept_any_more(desk: None) -> None:
    save = DraftSave(TOKEN, Channel.STAFF, None, {"lines": []})
    draft_id = services.save_drafts([save], at=AT, actor=SYSTEM).values[TOKEN]
    services.accept_drafts({draft_id: 5}, at=AT)
    assert services.save_drafts([save], at=AT, actor=SYSTEM).counts == {"done": 0, "refused": 0, "stale": 1}


def test_the_list_shows_what_waits_and_not_what_somebody_is_typing(desk: None) -> None:
    waiting = kept(EntryLine("BOLT", ""))
    services.save_drafts([DraftSave(TOKEN, Channel.STAFF, None, {"lines": []})], at=AT, actor=SYSTEM)
    [row] = queries.open_drafts(statuses=["open", "asking"], text="华信")
    assert (row.draft_id, row.customer_name, row.po_number, row.lines) == (waiting.id, "华信", "PO-9", 1)
    assert queries.open_drafts(statuses=["open", "asking"], text="nobody") == []


def test_the_number_of_statements_does_not_grow_with_the_number_of_drafts(desk: None) -> None:
    counts = []
    for size in (1, 100):
        entries = [
            OrderEntry(n, Channel.API, AT, (EntryLine("BOLT", ""),), customer_code="HX", po_number=f"P{size}-{n}")
            for n in range(size)
        ]
        incomplete = services.examine_entries(entries, at=AT)
        with CaptureQueriesContext(connection) as captured:
            drafts = services.keep_drafts(incomplete, at=AT, actor=CLERK)
        counts.append(len(captured))
        answers = {draft_id: {"lines/0/quantity": "5", "requested_on": "2026-12-01"} for draft_id in drafts.values()}
        with CaptureQueriesContext(connection) as captured:
            assert services.answer_questions(answers, at=AT, actor=CLERK).all_done
        counts.append(len(captured))
    assert counts[:2] == counts[2:]
