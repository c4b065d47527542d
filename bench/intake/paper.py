"""A laid-out document as plain data, which any renderer can draw, and what it states."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document states for one field. `kind`: code, number, date, text or any; `also` is right too."""

    text: str
    kind: str = "text"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """All that a document states, by the names of the product's header and line fields.

    `implied`: what it states nowhere, but what may be read all the same if read so (`currency`, `lines/price_basis`).
    """

    header: Mapping[str, Stated]
    lines: tuple[Mapping[str, Stated], ...]
    implied: Mapping[str, Stated] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text (line breaks count), `align` of left, right or centre."""

    text: str
    align: str = "left"
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `scale` of the usual size."""

    text: str
    align: str = "left"
    scale: float = 1.0
    is_bold: bool = False
    is_red: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the page's width in shares. `rules`: full, horizontal, none or zebra; `heads` rows repeat."""

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rules: str = "none"
    heads: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty height in points."""

    height: float = 8.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A coloured mark where a company's logo would be."""


Element = Text | Table | Gap | Rule | Logo


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to draw. `footer` may hold `{page}`."""

    page: str
    is_landscape: bool
    font: str
    size: float
    footer: str
    elements: tuple[Element, ...]

    @property
    def points(self) -> tuple[float, float]:
        """Width and height of a page."""
        width, height = (595.28, 841.89) if self.page == "a4" else (612.0, 792.0)
        return (height, width) if self.is_landscape else (width, height)
