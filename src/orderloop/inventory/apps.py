from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "orderloop.inventory"
    label = "inventory"
    append_only_tables = ("inventory_move",)
    # What is held for a customer's own orders and what is still short of them; stock itself is nobody else's business.
    customer_tables = {
        "inventory_reservation": (
            "EXISTS (SELECT 1 FROM orders_order o WHERE o.id = order_id AND o.customer_id = {customer})"
        ),
    }

    def ready(self) -> None:
        from orderloop.inventory.facts import SECTION
        from orderloop.policy.facts import register

        register(SECTION)
