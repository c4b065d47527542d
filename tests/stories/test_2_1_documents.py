"""2.1 Receiving (订单接收), from the documents that customers send.

a  channels: online platform (portal and API), email, fax, and others (线上平台、邮件、传真)
b  prompt acknowledgement to the customer (及时确认)
c  completeness and accuracy of the order checked (完整性与准确性核对)
d  an incomplete or wrong order goes back to the customer, who completes or corrects just that (沟通、补充和修正)

The portal, the telephone, the API and the upload are in test_2_1_receiving.py; here is what arrives by mail, by fax and
from electronic partners, and is read with nobody present.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests.intake.arrivals import BUYER, a_partner, edifact, mail, store
from tests.makers import CLERK, NOW, a_customer, a_product
from tests.stories.papers import STANDARD, Paper

from orderloop.customers.models import Contact, Customer
from orderloop.flow.models import Outgoing
from orderloop.flow.queries import inbox
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.faxing import Fax, receive_faxes
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake import services as intake
from orderloop.intake.facts import Outcome
from orderloop.intake.models import Document, Draft, Message, Proposal, Question
from orderloop.interchange.facts import Hints, Role
from orderloop.interchange.readers.edifact import read as read_edifact
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.files import read_file
from orderloop.platform.models import OutgoingMail
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES = (("BOLT-M8", 4, "12.50"), ("NUT-M8", 10, "2.00"))
ORDERED = [("BOLT-M8", Decimal(4), Decimal("12.50")), ("NUT-M8", Decimal(10), Decimal("2.00"))]
PAPER = Paper("PO-501", LINES)
FAX_NUMBER = "+86 21 5551 2345"


@pytest.fixture(autouse=True)
def huaxin(desk: None) -> Customer:
    """A customer with a buyer who writes mails, and the two products it buys."""
    customer = a_customer("HX", name="Huaxin Machinery")
    Contact.objects.create(
        customer=customer, name="Ms Li", email="li@huaxin.example", fax="021-5551 2345", is_primary=True
    )
    a_product("BOLT-M8", price="12.5")
    a_product("NUT-M8", price="2")
    return customer


def arrives(message_id: int) -> Outcome:
    """Let what was stored be read as the worker does; what became of it."""
    return process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome


def by_mail(text: str, *attached: tuple[str, str, bytes], trust: str = "trusted", subject: str = "Order") -> int:
    """A mail from the customer's buyer, as the receiver stores it."""
    content = mail(text, sender="li@huaxin.example", subject=subject, attached=attached)
    return store(content, channel=Channel.MAIL, sender="li@huaxin.example", trust=trust)


def by_fax(content: bytes, **call: object) -> int:
    """A call as the fax server hands it over."""
    return receive_faxes([Fax(content, "fax0001.tif", FAX_NUMBER, **call)], at=NOW)[0].message_id


def came_in() -> tuple[str, str, str, list[tuple[str, Decimal, Decimal]]]:
    """How the only order stands: channel, state, purchase order, its lines."""
    order = Order.objects.get()
    lines = [(line.product.sku, line.quantity, line.unit_price) for line in order.lines.order_by("n")]
    return order.channel, order.status, order.po_number, lines


def findings() -> list[tuple[str, str]]:
    """What is wrong with the only draft, each at its field."""
    return [(each["code"], each["field"]) for each in Draft.objects.get().findings]


@pytest.mark.parametrize("letter", [PAPER.letter(), PAPER.chinese_letter()], ids=["in English", "in Chinese"])
def test_2_1a_an_order_written_into_a_mail_is_taken_in(letter: str) -> None:
    assert arrives(by_mail(letter)) is Outcome.ORDER
    assert came_in() == ("mail", "released", "PO-501", ORDERED)


def test_2_1a_an_order_attached_to_a_mail_as_a_page_is_taken_in_and_every_value_shows_where_it_stood() -> None:
    assert arrives(by_mail("Our order is attached.", ("order.pdf", "application/pdf", PAPER.pdf()))) is Outcome.ORDER
    assert came_in() == ("mail", "released", "PO-501", ORDERED)
    sources = Draft.objects.get().sources
    for path in ("po_number", "requested_on", "total", "lines/0/item", "lines/0/quantity", "lines/1/unit_price"):
        place = sources[path]["place"]
        assert place["page"] == 1, path
        assert all(0 <= each <= 1 for each in place["box"]), path


