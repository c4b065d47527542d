"""Mail: written in the reader's language, kept, and sent to a server where one is set, each effect once."""

import email
import email.policy
import socket
import socketserver
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.template import engines

from orderloop.platform import files, mail, outbox
from orderloop.platform.mail import Attachment, MailNew
from orderloop.platform.models import Effect, OutgoingMail

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEMPLATE = (
    "{% load i18n %}{% get_current_language as l %}{{ number }} {% if l == 'en' %}received{% else %}已收到{% endif %}\n"
    "\nDear {{ name }},\n"
)
PDF = Attachment("确认 1.pdf", "application/pdf", b"%PDF-1")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def note(monkeypatch):
    """One kind of mail, `note`, whose context is its payload."""

    class Wrapped:
        template = engines["django"].from_string(TEMPLATE).template

    monkeypatch.setattr(mail, "get_template", lambda name: Wrapped)
    monkeypatch.setattr(mail, "_kinds", {})
    mail.register(
        "note",
        "note.txt",
        lambda effects: {
            effect.key: {**effect.payload, "attachments": [PDF] if effect.payload.get("pdf") else ()}
            for effect in effects
        },
    )


def new(key="m1", to="buyer@example.com", language="en", **payload):
    return MailNew(key, "note", to, language, {"number": "SO-1", "name": "Li & <Co>", **payload}, order_id=3)


class SmtpServer(socketserver.ThreadingTCPServer):
    """Takes mail down; answers a recipient with the code set for it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages, self.codes, self.drops_after_data = [], {}, False


class _Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                self.say(self.server.codes.get(line.partition("<")[2].rstrip(">"), "250 ok"))
            elif verb == "DATA":
                self.say("354 go on")
                self.take()
                if self.server.drops_after_data:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.say("250 ok")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def take(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.messages.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))


@pytest.fixture
def server(settings):
    with SmtpServer() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        settings.SMTP_URL = f"smtp://127.0.0.1:{running.server_address[1]}?tls=none"
        settings.MAIL_FROM = "Order desk <desk@maker.example>"
        yield running
        running.shutdown()
        thread.join()


def test_without_a_server_mail_is_kept_and_readable(settings):
    settings.SMTP_URL = ""
    mail.put_mails([new(), new("m2", language="zh-hans")], at=AT)
    assert outbox.drain(AT) == outbox.Drained(done=2)
    fields = ("subject", "body", "language", "transport", "sent_at")
    assert list(OutgoingMail.objects.order_by("id").values_list(*fields)) == [
        ("SO-1 received", "Dear Li & <Co>,\n", "en", "kept", None),
        ("SO-1 已收到", "Dear Li & <Co>,\n", "zh-hans", "kept", None),
    ]
    assert OutgoingMail.objects.filter(order_id=3, recipient="buyer@example.com").count() == 2


def test_with_a_server_mail_is_sent_with_the_headers_of_a_machine(server):
    mail.put_mails([new(language="zh-hans", pdf=True)], at=AT)
    assert outbox.drain(AT) == outbox.Drained(done=1)
    (message,) = server.messages
    assert message["Subject"] == "SO-1 已收到"
    assert message["To"] == "buyer@example.com"
    assert message["From"] == "Order desk <desk@maker.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == mail.message_id_of("m1")
    assert message["Message-ID"].endswith("@maker.example>")
    assert message.get_body().get_content().replace("\r\n", "\n") == "Dear Li & <Co>,\n"
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (
        "确认 1.pdf",
        "application/pdf",
        b"%PDF-1",
    )
    row = OutgoingMail.objects.get()
    assert (row.transport, row.sent_at) == ("smtp", AT)
    assert files.read_file(row.attachments[0]["sha256"]).content == b"%PDF-1"


def test_an_effect_done_twice_sends_one_mail(server):
    mail.put_mails([new()], at=AT)
    (effect,) = outbox._claim(AT, 10, "")
    assert mail.send_mails([effect], AT) == {}
    assert mail.send_mails([effect], AT) == {}
    assert len(server.messages) == 1


def test_a_mail_whose_fate_is_unknown_is_sent_again_under_the_same_message_id(server):
    server.drops_after_data = True
    mail.put_mails([new()], at=AT)
    assert outbox.run_due_effects(AT).put_off == 1
    assert OutgoingMail.objects.get().sent_at is None
    server.drops_after_data = False
    assert outbox.run_due_effects(AT + timedelta(minutes=1)) == outbox.Drained(done=1)
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_refused_recipient_is_given_up_and_others_of_the_set_are_sent(server):
    server.codes["gone@example.com"] = "550 no such user"
    server.codes["busy@example.com"] = "451 later"
    mail.put_mails([new("gone", "gone@example.com"), new("busy", "busy@example.com"), new("good")], at=AT)
    assert outbox.run_due_effects(AT) == outbox.Drained(done=1, put_off=1, dead=("gone",))
    assert [message["To"] for message in server.messages] == ["buyer@example.com"]
    assert "no such user" in Effect.objects.get(key="gone").error


def test_a_server_that_is_down_puts_mail_off(server, settings):
    settings.SMTP_URL = "smtp://127.0.0.1:9?tls=none"
    mail.put_mails([new()], at=AT)
    assert outbox.run_due_effects(AT) == outbox.Drained(put_off=1)
    assert OutgoingMail.objects.get().sent_at is None


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"])
def test_what_is_no_single_address_is_refused_for_good(address):
    mail.put_mails([new(to=address)], at=AT)
    assert outbox.run_due_effects(AT).dead == ("m1",)
    assert not OutgoingMail.objects.exists()


def test_line_breaks_in_what_a_customer_wrote_cannot_make_a_header(server):
    mail.put_mails([new(number="SO-1\r\rBcc: thief@example.com")], at=AT)
    outbox.drain(AT)
    (message,) = server.messages
    assert message["Bcc"] is None
    assert message["Subject"].startswith("SO-1 Bcc: thief@example.com")


def test_a_thousand_mails_are_kept_by_few_statements(settings, django_assert_max_num_queries):
    settings.SMTP_URL = ""
    mail.put_mails([new(f"m{i}") for i in range(1000)], at=AT)
    with django_assert_max_num_queries(12):
        assert outbox.run_due_effects(AT, 1000) == outbox.Drained(done=1000)
    assert OutgoingMail.objects.count() == 1000
