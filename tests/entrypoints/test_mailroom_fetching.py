"""Mail fetched from a mailbox: stored first and moved only then, known again whatever the server numbers it."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from orderloop.entrypoints.mailroom import fetcher
from orderloop.entrypoints.mailroom.keeping import RawMail
from orderloop.entrypoints.mailroom.options import Mailbox, Options
from orderloop.entrypoints.mailroom.storing import keep_all
from orderloop.intake.models import Message


class Store:
    """The mailbox behind the server. `deaf`: it knows no IDLE and no MOVE, as old ones do not."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.flagged: set[int] = set()
        self.next_uid = 1
        self.deaf = deaf
        self.changed = threading.Condition()
        self.moves = 0
        self.cut_before_move = False

    def put(self, content: bytes) -> None:
        with self.changed:
            self.folders["INBOX"][self.next_uid] = content
            self.next_uid += 1
            self.changed.notify_all()

    def move(self, uids: list[int], folder: str) -> None:
        with self.changed:
            for uid in uids:
                self.folders[folder][uid] = self.folders["INBOX"].pop(uid)
            self.moves += 1
            self.changed.notify_all()


class Session(socketserver.StreamRequestHandler):
    """As much of IMAP as fetching needs."""

    server: Any

    def handle(self) -> None:
        self.store: Store = self.server.store
        self.told = 0
        self.say("* OK ready")
        try:
            while line := self.rfile.readline():
                tag, _blank, rest = line.decode().rstrip("\r\n").partition(" ")
                if self.command(tag, rest) is False:
                    return
        except OSError:
            return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def command(self, tag: str, rest: str) -> bool | None:
        name = rest.split()[0].upper()
        if name == "UID":
            return self.uid(tag, rest.split(maxsplit=2)[1].upper(), rest.split(maxsplit=2)[2])
        if name == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1" + ("" if self.store.deaf else " IDLE MOVE"))
        elif name == "LIST":
            wanted = rest.split()[-1].strip('"')
            for folder in [each for each in self.store.folders if each == wanted]:
                self.say(f'* LIST (\\HasNoChildren) "/" "{folder}"')
        elif name == "CREATE":
            self.store.folders[rest.split()[-1].strip('"')] = {}
        elif name == "SELECT":
            self.say(f"* {len(self.store.folders['INBOX'])} EXISTS")
            self.say("* OK [UIDVALIDITY 1] ok")
        elif name == "EXPUNGE":
            with self.store.changed:
                for uid in sorted(self.store.flagged):
                    self.store.folders["INBOX"].pop(uid)
                self.store.flagged.clear()
                self.store.changed.notify_all()
        elif name == "IDLE":
            self.idle()
        elif name == "LOGOUT":
            self.say("* BYE")
        self.say(f"{tag} OK done")
        return name != "LOGOUT"

    def idle(self) -> None:
        self.say("+ idling")
        done = threading.Event()
        seen = self.told

        def tell() -> None:
            with self.store.changed:
                self.store.changed.wait_for(lambda: done.is_set() or len(self.store.folders["INBOX"]) > seen, 30)
                self.told = len(self.store.folders["INBOX"])
            if not done.is_set():
                self.say(f"* {self.told} EXISTS")

        teller = threading.Thread(target=tell)
        teller.start()
        self.rfile.readline()
        done.set()
        with self.store.changed:
            self.store.changed.notify_all()
        teller.join()

    def uid(self, tag: str, name: str, rest: str) -> bool | None:
        inbox = self.store.folders["INBOX"]
        if name == "SEARCH":
            found = sorted(inbox)
            self.told = len(found)
            self.say("* SEARCH " + " ".join(str(uid) for uid in found))
        elif name == "FETCH":
            uid, what = int(rest.split()[0]), rest.split(maxsplit=1)[1]
            if "SIZE" in what:
                self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(inbox[uid])})")
            else:
                self.wfile.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, len(inbox[uid]), inbox[uid]))
        elif name == "MOVE":
            if self.store.cut_before_move:
                self.store.cut_before_move = False
                return False
            self.store.move(_uids(rest), rest.split()[-1].strip('"'))
            self.told -= len(_uids(rest))
        elif name == "COPY":
            for uid in _uids(rest):
                self.store.folders[rest.split()[-1].strip('"')][uid] = inbox[uid]
        elif name == "STORE":
            self.store.flagged |= set(_uids(rest))
        self.say(f"{tag} OK done")
        return None


