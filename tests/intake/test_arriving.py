"""What becomes of a message that arrives on a channel where nobody sits at a screen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.makers import NOW, a_customer, a_product, policies

from orderloop.customers.models import Contact
from orderloop.flow.jobs import close_cut_off_messages, read_arrivals
from orderloop.flow.services import arriving
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import Outcome
from orderloop.intake.models import Document, Draft, Message, Proposal, Question
from orderloop.intake.services import claiming
from orderloop.orders.facts import Channel
from orderloop.orders.models import Line, Order
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def test_an_electronic_order_goes_from_its_bytes_to_a_released_order():
    policies()
    customer = a_customer()
    bolt = a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    outcome = process_messages([message_id], at=NOW, actor=SYSTEM)
    arrived = outcome.values[message_id]
    assert arrived.outcome is Outcome.ORDER
    order = Order.objects.get()
    assert (order.id, order.po_number, order.status, order.customer_id) == (
        arrived.order_ids[0], "PO-77", "released", customer.pk
    )  # fmt: skip
    line = Line.objects.get()
    assert (line.product_id, line.quantity, line.unit_price) == (bolt.pk, Decimal(4), Decimal("12.5"))
    message = Message.objects.get()
    assert (message.outcome, message.order_id, message.leased_until, message.customer_id) == (
        "order", order.id, None, customer.pk
    )  # fmt: skip
    document = Document.objects.get()
    assert (document.format, document.outcome, document.order_id, document.ordinal) == ("edifact", "order", order.id, 0)
    draft = Draft.objects.get()
    assert (draft.status, draft.order_id, draft.document_id) == ("accepted", order.id, document.id)
    assert draft.sources["po_number"]["text"] == "PO-77"
    assert draft.sources["lines/0/item"]["method"] == "stated"
    assert draft.gates["decision"] == "accept"
    assert draft.gates["matches"][0]["rung"] == "own"


def test_an_unknown_item_in_an_electronic_order_is_asked_about_and_nothing_is_ordered():
    policies()
    customer = a_customer()
    Contact.objects.create(customer=customer, name="Li", email="li@customer.example", is_primary=True)
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    message_id = store(edifact("PO-78", [("BOLT-M8", 4, "12.5"), ("ZZZ-1", 1, "3")]))
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.DRAFT
    draft = Draft.objects.get()
    assert (draft.status, draft.id, draft.customer_id) == ("asking", arrived.draft_ids[0], customer.pk)
    assert [(f["code"], f["field"]) for f in draft.findings] == [("E_UNKNOWN_ITEM", "lines/1/item")]
    assert draft.gates["decision"] == "ask"
    assert Question.objects.get().findings[0]["code"] == "E_UNKNOWN_ITEM"
    assert Order.objects.count() == 0
    assert Message.objects.get().outcome == "draft"


def test_the_same_bytes_again_are_a_duplicate_linked_to_the_first_message():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    content = edifact("PO-77", [("BOLT-M8", 4, "12.5")])
    first = store(content)
    process_messages([first], at=NOW, actor=SYSTEM)
    second = store(content)
    arrived = process_messages([second], at=NOW, actor=SYSTEM).values[second]
    order = Order.objects.get()
    assert (arrived.outcome, arrived.order_ids) == (Outcome.DUPLICATE, (order.id,))
    message = Message.objects.get(id=second)
    assert (message.outcome, message.repeats_id, message.order_id, message.reason) == (
        "duplicate", first, order.id, ["same_bytes"]
    )  # fmt: skip


def test_the_same_order_twice_in_one_set_is_taken_in_once():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    ids = [store(edifact("PO-77", [("BOLT-M8", 4, "12.5")], control=str(n))) for n in range(3)]
    arrived = process_messages(ids, at=NOW, actor=SYSTEM).values
    assert [arrived[i].outcome for i in ids] == [Outcome.ORDER, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert Order.objects.count() == 1
    assert [m.order_id for m in Message.objects.order_by("id")] == [Order.objects.get().id] * 3


def test_the_same_number_with_other_lines_is_proposed_as_a_change_with_its_difference():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_product("NUT-M8", price="2")
    a_partner(customer.pk)
    first = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    process_messages([first], at=NOW, actor=SYSTEM)
    order = Order.objects.get()
    second = store(edifact("PO-77", [("BOLT-M8", 6, "12.5"), ("NUT-M8", 10, "2")], control="2"))
    arrived = process_messages([second], at=NOW, actor=SYSTEM).values[second]
    assert arrived.outcome is Outcome.CHANGE
    proposal = Proposal.objects.get()
    assert (proposal.order_id, proposal.kind, proposal.status) == (order.id, "change", "open")
    assert [(c["kind"], c["item"], c["before"], c["after"]) for c in proposal.diff["lines"]] == [
        ("changed", "BOLT-M8", "4", "6"),
        ("added", "NUT-M8", "", "10"),
    ]
    assert WorkItem.objects.filter(subject_kind="message", done_at=None).get().kind == "proposal"
    order.refresh_from_db()
    assert (order.version, Line.objects.count()) == (3, 1)


def test_a_cancellation_is_proposed_and_the_order_stays():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    process_messages([store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))], at=NOW, actor=SYSTEM)
    second = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")], control="2", function="1"))
    arrived = process_messages([second], at=NOW, actor=SYSTEM).values[second]
    assert arrived.outcome is Outcome.CHANGE
    assert (Proposal.objects.get().kind, Proposal.objects.get().diff) == ("cancel", {"cancels": True, "lines": []})
    assert Order.objects.get().status == "released"


def test_an_order_from_a_sender_nobody_knows_waits_for_a_person_and_nobody_is_asked():
    policies()
    a_product("BOLT-M8", price="12.5")
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.DRAFT
    draft = Draft.objects.get()
    assert (draft.status, draft.customer_id) == ("open", None)
    assert [f["code"] for f in draft.findings] == ["E_UNTRUSTED_SENDER", "E_UNKNOWN_CUSTOMER"]
    assert WorkItem.objects.get().kind == "draft"
    assert (Question.objects.count(), Order.objects.count()) == (0, 0)


def test_a_price_that_is_not_ours_keeps_an_electronic_order_from_being_taken_in():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "11")]))
    process_messages([message_id], at=NOW, actor=SYSTEM)
    assert [f["code"] for f in Draft.objects.get().findings] == ["E_PRICE_DEV"]
    assert Order.objects.count() == 0


def test_the_same_goods_under_another_number_are_looked_at():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    process_messages([store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))], at=NOW, actor=SYSTEM)
    second = store(edifact("PO-78", [("BOLT-M8", 4, "12.5")], control="2"))
    process_messages([second], at=NOW, actor=SYSTEM)
    draft = Draft.objects.get(message_id=second)
    assert [(f["code"], f["params"]["number"]) for f in draft.findings] == [
        ("E_NEAR_DUPLICATE", Order.objects.get().number)
    ]
    assert draft.status == "open"


def test_bytes_nobody_can_read_are_set_apart_with_the_reason_and_put_on_the_list():
    policies()
    message_id = store(b"%PDF-1.7 broken", channel=Channel.MAIL, sender="a@b.example")
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.QUARANTINED
    message = Message.objects.get()
    assert message.outcome == "quarantined"
    assert message.reason[0].startswith("D_")
    assert WorkItem.objects.get().kind == "quarantine"
    assert Document.objects.get().outcome == "quarantined"


def test_a_mail_without_an_order_goes_to_the_queue_of_what_is_none():
    policies()
    message_id = store(mail("Thank you for your help yesterday."), channel=Channel.MAIL, sender="a@b.example")
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.NOT_ORDER
    assert (Message.objects.get().outcome, WorkItem.objects.get().kind) == ("not_order", "not_order")


def test_a_mails_attachment_is_a_document_and_its_order_is_taken_in():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    attached = [("order.edi", "application/octet-stream", edifact("PO-77", [("BOLT-M8", 4, "12.5")]))]
    content = mail("Please find our order attached.", attached=attached)
    message_id = store(content, channel=Channel.MAIL, sender="buyer@customer.example", trust="trusted")
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome is Outcome.ORDER
    documents = [(d.ordinal, d.format, d.outcome) for d in Document.objects.order_by("ordinal")]
    assert documents[0] == (0, "mail", "opened")
    assert documents[-1][1:] == ("edifact", "order")
    assert Order.objects.get().channel == "mail"


def test_a_message_held_by_another_process_or_ended_is_stale():
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    assert [each.message_id for each in intake.claim_messages([message_id], at=NOW)] == [message_id]
    assert process_messages([message_id], at=NOW, actor=SYSTEM).counts == {"done": 0, "refused": 0, "stale": 1}
    later = NOW + claiming.LEASE
    assert process_messages([message_id], at=later, actor=SYSTEM).counts == {"done": 1, "refused": 0, "stale": 0}
    assert process_messages([message_id], at=later, actor=SYSTEM).counts == {"done": 0, "refused": 0, "stale": 1}
    assert Order.objects.count() == 1


def test_a_message_that_has_outlived_five_readers_is_set_apart():
    policies()
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    at = NOW
    for _attempt in range(claiming.MOST_ATTEMPTS):
        assert len(intake.claim_messages([message_id], at=at)) == 1
        at += claiming.LEASE
    assert Message.objects.get().outcome == "pending"
    arrived = process_messages([message_id], at=at, actor=SYSTEM).values[message_id]
    assert (arrived.outcome, arrived.reasons) == (Outcome.QUARANTINED, ("attempts",))
    assert (Message.objects.get().outcome, Message.objects.get().reason) == ("quarantined", ["attempts"])
    assert WorkItem.objects.get().kind == "quarantine"


def test_what_readers_died_of_twice_is_read_last_and_alone():
    policies()
    first, second, third = (store(edifact(f"PO-{n}", [("BOLT-M8", 1, "1")]), external_id=str(n)) for n in range(3))
    for attempt in range(2):
        intake.claim_messages([first, second], at=NOW + attempt * claiming.LEASE)
    later = NOW + 3 * claiming.LEASE
    assert queries.waiting_messages([Channel.EDI], later, 20) == [third]
    intake.claim_messages([third], at=later)
    assert queries.waiting_messages([Channel.EDI], later, 20) == [first]


def test_a_slow_reader_whose_lease_has_passed_to_another_writes_nothing():
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    message_id = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    slow = intake.claim_messages([message_id], at=NOW)
    read = intake.read_messages(slow, own_names=(), at=NOW)
    process_messages([message_id], at=NOW + claiming.LEASE, actor=SYSTEM)
    assert arriving._take_in(read, at=NOW, actor=SYSTEM) == {}
    assert (Order.objects.count(), Document.objects.count()) == (1, 1)


@pytest.mark.parametrize("size", [1, 12])
def test_the_number_of_statements_does_not_grow_with_the_set_of_messages(size, django_assert_num_queries):
    policies()
    customers, products = [a_customer() for _ in range(3)], [a_product(price="10") for _ in range(4)]
    for n, customer in enumerate(customers):
        a_partner(customer.pk, f"401234500000{n}")
    process_messages(
        [store(edifact("PO-0", [(products[0].sku, 1, "10")], sender="4012345000000"))], at=NOW, actor=SYSTEM
    )
    ids = [
        store(edifact(f"PO-{k}", [(products[k % 4].sku, 2 + k, "10")], sender=f"401234500000{k % 3}", control=str(k)))
        for k in range(1, size + 1)
    ]
    with django_assert_num_queries(44):
        outcome = process_messages(ids, at=NOW, actor=SYSTEM)
    assert outcome.counts == {"done": size, "refused": 0, "stale": 0}
    assert {each.outcome for each in outcome.values.values()} == {Outcome.ORDER}


def test_the_clock_reads_what_waits_on_channels_where_nobody_sits_and_leaves_the_rest():
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    arrived = store(edifact("PO-1", [("BOLT-M8", 4, "12.5")]))
    uploaded = store(b"a,b", channel=Channel.UPLOAD)
    assert read_arrivals(NOW) == 1
    assert read_arrivals(NOW) == 0
    assert {m.id: m.outcome for m in Message.objects.all()} == {arrived: "order", uploaded: "pending"}


def test_what_arrives_and_waits_for_its_reader_is_not_cut_off_as_a_broken_call():
    policies()
    mailed = store(mail("Hello"), channel=Channel.MAIL, at=NOW)
    posted = store(b"{}", channel=Channel.API, at=NOW)
    later = NOW + timedelta(hours=1)
    assert close_cut_off_messages(int(later.timestamp())) == 1
    assert {m.id: m.outcome for m in Message.objects.all()} == {mailed: "pending", posted: "rejected"}


def test_a_message_that_cannot_be_written_is_set_apart_and_holds_up_no_other(monkeypatch):
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    good, bad = (store(edifact(f"PO-{n}", [("BOLT-M8", n, "12.5")], control=str(n))) for n in (1, 2))
    real = intake.judge_messages

    def judged(messages, *, at):
        if any(each.claimed.message_id == bad for each in messages):
            raise ValueError("a fault nobody has thought of")
        return real(messages, at=at)

    monkeypatch.setattr(intake, "judge_messages", judged)
    outcome = process_messages([good, bad], at=NOW, actor=SYSTEM).values
    assert {i: str(each.outcome) for i, each in outcome.items()} == {good: "order", bad: "quarantined"}
    assert Message.objects.get(id=bad).reason == ["ValueError"]
    assert (Order.objects.count(), WorkItem.objects.get(kind="quarantine").subject_id) == (1, bad)


def test_a_document_its_sender_marks_as_a_test_is_not_booked_by_itself():
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    tried = edifact("PO-T", [("BOLT-M8", 4, "12.5")]).replace(b"261123:0930+1'", b"261123:0930+1++++++1'")
    arrived = process_messages([store(tried)], at=NOW, actor=SYSTEM)
    assert [each.outcome for each in arrived.values.values()] == [Outcome.DRAFT]
    assert Order.objects.count() == 0
    (finding,) = [f for f in Draft.objects.get().findings if f["code"] == "E_DOCUMENT_FAULT"]
    assert finding["params"]["fault"] == "D_TEST"


def test_a_change_about_a_draft_names_it():
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)
    first = store(edifact("PO-77", [("NO-SUCH", 4, "12.5")]))
    arrived = process_messages([first], at=NOW, actor=SYSTEM).values[first]
    second = store(edifact("PO-77", [("BOLT-M8", 4, "12.5")], control="2", function="1"))
    reasons = process_messages([second], at=NOW, actor=SYSTEM).values[second].reasons
    assert [len(arrived.draft_ids), "E_CHANGES_DRAFT" in reasons, "E_NO_SUCH_ORDER" in reasons] == [1, True, False]
