"""The frame without a browser: rail, palette, toasts, preferences, error pages and the static build."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.translation import gettext_lazy

from orderloop.ui import navigation, pages, palette, preferences, toasts
from orderloop.ui.navigation import Item
from orderloop.ui.sparkline import sparkline


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(palette, "_providers", [])
    monkeypatch.setattr(preferences, "_language_keepers", [])
    yield


def person(*permissions: str) -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, can=lambda permission: permission in permissions)


def asked(path: str, user: object, **headers: str) -> object:
    request = RequestFactory().get(path, headers=headers)
    request.user = user
    request._messages = CookieStorage(request)
    return request


def test_rail_shows_what_a_person_may_open_with_counts_and_marks_the_present_page(registry: None) -> None:
    navigation.register(Item("late", "Late", "ui:palette", "clock", "late.view", group="records", count=lambda _r: 3))
    navigation.register(Item("parts", "Parts", "ui:gallery", "table", "parts.view", group="work"))
    navigation.register(Item("secret", "Secret", "ui:gallery_portal", "lock", "secret.view"))

    sections = navigation.sections_for(asked("/palette", person("late.view", "parts.view")))

    shown = [
        (section.group.name, link.item.name, link.current, link.count) for section in sections for link in section.links
    ]
    assert shown == [("work", "parts", False, None), ("records", "late", True, 3)]


def test_a_page_this_installation_has_not_is_not_in_the_rail(registry: None) -> None:
    navigation.register(Item("here", "Here", "ui:gallery", "table", exists=lambda: True))
    navigation.register(Item("absent", "Absent", "ui:gallery_portal", "table", exists=lambda: False))

    (section,) = navigation.sections_for(asked("/palette", person()))

    assert [link.item.name for link in section.links] == ["here"]


def test_rail_is_empty_for_a_stranger(registry: None) -> None:
    navigation.register(Item("parts", "Parts", "ui:gallery", "table"))

    assert navigation.sections_for(asked("/", SimpleNamespace(is_authenticated=False))) == []


def test_an_entry_without_a_page_is_left_out_and_named_by_the_check(registry: None) -> None:
    navigation.register(Item("gone", "Gone", "no-such-page", "table"))

    assert navigation.sections_for(asked("/", person())) == []
    assert [error.id for error in navigation.check_targets()] == ["ui.E001"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (Item("parts", "Other", "ui:theme", "table"), "'parts' is registered twice"),
        (Item("other", "Other", "ui:theme", "table", key="p"), "letter 'p' of 'other' is taken by 'parts'"),
        (Item("other", "Other", "ui:theme", "table", group="nowhere"), "group 'nowhere' is not registered"),
    ],
)
def test_names_letters_and_groups_of_the_rail_are_unambiguous(registry: None, item: Item, words: str) -> None:
    navigation.register(Item("parts", "Parts", "ui:gallery", "table", key="p"))

    with pytest.raises(ValueError, match=words):
        navigation.register(item)

    assert list(navigation._items) == ["parts"]


def test_palette_finds_a_page_by_either_language_and_by_initials() -> None:
    assert navigation.keywords_of(gettext_lazy("Operations")) == "operations 作业 zy"


def test_palette_asks_providers_in_turn_and_stops_at_a_screenful(registry: None) -> None:
    palette.register(lambda _request, q: [palette.Hit(f"{q} {i}", f"/{i}") for i in range(10)])
    palette.register(lambda _request, q: (palette.Hit(f"{q} late {i}", f"/late/{i}") for i in range(10)))

    answer = json.loads(pages.palette_hits(asked("/palette?q= PO-7 ", person("account.use"))).content)

    assert [hit["label"] for hit in answer["hits"]] == [
        *(f"PO-7 {i}" for i in range(10)),
        "PO-7 late 0",
        "PO-7 late 1",
    ]
    assert json.loads(pages.palette_hits(asked("/palette?q=", person("account.use"))).content) == {"hits": []}


def test_toasts_travel_with_an_htmx_answer_beside_its_own_events() -> None:
    request = asked("/", person(), **{"HX-Request": "true"})
    toasts.toast(request, "已放行 3 单", undo_url="/undo/7")

    response = toasts.HtmxToasts(lambda _request: HttpResponse("ok", headers={"HX-Trigger": "rows-changed"}))(request)

    assert json.loads(response["HX-Trigger"]) == {
        "rows-changed": None,
        "toasts": {"toasts": [{"text": "已放行 3 单", "tone": "good", "undo_url": "/undo/7"}]},
    }


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 200), ({"HX-Request": "true"}, 302), ({"HX-Request": "true"}, 500)]
)
def test_toasts_wait_for_the_next_page_otherwise(headers: dict[str, str], status: int) -> None:
    request = asked("/", person(), **headers)
    toasts.toast(request, "Saved.")

    response = toasts.HtmxToasts(lambda _request: HttpResponse(status=status))(request)

    assert "HX-Trigger" not in response
    assert toasts.told(request) == [{"text": "Saved.", "tone": "good", "undo_url": ""}]


def test_theme_is_kept_in_a_cookie_and_leads_back() -> None:
    response = pages.theme(RequestFactory().post("/ui/theme", {"theme": "dark", "next": "/orders?q=1"}))

    assert (response.status_code, response["Location"]) == (302, "/orders?q=1")
    assert response.cookies["orderloop_theme"].value == "dark"


def test_theme_leads_to_no_other_site_and_takes_no_unknown_value() -> None:
    elsewhere = pages.theme(RequestFactory().post("/ui/theme", {"theme": "dark", "next": "https://evil.example/"}))
    unknown = pages.theme(RequestFactory().post("/ui/theme", {"theme": "pink"}))

    assert elsewhere["Location"] == "/"
    assert (unknown.status_code, dict(unknown.cookies)) == (400, {})


def test_a_chosen_language_is_told_to_those_who_keep_it(registry: None) -> None:
    kept: list[str] = []
    preferences.keep_language_with(lambda _request, language: kept.append(language))

    response = pages.language(RequestFactory().post("/ui/language", {"language": "en", "next": "/orders"}))
    pages.language(RequestFactory().post("/ui/language", {"language": "xx"}))

    assert (response.status_code, response["Location"]) == (302, "/orders")
    assert response.cookies["django_language"].value == "en"
    assert kept == ["en"]


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (lambda request: pages.bad_request(request, Exception()), 400),
        (lambda request: pages.forbidden(request, Exception()), 403),
        (lambda request: pages.not_found(request, Exception()), 404),
        (pages.too_many_requests, 429),
        (pages.server_error, 500),
        (pages.unavailable, 503),
    ],
)
@override_settings(STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}})
def test_error_pages_speak_both_languages_and_need_no_session(view: object, status: int) -> None:
    with translation.override("en"):
        response = view(RequestFactory().get("/"))  # type: ignore[operator]

    text = response.content.decode()
    assert response.status_code == status
    assert 'lang="zh-Hans"' in text and '<div lang="en"><h1>' in text


def test_static_build_names_every_file_by_its_hash(tmp_path: object) -> None:
    with override_settings(
        STATIC_ROOT=tmp_path, STORAGES={"staticfiles": {"BACKEND": "orderloop.ui.storage.StaticFiles"}}
    ):
        call_command("collectstatic", interactive=False, verbosity=0)

    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]  # type: ignore[operator]
    for name in ("ui/app.css", "ui/keyboard.js", "vendor/tabler/tabler.min.css", "vendor/htmx/htmx.min.js"):
        assert paths[name] != name
        assert (tmp_path / paths[name]).exists()  # type: ignore[operator]


def test_sparkline_scales_into_its_frame_and_breaks_at_a_gap() -> None:
    line = sparkline([0, 10, None, 10, 0], target=5)

    assert line is not None
    assert line.lines == ("3.0,25.0 25.5,3.0", "70.5,3.0 93.0,25.0")
    assert (line.last, line.target) == (("93.0", "25.0"), "14.0")
    assert sparkline([None, 4]) is None
