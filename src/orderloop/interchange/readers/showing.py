"""A document as a person looks at it: a page drawn as a picture, or a sheet's cells. Runs in a limited child."""

import io
import json
from typing import Any

from orderloop.foundation.delimited import delimited_rows, delimiter_of
from orderloop.foundation.encoding import decode
from orderloop.interchange.readers.sheet_files import open_book
from orderloop.interchange.readers.sheet_markup import excel_xml_rows, html_rows
from orderloop.interchange.rules.sheet.grid import Grid, text_grid
from orderloop.interchange.rules.sniff import kind_of

WIDTH = 1_200
MOST_DOTS = 72_000_000
TALLEST = 4.0  # times its width; a longer strip is no page
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, CELL_LENGTH = 300, 40, 5, 200
_WHOLE_ROWS, _WHOLE_COLUMNS = 50_100, 200
_BOOKS = frozenset({"xlsx", "xlsb", "xls", "ods"})


def page_picture(content: bytes, argument: bytes) -> bytes:
    """Page `page` (from 1) as a PNG of `WIDTH` dots across; `aspect`, its height over its width, squares the dots of a
    fax. `corners`, where the page's corners lie in the picture: it is shown as it was read, upright and straight.
    Raises whatever the decoders raise.
    """
    asked = json.loads(argument)
    number, aspect = int(asked["page"]), float(asked.get("aspect") or 0)
    picture = _of_pdf(content, number) if content[:1024].lstrip().startswith(b"%PDF") else _of_image(content, number)
    size = (WIDTH, max(1, round(WIDTH * min(aspect or picture.height / picture.width, TALLEST))))
    corners = asked.get("corners")
    shown = _straightened(picture, corners, size) if corners else picture.resize(size)
    drawn = io.BytesIO()
    shown.save(drawn, "PNG", optimize=False)
    return drawn.getvalue()


def _straightened(picture: Any, corners: list[list[float]], size: tuple[int, int]) -> Any:
    """What lies between four corners of a picture (in fractions of it, from the left above clockwise), of that size."""
    from PIL import Image

    from orderloop.interchange.readers.image_plane import plane_between

    there = [(x * picture.width, y * picture.height) for x, y in corners]
    here = [(0, 0), (size[0], 0), size, (0, size[1])]
    coefficients = plane_between(here, there)
    return picture.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR, fillcolor=255)


def sheet_cells(content: bytes, argument: bytes) -> bytes:
    """The first sheets' first cells as JSON: name, prefix of a cell's place, rows of texts, how many rows there are."""
    hints = json.loads(argument)
    kind = kind_of(content, hints.get("filename", ""), hints.get("content_type", ""))
    grids = open_book(content, kind, _WHOLE_ROWS, _WHOLE_COLUMNS).grids if kind in _BOOKS else [_of_text(content, kind)]
    shown = [
        {
            "name": grid.name,
            "prefix": grid.prefix,
            "rows": [[cell[:CELL_LENGTH] for cell in row[:MOST_COLUMNS]] for row in grid.rows[:MOST_ROWS]],
            "count": len(grid.rows),
        }
        for grid in list(grids)[:MOST_SHEETS]
    ]
    return json.dumps(shown).encode()


def _of_text(content: bytes, kind: str) -> Grid:
    decoded = decode(content)
    text = decoded.text if decoded else ""
    if kind == "html-table":
        return text_grid(html_rows(text))
    if kind == "excel-xml":
        return text_grid(excel_xml_rows(text))
    rows = []
    for row in delimited_rows(text.removeprefix("\ufeff").replace("\x00", ""), delimiter_of(text)):
        rows.append(row)
        if len(rows) > MOST_ROWS:
            break
    return text_grid(rows)


def _of_pdf(content: bytes, number: int) -> Any:
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1), (MOST_DOTS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale).to_pil().convert("RGB")


def _of_image(content: bytes, number: int) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_DOTS
    picture = Image.open(io.BytesIO(content), formats=("TIFF", "PNG", "JPEG", "BMP"))
    picture.seek(number - 1)
    return ImageOps.exif_transpose(picture).convert("L")
