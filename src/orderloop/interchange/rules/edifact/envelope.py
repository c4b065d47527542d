"""EDIFACT's frame: interchange, groups and messages, their control counts and references."""

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
from orderloop.interchange.rules.edifact.syntax import CHARACTER_SETS

_TAG = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)


def frame(segments: Iterable[Segment], *, lenient: bool) -> Framed:
    """Take messages out of their envelope. Broken totals and missing trailers are told of; refused unless `lenient`."""
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
        "syntax": f"{header.get(1)}:{header.get(1, 2)}",
        "sender_qualifier": header.get(2, 2),
        "receiver_qualifier": header.get(3, 2),
    }
    return Envelope(
        sender=header.get(2),
        receiver=header.get(3),
        control=header.get(5),
        is_test=header.get(11) == "1",
        wants_receipt=header.get(9) in ("1", "2"),
        details={**stated, **framed.details()},
    )


class _Framing:
    """Where we are in the interchange; a message or group open, or none."""

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
        if segment.tag in ("UNB", "UNZ", "UNG", "UNE", "UNH"):
            self._end_message(None)
            if segment.tag in ("UNG", "UNH") and self._is_full(segment):
                return False
        if segment.tag == "UNB":
            return self._begin(segment)
        if segment.tag == "UNZ":
            self._end(segment)
        elif segment.tag == "UNG":
            self._end_group(None)
            self.group_open, self.group_messages = segment, 0
            self.groups.append(Group(len(self.groups) + 1, segment.get(1), segment.get(5), "", segment.number))
        elif segment.tag == "UNE":
            self._end_group(segment)
        elif segment.tag == "UNH":
            self._begin_message(segment)
        else:
            self._inside(segment)
        return True

    def _is_full(self, segment: Segment) -> bool:
        if max(len(self.messages), len(self.groups)) < MAX_MESSAGES:
            return False
        self.faults.append(fault(FaultCode.TOO_COMPLEX, segment.place(), detail=f"> {MAX_MESSAGES:,}"))
        return True

    def _inside(self, segment: Segment) -> None:
        if not self.open:
            # What follows the end of a whole interchange takes nothing from it.
            keep(self.faults, [fault(FaultCode.ENVELOPE, segment.place(), rejects=not self.closed, detail=segment.tag)])
            return
        message = len(self.messages) + 1
        inner = dataclasses.replace(segment, message=message, number=len(self.open) + 1)
        self.open.append(inner)
        if segment.tag == "UNT":
            self._end_message(inner)

    def _begin(self, segment: Segment) -> bool:
        if self.header is not None:
            # Two interchanges in one file have two receipts; the second must come by itself.
            self.faults.append(fault(FaultCode.ENVELOPE, segment.place(), detail="UNB"))
            return False
        if self.messages:
            self.faults.append(fault(FaultCode.ENVELOPE, segment.place(), rejects=self.rejects, detail="UNB"))
        self.header = segment
        syntax = segment.get(1)
        if syntax not in CHARACTER_SETS:
            place = segment.place(1, 1)
            self.faults.append(fault(FaultCode.INVALID_ELEMENT, place, given=syntax, name="UNB 0001"))
        for element, name in ((2, "UNB 0004"), (3, "UNB 0010"), (5, "UNB 0020")):
            if not segment.get(element):
                self.faults.append(fault(FaultCode.INVALID_ELEMENT, segment.place(element), given="", name=name))
        return True

    def _begin_message(self, segment: Segment) -> None:
        self.group_messages += 1
        self.open = [dataclasses.replace(segment, message=len(self.messages) + 1, number=1)]

    def _end_message(self, trailer: Segment | None) -> None:
        if not self.open:
            return
        header, number = self.open[0], len(self.messages) + 1
        faults: list[Fault] = []
        if trailer is None:
            place = Spot(number, len(self.open) + 1, "UNT").place()
            faults.append(fault(FaultCode.MISSING_SEGMENT, place, name="UNT"))
        else:
            faults += count_fault(trailer, 1, len(self.open), rejects=self.rejects)
            faults += reference_fault(trailer, 2, header.get(1), rejects=self.rejects)
        faults += self._header_faults(header)
        keep(
            faults,
            (
                fault(FaultCode.INVALID_ELEMENT, segment.place(), given=segment.tag, name="segment")
                for segment in self.open
                if not _TAG.fullmatch(segment.tag)
            ),
        )
        kind = ":".join(header.elements[1]) if len(header.elements) > 1 else ""
        group = len(self.groups) if self.group_open else 0
        self.messages.append(Message(number, kind, header.get(1), tuple(self.open), tuple(faults), group))
        self.open = []

    def _header_faults(self, header: Segment) -> list[Fault]:
        faults: list[Fault] = []
        reference = (len(self.groups), header.get(1))
        if not header.get(1) or reference in self.references:
            place = header.place(1)
            faults.append(fault(FaultCode.INVALID_ELEMENT, place, given=header.get(1), name="UNH 0062"))
        self.references.add(reference)
        if header.get(2, 2) != "D" and header.get(2) not in ("CONTRL", ""):
            place = header.place(2, 2)
            faults.append(
                fault(FaultCode.INVALID_ELEMENT, place, rejects=False, given=header.get(2, 2), name="UNH 0052")
            )
        return faults

    def _end_group(self, trailer: Segment | None) -> None:
        header, self.group_open = self.group_open, None
        if header is None and trailer is not None:
            self.faults.append(fault(FaultCode.ENVELOPE, trailer.place(), rejects=self.rejects, detail="UNE"))
        if header is None:
            return
        if trailer is None:
            self.faults.append(fault(FaultCode.MISSING_SEGMENT, header.place(), rejects=self.rejects, name="UNE"))
            return
        self.faults += count_fault(trailer, 1, self.group_messages, rejects=self.rejects)
        self.faults += reference_fault(trailer, 2, header.get(5), rejects=self.rejects)

    def _end(self, trailer: Segment) -> None:
        self._end_group(None)
        if self.closed:
            self.faults.append(fault(FaultCode.ENVELOPE, trailer.place(), rejects=self.rejects, detail="UNZ"))
            return
        self.closed = True
        counted = len(self.groups) or len(self.messages)
        self.faults += count_fault(trailer, 1, counted, rejects=self.rejects)
        if self.header is not None:
            self.faults += reference_fault(trailer, 2, self.header.get(5), rejects=self.rejects)

    def _cut_off(self, segment: Segment) -> None:
        if self.open:
            spot = Spot(len(self.messages) + 1, len(self.open) + 1, segment.tag[:3])
        else:
            spot = Spot(segment=self.last + 1, tag=segment.tag[:3])
        code = FaultCode.ENVELOPE if self.closed else FaultCode.DAMAGED
        self.faults.append(fault(code, spot.place(), rejects=not self.closed, detail=segment.tag[:20]))

    def framed(self) -> Framed:
        """What was taken, with what was found missing at the end."""
        self._end_message(None)
        self._end_group(None)
        if self.header is None:
            place = Spot(segment=1, tag="UNB").place()
            self.faults.append(fault(FaultCode.MISSING_SEGMENT, place, rejects=self.rejects, name="UNB"))
        elif not self.closed:
            place = Spot(segment=self.last + 1, tag="UNZ").place()
            self.faults.append(fault(FaultCode.MISSING_SEGMENT, place, rejects=self.rejects, name="UNZ"))
        return Framed(self.header, tuple(self.messages), tuple(self.groups), tuple(self.faults))
