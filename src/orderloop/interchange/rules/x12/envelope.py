"""X12's frame: interchange, functional groups and transaction sets."""

import dataclasses
import re
from collections.abc import Iterable

from orderloop.interchange.facts import Envelope, Fault, FaultCode
from orderloop.interchange.rules.edi import Framed, Group, Message, Segment, fault
from orderloop.interchange.rules.edi_frames import Frame, Framing
from orderloop.interchange.rules.x12.codes import GROUP_OF
from orderloop.interchange.rules.x12.syntax import ISA_ELEMENTS


def frame(segments: Iterable[Segment], *, lenient: bool) -> Framed:
    """Take transaction sets out of their envelope. Broken totals and missing trailers are told of; refused unless
    `lenient`."""
    return _Framing(rejects=not lenient).frame(segments)


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


class _Framing(Framing):
    FRAME = Frame(
        interchange=("ISA", "IEA"),
        group=("GS", "GE"),
        message=("ST", "SE"),
        interchange_reference=13,
        group_reference=6,
        message_reference=2,
        reference_name="ST02",
        tag=re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII),
        needs_header=True,
    )

    def take(self, segment: Segment) -> bool:
        """As the frame takes it. An interchange's own receipt stands outside all groups; it is kept as a set of one."""
        if segment.tag != "TA1" or segment.number == 0:
            return super().take(segment)
        self.last = segment.number
        self._end_message(None)
        if self._is_full(segment):
            return False
        number = len(self.messages) + 1
        receipt = dataclasses.replace(segment, message=number, number=1)
        self.messages.append(Message(number, "TA1", segment.get(1), (receipt,)))
        return True

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

    def _group(self, number: int, header: Segment) -> Group:
        reference = header.get(6)
        if any(group.reference == reference for group in self.groups):
            self._blame(FaultCode.INVALID_ELEMENT, header, 6, given=reference, name="GS06")
        return Group(number, header.get(1), reference, header.get(8), header.number)

    def _begin_message(self, segment: Segment) -> None:
        if self.group_open is None:
            self._blame(FaultCode.MISSING_SEGMENT, segment, rejects=self.rejects, name="GS")
        super()._begin_message(segment)

    def _kind(self, header: Segment) -> str:
        return header.get(1)

    def _header_faults(self, header: Segment) -> list[Fault]:
        expected = GROUP_OF.get(header.get(1))
        if self.group_open is None or not expected or self.group_open.get(1) == expected:
            return []
        params = {"name": "GS01", "given": self.group_open.get(1), "expected": expected}
        return [fault(FaultCode.INCONSISTENT, header.place(1), rejects=False, **params)]
