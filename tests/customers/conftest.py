from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orderloop.customers import services
from orderloop.customers.facts import CustomerRow
from orderloop.foundation.actor import SYSTEM

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def customer_ids(db: None) -> dict[str, int]:
    rows = [
        CustomerRow("C1", "华信自行车有限公司", "CNY", credit_limit=Decimal(1000), tax_rate=Decimal("0.13")),
        CustomerRow("C2", "Bike World", "CNY", credit_limit=Decimal(100)),
    ]
    return {each.id: each.value.row_id for each in services.save_customers(rows, at=AT, actor=SYSTEM).done}
