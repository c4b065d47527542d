"""Mail without a server is kept and can be read on a page; what was given up can be tried anew."""

import pytest
from tests.makers import NOW

from orderloop.access.models import Person
from orderloop.platform import files, outbox
from orderloop.platform.models import Effect, OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    def as_role(role):
        person = Person.objects.create_user(username=role, password=None, roles=[role], language="en")
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def a_mail(n=1, **fields):
    return OutgoingMail.objects.create(
        effect_key=f"m{n}", message_id=f"<{n}@x>", recipient=f"b{n}@example.com", subject=f"Subject <{n}>",
        body="Dear <b>you</b>\n\nBye", language="en", created_at=NOW, transport="kept", **fields,
    )  # fmt: skip


def test_kept_mail_is_listed_and_read(sign_in):
    mail = a_mail()
    client = sign_in("clerk")
    page = client.get("/mails").content.decode()
    assert "Subject &lt;1&gt;" in page and "b1@example.com" in page
    page = client.get(f"/mails/{mail.pk}").content.decode()
    assert "Dear &lt;b&gt;you&lt;/b&gt;<br>" in page


def test_the_list_is_filtered_and_goes_on_behind_fifty(sign_in):
    for n in range(60):
        a_mail(n)
    client = sign_in("clerk")
    first = client.get("/mails")
    assert len(first.context["mails"]) == 50
    rest = client.get("/mails", {"after": first.context["page"].after})
    assert [mail.subject for mail in rest.context["mails"]] == [f"Subject <{n}>" for n in reversed(range(10))]
    assert [mail.recipient for mail in client.get("/mails?q=b42@").context["mails"]] == ["b42@example.com"]
    assert client.get("/mails?state=sent").context["mails"] == []


def test_only_a_mails_own_attachments_are_given_out_and_to_be_saved(sign_in):
    sha256 = files.store_file(b"<script>", "text/html", at=NOW)
    other = files.store_file(b"secret", "text/plain", at=NOW)
    mail = a_mail(attachments=[{"filename": "a.html", "content_type": "text/html", "sha256": sha256, "size": 8}])
    client = sign_in("clerk")
    answer = client.get(f"/mails/{mail.pk}/{sha256}")
    assert answer.content == b"<script>"
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"/mails/{mail.pk}/{other}").status_code == 404
    assert client.get("/mails/999999").status_code == 404


def test_mail_is_not_for_everyone(sign_in, client):
    mail = a_mail()
    assert client.get("/mails").status_code == 302
    assert sign_in("warehouse").get(f"/mails/{mail.pk}").status_code == 403


def test_what_was_given_up_is_shown_and_tried_anew_by_an_administrator(sign_in):
    outbox.put_effects(
        [outbox.EffectNew("progress:x", "mail", {"mail": "x", "to": "nobody", "language": "en"})], at=NOW
    )
    Effect.objects.update(dead_at=NOW, error="no such user")
    client = sign_in("administrator")
    assert "no such user" in client.get("/mails").content.decode()
    client.post("/mails/revive", {"keys": ["progress:x"]})
    assert Effect.objects.get().dead_at is None


def test_a_clerk_cannot_have_effects_tried_anew(sign_in):
    outbox.put_effects([outbox.EffectNew("progress:x", "mail", {})], at=NOW)
    Effect.objects.update(dead_at=NOW)
    assert sign_in("clerk").post("/mails/revive", {"keys": ["progress:x"]}).status_code == 403
    assert Effect.objects.get().dead_at == NOW
