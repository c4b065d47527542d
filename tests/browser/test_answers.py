"""Partners that are posted to, the secrets, the clock of an order, and the seller's name, in a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.intake.arrivals import a_partner, edifact, store
from tests.makers import CLERK, NOW, a_customer, a_product, a_warehouse, an_entry

from orderloop.customers.models import Contact, CreditAccount, Customer
from orderloop.flow.models import Outgoing, PostTry
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.connections import change_secret
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment.facts import FulfilmentPolicy
from orderloop.intake.models import Partner
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.links import link_for
from orderloop.policy import services as policy
from orderloop.tracking.jobs import LINK_PURPOSE

pytestmark = pytest.mark.django_db(transaction=True)
COMPANY = FulfilmentPolicy(company_name="Adventure Works Cycles", company_name_zh="冒险工坊自行车")
LOOKS = [("zh-hans", "light", 1280), ("en", "dark", 1280), ("en", "light", 360)]


@pytest.fixture
def buyer(db: None) -> Customer:
    policy.ensure_defaults(at=NOW, values={"fulfilment": COMPANY})
    a_warehouse()
    a_product("BK-1", stock=50)
    customer = a_customer("C-1", name="Huaxin Machinery", language="en")
    Contact.objects.create(customer=customer, name="Li", email="li@c.example", is_primary=True)
    return customer


def assert_well(visit: Visit) -> None:
    assert_accessible(visit.page)
    assert_no_csp_violations(visit)
    assert_fits(visit.page)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_partner_shows_what_was_answered_to_each_post(
    page_for: Callable[..., Visit], buyer: Customer, language: str, theme: str, width: int
) -> None:
    partner = a_partner(buyer.pk)
    Partner.objects.update(profile={"transport": "post", "address": "https://partner.example/in"})
    process_messages([store(edifact("PO-1", [("BK-1", 2, "100")]))], at=NOW, actor=SYSTEM)
    outbox.drain(NOW)
    outgoing = Outgoing.objects.get()
    PostTry.objects.create(outgoing=outgoing, at=NOW, fault="TimeoutError: timed out (too slow)")
    PostTry.objects.create(outgoing=outgoing, at=NOW, status=503, reply="<h1>Back soon</h1>", fault="answered 503")
    visit = page_for("administrator", language=language, theme=theme, width=width)
    page = visit.open(f"/partners/{partner.pk}")
    tries = page.locator("details.post-tries")
    tries.locator("summary").click()
    expect(tries.locator("pre")).to_have_text("<h1>Back soon</h1>")
    assert_well(visit)
    screenshot(page, f"partner-posted-{language}-{theme}-{width}", full_page=True)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_secret_is_made_copied_once_and_changed(
    page_for: Callable[..., Visit], buyer: Customer, language: str, theme: str, width: int
) -> None:
    now = datetime.now(UTC)
    change_secret("webhook:erp", customer_id=buyer.pk, at=now - timedelta(days=9), actor=CLERK)
    change_secret("webhook:erp", at=now, actor=CLERK)
    visit = page_for("administrator", language=language, theme=theme, width=width)
    page = visit.open("/secrets")
    page.locator("[name=purpose]").select_option("webhook")
    page.locator("form[action='/secrets'] [name=name]").fill("chat")
    page.locator("form[action='/secrets'] button").click()
    expect(page.locator("main")).to_contain_text("whsec_")
    assert_well(visit)
    screenshot(page, f"secrets-{language}-{theme}-{width}", full_page=True)
    visit.open("/secrets")
    expect(page.locator("main")).not_to_contain_text("whsec_")


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_an_order_shows_by_when_it_is_to_be_confirmed(
    page_for: Callable[..., Visit], buyer: Customer, language: str, theme: str, width: int
) -> None:
    CreditAccount.objects.update_or_create(customer=buyer, defaults={"limit": 1})
    now = datetime.now(UTC)
    take_in_entries([an_entry(buyer, [(a_product(stock=9), 4)], received_at=now)], at=now, actor=SYSTEM)
    visit = page_for("credit_reviewer", language=language, theme=theme, width=width)
    page = visit.open(f"/orders/{Order.objects.get().number}")
    expect(page.locator(".page-status")).to_contain_text("确认" if language == "zh-hans" else "Confirm by")
    assert_well(visit)
    screenshot(page, f"order-clock-{language}-{theme}-{width}")


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_customers_page_bears_the_sellers_name(
    page_for: Callable[..., Visit], buyer: Customer, language: str, theme: str, width: int
) -> None:
    take_in_entries([an_entry(buyer, [(a_product(stock=9), 4)])], at=NOW, actor=SYSTEM)
    token = link_for(LINK_PURPOSE, Order.objects.get().pk, 1, 10, at=datetime.now(UTC))
    visit = page_for("", language=language, theme=theme, width=width)
    page = visit.open(f"/t/{token}")
    expect(page.locator(".portal-brand")).to_have_text(COMPANY.name(language))
    assert_well(visit)
    screenshot(page, f"tracking-{language}-{theme}-{width}")
