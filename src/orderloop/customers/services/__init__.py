"""What is done with customers: their data kept right, and what they owe kept true."""

from orderloop.customers.services.addresses import remove_contacts, save_contacts, save_ship_tos
from orderloop.customers.services.credit import add_open_orders, bill_shipments, record_payments
from orderloop.customers.services.saving import compare_customers, save_customers

__all__ = [
    "add_open_orders",
    "bill_shipments",
    "compare_customers",
    "record_payments",
    "remove_contacts",
    "save_contacts",
    "save_customers",
    "save_ship_tos",
]
