"""Documents posted to partners' servers: signed, tried again, never doubled without a mark, given up in the open."""

import json
from datetime import timedelta

import pytest
from lxml import etree
from standardwebhooks import Webhook
from tests.intake.arrivals import BUYER, a_partner, edifact, store
from tests.makers import CLERK, NOW, a_customer, a_product, policies
from tests.receivers import a_receiver

from orderloop.flow.models import ClosedAddress, Outgoing, PostTry
from orderloop.flow.queries import exchanged
from orderloop.flow.services import web_posts
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.connections import change_secret, retire_secret
from orderloop.flow.services.sending import resend_documents
from orderloop.foundation.actor import SYSTEM
from orderloop.platform import outbox
from orderloop.platform.files import store_files
from orderloop.platform.models import Effect
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db
ORDER = edifact("PO-1", [("BK-1", 2, "100")])


@pytest.fixture
def receiver(settings):
    settings.POST_HOSTS = ["127.0.0.1"]
    with a_receiver() as receiver:
        yield receiver


@pytest.fixture
def partner(receiver):
    policies()
    a_product("BK-1", stock=50)
    partner = a_partner(a_customer("C-1").pk)
    partner.profile = {"transport": "post", "address": receiver.address}
    partner.save()
    return partner


@pytest.fixture
def secret(partner):
    return change_secret(f"post:{partner.pk}", at=NOW, actor=CLERK)


