"""Read an EDIFACT interchange: ORDERS, ORDCHG, ORDRSP, and the receipts CONTRL and APERAK."""

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
from orderloop.interchange.rules.edifact.codes import MESSAGES
from orderloop.interchange.rules.edifact.envelope import envelope_of, frame
from orderloop.interchange.rules.edifact.order import read_order
from orderloop.interchange.rules.edifact.receipt import read_receipt
from orderloop.interchange.rules.edifact.syntax import cut, decode, marks_of


def read(content: bytes, hints: Hints) -> Reading:
    """What the interchange says: an order for each message, `OTHER` where its kind is not read. Further interchanges
    of the file are documents of their own.

    Faults of the interchange stand on the reading and concern all its orders, those of a message stand on its order.
    `hints.profile`: `lenient` (`counts`), `price_basis`, and `item.<7143>`, `date.<2005>`, `party.<3035>` with the name
    a partner means by a qualifier. Never raises.
    """
    if not content.strip():
        return Reading(Format.EDIFACT, faults=(Fault(FaultCode.EMPTY),))
    if len(content) > MAX_CHARACTERS:
        return Reading(Format.EDIFACT, faults=(fault(FaultCode.TOO_LARGE, Place(), limit=f"{MAX_CHARACTERS:,}"),))
    text, wrong_text = decode(content)
    text, passed = begun(text, r"UNA.{6}\s*UNB|UNB")
    text, told = in_capitals(text)
    wrong_text += (*passed, *told)
    marks, rest, wrong_marks = marks_of(text)
    wrong_size = complexity_faults(rest, marks.terminator, marks.element, marks.component)
    if wrong_size:
        return Reading(Format.EDIFACT, faults=(*wrong_text, *wrong_marks, *wrong_size))
    rest, *others = apart(rest, "UNZ", marks.element, marks.terminator)
    if len(others) >= MAX_INTERCHANGES:
        return Reading(Format.EDIFACT, faults=(*wrong_text, too_many_interchanges()))
    framed = frame(cut(rest, marks), lenient=is_lenient(hints.profile))
    faults = [*wrong_text, *wrong_marks, *by_place(framed.faults)]
    orders = tuple(_order(message, hints, marks.decimals()) for message in framed.messages)
    if not framed.messages:
        faults.append(Fault(FaultCode.NO_ORDER))
    start = text.lstrip("\ufeff \t\r\n\x00")[:9]
    advice = start if start.startswith("UNA") else ""
    return Reading(Format.EDIFACT, orders, tuple(faults), envelope_of(framed), parts=parts_of(others, advice))


def _order(message: Message, hints: Hints, decimals: str) -> ReadOrder:
    role = MESSAGES.get(message.kind.split(":")[0], Role.OTHER)
    if role in (Role.OTHER, Role.DESPATCH):
        place = Spot(message.number, 1, "UNH", 2, 1).place()
        unread = fault(FaultCode.UNSUPPORTED, place, name=message.kind or "UNH S009")
        return ReadOrder(role, faults=(*message.faults, unread))
    learnt = {name: value for name, value in hints.formats.items() if name == "price_basis"}
    profile = {**learnt, **hints.profile}
    order = read_receipt(message) if role is Role.RECEIPT else read_order(message, profile, decimals)
    return replace(order, faults=by_place(order.faults))
