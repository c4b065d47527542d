"""What customers see and get bears the seller's name, which is said in one place, and not the product's."""

import io
import re

import pdfplumber
import pytest
from django.test import Client
from django.utils import timezone
from tests.makers import CLERK, NOW, a_customer, a_product, a_warehouse, an_entry

from orderloop.access.models import Person
from orderloop.customers.models import Contact
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import FulfilmentPolicy, ShipOrder
from orderloop.fulfilment.models import Shipment
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft
from orderloop.platform import house, outbox
from orderloop.platform.links import link_for
from orderloop.platform.mail import message_of
from orderloop.platform.models import OutgoingMail
from orderloop.policy import services as policy
from orderloop.tracking.jobs import LINK_PURPOSE

pytestmark = pytest.mark.django_db
COMPANY = FulfilmentPolicy(company_name="Adventure Works Cycles", company_name_zh="冒险工坊")


@pytest.fixture
def buyer(request):
    policy.ensure_defaults(at=NOW, values={"fulfilment": getattr(request, "param", COMPANY)})
    a_warehouse()
    customer = a_customer("C-1", language="en")
    Contact.objects.create(customer=customer, name="Li", email="li@c.example", is_primary=True)
    return customer


def an_order(buyer, **fields):
    entry = an_entry(buyer, [(a_product(stock=9), 4)], **fields)
    return next(iter(take_in_entries([entry], at=NOW, actor=SYSTEM).values.values()))


def shown(address, client=None):
    client = client or Client()
    client.cookies["django_language"] = "en"
    page = client.get(address)
    assert page.status_code in (200, 410, 404)
    return page.content.decode()


def assert_the_sellers(page, name="Adventure Works Cycles"):
    assert re.search(rf'class="portal-brand">\s*{name}\s*<', page)
    assert re.search(rf"<title>.*{name}</title>", page)
    assert "Orderloop" not in page


def test_the_tracking_page_bears_the_sellers_name(buyer):
    order = an_order(buyer)
    token = link_for(LINK_PURPOSE, order.order_id, 1, 10, at=timezone.now())
    assert_the_sellers(shown(f"/t/{token}"))
    assert_the_sellers(shown("/t/cut-off"))


def test_the_form_with_questions_and_their_mail_bear_it(buyer):
    order = an_order(buyer, po_number="", requested_on="")
    draft = Draft.objects.get(pk=order.draft_id)
    url = question_link(draft.pk, draft.link_version, at=timezone.now())
    assert_the_sellers(shown(url[url.index("/q/") :]))
    outbox.drain(NOW)
    mail = OutgoingMail.objects.get()
    assert mail.body.rstrip().endswith("Adventure Works Cycles")
    assert "Orderloop" not in mail.body


def test_the_portal_bears_it_in_the_readers_language(buyer):
    person = Person.objects.create(username="li", roles=["customer"], customer=buyer, language="zh-hans")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/portal").content.decode()
    assert_the_sellers(page, "冒险工坊")


def test_mails_come_under_it_and_from_the_same_address(buyer, settings):
    settings.MAIL_FROM = "Orderloop <orders@maker.example>"
    an_order(buyer)
    outbox.drain(NOW)
    mail = OutgoingMail.objects.get(effect_key__startswith="progress:confirmed")
    assert message_of(mail)["From"] == "Adventure Works Cycles <orders@maker.example>"
    mail.language = "zh-hans"
    parsed = message_of(mail)["From"].addresses[0]
    assert (parsed.display_name, parsed.addr_spec) == ("冒险工坊", "orders@maker.example")
    assert "Orderloop" not in mail.body


def test_confirmation_and_delivery_note_bear_it(buyer):
    order = an_order(buyer)
    fulfilment.ship_orders_completely([ShipOrder(order.order_id, "SF")], at=NOW, actor=CLERK)
    (confirmation,) = fulfilment.print_order_confirmations([order.order_id]).values()
    (note,) = fulfilment.print_delivery_notes([Shipment.objects.get().pk]).values()
    for paper in (confirmation, note):
        with pdfplumber.open(io.BytesIO(paper)) as document:
            assert document.pages[0].extract_text().startswith("Adventure Works Cycles")
            assert document.metadata["Author"] == "Adventure Works Cycles"
            assert "Orderloop" not in document.pages[0].extract_text()


@pytest.mark.parametrize("buyer", [FulfilmentPolicy()], indirect=True)
def test_as_long_as_no_name_was_given_the_settings_and_the_products_stand_in(buyer, settings):
    settings.MAIL_FROM = "Order desk <orders@maker.example>"
    an_order(buyer)
    outbox.drain(NOW)
    assert message_of(OutgoingMail.objects.first())["From"] == "Order desk <orders@maker.example>"
    assert re.search(r'class="portal-brand">\s*Orderloop\s*<', shown("/t/cut-off"))


def test_a_name_cannot_break_a_header(buyer):
    former = list(house._names)
    try:
        house.register(lambda _language: "Wheels, Inc.\r\nBcc: x@y.example")
        an_order(buyer)
        outbox.drain(NOW)
        message = message_of(OutgoingMail.objects.first())
        assert message["Bcc"] is None
        assert message["From"].addresses[0].display_name == "Wheels, Inc.Bcc: x@y.example"
    finally:
        house._names[:] = former
