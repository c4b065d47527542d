"""The catalogue on the screen: the list, a product, and tables in and out."""

from django.urls import path

from orderloop.catalog.pages import imports, overview, product

urlpatterns = [
    path("products", overview.show_products, name="products"),
    path("products/export", overview.export_products, name="products_export"),
    path("products/import", imports.import_products, name="products_import"),
    path("products/import/<str:kind>", imports.import_kind, name="catalog_import"),
    path("products/export/<str:kind>", imports.export_kind, name="catalog_export"),
    path("products/item-codes", overview.show_item_codes, name="item_codes"),
    path("products/new", product.add_product, name="product_new"),
    path("products/<int:product_id>", product.show_product, name="product"),
    path("products/<int:product_id>/edit", product.change_product, name="product_edit"),
    path("products/<int:product_id>/packs", product.save_pack, name="product_pack"),
    path("products/<int:product_id>/prices", product.save_price, name="product_price"),
]
