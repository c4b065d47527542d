"""The words by which goods are called, for telling what a poor picture of them says."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orderloop.catalog import queries, services
from orderloop.catalog.facts import ProductRow
from orderloop.foundation.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_the_words_of_the_names_of_goods_are_told_each_once_the_commonest_first(product_ids: dict[str, int]) -> None:
    assert queries.name_words() == ("bike", "mountain", "road", "公路车", "BK-1", "BK-2")
    rows = [ProductRow("BK-3", "Bike-rack, L2 (road)", "BIKES", Decimal(5), "CNY", name_zh="公路车 架")]
    services.save_products(rows, at=datetime(2026, 3, 3, 8, 30, tzinfo=UTC), actor=SYSTEM)
    assert queries.name_words() == ("bike", "road", "公路车", "mountain", "rack", "BK-1", "BK-2", "BK-3")
    assert queries.name_words(most=1) == ("bike",)