def _uids(rest: str) -> list[int]:
    return [int(each) for each in re.match(r"[\d,]+", rest).group().split(",")]


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    store: Store


@contextmanager
def serving(store: Store) -> Iterator[Options]:
    with Server(("127.0.0.1", 0), Session) as server:
        server.store = store
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        box = Mailbox("127.0.0.1", server.server_address[1], "u", "p", done="Done", tls="none", poll=0.1)
        try:
            yield Options(mailbox=box, asks_dns=False, most_bytes=2_000)
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def fetching(options: Options, keep) -> Iterator[None]:
    stopped = threading.Event()

    def run() -> None:
        try:
            fetcher.fetch_until(stopped, options, keep)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(30)
        assert not thread.is_alive()


def mail(number: int, body: str = "please send AB-100 20 pcs") -> bytes:
    return f"From: li@buyer.example\r\nMessage-ID: <{number}@buyer.example>\r\nSubject: x\r\n\r\n{body}\r\n".encode()


def moved(store: Store, count: int) -> bool:
    with store.changed:
        return store.changed.wait_for(lambda: len(store.folders.get("Done", {})) == count, 30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_what_lies_in_the_mailbox_and_what_comes_later_is_stored_and_then_moved() -> None:
    store = Store()
    store.put(mail(1))
    store.put(mail(2))
    with serving(store) as options, fetching(options, keep_all):
        assert moved(store, 2)
        store.put(mail(3))
        assert moved(store, 3)
    assert store.folders["INBOX"] == {}
    assert sorted(bytes(each.body) for each in Message.objects.all()) == [mail(1), mail(2), mail(3)]
    assert {each.sender for each in Message.objects.all()} == {"li@buyer.example"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_a_mailbox_that_was_rebuilt_with_other_numbers_brings_nothing_twice() -> None:
    store = Store()
    store.put(mail(1))
    with serving(store) as options, fetching(options, keep_all):
        assert moved(store, 1)
    rebuilt = Store()
    rebuilt.next_uid = 900
    rebuilt.put(b"Received: from another server\r\n" + mail(1))
    rebuilt.put(mail(2))
    with serving(rebuilt) as options, fetching(options, keep_all):
        assert moved(rebuilt, 2)
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policies")
def test_a_fetch_that_is_cut_between_storing_and_moving_brings_nothing_twice() -> None:
    store = Store()
    store.cut_before_move = True
    store.put(mail(1))
    with serving(store) as options, fetching(options, keep_all):
        assert moved(store, 1)
    assert Message.objects.count() == 1


def test_what_cannot_be_stored_stays_in_the_mailbox_and_is_tried_again() -> None:
    store = Store()
    store.put(mail(1))
    kept: list[bytes] = []
    left: list[int] = []

    def keep(mails: list[RawMail]) -> list[int]:
        left.append(len(store.folders["INBOX"]))
        if len(left) == 1:
            raise OperationalError("away")
        kept.extend(each.content for each in mails)
        return [1]

    with serving(store) as options, fetching(options, keep):
        assert moved(store, 1)
    assert (kept, left) == ([mail(1)], [1, 1])


def test_a_server_that_can_neither_wait_nor_move_is_asked_again_and_again() -> None:
    store = Store(deaf=True)
    kept: list[bytes] = []

    def keep(mails: list[RawMail]) -> list[int]:
        kept.extend(each.content for each in mails)
        return [1]

    with serving(store) as options, fetching(options, keep):
        store.put(mail(1))
        with store.changed:
            assert store.changed.wait_for(lambda: not store.folders["INBOX"], 30)
    assert kept == [mail(1)]
    assert list(store.folders["Done"].values()) == [mail(1)]


def test_a_mail_that_is_too_large_stays_where_it_is() -> None:
    store = Store()
    kept: list[bytes] = []
    limit = 2_000

    def keep(mails: list[RawMail]) -> list[int]:
        kept.extend(each.content for each in mails)
        return [1]

    head = mail(1, "")
    store.put(head + b"x" * (limit - len(head)))
    store.put(head + b"x" * (limit - len(head) + 1))
    with serving(store) as options, fetching(options, keep):
        assert moved(store, 1)
    assert [len(each) for each in kept] == [limit]
    assert [len(each) for each in store.folders["INBOX"].values()] == [limit + 1]
