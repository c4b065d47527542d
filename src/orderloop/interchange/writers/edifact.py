"""Write EDIFACT: CONTRL (receipt or refusal of an interchange), ORDRSP and DESADV of directory D.96A."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from orderloop.interchange.facts import (
    Answer,
    AnsweredLine,
    Despatch,
    Fault,
    FaultCode,
    Interchange,
    LineVerdict,
    Party,
    Reading,
    Role,
    Verdict,
)
from orderloop.interchange.rules.edi import Spot, clean, spot_of
from orderloop.interchange.writers.lines import by_ordered_line, joined

# 1225 message function and 4343 response type of an order response.
VERDICTS = {
    Verdict.RECEIVED: ("11", "AB"),
    Verdict.ACCEPTED: ("29", "AP"),
    Verdict.CHANGED: ("4", "CA"),
    Verdict.HELD: ("12", "AB"),
    Verdict.REJECTED: ("27", "RE"),
}
# 1229 what was done with a line.
LINE_VERDICTS = {
    LineVerdict.ACCEPTED: "5",
    LineVerdict.QUANTITY_CHANGED: "6",
    LineVerdict.DATE_CHANGED: "6",
    LineVerdict.PRICE_CHANGED: "6",
    LineVerdict.SUBSTITUTED: "6",
    LineVerdict.BACKORDERED: "6",
    LineVerdict.HELD: "4",
    LineVerdict.REJECTED: "7",
}
# 0085 syntax errors.
ERRORS = {
    FaultCode.MISSING_SEGMENT: "13",
    FaultCode.INVALID_ELEMENT: "12",
    FaultCode.CONTROL_COUNT: "29",
    FaultCode.CONTROL_REFERENCE: "28",
    FaultCode.UNSUPPORTED: "14",
    FaultCode.ENVELOPE: "33",
    FaultCode.ENCODING: "21",
    FaultCode.NO_ORDER: "32",
    FaultCode.EMPTY: "32",
}
_UNSPECIFIED = "18"
_DUPLICATE = "26"
_MOST_SEGMENTS = 999
_RECEIPTS = (Role.RECEIPT,)
_UNIT = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)

_Element = str | Sequence[str]


def write_receipt(reading: Reading, interchange: Interchange) -> bytes:
    """A CONTRL for what was read: all is acknowledged that no fault refuses. Empty where none may be sent: for an
    interchange of receipts only, and for one that does not say what it is called and whose it is."""
    envelope = reading.envelope
    kinds = [order.role for order in reading.orders]
    if not envelope.control or not envelope.sender or (kinds and all(kind in _RECEIPTS for kind in kinds)):
        return b""
    paper = _Paper(interchange)
    paper.message("CONTRL:D:3:UN")
    refusals = [fault for fault in reading.faults if fault.rejects]
    sender = [paper.text(envelope.sender, 35), paper.text(envelope.details.get("sender_qualifier", ""), 4)]
    receiver = [paper.text(envelope.receiver, 35), paper.text(envelope.details.get("receiver_qualifier", ""), 4)]
    what = [paper.text(envelope.control, 14), sender, receiver, "4" if refusals else "7"]
    paper.add("UCI", *what, *(_error_elements(refusals[0]) if refusals else ()))
    if not refusals:
        _acknowledge_messages(paper, reading)
    return paper.finished()


def _acknowledge_messages(paper: "_Paper", reading: Reading) -> None:
    details, group = reading.envelope.details, "0"
    for number, order in enumerate(reading.orders, start=1):
        named = f"message.{number}"
        if details.get(f"{named}.group", "0") != group:
            group = details[f"{named}.group"]
            paper.add("UCF", paper.text(details.get(f"group.{group}.reference", ""), 14), "", "", "7")
        refusals = [fault for fault in order.faults if fault.rejects]
        kind = [paper.text(part, 6) for part in details.get(named, "").split(":")]
        reference = paper.text(details.get(f"{named}.reference", ""), 14)
        framing = [fault for fault in refusals if spot_of(fault.place).tag in ("UNH", "UNT")]
        own = _error_elements(framing[0]) if framing else ()
        paper.add("UCM", reference, kind, "4" if refusals else "7", *own)
        _name_segments(paper, [fault for fault in refusals if fault not in framing])


def _name_segments(paper: "_Paper", refusals: Iterable[Fault]) -> None:
    by_segment: dict[int, list[Fault]] = {}
    for fault in refusals:
        by_segment.setdefault(spot_of(fault.place).segment, []).append(fault)
    for number in sorted(by_segment)[:_MOST_SEGMENTS]:
        whole = [fault for fault in by_segment[number] if not spot_of(fault.place).element]
        paper.add("UCS", str(number), _error(whole[0]) if whole else "")
        for fault in by_segment[number][:99]:
            spot = spot_of(fault.place)
            if spot.element:
                paper.add("UCD", _error(fault), _position(spot))


def _error(fault: Fault) -> str:
    spot = spot_of(fault.place)
    if fault.code is FaultCode.INVALID_ELEMENT and spot.tag == "UNH" and spot.element == 1 and fault.params["given"]:
        return _DUPLICATE
    return ERRORS.get(fault.code, _UNSPECIFIED)


def _error_elements(fault: Fault) -> tuple[_Element, ...]:
    spot = spot_of(fault.place)
    return (_error(fault), spot.tag, _position(spot))


def _position(spot: Spot) -> list[str]:
    # The segment's tag counts as the first position of a segment.
    if not spot.element:
        return []
    return [str(spot.element + 1), *([str(spot.component)] if spot.component else [])]


def write_answer(answer: Answer, interchange: Interchange) -> bytes:
    """An ORDRSP: what became of the order and of each line, with quantities, date, price and reason."""
    paper = _Paper(interchange)
    paper.message("ORDRSP:D:96A:UN")
    paper.add("BGM", "231", paper.text(answer.document_no, 35), *VERDICTS[answer.verdict])
    paper.add("DTM", ["137", _minute(answer.at), "203"])
    paper.remark("AAI", answer.reason)
    paper.reference("ON", answer.po_number)
    if answer.ordered_on:
        paper.add("DTM", ["171", _day(answer.ordered_on), "102"])
    paper.reference("VN", answer.number)
    paper.party("BY", answer.buyer)
    paper.party("SU", answer.seller)
    if answer.currency:
        paper.add("CUX", ["2", paper.text(answer.currency, 3), "9"])
    ordered = by_ordered_line(answer.lines)
    for parts in ordered:
        _answer_line(paper, parts)
    paper.add("UNS", "S")
    if answer.total is not None:
        paper.add("MOA", ["86", _number(answer.total)])
    paper.add("CNT", ["2", str(len(ordered))])
    return paper.finished()


def _answer_line(paper: "_Paper", parts: Sequence[AnsweredLine]) -> None:
    """A line as it was ordered; where it was ordered for several days, the days stand in its schedules."""
    line, actions = joined(parts), {LINE_VERDICTS[part.verdict] for part in parts}
    paper.item(line, next(iter(actions)) if len(actions) == 1 else LINE_VERDICTS[LineVerdict.DATE_CHANGED])
    if line.verdict is LineVerdict.SUBSTITUTED and line.substitute:
        paper.add("PIA", "3", [paper.text(line.substitute, 35), "SA"])
    paper.describe(line)
    unit = _unit(line.unit)
    paper.add("QTY", ["21", _number(line.ordered_quantity), unit])
    if line.verdict not in (LineVerdict.HELD, LineVerdict.REJECTED):
        paper.add("QTY", ["113", _number(line.quantity), unit])
    if line.verdict is LineVerdict.BACKORDERED and line.ordered_quantity > line.quantity:
        paper.add("QTY", ["83", _number(line.ordered_quantity - line.quantity), unit])
    if len(parts) == 1:
        _days(paper, line)
    paper.remark("LIN", line.reason)
    if line.unit_price is not None:
        paper.add("PRI", ["AAA", _number(line.unit_price)])
    given = [part for part in parts if part.verdict not in (LineVerdict.HELD, LineVerdict.REJECTED)]
    for part in given if len(parts) > 1 else ():
        paper.add("SCC", "1")
        paper.add("QTY", ["113", _number(part.quantity), unit])
        _days(paper, part)


def _days(paper: "_Paper", line: AnsweredLine) -> None:
    for qualifier, day in (("2", line.requested_on), ("69", line.promised_on)):
        if day:
            paper.add("DTM", [qualifier, _day(day), "102"])


def write_despatch(despatch: Despatch, interchange: Interchange) -> bytes:
    """A DESADV: what was shipped of the order, by whom and under which tracking number."""
    paper = _Paper(interchange)
    paper.message("DESADV:D:96A:UN")
    paper.add("BGM", "351", paper.text(despatch.document_no, 35), "9")
    paper.add("DTM", ["137", _minute(despatch.at), "203"])
    paper.add("DTM", ["11", _minute(despatch.at), "203"])
    paper.reference("ON", despatch.po_number)
    paper.reference("VN", despatch.number)
    paper.reference("CN", despatch.tracking_number)
    paper.party("BY", despatch.buyer)
    paper.party("SU", despatch.seller)
    if despatch.carrier:
        paper.add("TDT", "20", "", "", "", ["", "", "", paper.text(despatch.carrier, 35)])
    paper.add("CPS", "1")
    lines = [joined(parts) for parts in by_ordered_line(despatch.lines)]
    for line in lines:
        paper.item(line, "")
        paper.describe(line)
        paper.add("QTY", ["12", _number(line.quantity), _unit(line.unit)])
        paper.add("QTY", ["21", _number(line.ordered_quantity), _unit(line.unit)])
        paper.reference("ON", despatch.po_number)
    paper.add("CNT", ["2", str(len(lines))])
    return paper.finished()


def _number(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M")


def _unit(unit: str) -> str:
    return unit if _UNIT.fullmatch(unit) else ""


def _without_end(parts: Sequence[str]) -> list[str]:
    """The parts without the empty ones behind the last that is not."""
    kept = list(parts)
    while kept and not kept[-1]:
        kept.pop()
    return kept


class _Paper:
    """The segments of one message in its interchange; all text that comes from outside goes through `text`."""

    def __init__(self, interchange: Interchange) -> None:
        self.interchange = interchange
        self.segments: list[str] = []
        self.kind = ""

    def message(self, kind: str) -> None:
        """Open the message."""
        self.kind = kind
        self.segments.append(f"UNH+1+{kind}")

    def add(self, tag: str, *elements: _Element) -> None:
        """A segment of elements that are clean already; what is empty at an end is left out."""
        parts = [element if isinstance(element, str) else ":".join(_without_end(element)) for element in elements]
        self.segments.append("+".join([tag, *_without_end(parts)]))

    @staticmethod
    def text(value: str, limit: int) -> str:
        """A value from outside: on one line, cut to its element's limit, and with every service character released."""
        return re.sub(r"([?:+'*])", r"?\1", clean(value)[:limit].strip())

    def remark(self, subject: str, value: str) -> None:
        """A free text in up to five parts of 70 characters."""
        cleaned = clean(value)[:350]
        parts = [self.text(cleaned[start : start + 70], 70) for start in range(0, len(cleaned), 70)]
        if parts:
            self.add("FTX", subject, "1", "", parts)

    def reference(self, qualifier: str, value: str) -> None:
        """A reference, where there is one."""
        if clean(value):
            self.add("RFF", [qualifier, self.text(value, 35)])

    def party(self, qualifier: str, party: Party) -> None:
        """A party by its code; an agency is named only for codes that are its."""
        agency = {"GLN": "9", "DUNS": "16"}.get(party.scheme, "92" if qualifier == "BY" else "91")
        code = [self.text(party.code, 17), "", agency] if clean(party.code) else []
        self.add("NAD", qualifier, code, "", self.text(party.name, 35))

    def item(self, line: AnsweredLine, action: str) -> None:
        """The line with our number for it, then the customer's."""
        self.add(
            "LIN", self.text(line.line_no, 6), action, [self.text(line.item, 35), "SA"] if clean(line.item) else []
        )
        if clean(line.customer_item):
            self.add("PIA", "5", [self.text(line.customer_item, 35), "IN"])

    def describe(self, line: AnsweredLine) -> None:
        """The line's description, where it has one."""
        cleaned = clean(line.description)
        if cleaned:
            self.add("IMD", "F", "", ["", "", "", self.text(cleaned[:35], 35), self.text(cleaned[35:70], 35)])

    def finished(self) -> bytes:
        """The interchange around the message, in Latin-1 where its text allows it, else in UTF-8."""
        body = [*self.segments, f"UNT+{len(self.segments) + 1}+1"]
        wide = not _is_latin("".join(body))
        frame, details = self.interchange, self.interchange.details
        syntax, moment = ("UNOW:4", "%Y%m%d:%H%M") if wide else ("UNOC:3", "%y%m%d:%H%M")
        control = str(frame.control)[-14:]
        parties = [
            ":".join(filter(None, (self.text(name, 35), self.text(details.get(qualifier, ""), 4))))
            for name, qualifier in ((frame.sender, "sender_qualifier"), (frame.receiver, "receiver_qualifier"))
        ]
        header = "+".join(["UNB", syntax, *parties, frame.at.astimezone(UTC).strftime(moment), control])
        if frame.is_test:
            header += "++++++1"
        service = "UNA:+.?*'" if wide else "UNA:+.? '"
        text = service + "".join(f"{segment}'" for segment in [header, *body, f"UNZ+1+{control}"])
        return text.encode("utf-8" if wide else "iso8859-1")


def _is_latin(text: str) -> bool:
    return all(ord(sign) < 0x80 or 0xA0 <= ord(sign) <= 0xFF for sign in text)
