"""The SMTP receiver: takes mail for our own addresses, answers 250 once it is stored, and passes nothing on."""

import asyncio
import logging
import ssl
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from orderloop.entrypoints.mailroom.keeping import RawMail
from orderloop.entrypoints.mailroom.options import Options
from orderloop.interchange.rules.mail.trust import Check

log = logging.getLogger(__name__)

MOST_RECIPIENTS = 50
LONGEST_LINE = 1024 * 1024
IDLE_SECONDS = 120.0
CHECK_SECONDS = 10.0

Keep = Callable[[RawMail], int]
"""Stores a mail, and returns the number of its message once it is committed."""
Judge = Callable[[bytes, str, str, str], tuple[Check, ...]]
"""From a mail's bytes, its peer, the name the peer gave and the envelope's sender: what is proven of the sender."""


class Receiver:
    """Listens, and hands each mail to `keep`. One per process."""

    def __init__(self, options: Options, keep: Keep, judge: Judge) -> None:
        self.options = options
        self._keep, self._judge = keep, judge
        self._storing = ThreadPoolExecutor(2, thread_name_prefix="store")
        self._judging = ThreadPoolExecutor(2, thread_name_prefix="judge")
        self.connections: Counter[str] = Counter()
        self._rates: dict[str, deque[float]] = {}
        self._server: asyncio.Server | None = None
        self._tls = _tls_of(options)

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.get_running_loop().create_server(
            self._session, self.options.host, self.options.port
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more connections, and let what is being stored come to its end."""
        if self._server is not None:
            self._server.close()
        await asyncio.to_thread(self._storing.shutdown, wait=True)
        self._judging.shutdown(wait=False, cancel_futures=True)

    def _session(self) -> "_Limited":
        return _Limited(
            self,
            data_size_limit=self.options.most_bytes,
            enable_SMTPUTF8=True,
            ident="Orderloop",
            hostname="orderloop",
            tls_context=self._tls,
            timeout=IDLE_SECONDS,
            command_call_limit={"MAIL": 100, "RCPT": 1000, "DATA": 100, "*": 60},
        )

    async def handle_MAIL(
        self, server: "_Limited", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a mail, unless this peer has brought too many within a minute."""
        server.begin()
        if self._is_too_quick(_peer(session)):
            return "451 4.7.1 Too many mails from you within a minute, try again later"
        envelope.mail_from = "" if address in {"", "<>"} else address
        if envelope.mail_from == "":
            envelope.mail_from = NULL_SENDER
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: "_Limited", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take our own addresses only: what is for others is never passed on."""
        if not self.options.takes(address):
            return "550 5.7.1 No mail is taken here for that address, and none is passed on"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "_Limited", session: Session, envelope: Envelope) -> str:
        """Store the mail and say 250 only then. Whatever prevents it is temporary: the sender tries again."""
        content = envelope.original_content or b""
        sender = "" if envelope.mail_from == NULL_SENDER else str(envelope.mail_from)
        loop = asyncio.get_running_loop()
        try:
            checks = await asyncio.wait_for(
                loop.run_in_executor(
                    self._judging, self._judge, content, _peer(session), session.host_name or "", sender
                ),
                CHECK_SECONDS,
            )
        except Exception as error:  # not knowing who sent it is no reason to lose it
            log.warning("a sender could not be checked: %r", error)
            checks = ()
        mail = RawMail(content, datetime.now(UTC), sender, tuple(envelope.rcpt_tos), _peer(session), checks)
        try:
            number = await loop.run_in_executor(self._storing, self._keep, mail)
        except Exception as error:  # the sender keeps the mail and tries again
            log.warning("a mail could not be stored: %r", error)
            return "451 4.3.0 It cannot be stored just now, try again later"
        return f"250 2.0.0 Stored as message {number}"

    async def handle_exception(self, error: Exception) -> str:
        """What nobody thought of."""
        log.warning("a session failed: %r", error)
        return "451 4.3.0 Something went wrong here, try again later"

    def _is_too_quick(self, peer: str) -> bool:
        now = asyncio.get_running_loop().time()
        if len(self._rates) > 10_000:
            self._rates = {each: times for each, times in self._rates.items() if times and times[-1] > now - 60}
        times = self._rates.setdefault(peer, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self.options.per_minute:
            return True
        times.append(now)
        return False


NULL_SENDER = "<>"


class _Limited(SMTP):
    """A session that is turned away where there are too many, and cut off where it sends without end."""

    line_length_limit = LONGEST_LINE

    def __init__(self, receiver: Receiver, **settings: Any) -> None:
        super().__init__(receiver, **settings)
        self._receiver = receiver
        self._counted = ""
        self._received = 0

    def begin(self) -> None:
        """A new mail: count its bytes from here."""
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the session, unless it is the same one that goes on under TLS."""
        if not self._counted:
            peer = _host(transport.get_extra_info("peername"))
            now = self._receiver.connections
            if (
                now.total() >= self._receiver.options.most_connections
                or now[peer] >= self._receiver.options.most_of_peer
            ):
                transport.write(b"421 4.7.0 Too many connections, try again later\r\n")  # type: ignore[attr-defined]  # a socket
                transport.close()
                return
            self._counted = peer or "?"
            now[self._counted] += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session."""
        if not self._counted:
            return
        self._receiver.connections[self._counted] -= 1
        self._receiver.connections += Counter()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Pass on what came. Far beyond the greatest mail there is nothing to be polite about."""
        if not self._counted:
            return
        self._received += len(data)
        if self._received > 2 * self._receiver.options.most_bytes + LONGEST_LINE:
            assert self.transport is not None
            self.transport.abort()  # type: ignore[attr-defined]  # a socket
            return
        super().data_received(data)


def _peer(session: Session) -> str:
    return _host(session.peer)


def _host(peer: Any) -> str:
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""


def _tls_of(options: Options) -> ssl.SSLContext | None:
    if not options.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key or None)
    return context
