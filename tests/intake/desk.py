"""A desk with two customers and two products in the database."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

from orderloop.catalog.facts import ItemCodeRow, PackRow, PriceListRow, PriceRow, ProductLineRow, ProductRow
from orderloop.catalog.queries import by_skus
from orderloop.catalog.services import (
    save_item_codes,
    save_packs,
    save_price_lists,
    save_prices,
    save_product_lines,
    save_products,
)
from orderloop.customers.facts import ContactRow, CustomerRow, ShipToRow
from orderloop.customers.services import save_contacts, save_customers, save_ship_tos
from orderloop.foundation.actor import SYSTEM
from orderloop.inventory.facts import MoveNew
from orderloop.inventory.models import Warehouse
from orderloop.inventory.services import post_moves
from orderloop.policy import queries as policies
from orderloop.policy.services import ensure_defaults

FOUNDED = datetime(2026, 11, 1, 2, tzinfo=UTC)


def found_desk() -> None:
    """Found it; everything it says is done."""
    known = {"at": FOUNDED, "actor": SYSTEM}
    policies.forget()
    ensure_defaults(at=FOUNDED)
    policies.forget()
    outcomes = [
        save_product_lines([ProductLineRow("FIX", "Fixings", "紧固件")], **known),
        save_products(
            [
                ProductRow("BOLT", "Bolt", "FIX", D("12"), "CNY", name_zh="螺栓", barcode="4006381333931", cost=D(4)),
                ProductRow("NUT", "Nut", "FIX", D("2"), "CNY", name_zh="螺母", order_multiple=D(10), cost=D(1)),
            ],
            **known,
        ),
        save_packs([PackRow("BOLT", "BOX", 100)], **known),
        save_price_lists([PriceListRow("DEALER", "Dealers", "CNY")], **known),
        save_prices([PriceRow("DEALER", "BOLT", D("9"), date(2026, 1, 1))], **known),
        save_customers(
            [
                CustomerRow(
                    "HX",
                    "华信",
                    "CNY",
                    price_list="DEALER",
                    tax_rate=D("0.13"),
                    language="zh-hans",
                    credit_limit=D(90000),
                ),
                CustomerRow("OT", "Other", "CNY", requires_po_number=False, credit_limit=D(90000)),
            ],
            **known,
        ),
        save_ship_tos(
            [
                ShipToRow("HX", "MAIN", "Main", "1 Road", is_default=True),
                ShipToRow("HX", "EAST", "East", "2 Road"),
                ShipToRow("OT", "MAIN", "Main", "3 Road", is_default=True),
            ],
            **known,
        ),
        save_contacts([ContactRow("HX", "Li", email="li@huaxin.example", is_primary=True)], **known),
        save_item_codes([ItemCodeRow("HX", "HX-7", "BOLT")], **known),
    ]
    warehouse = Warehouse.objects.create(code="W1", name="Main")
    products = by_skus(["BOLT", "NUT"])
    quantities = {"BOLT": D(100), "NUT": D(1000)}
    moves = [
        MoveNew(products[sku].product_id, warehouse.id, "opening", quantity, "opening")
        for sku, quantity in quantities.items()
    ]
    post_moves(moves, **known)
    assert [outcome.all_done for outcome in outcomes] == [True] * len(outcomes)
