"""Faxes as the machine that receives them hands them over: who called, what came, and whether all of it did."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from orderloop.customers import queries as customers
from orderloop.flow.rules import caller_key
from orderloop.intake import services as intake
from orderloop.intake.facts import SECTION, Arrival, CallerPlace, EnvelopeKey, ReadMessage
from orderloop.intake.rules.fax_gateways import caller_in, gateway_of
from orderloop.interchange.facts import Format
from orderloop.orders.facts import Channel
from orderloop.policy.queries import in_force, working_time
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

CALL_BACK = "call_back"
TAKEN = "taken"
_PAGES = frozenset({Format.IMAGE, Format.PDF})
_LONGEST_NUMBER = 60
_KINDS = {".tif", ".tiff", ".pdf"}
# A file that still grows is still being written.
_AT_REST_SECONDS = 10
_MOST_BYTES = 25 * 1024**2
_MOST_FILES = 20
_NUMBER = re.compile(r"\+?[0-9]{7,15}")
_CALL_WITHIN_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Fax:
    """A call that ended: the pages as one file, empty where none came; the caller's number as the machine got it; how
    many pages it counted, None where it does not say; why the call broke off; and the machine's own id of the call."""

    content: bytes
    filename: str = ""
    caller: str = ""
    pages: int | None = None
    error: str = ""
    call_id: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everything the caller sent has come."""
        return bool(self.content) and self.pages != 0 and not self.error.strip()


@dataclass(frozen=True, slots=True)
class Received:
    """A fax that is safe. One that `is_whole` is read by the clock; for another somebody calls back."""

    message_id: int
    is_whole: bool
    is_repeated: bool
    customer_id: int | None


@transaction.atomic
def receive_faxes(faxes: Sequence[Fax], *, at: datetime) -> list[Received]:
    """Store faxes, each call once however often it is handed over. What came without pages, or broke off, is set apart
    and the caller is to be called back: half an order must not be taken for a whole one."""
    owners = customers_of_callers([fax.caller for fax in faxes])
    stored = intake.store_messages([_arrival(fax, owners.get(fax.caller), at) for fax in faxes])
    received = [
        Received(each.message_id, fax.is_whole, each.is_duplicate, owners.get(fax.caller))
        for fax, each in zip(faxes, stored, strict=True)
    ]
    broken = [
        (fax, each) for fax, each in zip(faxes, received, strict=True) if not each.is_whole and not each.is_repeated
    ]
    intake.quarantine_messages({each.message_id: "fax_broke_off" for _fax, each in broken}, at=at)
    _have_called_back(broken, at)
    return received


def settle_gateway_mails(messages: Sequence[ReadMessage], *, at: datetime) -> tuple[list[ReadMessage], dict[int, str]]:
    """Faxes that came by mail, as faxes: what the gateway wrote around them orders nothing, though it may say who
    called. Those without any page are set apart and called back. Returns the messages that are left, and why the
    others are not."""
    faxes = [each for each in messages if EnvelopeKey.GATEWAY in each.claimed.envelope]
    if not faxes:
        return list(messages), {}
    named = {each.claimed.message_id: each for each in _with_callers([_without_cover(each) for each in faxes])}
    empty = [each for each in named.values() if not any(d.reading.format in _PAGES for d in each.documents)]
    reasons = {each.claimed.message_id: "fax_without_pages" for each in empty}
    intake.quarantine_messages(reasons, at=at)
    _have_called_back([(_call_of(each), _received_of(each)) for each in empty], at)
    left = [each for each in messages if each.claimed.message_id not in reasons]
    return [named.get(each.claimed.message_id, each) for each in left], reasons


def _without_cover(message: ReadMessage) -> ReadMessage:
    cover = message.documents[0]
    return replace(
        message, documents=(replace(cover, reading=replace(cover.reading, orders=())), *message.documents[1:])
    )


def _with_callers(messages: Sequence[ReadMessage]) -> list[ReadMessage]:
    """The messages with the callers their text names, which are written beside them too."""
    gateways = in_force(SECTION).value.fax_gateways
    numbers: dict[int, str] = {}
    for message in messages:
        gateway = gateway_of(message.claimed.sender, gateways)
        if gateway is not None and gateway.place == CallerPlace.BODY:
            number = caller_in(gateway, message.documents[0].reading.text)[:_LONGEST_NUMBER]
            numbers |= {message.claimed.message_id: number} if number else {}
    if not numbers:
        return list(messages)
    owners = customers_of_callers(list(numbers.values()))
    intake.note_callers({i: (number, owners.get(number)) for i, number in numbers.items()})
    return [
        _called_by(each, found, owners.get(found)) if (found := numbers.get(each.claimed.message_id)) else each
        for each in messages
    ]


def _called_by(message: ReadMessage, number: str, customer_id: int | None) -> ReadMessage:
    claimed = message.claimed
    envelope = {**claimed.envelope, EnvelopeKey.CALLER.value: number}
    return replace(message, claimed=replace(claimed, envelope=envelope, customer_id=claimed.customer_id or customer_id))


def _call_of(message: ReadMessage) -> Fax:
    return Fax(b"", caller=str(message.claimed.envelope.get(EnvelopeKey.CALLER, "")))


def _received_of(message: ReadMessage) -> Received:
    return Received(message.claimed.message_id, False, False, message.claimed.customer_id)


def customers_of_callers(callers: Sequence[str]) -> dict[str, int]:
    """The one customer each number belongs to by his contacts' fax and telephone numbers; others are missing."""
    keys = {caller: key for caller in callers if (key := caller_key(caller))}
    owners: dict[str, set[int]] = {}
    for customer_id, number in customers.contact_numbers() if keys else ():
        owners.setdefault(caller_key(number), set()).add(customer_id)
    return {caller: next(iter(found)) for caller, key in keys.items() if len(found := owners.get(key, set())) == 1}


