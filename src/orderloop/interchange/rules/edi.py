"""What EDIFACT and X12 share: segments and their places, the plain form of numbers and dates, gathering an order."""

import dataclasses
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orderloop.interchange.facts import LINE_FIELDS, Fault, FaultCode, Part, Place, ReadOrder, Role, Value

# Above these a file is no order: an order of 100,000 lines has about 10 MB.
MAX_CHARACTERS = 32_000_000
MAX_SEGMENTS = 500_000
MAX_ELEMENTS = 3_000_000
MAX_MESSAGES = 2_000
# Each interchange of a file is a document of its own, and one message has only so many documents.
MAX_INTERCHANGES = 40
# A person reads the first faults; what matters behind them is only whether one refuses.
MAX_FAULTS = 500
MAX_NUMBER = 35
MAX_NOTE = 10_000

# A control total that does not hold is the sender's slip as often as a loss; a partner's profile may say so.
LENIENT_COUNTS = "counts"

_LONGEST_GREETING = 4_096
_PLACE = re.compile(
    r"(?:message (?P<message>\d+))?(?:, )?(?:segment (?P<segment>\d+) \((?P<tag>[^)]*)\))?"
    r"(?:, element (?P<element>\d+)(?:\.(?P<component>\d+))?)?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DAY = re.compile(r"[0-9]+", re.ASCII)


def listed(text: str) -> frozenset[str]:
    """A code list written as one text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an interchange as numbers, all from 1; 0 where not told. Outside messages `message` is 0."""

    message: int = 0
    segment: int = 0
    tag: str = ""
    element: int = 0
    component: int = 0

    def place(self) -> Place:
        """The place as a person reads it: `message 1, segment 5 (LIN), element 3.1`."""
        parts = [f"message {self.message}"] if self.message else []
        if self.segment:
            parts.append(f"segment {self.segment} ({self.tag})")
        if self.element:
            parts.append(f"element {self.element}" + (f".{self.component}" if self.component else ""))
        return Place(", ".join(parts))


def spot_of(place: Place) -> Spot:
    """The numbers of a place written by `Spot.place`; an empty spot where it was written by someone else."""
    match = _PLACE.fullmatch(place.path)
    if match is None:
        return Spot()
    numbers = {name: int(match[name] or 0) for name in ("message", "segment", "element", "component")}
    return Spot(tag=match["tag"] or "", **numbers)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its tag, its data elements with their components, and where it stands."""

    tag: str
    elements: tuple[tuple[str, ...], ...]
    message: int = 0
    number: int = 0

    def get(self, element: int, component: int = 1) -> str:
        """An element's component, both counted from 1, trimmed; an empty text where it is not there."""
        if element > len(self.elements) or component > len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component - 1].strip()

    def spot(self, element: int = 0, component: int = 0) -> Spot:
        """Where the segment, its element or its component stands."""
        return Spot(self.message, self.number, self.tag, element, component)

    def place(self, element: int = 0, component: int = 0) -> Place:
        """As `spot`, as a person reads it."""
        return self.spot(element, component).place()


