"""People and tokens as administrators and everybody for themselves manage them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from tests.access.conftest import AT, PASSWORD
from tests.shown import text_of

from orderloop.access import queries
from orderloop.access.facts import PersonChange, TokenNew
from orderloop.access.models import ApiToken, AuditEntry, Person
from orderloop.access.pages import words
from orderloop.access.services import (
    add_people,
    change_people,
    digest_of,
    issue_tokens,
    mark_tokens_used,
    revoke_tokens,
)
from orderloop.customers.models import Customer
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Reason, Stale

SignedIn = Callable[..., Client]
AddPerson = Callable[..., Person]

NEW = {
    "username": "wang", "display_name": "王芳", "email": "wang@example.com", "password": "a long enough one",
    "roles": ["clerk", "service"], "customer": "", "language": "zh-hans",
}  # fmt: skip


def _customer(code: str = "C-1") -> Customer:
    return Customer.objects.create(code=code, name=code, currency="CNY", created_at=AT, updated_at=AT)


def test_an_administrator_adds_a_person_who_can_then_sign_in(signed_in: SignedIn) -> None:
    response = signed_in("chef", "administrator").post("/people/new", NEW)
    assert (response.status_code, response["Location"]) == (302, "/people")
    wang = Person.objects.get(username="wang")
    assert (wang.display_name, wang.roles, wang.customer_id) == ("王芳", ["clerk", "service"], None)
    assert Client().post("/sign-in", {"username": "wang", "password": "a long enough one"}).status_code == 302
    entry = AuditEntry.objects.get(action="person.added", subject="wang")
    assert (entry.actor_name, entry.data) == ("Chef", {"roles": ["clerk", "service"], "customer_id": None})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "password1234"}, "common passwords"),
        ({"roles": []}, "Choose at least one role"),
        ({"username": "chef"}, "Somebody else signs in as"),
        ({"customer": "NOBODY"}, "no customer with the code"),
        ({"roles": ["customer"]}, "Say which customer"),
        ({"display_name": ""}, "required"),
        ({"email": "not an address"}, "valid email"),
    ],
)
def test_a_person_with_a_fault_is_refused_at_the_field_and_nothing_is_lost(
    signed_in: SignedIn, change: dict[str, object], fault: str
) -> None:
    client = signed_in("chef", "administrator")
    before = AuditEntry.objects.count()
    response = client.post("/people/new", {**NEW, **change})
    text = response.content.decode()
    assert response.status_code == 422
    assert fault in text
    assert "wang@example.com" in text or "email" in change
    assert (Person.objects.count(), AuditEntry.objects.count()) == (1, before)


def test_a_customers_user_is_bound_to_one_customer_and_gets_no_staff_role(signed_in: SignedIn) -> None:
    customer = _customer()
    client = signed_in("chef", "administrator")
    assert client.post("/people/new", {**NEW, "customer": "C-1"}).status_code == 422
    assert client.post("/people/new", {**NEW, "customer": "C-1", "roles": ["customer"]}).status_code == 302
    assert Person.objects.get(username="wang").customer_id == customer.id
    with pytest.raises(IntegrityError, match="person_of_a_customer_has_no_staff_role"), transaction.atomic():
        Person.objects.filter(username="wang").update(roles=["customer", "manager"])


def test_only_who_manages_people_reaches_the_pages_of_people(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    for path in ("/people", "/people/new", "/access-record", "/admin/"):
        assert clerk.get(path).status_code == 403, path
    assert clerk.post("/people/new", NEW).status_code == 403
    assert not Person.objects.filter(username="wang").exists()


def test_a_person_who_leaves_is_out_at_once_and_the_change_is_on_record(signed_in: SignedIn, person: AddPerson) -> None:
    chef = signed_in("chef", "administrator")
    clerk = signed_in("liu", "clerk")
    liu = Person.objects.get(username="liu")
    change = {"display_name": "Liu", "email": "", "roles": ["clerk"], "customer": "", "language": "en"}
    assert chef.post(f"/people/{liu.id}", change).status_code == 302
    assert clerk.get("/account").status_code == 302
    assert AuditEntry.objects.get(action="person.changed").data == {"is_active": [True, False]}


def test_administrators_cannot_lock_themselves_out(person: AddPerson) -> None:
    chef = person("chef", "administrator")
    change = PersonChange("Chef", "", ("clerk",), "en")
    outcome = change_people({chef.id: change}, at=AT, actor=Actor("person", chef.id, "Chef"))
    assert outcome.refused[0].reasons == (Reason("access.not_yourself", "roles"),)
    assert Person.objects.get(id=chef.id).roles == ["administrator"]


def test_changes_of_many_people_say_what_became_of_each(person: AddPerson) -> None:
    liu, wang = person("liu", "clerk"), person("wang", "clerk")
    good, bad = PersonChange("Liu", "", ("manager",), "en"), PersonChange("Wang", "", ("emperor",), "en")
    outcome = change_people({liu.id: good, wang.id: bad, 0: good}, at=AT, actor=SYSTEM)
    assert (outcome.done_ids, [r.id for r in outcome.refused], outcome.stale) == ((liu.id,), [wang.id], (Stale(0),))
    assert Person.objects.get(id=wang.id).roles == ["clerk"]


def test_a_new_password_takes_the_old_one_and_ends_other_sessions(signed_in: SignedIn) -> None:
    here = signed_in("liu", "clerk")
    elsewhere = Client()
    elsewhere.post("/sign-in", {"username": "liu", "password": PASSWORD})
    new = {"form": "password", "old": "wrong", "password": "quite another one", "again": "quite another one"}
    assert "not your present password" in here.post("/account", new).content.decode()
    assert here.post("/account", {**new, "old": PASSWORD, "again": "x"}).status_code == 200
    assert here.post("/account", {**new, "old": PASSWORD}).status_code == 302
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert Client().post("/sign-in", {"username": "liu", "password": "quite another one"}).status_code == 302


def test_a_token_is_shown_once_and_only_its_hash_is_kept(signed_in: SignedIn) -> None:
    client = signed_in("liu", "clerk")
    response = client.post("/tokens", {"name": "shop", "scopes": ["orders:read"], "valid_days": "90"})
    secret = re.search(r"ol_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", response.content.decode())[0]  # type: ignore[index]
    token = ApiToken.objects.get()
    assert bytes(token.digest) == digest_of(secret)
    assert (token.prefix, token.scopes, token.expires_at - token.created_at) == (
        secret[:11], ["orders:read"], timedelta(days=90),
    )  # fmt: skip
    assert secret not in client.get("/tokens").content.decode()
    assert secret not in str(list(AuditEntry.objects.values()))


def test_nobody_issues_a_token_that_may_do_more_than_they_may(signed_in: SignedIn) -> None:
    client = signed_in("liu", "clerk")
    response = client.post("/tokens", {"name": "shop", "scopes": ["stock:write"], "valid_days": "90"})
    assert response.status_code == 422
    assert ApiToken.objects.count() == 0
    liu = Person.objects.get(username="liu")
    outcome = issue_tokens([TokenNew("shop", liu.id, ("stock:write",))], at=AT, actor=SYSTEM)
    assert outcome.refused[0].reasons == (Reason("access.scope_not_held", "scopes", {"scope": "stock:write"}),)


def test_somebody_elses_token_does_not_exist(signed_in: SignedIn, person: AddPerson) -> None:
    wang = person("wang", "clerk")
    issue_tokens([TokenNew("shop", wang.id, ("orders:read",))], at=AT, actor=SYSTEM)
    token = ApiToken.objects.get()
    client = signed_in("liu", "clerk")
    assert "shop" not in text_of(client.get("/tokens"))
    assert client.post(f"/tokens/{token.id}/revoke").status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert signed_in("chef", "administrator").post(f"/tokens/{token.id}/revoke").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_a_token_revoked_twice_is_stale_the_second_time(person: AddPerson) -> None:
    liu = person("liu", "clerk")
    issue_tokens([TokenNew("shop", liu.id, ("orders:read",))], at=AT, actor=SYSTEM)
    token = ApiToken.objects.get()
    assert revoke_tokens([token.id], at=AT, actor=SYSTEM).done_ids == (token.id,)
    assert revoke_tokens([token.id], at=AT + timedelta(1), actor=SYSTEM).stale == (Stale(token.id),)
    assert ApiToken.objects.get().revoked_at == AT


def test_the_use_of_a_token_is_written_a_minute_apart_at_least(person: AddPerson) -> None:
    liu = person("liu", "clerk")
    issue_tokens([TokenNew("shop", liu.id, ("orders:read",))], at=AT, actor=SYSTEM)
    token = ApiToken.objects.get()
    for seconds, kept in ((0, 0), (59, 0), (61, 61)):
        mark_tokens_used({token.id: AT + timedelta(seconds=seconds)})
        assert ApiToken.objects.get().last_used_at == AT + timedelta(seconds=kept)


def test_people_are_added_by_one_statement_each_for_rows_and_record(
    db: None, django_assert_num_queries: Callable[..., object]
) -> None:
    from orderloop.access.facts import PersonNew

    people = [PersonNew(f"p{n}", f"P{n}", ("clerk",), PASSWORD) for n in range(3)]
    with django_assert_num_queries(5):  # names taken, savepoint, people, record, savepoint
        add_people(people, at=AT, actor=SYSTEM)
    assert len(queries.people_for()) == 3


def test_the_raw_tables_can_be_looked_at_and_not_changed(signed_in: SignedIn) -> None:
    client = signed_in("chef", "administrator")
    person_id = Person.objects.get().id
    person_page = f"/admin/access/person/{person_id}/change/"
    for path in ("/admin/", "/admin/access/person/", person_page, "/admin/orders/order/"):
        response = client.get(path)
        text = response.content.decode()
        assert response.status_code == 200, path
        assert "argon2" not in text
        # The content policy forbids these, so that a page using them would be broken.
        assert not re.search(r"<script(?![^>]*(src=|application/json))[^>]*>|\sstyle=\"|\son[a-z]+=\"", text), path
    assert client.get("/admin/access/person/add/").status_code == 403
    assert client.post(f"/admin/access/person/{person_id}/delete/", {"post": "yes"}).status_code == 403
    assert Person.objects.count() == 1


def test_the_record_tells_details_in_the_readers_words() -> None:
    changed = {"roles": [["clerk"], ["clerk", "planner"]], "is_active": [True, False], "email": ["", "a@b.example"]}
    with translation.override("en"):
        assert words.told(changed) == (
            "Roles: Order clerk → Order clerk, Planner; May sign in: Yes → No; E-mail: – → a@b.example"
        )
        assert words.told({"roles": ["clerk", "planner"], "customer_id": None}) == "Roles: Order clerk, Planner"
    with translation.override("zh-hans"):
        assert words.told({"address": "10.0.0.1"}) == "网络地址: 10.0.0.1"
        assert words.told({"scopes": ["orders:read", "stock:read"]}) == "权限范围: 读取订单, 读取库存"
