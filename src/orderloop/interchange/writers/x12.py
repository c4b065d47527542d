"""Write X12 version 004010: 997 (receipt or refusal of an interchange), 855, 856 and 865 (answer to a change)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
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
    ReadOrder,
    Role,
    Verdict,
)
from orderloop.interchange.rules.edi import clean, spot_of
from orderloop.interchange.rules.x12.codes import UNITS
from orderloop.interchange.writers.lines import by_ordered_line, joined

# BAK02 acknowledgement type, with lines and without.
VERDICTS = {
    Verdict.RECEIVED: ("AK", "AK"),
    Verdict.ACCEPTED: ("AD", "AT"),
    Verdict.CHANGED: ("AC", "AC"),
    Verdict.HELD: ("AE", "AK"),
    Verdict.REJECTED: ("RD", "RJ"),
}
# Types that say the lines are not repeated.
_WITHOUT_LINES = ("AK", "AT", "RJ")
# ACK01 line status.
LINE_VERDICTS = {
    LineVerdict.ACCEPTED: "IA",
    LineVerdict.QUANTITY_CHANGED: "IQ",
    LineVerdict.DATE_CHANGED: "DR",
    LineVerdict.PRICE_CHANGED: "IP",
    LineVerdict.SUBSTITUTED: "IS",
    LineVerdict.BACKORDERED: "IB",
    LineVerdict.HELD: "IH",
    LineVerdict.REJECTED: "IR",
}
# TA105 by the fault and where it stands.
INTERCHANGE_ERRORS = {
    (FaultCode.CONTROL_REFERENCE, "IEA"): "001",
    (FaultCode.CONTROL_COUNT, "IEA"): "021",
    (FaultCode.MISSING_SEGMENT, "IEA"): "023",
    (FaultCode.DAMAGED, ""): "023",
}
_SENDER_ERRORS = {6: "006", 8: "008", 13: "018"}
_CONTROL_STRUCTURE = "022"
# AK905 and AK502.
GROUP_ERRORS = {
    (FaultCode.MISSING_SEGMENT, "GS"): "3",
    (FaultCode.CONTROL_REFERENCE, "GE"): "4",
    (FaultCode.CONTROL_COUNT, "GE"): "5",
    (FaultCode.INVALID_ELEMENT, "GS"): "6",
}
SET_ERRORS = {
    (FaultCode.UNSUPPORTED, "ST"): "1",
    (FaultCode.MISSING_SEGMENT, "SE"): "2",
    (FaultCode.CONTROL_REFERENCE, "SE"): "3",
    (FaultCode.CONTROL_COUNT, "SE"): "4",
    (FaultCode.INVALID_ELEMENT, "ST"): "7",
}
_SEGMENTS_IN_ERROR = "5"
_UNITS = {
    **{name: code for code, name in UNITS.items()},
    **{"PCE": "EA", "PCS": "EA", "C62": "EA", "H87": "EA", "KGM": "KG", "MTR": "MR", "LTR": "LT"},
}
_UNIT = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_QUALIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_NUMBERS = ("quantity", "unit_price", "amount", "total", "net_total", "tax_total", "line_count", "CTT02")
_DATES = ("ordered_on", "requested_on")


def write_receipt(reading: Reading, interchange: Interchange) -> bytes:
    """A 997 for each group that was read, behind a TA1 where the envelope was wrong or asked for one. Empty where none
    may be sent: for an interchange of receipts only, and for one without a readable envelope."""
    envelope = reading.envelope
    kinds = [order.role for order in reading.orders]
    if not envelope.control or not envelope.sender or (kinds and all(kind is Role.RECEIPT for kind in kinds)):
        return b""
    paper = _Paper(interchange)
    groups = _groups(reading)
    frame = [fault for fault in reading.faults if fault.rejects and not _is_groups(fault)]
    if frame or envelope.wants_receipt:
        outcome = ("R", _interchange_error(frame[0])) if frame else ("A", "000")
        stated = (paper.text(envelope.details.get(name, ""), 6) for name in ("date", "time"))
        paper.before_groups("TA1", _control(envelope.control), *stated, *outcome)
    for number, orders in groups.items():
        _acknowledge_group(paper, reading, number, orders, frame)
    return paper.finished("FA")


def _groups(reading: Reading) -> dict[str, list[int]]:
    """The messages, by number from 1, of each group that is no receipt itself."""
    details = reading.envelope.details
    groups: dict[str, list[int]] = {
        str(number): []
        for number in range(1, int(details.get("groups", "0")) + 1)
        if details.get(f"group.{number}") != "FA"
    }
    for number in range(1, len(reading.orders) + 1):
        group = details.get(f"message.{number}.group", "0")
        if group in groups:
            groups[group].append(number)
    return groups


def _is_groups(fault: Fault) -> bool:
    return spot_of(fault.place).tag in ("GS", "GE")


def _interchange_error(fault: Fault) -> str:
    spot = spot_of(fault.place)
    if fault.code is FaultCode.INVALID_ELEMENT and spot.tag == "ISA":
        return _SENDER_ERRORS.get(spot.element, _CONTROL_STRUCTURE)
    tag = "" if fault.code is FaultCode.DAMAGED else spot.tag
    return INTERCHANGE_ERRORS.get((fault.code, tag), _CONTROL_STRUCTURE)


def _group_of(fault: Fault, details: Mapping[str, str]) -> str:
    at = spot_of(fault.place).segment
    opened = [
        number
        for number in range(1, int(details.get("groups", "0")) + 1)
        if int(details.get(f"group.{number}.segment", "0")) <= at
    ]
    return str(opened[-1]) if opened else "1"


def _acknowledge_group(paper: "_Paper", reading: Reading, group: str, numbers: list[int], frame: list[Fault]) -> None:
    details = reading.envelope.details
    own = [
        fault for fault in reading.faults if fault.rejects and _is_groups(fault) and _group_of(fault, details) == group
    ]
    paper.open_set("997")
    paper.add(
        "AK1", paper.text(details.get(f"group.{group}", ""), 2), paper.text(details[f"group.{group}.reference"], 9)
    )
    accepted, refused = 0, bool(own or frame)
    for number in numbers:
        order = reading.orders[number - 1]
        kind, reference = details[f"message.{number}"], details[f"message.{number}.reference"]
        paper.add("AK2", paper.text(kind, 3), paper.text(reference, 9))
        accepted += _acknowledge_set(paper, order, refused=refused)
    outcome = "R" if refused or (numbers and not accepted) else "A" if accepted == len(numbers) else "P"
    errors = sorted({GROUP_ERRORS.get((fault.code, spot_of(fault.place).tag), "6") for fault in own})
    count = str(len(numbers))
    paper.add("AK9", outcome, count, count, str(accepted), *errors[:5])
    paper.close_set()


def _acknowledge_set(paper: "_Paper", order: ReadOrder, *, refused: bool) -> bool:
    """The notes on one transaction set, that may be refused with all its group; whether it is accepted."""
    refusals = [fault for fault in order.faults if fault.rejects]
    by_segment: dict[int, list[Fault]] = {}
    errors = []
    for fault in refusals:
        spot = spot_of(fault.place)
        known = SET_ERRORS.get((fault.code, spot.tag))
        if known:
            errors.append(known)
        else:
            by_segment.setdefault(spot.segment, []).append(fault)
    for number in sorted(by_segment):
        _note_segment(paper, number, by_segment[number])
    if by_segment:
        errors.append(_SEGMENTS_IN_ERROR)
    accepted = not (refusals or refused)
    paper.add("AK5", "A" if accepted else "R", *sorted(set(errors))[:5])
    return accepted


def _note_segment(paper: "_Paper", number: int, faults: Iterable[Fault]) -> None:
    listed = list(faults)
    elements = [fault for fault in listed if spot_of(fault.place).element]
    whole = [fault for fault in listed if not spot_of(fault.place).element]
    codes = sorted({_segment_error(fault) for fault in whole} | ({"8"} if elements else set()))
    paper.add("AK3", paper.text(spot_of(listed[0].place).tag, 3), str(number), "", *codes[:5])
    for fault in elements[:99]:
        given = fault.params.get("given", "")
        paper.add("AK4", str(spot_of(fault.place).element), "", _element_error(fault), paper.text(given, 99))


def _segment_error(fault: Fault) -> str:
    if fault.code is FaultCode.MISSING_SEGMENT:
        return "3"
    return "1" if spot_of(fault.place).tag not in ("BEG", "BCH") else "2"


def _element_error(fault: Fault) -> str:
    name, given = fault.params.get("name", ""), fault.params.get("given", "")
    if not given:
        return "1"
    if name in _DATES:
        return "8"
    return "6" if name in _NUMBERS else "7"


def write_answer(answer: Answer, interchange: Interchange) -> bytes:
    """An 855: what became of the order and, where lines are repeated, of each line."""
    paper = _Paper(interchange)
    paper.open_set("855")
    kind = VERDICTS[answer.verdict][0 if answer.lines else 1]
    ordered = _day(answer.ordered_on or answer.at.astimezone(UTC).date())
    number = paper.text(answer.number, 30)
    paper.add(
        "BAK",
        "00",
        kind,
        paper.text(answer.po_number, 22),
        ordered,
        "",
        "",
        "",
        number,
        _day(answer.at.astimezone(UTC).date()),
    )
    if answer.currency:
        paper.add("CUR", "SE", paper.text(answer.currency, 3))
    paper.note(answer.reason)
    paper.party("BY", answer.buyer)
    paper.party("SE", answer.seller)
    lines = [] if kind in _WITHOUT_LINES else by_ordered_line(answer.lines)
    for parts in lines:
        _answer_line(paper, parts)
    paper.add("CTT", str(len(lines)))
    if answer.total is not None:
        paper.add("AMT", "TT", _number(answer.total))
    paper.close_set()
    return paper.finished("PR")


def write_change_answer(answer: Answer, interchange: Interchange) -> bytes:
    """An 865: what becomes of a change as a whole. Its order stays as it was confirmed; no lines are repeated."""
    paper = _Paper(interchange)
    paper.open_set("865")
    day = _day(answer.at.astimezone(UTC).date())
    paper.add("BCA", "00", VERDICTS[answer.verdict][1], paper.text(answer.po_number, 22), "", "", day)
    paper.note(answer.reason)
    paper.party("BY", answer.buyer)
    paper.party("SE", answer.seller)
    paper.close_set()
    return paper.finished("CA")


def _answer_line(paper: "_Paper", parts: Sequence[AnsweredLine]) -> None:
    """A line as it was ordered, and what becomes of each part of it."""
    line = joined(parts)
    price = _number(line.unit_price) if line.unit_price is not None else ""
    items = paper.items(line)
    paper.add("PO1", paper.text(line.line_no, 20), _number(line.ordered_quantity), _unit(line.unit), price, "", *items)
    paper.describe(line)
    for part in parts:
        _acknowledge_part(paper, part)
    paper.note(line.reason)


def _acknowledge_part(paper: "_Paper", line: AnsweredLine) -> None:
    given = line.verdict not in (LineVerdict.HELD, LineVerdict.REJECTED)
    substitute = paper.text(line.substitute, 48) if line.verdict is LineVerdict.SUBSTITUTED else ""
    quantity = (_number(line.quantity), _unit(line.unit)) if given else ("", "")
    promised = ("067", _day(line.promised_on)) if line.promised_on else ("", "")
    paper.add("ACK", LINE_VERDICTS[line.verdict], *quantity, *promised, "", *(("VN", substitute) if substitute else ()))


def write_despatch(despatch: Despatch, interchange: Interchange) -> bytes:
    """An 856: what was shipped of the order, by whom and under which tracking number."""
    paper = _Paper(interchange)
    paper.open_set("856")
    at = despatch.at.astimezone(UTC)
    paper.add("BSN", "00", paper.text(despatch.document_no, 30), _day(at.date()), at.strftime("%H%M"), "0004")
    paper.add("HL", "1", "", "S")
    if paper.text(despatch.carrier, 35):
        paper.add("TD5", "", "", "", "", paper.text(despatch.carrier, 35))
    if paper.text(despatch.tracking_number, 30):
        paper.add("REF", "CN", paper.text(despatch.tracking_number, 30))
    paper.add("DTM", "011", _day(at.date()), at.strftime("%H%M"))
    paper.party("BY", despatch.buyer)
    paper.party("SE", despatch.seller)
    paper.add("HL", "2", "1", "O")
    paper.add("PRF", paper.text(despatch.po_number, 22))
    lines = [joined(parts) for parts in by_ordered_line(despatch.lines)]
    for number, line in enumerate(lines, start=3):
        unit = _unit(line.unit)
        paper.add("HL", str(number), "2", "I")
        paper.add("LIN", paper.text(line.line_no, 20), *(paper.items(line) or ("VN", "-")))
        paper.add("SN1", "", _number(line.quantity), unit, "", _number(line.ordered_quantity), unit)
        paper.describe(line)
    paper.add("CTT", str(2 + len(lines)))
    paper.close_set()
    return paper.finished("SH")


def _number(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _unit(unit: str) -> str:
    """A unit of two signs; pieces where the customer's cannot be written so."""
    code = _UNITS.get(unit, unit)
    return code if _UNIT.fullmatch(code) else "EA"


