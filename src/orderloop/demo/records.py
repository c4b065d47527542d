"""The company's record as it was published: reading the files in `data/`, nothing derived."""

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Store:
    """A store or reseller that buys; `annual_revenue` in US dollars, years None where it never ordered."""

    code: str
    name: str
    business_type: str
    address: str
    city: str
    region: str
    postcode: str
    country: str
    annual_sales: Decimal
    annual_revenue: Decimal
    min_payment_type: str
    last_order_year: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """A product, finished goods or a part that is built in. Prices in US dollars, None where not sold."""

    sku: str
    name: str
    is_made: bool
    is_sold: bool
    reorder_point: int
    cost: Decimal
    list_price: Decimal
    dealer_price: Decimal | None
    days_to_make: int
    vendor_lead_time: int | None
    category: str
    subcategory: str
    is_pair: bool
    has_sell_end: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """How much of a product lay at one location of the plant."""

    sku: str
    location: int
    shelf: str
    bin: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line of a past order; `price` is what a piece cost after the discount, to four places."""

    sku: str
    quantity: int
    price: Decimal
    discount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """A past order with the dates of the record."""

    number: str
    po_number: str
    store: str
    carrier_tracking: str
    ordered_on: date
    due_on: date
    shipped_on: date
    lines: tuple[SaleLine, ...]


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one data file, plain or compressed."""
    folder = files("orderloop.demo") / "data"
    packed = folder / f"{name}.csv.gz"
    raw = gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / f"{name}.csv").read_bytes()
    return tuple(csv.DictReader(io.StringIO(raw.decode("utf-8"))))


@cache
def stores() -> tuple[Store, ...]:
    """All 701 stores and resellers, by code."""
    return tuple(
        Store(
            code=row["ResellerAlternateKey"],
            name=row["ResellerName"],
            business_type=row["BusinessType"],
            address=", ".join(part for part in (row["AddressLine1"], row["AddressLine2"]) if part),
            city=row["City"],
            region=row["StateProvinceName"],
            postcode=row["PostalCode"],
            country=row["CountryRegionCode"],
            annual_sales=Decimal(row["AnnualSales"]),
            annual_revenue=Decimal(row["AnnualRevenue"]),
            min_payment_type=row["MinPaymentType"],
            last_order_year=int(row["LastOrderYear"]) if row["LastOrderYear"] else None,
        )
        for row in sorted(rows("Reseller"), key=lambda row: row["ResellerAlternateKey"])
    )


@cache
def articles() -> tuple[Article, ...]:
    """All 504 products, by number."""
    categories = {row["ProductCategoryID"]: row["Name"] for row in rows("ProductCategory")}
    kinds = {row["ProductSubcategoryID"]: row for row in rows("ProductSubcategory")}
    dealer = {row["ProductNumber"]: row["DealerPrice"] for row in rows("ProductDescription")}
    leads: dict[str, int] = {}
    for row in rows("ProductVendor"):
        days = int(row["AverageLeadTime"])
        leads[row["ProductID"]] = min(days, leads.get(row["ProductID"], days))
    return tuple(
        _article(row, kinds.get(row["ProductSubcategoryID"]), categories, dealer, leads)
        for row in sorted(rows("Product"), key=lambda row: row["ProductNumber"])
    )


def _article(
    row: dict[str, str],
    kind: dict[str, str] | None,
    categories: dict[str, str],
    dealer: dict[str, str],
    leads: dict[str, int],
) -> Article:
    price = dealer.get(row["ProductNumber"], "")
    return Article(
        sku=row["ProductNumber"],
        name=row["Name"],
        is_made=row["MakeFlag"] == "1",
        is_sold=row["FinishedGoodsFlag"] == "1",
        reorder_point=int(row["ReorderPoint"]),
        cost=Decimal(row["StandardCost"]),
        list_price=Decimal(row["ListPrice"]),
        dealer_price=Decimal(price) if price else None,
        days_to_make=int(row["DaysToManufacture"]),
        vendor_lead_time=leads.get(row["ProductID"]),
        category=categories[kind["ProductCategoryID"]] if kind else "",
        subcategory=kind["Name"] if kind else "",
        is_pair=kind is not None and kind["Name"] in {"Socks", "Gloves"},
        has_sell_end=bool(row["SellEndDate"]),
    )


@cache
def placings() -> tuple[Placing, ...]:
    """What lay where on the day of the record, by product and location."""
    skus = {row["ProductID"]: row["ProductNumber"] for row in rows("Product")}
    found = (
        Placing(skus[row["ProductID"]], int(row["LocationID"]), row["Shelf"], int(row["Bin"]), int(row["Quantity"]))
        for row in rows("ProductInventory")
    )
    return tuple(sorted(found, key=lambda placing: (placing.sku, placing.location)))


@cache
def sales() -> tuple[Sale, ...]:
    """All 2,902 orders with their 47,572 lines, by date and number."""
    lines: dict[str, list[SaleLine]] = {}
    heads: dict[str, dict[str, str]] = {}
    for row in rows("ResellerSales"):
        number = row["SalesOrderNumber"]
        heads.setdefault(number, row)
        lines.setdefault(number, []).append(_sale_line(row))
    return tuple(
        sorted(
            (_sale(number, head, tuple(lines[number])) for number, head in heads.items()),
            key=lambda sale: (sale.ordered_on, sale.number),
        )
    )


def _sale_line(row: dict[str, str]) -> SaleLine:
    discount = Decimal(row["UnitPriceDiscountPct"])
    return SaleLine(
        sku=row["ProductNumber"],
        quantity=int(row["OrderQuantity"]),
        price=(Decimal(row["UnitPrice"]) * (1 - discount)).quantize(Decimal("0.0001")),
        discount=discount,
        amount=Decimal(row["SalesAmount"]),
    )


def _sale(number: str, row: dict[str, str], lines: tuple[SaleLine, ...]) -> Sale:
    return Sale(
        number=number,
        po_number=row["CustomerPONumber"],
        store=row["ResellerAlternateKey"],
        carrier_tracking=row["CarrierTrackingNumber"],
        ordered_on=date.fromisoformat(row["OrderDate"]),
        due_on=date.fromisoformat(row["DueDate"]),
        shipped_on=date.fromisoformat(row["ShipDate"]),
        lines=lines,
    )


@cache
def ship_methods() -> tuple[str, ...]:
    """The names of the company's ways to ship."""
    return tuple(row["Name"] for row in rows("ShipMethod"))


@cache
def job_titles() -> tuple[tuple[int, str], ...]:
    """Every employee's number and job title."""
    return tuple((int(row["BusinessEntityID"]), row["JobTitle"]) for row in rows("Employee"))


@cache
def wages() -> dict[str, Decimal]:
    """The latest wage of each job title, in US dollars an hour; the highest, where holders of one title differ."""
    titles = dict(job_titles())
    latest: dict[int, tuple[str, Decimal]] = {}
    for row in rows("EmployeePayHistory"):
        holder = int(row["BusinessEntityID"])
        latest[holder] = max(latest.get(holder, ("", Decimal(0))), (row["RateChangeDate"], Decimal(row["Rate"])))
    found: dict[str, Decimal] = {}
    for holder, (_changed_on, wage) in latest.items():
        found[titles[holder]] = max(wage, found.get(titles[holder], Decimal(0)))
    return found
