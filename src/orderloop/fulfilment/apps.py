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
        from orderloop.platform import house
        from orderloop.policy.facts import register

        register(SECTION)
        house.register(_company_name)


def _company_name(language: str) -> str:
    from orderloop.fulfilment.facts import SECTION
    from orderloop.policy.queries import NoPolicyInForce, in_force

    try:
        return in_force(SECTION).value.name(language)
    except NoPolicyInForce:
        return ""  # an installation that is just being made
