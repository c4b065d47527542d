"""The looks an order can have: combinations of traits that are drawn independently, split once and for all in halves.

The split goes by the template and by nothing else, so no document of a held-out look is ever seen while tuning.
"""

import dataclasses
import hashlib
import random
from dataclasses import dataclass

RENDERERS = ("typst", "chromium", "reportlab", "fpdf")
CHINESE_FONTS = {
    "typst": ("Noto Sans CJK SC", "Noto Serif CJK SC", "WenQuanYi Zen Hei", "AR PL KaitiM GB"),
    "chromium": ("Noto Sans CJK SC", "Noto Serif CJK SC", "WenQuanYi Micro Hei", "AR PL SungtiL GB"),
    "reportlab": ("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "AR PL SungtiL GB", "AR PL KaitiM GB"),
    "fpdf": ("WenQuanYi Zen Hei", "AR PL SungtiL GB", "AR PL KaitiM GB"),
}
LATIN_FONTS = ("Liberation Sans", "Liberation Serif", "Liberation Sans Narrow", "Carlito", "Caladea", "DejaVu Sans")
DATE_FORMS = (
    "iso",
    "slashes",
    "dots",
    "chinese",
    "day-month-name",
    "month-name-day",
    "dmy-dots",
    "dmy",
    "mdy",
    "compact",
)
KNOWN_TEMPLATES, ODD_TEMPLATES = 96, 48


@dataclass(frozen=True, slots=True)
class Template:
    """One look. `wording` chooses the words of each field from its list; `columns` are the table's, from the left."""

    name: str
    words: str
    renderer: str
    language: str
    wording: int
    joint: str
    colon: str
    letterhead: str
    block: str
    grid: str
    columns: tuple[str, ...]
    header: tuple[str, ...]
    date_form: str
    number_form: str
    quantity_decimals: int
    price_decimals: int
    currency: str
    mark: str
    totals: str
    sums_quantity: bool
    tax: str
    per_hundred: bool
    page: str
    is_landscape: bool
    font: str
    size: float
    is_narrow: bool
    noise: tuple[str, ...]
    note_before: bool

    @property
    def half(self) -> str:
        """`tune` or `held-out`, by a hash of the traits."""
        traits = repr(dataclasses.replace(self, name=""))
        return "held-out" if hashlib.sha256(traits.encode()).digest()[0] % 2 else "tune"


def templates(words: str = "known", count: int = 0) -> tuple[Template, ...]:
    """The first `count` looks with known labels, or with odd ones; 0: so many as are usually measured."""
    count = count or (KNOWN_TEMPLATES if words == "known" else ODD_TEMPLATES)
    return tuple(_template(random.Random(f"{words} {number}"), number, words) for number in range(count))


def _template(chance: random.Random, number: int, words: str) -> Template:
    renderer = RENDERERS[number % len(RENDERERS)]
    language = chance.choices(("zh", "en", "both"), (4, 4, 3))[0]
    fonts = LATIN_FONTS if language == "en" else CHINESE_FONTS[renderer]
    currency = chance.choice(("USD", "USD", "EUR", "CNY")) if language == "en" else "CNY"
    tax = chance.choices(("none", "excluded", "included"), (4, 4, 2 if currency == "CNY" else 0))[0]
    columns = _columns(chance)
    return Template(
        name=f"{words}-{number:03d}",
        words=words,
        renderer=renderer,
        language=language,
        wording=chance.randrange(10_000),
        joint=chance.choice((" ", "/", "\n")),
        colon=chance.choice((":", ":", " :", "")) if language == "en" else chance.choice(("：", ":", "：", "")),
        letterhead=chance.choice(("left", "centre", "right", "two-sided", "none")),
        block=chance.choice(("stacked", "columns", "box", "above", "inline", "sides")),
        grid=chance.choice(("full", "horizontal", "none", "zebra")),
        columns=columns,
        header=_header(chance, columns),
        date_form=_date_form(chance, language),
        number_form=_number_form(chance, language, currency),
        quantity_decimals=chance.choices((0, 2, 3), (7, 2, 1))[0],
        price_decimals=chance.choice((2, 2, 3, 4)),
        currency=currency,
        mark=chance.choice(("", "", "sign", "code")),
        totals=chance.choice(("row", "row", "row", "below", "below", "header")),
        sums_quantity=chance.random() < 0.4,
        tax=tax,
        per_hundred=chance.random() < 0.15,
        page=chance.choice(("a4", "a4", "letter")),
        is_landscape=len(columns) > 9 or chance.random() < 0.15,
        font=chance.choice(fonts),
        size=chance.choice((8.0, 9.0, 10.0)),
        is_narrow=chance.random() < 0.35,
        noise=tuple(sorted(chance.sample(("terms", "footer", "stamp", "logo", "signatures", "words", "url"), 4))),
        note_before=chance.random() < 0.2,
    )


def _columns(chance: random.Random) -> tuple[str, ...]:
    """A table's columns in the order a buyer's system prints them."""
    texts = chance.choice((["item", "description"], ["item", "name", "spec"], ["description", "item"]))
    if chance.random() < 0.25:
        texts.insert(chance.randrange(len(texts) + 1), "customer_item")
    if chance.random() < 0.1:
        texts.append("barcode")
    amounts = chance.choice(
        (["quantity", "unit", "unit_price"], ["unit", "quantity", "unit_price"], ["quantity+unit", "unit_price"])
    )
    if chance.random() < 0.85:
        amounts.append("amount")
    if chance.random() < 0.3:
        amounts.insert(chance.choice((0, len(amounts))), "line_due")
    if chance.random() < 0.15:
        amounts.append("line_note")
    if chance.random() < 0.12:
        texts, amounts = amounts[:1], [*texts, *amounts[1:]]
    return (*(("line_no",) if chance.random() < 0.7 else ()), *texts, *amounts)


def _header(chance: random.Random, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The header's fields: what every order has, and what only some have, in an order of their own."""
    fields = ["po_number", "ordered_on"]
    fields += [] if "line_due" in columns and chance.random() < 0.7 else ["requested_on"]
    some = {"customer_name": 0.75, "vendor": 0.8, "ship_to_text": 0.8, "contact": 0.6, "currency": 0.5, "terms": 0.5,
            "phone": 0.4, "contact_email": 0.3, "customer_code": 0.2}  # fmt: skip
    others = [name for name, share in some.items() if chance.random() < share]
    chance.shuffle(others)
    return (*fields, *others) if chance.random() < 0.6 else (*others, *fields)


def _date_form(chance: random.Random, language: str) -> str:
    if language == "en":
        return chance.choice(("iso", "slashes", "day-month-name", "month-name-day", "dmy-dots", "dmy", "mdy"))
    return chance.choice(("iso", "iso", "slashes", "dots", "chinese", "chinese", "compact"))


def _number_form(chance: random.Random, language: str, currency: str) -> str:
    if currency == "EUR":
        return chance.choice(("comma", "european", "spaces"))
    return chance.choices(("plain", "comma", "full-width"), (4, 5, 1 if language == "zh" else 0))[0]
