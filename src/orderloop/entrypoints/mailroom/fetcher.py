"""Fetching mail from a mailbox by IMAP: stored first, moved only then, so that nothing is lost and nothing comes twice.

No number of the server is remembered: a mail is known again by its own id and body, so a mailbox that was rebuilt, or
a fetch that was killed half-way, brings each mail once.
"""

import contextlib
import imaplib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import imap_tools
from django.db import Error as DatabaseError

from orderloop.entrypoints.mailroom.keeping import RawMail
from orderloop.entrypoints.mailroom.options import Mailbox, Options
from orderloop.entrypoints.mailroom.senders import judge_with

log = logging.getLogger(__name__)

AT_ONCE = 20
CONNECT_SECONDS = 30.0
LONGEST_IDLE = 300.0
LONGEST_PAUSE = 60.0
_FAULTS = (OSError, imaplib.IMAP4.error, imap_tools.MailboxLoginError, imap_tools.errors.ImapToolsError, DatabaseError)

KeepAll = Callable[[Sequence[RawMail]], Sequence[object]]


def fetch_until(stopped: threading.Event, options: Options, keep: KeepAll) -> None:
    """Fetch until told to stop. What goes wrong is tried again, after a pause that grows."""
    assert options.mailbox is not None
    pause = 1.0
    while not stopped.is_set():
        began = time.monotonic()
        try:
            with _opened(options.mailbox) as box:
                print(f"fetches mail of {options.mailbox.user} at {options.mailbox.host} (IMAP)", flush=True)
                _watch(box, stopped, options, keep)
        except _FAULTS as error:
            log.warning("mail could not be fetched: %r", error)
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = 1.0
            stopped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


@contextmanager
def _opened(mailbox: Mailbox) -> Iterator[imap_tools.BaseMailBox]:
    """A session with the mailbox's server; its socket is closed however it ends."""
    kinds = {"ssl": imap_tools.MailBox, "starttls": imap_tools.MailBoxStartTls, "none": imap_tools.MailBoxUnencrypted}
    box = kinds[mailbox.tls](mailbox.host, mailbox.port, timeout=CONNECT_SECONDS)
    try:
        box.login(mailbox.user, mailbox.password, initial_folder=None)
        yield box
        box.logout()
    finally:
        with contextlib.suppress(OSError):
            box.client.shutdown()


def _watch(box: imap_tools.BaseMailBox, stopped: threading.Event, options: Options, keep: KeepAll) -> None:
    mailbox = options.mailbox
    assert mailbox is not None
    if not box.folder.exists(mailbox.done):
        box.folder.create(mailbox.done)
    box.folder.set(mailbox.folder)
    idles = "IDLE" in box.client.capabilities
    too_large: set[str] = set()
    while not stopped.is_set():
        fetch_all(box, options, keep, too_large)
        if idles:
            _idle(box, stopped)
        else:
            stopped.wait(mailbox.poll)
            box.client.noop()


def fetch_all(box: imap_tools.BaseMailBox, options: Options, keep: KeepAll, too_large: set[str]) -> int:
    """Store what lies in the folder, then move it. Returns how many mails were stored, known ones among them."""
    assert options.mailbox is not None
    judge = judge_with(options)
    count = 0
    waiting = [uid for uid in box.uids("UNDELETED") if uid not in too_large]
    for at in range(0, len(waiting), AT_ONCE):
        found: dict[str, bytes] = {}
        for uid in waiting[at : at + AT_ONCE]:
            content = _content(box, uid, options.most_bytes)
            if content is None:
                too_large.add(uid)
                log.warning("a mail larger than %d bytes is left in the mailbox", options.most_bytes)
            else:
                found[uid] = content
        if found:
            at_instant = datetime.now(UTC)
            keep([RawMail(each, at_instant, checks=judge(each, "", "", "")) for each in found.values()])
            box.move(list(found), options.mailbox.done)
            count += len(found)
    return count


def _content(box: imap_tools.BaseMailBox, uid: str, most: int) -> bytes | None:
    """A mail's bytes without marking it as read; None where it is larger than is taken."""
    size = _fetched(box, uid, "(RFC822.SIZE)")
    text = b" ".join(part if isinstance(part, bytes) else part[0] for part in size)
    number = text.upper().partition(b"RFC822.SIZE")[2].split()
    if number and number[0].strip(b")").isdigit() and int(number[0].strip(b")")) > most:
        return None
    parts = [part for part in _fetched(box, uid, "(BODY.PEEK[])") if isinstance(part, tuple)]
    if not parts:
        raise imaplib.IMAP4.error(f"mail {uid} has gone while it was fetched")
    return bytes(parts[0][1])


def _fetched(box: imap_tools.BaseMailBox, uid: str, what: str) -> list[bytes | tuple[bytes, bytes]]:
    status, data = box.client.uid("FETCH", uid, what)
    if status != "OK":
        raise imaplib.IMAP4.error(f"FETCH was answered {status}")
    return [part for part in data if part is not None]


def _idle(box: imap_tools.BaseMailBox, stopped: threading.Event) -> None:
    """Wait until the server tells of something, we are to stop, or it is time to look by ourselves."""
    box.idle.start()
    until = time.monotonic() + LONGEST_IDLE
    try:
        while not stopped.is_set() and time.monotonic() < until:
            if any(b"EXISTS" in line or b"RECENT" in line for line in box.idle.poll(timeout=1)):
                return
    finally:
        try:
            box.idle.stop()
        except TimeoutError:
            raise OSError("the mail server no longer answers") from None
