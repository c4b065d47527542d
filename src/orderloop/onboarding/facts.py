"""A company to be brought in: what its mapping file says of its tables, and what there is to be filled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from orderloop.catalog import facts as catalog
from orderloop.customers import facts as customers
from orderloop.foundation.words import gettext_noop as _


class Form(StrEnum):
    """What a field holds."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"


class State(StrEnum):
    """Where an order of the past stands after it was brought in.

    `delivered` and `shipped` need the day of shipping; `confirmed` reserves stock and goes on from there; `in_review`
    is held; a `disputed` one was shipped and waits for somebody to settle the dispute.
    """

    DELIVERED = "delivered"
    SHIPPED = "shipped"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    IN_REVIEW = "in_review"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table of ours. `default` stands where the mapping names no source or the source is empty."""

    form: Form = Form.TEXT
    required: bool = False
    default: object = ""


_REQUIRED = Field(required=True)
TARGETS: Mapping[str, Mapping[str, Field]] = {
    "product_lines": {"code": _REQUIRED, "name_en": _REQUIRED, "name_zh": Field()},
    "products": {
        "sku": _REQUIRED,
        "name_en": _REQUIRED,
        "name_zh": Field(),
        "line": _REQUIRED,
        "list_price": Field(Form.NUMBER, required=True),
        "currency": _REQUIRED,
        "unit": Field(default="EA"),
        "barcode": Field(),
        "cost": Field(Form.NUMBER, default=Decimal(0)),
        "supply": Field(default="buy"),
        "lead_time_days": Field(Form.WHOLE, default=0),
        "order_multiple": Field(Form.NUMBER, default=Decimal(1)),
        "reorder_point": Field(Form.NUMBER, default=Decimal(0)),
        "is_active": Field(Form.FLAG, default=True),
    },
    "price_lists": {"code": _REQUIRED, "name": _REQUIRED, "currency": _REQUIRED},
    "prices": {
        "price_list": _REQUIRED,
        "sku": _REQUIRED,
        "unit_price": Field(Form.NUMBER, required=True),
        "valid_from": Field(Form.DAY, required=True),
        "valid_to": Field(Form.DAY, default=None),
        "from_quantity": Field(Form.NUMBER, default=Decimal(1)),
    },
    "customers": {
        "code": _REQUIRED,
        "name": _REQUIRED,
        "currency": _REQUIRED,
        "importance": Field(default="C"),
        "standing": Field(default="normal"),
        "language": Field(default="en"),
        "credit_limit": Field(Form.NUMBER, default=Decimal(0)),
        "payment_terms_days": Field(Form.WHOLE, default=30),
        "tax_rate": Field(Form.NUMBER, default=Decimal(0)),
        "tax_included": Field(Form.FLAG, default=False),
        "price_list": Field(),
        "requires_po_number": Field(Form.FLAG, default=False),
        "ship_complete": Field(Form.FLAG, default=False),
        "is_active": Field(Form.FLAG, default=True),
    },
    "contacts": {
        "customer_code": _REQUIRED,
        "name": _REQUIRED,
        "email": Field(),
        "phone": Field(),
        "fax": Field(),
        "is_primary": Field(Form.FLAG, default=False),
    },
    "ship_tos": {
        "customer_code": _REQUIRED,
        "code": _REQUIRED,
        "name": _REQUIRED,
        "address": _REQUIRED,
        "city": Field(),
        "region": Field(),
        "postcode": Field(),
        "country": Field(),
        "is_default": Field(Form.FLAG, default=False),
        "is_active": Field(Form.FLAG, default=True),
    },
    "item_codes": {"customer_code": _REQUIRED, "code": _REQUIRED, "sku": _REQUIRED},
    "stock": {"sku": _REQUIRED, "quantity": Field(Form.NUMBER, required=True), "warehouse": Field(default="MAIN")},
    "orders": {
        "number": _REQUIRED,
        "customer_code": _REQUIRED,
        "ordered_on": Field(Form.DAY, required=True),
        "requested_on": Field(Form.DAY, required=True),
        "status": _REQUIRED,
        "shipped_on": Field(Form.DAY, default=None),
        "delivered_on": Field(Form.DAY, default=None),
        "po_number": Field(),
        "ship_to_code": Field(),
        "note": Field(),
    },
    "order_lines": {
        "order_number": _REQUIRED,
        "n": Field(Form.WHOLE, default=0),
        "sku": _REQUIRED,
        "quantity": Field(Form.NUMBER, required=True),
        "unit_price": Field(Form.NUMBER, required=True),
    },
    "payments": {
        "customer_code": _REQUIRED,
        "reference": _REQUIRED,
        "amount": Field(Form.NUMBER, required=True),
        "received_on": Field(Form.DAY, required=True),
    },
}
# What tells the rows of a table apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "product_lines": ("code",),
    "products": ("sku",),
    "price_lists": ("code",),
    "prices": ("price_list", "sku", "from_quantity", "valid_from"),
    "customers": ("code",),
    "contacts": ("customer_code", "name"),
    "ship_tos": ("customer_code", "code"),
    "item_codes": ("customer_code", "code"),
    "stock": ("sku", "warehouse"),
    "orders": ("number",),
    "order_lines": ("order_number", "n", "sku"),
    "payments": ("customer_code", "reference"),
}
# Tables whose row may stand again with the same values, as an order does on each line of a file of lines. A quantity
# or a payment that stands twice may be two.
SAID_AGAIN = frozenset(KEYS) - {"stock", "order_lines", "payments"}

FAULT_WORDS: Mapping[str, str] = {
    # What the services say of a row that a mapping file has made.
    **customers.FAULT_WORDS,
    **catalog.FAULT_WORDS,
    "mapping_unreadable": _("The mapping file is not valid TOML: %(detail)s"),
    "mapping_unknown": _("The mapping file knows no “%(name)s”."),
    "mapping_missing": _("The mapping file lacks “%(name)s”."),
    "target_unknown": _("There is no table called “%(name)s”; there are: %(possible)s."),
    "field_unknown": _("The table %(target)s has no field “%(name)s”; it has: %(possible)s."),
    "field_missing": _("The table %(target)s needs the field “%(name)s”."),
    "source_missing": _("The field “%(name)s” names neither a column nor a constant."),
    "state_unknown": _("There is no state “%(name)s”; there are: %(possible)s."),
    "file_missing": _("There is no file %(name)s in %(folder)s."),
    "column_missing": _("The file has no column “%(name)s”; it has: %(possible)s."),
    "required": _("This must be filled in."),
    "not_a_number": _("This is not a number."),
    "not_whole": _("This is not a whole number."),
    "not_a_date": _("This is not a date of the form %(form)s."),
    "not_yes_or_no": _("Write yes or no."),
    "not_in_map": _("The mapping file says nothing about this value."),
    "not_found": _("This does not stand in %(file)s."),
    "repeated": _("The same stands already in row %(row)s."),
    "reference_unknown": _("There is no such row in %(target)s."),
    "status_unmapped": _("The mapping file names no state for this status."),
    "shipped_on_missing": _("An order in this state needs the day it was shipped."),
    "shipped_before_ordered": _("Shipped before it was ordered."),
    "no_lines": _("The order has no lines."),
    "not_positive": _("This must be more than zero."),
    "unreadable": _("%(detail)s"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's text comes from, and what is done to it, in this order: taken (`columns` joined, or `constant`),
    looked up in another file, mapped, made upper case, cut to `most` characters.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    join: str = " "
    default: str | None = None
    lookup: tuple[str, str, str] | None = None
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    others: str | None = None
    upper: bool = False
    most: int = 0
    date_form: str = ""
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One file that fills one of our tables. `encoding` and `delimiter` are found out where they are empty."""

    target: str
    file: str
    fields: Mapping[str, Source] = field(hash=False)
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class StateMapping:
    """What a status of theirs means; an order held is held for this kind of check."""

    state: State
    hold: str = "credit"


