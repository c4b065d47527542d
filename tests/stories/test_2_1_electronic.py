"""2.1 Receiving (订单接收), from electronic partners: X12, EDIFACT, UBL, cXML, openTRANS, from the order to the advice.

a  channels: online platform (portal and API), email, fax, and others (线上平台、邮件、传真)
b  prompt acknowledgement to the customer (及时确认)
c  completeness and accuracy of the order checked (完整性与准确性核对)

A partner sends an order, is answered in his own standard as it goes its way, changes it, cancels it, and sends what is
broken. What is sent to him holds by the schemas where these may be shipped, else by the rules the writers' tests state.
"""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from tests.intake.arrivals import store
from tests.interchange.test_cxml_writing import well_built
from tests.interchange.test_despatch_writing import well_advised
from tests.interchange.test_ubl_writing import valid
from tests.makers import CLERK, NOW, a_customer, a_product
from tests.stories.way import PICKER
from tests.stories.wires import CXML, EDIFACT, OPENTRANS, SECRET, UBL, X12, Wire

from orderloop.customers.models import Customer
from orderloop.flow.models import Outgoing
from orderloop.flow.services import shipping
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.connections import change_secret
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment.facts import Packing, Picked, ShipOut
from orderloop.intake.facts import Outcome
from orderloop.intake.models import Draft, Message, Partner, Proposal
from orderloop.interchange.facts import Hints, ReadOrder, Role
from orderloop.interchange.readers import read
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.files import read_file
from orderloop.worklist.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]

LINES = (("BOLT-M8", 4, "12.50"), ("NUT-M8", 10, "2.00"))
ORDERED = [("BOLT-M8", Decimal(4), Decimal("12.50")), ("NUT-M8", Decimal(10), Decimal("2.00"))]
ANSWERED = [EDIFACT, X12, UBL, CXML]
EVERY = [*ANSWERED, OPENTRANS]


def named(wire: Wire) -> str:
    return wire.scheme


@pytest.fixture(autouse=True)
def huaxin(desk: None) -> Customer:
    """A customer that sends by every standard, and the two products it buys."""
    customer = a_customer("HX", name="Huaxin Machinery")
    a_product("BOLT-M8", price="12.5")
    a_product("NUT-M8", price="2")
    for wire in EVERY:
        Partner.objects.create(scheme=wire.scheme, sender=wire.sender, customer_id=customer.pk)
    change_secret("cxml:BUYER-1", value=SECRET, at=NOW, actor=CLERK)
    return customer


def arrives(content: bytes) -> Outcome:
    """A document as its gateway hands it over, read, and everything answered that is to be."""
    message_id = store(content)
    outcome = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome
    outbox.drain(NOW)
    return outcome


def sent() -> list[tuple[str, str]]:
    """Kind and verdict of each document written for the partner."""
    return list(Outgoing.objects.order_by("id").values_list("kind", "verdict"))


def last(kind: str) -> bytes:
    return read_file(Outgoing.objects.filter(kind=kind).latest("id").file).content


def read_back(content: bytes) -> ReadOrder:
    (order,) = read(content, Hints()).orders
    assert [fault for fault in order.faults if fault.rejects] == []
    return order


def came_in() -> list[tuple[str, Decimal, Decimal]]:
    return [(line.product.sku, line.quantity, line.unit_price) for line in Order.objects.get().lines.order_by("n")]


def ship() -> None:
    """Pick, pack and send the only order."""
    (shipments,) = shipping.start_picks([Order.objects.get().pk], at=NOW, actor=PICKER).values.values()
    (shipment,) = shipments
    assert shipping.confirm_picks([Picked(shipment, None, "")], at=NOW, actor=PICKER).all_done
    assert shipping.pack_shipments([Packing(shipment)], at=NOW, actor=PICKER).all_done
    assert shipping.ship_shipments([ShipOut(shipment, "DHL", "T-1")], at=NOW, actor=PICKER).all_done
    outbox.drain(NOW)


# -- from the order to the advice


