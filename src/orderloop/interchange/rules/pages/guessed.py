"""What columns without a known title hold, told by their texts, in a table of which a person has shown some columns.

The shown ones take the place of whatever the table was read by before, and what was read rightly then must not be lost.
What is told so is doubtful, and shown to a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.rules.lexicon import column_meaning
from orderloop.interchange.rules.pages.columns import Column
from orderloop.interchange.rules.values import number_in, quantity_and_unit

_FIGURES = ("quantity", "unit_price", "amount")
_CENT = Decimal("0.011")
_BASES = (1, 100, 1000)
_SAID_BASES = frozenset({"1", "10", "100", "1000"})
_DOUBT = 0.6
_MOST_FREE = 6  # columns without a title that are tried
Texts = Sequence[Sequence[str]]


def with_guessed(columns: Sequence[Column], texts: Texts, decimal_sign: str) -> tuple[Column, ...]:
    """The columns, those without a title named by what stands in them; `texts`: of each column, row by row."""
    # Of two columns that seemed to hold quantities one is none: what it holds is open again.
    columns = [replace(each, field="") if each.field == "~quantity" and not each.origin else each for each in columns]
    columns = _with_bases(columns, texts)
    named = list(columns)
    for at, field in (*_figures(columns, texts, decimal_sign), *_by_words(columns), *_by_kind(columns, texts)):
        if not named[at].field and all(column.field != field for column in named):
            named[at] = replace(named[at], field=field, strength=_DOUBT)
    return tuple(named)


def _with_bases(columns: Sequence[Column], texts: Texts) -> Sequence[Column]:
    """`Price Unit` says for how many the price is where it holds nothing else and the price may stand elsewhere."""
    free = [at for at, column in enumerate(columns) if not column.field and texts[at]]
    has_price = any(number_in(text) is not None for at in free for text in texts[at])
    return [
        replace(column, field="price_basis", strength=_DOUBT)
        if column.field == "unit_price" and not column.origin and has_price and set(texts[at]) <= _SAID_BASES
        else column
        for at, column in enumerate(columns)
    ]


def _figures(columns: Sequence[Column], texts: Texts, decimal_sign: str) -> Iterator[tuple[int, str]]:
    """Quantity, price or amount where that one column of figures alone makes them agree in every row."""
    known = {column.field: at for at, column in enumerate(columns) if column.field in _FIGURES}
    missing = [field for field in _FIGURES if field not in known]
    numbers = [[_number(text, decimal_sign) for text in column] for column in texts]
    free = [at for at, column in enumerate(columns) if not column.field and numbers[at] and None not in numbers[at]]
    if not missing or len(free) > _MOST_FREE:
        return
    # One basis holds for all rows, unless a column says row by row which.
    is_said = any(column.field == "price_basis" for column in columns)
    bases = (_BASES,) if is_said else tuple((each,) for each in _BASES)
    for chosen in permutations(free, len(missing)):
        at = known | dict(zip(missing, chosen, strict=True))
        rows = list(zip(*(numbers[at[field]] for field in _FIGURES), strict=False))
        is_whole = len({len(numbers[at[field]]) for field in _FIGURES}) == 1
        if is_whole and rows and any(all(_agree(row, each) for row in rows) for each in bases):
            yield from zip(chosen, missing, strict=True)
            return


def _number(text: str, decimal_sign: str) -> Decimal | None:
    both = quantity_and_unit(text)
    number = number_in(both[0] if both else text)
    return number.by(decimal_sign or ".") if number is not None else None


def _agree(row: Sequence[Decimal | None], bases: Sequence[int]) -> bool:
    quantity, price, amount = row
    if quantity is None or price is None or amount is None:
        return False
    # 1 x 1 = 1 is found anywhere.
    return amount > 2 and any(abs(quantity * price / basis - amount) <= _CENT for basis in bases)


def _by_words(columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """What one word of an unknown title says, where all that say something say the same: `Each At` is a price."""
    for at, column in enumerate(columns):
        meanings = [column_meaning(word, {}) for word in column.title.split()] if not column.field else []
        names = {each.name for each in meanings if each is not None and each.strength >= 1}
        if len(names) == 1 and not min(names).startswith("~"):
            yield at, min(names)


def _by_kind(columns: Sequence[Column], texts: Texts) -> Iterator[tuple[int, str]]:
    """Units, and of the columns of words the widest as the goods' description."""
    free = [at for at, column in enumerate(columns) if not column.field and texts[at]]
    for at in free:
        if all(canonical_unit(text) for text in texts[at]):
            yield at, "unit"
    words = [at for at in free if all(any(sign.isalpha() for sign in text) and len(text) > 4 for text in texts[at])]
    widest = sorted(words, key=lambda at: -max(len(text) for text in texts[at]))
    yield from ((at, "description") for at in widest[:1])
