"""From truths, readings and decisions to figures. Pure: nothing is read, drawn or timed here."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from bench.intake.paper import Stated, Truth
from orderloop.interchange.facts import ReadOrder, Value

BUCKETS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class FieldResult:
    """One field of one document: `right`, `wrong` (another value), `missed` (none), `extra` (none was stated)."""

    name: str
    outcome: str
    confidence: float = 0.0
    stated: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """One document: its fields, whether all that it states was read right and nothing else, what was decided."""

    name: str
    template: str
    fields: tuple[FieldResult, ...]
    is_accepted: bool = False
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0
    faults: tuple[str, ...] = ()
    taught: int = 0
    broken: str = ""
    harms: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every stated field was read right and nothing was made up that would be booked.

        Of a broken document: whether that was noticed.
        """
        if self.broken:
            return self.is_noticed
        return not any(spoils(one) for one in self.fields)

    @property
    def is_noticed(self) -> bool:
        """Whether something was said against a document, by its reader or by the decision."""
        return bool(self.faults) or not self.is_accepted

    @property
    def is_harmful(self) -> bool:
        """Whether what would be booked is not what was ordered; of a broken document, whether nobody noticed."""
        return not self.is_noticed if self.broken else bool(self.harms)


# What goes from a document into the books; made up, it spoils a reading.
BOOKED = frozenset(
    ("line", "po_number", "requested_on", "currency", "lines/item", "lines/quantity", "lines/unit", "lines/unit_price",
     "lines/price_basis", "lines/amount", "lines/requested_on", "total")
)  # fmt: skip


def spoils(one: "FieldResult") -> bool:
    """Whether this keeps a document from being exact."""
    return one.outcome in ("wrong", "missed") or (one.outcome == "extra" and one.name in BOOKED)


def compare(truth: Truth, order: ReadOrder | None) -> tuple[FieldResult, ...]:
    """Every stated and every read field of a document, judged."""
    if order is None:
        return tuple(FieldResult(name, "missed", stated=stated.text) for name, stated in truth.header.items()) + tuple(
            FieldResult(f"lines/{name}", "missed", stated=stated.text)
            for line in truth.lines
            for name, stated in line.items()
        )
    results = list(_fields(truth.header, order.fields, "", truth.implied))
    for stated, read in _pairs(truth.lines, order.lines):
        if stated is None:
            results.append(FieldResult("line", "extra", read=_first(read)))
        elif read is None:
            results.append(FieldResult("line", "missed", stated=stated["item"].text))
            results += [FieldResult(f"lines/{name}", "missed", stated=one.text) for name, one in stated.items()]
        else:
            results += _fields(stated, read, "lines/", truth.implied)
    return tuple(results)


def harms(truth: Truth, order: ReadOrder | None, matched: Sequence[str]) -> tuple[str, ...]:
    """In what an order booked from this reading would differ from what was meant, line by line; empty if in nothing.

    `matched` are the codes of the products its lines were matched with. What was not read is booked as it usually is:
    the product's unit, our price, the order's date. Only what contradicts the document does harm.
    """
    if order is None:
        return ("no order",)
    found = [
        name for name in ("po_number", "currency") if _contradicts(truth.header, truth.implied, order.fields, name)
    ]
    if "po_number" in truth.header and not order.text("po_number"):
        found.append("po_number")
    if len(order.lines) != len(truth.lines):
        return (*found, "number of lines")
    booked = zip(truth.lines, order.lines, matched or [""] * len(order.lines), strict=True)
    for number, (stated, read, code) in enumerate(booked, 1):
        if code != stated["item"].text:
            found.append(f"item of line {number}")
        if "quantity" not in read or not is_right(stated["quantity"], read["quantity"].text):
            found.append(f"quantity of line {number}")
        for name in ("unit", "unit_price", "price_basis"):
            if _contradicts(stated, {"price_basis": Stated("1", "number")}, read, name):
                found.append(f"{name} of line {number}")
        if not _is_due_right(truth, stated, order, read):
            found.append(f"requested_on of line {number}")
    return tuple(found)


def _contradicts(stated, implied, read: Mapping[str, Value], name: str) -> bool:
    given = stated.get(name) or implied.get(name)
    value = read.get(name)
    if name == "price_basis" and name in stated and (value is None or not value.text):
        return True
    return given is not None and value is not None and bool(value.text) and not is_right(given, value.text)


def _is_due_right(truth: Truth, stated, order: ReadOrder, read: Mapping[str, Value]) -> bool:
    meant = stated.get("requested_on") or truth.header.get("requested_on")
    value = read.get("requested_on") or order.fields.get("requested_on")
    if meant is None:
        return value is None or not value.text or is_right(truth.implied["lines/requested_on"], value.text)
    return value is not None and is_right(meant, value.text)


def _first(read: Mapping[str, Value] | None) -> str:
    return " ".join(value.text for value in (read or {}).values())[:80]


def _fields(stated, read: Mapping[str, Value], path: str, implied: Mapping[str, Stated]) -> Iterable[FieldResult]:
    for name, one in stated.items():
        value = read.get(name)
        if value is None or not value.text:
            yield FieldResult(path + name, "missed", stated=one.text)
        else:
            outcome = "right" if is_right(one, value.text) else "wrong"
            yield FieldResult(path + name, outcome, value.confidence, one.text, value.text)
    for name, value in read.items():
        if name in stated or not value.text:
            continue
        if path + name not in implied:
            yield FieldResult(path + name, "extra", value.confidence, "", value.text)
        elif not is_right(implied[path + name], value.text):
            yield FieldResult(path + name, "wrong", value.confidence, implied[path + name].text, value.text)