def test_2_1b_an_850_is_answered_by_a_997_an_855_and_when_it_is_sent_by_an_856() -> None:
    assert arrives(X12.order("PO-1", LINES)) is Outcome.ORDER
    assert (came_in(), sent()) == (ORDERED, [("receipt", "accepted"), ("confirmation", "accepted")])
    assert b"AK2*850*0001~\nAK5*A~\nAK9*A*1*1*1~" in last("receipt")
    told = last("confirmation").decode().split("~\n")
    assert told[3].startswith("BAK*00*AD*PO-1*20261123") and "CTT*2" in told
    assert [each for each in told if each.startswith("ACK")] == [
        "ACK*IA*4*EA*067*20261207",
        "ACK*IA*10*EA*067*20261207",
    ]
    ship()
    advice = last("despatch").decode().split("~\n")
    assert [each for each in advice if each[:3] in ("PRF", "LIN", "SN1")] == [
        "PRF*PO-1", "LIN*1*VN*BOLT-M8", "SN1**4*EA**4*EA", "LIN*2*VN*NUT-M8", "SN1**10*EA**10*EA",
    ]  # fmt: skip
    assert {"TD5*****DHL", "REF*CN*T-1"} <= set(advice)


def test_2_1b_orders_in_edifact_is_answered_by_contrl_ordrsp_and_desadv() -> None:
    assert arrives(EDIFACT.order("PO-1", LINES)) is Outcome.ORDER
    assert (came_in(), sent()) == (ORDERED, [("receipt", "accepted"), ("confirmation", "accepted")])
    assert b"UCM+1+ORDERS:D:96A:UN+7'" in last("receipt")
    answer = read_back(last("confirmation"))
    assert (answer.role, answer.text("refers_to")) == (Role.CONFIRMATION, "PO-1")
    ship()
    told = last("despatch").decode("latin-1").split("'")
    assert [each for each in told if each.startswith(("LIN", "QTY+12"))] == [
        "LIN+1++BOLT-M8:SA", "QTY+12:4:PCE", "LIN+2++NUT-M8:SA", "QTY+12:10:PCE",
    ]  # fmt: skip


def test_2_1b_an_order_in_ubl_is_answered_by_a_response_and_a_despatch_advice() -> None:
    assert arrives(UBL.order("PO-1", LINES)) is Outcome.ORDER
    assert (came_in(), sent()) == (ORDERED, [("confirmation", "accepted")])
    response = valid(last("confirmation"))
    assert (response.findtext("{*}OrderResponseCode"), response.findtext("{*}OrderReference/{*}ID")) == ("AP", "PO-1")
    ship()
    advice = well_advised(last("despatch"))
    assert advice.findtext("{*}OrderReference/{*}ID") == "PO-1"
    assert advice.findtext("{*}DeliveryCustomerParty/{*}Party/{*}EndpointID") == "4012345000009"
    assert [
        (line.findtext("{*}OrderLineReference/{*}LineID"), line.findtext("{*}DeliveredQuantity"))
        for line in advice.findall("{*}DespatchLine")
    ] == [("1", "4"), ("2", "10")]


def test_2_1b_an_order_request_is_answered_at_once_and_by_a_confirmation_and_a_ship_notice() -> None:
    answer = Client().generic("POST", "/api/v1/cxml", CXML.order("PO-1", LINES), "text/xml")
    assert etree.fromstring(answer.content).find("Response/Status").get("code") == "201"
    message_id = Message.objects.get().pk
    assert process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome is Outcome.ORDER
    # Posted at the present moment, whatever the story's day is.
    outbox.drain(max(NOW, timezone.now()))
    assert (came_in(), sent()) == (ORDERED, [("confirmation", "accepted")])
    header = well_built(last("confirmation")).find(".//ConfirmationHeader")
    assert header.get("type") == "accept"
    ship()
    notice = etree.fromstring(last("despatch"))
    reference = notice.find(".//ShipNoticePortion/OrderReference")
    assert (reference.get("orderID"), reference.find("DocumentReference").get("payloadID")) == ("PO-1", "1@buyer")
    assert [(item.get("lineNumber"), item.get("quantity")) for item in notice.iter("ShipNoticeItem")] == [
        ("1", "4"), ("2", "10"),
    ]  # fmt: skip


@pytest.mark.parametrize("wire", ANSWERED, ids=named)
def test_2_1b_who_wants_no_advice_gets_none(wire: Wire) -> None:
    Partner.objects.filter(scheme=wire.scheme).update(profile={"despatch": "no"})
    arrives(wire.order("PO-1", LINES))
    ship()
    assert not Outgoing.objects.filter(kind="despatch").exists()