def test_2_1a_a_spreadsheet_in_a_mail_is_taken_in_whatever_its_columns_are_called() -> None:
    assert arrives(by_mail("请查收附件。", ("采购订单.xlsx", XLSX, PAPER.workbook()))) is Outcome.ORDER
    assert came_in() == ("mail", "released", "PO-501", ORDERED)


def test_2_1a_a_document_under_a_wrong_name_is_taken_for_what_it_is() -> None:
    assert arrives(by_mail("See attachment.", ("scan.doc", "application/msword", PAPER.pdf()))) is Outcome.ORDER
    assert came_in() == ("mail", "released", "PO-501", ORDERED)


def test_2_1a_an_electronic_order_of_a_known_partner_is_taken_in(huaxin: Customer) -> None:
    a_partner(huaxin.pk)
    assert arrives(store(edifact("PO-501", LINES))) is Outcome.ORDER
    assert came_in() == ("edi", "released", "PO-501", ORDERED)


@pytest.mark.slow
def test_2_1a_a_fine_fax_from_a_number_we_know_is_taken_in_once_though_a_mail_follows() -> None:
    assert arrives(by_fax(PAPER.fax())) is Outcome.ORDER
    assert arrives(by_mail(PAPER.letter(), subject="As faxed")) is Outcome.DUPLICATE
    assert came_in() == ("fax", "released", "PO-501", ORDERED)


@pytest.mark.slow
def test_2_1a_a_fax_whose_number_and_day_stand_on_it_once_goes_to_a_person() -> None:
    assert arrives(by_fax(PAPER.fax(says_twice=False))) is Outcome.DRAFT
    assert {("E_DOUBTFUL", "po_number"), ("E_DOUBTFUL", "requested_on")} <= set(findings())
    assert Order.objects.count() == 0


@pytest.mark.slow
def test_2_1a_a_fax_in_standard_resolution_always_goes_to_a_person() -> None:
    assert arrives(by_fax(PAPER.fax(STANDARD))) is Outcome.DRAFT
    assert ("E_LOW_RESOLUTION", "") in findings()
    assert Draft.objects.get().status == "open"
    assert (Order.objects.count(), Question.objects.count(), WorkItem.objects.get().kind) == (0, 0, "draft")


def test_2_1a_half_a_fax_is_never_taken_for_an_order_its_sender_is_called_back() -> None:
    message_id = by_fax(PAPER.fax(), error="COMREC invalid command received")
    assert process_messages([message_id], at=NOW, actor=SYSTEM).counts == {"done": 0, "refused": 0, "stale": 1}
    assert (Message.objects.get().outcome, Order.objects.count()) == ("quarantined", 0)
    assert WorkItem.objects.filter(kind="call_back", done_at=None).get().title == FAX_NUMBER


def test_2_1a_whatever_arrives_is_kept_byte_for_byte_and_ends_in_one_way() -> None:
    contents = [PAPER.pdf(), b"%PDF-1.7 broken", b"\x00\x01\x02", PAPER.letter().encode(), b""]
    ids = [
        store(each, channel=Channel.MAIL, sender="x@y.example", external_id=str(n)) for n, each in enumerate(contents)
    ]
    assert process_messages(ids, at=NOW, actor=SYSTEM).counts == {"done": 5, "refused": 0, "stale": 0}
    kept = {message.pk: message for message in Message.objects.all()}
    assert [bytes(kept[i].body) for i in ids] == contents
    assert "pending" not in {message.outcome for message in kept.values()}
    waiting = set(WorkItem.objects.filter(done_at=None).values_list("subject_kind", "kind"))
    assert waiting <= {("draft", "draft"), ("message", "quarantine"), ("message", "not_order")}
    assert WorkItem.objects.filter(done_at=None).count() == len(ids)


def test_2_1a_a_mail_that_is_no_order_is_kept_in_its_own_queue_until_a_person_has_looked() -> None:
    message_id = by_mail("Thank you for your help yesterday.", subject="Thanks")
    assert arrives(message_id) is Outcome.NOT_ORDER
    assert inbox.counts(since=NOW - timedelta(days=1))[inbox.Tab.NOT_ORDER] == 1
    assert WorkItem.objects.get().kind == "not_order"
    assert intake.settle_messages({message_id: "Thanks only"}, at=NOW, actor=CLERK).all_done
    assert not WorkItem.objects.filter(done_at=None).exists()
    assert bytes(Message.objects.get().body).endswith(b"Thank you for your help yesterday.\n")


