"""A mail of a configured fax gateway is a fax of the caller it names."""

import io
from dataclasses import replace
from email.message import EmailMessage

import pytest
from PIL import Image
from tests.makers import NOW, a_customer, policies

from orderloop.customers.models import Contact
from orderloop.entrypoints.mailroom.keeping import RawMail, keep_mails
from orderloop.flow.jobs import read_arrivals, recognise_arrivals
from orderloop.foundation.actor import SYSTEM
from orderloop.intake.facts import SECTION, CallerPlace, FaxGateway, IntakePolicy
from orderloop.intake.models import Document, Message
from orderloop.intake.rules.fax_gateways import caller_in, gateway_of, is_from_network
from orderloop.intake.services import hinting
from orderloop.interchange.facts import Fault, FaultCode, Format, Place, Reading, ReadOrder, Role, Value
from orderloop.interchange.rules.mail.trust import Check
from orderloop.interchange.services import read_document
from orderloop.policy.rules import encode
from orderloop.policy.services import draft_versions, put_in_force
from orderloop.worklist.models import WorkItem

PROVEN = (Check("dkim", "pass", "fax.example"),)
GATEWAY = FaxGateway("in@fax.example", CallerPlace.SUBJECT, "", "Fax from {number}")


def with_policy(policy: IntakePolicy) -> None:
    """Have this policy of intake govern from now on."""
    draft = draft_versions({"intake": encode(SECTION, policy)}, at=NOW, actor=SYSTEM, note="x").values["intake"]
    assert put_in_force([draft], at=NOW, actor=SYSTEM, note="x").all_done


def tiff() -> bytes:
    page = io.BytesIO()
    Image.new("1", (1728, 1100), 1).save(page, "TIFF", compression="group4", dpi=(204, 98))
    return page.getvalue()


def passed_on(
    subject="Fax from +86 21 5555 1234 (1 page)", *, text="See it.", pages=True, sender="in@fax.example", **headers
):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        sender,
        "orders@desk.example",
        subject,
        "<1@fax.example>",
    )
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if pages:
        mail.add_attachment(tiff(), maintype="image", subtype="tiff", filename="fax.tif")
    return mail.as_bytes()


def kept(content, checks=PROVEN, peer="203.0.113.9") -> Message:
    (stored,) = keep_mails([RawMail(content, NOW, "in@fax.example", ("orders@desk.example",), peer, checks)])
    return Message.objects.get(pk=stored.message_id)


@pytest.fixture
def buyer(db):
    policies()
    with_policy(IntakePolicy(fax_gateways=(GATEWAY,)))
    customer = a_customer()
    Contact.objects.create(customer=customer, name="Li", fax="021-5555 1234")
    return customer


@pytest.fixture
def recognised(monkeypatch):
    """Recognition that reads an order on every picture, in standard resolution."""

    def read(content, hints):
        if not content.startswith((b"II", b"MM")):
            return read_document(content, hints)
        coarse = Fault(FaultCode.DOUBTFUL, Place(page=1), {"name": "resolution", "given": "98 dpi"}, rejects=False)
        return Reading(Format.IMAGE, (ReadOrder(Role.ORDER, {"po_number": Value("PO-9")}),), (coarse,))

    monkeypatch.setattr(hinting, "read_document", read)


def test_a_gateways_mail_is_a_fax_of_the_customer_whose_number_it_names(buyer):
    message = kept(passed_on())
    assert (message.channel, message.sender, message.customer_id, message.outcome) == (
        "fax", "in@fax.example", buyer.pk, "pending"
    )  # fmt: skip
    assert message.envelope == {
        "gateway": "in@fax.example", "caller": "+86 21 5555 1234", "peer": "203.0.113.9"
    }  # fmt: skip


def test_the_same_mail_of_anybody_else_stays_a_mail(buyer):
    message = kept(passed_on(sender="in@other.example"))
    assert (message.channel, message.customer_id, "gateway" in message.envelope) == ("mail", None, False)


def test_a_mail_that_nothing_proves_to_be_the_gateways_is_a_fax_nobody_trusts(buyer):
    message = kept(passed_on(), checks=())
    assert (message.channel, message.envelope["trust"]) == ("fax", "weak")
    forged = kept(passed_on("Fax from 021 5555 1234"), checks=(Check("dkim", "fail", "fax.example"),))
    assert forged.envelope["trust"] == "untrusted"


def test_a_fax_server_of_ones_own_is_known_by_where_it_stands(buyer):
    with_policy(IntakePolicy(fax_gateways=(replace(GATEWAY, network="10.0.0.0/24"),)))
    assert "trust" not in kept(passed_on(), checks=(), peer="10.0.0.7").envelope
    assert kept(passed_on("Fax from 1234567"), checks=(), peer="10.0.1.7").envelope["trust"] == "weak"


