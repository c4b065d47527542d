"""Customers on the screen: the list, a customer, its contacts and addresses, and tables in and out."""

from django.urls import path

from orderloop.customers.pages import addresses, customer, imports, overview

urlpatterns = [
    path("customers", overview.show_customers, name="customers"),
    path("customers/export", overview.export_customers, name="customers_export"),
    path("customers/import", imports.import_customers, name="customers_import"),
    path("customers/import/contacts", imports.import_contacts, name="contacts_import"),
    path("customers/import/addresses", imports.import_ship_tos, name="ship_tos_import"),
    path("customers/export/contacts", imports.export_contacts, name="contacts_export"),
    path("customers/export/addresses", imports.export_ship_tos, name="ship_tos_export"),
    path("customers/new", customer.add_customer, name="customer_new"),
    path("customers/<int:customer_id>", customer.show_customer, name="customer"),
    path("customers/<int:customer_id>/edit", customer.change_customer, name="customer_edit"),
    path("customers/<int:customer_id>/contacts", addresses.save_contact, name="customer_contact"),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/remove", addresses.remove_contact, name="contact_remove"
    ),
    path("customers/<int:customer_id>/addresses", addresses.save_ship_to, name="customer_ship_to"),
]
