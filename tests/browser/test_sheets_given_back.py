"""A sheet beside its order, in a real browser: a click on a cell teaches its column, and its errors go back in it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.browser.test_inbox import arrive, desk  # noqa: F401
from tests.browser.test_order_entry import in_a_fortnight
from tests.intake.arrivals import mail
from tests.interchange.sheets_made import xlsx

from orderloop.intake import services as intake
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft, Lesson
from orderloop.orders.facts import Channel
from orderloop.platform.tables import read_sheet

pytestmark = pytest.mark.slow
PageFor = Callable[..., Visit]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def a_sheet(number: str, quantity_title: str = "Qty", item: str = "BOLT-M8") -> Draft:
    rows = (
        ("PO No.", number), ("Delivery date", in_a_fortnight()), ("Item code", quantity_title, "Unit price"),
        (item, 4, 9), ("NUT-M8", 3, 2),
    )  # fmt: skip
    message = mail(
        f"Our order {number} is attached.", sender="li@huaxin.example", attached=[("order.xlsx", XLSX, xlsx(rows))]
    )
    message_id = arrive(message, channel=Channel.MAIL, sender="li@huaxin.example", trust="untrusted")
    return Draft.objects.get(message_id=message_id)


def test_a_cell_clicked_fills_the_field_and_teaches_its_column_until_it_is_taken_back(
    desk: None,  # noqa: F811
    page_for: PageFor,
) -> None:
    draft = a_sheet("KT-1", "Begehr")
    assert "quantity" not in draft.body["lines"][0]
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    page.locator("[name='f:lines/0/quantity']").focus()
    page.locator("[data-cell='B4']").click()
    assert page.locator("[name='f:lines/0/quantity']").input_value() == "4"
    page.locator(".vf-taught", has_text="Being tried on this customer's documents, 0 of 1").wait_for()
    assert intake.try_next_lesson(at=timezone.now()) == 1
    page.locator(".vf-taught", has_text="Learnt").wait_for()
    screenshot(page, "verify-sheet-taught")
    lesson = Lesson.objects.get()
    assert (lesson.kind, lesson.given, lesson.means) == ("column", "begehr", "quantity")
    second = a_sheet("KT-2", "Begehr")
    assert [line["quantity"] for line in second.body["lines"]] == ["4", "3"]
    page = visit.open(f"/drafts/{second.id}")
    assert "learnt from" in page.locator("[data-field='lines/1/quantity']").inner_text()
    page.locator("#lessons button").click()
    page.wait_for_load_state()
    lesson.refresh_from_db()
    assert lesson.off_at is not None
    assert "quantity" not in a_sheet("KT-3", "Begehr").body["lines"][0]
    assert_no_csp_violations(visit)


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_the_senders_sheet_is_saved_with_its_errors(
    desk: None,  # noqa: F811
    page_for: PageFor,
    language: str,
    theme: str,
) -> None:
    draft = a_sheet("KT-4", item="NO-SUCH")
    visit = page_for("clerk", language=language, theme=theme)
    page = visit.open(f"/drafts/{draft.id}")
    with page.expect_download() as saving:
        page.locator(f"a[href='/drafts/{draft.id}/errors']").click()
    assert saving.value.suggested_filename == "order-errors.xlsx"
    found = read_sheet(saving.value.path().read_bytes()).rows
    assert found[3] == [
        "NO-SUCH",
        "4",
        "9",
        "没有编码为“NO-SUCH”的产品。",
    ]  # in the customer's language, not the clerk's
    screenshot(page, f"verify-sheet-errors-{language}-{theme}")
    assert_accessible(page)
    assert_no_csp_violations(visit)


def test_the_customer_asked_finds_his_sheet_on_a_phone(desk: None, page_for: PageFor) -> None:  # noqa: F811
    draft = a_sheet("KT-5", item="NO-SUCH")
    assert intake.ask_customer([draft.id], at=timezone.now(), actor=_clerk()).all_done
    draft.refresh_from_db()
    link = question_link(draft.id, draft.link_version, at=timezone.now()).partition("/q/")[2]
    visit = page_for(width=360)
    page = visit.open(f"/q/{link}")
    assert page.locator(f"a[href='/q/{link}/sheet']").inner_text().strip() == "下载您的表格（含说明）"
    assert_fits(page)
    screenshot(page, "question-sheet-360")
    assert Client().get(f"/q/{link}/sheet").headers["Content-Type"] == XLSX


def _clerk():
    from orderloop.foundation.actor import SYSTEM

    return SYSTEM