@dataclass(frozen=True, slots=True)
class CompanyMapping:
    """A whole mapping file. A day of delivery that is not on record is `delivered_after_days` after shipping."""

    company: str
    tables: tuple[TableMapping, ...]
    states: Mapping[str, StateMapping] = field(default_factory=dict, hash=False)
    delivered_after_days: int = 0
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in which file, row (from 1, as in the file; 0 for the whole file) and column."""

    file: str
    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of one of our tables, with where it stood."""

    file: str
    row: int
    values: Mapping[str, object] = field(hash=False)


@dataclass(frozen=True, slots=True)
class PastLine:
    sku: str
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order of the past as it is to be opened; `note` is what they remarked on it, `status` what they called it."""

    number: str
    customer_code: str
    po_number: str
    ship_to_code: str
    ordered_on: date
    requested_on: date
    shipped_on: date | None
    delivered_on: date | None
    state: State
    hold: str
    status: str
    note: str
    lines: tuple[PastLine, ...]

    @property
    def leaves(self) -> bool:
        """Whether its goods are with the customer."""
        return self.state in {State.DELIVERED, State.SHIPPED, State.DISPUTED}


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that is to be brought in, found right."""

    name: str
    carrier: str
    rows: Mapping[str, Sequence[Record]] = field(hash=False)
    orders: tuple[PastOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows per table that were new or changed, and those that were there already."""

    company: str
    written: Mapping[str, int] = field(hash=False)
    known: Mapping[str, int] = field(hash=False)
    faults: tuple[RowFault, ...] = ()
    dry_run: bool = False