def test_2_1a_an_order_in_opentrans_is_taken_in() -> None:
    assert arrives(OPENTRANS.order("PO-1", LINES)) is Outcome.ORDER
    assert (came_in(), sent()) == (ORDERED, [])


# -- changes and cancellations


@pytest.mark.parametrize("wire", EVERY, ids=named)
def test_2_1c_a_change_is_put_before_a_person_line_by_line_and_the_order_stays(wire: Wire) -> None:
    arrives(wire.order("PO-1", LINES))
    wanted = [("BOLT-M8", 6, "12.50", "change"), ("NUT-M8", 10, "2.00", "delete")]
    assert arrives(wire.change("PO-1", wanted)) is Outcome.CHANGE
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.order_id) == ("change", Order.objects.get().pk)
    assert [(each["kind"], each["item"], each["before"], each["after"]) for each in proposal.diff["lines"]] == [
        ("changed", "BOLT-M8", "4", "6"), ("removed", "NUT-M8", "10", ""),
    ]  # fmt: skip
    assert came_in() == ORDERED
    assert WorkItem.objects.get(subject_kind="message", done_at=None).kind == "proposal"


@pytest.mark.parametrize("wire", EVERY, ids=named)
def test_2_1c_a_change_of_day_and_price_says_so(wire: Wire) -> None:
    arrives(wire.order("PO-1", LINES))
    wanted = [("BOLT-M8", 4, "11.00", "change"), ("NUT-M8", 10, "2.00", "change")]
    content = wire.change("PO-1", wanted).replace(b"2026-12-07", b"2026-12-14").replace(b"20261207", b"20261214")
    assert arrives(content) is Outcome.CHANGE
    told = [
        (each["kind"], each["item"], each["before"], each["after"]) for each in Proposal.objects.get().diff["lines"]
    ]
    assert told == [
        ("day", "BOLT-M8", "2026-12-07", "2026-12-14"), ("price", "BOLT-M8", "12.5", "11"),
        ("day", "NUT-M8", "2026-12-07", "2026-12-14"),
    ]  # fmt: skip


@pytest.mark.parametrize("wire", ANSWERED, ids=named)
def test_2_1c_a_cancellation_is_put_before_a_person_and_the_order_stays(wire: Wire) -> None:
    arrives(wire.order("PO-1", LINES))
    assert arrives(wire.cancellation("PO-1", LINES)) is Outcome.CHANGE
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.diff) == ("cancel", {"cancels": True, "lines": []})
    assert (came_in(), Order.objects.get().status) == (ORDERED, "released")


def refused_in(wire: Wire, content: bytes) -> tuple[str, str, str]:
    """The order it is about, the standard's own word for no, and the reason."""
    if wire is EDIFACT:
        told = content.decode("latin-1").split("'")
        function = next(each for each in told if each.startswith("BGM")).split("+", 3)[3]
        number = next(each for each in told if each.startswith("RFF+ON:")).removeprefix("RFF+ON:")
        return number, function, next(each for each in told if each.startswith("FTX")).rpartition("+")[2]
    if wire is X12:
        told = content.decode().split("~\n")
        begin = next(each for each in told if each.startswith("BCA")).split("*")
        assert any(each.startswith("GS*CA*") for each in told) and "ST*865*0001" in told
        return begin[3], begin[2], next(each for each in told if each.startswith("MSG")).removeprefix("MSG*")
    if wire is UBL:
        root = valid(content)
        return tuple(root.findtext(path) for path in ("{*}OrderReference/{*}ID", "{*}OrderResponseCode", "{*}Note"))
    root = well_built(content)
    header = root.find(".//ConfirmationHeader")
    return root.find(".//OrderReference").get("orderID"), header.get("type"), header.findtext("Comments")


NO = {"edifact": "27+RE", "x12": "RJ", "ubl": "RE", "cxml": "reject"}


