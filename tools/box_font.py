"""Make the font of boxes that stands in where a PDF names a font which neither it nor the system has.

python tools/box_font.py     write src/orderloop/interchange/readers/fonts/boxes.ttf
"""

from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import cmap_format_13

FONT = Path(__file__).parent.parent / "src/orderloop/interchange/readers/fonts/boxes.ttf"
NAME = "zz Orderloop Boxes"  # of fonts that suit alike the first by name is taken
# Latin and other narrow signs, then Chinese, Japanese, Korean and full-width ones.
NARROW = ((0x21, 0x2E7F),)
WIDE = ((0x2E80, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
CODE_PAGES = (0, 17, 18, 19, 20)  # Latin, Japanese, simplified Chinese, Korean, traditional Chinese


def box(width: int) -> Any:
    """A rectangle as tall as a sign, in thousandths of its size."""
    pen = TTGlyphPen(None)
    pen.moveTo((40, -80))
    for corner in ((40, 800), (width - 40, 800), (width - 40, -80)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def main() -> None:
    """Build and write the font, the same bytes every time."""
    widths = {".notdef": 500, "wide": 1000, "narrow": 500}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(widths))
    builder.setupCharacterMap({})
    builder.setupGlyf({name: box(width) for name, width in widths.items()})
    builder.setupHorizontalMetrics({name: (width, 40) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": "zzOrderloopBoxes"})
    builder.setupOS2(usWinAscent=880, usWinDescent=120, ulCodePageRange1=sum(1 << bit for bit in CODE_PAGES))
    builder.setupPost()
    table = cmap_format_13(13)
    table.format, table.platformID, table.platEncID, table.language, table.reserved = 13, 3, 10, 0, 0
    table.cmap = {sign: "narrow" for first, last in NARROW for sign in range(first, last + 1)}
    table.cmap |= {sign: "wide" for first, last in WIDE for sign in range(first, last + 1)}
    builder.font["cmap"].tables = [table]
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    FONT.parent.mkdir(exist_ok=True)
    builder.font.save(FONT)


if __name__ == "__main__":
    main()
