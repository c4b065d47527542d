"""What browser tests ask of a page: that it is accessible, obeys the content policy, and fits its screen."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).parent / "vendor/axe/axe.min.js"
SCREENSHOTS = ROOT / "docs/screenshots"
CHROMIUM = os.environ.get("ORDERLOOP_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
GRAVE = {"serious", "critical"}
HEIGHTS = {360: 740, 768: 1024}


@dataclass(slots=True)
class Visit:
    """One person's browser window: where the site is, and what the page complained of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the site and wait until it is drawn; raises when the answer is no page."""
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status < 400, f"{path} answered {answer and answer.status}"
        return self.page


def new_visit(
    browser: Browser, address: str, *, cookies: dict[str, str], language: str, theme: str, width: int
) -> tuple[BrowserContext, Visit]:
    """A fresh window with the given cookies; complaints of the console and uncaught errors are collected."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
        locale="zh-CN" if language.startswith("zh") else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    kept = {"django_language": language, "orderloop_theme": theme, **cookies}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in kept.items()])
    visit = Visit(context.new_page(), address)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visit.complaints.append(message.text)

    visit.page.on("console", on_console)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return context, visit


def assert_accessible(page: Page) -> None:
    """No serious or critical finding of axe-core; the message names rule, place and reason."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    grave = [
        f"{violation['id']} ({violation['impact']}): {node['target']}\n  {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
    assert not grave, "\n".join(grave)


def assert_no_csp_violations(visit: Visit) -> None:
    """The page tried nothing the content policy forbids, and no script failed."""
    assert visit.complaints == []


def assert_fits(page: Page) -> None:
    """Nothing makes the page itself scroll sideways."""
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], f"the page is {widths[0]} wide on a screen of {widths[1]}"


def screenshot(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep a picture for the documents, when asked to by ORDERLOOP_SCREENSHOTS=1. Take it last: it may add styles of
    its own to the page."""
    if os.environ.get("ORDERLOOP_SCREENSHOTS") == "1":
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)
