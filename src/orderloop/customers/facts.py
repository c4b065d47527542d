"""Who buys, on what terms, and what stands against the limit, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from orderloop.foundation.words import gettext_noop as _

IMPORTANCE_WORDS: Mapping[str, str] = {
    "A": _("Key customer"),
    "B": _("Important customer"),
    "C": _("Ordinary customer"),
}
STANDING_WORDS: Mapping[str, str] = {
    "good": _("Good standing"),
    "normal": _("Normal standing"),
    "watch": _("Under watch"),
    "blocked": _("Blocked"),
}
LANGUAGE_WORDS: Mapping[str, str] = {"zh-hans": _("Chinese"), "en": _("English")}

FAULT_WORDS: Mapping[str, str] = {
    "required": _("This must be filled in."),
    "too_long": _("At most %(most)s characters fit here."),
    "not_a_choice": _("Choose one of: %(choices)s."),
    "not_a_currency": _("A currency is three capital letters, such as CNY."),
    "not_a_country": _("A country is two capital letters, such as CN."),
    "not_an_email": _("This is not an e-mail address."),
    "negative": _("This cannot be negative."),
    "out_of_range": _("This must lie between %(least)s and %(most)s."),
    "too_precise": _("At most %(most)s decimals fit here."),
    "twice": _("This stands more than once in the same list."),
    "code_taken": _("Another customer has this code."),
    "changed_meanwhile": _("Somebody else has changed this customer meanwhile."),
    "customer_unknown": _("There is no customer with this code."),
    "price_list_unknown": _("There is no price list with this code."),
    "currency_differs": _("The price list is in %(currency)s."),
    "currency_in_use": _("The currency cannot change while amounts are open against the limit."),
    "not_positive": _("This must be more than zero."),
    "payment_known": _("A payment of this customer with this reference is already recorded."),
    "limit_not_allowed": _("You may not change credit limits."),
}


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer's terms as a decision needs them. `tax_rate` is a fraction; `currency` an ISO 4217 code."""

    customer_id: int
    code: str
    name: str
    importance: str
    standing: str
    language: str
    currency: str
    payment_terms_days: int
    tax_rate: Decimal
    tax_included: bool
    price_list_id: int | None
    requires_po_number: bool
    ship_complete: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class CreditFact:
    """The limit and what stands against it. A limit reached is not a limit exceeded."""

    customer_id: int
    limit: Decimal
    open_orders: Decimal
    unpaid_invoices: Decimal

    @property
    def exposure(self) -> Decimal:
        return self.open_orders + self.unpaid_invoices

    @property
    def room(self) -> Decimal:
        """What may still be ordered; negative when the limit is exceeded."""
        return self.limit - self.exposure


@dataclass(frozen=True, slots=True)
class ShipToFact:
    ship_to_id: int
    customer_id: int
    code: str
    name: str
    address: str
    city: str
    region: str
    postcode: str
    country: str
    is_default: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class ContactFact:
    contact_id: int
    customer_id: int
    name: str
    email: str
    phone: str
    fax: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    invoice_id: int
    number: str
    customer_id: int
    order_id: int | None
    amount: Decimal
    paid: Decimal
    issued_on: date
    due_on: date
    settled_on: date | None

    @property
    def open(self) -> Decimal:
        return self.amount - self.paid


@dataclass(frozen=True, slots=True)
class PaymentFact:
    payment_id: int
    customer_id: int
    reference: str
    amount: Decimal
    unapplied: Decimal
    received_on: date


@dataclass(frozen=True, slots=True)
class PaymentBehaviour:
    """How a customer pays, at a date: what is overdue, since how many days, and how late it settled on average."""

    customer_id: int
    overdue: Decimal
    oldest_overdue_days: int
    average_days_late: Decimal | None
    settled_invoices: int


@dataclass(frozen=True, slots=True)
class CreditChangeFact:
    at: datetime
    actor_name: str
    old_limit: Decimal
    new_limit: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as it is to be; saved under its `code`. `price_list` is a price list's code, empty for list prices."""

    code: str
    name: str
    currency: str
    importance: str = "C"
    standing: str = "normal"
    language: str = "en"
    credit_limit: Decimal = Decimal(0)
    payment_terms_days: int = 30
    tax_rate: Decimal = Decimal(0)
    tax_included: bool = False
    price_list: str = ""
    requires_po_number: bool = True
    ship_complete: bool = False
    is_active: bool = True
    derived: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as it stands, in the form in which it is saved; `updated_at` tells its versions apart."""

    customer_id: int
    row: CustomerRow
    exposure: Decimal
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers a list shows; what is empty does not narrow it."""

    text: str = ""
    importance: str = ""
    standing: str = ""
    language: str = ""
    over_limit: bool = False
    activity: str = ""


@dataclass(frozen=True, slots=True)
class CustomerListed:
    """A customer as a list shows it. `used` is exposure over limit, None without a limit."""

    customer_id: int
    code: str
    name: str
    importance: str
    standing: str
    currency: str
    payment_terms_days: int
    is_active: bool
    limit: Decimal
    open_orders: Decimal
    unpaid_invoices: Decimal

    @property
    def exposure(self) -> Decimal:
        return self.open_orders + self.unpaid_invoices

    @property
    def used(self) -> Decimal | None:
        return self.exposure / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact as it is to be; saved under its customer's code and its name."""

    customer_code: str
    name: str
    email: str = ""
    phone: str = ""
    fax: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class ShipToRow:
    """A delivery address as it is to be; saved under its customer's code and its own."""

    customer_code: str
    code: str
    name: str
    address: str
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    is_default: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did to one row: `change` is new, changed or unchanged; `fields` are those that changed."""

    row_id: int
    change: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Billing:
    """One delivery to be billed: `amount` leaves the open orders for an invoice due `terms_days` after issue."""

    customer_id: int
    order_id: int | None
    amount: Decimal
    issued_on: date
    terms_days: int


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money received; `reference` tells it apart among this customer's payments."""

    customer_id: int
    reference: str
    amount: Decimal
    received_on: date


@dataclass(frozen=True, slots=True)
class Use:
    """A part of a payment that pays a part of an invoice."""

    payment_id: int
    invoice_id: int
    amount: Decimal
    on: date
