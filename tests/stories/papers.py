"""What customers send: one order written as a letter, a page, a spreadsheet and a fax."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pypdfium2
import xlsxwriter
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

# Dots an inch across, and down a fine and a standard fax.
ACROSS, FINE, STANDARD = 204, 196, 98


@dataclass(frozen=True)
class Paper:
    """An order as its customer has it: (our item code, quantity, unit price) lines."""

    number: str
    lines: Sequence[tuple[str, int, str]]
    wanted: str = "2026-12-07"
    total: str = ""

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (code, str(quantity), price, f"{quantity * Decimal(price):.2f}") for code, quantity, price in self.lines
        ]

    @property
    def sum(self) -> str:
        return self.total or f"{sum(Decimal(row[3]) for row in self.rows):.2f}"

    def letter(self) -> str:
        """The order as somebody writes it into a mail."""
        table = ["Item code | Quantity | Unit price | Amount", *(" | ".join(row) for row in self.rows)]
        head = f"PO Number: {self.number}\nDelivery date: {self.wanted}"
        return "\n".join(["Dear colleagues, please deliver:", "", head, "", *table, "", f"Total: {self.sum}", "", "Li"])

    def chinese_letter(self) -> str:
        table = ["料号 | 数量 | 单价 | 金额", *(" | ".join(row) for row in self.rows)]
        head = f"订单号：{self.number}\n交货日期：{self.wanted}"
        return "\n".join(["您好，请按下列内容供货：", "", head, "", *table, "", f"合计：{self.sum}", "", "李"])

    def pdf(self, label: str = "PO Number:", closing: str = "") -> bytes:
        """The order as one ruled page, with a sentence below it."""
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(595, 842), invariant=1)
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 780, "PURCHASE ORDER")
        for n, (name, text) in enumerate(((label, self.number), ("Delivery date:", self.wanted), ("Currency:", "CNY"))):
            canvas.drawString(60, 740 - 22 * n, name)
            canvas.drawString(200, 740 - 22 * n, text)
        rows = [("Item code", "Quantity", "Unit price", "Amount"), *self.rows]
        for n, row in enumerate(rows):
            for x, cell in zip((60, 220, 320, 440), row, strict=True):
                canvas.drawString(x + 4, 650 - 24 * n, cell)
            canvas.line(60, 642 - 24 * n, 540, 642 - 24 * n)
        canvas.drawString(320, 640 - 24 * len(rows), "Total:")
        canvas.drawString(444, 640 - 24 * len(rows), self.sum)
        canvas.drawString(60, 580 - 24 * len(rows), closing)
        canvas.save()
        return out.getvalue()

    def workbook(self) -> bytes:
        """The order as a spreadsheet with titles of the customer's own choice."""
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet("采购订单")
            sheet.write_row(0, 0, ["订单号", self.number])
            sheet.write_row(1, 0, ["交货日期", self.wanted])
            sheet.write_row(3, 0, ["料号", "数量", "单价", "金额"])
            for n, (code, quantity, price) in enumerate(self.lines, 4):
                sheet.write_row(n, 0, [code, quantity, float(price), float(quantity * Decimal(price))])
            sheet.write_row(4 + len(self.lines), 2, ["合计", float(self.sum)])
        return out.getvalue()

    def fax(self, down: int = FINE, *, says_twice: bool = True) -> bytes:
        """The page as a fax machine sends it: two colours, more dots across than down, coded as G4. With `says_twice`
        its number and day stand on it twice."""
        closing = f"Please quote {self.number} and deliver on {self.wanted} before noon." if says_twice else ""
        document = pypdfium2.PdfDocument(self.pdf(closing=closing))
        try:
            page = document[0].render(scale=ACROSS / 72, grayscale=True).to_pil()
        finally:
            document.close()
        squeezed = page.resize((page.width, page.height * down // ACROSS), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        black = squeezed.point(lambda dot: 255 if dot > 140 else 0).convert("1")
        black.save(out, "TIFF", compression="group4", dpi=(ACROSS, down))
        return out.getvalue()
