"""What a fax machine makes of a page: two colours, rows of unequal height, skew, specks, lost lines, upside down."""

import io
import random
from dataclasses import dataclass

# Dots an inch across and down; a fax row is always 1,728 dots.
FINE, STANDARD = (204, 196), (204, 98)
ROW = 1_728


@dataclass(frozen=True, slots=True)
class Damage:
    """How bad a line was: degrees of skew, share of specks, lost rows a page, upside down or not."""

    resolution: tuple[int, int]
    skew: float
    specks: float
    lost_rows: int
    is_upside_down: bool


def draw_damage(chance: random.Random, resolution: tuple[int, int]) -> Damage:
    """An ordinary transmission: mostly fair, at times poor."""
    return Damage(
        resolution, chance.gauss(0, 0.5), chance.choice((0.0, 0.0005, 0.002)), chance.choice((0, 0, 2, 5)),
        chance.random() < 0.1,
    )  # fmt: skip


def transmit(pdf: bytes, damage: Damage, chance: random.Random) -> bytes:
    """The PDF's pages as a TIFF of several pages in group 4 coding, as a fax server stores them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    pages = [_page(document[number], damage, chance) for number in range(len(document))]
    output = io.BytesIO()
    pages[0].save(output, "TIFF", compression="group4", dpi=damage.resolution, save_all=True, append_images=pages[1:])
    return output.getvalue()


def _page(page, damage: Damage, chance: random.Random):
    import numpy
    from PIL import Image

    across, down = damage.resolution
    # Sampled finer than the fax, turned, then brought down to its dots, as a scanner's optics do.
    grey = page.render(scale=2 * across / 72).to_pil().convert("L")
    grey = grey.rotate(damage.skew + (180 if damage.is_upside_down else 0), Image.Resampling.BICUBIC, fillcolor=255)
    width, height = page.get_size()
    grey = grey.resize((round(width / 72 * across), round(height / 72 * down)), Image.Resampling.BOX)
    dots = numpy.asarray(grey) < 150
    noise = numpy.random.default_rng(chance.randrange(2**32))
    dots = dots ^ (noise.random(dots.shape) < damage.specks)
    for _ in range(damage.lost_rows):
        row = chance.randrange(1, dots.shape[0])
        dots[row] = dots[row - 1]
    if dots.shape[1] < ROW:
        dots = numpy.pad(dots, ((0, 0), (0, ROW - dots.shape[1])))
    return Image.fromarray(~dots).convert("1")
