"""Policies on the screen: read, drafted, checked, put in force."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from tests.policy.trial import SECTION, Trial, registered

from orderloop.access.models import Person
from orderloop.foundation.actor import Actor
from orderloop.policy import queries
from orderloop.policy.facts import sections
from orderloop.policy.models import PolicyVersion
from orderloop.policy.pages.forms import body_from, controls_for
from orderloop.policy.rules import decode, encode
from orderloop.policy.services import draft_versions, ensure_defaults

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHEN = Actor("person", 1, "Chen")


@pytest.fixture(autouse=True)
def founded(db: None) -> Iterator[None]:
    with registered():
        ensure_defaults(at=AT)
        yield


def _client(role: str = "manager", language: str = "en") -> Client:
    person = Person.objects.create(username=role, display_name="Wang", roles=[role], language=language, password="!")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends for the form as it stands, with some fields changed; None leaves a field out."""
    typed: dict[str, Any] = {
        "seen": "", "note": "", "days": "3", "amount": "1,000.50", "lane": "fast", "events": ["shipped"],
        "codes": "A\nB", "title": "Trial", "cut_off": "16:00", "stages.rows": "4",
        "stages.0.name": "entry", "stages.0.minutes": "10", "stages.0.after": "",
        "stages.1.name": "review", "stages.1.minutes": "20", "stages.1.after": "entry",
        "stages.2.name": "", "stages.2.minutes": "", "stages.2.after": "",
        "stages.3.name": "", "stages.3.minutes": "", "stages.3.after": "", "warn_from": "90 %", "goals.rows": "3",
        "goals.0.figure": "in_time", "goals.0.goal": "95 %", "goals.1.figure": "hours", "goals.1.goal": "0.5",
        "goals.2.figure": "", "goals.2.goal": "",
    }  # fmt: skip
    typed |= changes
    return {name: value for name, value in typed.items() if value is not None}


def test_the_list_shows_what_governs_and_what_waits() -> None:
    draft_versions({"trial": encode(SECTION, Trial(days=5))}, at=AT, actor=CHEN)
    text = _client("clerk").get("/policies").content.decode()
    assert "Trial section" in text and "To try the mechanism with." in text
    assert text.count("Draft waits") == 1


def test_a_section_is_shown_for_reading() -> None:
    text = _client("clerk").get("/policies/trial").content.decode()
    for words in (
        "3 days", "1,000.5", "Fast lane", "Shipped", "A, B", "16:00", "20 minutes", "Version 1 in force", "90 %",
        '<td class="wrap">95 %</td>', '<td class="wrap">0.5</td>',
    ):  # fmt: skip
        assert words in text, words
    assert "New draft" not in text  # clerks read


def test_who_may_only_read_cannot_change() -> None:
    clerk = _client("clerk")
    assert clerk.get("/policies/trial/draft").status_code == 403
    assert clerk.post("/policies/trial/draft", _typed(days="5")).status_code == 403
    assert PolicyVersion.objects.filter(status="draft").count() == 0


def test_an_unknown_section_or_version_is_not_found() -> None:
    client = _client()
    for path in ("/policies/nothing", "/policies/nothing/draft", "/policies/trial/99"):
        assert client.get(path).status_code == 404, path


