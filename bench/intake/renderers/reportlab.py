"""Papers set by reportlab, as many business systems do."""

import functools
import html
import io

from bench.intake.paper import Cell, Gap, Logo, Paper, Rule, Table, Text
from bench.intake.renderers import fonts

MARGIN = 40


def draw(paper: Paper) -> bytes:
    """The paper as a PDF, the same bytes every time."""
    from reportlab.platypus import SimpleDocTemplate

    _register(paper.font)
    width, height = paper.points
    output = io.BytesIO()
    document = SimpleDocTemplate(
        output, pagesize=(width, height), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        invariant=True,
    )  # fmt: skip
    # A frame pads its inside by six points on every side.
    story = [_flowable(element, paper, width - 2 * MARGIN - 12) for element in paper.elements]
    footer = _footer(paper)
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return output.getvalue()


@functools.cache
def _register(name: str) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    usual, bold = fonts.files(name)
    pdfmetrics.registerFont(TTFont(name, str(usual)))
    pdfmetrics.registerFont(TTFont(f"{name} bold", str(bold)))


def _footer(paper: Paper):
    def write(canvas, document) -> None:
        if paper.footer:
            canvas.setFont(paper.font, 8)
            canvas.drawCentredString(paper.points[0] / 2, 22, paper.footer.replace("{page}", str(document.page)))

    return write


def _flowable(element, paper: Paper, width: float):
    from reportlab.lib import colors
    from reportlab.platypus import HRFlowable, Spacer
    from reportlab.platypus import Table as Sheet

    match element:
        case Text():
            colour = colors.HexColor("#c01818") if element.is_red else colors.black
            return _paragraph(element.text, element.align, paper, element.is_bold, element.scale, colour)
        case Table():
            cells = [[_cell(cell, paper) for cell in row] for row in element.rows]
            widths = [share * width / 100 for share in element.widths]
            return Sheet(cells, widths, repeatRows=element.heads, style=_style(element), hAlign="LEFT")
        case Gap():
            return Spacer(1, element.height)
        case Rule():
            return HRFlowable(width="100%", color=colors.black)
        case Logo():
            return Sheet([[""]], [60], [24], style=[("BACKGROUND", (0, 0), (-1, -1), colors.HexColor("#1d5f9e"))])


def _cell(cell: Cell, paper: Paper):
    return _paragraph(cell.text, cell.align, paper, cell.is_bold, 1.0)


def _paragraph(text, align, paper, is_bold, scale, colour=None):
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    size = paper.size * scale
    chinese = any(ord(letter) > 0x2E7F for letter in text)
    style = ParagraphStyle(
        "p", fontName=f"{paper.font} bold" if is_bold else paper.font, fontSize=size, leading=size * 1.3,
        alignment={"left": 0, "centre": 1, "right": 2}[align], wordWrap="CJK" if chinese else None, splitLongWords=1,
        textColor=colour or colors.black,
    )  # fmt: skip
    return Paragraph(html.escape(text).replace("\n", "<br/>"), style)


def _style(table: Table) -> list:
    from reportlab.lib import colors

    everywhere = ((0, 0), (-1, -1))
    padding = [("TOPPADDING", *everywhere, 2), ("BOTTOMPADDING", *everywhere, 3), ("VALIGN", *everywhere, "TOP"),
               ("LEFTPADDING", *everywhere, 3), ("RIGHTPADDING", *everywhere, 3)]  # fmt: skip
    lines = {
        "full": [("GRID", *everywhere, 0.5, colors.black)],
        "horizontal": [("LINEBELOW", *everywhere, 0.5, colors.black)],
        "none": [],
        "zebra": [("ROWBACKGROUNDS", *everywhere, [colors.white, colors.HexColor("#ececec")])],
    }[table.rules]
    return padding + lines
