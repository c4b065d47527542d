"""A real Chromium before a live server, signed in as whoever the test names."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from tests.browser.harness import ARGUMENTS, CHROMIUM, Visit, new_visit

# Playwright's synchronous interface runs an event loop in this thread, which Django would take for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where there is no browser the tests are skipped, and say so."""
    if Path(CHROMIUM).exists():
        return
    missing = pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}; set ORDERLOOP_CHROMIUM")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each test has windows of its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def sign_in(db: None) -> Callable[..., dict[str, str]]:
    """`sign_in("clerk")` makes a person of that role and returns the cookie of their session."""

    def signed_in(role: str, *, language: str = "zh-hans", customer_id: int | None = None) -> dict[str, str]:
        people = get_user_model()
        name = f"browser-{role}-{customer_id or 'staff'}"
        person, _made = people.objects.get_or_create(
            username=name,
            defaults={"roles": [role], "display_name": "李娜", "customer_id": customer_id, "password": "!"},
        )
        people.objects.filter(pk=person.pk).update(language=language)
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        name = django_settings.SESSION_COOKIE_NAME
        return {name: client.cookies[name].value}

    return signed_in


@pytest.fixture
def page_for(
    browser: Browser, live_server: pytest.FixtureRequest, sign_in: Callable[..., dict[str, str]]
) -> Iterator[Callable[..., Visit]]:
    """`page_for("clerk", language="en", width=360)` opens a window signed in by role ("": a stranger)."""
    contexts = []

    def opened(
        role: str = "",
        language: str = "zh-hans",
        theme: str = "light",
        width: int = 1280,
        customer_id: int | None = None,
    ) -> Visit:
        cookies = sign_in(role, language=language, customer_id=customer_id) if role else {}
        address = live_server.url  # type: ignore[attr-defined]
        context, visit = new_visit(browser, address, cookies=cookies, language=language, theme=theme, width=width)
        contexts.append(context)
        return visit

    yield opened
    for context in contexts:
        context.close()
