from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orderloop.orders"
    label = "orders"
    append_only_tables = ("orders_event", "orders_seal")
    customer_tables = {
        "orders_order": "customer_id = {customer}",
        "orders_line": "EXISTS (SELECT 1 FROM orders_order o WHERE o.id = order_id AND o.customer_id = {customer})",
        "orders_event": "EXISTS (SELECT 1 FROM orders_order o WHERE o.id = order_id AND o.customer_id = {customer})",
    }
