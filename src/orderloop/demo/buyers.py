"""What the demo adds to the 701 stores so that they can be customers: terms, limit, standing, language, addresses.

Each rule below is a plain function of the record. What was derived stands, by name, in each customer's `derived`.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal

from orderloop.customers.facts import ContactRow, CustomerRow, ShipToRow
from orderloop.demo.records import Sale, SaleLine, Store
from orderloop.foundation.money import line_net
from orderloop.foundation.words import gettext_noop as _

CURRENCY = "USD"
TAX_RATE = Decimal("0.08")
PRICE_LIST = "DEALER"

TERMS_DAYS = {"": 14, "1": 30, "2": 45, "3": 60}
CHANNELS = {"Warehouse": "api", "Value Added Reseller": "portal", "Specialty Bike Shop": "upload"}
CHINESE_EVERY = 5
BLOCKED_EVERY = 10
LIMIT_ORDERS = Decimal("1.6")
LIMIT_REVENUE = Decimal("0.1")
LIMIT_STEP = Decimal(1000)
ORDERS_OF_GOOD_STANDING = 6


def net_of(lines: Iterable[SaleLine]) -> Decimal:
    """What an order's lines amount to, each rounded to the cent as an order's lines are."""
    return sum((line_net(Decimal(line.quantity), line.price, CURRENCY) for line in lines), Decimal(0))


def customer_rows(stores: Iterable[Store], sales: Iterable[Sale]) -> list[CustomerRow]:
    """The stores as customers, in the order given."""
    orders: dict[str, list[Sale]] = {}
    for sale in sales:
        orders.setdefault(sale.store, []).append(sale)
    return [_customer(store, orders.get(store.code, [])) for store in stores]


def _customer(store: Store, orders: list[Sale]) -> CustomerRow:
    return CustomerRow(
        code=store.code,
        name=store.name,
        currency=CURRENCY,
        importance=importance_of(store),
        standing=standing_of(store, len(orders)),
        language=language_of(store),
        credit_limit=limit_of(store, orders),
        payment_terms_days=TERMS_DAYS[store.min_payment_type],
        tax_rate=TAX_RATE,
        price_list=PRICE_LIST,
        derived={
            "importance": _("annual sales"),
            "standing": _("number of orders, last year of ordering"),
            "language": _("every fifth store reads Chinese"),
            "credit_limit": _("1.6 average orders with tax, at least a tenth of annual revenue"),
            "payment_terms_days": _("minimum payment type"),
            "contacts": _("made up from the store's name"),
        },
    )


def importance_of(store: Store) -> str:
    """A from three million of annual sales, B from one million, else C."""
    if store.annual_sales >= 3_000_000:
        return "A"
    return "B" if store.annual_sales >= 1_000_000 else "C"


def standing_of(store: Store, orders: int) -> str:
    """Good with six orders and one in the last year of the record; watch when it stopped a year before; else normal.

    Of the stores that never ordered every tenth (by the number in its code) is blocked.
    """
    if store.last_order_year is None:
        return "blocked" if serial_of(store) % BLOCKED_EVERY == 0 else "normal"
    if store.last_order_year < 2012:
        return "watch"
    return "good" if orders >= ORDERS_OF_GOOD_STANDING and store.last_order_year == 2013 else "normal"


def language_of(store: Store) -> str:
    """Chinese for every fifth store by the number in its code, so that both languages are used."""
    return "zh-hans" if serial_of(store) % CHINESE_EVERY == 0 else "en"


def limit_of(store: Store, orders: list[Sale]) -> Decimal:
    """1.6 times the store's average order with tax, at least a tenth of its annual revenue, up to a full thousand.

    So about one order in fourteen takes its customer above the limit, mostly large ones and those soon after another.
    """
    average = sum((net_of(sale.lines) for sale in orders), Decimal(0)) / max(1, len(orders)) * (1 + TAX_RATE)
    limit = max(average * LIMIT_ORDERS, store.annual_revenue * LIMIT_REVENUE)
    return (limit / LIMIT_STEP).to_integral_value(ROUND_CEILING) * LIMIT_STEP


def contact_rows(stores: Iterable[Store]) -> list[ContactRow]:
    """One contact a store: its purchasing desk, at a domain that can never exist."""
    return [
        ContactRow(store.code, "Purchasing", email=f"purchasing@{slug_of(store)}.example", is_primary=True)
        for store in stores
    ]


def ship_to_rows(stores: Iterable[Store]) -> list[ShipToRow]:
    """The store's address of the record as its one delivery address."""
    return [
        ShipToRow(
            customer_code=store.code,
            code="MAIN",
            name=store.name,
            address=store.address,
            city=store.city,
            region=store.region,
            postcode=store.postcode,
            country=store.country,
            is_default=True,
        )
        for store in stores
    ]


def serial_of(store: Store) -> int:
    """The number in a store's code."""
    return int("".join(filter(str.isdigit, store.code)))


def slug_of(store: Store) -> str:
    """The store's name in letters, digits and hyphens, with its number so that no two are the same."""
    plain = unicodedata.normalize("NFKD", store.name).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:40].strip('-')}-{serial_of(store)}"


def carrier_of(store: Store) -> str:
    """Which of the record's shipping methods takes a store's goods: by land in North America, else overseas."""
    return "CARGO TRANSPORT 5" if store.country in {"US", "CA"} else "OVERSEAS - DELUXE"


def channel_of(store: Store) -> str:
    """How the store orders: warehouses through the API, resellers on the portal, shops by spreadsheet."""
    return CHANNELS[store.business_type]
