"""Whether a host may send mail for a domain, by its SPF record (RFC 7208). The name servers are an argument."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Ask = Callable[[str, str], Sequence[str]]
"""From a name and a type (`TXT`, `A`, `AAAA`, `MX`) to its answers; an empty sequence where there are none."""

MOST_LOOKUPS = 10
MOST_MX = 10
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
Host = IPv4Address | IPv6Address


class _Ended(Exception):
    """The evaluation ended in an error of the record."""


def spf_result(peer: str, domain: str, ask: Ask) -> str:
    """`pass`, `fail`, `softfail`, `neutral`, `none`, or `permerror` for a broken record.

    Macros and `ptr` are not followed: a record that needs them gives `permerror`, which proves nothing.
    """
    try:
        host = ip_address(peer)
    except ValueError:
        return "none"
    try:
        return _evaluate(host, domain.lower().rstrip("."), ask, [0])
    except _Ended:
        return "permerror"


def _evaluate(host: Host, domain: str, ask: Ask, spent: list[int]) -> str:
    records = [text for text in ask(domain, "TXT")[:50] if text.lower().split(" ")[0] == "v=spf1"]
    if len(records) != 1:
        if records:
            raise _Ended
        return "none"
    redirect = ""
    for term in records[0].split()[1:100]:
        name, equals, value = term.partition("=")
        if equals and ":" not in name and "/" not in name:
            redirect = value if name.lower() == "redirect" else redirect
            continue
        sign = term[0] if term[0] in _RESULTS else "+"
        if _matches(host, term.lstrip("+-~?"), domain, ask, spent):
            return _RESULTS[sign]
    if redirect:
        _spend(spent)
        result = _evaluate(host, _plain(redirect), ask, spent)
        if result == "none":
            raise _Ended
        return result
    return "neutral"


def _matches(host: Host, term: str, domain: str, ask: Ask, spent: list[int]) -> bool:
    name, colon, rest = term.partition(":")
    bare, _slash, length = name.partition("/")
    bare = bare.lower()
    if bare == "all":
        return True
    if bare in {"ip4", "ip6"} and colon:
        return _within(host, rest)
    target, _slash, given = rest.partition("/") if colon else (domain, "/", length)
    _spend(spent)
    if bare == "include" and colon:
        result = _evaluate(host, _plain(rest), ask, spent)
        if result == "none":
            raise _Ended
        return result == "pass"
    if bare == "a":
        return _among(host, [_plain(target)], given, ask)
    if bare == "mx":
        names = [each.split()[-1].rstrip(".") for each in ask(_plain(target), "MX")]
        if len(names) > MOST_MX:
            raise _Ended
        return _among(host, names, given, ask)
    if bare == "exists" and colon:
        return bool(ask(_plain(rest), "A"))
    raise _Ended


def _among(host: Host, names: Sequence[str], lengths: str, ask: Ask) -> bool:
    """Whether the host is in a network of one of the names. `lengths`: as in `24//64`."""
    four, _slashes, six = lengths.partition("//")
    length = six if host.version == 6 else four
    for name in names:
        for address in ask(name, "AAAA" if host.version == 6 else "A")[:50]:
            if _within(host, f"{address}/{length}" if length else address):
                return True
    return False


def _within(host: Host, network: str) -> bool:
    try:
        return host in ip_network(network, strict=False)
    except ValueError:
        raise _Ended from None


def _plain(name: str) -> str:
    if "%" in name or not name:
        raise _Ended
    return name.lower().rstrip(".")


def _spend(spent: list[int]) -> None:
    spent[0] += 1
    if spent[0] > MOST_LOOKUPS:
        raise _Ended