def test_2_1b_whose_order_came_by_mail_is_told_its_number_at_once() -> None:
    arrives(by_mail(PAPER.letter()))
    outbox.drain(NOW)
    told = OutgoingMail.objects.get()
    assert told.recipient == "li@huaxin.example"
    assert "PO-501" in told.subject and Order.objects.get().number in told.subject
    outbox.drain(NOW)
    assert OutgoingMail.objects.count() == 1


def test_2_1b_a_partner_is_answered_in_his_own_form_line_by_line(huaxin: Customer) -> None:
    partner = a_partner(huaxin.pk)
    partner.profile = {"receipts": "always"}
    partner.save()
    arrives(store(edifact("PO-501", LINES)))
    outbox.drain(NOW)
    receipt, confirmation = Outgoing.objects.order_by("id")
    assert (receipt.kind, receipt.format, receipt.verdict) == ("receipt", "edifact", "accepted")
    assert (confirmation.kind, confirmation.format, confirmation.verdict) == ("confirmation", "edifact", "accepted")
    (answer,) = read_edifact(read_file(confirmation.file).content, Hints()).orders
    assert (answer.role, answer.text("refers_to")) == (Role.CONFIRMATION, "PO-501")
    assert [(line["item"].text, line["quantity"].text) for line in answer.lines] == [("BOLT-M8", "4"), ("NUT-M8", "10")]


def test_2_1b_a_broken_interchange_gets_the_standards_own_refusal_with_the_place(huaxin: Customer) -> None:
    a_partner(huaxin.pk)
    arrives(store(edifact("PO-501", LINES).replace(b"UNT+15", b"UNT+19")))
    outbox.drain(NOW)
    refusal = Outgoing.objects.get()
    assert (refusal.kind, Order.objects.count()) == ("receipt", 0)
    assert b"UCM+1+ORDERS:D:96A:UN+4+29+UNT" in read_file(refusal.file).content


def test_2_1c_an_order_is_taken_in_by_itself_only_when_sum_catalogue_and_price_agree() -> None:
    arrives(by_mail(PAPER.letter()))
    gates = {each["gate"]: each["state"] for each in Draft.objects.get().gates["gates"]}
    assert [gates[name] for name in ("arithmetic", "catalogue", "price")] == ["held", "held", "held"]


@pytest.mark.parametrize(
    ("paper", "wrong"),
    [
        (Paper("PO-502", LINES, total="71.00"), ("E_TOTAL_MISMATCH", "total")),
        (Paper("PO-502", (("BOLT-M8", 4, "11.00"),)), ("E_PRICE_DEV", "lines/0/unit_price")),
        (Paper("PO-502", (*LINES, ("BOLT-X9", 1, "3.00"))), ("E_UNKNOWN_ITEM", "lines/2/item")),
    ],
    ids=["total", "price", "item"],
)
def test_2_1c_a_page_on_which_anything_disagrees_waits_for_a_person(paper: Paper, wrong: tuple[str, str]) -> None:
    assert arrives(by_mail("Our order.", ("order.pdf", "application/pdf", paper.pdf()))) is Outcome.DRAFT
    assert findings() == [wrong]
    assert (Order.objects.count(), Draft.objects.get().status) == (0, "open")
    assert WorkItem.objects.get().kind == "draft"


def test_2_1c_a_code_that_is_only_similar_is_suggested_and_never_taken() -> None:
    arrives(by_mail(Paper("PO-502", (("BOLT-M9", 4, "12.50"),)).letter()))
    (finding,) = Draft.objects.get().findings
    assert (finding["code"], finding["suggestion"]) == ("E_UNKNOWN_ITEM", "BOLT-M8")
    assert Order.objects.count() == 0


def test_2_1c_the_letter_of_a_sender_nobody_has_proven_waits_for_a_person() -> None:
    assert arrives(by_mail(PAPER.letter(), trust="untrusted")) is Outcome.DRAFT
    assert findings() == [("E_UNTRUSTED_SENDER", "")]
    assert Order.objects.count() == 0


