"""What a 997, a 999 or a TA1 that came back says about what we sent."""

from orderloop.interchange.facts import ReadOrder, Role, Value
from orderloop.interchange.rules.edi import Gathering, Message, Segment, add, put

# AK5/AK9 and TA104: what became of a set, a group, an interchange.
OUTCOMES = {
    "A": "accepted", "E": "accepted_with_errors", "P": "partially_accepted", "R": "rejected", "M": "rejected",
    "W": "rejected", "X": "rejected",
}  # fmt: skip


def read_receipt(message: Message) -> ReadOrder:
    """The receipt a set is: `refers_to` the control number, `note` what became of it; a line for each set that is
    named, `line_no` its control number, `action` what became of it, `note` where it was wrong."""
    gathering = Gathering(Role.RECEIPT)
    gathering.faults += message.faults
    line: dict[str, Value] | None = None
    for segment in message.segments:
        if segment.tag == "TA1":
            put(gathering.fields, "refers_to", segment.get(1), segment.spot(1))
            _outcome(gathering.fields, "note", segment, 4)
        elif segment.tag == "AK1":
            put(gathering.fields, "refers_to", segment.get(2), segment.spot(2))
        elif segment.tag == "AK2":
            line = {}
            gathering.lines.append(line)
            put(line, "line_no", segment.get(2), segment.spot(2))
        elif segment.tag == "AK9":
            _outcome(gathering.fields, "note", segment, 1)
        elif line is not None and segment.tag in ("AK5", "IK5"):
            _outcome(line, "action", segment, 1)
        elif line is not None and segment.tag in ("AK3", "AK4", "IK3", "IK4"):
            text = " ".join([segment.tag, *(element[0] for element in segment.elements)])
            add(line, "note", text, segment.spot(), "; ")
    return gathering.order()


def _outcome(target: dict[str, Value], name: str, segment: Segment, element: int) -> None:
    given = segment.get(element)
    put(target, name, OUTCOMES.get(given, given), segment.spot(element), raw=given)
