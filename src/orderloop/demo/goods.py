"""What the demo adds to the 504 products so that they can be ordered and stocked: lines, Chinese names, lead times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orderloop.catalog.facts import PriceListRow, PriceRow, ProductLineRow, ProductRow
from orderloop.demo.buyers import CURRENCY, PRICE_LIST
from orderloop.demo.chinese import CATEGORIES, SUBCATEGORIES, product_name
from orderloop.demo.pricing import PriceSpan
from orderloop.demo.records import Article, Placing, Sale
from orderloop.foundation.words import gettext_noop as _

PARTS_LINE = "PARTS"
LONGEST_LEAD_TIME = 30
FINISHED_GOODS = 7

WAREHOUSES = (("FG", "Finished goods · 成品仓"), ("PARTS", "Parts · 零件仓"))


@dataclass(frozen=True, slots=True)
class Opening:
    """Stock at the start: how much of a product lay in a warehouse, and where."""

    sku: str
    warehouse: str
    bin: str
    quantity: Decimal


def line_rows(articles: Iterable[Article]) -> list[ProductLineRow]:
    """A product line per subcategory, named with its category, and one for the parts that are built in."""
    found = sorted({(article.category, article.subcategory) for article in articles})
    return [
        ProductLineRow(
            code=line_of(category, kind),
            name_en=f"{category}: {kind}" if kind else "Parts",
            name_zh=f"{CATEGORIES[category]}:{SUBCATEGORIES[kind]}" if kind else CATEGORIES[category],
        )
        for category, kind in found
    ]


def line_of(category: str, subcategory: str) -> str:
    """The code of a product line, such as `BIKES-ROAD-BIKES`."""
    return f"{category}-{subcategory}".upper().replace(" ", "-") if subcategory else PARTS_LINE


def product_rows(articles: Iterable[Article]) -> list[ProductRow]:
    """The products, in the order given. Those without a dealer price are active, but no list has a price for them."""
    return [
        ProductRow(
            sku=article.sku,
            name_en=article.name,
            name_zh=product_name(article.name),
            line=line_of(article.category, article.subcategory),
            list_price=article.list_price,
            currency=CURRENCY,
            unit="PR" if article.is_pair else "EA",
            cost=article.cost,
            supply="make" if article.is_made else "buy",
            lead_time_days=lead_time_of(article),
            reorder_point=Decimal(article.reorder_point),
            derived={
                "name_zh": _("dictionary of the words in the English name"),
                "lead_time_days": _("days to make or vendor"),
            },
        )
        for article in articles
    ]


def lead_time_of(article: Article) -> int:
    """Days to make it, or the quickest vendor's average lead time, a month at most."""
    days = article.days_to_make if article.is_made else article.vendor_lead_time or article.days_to_make
    return min(days, LONGEST_LEAD_TIME)


def price_list_row() -> PriceListRow:
    """The list on which all dealers are."""
    return PriceListRow(PRICE_LIST, "Dealer prices · 经销商价", CURRENCY)


def price_rows(spans: Iterable[PriceSpan]) -> list[PriceRow]:
    """The spans of the dealer price list as the catalogue wants them: with the last day included."""
    return [
        PriceRow(
            price_list=PRICE_LIST,
            sku=span.sku,
            unit_price=span.unit_price,
            valid_from=span.since,
            valid_to=None if span.until is None else span.until - timedelta(days=1),
            from_quantity=Decimal(span.from_quantity),
        )
        for span in spans
    ]


def opening_stock(articles: Iterable[Article], placings: Iterable[Placing], sales: Iterable[Sale]) -> list[Opening]:
    """What lay in the plant on the day of the record; of what sold in the first month, at least that.

    Products with a category lie in the finished goods warehouse, whatever the location; the rest is parts.
    """
    first = _first_month(sales)
    lain: dict[str, int] = {}
    bins: dict[str, str] = {}
    for placing in placings:
        lain[placing.sku] = lain.get(placing.sku, 0) + placing.quantity
        if placing.sku not in bins or placing.location == FINISHED_GOODS:
            bins[placing.sku] = f"{placing.shelf}-{placing.bin:02d}" if placing.shelf != "N/A" else ""
    found = []
    for article in articles:
        quantity = max(lain.get(article.sku, 0), first.get(article.sku, 0))
        warehouse = "FG" if article.category else "PARTS"
        if quantity:
            found.append(Opening(article.sku, warehouse, bins.get(article.sku, ""), Decimal(quantity)))
    return found


def _first_month(sales: Iterable[Sale]) -> dict[str, int]:
    sold: dict[str, int] = {}
    start: date | None = None
    for sale in sales:
        start = start or sale.ordered_on
        if sale.ordered_on == start:
            for line in sale.lines:
                sold[line.sku] = sold.get(line.sku, 0) + line.quantity
    return sold
