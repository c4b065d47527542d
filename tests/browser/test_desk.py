"""The desk's day in a real browser: a held order approved, a shortage filled, and every page fit to be looked at."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.browser.harness import (
    Visit,
    assert_accessible,
    assert_fits,
    assert_no_csp_violations,
    screenshot,
)
from tests.makers import CLERK, a_customer, a_product, an_entry, policies

from orderloop.flow.services.take_in import take_in_entries
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Visit]


@pytest.fixture
def desk() -> dict[str, str]:
    """Four orders: held for credit, released, short, and large; their numbers by what they are."""
    policies()
    there, missing = (
        a_product("BK-100", stock=50, name_en="Touring bike", name_zh="旅行自行车"),
        a_product("WH-7", stock=0, name_en="Wheel", name_zh="车轮"),
    )
    since = timezone.now() - timedelta(hours=3)
    names = ("held", "released", "short", "large")
    customers = [
        a_customer(credit="300", name="Harbour Bikes"),
        a_customer(name="上海永久车行", importance="A"),
        a_customer(name="Northwind Sports", importance="A"),
        a_customer(name="杭州快骑户外用品有限公司", credit="90000"),
    ]
    wanted = [[(there, 4)], [(there, 2)], [(missing, 3)], [(there, 1500)]]
    entries = [
        an_entry(customer, lines, key=n, received_at=since)
        for n, (customer, lines) in enumerate(zip(customers, wanted, strict=True))
    ]
    taken = take_in_entries(entries, at=timezone.now() - timedelta(hours=2), actor=CLERK).values
    return {name: taken[n].number for n, name in enumerate(names)}


def status_of(number: str) -> str:
    return Order.objects.get(number=number).status


def test_a_reviewer_finds_the_held_order_in_her_work_and_approves_it(desk: dict[str, str], page_for: PageFor) -> None:
    visit = page_for("credit_reviewer", language="en")
    page = visit.open("/")
    assert page.url.endswith("/work")
    page.get_by_role("row", name=desk["held"]).get_by_role("link").first.click()
    page.get_by_label("Reason, or question to the customer").fill("Paid yesterday, receipt seen")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url(f"**/orders/{desk['held']}")
    assert page.locator(".page-status").get_by_text("Released").is_visible()
    assert "Paid yesterday" not in page.locator(".page-status").inner_text()
    assert status_of(desk["held"]) == "released"
    assert_no_csp_violations(visit)


def test_a_decision_without_a_reason_comes_back_with_nothing_changed(desk: dict[str, str], page_for: PageFor) -> None:
    page = page_for("credit_reviewer", language="en").open(f"/review/{desk['held']}")
    page.get_by_role("heading", name=desk["held"]).wait_for()
    page.keyboard.press("a")
    page.get_by_text("A reason is needed.").wait_for()
    assert status_of(desk["held"]) == "in_review"


def test_booking_goods_in_releases_the_order_that_waited(desk: dict[str, str], page_for: PageFor) -> None:
    visit = page_for("planner", language="en")
    page = visit.open("/shortages")
    assert page.get_by_role("link", name=desk["short"]).is_visible()
    page.get_by_role("button", name="Book goods in").first.click()
    page.get_by_role("dialog").get_by_label("Reference").fill("PO-77")
    page.get_by_role("dialog").get_by_role("button", name="Book goods in").click()
    page.get_by_text("Booked in: 1 order line got goods.").wait_for()
    assert status_of(desk["short"]) == "released"
    assert not page.get_by_role("link", name=desk["short"]).is_visible()
    assert_no_csp_violations(visit)


def test_work_is_taken_with_one_key(desk: dict[str, str], page_for: PageFor) -> None:
    visit = page_for("credit_reviewer", language="en")
    page = visit.open("/work")
    page.get_by_role("heading", name="My work").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.get_by_text("1 taken. It is yours now.").wait_for()
    assert page.get_by_role("row", name=desk["held"]).get_by_text("Me").is_visible()
    assert_no_csp_violations(visit)


def test_holds_are_approved_from_the_list_with_a_result_for_each_row(desk: dict[str, str], page_for: PageFor) -> None:
    visit = page_for("manager", language="en")
    page = visit.open("/review?kind=credit")
    page.get_by_label("Tick " + desk["held"]).check()
    page.locator("#batch-reason").fill("As agreed with the owner")
    page.get_by_role("button", name="Approve").click()
    page.locator("#outcome").get_by_role("link", name=desk["held"]).wait_for()
    assert status_of(desk["held"]) == "released"
    assert_no_csp_violations(visit)


def test_a_view_is_kept_and_found_again(desk: dict[str, str], page_for: PageFor) -> None:
    page = page_for("manager", language="en").open("/orders?held=1")
    page.get_by_text("Keep view").click()
    page.get_by_label("Name of the view").fill("Held ones")
    page.get_by_role("button", name="Keep", exact=True).click()
    view = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Held ones")
    view.wait_for()
    assert view.get_attribute("aria-current") == "page"
    assert page.get_by_role("row", name=desk["released"]).count() == 0


PAGES = ("work", "orders", "order", "review", "sheet", "shortages", "stock")


def path_of(name: str, numbers: dict[str, str]) -> str:
    return {
        "work": "/work?all=1",
        "order": f"/orders/{numbers['held']}",
        "sheet": f"/review/{numbers['large']}",
    }.get(name, f"/{name}")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "light", 1280), ("en", "dark", 1280), ("zh-hans", "dark", 360), ("en", "light", 360)],
)
def test_every_page_is_accessible_and_fits(
    desk: dict[str, str], page_for: PageFor, language: str, theme: str, width: int
) -> None:
    visit = page_for("manager", language=language, theme=theme, width=width)
    for name in PAGES:
        page = visit.open(path_of(name, desk))
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"desk-{name}-{language}-{theme}-{width}", full_page=True)
    assert_no_csp_violations(visit)
