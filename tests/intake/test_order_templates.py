"""Order templates of a customer's users, and copying the last order at the desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.intake.test_entry_pages import form, in_a_fortnight
from tests.makers import NOW

from orderloop.access.services import as_customer
from orderloop.customers.models import Customer
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.foundation.outcome import Reason
from orderloop.intake import queries, services
from orderloop.intake.facts import OrderTemplateNew
from orderloop.intake.models import Draft, OrderTemplate
from orderloop.intake.services import templates
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
LINES = {"lines": [{"item": "BOLT", "quantity": "3", "requested_on": "2026-12-01"}], "po_number": "PO-1"}


def owner(code: str) -> int:
    return Customer.objects.get(code=code).pk


def keep(code: str, name: str, body: dict[str, object] | None = None) -> object:
    new = OrderTemplateNew(owner(code), name, LINES if body is None else body)
    return services.keep_templates([new], at=NOW, actor=SYSTEM)


def test_an_order_is_kept_as_a_template_and_ordered_from_it(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    buyer.post("/orders/new", form(("BOLT", "3"), ("NUT", "20")))
    order = Order.objects.get()
    assert (
        buyer.post(f"/portal/orders/{order.number}/template", {"template_name": " Monthly  bolts "}).status_code == 302
    )
    template = OrderTemplate.objects.get()
    assert (template.name, template.customer_id, template.kept_by) == ("Monthly bolts", owner("OT"), "Wang")
    assert [(line["item"], line["quantity"]) for line in template.body["lines"]] == [("BOLT", "3"), ("NUT", "20")]
    listed = buyer.get("/portal/templates").content.decode()
    assert "<b>Monthly bolts</b>" in listed and f'href="/orders/new?template={template.id}"' in listed
    page = buyer.get(f"/orders/new?template={template.id}").content.decode()
    assert 'value="BOLT"' in page and 'value="20"' in page and "PO-1" not in page


def test_a_form_is_kept_as_a_template_and_nothing_typed_is_lost(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    sent = form(("BOLT", "3"), template="1", template_name="Bolts")
    answer = buyer.post("/orders/new", sent)
    assert answer.status_code == 200 and 'value="PO-1"' in answer.content.decode()
    assert (OrderTemplate.objects.get().body, Order.objects.count(), Draft.objects.count()) == (
        {"lines": [{"item": "BOLT", "quantity": "3"}]}, 0, 0
    )  # fmt: skip
    assert ">Bolts</a>" in buyer.get("/orders/new").content.decode()


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [("  ", LINES, "template.name_missing"), ("A", {"lines": [{"quantity": "3"}]}, "template.empty")],
)
def test_what_has_no_name_or_no_line_is_not_kept(
    signed_in: SignedIn, name: str, body: dict[str, object], code: str
) -> None:
    outcome = services.keep_templates([OrderTemplateNew(owner("OT"), name, body)], at=NOW, actor=SYSTEM)
    assert [each.code for each in outcome.refused[0].reasons] == [code]
    assert OrderTemplate.objects.count() == 0


def test_the_same_name_is_replaced_and_the_number_is_limited(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("OT", "Bolts")
    keep("OT", "bolts", {"lines": [{"item": "NUT", "quantity": "9"}]})
    assert OrderTemplate.objects.get().body == {"lines": [{"item": "NUT", "quantity": "9"}]}
    keep("HX", "Bolts")
    assert OrderTemplate.objects.count() == 2
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 1)
    new = OrderTemplateNew(owner("OT"), "Nuts", LINES)
    outcome = services.keep_templates([new], at=NOW, actor=SYSTEM)
    assert outcome.refused[0].reasons == (Reason("template.too_many", "name", {"most": 1}),)


def test_a_removed_template_comes_back_unless_its_name_is_taken(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    keep("OT", "Bolts")
    template = OrderTemplate.objects.get()
    assert buyer.post(f"/portal/templates/{template.id}/remove").status_code == 302
    assert buyer.get(f"/orders/new?template={template.id}").status_code == 404
    assert buyer.post(f"/portal/templates/{template.id}/remove").status_code == 404
    buyer.post(f"/portal/templates/{template.id}/restore")
    assert [each.name for each in queries.templates_of(owner("OT"))] == ["Bolts"]
    buyer.post(f"/portal/templates/{template.id}/remove")
    keep("OT", "BOLTS")
    buyer.post(f"/portal/templates/{template.id}/restore")
    assert [each.name for each in queries.templates_of(owner("OT"))] == ["BOLTS"]


def test_nobody_reaches_another_companys_template_and_the_database_holds_them_apart(signed_in: SignedIn) -> None:
    buyer, clerk = signed_in("wang", "customer", customer_code="OT"), signed_in("liu", "clerk")
    keep("HX", "Secret")
    template = OrderTemplate.objects.get()
    assert "Secret" not in buyer.get("/portal/templates").content.decode()
    assert buyer.get(f"/orders/new?template={template.id}").status_code == 404
    assert buyer.post(f"/portal/templates/{template.id}/remove").status_code == 404
    buyer.post(f"/portal/templates/{template.id}/restore")
    clerk.post("/orders/new", form(("BOLT", "3")))
    assert (
        buyer.post(f"/portal/orders/{Order.objects.get().number}/template", {"template_name": "x"}).status_code == 404
    )
    assert clerk.get("/portal/templates").status_code == 403
    with as_customer(owner("OT")):
        assert OrderTemplate.objects.count() == 0
    assert [each.removed_at for each in OrderTemplate.objects.all()] == [None]


def test_the_list_costs_the_same_statements_however_many_there_are(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    counts = []
    buyer.get("/portal/templates")
    for size in (1, 6):
        for n in range(size):
            keep("OT", f"T{n}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert buyer.get("/portal/templates").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_order_again_is_asked_for_as_long_ahead(signed_in: SignedIn) -> None:
    buyer = signed_in("wang", "customer", customer_code="OT")
    buyer.post("/orders/new", form(("BOLT", "3")))
    order = Order.objects.get()
    Order.objects.update(
        received_at=order.received_at - timedelta(days=90), requested_on=order.requested_on - timedelta(days=90)
    )
    page = buyer.get(f"/orders/new?from={order.id}").content.decode()
    day = CHINA.next_working_day(timezone.localdate() + (order.requested_on - timezone.localdate(order.received_at)))
    assert f'value="{day.isoformat()}"' in page and 'value="BOLT"' in page


def test_the_desk_copies_the_customers_last_order_into_an_empty_form(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    clerk.post("/orders/new", form(("BOLT", "3")))
    clerk.post("/orders/new", form(("NUT", "20"), po_number="PO-2"))
    empty = form(po_number="PO-3", requested_on=in_a_fortnight(), last="1")
    page = clerk.post("/orders/new", empty).content.decode()
    assert 'value="NUT"' in page and 'value="PO-3"' in page and 'value="BOLT"' not in page
    nobody = clerk.post("/orders/new", {**empty, "customer": ""}).content.decode()
    assert "Name the customer first." in nobody and 'value="NUT"' not in nobody
    typed = clerk.post("/orders/new", form(("BOLT", "7"), last="1")).content.decode()
    assert 'value="7"' in typed and 'value="NUT"' not in typed
    new = clerk.post("/orders/new", {**empty, "customer": "OT"}).content.decode()
    assert "This customer has not ordered yet." in new
    assert Order.objects.count() == 2
