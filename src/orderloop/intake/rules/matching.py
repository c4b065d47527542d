"""The ladder by which a line's codes lead to one of our products: the surest rung first, every attempt remembered.

A rung is taken only where it hits exactly one product. What is merely similar is a suggestion, unless the name and the
price agree with it as well.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orderloop.catalog.facts import ProductFact
from orderloop.catalog.rules import code_key, code_skeleton, code_variants
from orderloop.intake.facts import Attempt, Matched, Mismatch, Rung

MOST_SUGGESTIONS = 5
# Codes shorter than this say too little to be told from one another by likeness.
_SHORTEST_LIKE = 4
_NEAR = 0.4
_NAME_AGREES = 0.5
_GTIN_LENGTHS = (8, 12, 13, 14)

_EXACT = (Rung.CUSTOMER, Rung.OWN, Rung.BARCODE)
_LOOSE = (Rung.NORMALISED, Rung.SKELETON)

Ids = tuple[int, ...]


def gtin(code: str) -> str:
    """The code as a 14-digit GTIN where it is one by length and check digit, else an empty text."""
    plain = unicodedata.normalize("NFKC", code).strip().replace(" ", "").replace("-", "")
    if len(plain) not in _GTIN_LENGTHS or not (plain.isascii() and plain.isdigit()):
        return ""
    full = plain.zfill(14)
    total = sum(int(sign) * (3 if n % 2 == 0 else 1) for n, sign in enumerate(full))
    return full if total % 10 == 0 and full.strip("0") else ""


def gtin_forms(code: str) -> tuple[str, ...]:
    """The code, and where it is a GTIN all the lengths it is written in."""
    full = gtin(code)
    if not full:
        return (code,)
    plain = full.lstrip("0")
    return tuple(dict.fromkeys((code, *(plain.zfill(size) for size in _GTIN_LENGTHS if size >= len(plain)))))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products a line may mean, under every form of every code they go by, for one customer.

    It may hold the whole catalogue, or just what a look-up found for the codes of a document. `near` gives ids of
    similar products per code, nearest first.
    """

    products: Mapping[int, ProductFact]
    forms: Mapping[tuple[Rung, str], Ids]
    near: Mapping[str, Ids] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        products: Iterable[ProductFact],
        customer_codes: Iterable[tuple[str, int]] = (),
        near: Mapping[str, Ids] | None = None,
    ) -> "Shelf":
        """A shelf of these products; `customer_codes` are (what this customer writes, product id)."""
        known = {product.product_id: product for product in products}
        forms: dict[tuple[Rung, str], dict[int, None]] = {}

        def put(rung: Rung, form: str, product_id: int) -> None:
            if form and product_id in known:
                forms.setdefault((rung, form), {})[product_id] = None

        for code, product_id in customer_codes:
            put(Rung.CUSTOMER, code, product_id)
            put(Rung.NORMALISED, code_key(code), product_id)
            put(Rung.SKELETON, code_skeleton(code), product_id)
        for product in known.values():
            put(Rung.OWN, product.sku, product.product_id)
            put(Rung.BARCODE, product.barcode, product.product_id)
            put(Rung.BARCODE, gtin(product.barcode), product.product_id)
            put(Rung.NORMALISED, code_key(product.sku), product.product_id)
            put(Rung.SKELETON, code_skeleton(product.sku), product.product_id)
        return cls(known, {key: tuple(ids) for key, ids in forms.items()}, near or {})

    def hits(self, rung: Rung, code: str) -> Ids:
        """The products that a code hits on a rung."""
        found: dict[int, None] = {}
        for form in _forms(rung, code):
            found |= dict.fromkeys(self.forms.get((rung, form), ()))
        return tuple(found)


def codes_of(line: Mapping[str, str]) -> tuple[str, ...]:
    """The codes a line states, the customer's own first, each once."""
    stated = (line.get(name, "").strip() for name in ("customer_item", "item", "barcode"))
    return tuple(dict.fromkeys(code for code in stated if code))


def match_line(
    line: Mapping[str, str], shelf: Shelf, price_agrees: Callable[[ProductFact], bool] = lambda product: False
) -> Matched:
    """Climb the ladder with a line's texts (`customer_item`, `item`, `barcode`, `description`).

    Codes of one line that lead to different products by sure rungs are a contradiction and match nothing.
    """
    codes = codes_of(line)
    if not codes:
        return Matched(None, Rung.NONE, reason=Mismatch.MISSING)
    attempts: list[Attempt] = []
    found = _climb(codes, _EXACT, shelf, attempts) or _climb(codes, _LOOSE, shelf, attempts)
    if len({product_id for _rung, _code, product_id in found}) > 1:
        return _unmatched(codes[0], Mismatch.CODES_DISAGREE, [hit[2] for hit in found], attempts, shelf)
    if found:
        rung, code, product_id = found[0]
        return Matched(shelf.products[product_id], rung, code, tuple(attempts))
    return _similar(codes, line, shelf, attempts, price_agrees)


