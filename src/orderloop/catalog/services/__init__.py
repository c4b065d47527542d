"""What is done with the catalogue: products, packs, prices and customers' item codes kept right, always in sets."""

from orderloop.catalog.services.codes import save_item_codes, save_packs, save_price_lists, save_product_lines
from orderloop.catalog.services.prices import save_prices
from orderloop.catalog.services.products import compare_products, save_products

__all__ = [
    "compare_products",
    "save_item_codes",
    "save_packs",
    "save_price_lists",
    "save_prices",
    "save_product_lines",
    "save_products",
]
