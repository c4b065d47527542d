"""X12's frame: interchange, functional groups and transaction sets, their control counts and numbers."""

import dataclasses
import re
from collections.abc import Iterable

from orderloop.interchange.facts import Envelope, Fault, FaultCode
from orderloop.interchange.rules.edi import (
    MAX_MESSAGES,
    Framed,
    Group,
    Message,
    Segment,
    Spot,
    count_fault,
    fault,
    keep,
    reference_fault,
)
from orderloop.interchange.rules.x12.codes import GROUP_OF
from orderloop.interchange.rules.x12.syntax import ISA_ELEMENTS

_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_FRAME = ("ISA", "IEA", "GS", "GE", "ST", "TA1")


def frame(segments: Iterable[Segment], *, lenient: bool) -> Framed:
    """Take transaction sets out of their envelope. Broken totals and missing trailers are told of; refused unless
    `lenient`."""
    framing = _Framing(rejects=not lenient)
    for segment in segments:
        if not framing.take(segment):
            break
    return framing.framed()


def envelope_of(framed: Framed) -> Envelope:
    """Who sent the interchange to whom, and what a receipt repeats of it."""
    header = framed.header
    if header is None:
        return Envelope(details=framed.details())
    stated = {
        "sender_qualifier": header.get(5),
        "receiver_qualifier": header.get(7),
        "date": header.get(9),
        "time": header.get(10),
        "version": header.get(12),
    }
    return Envelope(
        sender=header.get(6),
        receiver=header.get(8),
        control=header.get(13),
        is_test=header.get(15) == "T",
        wants_receipt=header.get(14) == "1",
        details={**stated, **framed.details()},
    )


