"""Read an X12 interchange: 850, 860, and the receipts 997, 999 and TA1."""

from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Place, Reading, ReadOrder, Role
from orderloop.interchange.rules.edi import (
    MAX_CHARACTERS,
    MAX_INTERCHANGES,
    Message,
    Spot,
    apart,
    begun,
    by_place,
    complexity_faults,
    fault,
    in_capitals,
    is_lenient,
    parts_of,
    too_many_interchanges,
)
from orderloop.interchange.rules.x12.codes import SETS
from orderloop.interchange.rules.x12.envelope import envelope_of, frame
from orderloop.interchange.rules.x12.order import read_order
from orderloop.interchange.rules.x12.receipt import read_receipt
from orderloop.interchange.rules.x12.syntax import cut, decode, delimiters_of


def read(content: bytes, hints: Hints) -> Reading:
    """What the interchange says: an order for each transaction set, `OTHER` where its kind is not read. Further
    interchanges of the file are documents of their own.

    Faults of the interchange stand on the reading and concern all its orders, those of a set stand on its order.
    `hints.profile`: `lenient` (`counts`), `price_basis`, and `item.<235>`, `date.<374>`, `party.<98>` with the name a
    partner means by a qualifier. Never raises.
    """
    if not content.strip():
        return Reading(Format.X12, faults=(Fault(FaultCode.EMPTY),))
    if len(content) > MAX_CHARACTERS:
        return Reading(Format.X12, faults=(fault(FaultCode.TOO_LARGE, Place(), limit=f"{MAX_CHARACTERS:,}"),))
    text, wrong_text = decode(content)
    text, passed = begun(text, r"ISA[^A-Za-z0-9\s]")
    text, told = in_capitals(text)
    wrong_text += (*passed, *told)
    delimiters, rest, wrong = delimiters_of(text)
    if delimiters is None:
        return Reading(Format.X12, faults=(*wrong_text, *wrong))
    wrong_size = complexity_faults(rest, delimiters.terminator, delimiters.element)
    if wrong_size:
        return Reading(Format.X12, faults=(*wrong_text, *wrong_size))
    rest, *others = apart(rest, "IEA", delimiters.element, delimiters.terminator)
    if len(others) >= MAX_INTERCHANGES:
        return Reading(Format.X12, faults=(*wrong_text, too_many_interchanges()))
    framed = frame(cut(rest, delimiters), lenient=is_lenient(hints.profile))
    faults = [*wrong_text, *wrong, *by_place(framed.faults)]
    orders = tuple(_order(message, hints) for message in framed.messages)
    if not framed.messages:
        faults.append(Fault(FaultCode.NO_ORDER))
    return Reading(Format.X12, orders, tuple(faults), envelope_of(framed), parts=parts_of(others))


def _order(message: Message, hints: Hints) -> ReadOrder:
    role = SETS.get(message.kind, Role.OTHER)
    if role is Role.OTHER:
        place = Spot(message.number, 1, "ST", 1).place()
        unread = fault(FaultCode.UNSUPPORTED, place, name=message.kind or "ST01")
        return ReadOrder(role, faults=(*message.faults, unread))
    learnt = {name: value for name, value in hints.formats.items() if name == "price_basis"}
    profile = {**learnt, **hints.profile}
    order = read_receipt(message) if role is Role.RECEIPT else read_order(message, profile)
    return replace(order, faults=by_place(order.faults))
