"""Posting to addresses that others name: by https, to the world outside only, and to nowhere else than was named.

Whoever may name an address could otherwise have this server fetch what only it can reach. So a name is resolved once,
every address it has is looked at, and the connection goes to one that was looked at: a name that answers differently
the second time gains nothing. Redirects are not followed. Hosts named in the settings are trusted, as for a gateway
in the own house.
"""

import base64
import binascii
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 20.0
KEPT_BYTES = 2048
MOST_ADDRESS = 300
_READ_BYTES = 65_536
_PORTS = {"https": 443, "http": 80}

# What stands for another address or belongs to nobody, though the lists of the world call it public.
_RESERVED = ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
_OF_CLOUDS = ("168.63.129.16/32",)
_NEVER = tuple(ipaddress.ip_network(each) for each in (*_RESERVED, *_OF_CLOUDS))
_WORLD_V6 = ipaddress.ip_network("2000::/3")

Resolve = Callable[[str, int], Sequence[str]]


class AddressRefused(ValueError):
    """Nothing is ever posted to this address."""


class PostFailed(OSError):
    """No answer came: not reached, cut off, too slow, or not to be trusted."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post: parts of a checked https address. `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, and as much of the text as is kept; `text` is longer than what is to be stored."""

    status: int
    text: str

    @property
    def kept(self) -> str:
        """The first 2 kB."""
        return self.text.encode()[:KEPT_BYTES].decode(errors="ignore")


def address_of(url: str, trusted: Collection[str] = ()) -> Address:
    """The parts of an address; AddressRefused unless it is https without user, or http of a `trusted` host (`host`
    or `host:port`)."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise AddressRefused(f"not an address: {error}") from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or len(url) > MOST_ADDRESS or not host or parts.username or parts.password or parts.fragment:
        raise AddressRefused("not an address of the form https://host/path")
    address = Address(parts.scheme, host, port or _PORTS.get(parts.scheme, 0),
                      (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))  # fmt: skip
    if parts.scheme != "https" and not (parts.scheme == "http" and is_trusted(address, trusted)):
        raise AddressRefused("only https is posted to")
    return address


def is_trusted(address: Address, trusted: Collection[str]) -> bool:
    """Whether the settings name this host, or this host with this port."""
    return address.host in trusted or f"{address.host}:{address.port}" in trusted


def is_outside(address: str) -> bool:
    """Whether an IP address belongs to the world outside: not private, loopback, link-local, shared, multicast or
    reserved, no address of a cloud's own services, and none that stands for such a one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_outside(str(found.ipv4_mapped))
        if found not in _WORLD_V6:
            return False
    if any(found.version == net.version and found in net for net in _NEVER):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def signed_headers(message_id: str, at: datetime, content: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers by which Standard Webhooks prove the sender: one signature by each secret, so that the receiver may
    know the old one or the new one while they are changed."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), content))
    signatures = [base64.b64encode(hmac.digest(_key_of(each), signed, "sha256")).decode() for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def _key_of(secret: str) -> bytes:
    """The key in a secret of the form whsec_…; one of another form is the key itself."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()


def resolve(host: str, port: int) -> Sequence[str]:
    """Every IP address a host has now, each once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise PostFailed(f"the host is not found: {error}") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    trusted: Collection[str] = (),
    timeout: float = TIMEOUT_SECONDS,
    resolver: Resolve = resolve,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """Post `content` and return the answer, whatever its status; within `timeout` seconds altogether.

    AddressRefused: the address may never be posted to. PostFailed: no answer came.
    """
    address = address_of(url, trusted)
    ends = time.monotonic() + timeout
    found = resolver(address.host, address.port)
    if not is_trusted(address, trusted) and (inside := [each for each in found if not is_outside(each)]):
        raise AddressRefused(f"{address.host} is {inside[0]}, which is not outside")
    if not found:
        raise PostFailed("the host has no address")
    connection = _Connection(address, _connected(found, address, ends), ends, tls)
    try:
        return connection.exchange(content, headers)
    except (OSError, http.client.HTTPException) as error:
        late = " (too slow)" if time.monotonic() >= ends else ""
        raise PostFailed(f"{type(error).__name__}: {error}{late}") from error
    finally:
        connection.close()


def _connected(found: Sequence[str], address: Address, ends: float) -> socket.socket:
    """A connection to the first of these addresses that takes one."""
    fault: OSError = OSError("too slow")
    for each in found:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((each, address.port), timeout=left)
        except OSError as error:
            fault = error
    raise PostFailed(f"not reached: {fault}")


class _Connection(http.client.HTTPConnection):
    """A connection over a socket that is open already; it is cut when its time is over, however slowly bytes drip."""

    def __init__(self, address: Address, opened: socket.socket, ends: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(address.host, address.port, timeout=max(ends - time.monotonic(), 0.001))
        self._address, self._tls = address, tls
        self._opened = opened
        self._clock = threading.Timer(max(ends - time.monotonic(), 0.001), self._cut)
        self._clock.daemon = True

    def exchange(self, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Send the request and read the answer."""
        self._clock.start()
        self.sock = self._opened
        if self._address.scheme == "https":
            tls = self._tls or ssl.create_default_context()
            self.sock = tls.wrap_socket(self._opened, server_hostname=self._address.host, do_handshake_on_connect=False)
            self.sock.do_handshake()
        self.default_port = _PORTS[self._address.scheme]
        self.request("POST", self._address.path, content, dict(headers))
        answer = self.getresponse()
        text = answer.read(_READ_BYTES).decode(errors="replace").replace("\x00", "")
        return Reply(answer.status, text)

    def close(self) -> None:
        """Let go of the connection and its clock."""
        self._clock.cancel()
        super().close()
        self._opened.close()

    def _cut(self) -> None:
        for each in (self.sock, self._opened):
            try:
                if each is not None:
                    each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
