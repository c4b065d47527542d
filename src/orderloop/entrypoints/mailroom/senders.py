"""What can be proven of a mail's sender at the moment it comes: DKIM signatures, SPF, or the word of our own server."""

import logging
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import dkim
import dns.exception
import dns.resolver

from orderloop.entrypoints.mailroom.options import Options
from orderloop.interchange.readers.mail import read_headers
from orderloop.interchange.rules.mail.spf import Ask, spf_result
from orderloop.interchange.rules.mail.trust import Check, checks_in

MOST_SIGNATURES = 5
DNS_SECONDS = 3.0
_silent = logging.getLogger(f"{__name__}.dkim")
_silent.disabled = True


def judge_with(options: Options, ask: Ask | None = None) -> Callable[[bytes, str, str, str], tuple[Check, ...]]:
    """The check of senders under these options. A mail that our own server passed on is as that server says."""
    asked = ask or (ask_dns if options.asks_dns else None)

    def judge(content: bytes, peer: str, helo: str, envelope_from: str) -> tuple[Check, ...]:
        if options.authserv_id and (not peer or options.is_relay(peer)):
            return checks_in(read_headers(content).get("authentication-results", ""), options.authserv_id)
        if asked is None:
            return ()
        return (*signatures_of(content, asked), *_spf(peer, helo, envelope_from, asked))

    return judge


def signatures_of(content: bytes, ask: Ask) -> tuple[Check, ...]:
    """Each DKIM signature, and whether it holds for the whole mail. One that leaves a part unsigned proves nothing."""

    def key_of(name: bytes, timeout: int = 5) -> bytes | None:
        answers = ask(name.decode("ascii", "replace").rstrip("."), "TXT")
        return answers[0].encode() if answers else None

    found = []
    for place in range(min(content[: 512 * 1024].lower().count(b"dkim-signature:"), MOST_SIGNATURES)):
        check = dkim.DKIM(content, logger=_silent)
        try:
            holds = check.verify(idx=place, dnsfunc=key_of)
        except dkim.DKIMException:
            holds = False
        except (ValueError, IndexError, KeyError, TypeError, UnicodeError):
            break  # not a mail the library can take apart
        fields = check.signature_fields or {}
        if not fields.get(b"d"):
            continue
        domain = fields[b"d"].decode("ascii", "replace").lower()
        found.append(Check("dkim", "pass" if holds and b"l" not in fields else "fail", domain))
    return tuple(found)


def _spf(peer: str, helo: str, envelope_from: str, ask: Ask) -> tuple[Check, ...]:
    """SPF of the envelope's sender, or of the name the peer gave where there is none. None within our own network."""
    domain = envelope_from.rpartition("@")[2] or helo
    try:
        is_public = ip_address(peer).is_global
    except ValueError:
        return ()
    if not is_public or "." not in domain or not domain.isascii():
        return ()
    return (Check("spf", spf_result(peer, domain, ask), domain.lower()),)


def ask_dns(name: str, kind: str) -> Sequence[str]:
    """Ask the name servers; what cannot be told now counts as not there."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=DNS_SECONDS)
    except (dns.exception.DNSException, ValueError, OSError):
        return ()
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return [record.to_text() for record in answer]
