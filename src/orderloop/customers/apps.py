from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.http import HttpRequest

if TYPE_CHECKING:
    from orderloop.ui.palette import Hit


class CustomersConfig(AppConfig):
    name = "orderloop.customers"
    label = "customers"
    append_only_tables = ("customers_creditchange",)
    customer_tables = {
        "customers_customer": "id = {customer}",
        "customers_contact": "customer_id = {customer}",
        "customers_shipto": "customer_id = {customer}",
        "customers_invoice": "customer_id = {customer}",
        "customers_payment": "customer_id = {customer}",
        "customers_creditaccount": "customer_id = {customer}",
    }

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.ui import navigation, palette

        navigation.register(
            navigation.Item(
                "customers", _("Customers"), "customers", "users", "customers.view", group="records", key="c", order=10
            )
        )
        palette.register(_find)


def _find(request: HttpRequest, q: str) -> "Iterable[Hit]":
    from django.urls import reverse

    from orderloop.customers import queries
    from orderloop.platform.permissions import may
    from orderloop.ui.palette import Hit

    if not may(request, "customers.view"):
        return []
    return [
        Hit(found.name, reverse("customer", args=[found.customer_id]), found.code, "users")
        for found in queries.find(q, limit=5)
    ]