def _arrival(fax: Fax, customer_id: int | None, at: datetime) -> Arrival:
    digest = hashlib.sha256(fax.content).hexdigest()[:16]
    return Arrival(
        Channel.FAX, "", fax.content, at, sender=f"fax:{caller_key(fax.caller)}",
        external_id=f"{fax.call_id[:100]}:{digest}" if fax.call_id else None, filename=fax.filename[:200],
        customer_id=customer_id, envelope={"caller": fax.caller[:60]} if fax.caller else {},
    )  # fmt: skip


def _have_called_back(broken: Sequence[tuple[Fax, Received]], at: datetime) -> None:
    if not broken:
        return
    hours = working_time()
    due_at = hours.calendar.add_working_minutes(at, _CALL_WITHIN_MINUTES, hours.hours, hours.zone)
    worklist.open_items(
        [
            WorkNew(CALL_BACK, "clerk", "message", each.message_id, fax.caller[:60] or "?", due_at,
                    customer_id=each.customer_id, reason=(fax.error.strip() or "fax_without_pages")[:60])
            for fax, each in broken
        ],
        at=at,
    )  # fmt: skip


def take_folder(folder: Path, *, at: datetime) -> int:
    """Take in the faxes that lie at rest in a folder, then move them into its `taken`; returns how many. One that was
    taken in and not yet moved when this process died is known by its bytes and only moved."""
    at_rest = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in _KINDS
        and path.is_file()
        and not path.is_symlink()
        and path.stat().st_mtime <= at.timestamp() - _AT_REST_SECONDS
        and path.stat().st_size <= _MOST_BYTES
    ][:_MOST_FILES]
    for path in at_rest:
        content = path.read_bytes()
        called = f"{path.name[:60]}:{int(path.stat().st_mtime)}"
        number = _NUMBER.search(path.stem)
        receive_faxes([Fax(content, path.name, number.group() if number else "", call_id=called)], at=at)
        (folder / TAKEN).mkdir(exist_ok=True)
        path.rename(folder / TAKEN / f"{int(path.stat().st_mtime)}-{path.name}")
    return len(at_rest)
