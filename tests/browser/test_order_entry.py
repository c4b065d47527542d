"""Orders typed in a real browser: by keyboard alone, pasted from a spreadsheet, kept, and sent once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.intake.desk import found_desk

from orderloop.customers.queries import by_codes
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.facts import EntryLine, OrderEntry
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = pytest.mark.slow
PageFor = Callable[..., Visit]


@pytest.fixture
def desk(transactional_db: None) -> None:
    found_desk()


def in_a_fortnight() -> str:
    return CHINA.next_working_day(timezone.localdate() + timedelta(days=14)).isoformat()


def asked_draft() -> Draft:
    """An order that came by API and lacks a quantity."""
    at = timezone.now()
    lines = (EntryLine("BOLT", ""), EntryLine("NUT", "15"))
    entry = OrderEntry(1, Channel.API, at, lines, customer_code="HX", po_number="PO-77", requested_on=in_a_fortnight())
    return Draft.objects.get(id=take_in_entries([entry], at=at, actor=SYSTEM).values[1].draft_id)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_clerk_enters_an_order_by_keyboard_alone(desk: None, page_for: PageFor, language: str) -> None:
    visit = page_for("clerk", language=language)
    page = visit.open("/orders/new")
    keys = page.keyboard
    keys.type("HX")
    keys.press("Tab")
    keys.type("PO-1")
    page.locator("#id_requested_on").fill(in_a_fortnight())
    page.locator("[name=item]").first.focus()
    keys.type("BOLT")
    keys.press("Tab")
    keys.type("3")
    keys.press("Enter")
    keys.type("NUT")
    keys.press("Tab")
    keys.type("15")
    page.locator("[data-use=quantity]").wait_for()
    screenshot(page, f"order-entry-{language}")
    assert_accessible(page)
    page.locator("[data-use=quantity]").click()
    page.locator("[data-line]:nth-child(2) [data-amount]", has_text="40.00").wait_for()
    keys.press("Control+Enter")
    page.wait_for_url("**/orders/taken/*")
    order = Order.objects.get()
    assert [line.quantity for line in order.lines.order_by("n")] == [3, 20]
    assert order.number in page.locator("h1").inner_text()
    assert_accessible(page)
    assert_no_csp_violations(visit)


def test_a_block_is_pasted_and_nothing_is_lost_when_the_page_is_left(desk: None, page_for: PageFor) -> None:
    visit = page_for("clerk", language="en")
    page = visit.open("/orders/new")
    page.locator("#id_customer").fill("HX")
    block = "Item\tQty\tUnit\nBOLT\t3\tpcs\nNUT\t20\tpcs\nBOLT\t1\tbox\n"
    page.locator("[name=item]").first.focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text", text);
            const how = {clipboardData: data, bubbles: true, cancelable: true};
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        block,
    )
    page.locator("[data-line]:nth-child(3) [data-amount]", has_text="900.00").wait_for()
    page.locator("[data-kept]", has_text="Draft kept").wait_for()
    draft = Draft.objects.get()
    visit.open("/account")
    page = visit.open(f"/orders/new?draft={draft.id}")
    kept = page.locator("[name=item]").evaluate_all("all => all.map(each => each.value).filter(Boolean)")
    assert kept == ["BOLT", "NUT", "BOLT"]
    assert_no_csp_violations(visit)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_customer_answers_a_question_on_a_telephone(desk: None, page_for: PageFor, theme: str) -> None:
    draft = asked_draft()
    visit = page_for("", language="zh-hans", theme=theme, width=360)
    url = question_link(draft.id, draft.link_version, at=timezone.now())
    page = visit.open(url[url.index("/q/") :])
    assert_accessible(page)
    assert_fits(page)
    screenshot(page, f"question-{theme}")
    assert page.locator("[name='lines/1/quantity']").input_value() == "20"
    page.locator("[name='lines/0/quantity']").fill("5")
    page.locator(".question-form .btn-primary").click()
    page.locator(".notice").wait_for()
    order = Order.objects.get()
    assert order.number in page.locator("#main").inner_text()
    assert [line.quantity for line in order.lines.order_by("n")] == [5, 20]
    assert_no_csp_violations(visit)


def test_the_desk_sees_what_waits(desk: None, page_for: PageFor) -> None:
    draft = asked_draft()
    visit = page_for("clerk", language="zh-hans", theme="dark")
    for path, name in (
        ("/inbox?tab=customer", "drafts"),
        (f"/drafts/{draft.id}", "draft"),
        ("/orders/upload", "upload"),
    ):
        page = visit.open(path)
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"intake-{name}")
    assert_no_csp_violations(visit)


def test_a_customers_user_orders_in_the_portal_on_a_telephone(desk: None, page_for: PageFor) -> None:
    customer_id = by_codes(["OT"])["OT"].customer_id
    visit = page_for("customer", language="en", width=360, customer_id=customer_id)
    page = visit.open("/orders/new")
    assert_accessible(page)
    assert_fits(page)
    page.locator("#id_requested_on").fill(in_a_fortnight())
    page.locator("[name=item]").first.fill("BOLT")
    page.locator("[name=quantity]").first.fill("2")
    page.locator("[data-kept]", has_text="Draft kept").wait_for()
    screenshot(page, "portal-order")
    page.locator("[data-send]").dblclick()
    page.wait_for_url("**/orders/taken/*")
    assert Order.objects.get().channel == "portal"
    assert_no_csp_violations(visit)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_upload_is_checked_on_the_page_before_it_is_taken_in(desk: None, page_for: PageFor, language: str) -> None:
    visit = page_for("clerk", language=language)
    page = visit.open("/orders/upload")
    rows = f"订单号,货号,数量,交期\nA1,BOLT,3,{in_a_fortnight()}\nA2,BOLT,x,{in_a_fortnight()}\n"
    page.locator("#id_file").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode("gb18030")}
    )
    page.locator("#id_customer").fill("HX")
    page.locator("main .btn-primary").click()
    page.locator("[name=column_0]").wait_for()
    assert_accessible(page)
    assert_fits(page)
    screenshot(page, f"upload-check-{language}")
    page.locator("[name=take][value=good]").click()
    page.locator(".results").wait_for()
    assert_accessible(page)
    assert Order.objects.get().po_number == "A1"
    assert_no_csp_violations(visit)