def test_2_1c_the_same_order_by_mail_and_again_by_mail_and_by_edi_is_one_order(huaxin: Customer) -> None:
    a_partner(huaxin.pk)
    first, again = by_mail(PAPER.letter()), by_mail(PAPER.letter(), subject="Order, sent again")
    page = by_mail("Our order, as a page.", ("order.pdf", "application/pdf", PAPER.pdf()))
    wire = store(edifact("PO-501", LINES))
    assert [arrives(each) for each in (first, again, page, wire)] == [Outcome.ORDER, *[Outcome.DUPLICATE] * 3]
    assert set(Message.objects.values_list("order_id", flat=True)) == {Order.objects.get().pk}


def test_2_1c_a_revised_order_is_put_before_a_person_line_by_line_and_the_order_stays_as_it_was() -> None:
    arrives(by_mail(PAPER.letter()))
    revised = Paper("PO-501", (("BOLT-M8", 6, "12.50"),))
    message_id = by_mail("Please take this instead.", ("order.pdf", "application/pdf", revised.pdf()))
    assert arrives(message_id) is Outcome.CHANGE
    proposal = Proposal.objects.get()
    assert [(each["kind"], each["item"], each["before"], each["after"]) for each in proposal.diff["lines"]] == [
        ("changed", "BOLT-M8", "4", "6"),
        ("removed", "NUT-M8", "10", ""),
    ]
    assert came_in() == ("mail", "released", "PO-501", ORDERED)
    assert WorkItem.objects.get(subject_kind="message", done_at=None).kind == "proposal"


def test_2_1d_a_clerk_asks_what_a_mail_left_open_and_the_mailed_answer_completes_the_same_order() -> None:
    arrives(by_mail(Paper("PO-503", (("BOLT-M8", 4, "12.50"), ("OUR-77", 10, "2.00"))).letter()))
    draft = Draft.objects.get()
    assert findings() == [("E_UNKNOWN_ITEM", "lines/1/item")]
    assert intake.ask_customer([draft.pk], at=NOW, actor=CLERK).all_done
    outbox.drain(NOW)
    asked = OutgoingMail.objects.get()
    assert (asked.recipient, "OUR-77" in asked.body) == ("li@huaxin.example", True)
    answer = mail("Item code: NUT-M8\n", sender="li@huaxin.example", subject=f"Re: {asked.subject}")
    answer = answer.replace(b"To: orders@desk.example", f"To: {asked.reply_to}".encode())
    message_id = store(answer, channel=Channel.MAIL, sender="li@huaxin.example", trust="trusted")
    assert arrives(message_id) is Outcome.ANSWER
    assert (Question.objects.get().proposed, Order.objects.count()) == ({"lines/1/item": "NUT-M8"}, 0)
    entry = intake.confirm_answers([draft.pk], at=NOW, actor=CLERK).values[draft.pk]
    taken = take_in_entries([entry], at=NOW, actor=CLERK).values[draft.pk]
    draft.refresh_from_db()
    assert (draft.status, draft.order_id) == ("accepted", taken.order_id)
    assert came_in() == ("mail", "released", "PO-503", ORDERED)


def test_2_1d_a_partners_incomplete_order_is_asked_about_at_once_and_completed_on_the_form(huaxin: Customer) -> None:
    a_partner(huaxin.pk)
    at = timezone.now()
    wanted = CHINA.next_working_day(timezone.localdate() + timedelta(days=14))
    wire = edifact("PO-504", [("BOLT-M8", 4, "12.50"), ("OUR-77", 10, "2.00")], wanted=f"{wanted:%Y%m%d}")
    message_id = store(wire, sender=BUYER, at=at)
    assert process_messages([message_id], at=at, actor=SYSTEM).values[message_id].outcome is Outcome.DRAFT
    draft = Draft.objects.get()
    assert (draft.status, Question.objects.get().closed_at) == ("asking", None)
    outbox.drain(at)
    (link,) = [line for line in OutgoingMail.objects.get().body.splitlines() if "/q/" in line]
    address = link[link.index("/q/") :].strip()
    page = Client().get(address).content.decode()
    assert ('name="lines/1/item"' in page, 'name="lines/0/item"' in page) == (True, False)
    assert Client().post(address, {"lines/1/item": "NUT-M8"}).status_code == 200
    draft.refresh_from_db()
    assert (draft.status, draft.order_id) == ("accepted", Order.objects.get().pk)
    assert came_in() == ("edi", "released", "PO-504", ORDERED)
    assert Document.objects.get().message_id == message_id
