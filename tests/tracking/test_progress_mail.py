"""6.1b the customer is told of progress regularly (定期反馈进度), once per event, in the customer's language."""

from datetime import timedelta

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import override
from tests.makers import CLERK, NOW, a_customer, a_product, policies
from tests.released_orders import PROMISED_ON, a_released_order, line_ids

from orderloop.access.services import as_customer
from orderloop.customers.models import Contact
from orderloop.fulfilment import queries as papers
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import Packing, Picked, ShipOrder, ShipOut
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, Move, OrderStatus
from orderloop.orders.models import Line, Order
from orderloop.platform import links, outbox
from orderloop.platform.models import Effect, OutgoingMail
from orderloop.policy.facts import InForce
from orderloop.tracking import jobs, queries, services
from orderloop.tracking.facts import SECTION, NoticeNew, ProgressEvent, TrackingPolicy
from orderloop.tracking.models import Notice

E = ProgressEvent
pytestmark = pytest.mark.django_db


def page(request: HttpRequest, token: str) -> HttpResponse:
    """Stands for the customer's page."""
    return HttpResponse()


urlpatterns = [path("track/<token>", page, name="track_order")]


@pytest.fixture(autouse=True)
def desk(settings):
    policies()
    settings.SMTP_URL = ""
    settings.PUBLIC_URL = "https://desk.example"
    settings.ROOT_URLCONF = __name__


def an_order(language="en", address="buyer@example.com", **fields):
    customer = a_customer(language=language)
    if address:
        Contact.objects.create(customer=customer, name="Ms Li", email=address, is_primary=True)
    return a_released_order(customer, [(a_product(stock=9, name_en="Road bike", name_zh="公路自行车"), 4)], **fields)


def tell(order_id, event, subject=""):
    return services.notify([NoticeNew(order_id, event, subject)], at=NOW)


def mails():
    outbox.drain(NOW)
    assert not Effect.objects.exclude(error="").exists()
    return list(OutgoingMail.objects.order_by("id"))


def test_the_acknowledgement_says_that_it_is_no_acceptance_and_bears_a_link_that_works():
    order_id = an_order(steps=1, po_number="PO-77")
    tell(order_id, E.RECEIVED)
    (mail,) = mails()
    assert (mail.recipient, mail.order_id, mail.language) == ("buyer@example.com", order_id, "en")
    assert mail.subject.startswith("We have your order PO-77 (our number SO-")
    assert "this is not an acceptance yet" in mail.body
    assert "Road bike  4 EA  expected by 2026-12-03" in mail.body
    (link,) = [line for line in mail.body.splitlines() if line.startswith("https://desk.example/track/")]
    token = link.removeprefix("https://desk.example/track/")
    assert links.read_link(jobs.LINK_PURPOSE, token, at=NOW, version_of={order_id: 1}.get) == order_id


@pytest.mark.parametrize("event", [event for event in E if event is not E.SHIPPED])
def test_every_event_has_a_mail_in_both_languages(event):
    for language in ("en", "zh-hans"):
        tell(an_order(language), event)
    english, chinese = mails()
    assert english.body.isascii() or "–" in english.body
    assert "尊敬的" in chinese.body and "您可随时通过以下链接跟踪订单" in chinese.body
    assert english.subject and chinese.subject and english.subject != chinese.subject
    assert "{{" not in english.body + chinese.body and "%(" not in english.body + chinese.body


def test_the_confirmation_goes_with_its_document():
    order_id = an_order("zh-hans")
    tell(order_id, E.CONFIRMED)
    (mail,) = mails()
    assert "含税金额 CNY 400" in mail.body
    (attached,) = mail.attachments
    assert attached["filename"].startswith("SO-") and attached["content_type"] == "application/pdf"
    assert attached["size"] > 5_000


def test_shipped_goods_are_told_with_carrier_number_and_delivery_note():
    order_id = an_order()
    ((shipment_id,),) = fulfilment.start_picks([order_id], at=NOW, actor=CLERK).values.values()
    fulfilment.confirm_picks([Picked(shipment_id)], at=NOW, actor=CLERK)
    fulfilment.pack_shipments([Packing(shipment_id, 2)], at=NOW, actor=CLERK)
    shipped = fulfilment.ship_shipments([ShipOut(shipment_id, "DHL", "D-99")], at=NOW, actor=CLERK).values[shipment_id]
    tell(order_id, E.SHIPPED, shipped.number)
    (mail,) = mails()
    assert f"{shipped.number}: 2 parcels, handed to DHL." in mail.body
    assert "Tracking number: D-99" in mail.body
    assert [each["filename"] for each in mail.attachments] == [f"{shipped.number}.pdf"]


def test_nobody_is_told_twice_of_one_event_but_of_each_shipment():
    order_id = an_order()
    assert tell(order_id, E.DELIVERED).counts == {"done": 1, "refused": 0, "stale": 0}
    assert tell(order_id, E.DELIVERED).counts == {"done": 0, "refused": 0, "stale": 1}
    assert tell(order_id, E.SHIPPED, "DN-1").counts["done"] == 1
    assert tell(order_id, E.SHIPPED, "DN-2").counts["done"] == 1
    assert Effect.objects.count() == 3


def govern(monkeypatch, module, value):
    """Have another policy of tracking in force in one module."""
    real = module.in_force
    monkeypatch.setattr(
        module, "in_force", lambda section: InForce(0, 0, value) if section is SECTION else real(section)
    )


def test_what_the_policy_does_not_name_is_not_mailed(monkeypatch):
    govern(monkeypatch, services, TrackingPolicy(mailed_events=("shipped",)))
    outcome = tell(an_order(), E.CONFIRMED)
    assert outcome.refused[0].reasons[0].code == "not_mailed"
    assert (Notice.objects.count(), Effect.objects.count()) == (0, 0)


