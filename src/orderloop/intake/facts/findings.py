"""Everything that can be wrong with an order as it came: codes, words, and one thing found."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orderloop.foundation.words import gettext_noop as _


class Severity(StrEnum):
    """Whether an order waits until a finding is cleared, or goes on with a remark."""

    BLOCKING = "blocking"
    WARNING = "warning"


class FindingCode(StrEnum):
    """Everything that can be wrong with an order as it came. The codes are stable and never translated."""

    UNKNOWN_CUSTOMER = "E_UNKNOWN_CUSTOMER"
    CUSTOMER_BLOCKED = "E_CUSTOMER_BLOCKED"
    MISSING_PO = "E_MISSING_PO"
    DUP_PO = "E_DUP_PO"
    MISSING_DATE = "E_MISSING_DATE"
    DATE_INVALID = "E_DATE_INVALID"
    DATE_PAST = "E_DATE_PAST"
    DATE_TOO_SOON = "E_DATE_TOO_SOON"
    DATE_TOO_FAR = "E_DATE_TOO_FAR"
    NONWORKING_DAY = "E_NONWORKING_DAY"
    NO_LINES = "E_NO_LINES"
    TOO_MANY_LINES = "E_TOO_MANY_LINES"
    MISSING_ITEM = "E_MISSING_ITEM"
    UNKNOWN_ITEM = "E_UNKNOWN_ITEM"
    AMBIGUOUS_ITEM = "E_AMBIGUOUS_ITEM"
    INACTIVE_ITEM = "E_INACTIVE_ITEM"
    MISSING_QTY = "E_MISSING_QTY"
    QTY_INVALID = "E_QTY_INVALID"
    QTY_NOT_POSITIVE = "E_QTY_NOT_POSITIVE"
    QTY_TOO_LARGE = "E_QTY_TOO_LARGE"
    QTY_DECIMALS = "E_QTY_DECIMALS"
    QTY_OUTLIER = "E_QTY_OUTLIER"
    UOM = "E_UOM"
    PACK_MULTIPLE = "E_PACK_MULTIPLE"
    PRICE_INVALID = "E_PRICE_INVALID"
    PRICE_DEV = "E_PRICE_DEV"
    PRICE_MISSING = "E_PRICE_MISSING"
    CURRENCY = "E_CURRENCY"
    SHIPTO = "E_SHIPTO"
    MISSING_SHIPTO = "E_MISSING_SHIPTO"
    TOTAL_MISMATCH = "E_TOTAL_MISMATCH"
    AMOUNT_TOO_LARGE = "E_AMOUNT_TOO_LARGE"
    TEXT_TOO_LONG = "E_TEXT_TOO_LONG"
    TEXT_INVALID = "E_TEXT_INVALID"
    DIGITS_LOST = "E_DIGITS_LOST"
    CELL_ERROR = "E_CELL_ERROR"
    UNREADABLE = "E_UNREADABLE"
    UNKNOWN_FIELD = "E_UNKNOWN_FIELD"
    WRONG_TYPE = "E_WRONG_TYPE"
    UNTRUSTED_SENDER = "E_UNTRUSTED_SENDER"
    DOUBTFUL = "E_DOUBTFUL"
    AMOUNT_MISMATCH = "E_AMOUNT_MISMATCH"
    NOT_CONFIRMED = "E_NOT_CONFIRMED"
    NO_PRICES = "E_NO_PRICES"
    LINE_COUNT = "E_LINE_COUNT"
    CODES_DISAGREE = "E_CODES_DISAGREE"
    NEAR_DUPLICATE = "E_NEAR_DUPLICATE"
    DOCUMENT_FAULT = "E_DOCUMENT_FAULT"
    LOW_RESOLUTION = "E_LOW_RESOLUTION"
    PO_REVISION = "E_PO_REVISION"
    NO_SUCH_ORDER = "E_NO_SUCH_ORDER"
    CHANGES_DRAFT = "E_CHANGES_DRAFT"
    CUSTOMER_UNSURE = "E_CUSTOMER_UNSURE"


FINDING_WORDS: Mapping[str, str] = {
    FindingCode.UNKNOWN_CUSTOMER: _("No customer has the code “%(given)s”."),
    FindingCode.CUSTOMER_BLOCKED: _("Customer %(given)s is blocked or no longer active."),
    FindingCode.MISSING_PO: _("The purchase order number is missing."),
    FindingCode.DUP_PO: _("Purchase order %(given)s was already received as %(number)s."),
    FindingCode.MISSING_DATE: _("The requested delivery date is missing."),
    FindingCode.DATE_INVALID: _("“%(given)s” is not a date that can be read. Write it as 2026-11-30."),
    FindingCode.DATE_PAST: _("The requested date %(given)s has passed."),
    FindingCode.DATE_TOO_SOON: _("The requested date %(given)s is earlier than usual; %(earliest)s is the first."),
    FindingCode.DATE_TOO_FAR: _("The requested date %(given)s lies more than %(days)s days ahead."),
    FindingCode.NONWORKING_DAY: _("%(given)s is not a working day; the next one is %(next)s."),
    FindingCode.NO_LINES: _("The order has no lines."),
    FindingCode.TOO_MANY_LINES: _("The order has %(count)s lines; at most %(limit)s are possible."),
    FindingCode.MISSING_ITEM: _("The item code is missing."),
    FindingCode.UNKNOWN_ITEM: _("No product has the code “%(given)s”."),
    FindingCode.AMBIGUOUS_ITEM: _("The code “%(given)s” can mean %(choices)s."),
    FindingCode.INACTIVE_ITEM: _("Product %(given)s is no longer sold."),
    FindingCode.MISSING_QTY: _("The quantity is missing."),
    FindingCode.QTY_INVALID: _("“%(given)s” is not a quantity that can be read."),
    FindingCode.QTY_NOT_POSITIVE: _("The quantity must be above zero, not %(given)s."),
    FindingCode.QTY_TOO_LARGE: _("The quantity %(given)s is too large; at most %(limit)s is possible."),
    FindingCode.QTY_DECIMALS: _("The quantity %(given)s has more than %(decimals)s decimals."),
    FindingCode.QTY_OUTLIER: _("The quantity %(given)s is unusually large."),
    FindingCode.UOM: _("The unit “%(given)s” is not used for %(item)s; possible: %(choices)s."),
    FindingCode.PACK_MULTIPLE: _("%(item)s is sold in multiples of %(pack)s; the nearest above is %(proposed)s."),
    FindingCode.PRICE_INVALID: _("“%(given)s” is not a price that can be read."),
    FindingCode.PRICE_DEV: _("The price %(given)s differs from ours, %(own)s, by %(percent)s %%."),
    FindingCode.PRICE_MISSING: _("There is no price for %(item)s in %(currency)s."),
    FindingCode.CURRENCY: _("Orders of this customer are in %(own)s, not %(given)s."),
    FindingCode.SHIPTO: _("The customer has no delivery address “%(given)s”."),
    FindingCode.MISSING_SHIPTO: _("No delivery address is given and the customer has no usual one."),
    FindingCode.TOTAL_MISMATCH: _("The total %(given)s is neither the net %(net)s nor the gross %(gross)s."),
    FindingCode.AMOUNT_TOO_LARGE: _("The amount is too large to be kept."),
    FindingCode.TEXT_TOO_LONG: _("The text is longer than %(limit)s characters."),
    FindingCode.TEXT_INVALID: _("The text holds characters that cannot be kept."),
    FindingCode.DIGITS_LOST: _("The spreadsheet has lost digits of “%(given)s”. Format the column as text."),
    FindingCode.CELL_ERROR: _("“%(given)s” is an error of a formula."),
    FindingCode.UNREADABLE: _("The content cannot be read: %(detail)s"),
    FindingCode.UNKNOWN_FIELD: _("There is no field of this name."),
    FindingCode.WRONG_TYPE: _("The value is not of the expected kind: %(detail)s"),
    FindingCode.UNTRUSTED_SENDER: _("Nothing proves that this came from %(given)s."),
    FindingCode.DOUBTFUL: _("“%(given)s” was read with %(percent)s %% confidence only."),
    FindingCode.AMOUNT_MISMATCH: _("%(quantity)s at %(price)s make %(counted)s, not %(given)s."),
    FindingCode.NOT_CONFIRMED: _("No amount or total in the document confirms what was read."),
    FindingCode.NO_PRICES: _("The document states no prices; the ones agreed apply."),
    FindingCode.LINE_COUNT: _("%(given)s lines are stated, %(counted)s were found."),
    FindingCode.CODES_DISAGREE: _("The codes of this line mean different products: %(choices)s."),
    FindingCode.NEAR_DUPLICATE: _("Order %(number)s has the same goods and quantities; it came on %(day)s."),
    FindingCode.DOCUMENT_FAULT: _("The document is not as it should be (%(fault)s)."),
    FindingCode.LOW_RESOLUTION: _("The page is too coarse to be read without a person."),
    FindingCode.PO_REVISION: _("Purchase order %(given)s is here already as %(number)s, with other lines."),
    FindingCode.CUSTOMER_UNSURE: _("Sender and document speak of different customers: %(choices)s."),
    FindingCode.NO_SUCH_ORDER: _("The change is about order %(given)s, which is not here."),
    FindingCode.CHANGES_DRAFT: _("The change is about order %(given)s, which still waits as draft %(number)s."),
}

# Found while a document is read and judged, never by the rules an entry is examined by: a person's eyes clear them.
OF_READING = frozenset(
    {
        FindingCode.UNTRUSTED_SENDER,
        FindingCode.DOUBTFUL,
        FindingCode.AMOUNT_MISMATCH,
        FindingCode.NOT_CONFIRMED,
        FindingCode.NO_PRICES,
        FindingCode.LINE_COUNT,
        FindingCode.CODES_DISAGREE,
        FindingCode.NEAR_DUPLICATE,
        FindingCode.DOCUMENT_FAULT,
        FindingCode.LOW_RESOLUTION,
        FindingCode.PO_REVISION,
        FindingCode.NO_SUCH_ORDER,
        FindingCode.CHANGES_DRAFT,
        FindingCode.CUSTOMER_UNSURE,
    }
)

# What a finding is called in a list or a table of rules.
FINDING_TITLES: Mapping[str, str] = {
    FindingCode.UNKNOWN_CUSTOMER: _("Unknown customer"),
    FindingCode.CUSTOMER_BLOCKED: _("Customer blocked"),
    FindingCode.MISSING_PO: _("PO number missing"),
    FindingCode.DUP_PO: _("PO number repeated"),
    FindingCode.MISSING_DATE: _("Date missing"),
    FindingCode.DATE_INVALID: _("Date unreadable"),
    FindingCode.DATE_PAST: _("Date has passed"),
    FindingCode.DATE_TOO_SOON: _("Date earlier than usual"),
    FindingCode.DATE_TOO_FAR: _("Date far ahead"),
    FindingCode.NONWORKING_DAY: _("Not a working day"),
    FindingCode.NO_LINES: _("No lines"),
    FindingCode.TOO_MANY_LINES: _("Too many lines"),
    FindingCode.MISSING_ITEM: _("Item missing"),
    FindingCode.UNKNOWN_ITEM: _("Unknown item"),
    FindingCode.AMBIGUOUS_ITEM: _("Item ambiguous"),
    FindingCode.INACTIVE_ITEM: _("Item no longer sold"),
    FindingCode.MISSING_QTY: _("Quantity missing"),
    FindingCode.QTY_INVALID: _("Quantity unreadable"),
    FindingCode.QTY_NOT_POSITIVE: _("Quantity not above zero"),
    FindingCode.QTY_TOO_LARGE: _("Quantity too large"),
    FindingCode.QTY_DECIMALS: _("Quantity too fine"),
    FindingCode.QTY_OUTLIER: _("Quantity unusual"),
    FindingCode.UOM: _("Unit not possible"),
    FindingCode.PACK_MULTIPLE: _("Not whole packs"),
    FindingCode.PRICE_INVALID: _("Price unreadable"),
    FindingCode.PRICE_DEV: _("Price differs"),
    FindingCode.PRICE_MISSING: _("No price"),
    FindingCode.CURRENCY: _("Other currency"),
    FindingCode.SHIPTO: _("Unknown delivery address"),
    FindingCode.MISSING_SHIPTO: _("Delivery address missing"),
    FindingCode.TOTAL_MISMATCH: _("Total differs"),
    FindingCode.AMOUNT_TOO_LARGE: _("Amount too large"),
    FindingCode.TEXT_TOO_LONG: _("Text too long"),
    FindingCode.TEXT_INVALID: _("Text not keepable"),
    FindingCode.DIGITS_LOST: _("Digits lost"),
    FindingCode.CELL_ERROR: _("Formula error"),
    FindingCode.UNREADABLE: _("Unreadable"),
    FindingCode.UNKNOWN_FIELD: _("Unknown field"),
    FindingCode.WRONG_TYPE: _("Wrong kind of value"),
    FindingCode.UNTRUSTED_SENDER: _("Sender not proven"),
    FindingCode.DOUBTFUL: _("Read with doubt"),
    FindingCode.AMOUNT_MISMATCH: _("Amount does not agree"),
    FindingCode.NOT_CONFIRMED: _("Nothing confirms it"),
    FindingCode.NO_PRICES: _("No prices stated"),
    FindingCode.LINE_COUNT: _("Number of lines differs"),
    FindingCode.CODES_DISAGREE: _("Codes disagree"),
    FindingCode.NEAR_DUPLICATE: _("Perhaps a repeat"),
    FindingCode.DOCUMENT_FAULT: _("Document faulty"),
    FindingCode.LOW_RESOLUTION: _("Page too coarse"),
    FindingCode.PO_REVISION: _("PO revised"),
    FindingCode.NO_SUCH_ORDER: _("Order not known"),
    FindingCode.CHANGES_DRAFT: _("Changes a draft"),
    FindingCode.CUSTOMER_UNSURE: _("Customer not sure"),
}

# What the fields of an order as it comes are called.
FIELD_WORDS: Mapping[str, str] = {
    "customer": _("Customer"),
    "po_number": _("PO number"),
    "requested_on": _("Requested date"),
    "ship_to": _("Delivery address"),
    "currency": _("Currency"),
    "total": _("Total"),
    "note": _("Note"),
    "lines": _("Lines"),
    "item": _("Item code"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "description": _("Description"),
    "amount": _("Amount"),
    "barcode": _("Barcode"),
    "customer_item": _("Customer's item code"),
    "price_basis": _("Price is for"),
    "ordered_on": _("Ordered on"),
    "customer_code": _("Customer"),
    "customer_name": _("Who orders"),
    "contact": _("Contact"),
    "contact_email": _("Contact's e-mail"),
    "ship_to_text": _("Delivery address"),
    "terms": _("Terms of payment"),
    "net_total": _("Total without tax"),
    "tax_total": _("Tax"),
    "line_no": _("Line number"),
}

TAX_INCLUDED_WORDS = _("The price %(given)s seems to include %(percent)s %% tax; ours, %(own)s, is without it.")
TAX_LEFT_OUT_WORDS = _("The price %(given)s seems to be without %(percent)s %% tax; ours, %(own)s, includes it.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: `field` points into the entry as `lines/2/quantity`, counted from 0; empty means the whole.

    `suggestion` is the value that would clear it, where there is one; `params` are the figures its words need.
    """

    code: str
    field: str = ""
    severity: Severity = Severity.BLOCKING
    ask_customer: bool = False
    params: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    suggestion: str = ""