def test_the_form_sent_as_it_stands_changes_nothing_and_one_field_changes_one() -> None:
    client = _client()
    response = client.post("/policies/trial/draft", _typed(days="5", note="Busy season"))
    assert (response.status_code, response["Location"]) == (302, "/policies/trial/2")
    draft = queries.versions_of("trial")[0]
    assert draft.body == encode(SECTION, Trial(days=5)) | {"amount": "1000.50"}
    assert (draft.author, draft.note, draft.status) == ("Wang", "Busy season", "draft")
    text = client.get("/policies/trial/2").content.decode()
    assert re.search(r"Days</th>.*<del>3 days</del>.*<ins>5 days</ins>", text)
    assert text.count('<tr class="diff-') == 1


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost() -> None:
    typed = _typed(days="40", title="  ", **{"stages.1.minutes": "soon", "stages.2.name": "pack"}, note="My reason")
    response = _client().post("/policies/trial/draft", typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert "“Days” is 40; it must be at most 30." in _at(text, "days")
    assert "“Title” is missing." in _at(text, "title")
    assert "“Standard time” must be a whole number." in _at(text, "stages.1.minutes")
    for kept in ('value="40"', 'value="soon"', 'value="pack"', "My reason"):
        assert kept in text, kept
    assert PolicyVersion.objects.filter(section="trial").count() == 1


def _at(text: str, name: str) -> str:
    """The error text that is tied to the field of that name."""
    found = re.search(rf'id="id_{re.escape(name)}-error">(.*?)</div></div>', text, re.S)
    assert found, name
    assert f'aria-describedby="id_{name}-error"' in text
    return found[1]


def test_faults_come_in_chinese_to_a_chinese_reader() -> None:
    text = _client(language="zh-hans").post("/policies/trial/draft", _typed(days="40")).content.decode()
    assert "不能大于 30" in text


def test_checking_shows_what_would_change_and_saves_nothing() -> None:
    response = _client().post("/policies/trial/draft", _typed(days="5", check="1"))
    text = response.content.decode()
    assert response.status_code == 200
    assert "<del>3 days</del>" in text and "<ins>5 days</ins>" in text
    assert text.count("<del>") == 1
    assert PolicyVersion.objects.filter(section="trial").count() == 1


def test_shares_are_shown_compared_and_typed_in_percent() -> None:
    client = _client()
    form = client.get("/policies/trial/draft").content.decode()
    assert 'name="warn_from" value="90 %"' in form
    assert "Of the limit. In percent: 90 means 90 %. A figure of 1 or less needs the sign: 0.5 %." in form
    assert 'name="goals.0.goal" value="95 %"' in form and 'name="goals.1.goal" value="0.5"' in form
    typed = _typed(warn_from="85", **{"goals.0.goal": "97.5%"})
    assert client.post("/policies/trial/draft", typed).status_code == 302
    body = queries.versions_of("trial")[0].body
    assert body["warn_from"] == "0.85"
    assert body["goals"] == [{"figure": "in_time", "goal": "0.975"}, {"figure": "hours", "goal": "0.5"}]
    text = client.get("/policies/trial/2").content.decode()
    assert re.search(r"<del>90 %</del>.*<ins>85 %</ins>", text)
    assert re.search(r"Goals · in_time · Goal</th>.*<del>95 %</del>.*<ins>97.5 %</ins>", text)
    assert text.count('<tr class="diff-') == 2


@pytest.mark.parametrize(
    ("language", "typed", "words"),
    [
        ("en", "150", "“Warn from” is 150 %; it must be at most 100 %."),
        ("en", "0.2 %", "“Warn from” is 0.2 %; it must be at least 0.5 %."),
        ("en", "most", "“Warn from” must be a number of percent such as 90 %."),
        (
            "en",
            "0.9",
            "“Warn from” is in percent, and “0.9” may mean two things: write 90 % if it is a part of 1, or 0.9 %, with "
            "the sign, if it is percent.",
        ),
        ("zh-hans", "0.9", "若指小数请写 90 %，若指百分数请写 0.9 %（带百分号）"),
    ],
)
def test_a_share_that_is_too_large_or_may_mean_two_things_is_refused(language: str, typed: str, words: str) -> None:
    response = _client(language=language).post("/policies/trial/draft", _typed(warn_from=typed))
    text = response.content.decode()
    assert response.status_code == 422
    assert words in _at(text, "warn_from")
    assert f'name="warn_from" value="{typed}"' in text
    assert PolicyVersion.objects.filter(section="trial").count() == 1


def test_targets_of_figures_are_in_percent_where_the_figure_is_a_share() -> None:
    client = _client()
    text = client.get("/policies/figures").content.decode()
    assert re.search(r"On time to the first promise</td><td class=\"wrap\">95 %</td>", text)
    assert re.search(r">168</td>", text)


def test_rows_are_added_and_removed() -> None:
    client = _client()
    more = client.post("/policies/trial/draft", _typed(more="stages")).content.decode()
    assert 'name="stages.6.name"' in more and 'name="stages.7.name"' not in more
    typed = _typed(**{"stages.0.remove": "on", "stages.1.after": "", "stages.3.name": "pack", "stages.3.minutes": "7"})
    assert client.post("/policies/trial/draft", typed).status_code == 302
    assert [(row["name"], row["minutes"]) for row in queries.versions_of("trial")[0].body["stages"]] == [
        ("review", 20), ("pack", 7),
    ]  # fmt: skip


def test_two_who_edit_one_draft_do_not_overwrite_each_other_unseen() -> None:
    client = _client()
    client.post("/policies/trial/draft", _typed(days="5"))
    late = client.post("/policies/trial/draft", _typed(days="9"))  # began before there was a draft
    text = late.content.decode()
    assert late.status_code == 409
    assert "Somebody else changed the draft meanwhile." in text and 'value="9"' in text
    assert queries.versions_of("trial")[0].body["days"] == 5
    seen = re.search(r'name="seen" value="([^"]+)"', text)[1]  # type: ignore[index]
    assert client.post("/policies/trial/draft", _typed(days="9", seen=seen)).status_code == 302
    assert queries.versions_of("trial")[0].body["days"] == 9


def test_a_draft_is_put_in_force_with_its_reason() -> None:
    client = _client()
    client.post("/policies/trial/draft", _typed(days="5"))
    refused = client.post("/policies/trial/2/put-in-force", {"note": ""})
    assert refused.status_code == 422
    assert "Say why: a reason is required." in refused.content.decode()
    assert queries.in_force(SECTION).number == 1
    assert client.post("/policies/trial/2/put-in-force", {"note": "Busy season"})["Location"] == "/policies/trial"
    assert queries.in_force(SECTION).value.days == 5
    text = client.get("/policies/trial").content.decode()
    assert "Version 2 in force" in text and "Busy season" in text and "Retired" in text
    again = client.post("/policies/trial/2/put-in-force", {"note": "x"}, follow=True)
    assert "no draft any more" in again.content.decode()


def test_a_draft_is_discarded() -> None:
    client = _client()
    client.post("/policies/trial/draft", _typed(days="5"))
    assert client.post("/policies/trial/2/discard").status_code == 302
    assert [v.number for v in queries.versions_of("trial")] == [1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_real_section_can_be_read_and_edited_and_sent_back_unchanged(language: str) -> None:
    client = _client(language=language)
    for section in sections():
        assert client.get(f"/policies/{section.name}").status_code == 200, section.name
        page = client.get(f"/policies/{section.name}/draft")
        assert page.status_code == 200, section.name
        body = queries.versions_of(section.name)[0].body
        data = QueryDict(mutable=True)
        for control in _all(controls_for(section, body)):
            _send(control, data)
        assert decode(section, body_from(section, data)) == decode(section, body), section.name


def _all(controls: Any) -> Iterator[Any]:
    for control in controls:
        yield control
        for row in control.rows:
            yield from row


def _send(control: Any, data: Any) -> None:
    """Put into `data` what a browser sends for a control as it is drawn."""
    if control.kind == "table":
        data[f"{control.name}.rows"] = str(len(control.rows))
    elif control.kind == "bool":
        if control.value:
            data[control.name] = "on"
    elif control.kind == "choices":
        data.setlist(control.name, [value for value, _label, chosen in control.choices if chosen])
    else:
        data[control.name] = control.value