def _order(content=ORDER):
    process_messages([store(content)], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    return Outgoing.objects.get()


def _effect():
    return Effect.objects.get(kind="post")


def test_a_confirmation_is_posted_signed_and_what_was_answered_is_kept(receiver, partner, secret):
    document = _order()
    assert (document.transport, document.partner_id, document.sent_at) == ("post", partner.pk, None)
    assert web_posts.post_documents(NOW) == 1
    document.refresh_from_db()
    ((headers, content),) = receiver.seen
    assert (document.sent_at, content[:3], headers["content-type"]) == (NOW, b"UNA", "application/EDIFACT")
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    expected = Webhook(secret).sign(headers["webhook-id"], NOW, content.decode())
    assert headers["webhook-signature"] == expected
    assert list(PostTry.objects.values_list("outgoing_id", "at", "status", "reply", "fault")) == [
        (document.pk, NOW, 200, "taken", "")
    ]
    assert (web_posts.post_documents(NOW + timedelta(days=4)), len(receiver.seen)) == (0, 1)


def test_both_secrets_sign_while_they_are_changed(receiver, partner, secret):
    newer = change_secret(f"post:{partner.pk}", overlap=timedelta(hours=1), at=NOW - timedelta(minutes=59), actor=CLERK)
    _order()
    web_posts.post_documents(NOW)
    headers, content = receiver.seen[0]
    signed = [Webhook(each).sign(headers["webhook-id"], NOW, content.decode()) for each in (newer, secret)]
    assert headers["webhook-signature"] == " ".join(signed)
    resend_documents([Outgoing.objects.get().pk], at=NOW + timedelta(minutes=2), actor=CLERK)
    web_posts.post_documents(NOW + timedelta(minutes=2))
    assert len(receiver.seen[1][0]["webhook-signature"].split()) == 1


def test_who_is_in_trouble_is_tried_again_by_and_by_under_the_same_id(receiver, partner, secret):
    document = _order()
    receiver.answers(500, 429, 200, body=b"busy")
    web_posts.post_documents(NOW)
    first = _effect()
    assert timedelta(seconds=3) < first.next_at - NOW < timedelta(seconds=7)
    assert (first.attempts, first.error, first.dead_at) == (1, "answered 500", None)
    assert web_posts.post_documents(first.next_at - timedelta(seconds=1)) == 0
    web_posts.post_documents(first.next_at)
    second = _effect()
    assert timedelta(minutes=3) < second.next_at - first.next_at < timedelta(minutes=7)
    web_posts.post_documents(second.next_at)
    document.refresh_from_db()
    assert (document.sent_at, _effect().done_at) == (second.next_at, second.next_at)
    assert len({headers["webhook-id"] for headers, _content in receiver.seen}) == 1
    assert len({headers["webhook-timestamp"] for headers, _content in receiver.seen}) == 3
    assert [each.status for each in exchanged.tries_for([document.pk])[document.pk]] == [200, 429, 500]


def test_after_three_days_it_is_given_up_and_somebody_is_asked(receiver, partner, secret):
    document = _order()
    receiver.answers(503)
    at = NOW
    while _effect().dead_at is None:
        at = _effect().next_at
        web_posts.post_documents(at)
    document.refresh_from_db()
    assert (len(receiver.seen), document.given_up_at, document.sent_at) == (10, at, None)
    assert timedelta(days=2) < at - NOW < timedelta(days=4)
    item = WorkItem.objects.get(kind="post_given_up")
    assert (item.role, item.subject_kind, item.subject_id, item.done_at) == ("clerk", "partner", partner.pk, None)


def test_sent_again_by_hand_it_reaches_him_under_the_same_id_and_the_work_is_done(receiver, partner, secret):
    document = _order()
    receiver.answers(410)
    web_posts.post_documents(NOW)
    web_posts.open_address(receiver.address)
    receiver.answers(200)
    assert resend_documents([document.pk], at=NOW + timedelta(hours=1), actor=CLERK).all_done
    web_posts.post_documents(NOW + timedelta(hours=1))
    document.refresh_from_db()
    assert (document.given_up_at, document.sent_at) == (None, NOW + timedelta(hours=1))
    assert receiver.seen[0][0]["webhook-id"] == receiver.seen[1][0]["webhook-id"]
    assert receiver.seen[0][1] == receiver.seen[1][1]
    assert WorkItem.objects.get(kind="post_given_up").outcome == "sent"


def test_a_redirect_is_no_answer_and_is_not_followed(receiver, partner, secret):
    document = _order()
    with a_receiver() as other:
        receiver.answers(308, Location=other.address)
        web_posts.post_documents(NOW)
        assert other.seen == []
    document.refresh_from_db()
    assert (document.sent_at, _effect().error) == (None, "answered 308")


def test_an_address_that_is_gone_is_closed_and_nothing_more_is_posted_there(receiver, partner, secret):
    document = _order()
    receiver.answers(410)
    web_posts.post_documents(NOW)
    document.refresh_from_db()
    assert (document.given_up_at, ClosedAddress.objects.get().address) == (NOW, receiver.address)
    receiver.answers(200)
    resend_documents([document.pk], at=NOW + timedelta(hours=1), actor=CLERK)
    web_posts.post_documents(NOW + timedelta(hours=1))
    document.refresh_from_db()
    assert (len(receiver.seen), document.sent_at, document.given_up_at) == (1, None, NOW + timedelta(hours=1))
    assert web_posts.open_address(receiver.address)
    resend_documents([document.pk], at=NOW + timedelta(hours=2), actor=CLERK)
    web_posts.post_documents(NOW + timedelta(hours=2))
    assert len(receiver.seen) == 2


def test_one_that_died_before_it_could_keep_the_answer_is_tried_again_under_the_same_id(
    receiver, partner, secret, monkeypatch
):
    document = _order()
    with monkeypatch.context() as dying:

        def die(*_args, **_kwargs):
            raise KeyboardInterrupt

        dying.setattr(web_posts, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            web_posts.post_documents(NOW)
    document.refresh_from_db()
    assert (len(receiver.seen), document.sent_at, PostTry.objects.count()) == (1, None, 0)
    assert web_posts.post_documents(NOW + timedelta(minutes=4)) == 0
    assert web_posts.post_documents(NOW + outbox.LEASE) == 1
    document.refresh_from_db()
    assert document.sent_at == NOW + outbox.LEASE
    assert receiver.seen[0][0]["webhook-id"] == receiver.seen[1][0]["webhook-id"]
    assert receiver.seen[0][1] == receiver.seen[1][1]


def test_one_that_died_after_it_kept_the_answer_does_not_post_again(receiver, partner, secret, monkeypatch):
    _order()
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_settle", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            web_posts.post_documents(NOW)
    assert _effect().done_at is None
    web_posts.post_documents(NOW + outbox.LEASE)
    assert (len(receiver.seen), _effect().done_at) == (1, NOW + outbox.LEASE)


def test_without_a_secret_nothing_is_posted_and_with_one_it_is(receiver, partner):
    document = _order()
    web_posts.post_documents(NOW)
    assert (receiver.seen, _effect().error) == ([], "no secret is agreed with this partner")
    change_secret(f"post:{partner.pk}", at=NOW, actor=CLERK)
    web_posts.post_documents(NOW + timedelta(minutes=1))
    document.refresh_from_db()
    assert (len(receiver.seen), document.sent_at) == (1, NOW + timedelta(minutes=1))
    retire_secret(f"post:{partner.pk}", at=NOW, actor=CLERK)
    resend_documents([document.pk], at=NOW + timedelta(hours=1), actor=CLERK)
    web_posts.post_documents(NOW + timedelta(hours=1))
    assert len(receiver.seen) == 1


def test_an_address_in_the_own_house_is_never_posted_to(receiver, partner, secret, settings):
    document = _order()
    settings.POST_HOSTS = []
    Outgoing.objects.update(address=receiver.address.replace("http:", "https:"))
    web_posts.post_documents(NOW)
    document.refresh_from_db()
    assert (receiver.seen, document.given_up_at) == ([], NOW)
    assert _effect().error == "127.0.0.1 is 127.0.0.1, which is not outside"


def test_posts_hold_up_no_other_effects(receiver, partner, secret):
    _order()
    assert not outbox.drain(NOW + timedelta(days=1))
    assert (receiver.seen, _effect().attempts) == ([], 0)


CXML = b"""<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.060/Fulfill.dtd">
<cXML payloadID="1@us" timestamp="2026-11-23T02:00:00+00:00"><Header>
<From><Credential domain="NetworkId"><Identity>US</Identity></Credential></From>
<To><Credential domain="NetworkId"><Identity>BUYER-1</Identity></Credential></To>
<Sender><Credential domain="NetworkId"><Identity>US</Identity></Credential><UserAgent>Orderloop</UserAgent></Sender>
</Header><Request/></cXML>"""


def test_a_cxml_document_carries_the_shared_secret_in_its_sender_only_on_its_way():
    sent = etree.fromstring(web_posts.with_secret(CXML, "abr&<"))
    (secret,) = sent.iter("SharedSecret")
    assert (secret.text, secret.getparent().getparent().tag) == ("abr&<", "Sender")
    assert secret.getprevious().tag == "Identity"
    assert web_posts.with_secret(CXML, "x").count(b"<!DOCTYPE cXML") == 1
    assert web_posts.with_secret(web_posts.with_secret(CXML, "x"), "y").count(b"SharedSecret") == 2


@pytest.mark.parametrize(
    ("code", "sent", "dead"), [("200", True, False), ("201", True, False), ("401", False, True), ("500", False, False)]
)
def test_what_a_cxml_response_says_counts_not_only_the_status_around_it(receiver, partner, secret, code, sent, dead):
    document = _order()
    Outgoing.objects.update(format="cxml", file=_stored(CXML))
    receiver.answers(200, body=f'<cXML><Response><Status code="{code}" text="x"/></Response></cXML>'.encode())
    web_posts.post_documents(NOW)
    document.refresh_from_db()
    assert ((document.sent_at is not None), (_effect().dead_at is not None)) == (sent, dead)
    assert secret in receiver.seen[0][1].decode()
    assert "webhook-signature" not in receiver.seen[0][0]


def _stored(content):
    return store_files([(content, "text/xml")], at=NOW)[0]


def test_a_system_of_the_customers_is_told_of_an_order_as_an_event_however_it_came(receiver, partner, secret):
    partner.profile = {}
    partner.save()
    system = a_partner(partner.customer_id, "erp", "json")
    system.profile = {"transport": "post", "address": receiver.address}
    system.save()
    change_secret(f"post:{system.pk}", at=NOW, actor=CLERK)
    process_messages([store(ORDER)], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    assert sorted(Outgoing.objects.values_list("format", "receiver", "transport")) == [
        ("edifact", BUYER, "collect"), ("json", "erp", "post")
    ]  # fmt: skip
    web_posts.post_documents(NOW)
    told = json.loads(receiver.seen[0][1])
    assert (told["type"], told["test"], told["data"]["po_number"], told["data"]["version"]) == (
        "order.answered", False, "PO-1", 1
    )  # fmt: skip
    assert [(line["item"], line["verdict"], line["quantity"]) for line in told["data"]["lines"]] == [
        ("BK-1", "accepted", "2")
    ]
    assert receiver.seen[0][0]["content-type"] == "application/json"
