"""What EDIFACT's and X12's envelopes have in common: headers and trailers around groups and messages, with control
counts and references that are checked here."""

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from orderloop.interchange.facts import Fault, FaultCode
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


@dataclass(frozen=True, slots=True)
class Frame:
    """A standard's envelope: its headers and trailers, and in which element of each header the reference stands that
    the trailer repeats; a message's has a `reference_name`. `tag`: what a segment may be called. `needs_header`:
    nothing can be read without the interchange's header."""

    interchange: tuple[str, str]
    group: tuple[str, str]
    message: tuple[str, str]
    interchange_reference: int
    group_reference: int
    message_reference: int
    reference_name: str
    tag: re.Pattern[str]
    needs_header: bool


class Framing(ABC):
    """Where we are in the interchange; a group or message open, or none. Broken totals and missing trailers are told
    of; refused if `rejects`."""

    FRAME: ClassVar[Frame]

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
        self.awaits_message = False
        self.is_headless = False

    def frame(self, segments: Iterable[Segment]) -> Framed:
        """Take messages out of their envelope, up to where nothing can be trusted any more."""
        for segment in segments:
            if not self.take(segment):
                break
        return self._framed()

    def take(self, segment: Segment) -> bool:
        """Take the next segment; false when nothing behind it can be trusted."""
        if segment.number == 0:
            self._cut_off(segment)
            return False
        self.last = segment.number
        of, (group, group_end), message = self.FRAME.interchange, self.FRAME.group, self.FRAME.message[0]
        if segment.tag in (*of, group, group_end, message):
            self._end_message(None)
            self.awaits_message, self.is_headless = segment.tag in (of[0], group), False
            if segment.tag in (group, message) and self._is_full(segment):
                return False
        if segment.tag == of[0]:
            return self._begin(segment)
        if segment.tag == of[1]:
            self._end(segment)
        elif segment.tag == group:
            self._begin_group(segment)
        elif segment.tag == group_end:
            self._end_group(segment)
        elif segment.tag == message:
            self._begin_message(segment)
        else:
            self._inside(segment)
        return True

    @abstractmethod
    def _begin(self, segment: Segment) -> bool:
        """Take the interchange's header; false when nothing behind it can be trusted."""

    @abstractmethod
    def _group(self, number: int, header: Segment) -> Group:
        """The group that begins with this header."""

    @abstractmethod
    def _kind(self, header: Segment) -> str:
        """What the message that begins with this header is."""

    @abstractmethod
    def _header_faults(self, header: Segment) -> list[Fault]:
        """What is wrong with a message's header, apart from its reference."""

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
        if not self.open and self.awaits_message and self.header is not None:
            self.awaits_message, self.is_headless = False, True
            self._blame(FaultCode.MISSING_SEGMENT, segment, name=self.FRAME.message[0])
        if self.is_headless:
            self.is_headless = segment.tag != self.FRAME.message[1]
            return
        if not self.open:
            # What follows the end of a whole interchange takes nothing from it.
            self._blame(FaultCode.ENVELOPE, segment, rejects=not self.closed, detail=segment.tag)
            return
        inner = dataclasses.replace(segment, message=len(self.messages) + 1, number=len(self.open) + 1)
        self.open.append(inner)
        if segment.tag == self.FRAME.message[1]:
            self._end_message(inner)

    def _begin_group(self, segment: Segment) -> None:
        self._end_group(None)
        self.group_open, self.group_messages = segment, 0
        self.groups.append(self._group(len(self.groups) + 1, segment))

    def _begin_message(self, segment: Segment) -> None:
        self.group_messages += 1
        self.open = [dataclasses.replace(segment, message=len(self.messages) + 1, number=1)]

    def _end_message(self, trailer: Segment | None) -> None:
        if not self.open:
            return
        header, number = self.open[0], len(self.messages) + 1
        tag, element = self.FRAME.message[1], self.FRAME.message_reference
        faults: list[Fault] = []
        if trailer is None:
            faults.append(fault(FaultCode.MISSING_SEGMENT, Spot(number, len(self.open) + 1, tag).place(), name=tag))
        else:
            faults += count_fault(trailer, 1, len(self.open), rejects=self.rejects)
            faults += reference_fault(trailer, 2, header.get(element), rejects=self.rejects)
        faults += self._reference_faults(header, element) + self._header_faults(header)
        keep(
            faults,
            (
                fault(FaultCode.INVALID_ELEMENT, segment.place(), given=segment.tag, name="segment")
                for segment in self.open
                if not self.FRAME.tag.fullmatch(segment.tag)
            ),
        )
        group = len(self.groups) if self.group_open else 0
        message = Message(number, self._kind(header), header.get(element), tuple(self.open), tuple(faults), group)
        self.messages.append(message)
        self.open = []

    def _reference_faults(self, header: Segment, element: int) -> list[Fault]:
        """A message without a reference of its own within its group."""
        reference = (len(self.groups), header.get(element))
        is_known = not reference[1] or reference in self.references
        self.references.add(reference)
        if not is_known:
            return []
        name = self.FRAME.reference_name
        return [fault(FaultCode.INVALID_ELEMENT, header.place(element), given=reference[1], name=name)]

    def _end_group(self, trailer: Segment | None) -> None:
        header, self.group_open = self.group_open, None
        tag = self.FRAME.group[1]
        if header is None:
            if trailer is not None:
                self._blame(FaultCode.ENVELOPE, trailer, rejects=self.rejects, detail=tag)
            return
        if trailer is None:
            self._blame(FaultCode.MISSING_SEGMENT, header, rejects=self.rejects, name=tag)
            return
        self.faults += count_fault(trailer, 1, self.group_messages, rejects=self.rejects)
        self.faults += reference_fault(trailer, 2, header.get(self.FRAME.group_reference), rejects=self.rejects)

    def _end(self, trailer: Segment) -> None:
        self._end_group(None)
        if self.closed:
            self._blame(FaultCode.ENVELOPE, trailer, rejects=self.rejects, detail=trailer.tag)
            return
        self.closed = True
        self.faults += count_fault(trailer, 1, self._counted(), rejects=self.rejects)
        if self.header is not None:
            reference = self.header.get(self.FRAME.interchange_reference)
            self.faults += reference_fault(trailer, 2, reference, rejects=self.rejects)

    def _counted(self) -> int:
        """What the interchange's trailer counts."""
        return len(self.groups)

    def _cut_off(self, segment: Segment) -> None:
        if self.open:
            spot = Spot(len(self.messages) + 1, len(self.open) + 1, segment.tag[:3])
        else:
            spot = Spot(segment=self.last + 1, tag=segment.tag[:3])
        code = FaultCode.ENVELOPE if self.closed else FaultCode.DAMAGED
        self.faults.append(fault(code, spot.place(), rejects=not self.closed, detail=segment.tag[:20]))

    def _framed(self) -> Framed:
        """What was taken, with what was found missing at the end."""
        self._end_message(None)
        self._end_group(None)
        header, trailer = self.FRAME.interchange
        if self.header is None:
            self._missing(Spot(segment=1, tag=header), rejects=self.rejects or self.FRAME.needs_header)
        elif not self.closed:
            self._missing(Spot(segment=self.last + 1, tag=trailer), rejects=self.rejects)
        return Framed(self.header, tuple(self.messages), tuple(self.groups), tuple(self.faults))

    def _missing(self, spot: Spot, *, rejects: bool) -> None:
        self.faults.append(fault(FaultCode.MISSING_SEGMENT, spot.place(), rejects=rejects, name=spot.tag))
