"""What a CONTRL (or an APERAK) that came back says about what we sent."""

from orderloop.interchange.facts import ReadOrder, Role, Value
from orderloop.interchange.rules.edi import Gathering, Message, Segment, add, put

# 0083 action: what became of an interchange or a message.
OUTCOMES = {"4": "rejected", "7": "accepted", "8": "received"}


def read_receipt(message: Message) -> ReadOrder:
    """The receipt a message is: `refers_to` the interchange's control reference, `note` what became of it; a line for
    each message that is named, `line_no` its reference, `action` what became of it, `note` where it was wrong."""
    gathering = Gathering(Role.RECEIPT)
    gathering.faults += message.faults
    line: dict[str, Value] | None = None
    for segment in message.segments:
        if segment.tag == "UCI":
            put(gathering.fields, "refers_to", segment.get(1), segment.spot(1))
            _outcome(gathering.fields, "note", segment, 4)
        elif segment.tag in ("UCM", "UCF"):
            line = {}
            gathering.lines.append(line)
            put(line, "line_no", segment.get(1), segment.spot(1))
            _outcome(line, "action", segment, 3 if segment.tag == "UCM" else 4)
            add(line, "note", _error(segment, 4 if segment.tag == "UCM" else 5), segment.spot())
        elif segment.tag in ("UCS", "UCD") and line is not None:
            add(
                line,
                "note",
                " ".join([segment.tag, *(":".join(parts) for parts in segment.elements)]),
                segment.spot(),
                "; ",
            )
        elif segment.tag == "RFF" and segment.get(1) in ("ACW", "ON", "DQ"):
            put(gathering.fields, "refers_to", segment.get(1, 2), segment.spot(1, 2))
        elif segment.tag in ("ERC", "FTX"):
            text = " ".join(part for element in segment.elements for part in element if part.strip())
            add(gathering.fields, "note", f"{segment.tag} {text}", segment.spot(), "; ")
    return gathering.order()


def _outcome(target: dict[str, Value], name: str, segment: Segment, element: int) -> None:
    given = segment.get(element)
    put(target, name, OUTCOMES.get(given, given), segment.spot(element), raw=given)


def _error(segment: Segment, element: int) -> str:
    return " ".join(filter(None, (segment.get(element), segment.get(element + 1), segment.get(element + 2))))