def test_the_same_mail_fetched_twice_is_one_fax(buyer):
    mail = passed_on()
    assert kept(mail).pk == kept(mail).pk
    assert Message.objects.count() == 1


def test_the_caller_may_stand_in_a_header(buyer):
    with_policy(IntakePolicy(fax_gateways=(FaxGateway("@fax.example", CallerPlace.HEADER, "X-Fax-Caller"),)))
    message = kept(passed_on("A fax", X_Fax_Caller="tel:+862155551234"))
    assert (message.envelope["caller"], message.customer_id) == ("+862155551234", buyer.pk)


def test_the_caller_may_stand_in_the_text_and_is_found_when_it_is_read(buyer, recognised):
    with_policy(IntakePolicy(fax_gateways=(FaxGateway("in@fax.example", CallerPlace.BODY, "", "主叫: {number}"),)))
    message = kept(passed_on("A fax", text="Fax received.\n主叫：021-55551234\nPages: 1\n"))
    assert (message.envelope.get("caller"), message.customer_id) == (None, None)
    assert (read_arrivals(NOW), recognise_arrivals(NOW)) == (0, 1)
    message.refresh_from_db()
    assert (message.envelope["caller"], message.customer_id) == ("021-55551234", buyer.pk)


def test_standard_resolution_goes_to_a_person_over_a_gateway_too_and_its_own_words_order_nothing(buyer, recognised):
    message = kept(passed_on(text="Purchase order PO-1\nBOLT-M8 | 4 | 12.5\n"))
    assert (read_arrivals(NOW), recognise_arrivals(NOW)) == (0, 1)
    message.refresh_from_db()
    assert (message.outcome, message.customer_id) == ("draft", buyer.pk)
    assert "E_LOW_RESOLUTION" in message.reason
    documents = Document.objects.filter(message=message).order_by("ordinal")
    assert [(each.format, each.outcome) for each in documents] == [("mail", "opened"), ("image", "draft")]


def test_a_fax_without_a_page_is_set_apart_and_the_caller_called_back(buyer):
    message = kept(passed_on(pages=False, text="The call broke off."))
    assert read_arrivals(NOW) == 1
    message.refresh_from_db()
    assert (message.outcome, message.reason) == ("quarantined", ["fax_without_pages"])
    work = {(item.kind, item.title, item.customer_id) for item in WorkItem.objects.all()}
    assert ("call_back", "+86 21 5555 1234", buyer.pk) in work


@pytest.mark.parametrize(
    ("pattern", "text", "number"),
    [
        ("", "Fax 021-55551234, 2 pages", "021-55551234"), ("Fax from {number}", "FAX  from: 1", ""),
        ("Fax from {number}", "New fax  from +86 (21) 5555-1234.", "+86 (21) 5555-1234"),
        ("", "call (021) 5555 1234", "(021) 5555 1234"), ("", "no number here 12", ""),
        ("CLI={number};", "id=1234567;CLI=02155551234;x", "02155551234"),
    ],
)  # fmt: skip
def test_the_number_is_found_by_the_words_around_it(pattern, text, number):
    assert caller_in(FaxGateway("a@b.example", pattern=pattern), text) == number


def test_a_gateway_is_known_by_its_address_or_its_domain():
    one, all_of_it = FaxGateway("in@fax.example"), FaxGateway("@fax.example")
    assert gateway_of("In@Fax.example", [all_of_it, one]) is one
    assert gateway_of("other@fax.example", [one, all_of_it]) is all_of_it
    assert (gateway_of("in@fax.example.org", [one, all_of_it]), gateway_of("", [one])) == (None, None)
    assert (is_from_network(one, "10.0.0.1"), is_from_network(replace(one, network="10.0.0.1"), "10.0.0.1")) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    "gateway",
    [
        FaxGateway("fax.example"), FaxGateway("a@b.example", CallerPlace.HEADER),
        FaxGateway("a@b.example", header="X-Caller"),
        FaxGateway("a@b.example", pattern="Fax from"), FaxGateway("a@b.example", network="10.0.0"),
    ],
)  # fmt: skip
def test_a_gateway_that_could_not_work_is_refused(gateway):
    assert SECTION.check is not None
    (reason,) = SECTION.check(IntakePolicy(fax_gateways=(gateway,)))
    assert (reason.code, reason.field) == ("intake.fax_gateway", "fax_gateways")
    assert SECTION.check(IntakePolicy(fax_gateways=(GATEWAY,))) == []