def test_a_customer_without_an_address_is_remembered_as_told_and_gets_no_mail():
    order_id = an_order(address="")
    assert tell(order_id, E.CONFIRMED).values == {NoticeNew(order_id, E.CONFIRMED): ""}
    assert (Notice.objects.count(), Effect.objects.count()) == (1, 0)


def test_notices_come_through_the_outbox_and_a_malformed_one_is_given_up():
    order_id = an_order()
    outbox.put_effects(
        [
            outbox.EffectNew("n1", "notice", {"event": "confirmed", "order_id": order_id, "subject": ""}, order_id),
            outbox.EffectNew("n2", "notice", {"event": "strange", "order_id": order_id}, order_id),
            outbox.EffectNew("n3", "notice", {"event": "confirmed", "order_id": 999}, 999),
        ],
        at=NOW,
    )
    drained = outbox.drain(NOW)
    assert (drained.done, drained.dead) == (3, ("n2",))
    assert OutgoingMail.objects.get().order_id == order_id


def test_a_date_that_moved_is_told_once_for_each_new_date():
    order_id = an_order(po_number="PO-8")
    assert services.notify_of_delays(at=NOW) == 0
    orders.promise_lines({line_ids(order_id)[0]: PROMISED_ON + timedelta(days=7)})
    assert services.notify_of_delays(at=NOW) == 1
    assert services.notify_of_delays(at=NOW) == 0
    (mail,) = mails()
    assert mail.subject.startswith("New delivery date for your order PO-8")
    assert "The delivery date has moved from 2026-12-03 to 2026-12-10" in mail.body
    orders.promise_lines({line_ids(order_id)[0]: PROMISED_ON + timedelta(days=14)})
    assert services.notify_of_delays(at=NOW) == 1


@pytest.mark.parametrize("count", [1, 40])
def test_the_number_of_statements_does_not_grow_with_the_set(
    count, django_assert_num_queries, django_assert_max_num_queries
):
    ids = [an_order() for _ in range(count)]
    with django_assert_max_num_queries(8):  # one of them reads the policy, unless it is known
        services.notify([NoticeNew(order_id, E.RECEIVED) for order_id in ids], at=NOW)
    with django_assert_num_queries(3):
        queries.timeline_for(ids)
    with django_assert_num_queries(7):
        queries.customer_views_for(ids)


def test_the_customers_page_shows_steps_lines_shipments_and_no_internals():
    order_id = an_order("zh-hans")
    orders.move_orders(
        [Move(order_id, EventKind.NOTE, OrderStatus.RELEASED, None, reason="credit is bad")], at=NOW, actor=CLERK
    )
    fulfilment.ship_orders_completely([ShipOrder(order_id, "顺丰", "SF1")], at=NOW, actor=CLERK)
    view = queries.customer_views_for([order_id])[order_id]
    with override("zh-hans"):
        html = "".join(
            render_to_string(f"tracking/{part}.html", {"view": view, "entries": view.timeline, "audience": "customer"})
            for part in ("steps", "lines", "shipments", "timeline")
        )
    for words in ("备货中", "公路自行车", "首次承诺交期", "SF1", "顺丰", "已交给"):
        assert words in html
    assert "credit is bad" not in html and "Li Na" not in html and "style=" not in html
    assert view.lines[0].shipped == Line.objects.get().shipped == 4


def test_staff_see_history_shipments_and_mails_in_one_timeline():
    order_id = an_order()
    tell(order_id, E.CONFIRMED)
    mails()
    entries = queries.timeline_for([order_id])[order_id]
    assert [entry.code for entry in entries] == ["received", "confirmed", "released", "kept"]
    html = render_to_string("tracking/timeline.html", {"entries": entries, "audience": "staff"})
    assert "buyer@example.com" in html and "Li Na" in html


def test_the_policy_can_leave_documents_out(monkeypatch):
    govern(monkeypatch, jobs, TrackingPolicy(attach_documents=False))
    tell(an_order(), E.CONFIRMED)
    (mail,) = mails()
    assert mail.attachments == []


def test_a_customers_own_view_and_papers_can_be_read_behind_the_second_fence_and_no_others():
    mine, other = an_order("zh-hans"), an_order()
    shipped = fulfilment.ship_orders_completely(
        [ShipOrder(mine, "DHL"), ShipOrder(other, "DHL")], at=NOW, actor=CLERK
    ).values
    notes = [each.shipment_id for group in shipped.values() for each in group]
    with as_customer(Order.objects.get(id=mine).customer_id):
        assert set(queries.customer_views_for([mine, other])) == {mine}
        confirmations = papers.order_confirmations_for([mine, other])
        delivery_notes = papers.delivery_notes_for(notes)
    assert set(fulfilment.print_papers(confirmations)) == {mine}
    assert set(fulfilment.print_papers(delivery_notes)) == {shipped[mine][0].shipment_id}


def test_a_tracking_link_ends_when_it_is_revoked_and_a_new_one_works():
    order_id = an_order()

    def opened(link):
        token = link.rpartition("/")[2]
        return links.read_link(jobs.LINK_PURPOSE, token, at=NOW, version_of=queries.link_version_of)

    old = jobs.tracking_link(order_id, 1, at=NOW)
    assert opened(old) == order_id
    orders.revoke_links([order_id])
    with pytest.raises(links.EndedLink):
        opened(old)
    assert opened(jobs.tracking_link(order_id, 2, at=NOW)) == order_id
    assert queries.link_version_of(999) is None
