"""The frame and the components in a real browser, as the gallery shows them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Visit]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [1280, 360])
def test_gallery_is_accessible_and_fits_in_both_languages_and_themes(
    page_for: PageFor, language: str, theme: str, width: int
) -> None:
    visit = page_for("administrator", language, theme, width)
    page = visit.open("/ui/gallery")

    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hans")
    assert_fits(page)
    assert_accessible(page)
    assert_no_csp_violations(visit)
    screenshot(page, f"components-{language}-{theme}-{width}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_customers_frame_is_accessible_on_a_phone(page_for: PageFor, language: str) -> None:
    visit = page_for("administrator", language, "light", 360)
    page = visit.open("/ui/gallery/portal")

    assert_fits(page)
    assert_accessible(page)
    assert_no_csp_violations(visit)


def test_palette_finds_an_action_of_the_page_and_runs_it(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")

    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("dialog")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#example")).to_be_visible()


def test_palette_says_when_nothing_is_found(page_for: PageFor) -> None:
    page = page_for("administrator", "zh-hans").open("/ui/gallery")

    page.keyboard.press("Control+k")
    page.keyboard.type("qqqq")

    expect(page.get_by_text("未找到结果")).to_be_visible()


def test_rows_are_walked_and_ticked_by_keys(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")

    for key in "jjxjx":
        page.keyboard.press(key)

    expect(page.locator("tr.is-current .row-link")).to_have_text("T-20482")
    assert _ticked(page) == ["T-20481", "T-20482"]
    expect(page.locator("[data-batch-count]")).to_have_text("2")
    page.keyboard.press("k")
    expect(page.locator("tr.is-current .row-link")).to_have_text("T-20481")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#T-20481$"))


def test_batch_answers_row_by_row_and_can_be_undone(page_for: PageFor) -> None:
    visit = page_for("administrator", "en")
    page = visit.open("/ui/gallery")
    for key in "jxjx":
        page.keyboard.press(key)

    page.get_by_role("button", name="Approve").click()

    outcome = page.locator("#outcome .results")
    expect(outcome.locator("li")).to_have_count(2)
    expect(outcome).to_contain_text("The amount is above the limit.")
    expect(page.locator("[data-toast]")).to_contain_text("2 things changed.")
    assert _ticked(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("Taken back.")
    assert_no_csp_violations(visit)


def test_single_keys_can_be_switched_off_and_stay_off(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")

    page.reload()
    page.keyboard.press("j")
    expect(page.locator("tr.is-current")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_typing_in_the_filter_presses_no_keys_of_the_page(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")

    page.keyboard.press("/")
    page.keyboard.type("jx?")

    expect(page.locator("[data-filter-focus]")).to_have_value("jx?")
    expect(page.locator("#keys")).to_be_hidden()
    assert _ticked(page) == []


def test_filter_stands_in_the_address_and_its_chip_takes_it_away(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")

    page.get_by_label("State").first.select_option("late")
    expect(page).to_have_url(re.compile(r"/ui/gallery\?state=late$"))
    page.locator(".chip").click()

    expect(page).to_have_url(re.compile(r"/ui/gallery$"))


def test_theme_is_switched_at_once_and_kept(page_for: PageFor) -> None:
    page = page_for("administrator", "en", "light").open("/ui/gallery")

    with page.expect_response("**/ui/theme"):
        page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_language_is_switched_on_the_page_one_is_on(page_for: PageFor) -> None:
    page = page_for("administrator", "zh-hans").open("/ui/gallery?state=late")
    expect(page.locator("h1")).to_have_text("组件")

    page.get_by_role("button", name="English").click()

    expect(page.locator("h1")).to_have_text("Components")
    expect(page).to_have_url(re.compile(r"/ui/gallery\?state=late$"))


def test_rail_and_bar_stay_in_sight_when_the_page_is_scrolled(page_for: PageFor) -> None:
    page = page_for("administrator", "en").open("/ui/gallery")

    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    assert page.evaluate("window.scrollY") > 500
    assert page.locator("#rail").bounding_box()["y"] == 0
    assert page.locator(".topbar").bounding_box()["y"] == 0


def test_paper_shows_the_record_without_the_frame(page_for: PageFor) -> None:
    page = page_for("administrator", "en", "dark").open("/ui/gallery")

    page.emulate_media(media="print")

    for frame in ("#rail", ".topbar", ".filters", ".page-actions", ".page-links"):
        expect(page.locator(frame)).to_be_hidden()
    expect(page.locator("main table").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    screenshot(page, "paper")


def test_chart_is_drawn_in_the_page_and_redrawn_in_the_other_theme(page_for: PageFor) -> None:
    visit = page_for("administrator", "en")
    page = visit.open("/ui/gallery")
    line = page.locator("[data-chart] svg path[stroke]").last
    expect(page.locator("[data-chart] svg")).to_have_count(1)

    page.get_by_text("As a table").click()
    expect(page.locator(".chart-table tbody tr").nth(3)).to_have_text("19–")
    before = line.get_attribute("stroke")
    page.get_by_role("button", name="Light or dark").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(line).not_to_have_attribute("stroke", before or "")
    assert_no_csp_violations(visit)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sign_in_is_accessible_on_a_phone_in_both_languages(page_for: PageFor, language: str) -> None:
    visit = page_for("", language, "light", 360)
    page = visit.open("/sign-in")

    assert_fits(page)
    assert_accessible(page)
    assert_no_csp_violations(visit)
    screenshot(page, f"sign-in-{language}-360")


def test_rail_opens_and_closes_on_a_phone(page_for: PageFor) -> None:
    page = page_for("administrator", "en", width=360).open("/ui/gallery")
    expect(page.locator("#rail")).to_be_hidden()

    page.get_by_role("button", name="Navigation").click()
    expect(page.locator("#rail")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#rail")).to_be_hidden()


def test_gallery_is_closed_to_a_stranger_and_to_other_roles(page_for: PageFor) -> None:
    stranger = page_for("").page.request.get(f"{page_for('').address}/ui/gallery", max_redirects=0)
    clerk = page_for("clerk")

    assert stranger.status == 302
    assert clerk.page.request.get(f"{clerk.address}/ui/gallery").status == 403


def _ticked(page: Page) -> list[str]:
    return page.eval_on_selector_all("[data-tick]:checked", "boxes => boxes.map(box => box.value)")
