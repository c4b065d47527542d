"""Partners on the screen: added, changed, tried without a trace, sent to again."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.intake.arrivals import BUYER, a_partner, edifact, store
from tests.makers import NOW, a_customer, a_product, policies

from orderloop.access.models import Person
from orderloop.flow.models import ClosedAddress, Outgoing, PostTry, SharedSecret
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake.models import Message, Partner
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.sealing import unseal

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
    kept = SharedSecret.objects.get(name="cxml:BUYER-1").current
    assert unseal(kept) in page
    assert unseal(kept) not in sign_in("clerk").get(f"/partners/{partner.pk}").content.decode()
    assert sign_in("clerk", "service").post(f"/partners/{partner.pk}/secret").status_code == 403
    assert SharedSecret.objects.get().current == kept


POSTED = {"scheme": "x12", "sender": "BUYER", "customer": "C-1", "our_id": "", "address": "", **AGREED,
          "transport": "post", "url": "https://partner.example/in"}  # fmt: skip


def test_documents_are_agreed_to_be_posted_to_an_address_and_a_secret_is_given_or_made(sign_in, buyer):
    desk = sign_in("administrator")
    assert desk.post("/partners/new", POSTED).status_code == 302
    partner = Partner.objects.get()
    assert (partner.profile["transport"], partner.profile["address"]) == ("post", "https://partner.example/in")
    page = desk.get(f"/partners/{partner.pk}").content.decode()
    assert "Nothing is posted yet: no secret is agreed." in page
    assert 'value="https://partner.example/in"' in desk.get(f"/partners/{partner.pk}/change").content.decode()
    given = {"purpose": "post", "value": "from-him"}
    assert desk.post(f"/partners/{partner.pk}/secret", given).status_code == 302
    assert unseal(SharedSecret.objects.get(name=f"post:{partner.pk}").current) == "from-him"
    page = desk.get(f"/partners/{partner.pk}").content.decode()
    assert "Nothing is posted yet" not in page
    assert "from-him" not in page
    assert desk.post(f"/partners/{partner.pk}/secret", {**given, "value": "a\x00b"}).status_code == 422
    assert unseal(SharedSecret.objects.get().current) == "from-him"


@pytest.mark.parametrize("url", ["", "http://partner.example/", "https://a:b@partner.example/", "partner.example"])
def test_an_address_that_nothing_can_be_posted_to_is_refused(sign_in, url):
    assert sign_in("administrator").post("/partners/new", {**POSTED, "url": url}).status_code == 422
    assert Partner.objects.count() == 0


def test_what_was_answered_stands_beside_the_document_and_a_closed_address_is_opened(sign_in, buyer):
    partner = a_partner(buyer.pk)
    address = "https://partner.example/in"
    Partner.objects.update(profile={"transport": "post", "address": address})
    process_messages([store(edifact("PO-1", [("BK-1", 2, "100")], control="77"))], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    outgoing = Outgoing.objects.get()
    desk = sign_in("administrator")
    assert "Waits to be posted" in desk.get(f"/partners/{partner.pk}").content.decode()
    PostTry.objects.create(outgoing=outgoing, at=NOW, status=410, reply="<gone> & away", fault="gone")
    ClosedAddress.objects.create(address=address, at=NOW)
    Outgoing.objects.update(given_up_at=NOW)
    page = desk.get(f"/partners/{partner.pk}").content.decode()
    assert "<pre>&lt;gone&gt; &amp; away</pre>" in page
    assert "Given up" in page
    assert sign_in("warehouse").post(f"/partners/{partner.pk}/open").status_code == 403
    assert ClosedAddress.objects.count() == 1
    assert sign_in("clerk").post(f"/partners/{partner.pk}/open").status_code == 302
    assert ClosedAddress.objects.count() == 0


def test_secrets_are_made_changed_and_retired_on_one_page_and_read_on_none(sign_in, buyer):
    desk = sign_in("administrator")
    made = desk.post("/secrets", {"purpose": "webhook", "name": "chat", "customer": "C-1"}).content.decode()
    first = unseal(SharedSecret.objects.get(name="webhook:chat").current)
    assert first in made
    assert first not in desk.get("/secrets").content.decode()
    changed = desk.post("/secrets/change", {"name": "webhook:chat", "hours": "12"}).content.decode()
    row = SharedSecret.objects.get()
    assert (unseal(row.previous), row.previous_until - row.changed_at) == (first, timedelta(hours=12))
    assert unseal(row.current) in changed
    assert first not in changed
    assert desk.post("/secrets/retire", {"name": "webhook:chat"}).status_code == 302
    assert SharedSecret.objects.get().current == ""
    assert desk.post("/secrets/change", {"name": "webhook:chat", "hours": "12"}).status_code == 302
    assert SharedSecret.objects.get().current == ""


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"customer": "C-9"}, {"purpose": "post"}, {"purpose": "robot", "value": ""},
     {"purpose": "robot", "value": "http://chat.example/send"}],
)  # fmt: skip
def test_a_secret_that_cannot_be_is_refused_and_nothing_is_kept(sign_in, wrong):
    given = {"purpose": "webhook", "name": "chat", "customer": "", "value": "", **wrong}
    assert sign_in("administrator").post("/secrets", given).status_code == 422
    assert SharedSecret.objects.count() == 0


@pytest.mark.parametrize("role", ["clerk", "manager", "integrator", "customer"])
def test_only_an_administrator_sees_or_makes_secrets(sign_in, role):
    desk = sign_in(role)
    statuses = [desk.get("/secrets"), desk.post("/secrets", {"purpose": "webhook", "name": "x"}),
                desk.post("/secrets/change", {"name": "x"}), desk.post("/secrets/retire", {"name": "x"})]  # fmt: skip
    assert [each.status_code for each in statuses] == [403] * 4
    assert SharedSecret.objects.count() == 0


def test_a_customers_user_sees_no_partner(sign_in, buyer):
    a_partner(buyer.pk)
    assert sign_in("customer").get("/partners").status_code == 403


def test_a_partners_documents_are_read_by_the_mapping_file_that_was_kept(sign_in, buyer):
    partner = a_partner(buyer.pk, "BUYER", "x12")
    desk = sign_in("administrator")
    text = (
        'lines = "rows"\n[header]\npo_number = "ref"\n[line]\nitem = "code"\nquantity = "n"\n[profile]\nitem.ZZ = ""\n'
    )
    assert desk.post(f"/partners/{partner.pk}/reading", {"text": text.replace("\n", "\r\n")}).status_code == 302
    partner.refresh_from_db()
    assert (partner.mapping["header"], partner.profile) == ({"po_number": "ref"}, {"item.ZZ": "", "reading_file": text})
    order = SimpleUploadedFile("o.json", b'{"ref": "PO-7", "rows": [{"code": "BK-1", "n": 2}]}')
    page = desk.post(f"/partners/{partner.pk}/try", {"file": order}).content.decode()
    assert "PO-7: " in page
    given = {"scheme": "x12", "sender": "BUYER", "customer": "C-1", "our_id": "US", "address": "", **AGREED}
    assert desk.post(f"/partners/{partner.pk}/change", given).status_code == 302
    partner.refresh_from_db()
    assert (partner.mapping["header"], partner.profile["item.ZZ"]) == ({"po_number": "ref"}, "")
    assert desk.post(f"/partners/{partner.pk}/reading", {"text": ""}).status_code == 302
    partner.refresh_from_db()
    assert (partner.mapping, "reading_file" in partner.profile, partner.profile["answers"]) == ({}, False, "yes")


def test_what_is_wrong_in_a_mapping_file_is_told_by_its_line_and_nothing_is_kept(sign_in, buyer):
    partner = a_partner(buyer.pk, "BUYER", "x12")
    desk = sign_in("administrator")
    wrong = SimpleUploadedFile("m.toml", b'lines = "rows"\n[header]\npo_numer = "ref"\n')
    answer = desk.post(f"/partners/{partner.pk}/reading", {"text": "", "file": wrong})
    page = answer.content.decode()
    assert (answer.status_code, "<b>line 3</b>: “header/po_numer” is not possible for mapping." in page) == (422, True)
    assert "po_numer = &quot;ref&quot;" in page
    partner.refresh_from_db()
    assert (partner.mapping, partner.profile) == ({}, {})


@pytest.mark.parametrize("role", ["planner", "warehouse"])
def test_only_who_may_change_partners_says_how_their_documents_are_read(sign_in, buyer, role):
    partner = a_partner(buyer.pk, "BUYER", "x12")
    assert sign_in(role).post(f"/partners/{partner.pk}/reading", {"text": 'lines = "x"'}).status_code == 403
    partner.refresh_from_db()
    assert partner.mapping == {}
