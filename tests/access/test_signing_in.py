"""The door: who comes in, who is told to wait, and when a session ends."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests.access.conftest import PASSWORD

from orderloop.access.models import AuditEntry, Person

SignedIn = Callable[..., Client]
AddPerson = Callable[..., Person]


def _try(client: Client, username: str, password: str, **more: str) -> object:
    return client.post("/sign-in", {"username": username, "password": password, **more})


def test_the_right_password_leads_where_one_wanted_to_go(person: AddPerson) -> None:
    person("liu", "administrator")
    client = Client()
    response = client.post("/sign-in", {"username": "liu", "password": PASSWORD, "next": "/people?role=clerk"})
    assert (response.status_code, response["Location"]) == (302, "/people?role=clerk")
    assert client.get("/people").status_code == 200
    assert list(AuditEntry.objects.filter(action="sign_in").values_list("subject", "actor_name")) == [("liu", "Liu")]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_by_a_link(person: AddPerson, elsewhere: str) -> None:
    person("liu", "clerk")
    response = Client().post("/sign-in", {"username": "liu", "password": PASSWORD, "next": elsewhere})
    assert response.status_code == 302
    assert response["Location"].startswith("/") and not response["Location"].startswith("//")


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(person: AddPerson) -> None:
    person("liu", "clerk")
    wrong = Client().post("/sign-in", {"username": "liu", "password": "wrong"})
    unknown = Client().post("/sign-in", {"username": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert _without(wrong, "liu") == _without(unknown, "nobody")


def _without(response: HttpResponse, name: str) -> str:
    """The page without the name typed in and the CSRF tokens, which differ by chance."""
    text = response.content.decode().replace(f'value="{name}"', "")
    return re.sub(r"[A-Za-z0-9]{64}", "", text)


def test_someone_who_left_cannot_come_in(person: AddPerson) -> None:
    left = person("liu", "clerk")
    Person.objects.filter(id=left.id).update(is_active=False)
    assert _try(Client(), "liu", PASSWORD).status_code == 401


def test_after_eight_wrong_passwords_even_the_right_one_waits_and_the_page_says_until_when(person: AddPerson) -> None:
    person("liu", "clerk")
    client = Client(headers={"accept-language": "en"})
    for _time in range(7):
        assert _try(client, "liu", "wrong").status_code == 401
    assert _try(client, "liu", "wrong").status_code == 429
    response = client.post("/sign-in", {"username": "liu", "password": PASSWORD})
    assert response.status_code == 429
    attempt = AccessAttempt.objects.get(username="liu")
    until = timezone.localtime(attempt.attempt_time + timedelta(minutes=15))
    assert f"Try again after {until:%H:%M}" in response.content.decode()
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert not Person.objects.filter(username="liu", last_login__isnull=False).exists()


def test_guesses_from_many_addresses_lock_the_account_too(person: AddPerson) -> None:
    person("liu", "clerk")
    for n in range(20):
        assert _try(Client(REMOTE_ADDR=f"10.0.0.{n}"), "liu", "wrong").status_code == 401
    assert _try(Client(REMOTE_ADDR="10.0.1.1"), "liu", PASSWORD).status_code == 429


def test_another_person_at_the_same_address_is_not_locked(person: AddPerson) -> None:
    person("liu", "clerk")
    person("wang", "clerk")
    client = Client()
    for _time in range(9):
        _try(client, "liu", "wrong")
    assert _try(client, "wang", PASSWORD).status_code == 302


def test_signing_out_ends_the_session_and_takes_a_post(signed_in: SignedIn) -> None:
    client = signed_in("liu", "clerk")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/account")["Location"] == "/sign-in?next=/account"
    assert AuditEntry.objects.filter(action="sign_out", subject="liu").count() == 1


@pytest.mark.parametrize(
    ("since", "seen", "stays"),
    [(29 * 60, 29 * 60, True), (31 * 60, 31 * 60, False), (7 * 3600, 60, True), (8 * 3600 + 60, 60, False)],
)
def test_a_session_ends_after_half_an_hour_idle_or_eight_hours(
    signed_in: SignedIn, since: int, seen: int, stays: bool
) -> None:
    client = signed_in("liu", "clerk")
    session, now = client.session, int(time.time())
    session["since"], session["seen"] = now - since, now - seen
    session.save()
    assert (client.get("/account").status_code == 200) is stays


def test_a_session_notes_its_use_at_most_once_a_minute(signed_in: SignedIn) -> None:
    client = signed_in("liu", "clerk")
    before = client.session["seen"]
    session = client.session
    session["seen"] = before - 30
    session.save()
    client.get("/account")
    assert client.session["seen"] == before - 30


def test_pages_come_in_the_persons_language_and_the_switch_is_remembered(signed_in: SignedIn) -> None:
    client = signed_in("liu", "clerk", language="en")
    client.cookies.load({"django_language": "zh-hans"})
    assert "My account" in client.get("/account").content.decode()
    client.post("/ui/language", {"language": "zh-hans", "next": "/account"})
    assert Person.objects.get(username="liu").language == "zh-hans"
    assert "我的账户" in client.get("/account").content.decode()


def test_htmx_is_told_to_load_the_page_anew_when_the_session_is_over(db: None) -> None:
    response = Client().get("/account", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Refresh"]) == (401, "true")
