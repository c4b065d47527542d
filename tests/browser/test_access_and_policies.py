"""Signing in, people, tokens and policies in a real browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot

from orderloop.access.facts import PersonNew
from orderloop.access.models import Person
from orderloop.access.services import add_people
from orderloop.foundation.actor import SYSTEM
from orderloop.policy import queries
from orderloop.policy.services import ensure_defaults

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Visit]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_access_and_policies_are_accessible_and_obey_the_content_policy(
    page_for: PageFor, language: str, theme: str
) -> None:
    ensure_defaults(at=AT)
    visit = page_for("administrator", language, theme)
    person_id = Person.objects.get().id
    for path in (
        "/account", "/people", "/people/new", f"/people/{person_id}", "/tokens", "/access-record",
        "/policies", "/policies/calendar", "/policies/calendar/draft", "/policies/governance/1",
    ):  # fmt: skip
        page = visit.open(path)
        assert_fits(page)
        assert_accessible(page)
        assert_no_csp_violations(visit)
        screenshot(page, f"setup{path.replace('/', '-').replace(str(person_id), 'one')}-{language}-{theme}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_somebody_signs_in_by_keyboard_and_is_told_when_it_was_wrong(
    page_for: PageFor, language: str, width: int
) -> None:
    add_people(
        [PersonNew("liu", "刘洋", ("manager",), "correct horse battery", language=language)], at=AT, actor=SYSTEM
    )
    visit = page_for("", language, "light", width)
    page = visit.open("/account")
    expect(page).to_have_url(re.compile("/sign-in"))
    assert_fits(page)
    assert_accessible(page)
    screenshot(page, f"sign-in-{language}-{width}")
    page.keyboard.type("liu")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(
        page.get_by_text("登录名或密码不正确。" if language == "zh-hans" else "Name or password is wrong.")
    ).to_be_visible()
    assert_accessible(page)
    page.locator("#id_password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/account$"))
    # the browser remarks on the refusal
    visit.complaints = [text for text in visit.complaints if "status of 401" not in text]
    assert_no_csp_violations(visit)


def test_a_manager_changes_a_policy_from_form_to_force(page_for: PageFor) -> None:
    ensure_defaults(at=AT)
    visit = page_for("manager", "en")
    page = visit.open("/policies/calendar")
    page.get_by_role("link", name="New draft").click()
    page.get_by_label("The working day ends at").fill("17:30")
    page.get_by_label("Why").fill("Summer hours")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator("ins")).to_have_text("17:30")
    expect(page.locator("del")).to_have_text("18:00")
    assert_accessible(page)
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("Version 2 in force")).to_be_visible()
    assert_no_csp_violations(visit)
    queries.forget()
    assert queries.in_force("calendar").value.day_ends.strftime("%H:%M") == "17:30"


def test_the_raw_tables_work_under_the_content_policy(page_for: PageFor) -> None:
    visit = page_for("administrator", "en")
    for path in ("/admin/", "/admin/access/person/", f"/admin/access/person/{Person.objects.get().id}/change/"):
        visit.open(path)
        assert_no_csp_violations(visit)
