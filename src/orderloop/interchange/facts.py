"""Facts of interchange: what was read out of somebody's document and where it stands there, and what we answer.

Nothing here knows our customers, products or orders: a reading says what a document says, not whether it is true.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.words import gettext_noop as _


class Format(StrEnum):
    """What kind of bytes a document is, told by its content and never by its name or its stated type."""

    EDIFACT = "edifact"
    X12 = "x12"
    UBL = "ubl"
    CXML = "cxml"
    OPENTRANS = "opentrans"
    XML = "xml"
    JSON = "json"
    SHEET = "sheet"
    CSV = "csv"
    PDF = "pdf"
    IMAGE = "image"
    MAIL = "mail"
    TEXT = "text"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a document wants of us."""

    ORDER = "order"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    CONFIRMATION = "confirmation"
    DESPATCH = "despatch"
    RECEIPT = "receipt"
    OTHER = "other"


class Method(StrEnum):
    """How a value came to be known: from where a standard puts it, by a column's or label's name, by a taught rule, by
    the shape of a text, typed by a person, or answered by the customer."""

    STATED = "stated"
    COLUMN = "column"
    LABEL = "label"
    LEARNT = "learnt"
    PATTERN = "pattern"
    TYPED = "typed"
    ANSWERED = "answered"


# The names under which header values and line values are read. Texts all of them; dates as ISO where the document's
# form is certain, else as written; numbers plain with a point where certain, else as written.
HEADER_FIELDS = (
    "po_number", "ordered_on", "requested_on", "customer_code", "customer_name", "customer_gln", "customer_tax_id",
    "contact", "contact_email", "ship_to_code", "ship_to_name", "ship_to_text", "currency", "net_total", "tax_total",
    "total", "line_count", "note", "refers_to", "terms",
)  # fmt: skip
LINE_FIELDS = (
    "line_no", "action", "item", "customer_item", "barcode", "description", "quantity", "unit", "unit_price",
    "price_basis", "amount", "requested_on", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document something stands: a path (segment `LIN 3`, element `/Order/OrderLine[2]/...`, cell `B7`, line
    of text `12`), or a page from 1 with a box (left, top, right, bottom) in fractions of its width and height."""

    path: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value read: `text` cleaned, `raw` as it stands. `confidence` from 0 to 1; 1 where a standard states it.

    `origin` names the lesson a learnt value came from.
    """

    text: str
    raw: str = ""
    place: Place = Place()
    method: Method = Method.STATED
    confidence: float = 1.0
    origin: str = ""


class FaultCode(StrEnum):
    """What can be wrong with a document as such. Stable, never translated."""

    EMPTY = "D_EMPTY"
    UNKNOWN_FORMAT = "D_UNKNOWN_FORMAT"
    ENCRYPTED = "D_ENCRYPTED"
    DAMAGED = "D_DAMAGED"
    INTERNAL = "D_INTERNAL"
    TOO_LARGE = "D_TOO_LARGE"
    TOO_COMPLEX = "D_TOO_COMPLEX"
    TOOK_TOO_LONG = "D_TOOK_TOO_LONG"
    ENCODING = "D_ENCODING"
    FORBIDDEN_CONTENT = "D_FORBIDDEN_CONTENT"
    NO_TEXT = "D_NO_TEXT"
    NO_ORDER = "D_NO_ORDER"
    NO_RECOGNITION = "D_NO_RECOGNITION"
    PHOTO = "D_PHOTO"
    ENVELOPE = "D_ENVELOPE"
    CONTROL_COUNT = "D_CONTROL_COUNT"
    CONTROL_REFERENCE = "D_CONTROL_REFERENCE"
    MISSING_SEGMENT = "D_MISSING_SEGMENT"
    INVALID_ELEMENT = "D_INVALID_ELEMENT"
    UNSUPPORTED = "D_UNSUPPORTED"
    INCONSISTENT = "D_INCONSISTENT"
    TEST = "D_TEST"
    DOUBTFUL = "D_DOUBTFUL"
    MISNAMED = "D_MISNAMED"
    HIDDEN = "D_HIDDEN"
    MERGED = "D_MERGED"
    NO_STORED_VALUE = "D_NO_STORED_VALUE"
    ERROR_VALUE = "D_ERROR_VALUE"
    DIGITS_LOST = "D_DIGITS_LOST"
    ZEROS_LOST = "D_ZEROS_LOST"
    REWRITTEN = "D_REWRITTEN"
    READ_AS = "D_READ_AS"
    PASSED_OVER = "D_PASSED_OVER"
    CHECK_DIGIT = "D_CHECK_DIGIT"
    CAVEAT = "D_CAVEAT"
    SEVERAL_ORDERS = "D_SEVERAL_ORDERS"
    LIKE_BEFORE = "D_LIKE_BEFORE"
    NO_QUANTITIES = "D_NO_QUANTITIES"


FAULT_WORDS: Mapping[str, str] = {
    FaultCode.EMPTY: _("The document is empty."),
    FaultCode.UNKNOWN_FORMAT: _("The kind of this document is not known: %(detail)s"),
    FaultCode.ENCRYPTED: _("The document is protected by a password."),
    FaultCode.DAMAGED: _("The document is damaged: %(detail)s"),
    FaultCode.INTERNAL: _(
        "The document could not be read because of a fault of ours, not of its own: %(detail)s. It is kept, and can be"
        " read again once that is mended; the log says more."
    ),
    FaultCode.TOO_LARGE: _("The document is larger than %(limit)s."),
    FaultCode.TOO_COMPLEX: _("The document is built in a way that would take too much to open: %(detail)s"),
    FaultCode.TOOK_TOO_LONG: _("The document took too much time or memory to read."),
    FaultCode.ENCODING: _("The text is in no encoding that can be read: %(detail)s"),
    FaultCode.FORBIDDEN_CONTENT: _("The document holds what is never opened: %(detail)s"),
    FaultCode.NO_TEXT: _("The document holds no text that can be read."),
    FaultCode.NO_ORDER: _("No order was found in the document."),
    FaultCode.PHOTO: _("The page was photographed, or lay on its side: a person compares what was read."),
    FaultCode.NO_RECOGNITION: _("Faxes, scans and photos cannot be read here: text recognition is not installed."),
    FaultCode.ENVELOPE: _("The envelope is not right: %(detail)s"),
    FaultCode.CONTROL_COUNT: _("%(given)s is stated where %(counted)s were counted."),
    FaultCode.CONTROL_REFERENCE: _("The reference %(given)s does not match %(expected)s."),
    FaultCode.MISSING_SEGMENT: _("%(name)s is missing."),
    FaultCode.INVALID_ELEMENT: _("“%(given)s” is not possible for %(name)s."),
    FaultCode.UNSUPPORTED: _("%(name)s is not supported."),
    FaultCode.INCONSISTENT: _("%(name)s: %(given)s does not agree with %(expected)s."),
    FaultCode.TEST: _("The sender marks the document as a test."),
    FaultCode.DOUBTFUL: _("“%(given)s” may not be what was meant for %(name)s."),
    FaultCode.MISNAMED: _("The document is named “%(given)s” but is of the kind %(expected)s."),
    FaultCode.HIDDEN: _("%(name)s is hidden in the spreadsheet."),
    FaultCode.MERGED: _("The cells %(given)s are merged; %(name)s was read for each of their rows."),
    FaultCode.NO_STORED_VALUE: _("The formula for %(name)s has no stored value. Open the file and save it again."),
    FaultCode.ERROR_VALUE: _("“%(given)s” for %(name)s is the error of a formula."),
    FaultCode.DIGITS_LOST: _("A spreadsheet has lost the last digits of “%(given)s” for %(name)s."),
    FaultCode.ZEROS_LOST: _("A spreadsheet may have lost the zeros before “%(given)s” for %(name)s."),
    FaultCode.REWRITTEN: _("A spreadsheet seems to have rewritten “%(given)s” for %(name)s."),
    FaultCode.READ_AS: _("“%(given)s” for %(name)s was read as %(expected)s."),
    FaultCode.PASSED_OVER: _("%(name)s has no meaning here and was passed over."),
    FaultCode.CHECK_DIGIT: _("The check digit of “%(given)s” for %(name)s is wrong."),
    FaultCode.CAVEAT: _("It says “%(given)s”: what stands there may not be ordered as it reads."),
    FaultCode.SEVERAL_ORDERS: _("The document holds more than one order: %(given)s."),
    FaultCode.LIKE_BEFORE: _("It says “%(given)s”: goods of an earlier order are meant that are not named here."),
    FaultCode.NO_QUANTITIES: _("Goods and prices are listed without any quantity: this is a price list."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document. `rejects`: by the format's own rules the document (or order) is refused."""

    code: FaultCode
    place: Place = Place()
    params: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    rejects: bool = True


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """One order (change, cancellation …) as a document states it; fields named as in the two lists above."""

    role: Role
    fields: Mapping[str, Value] = dataclasses.field(default_factory=dict, hash=False)
    lines: tuple[Mapping[str, Value], ...] = dataclasses.field(default=(), hash=False)
    faults: tuple[Fault, ...] = ()

    def text(self, name: str) -> str:
        """The header value of that name, or an empty text."""
        return self.fields[name].text if name in self.fields else ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent it to whom, under which control number. `details`: what a receipt in the same format must repeat."""

    sender: str = ""
    receiver: str = ""
    control: str = ""
    is_test: bool = False
    wants_receipt: bool = False
    details: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page, its box in fractions of the page; `confidence` below 1 where it was recognised, not stated."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its words in reading order; width and height in points. `is_scan`: the words were recognised.

    `rulings`: the straight lines drawn on it, as boxes of no height or no width; they part cells where there are any.
    `corners`: where the corners of the page (from the left above, clockwise) lie in its picture as it came, in
    fractions of that; none where it was neither turned nor straightened.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = dataclasses.field(default=(), hash=False)
    is_scan: bool = False
    rulings: tuple[tuple[float, float, float, float], ...] = dataclasses.field(default=(), hash=False)
    corners: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A document within a document: an attachment, a file in an archive. `content_type` as its sender stated it."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read out of one document. `text` is what a person wrote in it, where it is a mail.

    `headers`: of a mail, the headers that matter, by lower-case name.
    """

    format: Format
    orders: tuple[ReadOrder, ...] = ()
    faults: tuple[Fault, ...] = ()
    envelope: Envelope = Envelope()
    pages: tuple[Page, ...] = ()
    parts: tuple[Part, ...] = ()
    text: str = ""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)

    @property
    def has_failed(self) -> bool:
        """Whether a fault of ours kept it from being read, so that nothing may be told about the document."""
        return any(fault.code is FaultCode.INTERNAL for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beforehand of a sender's documents; everything has a usual value.

    `labels`: learnt label text (folded) -> header field; `columns`: learnt column title (folded) -> line field, both
    with the lesson's id after a tab; `formats`: learnt value formats (`date_order` of `dmy`, `mdy`, `ymd`;
    `decimal_sign` of `.` or `,`; `price_basis`). `mapping`: a mapping file for XML or JSON. `profile`: a partner's EDI
    settings. `own_names`: how we are called, so that we are not read as the customer. `words`: those by which what we
    sell is called, to tell by them what a doubtful recognised word says.
    """

    filename: str = ""
    content_type: str = ""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    formats: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    mapping: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)
    profile: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    own_names: tuple[str, ...] = ()
    today: date | None = None
    words: tuple[str, ...] = ()


class LineVerdict(StrEnum):
    """What became of an ordered line; every outgoing format translates these and nothing else."""

    ACCEPTED = "accepted"
    QUANTITY_CHANGED = "quantity_changed"
    DATE_CHANGED = "date_changed"
    PRICE_CHANGED = "price_changed"
    SUBSTITUTED = "substituted"
    BACKORDERED = "backordered"
    HELD = "held"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What became of the order as a whole."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Party:
    """Who buys or sells; `code` as the other side calls him, `scheme` of the code (`GLN`, `VAT` …) where known."""

    name: str
    code: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """A line as answered: ordered quantity and unit as the customer wrote them, then what he gets; prices net."""

    line_no: str
    verdict: LineVerdict
    item: str
    customer_item: str
    description: str
    ordered_quantity: Decimal
    unit: str
    quantity: Decimal
    unit_price: Decimal | None = None
    promised_on: date | None = None
    requested_on: date | None = None
    substitute: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A confirmation (or refusal) of an order, for every format alike. `number` is our order number."""

    verdict: Verdict
    document_no: str
    at: datetime
    number: str
    po_number: str
    ordered_on: date | None
    buyer: Party
    seller: Party
    currency: str
    lines: tuple[AnsweredLine, ...] = ()
    total: Decimal | None = None
    reason: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Despatch:
    """A shipment, for every format alike. Lines as answered, their `quantity` what was shipped."""

    document_no: str
    at: datetime
    number: str
    po_number: str
    buyer: Party
    seller: Party
    carrier: str = ""
    tracking_number: str = ""
    lines: tuple[AnsweredLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Interchange:
    """What an outgoing electronic document needs around it: both ids, the next control number, test or not."""

    sender: str
    receiver: str
    control: int
    at: datetime
    is_test: bool = False
    details: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