def _climb(
    codes: Sequence[str], rungs: Sequence[Rung], shelf: Shelf, attempts: list[Attempt]
) -> list[tuple[Rung, str, int]]:
    """Every code's first rung with exactly one hit, the surest rung first; several hits end that code's climb."""
    found = []
    for code in codes:
        for rung in rungs:
            ids = shelf.hits(rung, code)
            attempts.append(Attempt(rung, code, tuple(shelf.products[i].sku for i in ids)))
            if len(ids) == 1:
                found.append((rung, code, ids[0]))
            if ids:
                break
    return sorted(found, key=lambda hit: rungs.index(hit[0]))


def _similar(
    codes: Sequence[str],
    line: Mapping[str, str],
    shelf: Shelf,
    attempts: list[Attempt],
    price_agrees: Callable[[ProductFact], bool],
) -> Matched:
    several = [sku for attempt in attempts for sku in attempt.hits]
    if several:
        ids = [i for i, product in shelf.products.items() if product.sku in several]
        return _unmatched(codes[0], Mismatch.AMBIGUOUS, ids, attempts, shelf)
    near = dict.fromkeys(i for code in codes for i in shelf.near.get(code, ()) if i in shelf.products)
    agreeing = [i for i in near if _agrees(shelf.products[i], codes, line, price_agrees)]
    attempts.append(Attempt(Rung.CORROBORATED, codes[0], tuple(shelf.products[i].sku for i in agreeing)))
    if len(agreeing) == 1:
        return Matched(shelf.products[agreeing[0]], Rung.CORROBORATED, codes[0], tuple(attempts))
    return _unmatched(codes[0], Mismatch.UNKNOWN, list(near), attempts, shelf)


def _agrees(
    product: ProductFact, codes: Sequence[str], line: Mapping[str, str], price_agrees: Callable[[ProductFact], bool]
) -> bool:
    is_like = any(
        len(code) >= _SHORTEST_LIKE and _distance(code_key(code), code_key(product.sku)) <= 1 for code in codes
    )
    return is_like and name_agreement(line.get("description", ""), product) >= _NAME_AGREES and price_agrees(product)


def _unmatched(code: str, reason: Mismatch, ids: Sequence[int], attempts: Sequence[Attempt], shelf: Shelf) -> Matched:
    skus = dict.fromkeys(shelf.products[i].sku for i in ids)
    return Matched(None, Rung.NONE, code, tuple(attempts), tuple(skus)[:MOST_SUGGESTIONS], reason)


def _forms(rung: Rung, code: str) -> tuple[str, ...]:
    if rung is Rung.NORMALISED:
        return (code_key(code),)
    if rung is Rung.SKELETON:
        return (code_skeleton(code),)
    return (*code_variants(code), gtin(code)) if rung is Rung.BARCODE else code_variants(code)


def name_agreement(text: str, product: ProductFact) -> float:
    """How much of the product's name (the language that fits better) stands in a text, from 0 to 1."""
    have = _parts(text)
    shares = [len(parts & have) / len(parts) for name in (product.name_en, product.name_zh) if (parts := _parts(name))]
    return max(shares, default=0.0)


def near_products(code: str, products: Iterable[ProductFact], limit: int = MOST_SUGGESTIONS) -> Ids:
    """The products whose codes are most like a code, by the three-letter pieces they share, nearest first."""
    pieces = _trigrams(code_key(code))
    if not pieces:
        return ()
    scored = []
    for product in products:
        own = _trigrams(code_key(product.sku))
        likeness = len(pieces & own) / len(pieces | own) if own else 0.0
        if likeness >= _NEAR:
            scored.append((-likeness, product.sku, product.product_id))
    return tuple(product_id for _likeness, _sku, product_id in sorted(scored)[:limit])


def _parts(text: str) -> frozenset[str]:
    """Words and numbers of a text; of Chinese, every two neighbouring signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    parts: set[str] = set()
    word = ""
    before = ""
    for sign in f"{plain} ":
        if "\u4e00" <= sign <= "\u9fff":
            parts |= {before + sign} if before else set()
            before = sign
            parts |= {word} if word else set()
            word = ""
            continue
        before = ""
        if sign.isalnum():
            word += sign
        elif word:
            parts.add(word)
            word = ""
    return frozenset(parts)


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[n : n + 3] for n in range(len(padded) - 2)) if text else frozenset()


def _distance(one: str, other: str) -> int:
    """How many signs must be changed, added or left out, or two for anything from two upwards."""
    if abs(len(one) - len(other)) > 1:
        return 2
    if len(one) > len(other):
        one, other = other, one
    n = next((n for n in range(len(one)) if one[n] != other[n]), len(one))
    if one[n:] == other[n:]:
        return 0
    rest = one[n + 1 :] if len(one) == len(other) else one[n:]
    return 1 if rest == other[n + 1 :] else 2
