"""Papers set by typst, as the product sets its own documents."""

import dataclasses
import functools
import json
from pathlib import Path

from bench.intake.paper import Paper

TEMPLATE = Path(__file__).with_name("paper.typ")


def draw(paper: Paper) -> bytes:
    """The paper as a PDF, the same bytes every time."""
    import typst

    elements = [{"is": type(element).__name__, **dataclasses.asdict(element)} for element in paper.elements]
    width, height = paper.points
    data = {"width": width, "height": height, "font": paper.font, "size": paper.size, "footer": paper.footer,
            "elements": elements}  # fmt: skip
    compiler = typst.Compiler(TEMPLATE, font_paths=_fonts(), sys_inputs={"data": json.dumps(data, ensure_ascii=False)})
    return compiler.compile(format="pdf", timestamp=0)


@functools.cache
def _fonts():
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