@dataclass(frozen=True, slots=True)
class Message:
    """A message (transaction set) with all its segments from header to trailer, and what its frame got wrong."""

    number: int
    kind: str
    reference: str
    segments: tuple[Segment, ...]
    faults: tuple[Fault, ...] = ()
    group: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A functional group: what it holds, its control number, and which segment of the interchange opens it."""

    number: int
    kind: str
    reference: str
    version: str = ""
    segment: int = 0


@dataclass(frozen=True, slots=True)
class Framed:
    """An interchange taken out of its envelope. `header` is None where it had none."""

    header: Segment | None
    messages: tuple[Message, ...]
    groups: tuple[Group, ...]
    faults: tuple[Fault, ...]

    def details(self) -> dict[str, str]:
        """The messages and groups by number, as a receipt must repeat them."""
        found: dict[str, str] = {"messages": str(len(self.messages)), "groups": str(len(self.groups))}
        for group in self.groups:
            found[f"group.{group.number}"] = group.kind
            found[f"group.{group.number}.reference"] = group.reference
            found[f"group.{group.number}.version"] = group.version
            found[f"group.{group.number}.segment"] = str(group.segment)
        for message in self.messages:
            found[f"message.{message.number}"] = message.kind
            found[f"message.{message.number}.reference"] = message.reference
            found[f"message.{message.number}.group"] = str(message.group)
        return found


def fault(code: FaultCode, place: Place, *, rejects: bool = True, **params: str) -> Fault:
    """A fault whose parameters are cut to what a person can take in."""
    return Fault(code, place, {name: clean(text)[:70] for name, text in params.items()}, rejects)


def keep(faults: list[Fault], new: Iterable[Fault]) -> None:
    """Add faults up to the limit; of those behind it, one that refuses."""
    for found in new:
        if len(faults) < MAX_FAULTS or (found.rejects and not faults[-1].rejects):
            faults.append(found)


def apart(text: str, trailer: str, element: str, terminator: str) -> list[str]:
    """The interchanges that follow one another in a file: each ends with its trailer, and what begins another follows.

    The first text is the whole where only one is in it; what follows a trailer and begins nothing stays with it.
    """
    element, terminator = re.escape(element), re.escape(terminator)
    # A question mark before the terminator releases it: what follows is text.
    stop = rf"(?<!\?){terminator}[\s\x00]*"
    end = re.compile(rf"{stop}{trailer}{element}[^{terminator}]{{0,80}}{stop}(?=UNA|UNB|ISA)")
    cuts = [0, *(match.end() for match in itertools.islice(end.finditer(text), MAX_INTERCHANGES)), len(text)]
    return [text[start:stop] for start, stop in itertools.pairwise(cuts)]


def begun(text: str, header: str) -> tuple[str, tuple[Fault, ...]]:
    """The text from its first header on (a pattern), and what is told of lines that stand before it."""
    found = re.search(rf"^\s*(?:{header})", text[:_LONGEST_GREETING], re.IGNORECASE | re.MULTILINE)
    before = text[: found.start()].strip("\ufeff \t\r\n\x00") if found else ""
    if found is None or not before:
        return text, ()
    return text[found.start() :], (fault(FaultCode.PASSED_OVER, Place(), rejects=False, name=before),)


def in_capitals(text: str) -> tuple[str, tuple[Fault, ...]]:
    """The text, in capitals where its first tag is not: its codes can be read only so. That is told of."""
    tag = text.lstrip("\ufeff \t\r\n\x00")[:3]
    if tag not in ("una", "unb", "unh", "isa"):
        return text, ()
    params = {"given": tag, "name": "tag", "expected": tag.upper()}
    return text.upper(), (fault(FaultCode.READ_AS, Place(), rejects=False, **params),)


def parts_of(others: Iterable[str], advice: str = "") -> tuple[Part, ...]:
    """Further interchanges of a file as documents within it; the service string advice of the first (UNA) holds for
    those that have none."""
    texts = (f"{advice}{each}" if each.startswith("UNB") else each for each in others)
    return tuple(Part("", "", each.encode()) for each in texts)


def too_many_interchanges() -> Fault:
    """The fault of a file of more interchanges than one message may hold."""
    return fault(FaultCode.TOO_COMPLEX, Place(), detail=f"> {MAX_INTERCHANGES}")


def complexity_faults(text: str, terminator: str, *separators: str) -> tuple[Fault, ...]:
    """The fault of a text with more segments or elements than are opened, if it has."""
    counted = [(text.count(terminator), MAX_SEGMENTS), *((text.count(sign), MAX_ELEMENTS) for sign in separators)]
    return tuple(
        fault(FaultCode.TOO_COMPLEX, Place(), detail=f"{count:,} > {limit:,}")
        for count, limit in counted
        if count > limit
    )


def count_fault(segment: Segment, element: int, counted: int, *, rejects: bool) -> tuple[Fault, ...]:
    """The fault of a control count that was given and does not hold, if so; a count that is no number never holds."""
    given = segment.get(element)
    if given.isascii() and given.isdigit() and len(given) <= MAX_NUMBER and int(given) == counted:
        return ()
    place = segment.place(element)
    return (fault(FaultCode.CONTROL_COUNT, place, rejects=rejects, given=given or "-", counted=str(counted)),)


def reference_fault(segment: Segment, element: int, expected: str, *, rejects: bool) -> tuple[Fault, ...]:
    """The fault of a trailer's reference that is not its header's, if so; leading zeros do not matter."""
    given = segment.get(element)
    if given.lstrip("0") == expected.lstrip("0") and bool(given) == bool(expected):
        return ()
    place = segment.place(element)
    return (fault(FaultCode.CONTROL_REFERENCE, place, rejects=rejects, given=given or "-", expected=expected or "-"),)


def clean(text: str) -> str:
    """The text on one line without control characters, its white space single."""
    return " ".join(_CONTROL.sub(" ", text).split())


def rejoined(parts: Iterable[str], width: int) -> str:
    """A text from its parts: one that fills its element goes on in the next without a space.

    >>> rejoined(["Mountain b", "ike", "black"], 10)
    'Mountain bike black'
    """
    return "".join(part if len(part) == width else f"{part} " for part in parts).strip()


def by_place(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults as one meets them reading on, a cut first: what was lost is named before what that makes wrong."""
    return tuple(sorted(faults, key=lambda each: (each.code is not FaultCode.DAMAGED, spot_of(each.place).segment)))