class _Framing:
    """Where we are in the interchange; a group and a transaction set open, or none."""

    def __init__(self, *, rejects: bool) -> None:
        self.rejects = rejects
        self.header: Segment | None = None
        self.closed = False
        self.last = 0
        self.messages: list[Message] = []
        self.groups: list[Group] = []
        self.faults: list[Fault] = []
        self.open: list[Segment] = []
        self.group_open: Segment | None = None
        self.group_messages = 0
        self.references: set[tuple[int, str]] = set()

    def take(self, segment: Segment) -> bool:
        """Take the next segment; false when nothing behind it can be trusted."""
        if segment.number == 0:
            self._cut_off(segment)
            return False
        self.last = segment.number
        if segment.tag in _FRAME:
            self._end_set(None)
            if segment.tag in ("GS", "ST", "TA1") and self._is_full(segment):
                return False
        if segment.tag == "ISA":
            return self._begin(segment)
        if segment.tag == "IEA":
            self._end(segment)
        elif segment.tag == "GS":
            self._begin_group(segment)
        elif segment.tag == "GE":
            self._end_group(segment)
        elif segment.tag == "ST":
            self._begin_set(segment)
        elif segment.tag == "TA1":
            # An interchange's own receipt stands outside all groups; it is kept as a set of one.
            reference = dataclasses.replace(segment, message=len(self.messages) + 1, number=1)
            self.messages.append(Message(len(self.messages) + 1, "TA1", segment.get(1), (reference,)))
        else:
            self._inside(segment)
        return True

    def _blame(
        self, code: FaultCode, segment: Segment, element: int = 0, *, rejects: bool = True, **params: str
    ) -> None:
        keep(self.faults, [fault(code, segment.place(element), rejects=rejects, **params)])

    def _is_full(self, segment: Segment) -> bool:
        if max(len(self.messages), len(self.groups)) < MAX_MESSAGES:
            return False
        self.faults.append(fault(FaultCode.TOO_COMPLEX, segment.place(), detail=f"> {MAX_MESSAGES:,}"))
        return True

    def _inside(self, segment: Segment) -> None:
        if not self.open:
            # What follows the end of a whole interchange takes nothing from it.
            self._blame(FaultCode.ENVELOPE, segment, rejects=not self.closed, detail=segment.tag)
            return
        inner = dataclasses.replace(segment, message=len(self.messages) + 1, number=len(self.open) + 1)
        self.open.append(inner)
        if segment.tag == "SE":
            self._end_set(inner)

    def _begin(self, segment: Segment) -> bool:
        if self.header is not None:
            # Two interchanges in one file have two receipts; the second must come by itself.
            self._blame(FaultCode.ENVELOPE, segment, detail="ISA")
            return False
        self.header = segment
        # One more where the sign of the elements stands for the components as well.
        if len(segment.elements) - (segment.elements[-2:] == (("",), ("",))) != ISA_ELEMENTS:
            self._blame(FaultCode.ENVELOPE, segment, detail="ISA16")
        for element in (6, 8):
            if not segment.get(element):
                self._blame(FaultCode.INVALID_ELEMENT, segment, element, given="", name=f"ISA{element:02}")
        if not (segment.get(13).isascii() and segment.get(13).isdigit()):
            self._blame(FaultCode.INVALID_ELEMENT, segment, 13, given=segment.get(13), name="ISA13")
        if segment.get(15) not in ("P", "T", "I"):
            self._blame(FaultCode.INVALID_ELEMENT, segment, 15, rejects=False, given=segment.get(15), name="ISA15")
        return True

    def _begin_group(self, segment: Segment) -> None:
        self._end_group(None)
        reference = segment.get(6)
        if any(group.reference == reference for group in self.groups):
            self._blame(FaultCode.INVALID_ELEMENT, segment, 6, given=reference, name="GS06")
        self.group_open, self.group_messages = segment, 0
        self.groups.append(Group(len(self.groups) + 1, segment.get(1), reference, segment.get(8), segment.number))

    def _begin_set(self, segment: Segment) -> None:
        self.group_messages += 1
        if self.group_open is None:
            self._blame(FaultCode.MISSING_SEGMENT, segment, rejects=self.rejects, name="GS")
        self.open = [dataclasses.replace(segment, message=len(self.messages) + 1, number=1)]

    def _end_set(self, trailer: Segment | None) -> None:
        if not self.open:
            return
        header, number = self.open[0], len(self.messages) + 1
        faults: list[Fault] = []
        if trailer is None:
            place = Spot(number, len(self.open) + 1, "SE").place()
            faults.append(fault(FaultCode.MISSING_SEGMENT, place, name="SE"))
        else:
            faults += count_fault(trailer, 1, len(self.open), rejects=self.rejects)
            faults += reference_fault(trailer, 2, header.get(2), rejects=self.rejects)
        faults += self._header_faults(header)
        keep(
            faults,
            (
                fault(FaultCode.INVALID_ELEMENT, segment.place(), given=segment.tag, name="segment")
                for segment in self.open
                if not _TAG.fullmatch(segment.tag)
            ),
        )
        group = len(self.groups) if self.group_open else 0
        self.messages.append(Message(number, header.get(1), header.get(2), tuple(self.open), tuple(faults), group))
        self.open = []

    def _header_faults(self, header: Segment) -> list[Fault]:
        faults: list[Fault] = []
        reference = (len(self.groups), header.get(2))
        if not header.get(2) or reference in self.references:
            faults.append(fault(FaultCode.INVALID_ELEMENT, header.place(2), given=header.get(2), name="ST02"))
        self.references.add(reference)
        expected = GROUP_OF.get(header.get(1))
        if self.group_open is not None and expected and self.group_open.get(1) != expected:
            given = self.group_open.get(1)
            params = {"name": "GS01", "given": given, "expected": expected}
            faults.append(fault(FaultCode.INCONSISTENT, header.place(1), rejects=False, **params))
        return faults

    def _end_group(self, trailer: Segment | None) -> None:
        header, self.group_open = self.group_open, None
        if header is None and trailer is not None:
            self._blame(FaultCode.ENVELOPE, trailer, rejects=self.rejects, detail="GE")
        if header is None:
            return
        if trailer is None:
            self._blame(FaultCode.MISSING_SEGMENT, header, rejects=self.rejects, name="GE")
            return
        self.faults += count_fault(trailer, 1, self.group_messages, rejects=self.rejects)
        self.faults += reference_fault(trailer, 2, header.get(6), rejects=self.rejects)

    def _end(self, trailer: Segment) -> None:
        self._end_group(None)
        if self.closed:
            self._blame(FaultCode.ENVELOPE, trailer, rejects=self.rejects, detail="IEA")
            return
        self.closed = True
        self.faults += count_fault(trailer, 1, len(self.groups), rejects=self.rejects)
        if self.header is not None:
            self.faults += reference_fault(trailer, 2, self.header.get(13), rejects=self.rejects)

    def _cut_off(self, segment: Segment) -> None:
        if self.open:
            spot = Spot(len(self.messages) + 1, len(self.open) + 1, segment.tag[:3])
        else:
            spot = Spot(segment=self.last + 1, tag=segment.tag[:3])
        code = FaultCode.ENVELOPE if self.closed else FaultCode.DAMAGED
        self.faults.append(fault(code, spot.place(), rejects=not self.closed, detail=segment.tag[:20]))

    def framed(self) -> Framed:
        """What was taken, with what was found missing at the end."""
        self._end_set(None)
        self._end_group(None)
        if self.header is None:
            self.faults.append(fault(FaultCode.MISSING_SEGMENT, Spot(segment=1, tag="ISA").place(), name="ISA"))
        elif not self.closed:
            place = Spot(segment=self.last + 1, tag="IEA").place()
            self.faults.append(fault(FaultCode.MISSING_SEGMENT, place, rejects=self.rejects, name="IEA"))
        return Framed(self.header, tuple(self.messages), tuple(self.groups), tuple(self.faults))