@pytest.mark.parametrize("kind", ["change", "cancellation"])
@pytest.mark.parametrize("wire", ANSWERED, ids=named)
def test_2_1c_what_is_asked_of_an_order_that_is_not_here_is_refused_and_looked_at(wire: Wire, kind: str) -> None:
    lines = [(*each, "change") for each in LINES]
    content = wire.change("PO-9", lines) if kind == "change" else wire.cancellation("PO-9", LINES)
    assert arrives(content) is Outcome.DRAFT
    draft = Draft.objects.get()
    assert ("E_NO_SUCH_ORDER", "po_number", {"given": "PO-9"}) in [
        (each["code"], each["field"], each["params"]) for each in draft.findings
    ]
    assert (draft.status, draft.body["po_number"], Order.objects.count(), Proposal.objects.count()) == (
        "open", "PO-9", 0, 0,
    )  # fmt: skip
    assert [each for each in sent() if each[0] == "confirmation"] == [("confirmation", "rejected")]
    assert refused_in(wire, last("confirmation")) == ("PO-9", NO[wire.scheme], "We have no order of this number.")
    outbox.drain(NOW)
    assert Outgoing.objects.filter(kind="confirmation").count() == 1


@pytest.mark.parametrize("wire", ANSWERED, ids=named)
def test_2_1c_who_wants_no_answers_and_whom_nobody_knows_get_no_refusal(wire: Wire) -> None:
    Partner.objects.filter(scheme=wire.scheme).update(profile={"answers": "no"})
    arrives(wire.change("PO-9", [(*each, "change") for each in LINES]))
    Partner.objects.all().delete()
    arrives(wire.change("PO-8", [(*each, "change") for each in LINES], "4"))
    assert not Outgoing.objects.filter(kind="confirmation").exists()


# -- what is broken, and what comes again


def test_2_1c_a_broken_850_is_refused_with_segment_and_element() -> None:
    arrives(X12.order("PO-1", LINES).replace(b"PO1*2*10*EA", b"PO1*2*ten*EA"))
    assert b"AK2*850*0001~\nAK3*PO1*6**8~\nAK4*2**6*ten~\nAK5*R*5~\nAK9*R*1*1*0~" in last("receipt")
    assert (Order.objects.count(), Draft.objects.get().status) == (0, "open")


def test_2_1c_a_broken_860_is_refused_and_still_seen_by_a_person() -> None:
    arrives(X12.order("PO-1", LINES))
    broken = X12.change("PO-1", [("BOLT-M8", 6, "12.50", "change")]).replace(b"CTT*1", b"CTT*7")
    assert arrives(broken) is Outcome.CHANGE
    assert b"AK3*CTT*5**8~\nAK4*1**7*7~\nAK5*R*5~" in last("receipt")
    assert came_in() == ORDERED


def test_2_1c_broken_orders_in_edifact_are_refused_with_message_segment_and_element() -> None:
    arrives(EDIFACT.order("PO-1", LINES).replace(b"QTY+21:10:PCE", b"QTY+21:ten:PCE"))
    told = last("receipt").decode().split("'")
    assert [each for each in told if each[:3] in ("UCM", "UCS", "UCD")] == [
        "UCM+1+ORDERS:D:96A:UN+4", "UCS+12", "UCD+12+2:2",
    ]  # fmt: skip
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (b"UNZ+1+1", b"UNZ+2+1", "UCI+1+4012345000009:14+5790000000000:14+4+29+UNZ+2"),
        (b"UNZ+1+1", b"UNZ+1+9", "UCI+1+4012345000009:14+5790000000000:14+4+28+UNZ+3"),
        (b"UNT+16+1", b"UNT+15+1", "UCM+1+ORDERS:D:96A:UN+4+29+UNT+2"),
        (b"UNT+16+1", b"UNT+16+2", "UCM+1+ORDERS:D:96A:UN+4+28+UNT+3"),
    ],
)
def test_2_1c_wrong_counts_and_references_in_edifact_are_refused_where_they_stand(
    old: bytes, new: bytes, answer: str
) -> None:
    content = EDIFACT.order("PO-1", LINES)
    assert old in content
    arrives(content.replace(old, new))
    assert answer in last("receipt").decode().split("'")
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (b"IEA*1*", b"IEA*2*", "TA1*000000001*261123*0930*R*021"),
        (b"IEA*1*000000001", b"IEA*1*000000009", "TA1*000000001*261123*0930*R*001"),
        (b"GE*1*1", b"GE*2*1", "AK9*R*1*1*0*5"),
        (b"GE*1*1", b"GE*1*9", "AK9*R*1*1*0*4"),
        (b"SE*8*0001", b"SE*7*0001", "AK5*R*4"),
        (b"SE*8*0001", b"SE*8*0009", "AK5*R*3"),
    ],
)
def test_2_1c_wrong_counts_and_numbers_in_x12_are_refused_where_they_stand(old: bytes, new: bytes, answer: str) -> None:
    content = X12.order("PO-1", LINES)
    assert old in content
    arrives(content.replace(old, new))
    assert answer in last("receipt").decode().split("~\n")
    assert Order.objects.count() == 0


