"""Reading the catalogue: each function one statement, for a whole set."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from orderloop.catalog.facts import (
    CodeMatch,
    ItemCodeFact,
    ItemCodeRow,
    KnownProduct,
    MatchedBy,
    PackFact,
    PackRow,
    PriceFact,
    PriceListFact,
    PriceRow,
    PriceStep,
    ProductFact,
    ProductFilter,
    ProductLineFact,
    ProductListed,
    ProductRow,
)
from orderloop.catalog.rules import code_variants
from orderloop.platform.bulk import fetch_all
from orderloop.platform.search import contains_pattern, folded

_PRODUCT = """p.id, p.sku, p.name_en, p.name_zh, p.line_id, p.unit, p.barcode, p.list_price, p.cost, p.currency,
    p.supply, p.lead_time_days, p.order_multiple, p.reorder_point, p.is_active"""
_BY = (MatchedBy.CUSTOMER, MatchedBy.SKU, MatchedBy.BARCODE)
_BY_CODES = f"""
    WITH asked AS (SELECT * FROM unnest(%s::int[], %s::bigint[], %s::text[]) AS a(n, customer_id, code))
    SELECT a.n, 0, {_PRODUCT} FROM asked a
        JOIN catalog_customeritemcode i ON i.customer_id = a.customer_id AND i.code = a.code
        JOIN catalog_product p ON p.id = i.product_id
    UNION ALL SELECT a.n, 1, {_PRODUCT} FROM asked a JOIN catalog_product p ON p.sku = a.code
    UNION ALL SELECT a.n, 2, {_PRODUCT} FROM asked a JOIN catalog_product p ON p.barcode = a.code AND p.barcode <> ''
