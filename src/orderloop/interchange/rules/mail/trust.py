"""Whether a mail comes from whom it says: signatures and sender checks that agree with the From address."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from orderloop.interchange.rules.mail.headers import addresses_in

# Names under which anybody can register: below them the organisation is one label further to the left.
_SECOND_LEVEL = frozenset("com net org gov edu co ac or ne go mil gob in firm gen".split())  # noqa: SIM905  # read as a list
# Where everybody can have an address, the domain says nothing of who writes.
_EVERYBODYS = frozenset(
    ("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com", "139.com", "189.cn",
     "aliyun.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com",
     "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "mail.ru", "proton.me")
)  # fmt: skip
_RESULT = re.compile(r"\b(dkim|spf|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(?:header\.(?P<h>d|i|from)|smtp\.(?P<s>mailfrom|mail|helo))\s*=\s*\"?(?P<v>[^\s;\"()]{1,300})", re.IGNORECASE
)


class Trust(StrEnum):
    """How far a mail's sender is believed. Only a trusted one is answered with a customer's data or accepted unseen."""

    TRUSTED = "trusted"
    WEAK = "weak"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a sender as somebody we believe made it: `dkim` or `spf`, `pass` or not, for which domain."""

    kind: str
    result: str
    domain: str


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """A verdict with its reasons as stable words: `aligned_dkim`, `aligned_spf`, `known_address`, `known_domain`,
    `unknown_sender`, `not_aligned`, `dkim_failed`, `spf_failed`, `no_checks`, `several_senders`, `no_sender`."""

    trust: Trust
    reasons: tuple[str, ...]
    address: str = ""


def organisation(domain: str) -> str:
    """The domain a firm registers: the last two labels, three below such as `com.cn` and `co.uk`.

    A simple rule without the list of public suffixes: below a shared host of another kind two firms may look like one,
    which the customer's own list of addresses and domains then has to tell apart.
    """
    labels = domain.lower().strip(".").split(".")
    take = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-take:])


def checks_in(results: str, authserv_id: str) -> tuple[Check, ...]:
    """The checks of the first Authentication-Results value that carries our own server's id; others may be forged.

    `results`: the header's values, the topmost first, each on its own line.
    """
    for value in results.split("\n")[:50]:
        head, _semicolon, rest = value[:10_000].partition(";")
        name = head.split()[0].lower() if head.split() else ""
        if authserv_id and name == authserv_id.lower():
            return tuple(_check(part) for part in _uncommented(rest).split(";") if _RESULT.search(part))
    return ()


def _uncommented(text: str) -> str:
    """Without what stands in brackets, where anything may be written."""
    out, depth = [], 0
    for sign in text:
        depth += sign == "("
        if not depth:
            out.append(sign)
        depth -= sign == ")" and depth > 0
    return "".join(out)


def _check(part: str) -> Check:
    found = _RESULT.search(part)
    assert found is not None
    kind, result = found.group(1).lower(), found.group(2).lower()
    wanted = {"dkim": ("d", "i"), "spf": ("mailfrom", "mail", "helo"), "dmarc": ("from",)}[kind]
    named = {(hit.group("h") or hit.group("s")).lower(): hit.group("v") for hit in _PROPERTY.finditer(part)}
    value = next((named[name] for name in wanted if name in named), "")
    return Check(kind, result, value.rpartition("@")[2].lower().rstrip("."))


def judge_sender(
    headers: Mapping[str, str],
    checks: Collection[Check],
    known_addresses: Collection[str],
    known_domains: Collection[str] = (),
) -> SenderVerdict:
    """How far to believe the From of a mail.

    Trusted: a DKIM signature or SPF passed for the organisation of the From address, and the address or its domain is
    on the customer's list. Weak: one of the two. Untrusted: neither, several senders, or the domain's own check failed.
    """
    senders = addresses_in(headers.get("from", ""))
    if len(senders) != 1:
        return SenderVerdict(Trust.UNTRUSTED, ("several_senders" if senders else "no_sender",))
    sender = senders[0]
    reasons = _evidence(sender.domain, checks)
    is_proven = "aligned_dkim" in reasons or "aligned_spf" in reasons
    known = _known(sender.address, sender.domain, known_addresses, known_domains)
    reasons += (known or "unknown_sender",)
    if is_proven and known:
        trust = Trust.TRUSTED
    elif is_proven or (known and "dkim_failed" not in reasons and "spf_failed" not in reasons):
        trust = Trust.WEAK
    else:
        trust = Trust.UNTRUSTED
    return SenderVerdict(trust, reasons, sender.address)


def _evidence(domain: str, checks: Collection[Check]) -> tuple[str, ...]:
    own = organisation(domain)
    reasons = []
    for kind in ("dkim", "spf"):
        of_kind = [check for check in checks if check.kind == kind]
        aligned = [check for check in of_kind if check.domain and organisation(check.domain) == own]
        if any(check.result == "pass" for check in aligned):
            reasons.append(f"aligned_{kind}")
        elif any(check.result in {"fail", "softfail", "permerror", "policy"} for check in aligned):
            reasons.append(f"{kind}_failed")
        elif any(check.result == "pass" for check in of_kind):
            reasons.append("not_aligned")
    return tuple(dict.fromkeys(reasons)) or ("no_checks",)


def _known(address: str, domain: str, addresses: Collection[str], domains: Collection[str]) -> str:
    if address in {each.lower() for each in addresses}:
        return "known_address"
    return (
        "known_domain" if domain not in _EVERYBODYS and domain in {each.lower().lstrip("@") for each in domains} else ""
    )
