"""Receipts and confirmations in the form in which an order came: written once, numbered, sent, settled."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from tests.intake.arrivals import BUYER, a_partner, edifact, store
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.customers.models import CreditAccount
from orderloop.flow.jobs import miss_receipts
from orderloop.flow.models import Outgoing
from orderloop.flow.services import decisions, exchanging, sending, shipping
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.confirming import answers_for
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment.facts import ShipOrder
from orderloop.interchange.facts import Hints, LineVerdict, Verdict
from orderloop.interchange.readers import edifact as edifact_reader
from orderloop.interchange.readers import x12 as x12_reader
from orderloop.orders.models import Line, Order
from orderloop.platform import outbox
from orderloop.platform.files import read_file
from orderloop.platform.models import OutgoingMail
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    policies()
    customer = a_customer()
    a_product("BK-1", stock=50)
    return customer


@pytest.fixture
def partner(buyer):
    return a_partner(buyer.pk)


def take(content: bytes, at=NOW) -> None:
    process_messages([store(content, at=at)], at=at, actor=SYSTEM)
    outbox.drain(at)


def sent(kind: str = "") -> list[Outgoing]:
    return list(Outgoing.objects.filter(kind__startswith=kind).order_by("id"))


def text(outgoing: Outgoing) -> str:
    return read_file(outgoing.file).content.decode()


def x12(po_number: str, lines, *, control: str = "000000001", kind: str = "850", body=None) -> bytes:
    body = body or [
        f"BEG*00*NE*{po_number}**20261123", "CUR*BY*CNY", "DTM*002*20261207",
        *(f"PO1*{n}*{quantity}*EA*{price}**VN*{item}" for n, (item, quantity, price) in enumerate(lines, 1)),
        f"CTT*{len(lines)}",
    ]  # fmt: skip
    envelope = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'BUYER':15}*ZZ*{'US':15}*261123*0930*U*00401*{control}*0*P*>"
    group = "PO" if kind == "850" else "FA"
    segments = [
        envelope, f"GS*{group}*BUYER*US*20261123*0930*1*X*004010", f"ST*{kind}*0001", *body,
        f"SE*{len(body) + 2}*0001", "GE*1*1", f"IEA*1*{control}",
    ]  # fmt: skip
    return "".join(f"{segment}~" for segment in segments).encode()


def test_an_x12_order_is_acknowledged_and_confirmed_in_x12(buyer):
    a_partner(buyer.pk, "BUYER", "x12")
    take(x12("PO-1", [("BK-1", 2, "100")]))
    assert [(each.kind, each.format, each.verdict, each.control, each.transport, each.sent_at) for each in sent()] == [
        ("receipt", "x12", "accepted", 1, "collect", None),
        ("confirmation", "x12", "accepted", 2, "collect", None),
    ]
    receipt, confirmation = sent()
    assert "AK9*A*1*1*1~" in text(receipt)
    assert "BAK*00*AD*PO-1*" in text(confirmation)
    assert "ACK*IA*2*EA*" in text(confirmation)
    envelope = x12_reader.read(read_file(confirmation.file).content, Hints()).envelope
    assert (envelope.sender, envelope.receiver, int(envelope.control)) == ("US", "BUYER", 2)
    assert (confirmation.sender, confirmation.receiver, confirmation.customer_id) == ("US", "BUYER", buyer.pk)


def test_a_faulty_edifact_order_is_refused_with_the_place(partner):
    broken = edifact("PO-1", [("BK-1", 2, "100")]).replace(b"UNT+12", b"UNT+19")
    assert broken != edifact("PO-1", [("BK-1", 2, "100")])
    take(broken)
    (receipt,) = sent("receipt")
    assert "UCM+1+ORDERS:D:96A:UN+4+29+UNT" in text(receipt)


def test_an_edifact_order_is_confirmed_and_acknowledged_only_when_that_is_asked_or_agreed(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    assert [each.kind for each in sent()] == ["confirmation"]
    assert "BGM+231+" in text(sent()[0])
    partner.profile = {"receipts": "always"}
    partner.save()
    take(edifact("PO-2", [("BK-1", 7, "100")], control="2", wanted="20261214"))
    assert [(each.kind, each.control) for each in sent()] == [
        ("confirmation", 1), ("receipt", 2), ("confirmation", 3)
    ]  # fmt: skip


def test_we_are_called_in_an_answer_as_we_were_called_in_the_order(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    envelope = edifact_reader.read(read_file(sent()[0].file).content, Hints()).envelope
    assert (envelope.sender, envelope.receiver, envelope.control) == ("5790000000000", BUYER, "1")
    assert (envelope.details["sender_qualifier"], envelope.details["receiver_qualifier"]) == ("14", "14")


def test_what_a_stranger_sends_is_not_answered(buyer):
    take(x12("PO-1", [("BK-1", 2, "100")]))
    assert sent() == []


def test_each_is_written_once_however_often_it_is_asked_for(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    order_id = Order.objects.get().pk
    again = exchanging.confirm_orders([order_id], at=NOW)
    assert [each.id for each in again.stale] == [order_id]
    assert len(sent()) == 1


def test_a_later_day_is_confirmed_again_as_the_next_version(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    order = Order.objects.get()
    Line.objects.update(promised_on=date(2026, 12, 9))
    assert exchanging.confirm_orders([order.pk], at=NOW).values == {order.pk: 2}
    first, second = sent()
    assert [(each.version, each.verdict, each.control) for each in (first, second)] == [
        (1, "accepted", 1), (2, "changed", 2)
    ]  # fmt: skip
    assert "DTM+69:20261209:102" in text(second)
    assert f"BGM+231+{order.number}-2+4+CA" in text(second)


def test_an_order_in_review_is_said_to_be_received_and_confirmed_when_it_is_decided(buyer):
    CreditAccount.objects.update(limit=D(1))
    a_partner(buyer.pk)
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    order = Order.objects.get()
    assert order.status == "in_review"
    (first,) = sent()
    assert (first.verdict, answers_for([order.pk], at=NOW)[order.pk].answer.verdict) == ("held", Verdict.HELD)
    assert "BGM+231+" in text(first)
    decisions.cancel_orders([order.pk], reason="withdrawn", at=NOW, actor=CLERK)
    outbox.drain(NOW + timedelta(minutes=1))
    assert [each.verdict for each in sent()] == ["held", "rejected"]


def test_the_answer_speaks_in_the_units_lines_and_codes_of_the_order(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    order = Order.objects.get()
    (line,) = answers_for([order.pk], at=NOW)[order.pk].answer.lines
    assert (line.line_no, line.verdict, line.item) == ("1", LineVerdict.ACCEPTED, "BK-1")
    assert (line.ordered_quantity, line.unit, line.quantity, line.unit_price) == (
        D(2), "PCE", D(2), D("100.0000")
    )  # fmt: skip


def test_a_document_is_mailed_where_that_is_agreed(partner):
    partner.profile = {"transport": "mail", "address": "edi@customer.example"}
    partner.save()
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    outbox.drain(NOW + timedelta(minutes=1))
    (confirmation,) = sent()
    assert (confirmation.transport, confirmation.sent_at) == ("mail", NOW)
    mail = OutgoingMail.objects.get(recipient="edi@customer.example")
    assert confirmation.filename in mail.subject


def test_a_receipt_settles_what_it_names_and_what_is_not_acknowledged_comes_on_the_list(buyer):
    a_partner(buyer.pk, "BUYER", "x12")
    take(x12("PO-1", [("BK-1", 2, "100")]))
    confirmation = sent("confirmation")[0]
    assert confirmation.receipt_due_at == NOW + timedelta(hours=24)
    late = int((NOW + timedelta(hours=25)).timestamp())
    assert miss_receipts(late) == 1
    assert WorkItem.objects.get(kind="receipt_missing").subject_id == confirmation.pk
    body = [f"AK1*PR*{confirmation.control}", "AK9*A*1*1*1"]
    take(x12("", (), control="000000002", kind="997", body=body), at=NOW + timedelta(hours=26))
    confirmation.refresh_from_db()
    assert (confirmation.settlement, confirmation.settled_at) == ("accepted", NOW + timedelta(hours=26))
    assert miss_receipts(late + 9000) == 0
    assert len(sent()) == 2


def test_a_document_is_sent_again_under_its_number_and_collected_once_each_time(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    (confirmation,) = sent()
    assert sending.take_documents([confirmation.pk], at=NOW, actor=CLERK).all_done
    assert [each.id for each in sending.take_documents([confirmation.pk], at=NOW, actor=CLERK).stale] == [
        confirmation.pk
    ]
    assert sending.resend_documents([confirmation.pk], at=NOW, actor=CLERK).all_done
    confirmation.refresh_from_db()
    assert (confirmation.sent_at, confirmation.control) == (None, 1)
    assert sending.take_documents([confirmation.pk], at=NOW, actor=CLERK).all_done


def test_a_shipment_is_advised_once_in_the_form_of_the_order(partner):
    take(edifact("PO-1", [("BK-1", 2, "100")]))
    order, later = Order.objects.get(), NOW + timedelta(minutes=10)
    for _twice in range(2):
        shipping.ship_orders_completely([ShipOrder(order.pk, "DHL", "T-77")], at=later, actor=CLERK)
        outbox.drain(later + timedelta(minutes=1))
    (advice,) = sent("despatch")
    assert (advice.format, advice.order_id, advice.control) == ("edifact", order.pk, 2)
    assert "QTY+12:2:PCE" in text(advice)
    assert "RFF+CN:T-77" in text(advice)
    assert [each.kind for each in sent()] == ["confirmation", "despatch"]
