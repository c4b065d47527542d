"""Faxes that a gateway passes on by mail: which mails are such, and who called."""

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from orderloop.intake.facts import NUMBER_MARK, FaxGateway

# With or without an area code in brackets; what is in brackets behind it is something else.
_NUMBER = r"\+?(?:\(\d{1,5}\) ?|\d[\d ./\-]{0,6}(?:\(\d{1,5}\) ?)?)[\d ./\-]{3,18}\d"


def gateway_of(sender: str, gateways: Sequence[FaxGateway]) -> FaxGateway | None:
    """The gateway that has this address; one named by its whole address goes before one named by its domain."""
    address = sender.strip().lower()
    domain = f"@{address.rpartition('@')[2]}"
    named = {gateway.sender.strip().lower(): gateway for gateway in gateways}
    return named.get(address) or named.get(domain) if "@" in address else None


def caller_in(gateway: FaxGateway, text: str) -> str:
    """The caller's number as it stands in a text, by the gateway's pattern; empty where it does not stand there."""
    pattern, text = (unicodedata.normalize("NFKC", each) for each in (gateway.pattern or NUMBER_MARK, text))
    before, _mark, after = pattern.partition(NUMBER_MARK)
    found = re.search(f"{_loose(before)}({_NUMBER}){_loose(after)}", text, re.IGNORECASE)
    return found.group(1) if found else ""


def is_from_network(gateway: FaxGateway, peer: str) -> bool:
    """Whether a mail was handed over from where this gateway stands."""
    try:
        return bool(gateway.network) and ip_address(peer) in ip_network(gateway.network, strict=False)
    except ValueError:
        return False


def _loose(literal: str) -> str:
    """The words of a pattern as they stand, whatever blanks are between and beside them."""
    return r"\s*".join(["", *(re.escape(word) for word in literal.split()), ""]) if literal else ""
