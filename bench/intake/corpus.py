"""Documents with their truth, drawn one after the other; the same seed draws the same ones."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.intake import fax, layout, templates, truth, world
from bench.intake.paper import Truth
from bench.intake.renderers import Draw
from bench.intake.templates import Template
from bench.intake.truth import Order


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it arrives, and what it states. `broken`: in what way, where it ought to be refused or faulted."""

    name: str
    template: str
    content: bytes
    filename: str
    truth: Truth
    order: Order
    broken: str = ""


def looks(words: str, half: str, count: int = 0) -> tuple[Template, ...]:
    """The templates of a half (`tune`, `held-out` or `all`), renderers taking turns so that few documents see all.

    `count`: of how many both halves are; 0 for the usual number.
    """
    turns: dict[str, list[Template]] = {name: [] for name in templates.RENDERERS}
    for template in templates.templates(words, count):
        if half in (template.half, "all"):
            turns[template.renderer].append(template)
    mixed = [template for turn in zip(*turns.values(), strict=False) for template in turn]
    return (*mixed, *(template for turn in turns.values() for template in turn if template not in mixed))


def order_for(template: Template, serial: int, seed: int, *, most_lines: int = 45) -> tuple[Order, random.Random]:
    """The customer's so-manieth order, and the chance that goes on drawing for it."""
    chance = random.Random(f"{seed} {template.name} {serial}")
    offset = 0 if template.words == "known" else templates.KNOWN_TEMPLATES
    number = offset + int(template.name.rsplit("-", 1)[1])
    customer = _buyers(seed, number // _BUYERS + 1)[number]
    order = truth.draw_order(
        chance, customer, _goods(seed), currency=template.currency, tax=template.tax,
        per_hundred=template.per_hundred, most_lines=most_lines, decimals=template.price_decimals,
    )  # fmt: skip
    return order, chance


def paper_documents(
    looks: tuple[Template, ...], count: int, draw: Mapping[str, Draw], seed: int = 1, first: int = 0
) -> Iterator[Document]:
    """So many PDFs with a text layer, the templates taking turns."""
    for number in range(count):
        template = looks[number % len(looks)]
        serial = first + number // len(looks)
        order, _ = order_for(template, serial, seed)
        paper, stated = layout.lay_out(order, template)
        name = f"{template.name}-{serial}"
        yield Document(name, template.name, draw[template.renderer](paper), f"{name}.pdf", stated, order)


def faxes(
    looks: tuple[Template, ...], count: int, draw: Mapping[str, Draw], resolution: tuple[int, int], seed: int = 1
) -> Iterator[Document]:
    """So many faxed orders, short ones as faxes are."""
    upright = tuple(template for template in looks if not template.is_landscape)
    for number in range(count):
        template = upright[number % len(upright)]
        order, chance = order_for(template, 1_000 + number // len(upright), seed, most_lines=15)
        paper, stated = layout.lay_out(order, template)
        damage = fax.draw_damage(chance, resolution)
        content = fax.transmit(draw[template.renderer](paper), damage, chance)
        name = f"{template.name}-fax-{number}"
        yield Document(name, template.name, content, f"{name}.tif", stated, order)


_BUYERS = 100  # made at a time
_kept: dict[object, tuple] = {}


def _goods(seed: int) -> tuple[world.Product, ...]:
    if ("goods", seed) not in _kept:
        _kept["goods", seed] = world.catalogue(seed)
    return _kept["goods", seed]


def _buyers(seed: int, hundreds: int) -> tuple[world.Customer, ...]:
    if ("buyers", seed, hundreds) not in _kept:
        _kept["buyers", seed, hundreds] = world.customers(hundreds * _BUYERS, seed)
    return _kept["buyers", seed, hundreds]


def goods(seed: int = 1) -> tuple[world.Product, ...]:
    """The catalogue the documents of this seed order from."""
    return _goods(seed)


def words(seed: int = 1) -> tuple[str, ...]:
    """The words and codes by which the goods of this seed are called, as the product gets them from its catalogue."""
    if ("words", seed) not in _kept:
        texts = (name for product in _goods(seed) for name in (product.name_en, product.name_zh))
        names = sorted({word for text in texts for word in re.findall(r"\w{3,}", text)})
        _kept["words", seed] = (*names, *sorted(product.code for product in _goods(seed)))
    return _kept["words", seed]
