"""EDIFACT's frame: interchange, groups and messages."""

import re
from collections.abc import Iterable

from orderloop.interchange.facts import Envelope, Fault, FaultCode
from orderloop.interchange.rules.edi import Framed, Group, Segment, fault
from orderloop.interchange.rules.edi_frames import Frame, Framing
from orderloop.interchange.rules.edifact.syntax import CHARACTER_SETS


def frame(segments: Iterable[Segment], *, lenient: bool) -> Framed:
    """Take messages out of their envelope. Broken totals and missing trailers are told of; refused unless `lenient`."""
    return _Framing(rejects=not lenient).frame(segments)


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


class _Framing(Framing):
    FRAME = Frame(
        interchange=("UNB", "UNZ"),
        group=("UNG", "UNE"),
        message=("UNH", "UNT"),
        interchange_reference=5,
        group_reference=5,
        message_reference=1,
        reference_name="UNH 0062",
        tag=re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII),
        needs_header=False,
    )

    def _begin(self, segment: Segment) -> bool:
        if self.header is not None:
            # Two interchanges in one file have two receipts; the second must come by itself.
            self._blame(FaultCode.ENVELOPE, segment, detail="UNB")
            return False
        if self.messages:
            self._blame(FaultCode.ENVELOPE, segment, rejects=self.rejects, detail="UNB")
        self.header = segment
        syntax = segment.get(1)
        if syntax not in CHARACTER_SETS:
            place = segment.place(1, 1)
            self.faults.append(fault(FaultCode.INVALID_ELEMENT, place, given=syntax, name="UNB 0001"))
        for element, name in ((2, "UNB 0004"), (3, "UNB 0010"), (5, "UNB 0020")):
            if not segment.get(element):
                self._blame(FaultCode.INVALID_ELEMENT, segment, element, given="", name=name)
        return True

    def _group(self, number: int, header: Segment) -> Group:
        return Group(number, header.get(1), header.get(5), "", header.number)

    def _kind(self, header: Segment) -> str:
        return ":".join(header.elements[1]) if len(header.elements) > 1 else ""

    def _header_faults(self, header: Segment) -> list[Fault]:
        if header.get(2, 2) == "D" or header.get(2) in ("CONTRL", ""):
            return []
        given, place = header.get(2, 2), header.place(2, 2)
        return [fault(FaultCode.INVALID_ELEMENT, place, rejects=False, given=given, name="UNH 0052")]

    def _counted(self) -> int:
        return len(self.groups) or len(self.messages)
