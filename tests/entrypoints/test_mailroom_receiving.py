"""Mail sent to our own receiver by an ordinary client: stored once, answered only then, and never passed on."""

import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import quote

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection

from orderloop.entrypoints.mailroom.keeping import RawMail
from orderloop.entrypoints.mailroom.options import Options, options_in
from orderloop.entrypoints.mailroom.receiver import Receiver
from orderloop.entrypoints.mailroom.senders import judge_with, signatures_of
from orderloop.entrypoints.mailroom.storing import keep_one
from orderloop.intake.models import Message
from orderloop.interchange.rules.mail.spf import spf_result
from orderloop.interchange.rules.mail.trust import Check


def keep_and_close(each: RawMail) -> int:
    """As the mailroom does, but the test's threads leave no connection behind."""
    try:
        return keep_one(each)
    finally:
        connection.close()


class Running:
    """A receiver in a thread of its own, as the mailroom runs it."""

    def __init__(self, options: Options, keep=keep_and_close) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._receiver = Receiver(options, keep, judge_with(options))
        self._thread = threading.Thread(target=self._run)
        self._up = threading.Event()

    def _run(self) -> None:
        async def begin() -> None:
            self.port = await self._receiver.start()
            self._up.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._up.wait(20)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._receiver.stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


def options(**more) -> Options:
    return Options(port=0, asks_dns=False, addresses=("orders@firm.example",), **more)


def mail(message_id: str = "<1@buyer.example>", body: str = "请发 AB-100 20 个") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Li <li@buyer.example>", "orders@firm.example", "订单"
    message["Message-ID"] = message_id
    message.set_content(body)
    return message


@contextmanager
def client(port: int) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as session:
        yield session


