from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "orderloop.fulfilment"
    label = "fulfilment"
    customer_tables = {
        "fulfilment_shipment": (
            "EXISTS (SELECT 1 FROM orders_order o WHERE o.id = order_id AND o.customer_id = {customer})"
        ),
        "fulfilment_shipmentline": (
            "EXISTS (SELECT 1 FROM fulfilment_shipment s JOIN orders_order o ON o.id = s.order_id"
            " WHERE s.id = shipment_id AND o.customer_id = {customer})"
        ),
    }

    def ready(self) -> None:
        from orderloop.fulfilment.facts import SECTION
        from orderloop.policy.facts import register

        register(SECTION)
