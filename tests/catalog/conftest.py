from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from orderloop.catalog import services
from orderloop.catalog.facts import PriceListRow, PriceRow, ProductLineRow, ProductRow
from orderloop.foundation.actor import SYSTEM

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def product_ids(db: None) -> dict[str, int]:
    services.save_product_lines([ProductLineRow("BIKES", "Bikes", "整车")], at=AT, actor=SYSTEM)
    services.save_price_lists([PriceListRow("DEALER", "Dealers", "CNY")], at=AT, actor=SYSTEM)
    rows = [
        ProductRow("BK-1", "Road bike", "BIKES", Decimal("999.00"), "CNY", name_zh="公路车", barcode="690001"),
        ProductRow("BK-2", "Mountain bike", "BIKES", Decimal("1200.00"), "CNY", supply="make", lead_time_days=12),
    ]
    ids = {each.id: each.value.row_id for each in services.save_products(rows, at=AT, actor=SYSTEM).done}
    services.save_prices([PriceRow("DEALER", "BK-1", Decimal(800), date(2026, 1, 1))], at=AT, actor=SYSTEM)
    return ids