def _control(text: str) -> str:
    digits = "".join(sign for sign in text if sign in "0123456789")
    return digits[-9:].zfill(9)


class _Paper:
    """The transaction sets of one interchange; all text that comes from outside goes through `text`."""

    def __init__(self, interchange: Interchange) -> None:
        self.interchange = interchange
        self.outside: list[str] = []
        self.segments: list[str] = []
        self.sets = 0
        self.opened = 0

    def add(self, tag: str, *elements: str) -> None:
        """A segment of elements that are clean already; what is empty at the end is left out."""
        parts = list(elements)
        while parts and not parts[-1]:
            parts.pop()
        self.segments.append("*".join([tag, *parts]))

    def before_groups(self, tag: str, *elements: str) -> None:
        """A segment of the envelope itself."""
        self.outside.append("*".join([tag, *elements]))

    def open_set(self, kind: str) -> None:
        """Begin a transaction set."""
        self.sets, self.opened = self.sets + 1, len(self.segments)
        self.add("ST", kind, f"{self.sets:04}")

    def close_set(self) -> None:
        """End it, with its count."""
        self.add("SE", str(len(self.segments) - self.opened + 1), f"{self.sets:04}")

    @staticmethod
    def text(value: str, limit: int) -> str:
        """A value from outside: on one line, without any sign that delimits, cut to its element's limit."""
        return clean(re.sub(r"[*~>^|]", " ", value))[:limit].strip()

    def items(self, line: AnsweredLine) -> tuple[str, ...]:
        """Our number for the item, then the customer's."""
        pairs = (("VN", self.text(line.item, 48)), ("BP", self.text(line.customer_item, 48)))
        return tuple(part for qualifier, number in pairs if number for part in (qualifier, number))

    def describe(self, line: AnsweredLine) -> None:
        """The line's description, where it has one."""
        if self.text(line.description, 80):
            self.add("PID", "F", "", "", "", self.text(line.description, 80))

    def note(self, reason: str) -> None:
        """A reason in words, where there is one."""
        if self.text(reason, 264):
            self.add("N9", "L1", "REASON")
            self.add("MSG", self.text(reason, 264))

    def party(self, qualifier: str, party: Party) -> None:
        """A party by its name and, where known, its code."""
        schemes = {"GLN": "UL", "DUNS": "1"}
        scheme = schemes.get(party.scheme, "92" if qualifier == "BY" else "91")
        code = self.text(party.code, 20)
        name = self.text(party.name, 60)
        if name or len(code) > 1:
            self.add("N1", qualifier, name, *((scheme, code) if len(code) > 1 else ()))

    def finished(self, group: str) -> bytes:
        """The envelope around the sets, in UTF-8."""
        frame, details = self.interchange, self.interchange.details
        at = frame.at.astimezone(UTC)
        control = f"{frame.control % 1_000_000_000:09}"
        parties = []
        for name, key in ((frame.sender, "sender_qualifier"), (frame.receiver, "receiver_qualifier")):
            stated = details.get(key, "")
            qualifier = stated if _QUALIFIER.fullmatch(stated) else "ZZ"
            parties += [qualifier, self.text(name, 15).ljust(15)]
        blank, usage = " " * 10, "T" if frame.is_test else "P"
        isa = ["ISA", "00", blank, "00", blank, *parties, at.strftime("%y%m%d"), at.strftime("%H%M")]
        lines = ["*".join([*isa, "U", "00401", control, "0", usage, ">"]), *self.outside]
        if self.sets:
            codes = [
                self.text(details.get(key, name), 15)
                for name, key in ((frame.sender, "group_sender"), (frame.receiver, "group_receiver"))
            ]
            number = str(int(control))
            opening = ["GS", group, *codes, at.strftime("%Y%m%d"), at.strftime("%H%M"), number, "X", "004010"]
            lines += ["*".join(opening), *self.segments, f"GE*{self.sets}*{number}"]
        lines.append(f"IEA*{1 if self.sets else 0}*{control}")
        return "".join(f"{line}~\n" for line in lines).encode()
