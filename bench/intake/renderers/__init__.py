"""Ways from a laid-out paper to the bytes of a PDF with a text layer, each setting type in its own manner."""

from collections.abc import Callable
from contextlib import contextmanager

from bench.intake.paper import Paper
from bench.intake.renderers import chromium, fpdf, reportlab, typst

Draw = Callable[[Paper], bytes]


@contextmanager
def renderers():
    """Every renderer by its name, with one browser open for all pages that are printed by it."""
    with chromium.printing() as printed:
        yield {"typst": typst.draw, "chromium": printed, "reportlab": reportlab.draw, "fpdf": fpdf.draw}