"""


def products_by_codes(
    customer_ids: Sequence[int], codes: Sequence[str]
) -> dict[tuple[int, str], tuple[CodeMatch, ...]]:
    """For each pair of a customer and a code it wrote (two sequences of one length): every product the code stands for.

    Looked for as the customer's own item code, as our code and as a barcode, as written and in half-width capitals.
    One product is named once, by the first of these ways; no entry means unknown, several mean ambiguous.
    """
    pairs = list(dict.fromkeys(zip(customer_ids, codes, strict=True)))
    asked = [(n, customer, form) for n, (customer, code) in enumerate(pairs) for form in code_variants(code) if form]
    rows = fetch_all(_BY_CODES, [[each[0] for each in asked], [each[1] for each in asked], [each[2] for each in asked]])
    products: dict[int, ProductFact] = {}
    found: dict[int, dict[int, CodeMatch]] = {}
    for row in sorted(rows, key=lambda each: each[:2]):
        product = products.get(row[2]) or products.setdefault(row[2], ProductFact(*row[2:]))
        found.setdefault(row[0], {}).setdefault(product.product_id, CodeMatch(product, _BY[row[1]]))
    return {pairs[n]: tuple(matches.values()) for n, matches in found.items()}


def facts_for(product_ids: Collection[int]) -> dict[int, ProductFact]:
    """The products of these ids, under their ids."""
    rows = fetch_all(f"SELECT {_PRODUCT} FROM catalog_product p WHERE p.id = ANY(%s::bigint[])", [list(product_ids)])
    return {row[0]: ProductFact(*row) for row in rows}


def by_skus(skus: Collection[str]) -> dict[str, ProductFact]:
    """The products of these codes of ours, under their codes."""
    rows = fetch_all(f"SELECT {_PRODUCT} FROM catalog_product p WHERE p.sku = ANY(%s::text[])", [list(skus)])
    return {row[1]: ProductFact(*row) for row in rows}


def find(text: str, limit: int = 20, *, only_active: bool = False) -> list[ProductFact]:
    """Products whose code, barcode, names or pinyin hold `text`; an equal code first, then what begins with it."""
    plain = folded(text)
    rows = fetch_all(
        f"""SELECT {_PRODUCT} FROM catalog_product p
            WHERE p.search_key LIKE %s {"AND p.is_active" if only_active else ""}
            ORDER BY lower(p.sku) <> %s,
                NOT starts_with(lower(p.sku), %s) AND NOT starts_with(lower(p.name_en), %s), p.sku
            LIMIT %s""",
        [contains_pattern(text), plain, plain, plain, limit],
    )
    return [ProductFact(*row) for row in rows]


def name_words(most: int = 20_000) -> tuple[str, ...]:
    """The words of the names of what is sold, in small letters, the commonest first; so many at most. Then the codes
    of ours; none where there are more, for a part of them tells nothing apart."""
    rows = fetch_all(
        r"""SELECT found[1] FROM catalog_product p, LATERAL regexp_matches(
                lower(p.name_en || ' ' || p.name_zh), '[a-z]{3,}|[\u4e00-\u9fff]{3,}', 'g') AS found
            WHERE p.is_active
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s""",
        [most],
    )
    codes = fetch_all("SELECT sku FROM catalog_product WHERE is_active ORDER BY sku LIMIT %s", [most + 1])
    return tuple(row[0] for row in (*rows, *(codes if len(codes) <= most else ())))


def packs_for(product_ids: Collection[int]) -> dict[int, tuple[PackFact, ...]]:
    """Packs per product, the smallest first; a product without any has no entry."""
    rows = fetch_all(
        """SELECT product_id, unit, numerator, denominator FROM catalog_pack WHERE product_id = ANY(%s::bigint[])
           ORDER BY product_id, numerator::numeric / denominator, unit""",
        [list(product_ids)],
    )
    found: dict[int, tuple[PackFact, ...]] = {}
    for row in rows:
        found[row[0]] = (*found.get(row[0], ()), PackFact(*row))
    return found


def prices_for(
    price_list_ids: Collection[int], product_ids: Collection[int], on: date
) -> dict[tuple[int, int], tuple[PriceStep, ...]]:
    """The prices valid on a day, per price list and product (every pair of the two sets), by rising quantity."""
    rows = fetch_all(
        """SELECT price_list_id, product_id, from_quantity, unit_price FROM catalog_price
           WHERE price_list_id = ANY(%s::bigint[]) AND product_id = ANY(%s::bigint[]) AND valid @> %s::date
           ORDER BY price_list_id, product_id, from_quantity""",
        [list(price_list_ids), list(product_ids), on],
    )
    found: dict[tuple[int, int], tuple[PriceStep, ...]] = {}
    for price_list_id, product_id, from_quantity, unit_price in rows:
        pair = (price_list_id, product_id)
        found[pair] = (*found.get(pair, ()), PriceStep(from_quantity, unit_price))
    return found


def lines_for(line_ids: Collection[int]) -> dict[int, ProductLineFact]:
    """The product lines of these ids, under their ids."""
    rows = fetch_all(
        "SELECT id, code, name_en, name_zh FROM catalog_productline WHERE id = ANY(%s::bigint[])", [list(line_ids)]
    )
    return {row[0]: ProductLineFact(*row) for row in rows}


def all_lines() -> list[ProductLineFact]:
    """Every product line, by code."""
    return [
        ProductLineFact(*row)
        for row in fetch_all("SELECT id, code, name_en, name_zh FROM catalog_productline ORDER BY code", ())
    ]


def all_price_lists() -> list[PriceListFact]:
    """Every price list, by code."""
    return [
        PriceListFact(*row)
        for row in fetch_all("SELECT id, code, name, currency FROM catalog_pricelist ORDER BY code", ())
    ]


def price_rows_for(product_ids: Collection[int]) -> list[PriceFact]:
    """Every price of these products, past and to come, by list, product, quantity and first day."""
    rows = fetch_all(
        """SELECT l.code, p.sku, l.currency, x.from_quantity, x.unit_price, lower(x.valid), upper(x.valid)
           FROM catalog_price x JOIN catalog_pricelist l ON l.id = x.price_list_id
               JOIN catalog_product p ON p.id = x.product_id
           WHERE x.product_id = ANY(%s::bigint[]) ORDER BY l.code, p.sku, x.from_quantity, x.valid""",
        [list(product_ids)],
    )
    # PostgreSQL keeps spans of days with the first day after the end.
    return [PriceFact(*(*row[:6], row[6] - timedelta(days=1) if row[6] else None)) for row in rows]


def item_codes_for(*, product_ids: Collection[int] = (), customer_ids: Collection[int] = ()) -> list[ItemCodeFact]:
    """What customers call these products, and what these customers call any; their names along the foreign key."""
    rows = fetch_all(
        """SELECT i.customer_id, c.code, c.name, i.code, i.product_id, p.sku
           FROM catalog_customeritemcode i JOIN customers_customer c ON c.id = i.customer_id
               JOIN catalog_product p ON p.id = i.product_id
           WHERE i.product_id = ANY(%s::bigint[]) OR i.customer_id = ANY(%s::bigint[]) ORDER BY c.code, i.code""",
        [list(product_ids), list(customer_ids)],
    )
    return [ItemCodeFact(*row) for row in rows]


def customer_ids_by_code(codes: Collection[str]) -> dict[str, int]:
    """The customers item codes can belong to, read along the foreign key."""
    return dict(fetch_all("SELECT code, id FROM customers_customer WHERE code = ANY(%s::text[])", [list(codes)]))


_KNOWN = """SELECT p.id, p.sku, p.name_en, l.code, p.list_price, p.currency, p.name_zh, p.unit, p.barcode, p.cost,
        p.supply, p.lead_time_days, p.order_multiple, p.reorder_point, p.is_active, p.derived, p.updated_at
    FROM catalog_product p JOIN catalog_productline l ON l.id = p.line_id"""


def known_by_skus(skus: Collection[str]) -> dict[str, KnownProduct]:
    """The products of these codes in the form in which they are saved, under their codes."""
    rows = fetch_all(f"{_KNOWN} WHERE p.sku = ANY(%s::text[])", [list(skus)])
    return {row[1]: _known(row) for row in rows}


def known_for(product_ids: Collection[int]) -> list[KnownProduct]:
    """The products of these ids in the form in which they are saved, by code."""
    rows = fetch_all(f"{_KNOWN} WHERE p.id = ANY(%s::bigint[]) ORDER BY p.sku", [list(product_ids)])
    return [_known(row) for row in rows]


def skus_by_barcode(barcodes: Collection[str]) -> dict[str, str]:
    """Which product has each of these barcodes."""
    rows = fetch_all(
        "SELECT barcode, sku FROM catalog_product WHERE barcode = ANY(%s::text[]) AND barcode <> ''", [list(barcodes)]
    )
    return dict(rows)


_LISTED = """SELECT p.id, p.sku, p.name_en, p.name_zh, l.name_en, l.name_zh, p.unit, p.list_price, p.cost, p.currency,
        p.supply, p.lead_time_days, p.is_active
    FROM catalog_product p JOIN catalog_productline l ON l.id = p.line_id"""
SORTS: Mapping[str, tuple[str, str]] = {
    "sku": ("p.sku", "text"),
    "name_en": ("p.name_en", "text"),
    "list_price": ("p.list_price", "numeric"),
    "lead_time_days": ("p.lead_time_days", "numeric"),
}


def listed(
    chosen: ProductFilter,
    *,
    sort: str = "sku",
    descending: bool = False,
    after: Sequence[str] | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[ProductListed]:
    """A stretch of the list of products, beginning behind `after` (value of the sort column, id) in the given order,
    or, `backwards`, ending before it. One of `SORTS` decides the order, then the id.
    """
    conditions, parameters = _conditions(chosen)
    column, kind = SORTS[sort]
    down = descending is not backwards
    if after:
        conditions.append(f"({column}, p.id) {'<' if down else '>'} (%s::{kind}, %s::bigint)")
        parameters += [after[0], after[1]]
    direction = "DESC" if down else "ASC"
    rows = fetch_all(
        f"{_LISTED} {_where(conditions)} ORDER BY {column} {direction}, p.id {direction} LIMIT %s", [*parameters, limit]
    )
    found = [ProductListed(*row) for row in rows]
    return found[::-1] if backwards else found


def count_of(chosen: ProductFilter) -> int:
    """How many products a filter leaves."""
    conditions, parameters = _conditions(chosen)
    return int(fetch_all(f"SELECT count(*) FROM ({_LISTED} {_where(conditions)}) found", parameters)[0][0])


def known_of(chosen: ProductFilter) -> list[KnownProduct]:
    """All products a filter leaves, in the form in which they are saved, by code."""
    conditions, parameters = _conditions(chosen)
    return [_known(row) for row in fetch_all(f"{_KNOWN} {_where(conditions)} ORDER BY p.sku", parameters)]


def _conditions(chosen: ProductFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    parameters: list[Any] = []
    if chosen.text:
        conditions.append("p.search_key LIKE %s")
        parameters.append(contains_pattern(chosen.text))
    if chosen.line:
        conditions.append("l.code = %s")
        parameters.append(chosen.line)
    if chosen.supply:
        conditions.append("p.supply = %s")
        parameters.append(chosen.supply)
    if chosen.activity:
        conditions.append("p.is_active" if chosen.activity == "active" else "NOT p.is_active")
    return conditions, parameters


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def pack_rows() -> list[PackRow]:
    """All packs in the form in which they are saved."""
    rows = fetch_all(
        """SELECT p.sku, x.unit, x.numerator, x.denominator FROM catalog_pack x
           JOIN catalog_product p ON p.id = x.product_id ORDER BY p.sku, x.unit"""
    )
    return [PackRow(*row) for row in rows]


def price_rows() -> list[PriceRow]:
    """All prices in the form in which they are saved."""
    rows = fetch_all(
        """SELECT l.code, p.sku, x.unit_price, lower(x.valid), upper(x.valid) - 1, x.from_quantity
           FROM catalog_price x JOIN catalog_pricelist l ON l.id = x.price_list_id
               JOIN catalog_product p ON p.id = x.product_id
           ORDER BY l.code, p.sku, x.from_quantity, x.valid"""
    )
    return [PriceRow(*row) for row in rows]


def item_code_rows() -> list[ItemCodeRow]:
    """All customers' item codes in the form in which they are saved."""
    rows = fetch_all(
        """SELECT c.code, i.code, p.sku FROM catalog_customeritemcode i
           JOIN customers_customer c ON c.id = i.customer_id JOIN catalog_product p ON p.id = i.product_id
           ORDER BY c.code, i.code"""
    )
    return [ItemCodeRow(*row) for row in rows]