def is_right(stated: Stated, read: str) -> bool:
    """Whether a read text says what was stated: numbers by value, texts without regard to spaces and width."""
    return any(_same(stated.kind, one, read) for one in (stated.text, *stated.also))


def _same(kind: str, stated: str, read: str) -> bool:
    if kind == "number":
        try:
            return Decimal(stated) == Decimal(read)
        except InvalidOperation:
            return False
    if kind == "any":
        return True
    if kind == "text":
        return _folded(stated) == _folded(read)
    return stated == read.strip()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _pairs(stated: Sequence[Mapping[str, Stated]], read: Sequence[Mapping[str, Value]]):
    """Lines of truth beside lines read, in their order: as many of the same goods together as can be."""
    if len(stated) == len(read):
        return list(zip(stated, read, strict=True))
    codes = [_folded(line["item"].text) for line in stated]
    found = [_folded(line["item"].text) if "item" in line else "" for line in read]
    longest = [[0] * (len(found) + 1) for _ in range(len(codes) + 1)]
    for i in range(len(codes) - 1, -1, -1):
        for j in range(len(found) - 1, -1, -1):
            same = codes[i] == found[j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(codes) or j < len(found):
        if i < len(codes) and j < len(found) and codes[i] == found[j]:
            pairs.append((stated[i], read[j]))
            i, j = i + 1, j + 1
        elif j == len(found) or (i < len(codes) and longest[i + 1][j] >= longest[i][j + 1]):
            pairs.append((stated[i], None))
            i += 1
        else:
            pairs.append((None, read[j]))
            j += 1
    return pairs


@dataclass(slots=True)
class FieldScore:
    """Counts of one field over many documents."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    extra: int = 0

    @property
    def precision(self) -> float:
        """Of the values read, the share that is right."""
        return share(self.right, self.right + self.wrong + self.extra)

    @property
    def recall(self) -> float:
        """Of the values stated, the share that was read right."""
        return share(self.right, self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Values whose confidence lay in a range, and how many of them were right."""

    least: float
    below: float
    values: int
    right: int


@dataclass(slots=True)
class Summary:
    """All figures of one track."""

    documents: int = 0
    exact: int = 0
    bookable: int = 0
    accepted: int = 0
    wrongly_accepted: int = 0
    by_field: dict[str, FieldScore] = field(default_factory=dict)
    by_template: dict[str, tuple[int, int]] = field(default_factory=dict)
    calibration: tuple[Bucket, ...] = ()
    seconds: tuple[float, float] = (0.0, 0.0)
    faults: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    by_lessons: dict[int, tuple[int, int]] = field(default_factory=dict)
    broken: int = 0
    noticed: int = 0


def share(part: int, whole: int) -> float:
    """Part of whole, 0 where there is nothing."""
    return part / whole if whole else 0.0


def summarise(results: Sequence[DocumentResult]) -> Summary:
    """The figures over these documents."""
    scores: dict[str, FieldScore] = defaultdict(FieldScore)
    templates: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    lessons: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for result in results:
        for one in () if result.broken else result.fields:
            score = scores[one.name]
            setattr(score, one.outcome, getattr(score, one.outcome) + 1)
        for counts in (templates[result.template], lessons[result.taught]):
            counts[0] += result.is_exact
            counts[1] += 1
    seconds = sorted(result.seconds for result in results) or [0.0]
    return Summary(
        documents=len(results),
        exact=sum(result.is_exact for result in results),
        bookable=sum(not result.is_harmful for result in results),
        accepted=sum(result.is_accepted for result in results),
        wrongly_accepted=sum(result.is_accepted and result.is_harmful for result in results),
        by_field=dict(sorted(scores.items())),
        broken=sum(bool(result.broken) for result in results),
        noticed=sum(bool(result.broken and result.is_noticed) for result in results),
        by_template={name: (exact, every) for name, (exact, every) in sorted(templates.items())},
        calibration=calibrate(one for result in results if not result.broken for one in result.fields),
        seconds=(seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, len(seconds) * 95 // 100)]),
        faults=Counter(fault for result in results for fault in result.faults),
        reasons=Counter(reason for result in results if not result.is_accepted for reason in set(result.reasons)),
        by_lessons={taught: (exact, every) for taught, (exact, every) in sorted(lessons.items())},
    )


def calibrate(fields: Iterable[FieldResult]) -> tuple[Bucket, ...]:
    """How often values of each range of confidence are right; extra ones are no part of it, nobody knows of them."""
    counts = [[0, 0] for _ in BUCKETS]
    for one in fields:
        if one.outcome in ("right", "wrong"):
            place = max(place for place, least in enumerate(BUCKETS) if one.confidence >= least)
            counts[place][0] += 1
            counts[place][1] += one.outcome == "right"
    limits = (*BUCKETS[1:], 1.0)
    return tuple(
        Bucket(least, below, *count) for least, below, count in zip(BUCKETS, limits, counts, strict=True) if count[0]
    )
