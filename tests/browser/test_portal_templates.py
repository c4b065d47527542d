"""Order templates in the portal, on a telephone and in both languages."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.browser.test_order_entry import in_a_fortnight
from tests.makers import a_customer, a_product, policies

from orderloop.intake.models import OrderTemplate
from orderloop.orders.models import Order

pytestmark = pytest.mark.slow
PageFor = Callable[..., Visit]


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-hans", "dark", 360), ("en", "light", 1280)])
def test_a_form_is_kept_as_template_and_ordered_from_in_two_clicks(
    transactional_db: None, page_for: PageFor, language: str, theme: str, width: int
) -> None:
    policies(at=timezone.now())
    customer = a_customer("HX", name="华信机械")
    a_product("BOLT-M8", price="9", name_en="Bolt M8", name_zh="螺栓 M8", stock=100)
    visit = page_for("customer", language=language, theme=theme, width=width, customer_id=customer.pk)
    page = visit.open("/portal/templates")
    assert_accessible(page)
    assert_fits(page)
    page = visit.open("/orders/new")
    page.locator("[name=item]").first.fill("BOLT-M8")
    page.locator("[name=quantity]").first.fill("12")
    page.locator("[data-dialog=template]").click()
    page.locator("[name=template_name]").fill("每月螺栓")
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"entry-template-{width}")
    page.keyboard.press("Enter")
    page.locator("[data-toast]", has_text="每月螺栓").wait_for()
    assert page.locator("[name=quantity]").first.input_value() == "12"
    assert OrderTemplate.objects.get().body == {"lines": [{"item": "BOLT-M8", "quantity": "12"}]}
    page = visit.open("/portal/templates")
    assert_accessible(page)
    assert_fits(page)
    screenshot(page, f"portal-templates-{width}")
    page.locator("a[href*='?template=']").click()
    page.locator("[name=po_number]").fill("PO-7")
    page.locator("[name=requested_on]").fill(in_a_fortnight())
    page.locator("[data-send]").click()
    page.wait_for_url("**/orders/taken/*")
    order = Order.objects.get()
    assert (order.po_number, order.customer_id, order.lines.get().quantity) == ("PO-7", customer.pk, 12)
    page = visit.open("/portal/templates")
    page.locator("[data-row] form button").click()
    page.locator("[data-toast] form button, [data-toast] [data-undo]").first.click()
    page.locator("[data-row]").wait_for()
    assert OrderTemplate.objects.get().removed_at is None
    assert_no_csp_violations(visit)
