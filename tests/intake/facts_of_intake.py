"""A small company to examine orders against."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from orderloop.catalog.facts import PriceStep, ProductFact
from orderloop.customers.facts import CustomerFact, ShipToFact
from orderloop.intake.facts import EntryLine, Known, OrderEntry
from orderloop.orders.facts import Channel

D = Decimal
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CUSTOMER = CustomerFact(7, "C7", "Huaxin", "B", "normal", "zh-hans", "CNY", 30, D("0.13"), False, 3, True, False, True)
OTHER = CustomerFact(8, "C8", "Blocked & Sons", "C", "blocked", "en", "USD", 30, D(0), False, None, False, False, True)
SHIP_TOS = (
    ShipToFact(70, 7, "MAIN", "Main", "1 Road", "", "", "", "CN", True, True),
    ShipToFact(71, 7, "EAST", "East", "2 Road", "", "", "", "CN", False, True),
    ShipToFact(72, 7, "OLD", "Old", "3 Road", "", "", "", "CN", False, False),
)


def product(product_id: int, sku: str, **other: object) -> ProductFact:
    values = {
        "name_en": f"{sku} in English", "name_zh": f"{sku} 中文", "line_id": 1, "unit": "EA", "barcode": "",
        "list_price": D(20), "cost": D(5), "currency": "CNY", "supply": "buy", "lead_time_days": 5,
        "order_multiple": D(1), "reorder_point": D(0), "is_active": True, **other,
    }  # fmt: skip
    return ProductFact(product_id, sku, **values)  # type: ignore[arg-type]


BOLT = product(1, "BOLT-8")
TUBE = product(2, "TUBE", line_id=2, order_multiple=D(12))
GONE = product(3, "GONE", is_active=False)
WIRE = product(4, "WIRE", unit="KG", order_multiple=D("0.001"), list_price=D(0))
FREE = product(5, "UNPRICED", list_price=D(0))
TWIN = product(6, "TWIN-B")
PRODUCTS = (BOLT, TUBE, GONE, WIRE, FREE, TWIN)
KNOWN = Known(
    customers={7: CUSTOMER, 8: OTHER},
    customer_ids={"C7": 7, "C8": 8},
    ship_tos={7: SHIP_TOS},
    items={
        **{(customer_id, each.sku): (each,) for each in PRODUCTS for customer_id in (7, 8, 0)},
        (7, "MY-BOLT"): (BOLT,),
        (7, "TWIN"): (BOLT, TWIN),
    },
    factors={
        1: {"EA": Fraction(1), "BOX": Fraction(100)},
        2: {"EA": Fraction(1), "CTN": Fraction(24), "BOX": Fraction(6)},
        4: {"KG": Fraction(1), "G": Fraction(1, 1000)},
    },
    prices={
        (3, 1): (PriceStep(D(1), D("10.0000")), PriceStep(D(100), D("9.0000"))),
        (3, 4): (PriceStep(D("0.001"), D("33.3333")),),
    },
    taken={(7, "PO-1"): "SO-2026-000012"},
    suggestions={"BOLT8": ("BOLT-8", "TWIN-B")},
)


def entry(*lines: EntryLine, **other: object) -> OrderEntry:
    """A complete order unless `other` says otherwise."""
    values = {"customer_id": 7, "po_number": "PO-2", "requested_on": "2026-12-01", **other}
    key = values.pop("key", 1)
    channel = values.pop("channel", Channel.API)
    return OrderEntry(key, channel, NOW, lines or (EntryLine("BOLT-8", "3"),), **values)  # type: ignore[arg-type]
