"""Papers set by fpdf2, as small home-made systems do."""

import logging
from datetime import UTC, datetime

from bench.intake.paper import Gap, Logo, Paper, Rule, Table, Text
from bench.intake.renderers import fonts

MARGIN = 40
SIDES = {"left": "L", "right": "R", "centre": "C"}


def draw(paper: Paper) -> bytes:
    """The paper as a PDF, the same bytes every time."""
    # It tells of every table of a font that it leaves out.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    pdf = _document(paper)
    for element in paper.elements:
        _put(pdf, element, paper)
    return bytes(pdf.output())


def _document(paper: Paper):
    from fpdf import FPDF

    class Document(FPDF):
        def footer(self) -> None:
            if paper.footer:
                self.set_y(-30)
                self.set_font("paper", size=8)
                self.cell(0, 10, paper.footer.replace("{page}", str(self.page_no())), align="C")

    width, height = paper.points
    pdf = Document(unit="pt", format=(width, height))
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    usual, bold = fonts.files(paper.font)
    pdf.add_font("paper", fname=usual)
    pdf.add_font("paper", style="B", fname=bold)
    pdf.add_page()
    pdf.set_font("paper", size=paper.size)
    return pdf


def _put(pdf, element, paper: Paper) -> None:
    match element:
        case Text():
            pdf.set_font("paper", style="B" if element.is_bold else "", size=paper.size * element.scale)
            pdf.set_text_color(*((192, 24, 24) if element.is_red else (0, 0, 0)))
            height = paper.size * element.scale * 1.4
            pdf.multi_cell(0, height, element.text, align=SIDES[element.align], new_x="LMARGIN", new_y="NEXT")
            pdf.set_text_color(0, 0, 0)
            pdf.set_font("paper", size=paper.size)
        case Table():
            _table(pdf, element, paper)
        case Gap():
            pdf.ln(element.height)
        case Rule():
            pdf.line(pdf.l_margin, pdf.y + 2, pdf.w - pdf.r_margin, pdf.y + 2)
            pdf.ln(5)
        case Logo():
            pdf.set_fill_color(29, 95, 158)
            pdf.rect(pdf.x, pdf.y, 60, 24, style="F")
            pdf.set_fill_color(255, 255, 255)
            pdf.ln(28)


def _table(pdf, table: Table, paper: Paper) -> None:
    from fpdf.fonts import FontFace

    borders = {"full": "ALL", "horizontal": "HORIZONTAL_LINES", "none": "NONE", "zebra": "NONE"}[table.rules]
    fill = {"cell_fill_color": (236, 236, 236), "cell_fill_mode": "ROWS"} if table.rules == "zebra" else {}
    with pdf.table(
        col_widths=table.widths, borders_layout=borders, line_height=paper.size * 1.35, padding=2,
        first_row_as_headings=bool(table.heads), headings_style=FontFace(emphasis="BOLD"), v_align="T",
        repeat_headings=1 if table.heads else 0, **fill,
    ) as drawn:  # fmt: skip
        for cells in table.rows:
            row = drawn.row()
            for cell in cells:
                style = FontFace(emphasis="BOLD") if cell.is_bold else None
                row.cell(cell.text, align=SIDES[cell.align], style=style)