def _known(row: tuple[Any, ...]) -> KnownProduct:
    derived = json.loads(row[15]) if isinstance(row[15], str) else row[15]
    return KnownProduct(row[0], ProductRow(*(*row[1:15], derived)), row[16])


def nearest_skus(codes: Collection[str], limit: int = 5) -> dict[str, tuple[str, ...]]:
    """For each code that nothing is called: our own codes most like it, the likest first; none if nothing is."""
    rows = fetch_all(
        """SELECT a.code, near.sku FROM unnest(%s::text[]) AS a(code) CROSS JOIN LATERAL (
               SELECT p.sku, similarity(p.sku, a.code) AS likeness FROM catalog_product p
               WHERE p.is_active AND similarity(p.sku, a.code) >= 0.4 ORDER BY likeness DESC, p.sku LIMIT %s) AS near
           ORDER BY a.code, near.likeness DESC, near.sku""",
        [list(codes), limit],
    )
    found: dict[str, tuple[str, ...]] = {}
    for code, sku in rows:
        found[code] = (*found.get(code, ()), sku)
    return found


def customers_with_item_codes() -> list[int]:
    """Ids of the customers that have codes of their own."""
    return [row[0] for row in fetch_all("SELECT DISTINCT customer_id FROM catalog_customeritemcode")]