@pytest.mark.parametrize("wire", ANSWERED, ids=named)
def test_2_1c_the_same_bytes_again_are_answered_again_and_not_booked_twice(wire: Wire) -> None:
    Partner.objects.update(profile={"receipts": "always"})
    content = wire.order("PO-1", LINES)
    arrives(content)
    answers = list(Outgoing.objects.order_by("id").values_list("id", "control"))
    Outgoing.objects.update(sent_at=NOW)
    assert (arrives(content), Order.objects.count()) == (Outcome.DUPLICATE, 1)
    assert list(Outgoing.objects.order_by("id").values_list("id", "control")) == answers
    again = Outgoing.objects.get(sent_at=None)
    assert again.kind == ("receipt" if wire in (EDIFACT, X12) else "confirmation")


@pytest.mark.parametrize("wire", EVERY, ids=named)
def test_2_1c_an_order_sent_again_under_a_new_control_number_is_answered_and_not_booked_twice(wire: Wire) -> None:
    Partner.objects.update(profile={"receipts": "always"})
    arrives(wire.order("PO-1", LINES))
    again = wire.order("PO-1", LINES, "5") + b"\n"
    assert (arrives(again), Order.objects.count()) == (Outcome.DUPLICATE, 1)
    assert Outgoing.objects.filter(kind="receipt").count() == (2 if wire in (EDIFACT, X12) else 0)


@pytest.mark.parametrize("wire", [EDIFACT, X12], ids=named)
def test_2_1c_another_order_under_a_control_number_that_came_before_is_an_order(
    wire: Wire,
) -> None:
    Partner.objects.update(profile={"receipts": "always"})
    arrives(wire.order("PO-1", LINES))
    assert arrives(wire.order("PO-2", LINES[:1])) is Outcome.ORDER
    assert Order.objects.count() == 2


@pytest.mark.parametrize("wire", [EDIFACT, X12], ids=named)
def test_2_1a_two_interchanges_in_one_file_are_two_documents_each_answered(wire: Wire) -> None:
    Partner.objects.update(profile={"receipts": "always"})
    both = wire.order("PO-1", LINES) + wire.order("PO-2", LINES[:1], "7").replace(b"20261207", b"20261214")
    assert arrives(both) is Outcome.ORDER
    assert sorted(Order.objects.values_list("po_number", flat=True)) == ["PO-1", "PO-2"]
    assert Outgoing.objects.filter(kind="receipt").count() == 2


def test_2_1c_an_order_that_stores_share_waits_for_a_person() -> None:
    content = X12.order("PO-1", LINES)
    shared = content.replace(b"PO1*2", b"SDQ*EA*92*S1*2*S2*2~\nPO1*2").replace(b"SE*8*", b"SE*9*")
    assert arrives(shared) is Outcome.DRAFT
    assert ("E_DOCUMENT_FAULT", "") in [(each["code"], each["field"]) for each in Draft.objects.get().findings]
    assert (Order.objects.count(), sent()) == (0, [("receipt", "accepted")])


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b'quantity="10"', b'quantity="ten"', "400"),
        (b"agreed-between-us", b"guessed", "401"),
        (b"<OrderRequest>", b"<ProfileRequest/><OrderRequest>", "450"),
    ],
)
def test_2_1c_a_broken_order_request_gets_the_status_that_says_why(old: bytes, new: bytes, status: str) -> None:
    content = CXML.order("PO-1", LINES)
    assert old in content
    answer = Client().generic("POST", "/api/v1/cxml", content.replace(old, new), "text/xml")
    node = etree.fromstring(answer.content).find("Response/Status")
    assert (node.get("code"), Order.objects.count()) == (status, 0)
    assert ("/ItemOut[2]" in (node.text or "")) is (status == "400")