def refused(port: int, recipient: str) -> int:
    with client(port) as session, pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        session.sendmail("li@buyer.example", [recipient], b"Subject: x\r\n\r\nhi")
    return caught.value.recipients[recipient][0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_a_mail_that_is_sent_is_stored_with_its_bytes_and_its_sender() -> None:
    with Running(options()) as running, client(running.port) as session:
        session.send_message(mail(), "bounce@buyer.example", ["orders+q.17.abcdefgh@firm.example"])
    (kept,) = Message.objects.all()
    assert (kept.channel, kept.sender, kept.outcome, kept.content_type) == (
        "mail", "li@buyer.example", "pending", "message/rfc822"
    )  # fmt: skip
    assert bytes(kept.body).startswith(b"From: Li <li@buyer.example>\r\n")
    assert kept.envelope == {
        "trust": "untrusted", "trust_reasons": ["no_checks", "unknown_sender"], "peer": "127.0.0.1", "checks": [],
        "recipient": "orders+q.17.abcdefgh@firm.example", "reply_to": "li@buyer.example", "token": "17.abcdefgh",
        "mail_from": "bounce@buyer.example",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_the_same_mail_sent_again_is_one_message_and_another_body_is_another() -> None:
    with Running(options()) as running, client(running.port) as session:
        for message in (mail(), mail(), mail(body="请发 AB-100 30 个"), mail("<2@buyer.example>")):
            session.send_message(message)
    assert Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_a_bounce_with_an_empty_sender_is_taken() -> None:
    with Running(options()) as running, client(running.port) as session:
        session.sendmail("", ["orders@firm.example"], mail().as_bytes())
    assert Message.objects.get().envelope.get("mail_from", "") == ""


def test_nothing_is_passed_on_to_others() -> None:
    kept: list[RawMail] = []
    with Running(options(), lambda each: kept.append(each) or 1) as running:
        assert refused(running.port, "someone@elsewhere.example") == 550
        assert refused(running.port, "orders@firm.example.evil.example") == 550
        assert refused(running.port, "orders%elsewhere.example@evil.example") == 550
    assert kept == []


def test_a_mail_is_taken_up_to_the_greatest_size() -> None:
    kept: list[RawMail] = []
    content = b"Subject: x\r\n\r\n" + b"y" * 500 + b"\r\n"
    mailroom = Running(options(most_bytes=len(content)), lambda each: kept.append(each) or 1)
    with mailroom as running, client(running.port) as session:
        session.sendmail("a@b.example", ["orders@firm.example"], content)
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            session.sendmail("a@b.example", ["orders@firm.example"], content + b"z")
        assert caught.value.smtp_code == 552
        session.rset()
        session.mail("a@b.example")
        session.rcpt("orders@firm.example")
        assert session.data(content + b"z")[0] == 552
    assert [each.content for each in kept] == [content]


def test_a_line_without_an_end_is_cut_off() -> None:
    mailroom = Running(options(most_bytes=1000), lambda each: 1)
    with mailroom as running, socket.create_connection(("127.0.0.1", running.port), timeout=20) as raw:
        raw.recv(1000)
        with pytest.raises(OSError):
            for _piece in range(200):
                raw.sendall(b"x" * 65536)
            raise OSError if raw.recv(10_000) == b"" else AssertionError


def test_too_many_connections_and_too_many_mails_are_put_off() -> None:
    with Running(options(most_of_peer=2, per_minute=3), lambda each: 1) as running:
        with client(running.port) as first, client(running.port):
            with pytest.raises(smtplib.SMTPConnectError) as caught:
                smtplib.SMTP("127.0.0.1", running.port, timeout=20)
            assert caught.value.smtp_code == 421
            for _time in range(3):
                first.sendmail("a@b.example", ["orders@firm.example"], b"hi")
            with pytest.raises(smtplib.SMTPSenderRefused) as later:
                first.sendmail("a@b.example", ["orders@firm.example"], b"hi")
            assert later.value.smtp_code == 451
        with client(running.port) as again:
            assert again.noop()[0] == 250


def test_a_database_that_is_away_puts_the_sender_off_and_loses_nothing() -> None:
    from django.db import OperationalError

    calls: list[int] = []

    def keep(each: RawMail) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("away")
        return 7

    with Running(options(), keep) as running, client(running.port) as session:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            session.send_message(mail())
        assert caught.value.smtp_code == 451
        session.rset()
        assert session.send_message(mail()) == {}
    assert len(calls) == 2


KILLED = """
import django, os, signal
django.setup()
from orderloop.entrypoints.mailroom import __main__, storing
stored = storing.keep_all
def keep_all(mails):
    answer = stored(mails)
    os.kill(os.getpid(), signal.SIGKILL)
    return answer
if os.environ["KILLED"] == "after": storing.keep_all = keep_all
if os.environ["KILLED"] == "before": storing.keep_all = lambda mails: os.kill(os.getpid(), signal.SIGKILL)
__main__.main()
"""


def start_mailroom(killed: str, port: int) -> subprocess.Popen[str]:
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'], safe='')}"
    url = f"postgresql://{who}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{given['NAME']}"
    environment = {
        **os.environ, "DATABASE_URL": url, "ORDERLOOP_SECRET_KEY": settings.SECRET_KEY, "KILLED": killed,
        "ORDERLOOP_MAIL_LISTEN": f"127.0.0.1:{port}", "ORDERLOOP_MAIL_ADDRESSES": "orders@firm.example",
        "ORDERLOOP_MAIL_DNS": "0", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    environment.pop("DATABASE_OWNER_URL", None)
    process = subprocess.Popen([sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert "takes mail for orders@firm.example" in said.readline()
    return process


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
@pytest.mark.parametrize(("killed", "safe"), [("before", 0), ("after", 1)])
def test_a_receiver_killed_before_it_answers_neither_loses_nor_doubles_the_mail(killed: str, safe: int) -> None:
    port = free_port()
    first = start_mailroom(killed, port)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)), client(port) as session:
        session.send_message(mail())
    assert first.wait(30) == -signal.SIGKILL
    assert Message.objects.count() == safe
    second = start_mailroom("never", port)
    try:
        with client(port) as session:
            assert session.send_message(mail()) == {}
        assert Message.objects.count() == 1
    finally:
        second.terminate()
        assert second.wait(30) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed(content: bytes, **more) -> tuple[bytes, bytes]:
    """A mail with a DKIM signature of buyer.example, and the record of its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return dkim.sign(content, b"s1", b"buyer.example", private, **more) + content, record


def test_a_signature_holds_for_the_whole_mail_or_not_at_all() -> None:
    content = mail().as_bytes().replace(b"\n", b"\r\n")
    whole, record = signed(content)
    asked: list[tuple[str, str]] = []

    def ask(name: str, kind: str) -> list[str]:
        asked.append((name, kind))
        return [record.decode()]

    assert signatures_of(whole, ask) == (Check("dkim", "pass", "buyer.example"),)
    assert asked == [("s1._domainkey.buyer.example", "TXT")]
    assert signatures_of(whole + b"PS\r\n", ask) == (Check("dkim", "fail", "buyer.example"),)
    assert signatures_of(whole, lambda name, kind: []) == (Check("dkim", "fail", "buyer.example"),)
    partly, record = signed(content, length=True)
    assert signatures_of(partly, ask) == (Check("dkim", "fail", "buyer.example"),)
    assert signatures_of(content, ask) == ()


NAMES = {
    ("b.example", "TXT"): ["other", "v=spf1 ip4:192.0.2.0/24 a mx/28 include:c.example ~all"],
    ("b.example", "A"): ["198.51.100.7"], ("b.example", "MX"): ["10 mx.b.example."],
    ("mx.b.example", "A"): ["203.0.113.17"], ("c.example", "TXT"): ["v=spf1 ip6:2001:db8::/32 -all"],
    ("d.example", "TXT"): ["v=spf1 redirect=c.example"], ("two.example", "TXT"): ["v=spf1 +all", "v=spf1 -all"],
    ("loop.example", "TXT"): ["v=spf1 include:loop.example"], ("ptr.example", "TXT"): ["v=spf1 ptr -all"],
    ("bad.example", "TXT"): ["v=spf1 ip4:999.1.1.1 -all"],
    ("macro.example", "TXT"): ["v=spf1 exists:%{i}.x.example -all"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("peer", "domain", "result"),
    [
        ("192.0.2.9", "b.example", "pass"), ("198.51.100.7", "b.example", "pass"),
        ("203.0.113.18", "b.example", "pass"),
        ("203.0.113.40", "b.example", "softfail"), ("2001:db8::5", "b.example", "pass"),
        ("2001:db8::5", "d.example", "pass"), ("192.0.2.9", "d.example", "fail"), ("192.0.2.9", "none.example", "none"),
        ("192.0.2.9", "two.example", "permerror"), ("192.0.2.9", "loop.example", "permerror"),
        ("192.0.2.9", "ptr.example", "permerror"), ("192.0.2.9", "bad.example", "permerror"),
        ("192.0.2.9", "macro.example", "permerror"), ("nonsense", "b.example", "none"),
    ],
)  # fmt: skip
def test_a_domain_says_by_spf_who_may_send_for_it(peer: str, domain: str, result: str) -> None:
    assert spf_result(peer, domain, lambda name, kind: NAMES.get((name, kind), [])) == result


def test_the_word_of_a_server_counts_only_where_it_is_our_own() -> None:
    content = b"Authentication-Results: mx.firm.example; dkim=pass header.d=buyer.example\r\n\r\nhi"
    judge = judge_with(Options(relays=("10.0.0.0/8",), authserv_id="mx.firm.example"), lambda name, kind: [])
    assert judge(content, "10.1.2.3", "x", "a@b.example") == (Check("dkim", "pass", "buyer.example"),)
    assert judge(content, "", "", "") == (Check("dkim", "pass", "buyer.example"),)
    assert judge(content, "8.8.8.8", "x", "a@b.example") == (Check("spf", "none", "b.example"),)


def test_the_environment_says_where_and_for_whom_mail_is_taken() -> None:
    given = options_in(
        {
            "ORDERLOOP_MAIL_LISTEN": "[::1]:2526", "ORDERLOOP_MAIL_ADDRESSES": "Orders@Firm.example, @desk.example",
            "ORDERLOOP_IMAP_URL": "imaps://o%40firm.example:p%2Fw@mail.firm.example/Eingang?done=Fertig",
        }
    )  # fmt: skip
    assert (given.host, given.port) == ("::1", 2526)
    assert [given.takes(each) for each in ("ORDERS+q.1.x@firm.example", "a@desk.example", "a@firm.example")] == [
        True, True, False
    ]  # fmt: skip
    assert given.mailbox is not None
    assert (given.mailbox.user, given.mailbox.password, given.mailbox.port) == ("o@firm.example", "p/w", 993)
    assert (given.mailbox.folder, given.mailbox.done, given.mailbox.tls) == ("Eingang", "Fertig", "ssl")
    with pytest.raises(ValueError, match="ORDERLOOP_MAIL_LISTEN"):
        options_in({"ORDERLOOP_MAIL_LISTEN": "2525x"})
    with pytest.raises(ValueError, match="ORDERLOOP_IMAP_URL"):
        options_in({"ORDERLOOP_IMAP_URL": "http://x"})
