"""What a page shows to whoever reads it. Attributes are left out: a form's random token may hold any short word."""

from typing import Any

from lxml import html


def text_of(answer: Any, element_id: str = "main") -> str:
    """The words shown in one element of a page, its spaces taken together; fails if the page has no such element."""
    found = html.fromstring(answer.content.decode()).xpath("//*[@id=$id]", id=element_id)
    assert len(found) == 1, f"{len(found)} elements are called {element_id}"
    return " ".join(" ".join(found[0].itertext()).split())


def cells_of(answer: Any, element_id: str = "main") -> list[list[str]]:
    """The table of one element, row by row, without its head."""
    root = html.fromstring(answer.content.decode())
    rows = root.xpath("//*[@id=$id]//tbody/tr", id=element_id)
    return [[" ".join(" ".join(cell.itertext()).split()) for cell in row.xpath("td")] for row in rows]