_CANDIDATES = f"""
    WITH asked AS (SELECT * FROM unnest(%s::int[], %s::bigint[], %s::text[]) AS a(n, customer_id, code)),
        scanned AS (SELECT * FROM unnest(%s::int[], %s::text[]) AS b(n, code))
    SELECT a.n, i.code, {_PRODUCT} FROM asked a
        JOIN catalog_customeritemcode i ON i.customer_id = a.customer_id
            AND catalog_code_skeleton(i.code) = catalog_code_skeleton(a.code) AND catalog_code_key(a.code) <> ''
        JOIN catalog_product p ON p.id = i.product_id
    UNION ALL SELECT a.n, NULL, {_PRODUCT} FROM asked a
        JOIN catalog_product p ON catalog_code_skeleton(p.sku) = catalog_code_skeleton(a.code)
            AND catalog_code_key(a.code) <> ''
    UNION ALL SELECT b.n, NULL, {_PRODUCT} FROM scanned b
        JOIN catalog_product p ON p.barcode = b.code AND p.barcode <> ''
"""


def candidates_for(
    asked: Sequence[tuple[int, str]], barcodes: Mapping[str, Sequence[str]]
) -> list[tuple[int, str | None, ProductFact]]:
    """Every product that one of the codes (customer id or 0, code as written) may mean, be it written differently or
    read off a bad page: (customer id, the customer's own code that led there or None, product).

    `barcodes` gives the forms of a code under which a barcode may be kept, for the codes that can be one.
    """
    scanned = [(n, form) for n, (_customer, code) in enumerate(asked) for form in barcodes.get(code, ())]
    rows = fetch_all(
        _CANDIDATES,
        [
            list(range(len(asked))),
            [customer for customer, _code in asked],
            [code for _customer, code in asked],
            [n for n, _form in scanned],
            [form for _n, form in scanned],
        ],
    )
    products: dict[int, ProductFact] = {}
    return [
        (asked[row[0]][0], row[1], products.get(row[2]) or products.setdefault(row[2], ProductFact(*row[2:])))
        for row in rows
    ]
