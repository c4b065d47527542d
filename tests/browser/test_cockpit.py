"""The cockpit in a real browser: readable, and two clicks from a tile to the orders."""

from collections.abc import Callable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.makers import a_customer, policies
from tests.metrics.record import a_stage, an_order

from orderloop.policy import queries as policies_in_force

pytestmark = pytest.mark.django_db(transaction=True)

# A promise is a day on the plant's wall, whatever the time of this run.
PLANT = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def record(db: None) -> None:
    """Orders of the last weeks, some of them late."""
    policies_in_force.forget()
    policies()
    customer = a_customer("ACME", name="Acme Cycles")
    now = timezone.now().astimezone(UTC)
    for n in range(24):
        delivered = now - timedelta(days=n * 3 + 1)
        received = delivered - timedelta(days=4 + n % 5)
        moment = [f"{each:%Y-%m-%d %H:%M}" for each in (received, delivered)]
        promised = f"{delivered.astimezone(PLANT) + timedelta(days=1 - n % 3):%Y-%m-%d}"
        order = an_order(
            customer, *moment, first=promised, promised=promised, requested=promised, acknowledged=moment[0]
        )
        a_stage(order, "picking", *moment, moment[1], role="warehouse", minutes=10, wait_reason="colleague")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_cockpit_and_figure_are_accessible_and_fit(
    page_for: Callable[..., Visit], record: None, language: str, theme: str, width: int
) -> None:
    visit = page_for("manager", language, theme, width)
    for path, name in (
        ("/cockpit", "cockpit"),
        ("/cockpit/on_time_first", "figure"),
        ("/cockpit/otif_first/orders", "behind"),
    ):
        page = visit.open(path)
        if name == "figure":
            expect(page.locator("[data-chart] svg")).to_be_visible()
        assert_fits(page)
        assert_accessible(page)
        screenshot(page, f"{name}-{language}-{theme}-{width}")
    assert_no_csp_violations(visit)


def test_two_clicks_lead_from_a_tile_to_the_very_orders(page_for: Callable[..., Visit], record: None) -> None:
    page = page_for("manager", "en").open("/cockpit?period=90")
    page.locator(".kpi a", has_text="On time to the first promise").click()
    page.get_by_role("link", name="Orders on the wrong side").click()
    expect(page.locator("tbody tr")).to_have_count(8)
