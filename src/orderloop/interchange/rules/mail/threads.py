"""To which earlier mail or question a mail belongs: by our token in an address, or by the ids it answers to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orderloop.interchange.rules.mail.headers import addresses_in

MOST_IDS = 50
_TOKEN = re.compile(r"[^@]*\+q\.(?P<id>\d{1,18})\.(?P<mac>[A-Za-z0-9_\-]{8,64})", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{3,250})>")
_TO = ("to", "cc", "delivered-to", "x-original-to", "x-envelope-to")


@dataclass(frozen=True, slots=True)
class Thread:
    """What ties a mail to others. `question`: id and signature out of our reply address, its signature not yet checked.

    `answers_to`: ids of mails without their brackets, the nearest first.
    """

    question: tuple[int, str] | None = None
    answers_to: tuple[str, ...] = ()


def reply_address(address: str, question: int, mac: str) -> str:
    """Our address with a token for a question: `orders+q.17.mac@firm.example`. `mac` in letters, digits, `-`, `_`."""
    local, _at, domain = address.partition("@")
    return f"{local}+q.{question}.{mac}@{domain}"


def thread_of(headers: Mapping[str, str], recipients: tuple[str, ...] = ()) -> Thread:
    """The thread of a mail. `recipients`: the envelope's, which hold the token even where the header was rewritten."""
    addresses = [*recipients]
    for name in _TO:
        addresses += [each.address for each in addresses_in(headers.get(name, ""))]
    found = (hit for address in addresses if (hit := _TOKEN.fullmatch(address.partition("@")[0])))
    token = next(found, None)
    ids = [*_ID.findall(headers.get("in-reply-to", "")), *reversed(_ID.findall(headers.get("references", "")))]
    return Thread((int(token.group("id")), token.group("mac")) if token else None, tuple(dict.fromkeys(ids))[:MOST_IDS])
