from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.http import HttpRequest

if TYPE_CHECKING:
    from orderloop.ui.palette import Hit


class CatalogConfig(AppConfig):
    name = "orderloop.catalog"
    label = "catalog"
    customer_tables = {
        "catalog_price": "price_list_id = (SELECT c.price_list_id FROM customers_customer c WHERE c.id = {customer})",
        "catalog_pricelist": "id = (SELECT c.price_list_id FROM customers_customer c WHERE c.id = {customer})",
        "catalog_customeritemcode": "customer_id = {customer}",
    }
    customer_readable_tables = ("catalog_product", "catalog_productline", "catalog_pack")

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.ui import navigation, palette

        navigation.register(
            navigation.Item(
                "products", _("Products"), "products", "package", "products.view", group="records", key="p", order=20
            )
        )
        palette.register(_find)


def _find(request: HttpRequest, q: str) -> "Iterable[Hit]":
    from django.urls import reverse
    from django.utils.translation import get_language

    from orderloop.catalog import queries
    from orderloop.platform.permissions import may
    from orderloop.ui.palette import Hit

    if not may(request, "products.view"):
        return []
    return [
        Hit(found.name(get_language() or "en"), reverse("product", args=[found.product_id]), found.sku, "package")
        for found in queries.find(q, limit=5)
    ]
