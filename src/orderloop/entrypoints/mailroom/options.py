"""What the mailroom is told by the environment; see docs/reference/settings.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, unquote, urlsplit

DEFAULT_PORT = 2525
DEFAULT_SIZE = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox to fetch from. Fetched mails are moved to `done`; without IDLE it is asked every `poll` seconds."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    done: str = "Orderloop"
    tls: str = "ssl"
    poll: float = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """`addresses`: for whom mail is taken, full addresses and `@domain` for all of one; never for anybody else.

    `relays`: networks of our own mail servers, whose word on a sender is believed if it carries `authserv_id`.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    addresses: tuple[str, ...] = ("orders@localhost",)
    most_bytes: int = DEFAULT_SIZE
    most_connections: int = 50
    most_of_peer: int = 10
    per_minute: int = 120
    relays: tuple[str, ...] = ()
    authserv_id: str = ""
    certificate: str = ""
    key: str = ""
    asks_dns: bool = True
    mailbox: Mailbox | None = None

    def takes(self, recipient: str) -> bool:
        """Whether a mail for this address is ours; `orders+anything@` is as `orders@`."""
        local, _at, domain = recipient.lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return plain in self.addresses or f"@{domain}" in self.addresses

    def is_relay(self, peer: str) -> bool:
        """Whether a peer is a mail server of ours."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in ip_network(each, strict=False) for each in self.relays)


def options_in(environment: Mapping[str, str]) -> Options:
    """The options an environment gives. Raises ValueError with words for whoever set it up."""
    own = parseaddr(environment.get("ORDERLOOP_MAIL_FROM", ""))[1] or "orders@localhost"
    listen = environment.get("ORDERLOOP_MAIL_LISTEN", f"127.0.0.1:{DEFAULT_PORT}")
    host, _colon, port = (listen if listen != "off" else "127.0.0.1:0").rpartition(":")
    if not port.isdigit():
        raise ValueError(f"ORDERLOOP_MAIL_LISTEN is HOST:PORT, not {listen!r}")
    return Options(
        host.strip("[]") or "127.0.0.1",
        int(port),
        _listed(environment, "ORDERLOOP_MAIL_ADDRESSES") or (own.lower(),),
        int(environment.get("ORDERLOOP_MAIL_MOST_BYTES", str(DEFAULT_SIZE))),
        relays=_listed(environment, "ORDERLOOP_MAIL_RELAYS"),
        authserv_id=environment.get("ORDERLOOP_MAIL_AUTHSERV_ID", ""),
        certificate=environment.get("ORDERLOOP_MAIL_CERTIFICATE", ""),
        key=environment.get("ORDERLOOP_MAIL_KEY", ""),
        asks_dns=environment.get("ORDERLOOP_MAIL_DNS", "1") not in {"0", "off", "no"},
        mailbox=_mailbox(environment.get("ORDERLOOP_IMAP_URL", "")),
    )


def from_environment() -> Options:
    """The options of this process."""
    return options_in(os.environ)


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip().lower() for each in environment.get(name, "").split(",") if each.strip())


def _mailbox(url: str) -> Mailbox | None:
    """The mailbox of `imaps://user:password@host/INBOX?done=Orderloop&poll=30`; `imap:` with `tls=none`."""
    if not url:
        return None
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise ValueError("ORDERLOOP_IMAP_URL is imaps://user:password@host/FOLDER")
    tls = "ssl" if parts.scheme == "imaps" else query.get("tls", "starttls")
    return Mailbox(
        parts.hostname,
        parts.port or (993 if tls == "ssl" else 143),
        unquote(parts.username),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
        query.get("done", "Orderloop"),
        tls,
        float(query.get("poll", "30")),
    )
