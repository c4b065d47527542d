"""What is sold, in which units, at what price, and what customers call it, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from orderloop.foundation.words import gettext_noop as _

SUPPLY_WORDS: Mapping[str, str] = {"make": _("Made here"), "buy": _("Bought")}

FAULT_WORDS: Mapping[str, str] = {
    "required": _("This must be filled in."),
    "too_long": _("At most %(most)s characters fit here."),
    "not_a_choice": _("Choose one of: %(choices)s."),
    "not_a_currency": _("A currency is three capital letters, such as CNY."),
    "unit_unknown": _("Nobody calls a unit so: %(unit)s."),
    "unit_is_base": _("This is the unit the product is kept in; a pack needs another."),
    "unit_in_use": _("The unit of a product cannot change, because its stock and its orders are counted in it."),
    "out_of_range": _("This must lie between %(least)s and %(most)s."),
    "too_precise": _("At most %(most)s decimals fit here."),
    "line_unknown": _("There is no product line with this code."),
    "product_unknown": _("There is no product with this code."),
    "customer_unknown": _("There is no customer with this code."),
    "price_list_unknown": _("There is no price list with this code."),
    "barcode_taken": _("Product %(sku)s has this barcode."),
    "ends_before_start": _("The last day lies before the first."),
    "span_overlaps": _("Another price of this product and quantity is valid in that time."),
    "currency_in_use": _("The currency of a price list with prices cannot change."),
    "twice": _("This stands more than once in the same list."),
    "code_taken": _("Another product has this code."),
    "changed_meanwhile": _("Somebody else has changed this product meanwhile."),
}


class MatchedBy(StrEnum):
    """How a code a customer wrote was recognised."""

    SKU = "sku"
    BARCODE = "barcode"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product as a decision needs it. Prices and cost are per base `unit`, in `currency`."""

    product_id: int
    sku: str
    name_en: str
    name_zh: str
    line_id: int
    unit: str
    barcode: str
    list_price: Decimal
    cost: Decimal
    currency: str
    supply: str
    lead_time_days: int
    order_multiple: Decimal
    reorder_point: Decimal
    is_active: bool

    def name(self, language: str) -> str:
        """The name in a language; in the other one where it has none."""
        return (self.name_zh or self.name_en) if language.startswith("zh") else (self.name_en or self.name_zh)


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """A product that a code stands for, and how."""

    product: ProductFact
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class PackFact:
    """One `unit` of the product holds exactly numerator/denominator of its base unit."""

    product_id: int
    unit: str
    numerator: int
    denominator: int

    @property
    def factor(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price from a quantity (in the base unit) upwards."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class ProductLineFact:
    line_id: int
    code: str
    name_en: str
    name_zh: str

    def name(self, language: str) -> str:
        """The name in a language; in the other one where it has none."""
        return (self.name_zh or self.name_en) if language.startswith("zh") else (self.name_en or self.name_zh)


@dataclass(frozen=True, slots=True)
class PriceListFact:
    price_list_id: int
    code: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class PriceFact:
    """One price of one product on one list, valid from a day to a day (both included; None without end)."""

    price_list_code: str
    sku: str
    currency: str
    from_quantity: Decimal
    unit_price: Decimal
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ItemCodeFact:
    customer_id: int
    customer_code: str
    customer_name: str
    code: str
    product_id: int
    sku: str


@dataclass(frozen=True, slots=True)
class ProductLineRow:
    """A product line as it is to be; saved under its code."""

    code: str
    name_en: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it is to be; saved under its `sku`. `line` is a product line's code."""

    sku: str
    name_en: str
    line: str
    list_price: Decimal
    currency: str
    name_zh: str = ""
    unit: str = "EA"
    barcode: str = ""
    cost: Decimal = Decimal(0)
    supply: str = "buy"
    lead_time_days: int = 0
    order_multiple: Decimal = Decimal(1)
    reorder_point: Decimal = Decimal(0)
    is_active: bool = True
    derived: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product as it stands, in the form in which it is saved; `updated_at` tells its versions apart."""

    product_id: int
    row: ProductRow
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products a list shows; what is empty does not narrow it. `line` is a product line's code."""

    text: str = ""
    line: str = ""
    supply: str = ""
    activity: str = ""


@dataclass(frozen=True, slots=True)
class ProductListed:
    """A product as a list shows it."""

    product_id: int
    sku: str
    name_en: str
    name_zh: str
    line_en: str
    line_zh: str
    unit: str
    list_price: Decimal
    cost: Decimal
    currency: str
    supply: str
    lead_time_days: int
    is_active: bool

    def name(self, language: str) -> str:
        """The name in a language; in the other one where it has none."""
        return (self.name_zh or self.name_en) if language.startswith("zh") else (self.name_en or self.name_zh)

    def line(self, language: str) -> str:
        """The product line's name in a language."""
        return (self.line_zh or self.line_en) if language.startswith("zh") else (self.line_en or self.line_zh)


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack as it is to be; saved under its product's code and its unit."""

    sku: str
    unit: str
    numerator: int
    denominator: int = 1


@dataclass(frozen=True, slots=True)
class PriceListRow:
    code: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price as it is to be; saved under list, product, quantity and first day. A later one ends one without end."""

    price_list: str
    sku: str
    unit_price: Decimal
    valid_from: date
    valid_to: date | None = None
    from_quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class ItemCodeRow:
    """What one customer calls one product; saved under the customer's code and the item code."""

    customer_code: str
    code: str
    sku: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did to one row: `change` is new, changed or unchanged; `fields` are those that changed."""

    row_id: int
    change: str
    fields: tuple[str, ...] = ()
