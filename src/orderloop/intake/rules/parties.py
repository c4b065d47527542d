"""Whose order a document is and where its goods go, told only by what agrees exactly; likeness never decides."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orderloop.catalog.rules import code_key
from orderloop.customers.facts import ShipToFact
from orderloop.intake.facts import Claimed, EnvelopeKey, Finding, FindingCode, Identified
from orderloop.interchange.facts import Envelope, Format, ReadOrder

# Schemes of identifiers kept with partners.
GLN, TAX, DOMAIN, CALLER = "gln", "tax", "domain", "caller"
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SHORTEST_ADDRESS = 6

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PartyKeys:
    """Everything in a message and an order that may say whose it is; partners as (scheme, identifier)."""

    partners: tuple[Key, ...] = ()
    emails: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownParties:
    """The customers those keys belong to."""

    partners: Mapping[Key, int] = field(default_factory=dict)
    emails: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def is_uscc(text: str) -> bool:
    """Whether a text is a Chinese unified social credit code (统一社会信用代码), by its check character."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if len(plain) != 18 or any(sign not in _USCC_SIGNS for sign in plain):
        return False
    total = sum(_USCC_SIGNS.index(sign) * weight for sign, weight in zip(plain[:17], _USCC_WEIGHTS, strict=True))
    return _USCC_SIGNS[(31 - total % 31) % 31] == plain[17]


def keys_of(claimed: Claimed, envelope: Envelope, format: Format, order: ReadOrder | None) -> PartyKeys:
    """What a message, the document's envelope and one of its orders say about whose they are."""
    partners: list[Key] = []
    if envelope.sender:
        partners.append((format.value, envelope.sender.strip()))
    scheme, _mark, sender = str(claimed.envelope.get(EnvelopeKey.PARTNER, "")).partition(":")
    partners += [(scheme, sender)] if sender else []
    caller = "".join(sign for sign in str(claimed.envelope.get(EnvelopeKey.CALLER, "")) if sign.isdigit())
    partners += [(CALLER, caller)] if caller else []
    emails = [claimed.sender] if "@" in claimed.sender else []
    partners += [(DOMAIN, email.rpartition("@")[2].lower()) for email in emails]
    if order is None:
        return PartyKeys(tuple(partners), _plain(emails))
    gln, tax = order.text("customer_gln").strip(), order.text("customer_tax_id").strip()
    partners += [(GLN, gln)] if gln else []
    partners += [(TAX, tax.upper())] if tax and (len(tax) != 18 or is_uscc(tax)) else []
    emails += [order.text("contact_email")] if "@" in order.text("contact_email") else []
    codes = tuple(code for code in (order.text("customer_code").strip(),) if code)
    names = tuple(name for name in (order.text("customer_name").strip(),) if name)
    return PartyKeys(tuple(dict.fromkeys(partners)), _plain(emails), codes, names)


def identify(channel_says: int | None, keys: PartyKeys, known: KnownParties) -> Identified:
    """The one customer on whom everything that is known agrees; where things disagree, all of whom they speak.

    What the channel or a partner's identifier says stands, though those who disagree with it are named.
    """
    sure: list[tuple[Key, frozenset[int]]] = []
    if channel_says is not None:
        sure.append((("channel", ""), frozenset({channel_says})))
    sure += [(key, frozenset({known.partners[key]})) for key in keys.partners if key in known.partners]
    rest: list[tuple[Key, frozenset[int]]] = [
        *((("email", each), frozenset(known.emails[each])) for each in keys.emails if each in known.emails),
        *((("code", each), frozenset({known.codes[each]})) for each in keys.codes if each in known.codes),
        *((("name", each), frozenset(known.names[each])) for each in keys.names if each in known.names),
    ]
    common = _common(ids for _key, ids in (*sure, *rest))
    everyone = tuple(sorted({i for _key, ids in (*sure, *rest) for i in ids}))
    if len(common) == 1:
        return Identified(next(iter(common)), tuple(key for key, _ids in (*sure, *rest)))
    if not everyone:
        return Identified(None)
    certain = _common(ids for _key, ids in sure)
    if len(certain) == 1:
        customer_id = next(iter(certain))
        by = tuple(key for key, _ids in sure)
        return Identified(customer_id, by, tuple(i for i in everyone if i != customer_id))
    return Identified(None, tuple(key for key, _ids in (*sure, *rest)), everyone)


def ship_to_of(
    order: ReadOrder, ship_tos: Sequence[ShipToFact], aliases: Mapping[str, str]
) -> tuple[str, Finding | None]:
    """The code of the delivery address an order names, empty for the usual one; a finding where it names a strange one.

    Told by its code, by what was taught (`aliases`: text as `fold_text` gives it -> code), or by its own words.
    """
    active = [each for each in ship_tos if each.is_active]
    written = [order.text(name).strip() for name in ("ship_to_code", "ship_to_text", "ship_to_name")]
    given = next((text for text in written if text), "")
    if not given:
        return "", None
    for text in filter(None, written):
        code = aliases.get(fold_text(text)) or next((each.code for each in active if each.code == text), "")
        if code:
            return code, None
    named = [each for each in active if _is_named(each, [text for text in written if text])]
    if len(named) == 1:
        return named[0].code, None
    choices = ", ".join(each.code for each in active)
    return "", Finding(FindingCode.SHIPTO, "ship_to", params={"given": given[:200], "choices": choices})


def fold_text(text: str) -> str:
    """The form in which two texts a lesson is about are the same: half-width, without case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:300]


def _is_named(ship_to: ShipToFact, written: Collection[str]) -> bool:
    """Whether the address itself stands in what is written, or the whole of what is written in it."""
    street = code_key(ship_to.address)
    full = code_key(f"{ship_to.region}{ship_to.city}{ship_to.address}")
    texts = [code_key(text) for text in written]
    if any(len(text) >= _SHORTEST_ADDRESS and text in full for text in texts):
        return True
    return len(street) >= _SHORTEST_ADDRESS and any(street in text for text in texts)


def _common(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    common: frozenset[int] | None = None
    for each in sets:
        common = each if common is None else common & each
    return common or frozenset()


def _plain(emails: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(email.strip().lower() for email in emails))
