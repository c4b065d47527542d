"""Partners on the screen: added, changed, tried without a trace, sent to again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.intake.arrivals import BUYER, a_partner, edifact, store
from tests.makers import NOW, a_customer, a_product, policies

from orderloop.access.models import Person
from orderloop.flow.models import Outgoing, SharedSecret
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake.models import Message, Partner
from orderloop.orders.models import Order
from orderloop.platform import outbox

pytestmark = pytest.mark.django_db
AGREED = {"transport": "collect", "receipts": "", "answers": "yes", "despatch": "yes", "expects_receipts": "no",
          "test": "no"}  # fmt: skip


@pytest.fixture
def buyer():
    policies()
    a_product("BK-1", stock=50)
    return a_customer("C-1")


@pytest.fixture
def sign_in(client, buyer):
    def sign_in(*roles):
        person = Person.objects.create(username="-".join(roles), roles=list(roles), language="en")
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_a_partner_is_added_and_changed_and_keeps_what_the_form_does_not_show(sign_in, buyer):
    desk = sign_in("administrator")
    given = {"scheme": "x12", "sender": "BUYER", "customer": "C-1", "our_id": "US", "address": "", **AGREED}
    assert desk.post("/partners/new", given).status_code == 302
    partner = Partner.objects.get()
    assert (partner.scheme, partner.sender, partner.customer_id, partner.our_id) == ("x12", "BUYER", buyer.pk, "US")
    Partner.objects.update(profile={**partner.profile, "separator": "~"})
    changed = {**given, "transport": "mail", "address": "edi@c.example", "sender": "OTHER"}
    assert desk.post(f"/partners/{partner.pk}/change", changed).status_code == 302
    partner.refresh_from_db()
    assert (partner.sender, partner.profile["transport"], partner.profile["address"], partner.profile["separator"]) == (
        "BUYER", "mail", "edi@c.example", "~"
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [{"customer": "C-9"}, {"sender": ""}, {"transport": "mail"}, {"scheme": "telex"}])
def test_a_partner_that_cannot_be_is_refused_and_nothing_is_kept(sign_in, wrong):
    given = {"scheme": "x12", "sender": "BUYER", "customer": "C-1", "our_id": "", "address": "", **AGREED, **wrong}
    assert sign_in("administrator").post("/partners/new", given).status_code == 422
    assert Partner.objects.count() == 0


def test_a_document_is_tried_and_leaves_no_trace(sign_in, buyer):
    partner = a_partner(buyer.pk)
    broken = edifact("PO-1", [("BK-1", 2, "100")]).replace(b"UNT+12", b"UNT+19")
    page = sign_in("administrator").post(f"/partners/{partner.pk}/try", {"file": SimpleUploadedFile("o.edi", broken)})
    text = page.content.decode()
    assert page.status_code == 200
    assert "UCM+1+ORDERS:D:96A:UN+4+29+UNT" in text
    assert "D_CONTROL_COUNT" in text
    assert (Message.objects.count(), Order.objects.count(), Outgoing.objects.count()) == (0, 0, 0)


def test_what_went_to_and_fro_is_shown_and_goes_out_once_more(sign_in, buyer):
    partner = a_partner(buyer.pk)
    process_messages([store(edifact("PO-1", [("BK-1", 2, "100")], control="77"))], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    desk, outgoing = sign_in("administrator"), Outgoing.objects.get()
    Outgoing.objects.update(sent_at=NOW)
    page = desk.get(f"/partners/{partner.pk}").content.decode()
    assert outgoing.filename in page
    assert ">77<" in page
    assert desk.get(f"/outgoing/{outgoing.pk}").content.startswith(b"UNA")
    assert desk.post(f"/partners/{partner.pk}/resend/{outgoing.pk}").status_code == 302
    outgoing.refresh_from_db()
    assert (outgoing.sent_at, outgoing.control) == (None, 1)
    listed = desk.get("/partners?q=4012").content.decode()
    assert BUYER in listed


def test_a_secret_is_made_by_an_administrator_and_shown_once(sign_in, buyer):
    partner = a_partner(buyer.pk, "BUYER-1", "cxml")
    page = sign_in("administrator").post(f"/partners/{partner.pk}/secret").content.decode()
    secret = SharedSecret.objects.get(name="cxml:BUYER-1")
    assert secret.current in page
    assert secret.current not in sign_in("clerk").get(f"/partners/{partner.pk}").content.decode()
    assert sign_in("clerk", "service").post(f"/partners/{partner.pk}/secret").status_code == 403
    assert SharedSecret.objects.get().current == secret.current


def test_a_customers_user_sees_no_partner(sign_in, buyer):
    a_partner(buyer.pk)
    assert sign_in("customer").get("/partners").status_code == 403