def plain_number(text: str, marks: str = ".,") -> str:
    """A number with a point for its decimal mark; empty where it is none. No grouping and no exponent are possible.

    >>> plain_number("25,00"), plain_number(".5"), plain_number("1,000.00"), plain_number("1E5"), plain_number("0012")
    ('25.00', '0.5', '', '', '12')
    """
    match = re.fullmatch(rf"(-?)([0-9]*)(?:[{re.escape(marks)}]([0-9]*))?", text.strip(), re.ASCII)
    if match is None or not (match[2] or match[3]) or len(text) > MAX_NUMBER:
        return ""
    return f"{match[1]}{match[2].lstrip('0') or '0'}" + (f".{match[3]}" if match[3] else "")


def calendar_day(text: str, pattern: str) -> str:
    """The ISO day of digits laid out as `pattern` says (C and Y year, M month, D day, others anything); empty where
    it is none.

    >>> calendar_day("201508030000", "CCYYMMDDHHmm"), calendar_day("20150230", "CCYYMMDD")
    ('2015-08-03', '')
    """
    if len(text) != len(pattern) or not _DAY.fullmatch(text):
        return ""
    parts = {
        letter: int("".join(digit for digit, slot in zip(text, pattern, strict=True) if slot in letter) or 0)
        for letter in ("CY", "M", "D", "H", "m")
    }
    year = parts["CY"] if "C" in pattern else parts["CY"] + (2000 if parts["CY"] < 80 else 1900)
    if parts["H"] > 24 or parts["m"] > 59 or not 1950 <= year <= 2150:
        return ""
    try:
        return date(year, parts["M"], parts["D"]).isoformat()
    except ValueError:
        return ""


def check_digit_holds(digits: str) -> bool:
    """Whether a GTIN or GLN of 8, 12, 13 or 14 digits ends in its check digit."""
    if len(digits) not in (8, 12, 13, 14) or not _DAY.fullmatch(digits):
        return False
    weights = (3, 1) * 7
    return (
        sum(int(digit) * weight for digit, weight in zip(reversed(digits[:-1]), weights, strict=False)) % 10
        == (-int(digits[-1])) % 10
    )


def same_total(stated: str, amounts: Iterable[str]) -> bool:
    """Whether a stated hash total is the sum of the amounts, with or without regard to their decimal marks."""
    texts = [amount for amount in amounts if amount]
    if Decimal(stated) == sum((Decimal(text) for text in texts), Decimal(0)):
        return True
    return Decimal(stated) == sum((Decimal(text.replace(".", "")) for text in texts), Decimal(0))


