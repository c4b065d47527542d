"""Papers printed by a browser, as ordering systems on the web do."""

import html
import os
from collections.abc import Callable
from contextlib import contextmanager

from bench.intake.paper import Gap, Logo, Paper, Rule, Table, Text

SIDES = {"left": "left", "right": "right", "centre": "center"}
STYLE = """
body { margin: 0; line-height: 1.35 } p { margin: 2pt 0 }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
td, th { padding: 3pt 4pt; vertical-align: top; font-weight: normal; overflow-wrap: anywhere } b { font-weight: bold }
table.full td, table.full th { border: 0.7pt solid #333 } table.horizontal tr { border-bottom: 0.7pt solid #333 }
table.zebra tr:nth-child(even) { background: #ececec } tr { break-inside: avoid }
hr { border: 0; border-top: 1pt solid #333 }
.logo { width: 60pt; height: 24pt; border-radius: 12pt; background: #1d5f9e } .stamp { color: #c01818 }
"""


@contextmanager
def printing():
    """A function that prints papers in one browser, started with the first of them."""
    opened: list = []

    def page():
        if not opened:
            from playwright.sync_api import sync_playwright

            driver = sync_playwright().start()
            browser = driver.chromium.launch(
                executable_path=os.environ.get("ORDERLOOP_CHROMIUM", "/usr/bin/chromium"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            opened.extend((driver, browser, browser.new_page()))
        return opened[2]

    try:
        yield _drawing(page)
    finally:
        if opened:
            opened[1].close()
            opened[0].stop()


def _drawing(page: Callable) -> Callable[[Paper], bytes]:
    def draw(paper: Paper) -> bytes:
        width, height = paper.points
        tab = page()
        tab.set_content(markup(paper))
        footer = html.escape(paper.footer).replace("{page}", '<span class="pageNumber"></span>')
        margin = {side: "40pt" for side in ("top", "right", "bottom", "left")}
        return tab.pdf(
            width=f"{width / 72}in", height=f"{height / 72}in", margin=_inches(margin), print_background=True,
            display_header_footer=bool(paper.footer), header_template="<span></span>",
            footer_template=f'<div style="font-size:8pt;width:100%;text-align:center">{footer}</div>',
        )  # fmt: skip

    return draw


def _inches(margin: dict[str, str]) -> dict[str, str]:
    return {side: f"{float(width.removesuffix('pt')) / 72}in" for side, width in margin.items()}


def markup(paper: Paper) -> str:
    """The paper as a page of HTML."""
    body = "".join(_element(element) for element in paper.elements)
    face = f"body {{ font-family: '{paper.font}', 'Noto Sans CJK SC'; font-size: {paper.size}pt }}"
    return (
        f"<!doctype html><html lang='zh'><meta charset='utf-8'><style>{face}{STYLE}</style><body>{body}</body></html>"
    )


def _element(element) -> str:
    match element:
        case Text():
            style = f"text-align:{SIDES[element.align]};font-size:{element.scale}em"
            kind = " class='stamp'" if element.is_red else ""
            return f"<p style='{style}'{kind}>{_bold(element.text, element.is_bold)}</p>"
        case Table():
            columns = "".join(f"<col style='width:{width:.2f}%'>" for width in element.widths)
            heads = "".join(_row(row, "th") for row in element.rows[: element.heads])
            rows = "".join(_row(row, "td") for row in element.rows[element.heads :])
            body = f"<colgroup>{columns}</colgroup><thead>{heads}</thead><tbody>{rows}</tbody>"
            return f"<table class='{element.rules}'>{body}</table>"
        case Gap():
            return f"<div style='height:{element.height}pt'></div>"
        case Rule():
            return "<hr>"
        case Logo():
            return "<div class='logo'></div>"


def _row(row, tag: str) -> str:
    cells = (f"<{tag} style='text-align:{SIDES[cell.align]}'>{_bold(cell.text, cell.is_bold)}</{tag}>" for cell in row)
    return f"<tr>{''.join(cells)}</tr>"


def _bold(text: str, is_bold: bool) -> str:
    escaped = html.escape(text).replace("\n", "<br>")
    return f"<b>{escaped}</b>" if is_bold else escaped