class Gathering:
    """An order being gathered from a message's segments: the first value of a name stays, faults are kept in order."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.fields: dict[str, Value] = {}
        self.lines: list[dict[str, Value]] = []
        self.faults: list[Fault] = []

    def blame(self, code: FaultCode, place: Place, *, rejects: bool = True, **params: str) -> None:
        """Keep a fault."""
        keep(self.faults, [fault(code, place, rejects=rejects, **params)])

    def order(self) -> ReadOrder:
        """What was gathered. What a heading says holds of the order, though it stands among the lines by mistake."""
        for line in self.lines:
            for name in [name for name in line if name not in LINE_FIELDS]:
                self.fields.setdefault(name, line.pop(name))
        return ReadOrder(self.role, self.fields, tuple(self.lines), tuple(self.faults))


class Blaming:
    """What a reading of an order says is wrong, at a segment, its element or component. None of these but `_invalid`
    refuses the order."""

    gathering: Gathering

    def _tell(
        self, code: FaultCode, segment: Segment, at: tuple[int, int], *, rejects: bool = False, **params: str
    ) -> None:
        self.gathering.blame(code, segment.place(*at), rejects=rejects, **params)

    def _unsupported(self, segment: Segment, name: str, element: int = 0, component: int = 0) -> None:
        """Something that changes what is bought and is not carried out."""
        self._tell(FaultCode.UNSUPPORTED, segment, (element, component), name=name)

    def _pass_over(self, segment: Segment, name: str, element: int = 0, component: int = 0) -> None:
        """Something that is not known and changes nothing."""
        self._tell(FaultCode.PASSED_OVER, segment, (element, component), name=name)

    def _invalid(self, segment: Segment, name: str, element: int, component: int = 0) -> None:
        given = segment.get(element, component or 1)
        self._tell(FaultCode.INVALID_ELEMENT, segment, (element, component), rejects=True, given=given, name=name)

    def _doubt(self, segment: Segment, name: str, element: int, component: int = 0) -> None:
        given = segment.get(element, component or 1)
        self._tell(FaultCode.DOUBTFUL, segment, (element, component), given=given, name=name)

    def _wrong_digit(self, segment: Segment, name: str, element: int, component: int = 0) -> None:
        given = segment.get(element, component or 1)
        self._tell(FaultCode.CHECK_DIGIT, segment, (element, component), given=given, name=name)

    def _read_as(self, segment: Segment, name: str, text: str, element: int, component: int = 0) -> None:
        given = segment.get(element, component or 1)
        self._tell(FaultCode.READ_AS, segment, (element, component), given=given, name=name, expected=text)


# What is held of a party.
OF_PARTY = {
    "customer": ("customer_code", "customer_gln", "customer_name", "customer_tax_id", "contact", "contact_email"),
    "ship_to": ("ship_to_code", "ship_to_name", "ship_to_text"),
}


def put(
    target: dict[str, Value], name: str, text: str, spot: Spot, *, raw: str | None = None, confidence: float = 1.0
) -> None:
    """Keep a value under its name unless it is empty or another came first."""
    cleaned = clean(text)
    if cleaned and name not in target:
        target[name] = Value(cleaned, text if raw is None else raw, spot.place(), confidence=confidence)


def add(target: dict[str, Value], name: str, text: str, spot: Spot, joint: str = " ") -> None:
    """Keep a text under its name, behind what is already there; a note has an end."""
    cleaned = clean(text)
    if cleaned and name in target:
        held = target[name]
        if len(held.text) > MAX_NOTE:
            return
        target[name] = dataclasses.replace(held, text=f"{held.text}{joint}{cleaned}", raw=f"{held.raw}\n{text}")
    else:
        put(target, name, text, spot)


def profile_codes(profile: Mapping[str, str], prefix: str, usual: Mapping[str, str]) -> dict[str, str]:
    """A table of qualifiers, with what a partner's profile says otherwise under keys such as `item.SA`."""
    own = {key[len(prefix) + 1 :]: name for key, name in profile.items() if key.startswith(f"{prefix}.")}
    return {**usual, **own}


def is_lenient(profile: Mapping[str, str]) -> bool:
    """Whether broken control totals are only told of, not refused."""
    return LENIENT_COUNTS in profile.get("lenient", "").replace(",", " ").split()
